"""What an appraisal rests on: one row per pupil and period, what was known at its end, and what came after.

A plain table of absence by pupil and period is turned into such rows here; a home's own come from its features instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import polars as pl

from pipeline.signals import SIGNALS

from .errors import Unfit
from .features import EITHER_WAY, Feature, allowed
from .fit_to_read import check
from .labels import ENOUGH, NEXT_PERIOD, Label, has_past, label
from .recipe import SEED
from .splits import drawn

KEYS = ("pupil", "period", "possible_sessions", "absence_sessions", "cluster")

_POINTS = {signal.name: signal.points for signal in SIGNALS}

HISTORY = (
    Feature("absence_rate_last", "absence in the last period"),
    Feature("absence_rate_before", "absence in the period before it"),
    Feature("absence_rate_so_far", "absence in all periods so far"),
    Feature("absence_rate_rise", "the rise on the periods before", EITHER_WAY),
    Feature("absence_rate_worst", "absence in the worst period so far"),
    Feature("tenths_so_far", "periods so far of which a tenth or more was missed"),
)
"""What is read of prior absence where only sessions by period are given."""


@dataclass(frozen=True)
class Examples:
    """Rows sorted by period, cluster and pupil: those keys, `regime`, `label` (null: censored), `eligible`, `last_rate`,
    `points` and `rule_rate` (the two that the triage rule orders by), `lot`, `tie`, each feature and each group (`g_...`, text).
    `periods` has what to call a period, where not by its number."""

    rows: pl.DataFrame
    features: tuple[Feature, ...]
    groups: tuple[str, ...] = ()
    label: Label = NEXT_PERIOD
    remarks: tuple[str, ...] = ()
    periods: Mapping[int, str | int] = field(default_factory=dict)

    def matrix(self, rows: pl.DataFrame) -> np.ndarray:
        return rows.select(feature.name for feature in self.features).to_numpy().astype(np.float64)

    @property
    def monotone(self) -> tuple[int, ...]:
        return tuple(feature.monotone for feature in self.features)


def examples_of(table: pl.DataFrame, *, enough: int = ENOUGH, breaks: Sequence[int] = ()) -> Examples:
    """The rows of any table of absence: `pupil`, `period` (integers in order), `possible_sessions`, `absence_sessions`,
    `cluster` (the school), any `x_...` further feature of the period, any `g_...` group for the audit.

    `breaks` are periods that begin a new stretch: nothing is compared or learned across the beginning of one. A period's label
    is what happened in the next one of the table. Raises Unfit where a column or a value will not do, naming the column and row.
    """
    extra = allowed(name for name in table.columns if name.startswith("x_"))
    groups = tuple(name for name in table.columns if name.startswith("g_"))
    check(table, KEYS, extra)
    table, remarks = _one_row_each(table)
    remarks += _remarks_on(table, enough)
    order = {period: place for place, period in enumerate(sorted(table["period"].unique()))}
    regime = {place: sum(period >= one for one in breaks) for period, place in order.items()}
    rows = (
        table.select(*KEYS, *(pl.col(name).cast(pl.Float64) for name in extra), *(pl.col(name).cast(pl.String) for name in groups))
        .with_columns(pl.col("pupil", "cluster").cast(pl.String), at=pl.col("period").replace_strict(order, return_dtype=pl.Int64))
        .with_columns(regime=pl.col("at").replace_strict(regime, return_dtype=pl.Int64))
        .sort("pupil", "at")
    )  # fmt: skip
    known = _with_history(_with_next(rows, enough=enough))
    usable = known.filter(has_past(pl.col("possible_sessions"), enough=enough), pl.col("at") < len(order) - 1)
    ready = with_draws(
        usable.with_columns(
            eligible=pl.lit(True), last_rate="absence_rate_last", rule_rate="absence_rate_last", points=_points()
        )
    )
    features = (*HISTORY, *(Feature(name, f"the table's {name}", EITHER_WAY) for name in extra))
    return Examples(ready, features, groups, remarks=tuple(remarks))


def _one_row_each(table: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Of whoever moved within a period one row: both schools' sessions, and all else as the school of most of them has it."""
    key = ("pupil", "period")
    table = table.with_columns(  # whatever kind of number a file holds: a small one would overflow
        pl.col("period").cast(pl.Int64), pl.col("possible_sessions", "absence_sessions").cast(pl.Float64)
    )
    moved = int(table.select(pl.struct(key).is_duplicated().sum()).item())
    if not moved:
        return table, []
    sessions = pl.col("possible_sessions", "absence_sessions").sum().over(key)
    at_most = table.sort("possible_sessions", "cluster", descending=[True, False]).with_columns(sessions)
    one = at_most.unique(key, keep="first", maintain_order=True)
    return one, [
        f"{moved:,} rows are of pupils at several schools in a period: put together, under the school of most sessions."
    ]


