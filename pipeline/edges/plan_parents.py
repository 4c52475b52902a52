"""Rows of SEN2 that others hang from, accepted or set aside, as they were last delivered."""

import duckdb
import polars as pl

from pipeline.tables.staged_plans import ABOVE

from . import warehouse as shelf

_OF_RETURN = "return_key, stated_on, returned_on"
_TOLD = {
    "plan_returns": "plan_key AS return_key, stated_on, known_on AS returned_on",
    "plan_people": f"{_OF_RETURN}, pupil_id",
    "plan_requests": f"{_OF_RETURN}, pupil_id, plan_key AS request_key, clock_from",
    "plan_assessments": f"{_OF_RETURN}, pupil_id, request_key, clock_from",
    "plan_spells": f"{_OF_RETURN}, pupil_id, request_key",
    "plan_reviews": f"{_OF_RETURN}, pupil_id, request_key",
}
"""By feed, what the rows below one of its own take from it."""


def known_plan_parents(con: duckdb.DuckDBPyConnection, feed: str) -> pl.DataFrame:
    """What rows of `feed` may hang from: `steps.plan_links.PLAN_PARENT_COLUMNS`, one row per id.

    Of rows that share an id, those delivered last count: an authority's own dump may number its rows anew each time. Where
    two delivered together differ, neither counts: a row is never hung from a guess.
    """
    accepted = " UNION ALL BY NAME ".join(_ACCEPTED.format(table=table, told=_TOLD[table]) for table in ABOVE[feed])
    return shelf.read(con, _KNOWN.format(accepted=accepted), [list(ABOVE[feed])])


_ACCEPTED = """
    SELECT '{table}' AS above_table, plan_key AS above_key, authority_id, extract_id, 'accepted' AS above, {told}
    FROM warehouse.staged.{table}
"""

_KNOWN = """
    WITH none_yet AS (
        SELECT NULL::DATE AS clock_from, NULL::VARCHAR AS request_key, NULL::VARCHAR AS pupil_id LIMIT 0),
    told AS (
        {accepted}
        UNION ALL BY NAME
        SELECT above_table, above_key, authority_id, extract_id, 'not_accepted' AS above
        FROM warehouse.waiting.plan_parents WHERE above_table IN (SELECT unnest(?))
        UNION ALL BY NAME FROM none_yet),
    delivered AS (
        SELECT told.*, max(extract_id) OVER (PARTITION BY run) AS delivery,
            concat_ws('|', pupil_id, request_key, return_key, stated_on) AS who
        FROM told JOIN warehouse.audit.extracts USING (extract_id)),
    latest AS (
        SELECT *, min(who) OVER together <> max(who) OVER together AS is_shared FROM delivered
        WHERE above = 'accepted' WINDOW together AS (PARTITION BY above_table, above_key, authority_id, delivery)
        UNION ALL BY NAME
        SELECT *, false AS is_shared FROM delivered WHERE above = 'not_accepted')
    SELECT above_table, above_key, authority_id, if(is_shared, 'not_accepted', above) AS above, return_key, stated_on,
        returned_on, if(is_shared, NULL, pupil_id) AS pupil_id, request_key, clock_from
    FROM latest
    QUALIFY row_number() OVER (
        PARTITION BY above_table, above_key, authority_id
        ORDER BY delivery DESC, above, returned_on DESC, clock_from DESC NULLS LAST, who) = 1
"""


def keep_plan_parents(con: duckdb.DuckDBPyConnection, feed: str) -> None:
    """Remember which rows of the batch were set aside (the table `broken`): what is said of a row now takes the place of
    what was."""
    if feed in _TOLD:
        con.execute(_FORGET.format(feed=feed))
        con.execute(_SET_ASIDE.format(feed=feed))


_FORGET = """
    DELETE FROM warehouse.waiting.plan_parents p USING scratch.main.{feed} d
    WHERE p.above_table = '{feed}' AND p.above_key = d.plan_key AND p.authority_id IS NOT DISTINCT FROM d.authority_id
"""

_SET_ASIDE = """
    INSERT INTO warehouse.waiting.plan_parents BY NAME
    SELECT '{feed}' AS above_table, plan_key AS above_key, authority_id, extract_id
    FROM scratch.main.{feed} SEMI JOIN broken USING (extract_id, row_number) WHERE plan_key IS NOT NULL
"""
