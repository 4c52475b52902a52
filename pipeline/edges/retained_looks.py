"""Looks whose time is over: no score outlives its review.

Whole are the looks of the newest night and of the newest lists. Of any other the rows go, but for the pupils on a list whose review is open.
Of one nobody has decided on it is open while that is the school's newest list; of one decided on, for so many days after the decision was
known. What later nights read of looks gone by is kept apart from them, without a score: see `tables.kept_of_looks`.

By night they go when lists go out, and not between: to take a night's rows out of a large table costs as much as to put them in.
"""

from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import polars as pl

from pipeline.tables.derived import (
    ISSUED_LISTS,
    ISSUED_PLACES,
    LOST_BETWEEN_SERVICES,
    OFF_LIST,
    PUPIL_CIRCUMSTANCES,
    PUPIL_FEATURES,
    PUPIL_SIGNALS,
    PUPIL_SUPPORT,
    RECONCILIATION,
    SCHOOLS_WITHOUT_LIST,
    TRIAGE,
)
from pipeline.tables.feedback import DECISIONS
from pipeline.tables.kept_of_looks import FIRST_FOUND, GROUPS_OF_YEARS, LISTED_SIGNALS
from pipeline.vocabulary.school_year import school_year_of

from . import links, looks, runs
from . import warehouse as shelf
from .retained import Due, years_over

_OF_A_LISTED_PUPIL = (PUPIL_FEATURES, PUPIL_SUPPORT, PUPIL_CIRCUMSTANCES, PUPIL_SIGNALS, TRIAGE)
_OF_THE_DAY = (OFF_LIST, LOST_BETWEEN_SERVICES)

GroupsOfDay = Callable[[date], pl.DataFrame]
"""The exact groups of the last look of an earlier school year."""


def due_looks(
    con: duckdb.DuckDBPyConnection, groups_of_day: GroupsOfDay, *, as_of: date, score_days: int, nightly: bool
) -> Due | None:
    """What is due of all looks but the newest and that of the newest lists; of a night without lists, nothing."""
    newest = runs.last_listed(con)
    if newest is None or (nightly and not runs.has_lists(con, newest)):
        return None
    with_lists = runs.newest_lists(con)
    _set_open_reviews(con, newest=newest, as_of=as_of, score_days=score_days)
    due = [(table, _WITHOUT_OPEN.format(table.name.partition(".")[2])) for table in _OF_A_LISTED_PUPIL]
    due += [(table, _OTHER_LOOKS) for table in _OF_THE_DAY]
    counts = [_count(con, table.name, holds, newest, with_lists) for table, holds in due]

    def remove() -> None:
        _keep_groups_of_years(con, groups_of_day, newest=newest)
        _keep_first_found(con, newest=newest)
        _keep_listed_signals(con, newest=newest)
        for (table, holds), count in zip(due, counts, strict=True):
            if count:
                con.execute(f"DELETE FROM warehouse.{table.name} WHERE {holds}", [newest, with_lists])

    return Due("looks", sum(counts), remove, up_to=newest - timedelta(days=1)) if sum(counts) else None


_OTHER_LOOKS = "as_of < $1 AND as_of IS DISTINCT FROM $2::DATE"
_WITHOUT_OPEN = f"""{_OTHER_LOOKS} AND NOT EXISTS (
    SELECT 1 FROM temp.main.open_reviews o WHERE o.as_of = {{0}}.as_of AND o.pupil_id = {{0}}.pupil_id)"""


def _count(con: duckdb.DuckDBPyConnection, table: str, holds: str, *days: date | None) -> int:
    return con.execute(f"SELECT count(*) FROM warehouse.{table} WHERE {holds}", days).fetchone()[0]


def _set_open_reviews(con: duckdb.DuckDBPyConnection, *, newest: date, as_of: date, score_days: int) -> None:
    """Name in `open_reviews` the pupils and days of lists before `newest` whose review is not over."""
    values = {"newest": newest, "as_of": as_of, "days": score_days}
    con.execute(_OPEN_REVIEWS.format(known=links.known_as(None)), values)


