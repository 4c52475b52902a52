"""THE STORY, downwards: extracts are taken in, pupils are looked at as of a day, lists and figures go out.

The command line and the DAGs call these verbs alone. Each returns a Summary: counts, files and rules, and never a child.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.edges import clock, feedback, holding, identity, inbox, intake, progress, retained, runs, trail
from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.edges.ahead import kept
from pipeline.edges.errors import Refused, of_the_machine
from pipeline.edges.exporting import export as export_table
from pipeline.edges.extract import Claimed
from pipeline.edges.gate import GateBroken
from pipeline.edges.settings import Home
from pipeline.edges.settings_told import ALL
from pipeline.edges.sweeping import seldom_swept
from pipeline.hops import days, returning
from pipeline.hops.agencies import any_taken, link_agencies
from pipeline.hops.apart import done_with, taken_for_good
from pipeline.hops.based import refuse_to_look, said_of_reviews
from pipeline.hops.delivered import expect
from pipeline.hops.pages import pages as pages
from pipeline.hops.pages import pages_of_the_night
from pipeline.hops.summary import ExtractSummary, LinksSummary, ReturnSummary, Summary
from pipeline.hops.taking_in import Day, Sorted, record_unclaimed, sorted_by_feed, take_in_feed
from pipeline.tables.layouts import LAYOUTS
from pipeline.vocabulary.feeds import FEED_NAMES


@seldom_swept
def nightly(home: Home, *, as_of: date) -> Summary:
    """Read the lists that came back, take in what has come, look at every pupil, write the lists, publish the figures: or stop, and publish nothing."""
    summary = take_in(home, Day(as_of, then_listed=True))
    if not summary.stopped_because:
        with told_in(summary, home):
            summary.add(flag(home, as_of=as_of, anew=True))
    return summary


@contextmanager
def told_in(summary: Summary, home: Home) -> Iterator[None]:
    """What stops the work is said in its summary, beside all that was done before and stays."""
    try:
        with shelf.in_words(home):
            yield
    except (Refused, GateBroken) as why:
        summary.stopped_because = str(why)
    except OSError as fault:
        summary.stopped_because = of_the_machine(fault)


@seldom_swept
def take_in(home: Home, day: Day) -> Summary:
    """Every new extract in the inbox, feed by feed, each feed in a transaction of its own.

    Where a feed stops the run, the summary says so, and what the feeds before it took in.
    """
    with shelf.warehouse(home) as con, identity.held(home):
        begun, summary = _begun(con, home, day)
        day = begun.day
        with told_in(summary, home):
            expect(begun.claimed)
            for feed in FEED_NAMES:
                take_in_feed(con, home, feed, begun.claimed.get(feed, []), summary, day=day, run=begun.run)
            link_agencies(con, home, summary, known_on=day.known_on, history=day.history)
            summary.heed(runs.record(con, home, begun.run, "take-in", day.known_on, assumed_known_on=day.history))
            move_taken(con, home, summary)
    return summary


@dataclass(frozen=True)
class Begun:
    """A take-in under way: its name and day, the new extracts by the feed that claims them, and the feeds with rows that wait."""

    run: str
    day: Day
    claimed: dict[str, list[Claimed]]
    waiting: tuple[str, ...]


def begin_take_in(home: Home, day: Day) -> tuple[Begun, Summary]:
    """The first of a take-in in parts: name the run, sort the inbox, refuse what no feed claims."""
    with shelf.warehouse(home) as con:
        return _begun(con, home, day)


@seldom_swept
def take_in_part(home: Home, claimed: dict[str, list[Claimed]], *, day: Day, run: str) -> Summary:
    """Some feeds of a take-in in parts, in the order given. Tried again, it takes in no file a second time."""
    summary = Summary(run=run, as_of=day.known_on)
    with shelf.warehouse(home) as con, identity.held(home):
        taken = taken_for_good(con, home)
        for feed, files in claimed.items():
            new = [one for one in files if (one.extract.sha256, one.layout.name) not in taken]
            take_in_feed(con, home, feed, new, summary, day=day, run=run)
    return summary


def end_take_in(home: Home, summary: Summary, *, day: Day, run: str) -> Summary:
    """The last of a take-in in parts: the run is on record, and files taken in leave the inbox where settings ask.

    Which files they were is read from the record: a part that was tried again no longer knows. Only files left for the next run are not.
    """
    with shelf.warehouse(home) as con:
        recorded = [ExtractSummary(**one) for one in runs.extracts_of(con, run)]
        known = {(one.file, one.layout) for one in recorded}
        left = [one for one in summary.extracts if one.refused_because and (one.file, one.layout) not in known]
        summary.extracts = recorded + left
        changed = [one for one in summary.returned if one.refused_because]
        known = [ReturnSummary(**one) for one in feedback.returns(con, day.known_on)]
        summary.returned = known + [one for one in changed if one.file not in {told.file for told in known}]
        link_agencies(con, home, summary, known_on=day.known_on, history=day.history)
        summary.heed(runs.record(con, home, run, "take-in", day.known_on, assumed_known_on=day.history))
        move_taken(con, home, summary)
    return summary


def _begun(con: DuckDBPyConnection, home: Home, day: Day) -> tuple[Begun, Summary]:
    stood_on = days.day_of_take_in(con, home, day)
    identity.check_key(home)
    returned = _came_back(con, home, known_on=stood_on.known_on) if day.then_listed else None
    found, left = new_extracts(con, home)
    waiting = tuple(feed for feed in FEED_NAMES if intake.has_waiting_rows(con, feed))
    is_any = bool(found.by_feed or waiting or any_taken(con))
    stood_on = days.after_its_lists(con, stood_on) if is_any else stood_on
    run = runs.named(con, "history" if day.history else "take-in", stood_on.known_on)
    summary = record_unclaimed(con, home, found, day=stood_on, run=run)
    summary.remarks += days.said_of(con, day, stood_on) if is_any else []
    summary.remarks += [returning.left_in_inbox(left)] if left else []
    if returned:
        summary.add(replace(returned, run=summary.run))
    return Begun(run, stood_on, found.by_feed, waiting), summary


def new_extracts(con: DuckDBPyConnection, home: Home) -> tuple[Sorted, int]:
    """What is in the inbox and not taken in, sorted; and how many lists that came back wait there to be read.

    Of an XML file whose take-in was killed, the parts still to come.
    """
    taken = taken_for_good(con, home)
    in_parts = {layout.name for layout in LAYOUTS if layout.record}
    whole = {sha256 for sha256, layout in taken if layout not in in_parts}
    whole |= done_with(con, home) | feedback.read_before(con)
    new = inbox.find_extracts(home, but_not=frozenset(whole))
    extracts = [one for one in new if not inbox.is_for_outcomes(one)]
    left = len(returning.unread(con, home)) if len(extracts) < len(new) else 0
    return sorted_by_feed(extracts, but_not=taken), left


@seldom_swept
def outcomes(home: Home, *, known_on: date | None) -> Summary:
    """Read the lists that came back: decisions, what came of looking, facts that are wrong. What is refused goes back.

    Left out, `known_on` is today, or the first day that may still be decided on. Raises Refused for a day already taken in or
    looked at, whose lists could then not be had again.
    """
    with shelf.warehouse(home) as con:
        identity.check_key(home)
        if not returning.unread(con, home):
            runs.record_cut_short(con, home, but_not=None)
            asked = known_on or clock.today()
            return Summary(run=runs.named(con, "outcomes", asked), as_of=asked)
        day, remarks = days.decided_on(con, home, known_on, is_any=True)
        summary = _came_back(con, home, known_on=day)
        summary.remarks += remarks
    return summary


def _came_back(con: DuckDBPyConnection, home: Home, *, known_on: date) -> Summary:
    """Read what came back as known on a day; where that was anything, the run is on record, and files taken leave the inbox."""
    summary = Summary(run=runs.named(con, "outcomes", known_on), as_of=known_on)
    with summary.timed("returned lists"):
        paths = [extract.path for extract in returning.unread(con, home)]
        runs.record_cut_short(con, home, but_not=known_on if paths else None)
        if paths:
            returning.read_returned(con, home, summary, known_on=known_on)
    if paths:
        summary.heed(runs.record(con, home, summary.run, "outcomes", known_on))
        if home.settings.move_taken:
            inbox.move_taken(home, taken=runs.taken_whole(con) | feedback.taken(con), but_not=set(), paths=paths)
    return summary


def move_taken(con: DuckDBPyConnection, home: Home, summary: Summary) -> None:
    """Where settings ask for it, files of which every table was taken in leave the inbox; the others stay."""
    if home.settings.move_taken:
        left = {one.file for one in summary.extracts if one.refused_because}
        inbox.move_taken(home, taken=runs.taken_whole(con) | feedback.taken(con), but_not=left)


@holding.while_at_work
@seldom_swept
def flag(home: Home, *, as_of: date, anew: bool = False) -> Summary:
    """Look at every pupil as of a day; write each school's list; publish the figures.

    Lists that are out already are made again with the settings they were made with; `anew`, the newest are issued with those of
    now. A day before the newest is only looked back at: its lists are issued to nobody.
    """
    from pipeline.hops import issued
    from pipeline.hops.listing import Lists  # here: a take-in does not wait for what it never uses
    from pipeline.hops.looking import issue, store
    from pipeline.hops.lost_worklist import write_lost
    from pipeline.hops.printing import of_the_night
    from pipeline.hops.publishing import figures
    from pipeline.hops.retaining import retained_last
    from pipeline.hops.standing import looked_again

    progress.end()  # of a take-in before it
    summary = Summary(run=None, as_of=as_of)
    with shelf.warehouse(home) as con, identity.held(home):
        days.refuse_to_look_as_of(con, home, as_of)
        summary.run = runs.named(con, "flag", as_of)
        is_issued = days.is_newest(con, as_of=as_of)
        home = _to_look_at(con, home, summary, anew=anew and is_issued, as_of=as_of)
        with summary.timed("read"):
            known, before = clocks.known_as_of(con, as_of), issued.before(con, as_of=as_of)
        look = looked_again(con, known, before, home, summary, anew=anew, as_of=as_of)
        with figures(con, home, look, summary) as publish, shelf.beside(con, store, look) as stored:
            with summary.timed("lists"):
                lists = Lists.of(con, home, look)
            with summary.timed("printables"):
                to_print = kept(partial(of_the_night, look, lists.of_schools, home.settings))
            with summary.timed("store"):
                stored()  # nothing is out of which the warehouse knows nothing
            with summary.timed("lists"):
                lists.write(home, look, summary)
            with summary.timed("worklist"):
                write_lost(home, look)
            with summary.timed("publish"):
                publish()
        if is_issued:
            issue(con, look)
        summary.heed(runs.record(con, home, summary.run, "flag", as_of))
    summary.remarks += _said_of(home, look, as_of=as_of)
    summary.remarks += _print_out(home, summary, to_print(), as_of=as_of)  # last: lists and figures are out
    pages_of_the_night(home, summary)
    summary.remarks += retained_last(home, summary, as_of=as_of) if anew and is_issued else []
    summary.schools_without_list = {str(urn): why for urn, why in look.without_list.select("urn", "reason").rows()}
    summary.pupils_by_outcome = dict(look.triage.group_by("outcome").len().sort("outcome").rows())
    return summary


def _said_of(home: Home, look, *, as_of: date) -> list[str]:
    opinion = [look.opinion.said] if look.opinion.said else []
    return [*said_of_reviews(home, as_of=as_of), *days.said_of_lists(look), *opinion]


def _print_out(home: Home, summary: Summary, to_print: list, *, as_of: date) -> list[str]:
    """Lay the pages out, with the warehouse closed; returns why any school's could not be."""
    from pipeline.hops.printing import print_out

    with summary.timed("printables"):
        summary.printables, why_not = print_out(home, to_print, as_of=as_of)
    return why_not


