"""Tables as Parquet, some hundred thousand rows at a time: where they lie, or from memory where they come out of a container.

Arrow reads them, which says what is wrong with a damaged file; other readers stop in the middle of a program of their own.
Text is read as numbers of the different texts there are, and weighed before it is written out: Parquet tells one long text,
said in every row, in next to no bytes.
"""

import io
from collections.abc import Iterator
from contextlib import nullcontext
from functools import partial

import polars as pl

from .bounds import FREE_BYTES, MOST_TIMES, held
from .containers import is_packed, not_parquet, opened
from .errors import Refused
from .extract import Extract, path_of_the_opened
from .numbering import COUNT, HEADER_ROW, ROWS_AT_ONCE
from .parquet_pages import MOST_PAGES, TooMany, largest_pages
from .spelling import refuse_too_wide

MOST_CELLS_A_BYTE = 200
FREE_CELLS = 20_000_000
"""Parquet tells a column of one value in a few bytes, however long it is: more cells than this are made to fill memory."""

MOST_TEXT_A_BYTE = 2_000
"""Ten letters a cell. A year's marks of one school, beside twenty columns that never change, have six hundred."""

CELLS_AT_ONCE = 5_000_000
TEXT_AT_ONCE = 100_000_000  # bytes, once it is written out

FEWEST_ROWS_AT_ONCE = 100
_OF_SAME_BEGINNINGS = "DELTA_BYTE_ARRAY"
"""An encoding in which each text says how much of the one before it begins with: all of it, in every row, for nothing."""

_WIDEST_FIXED = 64  # bytes of a value that is always as wide: a number of any size, an id


def headers(extract: Extract) -> list[str]:
    """Raises Refused where it is no Parquet, or damaged at its end, where its columns are told."""
    return _file(extract)[1]


def rows(extract: Extract) -> Iterator[pl.DataFrame]:
    """All rows, all text, counted in COUNT. Raises Refused where it is damaged, or says more than its bytes can tell."""
    (file, columns), row = _file(extract), HEADER_ROW + 1
    room = max(FREE_BYTES, MOST_TEXT_A_BYTE * extract.size)
    try:
        for batch in file.iter_batches(batch_size=_rows_at_once(file, columns, extract), columns=columns):
            batch.validate(full=True)  # polars takes Arrow's word for text being text
            room -= _text_in(batch)
            if room < 0:
                raise _says_too_much(extract)
            for piece in _no_larger(batch):
                frame = pl.from_arrow(_written_out(piece))
                yield frame.select(pl.all().cast(pl.String)).with_row_index(COUNT, row)
                row += piece.num_rows
    except Refused:
        raise
    except (Exception, pl.exceptions.PanicException):
        raise not_parquet(extract.name) from None


def _says_too_much(extract: Extract) -> Refused:
    return Refused(
        f"{extract.name} says the same long texts in so many rows that they are over {FREE_BYTES // 10**6} MB together: take "
        "those out, or deliver it as CSV."
    )


def _file(extract: Extract):
    """It, and its columns but for those of lists or of further columns, or of wide bytes, of which no layout has any."""
    with (
        nullcontext(_whole(extract)) if is_packed(extract) else path_of_the_opened(extract.path, extract.name) as source
    ):
        try:
            file, columns = _opened(source)
            pages = _largest_pages(source, file, columns)
        except TooMany:
            raise Refused(
                f"{extract.name} is cut into over {MOST_PAGES:,} pages: write it with fewer, or deliver it as CSV."
            ) from None
        except Exception:
            raise not_parquet(extract.name) from None
    if pages > TEXT_AT_ONCE:
        raise _grows(extract)
    height, width = file.metadata.num_rows, file.metadata.num_columns
    if height * width > max(FREE_CELLS, MOST_CELLS_A_BYTE * extract.size):
        raise Refused(
            f"{extract.name} says it has {height:,} rows of {width:,} columns, more than its bytes can tell of."
        )
    refuse_too_wide(extract.name, width)
    return file, columns


def _grows(extract: Extract) -> Refused:
    return Refused(
        f"{extract.name} has pages that grow to over {TEXT_AT_ONCE // 10**6} MB when they are opened, as no table of a school has: "
        "deliver it as CSV."
    )


