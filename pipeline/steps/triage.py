"""Who is worth a look first: from signals to at most as many pupils as a school has places for.

Rules decide who is eligible; places and order decide who of those is listed. Sex, ethnicity, language, free school meals
and type of need are nowhere in these tables. An absence whose code does not ask about need neither makes a pupil eligible
nor moves one up, and illness in a week in which much of the school was ill makes nobody eligible on the rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from pipeline.signals import SIGNALS
from pipeline.signals.catalogue import TRIGGERS
from pipeline.signals.lines import Lines
from pipeline.signals.rates import MISSED_BEYOND_WAVES, POSSIBLE_BEYOND_WAVES, tenth_on_need
from pipeline.steps.drawn import with_drawn
from pipeline.steps.judged import BY_OWN_PAST, ENOUGH, half_unseen, need_absence_reaches
from pipeline.steps.last_list import with_change, with_last_list
from pipeline.steps.looked_at import NOTHING_BEFORE, Before, looked_at, with_decisions
from pipeline.steps.places import Policy, with_places
from pipeline.steps.reasons import SUPPORT_SAID_ON, in_words
from pipeline.tables.derived import TRIAGE
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.vocabulary.school_year import TERMS, school_year_of, term_dates

__all__ = ["Earlier", "Policy", "new_or_moved", "triage"]

_ON_THE_RATE = ("absent_and_never_looked_at", "persistent_absence", "severe_absence")
"""Triggers that are eligible on the rate, or on the evidence of another: the first asks what those two and illness leave open."""

_ON_ITS_OWN_EVIDENCE = tuple(name for name in TRIGGERS if name not in _ON_THE_RATE)
_OWN_PAST = ("worse_than_last_year", "rising_lately")
_BY_NAME = {signal.name: signal for signal in SIGNALS}


@dataclass(frozen=True)
class Earlier:
    """What earlier lists and answers say, for a list to go on from; of a home's first list all of it is empty.

    `weeks` are `facts.marked_weeks` cut at the as-of day: how things went since is counted there. `due` has the schools
    (urn) whose list goes out on the day, or is None: all of them; `next_on` has the set day after this one on which each is due. `lots` (pupil_id, lot) is the day's keyed draw; `is_holiday` says that
    lists are due and wait until schools are open.
    """

    before: Before = NOTHING_BEFORE
    weeks: pl.DataFrame = field(default_factory=lambda: MARKED_WEEKS.empty)
    due: frozenset[int] | None = None
    next_on: Mapping[int, date] = field(default_factory=dict)
    lots: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"pupil_id": pl.String, "lot": pl.Int64}))
    is_holiday: bool = False


def triage(
    features: pl.DataFrame,
    signals: pl.DataFrame,
    support: pl.DataFrame,
    policy: Policy,
    *,
    as_of: date,
    earlier: Earlier = Earlier(),
    likelihood: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`derived.triage`: one row per pupil of `features`, with the outcome, the place if listed, and why.

    `signals` and `support` are `derived.pupil_signals` and `derived.pupil_support` of the same day. `likelihood` (pupil_id,
    likelihood), where an approved model gives one, orders those who are eligible, and does nothing else.
    """
    known = (
        features.join(_raised(signals), on="pupil_id", how="left")
        .join(support.drop("as_of", "urn"), on="pupil_id", how="left")
        .join(_leading(signals), on="pupil_id", how="left")
    )
    if likelihood is not None:
        known = known.join(likelihood.select("pupil_id", "likelihood"), on="pupil_id", how="left")
    known = known.with_columns(is_objected=pl.col("pupil_id").is_in(sorted(earlier.before.objected)))
    judged = known.pipe(_with_judgement).pipe(
        with_decisions, looked_at(earlier.before, as_of=as_of), earlier.weeks, as_of=as_of
    )
    sorted_out = judged.pipe(_with_outcome, as_of=as_of).pipe(_with_quota)
    waited = sorted_out.pipe(with_last_list, earlier.before).pipe(_with_due, earlier)
    placed = waited.pipe(with_places, policy).pipe(with_drawn, earlier.lots, policy).pipe(in_words)
    return TRIAGE.conform(with_change(placed, earlier.weeks).with_columns(order_because=pl.lit(None, pl.String)))


def _with_due(sorted_out: pl.DataFrame, earlier: Earlier) -> pl.DataFrame:
    is_due = pl.lit(True) if earlier.due is None else pl.col("urn").is_in(sorted(earlier.due))
    next_on = pl.col("urn").replace_strict(dict(earlier.next_on), default=None, return_dtype=pl.Date)
    return sorted_out.with_columns(is_due=is_due, next_on=next_on)


