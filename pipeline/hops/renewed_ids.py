"""A home's databases with every keyed hash of a child in them renewed: what each becomes when another pseudonym key follows.

Hashes are known by their columns and by their form. Whatever else is told would quote one, so every other text is held against them, and a
column that is not known of stops the change.
"""

from collections.abc import Iterator

import duckdb
import polars as pl

from pipeline.edges.errors import Refused
from pipeline.edges.identity import FORMER_KEYS
from pipeline.edges.pseudonyms import Former, fingerprint, renewed
from pipeline.steps.agency_links import CODES_BEGIN, agency_link_code
from pipeline.vocabulary.identifiers import link_code

HASHES = (
    "pupil_id", "former_pupil_id", "same_as", "known_as", "one", "other", "person", "child_key", "school_ref", "pupil_ref", "unique_ref",
    "code_ref", "mark",
)  # fmt: skip
"""Columns of keyed hashes, in whatever table."""
PAIRS = {"link_decisions": ("one", "other"), "agency_found": ("one", "other"), "same_child": ("pupil_id", "same_as")}
"""Tables of pairs, whose `link` is made of the two hashes."""
FORM = "^[a-z2-7]{12}$"


def hashes_in(con: duckdb.DuckDBPyConnection, database: str) -> set[str]:
    """Every keyed hash in an attached database."""
    found: set[str] = set()
    for table, texts in _tables(con, database):
        for name in texts & set(HASHES):
            rows = con.execute(f"SELECT DISTINCT {name} FROM {table} WHERE regexp_matches({name}, '{FORM}')")
            found.update(one for (one,) in rows.fetchall())
    return found


def renewals(hashes: set[str], key: str) -> pl.DataFrame:
    """was and becomes of each. Raises Refused where two become one, which a better key is not likely to do."""
    was = sorted(hashes)
    told = pl.DataFrame({"was": was, "becomes": renewed(was, key)}, schema={"was": pl.String, "becomes": pl.String})
    if told["becomes"].n_unique() < told.height:
        raise Refused("Under the new key two children would be one: take another key.")
    return told


def copy_renewed(con: duckdb.DuckDBPyConnection, told: pl.DataFrame) -> None:
    """Fill the empty tables of `new` with the rows of `old`, each hash renewed; for `anew.write_anew`."""
    con.register("_told", told)
    con.execute("CREATE OR REPLACE TEMP TABLE renewals AS FROM _told")
    con.unregister("_told")
    for table, texts in _tables(con, "old"):
        hashed = sorted(texts & set(HASHES))
        of_new = table.replace("old.", "new.", 1)
        con.execute(f"INSERT INTO {of_new} BY NAME {_rows(con, table, hashed)}")
        _refuse_others(con, of_new, texts - set(HASHES))
    con.execute("DROP TABLE renewals")


def keep_former(con: duckdb.DuckDBPyConnection, former: Former, key: str) -> None:
    """Put the key that was behind those before it in the new names, and say that they are under `key` now."""
    con.execute(FORMER_KEYS.format("new.main"))
    con.execute(
        "INSERT INTO new.former_keys SELECT count(*) + 1, ?, ? FROM new.former_keys", [former.key, former.until]
    )
    con.execute("CREATE TABLE IF NOT EXISTS new.pseudonym_key (fingerprint VARCHAR)")
    con.execute("DELETE FROM new.pseudonym_key")
    con.execute("INSERT INTO new.pseudonym_key VALUES (?)", [fingerprint(key)])


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> Iterator[tuple[str, set[str]]]:
    """Every table, and its columns of text."""
    told = con.execute(
        "SELECT format('{}.{}.{}', database_name, schema_name, table_name), "
        "list(column_name) FILTER (data_type = 'VARCHAR') FROM duckdb_columns() "
        "JOIN duckdb_tables() USING (database_name, schema_name, table_name) WHERE database_name = ? GROUP BY ALL ORDER BY ALL",
        [database],
    )
    yield from ((table, set(texts or ())) for table, texts in told.fetchall())


def _rows(con: duckdb.DuckDBPyConnection, table: str, hashed: list[str]) -> str:
    """The rows of a table in SQL, in their order, with what is hashed in them renewed."""
    replaced = [f"coalesce({name}_now.becomes, t.{name}) AS {name}" for name in hashed]
    joins = [f"LEFT JOIN renewals {name}_now ON {name}_now.was = t.{name}" for name in hashed]
    pair = PAIRS.get(table.rpartition(".")[2])
    if pair:
        con.register("_links", _links(con, table, *pair))
        con.execute("CREATE OR REPLACE TEMP TABLE links_now AS FROM _links")
        con.unregister("_links")
        replaced.append("coalesce(link_now.becomes, t.link) AS link")
        joins.append("LEFT JOIN links_now link_now ON link_now.was = t.link")
    if not replaced:
        return f"FROM {table}"
    return f"SELECT t.* REPLACE ({', '.join(replaced)}) FROM {table} t {' '.join(joins)}"


def _links(con: duckdb.DuckDBPyConnection, table: str, one: str, other: str) -> pl.DataFrame:
    """was and becomes of the code of each pair."""
    now = dict(con.execute("SELECT was, becomes FROM renewals").fetchall())
    pairs = con.execute(f"SELECT DISTINCT link, {one}, {other} FROM {table}").fetchall()
    codes = {}
    for was, a, b in pairs:
        code = agency_link_code if was.startswith(CODES_BEGIN) else link_code
        codes[was] = code(now.get(a, a), now.get(b, b))
    return pl.DataFrame(
        {"was": list(codes), "becomes": list(codes.values())}, schema={"was": pl.String, "becomes": pl.String}
    )


def _refuse_others(con: duckdb.DuckDBPyConnection, table: str, texts: set[str]) -> None:
    for name in sorted(texts):
        if con.execute(f"SELECT 1 FROM {table} t JOIN renewals ON was = t.{name} LIMIT 1").fetchone():
            raise Refused(
                f"{table.partition('.')[2]} has keyed hashes in its column {name}, which this version does not know of: nothing was changed."
            )
