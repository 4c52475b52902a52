"""The shelf: one encrypted DuckDB file per home, opened by one process at a time."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
import duckdb_extension_httpfs
import polars as pl

from expectations.promise import quoted
from pipeline.tables.audit import AUDIT
from pipeline.tables.derived import DERIVED, ISSUED_PLACES, TRIAGE
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS
from pipeline.tables.feedback import FEEDBACK
from pipeline.tables.same_child import KNOWN_AS, SAME_CHILD
from pipeline.tables.schema import Column, Table
from pipeline.tables.staged import PARENTS_SET_ASIDE, STAGED
from pipeline.tables.staged_agencies import AGENCY_INVOLVEMENT
from pipeline.tables.staged_plans import PLAN_PARENTS_SET_ASIDE, PLANS
from pipeline.tables.withdrawn import MARKS_IN_DOUBT, WITHDRAWN_MARKS

from . import ahead, erasing_begun, holding
from .attaching import attach, attach_own, is_of_a_full_disk, is_of_damage, keep_private
from .errors import Refused
from .settings import Home

__all__ = ["attach", "keep_private"]

T = TypeVar("T")

SQL_TYPES = {
    pl.Int8: "TINYINT",
    pl.Int32: "INTEGER",
    pl.Int64: "BIGINT",
    pl.String: "VARCHAR",
    pl.Date: "DATE",
    pl.Boolean: "BOOLEAN",
    pl.Float64: "DOUBLE",
    pl.Datetime: "TIMESTAMP",
}

KEPT = (
    *STAGED,
    PARENTS_SET_ASIDE,
    WITHDRAWN_MARKS,
    MARKS_IN_DOUBT,
    PLAN_PARENTS_SET_ASIDE,
    ENROLMENTS,
    PLANS,
    MARKED_WEEKS,
    SAME_CHILD,
    KNOWN_AS,
    AGENCY_INVOLVEMENT,
    *DERIVED,
    *FEEDBACK,
    *AUDIT,
)
SCHEMAS = ("staged", "waiting", "facts", "derived", "feedback", "audit")

PUPIL_WEEKS_VIEW = """
    CREATE VIEW warehouse.facts.pupil_weeks AS
    SELECT * FROM warehouse.facts.marked_weeks WHERE possible_sessions > 0
"""


@contextmanager
def warehouse(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the home's warehouse attached as `warehouse` and an empty `scratch`, in memory, beside it.

    Waits for a backup of the home to end. Raises Refused when another process holds the file or the key does not open it.
    What memory cannot hold of scratch is spilled to the home's own folder, encrypted with a key that is never kept, and removed
    at the end; what a killed run left is removed at the start.
    """
    with holding.at_work(home):
        erasing_begun.refuse_if_begun(home)
        yield from _opened(home)


