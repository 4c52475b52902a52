"""One child's rows, erased from both databases. What is left of others is as it was."""

from collections.abc import Iterable

import duckdb
import polars as pl

from pipeline.tables.derived import ISSUED_LISTS, ISSUED_PLACES
from pipeline.tables.forgotten import FORGOTTEN_PUPILS
from pipeline.vocabulary.school_year import school_year_of

from . import warehouse as shelf
from .child import HANGING, NAMED_BY_ANOTHER, OF_A_PUPIL, PLACES, Child, make_tables, tables_having, text_columns
from .forgotten import AGENCY, CENSUS_PUPIL, Marks

STILL_THERE = 9999
"""In the place of a year: who was on a roll when erased may be in that school's own totals for years."""


def places(con: duckdb.DuckDBPyConnection, child: Child) -> pl.DataFrame:
    """extract_id and row_number of every row delivered that is known to be of the child: accepted, or waiting."""
    told = [pl.DataFrame(schema=PLACES)]
    for table, columns in tables_having(con, "warehouse", {*PLACES}).items():
        found = [f"{one} IN (SELECT unnest($ids))" for one in OF_A_PUPIL if one in columns]
        found += _hanging(table, columns, child)
        if found:
            sql = f"SELECT DISTINCT extract_id, row_number FROM {table} WHERE {' OR '.join(found)}"
            told.append(con.execute(sql, {"ids": [*child.pupil_ids]} if "$ids" in sql else {}).pl().cast(PLACES))
    return pl.concat(told).unique().sort(*PLACES)


def places_of_others(con: duckdb.DuckDBPyConnection, child: Child, extract_ids: list[int]) -> pl.DataFrame:
    """extract_id and row_number of every row of these extracts that is known to be another child's."""
    told = [pl.DataFrame(schema=PLACES)]
    for table in tables_having(con, "warehouse", {*PLACES, "pupil_id"}):
        sql = f"SELECT DISTINCT extract_id, row_number FROM {table} WHERE pupil_id NOT IN (SELECT unnest($1)) AND extract_id IN (SELECT unnest($2))"
        told.append(con.execute(sql, [[*child.pupil_ids], extract_ids]).pl().cast(PLACES))
    return pl.concat(told).unique().sort(*PLACES)


def _hanging(table: str, columns: set[str], child: Child) -> list[str]:
    """What is true of rows of a table without a pupil_id that hang from the child's."""
    if table.endswith((".staged.pupils", ".plan_parents")):
        return []
    found = []
    for kind, keys in child.keys.items():
        names = HANGING[kind]
        if not set(names) <= columns:
            continue
        for one in keys:
            is_it = " AND ".join(
                f"{name} IS NOT DISTINCT FROM {_sql(part)}" for name, part in zip(names, one, strict=True)
            )
            of_table = f" AND above_table = {_sql(kind)}" if "above_table" in columns else ""
            nobody = " AND pupil_id IS NULL" if "pupil_id" in columns else ""
            found.append(f"({is_it}{of_table}{nobody})")
    return found


def _sql(part: object) -> str:
    return "NULL" if part is None else str(part) if isinstance(part, int) else "'" + str(part).replace("'", "''") + "'"


def erase_rows(con: duckdb.DuckDBPyConnection, child: Child, at: pl.DataFrame) -> int:
    """Erase the child from the warehouse, with the rows delivered that stand `at` these places. Within the caller's transaction; returns
    how many rows went."""
    con.register("_at", at)
    con.execute("CREATE OR REPLACE TEMP TABLE places_of_child AS FROM _at")
    con.unregister("_at")
    _remember_on_rolls(con, child)
    _count_lists_again(con, child)
    gone = 0
    for table in tables_having(con, "warehouse", {*PLACES}):
        gone += _gone(con, f"DELETE FROM {table} t USING places_of_child p WHERE t.extract_id = p.extract_id AND t.row_number = p.row_number")  # fmt: skip
    gone += _erase_by_column(con, "warehouse", dict.fromkeys(OF_A_PUPIL, child.pupil_ids), dict.fromkeys(NAMED_BY_ANOTHER, child.pupil_ids))  # fmt: skip
    for (table, names), keys in _set_aside(child).items():
        for one in keys:
            is_it = " AND ".join(
                f"{name} IS NOT DISTINCT FROM {_sql(part)}" for name, part in zip(names, one, strict=True)
            )
            gone += _gone(con, f"DELETE FROM warehouse.waiting.{table} WHERE {is_it}")
    for person in child.persons:
        gone += _gone(con, f"DELETE FROM warehouse.audit.link_decisions WHERE one = {_sql(person)}")
    con.execute("DROP TABLE places_of_child")
    return gone


