"""Records of no feed whose time is over, in the two databases: answers, words, names, and what the audit tables keep of files."""

from dataclasses import replace
from datetime import date, timedelta

import duckdb
import polars as pl

from pipeline.tables.audit import GROUP_DAYS, HIDDEN_CELLS, KEPT_EVER, KEPT_GROUPS, NOTES, SET_ASIDE, TOLD_CELLS
from pipeline.tables.derived import ISSUED_LISTS, ISSUED_PLACES
from pipeline.tables.feedback import CORRECTIONS, DECISIONS, OUTCOMES, REFUSED_ROWS
from pipeline.tables.same_child import LINK_DECISIONS
from pipeline.vocabulary.school_year import school_year_of

from . import runs
from . import warehouse as shelf
from .identity import WORDS
from .retained import Due, years_over


def _due(
    con: duckdb.DuckDBPyConnection, kind: str, rows: list[str], up_to: date, *, read_by: date | None = None
) -> Due | None:
    """Of `rows`, each a FROM with its WHERE. Where lists rest on them, those until `read_by`, the day stood on, do."""
    count = sum(con.execute(f"SELECT count(*) {of}").fetchone()[0] for of in rows)
    if not count:
        return None
    known = "as_of" if kind == "lists" else "known_on"
    told = [con.execute(f"SELECT min({known}) {of}").fetchone()[0] for of in rows] if read_by else []

    def remove() -> None:
        for of in rows:
            con.execute(f"DELETE {of}")

    return Due(kind, count, remove, up_to, min((day for day in told if day), default=None), read_by)


def _among_names(names: duckdb.DuckDBPyConnection, due: Due | None) -> Due | None:
    """Of the identity file, whose rows go together, and apart from what the warehouse keeps of it."""
    if due is None:
        return None

    def remove() -> None:
        with shelf.transaction(names):
            due.remove()

    return replace(due, remove=remove, in_one=False)


def due_answers(con: duckdb.DuckDBPyConnection, *, as_of: date, months: int) -> Due | None:
    """What was decided, and what came of it. That a list came back stays: no pupil is in that, and by it one that lies about is known."""
    up_to = years_over(as_of, months)
    if up_to is None:
        return None
    answers = [f"FROM warehouse.{table.name} WHERE known_on <= DATE '{up_to}'" for table in (DECISIONS, OUTCOMES, CORRECTIONS, REFUSED_ROWS)]  # fmt: skip
    return _due(con, "answers", answers, up_to, read_by=as_of)


def due_lists(con: duckdb.DuckDBPyConnection, *, as_of: date, months: int) -> Due | None:
    """Who was on a list. A place stays while it is of the school's newest list, or a decision on it is held. Which lists went out
    stays: no pupil is in that, and the days of the next are counted from the first."""
    up_to = years_over(as_of, months)
    return _due(con, "lists", [_PLACES.format(up_to)], up_to, read_by=as_of) if up_to else None


_PLACES = f"""
    FROM warehouse.{ISSUED_PLACES.name} WHERE as_of <= DATE '{{0}}'
    AND (pupil_id, as_of) NOT IN (
        SELECT (pupil_id, list_as_of) FROM warehouse.{DECISIONS.name} WHERE known_on > DATE '{{0}}')
    AND (urn, as_of) NOT IN (
        SELECT (urn, max(as_of)) FROM warehouse.{ISSUED_LISTS.name} WHERE is_superseded IS NOT TRUE GROUP BY urn)"""


def due_of_files(con: duckdb.DuckDBPyConnection, *, as_of: date, months: int) -> Due | None:
    """Which rows of files were set aside or noted, and why, but for files of which a row waits. The file itself stays on record: by its
    hash one that was taken in is known for ever."""
    up_to = years_over(as_of, months)
    if up_to is None:
        return None
    of = f"extract_id IN (SELECT extract_id FROM warehouse.audit.extracts WHERE known_on <= DATE '{up_to}')"
    waits = " ".join(
        f"AND extract_id NOT IN (SELECT extract_id FROM warehouse.waiting.{table})" for table in _waiting(con)
    )
    rows = [f"FROM warehouse.{table.name} WHERE {of} {waits}" for table in (SET_ASIDE, NOTES)]
    return _due(con, "audit of files", rows, up_to)


