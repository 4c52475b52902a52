"""Rows of wider needs and early years profiles with what the gate asks of them beyond their cells."""

from collections.abc import Callable
from datetime import date

import polars as pl

from pipeline.vocabulary.needs import NOT_A_ROLE, OF_JUSTICE, PROFILE_DUE


def with_role(needs: pl.DataFrame) -> pl.DataFrame:
    """Wider needs as delivered, with `added_by` a role, and in `added_by_is` of what kind other words there were, or null."""
    not_a_role = pl.col("added_by").is_in([NOT_A_ROLE, OF_JUSTICE])
    return needs.with_columns(
        added_by=pl.when(not_a_role).then(pl.lit("other")).otherwise("added_by"),
        added_by_is=pl.when(not_a_role).then("added_by"),
    )


def with_year_assessed(profiles: pl.DataFrame) -> pl.DataFrame:
    """Early years profiles with `year` filled in from `assessed_on` where only that was sent, and `assessed_by`: the day, or
    else the last on which a profile of that year may be complete."""
    year = pl.coalesce("year", pl.col("assessed_on").dt.year().cast(pl.Int32))
    due = pl.when(year.is_between(1, date.max.year)).then(pl.date(year, *PROFILE_DUE))
    return profiles.with_columns(year=year, assessed_by=pl.coalesce("assessed_on", due))


TOLD_MORE_OF: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "wider_needs": with_role,
    "early_years_profiles": with_year_assessed,
}
"""By feed. Rows that waited have been through these before, and do not come again."""
