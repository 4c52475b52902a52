"""One child, whole: every UPN and pupil_id, every name, and every key by which rows without a UPN hang from them. In memory alone."""

from dataclasses import dataclass, field
from datetime import date

import duckdb
import polars as pl

from . import links
from . import warehouse as shelf
from .agencies import TABLES, with_person
from .claims import _TABLES as CLAIMED
from .forgotten import AGENCY, CARE, CENSUS_PUPIL, OWN_KEYS, SYSTEM, UNIQUE, UPN, Marks
from .identity import PEOPLE, WORDS, Pseudonyms
from .whole_names import letters

Name = tuple[str | None, str | None, date | None]
"""Surname, forename and birth date, as told together."""


@dataclass(frozen=True)
class Child:
    """`keys` are what rows hang from, by kind as in `forgotten`; `persons` the keyed hashes under which other agencies sent them;
    `former_upns` those their own rows tell; `namesakes` are those of their names and birth dates that another child has too."""

    pupil_ids: tuple[str, ...]
    upns: tuple[str, ...]
    names: tuple[Name, ...] = ()
    persons: tuple[str, ...] = ()
    keys: dict[str, tuple[tuple, ...]] = field(default_factory=dict)
    former_upns: tuple[str, ...] = ()
    namesakes: tuple[Name, ...] = ()

    def mark(self, marks: Marks) -> None:
        """By these the child is known when sent again."""
        marks.put(self.marked(marks))

    def marked(self, marks: Marks) -> set[tuple[str, str]]:
        """Each by its kind, under the key of now."""
        known = [(UPN, upn) for upn in self.upns] + [(AGENCY, person) for person in self.persons]
        known += [(kind, *one) for kind, keys in self.keys.items() for one in keys]
        return {(kind, marks.mark(kind, *parts)) for kind, *parts in known}


def child(
    con: duckdb.DuckDBPyConnection,
    names: duckdb.DuckDBPyConnection,
    pupil_ids: list[str],
    pseudonyms: Pseudonyms,
    linked: pl.DataFrame,
) -> Child:
    """Of whom one of these pupil_ids is, by what is known now; `linked` are pairs (one, other) of agencies' children that stand."""
    ids = links.with_their_other_upns(con, pupil_ids)
    make_tables(names)
    told = names.execute(
        "SELECT DISTINCT upn, surname, forename, date_of_birth FROM ("
        "SELECT pupil_id, upn, surname, forename, date_of_birth FROM identity.people UNION ALL "
        "SELECT pupil_id, upn, surname, forename, date_of_birth FROM identity.told_names UNION ALL "
        "SELECT pupil_id, NULL, surname, forename, date_of_birth FROM identity.claims"
        ") WHERE pupil_id IN (SELECT unnest(?)) ORDER BY ALL", [ids]
    ).fetchall()  # fmt: skip
    upns = tuple(sorted({upn for upn, *_ in told if upn}))
    called = tuple(dict.fromkeys(tuple(one) for _, *one in told if any(one)))
    namesakes = _namesakes(names, ids, called)
    of_agencies = linked.filter(pl.col("other").is_in(ids))["one"].to_list()
    persons = tuple(sorted({*of_agencies, *_persons([one for one in called if one not in namesakes], pseudonyms)}))
    return Child(tuple(ids), upns, called, persons, _keys(con, ids), _former_upns(names, ids), namesakes)


def _former_upns(names: duckdb.DuckDBPyConnection, ids: list[str]) -> tuple[str, ...]:
    told = names.execute(
        "SELECT DISTINCT former_upn FROM (SELECT pupil_id, former_upn FROM identity.people UNION SELECT pupil_id, former_upn FROM identity.told_names) "
        "WHERE former_upn IS NOT NULL AND pupil_id IN (SELECT unnest(?)) ORDER BY 1", [ids]
    ).fetchall()  # fmt: skip
    return tuple(upn for (upn,) in told)


