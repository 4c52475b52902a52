"""Children whose plan, or request for one, is past a day the law sets: as the latest return states it, and no later.

Of what came after the day a return describes nobody here knows. So days run to that day, and a review that fell due since is
no reason yet: see `lost_since_return`.
"""

from datetime import date

import polars as pl

from pipeline.signals.sentences import written
from pipeline.steps.lost_held import Held, since_days
from pipeline.steps.lost_since_return import reviewed_at_school
from pipeline.vocabulary.lost import ADULT_FROM
from pipeline.vocabulary.plans import DAYS_TO_DECIDE, DAYS_TO_PLAN, STAGES, WAITING

_NO_PLACE = ("NEET", "NIEC", "NIEO")
"""Settings by which SEN2 says that a young person is in none."""


def _now(held: Held) -> pl.DataFrame:
    """What the latest return of its authority states."""
    return held.plans.filter(pl.col("is_latest"))


def _placed(rows: pl.DataFrame, held: Held, *more: str) -> pl.DataFrame:
    """The longest of each pupil's, with the school that lists them; null where none here does."""
    first = rows.sort("since", "says").unique("pupil_id", keep="first", maintain_order=True)
    listed = first.join(held.listed_at.select("pupil_id", "urn"), on="pupil_id", how="left")
    return listed.select("pupil_id", "urn", "since", "calendar_days", "says", *more)


# Requests ---------------------------------------------------------------------------------------------------------------


def _waiting(held: Held) -> pl.DataFrame:
    """Requests that wait for the authority, with the days waited. One whose time runs by other limits has none."""
    waits = _now(held).filter(pl.col("stage").is_in(WAITING), pl.col("weeks_waiting").is_not_null())
    return waits.with_columns(
        since=pl.col("received_on"),
        calendar_days=since_days("received_on", pl.col("stated_on")),
        at=pl.col("stage").replace_strict(STAGES, return_dtype=pl.String),
        weeks=pl.col("weeks_waiting").floor().cast(pl.Int32),
        exception=_exception(),
    )


def _exception() -> pl.Expr:
    has = pl.col("has_exception")
    return (
        pl.when(has)
        .then(pl.lit("an exception to the twenty weeks is on record"))
        .when(has.is_null())
        .then(pl.lit("whether an exception applies was not said"))
        .otherwise(pl.lit("no exception is on record"))
    )


def undecided(held: Held) -> pl.DataFrame:
    """One row per pupil whose request had waited for a decision for more than six weeks and at most twenty."""
    days = pl.col("calendar_days")
    late = _waiting(held).filter(
        pl.col("stage") == "requested", days.is_between(DAYS_TO_DECIDE, DAYS_TO_PLAN, closed="right")
    )
    return _placed(late.with_columns(says=written(_UNDECIDED)), held)


_UNDECIDED = (
    "A plan was asked for on {received_on:date}. By {stated_on:date}, the day of the latest return, it was not decided whether to "
    "assess, {calendar_days:day} on: six weeks are 42."
)


def past_twenty_weeks(held: Held, *, with_exception: bool) -> pl.DataFrame:
    """One row per pupil who had waited for more than twenty weeks, with an exception on record or without."""
    late = _waiting(held).filter(
        pl.col("calendar_days") > DAYS_TO_PLAN, pl.col("has_exception").fill_null(False) == with_exception
    )
    return _placed(late.with_columns(says=written(_NO_PLAN)), held)


_NO_PLAN = (
    "A plan was asked for on {received_on:date}. By {stated_on:date}, the day of the latest return, {calendar_days:day} "
    "({weeks:whole week}) had passed, of 140: {at}; {exception}."
)


# Plans ------------------------------------------------------------------------------------------------------------------


def _in_force(held: Held) -> pl.DataFrame:
    return _now(held).filter(pl.col("stage") == "plan_in_force")


