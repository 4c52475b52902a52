"""Records of children compared by Splink, inside the connection that holds the names.

Splink's tables are made in that connection's memory, never in the identity file, and what spills of them is encrypted. What
Splink or DuckDB says of a fault may quote a name, and is not passed on. Splink is imported here alone, and only when there
is something to compare.
"""

import logging

import duckdb
import polars as pl

from pipeline.tables.linkage import AUTHORITY, COMPARED_WHERE, PUPILS_A_NAME, RATHER_ASK, Comparison, Level, Model
from pipeline.vocabulary.forenames import ONE_NAME

from .errors import Refused

PEOPLE = ("person", "surname", "forename", "date_of_birth", "postcode")

LIGHTEST = -5.0
"""Pairs of less weight than this, odds of one to 32 against, are nobody's question."""


def weights(con: duckdb.DuckDBPyConnection, pupils: str, others: str, model: Model) -> pl.DataFrame:
    """One row per pair of a pupil and another record that may be one child's: person, pupil_id and weight.

    `pupils` and `others` are SQL that selects PEOPLE; a person may have several records, and the heaviest pair of any two
    counts. `weight` is the binary logarithm of the odds that they are one child. Neither the order of the records nor
    what else is among `others` changes it. Raises Refused where they cannot be compared.
    """
    fault = None
    try:
        return _weighed(con, pupils, others, model)
    except Exception as problem:
        fault = fault_of(problem)
    raise Refused(f"Other agencies' records could not be compared with pupils' ({fault}): nothing was linked.")


def _weighed(con: duckdb.DuckDBPyConnection, pupils: str, others: str, model: Model) -> pl.DataFrame:
    spell_all(con, pupils, others)
    if not _has_rows(con, "linkage_pupils") or not _has_rows(con, "linkage_others"):
        return pl.DataFrame(schema=_WEIGHTS)
    linker = made_linker(con, model)
    try:
        scored = linker.inference.predict(threshold_match_weight=LIGHTEST, warning_mode="never").physical_name
        return con.execute(_HEAVIEST.format(scored)).pl().cast(_WEIGHTS)
    finally:
        linker.table_management.delete_tables_created_by_splink_from_db()


_WEIGHTS = {"person": pl.String, "pupil_id": pl.String, "weight": pl.Float64}

_HEAVIEST = """
    SELECT o.person, p.person AS pupil_id, max(s.match_weight) AS weight
    FROM {} s JOIN linkage_others o ON o.record = s.record_l JOIN linkage_pupils p ON p.record = s.record_r
    GROUP BY ALL ORDER BY ALL
"""


def fault_of(problem: Exception) -> str:
    """The kind of fault, and nothing of what was said of it."""
    return type(problem.__cause__ or problem).__name__