def _remarks_on(table: pl.DataFrame, enough: int) -> list[str]:
    """What a reader must know of the table. Raises Unfit where no row has enough possible sessions."""
    short = int((table["possible_sessions"] < enough).sum())
    if short == table.height:
        raise Unfit(f"No pupil has {enough} possible sessions in a period: say with --enough how many are enough.")
    remarks = (
        [f"{short:,} of {table.height:,} rows have fewer than {enough} possible sessions, and are left out."]
        if short
        else []
    )
    periods = table["period"].unique().sort().to_list()
    steps = list(pairwise(periods))
    in_ones = any(after == one + 1 for one, after in steps)
    gaps = [f"{one} by {after}" for one, after in steps if in_ones and after > one + 1]
    return remarks + ([f"Periods are missing: {', '.join(gaps)} is taken to be followed."] if gaps else [])


def with_draws(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` in their own order whatever the one they came in, with `lot` and `tie`, a draw of each by its pupil and period."""
    keys = [f"{pupil} {period}" for pupil, period in rows.select("pupil", "period").iter_rows()]
    lots = pl.Series("lot", drawn(f"lot {SEED}", keys), dtype=pl.Float64)
    ties = pl.Series("tie", drawn(f"tie {SEED}", keys), dtype=pl.Float64)
    return rows.with_columns(lots, ties).sort("period", "cluster", "pupil")


def _with_next(rows: pl.DataFrame, *, enough: int) -> pl.DataFrame:
    """Each row with what became of the pupil in the table's next period; nothing is said across a break."""
    after = rows.select(
        "pupil",
        at=pl.col("at") - 1,
        regime="regime",
        possible_after="possible_sessions",
        absence_after="absence_sessions",
    )
    joined = rows.join(after, on=["pupil", "at", "regime"], how="left", maintain_order="left")
    return joined.with_columns(label=label(pl.col("possible_after"), pl.col("absence_after"), enough=enough)).drop(
        "possible_after", "absence_after"
    )


def _with_history(rows: pl.DataFrame) -> pl.DataFrame:
    """Features of a pupil's own past in the stretch, up to and with the row's own period."""
    own = ("pupil", "regime")
    possible, absence = pl.col("possible_sessions"), pl.col("absence_sessions")
    rate = pl.when(possible > 0).then(absence / possible)
    follows = pl.col("at").shift(1).over(own) == pl.col("at") - 1
    rated = rows.with_columns(absence_rate_last=rate)
    last = pl.col("absence_rate_last")
    possible_so_far, absence_so_far = possible.cum_sum().over(own), absence.cum_sum().over(own)
    possible_before, absence_before = possible_so_far - possible, absence_so_far - absence
    return rated.with_columns(
        absence_rate_before=pl.when(follows).then(last.shift(1).over(own)),
        absence_rate_so_far=pl.when(possible_so_far > 0).then(absence_so_far / possible_so_far),
        absence_rate_rise=pl.when(possible_before > 0).then(last - absence_before / possible_before),
        absence_rate_worst=last.cum_max().over(own),
        tenths_so_far=(last * 10 >= 1).cast(pl.Float64).cum_sum().over(own),
    )


def _points() -> pl.Expr:
    """The triage rule's, as far as absence by period can tell: persistent, severe, worse than before."""
    last, rise = pl.col("absence_rate_last"), pl.col("absence_rate_rise")
    told = (
        ("persistent_absence", last >= 0.1),
        ("severe_absence", last >= 0.5),
        ("worse_than_last_year", (last >= 0.1) & (rise >= 0.05)),
    )
    return pl.sum_horizontal(
        pl.when(holds.fill_null(False)).then(_POINTS[name]).otherwise(0) for name, holds in told
    ).cast(pl.Float64)
