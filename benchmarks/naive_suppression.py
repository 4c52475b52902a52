"""A deliberately naive suppression, to be attacked: every count from 1 to 4 hidden, and nothing else.

Nothing is hidden for another's sake, and nothing is remembered from one week to the next. It is what most tables that hide small
numbers do, and it is nowhere in the pipeline: `snapshot_attack` must succeed against it, or its failure against ours says nothing.
"""

from collections.abc import Mapping

import polars as pl

from pipeline.steps.disclosure_rows import PUPILS
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.published_pages import key_of, pages


def naive_pages(counts: Mapping[str, pl.DataFrame], policy: Policy) -> dict[str, pl.DataFrame]:
    """The published tables of exact counts by name. A rate stands where both its counts do, as ours does."""
    few = pl.col("_value").is_between(1, policy.fewest_shown - 1)
    hidden: set[tuple] = set()
    for table, columns in PUPILS.items():
        if table in counts:
            keyed = counts[table].with_columns(_key=key_of(table))
            for column in columns:
                found = keyed.select("_key", _value=pl.col(column)).filter(few)["_key"]
                hidden |= {(table, key, column) for key in found}
    return pages(counts, hidden, policy)


def naive_rows(exact: pl.DataFrame, column: str, policy: Policy) -> pl.DataFrame:
    """Numbers of rows that were set aside, hidden by the same rule."""
    return exact.with_columns(
        pl.when(~pl.col(column).is_between(1, policy.fewest_shown - 1)).then(column).alias(column)
    )
