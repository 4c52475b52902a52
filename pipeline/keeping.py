"""The commands by which what is in a home is kept elsewhere: a table for analysts, a backup of all of it, and the way back."""

from pathlib import Path
from typing import Annotated

import typer

HomeFolder = Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]


def add_to(app: typer.Typer) -> None:
    for command in (export, backup, restore):
        app.command()(command)


def export(
    table: Annotated[str, typer.Argument(help="A warehouse table, such as facts.pupil_weeks.")],
    home: HomeFolder,
    to: Annotated[Path, typer.Option(metavar="FILE.parquet", help="File to write.")],
) -> None:
    """Write one warehouse table to a Parquet file, for analysts: pupil_id only, never a name."""
    from pipeline import flow
    from pipeline.edges.settings import open_home

    rows = flow.export(open_home(home), table, to)
    typer.echo(f"{rows:,} rows of {table} are in {to}.")


def backup(
    home: HomeFolder,
    to: Annotated[Path, typer.Option(metavar="FILE", help="File to write, best on another machine's disk.")],
    wait: Annotated[float, typer.Option(min=0, metavar="MINUTES", help="Wait so long for a run to end.")] = 60,
) -> None:
    """Write the whole home, but for its keys, to one encrypted file; a run that is on is waited for."""
    from pipeline.edges.backing_up import back_up
    from pipeline.edges.settings import open_home

    at = open_home(home)
    done = back_up(at, to, wait=wait * 60)
    typer.echo(f"{done.files:,} files, {_megabytes(done.bytes)}, of {at.folder} are in {to}, encrypted.")
    _tell_left_out(done.left_out)
    if done.made_key:
        typer.echo(f"{at.key_file('backup')} is new: without a copy of it elsewhere no backup can be opened.")
    typer.echo("No key is in it: keep the home's keys elsewhere, and not beside the backup.")


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup.")],
    home: Annotated[Path, typer.Option("--home", metavar="DIR", help="An empty folder, or one with the keys alone.")],
) -> None:
    """Make the home in a backup again, in an empty folder: all of it, or nothing."""
    from pipeline.edges.restoring import restore as made_again

    done = made_again(file, home)
    typer.echo(
        f"{done.files:,} files, {_megabytes(done.bytes)}, are in {done.home.folder}, as they were at {_moment(done.made_at)}."
    )
    _tell_left_out(done.left_out)
    if done.keys_missing:
        keys = ", ".join(f"{name}.key" for name in done.keys_missing)
        typer.echo(f"Before the next run, put back the keys it was made with: {keys}.")


def _tell_left_out(left_out: dict[str, str]) -> None:
    from pipeline.edges.members import safe_name

    for path, why in sorted(left_out.items()):
        typer.echo(f"Not in it: {safe_name(path)} ({why}).", err=True)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def _moment(told: str) -> str:
    return told[:16].replace("T", " ")
