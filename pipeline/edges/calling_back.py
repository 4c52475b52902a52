"""Rows of rolls that were accepted earlier on a day, called back where another row of that day speaks against them."""

import duckdb
import polars as pl

from pipeline.tables.staged import PUPILS

from . import intake
from . import warehouse as shelf

_HERE = """entry_date <= stated_on AND (leaving_date IS NULL OR leaving_date > stated_on)
    AND coalesce(enrol_status, 'C') <> 'P' AS is_here"""


def places(con: duckdb.DuckDBPyConnection, extract_ids: list[int]) -> pl.DataFrame:
    """extract_id, row_number and is_accepted of every pupils row held of these extracts, accepted or waiting."""
    waits = "UNION ALL SELECT extract_id, row_number, false FROM warehouse.waiting.pupils"
    return shelf.read(
        con,
        f"""
        WITH held AS (
            SELECT extract_id, row_number, true AS is_accepted FROM warehouse.staged.pupils
            {waits if intake.has_waiting_rows(con, "pupils") else ""})
        FROM held WHERE extract_id IN (SELECT unnest(?)) ORDER BY ALL""",
        [extract_ids],
    )


def described(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> pl.DataFrame:
    """extract_id, row_number, urn, stated_on, census_key and is_here of all rows of these pupils, in scratch or accepted."""
    columns = f"extract_id, row_number, urn, stated_on, census_key, {_HERE}"
    theirs = "pupil_id IN (SELECT unnest($1))"
    return shelf.read(
        con,
        f"""
        SELECT {columns} FROM scratch.main.pupils WHERE {theirs}
        UNION ALL SELECT {columns} FROM warehouse.staged.pupils WHERE {theirs}""",
        [pupil_ids],
    )


def mark_and_call_back(con: duckdb.DuckDBPyConnection, strangers: pl.DataFrame) -> pl.DataFrame:
    """Say in scratch which pupil rows (extract_id, row_number) give a UPN that is another child's, and put those of them there that
    are accepted already. Returns the latter's places."""
    con.execute("UPDATE scratch.main.pupils SET is_another_child = NULL WHERE is_another_child")
    if strangers.is_empty():
        return strangers
    intake.mark_other_children(con, strangers)
    con.execute(f"""
        INSERT INTO scratch.main.pupils BY NAME
        SELECT {", ".join(PUPILS.names)}, true AS is_another_child, census_key IS NOT NULL AS is_census,
            census_key IS NOT NULL AS header_found, least(stated_on, leaving_date) AS aged_on
        FROM warehouse.staged.pupils SEMI JOIN other_children USING (extract_id, row_number)""")
    return shelf.read(
        con,
        "SELECT extract_id, row_number FROM warehouse.staged.pupils SEMI JOIN other_children USING (extract_id, row_number) ORDER BY ALL",
    )


def take_back(con: duckdb.DuckDBPyConnection, back: pl.DataFrame) -> list[str]:
    """Remove from staged what was called back, and count it as set aside, in the transaction of the caller. Returns whose rows
    they were."""
    if back.is_empty():
        return []
    con.register("_back", back)
    con.execute("CREATE OR REPLACE TEMP TABLE called_back AS FROM _back")
    con.unregister("_back")
    whose = con.execute("SELECT DISTINCT pupil_id FROM warehouse.staged.pupils SEMI JOIN called_back USING (extract_id, row_number) ORDER BY 1").fetchall()  # fmt: skip
    con.execute("""
        UPDATE warehouse.audit.extracts e SET rows_accepted = rows_accepted - rows, rows_set_aside = rows_set_aside + rows
        FROM (
            SELECT extract_id, count(*) AS rows FROM called_back
            ANTI JOIN warehouse.audit.set_aside USING (extract_id, row_number) GROUP BY extract_id) b
        WHERE b.extract_id = e.extract_id""")
    con.execute("DELETE FROM warehouse.staged.pupils p USING called_back b WHERE p.extract_id = b.extract_id AND p.row_number = b.row_number")  # fmt: skip
    return [pupil_id for (pupil_id,) in whose]
