"""What the records of files say of a school year, as they stood on a day: what came, and which rules rows broke. No row is read.

A row that waited and broke another rule when it was tried again is told of under the one it broke last, whatever the day.
"""

from datetime import date

import duckdb
import polars as pl

from pipeline.vocabulary.school_year import school_year_of


def received(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """One row per feed of which anything ever came by then: feed; files, files_refused, rows_read and rows_set_aside of this school
    year; last_known_on, the day the latest file that was not refused came, of whatever year. What was accepted since it was
    set aside was set aside until that day."""
    return con.execute(_RECEIVED, _days(as_of)).pl().cast(dict.fromkeys(_COUNTS, pl.Int64))


_COUNTS = ("files", "files_refused", "rows_read", "rows_set_aside")

_ASIDE = """
    SELECT s.extract_id, s.row_number, s.rule, e.feed
    FROM warehouse.audit.set_aside s JOIN warehouse.audit.extracts e USING (extract_id)
    WHERE e.feed IS NOT NULL AND e.refused_because IS NULL AND e.known_on BETWEEN $first AND $as_of
        AND (s.accepted_on IS NULL OR s.accepted_on > $as_of)
"""

_RECEIVED = f"""
    WITH aside AS (
        SELECT feed, count(DISTINCT (extract_id, row_number)) AS rows_aside FROM ({_ASIDE}) GROUP BY feed)
    SELECT feed,
        count(*) FILTER (known_on >= $first) AS files,
        count(*) FILTER (known_on >= $first AND refused_because IS NOT NULL) AS files_refused,
        max(known_on) FILTER (refused_because IS NULL) AS last_known_on,
        coalesce(sum(rows_read - rows_refused) FILTER (known_on >= $first), 0) AS rows_read,
        coalesce(any_value(rows_aside), 0) AS rows_set_aside
    FROM warehouse.audit.extracts LEFT JOIN aside USING (feed)
    WHERE feed IS NOT NULL AND known_on <= $as_of
    GROUP BY feed ORDER BY feed
"""


def rows_by_rule(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """One row per feed and rule that a row of this school year's files broke: feed, rule, happens (row set aside, or noted) and
    rows."""
    return con.execute(_BY_RULE, _days(as_of)).pl().cast({"rows": pl.Int64})


_BY_RULE = f"""
    SELECT feed, rule, 'row set aside' AS happens, count(*) AS rows FROM ({_ASIDE}) GROUP BY ALL
    UNION ALL
    SELECT feed, rule, 'noted', sum(rows) FROM warehouse.audit.notes n JOIN warehouse.audit.extracts e USING (extract_id)
    WHERE feed IS NOT NULL AND known_on BETWEEN $first AND $as_of GROUP BY ALL
    ORDER BY ALL
"""


def refusals(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """One row per feed and reason for which a file of this school year was refused whole: feed, refused_because and rows, those
    of its files."""
    return con.execute(_REFUSALS, _days(as_of)).pl().cast({"rows": pl.Int64})


_REFUSALS = """
    SELECT feed, refused_because, sum(rows_refused) AS rows FROM warehouse.audit.extracts
    WHERE feed IS NOT NULL AND refused_because IS NOT NULL AND known_on BETWEEN $first AND $as_of
    GROUP BY ALL ORDER BY ALL
"""


def _days(as_of: date) -> dict[str, date]:
    return {"first": school_year_of(as_of).first_day, "as_of": as_of}
