"""Retention applied: what is due of each kind of record goes, in an order that never leaves one resting on another that is gone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial

import duckdb
import polars as pl

from pipeline.edges import agencies, anew, clock, erasing_begun, folding, holding, identity, links, retained, runs
from pipeline.edges import retained_files as files
from pipeline.edges import retained_kinds as kinds
from pipeline.edges import retained_looks as looks_due
from pipeline.edges import retained_records as records
from pipeline.edges import warehouse as shelf
from pipeline.edges.basis_told import basis_of
from pipeline.edges.errors import Refused
from pipeline.edges.faults import why_stopped
from pipeline.edges.on_trial import on_trial
from pipeline.edges.retained import Due
from pipeline.edges.settings import Home
from pipeline.steps.same_child import as_learned
from pipeline.steps.weeks import marked_weeks
from pipeline.tables.staged_plans import PLANS_FROM
from pipeline.vocabulary.feeds import FEED_NAMES

from . import days, who_is_who
from .agencies import agency_links_now, fold_involvement
from .facts import fold_plans, fold_rolls
from .looks import groups_of_day
from .publishing import characteristics
from .summary import Summary


@dataclass
class Retained:
    """What a run of retention removed, or would: counts by kind, and the last day up to which that was."""

    as_of: date
    run: str | None = None  # none where nothing was removed
    is_trial: bool = False
    removed: dict[str, int] = field(default_factory=dict)
    up_to: dict[str, date] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    written_anew: list[str] = field(default_factory=list)
    not_written_because: str | None = None

    def as_json(self) -> dict:
        up_to = {kind: day.isoformat() for kind, day in self.up_to.items()}
        return vars(self) | {"as_of": self.as_of.isoformat(), "up_to": up_to}


def records_first(con: duckdb.DuckDBPyConnection, home: Home, summary: Summary, *, as_of: date) -> None:
    """Before a night looks, rows of feeds whose time is over go: no list of that day rests on them, and it can be had again without them."""
    run = retained.named(con, as_of)
    for feed in reversed(FEED_NAMES):
        for due in _some(_of_feed(con, home, feed, as_of=as_of)):
            read_until = due.read_until and min(due.read_until, as_of - timedelta(days=1))
            retained.apply(con, home, replace(due, read_until=read_until), run=run, as_of=as_of)
            summary.removed[due.kind] = due.removed


def retain(
    home: Home,
    *,
    as_of: date | None,
    is_trial: bool = False,
    nightly: bool = False,
    gone: Mapping[str, int] | None = None,
    wait: float = 0,
) -> Retained:
    """Remove what is due; of a trial, remove it from copies of the databases and count it. By hand, `nightly` false, names are looked through
    too, and a database of which anything was removed is written anew, so that no byte of it is left: nobody else is at work in the home from
    the beginning on, and that is waited for up to `wait` seconds. Of a night rows of feeds are `gone` by then, see `records_first`.

    `as_of` left out is today, or the newest day on record where that is later. Raises Refused for a day before that of the newest
    lists, and in a live home for one that has not come; Busy, with nothing removed, where a run goes on for longer. Where databases cannot
    be written anew, what was removed is told all the same, with why.
    """
    if not home.warehouse.exists():
        raise Refused(f"{home.folder} holds nothing yet: a2n nightly makes its databases.")
    if nightly:
        with shelf.warehouse(home) as con, identity.held(home):
            return _removed(con, home, as_of=as_of, nightly=True, gone=gone or {})
    if is_trial:
        erasing_begun.refuse_if_begun(home)
        with on_trial(home, wait=wait) as copied, shelf.warehouse_alone(copied) as con, identity.held(copied):
            return _removed(con, copied, as_of=as_of, is_trial=True)
    with holding.by_itself(home, wait=wait):
        erasing_begun.refuse_if_begun(home)
        with shelf.warehouse_alone(home) as con, identity.held(home):
            done = _removed(con, home, as_of=as_of)
        try:
            done.written_anew = _write_anew(home)
        except (Refused, OSError) as why:
            done.not_written_because = why_stopped(why)
    return done


def retained_last(home: Home, summary: Summary, *, as_of: date) -> list[str]:
    """A night's retention, told in its summary; returns what else is to be said. Lists and figures are out, whatever happens."""
    try:
        with summary.timed("retention"):
            done = retain(home, as_of=as_of, nightly=True, gone=summary.removed)
    except (Refused, OSError) as why:
        return [f"Retention could not be applied: {why}"]
    summary.removed = done.removed
    return done.remarks


