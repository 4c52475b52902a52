"""A feed's files as candidate rows: read, staged, pseudonymised and linked, while what came before them is put away."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import count, takewhile

import duckdb
import polars as pl

from pipeline.edges import identity, inbox, intake, progress, reading, system_ids
from pipeline.edges.ahead import ahead
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Claimed
from pipeline.edges.plan_parents import known_plan_parents
from pipeline.edges.settings import Home, Settings
from pipeline.steps.agencies import names_justice
from pipeline.steps.care import CARE_FEEDS, OwnArea, of_care
from pipeline.steps.learned import with_age, with_known_on
from pipeline.steps.linking import Known, linked
from pipeline.steps.needs import TOLD_MORE_OF
from pipeline.steps.readers import OF_SYSTEMS_ONLY
from pipeline.steps.staging import staged
from pipeline.steps.systems import SystemIds, with_one_code
from pipeline.steps.together import together, told_apart
from pipeline.tables.candidates import candidates
from pipeline.tables.layouts import Layout

from .apart import SET_APART, refuse_what_may_not_be_held, set_apart
from .based import waiting_may_be_tried
from .left_out import LeftOut, left_out


def expect(claimed: dict[str, list[Claimed]]) -> None:
    """How much there is to read, for whoever watches."""
    files = [one.extract.size for some in claimed.values() for one in some]
    progress.expect(len(files), "files", weight=sum(files))


@dataclass(frozen=True)
class Delivered:
    """What is taken in as one batch: its extracts by number, its rows that waited for another feed, as they were kept and as they
    are tried again, and what is read of its files."""

    numbered: list[tuple[int, Claimed]]
    waiting: pl.DataFrame | None
    again: pl.DataFrame | None
    read: Iterator[tuple]  # candidate rows and the people met in them; or an extract_id and why its file is refused
    left_out: LeftOut  # rows of children who were erased


KNOWN_THROUGHOUT = frozenset({"attendance_marks"})
"""Feeds of which no batch changes what the rows of the next hang from: the next is read while one is put away."""

_AHEAD = 4
"""Frames of up to `numbering.ROWS_AT_ONCE` rows: enough to read on while a batch is judged and kept, and few enough to hold."""

_AT_EACH_STEP = 1
"""Frames that wait to be typed, and to be pseudonymised and linked: enough that each is done beside the others. With the one in hand and
the one to be handed on each step holds three."""

_END = (None, None)


def deliveries(
    con: duckdb.DuckDBPyConnection, home: Home, feed: str, claimed: list[Claimed], *, day
) -> Iterator[Delivered]:
    """The new extracts of one feed and its rows that waited: one batch, or where they are more than memory should hold several,
    each of whole files. A batch is to be put away before the next is asked for."""
    waiting = waiting_may_be_tried(home, feed, intake.waiting_rows(con, feed))
    batches = inbox.in_batches(claimed) or ([[]] if waiting is not None else [])
    if not batches:
        return
    pseudonyms = identity.pseudonyms(home)
    gone = left_out(home, feed, pseudonyms, keeps_names=day.keeps_names)
    while batches:
        here = batches if feed in KNOWN_THROUGHOUT else batches[:1]
        batches = batches[len(here) :]
        known = _known(con, feed, [one for files in here for one in files], waiting, day)
        numbered = _numbered(here, intake.next_extract_id(con))
        with closing(ahead(_read_batches(numbered, known, pseudonyms, home, day, gone), at_most=_AHEAD)) as read:
            for files in numbered:
                again = None if waiting is None else _again(waiting, feed, known, day)
                yield Delivered(files, waiting, again, takewhile(lambda one: one is not _END, read), gone)
                # What one batch tells of a UPN, or takes back, may be what a row of another waits for.
                told = intake.waiting_rows(con, feed) if feed == "pupils" else None
                waiting = waiting_may_be_tried(home, feed, told)


def _numbered(batches: list[list[Claimed]], first: int) -> list[list[tuple[int, Claimed]]]:
    numbers = count(first)
    return [[(next(numbers), one) for one in files] for files in batches]


def _again(waiting: pl.DataFrame, feed: str, known: Known, day) -> pl.DataFrame:
    """Rows that waited, linked by what is known now."""
    told = linked(waiting, feed, known, known_on=day.known_on)
    return _waited(told).with_columns(known_on=pl.max_horizontal("known_on", pl.lit(day.known_on)))


def _waited(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that waited say when they were delivered: of two marks that pass on one night, the later delivered counts."""
    if "delivered_on" not in rows.columns:
        return rows
    return rows.with_columns(delivered_on=pl.coalesce("delivered_on", "known_on"))


