"""Which school weeks newly accepted marks change, and those weeks put in the place of what was known of them."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from . import warehouse as shelf

MARKS_AT_ONCE = 2_000_000


@dataclass(frozen=True)
class TouchedWeeks:
    """Some schools whose weeks the accepted marks change, few enough to fold at once, and the days those lie in.

    `are_new`: no mark of those schools and days was known before, so nothing need be looked up or replaced.
    """

    schools: list[int]
    first_day: date
    last_day: date
    are_new: bool


def touch_weeks(con: duckdb.DuckDBPyConnection) -> list[TouchedWeeks]:
    """What the accepted marks change. To be asked before they are kept."""
    con.execute("""
        CREATE OR REPLACE TEMP TABLE marked_days AS
        SELECT urn, count(*) AS marks, min(date_trunc('week', date))::DATE AS first_day,
            max(date_trunc('week', date))::DATE + 6 AS last_day
        FROM accepted GROUP BY urn ORDER BY urn""")
    groups: list[list[tuple]] = []
    size = MARKS_AT_ONCE
    for row in con.execute("FROM marked_days").fetchall():
        if size + row[1] > MARKS_AT_ONCE:
            groups.append([])
            size = 0
        groups[-1].append(row)
        size += row[1]
    weeks = [_weeks_of(con, group) for group in groups]
    if not all(one.are_new for one in weeks):
        con.execute("""
            CREATE OR REPLACE TEMP TABLE touched AS
            SELECT DISTINCT pupil_id, urn, date_trunc('week', date)::DATE AS week_start FROM accepted""")
    return weeks


def _weeks_of(con: duckdb.DuckDBPyConnection, group: list[tuple]) -> TouchedWeeks:
    schools, first, last = [row[0] for row in group], min(row[2] for row in group), max(row[3] for row in group)
    held = con.execute(
        "SELECT 1 FROM warehouse.facts.marked_weeks WHERE urn IN (SELECT unnest(?)) AND week_start BETWEEN ? AND ? LIMIT 1",
        [schools, first, last],
    ).fetchone()
    return TouchedWeeks(schools, first, last, held is None)


_MARK = "m.pupil_id, m.urn, m.date, m.half_day, m.code, m.known_on, m.recorded_at"


def marks_of_touched_weeks(con: duckdb.DuckDBPyConnection, touched: TouchedWeeks) -> pl.DataFrame:
    """Every mark known of those weeks, the accepted ones among them."""
    if touched.are_new:
        return shelf.read(con, f"SELECT {_MARK} FROM accepted m WHERE m.urn IN (SELECT unnest(?))", [touched.schools])
    return shelf.read(
        con,
        f"""
        SELECT {_MARK} FROM warehouse.staged.attendance_marks m
        SEMI JOIN touched t
            ON m.pupil_id = t.pupil_id AND m.urn = t.urn AND date_trunc('week', m.date)::DATE = t.week_start
        WHERE m.urn IN (SELECT unnest(?)) AND m.date BETWEEN ? AND ?
        """,
        [touched.schools, touched.first_day, touched.last_day],
    )


def replace_weeks(con: duckdb.DuckDBPyConnection, touched: TouchedWeeks, weeks: pl.DataFrame) -> None:
    if not touched.are_new:
        con.execute(
            """
            DELETE FROM warehouse.facts.marked_weeks w USING touched t
            WHERE w.urn IN (SELECT unnest(?)) AND w.pupil_id = t.pupil_id AND w.urn = t.urn
                AND w.week_start = t.week_start
            """,
            [touched.schools],
        )
    shelf.insert(con, "warehouse.facts.marked_weeks", weeks)