def _removed(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    *,
    as_of: date | None,
    is_trial: bool = False,
    nightly: bool = False,
    gone: Mapping[str, int] | None = None,
) -> Retained:
    done = Retained(_day(con, home, as_of=as_of), is_trial=is_trial, removed=dict(gone or {}))
    run = retained.named(con, done.as_of)
    for due in _due(con, home, done, is_all=not nightly):
        if is_trial:
            retained.try_out(con, due)
        else:
            retained.apply(con, home, due, run=run, as_of=done.as_of)
            done.run = run
        done.removed[due.kind] = done.removed.get(due.kind, 0) + due.removed
        if due.up_to:
            done.up_to[due.kind] = due.up_to
    if not home.settings.demo:
        done.remarks += _not_said(con, home)
    return done


def _day(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date | None) -> date:
    listed, latest = runs.last_listed(con), runs.latest(con)
    if as_of is None:
        return max(day for day in (clock.today(), latest) if day)
    if listed and as_of < listed:
        raise Refused(
            f"Lists of {listed:%d/%m/%Y} are out, so retention cannot stand on {as_of:%d/%m/%Y}: give --as-of {listed} or later."
        )
    if not home.settings.demo and as_of > max(day for day in (clock.today(), latest) if day):
        raise Refused(
            f"{as_of:%d/%m/%Y} has not come, and what is removed cannot be had again: leave --as-of out, and see to the clock of "
            "this machine."
        )
    days.refuse_far_ahead(con, home, as_of)
    return as_of


def _due(con: duckdb.DuckDBPyConnection, home: Home, done: Retained, *, is_all: bool) -> Iterator[Due]:
    """Each kind when those before it are gone: looks first, while the rows that their groups are counted from are there; then what
    people answered and rows of feeds; then names, of whom nothing else is left; then files."""
    as_of, keep = done.as_of, home.settings.retention
    yield from _some(
        looks_due.due_looks(con, partial(_groups, con), as_of=as_of, score_days=keep.score_days, nightly=not is_all),
        looks_due.due_checks(con, as_of=as_of, months=keep.checks_months),
        kinds.due_of_figures(con),
    )
    yield from _some(kinds.due_answers(con, as_of=as_of, months=keep.answers_months))
    yield from _some(kinds.due_lists(con, as_of=as_of, months=keep.answers_months))
    for feed in reversed(FEED_NAMES) if is_all else ():
        yield from _some(_of_feed(con, home, feed, as_of=as_of))
    yield from _some(kinds.due_of_files(con, as_of=as_of, months=keep.audit_months))
    yield from _of_names(con, home, done, is_all=is_all)
    yield from _of_files(con, home, as_of=as_of)


def _some(*due: Due | None) -> list[Due]:
    return [one for one in due if one]


def _groups(con: duckdb.DuckDBPyConnection, day: date) -> pl.DataFrame:
    return groups_of_day(con, partial(characteristics, con), as_of=day)


# Rows of feeds, and the facts had from them


def _of_feed(con: duckdb.DuckDBPyConnection, home: Home, feed: str, *, as_of: date) -> Due | None:
    months = basis_of(home.settings.basis, feed).retention_months
    due = records.due_rows(con, feed, months, as_of=as_of)
    if due is None:
        return None
    fold = _FOLDED.get(feed)

    def remove() -> None:
        due.remove()
        if fold:
            fold(con, home, due.up_to)

    return Due(feed, due.removed, remove, due.up_to, due.known_from, due.read_until)


