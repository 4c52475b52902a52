"""The days of a school week, as counts and as bits: what registers tell of a day without a row for every half day of a pupil.

A bit mask has one bit a day, Monday lowest.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from pipeline.steps.weeks import BITS_PER_DAY, DAYS, code_flags

_START = pl.col("week_start")
_TWO_CODES = np.arange(1 << (2 * BITS_PER_DAY))


_UP_TO = pl.Series([(1 << days) - 1 for days in range(8)], dtype=pl.UInt8)


def _of_pairs(has: np.ndarray, apart: int) -> np.ndarray:
    """Of any two codes packed together two bits so far `apart`: whether `has` is true of the first, and of the second."""
    return has[_TWO_CODES & 255].astype(np.int64) | has[_TWO_CODES >> BITS_PER_DAY].astype(np.int64) << apart


@dataclass(frozen=True)
class SchoolRegisters:
    """`weeks` that tell of schools (`weeks.registers`), and what they come to by school and day, worked out once for all who
    ask."""

    weeks: pl.DataFrame

    @cached_property
    def days(self) -> pl.DataFrame:
        """`sessions_by_day`."""
        return sessions_by_day(self.weeks)

    def marked_days(self, first: date, last: date) -> pl.DataFrame:
        """One row per school and day from `first` to `last` on which it has a mark, if only that it was closed: urn, date."""
        return self._between(first, last).select("urn", "date")

    def school_days(self, first: date, last: date) -> pl.DataFrame:
        """One row per school and school day from `first` to `last`, one on which it has a possible mark: urn, date."""
        return self._between(first, last).filter(pl.col("possible_sessions") > 0).select("urn", "date")

    def _between(self, first: date, last: date) -> pl.DataFrame:
        return self.days.filter(pl.col("date").is_between(first, last))


def sessions_by_day(weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per school and day with a mark, if only that it was closed: urn, date, possible_sessions and absence_sessions of
    all its pupils together, in order. A school day is one with a possible session.

    Most weeks are five days attended from end to end, and need only be counted.
    """
    narrow = weeks.lazy().select("urn", "week_start", "am_codes", "pm_codes", *_COUNTED)
    attended = narrow.filter(_IS_ATTENDED).group_by("urn", "week_start").agg(*_OF_ATTENDED)
    others = narrow.filter(~_IS_ATTENDED).select("urn", "week_start", "am_codes", "pm_codes").collect()
    sums = {name: pl.Series(values) for name, values in _two_days_together(others).items()}
    marked = others.select("urn", "week_start", (pl.col("am_codes") | pl.col("pm_codes")).alias("marked"), **sums)
    both = pl.concat([marked.lazy().group_by("urn", "week_start").agg(*_ADDED_UP), attended])
    return _by_day(both.group_by("urn", "week_start").agg(*_ADDED_UP).collect(engine="streaming"))


_COUNTED = {"possible_sessions": "possible", "absence_sessions": "absence"}
_FIVE_DAYS = 5
_IS_ATTENDED = (
    (pl.col("possible_sessions") == 2 * _FIVE_DAYS)
    & (pl.col("absence_sessions") == 0)
    & (pl.col("am_codes") | pl.col("pm_codes")).is_between(0, (1 << (BITS_PER_DAY * _FIVE_DAYS)) - 1)
)

_LANE = 32
_PAIRS = range(4)
_OF_TWO_DAYS = [f"{name} {pair}" for name in _COUNTED for pair in _PAIRS]
"""Columns that count two days together, Monday and Tuesday first: the later in the upper half of a number, so that both are
added up at once."""

_ADDED_UP = (pl.col("marked").bitwise_or(), pl.col(*_OF_TWO_DAYS).sum())


def _of_attended() -> list[pl.Expr]:
    """The columns that `_two_days_together` has, of as many weeks as there are of five days attended."""
    days = {f"possible_sessions {pair}": [2 * (2 * pair + at < _FIVE_DAYS) for at in (0, 1)] for pair in _PAIRS}
    counts = [
        pl.len().cast(pl.Int64) * pl.lit(sum(n << _LANE * at for at, n in enumerate(days.get(name, (0,)))), pl.Int64)
        for name in _OF_TWO_DAYS
    ]
    marked = sum(1 << (BITS_PER_DAY * day) for day in range(_FIVE_DAYS))
    return [
        pl.lit(marked, pl.Int64).alias("marked"),
        *(count.alias(name) for name, count in zip(_OF_TWO_DAYS, counts, strict=True)),
    ]


