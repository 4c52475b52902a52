"""The dashboard as files, put on record before anybody can open them."""

from datetime import date
from pathlib import Path

from pipeline.edges import trail
from pipeline.edges.errors import Refused
from pipeline.edges.settings import Home


def write(home: Home, to: Path) -> int:
    """As `flow.pages` says."""
    from pipeline.dashboard.snapshot import NothingPublished
    from pipeline.dashboard.static_pages import write_pages

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
