"""The dashboard as files, put on record before anybody can open them."""

from datetime import date
from pathlib import Path

from pipeline.edges import trail
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home

from .based import refuse_to_show
from .summary import Summary


def pages(home: Home, to: Path) -> int:
    """The dashboard as files in the folder `to`; returns how many.

    Raises Refused where nothing is published yet, or the folder holds what is not ours.
    """
    from pipeline.dashboard.snapshot import NothingPublished
    from pipeline.dashboard.static_pages import write_pages

    refuse_to_show(home)

    def on_record(day: date, count: int) -> None:
        trail.record(home, trail.PAGES, day=day.isoformat(), files=count)

    try:
        return write_pages(home.published, to, first=on_record)
    except NothingPublished as why:
        raise Refused(str(why)) from None
    except FileExistsError as why:
        raise Refused(
            f"{why.filename} was left as it is, for {why.strerror}: give an empty folder, or remove it yourself."
        ) from None


def pages_of_the_night(home: Home, summary: Summary) -> None:
    """The dashboard as files, where settings ask for them. The figures are out, whatever happens."""
    if not home.settings.static_pages:
        return
    try:
        with summary.timed("pages"):
            pages(home, home.pages)
    except (Refused, OSError) as why:
        summary.remarks.append(f"The pages could not be written: {why}")
