"""Small files of marks read as one: two hundred schools send as many files a night, and what a column costs to read is mostly to
begin.

Until they are told apart again a row's number says which file it is of, too.
"""

from collections.abc import Iterable, Iterator

import polars as pl

from pipeline.tables.layouts import Layout, spelt

READ_ROW_BY_ROW = frozenset({"attendance_marks"})
"""Feeds of which nothing is read from a file as a whole. Of others something is: a roll's school year from most of its dates."""

ROWS_TOGETHER = 100_000
"""Enough that what is left to begin with counts for little, and few enough to hold."""

_A_FILE = 1 << 32
"""More rows than a file has."""


def together(
    read: Iterable[tuple[int, Layout | None, object]],
) -> Iterator[tuple[Layout | None, object, int | None]]:
    """What was read, in its order: a layout, rows, and the extract_id they are all of, null where they are of several and are
    to be `told_apart`; or None, the reason and the extract_id of a file that is refused.

    `read` has an extract_id, a layout and a batch of rows as text with `row_number`; or an extract_id, None and a reason.
    """
    waiting: list[pl.DataFrame] = []
    of: tuple | None = None
    for extract_id, layout, rows in read:
        rows = _claimed(rows, layout) if layout and _is_read_row_by_row(layout) else rows
        alike = (layout, tuple(rows.columns)) if layout and _is_read_row_by_row(layout) else None
        if waiting and (alike != of or sum(one.height for one in waiting) + rows.height > ROWS_TOGETHER):
            yield of[0], pl.concat(waiting), None
            waiting = []
        if alike is None:
            yield layout, rows, extract_id
        else:
            waiting.append(rows.with_columns(row_number=pl.col("row_number") + extract_id * _A_FILE))
            of = alike
    if waiting:
        yield of[0], pl.concat(waiting), None


def _claimed(rows: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Without columns that nobody reads: there may be a thousand of them, and all of a file's batches are held at once here."""
    return rows.select(name for name in rows.columns if name == "row_number" or spelt(name) in layout.columns)


def _is_read_row_by_row(layout: Layout) -> bool:
    """A row that tells of several has each numbered anew, so its own number is to be left alone."""
    return layout.feed in READ_ROW_BY_ROW and not layout.spread


def told_apart(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `extract_id`, and each with its number in its own file again."""
    if "row_number" not in rows.columns:
        return rows
    return rows.with_columns(
        extract_id=(pl.col("row_number") // _A_FILE).cast(pl.Int32), row_number=pl.col("row_number") % _A_FILE
    )
