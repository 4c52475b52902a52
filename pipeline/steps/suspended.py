"""Suspensions and exclusions, from the feed and from the registers."""

from datetime import date

import polars as pl

from pipeline.steps.spells import SUSPENDED, spells


def suspended(suspensions: pl.DataFrame, weeks: pl.LazyFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil suspended in the last 12 months: suspensions_12m and last_suspension_on.

    `weeks` has one row per pupil and week. One suspension may come in two censuses, and in the registers too: of the
    feed's days and the registers' runs of E, whichever says more is taken.
    """
    since = pl.lit(as_of).dt.offset_by("-12mo")
    from_feed = suspensions.select("pupil_id", began="start_date").unique()
    from_marks = spells(_weeks_of_the_suspended(weeks), SUSPENDED)
    both = [_begun(from_feed, since, as_of=as_of), _begun(from_marks, since, as_of=as_of)]
    return (
        pl.concat(both)
        .group_by("pupil_id")
        .agg(suspensions_12m=pl.col("suspensions").max(), last_suspension_on=pl.col("last").max())
    )


def _weeks_of_the_suspended(weeks: pl.LazyFrame) -> pl.DataFrame:
    ever = weeks.filter(pl.col("suspended_sessions") > 0).select("pupil_id").unique()
    packed = weeks.select("pupil_id", "week_start", "am_codes", "pm_codes")
    return packed.join(ever, on="pupil_id", how="semi").collect(engine="streaming")


def _begun(spells_begun: pl.DataFrame, since: pl.Expr, *, as_of: date) -> pl.DataFrame:
    within = spells_begun.filter((pl.col("began") >= since) & (pl.col("began") <= as_of))
    return within.group_by("pupil_id").agg(suspensions=pl.len().cast(pl.Int32), last=pl.col("began").max())
