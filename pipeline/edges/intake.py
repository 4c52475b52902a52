"""A feed's rows between the inbox and the shelf: landed in scratch, put before the gate, parted, and kept.

Scratch is memory, and what spills of it is encrypted with a key never kept; the warehouse changes in one transaction a
batch.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import polars as pl

from pipeline.tables.audit import EXTRACTS, NOTES, PARTS, SET_ASIDE
from pipeline.tables.candidates import candidates, staged_table

from . import links
from . import warehouse as shelf
from .extract import Claimed
from .plan_parents import keep_plan_parents


@dataclass(frozen=True)
class Landed:
    """An extract whose rows are in scratch, or that did not parse (`refused` says why).

    One that changed while it was read `is_left` for the next run: it is told of, and goes on no record.
    """

    extract_id: int
    claimed: Claimed
    rows: int
    refused: str | None = None
    is_left: bool = False


# What is already known


def taken_parts(con: duckdb.DuckDBPyConnection) -> frozenset[tuple[str, str | None]]:
    """Hash and layout of everything taken in, refused or left unread; layout is null where no feed claimed the file."""
    told = "SELECT sha256, layout FROM warehouse.audit.extracts"
    again = "SELECT r.sha256, e.layout FROM warehouse.audit.rewritten_extracts r JOIN warehouse.audit.extracts e ON e.sha256 = r.as_delivered"
    return frozenset(con.execute(f"{told} UNION {again}").fetchall())


def done_with(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    """Hashes of the XML files of which every part is taken in: they need not be looked through again."""
    done = con.execute("""
        SELECT sha256 FROM warehouse.audit.parts
        GROUP BY sha256
        HAVING bool_and((sha256, layout) IN (SELECT (sha256, layout) FROM warehouse.audit.extracts))""")
    return frozenset(sha256 for (sha256,) in done.fetchall())


def next_extract_id(con: duckdb.DuckDBPyConnection) -> int:
    return con.execute("SELECT coalesce(max(extract_id), 0) + 1 FROM warehouse.audit.extracts").fetchone()[0]


def latest_known_on(con: duckdb.DuckDBPyConnection) -> date | None:
    """The latest day anything was taken in as known, history apart; of a run killed half-way too."""
    return con.execute("""
        SELECT max(known_on) FROM (
            SELECT max(as_of) AS known_on FROM warehouse.audit.runs WHERE kind = 'take-in'
            UNION ALL
            SELECT max(known_on) FROM warehouse.audit.extracts WHERE run NOT LIKE 'history %')""").fetchone()[0]


def known_schools(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """urn and laestab of every school known here, from the schools extract or a census return of its own."""
    return shelf.read(
        con,
        """
        SELECT urn, arg_max(laestab, (known_on, laestab)) FILTER (laestab IS NOT NULL) AS laestab
        FROM (SELECT urn, laestab, known_on FROM warehouse.staged.schools
              UNION ALL SELECT urn, laestab, known_on FROM warehouse.staged.census_headers)
        GROUP BY urn ORDER BY urn""",
    )


def known_headers(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The latest known census return per census_key and native_id."""
    return shelf.read(
        con,
        """
        SELECT census_key, native_id, urn, census_term, census_year, reference_date
        FROM warehouse.staged.census_headers
        QUALIFY row_number() OVER (
            PARTITION BY census_key, native_id ORDER BY known_on DESC, reference_date DESC, urn) = 1""",
    )


