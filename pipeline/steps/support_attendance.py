"""Attendance before and after support began: what staff most ask of a list, and what proves least.

Support begins when things are worst, so some of any change would have come without it: the notes say so.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.steps.published_pages import Policy
from pipeline.tables.published import SUPPORT_ATTENDANCE
from pipeline.vocabulary.school_year import school_year_of
from pipeline.vocabulary.sen import SUPPORT_KINDS

WEEKS = 6
"""School weeks before the week in which support began, and after it; the week itself is in neither, nor one not over yet."""

_KINDS = {
    kind: kind if kind in ("sen_support", "ehc_plan", "attendance_plan") else "known_to_staff" for kind in SUPPORT_KINDS
}
"""As lists name them: the others tell of health, home or caring."""


_DECIMALS, _BY = 2, 5
"""Told so roughly that what one child more brings from one night to the next tells nothing of that child."""


def support_attendance(support: pl.DataFrame, weeks: pl.DataFrame, policy: Policy, *, as_of: date) -> pl.DataFrame:
    """`published.support_attendance`: one row per kind of support, of pupils whose support began this school year or last
    and who have six school weeks on either side of it.

    `support` has the staged rows known on the day, `weeks` is cut at it.
    """
    first = school_year_of(as_of).before.first_day
    began = (
        support.filter(pl.col("start_date").is_between(first, as_of))
        .select("pupil_id", "start_date", kind=pl.col("kind").replace_strict(_KINDS))
        .group_by("pupil_id", "kind")
        .agg(pl.col("start_date").min())
        .with_columns(monday=pl.col("start_date").dt.truncate("1w"))
    )
    whole = _sides(began, _weeks_of(began["pupil_id"].unique().sort(), weeks, as_of=as_of))
    return SUPPORT_ATTENDANCE.conform(_page(whole, policy))


def _weeks_of(pupils: pl.Series, weeks: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil and week that is over, whatever the schools: possible and absence sessions. Here a pupil is their number among
    `pupils`, and pupil and week are one number, for there are millions of weeks."""
    number = pl.col("pupil_id").cast(pl.Enum(pupils)).to_physical().cast(pl.Int64)
    day = pl.col("week_start").cast(pl.Int32).cast(pl.Int64)
    return (
        weeks.lazy()
        .filter(pl.col("pupil_id").is_in(pupils.implode()))
        .filter((pl.col("possible_sessions") > 0) & (pl.col("week_start") + timedelta(days=4) <= as_of))
        .select("possible_sessions", "absence_sessions", both=number * _DAYS + day)
        .group_by("both")
        .agg(pl.col("possible_sessions", "absence_sessions").sum())
        .collect(engine="streaming")
        .select(
            "possible_sessions",
            "absence_sessions",
            pupil=(pl.col("both") // _DAYS).cast(pl.UInt32),
            week_start=(pl.col("both") % _DAYS).cast(pl.Int32).cast(pl.Date),
        )
    )


_DAYS = 1_000_000
"""More than any day's number since 1970."""


def _sides(began: pl.DataFrame, by_week: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil and kind with all its weeks on either side: their possible and absence sessions, before and after."""
    number = pl.col("pupil_id").cast(pl.Enum(began["pupil_id"].unique().sort())).to_physical()
    apart = (pl.col("week_start") - pl.col("monday")).alias("apart")
    beside = began.with_columns(pupil=number).join(by_week, on="pupil").with_columns(apart)
    nearest = pl.col("apart").abs()
    sides = [
        beside.filter(is_there)
        .group_by("pupil_id", "kind")
        .agg(
            *(
                pl.col(f"{name}_sessions").sort_by(nearest).head(WEEKS).sum().alias(f"{name}_{side}")
                for name in ("possible", "absence")
            ),
            weeks=pl.len(),
        )
        .filter(pl.col("weeks") >= WEEKS)
        .drop("weeks")
        for side, is_there in (("before", pl.col("apart") < timedelta(0)), ("after", pl.col("apart") > timedelta(0)))
    ]
    before, after = sides
    return before.join(after, on=["pupil_id", "kind"])


def _page(whole: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    counted = whole.group_by("kind").agg(
        pl.len().cast(pl.Int64).alias("pupils"), pl.exclude("pupil_id", "kind").sum().cast(pl.Int64)
    )
    kinds = pl.DataFrame({"kind": sorted(set(_KINDS.values()))}).join(counted, on="kind", how="left")
    is_told = pl.col("pupils") >= policy.smallest_base
    rates = {
        f"absence_rate_{side}": pl.when(is_told).then(
            (pl.col(f"absence_{side}") / pl.col(f"possible_{side}")).round(_DECIMALS)
        )
        for side in ("before", "after")
    }
    none = pl.col("pupils").is_null()
    roughly = pl.col("pupils") // _BY * _BY
    return kinds.with_columns(pupils=pl.when(none).then(0).when(is_told).then(roughly), **rates)
