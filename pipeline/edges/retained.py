"""Retention on the shelf: what is due, put on record before it goes, and which past lists can then not be had again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl
from dateutil.relativedelta import relativedelta

from pipeline.tables.audit import RETENTION
from pipeline.vocabulary.school_year import SchoolYear, school_year_of

from . import trail
from . import warehouse as shelf
from .errors import Refused
from .settings import Home


@dataclass(frozen=True)
class Due:
    """Records of one kind whose time is over: how many, up to which day, and how they go. `remove` is given again without harm.

    `known_from` and `read_until` are those of `audit.retention`: null where no list rests on them. `in_one` is of tables of the
    warehouse, which go together or not at all; files and names go by themselves.
    """

    kind: str
    removed: int
    remove: Callable[[], None]
    up_to: date | None = None
    known_from: date | None = None
    read_until: date | None = None
    in_one: bool = True
    is_on_trail: bool = False  # whether `remove` itself puts each on record
    is_of_files: bool = False


def years_over(as_of: date, months: int) -> date | None:
    """The last day of the newest school year that was over for more than so many months on `as_of`."""
    year = school_year_of(as_of)
    for before in range(1, months // 12 + 3):
        ended = SchoolYear(year.starts - before).last_day
        if as_of > ended + relativedelta(months=months):
            return ended
    return None


def last_day_read(up_to: date) -> date:
    """The last day whose look reads registers of the school year that ended on `up_to`: a look reads its own year and the one before."""
    return SchoolYear(school_year_of(up_to).starts + 1).last_day


def named(con: duckdb.DuckDBPyConnection, as_of: date) -> str:
    """The next run's name."""
    before = con.execute(f"SELECT count(DISTINCT run) FROM warehouse.{RETENTION.name} WHERE as_of = ?", [as_of])
    return f"retention {as_of} {before.fetchone()[0] + 1}"


def apply(con: duckdb.DuckDBPyConnection, home: Home, due: Due, *, run: str, as_of: date) -> None:
    """Put on the trail what goes, then let it go and keep the count of it: of tables of the warehouse in one transaction; of files and
    names the count first, for lists that rest on them must not be made again without. Killed in between, the next run finds what is
    left due."""
    if not due.is_on_trail:
        up_to = due.up_to.isoformat() if due.up_to else None
        trail.record(home, trail.RETAINED, day=as_of.isoformat(), kind=due.kind, removed=due.removed, up_to=up_to)
    with shelf.transaction(con):
        if due.in_one:
            due.remove()
        _keep_count(con, due, run=run, as_of=as_of)
    if not due.in_one:
        due.remove()


def try_out(con: duckdb.DuckDBPyConnection, due: Due) -> None:
    """Let go in the databases, which are copies, so that what comes after is counted as it will be; files stay, and nothing is on record."""
    if due.is_of_files:
        return
    with shelf.transaction(con):
        if due.in_one:
            due.remove()
    if not due.in_one:
        due.remove()


def _keep_count(con: duckdb.DuckDBPyConnection, due: Due, *, run: str, as_of: date) -> None:
    row = (run, as_of, due.kind, due.removed, due.up_to, due.known_from, due.read_until)
    shelf.append(con, RETENTION, pl.DataFrame([row], schema=RETENTION.schema, orient="row"))


def removed(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """All that was ever removed, by run and kind."""
    return shelf.read(con, f"SELECT * FROM warehouse.{RETENTION.name} ORDER BY as_of, length(run), run, kind")


def refuse_what_is_gone(con: duckdb.DuckDBPyConnection, *, as_of: date) -> None:
    """Raises Refused where lists of a day would now be other lists, for what they rest on was removed."""
    gone = con.execute(
        f"SELECT kind, max(as_of) FROM warehouse.{RETENTION.name} WHERE known_from <= $1 AND read_until >= $1 "
        "GROUP BY kind ORDER BY kind", [as_of]
    ).fetchall()  # fmt: skip
    if not gone:
        return
    kinds, last = [kind for kind, _ in gone], max(day for _, day in gone)
    told = ", ".join(kinds[:3]) + (f" and {len(kinds) - 3} more kinds" if len(kinds) > 3 else "")
    raise Refused(
        f"Lists of {as_of:%d/%m/%Y} cannot be made again: some of what was known then ({told}) was removed under retention on "
        f"{last:%d/%m/%Y}, and without it they would be other lists. Look as of a later day, or restore a backup of before that day "
        "into an empty folder."
    )
