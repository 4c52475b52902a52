"""Plans first made within twenty weeks of the request, as SEN2's rows tell: by school, area and whole home."""

from datetime import date

import polars as pl

from pipeline.steps.flow import by_scope

_COUNTS = ("plans", "plans_in_time", "plans_with_exceptions", "plans_in_time_with_exceptions")


def plans_in_time(told: pl.DataFrame, triage: pl.DataFrame, at: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The exact counts of `published.plans_in_time`, of plans first made in the twelve months to the day; no row at all where no
    return has come.

    `told` is `facts.plans`, `triage` says on whose roll each child is now, `at` is `flow.places`. Left out are requests whose day
    is not known and those that run by other limits, such as a refusal overturned; and from the figures without exceptions, those
    of which it was not said whether one applies. A child on no roll counts for the whole home alone.
    """
    if told.is_empty():
        return by_scope(_timed(told, triage), at, _counts(), zero=_COUNTS, scopes=_SCOPES).clear().drop("phase")
    a_year_ago = pl.lit(as_of).dt.offset_by("-12mo")
    made = told.filter((pl.col("issued_on") > a_year_ago) & (pl.col("issued_on") <= as_of))
    rows = by_scope(_timed(made, triage), at, _counts(), zero=_COUNTS, scopes=_SCOPES)
    return rows.drop("phase")


_SCOPES = ("school", "area", "home")


def _timed(made: pl.DataFrame, triage: pl.DataFrame) -> pl.DataFrame:
    return made.filter(pl.col("within_20_weeks").is_not_null()).join(
        triage.select("pupil_id", "urn"), on="pupil_id", how="left"
    )


def _counts() -> list[pl.Expr]:
    with_exceptions, without = pl.col("within_20_weeks"), pl.col("within_20_weeks_less_exceptions")
    sums = (without.count(), without.sum(), with_exceptions.count(), with_exceptions.sum())
    return [number.cast(pl.Int64).alias(name) for name, number in zip(_COUNTS, sums, strict=True)]
