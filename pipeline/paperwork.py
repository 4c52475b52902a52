"""The command that begins the papers a data protection officer finishes."""

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command()(papers)


def papers(
    home: Annotated[Path, typer.Option("--home", metavar="DIR", help="One data controller's folder.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder to write to: a new one, or an empty one.")],
) -> None:
    """Begin the impact assessment, policy document, sharing agreement and notices, from what settings say; a person finishes them."""
    from pipeline.edges import clock
    from pipeline.edges.settings import open_home
    from pipeline.papers.blocks import left_to_fill
    from pipeline.papers.writing import write_papers

    written = write_papers(open_home(home), to, on=clock.today())
    for one in written:
        typer.echo(f"{one.title}: {left_to_fill(one)[0]}")
    typer.echo(f"Each is in {to} twice: .html opens in a word processor and prints, .md is the same as text.")
