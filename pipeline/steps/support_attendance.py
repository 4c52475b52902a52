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
    by_week = (
        weeks.lazy()
        .filter((pl.col("possible_sessions") > 0) & (pl.col("week_start") + timedelta(days=4) <= as_of))
        .join(began.lazy().select("pupil_id").unique(), on="pupil_id", how="semi")
        .group_by("pupil_id", "week_start")
        .agg(pl.col("possible_sessions", "absence_sessions").sum())
        .collect(engine="streaming")
    )
    beside = began.join(by_week, on="pupil_id").with_columns(
        side=pl.when(pl.col("week_start") < pl.col("monday"))
        .then(pl.lit("before"))
        .when(pl.col("week_start") > pl.col("monday"))
        .then(pl.lit("after"))
    )
    nearest = (
        beside.drop_nulls("side")
        .sort((pl.col("week_start") - pl.col("monday")).abs(), "pupil_id")
        .group_by("pupil_id", "kind", "side", maintain_order=True)
        .head(WEEKS)
    )
    sides = nearest.group_by("pupil_id", "kind").agg(
        *(
            pl.col(f"{name}_sessions").filter(pl.col("side") == side).sum().alias(f"{name}_{side}")
            for side in ("before", "after")
            for name in ("possible", "absence")
        ),
        weeks_before=(pl.col("side") == "before").sum(),
        weeks_after=(pl.col("side") == "after").sum(),
    )
    whole = sides.filter((pl.col("weeks_before") == WEEKS) & (pl.col("weeks_after") == WEEKS))
    return SUPPORT_ATTENDANCE.conform(_page(whole, policy))


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
