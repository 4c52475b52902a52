"""How often each group is found worth a look, listed and missed, with how far chance alone could move that.

A group of fewer pupils than a rate may rest on is pooled with itself in earlier school years, as each ended; then its rates are
told so roughly that no year's count can be had from them. A rate of none or of all says as much as few, and is told of no group.
"""

from collections.abc import Sequence

import polars as pl

RATES = ("eligible", "listed", "missed")
_COUNTS = ("pupils", *RATES)

BASES_POOLED = 5
"""So many times the smallest base must be pooled: a hundred pupils, as homes are made, of whom five may have any rate told
roughly."""

ROUGHLY = 0.05
"""Rates that rest on several years are told to the nearest of these, and their intervals are those of the rate as told."""

_Z = 1.959963984540054
"""Of a standard normal, between plus and minus which lie 95 %."""


def is_enough(groups: pl.DataFrame, earlier: Sequence[pl.DataFrame], *, smallest_base: int) -> bool:
    """Whether no small group wants for an earlier year still."""
    told = pooled(groups, earlier, smallest_base=smallest_base)
    is_wanting = (pl.col("pupils") < smallest_base) & (pl.col("years_pooled") == 1)
    return told.filter(is_wanting).is_empty()


def pooled(groups: pl.DataFrame, earlier: Sequence[pl.DataFrame], *, smallest_base: int) -> pl.DataFrame:
    """`groups` (exact counts of tonight) with `years_pooled` and what its rates rest on: pooled_pupils, pooled_eligible,
    pooled_listed and pooled_missed.

    `earlier` has the groups of earlier school years, newest first. A group with the smallest base rests on this year alone. A
    smaller one takes year after year until they come to five times that base; where they never do it has no rates, so this year's
    counts stay as they are. A pupil of several years is counted in each.
    """
    names = [f"pooled_{name}" for name in _COUNTS]
    told = groups.with_columns(
        *(pl.col(name).cast(pl.Int64).alias(f"pooled_{name}") for name in _COUNTS), years_pooled=pl.lit(1, pl.Int64)
    )
    wanted = BASES_POOLED * smallest_base
    for year in earlier:
        of_year = year.select(
            "kind", "group_name", *(pl.col(name).cast(pl.Int64).alias(f"{name}_then") for name in _COUNTS)
        )
        told = told.join(of_year, on=("kind", "group_name"), how="left", maintain_order="left")
        adds = (pl.col("pupils") < smallest_base) & (pl.col("pooled_pupils") < wanted) & (pl.col("pupils_then") > 0)
        told = told.with_columns(
            *(
                (pl.col(f"pooled_{name}") + pl.when(adds).then(f"{name}_then").otherwise(0)).alias(f"pooled_{name}")
                for name in _COUNTS
            ),
            years_pooled=pl.col("years_pooled") + adds.fill_null(False).cast(pl.Int64),
        ).drop(f"{name}_then" for name in _COUNTS)
    never_enough = (pl.col("pupils") < smallest_base) & (pl.col("pooled_pupils") < wanted)
    kept = {name: pl.when(never_enough).then(name.removeprefix("pooled_")).otherwise(name) for name in names}
    return told.with_columns(**kept, years_pooled=pl.when(never_enough).then(1).otherwise("years_pooled"))


def with_rates(groups: pl.DataFrame, *, smallest_base: int, decimals: int) -> pl.DataFrame:
    """`groups`, with small counts hidden, and the rates and 95 % intervals of `published.group_audit`.

    Of one year's, a rate rests on the counts beside it, and is null where either is hidden; of several, on the exact counts that
    `pooled` put there, which are hidden nowhere. Groups that were never pooled rest on this year alone.
    """
    told = groups if "years_pooled" in groups.columns else pooled(groups, [], smallest_base=smallest_base)
    is_pooled = pl.col("years_pooled") > 1
    base = pl.when(is_pooled).then("pooled_pupils").otherwise("pupils")
    enough = is_pooled | (pl.col("pupils") >= smallest_base)
    columns = {}
    for name in RATES:
        count = pl.when(is_pooled).then(pl.col(f"pooled_{name}")).otherwise(pl.col(name))
        share = count / base
        rate, low, high = (
            _told(one, is_pooled, decimals)
            for one in _wilson(pl.when(is_pooled).then(_roughly(share)).otherwise(share), base)
        )
        is_some = enough & (rate > 0) & (rate < 1)  # as it would be written
        ends = {"rate": rate, "low": low, "high": high}
        columns |= {f"{name}_{end}": pl.when(is_some).then(value) for end, value in ends.items()}
    return told.with_columns(**columns)


def _told(rate: pl.Expr, is_pooled: pl.Expr, decimals: int) -> pl.Expr:
    return pl.when(is_pooled).then(_roughly(rate)).otherwise(rate.round(decimals))


def _roughly(rate: pl.Expr) -> pl.Expr:
    return ((rate / ROUGHLY).round() * ROUGHLY).round(2)


def _wilson(rate: pl.Expr, base: pl.Expr) -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """The rate and the two ends of its score interval (Wilson 1927), which stays between nought and one for few pupils too."""
    square = _Z * _Z
    middle = (rate + square / (2 * base)) / (1 + square / base)
    half = _Z * (rate * (1 - rate) / base + square / (4 * base * base)).sqrt() / (1 + square / base)
    return rate, middle - half, middle + half