@holding.while_at_work
@seldom_swept
def print_pages(home: Home, *, as_of: date, urn: int | None = None, everyone: bool = False) -> Summary:
    """A page to print of each pupil listed on a day whose row changed, or of `everyone`; of one school or of all.

    Worked out anew from what was known that day, as its lists were; nothing in the warehouse changes. Raises Refused where no
    lists of that day are out, or none of that school.
    """
    from pipeline.hops import issued
    from pipeline.hops.listing import Lists
    from pipeline.hops.printing import printables
    from pipeline.hops.standing import looked_again

    summary, everyone = Summary(run=None, as_of=as_of), everyone or home.settings.printables == ALL
    with shelf.warehouse(home) as con, identity.held(home):
        refuse_to_look(con, home)
        if runs.settings_of(con, as_of) is None:
            raise Refused(
                f"There are no lists of {as_of:%d/%m/%Y} to print pages of: run `a2n flag --as-of {as_of}` first."
            )
        home = _as_it_was(con, home, Summary(run=None, as_of=as_of), as_of=as_of)
        known, before = clocks.known_as_of(con, as_of), issued.before(con, as_of=as_of)
        look = looked_again(con, known, before, home, summary, anew=False, as_of=as_of)
        lists = [one for one in Lists.of(con, home, look).of_schools if urn in (None, one.urn)]
        if urn and not lists:
            raise Refused(
                f"School {urn} has no list of {as_of:%d/%m/%Y}: see which have one in {home.lists_of(as_of)}."
            )
        to_print = printables(look, lists, everyone=everyone)
    summary.stopped_because = " ".join(_print_out(home, summary, to_print, as_of=as_of)) or None
    return summary


