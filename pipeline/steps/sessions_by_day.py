"""The days of a school week, as counts and as bits: what registers tell of a day without a row for every half day of a pupil.

A bit mask has one bit a day, Monday lowest.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock

import numpy as np
import polars as pl

from pipeline.steps.weeks import BITS_PER_DAY, DAYS, code_flags, told_of

_START = pl.col("week_start")
_TWO_CODES = np.arange(1 << (2 * BITS_PER_DAY))
_UP_TO = pl.Series([(1 << days) - 1 for days in range(8)], dtype=pl.UInt8)


@dataclass(frozen=True)
class SchoolRegisters:
    """`weeks` that tell of schools (`weeks.registers`), and what they come to by school and day, worked out once for all who
    ask: of several who ask at once all but one wait for it."""

    weeks: pl.DataFrame
    _asked: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    @property
    def days(self) -> pl.DataFrame:
        """`sessions_by_day`."""
        with self._asked:
            return self._days

    @cached_property
    def _days(self) -> pl.DataFrame:
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

    Most weeks are five days attended from end to end, and need only be counted.
    """
    narrow = weeks.lazy().select("urn", "week_start", "am_codes", "pm_codes", *_KINDS)
    attended = narrow.filter(_IS_ATTENDED).group_by("urn", "week_start").len().collect(engine="streaming")
    others = narrow.filter(~_IS_ATTENDED).select("urn", "week_start", "am_codes", "pm_codes").collect()
    both = pl.concat([_of_attended(attended), _added_up(others)])
    sums = (pl.col("marked").bitwise_or(), pl.col(*_COUNTS).sum())
    by_week = both.group_by("urn", "week_start").agg(sums)
    days = [_on(day, by_week) for day in DAYS]
    return pl.concat(days).sort("urn", "date")


_KINDS = {f"{kind}_sessions": code_flags[kind] for kind in ("possible", "absence", "need_absence")}
_COUNTS = [f"{name} {day}" for name in _KINDS for day in DAYS]
"""Columns of a week: how many of its sessions on each day are of each kind."""

_FIVE_DAYS = 5
_IS_ATTENDED = (
    (pl.col("possible_sessions") == 2 * _FIVE_DAYS)
    & (pl.col("absence_sessions") == 0)
    & (pl.col("am_codes") | pl.col("pm_codes")).is_between(0, (1 << (BITS_PER_DAY * _FIVE_DAYS)) - 1)
)


def _of_attended(weeks: pl.DataFrame) -> pl.DataFrame:
    """`_COUNTS` and `marked`, a byte that is not 0 for each day with a mark, of `len` weeks of five days attended."""
    of_day = {f"possible_sessions {day}": 2 * pl.col("len").cast(pl.Int64) for day in range(_FIVE_DAYS)}
    counts = [of_day.get(name, pl.lit(0, pl.Int64)).alias(name) for name in _COUNTS]
    marked = sum(1 << (BITS_PER_DAY * day) for day in range(_FIVE_DAYS))
    return weeks.select("urn", "week_start", pl.lit(marked, pl.Int64).alias("marked"), *counts)


_AT_ONCE = (1 << 15) - 1
"""Weeks whose counts of a day, two at most, add up to no more than sixteen bits hold."""

_BITS, _MASK = 2, 0b11  # of a count of one day, two at most
_EVERY_OTHER = np.uint64(sum(_MASK << (2 * BITS_PER_DAY * lane) for lane in range(4)))


def _added_up(weeks: pl.DataFrame) -> pl.DataFrame:
    """`_COUNTS` and `marked` of `weeks` by school and week, in one row or several.

    A count of every other day stands in one number, sixteen bits each: so a number is added up in the place of four.
    """
    kinds = sum(has.astype(np.uint8) << (_BITS * at) for at, has in enumerate(_KINDS.values()))
    halves = [told_of(kinds, weeks[half].to_numpy().astype("<i8", copy=False).view(np.uint8)) for half in _HALVES]
    counts = halves[0].view("<u8") + halves[1].view("<u8")
    lanes = {
        f"{name} {start}": pl.Series(counts >> np.uint64(BITS_PER_DAY * start + _BITS * at) & _EVERY_OTHER)
        for at, name in enumerate(_KINDS)
        for start in (0, 1)
    }
    marked = (pl.col("am_codes") | pl.col("pm_codes")).alias("marked")
    part = (pl.int_range(pl.len()) // _AT_ONCE).cast(pl.Int32).alias("part")
    packed = weeks.lazy().select("urn", "week_start", part, marked, **lanes)
    sums = (pl.col("marked").bitwise_or(), pl.col(*lanes).sum())
    found = packed.group_by("urn", "week_start", "part").agg(sums).collect(engine="streaming")
    of_days = {
        f"{name} {day}": pl.Series(
            found[f"{name} {day % 2}"].to_numpy() >> np.uint64(16 * (day // 2)) & np.uint64(0xFFFF)
        ).cast(pl.Int64)
        for name in _KINDS
        for day in DAYS
    }
    return found.select("urn", "week_start", "marked", **of_days)


_HALVES = ("am_codes", "pm_codes")


def _on(day: int, weeks: pl.DataFrame) -> pl.DataFrame:
    is_marked = pl.col("marked") & pl.lit(255 << (BITS_PER_DAY * day), pl.Int64) != 0
    counts = [pl.col(f"{name} {day}").alias(name) for name in _KINDS]
    return weeks.filter(is_marked).select("urn", (_START + pl.duration(days=day)).alias("date"), *counts)


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
    by_week = masks.lazy().group_by("urn", "week_start").agg(counts).collect(engine="streaming")
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
