"""How often each level comes out in a home's own records: learned once, on request, and kept with the names. Never nightly.

What is learned is twenty or so shares, of nobody in particular.
"""

import math
from dataclasses import replace

import duckdb

from pipeline.tables.linkage import SHIPPED, Comparison, Level, Model

from .errors import Refused
from .linkage import fault_of, made_linker, spell_all

FEWEST_PUPILS, FEWEST_OTHERS = 2_000, 500

SAMPLED_PAIRS = 2_000_000
SEED = 1

LEARNED_WHERE = ("l.born = r.born", "l.surname = r.surname AND l.forename = r.forename")
"""Two ways of choosing pairs of which many are one child's: what the one is chosen by, the other learns."""


def learned(con: duckdb.DuckDBPyConnection, pupils: str, others: str) -> Model:
    """The shipped model with this home's own m and u (by expectation maximisation), the same for the same records.

    `pupils` and `others` are as for `linkage.weights`. Raises Refused where there are too few records, or what is learned
    would make agreement weigh little: the model there was stays.
    """
    model, fault = None, None
    try:
        model = _trained(con, pupils, others)
    except Refused:
        raise
    except Exception as problem:
        fault = fault_of(problem)
    if fault or not _is_sane(model):
        raise Refused(
            f"Nothing fit for use could be learned of the records held ({fault or 'agreement would weigh too little'}): "
            "the weights stay as they were."
        )
    return model


def _trained(con: duckdb.DuckDBPyConnection, pupils: str, others: str) -> Model:
    spell_all(con, pupils, others)
    _refuse_few(con)
    con.execute("SET threads = 1")  # sums of fractions must be taken in one order
    try:
        return _as_model(_told_by(made_linker(con, SHIPPED)))
    finally:
        con.execute("RESET threads")


def _told_by(linker) -> dict:
    """What Splink learned, as it tells it."""
    try:
        linker.training.estimate_u_using_random_sampling(
            max_pairs=SAMPLED_PAIRS, seed=SEED, min_count_per_level=None, num_chunks=1
        )
        for chosen_by in LEARNED_WHERE:
            linker.training.estimate_parameters_using_expectation_maximisation(chosen_by)
        return linker.misc.save_model_to_json()
    finally:
        linker.table_management.delete_tables_created_by_splink_from_db()


def _refuse_few(con: duckdb.DuckDBPyConnection) -> None:
    for table, fewest, what in (
        ("linkage_pupils", FEWEST_PUPILS, "pupils"), ("linkage_others", FEWEST_OTHERS, "children sent by agencies"),
    ):  # fmt: skip
        held = con.execute(f"SELECT count(DISTINCT person) FROM {table}").fetchone()[0]
        if held < fewest:
            raise Refused(f"Of {held:,} {what} nothing can be learned, for {fewest:,} are needed: the weights stay.")


def _as_model(told: dict) -> Model:
    """Splink's model as ours. A level never seen keeps what it had."""
    learned = {
        (comparison["output_column_name"], level["label_for_charts"]): level
        for comparison in told["comparisons"]
        for level in comparison["comparison_levels"]
    }
    return Model(tuple(_learned(one, learned) for one in SHIPPED.comparisons))


def _learned(comparison: Comparison, learned: dict) -> Comparison:
    levels = tuple(_with_learned(level, learned[comparison.name, level.name]) for level in comparison.levels)
    return replace(comparison, levels=levels)


def _with_learned(level: Level, told: dict) -> Level:
    m, u = told.get("m_probability"), told.get("u_probability")
    return level if level.is_fixed else replace(level, m=_share(m, level.m), u=_share(u, level.u))


def _share(told, before: float) -> float:
    """Four figures of it; what it was, where nothing was learned of it."""
    if not isinstance(told, int | float) or not 0 < told <= 1:
        return before
    return round(told, 3 - math.floor(math.log10(told)))


def _is_sane(model: Model) -> bool:
    """Whether to agree wholly weighs most in each comparison, and much, and to differ weighs against."""
    return all(
        one.levels[0].m > 0.5 and one.levels[0].m > 20 * one.levels[0].u and one.levels[-1].m < one.levels[-1].u
        for one in model.comparisons
    )
