"""Returned lists on the shelf: what may be answered, what was, and what of it was known on a day."""

from datetime import date

import duckdb
import polars as pl

from pipeline.tables.derived import ISSUED_LISTS, ISSUED_PLACES
from pipeline.tables.feedback import CORRECTIONS, DECISIONS, OUTCOMES, RETURNS

from . import links
from . import warehouse as shelf

# What was known on a day


def decisions(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """DECISIONS known on `as_of`, under the pupil_id each child was known by then. Which of several counts is said in `answers`."""
    order = "pupil_id, decided_on, known_on, list_as_of, return_key, sheet, row_number"
    return _known(con, DECISIONS.name, order, as_of)


def outcomes(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """OUTCOMES known on `as_of`, likewise."""
    return _known(
        con, OUTCOMES.name, "pupil_id, outcome_on, known_on, list_as_of, return_key, sheet, row_number", as_of
    )


def corrections(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """CORRECTIONS known on `as_of`, likewise: of a list sent back twice, what was said of a fact the first time."""
    told = _known(
        con, CORRECTIONS.name, "pupil_id, urn, list_as_of, fact, known_on, return_key, sheet, row_number", as_of
    )
    return told.unique(("pupil_id", "urn", "list_as_of", "fact"), keep="first", maintain_order=True)


def _known(con: duckdb.DuckDBPyConnection, table: str, order: str, as_of: date) -> pl.DataFrame:
    rows = links.as_one_child(con, f"warehouse.{table}", as_of=as_of)
    return shelf.read(con, f"SELECT * FROM {rows} WHERE known_on <= ? ORDER BY {order}", [as_of])


# What may be answered


def read_before(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """sha256 of every returned list that was read, taken or refused."""
    return _keys(con, "true")


def taken(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """sha256 of those of which the answers were taken, though rows of them may have been refused."""
    return _keys(con, "refused_because IS NULL")


def returns(con: duckdb.DuckDBPyConnection, known_on: date) -> list[dict]:
    """Every list that came back and was read as known on a day: what `hops.summary.ReturnSummary` tells of it."""
    rows = shelf.read(
        con,
        f"SELECT file, urn, CAST(list_as_of AS VARCHAR) AS list_as_of, rows_answered, rows_taken, rows_refused, refused_because "
        f"FROM warehouse.{RETURNS.name} WHERE known_on = ? ORDER BY file, return_key",
        [known_on],
    )
    return rows.to_dicts()


def _keys(con: duckdb.DuckDBPyConnection, where: str) -> frozenset[str]:
    return frozenset(
        key for (key,) in con.execute(f"SELECT return_key FROM warehouse.{RETURNS.name} WHERE {where}").fetchall()
    )


def was_issued(con: duckdb.DuckDBPyConnection, urn: int, as_of: date) -> bool:
    """Whether a list of this school and day went out."""
    issued = f"""
        SELECT 1 FROM warehouse.{ISSUED_PLACES.name} WHERE urn = ? AND as_of = ?
        UNION ALL SELECT 1 FROM warehouse.{ISSUED_LISTS.name} WHERE urn = ? AND as_of = ?"""
    return con.execute(issued, [urn, as_of, urn, as_of]).fetchone() is not None


def listed(con: duckdb.DuckDBPyConnection, urn: int, as_of: date) -> list[str]:
    """The keys on the list of this school and day, as it last went out."""
    rows = con.execute(
        f"SELECT pupil_id FROM warehouse.{ISSUED_PLACES.name} WHERE urn = ? AND as_of = ? ORDER BY pupil_id",
        [urn, as_of],
    )
    return [pupil_id for (pupil_id,) in rows.fetchall()]