def _fold_weeks(con: duckdb.DuckDBPyConnection, home: Home, up_to: date) -> None:
    """The weeks that were over go; of the one that was not, what is left of it is folded again."""
    monday = records.remove_weeks(con, up_to)
    if monday:
        marks = folding.marks_of_week(con, monday)
        folding.replace_week(con, monday, as_learned(marked_weeks(marks), links.children(con, as_of=None)))


def _fold_rolls(con: duckdb.DuckDBPyConnection, home: Home, up_to: date) -> None:
    who_is_who.bring_up_to_date(con, home, Summary(run=None, as_of=up_to))
    fold_rolls(con)
    _fold_postcodes(con, home, up_to)


def _fold_postcodes(con: duckdb.DuckDBPyConnection, home: Home, up_to: date) -> None:
    """A postcode goes with its row of addresses, or with the row of the pupil, by which alone it can be told whose it is."""
    with agencies.with_names(home) as names:
        agencies.remove_addresses(names, records.address_keys(con), up_to)


def _fold_plans(con: duckdb.DuckDBPyConnection, home: Home, up_to: date) -> None:
    fold_plans(con)


def _fold_agencies(con: duckdb.DuckDBPyConnection, home: Home, up_to: date) -> None:
    with agencies.with_names(home) as names:
        agencies.remove_statements(names, up_to)
        fold_involvement(con, names, agency_links_now(con, home))


_FOLDED: dict[str, Callable[[duckdb.DuckDBPyConnection, Home, date], None]] = {
    "attendance_marks": _fold_weeks,
    "pupils": _fold_rolls,
    "addresses": _fold_postcodes,
    "leavers": _fold_rolls,
    "agencies": _fold_agencies,
    **dict.fromkeys(PLANS_FROM, _fold_plans),
}


def _not_said(con: duckdb.DuckDBPyConnection, home: Home) -> list[str]:
    """Which feeds are held of which nothing says how long."""
    held = [feed for feed in FEED_NAMES if con.execute(f"SELECT 1 FROM warehouse.staged.{feed} LIMIT 1").fetchone()]
    kept = [feed for feed in held if not basis_of(home.settings.basis, feed).retention_months]
    if not kept:
        return []
    return [
        f"Nothing says how long these are kept, so they are kept: {', '.join(kept)}. Give retention_months under [feeds.NAME]."
    ]


# Names and files


def _of_names(con: duckdb.DuckDBPyConnection, home: Home, done: Retained, *, is_all: bool) -> Iterator[Due]:
    """Whose names are held for nothing is looked for by hand, and when rows of a feed have gone: to ask of everybody takes a while. The
    identity file is opened where it can hold anything that is due."""
    keep, as_of = home.settings.retention, done.as_of
    is_all = is_all or bool(set(done.removed) & set(FEED_NAMES))
    if not (home.identity.exists() and (is_all or runs.had_words(con))):
        return
    with identity.identity(home) as names:
        yield from _some(kinds.due_words(names, as_of=as_of, months=keep.words_months))
        if not is_all:
            return
        held = kinds.held_pupils(con)
        yield from _some(kinds.due_links(con, held, as_of=as_of))
        yield from _some(kinds.due_names(names, held, as_of=as_of, days=keep.names_days))


def _of_files(con: duckdb.DuckDBPyConnection, home: Home, *, as_of: date) -> Iterator[Due]:
    keep = home.settings.retention
    yield from _some(files.due_outbox(con, home, as_of=as_of, days=keep.outbox_days))
    yield from _some(files.due_delivered(con, home, as_of=as_of, days=keep.delivered_days))
    yield from _some(files.due_set_aside(home, as_of=as_of, days=keep.set_aside_days))
    yield from _some(files.due_snapshots(home, as_of=as_of, days=keep.snapshots_days))
    yield from files.due_models(home, as_of=as_of, months=keep.models_months)
    yield from _some(files.due_trail(home, as_of=as_of, years=keep.trail_years))


# No byte left


def _write_anew(home: Home) -> list[str]:
    """Both databases without a byte of what was removed from them, then or on any night before, in a home in which nobody else is at work."""
    written = []
    for path, name in ((home.warehouse, "warehouse"), (home.identity, "identity")):
        if path.exists():
            written.append(anew.renew(home, name).name)
    return written