def _namesakes(names: duckdb.DuckDBPyConnection, ids: list[str], called: tuple[Name, ...]) -> tuple[Name, ...]:
    """Which of a child's names with their birth dates are another pupil's too, however either is typed."""
    told = names.execute(
        "SELECT DISTINCT surname, forename, date_of_birth FROM ("
        "SELECT pupil_id, surname, forename, date_of_birth FROM identity.people UNION SELECT pupil_id, surname, forename, date_of_birth FROM "
        "identity.told_names UNION SELECT pupil_id, surname, forename, date_of_birth FROM identity.claims"
        ") WHERE pupil_id NOT IN (SELECT unnest($1)) AND date_of_birth IN (SELECT unnest($2::DATE[]))",
        {"1": ids, "2": [born for *_, born in called if born]},
    ).fetchall()  # fmt: skip
    theirs = {(letters(surname or ""), letters(forename or ""), born) for surname, forename, born in told}
    return tuple(one for one in called if (letters(one[0] or ""), letters(one[1] or ""), one[2]) in theirs)


def make_tables(names: duckdb.DuckDBPyConnection) -> None:
    """Every table that may hold a child in the identity file, empty where there was none."""
    for sql in (PEOPLE, WORDS, TABLES, CLAIMED):
        names.execute(sql)


def _persons(called: list[Name], pseudonyms: Pseudonyms) -> list[str]:
    """As an agency would be known to have sent a child of these very names and birth date."""
    schema = {"surname": pl.String, "forename": pl.String, "date_of_birth": pl.Date}
    whole = pl.DataFrame([one for one in called if all(one)], schema=schema, orient="row")
    return with_person(whole, pseudonyms)["person"].drop_nulls().to_list() if whole.height else []


def _keys(con: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, tuple[tuple, ...]]:
    """Less those that another child's rows have too: a key may pass on."""
    found = {}
    for feed, kinds in OWN_KEYS.items():
        for kind, columns in kinds:
            named, first = ", ".join(columns), columns[0]
            rows = con.execute(
                f"SELECT {named} FROM warehouse.staged.{feed} WHERE {first} IS NOT NULL GROUP BY ALL "
                "HAVING bool_and(pupil_id IN (SELECT unnest($1))) ORDER BY ALL", [ids]
            ).fetchall()  # fmt: skip
            if rows:
                found[kind] = tuple(rows)
    return found


HANGING = {
    CENSUS_PUPIL: ("parent_key", "native_id"),
    CARE: ("child_key",),
    SYSTEM: ("urn", "pupil_ref"),
    UNIQUE: ("unique_ref",),
} | {feed: ("above_key", "authority_id") for feed in OWN_KEYS if feed.startswith("plan_")}
"""By kind of key, the columns of rows that hang from it."""


def held(con: duckdb.DuckDBPyConnection, pupil_id: str) -> bool:
    """Whether anything in the warehouse is of this pupil_id."""
    return any(
        con.execute(f"SELECT 1 FROM {table} WHERE {column} = ? LIMIT 1", [pupil_id]).fetchone()
        for table, columns in text_columns(con, "warehouse").items()
        for column in columns
        if column in OF_A_PUPIL
    )


OF_A_PUPIL = ("pupil_id", "same_as", "known_as", "one", "other")
"""Columns that hold a pupil_id, in any table: a row that has the child's is the child's."""

NAMED_BY_ANOTHER = ("former_pupil_id",)
"""Columns in which another child's row may hold it: there it is made empty, and the row stays."""


def tables_having(con: duckdb.DuckDBPyConnection, database: str, columns: set[str]) -> dict[str, set[str]]:
    """Tables of a database that have all these columns, with every column of theirs."""
    rows = con.execute(
        "SELECT database_name || '.' || schema_name || '.' || table_name, list(column_name) FROM duckdb_columns() "
        "SEMI JOIN duckdb_tables() USING (database_name, schema_name, table_name) WHERE database_name = ? GROUP BY 1 ORDER BY 1",
        [database],
    )
    return {table: set(names) for table, names in rows.fetchall() if columns <= set(names)}


PLACES = {"extract_id": pl.Int32, "row_number": pl.Int64}
"""Where a row delivered stands: the schema of whatever is told by place."""


def text_columns(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    """By table of a database, its columns of text, in their order: tables that hold rows, and no view."""
    rows = shelf.read(
        con,
        "SELECT c.schema_name, c.table_name, c.column_name FROM duckdb_columns() c "
        "JOIN duckdb_tables() t USING (database_name, schema_name, table_name) "
        "WHERE c.database_name = ? AND c.data_type = 'VARCHAR' ORDER BY ALL",
        [database],
    )
    found: dict[str, list[str]] = {}
    for schema, table, column in rows.rows():
        found.setdefault(f"{database}.{schema}.{table}", []).append(column)
    return found
