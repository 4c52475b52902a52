"""From the inbox to the shelf: recognised, staged, pseudonymised, put before the gate, parted, kept, folded into weeks."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from expectations import RETRIED
from pipeline.edges import (
    beside,
    calling_back,
    folding,
    gate,
    intake,
    landing,
    links,
    reading,
    withdrawing,
)
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Changed, Refused
from pipeline.edges.extract import Claimed, Extract
from pipeline.edges.intake import Landed
from pipeline.edges.settings import Home
from pipeline.steps.learned import year_span
from pipeline.steps.linking import SaidOf
from pipeline.tables.layouts import Layout
from pipeline.tables.staged_plans import PLANS_FROM

from . import facts, who_is_who, whose_upn
from .apart import SET_APART, remember_apart
from .delivered import Delivered, deliveries
from .left_out import with_left_out
from .recording import record_verdict, recount, write_set_aside
from .summary import ExtractSummary, Summary


@dataclass(frozen=True)
class Day:
    """The day a take-in stands on, and what its user said of the files."""

    known_on: date
    is_given: bool = True  # by its user; else it is today's
    then_listed: bool = False  # the lists of the day are written, or written anew, when all is taken in
    history: bool = False
    said: SaidOf | None = None
    skip: frozenset[str] = frozenset()  # rules that cannot be judged, when files are only checked
    keeps_names: bool = True
    laestab_will_do: bool = False  # a school goes by its LAESTAB, when files are only checked and none says its URN


@dataclass(frozen=True)
class Sorted:
    """New extracts by the feed that claims them; those of a layout nobody needs; those no feed claims, and those that changed
    while they were looked at, each with the reason. `parts` are all layouts of the XML files among them, taken in or not."""

    by_feed: dict[str, list[Claimed]]
    unread: list[Claimed]
    refused: list[tuple[Extract, str]]
    left: list[tuple[Extract, str]]
    parts: list[Claimed]


def sorted_by_feed(extracts: Iterable[Extract], *, but_not: frozenset[tuple[str, str | None]] = frozenset()) -> Sorted:
    """`extracts`, less the parts of them (a hash and a layout's name) that are taken in already."""
    found = Sorted({}, [], [], [], [])
    for extract in extracts:
        try:
            layouts = reading.recognised(extract)
        except Refused as why:
            here = found.left if isinstance(why, Changed) else found.refused
            here.append((extract, str(why)))
            continue
        found.parts.extend(Claimed(extract, layout) for layout in layouts if layout.record)
        for layout in layouts:
            if (extract.sha256, layout.name) not in but_not:
                here = found.by_feed.setdefault(layout.feed, []) if layout.feed else found.unread
                here.append(Claimed(extract, layout))
    return found


def record_unclaimed(con: duckdb.DuckDBPyConnection, home: Home, found: Sorted, *, day: Day, run: str) -> Summary:
    """Record files no feed claims, count their rows where they can be counted, and say why beside them; and record those
    that nobody needs, of which nothing is read."""
    summary = Summary(run=run, as_of=day.known_on)
    refused = [(Claimed(extract, None), _rows_of(extract), why) for extract, why in found.refused]
    unread = [(claimed, 0, None) for claimed in found.unread]
    left = [(Claimed(extract, None), 0, why, True) for extract, why in found.left]
    first = intake.next_extract_id(con)
    landed = [Landed(number, *one) for number, one in enumerate([*refused, *unread, *left], first)]
    with shelf.transaction(con):
        intake.record_parts(con, found.parts)
        _record(con, home, summary, None, landed, pl.DataFrame(schema=_ROW_RULE), {}, day=day, run=run)
    return summary


_ROW_RULE = {"extract_id": pl.Int32, "row_number": pl.Int64, "rule": pl.String}


def _rows_of(extract: Extract, layout: Layout | None = None) -> int:
    try:
        return sum(batch.height for batch in reading.read_extract(extract, layout))
    except Refused:
        return reading.records_in(extract)


def take_in_feed(con, home: Home, feed: str, claimed: list[Claimed], summary: Summary, *, day: Day, run: str) -> None:
    """One feed's new extracts, and its rows that waited for another feed, through the gate as one batch, kept, and told of in
    `summary`.

    Only where they are more than memory should hold are they taken in several batches, each of whole files.
    """
    with closing(deliveries(con, home, feed, claimed, day=day)) as batches:  # nothing is read on after a fault
        for delivered in batches:
            summary.add(_take_in_batch(con, home, feed, delivered, day=day, run=run))
    if feed == "pupils":  # only rows of rolls are called back, and what hung from them is of earlier runs
        recount(con, summary)


def _take_in_batch(con, home: Home, feed: str, delivered: Delivered, *, day: Day, run: str) -> Summary:
    """All of it is one transaction: killed at any moment, the warehouse is as it was before these files."""
    summary, waiting = Summary(run=run, as_of=day.known_on), delivered.waiting
    with summary.timed(f"{feed}: read and stage"):
        gate.make_ready()
        landed, people = _landed(con, feed, delivered)
        _set_before_gate(con, feed, day)
        refused = [one.extract_id for one in landed if one.refused]
        judged = whose_upn.judge(con, home, feed, people, day=day, refused=refused)
    with summary.timed(f"{feed}: gate"):
        verdict = gate.check(con, feed, skip=day.skip)
        told = with_left_out(verdict, delivered.left_out.places([one.extract_id for one in landed]))
        delivered.left_out.marks.save(home, on=day.known_on)
    stop = {one.extract_id: one.refused for one in landed if one.refused} | verdict.stop
    with summary.timed(f"{feed}: keep"):
        _remember(home, feed, people, judged, waiting, verdict, stop, day)
        with shelf.transaction(con):
            retold = calling_back.take_back(con, judged.back, day.known_on)
            intake.part(con, feed, stopped=set(stop), broken=verdict.set_aside, all_judged=not day.skip)
            intake.keep(con, feed, broken=verdict.set_aside, retried=RETRIED, tried=waiting)
            if waiting is not None:
                summary.accepted_after_waiting = intake.settle_waiting(con, waiting, known_on=day.known_on)
            _record(con, home, summary, feed, landed, told.set_aside, stop, day=day, run=run)
            record_verdict(con, summary, landed, judged.back, told, stop)
            if feed == "attendance_marks":
                summary.marks_withdrawn = _withdraw(con, home, landed, verdict.set_aside, day=day)
            _fold(con, home, summary, feed, retold)
            write_set_aside(
                con, home, landed, waiting, judged.back
            )  # before the commit: a run killed here writes it again
    landing.clear_room(con, feed)
    return summary


def _landed(con, feed: str, delivered: Delivered) -> tuple[list[Landed], list[pl.DataFrame]]:
    """Every row of the extracts, and of those that waited, in scratch as candidates; and the names met on the way."""
    landing.make_room(con, feed)
    scratch = landing.Landing(con, feed)
    if delivered.again is not None:
        scratch.add(delivered.again)
    rows, refused, people = dict.fromkeys((number for number, _ in delivered.numbered), 0), {}, []
    for told, met in delivered.read:
        if isinstance(met, Refused):
            refused[told] = met
            scratch.take_back(told)
            continue
        scratch.add(told)
        people.append(met)
        for number, height in told.group_by("extract_id").len().rows():
            rows[number] += height
    for number, height in delivered.left_out.places([*rows]).group_by("extract_id").len().rows():
        rows[number] += height
    scratch.settle()
    return [_as_landed(number, one, rows[number], refused.get(number)) for number, one in delivered.numbered], people


def _as_landed(number: int, one: Claimed, rows: int, refused: Refused | None) -> Landed:
    if refused is None:
        return Landed(number, one, rows)
    is_left = isinstance(refused, Changed)
    return Landed(number, one, 0 if is_left else _rows_of(one.extract, one.layout), str(refused), is_left)


def _set_before_gate(con, feed: str, day: Day) -> None:
    intake.set_before_gate(con, feed, known_on=day.known_on, span=year_span(day.known_on, history=day.history))
    if day.said:
        intake.add_said_school(con, day.said.urn)


def _remember(
    home: Home, feed: str, people, judged, waiting, verdict: gate.Verdict, stop: dict[int, str], day: Day
) -> None:
    """Keep the names met."""
    met = [one for one in people if one.width > 1 and one.height]
    if met and day.keeps_names and feed in SET_APART:
        remember_apart(home, feed, met, verdict, stop, day)
    elif day.keeps_names and (met or feed == "pupils"):
        whose_upn.remember(home, feed, met, judged, waiting, verdict, stop, day)


def _record(con, home: Home, summary: Summary, feed, landed: list[Landed], broken, stop, *, day: Day, run: str) -> None:
    """The extracts' rows of audit.extracts, and the files beside refused ones."""
    aside = dict(broken.group_by("extract_id").agg(pl.struct("row_number").n_unique()).rows())
    for one in landed:
        why = one.refused or stop.get(one.extract_id)
        set_aside = 0 if why else aside.get(one.extract_id, 0)
        layout = one.claimed.layout.name if one.claimed.layout else None
        accepted = 0 if why else one.rows - set_aside
        summary.extracts.append(
            ExtractSummary(
                one.claimed.extract.name, feed, layout, one.rows, accepted, set_aside, one.rows if why else 0, why
            )
        )
        if not one.is_left:
            beside.write_refusal(home, one.claimed.extract.name, why)
    rows = [
        asdict_of(said)
        | {"extract_id": one.extract_id, "sha256": one.claimed.extract.sha256, "known_on": day.known_on, "run": run}
        for one, said in zip(landed, summary.extracts, strict=True)
        if not one.is_left
    ]
    intake.record_extracts(con, rows)


def asdict_of(said: ExtractSummary) -> dict:
    told = dict(vars(said))
    return told | {"extract": told.pop("file")}


def _withdraw(con, home: Home, landed: list[Landed], broken: pl.DataFrame, *, day: Day) -> int:
    """Where deliveries are full, withdraw what they lack. Of history nothing is: nobody says when a mark was taken back."""
    if day.history or home.settings.marks_delivered != "full":
        withdrawing.withdraw_nothing(con)
        return 0
    return withdrawing.withdraw(con, [one.extract_id for one in landed], broken, known_on=day.known_on)


def _fold(con, home: Home, summary: Summary, feed: str, retold: list[str]) -> None:
    """Bring links and facts up to date with what was just accepted, and of whom a row was called back (`retold`)."""
    linked = who_is_who.bring_up_to_date(con, home, summary) if feed == "pupils" else []
    retold = links.with_their_other_upns(con, retold) if retold else []
    if feed in ("pupils", "leavers"):
        facts.fold_rolls_retold(con, feed, [*linked, *retold])
    if retold:
        facts.fold_weeks_of(con, retold)
    if feed in PLANS_FROM or linked:
        facts.fold_plans(con)
    if feed == "attendance_marks":
        facts.fold_weeks(con, folding.touch_weeks(con))
