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
LAST_LISTS = 3
"""Lists in a row, each out for longer than that, of which none came back."""

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

_NOT_LATELY = (
    "None of the last three lists that went out more than ten school days ago has come back with an answer that could be taken, nor "
    "has any since."
)
"""What `never_returned` says of a school of which an earlier list did come back this school year."""

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
    answered = before.returns.filter((pl.col("list_as_of") >= year.first_day) & (pl.col("rows_taken") > 0))
    known = schools
    for part in (decided, _came_back(named, answered, days), _longest_wait(triage, days)):
        known = known.join(part, on="urn", how="left")
    enough = pl.col("decisions") >= ENOUGH_DECISIONS
    raised = {
        "dismisses_nothing": pl.when(enough).then(~pl.col("dismissed")),
        "dismisses_everything": pl.when(enough).then(~pl.col("looked_into")),
        "never_returned": pl.when(pl.col("lists") >= 2).then(
            ~pl.col("any_came_back") | ~pl.col("came_back_lately").fill_null(True)
        ),
        "waiting_over_ten_school_days": pl.col("waited") > LONGEST_WAIT,
    }
    said = {name: pl.lit(says) for name, (says, _) in _ALARMS.items()}
    said["never_returned"] = pl.when("any_came_back").then(pl.lit(_NOT_LATELY)).otherwise(said["never_returned"])
    rows = [
        known.select("urn", alarm=pl.lit(name), raised=raised[name], says=pl.when(raised[name]).then(said[name]), asks=pl.lit(asks))
        for name, (_, asks) in _ALARMS.items()
    ]  # fmt: skip
    return ALARM.conform(pl.concat(rows))


def _came_back(named: pl.DataFrame, answered: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """One row per school with a list that names anybody, for one with nobody on it asks for no answer: how many went out, whether
    any came back, and whether any did of the last three that have been out for more than ten school days, or of those since.

    `named` has one row per school and list (urn, as_of), `answered` one or more per list that came back (urn, list_as_of). The
    last is null where fewer than three have been out for so long.
    """
    later = named.join(days, on="urn").group_by("urn", "as_of").agg(out_for=(pl.col("date") > pl.col("as_of")).sum())
    late = later.filter(pl.col("out_for") > LONGEST_WAIT).sort("urn", "as_of")
    since = late.group_by("urn").agg(since=pl.col("as_of").tail(LAST_LISTS).min(), late=pl.len())
    told = named.group_by("urn").agg(lists=pl.len()).join(since, on="urn", how="left")
    back = (
        answered.join(since, on="urn", how="left")
        .group_by("urn")
        .agg(any_came_back=pl.lit(True), any_lately=(pl.col("list_as_of") >= pl.col("since")).any())
    )
    enough = pl.col("late") >= LAST_LISTS
    known = told.join(back, on="urn", how="left").with_columns(pl.col("any_came_back", "any_lately").fill_null(False))
    return known.select("urn", "lists", "any_came_back", came_back_lately=pl.when(enough).then("any_lately"))


def _longest_wait(triage: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """One row per school with a list: school days since the first list of the row that waits longest (0: nobody waits)."""
    since = triage.group_by("urn").agg(pl.col("waiting_since").min())
    counted = since.join(days, on="urn").group_by("urn").agg(waited=(pl.col("date") > pl.col("waiting_since")).sum())
    return counted.with_columns(pl.col("waited").fill_null(0))
