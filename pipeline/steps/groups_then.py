"""The groups of a day gone by, counted as tonight's are."""

import polars as pl

from pipeline.steps.inclusion import group_audit, with_missed


def groups_of(
    triage: pl.DataFrame, support: pl.DataFrame, schools: pl.DataFrame, characteristics: pl.DataFrame
) -> pl.DataFrame:
    """The exact groups of one day, as `inclusion.exact_counts` has them of tonight: of the last look of an earlier school year, with
    what was known then."""
    pupils = triage.select("pupil_id", "urn", "outcome")
    pupils = pupils.join(support.select("pupil_id", "on_file"), on="pupil_id", how="left")
    return group_audit(with_missed(pupils.join(schools.select("urn", "phase"), on="urn", how="left")), characteristics)
