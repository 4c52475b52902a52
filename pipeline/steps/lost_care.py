"""Children in care with a plan who are on no roll seen here or seldom present, and those placed out of the area."""

import polars as pl

from pipeline.signals.sentences import day, written
from pipeline.steps.lost_held import Held, of_this_year, since_days
from pipeline.steps.windows import first_days, once_each
from pipeline.vocabulary.enrolment import NURSERY_YEARS
from pipeline.vocabulary.lost import FEWEST_SESSIONS_HALF_PRESENT
from pipeline.vocabulary.sen import PlanWords


def _with_plan(held: Held) -> pl.DataFrame:
    in_care = held.in_care.select("pupil_id", placed_on="start_date", out="placed_out_of_area")
    return in_care.join(held.with_plan, on="pupil_id").with_columns(a_plan=pl.lit(held.words.a_plan))


def on_no_roll(held: Held) -> pl.DataFrame:
    """One row per child in care with a plan and on no roll seen here. Children of the nursery years are on none yet."""
    lost = _with_plan(held).join(held.on_rolls, on="pupil_id", how="anti")
    spells = held.last_spells.select("pupil_id", "leaving_date", "nc_year")
    told = lost.join(spells, on="pupil_id", how="left").join(_attended(held), on="pupil_id", how="left")
    of_age = told.filter(~pl.col("nc_year").is_in(NURSERY_YEARS).fill_null(False))
    since = pl.coalesce("leaving_date", pl.max_horizontal("plan_start", "placed_on"))
    dated = of_age.with_columns(since=since).with_columns(calendar_days=since_days("since", held.as_of))
    return dated.select("pupil_id", "since", "calendar_days", says=written(_ON_NO_ROLL))


_ON_NO_ROLL = (
    "In care, with {a_plan}[ of {plan_start:date}], and on no roll seen here[; the last was left on {leaving_date:date}]"
    "[; the return of {stated_on:date} says that school {attended_urn} is attended]."
)


def _attended(held: Held) -> pl.DataFrame:
    """One row per pupil: the school that the latest return says is attended under the plan, whether seen here or not."""
    told = held.plans.filter(
        pl.col("is_latest"), pl.col("stage") == "plan_in_force", pl.col("attended_urn").is_not_null()
    )
    latest = told.sort("stated_on", "received_on", "attended_urn").unique("pupil_id", keep="last", maintain_order=True)
    return latest.select("pupil_id", "stated_on", "attended_urn")


def under_half_present(held: Held) -> pl.DataFrame:
    """One row per child in care with a plan, on a roll, and present at under half of 20 possible sessions or more."""
    features = held.features.select("pupil_id", "urn", "period", "possible_sessions_ytd", "absence_sessions_ytd")
    possible, missed = pl.col("possible_sessions_ytd"), pl.col("absence_sessions_ytd")
    judged = _with_plan(held).join(features, on="pupil_id").filter(possible >= FEWEST_SESSIONS_HALF_PRESENT)
    seldom = judged.filter(missed * 2 > possible)
    began = first_days(once_each(of_this_year(held.weeks, seldom, held).lazy()))
    told = seldom.join(began, on="pupil_id", how="left").with_columns(
        present=possible - missed, rate=(possible - missed) / possible, since="first_session_on"
    )
    return told.select(
        "pupil_id", "urn", "since", calendar_days=since_days("since", held.as_of), says=written(_SELDOM_PRESENT)
    )


_SELDOM_PRESENT = "In care, with {a_plan}[ of {plan_start:date}], and present at {present} of {possible_sessions_ytd:session} ({rate:%})[ {period}]."


def out_of_area(held: Held) -> pl.DataFrame:
    """One row per child in care and placed in another authority's area: the sentence says whether there is a plan, and where
    the child is on roll."""
    out = held.in_care.filter(pl.col("placed_out_of_area")).select("pupil_id", since="start_date")
    plans = held.with_plan.select("pupil_id", "plan_start", has_plan=True)
    listed = held.listed_at.select("pupil_id", "urn")
    told = out.join(plans, on="pupil_id", how="left").join(listed, on="pupil_id", how="left")
    said = told.with_columns(plan=_plan(held.words), roll=_roll())
    return said.select("pupil_id", "urn", "since", calendar_days=since_days("since", held.as_of), says=written(_OUT))


_OUT = "In care, and placed in another authority's area since {since:date}; {plan}; {roll}."


def _plan(words: PlanWords) -> pl.Expr:
    with_day = pl.lit(f"has {words.a_plan}") + pl.coalesce(pl.lit(" of ") + day(pl.col("plan_start")), pl.lit(""))
    return pl.when(pl.col("has_plan")).then(with_day).otherwise(pl.lit(f"no {words.plan} is known here"))


def _roll() -> pl.Expr:
    return (
        pl.when(pl.col("urn").is_null()).then(pl.lit("on no roll seen here")).otherwise(pl.lit("on a roll seen here"))
    )


def area_is_told(held: Held) -> bool:
    """Whether any episode says in whose area the child is placed."""
    return held.care_episodes["placed_out_of_area"].count() > 0
