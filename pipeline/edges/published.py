"""The published snapshot: a plain DuckDB file that any tool can read, swapped in whole.

`current.duckdb` is a link to the newest snapshot. A snapshot is written under another name, is on the disk before the
link moves, and never changes after: a kill at any moment leaves the old one or the new, and a reader who has one open
goes on reading it.
"""

import os
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from expectations.promise import quoted
from pipeline.tables.published import PUBLISHED
from pipeline.tables.schema import Table

from .attaching import is_of_a_full_disk
from .errors import Refused
from .warehouse import SQL_TYPES, quiet

CURRENT = "current.duckdb"
KEPT_BEFORE = 2
"""Snapshots kept besides the newest, so that a slow reader of an old one can still open it."""

_STORAGE_VERSION = "v1.4.0"  # what other tools can read
_UNFINISHED = ".unfinished-"


def publish(
    tables: Mapping[str, pl.DataFrame],
    folder: Path,
    *,
    run: str,
    current: bool,
    declared: tuple[Table, ...] = PUBLISHED,
) -> Path:
    """The snapshot of `run`, now in `folder`. With `current` false, as for a replay, `current.duckdb` stays as it is.

    `tables` has every table `declared` by its short name: a home's own are those of `tables.published`, already suppressed. Raises
    Refused when the file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for left_over in folder.glob(f"{_UNFINISHED}*"):
        left_over.unlink(missing_ok=True)
    snapshot = folder / f"snapshot-{_as_file_name(run)}.duckdb"
    unfinished = folder / f"{_UNFINISHED}{snapshot.name}"
    try:
        _write(tables, unfinished, declared)
        settle(unfinished)
        unfinished.replace(snapshot)
        if current:
            _point_current_at(snapshot)
        settle(folder)
        _remove_older(folder, but_not=snapshot)
    except (OSError, duckdb.Error) as error:
        raise Refused(
            f"The snapshot {snapshot} could not be written ({_why(error)}): the one before it still stands."
        ) from None
    return snapshot


def newest_as_of(folder: Path, table: str = "published.run") -> date | None:
    """The day `current.duckdb` stands on; None where nothing has been published. Raises Refused if it cannot be read."""
    current = folder / CURRENT
    if not current.exists():
        return None
    try:
        with quiet(duckdb.connect()) as con:
            con.execute(f"ATTACH {quoted(str(current.resolve()))} AS snapshot (READ_ONLY)")
            return con.execute(f"SELECT max(as_of) FROM snapshot.{table}").fetchone()[0]
    except duckdb.Error as error:
        raise Refused(f"{current} cannot be read ({_why(error)}): remove it, and run again.") from None


def _as_file_name(run: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "-", run).strip("-")


def _write(tables: Mapping[str, pl.DataFrame], path: Path, declared: tuple[Table, ...]) -> None:
    with quiet(duckdb.connect()) as con:
        con.execute(f"ATTACH {quoted(str(path))} AS snapshot (STORAGE_VERSION '{_STORAGE_VERSION}')")
        con.execute("BEGIN")  # one, for each commit waits on the disk
        for table in declared:
            schema, _, name = table.name.partition(".")
            con.execute(f"CREATE SCHEMA IF NOT EXISTS snapshot.{schema}")
            _write_table(con, table, table.conform(tables[name]))
        con.execute("COMMIT")
        con.execute("DETACH snapshot")


def _write_table(con: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame) -> None:
    name = f"snapshot.{table.name}"
    columns = (f"{c.name} {SQL_TYPES[c.dtype]}{'' if c.nullable else ' NOT NULL'}" for c in table.columns)
    con.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
    con.register("frame", frame.to_arrow())
    con.execute(f"INSERT INTO {name} SELECT * FROM frame")
    con.unregister("frame")
    con.execute(f"COMMENT ON TABLE {name} IS {quoted(table.grain)}")
    for column in table.columns:
        unit = f" ({column.unit})" if column.unit else ""
        con.execute(f"COMMENT ON COLUMN {name}.{column.name} IS {quoted(column.description + unit)}")


def settle(path: Path) -> None:
    """Wait until the disk holds a file, or of a folder the names in it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _point_current_at(snapshot: Path) -> None:
    """A relative link, so that the folder can be moved or mounted elsewhere."""
    settle(snapshot.parent)
    link = snapshot.parent / f"{_UNFINISHED}{CURRENT}"
    link.symlink_to(snapshot.name)
    link.replace(snapshot.parent / CURRENT)


def _remove_older(folder: Path, *, but_not: Path) -> None:
    kept = {but_not.name, (folder / CURRENT).resolve().name}
    newest_first = sorted(
        folder.glob("snapshot-*.duckdb"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True
    )
    others = [path for path in newest_first if path.name not in kept]
    for path in others[KEPT_BEFORE:]:
        path.unlink(missing_ok=True)


def _why(error: Exception) -> str:
    """Of a file system what it says; of an engine its kind, for its words may quote a row."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "the disk is full" if is_of_a_full_disk(str(error).lower()) else type(error).__name__
