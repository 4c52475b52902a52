"""School days of a made-up authority, computed for any year as English councils set them.

Autumn from the second weekday of September, a week off in late October, two weeks at Christmas, a week in mid February,
Good Friday's week and the one after, the week of the last Monday in May, and 190 days in all.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from dateutil.easter import easter

from pipeline.vocabulary.school_year import SchoolYear, monday_of, term_of

TEACHING_DAYS = 190
TRAINING_DAYS = 3
"""Days of the calendar on which each school, on days of its own choice, trains its staff and is closed to pupils."""


@dataclass(frozen=True)
class Calendar:
    """The school days of one school year; `half_terms` numbers, for each day, the half term it is in from 0."""

    year: SchoolYear
    days: tuple[date, ...]
    half_terms: np.ndarray

    @property
    def terms(self) -> list[str]:
        return [term_of(day) for day in self.days]

    @property
    def mondays(self) -> list[date]:
        return sorted({monday_of(day) for day in self.days})

    @property
    def weeks(self) -> np.ndarray:
        """For each day, the number of its school week from 0."""
        return np.searchsorted(self.mondays, [monday_of(day) for day in self.days])

    @cached_property
    def half_days_of_week(self) -> np.ndarray:
        """For each half day, which of its week it is: Monday morning 0, Friday afternoon 9."""
        return np.array([2 * day.weekday() + half for day in self.days for half in (0, 1)])

    def last_day_of_week(self, weeks: int) -> date:
        """The Friday of the `weeks`-th school week; of the last where the year is shorter."""
        return self.mondays[min(weeks, len(self.mondays)) - 1] + timedelta(days=4)

    def index(self, day: date) -> int:
        """The number of the first school day on or after `day`."""
        return int(np.searchsorted(np.array(self.days, dtype="datetime64[D]"), np.datetime64(day)))

    def last_index(self, day: date) -> int:
        """The number of the last school day on or before `day`; -1 before the first."""
        return self.index(day + timedelta(days=1)) - 1

    def part_of(self, term: str, half: int) -> np.ndarray:
        """Which days fall in the first (0) or second (1) half of `term`."""
        in_term = np.array([one == term for one in self.terms])
        return in_term & (self.half_terms % 2 == half)


def calendar_of(year: SchoolYear) -> Calendar:
    holidays = _holidays(year)
    day, days, half_terms = _first_day(year), [], []
    while len(days) < TEACHING_DAYS + TRAINING_DAYS:
        if day.weekday() < 5 and not any(first <= day <= last for first, last in holidays):
            days.append(day)
            half_terms.append(_half_term(day, holidays))
        day += timedelta(days=1)
    return Calendar(year, tuple(days), np.array(half_terms))


def _first_day(year: SchoolYear) -> date:
    """The first weekday from 2 September."""
    day = date(year.starts, 9, 2)
    return day if day.weekday() < 5 else day + timedelta(days=7 - day.weekday())


def _holidays(year: SchoolYear) -> list[tuple[date, date]]:
    """First and last day of each holiday, half terms and bank holidays included."""
    starts, ends = year.starts, year.starts + 1
    autumn, winter, whitsun = _monday_from(starts, 10, 23), _monday_from(ends, 2, 12), _monday_from(ends, 5, 25)
    christmas = monday_of(date(starts, 12, 22)) if date(starts, 12, 22).weekday() < 5 else date(starts, 12, 22)
    passion = easter(ends) - timedelta(days=6)
    may_day = _monday_from(ends, 5, 1)
    return [
        (autumn, autumn + timedelta(days=4)),
        (christmas, _monday_from(ends, 1, 3) - timedelta(days=1)),
        (winter, winter + timedelta(days=4)),
        (passion, passion + timedelta(days=11)),
        (whitsun, whitsun + timedelta(days=4)),
        (may_day, may_day),
    ]


def _half_term(day: date, holidays: list[tuple[date, date]]) -> int:
    """0 to 5: how many of the five long holidays are past. Even numbers are first halves of a term."""
    return sum(last < day for first, last in holidays if first != last)


def _monday_from(year: int, month: int, day: int) -> date:
    """The first Monday on or after a day."""
    first = date(year, month, day)
    return first + timedelta(days=-first.weekday() % 7)


CENSUS_DAYS = {"autumn": (10, 0), "spring": (1, 2), "summer": (5, 2)}
"""Month of each school census, and which of its Thursdays (from 0) it describes."""


def census_day(year: SchoolYear, term: str) -> date:
    month, nth = CENSUS_DAYS[term]
    first = date(year.starts if term == "autumn" else year.starts + 1, month, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 7 * nth)
