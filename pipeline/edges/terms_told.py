"""Counts of sessions as school censuses last told them."""

from datetime import date

import duckdb
import polars as pl

from pipeline.vocabulary.school_year import school_year_of

from . import warehouse as shelf


def counts_of_terms(con: duckdb.DuckDBPyConnection, rows: str, *, as_of: date) -> pl.DataFrame:
    """Session counts of this school year and the last, from `rows` of `staged.census_sessions`: of several returns for one term, the
    latest known on `as_of` alone.

    Sent again with its pupil row, a count replaces all of the pupil's for that term and part, so that a code no longer among
    them is gone; sent again by itself, only what it corrects. A pupil who left and came back within the term has a pupil
    row for each stay, and counts under both.
    """
    year = school_year_of(as_of).starts
    asked, sent = [as_of, year, year - 1], _SENT.format(rows)
    again = shelf.read(con, _SENT_AGAIN.format(sent), asked)
    if again.is_empty():
        return shelf.read(con, f"SELECT * EXCLUDE sent_on FROM ({sent})", asked)
    con.register("_again", again)
    try:
        return pl.concat(shelf.read(con, query.format(sent), asked) for query in (_OF_THOSE_SENT_ONCE, _OF_THOSE_AGAIN))
    finally:
        con.unregister("_again")


_SENT = """
    SELECT pupil_id, urn, school_year, term, part, parent_key, code, sessions, sessions_possible, known_on,
        coalesce(parent_known_on, known_on) AS sent_on
    FROM {} WHERE known_on <= ? AND school_year IN (?, ?)
"""

_SENT_AGAIN = """
    SELECT urn, school_year, term, part FROM ({}) GROUP BY ALL
    HAVING min(sent_on) < max(sent_on) OR count(*) > count(DISTINCT hash(pupil_id, parent_key, code))
"""
"""Most schools send a term once, and there is nothing to choose between: two equal hashes only have it asked again. Asked by
itself, for together with the rows it is more than the engine may hold of a large authority."""

_OF_ONE_TERM = " AND ".join(
    f"s.{name} IS NOT DISTINCT FROM a.{name}" for name in ("urn", "school_year", "term", "part")
)

_OF_THOSE_SENT_ONCE = f"SELECT s.* EXCLUDE sent_on FROM ({{}}) s ANTI JOIN _again a ON {_OF_ONE_TERM}"

_OF_THOSE_AGAIN = f"""
    SELECT * EXCLUDE sent_on FROM (SELECT s.* FROM ({{}}) s SEMI JOIN _again a ON {_OF_ONE_TERM})
    QUALIFY sent_on = max(sent_on) OVER (PARTITION BY pupil_id, urn, school_year, term, part)
        AND row_number() OVER (
            PARTITION BY pupil_id, urn, school_year, term, part, parent_key, code
            ORDER BY known_on DESC, sessions DESC, sessions_possible DESC) = 1
"""
