"""The night's figures: counted, suppressed once, and swapped in."""

from datetime import date
from functools import partial

import duckdb
import polars as pl

from pipeline import __version__
from pipeline.edges import known as clocks
from pipeline.edges import published
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.opinions_kept import learned_by
from pipeline.edges.settings import Home
from pipeline.steps.alarms import alarms
from pipeline.steps.care import with_looked_after
from pipeline.steps.disclosure import Policy, disclosed
from pipeline.steps.exact_looks import exact_looks
from pipeline.steps.inclusion import Tonight, exact_counts
from pipeline.steps.places import of_schools
from pipeline.steps.published_weeks import england
from pipeline.steps.reconciliation import first_apart
from pipeline.steps.signal_outcomes import signal_names
from pipeline.steps.support_attendance import support_attendance
from pipeline.tables.published import figure_notes

from . import days, told_before
from .data_told import of_the_data
from .looking import Look
from .looks import so_far
from .opinion import of_the_opinion


def publish(con: duckdb.DuckDBPyConnection, home: Home, look: Look, *, run: str) -> None:
    """Swap in a snapshot of suppressed aggregates. A look at a day before the newest published one stays in the past, and of a day with
    nobody on a roll there is nothing to tell."""
    if look.triage.is_empty() or _is_in_the_past(con, home, as_of=look.as_of):
        return
    settings = home.settings
    policy = Policy(fewest_shown=settings.fewest_shown, smallest_base=settings.smallest_base)
    tonight = Tonight(
        run=run,
        home=settings.name,
        as_of=look.as_of,
        version=__version__,
        demo=settings.demo,
        policy=policy,
        triage=look.triage,
        features=look.features,
        signals=look.signals,
        support=look.support,
        schools=look.known.schools,
        registers=look.by_school,
        lost=look.lost,
        characteristics=characteristics(con, as_of=look.as_of),
        withheld=first_apart(look.lines),
        places=of_schools(look.triage, look.policy),
    )
    counts = exact_counts(tonight)
    known = so_far(con, home, look, tonight, counts["group_audit"], partial(characteristics, con))
    counts |= exact_looks(tonight, known, counts["group_audit"])
    pages = _told(con, counts, policy, as_of=look.as_of) | {
        "signal_names": signal_names(known.catalogue),
        "england": england(),
        "figure_notes": figure_notes(),
        **of_the_data(con, look.lines, policy, as_of=look.as_of),
        **of_the_opinion(look.opinion, learned_by(home, as_of=look.as_of)),
        "alarm": alarms(look.triage, look.earlier.before, tonight.school_days, as_of=look.as_of),
        "support_attendance": support_attendance(look.known.support, look.weeks, policy, as_of=look.as_of),
    }
    published.publish(pages, home.published, run=run, current=True)


def _is_in_the_past(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date) -> bool:
    """Whether a later day is published. A snapshot that cannot be read gives way to that of the newest night; a look back stops at it."""
    try:
        newest = published.newest_as_of(home.published)
    except Refused:
        if not days.is_newest(con, as_of=as_of):
            raise
        return False
    return newest is not None and as_of < newest


def _told(con: duckdb.DuckDBPyConnection, counts: dict[str, pl.DataFrame], policy: Policy, *, as_of: date):
    """The pages of tonight's counts, on record before anybody sees them: a run that is killed in between has hidden too much, and
    never too little. The tables of groups are made anew once a week, and stand as they were on the nights between."""
    before = told_before.remembered(con, as_of=as_of)
    groups = told_before.groups_of_week(con, policy, as_of=as_of)
    if groups:
        run = counts["run"].with_columns(groups_as_of=pl.lit(groups.as_of))
        counts = {name: frame for name, frame in counts.items() if name not in groups.pages} | {"run": run}
    tonight = disclosed(counts, policy, before)
    with shelf.transaction(con):
        told_before.remember(con, tonight.remembered, before, as_of=as_of)
        if not groups:
            told_before.keep_groups(con, tonight.pages, policy, as_of=as_of)
    return tonight.pages | (groups.pages if groups else {})


def characteristics(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """One row per pupil for the audit of groups, as known on a day."""
    return with_looked_after(clocks.characteristics(con, as_of), *clocks.care(con, as_of), as_of=as_of)
