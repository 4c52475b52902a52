"""Which school weeks newly accepted marks change, and those weeks put in the place of what was known of them."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from expectations.promise import quoted
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES

from . import warehouse as shelf
from .links import as_one_child, known_as
from .withdrawing import MARKS

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
    """What the accepted marks, and those just taken back, change."""
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE marked_days AS
        SELECT urn, count(*) AS marks, min(date_trunc('week', date))::DATE AS first_day,
            max(date_trunc('week', date))::DATE + 6 AS last_day
        FROM {_CHANGED} GROUP BY urn ORDER BY urn""")
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
        con.execute(f"""
            CREATE OR REPLACE TEMP TABLE touched AS
            SELECT DISTINCT pupil_id, urn, date_trunc('week', date)::DATE AS week_start
            FROM {as_one_child(con, _CHANGED, as_of=None)}""")
    return weeks


_CHANGED = "(SELECT pupil_id, urn, date FROM accepted UNION ALL SELECT pupil_id, urn, date FROM taken_back)"


def _weeks_of(con: duckdb.DuckDBPyConnection, group: list[tuple]) -> TouchedWeeks:
    schools, first, last = [row[0] for row in group], min(row[2] for row in group), max(row[3] for row in group)
    held = con.execute(
        """
        SELECT 1 FROM warehouse.facts.marked_weeks WHERE urn IN (SELECT unnest($1)) AND week_start BETWEEN $2 AND $3
        UNION ALL
        SELECT 1 FROM warehouse.staged.withdrawn_marks WHERE urn IN (SELECT unnest($1)) AND date BETWEEN $2 AND $3 LIMIT 1""",
        [schools, first, last],
    ).fetchone()
    return TouchedWeeks(schools, first, last, held is None)


_MARK = "m.pupil_id, m.urn, m.date, m.half_day, m.code, m.known_on, m.recorded_at, m.delivered_on, m.by_transfer"


def packed_weeks(con: duckdb.DuckDBPyConnection, touched: TouchedWeeks) -> pl.DataFrame:
    """Those weeks, packed of every mark known of them, the accepted ones among them: what `steps.weeks.settled_weeks` takes.

    Packed where the marks are: to hand over each of four million takes twice as long.
    """
    marks, values = _marks_of(con, touched)
    return shelf.read(con, _PACKED.format(marks), values)


_NUMBERS = ", ".join(f"({quoted(one.code)}, {one.number})" for one in ATTENDANCE_CODES)
_PACKED = f"""
    SELECT pupil_id, urn, week_start,
        sum(if(is_pm, 0, number << (8 * weekday)))::BIGINT AS am_codes,
        sum(if(is_pm, number << (8 * weekday), 0))::BIGINT AS pm_codes,
        max(known_on) AS last_known_on,
        bool_and(is_transferred) AS is_transferred,
        count(*) AS marks,
        sum(1 << (2 * weekday + is_pm::INTEGER))::BIGINT AS half_days
    FROM (
        SELECT pupil_id, urn, date - (isodow(date)::INTEGER - 1) AS week_start, isodow(date)::INTEGER - 1 AS weekday,
            half_day = 'pm' AS is_pm, coalesce(n.number, 0)::BIGINT AS number, known_on,
            coalesce(by_transfer, false) OR m.code IS NULL AS is_transferred
        FROM ({{}}) m LEFT JOIN (VALUES {_NUMBERS}) n(code, number) USING (code))
    GROUP BY ALL
"""


def marks_of_weeks(con: duckdb.DuckDBPyConnection, touched: TouchedWeeks, weeks: pl.DataFrame) -> pl.DataFrame:
    """Every mark known of some of the touched weeks (pupil_id, urn, week_start)."""
    marks, values = _marks_of(con, touched)
    con.register("_frame", weeks)
    try:
        return shelf.read(
            con,
            f"""
            SELECT m.* FROM ({marks}) m
            SEMI JOIN _frame w ON m.pupil_id = w.pupil_id AND m.urn = w.urn AND {_WEEK} = w.week_start
            """,
            values,
        )
    finally:
        con.unregister("_frame")


_WEEK = "date_trunc('week', m.date)::DATE"


def _marks_of(con: duckdb.DuckDBPyConnection, touched: TouchedWeeks) -> tuple[str, list]:
    """What to read every mark of the touched weeks from, in SQL, and its values."""
    if touched.are_new:
        accepted = as_one_child(con, "accepted", as_of=None)
        return f"SELECT {_MARK} FROM {accepted} m WHERE m.urn IN (SELECT unnest(?))", [touched.schools]
    marks = f"""
        SELECT {_MARK} FROM {as_one_child(con, MARKS, as_of=None)} m
        SEMI JOIN touched t ON m.pupil_id = t.pupil_id AND m.urn = t.urn AND {_WEEK} = t.week_start
        WHERE m.urn IN (SELECT unnest(?)) AND m.date BETWEEN ? AND ?
    """
    return marks, [touched.schools, touched.first_day, touched.last_day]


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


def marks_of_children(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> pl.DataFrame:
    """Every mark known of these pupil_ids as delivered, each under the one its child is known by."""
    _set_children(con, pupil_ids)
    return shelf.read(
        con,
        f"""
        SELECT {_MARK.replace("m.pupil_id", "coalesce(k.known_as, m.pupil_id) AS pupil_id")}
        FROM {MARKS} m
        SEMI JOIN children c ON c.pupil_id = m.pupil_id
        LEFT JOIN {known_as(None)} k ON k.pupil_id = m.pupil_id
        WHERE m.urn IN (SELECT w.urn FROM warehouse.facts.marked_weeks w SEMI JOIN children USING (pupil_id))
        """,
    )


def replace_weeks_of_children(con: duckdb.DuckDBPyConnection, pupil_ids: list[str], weeks: pl.DataFrame) -> None:
    _set_children(con, pupil_ids)
    con.execute("DELETE FROM warehouse.facts.marked_weeks w USING children c WHERE w.pupil_id = c.pupil_id")
    shelf.insert(con, "warehouse.facts.marked_weeks", weeks)


def _set_children(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> None:
    con.register("_frame", pl.DataFrame({"pupil_id": pupil_ids}, schema={"pupil_id": pl.String}))
    con.execute("CREATE OR REPLACE TEMP TABLE children AS FROM _frame")
    con.unregister("_frame")


def marks_of_week(con: duckdb.DuckDBPyConnection, monday: date) -> pl.DataFrame:
    """Every mark known of a week, of all schools."""
    marks = as_one_child(con, MARKS, as_of=None)
    return shelf.read(con, f"SELECT {_MARK} FROM {marks} m WHERE m.date BETWEEN ? AND ?::DATE + 6", [monday, monday])


def replace_week(con: duckdb.DuckDBPyConnection, monday: date, weeks: pl.DataFrame) -> None:
    con.execute("DELETE FROM warehouse.facts.marked_weeks WHERE week_start = ?", [monday])
    shelf.insert(con, "warehouse.facts.marked_weeks", weeks)
