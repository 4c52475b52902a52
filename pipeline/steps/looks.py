"""What this school year's looks have come to, pupil by pupil: when each was first found worth one, and when somebody looked."""

from datetime import date

import polars as pl

from pipeline.steps.alarms import LONGEST_WAIT
from pipeline.steps.answers import decision_of_each, outcome_of_each, standing_decisions, standing_outcomes
from pipeline.steps.held_to_calendar import weekdays_of_term
from pipeline.steps.looked_at import Before
from pipeline.vocabulary.feedback import ALREADY_MET, COULD_NOT_REACH, FOUND_KNOWN, NEED_FOUND, SNOOZE
from pipeline.vocabulary.school_year import school_year_of

WORTH_A_LOOK = ("listed", "eligible_not_listed")
"""Outcomes of those found worth a look, whether there was a place or not."""

_NOBODY_LOOKED = (COULD_NOT_REACH, SNOOZE)


def answers(before: Before, *, as_of: date) -> pl.DataFrame:
    """One row per pupil of whom anything was decided or found this school year: `decision` and `outcome`, each the last, and
    `looked_on`, the first day somebody looked.

    Nobody looked at whom they could not reach, or asked to wait with; whoever tells what was found has looked.
    """
    first_day = school_year_of(as_of).first_day
    decided = before.decisions.filter(pl.col("decided_on").is_between(first_day, as_of), pl.col("known_on") <= as_of)
    found = before.outcomes.filter(pl.col("outcome_on").is_between(first_day, as_of), pl.col("known_on") <= as_of)
    reached = standing_decisions(decided).filter(~pl.col("decision").is_in(_NOBODY_LOOKED))
    days = [reached.select("pupil_id", day="decided_on"), standing_outcomes(found).select("pupil_id", day="outcome_on")]
    looked = pl.concat(days).group_by("pupil_id").agg(looked_on=pl.col("day").min())
    last = (
        decision_of_each(decided)
        .select("pupil_id", "decision")
        .join(outcome_of_each(found).select("pupil_id", "outcome"), on="pupil_id", how="full", coalesce=True)
    )
    return last.join(looked, on="pupil_id", how="left").sort("pupil_id")


def pupil_looks(
    triage: pl.DataFrame,
    support: pl.DataFrame,
    found_before: pl.DataFrame,
    answered: pl.DataFrame,
    days: pl.DataFrame,
    *,
    as_of: date,
) -> pl.DataFrame:
    """One row per pupil on a roll now and found worth a look on any day of this school year: pupil_id, urn, the columns of
    `published.flow` each as true or false, and `days_to_look`, school days from being found worth a look to the first look.

    `triage` and `support` are the day's; `found_before` (pupil_id, first_on) tells of earlier days, `answered` is `answers`,
    `days` has urn and date of the school days of every school of `triage`. Whoever was looked at before they were found worth a
    look waited no day; days_to_look is null where nobody looked.
    """
    now = triage.select("pupil_id", "urn", is_eligible=pl.col("outcome").is_in(WORTH_A_LOOK))
    today = now.filter("is_eligible").select("pupil_id", first_on=pl.lit(as_of))
    found = pl.concat([found_before.select("pupil_id", "first_on"), today])
    first = found.group_by("pupil_id").agg(pl.col("first_on").min())
    flagged = now.join(first, on="pupil_id")
    for frame in (answered, support.select("pupil_id", "on_file")):
        flagged = flagged.join(frame, on="pupil_id", how="left")
    dated = flagged.with_columns(today=pl.lit(as_of))
    for column in ("first_on", "looked_on", "today"):
        dated = _with_number(dated, days, column)
    is_looked_at = pl.col("looked_on").is_not_null()
    has_need = pl.col("outcome").is_in((NEED_FOUND, FOUND_KNOWN)).fill_null(False)
    is_met = (pl.col("decision") == ALREADY_MET).fill_null(False) | (has_need & pl.col("on_file").fill_null(False))
    is_unmet = pl.col("is_eligible") & ~is_looked_at
    return dated.select(
        "pupil_id",
        "urn",
        flagged=pl.lit(True),
        looked_at=is_looked_at,
        need_found=is_looked_at & has_need,
        need_met=is_looked_at & is_met,
        unmet=is_unmet,
        waiting=is_unmet & (pl.col("today_number") - pl.col("first_on_number") > LONGEST_WAIT),
        days_to_look=(pl.col("looked_on_number") - pl.col("first_on_number")).clip(lower_bound=0),
    ).sort("pupil_id")


def _with_number(rows: pl.DataFrame, days: pl.DataFrame, column: str) -> pl.DataFrame:
    """`rows` with how many school days their school has had up to the day in `column`, that day among them."""
    numbered = days.sort("urn", "date").with_columns(number=pl.int_range(1, pl.len() + 1).over("urn")).sort("date")
    known = rows.select("urn", column).drop_nulls().unique().sort(column)
    counted = known.join_asof(numbered, left_on=column, right_on="date", by="urn", check_sortedness=False)
    number = counted.select("urn", column, pl.col("number").fill_null(0).alias(f"{column}_number"))
    return rows.join(number, on=("urn", column), how="left")


def with_weekdays(days: pl.DataFrame, urns: pl.Series, *, as_of: date) -> pl.DataFrame:
    """`days` (urn, date) of this school year, and for each of `urns` that has none, as a school without registers has none, the
    weekdays of this year's terms: nobody is to wait uncounted because a school is known by its census alone."""
    first_day = school_year_of(as_of).first_day
    here = days.select("urn", "date").filter(pl.col("date").is_between(first_day, as_of))
    without = pl.DataFrame({"urn": urns.unique().cast(pl.Int32)}).join(here, on="urn", how="anti")
    weekdays = pl.DataFrame({"date": weekdays_of_term(first_day, as_of)}, schema={"date": pl.Date})
    return pl.concat([here, without.join(weekdays, how="cross")]).sort("urn", "date")
