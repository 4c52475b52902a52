"""Rows of feeds whose time is over: of which day each row is, and which stay for a child who is still here."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.tables.staged_plans import PLAN_FEEDS
from pipeline.tables.withdrawn import MARKS_IN_DOUBT, WITHDRAWN_MARKS

from . import intake, links
from . import warehouse as shelf
from .retained import Due, last_day_read, years_over

_CENSUS_DAY = "make_date(census_year, if(census_term = 'autumn', 10, if(census_term = 'spring', 1, 5)), 15)"
_LATEST_OF_A_CHILD_HERE = """(
    pupil_id IN (FROM temp.main.still_here) AND (pupil_id IN (FROM temp.main.linked) OR
        (extract_id, row_number) IN (
            SELECT (extract_id, row_number) FROM {table}
            QUALIFY row_number() OVER (PARTITION BY {of} ORDER BY {latest} DESC, known_on DESC, extract_id DESC, row_number DESC) = 1)))"""
_SAID_LAST = "(extract_id, row_number) IN (SELECT (extract_id, row_number) FROM {table} QUALIFY row_number() OVER (PARTITION BY {of} ORDER BY known_on DESC, extract_id DESC, row_number DESC) = 1)"
_OF_A_RETURN_HELD = "census_key IN (SELECT census_key FROM warehouse.staged.pupils UNION SELECT census_key FROM warehouse.staged.census_sessions)"


@dataclass(frozen=True)
class Rule:
    """Of which day a row of a feed is, in SQL; and which rows stay, whatever their day."""

    day: str
    stays: str = "false"
    is_of_registers: bool = False  # of which a look reads its school year and the one before, and no other


def _of_a_child_here(of: str, latest: str = "known_on") -> str:
    return _LATEST_OF_A_CHILD_HERE.replace("{of}", of).replace("{latest}", latest)


RULES = {
    "schools": Rule("known_on", _SAID_LAST.replace("{of}", "urn")),
    "census_headers": Rule("coalesce(reference_date, known_on)", _OF_A_RETURN_HELD),
    "census_schools": Rule("known_on", _OF_A_RETURN_HELD),
    "pupils": Rule("stated_on", _of_a_child_here("pupil_id, urn", "stated_on")),
    "addresses": Rule("known_on", _of_a_child_here("pupil_id")),
    **{feed: Rule("coalesce(stated_on, known_on)") for feed in PLAN_FEEDS},
    "census_sessions": Rule("make_date(school_year + 1, 7, 31)", is_of_registers=True),
    "sen_needs": Rule(f"coalesce({_CENSUS_DAY}, known_on)"),
    "fsm_periods": Rule(f"greatest(end_date, coalesce({_CENSUS_DAY}, known_on))"),
    "suspensions": Rule("start_date"),
    "ap_placements": Rule(f"greatest(leaving_date, coalesce({_CENSUS_DAY}, known_on))"),
    "leavers": Rule("leaving_date"),
    "post16_offers": Rule("coalesce(offer_date, known_on)"),
    "care_children": Rule("known_on", "child_key IN (SELECT child_key FROM warehouse.staged.care_episodes)"),
    "care_episodes": Rule("coalesce(end_date, known_on)"),
    "support_and_reviews": Rule(
        "coalesce(ended, greatest(known_on, last_review, next_review, quiet_until))",
        "ended IS NULL AND pupil_id IN (FROM temp.main.still_here)",
    ),
    "wider_needs": Rule(
        "coalesce(ended, greatest(known_on, added_on))", "ended IS NULL AND pupil_id IN (FROM temp.main.still_here)"
    ),
    "early_years_profiles": Rule("make_date(year, 7, 31)"),
    "agencies": Rule("coalesce(end_date, known_on)"),
    "register_totals": Rule("to_date", is_of_registers=True),
    "school_ids": Rule("known_on", _SAID_LAST.replace("{of}", "school_ref")),
    "pupil_ids": Rule("known_on", _of_a_child_here("pupil_ref")),
    "mark_codes": Rule("known_on", _SAID_LAST.replace("{of}", "urn, code_ref")),
    "attendance_marks": Rule("date", is_of_registers=True),
}
"""A row of no day of its own is of the day it was known: what is sent again every year is then of the year it was last sent in."""


def due_rows(con: duckdb.DuckDBPyConnection, feed: str, months: int, *, as_of: date) -> Due | None:
    """Rows of a feed, in `staged` and `waiting`, of school years that were over for so many months. `remove` leaves the facts had from
    them to the caller."""
    up_to = years_over(as_of, months) if months else None
    if up_to is None:
        return None
    rule, table = RULES[feed], f"warehouse.staged.{feed}"
    is_old = f"{rule.day} <= DATE '{up_to}'"
    waits = _waiting(con, feed, up_to)
    if not con.execute(f"SELECT 1 FROM {table} WHERE {is_old} LIMIT 1").fetchone() and not _counted(con, waits)[0]:
        return None
    _set_still_here(con, rule.stays, up_to)
    due = f"FROM {table} WHERE {is_old} AND ({rule.stays.replace('{table}', table)}) IS NOT TRUE"
    others = [*waits, *_with_it(feed, up_to)]
    count, known_from = _counted(con, [due, *others])
    read_until = min(last_day_read(up_to), as_of) if rule.is_of_registers else as_of

    def remove() -> None:
        for rows in (due, *others):
            con.execute(f"DELETE {rows}")

    return Due(feed, count, remove, up_to=up_to, known_from=known_from, read_until=read_until) if count else None


def _counted(con: duckdb.DuckDBPyConnection, rows: list[str]) -> tuple[int, date | None]:
    """How many, and the day the first was known; of rows that wait, that of their file."""
    told = [con.execute(f"SELECT count(*), {_known(of)} {of}").fetchone() for of in rows]
    return sum(count for count, _ in told), min((day for _, day in told if day), default=None)


def _known(rows: str) -> str:
    return "NULL" if rows.startswith("FROM warehouse.waiting.") else "min(known_on)"


def _waiting(con: duckdb.DuckDBPyConnection, feed: str, up_to: date) -> list[str]:
    """Rows that wait since a file that came by then."""
    there = (
        "SELECT 1 FROM duckdb_tables() WHERE database_name = 'warehouse' AND schema_name = 'waiting' AND table_name = ?"
    )
    by_then = f"extract_id IN (SELECT extract_id FROM warehouse.audit.extracts WHERE known_on <= DATE '{up_to}')"
    rows = [f"FROM warehouse.waiting.{feed} WHERE {by_then}"] if con.execute(there, [feed]).fetchone() else []
    if feed == "pupils":
        rows.append(f"FROM warehouse.waiting.parents WHERE known_on <= DATE '{up_to}'")
    if feed.startswith("plan_"):
        rows.append(f"FROM warehouse.waiting.plan_parents WHERE above_table = '{feed}' AND {by_then}")
    return rows


def _with_it(feed: str, up_to: date) -> list[str]:
    """What goes with marks: those withdrawn, and those in doubt."""
    if feed != "attendance_marks":
        return []
    return [f"FROM warehouse.{table.name} WHERE date <= DATE '{up_to}'" for table in (WITHDRAWN_MARKS, MARKS_IN_DOUBT)]


def _set_still_here(con: duckdb.DuckDBPyConnection, stays: str, up_to: date) -> None:
    """Name in `still_here` every pupil_id of the children of whom a register or a roll of a later day is held, and in `linked` those
    of children with several: all their rolls stay while the child is here, for by them the links are found."""
    if "still_here" not in stays:
        return
    rolls = links.as_one_child(con, "warehouse.staged.pupils", as_of=None)
    known = links.known_as(None)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE still_here AS
        WITH here AS (
            SELECT pupil_id FROM warehouse.facts.marked_weeks WHERE week_start > DATE '{up_to}'
            UNION SELECT pupil_id FROM {rolls} WHERE stated_on > DATE '{up_to}')
        FROM here UNION SELECT k.pupil_id FROM {known} k JOIN here ON k.known_as = here.pupil_id""")
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE linked AS
        SELECT pupil_id FROM {known} UNION SELECT known_as FROM {known}""")


# Postcodes, which are with the names


def address_keys(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The census pupil rows that are held or waited for, as `agencies.remove_addresses` has them."""
    key = ("parent_key", "native_id")
    rows = shelf.read(con, "SELECT pupil_id, count(*) AS rows FROM warehouse.staged.addresses GROUP BY pupil_id")
    held = intake.known_parents(con).select(*key, "pupil_id").join(rows, on="pupil_id", how="left")
    wait = intake.waiting_rows(con, "addresses")
    waiting = held.select(key).clear() if wait is None else wait.select(key)
    waiting = waiting.drop_nulls("parent_key").unique().with_columns(waits=True)
    found = held.join(waiting, on=key, how="full", coalesce=True, nulls_equal=True)
    return found.with_columns(pl.col("waits").fill_null(False), pl.col("rows").fill_null(0))


# Weeks had from marks


def remove_weeks(con: duckdb.DuckDBPyConnection, up_to: date) -> date | None:
    """Take away the weeks that were over by then; returns the Monday of the week that was not, where it begins by then."""
    con.execute("DELETE FROM warehouse.facts.marked_weeks WHERE week_start + 6 <= ?", [up_to])
    left = con.execute("SELECT min(week_start) FROM warehouse.facts.marked_weeks WHERE week_start <= ?", [up_to])
    return left.fetchone()[0]
