"""What other agencies sent, kept with the names: whose rows they may be, for as long as that is a question.

Names, birth dates and postcodes as an agency sent them are in the identity file and nowhere else. Of a child who is linked to
a pupil, or waits for a person to say, they are kept while settings name a gateway; else they are erased `unlinked_days` after
they last came: so long, a roll may still come that has the child on it. A child is known here by a keyed hash of names and birth date,
so that the same child sent again is nobody new, and a pair once rejected is known when its names are long gone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb
import polars as pl

from .identity import Pseudonyms, identity
from .settings import Home

TABLES = """
    CREATE TABLE IF NOT EXISTS identity.postcodes (pupil_id VARCHAR NOT NULL, postcode VARCHAR NOT NULL, known_on DATE NOT NULL);
    CREATE TABLE IF NOT EXISTS identity.addresses (
        parent_key VARCHAR NOT NULL, native_id VARCHAR, postcode VARCHAR NOT NULL, known_on DATE NOT NULL);
    CREATE TABLE IF NOT EXISTS identity.agency_people (
        person VARCHAR NOT NULL, surname VARCHAR, forename VARCHAR, date_of_birth DATE, postcode VARCHAR,
        known_on DATE NOT NULL, last_on DATE NOT NULL);
    CREATE TABLE IF NOT EXISTS identity.agency_statements (
        person VARCHAR NOT NULL, service VARCHAR NOT NULL, start_date DATE, end_date DATE, known_on DATE NOT NULL);
    CREATE TABLE IF NOT EXISTS identity.agency_weights (
        person VARCHAR NOT NULL, pupil_id VARCHAR NOT NULL, weight DOUBLE NOT NULL);
    CREATE TABLE IF NOT EXISTS identity.agency_found (
        link VARCHAR NOT NULL, one VARCHAR NOT NULL, other VARCHAR NOT NULL, because VARCHAR, is_certain BOOLEAN,
        known_on DATE NOT NULL, until DATE, probability DOUBLE);
    CREATE TABLE IF NOT EXISTS identity.agency_weighed (inputs VARCHAR NOT NULL);
    CREATE TABLE IF NOT EXISTS identity.linkage_model (
        turn INTEGER NOT NULL, fingerprint VARCHAR NOT NULL, model VARCHAR NOT NULL, known_on DATE NOT NULL);
"""

DETAILS = ("person", "surname", "forename", "date_of_birth", "postcode")
STATEMENT = ("person", "service", "start_date", "end_date", "known_on")


@contextmanager
def with_names(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The identity file, with room for what agencies send."""
    with identity(home) as con:
        con.execute(TABLES)
        yield con


