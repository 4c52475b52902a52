"""Sessions over stretches of time. Every stretch is had from weeks, cut at its first and last day."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.steps.weeks import BITS_PER_DAY, COUNTS, DAYS, code_flags, counted, cut, slots, told_of
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, CountsAs

LATELY = 20
"""School days in the window called `20d`."""

_A_WEEK = timedelta(days=6)
_WEEK = ("pupil_id", "week_start")
_START = pl.col("week_start")


def between(weeks: pl.DataFrame, first_day: date, last_day: date) -> pl.LazyFrame:
    """`weeks` with only the marks of these days, both inclusive. Lazy, so that a year of weeks need not be copied."""
    starts = weeks["week_start"]
    if weeks.is_empty() or (starts.min() >= first_day and starts.max() <= last_day - _A_WEEK):
        return weeks.lazy().select(MARKED_WEEKS.names)  # a filter would copy it
    is_inside = (_START >= first_day) & (_START <= last_day - _A_WEEK)
    at_an_edge = weeks.filter((_START >= first_day - _A_WEEK) & (_START <= last_day) & ~is_inside)
    inside = weeks.lazy().select(MARKED_WEEKS.names).filter(is_inside)
    if at_an_edge.is_empty():
        return inside
    return pl.concat([inside, cut(at_an_edge, first_day=first_day, last_day=last_day).lazy()])


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


def school_calendar(weeks: pl.LazyFrame, *, year_from: date) -> pl.DataFrame:
    """One row per school with registers: its first day of this school year, the first of its last 20 school days (null
    where this year has fewer), and the Monday of its thirteenth week back. A school day has a possible mark."""
    return calendar(weeks, school_days(weeks.filter(_START >= year_from - _A_WEEK)))


def calendar(weeks: pl.LazyFrame, days: pl.DataFrame) -> pl.DataFrame:
    """`school_calendar`, where the school days of the weeks that reach into this school year are already had."""
    by_week = weeks.filter(pl.col("possible_sessions") > 0).select("urn", "week_start").unique()
    newest_first = by_week.collect(engine="streaming").sort("week_start", descending=True)
    thirteen = newest_first.group_by("urn", maintain_order=True).agg(
        thirteen_school_weeks_ago=_START.get(12, null_on_oob=True)
    )
    lately = (
        days.sort("date", descending=True)
        .group_by("urn", maintain_order=True)
        .agg(first_day=pl.col("date").last(), from_20d=pl.col("date").get(LATELY - 1, null_on_oob=True))
    )
    return thirteen.join(lately, on="urn", how="left")


def by_school(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """`rows` by their urn."""
    return {urn: of_school for (urn,), of_school in rows.partition_by("urn", as_dict=True).items()}


def school_days(weeks: pl.LazyFrame) -> pl.DataFrame:
    """One row per school and school day: one on which it has a possible mark."""
    return _days_with(weeks, code_flags["possible"])


def marked_days(weeks: pl.LazyFrame) -> pl.DataFrame:
    """One row per school and day on which it has a mark, if only that it was closed."""
    return _days_with(weeks, np.arange(256) > 0)


def _days_with(weeks: pl.LazyFrame, has: np.ndarray) -> pl.DataFrame:
    """One row per school and day with a code `has` is true of."""
    kinds = weeks.select("urn", "week_start", "am_codes", "pm_codes").collect(engine="streaming")
    am, pm = (told_of(has, kinds[half].to_numpy().view(np.uint8)).view(np.uint64) for half in ("am_codes", "pm_codes"))
    packed = kinds.select("urn", "week_start", days=pl.Series(am | pm)).lazy()  # one byte a day
    by_week = packed.group_by("urn", "week_start").agg(pl.col("days").bitwise_or()).collect(engine="streaming")
    days = [
        by_week.filter(pl.col("days") & pl.lit(1 << (BITS_PER_DAY * day), pl.UInt64) != 0).select(
            "urn", date=_START + pl.duration(days=day)
        )
        for day in DAYS
    ]
    return pl.concat(days)


def lately(weeks: pl.LazyFrame, since: pl.DataFrame, key: str) -> pl.DataFrame:
    """One row per `key` (pupil_id or urn) of `since`: counts from its day `from_20d` on."""
    earliest = since["from_20d"].min() or date.max
    rows = (
        weeks.filter(_START >= earliest - _A_WEEK)
        .join(since.lazy().select(key, "from_20d"), on=key)
        .filter(_START + pl.duration(days=6) >= pl.col("from_20d"))
        .collect(engine="streaming")
    )
    inside = rows.filter(_START >= pl.col("from_20d")).select(MARKED_WEEKS.names)
    at_the_edge = cut(rows.filter(_START < pl.col("from_20d")), first_day=pl.col("from_20d"))
    counts = ("possible_sessions", "absence_sessions", "need_absence_sessions")
    return pl.concat([inside, at_the_edge]).group_by(key).agg(pl.col(*counts).sum())
