"""What went out and came back, on the shelf: lists, the places on them, and what people answered."""

from datetime import date

import duckdb
import polars as pl

from pipeline.edges import feedback, objections
from pipeline.edges import warehouse as shelf
from pipeline.edges.links import as_one_child
from pipeline.steps.looked_at import Before
from pipeline.tables.derived import ISSUED_LISTS, ISSUED_PLACES
from pipeline.tables.feedback import RETURNS
from pipeline.tables.schema import Table


def before(con: duckdb.DuckDBPyConnection, *, as_of: date) -> Before:
    """Lists that went out before `as_of`, and answers known on it, under the pupil_id each child was known by that day."""
    return Before(
        places=_of(con, ISSUED_PLACES, "as_of < ?", as_of=as_of),
        lists=_lists(con, as_of=as_of),
        decisions=feedback.decisions(con, as_of),
        outcomes=feedback.outcomes(con, as_of),
        corrections=feedback.corrections(con, as_of),
        returns=shelf.read(con, f"SELECT * FROM warehouse.{RETURNS.name} WHERE known_on <= ? ORDER BY ALL", [as_of]),
        objected=objections.standing(con, as_of=as_of),
    )


def _of(con: duckdb.DuckDBPyConnection, table: Table, holds: str, *, as_of: date) -> pl.DataFrame:
    rows = as_one_child(con, f"warehouse.{table.name}", as_of=as_of)
    return shelf.read(con, f"SELECT * FROM {rows} WHERE {holds} ORDER BY ALL", [as_of])


def _lists(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """An earlier version kept only the places of a list, so one with nobody on it left no trace."""
    return shelf.read(
        con,
        f"""
        SELECT as_of, urn FROM warehouse.{ISSUED_LISTS.name} WHERE as_of < $1 AND is_superseded IS NOT TRUE
        UNION SELECT as_of, urn FROM warehouse.{ISSUED_PLACES.name} WHERE as_of < $1 AND is_superseded IS NOT TRUE ORDER BY ALL
        """,
        [as_of],
    )
