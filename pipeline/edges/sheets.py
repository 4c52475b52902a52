"""Tables as sheets of an XLSX workbook: the values that its cells show. Nothing in it is run, and no link in it followed.

Only workbooks that were weighed when the inbox was looked through come here: see `workbook_parts`.
"""

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial
from threading import RLock

import fastexcel
import polars as pl

from pipeline.tables.layouts import layouts_of

from .archives import archive_of
from .bounds import ROWS_LOOKED_DOWN, Bounds, held
from .containers import opened
from .delimited import header_among
from .errors import Refused
from .extract import Extract
from .numbering import COUNT, HEADER_ROW, ROWS_AT_ONCE
from .spelling import refuse_too_wide
from .workbook_parts import damaged, sheets_seen

logging.getLogger("calamine").setLevel(logging.CRITICAL)
"""The reader's own remarks: nothing a person could act on, and nobody knows what they quote."""


def headers(extract: Extract) -> list[str]:
    return _table(extract).columns[1:]


def rows(extract: Extract) -> Iterator[pl.DataFrame]:
    """All rows, all text, counted in COUNT as the spreadsheet numbers them. Raises Refused where it cannot be opened."""
    return _table(extract).iter_slices(ROWS_AT_ONCE)


def _table(extract: Extract) -> pl.DataFrame:
    """The sheet from its header on: the first row with anything in it, or one below that a layout claims."""
    cells = _cells(extract).with_row_index(COUNT, offset=HEADER_ROW)
    refuse_too_wide(extract.name, cells.width)
    filled = cells.filter(pl.any_horizontal(pl.exclude(COUNT).is_not_null()))
    if filled.is_empty():
        raise Refused(f"{extract.name} is empty: deliver it again.")
    first = [row[1:] for row in filled.head(ROWS_LOOKED_DOWN).rows()]
    at = header_among([cell or "" for cell in row] for row in first) or 0
    below = cells.filter(pl.col(COUNT) > filled[at, COUNT])
    return below.rename(dict(zip(cells.columns[1:], _named(first[at]), strict=True)))


def stands_beside_a_table(extract: Extract) -> bool:
    """Whether a sheet is of a workbook of which another, that somebody sees, is a table of a feed."""
    return extract.sheet is not None and _has_a_table(_whole(extract))


@lru_cache(maxsize=100)
def _has_a_table(whole: Extract) -> bool:
    """Asked for each of a workbook's sheets, and answered once."""
    with archive_of(io.BytesIO(_book(whole)), whole.name, Bounds(whole.name)) as archive:
        sheets = sheets_seen(archive, whole.name)
    return any(_is_of_a_feed(replace(whole, name=f"{whole.name}/{sheet}", sheet=sheet)) for sheet in sheets)


def _is_of_a_feed(extract: Extract) -> bool:
    try:
        return any(layout.feed for layout in layouts_of(headers(extract)))
    except Refused:
        return False


def _book(extract: Extract) -> bytes:
    with opened(extract) as stream:
        return held(iter(partial(stream.read, 1 << 20), b""), extract.name)


def _cells(extract: Extract) -> pl.DataFrame:
    if extract.sheet is None:
        raise Refused(f"{extract.name} is an archive: look through it for what it holds.")
    whole = _whole(extract)
    with _ONE_AT_A_TIME:
        book = _reader(whole) if extract.seen else _reader.__wrapped__(whole)
        cells = None if book is None else _unless_damaged(lambda: _shown(book, extract.sheet))
    if cells is None:
        raise damaged(extract.name)
    return cells


_ONE_AT_A_TIME = RLock()
"""A reader that is asked by two at once refuses one of them."""


def _whole(extract: Extract) -> Extract:
    """The workbook that a sheet is of: the same for each of them."""
    return replace(extract, name=extract.name.rpartition("/")[0], sha256="", sheet=None, size=0, book="")


def _shown(book: fastexcel.ExcelReader, sheet: str) -> pl.DataFrame:
    return book.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string").to_polars()


@lru_cache(maxsize=1)
def _reader(whole: Extract) -> fastexcel.ExcelReader | None:
    """A workbook opened, which is to go through all the texts that its cells share: once for all of its sheets, which come one after
    another. Null where that cannot be done, which is found once too."""
    packed = _book(whole)
    return _unless_damaged(lambda: fastexcel.read_excel(packed))


def _unless_damaged(read: Callable):
    """What is read; null where the reader cannot."""
    try:
        return read()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a reader that panics raises what is no Exception
        return None


def _named(headers: tuple[str | None, ...]) -> list[str]:
    """The headers; of a column that has none, or one that another has, where it stands."""
    names: list[str] = []
    for place, header in enumerate(headers, start=1):
        is_taken = header is None or header in names or header == COUNT
        names.append(f"{header or ''} (column {place})" if is_taken else header)
    return names
