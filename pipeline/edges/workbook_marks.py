"""The mark each sheet that comes back carries in its first cell, hidden: which list it is of, and the home's seal on that.

The sheet `For return` says the same, but not every program keeps a sheet that nobody may unhide.
"""

from dataclasses import dataclass
from datetime import date

from xlsxwriter.format import Format

from .seals import Seals
from .workbook_book import Leaf
from .workbook_contents import FORMAT_VERSION, ReviewList
from .workbook_paper import MADE_UP, put
from .workbook_told import BEGINS

LIST, LOOKED_INTO, FOR_RETURN = "list", "looked into", "for return"
LIVE = "live"


@dataclass(frozen=True)
class Mark:
    """What a mark says, as it came: nothing of it is believed before its seal fits."""

    format: str
    part: str
    urn: int
    as_of: date
    data: str
    home: str
    seal: str


def put_mark(sheet: Leaf, part: str, listed: ReviewList, seals: Seals, forms: dict[str, Format]) -> None:
    put(sheet, 0, 0, mark_in_words(part, listed, seals), forms["plain"])


def mark_in_words(part: str, listed: ReviewList, seals: Seals) -> str:
    data = MADE_UP if listed.demo else LIVE
    seal = seals.of_list(part, listed.urn, listed.as_of, data)
    told = (FORMAT_VERSION, part, str(listed.urn), listed.as_of.isoformat(), data, seals.home, seal)
    return "|".join((BEGINS, *told))


def mark_of(text: str) -> Mark | None:
    """The mark that a cell's text is; null where it is none, or cannot be read as one."""
    begins, *told = text.strip().split("|")
    if begins != BEGINS or len(told) != 7:
        return None
    version, part, urn, as_of, data, home, seal = told
    try:
        return Mark(version, part, int(urn), date.fromisoformat(as_of), data, home, seal)
    except ValueError:
        return None
