"""The command that tells of many homes together."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command("roll-up")(roll_up)


def roll_up(
    homes: Annotated[Path, typer.Option(metavar="FILE", help="A file that names one home's folder a line; # begins a remark.")],
    to: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to; its current.duckdb is the newest.")],
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day from which figures are so many days old; today if left out."),
    ] = None,
) -> None:  # fmt: skip
    """Tell of many homes together, from what each has published and nothing else."""
    from pipeline import nation
    from pipeline.edges import clock
    from pipeline.edges.homes import homes_in
    from pipeline.edges.snapshots import is_made_up
    from pipeline.vocabulary.made_up import MADE_UP

    day = as_of.date() if as_of else clock.today()
    folders = [Path(folder) for folder in homes_in(homes)]
    snapshot, because = nation.roll_up(folders, to, as_of=day)
    for home, why in because.items():
        typer.echo(f"{home}: {why}")
    if is_made_up(snapshot):
        typer.echo(MADE_UP)
    typer.echo(f"{len(folders):,} home{'s' * (len(folders) != 1)}, {len(because):,} with a remark: {snapshot}.")
