"""A school's pupils and their marks of one school year as one page of numbers: a row a pupil, a column a school day.

Patterns that no count by week can tell (half terms, weekdays, the last so many school days) are had from pages, one school
at a time, so that a hundred thousand pupils need little more room than one school's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipeline.steps.weeks import BITS_PER_DAY, code_flags
from pipeline.vocabulary.attendance_codes import BY_CODE
from pipeline.vocabulary.school_year import school_year_of, usual_holidays

_WEEKDAYS = 7
_A_DAY, _LONGEST_GAP = np.timedelta64(1, "D"), np.timedelta64(7, "D")
"""Between two school days of one half term."""


def numbered(*codes: str) -> np.ndarray:
    """For each code number, whether it is one of `codes`."""
    table = np.zeros(256, dtype=bool)
    table[[BY_CODE[code].number for code in codes]] = True
    return table


POSSIBLE, ABSENCE, NEED = (code_flags[name] for name in ("possible", "absence", "need_absence"))
NEED_POSSIBLE = POSSIBLE & (~ABSENCE | NEED)
"""Sessions possible, those set aside that were missed with a code that does not ask about need."""


@dataclass(frozen=True)
class Page:
    """`codes` has the code number of each pupil, school day (oldest first) and half day; 0 is no mark.

    A school day is one on which the school itself has a possible mark; `days` and `half_terms` (numbered from 0) have one
    entry for each. `pupils` has one row a pupil of the page, in its order: pupil_id and nc_year.
    """

    urn: int
    pupils: pl.DataFrame
    days: np.ndarray
    codes: np.ndarray

    def counted(self, of: np.ndarray, days: slice | np.ndarray = slice(None)) -> np.ndarray:
        """One number a pupil: the sessions on `days` whose code `of` is true of."""
        return of[self.codes[:, days]].sum(axis=(1, 2), dtype=np.int64)

    @property
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


def pages(roll: pl.DataFrame, weeks: pl.DataFrame, school_days: pl.DataFrame) -> Iterator[Page]:
    """A page for each school of `roll` that has school days (urn, date), in order of URN.

    `roll` has pupil_id, urn (the school that lists the pupil) and nc_year; `weeks` one row per pupil and week of one school
    year, whatever the school: pupil_id, week_start, am_codes and pm_codes.
    """
    listed = roll.sort("urn", "pupil_id").with_columns(place=pl.int_range(pl.len()).over("urn"))
    placed = weeks.join(listed.select("pupil_id", "urn", "place"), on="pupil_id")
    marks, days = _by_urn(placed), _by_urn(school_days)
    for (urn,), pupils in listed.group_by("urn", maintain_order=True):
        if urn in marks and urn in days:
            yield _page(urn, pupils, marks[urn], days[urn]["date"].sort().to_numpy())


def _by_urn(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    return {urn: of_school for (urn,), of_school in rows.partition_by("urn", as_dict=True).items()}


def _page(urn: int, pupils: pl.DataFrame, marks: pl.DataFrame, days: np.ndarray) -> Page:
    week_starts = marks["week_start"].unique().sort().to_numpy()
    column = np.searchsorted(week_starts, marks["week_start"].to_numpy())
    codes = np.zeros((pupils.height, len(week_starts), _WEEKDAYS, 2), dtype=np.uint8)
    for half, name in enumerate(("am_codes", "pm_codes")):
        packed = marks[name].to_numpy()
        for day in range(_WEEKDAYS):
            codes[marks["place"].to_numpy(), column, day, half] = (packed >> (BITS_PER_DAY * day)) & 255
    dates = (week_starts[:, None] + np.arange(_WEEKDAYS).astype("timedelta64[D]")).reshape(-1)
    at = np.searchsorted(dates, days)
    known = (at < len(dates)) & (dates[np.minimum(at, len(dates) - 1)] == days)
    whole = np.zeros(
        (pupils.height, len(days), 2), dtype=np.uint8
    )  # a day on which none of them has a mark stays empty
    whole[:, known] = codes.reshape(pupils.height, -1, 2)[:, at[known]]
    return Page(urn, pupils.select("pupil_id", "nc_year"), days, whole)


def others(own: np.ndarray, of: np.ndarray | None = None) -> np.ndarray:
    """For each pupil, the sum of `own` over all other pupils (of those that `of` is true of)."""
    counted = own if of is None else np.where(of, own, 0)
    return counted.sum() - counted
