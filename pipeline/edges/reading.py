"""A delivered table's headers and rows, whatever it is written in: text, Parquet, a sheet of a workbook, or XML."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import polars as pl

from pipeline.tables.layouts import Layout, layouts_of, nearest_layout, of_justice, spelt
from pipeline.vocabulary.agencies import OF_JUSTICE

from . import delimited, parquet, sheets
from .containers import kind_in, opened, unreadable
from .errors import Refused
from .extract import Extract
from .kinds import BYTES_LOOKED_AT, Kind, foreign
from .numbering import numbered

BESIDE = Layout("beside_a_table", None, "Sheet beside a table in its workbook", marks_it=(), columns={})
"""A cover, or notes: it is left unread, as is what else comes along with what is needed."""

_TABLES: dict[Kind, ModuleType] = {Kind.TEXT: delimited, Kind.PARQUET: parquet, Kind.ZIP: sheets}


def recognised(extract: Extract) -> list[Layout]:
    """The layouts that claim `extract`: one, or of XML as many as it has kinds of record. Raises Refused, saying what
    it lacks, where none does and it stands beside no table; Changed, where the file is no longer what it was."""
    with _unchanged(extract):
        headers = _headers(extract)
    if of_justice(headers):
        raise Refused(f"{extract.name} has columns that the police or youth justice send: {OF_JUSTICE}")
    layouts = layouts_of(headers)
    if layouts:
        _refuse_one_header_twice(extract, headers, layouts)
        return layouts
    near = nearest_layout(headers)
    if near:
        layout, missing = near
        raise Refused(
            f"{extract.name} looks like {layout.title} but lacks the column {_listed(missing)}: "
            "add it to the header row, or ask the supplier for it."
        )
    with _unchanged(extract):
        if sheets.stands_beside_a_table(extract):
            return [BESIDE]
    raise Refused(f"{extract.name} has headers that no feed claims: see `a2n describe feeds` for those that are read.")


def _refuse_one_header_twice(extract: Extract, headers: list[str], layouts: list[Layout]) -> None:
    """Of two columns with one header, which is meant nobody can tell. What only the elements of XML repeat is no such header."""
    told = Counter(spelt(_TOLD_APART.sub("", header)) for header in headers)
    twice = [header for header, times in told.items() if times > 1 and any(header in one.columns for one in layouts)]
    if twice and not any(one.record for one in layouts):
        raise Refused(
            f"{extract.name} has the column {_listed(twice)} more than once: leave out, or rename, all but the one that is meant."
        )


_TOLD_APART = re.compile(r"(_duplicated_\d+| \(column \d+\))$")
"""What readers add to a header that stands twice."""


def _listed(missing: list[str]) -> str:
    return ", ".join(missing[:-1]) + " and " + missing[-1] if len(missing) > 1 else missing[0]


def read_extract(extract: Extract, layout: Layout | None = None) -> Iterator[pl.DataFrame]:
    """The rows of `extract` as text with `row_number`, some hundred thousand at a time, in order.

    A line with nothing in any cell, as spreadsheets leave at the end, is no row; those after it keep their numbers. Raises
    Refused, with the row where it can be told, when the file does not parse; Changed, where it is no longer what it was.
    """
    with _unchanged(extract):
        kind = kind_of_extract(extract)
        if kind is Kind.XML:
            yield from _xml_rows(extract, layout)
        else:
            yield from (numbered(batch) for batch in _TABLES[kind].rows(extract) if batch.height)


def records_in(extract: Extract) -> int:
    """About how many rows a table that does not parse has: of text, its lines less the header's; of anything else, none."""
    try:
        return max(delimited.lines_in(extract) - 1, 0) if kind_of_extract(extract) is Kind.TEXT else 0
    except Refused:
        return 0


@contextmanager
def _unchanged(extract: Extract) -> Iterator[None]:
    """Raises Changed where the file, before or after, is not as it was when it was hashed: whatever was read of it, and
    whatever was wrong with that, is then of no account."""
    if extract.fault:
        raise extract.fault
    extract.check_unchanged()
    try:
        yield
    except Refused:
        extract.check_unchanged()
        raise
    except OSError as error:
        extract.check_unchanged()
        raise unreadable(extract.name, error) from None
    extract.check_unchanged()


def kind_of_extract(extract: Extract) -> Kind:
    """Raises Refused where it is of a kind that is not read."""
    if extract.fault:
        raise extract.fault
    with opened(extract) as stream:
        kind = kind_in(stream)
        if kind is Kind.FOREIGN:
            raise Refused(f"{extract.name} is {foreign(stream.peek(BYTES_LOOKED_AT))}.")
    return kind


def _headers(extract: Extract) -> list[str]:
    kind = kind_of_extract(extract)
    if kind is Kind.XML:
        with opened(extract) as stream:
            return _xml(extract).headers(stream, extract.name)
    return _TABLES[kind].headers(extract)


def _xml_rows(extract: Extract, layout: Layout | None) -> Iterator[pl.DataFrame]:
    if layout is None:  # nothing says what a row of it would be
        return
    with opened(extract) as stream:
        yield from _xml(extract).rows(stream, extract, layout)


def _xml(extract: Extract) -> ModuleType:
    try:
        from . import xml_records
    except ImportError:
        raise Refused(f"{extract.name} is XML, which is not read: deliver it as CSV, XLSX or Parquet.") from None
    return xml_records
