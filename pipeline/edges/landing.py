"""Candidate rows put into scratch, where the gate reads them and from where they are kept."""

from collections.abc import Iterable

import duckdb
import polars as pl

from pipeline.tables.candidates import candidates
from pipeline.tables.schema import Column

from . import warehouse as shelf


def make_room(con: duckdb.DuckDBPyConnection, feed: str) -> None:
    """An empty `scratch.main.<feed>`. What lands lies in a table with the columns that any file told, and no others: text that
    is null takes as much room in memory as a name."""
    if feed in CHANGED_IN_SCRATCH:
        con.execute(f"CREATE OR REPLACE TABLE scratch.main.{feed} ({columns_of(feed)})")
    else:
        con.execute(f"CREATE OR REPLACE TABLE {_landed(feed)} (extract_id INTEGER, row_number BIGINT)")
        _show_all_columns(con, feed, _ALWAYS)


CHANGED_IN_SCRATCH = frozenset({"pupils"})
"""Feeds whose rows are corrected where they landed: theirs is a table with every column."""

_ALWAYS = ("extract_id", "row_number")


def _landed(feed: str) -> str:
    return f"scratch.main.{feed}" if feed in CHANGED_IN_SCRATCH else f"scratch.main.{feed}_landed"


def _show_all_columns(con: duckdb.DuckDBPyConnection, feed: str, there: Iterable[str]) -> None:
    """`scratch.main.<feed>` as a view that has every candidate column, null where no file told it."""
    columns = (c.name if c.name in there else f"NULL::{_sql_type(c)} AS {c.name}" for c in candidates(feed).columns)
    con.execute(f"CREATE OR REPLACE VIEW scratch.main.{feed} AS SELECT {', '.join(columns)} FROM {_landed(feed)}")


def columns_of(feed: str) -> str:
    """The candidate columns of `feed`, as SQL declares them."""
    return ", ".join(f"{c.name} {_sql_type(c)}" for c in candidates(feed).columns)


def _sql_type(column: Column) -> str:
    return shelf.SQL_TYPES[shelf.base_type(column.dtype)]


ROWS_TO_LAND = 600_000
BYTES_TO_LAND = 200_000_000


class Landing:
    """Candidate rows on their way into scratch: many small files are put in together, for each insert has its price."""

    def __init__(self, con: duckdb.DuckDBPyConnection, feed: str):
        self._con, self._feed = con, feed
        self._pending: list[pl.DataFrame] = []
        self._rows = self._bytes = 0
        self._there = set(candidates(feed).names if feed in CHANGED_IN_SCRATCH else _ALWAYS)

    def add(self, rows: pl.DataFrame) -> None:
        """Rows of one extract, with `extract_id`. What their layout does not send is null."""
        if rows.is_empty():  # as a file of transfers without a mark is; it would say that nothing has a column
            return
        schema = candidates(self._feed).schema
        told = [name for name in schema if name in rows.columns and rows[name].null_count() < rows.height]
        self._pending.append(rows.select(pl.col(name).cast(schema[name]) for name in told))
        self._rows += rows.height
        self._bytes += self._pending[-1].estimated_size()
        if self._rows >= ROWS_TO_LAND or self._bytes >= BYTES_TO_LAND:
            self.settle()

    def settle(self) -> None:
        """Put what is pending into scratch; columns with nothing in them are not carried there."""
        rows = pl.concat(self._pending, how="diagonal") if self._pending else pl.DataFrame()
        if rows.height:
            self._make_columns(rows.columns)
            shelf.insert(self._con, _landed(self._feed), rows)
        self._pending, self._rows, self._bytes = [], 0, 0

    def _make_columns(self, told: list[str]) -> None:
        new = [column for column in candidates(self._feed).columns if column.name in set(told) - self._there]
        for column in new:
            self._con.execute(f"ALTER TABLE {_landed(self._feed)} ADD COLUMN {column.name} {_sql_type(column)}")
        self._there.update(told)
        if new:
            _show_all_columns(self._con, self._feed, self._there)

    def take_back(self, extract_id: int) -> None:
        """Remove what has landed of an extract that turned out not to parse."""
        self._pending = [rows.filter(pl.col("extract_id") != extract_id) for rows in self._pending]
        self._con.execute(f"DELETE FROM {_landed(self._feed)} WHERE extract_id = ?", [extract_id])


def clear_room(con: duckdb.DuckDBPyConnection, feed: str) -> None:
    """Let go of the memory a batch took."""
    con.execute(f"DELETE FROM {_landed(feed)}")
    con.execute("DROP VIEW IF EXISTS accepted")
    con.execute("DROP VIEW IF EXISTS memory.main.batch_files")
    con.execute("DROP VIEW IF EXISTS memory.main.batch")
    if feed not in CHANGED_IN_SCRATCH:
        con.execute(f"DROP VIEW scratch.main.{feed}")
    con.execute(f"DROP TABLE {_landed(feed)}")
