"""Whose a UPN is, by the names that came with it: who was believed before, and every row of a roll told of today, or waiting.

In the identity file, as all names are. No answer has a name in it but `accepted_names`, which is for `identity.remember`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb
import polars as pl

from .identity import identity
from .settings import Home
from .who_is_who import compare_forenames

_TABLES = """
    CREATE TABLE IF NOT EXISTS identity.claims AS
    SELECT pupil_id, surname, forename, date_of_birth, min(known_on) AS told_on FROM identity.people GROUP BY ALL;
    CREATE TABLE IF NOT EXISTS identity.told_names (
        extract_id INTEGER NOT NULL, row_number BIGINT NOT NULL, told_on DATE NOT NULL, accepted_on DATE,
        is_doubted BOOLEAN NOT NULL, pupil_id VARCHAR NOT NULL, upn VARCHAR NOT NULL, former_upn VARCHAR, surname VARCHAR,
        forename VARCHAR, date_of_birth DATE, postcode VARCHAR);
"""

PLACE = {"extract_id": pl.Int32, "row_number": pl.Int64}
NAMED = ("pupil_id", "upn", "former_upn", "surname", "forename", "date_of_birth", "postcode")
CONTEXT = {"urn": pl.Int32, "stated_on": pl.Date, "census_key": pl.String, "is_here": pl.Boolean}
TOLD = PLACE | {"pupil_id": pl.String, "surname": pl.String, "forename": pl.String, "date_of_birth": pl.Date}


@contextmanager
def claims(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The identity file, with room for whose a UPN is."""
    with identity(home) as con:
        con.execute(_TABLES)
        compare_forenames(con)
        yield con


# What is kept


def extracts_told(con: duckdb.DuckDBPyConnection) -> list[int]:
    """The extracts of which the names of any row are kept by row."""
    return [one for (one,) in con.execute("SELECT DISTINCT extract_id FROM identity.told_names ORDER BY 1").fetchall()]


def settle(con: duckdb.DuckDBPyConnection, places: pl.DataFrame, today: date) -> None:
    """Make claims of the rows accepted before today, and forget those that neither wait nor were accepted: of a run that was
    killed, they are told anew. `places` has extract_id, row_number and is_accepted of what the warehouse holds."""
    con.register("places", places)
    con.execute("BEGIN")
    con.execute("DELETE FROM identity.told_names t WHERE NOT EXISTS (FROM places p WHERE p.extract_id = t.extract_id AND p.row_number = t.row_number)")  # fmt: skip
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE settled AS
        FROM identity.told_names SEMI JOIN (FROM places WHERE is_accepted) USING (extract_id, row_number)
        WHERE coalesce(accepted_on, told_on) <> ?""",
        [today],
    )
    con.execute("""
        INSERT INTO identity.claims SELECT pupil_id, surname, forename, date_of_birth, min(told_on) FROM settled s
        WHERE NOT EXISTS (
            FROM identity.claims c WHERE c.pupil_id = s.pupil_id AND c.surname IS NOT DISTINCT FROM s.surname
                AND c.forename IS NOT DISTINCT FROM s.forename AND c.date_of_birth IS NOT DISTINCT FROM s.date_of_birth)
        GROUP BY ALL""")
    con.execute("DELETE FROM identity.told_names t USING settled s WHERE t.extract_id = s.extract_id AND t.row_number = s.row_number")  # fmt: skip
    con.execute("COMMIT")
    con.unregister("places")


def keep(con: duckdb.DuckDBPyConnection, told: pl.DataFrame, waited: pl.DataFrame, today: date) -> None:
    """Keep names by row: of `told`, the batch's own rows (PLACE, NAMED, is_accepted, is_doubted), and what became of those that
    `waited`, or are called back (PLACE, is_accepted, is_doubted)."""
    con.register("told_now", told)
    con.register("waited", waited)
    con.execute("BEGIN")
    con.execute(f"""
        INSERT INTO identity.told_names (extract_id, row_number, told_on, accepted_on, is_doubted, {", ".join(NAMED)})
        SELECT extract_id, row_number, DATE '{today}', if(is_accepted, DATE '{today}', NULL), is_doubted, {", ".join(NAMED)}
        FROM told_now""")
    con.execute(f"""
        UPDATE identity.told_names t
        SET accepted_on = if(w.is_accepted, DATE '{today}', NULL), is_doubted = t.is_doubted OR w.is_doubted
        FROM waited w WHERE w.extract_id = t.extract_id AND w.row_number = t.row_number""")
    con.execute("COMMIT")
    con.unregister("told_now")
    con.unregister("waited")


def names_of(con: duckdb.DuckDBPyConnection, places: pl.DataFrame) -> pl.DataFrame:
    """NAMED of these rows, for `identity.remember`."""
    con.register("places", places.select(*PLACE))
    found = con.execute(f"SELECT DISTINCT {', '.join(NAMED)} FROM identity.told_names SEMI JOIN places USING (extract_id, row_number)").pl()  # fmt: skip
    con.unregister("places")
    return found


def forget(con: duckdb.DuckDBPyConnection, places: pl.DataFrame, *, known_on: date) -> None:
    """Forget the names learned on this day of rows that are called back: what they told is not believed after all."""
    con.register("called_back", names_of(con, places))
    con.execute(
        """
        DELETE FROM identity.people p USING called_back c
        WHERE p.pupil_id = c.pupil_id AND p.known_on = ? AND p.surname IS NOT DISTINCT FROM c.surname
            AND p.forename IS NOT DISTINCT FROM c.forename AND p.date_of_birth IS NOT DISTINCT FROM c.date_of_birth""",
        [known_on],
    )
    con.unregister("called_back")


# Who has a claim


def set_claims(con: duckdb.DuckDBPyConnection, given_up: pl.DataFrame, *, with_today: bool) -> None:
    """Make `claims`: who was believed under a UPN before today, and, where asked, today too.

    `given_up` are pairs (one, other) of which a person said that they are two children: who is known under both has no claim
    on either.
    """
    con.register("given_up", given_up)
    today = (
        "UNION SELECT pupil_id, surname, forename, date_of_birth FROM identity.told_names WHERE accepted_on IS NOT NULL"
    )
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE claims AS
        WITH given AS (SELECT one, other FROM given_up UNION SELECT other, one FROM given_up),
        moved AS (
            SELECT g.one AS pupil_id, folded(p.surname) AS surname, folded(p.forename) AS name, p.date_of_birth
            FROM given g JOIN identity.people p ON p.pupil_id = g.other),
        known AS (
            SELECT pupil_id, surname, forename, date_of_birth FROM identity.claims {today if with_today else ""})
        SELECT pupil_id, folded(surname) AS surname, forename, folded(forename) AS name, date_of_birth FROM known k
        WHERE NOT EXISTS (
            FROM moved m WHERE m.pupil_id = k.pupil_id AND m.surname = folded(k.surname) AND m.name = folded(k.forename)
                AND m.date_of_birth = k.date_of_birth)""")
    con.unregister("given_up")