def _known(con, feed: str, claimed: list[Claimed], waiting, day) -> Known:
    """What this feed's rows may hang from, and no more: a night's marks need not wait for every census ever taken in."""
    columns = candidates(feed).schema
    return Known(
        intake.known_schools(con),
        intake.known_headers(con) if "header_found" in columns else None,
        intake.known_parents(con) if "parent" in columns else None,
        day.said,
        laestab_will_do=day.laestab_will_do,
        children=intake.known_care_children(con) if "child_found" in columns else None,
        ids=_known_ids(con, feed, claimed, waiting, day),
        plan_parents=known_plan_parents(con, feed) if "above" in columns else None,
    )


def _known_ids(con, feed: str, claimed: list[Claimed], waiting, day) -> SystemIds | None:
    by_ids = [one for one in claimed if OF_SYSTEMS_ONLY & set(one.layout.columns.values())]
    wait = waiting is not None and "school_ref" in waiting.columns
    return SystemIds(*system_ids.known_ids(con, feed, known_on=day.known_on)) if by_ids or wait else None


def _read_batches(batches, known: Known, pseudonyms, home: Home, day, gone: LeftOut):
    for numbered in batches:
        yield from _read_all(numbered, known, pseudonyms, home, day, gone)
        yield _END


def _read_all(numbered, known: Known, pseudonyms, home: Home, day, gone: LeftOut):
    """Candidate rows and the people met in them, of several files where they are small; or an extract_id and why its file is
    refused, after any rows of it."""
    with (
        closing(ahead(together(_read_each(numbered, home)), at_most=_AT_EACH_STEP)) as read,
        closing(ahead(map(_typed, read), at_most=_AT_EACH_STEP)) as typed,
    ):
        for layout, rows, extract_id in typed:
            if layout is None:
                yield extract_id, rows
                continue
            told = candidates_of(rows, layout, known, pseudonyms, home, day, gone)
            rows, met, left = (told_apart(one) if extract_id is None else _of(extract_id, one) for one in told)
            gone.add(left)
            yield rows, met


def _typed(read: tuple) -> tuple:
    """What was read, with its rows typed; a reason for a refusal is left as it is."""
    layout, raw, extract_id = read
    if layout is None:
        return read
    rows = staged(raw, layout)
    if layout.feed == "agencies":
        rows = rows.with_columns(names_justice(raw))
    return layout, rows, extract_id


def _of(extract_id: int, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(extract_id=pl.lit(extract_id, pl.Int32))


def _read_each(numbered, home: Home):
    """Each batch of each file: its extract_id, its layout and its rows; or its extract_id, None and why it is refused."""
    for number, one in numbered:
        try:
            refuse_what_may_not_be_held(one, home)
            for raw in reading.read_extract(one.extract, one.layout):
                yield number, one.layout, raw
                progress.did(rows=raw.height)
        except Refused as why:
            yield number, None, why
        progress.did(1, weight=one.extract.size)


def candidates_of(
    rows: pl.DataFrame, layout: Layout, known: Known, pseudonyms, home: Home, day, gone: LeftOut
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Typed rows of a file as candidate rows, and the people met in them; and row_number of those left out, for they were erased."""
    met = pl.DataFrame()
    if layout.feed == "pupils":
        rows = with_age(rows, on=day.known_on)
    if layout.feed in CARE_FEEDS:
        rows = _of_care(rows, pseudonyms, home.settings)
    if layout.feed in TOLD_MORE_OF:
        rows = TOLD_MORE_OF[layout.feed](rows)
    if not OF_SYSTEMS_ONLY.isdisjoint(rows.columns):
        rows = with_one_code(rows) if layout.feed == "attendance_marks" else rows
        rows = system_ids.keyed(rows, pseudonyms)
    numbers = gone.numbers(rows)
    if "upn" in rows.columns:
        rows, met = identity.pseudonymised(rows, pseudonyms)
    lag_days = home.settings.history_lag_days if day.history else None
    rows = linked(rows, layout.feed, known, known_on=day.known_on)
    rows = with_known_on(rows, layout.feed, known_on=day.known_on, lag_days=lag_days)
    if layout.feed in SET_APART:
        rows, met = set_apart(rows, layout.feed, home, pseudonyms, day)
    return gone.without(rows, met, numbers)


def _of_care(rows: pl.DataFrame, pseudonyms, settings: Settings) -> pl.DataFrame:
    """Rows of the care return with a keyed hash in the place of the council's number of the child, and no postcode."""
    told = of_care(rows, OwnArea(settings.own_authority, settings.own_postcode_districts))
    return told.with_columns(child_key=pseudonyms.keyed("SSDA903 child", told["child"])).drop("child")