@contextmanager
def _whole(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


# Set apart on the way in


def with_person(rows: pl.DataFrame, pseudonyms: Pseudonyms) -> pl.DataFrame:
    """An agency's rows with `person`: a keyed hash of names and birth date, however they are typed."""
    plain = [_plain(name) for name in ("surname", "forename")]
    texts = rows.select(pl.concat_str(*plain, pl.col("date_of_birth").dt.strftime("%Y-%m-%d"), separator="|"))
    return rows.with_columns(person=pseudonyms.keyed("agency", texts.to_series()))


def _plain(name: str) -> pl.Expr:
    return pl.col(name).str.normalize("NFKD").str.to_lowercase().str.replace_all(r"\P{L}", "")


def remember_sent(home: Home, sent: pl.DataFrame) -> None:
    """Keep an agency's accepted rows, DETAILS and STATEMENT of each; the same told again on the same day adds nothing."""
    if sent.is_empty():
        return
    with with_names(home) as con, _whole(con):
        con.register("sent", sent.select(*DETAILS, *STATEMENT[1:]))
        con.execute("""
            UPDATE identity.agency_people k SET last_on = greatest(k.last_on, s.last_on), known_on = least(k.known_on, s.first_on)
            FROM (SELECT person, max(known_on) AS last_on, min(known_on) AS first_on FROM sent GROUP BY person) s
            WHERE k.person = s.person""")
        con.execute(_NEW_DETAILS)
        con.execute(f"""
            INSERT INTO identity.agency_statements
            SELECT DISTINCT {", ".join(STATEMENT)} FROM sent EXCEPT FROM identity.agency_statements""")


_NEW_DETAILS = f"""
    INSERT INTO identity.agency_people
    SELECT {", ".join(DETAILS)}, min(known_on), max(known_on) FROM sent s
    WHERE NOT EXISTS (
        FROM identity.agency_people k
        WHERE {" AND ".join(f"k.{name} IS NOT DISTINCT FROM s.{name}" for name in DETAILS)})
    GROUP BY {", ".join(DETAILS)}
"""


def remember_postcodes(home: Home, told: pl.DataFrame, *, known_on: date) -> None:
    """Keep pupils' postcodes (pupil_id, postcode), each once, with the day it was first learned."""
    _remember_places(home, told, "postcodes", ("pupil_id",), known_on)


def remember_addresses(home: Home, told: pl.DataFrame, *, known_on: date) -> None:
    """Keep postcodes of a census by the pupil row they hang from (parent_key, native_id), whether that is known yet or
    not: when it is, the postcode is the pupil's. So no postcode waits in the warehouse, and none is lost."""
    _remember_places(home, told, "addresses", ("parent_key", "native_id"), known_on)


def _remember_places(home: Home, told: pl.DataFrame, table: str, keys: tuple[str, ...], known_on: date) -> None:
    told = told.select(*keys, "postcode").drop_nulls(("postcode", keys[0])).unique()
    if told.is_empty():
        return
    same = " AND ".join(f"k.{name} IS NOT DISTINCT FROM t.{name}" for name in (*keys, "postcode"))
    with with_names(home) as con, _whole(con):
        con.register("told", told)
        con.execute(
            f"INSERT INTO identity.{table} SELECT {', '.join(keys)}, postcode, ?::DATE FROM told t "
            f"WHERE NOT EXISTS (FROM identity.{table} k WHERE {same})",
            [known_on],
        )


# Whom they may be of


PUPILS = """
    WITH places AS (
        SELECT pupil_id, postcode FROM identity.postcodes
        UNION
        SELECT p.pupil_id, a.postcode FROM identity.addresses a
        JOIN known_parents p ON p.parent_key = a.parent_key AND p.native_id IS NOT DISTINCT FROM a.native_id)
    SELECT DISTINCT n.pupil_id AS person, surname, forename, date_of_birth, postcode
    FROM identity.people n LEFT JOIN places USING (pupil_id)
"""
"""Every name and postcode a pupil was ever known by: an agency may hold an old one."""

OTHERS = f"SELECT {', '.join(DETAILS)} FROM identity.agency_people"


def set_parents(con: duckdb.DuckDBPyConnection, parents: pl.DataFrame) -> None:
    """Tell the names which pupil each census row is of (parent_key, native_id, pupil_id): PUPILS reads it."""
    con.register("_parents", parents.select("parent_key", "native_id", "pupil_id").drop_nulls("pupil_id"))
    con.execute("CREATE OR REPLACE TEMP TABLE known_parents AS FROM _parents")
    con.unregister("_parents")


def inputs(con: duckdb.DuckDBPyConnection, model: str) -> str:
    """What the records to be compared, and the model, come to: the same for the same, in whatever order they were told."""
    counted = [con.execute(f"SELECT count(*), bit_xor(hash(t)) FROM ({sql}) t").fetchone() for sql in (PUPILS, OTHERS)]
    return f"{model} {counted}"


def weighed(con: duckdb.DuckDBPyConnection) -> str | None:
    """What `inputs` were when pairs were last weighed."""
    found = con.execute("SELECT inputs FROM identity.agency_weighed").fetchone()
    return found[0] if found else None


def replace_weights(con: duckdb.DuckDBPyConnection, weights: pl.DataFrame, inputs: str) -> None:
    with _whole(con):
        con.execute("DELETE FROM identity.agency_weights")
        con.execute("DELETE FROM identity.agency_weighed")
        con.register("_weights", weights)
        con.execute("INSERT INTO identity.agency_weights BY NAME FROM _weights")
        con.execute("INSERT INTO identity.agency_weighed VALUES (?)", [inputs])
        con.unregister("_weights")


def weights(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return con.execute("FROM identity.agency_weights ORDER BY ALL").pl()


def found(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every pair found certain or a question, and on which days: AGENCY_FOUND rows."""
    return con.execute("FROM identity.agency_found ORDER BY ALL").pl()


def replace_found(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame) -> None:
    with _whole(con):
        con.execute("DELETE FROM identity.agency_found")
        con.register("_found", rows)
        con.execute("INSERT INTO identity.agency_found BY NAME FROM _found")
        con.unregister("_found")


def statements(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """What agencies said of the children they sent: STATEMENT rows."""
    return con.execute("SELECT DISTINCT * FROM identity.agency_statements ORDER BY ALL").pl()


def kept_model(con: duckdb.DuckDBPyConnection) -> str | None:
    """The model this home was told to use last, as JSON; None where it never was."""
    found = con.execute("SELECT model FROM identity.linkage_model ORDER BY turn DESC LIMIT 1").fetchone()
    return found[0] if found else None


def keep_model(con: duckdb.DuckDBPyConnection, model: str, fingerprint: str, *, known_on: date) -> None:
    """Keep a model beside those before it; it counts from the next comparison on."""
    con.execute(
        "INSERT INTO identity.linkage_model SELECT count(*) + 1, ?, ?, ? FROM identity.linkage_model",
        [fingerprint, model, known_on],
    )


def first_sent(con: duckdb.DuckDBPyConnection) -> date | None:
    """The day the first of them was known."""
    return con.execute("SELECT min(known_on) FROM identity.agency_people").fetchone()[0]


def erase(con: duckdb.DuckDBPyConnection, keep: list[str], linked: list[str], *, known_on: date, days: int) -> None:
    """Erase names, birth dates and postcodes of agencies' children not among `keep` who were last sent more than `days` ago.

    Of those ever `linked` to a pupil, which services were involved and when is kept, under the keyed hash alone: by it a past
    day's list is had again.
    """
    con.register("_keep", pl.DataFrame({"person": keep}, schema={"person": pl.String}))
    gone = f"""
        SELECT person FROM identity.agency_people ANTI JOIN _keep USING (person)
        GROUP BY person HAVING max(last_on) < DATE '{known_on - timedelta(days=days)}'"""
    con.execute(f"CREATE OR REPLACE TEMP TABLE gone AS {gone}")
    con.register("_linked", pl.DataFrame({"person": linked}, schema={"person": pl.String}))
    with _whole(con):
        con.execute(
            "DELETE FROM identity.agency_statements WHERE person IN (FROM gone) AND person NOT IN (FROM _linked)"
        )
        for table in ("agency_weights", "agency_people"):
            con.execute(f"DELETE FROM identity.{table} WHERE person IN (FROM gone)")
    con.unregister("_keep")
    con.unregister("_linked")


def remove_statements(con: duckdb.DuckDBPyConnection, up_to: date) -> None:
    """Forget what agencies stated of stretches that were over, or else of days known, by then; and whoever is then told of in nothing."""
    with _whole(con):
        con.execute("DELETE FROM identity.agency_statements WHERE coalesce(end_date, known_on) <= ?", [up_to])
        for table, person in (("agency_people", "person"), ("agency_weights", "person"), ("agency_found", "one")):
            con.execute(
                f"DELETE FROM identity.{table} WHERE {person} NOT IN (SELECT person FROM identity.agency_statements)"
            )


def remove_addresses(con: duckdb.DuckDBPyConnection, keys: pl.DataFrame, up_to: date) -> None:
    """Forget the postcodes of a census whose pupil row nothing holds any more; and of each pupil, of those learned by `up_to`, all but as
    many of the newest as there are rows of addresses left, for which postcode is of which row is not kept.

    `keys` has one row per parent_key and native_id held: pupil_id, `waits` where an address still waits for its pupil, and `rows`, how
    many of the pupil's are left.
    """
    con.register("_keys", keys.select("parent_key", "native_id", "pupil_id", "waits", "rows"))
    with _whole(con):
        con.execute(_REMOVE_ADDRESSES, [up_to])
    con.unregister("_keys")


_REMOVE_ADDRESSES = """
    DELETE FROM identity.addresses WHERE rowid IN (
        WITH told AS (
            SELECT a.rowid AS row, a.known_on, a.postcode, k.*, k.parent_key IS NOT NULL AS is_held
            FROM identity.addresses a
            LEFT JOIN _keys k ON k.parent_key = a.parent_key AND k.native_id IS NOT DISTINCT FROM a.native_id),
        counted AS (SELECT *, row_number() OVER (
            PARTITION BY coalesce(pupil_id, row::VARCHAR) ORDER BY known_on DESC, parent_key DESC, postcode, row) AS nth FROM told)
        SELECT row FROM counted
        WHERE NOT is_held OR (NOT waits AND known_on <= ? AND nth > if(pupil_id IS NULL, 0, rows)))
"""


def places(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> dict[str, list[str]]:
    """The postcodes held of pupils, as plain rolls gave them: for a person to compare, and nothing else."""
    con.register("_wanted", pl.DataFrame({"pupil_id": pupil_ids}, schema={"pupil_id": pl.String}))
    told = con.execute("""
        SELECT pupil_id, list(DISTINCT postcode ORDER BY postcode) FROM identity.postcodes SEMI JOIN _wanted USING (pupil_id)
        GROUP BY pupil_id""")
    return dict(told.fetchall())


def details(con: duckdb.DuckDBPyConnection, people: list[str]) -> pl.DataFrame:
    """One row per agency's child: person, names, birth date and postcode as last sent, for a person to compare and nothing
    else."""
    con.register("_wanted", pl.DataFrame({"person": people}, schema={"person": pl.String}))
    return con.execute(f"""
        SELECT {", ".join(DETAILS)} FROM identity.agency_people SEMI JOIN _wanted USING (person)
        QUALIFY row_number() OVER (PARTITION BY person ORDER BY last_on DESC, known_on DESC, postcode) = 1
        ORDER BY person""").pl()
