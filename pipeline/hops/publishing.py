"""The night's figures: counted, suppressed once, and swapped in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

import duckdb
import polars as pl

from pipeline import __version__
from pipeline.edges import known as clocks
from pipeline.edges import published
from pipeline.edges import warehouse as shelf
from pipeline.edges.ahead import beside, kept
from pipeline.edges.errors import Refused
from pipeline.edges.opinions_kept import learned_by
from pipeline.edges.settings import Home
from pipeline.steps.alarms import alarms
from pipeline.steps.care import with_looked_after
from pipeline.steps.disclosure import Counts, Disclosed, Policy, disclosed
from pipeline.steps.disclosure_memory import Remembered
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
from .summary import Summary


@dataclass(frozen=True)
class Figures:
    """The night's figures: `counts` are exact and go nowhere; `pages` are those of which nothing is hidden."""

    as_of: date
    run: str
    policy: Policy
    counts: Counts
    pages: dict[str, pl.DataFrame]
    before: Remembered
    groups: told_before.GroupsOfWeek | None  # made anew once a week; they stand as they were on the nights between


@contextmanager
def figures(con: duckdb.DuckDBPyConnection, home: Home, look: Look, summary: Summary) -> Iterator[Callable[[], None]]:
    """The night's figures counted, and what of them to hide worked out beside whatever is done within, which takes about as long. What is
    given puts on record what they hide and tell, and swaps in the snapshot.

    Whatever is wrong with them is raised there: no list waits for a figure. A look at a day before the newest published one stays in
    the past, and of a day with nobody on a roll there is nothing to tell.
    """
    with summary.timed("figures"):
        counted = kept(partial(_counted, con, home, look, run=summary.run))
    with beside(partial(_worked_out, counted)) as worked_out:
        yield lambda: _publish(con, home, counted(), worked_out())


def _worked_out(counted: Callable[[], Figures | None]) -> Disclosed | None:
    one = counted()
    return disclosed(one.counts, one.policy, one.before) if one else None


def _publish(con: duckdb.DuckDBPyConnection, home: Home, counted: Figures | None, hidden: Disclosed | None) -> None:
    """What is hidden and told is on record before anybody sees it: a run that is killed in between has hidden too much, and never too
    little."""
    if not counted:
        return
    with shelf.transaction(con):
        told_before.remember(con, hidden.remembered, counted.before, as_of=counted.as_of)
        if not counted.groups:
            told_before.keep_groups(con, hidden.pages, counted.policy, as_of=counted.as_of)
    groups = counted.groups.pages if counted.groups else {}
    published.publish(hidden.pages | groups | counted.pages, home.published, run=counted.run, current=True)


def _counted(con: duckdb.DuckDBPyConnection, home: Home, look: Look, *, run: str) -> Figures | None:
    settings, as_of = home.settings, look.as_of
    if look.triage.is_empty() or _is_in_the_past(con, home, as_of=as_of):
        return None
    policy = Policy(fewest_shown=settings.fewest_shown, smallest_base=settings.smallest_base)
    tonight = Tonight(
        run=run,
        home=settings.name,
        as_of=as_of,
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
        characteristics=characteristics(con, as_of=as_of),
        withheld=first_apart(look.lines),
        places=of_schools(look.triage, look.policy),
    )
    counts = exact_counts(tonight)
    known = so_far(con, home, look, tonight, counts["group_audit"], partial(characteristics, con))
    counts |= exact_looks(tonight, known, counts["group_audit"])
    before = told_before.remembered(con, as_of=as_of)
    groups = told_before.groups_of_week(con, policy, as_of=as_of)
    if groups:
        run_of = counts["run"].with_columns(groups_as_of=pl.lit(groups.as_of))
        counts = {name: frame for name, frame in counts.items() if name not in groups.pages} | {"run": run_of}
    pages = {
        "signal_names": signal_names(known.catalogue),
        "england": england(),
        "figure_notes": figure_notes(),
        **of_the_data(con, look.lines, policy, as_of=as_of),
        **of_the_opinion(look.opinion, learned_by(home, as_of=as_of)),
        "alarm": alarms(look.triage, look.earlier.before, tonight.school_days, as_of=as_of),
        "support_attendance": support_attendance(look.known.support, look.weeks, policy, as_of=as_of),
    }
    return Figures(as_of, run, policy, counts, pages, before, groups)


def _is_in_the_past(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date) -> bool:
    """Whether a later day is published. A snapshot that cannot be read gives way to that of the newest night; a look back stops at it."""
    try:
        newest = published.newest_as_of(home.published)
    except Refused:
        if not days.is_newest(con, as_of=as_of):
            raise
        return False
    return newest is not None and as_of < newest


def characteristics(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """One row per pupil for the audit of groups, as known on a day."""
    return with_looked_after(clocks.characteristics(con, as_of), *clocks.care(con, as_of), as_of=as_of)
