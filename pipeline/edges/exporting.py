"""A table of the warehouse as a file for analysts."""

from collections.abc import Callable
from pathlib import Path

import duckdb

from expectations.promise import quoted
from pipeline.vocabulary.made_up import MADE_UP

from . import warehouse as shelf
from .errors import Refused


def export(
    con: duckdb.DuckDBPyConnection,
    table: str,
    to: Path,
    *,
    demo: bool = False,
    first: Callable[[int], None] | None = None,
) -> int:
    """Write `table`, sorted by all its columns, to the Parquet file `to`, mode 0600; returns its rows, which `first` is told before any is
    written. Of a made-up home the file's own metadata say so (`data`)."""
    schema, _, name = table.partition(".")
    found = con.execute(
        "SELECT table_schema, table_name FROM information_schema.tables "
        "WHERE table_catalog = 'warehouse' AND table_schema = ? AND table_name = ?",
        [schema, name],
    ).fetchone()
    if not found:
        raise Refused(f"There is no table {table} in the warehouse: see `a2n describe tables`.")
    if to.suffix != ".parquet" or to.is_dir():
        raise Refused(f"{to} is no name for an export: let it end in .parquet.")
    if not to.parent.is_dir():
        raise Refused(f"{to} cannot be written, for there is no folder {to.parent}: make it first.")
    count = con.execute(f"SELECT count(*) FROM warehouse.{schema}.{name}").fetchone()[0]
    if first:
        first(count)
    part = to.with_name(f".{to.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    rows = f"SELECT {shelf.as_declared(con, table)} FROM warehouse.{schema}.{name} ORDER BY ALL"
    made_up = f", KV_METADATA {{data: {quoted(MADE_UP)}}}" if demo else ""
    # DuckDB's own temporary file would be another, of another mode
    con.execute(f"COPY ({rows}) TO {quoted(str(part))} (FORMAT parquet, USE_TMP_FILE false{made_up})")
    part.replace(to)
    return count