def _set_aside(child: Child) -> dict[tuple[str, tuple[str, ...]], list[tuple]]:
    """Keys of the child's that are kept of rows set aside."""
    plans = [(kind, *one) for kind, keys in child.keys.items() if kind.startswith("plan_") for one in keys]
    return {
        ("parents", ("parent_key", "native_id")): list(child.keys.get(CENSUS_PUPIL, ())),
        ("plan_parents", ("above_table", "above_key", "authority_id")): plans,
    }


def erase_names(
    names: duckdb.DuckDBPyConnection, child: Child, marks: Marks, known_by: Iterable[tuple[str, str]]
) -> int:
    """Erase the child from the identity file, all at once. Returns how many rows went.

    `known_by` are the kinds and marks that the erasure began with: of one that was cut short the warehouse no longer tells whose an address
    was, nor by which name an agency knows the child.
    """
    make_tables(names)
    known = {*known_by}
    persons = {*child.persons, *(person for (person,) in _bearing(known, _persons(names), AGENCY, marks))}
    census_pupils = {
        *child.keys.get(CENSUS_PUPIL, ()), *_bearing(known, _census_pupils(names), CENSUS_PUPIL, marks),
    }  # fmt: skip
    names.execute("BEGIN")
    ids = (*child.pupil_ids, *sorted(persons))
    theirs = dict.fromkeys((*OF_A_PUPIL, "person"), ids) | {"upn": child.upns}
    gone = _erase_by_column(names, "identity", theirs, {"former_upn": child.upns})
    for key, native in sorted(census_pupils, key=str):
        is_it = f"parent_key = {_sql(key)} AND native_id IS NOT DISTINCT FROM {_sql(native)}"
        gone += _gone(names, f"DELETE FROM identity.addresses WHERE {is_it}")
    names.execute("COMMIT")
    return gone


def _bearing(known: set[tuple[str, str]], rows: list[tuple], kind: str, marks: Marks) -> list[tuple]:
    """Those of `rows` whose mark of this kind is known."""
    return [one for one in rows if (kind, marks.mark(kind, *one)) in known]


def _census_pupils(names: duckdb.DuckDBPyConnection) -> list[tuple]:
    return names.execute("SELECT DISTINCT parent_key, native_id FROM identity.addresses").fetchall()


def _persons(names: duckdb.DuckDBPyConnection) -> list[tuple]:
    """Each one that any table of the identity file has in a column of that name."""
    tables = [table for table, columns in text_columns(names, "identity").items() if "person" in columns]
    asked = " UNION ".join(f"SELECT person FROM {table}" for table in tables)
    return names.execute(asked).fetchall() if asked else []


def _erase_by_column(con, database: str, theirs: dict[str, Iterable[str]], emptied: dict[str, Iterable[str]]) -> int:
    gone = 0
    for table, columns in text_columns(con, database).items():
        for column in columns:
            if column in theirs:
                gone += _gone(con, f"DELETE FROM {table} WHERE {column} IN (SELECT unnest($1))", [*theirs[column]])
            if column in emptied:
                con.execute(
                    f"UPDATE {table} SET {column} = NULL WHERE {column} IN (SELECT unnest($1))", [[*emptied[column]]]
                )
    return gone


def _gone(con, sql: str, values: list[str] | None = None) -> int:
    done = con.execute(sql, [values] if values is not None else []).fetchone()
    return done[0] if done else 0


def _remember_on_rolls(con: duckdb.DuckDBPyConnection, child: Child) -> None:
    """One more child erased at each school, for the years on its roll: its own totals may have them still."""
    spells = con.execute(
        "SELECT urn, min(entry_date), max(coalesce(leaving_date, DATE '9999-01-01')) FROM warehouse.facts.enrolments "
        "WHERE pupil_id IN (SELECT unnest(?)) GROUP BY urn ORDER BY urn", [[*child.pupil_ids]]
    ).fetchall()  # fmt: skip
    for urn, first, last in spells:
        until = STILL_THERE if last.year == STILL_THERE else school_year_of(last).starts
        stretch = [urn, school_year_of(first).starts, until]
        before = con.execute(
            f"DELETE FROM warehouse.{FORGOTTEN_PUPILS.name} WHERE urn = ? AND from_year = ? AND until_year = ? RETURNING pupils", stretch
        ).fetchone()  # fmt: skip
        row = pl.DataFrame([(*stretch, (before[0] if before else 0) + 1)], schema=FORGOTTEN_PUPILS.schema, orient="row")
        shelf.append(con, FORGOTTEN_PUPILS, row)


def _count_lists_again(con: duckdb.DuckDBPyConnection, child: Child) -> None:
    con.execute(
        f"UPDATE warehouse.{ISSUED_LISTS.name} l SET pupils = l.pupils - 1 FROM warehouse.{ISSUED_PLACES.name} p "
        "WHERE p.as_of = l.as_of AND p.urn = l.urn AND p.pupil_id IN (SELECT unnest(?)) AND l.pupils > 0 "
        "AND p.is_superseded IS NOT TRUE",
        [[*child.pupil_ids]],
    )
