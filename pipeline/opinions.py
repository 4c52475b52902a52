"""The commands of the opinion: what an order of the list is worth, and whether a person approves it."""

import json
from pathlib import Path
from typing import Annotated

import typer


def appraise(
    table: Annotated[Path | None, typer.Option(metavar="FILE", help="A CSV or Parquet table of absence: pupil, period, possible_sessions, absence_sessions, cluster, x_..., g_....")] = None,
    places: Annotated[int | None, typer.Option(min=1, help="Places in every school of the table; else ten, at most one in fifty there and never under three.")] = None,
    enough: Annotated[int | None, typer.Option(min=1, help="Possible sessions before and after below which a row is left out; 40 if left out.")] = None,
    breaks: Annotated[list[int] | None, typer.Option("--break", metavar="PERIOD", help="A period from which on nothing is compared with those before; may be given again.")] = None,
    made_up: Annotated[bool, typer.Option("--made-up", help="Say on the result that the data is made up.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on standard output.")] = False,
) -> None:  # fmt: skip
    """What an order of the list is worth on later terms, against the plain rule, at each school's own places."""
    from pipeline import learning

    if table is None:
        raise typer.BadParameter("give --table FILE.")
    told, words = learning.appraise_table(
        table, places=places, enough=enough, breaks=tuple(breaks or ()), made_up=made_up
    )
    typer.echo(json.dumps(told, indent=2) if as_json else words)
