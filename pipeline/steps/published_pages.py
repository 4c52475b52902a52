"""The published pages: exact counts less the hidden ones, and the rates that what is left can bear."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

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
        "lost_children": LOST_CHILDREN.conform(shown["lost_children"]),
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
    """The reason, unless it would say a small number of its own."""
    reason = pl.col("list_withheld_because")
    small = "|".join(str(number) for number in range(1, policy.fewest_shown))
    on_few = ~(pl.col("pupils_on_roll") >= policy.smallest_base).fill_null(False)
    says_small = reason.str.contains(rf"(^|[^0-9.,])({small})($|[^0-9.,]|[.,]($|[^0-9]))")
    says_number = reason.str.contains(r"[0-9]")
    told = pl.when(says_small | (on_few & says_number)).then(pl.lit("Its figures are being checked.")).otherwise(reason)
    return pl.when(reason.is_not_null()).then(told)


def _week_page(weeks: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    possible = pl.col("possible_sessions")
    return weeks.with_columns(
        _rounded(pl.col(f"{kind}_sessions") / possible, possible, policy).alias(f"{kind}_rate") for kind in WEEK_RATES
    )


def _group_page(groups: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    enough = pl.col("pupils") >= policy.smallest_base
    return groups.with_columns(
        pl.when(enough)
        .then(_rounded(pl.col(column) / pl.col("pupils"), pl.col("pupils"), policy))
        .alias(f"{column}_rate")
        for column in ("eligible", "listed", "missed")
    )


def _rounded(rate: pl.Expr, base: pl.Expr, policy: Policy) -> pl.Expr:
    return pl.when(base > 0).then(rate.round(policy.rate_decimals))
