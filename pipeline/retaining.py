"""The command by which what is held for no longer than settings say goes, besides at the end of every night."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.edges import progress
from pipeline.told_json import tell_json

HomeFolder = Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]


def add_to(app: typer.Typer) -> None:
    app.command()(retain)


def retain(
    home: HomeFolder,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day to stand on; today if left out."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    wait: Annotated[float, typer.Option(min=0, metavar="MINUTES", help="Wait so long for a run to end.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else.")] = False,
) -> None:
    """Remove what was held for as long as settings say, and write the databases anew without a byte of it."""
    from pipeline.edges.errors import Refused
    from pipeline.edges.settings import open_home
    from pipeline.hops import retaining

    done = retaining.retain(open_home(home), as_of=as_of.date() if as_of else None, is_trial=dry_run, wait=wait * 60)
    progress.end()
    if as_json:
        tell_json(done.as_json(), home)
    else:
        typer.echo("\n".join(_in_words(done)))
    if done.not_written_because:
        raise Refused(
            f"What is told of was removed, and the databases could not be written anew without its bytes: {done.not_written_because}"
        )


def _in_words(done) -> list[str]:
    lines = [f"Retention as of {done.as_of:%d/%m/%Y}{': nothing is removed, only counted' if done.is_trial else ''}."]
    for kind, count in done.removed.items():
        up_to = f"  up to {done.up_to[kind]:%d/%m/%Y}" if kind in done.up_to else ""
        lines.append(f"  {kind:<24}{count:>11,}{up_to}")
    lines += [] if done.removed else ["Nothing is due."]
    lines += done.remarks
    if done.written_anew:
        lines.append(f"Written anew, without a byte of what was removed: {', '.join(done.written_anew)}.")
    return lines