def _to_look_at(con: DuckDBPyConnection, home: Home, summary: Summary, *, anew: bool, as_of: date) -> Home:
    """The home with the settings to look with: `anew` those of now, without the rows whose time is over."""
    from pipeline.hops.retaining import records_first

    if not anew:
        return _as_it_was(con, home, summary, as_of=as_of)
    records_first(con, home, summary, as_of=as_of)
    return home


def _as_it_was(con: DuckDBPyConnection, home: Home, summary: Summary, *, as_of: date) -> Home:
    """The home with the settings a day was looked at with before: a replay stays in the past, but for a gateway taken back."""
    retained.refuse_what_is_gone(con, as_of=as_of)
    was = replace(runs.settings_of(con, as_of) or home.settings, basis=home.settings.basis)
    if not home.settings.gateway.strip():
        was = replace(was, gateway="")
    if was != home.settings:
        summary.remarks.append(days.with_settings_of(as_of=as_of))
    return replace(home, settings=was)


def account(home: Home, *, as_of: date) -> Summary:
    """What the record says was taken in as known on a day, and concluded as of it."""
    with shelf.warehouse(home) as con:
        summary = Summary(run=None, as_of=as_of, extracts=[ExtractSummary(**one) for one in runs.extracts(con, as_of)])
        summary.pupils_by_outcome = runs.outcomes(con, as_of)
    summary.lists = len(list(home.lists_of(as_of).glob("*.xlsx")))
    return summary


@seldom_swept
def check(files: Iterable[Path], day: Day) -> Summary:
    """What would be accepted and refused of these files, with what was found in them. Loads nothing, keeps nothing."""
    from pipeline.hops.checking import checked

    return checked(files, day)


def links(home: Home, *, known_on: date | None, said: dict[str, list[str]], weights: str | None = None) -> LinksSummary:
    """Who is who: what a person said of pairs is put on record, and the worklists of those that wait are written."""
    from pipeline.hops.deciding import decided_links

    return decided_links(home, known_on=known_on, said=said, weights=weights)


def export(home: Home, table: str, to: Path) -> int:
    """Write one warehouse table to a Parquet file; returns its rows. Raises Refused for one that is not there."""
    with shelf.warehouse(home) as con:
        if not table.startswith("audit."):  # counts of files and runs, by which a basis taken back can be accounted for
            refuse_to_look(con, home)
        on_record = partial(trail.record, home, trail.EXPORT, table=table)
        return export_table(con, table, to, demo=home.settings.demo, first=lambda rows: on_record(rows=rows))