def known_parents(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The latest delivered census pupil row per parent_key and native_id, accepted or set aside.

    Where two pupils' rows delivered on one day share a key, as censuses of several terms may, none of them is: a child row
    is never hung from a guess.
    """
    return shelf.read(
        con,
        """
        WITH told AS (
            SELECT parent_key, native_id, pupil_id, urn, census_key, census_term, census_year, sessions_possible,
                sessions_possible_ht2, p.known_on, greatest(p.known_on, e.known_on) AS came_on, 'accepted' AS parent
            FROM warehouse.staged.pupils p LEFT JOIN warehouse.audit.extracts e USING (extract_id)
            WHERE parent_key IS NOT NULL
            UNION ALL BY NAME
            SELECT *, known_on AS came_on FROM warehouse.waiting.parents),
        latest AS (
            SELECT *, min(pupil_id) OVER same_key <> max(pupil_id) OVER same_key AS is_shared FROM told
            WINDOW same_key AS (PARTITION BY parent_key, native_id, came_on))
        SELECT parent_key, native_id, if(is_shared, NULL, pupil_id) AS pupil_id, urn, census_key, census_term,
            census_year, sessions_possible, sessions_possible_ht2, known_on AS parent_known_on,
            if(is_shared, 'not_accepted', parent) AS parent
        FROM latest
        QUALIFY row_number() OVER (
            PARTITION BY parent_key, native_id
            ORDER BY came_on DESC, known_on DESC, parent, census_year DESC, pupil_id, urn) = 1
        """,
    )


def known_care_children(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """child_key of every child looked after whose header row was accepted."""
    return shelf.read(con, "SELECT DISTINCT child_key FROM warehouse.staged.care_children ORDER BY child_key")


def has_waiting_rows(con: duckdb.DuckDBPyConnection, feed: str) -> bool:
    """Asked of every feed every night: to try is quicker than to look whether there is such a table."""
    try:
        return bool(con.execute(f"SELECT 1 FROM warehouse.waiting.{feed} LIMIT 1").fetchone())
    except duckdb.CatalogException:
        return False


def waiting_rows(con: duckdb.DuckDBPyConnection, feed: str) -> pl.DataFrame | None:
    """The rows of `feed` set aside because another feed had not arrived."""
    return shelf.read(con, f"SELECT * FROM warehouse.waiting.{feed}") if has_waiting_rows(con, feed) else None


# The gate's view of things


def set_before_gate(con: duckdb.DuckDBPyConnection, feed: str, *, known_on: date, span: tuple[date, date]) -> None:
    """Make what the promises are checked against: batch, batch_files, known_schools, known_roll (of the pupils in the batch),
    known_spells, known_links and today."""
    con.execute(f"CREATE OR REPLACE VIEW memory.main.batch AS SELECT * FROM scratch.main.{feed}")
    con.execute("CREATE OR REPLACE VIEW memory.main.batch_files AS SELECT DISTINCT extract_id FROM memory.main.batch")
    con.execute(
        "CREATE OR REPLACE TABLE memory.main.today AS SELECT ?::DATE known_on, ?::DATE first_day, ?::DATE last_day",
        [known_on, *span],
    )
    _set_table(con, "memory.main.known_schools", known_schools(con).select("urn"))
    roll = links.under_every_upn(con, "warehouse.staged.pupils")
    theirs = "pupil_id IN (SELECT pupil_id FROM memory.main.batch)" if "pupil_id" in candidates(feed).names else "false"
    con.execute(f"""
        CREATE OR REPLACE TABLE memory.main.known_roll AS
        SELECT pupil_id, urn,
            arg_max(age_at_31_august, aged_on)::INTEGER AS age_at_31_august,
            (year(max(aged_on)) - (month(max(aged_on)) < 8)::INTEGER)::INTEGER AS stated_school_year,
            min(entry_date) AS first_entry_date
        FROM (SELECT *, least(stated_on, leaving_date) AS aged_on FROM {roll} WHERE {theirs})
        GROUP BY pupil_id, urn""")
    con.execute("CREATE OR REPLACE VIEW memory.main.known_spells AS SELECT * FROM warehouse.facts.enrolments")
    con.execute(f"CREATE OR REPLACE VIEW memory.main.known_links AS SELECT * FROM {links.known_as(None)}")


def add_said_school(con: duckdb.DuckDBPyConnection, urn: int) -> None:
    """A school named on the command line is a known one."""
    con.execute(
        "INSERT INTO memory.main.known_schools SELECT ? WHERE NOT EXISTS (FROM memory.main.known_schools WHERE urn = ?)",
        [urn, urn],
    )


def _set_table(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame, *, kind: str = "TABLE") -> None:
    con.register("_frame", frame)
    con.execute(f"CREATE OR REPLACE {kind} {name} AS SELECT * FROM _frame")
    con.unregister("_frame")


def set_temp_table(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """A table of this connection's alone: a transaction on the warehouse may write to no other database but this."""
    _set_table(con, name, frame, kind="TEMP TABLE")


# Keeping


def keep(
    con: duckdb.DuckDBPyConnection,
    feed: str,
    *,
    broken: pl.DataFrame,
    retried: frozenset[str],
    tried: pl.DataFrame | None,
) -> None:
    """Move the rows of the view `accepted` (see `part`) into staged, and those that only wait for another feed into
    waiting, in the place of those `tried` again.

    `broken` has extract_id, row_number and rule.
    """
    columns = ", ".join(staged_table(feed).names)
    con.execute(f"INSERT INTO warehouse.staged.{feed} ({columns}) SELECT {columns} FROM accepted")
    _keep_waiting(con, feed, broken, retried, tried)
    if feed == "pupils":
        con.execute(_FORGET_PARENTS)
        con.execute(_PARENTS_SET_ASIDE)
    keep_plan_parents(con, feed)


# What is said of a census pupil row now takes the place of what was, or every night would add the rows that wait.
_FORGET_PARENTS = """
    DELETE FROM warehouse.waiting.parents p USING scratch.main.pupils d
    WHERE p.parent_key = d.parent_key AND p.native_id IS NOT DISTINCT FROM d.native_id
"""
_PARENTS_SET_ASIDE = """
    INSERT INTO warehouse.waiting.parents BY NAME
    SELECT parent_key, native_id, urn, census_term, census_year, sessions_possible, sessions_possible_ht2, known_on,
        if(header_found, 'not_accepted', 'header_missing') AS parent
    FROM scratch.main.pupils SEMI JOIN broken USING (extract_id, row_number) WHERE parent_key IS NOT NULL
"""


def part(con, feed: str, *, stopped: set[int], broken: pl.DataFrame, all_judged: bool = True) -> None:
    """Make the view `accepted`: the batch less stopped extracts, rows that broke a promise and, where not all were judged,
    those that lack what a staged row must know."""
    set_temp_table(con, "broken", broken.select("extract_id", "row_number").unique())
    set_temp_table(con, "stopped", pl.DataFrame({"extract_id": sorted(stopped)}, schema={"extract_id": pl.Int32}))
    less = "" if broken.is_empty() else "ANTI JOIN broken USING (extract_id, row_number)"
    less += " ANTI JOIN stopped USING (extract_id)" if stopped else ""
    if not all_judged:
        less += f" WHERE {' AND '.join(f'{c.name} IS NOT NULL' for c in staged_table(feed).columns if not c.nullable)}"
    con.execute(f"CREATE OR REPLACE TEMP VIEW accepted AS SELECT * FROM scratch.main.{feed} {less}")


def _keep_waiting(con, feed: str, broken: pl.DataFrame, retried: frozenset[str], tried: pl.DataFrame | None) -> None:
    if tried is not None:
        con.execute(f"DELETE FROM warehouse.waiting.{feed}")
    waits = broken.group_by("extract_id", "row_number").agg(pl.col("rule").is_in(list(retried)).all().alias("waits"))
    set_temp_table(con, "waits", waits.filter("waits").select("extract_id", "row_number"))
    waiting = f"warehouse.waiting.{feed}"
    con.execute(f"CREATE TABLE IF NOT EXISTS {waiting} AS SELECT * FROM scratch.main.{feed} LIMIT 0")
    is_empty = con.execute(f"SELECT 1 FROM {waiting} LIMIT 1").fetchone() is None
    # Made by an earlier version, an empty table may lack columns: it is made anew.
    into = f"CREATE OR REPLACE TABLE {waiting} AS" if is_empty else f"INSERT INTO {waiting} BY NAME"
    delivered = DELIVERED if "delivered_on" in candidates(feed).schema else ""
    con.execute(f"""
        {into} SELECT * {delivered} FROM scratch.main.{feed}
        SEMI JOIN waits USING (extract_id, row_number) ANTI JOIN stopped USING (extract_id)""")


DELIVERED = "REPLACE (coalesce(delivered_on, known_on) AS delivered_on)"


def record_extracts(con: duckdb.DuckDBPyConnection, extracts: list[dict]) -> None:
    shelf.append(con, EXTRACTS, pl.DataFrame(extracts, schema=EXTRACTS.schema))


def record_parts(con: duckdb.DuckDBPyConnection, parts: list[Claimed]) -> None:
    """The layouts found in XML files, those already on record left as they are."""
    told = [(one.extract.sha256, one.layout.name) for one in parts]
    rows = pl.DataFrame(told, schema=PARTS.schema, orient="row").unique(maintain_order=True)
    shelf.append(con, PARTS, rows.join(shelf.read(con, "FROM warehouse.audit.parts"), on=PARTS.names, how="anti"))


def record_verdict(con: duckdb.DuckDBPyConnection, set_aside: pl.DataFrame, notes: pl.DataFrame) -> None:
    """Rows set aside and notes, of extracts recorded already."""
    name = shelf.read(con, "SELECT extract_id, extract FROM warehouse.audit.extracts")
    rows = set_aside.join(name, on="extract_id").with_columns(accepted_on=pl.lit(None, pl.Date))
    shelf.append(con, SET_ASIDE, rows)
    shelf.append(con, NOTES, notes.join(name, on="extract_id"))


def settle_waiting(con: duckdb.DuckDBPyConnection, tried: pl.DataFrame, *, known_on: date) -> int:
    """Of the rows `tried` again, mark those now accepted; forget what the others broke before, to be said anew.

    Returns how many were accepted.
    """
    set_temp_table(con, "tried", tried.select("extract_id", "row_number"))
    con.execute(
        """
        UPDATE warehouse.audit.set_aside SET accepted_on = ? WHERE accepted_on IS NULL AND (extract_id, row_number) IN (
            SELECT (extract_id, row_number) FROM tried SEMI JOIN accepted USING (extract_id, row_number))""",
        [known_on],
    )
    con.execute("""
        DELETE FROM warehouse.audit.set_aside WHERE accepted_on IS NULL AND (extract_id, row_number) IN (
            SELECT (extract_id, row_number) FROM tried ANTI JOIN accepted USING (extract_id, row_number))""")
    return con.execute("SELECT count(*) FROM tried SEMI JOIN accepted USING (extract_id, row_number)").fetchone()[0]
