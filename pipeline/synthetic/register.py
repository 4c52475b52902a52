"""One school's register of one year: who is in it, and a page of marks to be filled in."""

from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.vocabulary.attendance_codes import BY_CODE

from . import england
from .calendar import TRAINING_DAYS, Calendar
from .enrolments import DUAL_PATTERNS

NUMBER = {code: entry.number for code, entry in BY_CODE.items()}
PRESENT = (NUMBER["/"], NUMBER["\\"])
NO_MARK = 0


@dataclass(frozen=True)
class Roll:
    """One school's spells of one year, one entry a spell in every array. `rate` is the share of the year missed."""

    phase: int
    child: np.ndarray
    group: np.ndarray
    sen: np.ndarray
    fsm: np.ndarray
    is_boy: np.ndarray
    ethnicity: np.ndarray
    rate: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    status: np.ndarray
    dual_from: np.ndarray
    dual_pattern: np.ndarray
    excluded: np.ndarray

    def __len__(self) -> int:
        return len(self.child)


@dataclass
class Register:
    """The year being filled in. `codes` holds code numbers by spell, day and half day; 0 is no mark.

    `missing` counts the sessions each spell has still to miss.
    """

    roll: Roll
    calendar: Calendar
    codes: np.ndarray
    minutes_late: np.ndarray
    missing: np.ndarray
    possible: int
    suspensions: list[tuple] = field(default_factory=list)

    def quota(self, code: str) -> float:
        """How many sessions with `code` England's schools of this phase would have."""
        return england.code_shares(self.roll.phase).get(code, 0.0) * self.possible

    def mark(self, spell: int, first: int, sessions: int, code: str, pattern: np.ndarray | None = None) -> np.ndarray:
        """Mark up to `sessions` half days from number `first` on which the pupil was to be present; which they were.

        With a `pattern`, only half days of the week that are in it: 0 is Monday morning, 9 Friday afternoon.
        """
        row = self.codes[spell].reshape(-1)
        open_to = np.isin(row[first:], PRESENT)
        if pattern is not None:
            open_to &= np.isin(self.calendar.half_days_of_week[first:], pattern)
        chosen = (np.flatnonzero(open_to) + first)[:sessions]
        row[chosen] = NUMBER[code]
        self.missing[spell] -= len(chosen)
        return chosen

    def until(self, last: int) -> "Register":
        """What is written down by the end of day number `last`."""
        codes = self.codes.copy()
        codes[:, last + 1 :] = NO_MARK
        known = [one for one in self.suspensions if one[1] <= last]
        return replace(self, codes=codes, suspensions=known)

    def unsettled(self, rng: np.random.Generator) -> "Register":
        """With some absences of the last five days as schools have them then: the reason not yet known."""
        codes = self.codes.copy()
        marked = np.flatnonzero((codes != NO_MARK).any(axis=(0, 2)))[-5:]
        lately = codes[:, marked]
        unknown = np.isin(lately, (NUMBER["I"], NUMBER["O"])) & (rng.random(lately.shape[:2]) < 0.12)[:, :, None]
        codes[:, marked] = np.where(unknown, NUMBER["N"], lately)
        return replace(self, codes=codes)


def opened_register(roll: Roll, calendar: Calendar, rng: np.random.Generator) -> Register:
    """A register in which everybody is present whenever they are expected, and how much each has still to miss."""
    codes = _opened(roll, calendar, rng)
    possible = np.isin(codes, PRESENT).sum(axis=(1, 2))
    missing = np.floor(roll.rate * possible + rng.random(len(roll))).astype(int)
    return Register(roll, calendar, codes, np.zeros(codes.shape, np.uint8), missing, int(possible.sum()))


def _opened(roll: Roll, calendar: Calendar, rng) -> np.ndarray:
    """Everybody present on each day the school is open and they are on its roll and expected there."""
    days = np.arange(len(calendar.days))
    closed = rng.choice(_training_days(calendar), TRAINING_DAYS, replace=False)
    on_roll = (roll.first_day[:, None] <= days) & (days <= roll.last_day[:, None]) & ~np.isin(days, closed)
    codes = np.zeros((len(roll), len(days), 2), np.uint8)
    codes[on_roll] = PRESENT
    _settle_in(codes, roll)
    if rng.random() < 0.12:
        snow = int(rng.integers(74, 100))
        codes[:, snow][codes[:, snow] > 0] = NUMBER["Y4"]
    _share_between_schools(codes, roll, calendar)
    return codes


def _training_days(calendar: Calendar) -> np.ndarray:
    """The days schools like to close on: the first of the year and those beside a holiday."""
    edges = np.flatnonzero(np.diff(calendar.half_terms)) + 1
    return np.concatenate([[0], edges, edges - 1])


def _settle_in(codes: np.ndarray, roll: Roll) -> None:
    """Reception comes for mornings only in its first week: not of compulsory age, not required."""
    young = np.flatnonzero((roll.group == 0) & (roll.first_day < 5))
    afternoons = codes[young, :5, 1]
    codes[young, :5, 1] = np.where(afternoons > 0, NUMBER["X"], 0)


def _share_between_schools(codes: np.ndarray, roll: Roll, calendar: Calendar) -> None:
    """A dual-registered pupil is expected at one school a day, and marked D at the other."""
    weekday = np.array([day.weekday() for day in calendar.days])
    days = np.arange(len(weekday))
    for spell in np.flatnonzero(roll.status != "C"):
        at_second = np.isin(weekday, DUAL_PATTERNS[roll.dual_pattern[spell]]) & (days >= roll.dual_from[spell])
        elsewhere = at_second if roll.status[spell] == "M" else ~at_second
        codes[spell][elsewhere & (codes[spell, :, 0] > 0)] = NUMBER["D"]
