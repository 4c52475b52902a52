"""Tables as sheets of an XLSX workbook: the values that its cells show. Nothing in it is run, and no link in it followed.

Only workbooks that were weighed when the inbox was looked through come here: see `workbook_parts`.
"""

import logging
from collections.abc import Iterator
from functools import partial

import fastexcel
import polars as pl

from .bounds import held
from .containers import opened
from .errors import Refused
from .extract import Extract
from .numbering import COUNT, HEADER_ROW, ROWS_AT_ONCE
from .workbook_parts import damaged

logging.getLogger("calamine").setLevel(logging.CRITICAL)
"""The reader's own remarks: nothing a person could act on, and nobody knows what they quote."""


def headers(extract: Extract) -> list[str]:
    return _table(extract).columns[1:]


def rows(extract: Extract) -> Iterator[pl.DataFrame]:
    """All rows, all text, counted in COUNT as the spreadsheet numbers them. Raises Refused where it cannot be opened."""
    return _table(extract).iter_slices(ROWS_AT_ONCE)


def _table(extract: Extract) -> pl.DataFrame:
    """The sheet from the first row with anything in it, which is its header."""
    cells = _cells(extract).with_row_index(COUNT, offset=HEADER_ROW)
    filled = cells.filter(pl.any_horizontal(pl.exclude(COUNT).is_not_null()))
    if filled.is_empty():
        raise Refused(f"{extract.name} is empty: deliver it again.")
    names = _named(filled.row(0)[1:])
    return cells.filter(pl.col(COUNT) > filled[0, COUNT]).rename(dict(zip(cells.columns[1:], names, strict=True)))


def _cells(extract: Extract) -> pl.DataFrame:
    if extract.sheet is None:
        raise Refused(f"{extract.name} is an archive: look through it for what it holds.")
    with opened(extract) as stream:
        book = held(iter(partial(stream.read, 1 << 20), b""), extract.name)
    try:
        sheet = fastexcel.read_excel(book).load_sheet(extract.sheet, header_row=None, skip_rows=0, dtypes="string")
        return sheet.to_polars()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a reader that panics raises what is no Exception
        raise damaged(extract.name) from None


def _named(headers: tuple[str | None, ...]) -> list[str]:
    """The headers; of a column that has none, or one that another has, where it stands."""
    names: list[str] = []
    for place, header in enumerate(headers, start=1):
        is_taken = header is None or header in names or header == COUNT
        names.append(f"{header or ''} (column {place})" if is_taken else header)
    return names
