"""What would show that lists have stopped doing good: nobody answers, everybody is waved through or away, children wait.

An alarm is about a list and those who work it, never about a pupil; it holds no count of pupils.
"""

from datetime import date

import polars as pl

from pipeline.steps.answers import standing_decisions
from pipeline.steps.looked_at import Before
from pipeline.tables.published import ALARM
from pipeline.vocabulary.feedback import ALREADY_MET, LOOK_INTO_IT, NOT_NEEDED, OTHER_CAUSE
from pipeline.vocabulary.school_year import school_year_of

ENOUGH_DECISIONS = 10
"""Fewer say nothing of how a school decides, and might be one pupil's."""

LONGEST_WAIT = 10  # school days

_ALARMS = {
    "dismisses_nothing": (
        "Ten looks or more were decided on this school year, to look further or no further. None was to look no further.",
        "Is each row looked at before it is answered, and may whoever answers say no?",
    ),
    "dismisses_everything": (
        "Ten looks or more were decided on this school year, to look further or no further. None was to look further.",
        "Is the list wrong for this school, or is there no time to look?",
    ),
    "never_returned": (
        "Two lists or more have gone out this school year, and none has come back with an answer that could be taken.",
        "Does the list reach whoever should have it, and can they return it?",
    ),
    "waiting_over_ten_school_days": (
        "A row of its list has waited for more than ten school days.",
        "Who has the hour that a list asks for, and would fewer places be truer?",
    ),
}

_DISMISSALS = (ALREADY_MET, OTHER_CAUSE, NOT_NEEDED)


def alarms(triage: pl.DataFrame, before: Before, days: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`published.alarm`: one row per school with a pupil on its roll, and alarm.

    `days` has one row per school and school day (urn, date).
    """
    year = school_year_of(as_of)
    schools = triage.select("urn").unique()
    this_year = standing_decisions(before.decisions).filter(  # one list may come back twice
        pl.col("decided_on").is_between(year.first_day, as_of), pl.col("decision").is_in((*_DISMISSALS, LOOK_INTO_IT))
    )
    decided = this_year.group_by("urn").agg(
        decisions=pl.len(),
        dismissed=pl.col("decision").is_in(_DISMISSALS).any(),
        looked_into=(pl.col("decision") == LOOK_INTO_IT).any(),
    )
    named = before.places.filter(pl.col("as_of") >= year.first_day).select("urn", "as_of").unique()
    lists = named.group_by("urn").agg(lists=pl.len())  # one with nobody on it asks for no answer
    answered = before.returns.filter((pl.col("list_as_of") >= year.first_day) & (pl.col("rows_taken") > 0))
    came_back = answered.select("urn", came_back=pl.lit(True)).unique()
    known = schools
    for part in (decided, lists, came_back, _longest_wait(triage, days)):
        known = known.join(part, on="urn", how="left")
    enough = pl.col("decisions") >= ENOUGH_DECISIONS
    raised = {
        "dismisses_nothing": pl.when(enough).then(~pl.col("dismissed")),
        "dismisses_everything": pl.when(enough).then(~pl.col("looked_into")),
        "never_returned": pl.when(pl.col("lists") >= 2).then(pl.col("came_back").is_null()),
        "waiting_over_ten_school_days": pl.col("waited") > LONGEST_WAIT,
    }
    rows = [
        known.select("urn", alarm=pl.lit(name), raised=raised[name], says=pl.when(raised[name]).then(pl.lit(says)), asks=pl.lit(asks))
        for name, (says, asks) in _ALARMS.items()
    ]  # fmt: skip
    return ALARM.conform(pl.concat(rows))


def _longest_wait(triage: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """One row per school with a list: school days since the first list of the row that waits longest (0: nobody waits)."""
    since = triage.group_by("urn").agg(pl.col("waiting_since").min())
    counted = since.join(days, on="urn").group_by("urn").agg(waited=(pl.col("date") > pl.col("waiting_since")).sum())
    return counted.with_columns(pl.col("waited").fill_null(0))
