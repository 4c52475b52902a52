"""What was known on a day: the second clock, read."""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.tables.candidates import staged_table
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.tables.staged_agencies import AGENCY_INVOLVEMENT
from pipeline.tables.staged_plans import PLANS_FROM
from pipeline.vocabulary.school_year import monday_of, school_year_of

from . import links, returns
from . import warehouse as shelf
from .terms_told import counts_of_terms


@dataclass(frozen=True)
class KnownAsOf:
    """Staged rows and weeks as known on a day; `marks_to_fold` are those of weeks learned more of since."""

    pupils: pl.DataFrame
    schools: pl.DataFrame
    weeks: pl.DataFrame
    marks_to_fold: pl.DataFrame
    census: pl.DataFrame
    suspensions: pl.DataFrame
    support: pl.DataFrame
    totals: pl.DataFrame
    marks_since_totals: pl.DataFrame  # of half days learned more of since a total of theirs was told
    children: pl.DataFrame  # which pupil_id each linked child is known by
    leavers: pl.DataFrame
    wider_needs: pl.DataFrame  # that staff added, each as last stated
    early_years: pl.DataFrame  # one row per pupil; never a model's input, and in no table of features
    involved: pl.DataFrame  # what other agencies stated; for a word on lists, and nothing else
    plans: dict[str, pl.DataFrame]  # SEN2's rows, by feed
    between_services: dict[str, pl.DataFrame]  # rows of the feeds BETWEEN_SERVICES, by feed; no list reads them
    sent: frozenset[str]  # feeds of which anything was accepted, an empty file too


BETWEEN_SERVICES = ("ap_placements", "post16_offers", "care_children", "care_episodes")


def known_as_of(con: duckdb.DuckDBPyConnection, as_of: date) -> KnownAsOf:
    """Everything a look needs: this school year and the last, learned on `as_of` or before.

    Weeks are as much as all else together, and are read beside it: the engine hands over the rows of one question in one thread.
    """
    with shelf.beside(con, _weeks_unchanged_since, as_of) as weeks:
        return KnownAsOf(
            pupils=_staged(con, "pupils", as_of),
            schools=schools(con, as_of),
            marks_to_fold=_marks_of_weeks_changed_since(con, as_of),
            census=counts_of_terms(con, told(con, "census_sessions", as_of), as_of=as_of),
            suspensions=_suspensions(con, as_of),
            support=_staged(con, "support_and_reviews", as_of),
            totals=_totals(con, as_of),
            marks_since_totals=_marks_since_totals(con, as_of),
            children=links.children(con, as_of=as_of),
            leavers=_staged(con, "leavers", as_of),
            wider_needs=_wider_needs(con, as_of),
            early_years=_early_years(con, as_of),
            involved=_involved(con, as_of),
            plans={feed: _staged(con, feed, as_of) for feed in PLANS_FROM},
            between_services={feed: _staged(con, feed, as_of) for feed in BETWEEN_SERVICES},
            sent=_sent(con, as_of),
            weeks=weeks(),  # waited for once the others are read
        )


def _staged(con: duckdb.DuckDBPyConnection, table: str, as_of: date) -> pl.DataFrame:
    return shelf.read(con, f"SELECT * FROM {told(con, table, as_of)} WHERE known_on <= ?", [as_of])


def told(con: duckdb.DuckDBPyConnection, table: str, as_of: date | None) -> str:
    """What to read a staged table from, in SQL: its rows under the pupil_id each child was known by on `as_of`, less those of
    census returns sent again by then. None is today: by all that is now known."""
    name = returns.standing(con, table, as_of=as_of)
    has_pupils = "pupil_id" in staged_table(table).names
    return links.as_one_child(con, name, as_of=as_of) if has_pupils else name


