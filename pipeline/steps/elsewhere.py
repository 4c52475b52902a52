"""Weeks spent elsewhere than in the pupil's school full time: periods of a part-time timetable, education elsewhere."""

from datetime import date

import polars as pl

from pipeline.steps.half_days import numbered
from pipeline.steps.weeks import DAYS
from pipeline.steps.windows import code_on

CLEAR_GAP = 4
"""School weeks without a part-time timetable that end a period of it: fewer are a holiday, a trip or an illness."""

ELSEWHERE = numbered("B", "D", "K", "Q")
"""Off site, dual registered (and the other school's register not known here), arranged by the authority, no transport."""

_NOT_POSSIBLE_ELSEWHERE = numbered("D", "Q")


def part_time_periods(weeks: pl.LazyFrame, *, year_from: date) -> pl.DataFrame:
    """One row per pupil with any part-time timetable in `weeks` (one row per pupil and week, two school years): its
    periods, and the Mondays of the weeks in which the last of them began and was last marked, null where none reaches into the
    year `year_from`."""
    ever = weeks.filter(pl.col("part_time_sessions") > 0).select("pupil_id").unique()
    theirs = (
        weeks.join(ever, on="pupil_id", how="semi")
        .filter(pl.col("possible_sessions") > 0)
        .select("pupil_id", "week_start", "part_time_sessions")
        .collect(engine="streaming")
        .sort("pupil_id", "week_start")
    )
    on_it = theirs.with_columns(week=pl.int_range(pl.len()).over("pupil_id")).filter(pl.col("part_time_sessions") > 0)
    since_last = pl.col("week").diff().over("pupil_id")
    begun = on_it.with_columns(begins=since_last.is_null() | (since_last > CLEAR_GAP))
    is_lately = pl.col("week_start").max() >= year_from
    return begun.group_by("pupil_id").agg(
        part_time_periods_two_years=pl.col("begins").sum().cast(pl.Int32),
        part_time_last_began=pl.when(is_lately).then(pl.col("week_start").filter("begins").max()),
        part_time_last_week=pl.when(is_lately).then(pl.col("week_start").max()),
    )


def weeks_elsewhere(weeks: pl.LazyFrame) -> pl.DataFrame:
    """One row per pupil ever elsewhere in `weeks` (one row per pupil and week): the weeks in which half or more of the
    sessions expected of them, here or there, were."""
    may_be = (pl.col("approved_activity_sessions") + pl.col("dual_sessions") > 0) | (pl.col("possible_sessions") <= 7)
    packed = weeks.filter(may_be).select(
        "pupil_id", "possible_sessions", "am_codes", "pm_codes"
    )  # Q alone leaves 7 at most
    rows = packed.collect(engine="streaming")
    elsewhere, besides = _counted(rows, ELSEWHERE), _counted(rows, _NOT_POSSIBLE_ELSEWHERE)
    expected = rows["possible_sessions"].cast(pl.Int64) + besides
    is_elsewhere = (elsewhere > 0) & (elsewhere * 2 >= expected)
    return rows.filter(is_elsewhere).group_by("pupil_id").agg(elsewhere_weeks_ytd=pl.len().cast(pl.Int32))


def _counted(rows: pl.DataFrame, of) -> pl.Series:
    halves = (code_on(rows[half], day) for half in ("am_codes", "pm_codes") for day in DAYS)
    return pl.Series(sum(of[codes].astype("int64") for codes in halves))
