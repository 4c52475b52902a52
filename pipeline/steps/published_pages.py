"""The published pages: exact counts less the hidden ones, and the rates that what is left can bear."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from pipeline.steps.group_rates import with_rates
from pipeline.tables.published import (
    GROUP_AUDIT,
    LOST_CHILDREN,
    RUN,
    SCHOOL,
    SCHOOL_WEEK,
    SIGNAL,
    WEEK_RATES,
    table_notes,
)


@dataclass(frozen=True)
class Policy:
    """A home's choices. No law gives these numbers; they may be made stricter."""

    fewest_shown: int = 5  # counts from 1 to one under this are hidden
    smallest_base: int = 20  # rates on fewer pupils are hidden
    rate_decimals: int = 3


def pages(counts: Mapping[str, pl.DataFrame], hidden: set[tuple], policy: Policy) -> dict[str, pl.DataFrame]:
    """The published tables by name. A hidden cell is (table, key of its row as text, column)."""
    shown = {name: _without(name, frame, hidden) for name, frame in counts.items()}
    return {
        "run": RUN.conform(shown["run"]),
        "school": SCHOOL.conform(_school_page(shown["school"], policy)),
        "school_week": SCHOOL_WEEK.conform(_week_page(shown["school_week"], policy)),
        "signal": SIGNAL.conform(shown["signal"]),
        "group_audit": GROUP_AUDIT.conform(_group_page(shown["group_audit"], policy)),
        "lost_children": LOST_CHILDREN.conform(_lost_page(shown["lost_children"], policy)),
        "table_notes": table_notes(
            fewest_shown=policy.fewest_shown, smallest_base=policy.smallest_base, demo=counts["run"]["demo"].item()
        ),
    }


_KEYS = {
    "run": ("run",),
    "school": ("urn",),
    "school_week": ("urn", "week_start"),
    "signal": ("signal", "scope", "phase", "urn"),
    "group_audit": ("kind", "group_name"),
    "lost_children": ("kind", "scope", "urn"),
}


def key_of(table: str) -> pl.Expr:
    return pl.concat_str([pl.col(column).cast(pl.String) for column in _KEYS[table]], separator=" ", ignore_nulls=True)


def _without(table: str, frame: pl.DataFrame, hidden: set[tuple]) -> pl.DataFrame:
    by_column: dict[str, list[str]] = {}
    for of, key, column in hidden:
        if of == table:
            by_column.setdefault(column, []).append(key)
    return frame.with_columns(
        pl.when(~key_of(table).is_in(keys)).then(pl.col(column)).alias(column) for column, keys in by_column.items()
    )


def _school_page(schools: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    rate = pl.col("absence_sessions_ytd") / pl.col("possible_sessions_ytd")
    return schools.with_columns(
        absence_rate_ytd=_rounded(rate, pl.col("possible_sessions_ytd"), policy),
        eligible=pl.col("listed") + pl.col("eligible_not_listed"),
        list_withheld_because=_plain_reason(policy),
    )


def _plain_reason(policy: Policy) -> pl.Expr:
    """The reason, unless its two numbers tell of a few pupils: of days they never do."""
    of, reason = pl.col("withheld_of"), pl.col("list_withheld_because")
    counted, said, roll = (pl.col(name) for name in ("withheld_counted", "withheld_said", "pupils_on_roll"))
    rates_are_shown = pl.all_horizontal(
        pl.col(f"{kind}_sessions_ytd").is_not_null() for kind in ("possible", "absence")
    )
    on_enough = (roll >= policy.smallest_base) & ~_any_few(policy, counted, said, counted - said)
    told = (
        (of == "days")
        | ((of == "sessions") & on_enough & rates_are_shown)
        | ((of == "pupils") & on_enough & ~_any_few(policy, counted - roll, said - roll))
    )
    plain = pl.when(told.fill_null(value=False)).then(reason).otherwise(pl.lit("Its figures are being checked."))
    return pl.when(reason.is_not_null()).then(plain)


def _any_few(policy: Policy, *numbers: pl.Expr) -> pl.Expr:
    return pl.any_horizontal(number.abs().is_between(1, policy.fewest_shown - 1) for number in numbers)


def _week_page(weeks: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    possible = pl.col("possible_sessions")
    return weeks.with_columns(
        _rounded(pl.col(f"{kind}_sessions") / possible, possible, policy).alias(f"{kind}_rate") for kind in WEEK_RATES
    )


def _group_page(groups: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return with_rates(groups, smallest_base=policy.smallest_base, decimals=policy.rate_decimals)


def _lost_page(lost: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    enough = pl.col("places_timed") >= policy.smallest_base
    return lost.with_columns(median_days_to_place=pl.when(enough).then("median_days_to_place"))


def _rounded(rate: pl.Expr, base: pl.Expr, policy: Policy) -> pl.Expr:
    return pl.when(base > 0).then(rate.round(policy.rate_decimals))