def _has_rows(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return con.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def spell_all(con: duckdb.DuckDBPyConnection, pupils: str, others: str) -> None:
    """Make `linkage_pupils` and `linkage_others`, ready to be compared; `is_borne`: pupils have the forename, one in
    PUPILS_A_NAME or more, so that it is a name and no misspelling."""
    _spell(con, "linkage_pupils", pupils)
    _spell(con, "linkage_others", others)
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE linkage_borne AS
        SELECT forename FROM linkage_pupils GROUP BY forename
        HAVING count(DISTINCT person) * {PUPILS_A_NAME} >= (SELECT count(DISTINCT person) FROM linkage_pupils)""")
    for table in ("linkage_pupils", "linkage_others"):
        con.execute(f"ALTER TABLE {table} ADD COLUMN is_borne BOOLEAN")
        con.execute(f"UPDATE {table} SET is_borne = forename IN (FROM linkage_borne)")


def _spell(con: duckdb.DuckDBPyConnection, table: str, records: str) -> None:
    """Make `table`, a temporary one: names in plain capitals, birth dates as text, postcodes cut to size. One row a
    record, numbered in the order of what it says."""
    con.execute("CREATE OR REPLACE TEMP MACRO plain(name) AS " + _PLAIN)
    con.register("linkage_forms", pl.DataFrame(list(ONE_NAME.items()), schema=["form", "name"], orient="row"))
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {_SPELT.format(records)}")


_PLAIN = r"""
    nullif(trim(regexp_replace(regexp_replace(upper(strip_accents(name)), '[''’`.]', '', 'g'), '[^A-Z]+', ' ', 'g')), '')
"""
"""O'Neill is ONEILL and Smith-Jones is SMITH JONES, wherever they were typed."""

_SPELT = """
    WITH told AS (
        SELECT DISTINCT person, plain(surname) AS surname, plain(forename) AS forename, date_of_birth,
            regexp_extract(regexp_replace(upper(postcode), '[^A-Z0-9]', '', 'g'),
                '^[A-Z]{{1,2}}[0-9][A-Z0-9]?[0-9][A-Z]{{2}}$') AS written
        FROM ({}))
    SELECT row_number() OVER (ORDER BY person, surname, forename, date_of_birth, written) AS record,
        t.person, t.surname, t.forename, coalesce(f.name, t.forename) AS whole_forename,
        strftime(date_of_birth, '%Y-%m-%d') AS born, strftime(date_of_birth, '%Y-%d-%m') AS born_swapped,
        nullif(written, '') AS postcode, nullif(left(written, -2), '') AS sector,
        nullif(left(written, -3), '') AS district
    FROM told t LEFT JOIN linkage_forms f ON f.form = t.forename
    WHERE t.surname IS NOT NULL AND t.forename IS NOT NULL AND date_of_birth IS NOT NULL
"""


def made_linker(con: duckdb.DuckDBPyConnection, model: Model):
    """Splink's linker over what `spell` made: others on its left, pupils on its right."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.CRITICAL)  # it speaks of levels and tables, and to nobody here

    api = DuckDBAPI(connection=con)
    others = api.register("linkage_others", dataset_display_name="a")  # Splink tells pairs in the order of these names
    pupils = api.register("linkage_pupils", dataset_display_name="b")
    linker = Linker([others, pupils], _settings(model), log_level=None, validate_settings=False)
    for comparison in model.comparisons:
        for level in comparison.levels:
            if level.rarity_of:
                _count_names(con, level)
                counted = api.register(f"linkage_{level.rarity_of}")
                linker.table_management.register_term_frequency_lookup(counted, level.rarity_of)
    return linker


def _count_names(con: duckdb.DuckDBPyConnection, level: Level) -> None:
    """How common each name is among pupils, of whom there are thought to be RATHER_ASK more. Other records do not count:
    what else an agency sends must not change how two records compare."""
    name = level.rarity_of
    con.execute(f"""
        CREATE OR REPLACE TEMP TABLE linkage_{name} AS
        SELECT {name}, (count(DISTINCT person) + {RATHER_ASK * level.u})
            / ((SELECT count(DISTINCT person) FROM linkage_pupils) + {RATHER_ASK}) AS tf_{name}
        FROM linkage_pupils GROUP BY {name}""")


def _settings(model: Model) -> dict:
    """`model` as Splink wants it."""
    return {
        "link_type": "link_only", "sql_dialect": "duckdb", "unique_id_column_name": "record",
        "probability_two_random_records_match": 1 / AUTHORITY,
        "comparisons": [_comparison(one) for one in model.comparisons],
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in COMPARED_WHERE
        ],
        "retain_matching_columns": False, "retain_intermediate_calculation_columns": False,
    }  # fmt: skip


def _comparison(comparison: Comparison) -> dict:
    missing = {"sql_condition": comparison.missing, "label_for_charts": "missing", "is_null_level": True}
    levels = [_level(level) for level in comparison.levels]
    return {"output_column_name": comparison.name, "comparison_levels": [missing, *levels]}


def _level(level: Level) -> dict:
    told = {
        "sql_condition": level.when, "label_for_charts": level.name, "m_probability": level.m,
        "u_probability": level.u, "fix_m_probability": level.is_fixed, "fix_u_probability": level.is_fixed,
    }  # fmt: skip
    if level.rarity_of:
        told |= {"tf_adjustment_column": level.rarity_of, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 0.0}
    return told
