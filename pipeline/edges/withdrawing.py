"""Full deliveries of marks: what is missing from one is withdrawn, and kept.

A full delivery has every mark of its schools on each day of which it has any. So a mark is missing that none of a night's
files has, of a school and day of which one of them has some; in how many files they came, and in what order, makes no
difference. A row set aside may be any mark that agrees with what can be read of it: that one is not missing.
"""

from datetime import date

import duckdb
import polars as pl

from pipeline.tables.withdrawn import MARKS_IN_DOUBT, WITHDRAWN_MARKS

IN_DOUBT_OF = {"unknown_school": "urn", "date_outside_year": "date"}
"""Rules that, broken, leave in doubt what a row says of its school or day."""

_WITHDRAWN, _IN_DOUBT = f"warehouse.{WITHDRAWN_MARKS.name}", f"warehouse.{MARKS_IN_DOUBT.name}"
_PARTS = ("pupil_id", "urn", "date", "half_day")
_SLOT = ", ".join(_PARTS)

MARKS = f"""(
    SELECT {_SLOT}, code, known_on, recorded_at, delivered_on, by_transfer FROM warehouse.staged.attendance_marks
    UNION ALL SELECT {_SLOT}, NULL, known_on, NULL, NULL, NULL FROM {_WITHDRAWN})"""
"""What to read marks from, in SQL: every mark accepted and, with no code, every one withdrawn."""


def withdraw_nothing(con: duckdb.DuckDBPyConnection) -> None:
    """Of deliveries that are not full: `taken_back` is empty."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE taken_back AS SELECT {_SLOT} FROM {_WITHDRAWN} LIMIT 0")


def withdraw(con: duckdb.DuckDBPyConnection, extract_ids: list[int], broken: pl.DataFrame, *, known_on: date) -> int:
    """Put what is missing from all of this night's full deliveries in the place of what was missing from those before.

    To be asked once the rows of the view `accepted` are kept. `extract_ids` are the extracts just delivered, `broken` the
    rows set aside (extract_id, row_number and rule). Returns how many more marks are withdrawn; `taken_back` names those
    that were not, or no longer are.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE before AS SELECT {_SLOT} FROM {_WITHDRAWN} WHERE known_on = ?", [known_on]
    )
    _set_frame(con, "delivered", pl.DataFrame({"extract_id": extract_ids}, schema={"extract_id": pl.Int32}))
    _keep_doubts(con, broken, known_on)
    con.execute(_MISSING.format(known_on))
    _remove_doubted(con)
    con.execute(f"DELETE FROM {_WITHDRAWN} WHERE known_on = ?", [known_on])
    con.execute(f"INSERT INTO {_WITHDRAWN} BY NAME SELECT *, ?::DATE AS known_on FROM missing", [known_on])
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE taken_back AS
        (FROM before EXCEPT SELECT {_SLOT} FROM missing) UNION (SELECT {_SLOT} FROM missing EXCEPT FROM before)""")
    return con.execute("SELECT (SELECT count(*) FROM missing) - (SELECT count(*) FROM before)").fetchone()[0]


def _set_frame(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    con.register("_frame", frame)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM _frame")
    con.unregister("_frame")


def _keep_doubts(con: duckdb.DuckDBPyConnection, broken: pl.DataFrame, known_on: date) -> None:
    """Of this night's rows set aside, what each may be the mark of; of those that waited and have passed, nothing more."""
    doubts = {f"{of}_doubted": (pl.col("rule") == rule).any() for rule, of in IN_DOUBT_OF.items()}
    _set_frame(con, "doubtful", broken.group_by("extract_id", "row_number").agg(**doubts))
    con.execute(f"""
        DELETE FROM {_IN_DOUBT} WHERE known_on < ?
            OR (extract_id, row_number) IN (SELECT (extract_id, row_number) FROM accepted)""", [known_on])  # fmt: skip
    con.execute(f"INSERT INTO {_IN_DOUBT} BY NAME {_NEW_DOUBTS}", [known_on])


_NEW_DOUBTS = """
    SELECT extract_id, row_number, ?::DATE AS known_on, pupil_id, if(urn_doubted, NULL, urn) AS urn,
        if(date_doubted, NULL, date) AS date, if(half_day IN ('am', 'pm'), half_day, NULL) AS half_day
    FROM scratch.main.attendance_marks JOIN doubtful USING (extract_id, row_number)
    SEMI JOIN delivered USING (extract_id)
    WHERE NOT coalesce(by_transfer, false) AND (pupil_id IS NOT NULL OR (urn IS NOT NULL AND NOT urn_doubted))
"""
"""A row that tells neither its pupil nor its school is no mark of anybody's: a line of totals, as often as not."""

_MISSING = f"""
    CREATE OR REPLACE TEMP TABLE missing AS
    WITH night AS (
        FROM delivered UNION SELECT extract_id FROM warehouse.audit.extracts
        WHERE known_on = DATE '{{0}}' AND feed = 'attendance_marks' AND run NOT LIKE 'history %'),
    full_days AS (
        SELECT urn, date, min(extract_id) AS extract_id FROM warehouse.staged.attendance_marks SEMI JOIN night USING (extract_id)
        WHERE known_on = DATE '{{0}}' AND NOT coalesce(by_transfer, false) GROUP BY urn, date),
    told AS (
        SELECT {_SLOT}, known_on, coalesce(delivered_on, known_on) AS came_on FROM warehouse.staged.attendance_marks
        SEMI JOIN full_days USING (urn, date) WHERE known_on <= DATE '{{0}}'),
    gone AS (
        SELECT {_SLOT}, max(known_on) AS gone_on FROM {_WITHDRAWN} SEMI JOIN full_days USING (urn, date)
        WHERE known_on < DATE '{{0}}' GROUP BY ALL)
    SELECT full_days.extract_id, {_SLOT}
    FROM told LEFT JOIN gone USING ({_SLOT}) JOIN full_days USING (urn, date)
    GROUP BY ALL
    HAVING max(came_on) < DATE '{{0}}' AND bool_or(gone_on IS NULL OR known_on > gone_on)
"""
"""Of the schools and days of which this night's files have any mark, each that stood and that none of them has."""


def _remove_doubted(con: duckdb.DuckDBPyConnection) -> None:
    """Take from `missing` each half day that agrees with all that can be read of a row in doubt."""
    readable = ", ".join(f"{part} IS NOT NULL" for part in _PARTS)
    for told in con.execute(f"SELECT DISTINCT {readable} FROM {_IN_DOUBT} ORDER BY ALL").fetchall():
        of_a_kind = [f"d.{part} IS {'NOT ' * is_told}NULL" for part, is_told in zip(_PARTS, told, strict=True)]
        agrees = [f"m.{part} = d.{part}" for part, is_told in zip(_PARTS, told, strict=True) if is_told]
        con.execute(f"DELETE FROM missing m USING {_IN_DOUBT} d WHERE {' AND '.join([*of_a_kind, *agrees])}")