def schools(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """One row per school: urn, name, phase, laestab and area, from the schools extract, else from its census return, which tells no
    area. Where the latest extract has no area, the latest that was told stands."""
    return shelf.read(con, _SCHOOLS, [as_of, as_of])


_SCHOOLS = """
    WITH told AS (
        SELECT urn, name, phase, laestab, known_on, 1 AS rank, area FROM warehouse.staged.schools WHERE known_on <= ?
        UNION ALL
        SELECT h.urn, s.name, coalesce(s.phase, 'Not known'), h.laestab, h.known_on, 0, NULL
        FROM warehouse.staged.census_headers h
        LEFT JOIN warehouse.staged.census_schools s USING (census_key, native_id) WHERE h.known_on <= ?)
    SELECT urn, coalesce(name, 'School ' || urn) AS name, phase, laestab,
        arg_max(area, (known_on, area)) FILTER (area IS NOT NULL) OVER (PARTITION BY urn) AS area
    FROM told
    QUALIFY row_number() OVER (PARTITION BY urn ORDER BY rank DESC, known_on DESC, name, phase, laestab) = 1
    ORDER BY urn
"""


def _first_week(as_of: date) -> date:
    return monday_of(school_year_of(as_of).before.first_day)


def _weeks_unchanged_since(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """In one piece: columns added to a frame in pieces would have each filter of it put them together anew."""
    columns = shelf.as_declared(con, MARKED_WEEKS.name)
    weeks = shelf.read(
        con,
        f"SELECT {columns} FROM warehouse.facts.marked_weeks WHERE last_known_on <= ? AND week_start BETWEEN ? AND ?",
        [as_of, _first_week(as_of), as_of],
    )
    return weeks.rechunk()


def _marks_of_weeks_changed_since(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """Of weeks of which we have learned more after `as_of`, the marks known on that day."""
    withdrawn = links.as_one_child(con, "warehouse.staged.withdrawn_marks", as_of=None)
    marks = _MARKS_OF_WEEKS.format(links.marks_by_child(con, as_of=as_of), _CHANGED_WEEKS.format(withdrawn))
    within = "WHERE m.date BETWEEN ? AND ? AND m.known_on <= ?"
    first = _first_week(as_of)
    return shelf.read(con, f"{marks} {within}", [as_of, first, as_of, as_of, first, as_of, as_of])


_MARKS_OF_WEEKS = """
    SELECT m.child AS pupil_id, m.urn, m.date, m.half_day, m.code, m.known_on, m.recorded_at, m.delivered_on, m.by_transfer
    FROM {} m SEMI JOIN ({}) w
    ON m.child_now = w.pupil_id AND m.urn = w.urn AND date_trunc('week', m.date)::DATE = w.week_start
"""

_CHANGED_WEEKS = """
    SELECT pupil_id, urn, week_start FROM warehouse.facts.marked_weeks
    WHERE last_known_on > ? AND week_start BETWEEN ? AND ?
    UNION  -- weeks of which nothing is left
    SELECT pupil_id, urn, date_trunc('week', date)::DATE FROM {} WHERE known_on > ?
"""


def _suspensions(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """One row per suspension, though two successive censuses or a table beside them send it."""
    return shelf.read(
        con,
        f"""
        SELECT * FROM {told(con, "suspensions", as_of)} WHERE known_on <= ?
        QUALIFY row_number() OVER (
            PARTITION BY pupil_id, start_date, category
            ORDER BY known_on DESC, sessions DESC NULLS LAST, urn, reason1, reason2, reason3) = 1
        """,
        [as_of],
    )


def _totals(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """What each school's own system last said of each period that had ended and lies within the years looked at: a row for
    each different thing it said that day. `forgotten_pupils` of it may since have been erased here."""
    return shelf.read(con, f"SELECT t.*, {_FORGOTTEN} FROM ({_TOTALS}) t ORDER BY ALL", _of_totals(as_of))


_FORGOTTEN = """coalesce((
    SELECT sum(f.pupils) FROM warehouse.audit.forgotten_pupils f WHERE f.urn = t.urn
    AND year(t.from_date) - (month(t.from_date) < 8)::INTEGER BETWEEN f.from_year AND f.until_year), 0)::BIGINT AS forgotten_pupils"""


_TOTALS = """
    SELECT DISTINCT urn, from_date, to_date, known_on, possible_sessions, absence_sessions
    FROM warehouse.staged.register_totals WHERE known_on <= $1 AND to_date <= $1 AND from_date >= $2
    QUALIFY known_on = max(known_on) OVER (PARTITION BY urn, from_date, to_date)
"""


def _of_totals(as_of: date) -> list[date]:
    return [as_of, school_year_of(as_of).before.first_day]


def _marks_since_totals(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """Of half days of which more was learned after a total of theirs was told, the marks known on `as_of`.

    Of a week with marks of a transfer file every half day is told: only all together say whether such a week tells of its school.
    Days without a week learned more of since are not looked through.
    """
    values = _of_totals(as_of)
    found = con.execute(_CHANGED_SINCE_TOTALS.format(totals=_TOTALS), values).fetchone()
    marks = links.marks_by_child(con, as_of=as_of)
    return shelf.read(con, _MARKS_SINCE_TOTALS.format(totals=_TOTALS, marks=marks), [*values, *found])


_CHANGED_SINCE_TOTALS = """
    WITH totals AS ({totals}),
    weeks AS (
        SELECT w.week_start, t.known_on FROM warehouse.facts.marked_weeks w JOIN totals t
        ON w.urn = t.urn AND w.week_start BETWEEN t.from_date - 6 AND t.to_date AND w.last_known_on > t.known_on
        UNION ALL  -- weeks of which nothing is left
        SELECT date_trunc('week', w.date)::DATE, t.known_on FROM warehouse.staged.withdrawn_marks w JOIN totals t
        ON w.urn = t.urn AND w.date BETWEEN t.from_date AND t.to_date AND w.known_on > t.known_on)
    SELECT min(week_start), max(week_start) + 6, min(known_on) FROM weeks
"""

_MARKS_SINCE_TOTALS = """
    WITH totals AS ({totals}),
    transferred AS (
        SELECT DISTINCT child_now, urn, date_trunc('week', date)::DATE AS week_start FROM {marks}
        WHERE by_transfer AND date BETWEEN $3 AND $4),
    half_days AS (
        SELECT m.child_now, m.urn, m.date, m.half_day FROM {marks} m JOIN totals t
        ON m.urn = t.urn AND m.date BETWEEN t.from_date AND t.to_date AND m.known_on > t.known_on
        WHERE m.date BETWEEN $3 AND $4 AND m.known_on > $5
        UNION
        SELECT m.child_now, m.urn, m.date, m.half_day FROM {marks} m SEMI JOIN transferred w
        ON m.child_now = w.child_now AND m.urn = w.urn AND date_trunc('week', m.date)::DATE = w.week_start
        WHERE m.date BETWEEN $3 AND $4)
    SELECT m.child AS pupil_id, m.urn, m.date, m.half_day, m.code, m.known_on, m.recorded_at, m.delivered_on, m.by_transfer
    FROM {marks} m SEMI JOIN half_days h
    ON m.child_now = h.child_now AND m.urn = h.urn AND m.date = h.date AND m.half_day = h.half_day
    WHERE m.date BETWEEN $3 AND $4 AND m.date <= $1 AND m.known_on <= $1
"""


def _wider_needs(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """One row per need that staff added of a pupil at a school on a day, as last stated: pupil_id, urn, need, added_by,
    added_on, ended (null while it lasts, and on days before it ended), known_on.

    Of two statements known on one day the later delivered counts, and of one day's deliveries one that says it ended.
    """
    return shelf.read(
        con,
        f"""
        SELECT pupil_id, urn, need, added_by, added_on, if(ended <= $1, ended, NULL) AS ended, t.known_on
        FROM {told(con, "wider_needs", as_of)} t {_DELIVERED} WHERE t.known_on <= $1
        QUALIFY row_number() OVER (
            PARTITION BY pupil_id, urn, need, added_on
            ORDER BY t.known_on DESC, e.known_on DESC NULLS LAST, t.ended DESC NULLS LAST, added_by) = 1
        ORDER BY ALL""",
        [as_of],
    )


_DELIVERED = "LEFT JOIN warehouse.audit.extracts e USING (extract_id)"
"""What waited for a roll is known from the day it came, though what was delivered since may be known from that day too."""


def _early_years(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """pupil_id, year, good_level and known_on of the latest year each pupil was assessed in, as last delivered.

    Where both yes and no were delivered last, on one day, neither: nothing is guessed.
    """
    return shelf.read(
        con,
        f"""
        WITH latest AS (
            SELECT pupil_id, year, good_level, t.known_on
            FROM {told(con, "early_years_profiles", as_of)} t {_DELIVERED} WHERE t.known_on <= $1
            QUALIFY rank() OVER (
                PARTITION BY pupil_id ORDER BY year DESC, t.known_on DESC, e.known_on DESC NULLS LAST) = 1)
        SELECT DISTINCT * FROM latest QUALIFY count(DISTINCT good_level) OVER (PARTITION BY pupil_id) = 1
        ORDER BY ALL""",
        [as_of],
    )


def _involved(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """What agencies stated of pupils, as stated and as linked on `as_of`: pupil_id, service, start_date, end_date, known_on."""
    told = links.as_one_child(con, f"warehouse.{AGENCY_INVOLVEMENT.name}", as_of=as_of)
    return shelf.read(
        con,
        f"SELECT pupil_id, service, start_date, end_date, known_on FROM {told} "
        "WHERE known_on <= ? AND (undone_on IS NULL OR undone_on > ?) ORDER BY ALL",
        [as_of, as_of],
    )


def _sent(con: duckdb.DuckDBPyConnection, as_of: date) -> frozenset[str]:
    """Feeds of which a file was taken in by then, with nothing in it or with a row that was accepted."""
    rows = shelf.read(
        con,
        "SELECT DISTINCT feed FROM warehouse.audit.extracts WHERE feed IS NOT NULL AND refused_because IS NULL "
        "AND known_on <= ? AND (rows_read = 0 OR rows_accepted > 0)",
        [as_of],
    )
    return frozenset(rows["feed"])


def care(con: duckdb.DuckDBPyConnection, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Children looked after and their episodes, learned on `as_of` or before. For the audit of groups, and for those lost between
    services; never for a list."""
    return _staged(con, "care_children", as_of), _staged(con, "care_episodes", as_of)


def characteristics(con: duckdb.DuckDBPyConnection, as_of: date) -> pl.DataFrame:
    """One row per pupil for the audit of groups, never for a list: the latest said of each."""
    query = _CHARACTERISTICS.format(pupils=told(con, "pupils", as_of), periods=told(con, "fsm_periods", as_of))
    return shelf.read(con, query, [as_of, as_of, as_of, as_of])


_LATEST = "arg_max({0}, (said_on, {0})) FILTER ({0} IS NOT NULL) AS {0}"

_SAID_ON = "(stated_on - DATE '0001-01-01')::BIGINT * 10000000 + (known_on - DATE '0001-01-01')"
"""Both clocks as one number: the later stated, and of those stated alike the later known, is the greater."""

_SAID = ("sex", "birth_season", "ethnicity", "language", "looked_after", "sen_provision", "fsm_eligible")

_CHARACTERISTICS = f"""
    WITH alike AS (
        SELECT pupil_id, {", ".join(_SAID)}, max({_SAID_ON}) AS said_on FROM {{pupils}} WHERE known_on <= ? GROUP BY ALL),
    said AS (SELECT pupil_id, {", ".join(_LATEST.format(name) for name in _SAID)} FROM alike GROUP BY pupil_id),
    periods AS (
        SELECT * FROM {{periods}} WHERE known_on <= ?
        QUALIFY row_number() OVER (PARTITION BY pupil_id, start_date ORDER BY known_on DESC, end_date DESC) = 1),
    meals AS (
        SELECT pupil_id, bool_or(start_date <= ? AND (end_date IS NULL OR end_date >= ?)) AS eligible
        FROM periods GROUP BY pupil_id)
    SELECT pupil_id, sex, birth_season, ethnicity, language, coalesce(fsm_eligible, eligible) AS fsm_eligible, looked_after, sen_provision
    FROM said LEFT JOIN meals USING (pupil_id) ORDER BY pupil_id
"""