def _largest_pages(source: str | io.BytesIO, file, columns: list[str]) -> int:
    parts: dict[str, list[tuple[int, int]]] = {}
    for chunk in _chunks(file):
        if chunk.path_in_schema in columns:
            begins = min(one for one in (chunk.dictionary_page_offset, chunk.data_page_offset) if one)
            parts.setdefault(chunk.path_in_schema, []).append((begins, begins + chunk.total_compressed_size))
    if isinstance(source, str):
        with open(source, "rb") as stream:
            return largest_pages(stream, parts.values())
    return largest_pages(io.BytesIO(source.getbuffer()), parts.values())


def _whole(extract: Extract) -> io.BytesIO:
    with opened(extract) as stream:
        return io.BytesIO(held(iter(partial(stream.read, 1 << 20), b""), extract.name))


def _opened(source):
    from pyarrow.parquet import ParquetFile  # here, because most nights bring none

    file = ParquetFile(source)
    wide = {one.path for one in map(file.schema.column, range(len(file.schema))) if one.length > _WIDEST_FIXED}
    fields = [field for field in file.schema_arrow if not field.type.num_fields and field.name not in wide]
    whole = {chunk.path_in_schema for chunk in _chunks(file) if any("DELTA" in one for one in chunk.encodings)}
    numbered = [field.name for field in fields if field.type in _texts() and field.name not in whole]
    return ParquetFile(source, read_dictionary=numbered), [field.name for field in fields]


def _texts() -> set:
    import pyarrow as pa

    return {pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary_view()}


def _chunks(file) -> Iterator:
    """What is told of each column in each of the groups that its rows are in."""
    for group in map(file.metadata.row_group, range(file.metadata.num_row_groups)):
        yield from map(group.column, range(group.num_columns))


def _rows_at_once(file, columns: list[str], extract: Extract) -> int:
    """As many as memory should hold, whatever they say. Raises Refused where that is next to none."""
    chunks = [chunk for chunk in _chunks(file) if chunk.path_in_schema in columns]
    unpacked = sum(chunk.total_uncompressed_size for chunk in chunks)
    if unpacked > max(FREE_BYTES, MOST_TIMES * extract.size):
        raise Refused(
            f"{extract.name} grows to over {MOST_TIMES} times its size when it is opened, as no register does: deliver it as CSV."
        )
    if unpacked * FEWEST_ROWS_AT_ONCE > file.metadata.num_rows * TEXT_AT_ONCE and unpacked > TEXT_AT_ONCE // 4:
        raise Refused(
            f"{extract.name} has rows of over {TEXT_AT_ONCE // FEWEST_ROWS_AT_ONCE // 10**6} MB each, as no table of a school has: deliver it as CSV."
        )
    longest = sum(one.total_uncompressed_size for one in chunks if _OF_SAME_BEGINNINGS in one.encodings)
    if longest * FEWEST_ROWS_AT_ONCE > TEXT_AT_ONCE:
        raise Refused(
            f"{extract.name} is packed in a way in which few bytes say very much ({_OF_SAME_BEGINNINGS}): write it with "
            "dictionaries, or deliver it as CSV."
        )
    by_size = (CELLS_AT_ONCE // max(len(columns), 1), file.metadata.num_rows * TEXT_AT_ONCE // max(unpacked, 1))
    return max(min(ROWS_AT_ONCE, *by_size, TEXT_AT_ONCE // max(longest, 1)), 1)


def _text_in(batch) -> int:
    """Its bytes, once it is written out."""
    return sum(_text_of(column) for column in batch.columns)


def _text_of(column) -> int:
    import pyarrow.compute as pc
    from pyarrow import types

    if types.is_dictionary(column.type):
        lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
        return pc.sum(lengths).as_py() or 0
    return column.nbytes if column.type in _texts() else 0


def _no_larger(batch) -> Iterator:
    """`batch` in pieces of no more text than is held at once, as far as rows can be parted."""
    middle = batch.num_rows // 2
    if middle and _text_in(batch) > TEXT_AT_ONCE:
        yield from _no_larger(batch.slice(0, middle))
        yield from _no_larger(batch.slice(middle))
    else:
        yield batch


def _written_out(batch):
    """The same rows, every text said again in each."""
    import pyarrow as pa

    columns = [one.dictionary_decode() if pa.types.is_dictionary(one.type) else one for one in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
