"""Sessions over stretches of time. Every stretch is had from weeks, cut at its first and last day."""

from datetime import date

import numpy as np
import polars as pl

from pipeline.steps.weeks import (
    BITS_PER_DAY,
    COUNTS,
    DAYS,
    TO_ITS_SUNDAY,
    code_flags,
    counted,
    cut,
    is_whole_within,
    slots,
)
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, CountsAs
from pipeline.vocabulary.school_year import monday_of

LATELY = 20
"""School days in the window called `20d`."""

_WEEK = ("pupil_id", "week_start")
_START = pl.col("week_start")
_CODES = ("am_codes", "pm_codes")


def between(weeks: pl.DataFrame, first_day: date, last_day: date) -> pl.LazyFrame:
    """`weeks` with only the marks of these days, both inclusive. Lazy, so that a year of weeks need not be copied."""
    whole = weeks.lazy().select(MARKED_WEEKS.names)
    if weeks.is_empty():
        return whole
    earliest, latest = weeks["week_start"].min(), weeks["week_start"].max()
    is_inside = is_whole_within(first_day, last_day)
    reaches_in = (_START >= first_day - TO_ITS_SUNDAY) & (_START <= last_day)
    at_an_edge = weeks.filter(reaches_in & ~is_inside)
    cut_there = cut(at_an_edge, first_day=first_day, last_day=last_day)
    if not cut_there.select(_CODES).equals(at_an_edge.select(_CODES)):
        return pl.concat([whole.filter(is_inside), cut_there.lazy()])
    is_all = earliest >= first_day - TO_ITS_SUNDAY and latest <= last_day
    return whole if is_all else whole.filter(reaches_in)  # a filter would copy it


def once_each(weeks: pl.LazyFrame) -> pl.LazyFrame:
    """`weeks` with one row per pupil and week, whatever the schools: of two marks for one half day the better counts."""
    at_two_schools = (
        weeks.group_by("pupil_id")
        .agg(least=pl.col("urn").min(), most=pl.col("urn").max())
        .filter(pl.col("least") != pl.col("most"))
    )
    theirs = weeks.join(at_two_schools, on="pupil_id", how="semi").collect(engine="streaming")
    doubled = theirs.group_by(_WEEK).len().filter(pl.col("len") > 1).select(_WEEK)
    if doubled.is_empty():
        return weeks
    best = _best_marks(theirs.join(doubled, on=_WEEK, how="semi"))
    return pl.concat([weeks.join(doubled.lazy(), on=_WEEK, how="anti"), best.lazy()])


def _best_marks(weeks: pl.DataFrame) -> pl.DataFrame:
    columns = {
        f"{half}_{day}": pl.Series(_PLACE[code_on(weeks[half], day)])
        for half in ("am_codes", "pm_codes")
        for day in DAYS
    }
    best = (
        weeks.with_columns(**columns)
        .group_by(_WEEK)
        .agg(
            pl.col("urn").min(),
            pl.col("last_known_on").max(),
            pl.col("is_transferred").all(),
            pl.col(*columns).min(),
        )
    )
    return counted(
        best.with_columns(am_codes=_packed_again(best, "am_codes"), pm_codes=_packed_again(best, "pm_codes"))
    )


def code_on(codes: pl.Series, day: int) -> np.ndarray:
    """The code number of each packed half week on a day of it (0 is Monday)."""
    return (codes.to_numpy() >> (BITS_PER_DAY * day)) & 255


def _packed_again(places: pl.DataFrame, half: str) -> pl.Series:
    days = (_NUMBER[places[f"{half}_{day}"].to_numpy()] << (BITS_PER_DAY * day) for day in DAYS)
    return pl.Series(half, sum(days), dtype=pl.Int64)


def _in_order_of_worth() -> list[int]:
    """Code numbers, the one that counts first. D comes last of the marks that are not possible sessions: where it is still
    the best, no other school's mark is known. No mark at all comes after every mark."""
    classes = list(CountsAs)
    settled = sorted(ATTENDANCE_CODES, key=lambda code: (classes.index(code.counts_as), code.code == "D", code.number))
    return [*(code.number for code in settled), 0]


_NUMBER = np.array(_in_order_of_worth(), dtype=np.int64)
_PLACE = np.zeros(256, dtype=np.uint8)
_PLACE[_NUMBER] = np.arange(len(_NUMBER))


def totals(weeks: pl.LazyFrame, counts: tuple[str, ...] = tuple(COUNTS)) -> pl.DataFrame:
    """One row per pupil: `counts` added up, and the weeks in which there was any part-time timetable."""
    return (
        weeks.group_by("pupil_id")
        .agg(pl.col(*counts).sum(), part_time_weeks=(pl.col("part_time_sessions") > 0).sum().cast(pl.Int32))
        .collect(engine="streaming")
    )


def first_days(weeks: pl.LazyFrame) -> pl.DataFrame:
    """One row per pupil with a possible session: the day of the first."""
    possible = weeks.filter(pl.col("possible_sessions") > 0).select("pupil_id", "week_start", "am_codes", "pm_codes")
    first_week = possible.group_by("pupil_id").agg(pl.col("week_start").min())
    rows = possible.join(first_week, on=_WEEK, how="semi").collect(engine="streaming")
    half_days = slots(rows, ("pupil_id",)).filter(_is_possible(pl.col("code_number")))
    return half_days.group_by("pupil_id").agg(first_session_on=pl.col("date").min())


def _is_possible(number: pl.Expr) -> pl.Expr:
    return number.is_in(np.flatnonzero(code_flags["possible"]).tolist())


def school_calendar(school_days: pl.DataFrame, *, year_from: date) -> pl.DataFrame:
    """One row per school. `first_day`: its first of this school year, null where it has had none. `from_20d`: the first of its last
    20 school days, null where this year has had fewer. `thirteen_school_weeks_ago`: the Monday of its thirteenth week back, null
    where fewer are known.

    `school_days` has urn and date of this school year, which begins in the week of `year_from`, and the last.
    """
    monday = pl.col("date").dt.truncate("1w")
    newest_first = school_days.select("urn", week_start=monday).unique().sort("week_start", descending=True)
    thirteen = newest_first.group_by("urn", maintain_order=True).agg(
        thirteen_school_weeks_ago=_START.get(12, null_on_oob=True)
    )
    lately = (
        school_days.filter(pl.col("date") >= monday_of(year_from))
        .sort("date", descending=True)
        .group_by("urn", maintain_order=True)
        .agg(first_day=pl.col("date").last(), from_20d=pl.col("date").get(LATELY - 1, null_on_oob=True))
    )
    return thirteen.join(lately, on="urn", how="left")


def by_school(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """`rows` by their urn."""
    return {urn: of_school for (urn,), of_school in rows.partition_by("urn", as_dict=True).items()}
