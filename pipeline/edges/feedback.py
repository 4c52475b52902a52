"""Returned lists on the shelf: what may be answered, what was, and what of it was known on a day."""

from datetime import date

import duckdb
import polars as pl

from pipeline.tables.derived import ISSUED_LISTS, ISSUED_PLACES
from pipeline.tables.feedback import CORRECTIONS, DECISIONS, OUTCOMES, RETURNS
from pipeline.vocabulary.feedback import LOOK_INTO_IT

from . import links
from . import warehouse as shelf

# What was known on a day


def decisions(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """DECISIONS known on `as_of`, under the pupil_id each child was known by then. Of a child's the last is the one that counts:
    the latest decided, of those the latest learned, then that on the later list."""
    order = "pupil_id, decided_on, known_on, list_as_of, return_key, sheet, row_number"
    return _known(con, DECISIONS.name, order, as_of)


def outcomes(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """OUTCOMES known on `as_of`, likewise: of a child's the last counts."""
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


def looked_into(con: duckdb.DuckDBPyConnection, *, known_on: date) -> dict[str, date]:
    """Each key of a pupil of whom the decision that counts is to look into it, and the day it was made: at whichever school, for
    one who moves takes it along, and the next school is asked what came of it."""
    told = decisions(con, known_on).group_by("pupil_id", maintain_order=True).last()
    now = told.filter(pl.col("decision") == LOOK_INTO_IT).select("pupil_id", "decided_on")
    others = links.children(con, as_of=known_on).select("pupil_id", "known_as")
    theirs = others.join(now, left_on="known_as", right_on="pupil_id").select("pupil_id", "decided_on")
    return dict(pl.concat([now, theirs]).unique("pupil_id", keep="first", maintain_order=True).iter_rows())