@contextmanager
def warehouse_alone(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """`warehouse`, for whoever holds the home alone already."""
    yield from _opened(home)


def _opened(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    con = connection(home)
    try:
        attach_own(con, home, "warehouse")
        _remove_spill(home)
        with in_words(home):
            _make_tables(con)
            _refuse_other_kind(con, home)
            con.execute("ATTACH ':memory:' AS scratch")
            yield con
    finally:
        con.close()
        keep_private(home.warehouse)


@contextmanager
def in_words(home: Home) -> Iterator[None]:
    """What stopped the engine, as a sentence. Its own words may quote a row, so they go no further."""
    problem = None
    try:
        yield
    except duckdb.Error as error:
        problem = _what_stopped(str(error).lower(), type(error).__name__, home)
    if problem:
        raise Refused(problem) from None  # whoever waits at a `with` has the engine's in hand


def _what_stopped(message: str, kind: str, home: Home) -> str:
    if is_of_a_full_disk(message):
        return _full(home)
    if is_of_damage(message):
        return (
            f"warehouse.duckdb or identity.duckdb in {home.folder} is damaged, or was made with another key: restore both "
            "from a backup, with the keys of that time."
        )
    if "out of memory" in message:
        return (
            f"{home.settings.memory_limit} of memory are too little for this: raise memory_limit under [machine] in "
            "settings.toml, then run this again."
        )
    return (
        f"The databases in {home.folder} could not be worked with ({kind}): run this again, and where that stops too, restore "
        "warehouse.duckdb and identity.duckdb from a backup."
    )


def _full(home: Home) -> str:
    if home.is_passing:
        return f"The disk that holds {home.folder.parent} is full: make room there, or name another folder in TMPDIR."
    return f"The disk that holds {home.folder} is full: make room there, then run this again. What was taken in stays."


def connection(home: Home) -> duckdb.DuckDBPyConnection:
    """An in-memory DuckDB whose spill is encrypted and stays in the home, and which fetches nothing."""
    con = quiet(duckdb.connect(config={"allow_unsigned_extensions": "false", "autoinstall_known_extensions": "false"}))
    con.execute("SET temp_file_encryption = true")
    settle(con, home)
    con.execute(f"LOAD {quoted(str(_crypto()))}")
    return con


def settle(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Let a connection spill into this home, and hold no more in memory than it allows."""
    home.scratch.mkdir(mode=0o700, exist_ok=True)
    con.execute(f"SET temp_directory = {quoted(str(home.scratch))}")
    con.execute(f"SET memory_limit = {quoted(home.settings.memory_limit)}")


def quiet(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The connection, with no bar of DuckDB's own. A process without a script, as some schedulers start, it takes for a
    person's: a query of two seconds then draws on standard output, where the JSON should stand alone. Cursors inherit it."""
    con.execute("SET enable_progress_bar = false")
    return con


def _crypto() -> Path:
    """The wheel's own httpfs extension, whose crypto writing an encrypted file needs. Never fetched."""
    folder = Path(duckdb_extension_httpfs.__file__).parent / "extensions"
    found = sorted(folder.glob(f"v{duckdb.__version__}/httpfs.duckdb_extension"))
    if not found:
        raise Refused(f"The httpfs extension for DuckDB {duckdb.__version__} is not installed: run `make setup` again.")
    return found[0]


def _make_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Every declared table and column; a warehouse made by an earlier version gets those it lacks, empty."""
    told = con.execute(
        "SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns() "
        "WHERE database_name = 'warehouse' GROUP BY ALL"
    )
    there = dict(told.fetchall())
    lacking = [table for table in KEPT if set(table.names) - set(there.get(table.name, ()))]
    if not lacking and "facts.pupil_weeks" in there:
        return
    with transaction(con):
        for schema in SCHEMAS:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS warehouse.{schema}")
        con.execute("DROP VIEW IF EXISTS warehouse.facts.pupil_weeks")
        for table in lacking:
            con.execute(f"CREATE TABLE IF NOT EXISTS warehouse.{table.name} ({_columns(table)})")
            for column in table.columns:
                if column.name not in there.get(table.name, table.names):
                    con.execute(f"ALTER TABLE warehouse.{table.name} ADD COLUMN {column.name} {_type(column)}")
        con.execute(PUPIL_WEEKS_VIEW)
        if ISSUED_PLACES.name not in there and TRIAGE.name in there:
            con.execute(_ISSUED_BEFORE)


def _refuse_other_kind(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Raises Refused where a live home says that it is made up, which would ask for no basis and no sign-in, or the other way about. Every
    run has its settings on record, and as none goes on after this, any one tells of all."""
    first = con.execute("SELECT settings FROM warehouse.audit.runs LIMIT 1").fetchone()
    if first and json.loads(first[0])["demo"] != home.settings.demo:
        raise Refused(of_other_kind(home))


def of_other_kind(home: Home) -> str:
    """What is said where settings call a home made up that holds real data, or live that does not."""
    settings = f"settings.toml of {home.folder.name}"
    if home.settings.demo:
        return (
            f"{settings} says demo = true, and this home has run as a live one: put demo = false back. Made-up data belongs in another "
            "home, made by `a2n init --demo`."
        )
    return (
        f"{settings} says demo = false, and what this home holds is made up: put demo = true back. A live home is another one, made by "
        "`a2n init` in an empty folder."
    )


_ISSUED_BEFORE = f"""
    INSERT INTO warehouse.{ISSUED_PLACES.name} (as_of, pupil_id, urn, place)
    SELECT as_of, pupil_id, urn, place FROM warehouse.{TRIAGE.name} WHERE outcome = 'listed'
"""
"""An earlier version did not part lists that went out from looks back."""


def _columns(table: Table) -> str:
    return ", ".join(f"{c.name} {_type(c)}{'' if c.nullable else ' NOT NULL'}" for c in table.columns)


def _type(column: Column) -> str:
    return SQL_TYPES[base_type(column.dtype)]


def base_type(dtype) -> type:
    return dtype if isinstance(dtype, type) else type(dtype)


def _remove_spill(home: Home) -> None:
    """Only once the warehouse is held: until then the spill may be another run's, still at work."""
    for path in home.scratch.glob("duckdb_temp_*"):
        path.unlink(missing_ok=True)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it or nothing, in the warehouse."""
    con.execute("BEGIN")
    try:
        yield
        con.execute("COMMIT")
    except BaseException:
        with suppress(duckdb.Error):  # where a commit failed there is nothing left to take back
            con.execute("ROLLBACK")
        raise


@contextmanager
def beside(con: duckdb.DuckDBPyConnection, work: Callable[..., T], *words) -> Iterator[Callable[[], T]]:
    """`work` over a cursor of its own, given that and `words`, is done beside what is done within: see `ahead.beside`.

    Who interrupts what is done within interrupts the engine at that work too. Where the engine stops both, what stopped the work is
    raised: the other may only be told that an engine that broke down takes no more questions.
    """
    with closing(con.cursor()) as own, ahead.beside(partial(work, own, *words)) as done:
        try:
            yield done
        except KeyboardInterrupt:
            own.interrupt()
            raise
        except duckdb.Error:
            done()
            raise


@contextmanager
def in_one_thread(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """For adding rows: several threads each gather theirs apart, and what fills no whole group of rows is then added once more. It holds
    for every cursor of the connection meanwhile."""
    threads = con.execute("SELECT current_setting('threads')").fetchone()[0]
    con.execute("SET threads = 1")
    try:
        yield
    finally:
        # An engine that broke down takes no setting: what broke it is to be told, and not that.
        with suppress(duckdb.Error):
            con.execute(f"SET threads = {threads}")


def read(con: duckdb.DuckDBPyConnection, sql: str, values: Iterable = ()) -> pl.DataFrame:
    return con.execute(sql, list(values)).pl()


def append(con: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame) -> None:
    """Add `frame`, which must have the declared columns and, within itself, the declared grain."""
    conformed = table.conform(frame)
    if conformed.height:
        insert(con, f"warehouse.{table.name}", conformed)


def insert(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    con.register("_frame", frame.to_arrow(compat_level=pl.CompatLevel.newest()))  # texts as they are, without a copy
    try:
        con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM _frame")
    finally:
        con.unregister("_frame")


def replace_day(con: duckdb.DuckDBPyConnection, table: Table, frame: pl.DataFrame, *, as_of) -> None:
    """Put `frame` in the place of the rows `table` holds for `as_of`."""
    con.execute(f"DELETE FROM warehouse.{table.name} WHERE as_of = ?", [as_of])
    append(con, table, frame)


def as_declared(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """The columns of a table, in SQL, each in its declared kind: a warehouse made by an earlier version keeps some in wider ones."""
    declared = {table.name: table for table in KEPT} | {"facts.pupil_weeks": MARKED_WEEKS}
    kinds = {column.name: _type(column) for column in declared[name].columns} if name in declared else {}
    there = con.execute(f"DESCRIBE warehouse.{name}").fetchall()
    other = [column for column, kind, *_ in there if kinds.get(column, kind) != kind]
    return f"* REPLACE ({', '.join(f'{one}::{kinds[one]} AS {one}' for one in other)})" if other else "*"
