"""MANY HOMES: each has its night, and what all have published is told together.

A home is isolated: its night opens that home and no other, and a roll-up opens none, but what they have published.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from pipeline import __version__, flow
from pipeline.edges import holding, identity, published, runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Busy, Refused, of_the_machine
from pipeline.edges.homes import each_once
from pipeline.edges.settings import Home
from pipeline.edges.settings_told import ON_DEMAND
from pipeline.edges.snapshots import read_snapshot
from pipeline.hops import returning
from pipeline.hops.retaining import retained_last
from pipeline.hops.summary import Summary
from pipeline.steps.nation import Snapshot, nation
from pipeline.tables.nation import NATION
from pipeline.tables.published import RUN

LONGEST_NIGHT = 60 * 60.0
"""Seconds that a night waits for one of the same home that another process has in hand."""

_UNDER_WAY = "night.under_way"
"""Held for as long as a night lasts, and let go by the machine where its process ends; what is in it says that it was cut short."""


def night(home: Home, *, as_of: date) -> Summary:
    """The home's night, that may be given any number of times: whatever cut one short, the next ends it, and what is out is not published
    a second time.

    A night that is out already and of which nothing new has come, with the settings and version of now, is left as it is; one that was
    cut short after its lists and figures were out has its printables and pages made. A model approved or a link decided since is nothing new:
    it counts from the next day on. `flow.nightly` is always anew. While another process has the home's night in hand it waits, and raises
    Busy where that goes on for too long; Refused where the work was stopped before there was anything to tell.
    """
    with _under_way(home) as was_cut_short:
        if not _is_out(home, as_of=as_of):
            return flow.nightly(home, as_of=as_of)
        summary = Summary(run=None, as_of=as_of)
        summary.remarks.append(
            f"Lists and figures of {as_of:%d/%m/%Y} are out, and nothing has come since: they stay as they are."
        )
        if was_cut_short:
            _finish(home, summary, as_of=as_of)
        return summary


@contextmanager
def _under_way(home: Home) -> Iterator[bool]:
    """Whether the night before this one was cut short. The home's night is this process's for as long as it lasts."""
    held = _held(home)
    try:
        was_cut_short = os.fstat(held).st_size > 0
        os.pwrite(held, b"under way\n", 0)
        yield was_cut_short
        os.ftruncate(held, 0)
    finally:
        os.close(held)


def _held(home: Home) -> int:
    """The file that says a night is under way, open and held. Raises Busy where another process holds it for too long, Refused where it
    cannot be written."""
    with ExitStack() as closing:
        try:
            home.scratch.mkdir(mode=0o700, exist_ok=True)
            held = os.open(home.scratch / _UNDER_WAY, os.O_RDWR | os.O_CREAT, 0o600)
            closing.callback(os.close, held)
            waiting = "waiting for this home's night in another process to end"
            is_ours = holding.tried(lambda: holding.locked(held, fcntl.LOCK_EX), LONGEST_NIGHT, waiting)
        except OSError as fault:
            raise Refused(of_the_machine(fault)) from None
        if not is_ours:
            raise Busy(
                f"The night of {home.folder} is still under way in another process after {LONGEST_NIGHT / 60:g} minutes: wait for it "
                "to end, or end that process, then run this again."
            )
        closing.pop_all()
        return held


def _is_out(home: Home, *, as_of: date) -> bool:
    """Whether the lists and figures of a day are out as they would be made now: nothing has come since, or changed, and whoever reads the
    figures finds them."""
    with shelf.warehouse(home) as con:
        if not runs.is_as_now(con, home, as_of):
            return False
        if runs.outcomes(con, as_of) and not _is_published(
            home, as_of=as_of
        ):  # of a day with nobody on a roll there are none
            return False
        identity.check_key(home)
        found, _ = flow.new_extracts(con, home)
        return not (found.by_feed or found.unread or found.refused or found.left or returning.unread(con, home))


def _is_published(home: Home, *, as_of: date) -> bool:
    """Whether a roll-up can read the snapshot of that day: where it cannot, it says to run the home's night."""
    tables, why_not = read_snapshot(home.folder)
    return not why_not and tables[RUN.name]["as_of"].max() == as_of


def _finish(home: Home, summary: Summary, *, as_of: date) -> None:
    """What a night makes last, when its lists and figures are out."""
    if home.settings.printables != ON_DEMAND:
        _print(home, summary, as_of=as_of)
    if home.settings.static_pages:
        flow.pages(home, home.pages)
    summary.remarks += retained_last(home, summary, as_of=as_of)


def _print(home: Home, summary: Summary, *, as_of: date) -> None:
    """A night cut short while retention was applied has its pages already, and may not have them again."""
    try:
        made = flow.print_pages(home, as_of=as_of)
    except Refused as why:
        summary.remarks.append(str(why))
        return
    summary.printables = made.printables
    summary.remarks += [made.stopped_because] if made.stopped_because else []


def roll_up(folders: Sequence[Path], to: Path, *, as_of: date) -> tuple[Path, dict[str, str]]:
    """The snapshot of all homes together, now in the folder `to`; and of each home that is stale or left out, why.

    Raises Refused where a home is told twice, or the snapshot cannot be written. A day before that of the newest roll-up never moves
    `current.duckdb`.
    """
    told = nation(
        [Snapshot(one.name, *read_snapshot(one)) for one in each_once(folders)], version=__version__, as_of=as_of
    )
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise Refused(f"{to} cannot be made ({fault.strerror}): give another folder.") from None
    newest = published.newest_as_of(to, table="nation.roll_up")
    is_newest = newest is None or as_of >= newest
    snapshot = published.publish(told, to, run=f"nation {as_of}", current=is_newest, declared=NATION)
    doubted = told["home"].drop_nulls("because")
    return snapshot, dict(doubted.select("home", "because").rows())
