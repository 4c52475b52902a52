"""A day looked at before a child was erased: what was then concluded of everybody else stands, so that nobody's row changes."""

from dataclasses import replace
from datetime import date

import duckdb
import polars as pl

from pipeline.edges import runs
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.known import KnownAsOf
from pipeline.edges.settings import Home
from pipeline.steps.looked_at import Before
from pipeline.tables import derived
from pipeline.tables.audit import RETENTION
from pipeline.tables.forgotten import FORGETTINGS
from pipeline.tables.schema import Table

from .looking import Look, looked
from .summary import Summary

_CONCLUDED = {
    "features": derived.PUPIL_FEATURES,
    "support": derived.PUPIL_SUPPORT,
    "circumstances": derived.PUPIL_CIRCUMSTANCES,
    "signals": derived.PUPIL_SIGNALS,
    "triage": derived.TRIAGE,
    "off_list": derived.OFF_LIST,
    "lines": derived.RECONCILIATION,
    "without_list": derived.SCHOOLS_WITHOUT_LIST,
}


def looked_again(
    con: duckdb.DuckDBPyConnection,
    known: KnownAsOf,
    before: Before,
    home: Home,
    summary: Summary,
    *,
    anew: bool,
    as_of: date,
) -> Look:
    """The day looked at: `anew` by all that is known now, else as it was before any child was erased."""
    look = looked(known, before, home, summary, as_of=as_of)
    return look if anew else as_concluded(con, look)


def as_concluded(con: duckdb.DuckDBPyConnection, look: Look) -> Look:
    """`look` with what is on record of that day in the place of what would be concluded now, where a child was erased since.

    Without that child another would have the free place, a year group another rate and a list other numbers: what went out to schools
    must not change for it. Where others are on rolls now than then, as after history taken in late, the day is concluded anew. Raises Refused
    where retention has removed what was concluded.
    """
    newest = con.execute(f"SELECT max(newest_look) FROM warehouse.{FORGETTINGS.name}").fetchone()[0]
    if newest is None or look.as_of > newest:
        return look
    told = {name: _of_day(con, table, look) for name, table in _CONCLUDED.items()}
    if not told["triage"]["pupil_id"].sort().equals(look.triage["pupil_id"].sort()):
        _refuse_what_went(con, as_of=look.as_of)
        return look
    lost = _of_day(con, derived.LOST_BETWEEN_SERVICES, look)
    return replace(look, **told, lost=replace(look.lost, rows=lost))


def is_removed(con: duckdb.DuckDBPyConnection, *, as_of: date) -> bool:
    """Whether retention took what was concluded on a day. The newest look and that of the newest lists it leaves whole; so is one with a
    pupil who was on no list: what stays of others is of lists whose review is open."""
    gone = con.execute(f"SELECT max(up_to) FROM warehouse.{RETENTION.name} WHERE kind = 'looks'").fetchone()[0]
    if gone is None or as_of > gone or as_of in (runs.last_listed(con), runs.newest_lists(con)):
        return False
    others = (
        f"SELECT 1 FROM warehouse.{derived.TRIAGE.name} t ANTI JOIN warehouse.{derived.ISSUED_PLACES.name} p "
        "ON p.as_of = t.as_of AND p.pupil_id = t.pupil_id WHERE t.as_of = ? LIMIT 1"
    )
    return con.execute(others, [as_of]).fetchone() is None


def _refuse_what_went(con: duckdb.DuckDBPyConnection, *, as_of: date) -> None:
    if is_removed(con, as_of=as_of):
        raise Refused(
            f"What was concluded on {as_of:%d/%m/%Y} was removed under retention, and a child was erased since: the lists of that day "
            "cannot be had again as they were."
        )


def _of_day(con: duckdb.DuckDBPyConnection, table: Table, look: Look) -> pl.DataFrame:
    return table.conform(shelf.read(con, f"SELECT * FROM warehouse.{table.name} WHERE as_of = ?", [look.as_of]))
