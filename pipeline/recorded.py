"""The command by which the record of who saw what is read, and held to what it was when it was written."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.edges import trail
from pipeline.told_json import tell_json

HomeFolder = Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]
Since = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Of this day and later ones alone.")
]
Who = Annotated[str | None, typer.Option(metavar="NAME", help="Of whoever has this in their name.")]
Did = Annotated[
    str | None, typer.Option(metavar="DEED", help="Of this kind alone, such as 'list written'; its beginning will do.")
]


def add_to(app: typer.Typer) -> None:
    app.command("trail")(show)


def show(
    home: HomeFolder, since: Since = None, who: Who = None, did: Did = None,
    verify: Annotated[bool, typer.Option("--verify", help="Say whether the record is as it was written, and where not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on standard output.")] = False,
) -> None:  # fmt: skip
    """Who saw what and who did what: lists, pages, exports, decisions, by whom and when, and never what was in them."""
    from pipeline.edges.settings import open_home
    from pipeline.edges.trail_heads import verified

    deeds = _deeds(did)
    at = open_home(home)
    if verify:
        return _tell_checked(verified(at), at, as_json=as_json)
    lines = _lines(at.folder / trail.FOLDER, f"{since:%Y-%m-%d}" if since else "", (who or "").casefold(), deeds)
    if as_json:
        return tell_json({"lines": list(lines)}, home)
    for line in lines:
        typer.echo(_in_words(line))
    return None


def _deeds(did: str | None) -> tuple[str, ...] | None:
    """None where any will do, also one that a later version knows."""
    if did is None:
        return None
    found = tuple(deed for deed in trail.DEEDS if deed.startswith(did.strip().lower()))
    if not found:
        raise typer.BadParameter(f"--did {did} is none of {', '.join(trail.DEEDS)}.")
    return found


def _lines(folder: Path, since: str, who: str, deeds: tuple[str, ...] | None) -> Iterator[dict]:
    for _, _, line in trail.lines_of(folder):
        told = trail.told_of(line)
        is_asked_for = told and told["at"] >= since and who in str(told.get("who") or "").casefold()
        if is_asked_for and (deeds is None or told["did"] in deeds):
            yield told


def _in_words(told: dict) -> str:
    """`2026-11-28 06:00  a2n, by flag.flag: list written (day 2026-11-27, school 100001)`."""
    of = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told["of"].items() if value is not None)
    said = f"{told['at'][:16].replace('T', ' ')}  {told.get('who') or 'somebody not known'}: {told['did']}"
    return trail.as_shown(f"{said} ({of})" if of else said)


def _tell_checked(found, home, *, as_json: bool) -> None:
    broken = found.broken
    if as_json:
        told = {
            "whole": broken is None,
            "lines": found.lines,
            "cut_short": [{"file": file, "line": line} for file, line in found.cut_short],
            "removed_by_retention": found.removed,
            "broken": broken and {"file": broken.file, "line": broken.line, "says": broken.says},
        }
        tell_json(told, home.folder)
    else:
        for file in found.removed:
            typer.echo(f"{file} was removed by retention, as a later line says.")
        for file, line in found.cut_short:
            typer.echo(f"{file}, line {line}: cut short when its writer was killed; what it was to be of was not done.")
        if not broken:
            typer.echo(f"The record in {home.folder / trail.FOLDER} is as it was written: {found.lines:,} lines.")
    if broken:
        typer.echo(f"The record in {home.folder / trail.FOLDER} is not as it was written. {broken}", err=True)
        raise typer.Exit(1)
