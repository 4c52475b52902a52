"""What pupils on a roll have ever had, as far back as this home's records reach: support, a plan, a time in care."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.steps.care import ever_in_care
from pipeline.steps.inclusion import NOT_KNOWN

_COUNTS = ("ever_additional_support", "ever_plan", "ever_social_worker")


@dataclass(frozen=True, kw_only=True)
class Records:
    """All that is on record of any year, as known on the day: staged rows of rolls, of support and reviews and of care;
    and `facts.plans`."""

    rolls: pl.DataFrame
    support: pl.DataFrame
    plans: pl.DataFrame
    care_children: pl.DataFrame
    care_episodes: pl.DataFrame


def ever(features: pl.DataFrame, records: Records, *, as_of: date) -> pl.DataFrame:
    """The exact counts of `published.ever`: one row per year group with a pupil on a roll.

    `features` has pupil_id and nc_year of each. A plan is additional support too. `known_since` is the earliest day that any roll
    or return on record describes: the same on each row, so that it is nobody's own.
    """
    has_plan = _with_a_plan(records, as_of=as_of)
    has_support = pl.concat([has_plan, _with_support(records, as_of=as_of)]).unique()
    was_in_care = _ever_in_care(records, as_of=as_of)
    pupils = features.select("pupil_id", pl.col("nc_year").fill_null(NOT_KNOWN))
    for name, those in zip(_COUNTS, (has_support, has_plan, was_in_care), strict=True):
        pupils = pupils.with_columns(pl.col("pupil_id").is_in(those["pupil_id"].implode()).alias(name))
    counted = pupils.group_by("nc_year").agg(
        pl.len().cast(pl.Int64).alias("pupils"), *(pl.col(name).sum().cast(pl.Int64) for name in _COUNTS)
    )
    since = pl.lit(_known_since(records, as_of=as_of), pl.Date)
    return counted.with_columns(known_since=since).sort("nc_year")


def _with_a_plan(records: Records, *, as_of: date) -> pl.DataFrame:
    begun = pl.col("plan_start").is_null() | (pl.col("plan_start") <= as_of)
    made = pl.col("stage").is_in(["plan_in_force", "plan_ceased"]) | pl.col("plan_start").is_not_null()
    of_schools = _begun(records.support, as_of=as_of).filter(pl.col("kind") == "ehc_plan")
    return pl.concat(
        [
            records.plans.filter(made.fill_null(False) & begun).select("pupil_id"),
            of_schools.select("pupil_id"),
            _said_of(records.rolls, pl.col("sen_provision") == "E", as_of=as_of),
        ]
    ).unique()


def _with_support(records: Records, *, as_of: date) -> pl.DataFrame:
    by_roll = _said_of(records.rolls, pl.col("sen_provision").is_in(["K", "E"]), as_of=as_of)
    return pl.concat([by_roll, _begun(records.support, as_of=as_of).select("pupil_id")])


def _ever_in_care(records: Records, *, as_of: date) -> pl.DataFrame:
    by_return = ever_in_care(records.care_children, records.care_episodes, as_of=as_of)
    return pl.concat([by_return, _said_of(records.rolls, pl.col("looked_after"), as_of=as_of)]).unique()


def _begun(support: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    return support.filter(pl.col("start_date").is_null() | (pl.col("start_date") <= as_of))


def _said_of(rolls: pl.DataFrame, holds: pl.Expr, *, as_of: date) -> pl.DataFrame:
    """Pupils of whom a roll that describes the day, or one before it, says so."""
    return rolls.filter((pl.col("stated_on") <= as_of) & holds.fill_null(False)).select("pupil_id")


def _known_since(records: Records, *, as_of: date) -> date | None:
    days = [
        records.rolls["stated_on"],
        records.plans["stated_on"],
        records.support["known_on"],
        records.care_children["known_on"],
    ]
    earliest = [day for days_of in days if (day := days_of.filter(days_of <= as_of).min())]
    return min(earliest, default=None)
