"""Small files read as one: two hundred schools send as many files a night, and what a column costs to read is mostly to begin.

Until they are parted again a row's number says which file it is of, too.
"""

from collections.abc import Iterable, Iterator

import polars as pl

from pipeline.tables.layouts import Layout

ROWS_TOGETHER = 100_000
"""Enough that what is left to begin with counts for little, and few enough to hold."""

_A_FILE = 1 << 32
"""More rows than a file has."""


def together(read: Iterable[tuple[int, Layout | None, object]]) -> Iterator[tuple[Layout | None, object]]:
    """What was read, in its order: a layout and rows of one or more extracts delivered under the same headers; or None and the
    extract_id and reason of a file that is refused.

    `read` has an extract_id, a layout and a batch of rows as text with `row_number`; or an extract_id, None and a reason.
    """
    waiting: list[pl.DataFrame] = []
    of: tuple | None = None
    for extract_id, layout, rows in read:
        alike = (layout, tuple(rows.columns)) if layout else None
        if waiting and (alike != of or sum(one.height for one in waiting) + rows.height > ROWS_TOGETHER):
            yield of[0], pl.concat(waiting)
            waiting = []
        if layout is None:
            yield None, (extract_id, rows)
        else:
            waiting.append(rows.with_columns(row_number=pl.col("row_number") + extract_id * _A_FILE))
            of = alike
    if waiting:
        yield of[0], pl.concat(waiting)


def told_apart(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `extract_id`, and each with its number in its own file again."""
    if "row_number" not in rows.columns:
        return rows
    return rows.with_columns(
        extract_id=(pl.col("row_number") // _A_FILE).cast(pl.Int32), row_number=pl.col("row_number") % _A_FILE
    )
