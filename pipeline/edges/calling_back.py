"""Rows of rolls that were accepted earlier on a day, called back where another row of that day speaks against them."""

from datetime import date

import duckdb
import polars as pl

from pipeline.tables.candidates import staged_table
from pipeline.tables.staged import PUPILS

from . import intake, landing
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
    intake.set_temp_table(con, "other_children", strangers)
    con.execute("""
        UPDATE scratch.main.pupils p SET is_another_child = true FROM other_children o
        WHERE p.extract_id = o.extract_id AND p.row_number = o.row_number""")
    con.execute(f"""
        INSERT INTO scratch.main.pupils BY NAME
        SELECT {", ".join(PUPILS.names)}, true AS is_another_child, census_key IS NOT NULL AS is_census,
            census_key IS NOT NULL AS header_found, least(stated_on, leaving_date) AS aged_on
        FROM warehouse.staged.pupils SEMI JOIN other_children USING (extract_id, row_number)""")
    return shelf.read(
        con,
        "SELECT extract_id, row_number FROM warehouse.staged.pupils SEMI JOIN other_children USING (extract_id, row_number) ORDER BY ALL",
    )


def take_back(con: duckdb.DuckDBPyConnection, back: pl.DataFrame, known_on: date) -> list[str]:
    """Remove from staged what was called back, and let what hung from it wait, in the transaction of the caller. Returns whose
    rows they were."""
    if back.is_empty():
        return []
    intake.set_temp_table(con, "called_back", back)
    whose = con.execute("SELECT DISTINCT pupil_id FROM warehouse.staged.pupils SEMI JOIN called_back USING (extract_id, row_number) ORDER BY 1").fetchall()  # fmt: skip
    _remove(con, "pupils")
    pupil_ids = [pupil_id for (pupil_id,) in whose]
    for feed in HANGING:
        _let_wait(con, feed, pupil_ids, known_on)
    return pupil_ids


HANGING = (
    "census_sessions", "suspensions", "leavers", "support_and_reviews", "wider_needs", "early_years_profiles", "attendance_marks",
)  # fmt: skip
"""Feeds whose rows are accepted for a roll that has the pupil, and can be hung from one again."""

_HANG_FROM_ANY = {"attendance_marks": "OR s.by_transfer", "early_years_profiles": "OR true"}
"""Of which feeds' rows, and when, any school's roll will do."""


def _let_wait(con: duckdb.DuckDBPyConnection, feed: str, pupil_ids: list[str], known_on: date) -> None:
    """Let rows of these pupils wait that were accepted on this day and are on no roll now: they are tried again when their feed is
    next taken in."""
    anywhere = _HANG_FROM_ANY.get(feed, "")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE called_back AS
        SELECT extract_id, row_number FROM warehouse.staged.{feed} s
        WHERE pupil_id IN (SELECT unnest($1))
            AND (extract_id IN (SELECT extract_id FROM warehouse.audit.extracts WHERE known_on = $2)
                OR (extract_id, row_number) IN (
                    SELECT (extract_id, row_number) FROM warehouse.audit.set_aside WHERE accepted_on = $2))
            AND NOT EXISTS (
                FROM warehouse.staged.pupils p WHERE p.pupil_id = s.pupil_id AND (p.urn = s.urn {anywhere}))""",
        [pupil_ids, known_on],
    )
    if not con.execute("SELECT 1 FROM called_back LIMIT 1").fetchone():
        return
    con.execute(f"CREATE TABLE IF NOT EXISTS warehouse.waiting.{feed} ({landing.columns_of(feed)})")
    delivered = intake.DELIVERED if "delivered_on" in staged_table(feed).names else ""
    con.execute(f"""
        INSERT INTO warehouse.waiting.{feed} BY NAME
        SELECT * {delivered} FROM warehouse.staged.{feed} SEMI JOIN called_back USING (extract_id, row_number)""")
    _remove(con, feed)


def _remove(con: duckdb.DuckDBPyConnection, feed: str) -> None:
    """Remove from staged the rows in `called_back`, and count those of them that were accepted at once as set aside."""
    con.execute("""
        UPDATE warehouse.audit.extracts e SET rows_accepted = rows_accepted - rows, rows_set_aside = rows_set_aside + rows
        FROM (
            SELECT extract_id, count(*) AS rows FROM called_back
            ANTI JOIN warehouse.audit.set_aside USING (extract_id, row_number) GROUP BY extract_id) b
        WHERE b.extract_id = e.extract_id""")
    con.execute(f"""
        DELETE FROM warehouse.staged.{feed} s USING called_back b
        WHERE s.extract_id = b.extract_id AND s.row_number = b.row_number""")
