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
    """One row per school and day with a mark, if only that it was closed: urn, date, possible_sessions, absence_sessions and
    need_absence_sessions of all its pupils together, in order. A school day is one with a possible session.

    Pupils' weeks are much alike: each different one is looked at once.
    """
    kinds = weeks.lazy().select("urn", "week_start", "am_codes", "pm_codes").group_by(pl.all()).len().collect()
    halves = [kinds[half].to_numpy() for half in ("am_codes", "pm_codes")]
    days = [_on(day, kinds, [(half >> (BITS_PER_DAY * day)) & 255 for half in halves]) for day in DAYS]
    return pl.concat(days).sort("urn", "date")


def _on(day: int, kinds: pl.DataFrame, codes: list[np.ndarray]) -> pl.DataFrame:
    counts = {
        f"{kind}_sessions": pl.Series(sum(code_flags[kind][half].astype(np.int64) for half in codes))
        for kind in ("possible", "absence", "need_absence")
    }
    told = kinds.select("urn", "week_start", "len", **counts).filter(pl.Series((codes[0] | codes[1]) != 0))
    by_week = told.group_by("urn", "week_start").agg(pl.col(*counts).dot("len").cast(pl.Int64))
    return by_week.select("urn", (_START + pl.duration(days=day)).alias("date"), *counts)


def days_with(codes: pl.Series, has: np.ndarray) -> pl.Series:
    """Of packed half weeks the days on whose code number `has` is true. Two days are looked up at once."""
    pairs = has[_TWO_CODES & 255] | (has[_TWO_CODES >> BITS_PER_DAY].astype(np.uint8) << 1)
    found = pairs[np.ascontiguousarray(codes.to_numpy()).astype("<i8", copy=False).view("<u2").reshape(-1, 4)]
    return pl.Series(codes.name, found[:, 0] | found[:, 1] << 2 | found[:, 2] << 4 | found[:, 3] << 6, dtype=pl.UInt8)


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
