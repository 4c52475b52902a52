"""The published pages: exact counts less the hidden ones, and the rates that what is left can bear."""

from collections.abc import Mapping, Set

import polars as pl

from pipeline.steps.group_rates import with_rates
from pipeline.steps.specialists import with_unmet_a_day
from pipeline.tables.published import (
    EVER,
    FLOW,
    GROUP_AUDIT,
    LOST_CHILDREN,
    PHASES,
    PLANS_IN_TIME,
    RUN,
    SCHOOL,
    SCHOOL_WEEK,
    SIGNAL,
    SIGNAL_OUTCOME,
    SPECIALIST,
    WEEK,
    WEEK_RATES,
    table_notes,
)
from pipeline.tables.schema import Table

from .policy_of_publishing import Policy

__all__ = ["KEYS", "Policy", "key_of", "pages"]

_TABLES = (
    RUN, PHASES, SCHOOL, FLOW, PLANS_IN_TIME, WEEK, SCHOOL_WEEK, SIGNAL, SIGNAL_OUTCOME, SPECIALIST, GROUP_AUDIT, EVER, LOST_CHILDREN,
)  # fmt: skip
"""Those that tell of pupils and of their sessions, and are made of one night's counts."""


def short_name(table: Table) -> str:
    return table.name.removeprefix("published.")


def pages(counts: Mapping[str, pl.DataFrame], hidden: Set[tuple], policy: Policy) -> dict[str, pl.DataFrame]:
    """The published tables by name, of those counted. A hidden cell is (table, key of its row as text, column)."""
    told = {"table_notes": table_notes(fewest_shown=policy.fewest_shown, smallest_base=policy.smallest_base, demo=counts["run"]["demo"].item())}  # fmt: skip
    for table in _TABLES:
        name = short_name(table)
        if name in counts:
            shown = _without(name, counts[name], hidden)
            told[name] = table.conform(_PAGES[name](shown, policy) if name in _PAGES else shown)
    return told


KEYS = {
    "run": (),
    "phase": ("phase",),
    "school": ("urn",),
    "flow": ("scope", "area", "phase", "urn"),
    "plans_in_time": ("scope", "area", "urn"),
    "week": ("scope", "phase", "week_start"),
    "school_week": ("urn", "week_start"),
    "signal": ("signal", "scope", "phase", "urn"),
    "signal_outcome": ("signal",),
    "specialist": ("kind", "scope", "area", "phase"),
    "group_audit": ("kind", "group_name"),
    "ever": ("nc_year",),
    "lost_children": ("kind", "scope", "urn"),
}
"""What tells a row from the others, on this night and the next: the run's is the whole home's, whatever the run is called."""


def key_of(table: str) -> pl.Expr:
    if not KEYS[table]:
        return pl.lit("home")
    return pl.concat_str([pl.col(column).cast(pl.String) for column in KEYS[table]], separator=" ", ignore_nulls=True)


def _without(table: str, frame: pl.DataFrame, hidden: Set[tuple]) -> pl.DataFrame:
    by_column: dict[str, list[str]] = {}
    for of, key, column in hidden:
        if of == table:
            by_column.setdefault(column, []).append(key)
    return frame.with_columns(
        pl.when(~key_of(table).is_in(keys)).then(pl.col(column)).alias(column) for column, keys in by_column.items()
    )


def _place_page(places: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    rate = pl.col("absence_sessions_ytd") / pl.col("possible_sessions_ytd")
    return places.with_columns(absence_rate_ytd=_rounded(rate, pl.col("possible_sessions_ytd"), policy))


def _phase_page(phases: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return _place_page(phases, policy).with_columns(eligible=pl.col("listed") + pl.col("eligible_not_listed"))


def _school_page(schools: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return _phase_page(schools, policy).with_columns(list_withheld_because=_plain_reason(policy))


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


def _flow_page(flow: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    is_told = pl.col("looked_at") >= policy.smallest_base
    return flow.with_columns(
        _share("looked_at", "flagged", policy).alias("looked_at_rate"),
        median_days_to_look=pl.when(is_told).then("median_days_to_look"),
    )


def _plans_page(plans: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return plans.with_columns(
        _share(f"plans_in_time{suffix}", f"plans{suffix}", policy).alias(f"in_time_rate{suffix}")
        for suffix in ("", "_with_exceptions")
    )


def _ever_page(ever: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    counts = ("ever_additional_support", "ever_plan", "ever_social_worker")
    return ever.with_columns(_share(name, "pupils", policy).alias(f"{name}_rate") for name in counts)


def _specialist_page(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return with_unmet_a_day(rows)


def _lost_page(lost: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    enough = pl.col("places_timed") >= policy.smallest_base
    return lost.with_columns(median_days_to_place=pl.when(enough).then("median_days_to_place"))


def _rounded(rate: pl.Expr, base: pl.Expr, policy: Policy) -> pl.Expr:
    return pl.when(base > 0).then(rate.round(policy.rate_decimals))


def _share(count: str, base: str, policy: Policy) -> pl.Expr:
    """Of counts told beside it, and of enough pupils."""
    enough = pl.col(base) >= max(policy.smallest_base, 1)
    return pl.when(enough).then((pl.col(count) / pl.col(base)).round(policy.rate_decimals))


_PAGES = {
    "run": _place_page,
    "phase": _phase_page,
    "school": _school_page,
    "flow": _flow_page,
    "plans_in_time": _plans_page,
    "week": _week_page,
    "school_week": _week_page,
    "specialist": _specialist_page,
    "group_audit": _group_page,
    "ever": _ever_page,
    "lost_children": _lost_page,
}
"""What is worked out of the counts that are left, where anything is."""
