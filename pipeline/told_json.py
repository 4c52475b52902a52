"""What a command tells as JSON: one object, which says whether it is of a made-up home."""

import json
from pathlib import Path

import typer

from pipeline.edges.errors import Refused


def tell_json(told: dict, home: Path | None) -> None:
    """One object, with `demo`: whether the home it is of is made up."""
    typer.echo(json.dumps(told | {"demo": home is not None and is_made_up(home)}, indent=2))


def is_made_up(folder: Path) -> bool:
    """Whether there is a made-up home in a folder; of none that can be read it is not said."""
    from pipeline.edges.settings import open_home

    try:
        return open_home(folder).settings.demo
    except (Refused, OSError):
        return False
