"""School census returns: of several sent for one school, term and year, which one stands on a day.

A return sent again, under another key, takes the place of the one before it, and of all that came with it, from the night
its own pupils are known. Rows sent again under the same key are that return's, and take the place of what they correct.
"""

from datetime import date

import duckdb

SENT_WITH_PUPILS = frozenset({"pupils", "sen_needs", "fsm_periods", "suspensions", "ap_placements"})
SENT_APART = frozenset({"census_sessions"})
"""No return is without sessions: until those of a new one are there, the old one's stand, though its pupils no longer do."""

_SLOT = "urn, census_term, census_year"


def standing(con: duckdb.DuckDBPyConnection, table: str, *, as_of: date | None) -> str:
    """What to read staged `table` from, in SQL: its rows, less those of returns replaced by what was known on `as_of`.

    None is today. In most homes no return was ever sent again, and nothing need be looked up.
    """
    name = f"warehouse.staged.{table}"
    if table not in SENT_WITH_PUPILS | SENT_APART:
        return name
    replaced = replaced_returns("pupils" if table in SENT_WITH_PUPILS else table, as_of=as_of)
    if not con.execute(f"SELECT 1 FROM {replaced} LIMIT 1").fetchone():
        return name
    return f"(SELECT * FROM {name} ANTI JOIN {replaced} USING ({_SLOT}, census_key))"


def replaced_returns(table: str, *, as_of: date | None) -> str:
    """In SQL, urn, census_term, census_year and census_key of the returns whose rows in staged `table` no longer stand.

    The one that stands is that whose rows were first known last; of several, the later known, then the later submitted,
    by its header. Rows whose headers were never sent may have any number of keys, and those of one night stand together.
    """
    by_then = "true" if as_of is None else f"known_on <= DATE '{as_of}'"
    return f"""(
        {_SENT.format(table=table, by_then=by_then)}
        SELECT {_SLOT}, census_key FROM sent LEFT JOIN submitted USING ({_SLOT}, census_key)
        QUALIFY rank() OVER (PARTITION BY {_SLOT} ORDER BY {_LATEST_FIRST}) > 1)"""


_SENT = f"""
        WITH sent AS (
            SELECT {_SLOT}, census_key, min(known_on) AS first_known_on FROM warehouse.staged.{{table}}
            WHERE census_key IS NOT NULL AND {{by_then}} GROUP BY ALL),
        submitted AS (
            SELECT {_SLOT}, census_key, max(known_on) AS header_known_on, max(serial_number) AS serial_number
            FROM warehouse.staged.census_headers WHERE {{by_then}} GROUP BY ALL)"""

_LATEST_FIRST = """first_known_on DESC, header_known_on DESC NULLS LAST, serial_number DESC NULLS LAST,
                if(header_known_on IS NULL, NULL, census_key) DESC"""


def replaced_on() -> str:
    """In SQL, urn, census_term, census_year, census_key and replaced_on: the day from which the pupils of that return no longer
    stand, for those of the one sent after it were known."""
    return f"""(
        {_SENT.format(table="pupils", by_then="true")},
        ranked AS (
            SELECT {_SLOT}, census_key, first_known_on, rank() OVER (PARTITION BY {_SLOT} ORDER BY {_LATEST_FIRST}) AS place
            FROM sent LEFT JOIN submitted USING ({_SLOT}, census_key))
        SELECT {_SLOT}, a.census_key, min(b.first_known_on) AS replaced_on
        FROM ranked a JOIN ranked b USING ({_SLOT}) WHERE b.place < a.place GROUP BY ALL)"""
