"""Everything a review workbook says, as plain data: worked out before, only written here."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pipeline.vocabulary.feedback import LONG_LOOKED_INTO_WEEKS

FORMAT_VERSION = "2"
"""Of the workbook as it comes back: raised when a column that is read back moves or changes its meaning."""

WEEKS_SHOWN = 12

_YEARS = {"R": "Reception", "N1": "Nursery", "N2": "Nursery", "E1": "Nursery", "E2": "Nursery", "X": "No year group"}


@dataclass(frozen=True)
class ListedPupil:
    """One pupil worth a look. Sentences arrive written; nothing is reckoned from them again."""

    place: int
    pupil_id: str
    surname: str
    forename: str
    nc_year: str
    section: str  # main or sixth_form
    reasons: tuple[str, ...]  # those of signals first
    changed: str
    weekly: tuple[float | None, ...]  # share of possible sessions attended, 0 to 1, oldest school week first
    last_four_weeks: str
    support: str
    next_step: str
    change: str = (
        "new"  # new, worse, better or unchanged since the school's list before; `changed` says it in a sentence
    )
    waiting_since: date | None = None  # the first list of an unbroken wait nobody has decided on; its own day if new
    named: tuple[str, ...] = ()  # the signals of those reasons, each in a few words
    is_drawn: bool = False  # given a place by lot, and said to be
    strengths: str = ""  # what staff said the pupil is good at, where they did and it may be kept
    pupil_words: str = ""  # what came back of an earlier list, where it may be kept
    parent_words: str = ""

    @property
    def name(self) -> str:
        return full_name(self.surname, self.forename)


@dataclass(frozen=True)
class HistoryNeeded:
    """One pupil with too few sessions to be judged, and no last year to be judged on."""

    name: str
    nc_year: str
    entry_date: date
    possible_sessions: int


@dataclass(frozen=True)
class OffList:
    """One pupil of the school's list before who is not on this one, and what became of it."""

    name: str
    nc_year: str
    kind: str  # resolved, decided, known, not_judged, moved or no_room
    because: str


@dataclass(frozen=True)
class UnderReview:
    """One pupil somebody is looking into, of whom no outcome has come back yet."""

    pupil_id: str
    name: str
    nc_year: str
    decided_on: date
    list_as_of: date  # the list it was decided on
    school_weeks: int | None = None  # of the school, begun since; None where it has no registers

    @property
    def is_long(self) -> bool:
        return (self.school_weeks or 0) >= LONG_LOOKED_INTO_WEEKS


@dataclass(frozen=True)
class ToPutRight:
    """One fact of a list that a person said is wrong."""

    name: str
    nc_year: str
    fact: str
    said_on: date
    list_as_of: date


@dataclass(frozen=True)
class ReviewList:
    """One school's list as of one day."""

    urn: int
    school: str
    as_of: date
    registers_to: date | None
    places: int
    roll: int
    issued_by: str
    demo: bool
    rows: tuple[ListedPupil, ...]  # in place order, the main section before the sixth form
    history_needed: tuple[HistoryNeeded, ...]
    counted: tuple[tuple[str, int], ...]  # why not listed, and how many pupils
    lines: tuple[str, ...]
    severe: tuple[
        tuple[str, int], ...
    ] = ()  # of those counted, half or more missed and nothing on file: why, and how many
    off_list: tuple[OffList, ...] = ()
    under_review: tuple[UnderReview, ...] = ()
    to_put_right: tuple[ToPutRight, ...] = ()
    before: date | None = None  # the day of the school's list before; None of its first
    plan_words: tuple[str, str] = ("SEN support", "EHC plan")  # what this home calls K and E
    is_ordered_by_model: bool = False  # where a person approved one; rules decide who is on the list either way
    words_come_back: bool = False  # strengths, pupils' and parents' words are read from what comes back

    @property
    def counted_not_listed(self) -> int:
        return sum(count for _, count in self.counted)


def full_name(surname: str | None, forename: str | None) -> str:
    """`Adeyemi, Tobi`, or that no name is held."""
    return ", ".join(part for part in (surname, forename) if part) or "Name not held"


def year_in_words(nc_year: str) -> str:
    """`8` is Year 8, `R` is Reception; a year group we do not know is shown as it came."""
    return _YEARS.get(nc_year, f"Year {nc_year}" if nc_year.isdigit() else nc_year)


@lru_cache(maxsize=10_000)
def day_in_words(day: date) -> str:
    """6 March 2026: a date no spreadsheet can turn into another."""
    return f"{day.day} {day:%B %Y}"