_OPEN_REVIEWS = f"""
    CREATE OR REPLACE TEMP TABLE open_reviews AS
    WITH out AS (
        SELECT as_of, urn FROM warehouse.{ISSUED_LISTS.name} WHERE is_superseded IS NOT TRUE
        UNION SELECT as_of, urn FROM warehouse.{ISSUED_PLACES.name} WHERE is_superseded IS NOT TRUE),
    last AS (SELECT urn, max(as_of) AS last_on FROM out GROUP BY urn),
    placed AS (
        SELECT p.as_of, p.pupil_id, p.urn, coalesce(k.known_as, p.pupil_id) AS child
        FROM warehouse.{ISSUED_PLACES.name} p LEFT JOIN {{known}} k ON k.pupil_id = p.pupil_id
        WHERE p.is_superseded IS NOT TRUE AND p.as_of < $newest),
    decisions AS (
        SELECT coalesce(k.known_as, d.pupil_id) AS child, d.known_on
        FROM warehouse.{DECISIONS.name} d LEFT JOIN {{known}} k ON k.pupil_id = d.pupil_id WHERE d.known_on <= $as_of),
    decided AS (
        SELECT p.as_of, p.pupil_id, min(d.known_on) AS decided_on FROM placed p
        JOIN decisions d ON d.child = p.child AND d.known_on > p.as_of GROUP BY ALL)
    SELECT p.as_of, p.pupil_id FROM placed p JOIN last USING (urn) LEFT JOIN decided USING (as_of, pupil_id)
    WHERE CASE WHEN decided_on IS NULL THEN p.as_of = last_on ELSE decided_on + $days::INTEGER > $as_of END
"""


# What later nights read


def _keep_groups_of_years(con: duckdb.DuckDBPyConnection, groups_of_day: GroupsOfDay, *, newest: date) -> None:
    """Of each earlier school year its last look's groups, counted while its rows are there."""
    for day in looks.last_days_of_earlier_years(con, as_of=newest):
        if looks.counted(con, as_of=day).is_empty():
            con.execute(
                f"DELETE FROM warehouse.{GROUPS_OF_YEARS.name} WHERE as_of BETWEEN ? AND ?",
                [school_year_of(day).first_day, day],
            )
            shelf.append(con, GROUPS_OF_YEARS, groups_of_day(day).with_columns(as_of=pl.lit(day)))


def _keep_first_found(con: duckdb.DuckDBPyConnection, *, newest: date) -> None:
    con.execute(_FIRST_FOUND, {"newest": newest, "first": school_year_of(newest).first_day})
    con.execute(f"DELETE FROM warehouse.{FIRST_FOUND.name}")
    con.execute(f"INSERT INTO warehouse.{FIRST_FOUND.name} SELECT * FROM temp.main.first_found ORDER BY ALL")


_FIRST_FOUND = f"""
    CREATE OR REPLACE TEMP TABLE first_found AS
    SELECT $first::DATE AS school_year, pupil_id, min(first_on) AS first_on FROM (
        SELECT pupil_id, as_of AS first_on FROM warehouse.{TRIAGE.name}
        WHERE outcome IN ('listed', 'eligible_not_listed') AND as_of >= $first AND as_of < $newest
        UNION ALL SELECT pupil_id, first_on FROM warehouse.{FIRST_FOUND.name} WHERE school_year = $first)
    GROUP BY pupil_id
"""
"""Whole, of this school year: some thousands in the largest home. Those of years that are over go with it."""


def _keep_listed_signals(con: duckdb.DuckDBPyConnection, *, newest: date) -> None:
    first = school_year_of(newest).first_day
    con.execute(f"DELETE FROM warehouse.{LISTED_SIGNALS.name} WHERE as_of < ?", [first])
    con.execute(_LISTED_SIGNALS, [first, newest])


_LISTED_SIGNALS = f"""
    INSERT INTO warehouse.{LISTED_SIGNALS.name}
    SELECT DISTINCT p.as_of, p.pupil_id, s.signal FROM warehouse.{ISSUED_PLACES.name} p
    JOIN warehouse.{PUPIL_SIGNALS.name} s ON s.as_of = p.as_of AND s.pupil_id = p.pupil_id
    ANTI JOIN warehouse.{LISTED_SIGNALS.name} k
    ON k.as_of = p.as_of AND k.pupil_id = p.pupil_id AND k.signal = s.signal
    WHERE s.raised AND p.is_superseded IS NOT TRUE AND p.as_of >= $1 AND p.as_of < $2 ORDER BY ALL
"""


# What holds no child


def due_checks(con: duckdb.DuckDBPyConnection, *, as_of: date, months: int) -> Due | None:
    """What registers were held to, and which schools had no list."""
    up_to = years_over(as_of, months)
    if up_to is None:
        return None
    tables = (RECONCILIATION.name, SCHOOLS_WITHOUT_LIST.name)
    count = sum(_count(con, table, "as_of <= $1", up_to) for table in tables)

    def remove() -> None:
        for table in tables:
            con.execute(f"DELETE FROM warehouse.{table} WHERE as_of <= ?", [up_to])

    return Due("checks", count, remove, up_to=up_to) if count else None
