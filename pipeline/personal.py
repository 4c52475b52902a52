"""The commands about one child: erased, shown, or not to be listed. The UPN may be read from standard input, and is never printed."""

import sys
from pathlib import Path
from typing import Annotated

import typer

HomeFolder = Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]
Wait = Annotated[float, typer.Option(min=0, metavar="MINUTES", help="Wait so long for a run to end.")]
FROM_INPUT = "The child's UPN, today's or a former one; - reads it from standard input, so that it stands in no shell's history."
Upn = Annotated[str, typer.Argument(metavar="UPN", help=FROM_INPUT)]


def add_to(app: typer.Typer) -> None:
    for command in (forget,):
        app.command()(command)


def forget(
    home: HomeFolder,
    upn: Annotated[str | None, typer.Argument(metavar="UPN", help=FROM_INPUT)] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, without the child's name or UPN: it goes on record.")] = "",
    finish: Annotated[bool, typer.Option("--finish", help="Finish an erasure that was begun and did not end.")] = False,
    wait: Wait = 60,
) -> None:
    """Erase one child everywhere in a home, prove that nothing is left, and leave them out of whatever comes later."""
    from pipeline.edges.settings import open_home
    from pipeline.hops.forgetting import forget as forgotten

    if finish == (upn is not None) and not finish:
        raise typer.BadParameter("Give the child's UPN, or --finish.")
    if not finish and not reason.strip():
        raise typer.BadParameter("--reason says why.")
    at = open_home(home)
    done = forgotten(at, None if upn is None else _read(upn), reason, wait=wait * 60)
    typer.echo(
        f"Erased: {_many(done.rows, 'row')} of both databases; {_many(done.files_rewritten, 'extract')} written anew without the child, "
        f"{_many(done.files_removed, 'file')} removed."
    )
    for path in done.removed:
        typer.echo(f"  removed {path}")
    if done.made_again:
        typer.echo(f"Made again without the child: what went out on {', '.join(done.made_again)}. Nobody else's row changed.")
    for day in done.days_to_make_again:
        typer.echo(f"To have what went out on {day} again: a2n flag --home {at.folder} --as-of {day}")
    _tell_what_stays(at, done)
    typer.echo(
        f"Nothing of the child was found in {_many(done.files_looked_at, 'file')} and {_many(done.tables_looked_at, 'table')}: no UPN, no pupil_id, "
        "and no name with its birth date."
    )


def _tell_what_stays(at, done) -> None:
    if done.models:
        typer.echo(
            f"models/ holds no child, but was fitted on this one among others ({', '.join(done.models)}): learn again, or withdraw it, as your data "
            "protection officer says."
        )
    if done.snapshots:
        typer.echo(
            f"published/ holds counts alone, and was counted with the child ({_many(len(done.snapshots), 'snapshot')}): it changes with the next night."
        )
    typer.echo(
        "Backups, exports, and lists already sent are outside this home: erase the child there too, and again after restoring any backup from before today."
    )


def _read(upn: str) -> str:
    return sys.stdin.readline() if upn == "-" else upn


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")