def unreviewed(held: Held) -> pl.DataFrame:
    """One row per pupil whose plan's review was due before the day of the return, with no later one known of any school."""
    due = _in_force(held).filter(pl.col("next_review_due") < pl.col("stated_on"), ~reviewed_at_school(held))
    late = due.with_columns(since="next_review_due", calendar_days=since_days("next_review_due", pl.col("stated_on")))
    return _placed(late.with_columns(says=written(_REVIEWED) + written(_UNREVIEWED)), held)


_REVIEWED = "[Last reviewed on {last_review:date}. ]"
_UNREVIEWED = "The plan's review was due by {next_review_due:date}, {calendar_days:day} before {stated_on:date}, the day of the latest return."  # fmt: skip


def not_transferred(held: Held) -> pl.DataFrame:
    """One row per pupil whose plan was to be changed for the next phase by a day before that of the return, and was not."""
    is_done = pl.col("phase_transferred_on") <= pl.col("stated_on")
    late = _in_force(held).filter(pl.col("phase_transfer_due") < pl.col("stated_on"), ~is_done.fill_null(False))
    timed = late.with_columns(
        since="phase_transfer_due", calendar_days=since_days("phase_transfer_due", pl.col("stated_on"))
    )
    return _placed(timed.with_columns(says=written(_NOT_TRANSFERRED)), held)


_NOT_TRANSFERRED = (
    "The plan for the next phase was due by {phase_transfer_due:date}. It was not final by {stated_on:date}, the day of the latest "
    "return, {calendar_days:day} on."
)


def without_pathway(held: Held) -> pl.DataFrame:
    """One row per pupil of 17 or over when the school year began whose plan leads to no place after Year 11 that is noted.

    SEN2 has no field for a pathway to adulthood. What stands for one is a place or an offer for after the pupil's own Year 11,
    which is the year that began when they were 15 on 31 August. Of whose age no roll tells nothing is said.
    """
    year_11 = held.year.starts - (pl.col("age") - _AGE_IN_YEAR_11)
    old_enough = held.last_spells.filter(pl.col("age") >= ADULT_FROM).select(
        "pupil_id", "age", year_11_from=pl.date(year_11, 8, 1), after_year_11=pl.date(year_11 + 1, 8, 1)
    )
    adults = _in_force(held).join(old_enough, on="pupil_id").filter(~_is_named_for_later(), ~_is_attended_later())
    offered = held.offers.filter(pl.col("offer_date") <= held.as_of).join(old_enough, on="pupil_id")
    since_year_11 = offered.filter(pl.col("offer_date") >= pl.col("year_11_from"))
    first_day = date(held.year.starts, 8, 31)
    told = adults.join(since_year_11, on="pupil_id", how="anti").with_columns(
        since=pl.lit(first_day), calendar_days=pl.lit((held.as_of - first_day).days, pl.Int32)
    )
    return _placed(told.with_columns(says=written(_NO_PATHWAY)), held)


_AGE_IN_YEAR_11 = 15  # on the 31 August before it

_NO_PATHWAY = (
    "Was {age} on {since:date}. By {stated_on:date}, the day of the latest return, the plan[ of {plan_start:date}] named no place "
    "for after Year 11, and none was attended under it since; no offer made since Year 11 began is held."
)


def _is_named_for_later() -> pl.Expr:
    """Whether a plan names a place for after Year 11: one that began after it, or was changed for the next phase since it began.
    What an older plan names is where the pupil was to be until then."""
    began_later = pl.col("plan_start") >= pl.col("after_year_11")
    changed = pl.col("phase_transferred_on") >= pl.col("year_11_from")
    return _is_place("named") & (began_later.fill_null(False) | changed.fill_null(False))


def _is_attended_later() -> pl.Expr:
    """Whether the return describes a day after Year 11, and a place that was attended on it."""
    return _is_place("attended") & (pl.col("stated_on") >= pl.col("after_year_11"))


def _is_place(place: str) -> pl.Expr:
    setting = pl.col(f"{place}_setting")
    named_in_words = setting.is_not_null() & ~setting.is_in(_NO_PLACE)
    return (pl.col(f"{place}_urn").is_not_null() | named_in_words).fill_null(False)