_OF_ATTENDED = _of_attended()


def _two_days_together(weeks: pl.DataFrame) -> dict[str, np.ndarray]:
    """`_OF_TWO_DAYS` of each of `weeks`."""
    am, pm = (_code_pairs(weeks[half]) for half in ("am_codes", "pm_codes"))
    counts = {}
    for name, kind in _COUNTED.items():
        of_pair = _of_pairs(code_flags[kind], _LANE)
        counts |= {f"{name} {pair}": of_pair[am[:, pair]] + of_pair[pm[:, pair]] for pair in _PAIRS}
    return counts


def _by_day(weeks: pl.DataFrame) -> pl.DataFrame:
    """`sessions_by_day` from one row per school and week: `_OF_TWO_DAYS`, and `marked`, with a byte that is not 0 for each day with
    a mark."""
    days = []
    for day in DAYS:
        is_marked = pl.col("marked") & pl.lit(255 << (BITS_PER_DAY * day), pl.Int64) != 0
        counts = [_of_lane(f"{name} {day // 2}", day % 2).alias(name) for name in _COUNTED]
        days.append(weeks.filter(is_marked).select("urn", (_START + pl.duration(days=day)).alias("date"), *counts))
    return pl.concat(days).sort("urn", "date")


def _of_lane(column: str, at: int) -> pl.Expr:
    return pl.col(column) // (1 << _LANE) if at else pl.col(column) & pl.lit((1 << _LANE) - 1, pl.Int64)


def days_with(codes: pl.Series, has: np.ndarray) -> pl.Series:
    """Of packed half weeks the days on whose code number `has` is true. Two days are looked up at once."""
    pairs = _of_pairs(has, 1).astype(np.uint8)
    found = pairs[_code_pairs(codes)]
    return pl.Series(codes.name, found[:, 0] | found[:, 1] << 2 | found[:, 2] << 4 | found[:, 3] << 6, dtype=pl.UInt8)


def _code_pairs(codes: pl.Series) -> np.ndarray:
    """Packed half weeks as four numbers each: the codes of two days together."""
    return np.ascontiguousarray(codes.to_numpy()).astype("<i8", copy=False).view("<u2").reshape(-1, 4)


def days_within(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """The days of the week that begins on `week_start` from `first` to `last`, both inclusive; null is open."""
    before = (first - _START).dt.total_days().fill_null(0).clip(0, 7)
    up_to = (last - _START).dt.total_days().fill_null(6).clip(-1, 6) + 1
    return _all_up_to(up_to) & ~_all_up_to(before)


def _all_up_to(days: pl.Expr) -> pl.Expr:
    return pl.lit(_UP_TO).gather(days)


def bits_by_day(masks: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """One row per school and day on which any of `columns` has its bit: urn, date, and how many rows of `masks` (urn, week_start)
    have it, in order."""
    counts = [((pl.col(name) & (1 << day)) != 0).sum().alias(f"{name} {day}") for name in columns for day in DAYS]
    by_week = masks.group_by("urn", "week_start").agg(counts)
    days = [
        by_week.select("urn", *(pl.col(f"{name} {day}").alias(name) for name in columns), date=_START + pl.duration(days=day))
        for day in DAYS
    ]  # fmt: skip
    return pl.concat(days).filter(pl.any_horizontal(pl.col(*columns) > 0)).sort("urn", "date")


def days_as_bits(days: pl.DataFrame) -> pl.DataFrame:
    """One row per school and week: urn, week_start, and `days`, the bits of the rows (urn, date) given."""
    weekday = pl.col("date").dt.weekday() - 1
    bit = pl.lit(pl.Series([1 << day for day in DAYS], dtype=pl.UInt8)).gather(weekday)
    start = pl.col("date") - pl.duration(days=weekday)
    return days.select("urn", week_start=start, days=bit).group_by("urn", "week_start").agg(pl.col("days").bitwise_or())
