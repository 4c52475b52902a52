"""Everything a review workbook says, as plain data: worked out before, only written here."""

from dataclasses import dataclass
from datetime import date

DECISIONS = ("look into it", "already met", "other cause", "not needed", "could not reach", "snooze until")
"""What the person who looked may decide; the words of the drop-down, and so of every workbook that comes back."""

FORMAT_VERSION = "1"
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
    reasons: tuple[str, ...]
    changed: str
    weekly: tuple[float | None, ...]  # share of possible sessions attended, 0 to 1, oldest school week first
    last_four_weeks: str
    support: str
    next_step: str

    @property
    def name(self) -> str:
        return ", ".join(part for part in (self.surname, self.forename) if part) or "Name not held"


@dataclass(frozen=True)
class HistoryNeeded:
    """One pupil with too few sessions to be judged, and no last year to be judged on."""

    name: str
    nc_year: str
    entry_date: date
    possible_sessions: int


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

    @property
    def counted_not_listed(self) -> int:
        return sum(count for _, count in self.counted)


def year_in_words(nc_year: str) -> str:
    """`8` is Year 8, `R` is Reception; a year group we do not know is shown as it came."""
    return _YEARS.get(nc_year, f"Year {nc_year}" if nc_year.isdigit() else nc_year)


def day_in_words(day: date) -> str:
    """6 March 2026: a date no spreadsheet can turn into another."""
    return f"{day.day} {day:%B %Y}"
