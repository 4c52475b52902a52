"""Tables as Parquet, some hundred thousand rows at a time: where they lie, or from memory where they come out of a container.

Arrow reads them, which says what is wrong with a damaged file; other readers stop in the middle of a program of their own.
"""

import io
from collections.abc import Iterator
from functools import partial

import polars as pl

from .bounds import held
from .containers import is_packed, opened
from .errors import Refused
from .extract import Extract
from .numbering import COUNT, HEADER_ROW, ROWS_AT_ONCE

MOST_CELLS_A_BYTE = 200
FREE_CELLS = 20_000_000
"""Parquet tells a column of one value in a few bytes, however long it is: more cells than this are made to fill memory."""


def headers(extract: Extract) -> list[str]:
    """Raises Refused where it is no Parquet, or damaged at its end, where its columns are told."""
    return _file(extract)[1]


def rows(extract: Extract) -> Iterator[pl.DataFrame]:
    """All rows, all text, counted in COUNT. Raises Refused where it is damaged."""
    (file, columns), row = _file(extract), HEADER_ROW + 1
    try:
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns):
            batch.validate(full=True)  # polars takes Arrow's word for text being text
            frame = pl.from_arrow(batch.replace_schema_metadata(None))
            yield frame.select(pl.all().cast(pl.String)).with_row_index(COUNT, row)
            row += batch.num_rows
    except (Exception, pl.exceptions.PanicException):
        raise _damaged(extract) from None


def _damaged(extract: Extract) -> Refused:
    return Refused(f"{extract.name} cannot be read as Parquet: it is cut short or damaged. Deliver it again.")


def _file(extract: Extract):
    """It, and its columns but for those of lists or of further columns, of which no layout has any."""
    from pyarrow.parquet import ParquetFile  # here, because most nights bring none

    source = _whole(extract) if is_packed(extract) else extract.path
    try:
        file = ParquetFile(source)
        columns = [field.name for field in file.schema_arrow if not field.type.num_fields]
    except Exception:
        raise _damaged(extract) from None
    height, width = file.metadata.num_rows, file.metadata.num_columns
    if height * width > max(FREE_CELLS, MOST_CELLS_A_BYTE * extract.size):
        raise Refused(
            f"{extract.name} says it has {height:,} rows of {width:,} columns, more than its bytes can tell of."
        )
    return file, columns


def _whole(extract: Extract) -> io.BytesIO:
    with opened(extract) as stream:
        return io.BytesIO(held(iter(partial(stream.read, 1 << 20), b""), extract.name))