def _raised(signals: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil: all points, and by name whether each signal was raised (null: cannot be judged)."""
    by_signal = signals.select("pupil_id", "signal", "raised").partition_by("signal", as_dict=True, include_key=False)
    none = signals.select("pupil_id", "raised").clear()
    told = signals.group_by("pupil_id", maintain_order=True).agg(pl.col("points").sum())
    for name in _BY_NAME:
        answers = by_signal.get((name,), none).rename({"raised": name})
        if not answers["pupil_id"].equals(told["pupil_id"]):  # as where it was not asked of everyone
            answers = told.select("pupil_id").join(answers, on="pupil_id", how="left", maintain_order="left")
        told = told.with_columns(answers[name])
    return told


def _leading(signals: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil: the raised signal with most points that is not the rate's own, and its sentence."""
    order = {name: rank for rank, name in enumerate(_BY_NAME)}
    candidates = signals.filter("raised", pl.col("signal").is_in([*_ON_ITS_OWN_EVIDENCE, *_OWN_PAST]))
    return (
        candidates.sort(-pl.col("points"), -pl.col("signal").replace_strict(order, return_dtype=pl.Int32))
        .group_by("pupil_id", maintain_order=True)
        .agg(leading=pl.col("signal").first(), leading_reason=pl.col("reason").first())
    )


def new_or_moved(features: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Those of `features` whose history another school may hold: too few sessions anywhere to be judged, and on this
    school's roll since this school year or the last term began. Others without a past have none to ask anyone for."""
    year = school_year_of(as_of)
    began = [term_dates(one, term)[0] for one in (year.before, year) for term in TERMS]
    last_term = [day for day in began if day <= as_of][-2]
    too_few = pl.col("judged_on").is_null() & (pl.col("possible_sessions_ytd") < ENOUGH)
    return features.filter(too_few & (pl.col("entry_date") >= min(year.first_day, last_term)))


# What is true of the pupil ------------------------------------------------------------------------------------------------


def _with_judgement(known: pl.DataFrame) -> pl.DataFrame:
    """Which lines absence reaches when only codes that ask about need are counted, and the points that stand on them."""
    judged = known.with_columns(
        is_tenth=need_absence_reaches(10),
        is_severe=need_absence_reaches(2),
        section=pl.when("is_sixth_form").then(pl.lit("sixth_form")).otherwise(pl.lit("main")),
    )
    not_standing = [
        pl.when(pl.col(name).fill_null(False) & ~pl.col(stands)).then(_BY_NAME[name].points).otherwise(0)
        for name, stands in (("persistent_absence", "is_tenth"), ("severe_absence", "is_severe"))
    ]
    return judged.with_columns(
        points=pl.col("points").fill_null(0) - pl.sum_horizontal(not_standing),
        on_rate=tenth_on_need(Lines()).fill_null(False),  # no home moves what it rests on
        missed_beyond_waves=MISSED_BEYOND_WAVES,
        possible_beyond_waves=POSSIBLE_BEYOND_WAVES,
    ).with_columns(is_eligible=_is_eligible().fill_null(False))


def _is_eligible() -> pl.Expr:
    """Sixth formers are judged on their own last year, pupils of special schools on their own past, others on DfE's rate
    or on any trigger whose evidence is its own."""
    own_past = pl.any_horizontal(_OWN_PAST)
    others = pl.any_horizontal("on_rate", *_ON_ITS_OWN_EVIDENCE)
    return (
        pl.when("is_sixth_form").then("worse_than_last_year").when("is_special_school").then(own_past).otherwise(others)
    )


# What follows -------------------------------------------------------------------------------------------------------------


def _with_outcome(judged: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`outcome` of every pupil but those the list is made from, for whom it is null until places are given out."""
    is_eligible = pl.col("is_eligible")
    is_quiet = (pl.col("quiet_until") > as_of).fill_null(False)
    is_known = pl.col("known_because").is_not_null() & ~_is_worsening() & ~_is_worse_since_decided()
    past_unknown = BY_OWN_PAST & pl.col("worse_than_last_year").is_null()
    is_asked_of = is_eligible | _is_answered()
    said_by_the_first_that_holds = (
        ("cannot_be_judged", pl.col("is_objected")),
        ("cannot_be_judged", half_unseen()),
        ("snoozed", is_asked_of & is_quiet),
        (pl.col("decided_outcome"), is_asked_of & pl.col("decided_because").is_not_null()),
        ("already_known", is_asked_of & is_known),
        (None, is_eligible),
        ("cannot_be_judged", pl.col("source") == "none"),
        ("history_needed", pl.col("judged_on").is_null() | past_unknown),
        ("not_eligible", pl.lit(True)),
    )
    outcome = pl.lit(None, pl.String)
    for said, holds in reversed(said_by_the_first_that_holds):
        said = said if isinstance(said, pl.Expr) else pl.lit(said, pl.String)
        outcome = pl.when(holds).then(said).otherwise(outcome)
    decided = pl.col("decided_because").is_not_null() & (pl.col("outcome") == pl.col("decided_outcome"))
    return judged.with_columns(outcome=outcome).with_columns(is_decided=decided.fill_null(False))


def _is_answered() -> pl.Expr:
    """A suspension asks no more once somebody has looked, and what they said of it is still the reason the pupil is not listed."""
    return ((pl.col("suspensions_12m") > 0) & ~BY_OWN_PAST).fill_null(False)


def _is_worsening() -> pl.Expr:
    """What brings back a pupil already known. In a special school every pupil has a plan, and being eligible is enough."""
    return pl.any_horizontal(
        "is_severe",
        "worse_than_last_year",
        "part_time_past_six_weeks",
        pl.col("last_suspension_on") > SUPPORT_SAID_ON,
        "is_special_school",
    ).fill_null(False)


def _is_worse_since_decided() -> pl.Expr:
    """What brings back a pupil somebody decided on, unless support was reviewed or begun after that. A snooze that ended, four weeks
    gone by and a decision's age do not: they say nothing of support in date."""
    said_since = (SUPPORT_SAID_ON > pl.col("decided_on")).fill_null(False)
    return pl.col("is_worse_since") & ~said_since


def _with_quota(sorted_out: pl.DataFrame) -> pl.DataFrame:
    on_file = pl.col("on_file").fill_null(False)
    severe_or_part_time = pl.col("is_severe") | pl.col("part_time_past_six_weeks").fill_null(False)
    quota = (
        pl.when(BY_OWN_PAST)
        .then(pl.lit("other"))
        .when(on_file)
        .then(pl.lit("support_and_worse"))
        .when(severe_or_part_time)
        .then(pl.lit("severe_or_part_time"))
        .when("on_rate")
        .then(pl.lit("never_looked_at"))
        .otherwise(pl.lit("other"))
    )
    return sorted_out.with_columns(quota=pl.when(pl.col("outcome").is_null()).then(quota))
