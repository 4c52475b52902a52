"""Who is who by what only names can tell: which records are alike, and which pairs agree.

Nothing of a name is in any answer but `records`, which is for a person's worklist alone.
"""

import duckdb
import polars as pl

from pipeline.vocabulary.forenames import ONE_NAME


def compare_forenames(con: duckdb.DuckDBPyConnection) -> None:
    """Make what two forenames are compared by: `one_name`, and `spelt_alike`, which lets one letter be mistyped."""
    forms = ", ".join(f"'{form.lower()}': '{name.lower()}'" for form, name in ONE_NAME.items())
    con.execute(f"CREATE OR REPLACE TEMP MACRO whole(name) AS coalesce(MAP {{{forms}}}[name], name)")
    con.execute(_FORENAMES)


_FORENAMES = r"""
    CREATE OR REPLACE TEMP MACRO words(name) AS string_split_regex(trim(strip_accents(lower(name))), '[^\p{L}]+');
    CREATE OR REPLACE TEMP MACRO one_name(a, b) AS
        starts_with(folded(a), folded(b)) OR starts_with(folded(b), folded(a)) OR whole(folded(a)) = whole(folded(b))
        OR list_has_all(words(a), words(b)) OR list_has_all(words(b), words(a));
    CREATE OR REPLACE TEMP MACRO spelt_alike(a, b) AS one_name(a, b) OR damerau_levenshtein(folded(a), folded(b)) <= 1;
"""
"""One name: the same but for capitals and accents, a short form, or one of the other's parts, as Anna of Anna-Maria."""


def alike(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every two pupil_ids with one surname, forename and birth date: one, other, whether each is of a temporary UPN
    (one_is_temporary, other_is_temporary), and known_on, the day from which both were known by them."""
    return con.execute(_ALIKE, [MOST_ALIKE]).pl()


MOST_ALIKE = 20
"""From the day on which more children than this have one name and birth date, those that come are none: it is what a system
fills in where it knows nothing. What was known of those before them stays as it was."""

_ALIKE = """
    WITH told AS (
        SELECT pupil_id, upn[-1] BETWEEN 'A' AND 'Z' AS is_temporary, folded(surname) AS surname,
            folded(forename) AS forename, date_of_birth, min(known_on) AS known_on
        FROM identity.people GROUP BY ALL),
    shared AS (
        SELECT surname, forename, date_of_birth FROM told
        WHERE surname IS NOT NULL AND forename IS NOT NULL AND date_of_birth IS NOT NULL
        GROUP BY ALL HAVING count(*) > 1),
    few AS (
        FROM told SEMI JOIN shared USING (surname, forename, date_of_birth)
        QUALIFY count(*) OVER (PARTITION BY surname, forename, date_of_birth ORDER BY known_on) <= ?)
    SELECT a.pupil_id AS one, b.pupil_id AS other, a.is_temporary AS one_is_temporary,
        b.is_temporary AS other_is_temporary, min(greatest(a.known_on, b.known_on)) AS known_on
    FROM few a JOIN few b USING (surname, forename, date_of_birth) WHERE a.pupil_id < b.pupil_id
    GROUP BY ALL ORDER BY one, other
"""


def compared(con: duckdb.DuckDBPyConnection, pairs: pl.DataFrame) -> pl.DataFrame:
    """Of `pairs` (one, other) whose names are both known: named_on, the day from which they were, agree_on, the first on which a
    record of each agreed with the other in forename, and same_on, in birth date too; null where none ever did."""
    compare_forenames(con)
    con.register("pairs", pairs.select("one", "other"))
    return con.execute(_COMPARED).pl()


_AGREE = "coalesce(spelt_alike(a.forename, b.forename), true)"

_COMPARED = f"""
    WITH told AS (
        SELECT pupil_id, forename, date_of_birth, known_on FROM identity.people
        WHERE pupil_id IN (SELECT one FROM pairs UNION SELECT other FROM pairs))
    SELECT one, other, greatest(min(a.known_on), min(b.known_on)) AS named_on,
        min(greatest(a.known_on, b.known_on)) FILTER ({_AGREE}) AS agree_on,
        min(greatest(a.known_on, b.known_on)) FILTER ({_AGREE} AND a.date_of_birth = b.date_of_birth) AS same_on
    FROM pairs JOIN told a ON a.pupil_id = one JOIN told b ON b.pupil_id = other
    GROUP BY one, other ORDER BY one, other
"""


def records(con: duckdb.DuckDBPyConnection, pupil_ids: list[str]) -> pl.DataFrame:
    """One row per pupil_id, with the UPN, names and birth date known last: for a person to compare, and nothing else."""
    con.register("wanted", pl.DataFrame({"pupil_id": pupil_ids}, schema={"pupil_id": pl.String}))
    return con.execute("""
        SELECT pupil_id, upn, surname, forename, date_of_birth FROM identity.people SEMI JOIN wanted USING (pupil_id)
        QUALIFY row_number() OVER (
            PARTITION BY pupil_id ORDER BY known_on DESC, surname DESC NULLS LAST, forename DESC NULLS LAST) = 1
        ORDER BY pupil_id""").pl()
