"""A school's pupils and their marks of one school year as one page of numbers: a row a school day, a column a pupil.

Patterns that no count by week can tell (half terms, weekdays, the last so many school days) are had from pages, one school
at a time, so that a hundred thousand pupils need little more room than one school's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from pipeline.steps.half_days import HalfDays, counted
from pipeline.vocabulary.school_year import school_year_of, usual_holidays

_A_DAY, _LONGEST_GAP = np.timedelta64(1, "D"), np.timedelta64(7, "D")
"""Between two school days of one half term."""


@dataclass(frozen=True)
class Page:
    """`answers` tells of each school day (oldest first), half day and pupil what is true of the mark; nothing, where there is none.

    A school day is one on which the school itself has a possible mark; `days` and `half_terms` (numbered from 0) have one
    entry for each. `pupils` has one row a pupil of the page, in its order, of which `at` are the places on the roll.
    """

    urn: int
    at: slice
    pupils: pl.DataFrame
    days: np.ndarray
    answers: np.ndarray

    def counted(self, bit: int, days: slice | np.ndarray = slice(None)) -> np.ndarray:
        """One number a pupil: the sessions on `days` of whose mark `bit` is true."""
        return counted(self.answers[days], bit)

    @cached_property
    def half_terms(self) -> np.ndarray:
        """A gap of more than a week in the school's own register days parts two half terms where it reaches into a usual
        holiday by a weekday. A week's closure for snow or a burst pipe does not."""
        last_open, open_again = self.days[:-1], self.days[1:]
        first_shut = np.busday_offset(last_open + _A_DAY, 0, roll="forward")
        last_shut = np.busday_offset(open_again - _A_DAY, 0, roll="backward")
        parts = (open_again - last_open > _LONGEST_GAP) & _in_holidays(first_shut, last_shut)
        return np.concatenate([[0], np.cumsum(parts)])

    def last_days(self, count: int) -> slice:
        """The last so many school days of the year so far; all of them where there are fewer."""
        return slice(max(len(self.days) - count, 0), None)


def _in_holidays(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Whether any of the days `first` to `last`, both inclusive, is in a usual holiday."""
    if not len(first):
        return np.zeros(0, dtype=bool)
    windows = np.array(usual_holidays(school_year_of(first[0].astype(date))), dtype="datetime64[D]")
    return ((first[:, None] <= windows[:, 1]) & (windows[:, 0] <= last[:, None])).any(axis=1)


def pages(roll: pl.DataFrame, marks: HalfDays, school_days: pl.DataFrame) -> Iterator[Page]:
    """A page for each school of `roll` that has school days (urn, date) and any mark of its pupils, in order of URN.

    `roll` has urn (the school that lists the pupil) and nc_year, in order of urn, a row for each pupil of `marks`: of one school
    year, whatever the school.
    """
    days = dict(school_days.sort("date").group_by("urn").agg("date").iter_rows())
    end = 0
    for urn, pupils in roll.group_by("urn", maintain_order=True).len().iter_rows():
        at = slice(end, end := end + pupils)
        if urn in days and marks.codes[:, :, at].any():
            of_school = np.array(days[urn], dtype="datetime64[D]")
            answers = marks.answers[:, :, at][marks.places(of_school)]
            yield Page(urn, at, roll[at], of_school, answers)


def others(own: np.ndarray, of: np.ndarray | None = None) -> np.ndarray:
    """For each pupil, the sum of `own` over all other pupils (of those that `of` is true of)."""
    counted = own if of is None else np.where(of, own, 0)
    return counted.sum() - counted
