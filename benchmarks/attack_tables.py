"""What a reader of the published snapshots holds: one DuckDB file a week, opened with no code of the pipeline.

A number's name is its table, the key of its row and its column. Which columns are counts of children or of rows, the file says itself
(`published.figure_notes`); which columns make a row's key is in docs/published-tables.md.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb

Name = tuple
Row = Mapping[str, object]

KEYS = {
    "run": (), "phase": ("phase",), "school": ("urn",), "flow": ("scope", "area", "phase", "urn"),
    "plans_in_time": ("scope", "area", "urn"), "signal": ("signal", "scope", "phase", "urn"), "signal_outcome": ("signal",),
    "specialist": ("kind", "scope", "area", "phase"), "group_audit": ("kind", "group_name"), "ever": ("nc_year",),
    "lost_children": ("kind", "scope", "urn"), "feed": ("feed",), "data_quality": ("feed", "rule"),
}  # fmt: skip

NOT_EXACT = {("feed", "rows_read")}
"""Told to the nearest hundred: no count a reader could do sums with."""

ALWAYS_TOLD = {("feed", "files"), ("feed", "files_refused")}


@dataclass(frozen=True)
class Snapshot:
    """One week's file: its rows by table, and which of their columns are counts."""

    week: int
    as_of: date
    rows: Mapping[str, list[Row]]
    counted: Mapping[str, tuple[str, ...]]

    def named(self, table: str) -> Iterator[tuple[Name, Row]]:
        """The rows of a table, each with the beginning of its numbers' names. A kind of lost children not judged has no number."""
        for row in self.rows.get(table, ()):
            if row.get("judged") is not False:
                yield (table, *(row[column] for column in KEYS[table])), row

    @cached_property
    def numbers(self) -> dict[Name, int | None]:
        """Every count by name; None where it is hidden."""
        return {
            (*place, column): row[column]
            for table in KEYS for place, row in self.named(table) for column in self.counted.get(table, ())
        }  # fmt: skip

    @cached_property
    def schools(self) -> dict[int, Row]:
        return {row["urn"]: row for row in self.rows["school"]}

    @cached_property
    def fewest_shown(self) -> int:
        return self.rows["run"][0]["fewest_shown"]


def read_snapshots(folder: Path) -> list[Snapshot]:
    """The files of a folder in the order of their days; of two of one day, of their names."""
    found = [_read(path) for path in sorted(folder.glob("*.duckdb"))]
    found.sort(key=lambda one: one[0])
    return [Snapshot(week, as_of, rows, counted) for week, (as_of, rows, counted) in enumerate(found)]


def _read(path: Path) -> tuple[date, dict, dict]:
    with duckdb.connect(str(path), read_only=True) as con:
        rows = {table: _rows(con, table) for table in (*KEYS, "signal_names", "alarm")}
        notes = con.execute(
            "SELECT replace(table_name, 'published.', ''), column_name FROM published.figure_notes "
            "WHERE unit IN ('pupils', 'rows')"
        ).fetchall()
    counted = {
        table: tuple(column for of, column in notes if of == table and (table, column) not in NOT_EXACT | ALWAYS_TOLD)
        for table in KEYS
    }
    return rows["run"][0]["as_of"], rows, counted


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> list[dict]:
    found = con.execute(f"SELECT * FROM published.{table}")
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


Rolls = Mapping[date | None, Mapping[int, int]]
"""Pupils by school, by day; under None those of no day, which hold for all."""


def read_pupils(path: Path) -> Rolls:
    """A CSV with urn and pupils, and as_of where they are of a day."""
    rolls: dict[date | None, dict[int, int]] = {}
    with path.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            day = date.fromisoformat(row["as_of"]) if row.get("as_of") else None
            rolls.setdefault(day, {})[int(row["urn"])] = int(row["pupils"])
    return rolls


def rolls_of(rolls: Rolls, day: date) -> Mapping[int, int]:
    return rolls.get(day, rolls.get(None, {}))
