"""Stored looks, on the shelf: what earlier days of the school year concluded, and the last look of each school year before."""

from datetime import date

import duckdb
import polars as pl

from pipeline.tables.derived import ISSUED_PLACES, PUPIL_SIGNALS, PUPIL_SUPPORT, TRIAGE
from pipeline.tables.kept_of_looks import FIRST_FOUND, GROUPS_OF_YEARS, LISTED_SIGNALS
from pipeline.vocabulary.school_year import school_year_of

from . import links
from . import warehouse as shelf


def found_before(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """One row per pupil whom a stored look of this school year, before the day, found worth a look: pupil_id and first_on."""
    first = school_year_of(as_of).first_day.isoformat()
    found = f"""(
        SELECT pupil_id, as_of AS first_on FROM warehouse.{TRIAGE.name}
        WHERE outcome IN ('listed', 'eligible_not_listed') AND as_of >= DATE '{first}' AND as_of < DATE '{as_of}'
        UNION ALL
        SELECT pupil_id, first_on FROM warehouse.{FIRST_FOUND.name}
        WHERE school_year = DATE '{first}' AND first_on < DATE '{as_of}')"""
    rows = links.as_one_child(con, found, as_of=as_of)
    return shelf.read(
        con, f"SELECT pupil_id, min(first_on) AS first_on FROM {rows} GROUP BY pupil_id ORDER BY pupil_id"
    )


def listed_for(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """One row per pupil on a list of this school year that went out before the day, and signal raised on the day of it: pupil_id and
    signal. A list that was issued anew counts as it was issued last."""
    first = school_year_of(as_of).first_day.isoformat()
    raised = f"""(
        SELECT s.pupil_id, s.signal FROM warehouse.{ISSUED_PLACES.name} p
        JOIN (
            SELECT as_of, pupil_id, signal FROM warehouse.{PUPIL_SIGNALS.name} WHERE raised
            UNION ALL SELECT as_of, pupil_id, signal FROM warehouse.{LISTED_SIGNALS.name}) s
        ON s.as_of = p.as_of AND s.pupil_id = p.pupil_id
        WHERE p.is_superseded IS NOT TRUE AND p.as_of >= DATE '{first}' AND p.as_of < DATE '{as_of}')"""
    rows = links.as_one_child(con, raised, as_of=as_of)
    return shelf.read(con, f"SELECT DISTINCT pupil_id, signal FROM {rows} ORDER BY ALL")


def last_days_of_earlier_years(con: duckdb.DuckDBPyConnection, *, as_of: date) -> list[date]:
    """The last day of each earlier school year that was looked at, newest first."""
    rows = con.execute(
        f"SELECT max(as_of) FROM (SELECT as_of FROM warehouse.{TRIAGE.name} "
        f"UNION ALL SELECT as_of FROM warehouse.{GROUPS_OF_YEARS.name}) WHERE as_of < ? "
        "GROUP BY year(as_of) - (month(as_of) < 8)::INT ORDER BY 1 DESC",
        [school_year_of(as_of).first_day],
    )
    return [day for (day,) in rows.fetchall()]


def counted(con: duckdb.DuckDBPyConnection, *, as_of: date) -> pl.DataFrame:
    """The exact groups of the last look of a school year, where its rows are removed; else no row."""
    named = ", ".join(name for name in GROUPS_OF_YEARS.names if name != "as_of")
    return shelf.read(
        con, f"SELECT {named} FROM warehouse.{GROUPS_OF_YEARS.name} WHERE as_of = ? ORDER BY kind, group_name", [as_of]
    )


def stored(con: duckdb.DuckDBPyConnection, *, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What a look as of a day concluded, as it was stored: `derived.triage` and `derived.pupil_support`."""
    return tuple(
        shelf.read(con, f"SELECT * FROM warehouse.{table.name} WHERE as_of = ? ORDER BY pupil_id", [as_of])
        for table in (TRIAGE, PUPIL_SUPPORT)
    )