def _waiting(con: duckdb.DuckDBPyConnection) -> list[str]:
    told = con.execute(
        "SELECT DISTINCT table_name FROM duckdb_columns() WHERE database_name = 'warehouse' AND schema_name = 'waiting' "
        "AND column_name = 'extract_id' ORDER BY 1"
    )
    return [name for (name,) in told.fetchall()]


def due_of_figures(con: duckdb.DuckDBPyConnection) -> Due | None:
    """What figures hid and told in school years before that of the newest look."""
    newest = runs.last_listed(con)
    if newest is None:
        return None
    first = school_year_of(newest).first_day
    old = f"school_year < DATE '{first}'"
    rows = [f"FROM warehouse.{table.name} WHERE {old}" for table in (HIDDEN_CELLS, TOLD_CELLS)]
    rows += [
        f"FROM warehouse.{table.name} WHERE as_of < DATE '{first}'" for table in (KEPT_GROUPS, KEPT_EVER, GROUP_DAYS)
    ]
    return _due(con, "audit of figures", rows, first - timedelta(days=1))


# With the names


def due_words(names: duckdb.DuckDBPyConnection, *, as_of: date, months: int) -> Due | None:
    """What staff, pupils and parents said."""
    up_to = years_over(as_of, months)
    if up_to is None:
        return None
    names.execute(WORDS)
    rows = [f"FROM identity.words WHERE known_on <= DATE '{up_to}'"]
    return _among_names(names, _due(names, "words", rows, up_to, read_by=as_of))


def held_pupils(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """pupil_id of everybody of whom the warehouse holds anything but a link."""
    told = con.execute(
        "SELECT schema_name || '.' || c.table_name, column_name FROM duckdb_columns() c JOIN duckdb_tables() t "
        "USING (database_name, schema_name, table_name) WHERE database_name = 'warehouse' "
        "AND column_name IN ('pupil_id', 'former_pupil_id') AND schema_name || '.' || c.table_name "
        "NOT IN ('facts.same_child', 'facts.known_as') ORDER BY ALL"
    ).fetchall()
    union = " UNION ".join(f"SELECT {column} AS pupil_id FROM warehouse.{table}" for table, column in told)
    return con.execute(f"SELECT pupil_id FROM ({union}) WHERE pupil_id IS NOT NULL").pl()


def due_names(names: duckdb.DuckDBPyConnection, held: pl.DataFrame, *, as_of: date, days: int) -> Due | None:
    """All that the identity file has of children of whom the warehouse holds nothing, so many days after it was last learned."""
    last = as_of - timedelta(days=days)
    names.register("_held", held)
    names.execute(f"""
        CREATE OR REPLACE TEMP TABLE gone AS
        SELECT pupil_id FROM identity.people GROUP BY pupil_id
        HAVING max(known_on) <= DATE '{last}' AND pupil_id NOT IN (FROM _held)""")
    names.unregister("_held")
    told = names.execute(
        "SELECT table_name FROM duckdb_columns() WHERE database_name = 'identity' AND column_name = 'pupil_id' ORDER BY 1"
    ).fetchall()
    theirs = [f"FROM identity.{table} WHERE pupil_id IN (FROM temp.main.gone)" for (table,) in told]
    return _among_names(names, _due(names, "names", theirs, last))


def due_links(con: duckdb.DuckDBPyConnection, held: pl.DataFrame, *, as_of: date) -> Due | None:
    """What people decided of two records of which neither is held any more."""
    con.register("_held", held)
    con.execute("CREATE OR REPLACE TEMP TABLE held AS FROM _held")
    con.unregister("_held")
    nobody = f"FROM warehouse.{LINK_DECISIONS.name} WHERE one NOT IN (FROM temp.main.held) AND other NOT IN (FROM temp.main.held)"
    return _due(con, "link decisions", [nobody], as_of)