def in_doubt(con: duckdb.DuckDBPyConnection, delivered: pl.DataFrame, today: date, *, with_told: bool) -> pl.DataFrame:
    """PLACE, pupil_id, told_on and is_doubted of the rows whose UPN comes with two forenames, or came so before; of those `delivered`
    and, where asked, of those told of before whose day is not over or that wait. Makes `told`, which has them by name, and `all_told`."""
    con.register("delivered", delivered.select(*TOLD))
    before = f"UNION ALL BY NAME SELECT {', '.join(TOLD)}, told_on, is_doubted FROM identity.told_names"
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE all_told AS
        WITH rows AS (
            SELECT {", ".join(TOLD)}, DATE '{today}' AS told_on, false AS is_doubted FROM delivered {before if with_told else ""})
        SELECT * REPLACE (folded(surname) AS surname), folded(forename) AS name FROM rows""")
    con.execute("""
        CREATE OR REPLACE TEMP TABLE told AS
        WITH names AS (
            SELECT pupil_id, name, is_doubted FROM all_told
            UNION ALL SELECT pupil_id, name, false FROM claims SEMI JOIN all_told USING (pupil_id)),
        doubted AS (
            SELECT pupil_id FROM names GROUP BY pupil_id HAVING min(name) <> max(name) OR bool_or(is_doubted))
        FROM all_told SEMI JOIN doubted USING (pupil_id)""")
    con.unregister("delivered")
    return con.execute("SELECT extract_id, row_number, pupil_id, told_on, is_doubted FROM told ORDER BY ALL").pl()


def other_children(con: duckdb.DuckDBPyConnection, rows: pl.DataFrame, today: date) -> pl.DataFrame:
    """extract_id and row_number of those `rows` of `told` whose UPN is another child's. `rows` has PLACE and CONTEXT.

    A UPN of somebody known is theirs: a row that differs from all that is known under it in both forename and birth date is
    another child's, for people do put one of the two right. Two forenames told of at one time are two children, whatever
    their birth dates; the one who is known, if either is, keeps the UPN. Of a UPN nobody is known by, told today of two
    children, no row is believed. A row that waits is held to what was told last.
    """
    con.register("context", rows.select(*PLACE, *CONTEXT))
    found = con.execute(_OTHER_CHILDREN.format(today=today)).pl()
    con.unregister("context")
    return found


_DIFFER = "coalesce({0}.name <> {1}.name AND {0}.date_of_birth <> {1}.date_of_birth, false)"

_AT_ONCE = """(
    a.is_here AND b.is_here AND a.stated_on = b.stated_on AND NOT (a.urn = b.urn AND coalesce(a.census_key <> b.census_key, false))
    AND NOT coalesce(one_name(a.forename, b.forename), true) AND NOT (a.urn <> b.urn AND spelt_alike(a.forename, b.forename)))"""
"""Both on roll on one day, by rolls of which neither corrects the other. Of two schools, one may have mistyped a letter; no
school has one pupil twice under two names."""

_MOST_TELLINGS = 100
"""Ways in which one UPN may be told of at one time, and still be judged: of more no row is believed. Each is held to each."""

_OTHER_CHILDREN = f"""
    WITH rows AS (
        SELECT t.*, c.* EXCLUDE (extract_id, row_number) FROM told t JOIN context c USING (extract_id, row_number)),
    elsewhere AS (
        SELECT pupil_id, surname, name, date_of_birth FROM claims UNION
        SELECT pupil_id, surname, name, date_of_birth FROM all_told WHERE told_on = DATE '{{today}}'),
    ordered AS (  -- who has since been told of under another UPN was put right, and objects to nobody
        SELECT *, rank() OVER (PARTITION BY pupil_id ORDER BY was_put_right, told_on DESC) AS place
        FROM (SELECT r.*, r.is_doubted AND r.told_on < DATE '{{today}}' AND EXISTS (
                FROM elsewhere e WHERE e.pupil_id <> r.pupil_id AND e.surname = r.surname AND e.name = r.name
                    AND e.date_of_birth = r.date_of_birth) AS was_put_right
            FROM rows r)),
    last AS (
        SELECT *, dense_rank() OVER (
            ORDER BY pupil_id, forename, name, date_of_birth, is_here, stated_on, urn, census_key) AS told
        FROM ordered WHERE place = 1),
    tellings AS (  -- rows that say the same are compared once: a file may repeat one ten thousand times
        SELECT DISTINCT told, pupil_id, forename, name, date_of_birth, is_here, stated_on, urn, census_key FROM last),
    crowds AS (SELECT pupil_id FROM tellings GROUP BY pupil_id HAVING count(*) > {_MOST_TELLINGS}),
    judged AS (
        SELECT *, EXISTS (FROM claims c WHERE c.pupil_id = o.pupil_id) AS is_claimed,
            EXISTS (FROM claims c WHERE c.pupil_id = o.pupil_id AND one_name(c.forename, o.forename)) AS is_known,
            EXISTS (FROM claims c WHERE c.pupil_id = o.pupil_id AND NOT {_DIFFER.format("c", "o")}) AS may_be
        FROM tellings o ANTI JOIN crowds USING (pupil_id)),
    clashes AS (
        SELECT DISTINCT a.told, a.pupil_id FROM judged a JOIN judged b USING (pupil_id)
        WHERE CASE WHEN a.is_claimed THEN b.may_be AND {_AT_ONCE} AND NOT (a.is_known AND NOT b.is_known)
            ELSE {_DIFFER.format("a", "b")} OR {_AT_ONCE} END),
    not_theirs AS (
        SELECT told FROM judged WHERE is_claimed AND NOT may_be
        UNION SELECT told FROM clashes
        UNION SELECT told FROM judged WHERE NOT is_claimed AND pupil_id IN (SELECT pupil_id FROM clashes)
        UNION SELECT told FROM tellings SEMI JOIN crowds USING (pupil_id)),
    strangers AS (SELECT extract_id, row_number FROM last SEMI JOIN not_theirs USING (told)),
    believed AS (
        SELECT pupil_id, forename, name, date_of_birth FROM claims
        UNION SELECT pupil_id, forename, name, date_of_birth FROM last ANTI JOIN not_theirs USING (told))
    FROM strangers
    UNION
    SELECT extract_id, row_number FROM ordered o
    WHERE place > 1 AND NOT EXISTS (
        FROM believed b WHERE b.pupil_id = o.pupil_id AND CASE
            WHEN o.is_doubted THEN one_name(b.forename, o.forename) AND b.date_of_birth = o.date_of_birth
            ELSE NOT {_DIFFER.format("b", "o")} END)
    ORDER BY ALL
"""
