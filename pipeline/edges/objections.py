"""Objections to a child being listed, on the shelf: dated rows, each holding of every pupil_id of the child."""

from collections.abc import Sequence
from datetime import date

import duckdb
import polars as pl

from pipeline.tables.forgotten import OBJECTIONS

from . import links
from . import warehouse as shelf


def standing(con: duckdb.DuckDBPyConnection, *, as_of: date) -> frozenset[str]:
    """Every pupil_id, by the links of the day, of each child of whom an objection known by `as_of` was not taken back by then."""
    if not con.execute(f"SELECT 1 FROM warehouse.{OBJECTIONS.name} LIMIT 1").fetchone():
        return frozenset()
    told = shelf.read(
        con,
        f"""
        WITH told AS (
            SELECT coalesce(k.known_as, o.pupil_id) AS child, o.known_on, o.turn, o.objects
            FROM warehouse.{OBJECTIONS.name} o LEFT JOIN {links.known_as(as_of)} k USING (pupil_id) WHERE o.known_on <= ?)
        SELECT child FROM told GROUP BY child HAVING arg_max(objects, (known_on, turn)) ORDER BY child""",
        [as_of],
    )["child"].to_list()
    others = links.children(con, as_of=as_of)
    return frozenset({*told, *others.filter(pl.col("known_as").is_in(told))["pupil_id"]})


def record(
    con: duckdb.DuckDBPyConnection, pupil_ids: Sequence[str], *, objects: bool, reason: str, known_on: date
) -> None:
    """Put an objection, or that it is taken back, on record of every pupil_id of a child. Within the caller's transaction."""
    turns = con.execute(
        f"SELECT coalesce(max(turn), 0) + 1 FROM warehouse.{OBJECTIONS.name} WHERE pupil_id IN (SELECT unnest(?))", [[*pupil_ids]]
    ).fetchone()[0]  # fmt: skip
    rows = [(one, turns, known_on, objects, reason, links.who()) for one in sorted(pupil_ids)]
    shelf.append(con, OBJECTIONS, pl.DataFrame(rows, schema=OBJECTIONS.schema, orient="row"))
