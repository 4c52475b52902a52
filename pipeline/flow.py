"""THE STORY, downwards: extracts are taken in, pupils are looked at as of a day, lists and figures go out.

The command line and the DAGs call these verbs and nothing else. Each returns a Summary: counts, files and rules, and
never a child.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.edges import identity, inbox, intake, published, runs
from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Claimed
from pipeline.edges.gate import GateBroken
from pipeline.edges.settings import Home
from pipeline.hops.summary import ExtractSummary, Summary
from pipeline.hops.taking_in import Day, Sorted, record_unclaimed, sorted_by_feed, take_in_feed
from pipeline.tables.layouts import LAYOUTS
from pipeline.vocabulary.feeds import FEED_NAMES


def nightly(home: Home, *, as_of: date) -> Summary:
    """Take in what has come, look at every pupil, write the lists, publish the figures: or stop, and publish nothing."""
    summary = take_in(home, Day(as_of))
    if not summary.stopped_because:
        try:
            summary.add(flag(home, as_of=as_of))
        except Refused as why:
            summary.stopped_because = str(why)
    return summary


def take_in(home: Home, day: Day) -> Summary:
    """Every new extract in the inbox, feed by feed, each feed in a transaction of its own.

    Where a feed stops the run, the summary says so, and what the feeds before it took in.
    """
    with shelf.warehouse(home) as con:
        begun, summary = _begun(con, home, day)
        try:
            for feed in FEED_NAMES:
                summary.add(take_in_feed(con, home, feed, begun.claimed.get(feed, []), day=day, run=begun.run))
        except (Refused, GateBroken) as why:
            summary.stopped_because = str(why)
            return summary
        runs.record(con, home, begun.run, "take-in", day.known_on, assumed_known_on=day.history)
    move_taken(home, summary)
    return summary


@dataclass(frozen=True)
class Begun:
    """A take-in under way: its name, the new extracts by the feed that claims them, and the feeds with rows that wait."""

    run: str
    claimed: dict[str, list[Claimed]]
    waiting: tuple[str, ...]


def begin_take_in(home: Home, day: Day) -> tuple[Begun, Summary]:
    """The first of a take-in in parts: name the run, sort the inbox, refuse what no feed claims."""
    with shelf.warehouse(home) as con:
        return _begun(con, home, day)


def take_in_part(home: Home, feed: str, claimed: list[Claimed], *, day: Day, run: str) -> Summary:
    """One feed of a take-in in parts. Tried again, it takes in no file a second time."""
    with shelf.warehouse(home) as con:
        taken = intake.taken_parts(con)
        new = [one for one in claimed if (one.extract.sha256, one.layout.name) not in taken]
        return take_in_feed(con, home, feed, new, day=day, run=run)


def end_take_in(home: Home, summary: Summary, *, day: Day, run: str) -> Summary:
    """The last of a take-in in parts: the run is on record, and files taken in leave the inbox where settings ask.

    Which files they were is read from the record: a part that was tried again no longer knows.
    """
    with shelf.warehouse(home) as con:
        summary.extracts = [ExtractSummary(**one) for one in runs.extracts_of(con, run)]
        runs.record(con, home, run, "take-in", day.known_on, assumed_known_on=day.history)
    move_taken(home, summary)
    return summary


def _begun(con: DuckDBPyConnection, home: Home, day: Day) -> tuple[Begun, Summary]:
    run = _named(con, day)
    identity.check_key(home)
    found = _new_extracts(con, home)
    waiting = tuple(feed for feed in FEED_NAMES if intake.has_waiting_rows(con, feed))
    return Begun(run, found.by_feed, waiting), record_unclaimed(con, home, found, day=day, run=run)


def _new_extracts(con: DuckDBPyConnection, home: Home) -> Sorted:
    """What is in the inbox and not taken in, sorted. Of an XML file killed half-way, the parts still to come."""
    taken = intake.taken_parts(con)
    in_parts = {layout.name for layout in LAYOUTS if layout.record}
    whole = frozenset(sha256 for sha256, layout in taken if layout not in in_parts)
    return sorted_by_feed(inbox.find_extracts(home, but_not=whole), but_not=taken)


def _named(con: DuckDBPyConnection, day: Day) -> str:
    """The name of this run. Raises Refused when it would stand before the latest day already taken in."""
    latest = None if day.history else intake.latest_known_on(con)
    if latest and day.known_on < latest:
        raise Refused(
            f"Extracts known on {latest:%d/%m/%Y} are already taken in, so none may be taken in as known on "
            f"{day.known_on:%d/%m/%Y}: give --known-on {latest} or later, or --history for years gone by."
        )
    return runs.named(con, "history" if day.history else "take-in", day.known_on)


def move_taken(home: Home, summary: Summary) -> None:
    """Where settings ask for it, files taken in leave the inbox; refused ones stay."""
    if home.settings.move_taken:
        for one in summary.extracts:
            if not one.refused_because:
                inbox.move_taken(home, one.file)


def flag(home: Home, *, as_of: date) -> Summary:
    """Look at every pupil as of a day; write each school's list; publish the figures."""
    from pipeline.hops.listing import write_lists  # here, so that a take-in does not wait for what it never uses
    from pipeline.hops.looking import looked, store
    from pipeline.hops.publishing import publish

    summary = Summary(run=None, as_of=as_of)
    with shelf.warehouse(home) as con:
        summary.run = runs.named(con, "flag", as_of)
        home = _as_it_was(con, home, as_of=as_of)
        with summary.timed("read"):
            known = clocks.known_as_of(con, as_of)
        look = looked(known, home.settings, summary, as_of=as_of)
        with summary.timed("store"):
            store(con, look)
        with summary.timed("lists"):
            summary.lists = write_lists(con, home, look)
        with summary.timed("publish"):
            publish(con, home, look, run=summary.run)
        runs.record(con, home, summary.run, "flag", as_of)
    summary.schools_without_list = {str(urn): why for urn, why in look.without_list.select("urn", "reason").rows()}
    summary.pupils_by_outcome = dict(look.triage.group_by("outcome").len().sort("outcome").rows())
    return summary


def _as_it_was(con: DuckDBPyConnection, home: Home, *, as_of: date) -> Home:
    """The home with the settings a past day was looked at with: a replay stays in the past."""
    newest = published.newest_as_of(home.published)
    was = runs.settings_of(con, as_of) if newest and as_of < newest else None
    return replace(home, settings=was) if was else home


def account(home: Home, *, as_of: date) -> Summary:
    """What the record says was taken in as known on a day, and concluded as of it."""
    with shelf.warehouse(home) as con:
        summary = Summary(run=None, as_of=as_of, extracts=[ExtractSummary(**one) for one in runs.extracts(con, as_of)])
        summary.pupils_by_outcome = runs.outcomes(con, as_of)
    summary.lists = len(list(home.lists_of(as_of).glob("*.xlsx")))
    return summary


def check(files: Iterable[Path], day: Day) -> Summary:
    """What would be accepted and refused of these files, with what was found in them. Loads nothing, keeps nothing."""
    from pipeline.hops.checking import checked

    return checked(files, day)


def export(home: Home, table: str, to: Path) -> int:
    """Write one warehouse table to a Parquet file; returns its rows. Raises Refused for one that is not there."""
    with shelf.warehouse(home) as con:
        return shelf.export(con, table, to)
