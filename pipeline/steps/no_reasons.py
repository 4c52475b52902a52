"""Absences whose reason a school still has to find: N marks older than five school days."""

import polars as pl

from pipeline.steps.weeks import slots
from pipeline.vocabulary.attendance_codes import BY_CODE

SETTLED_WITHIN = 5
"""School days in which a school finds out why a pupil was away."""

_HALF_DAY = ("pupil_id", "date", "half_day")


def reasons_not_given(
    roll: pl.DataFrame, weeks: pl.LazyFrame, as_sent: pl.LazyFrame, school_days: pl.DataFrame
) -> pl.DataFrame:
    """One row per pupil whose school has registers this year: `no_reason_sessions_older_5d` and `no_reason_since`.

    `roll` has pupil_id and urn (the school that lists the pupil), `weeks` one row per pupil and week, `as_sent` the same
    with a row for each school, `school_days` urn and date. Only marks of the school that lists the pupil count: no other's
    register is its to put right. Nor does one where another school knew.
    """
    settled = _settled(school_days)
    here = as_sent.join(roll.lazy().select("pupil_id", "urn"), on=("pupil_id", "urn"), how="semi")
    marks = _unexplained(here, ("pupil_id", "urn")).join(_unexplained(weeks, ("pupil_id",)), on=_HALF_DAY, how="semi")
    counted = (
        marks.join(settled, on="urn")
        .filter(pl.col("date") <= pl.col("settled_to"))
        .group_by("pupil_id")
        .agg(no_reason_sessions_older_5d=pl.len(), no_reason_since=pl.col("date").min())
    )
    asked = roll.select("pupil_id", "urn").join(settled, on="urn", how="semi").select("pupil_id")
    return asked.join(counted, on="pupil_id", how="left").with_columns(
        pl.col("no_reason_sessions_older_5d").fill_null(0)
    )


def _settled(school_days: pl.DataFrame) -> pl.DataFrame:
    """One row per school: the last day by now more than five school days ago; null where the year has had fewer."""
    newest_first = school_days.sort("date", descending=True).group_by("urn", maintain_order=True)
    return newest_first.agg(settled_to=pl.col("date").get(SETTLED_WITHIN + 1, null_on_oob=True))


def _unexplained(weeks: pl.LazyFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """One row per half day marked N: `columns`, date and half_day."""
    rows = weeks.filter(pl.col("no_reason_sessions") > 0).collect(engine="streaming")
    return slots(rows, columns).filter(pl.col("code_number") == BY_CODE["N"].number)
