"""The commands of the opinion: what an order of the list is worth, and whether a person approves it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

HomeFolder = Annotated[Path | None, typer.Option("--home", metavar="DIR", help="One data controller's folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, and nothing else, on standard output.")]


def add_to(app: typer.Typer) -> None:
    for command in (learn, appraise):
        app.command()(command)


def learn(
    home: Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")],
    as_of: Annotated[datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="DATE", help="The day to stand on.")],
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fit a model on the home's own past and put it to the test; a person approves it with a2n appraise, or the rule stays."""
    from pipeline import learning
    from pipeline.edges import progress
    from pipeline.edges.settings import open_home

    record = learning.learn(open_home(home), as_of=as_of.date())
    progress.end()
    _tell(record, as_json)


def appraise(
    home: HomeFolder = None,
    table: Annotated[Path | None, typer.Option(metavar="FILE", help="Instead: a CSV or Parquet table of absence, pupil, period, possible_sessions, absence_sessions, cluster, x_..., g_....")] = None,
    approve: Annotated[str | None, typer.Option(metavar="NAME", help="Let the latest model order lists; who approves it.")] = None,
    known_on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The day it is approved; today if left out.")] = None,
    places: Annotated[int | None, typer.Option(min=1, help="Places in every school of the table; else ten, at most one in fifty there and never under three.")] = None,
    enough: Annotated[int | None, typer.Option(min=1, help="Possible sessions before and after below which a row of the table is left out; 40 if left out.")] = None,
    breaks: Annotated[list[int] | None, typer.Option("--break", metavar="PERIOD", help="A period of the table from which on nothing is compared with those before; may be given again.")] = None,
    made_up: Annotated[bool, typer.Option("--made-up", help="Say on the result that the table is made up.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """What an order of the list is worth on later terms, against the plain rule, at each school's own places."""
    from pipeline import learning
    from pipeline.edges.settings import open_home

    if (home is None) == (table is None):
        raise typer.BadParameter("give --home DIR, or --table FILE.")
    if table is not None:
        if approve is not None:
            raise typer.BadParameter("--approve goes with --home.")
        told, words = learning.appraise_table(
            table, places=places, enough=enough, breaks=tuple(breaks or ()), made_up=made_up
        )
        typer.echo(json.dumps(told, indent=2) if as_json else words)
        return
    at = open_home(home)
    if approve is None:
        _tell(learning.appraisal(at), as_json)
    else:
        _tell(learning.approve(at, approve, known_on=known_on.date() if known_on else None), as_json)


def _tell(record, as_json: bool) -> None:
    from pipeline import learning

    if not as_json:
        typer.echo(learning.in_words(record))
        return
    told = {name: record.told[name] for name in ("name", "as_of", "demo", "approval", "suspended", "appraisal")}
    typer.echo(json.dumps(told | {"state": learning.state_in_words(record)}, indent=2))
