"""What an appraisal rests on: one row per pupil and period, what was known at its end, and what came after.

A plain table of absence by pupil and period is turned into such rows here; a home's own come from its features instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipeline.signals import SIGNALS

from .errors import Unfit
from .features import EITHER_WAY, Feature, allowed
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
    `points` and `rule_rate` (the two that the triage rule orders by), `lot`, `tie`, each feature and each group (`g_...`, text). `periods` has what to call a period, where not by its
    number."""

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
    _check(table, extra)
    table = table.with_columns(  # whatever kind of number a file holds: a small one would overflow
        pl.col("period").cast(pl.Int64), pl.col("possible_sessions", "absence_sessions").cast(pl.Float64)
    )
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
    return Examples(ready, features, groups)


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


# What will not do ---------------------------------------------------------------------------------------------------------


def _check(table: pl.DataFrame, extra: Sequence[str]) -> None:
    """Raises Unfit for the first thing that will not do; rows are counted from 1, the header not among them."""
    missing = [name for name in KEYS if name not in table.columns]
    if missing:
        raise Unfit(
            f"The table has no column {missing[0]}: it needs {', '.join(KEYS[:-1])} and {KEYS[-1]} (the school), named so."
        )
    groups = [name for name in table.columns if name.startswith("g_")]
    for name in (*KEYS, *extra, *groups):
        if table[name].dtype.is_nested() or table[name].dtype in (pl.Binary, pl.Object):
            raise Unfit(f"Column {name} holds lists or bytes: give one word or number in each row.")
    for name in ("period", "possible_sessions", "absence_sessions", *extra):
        if not (table[name].dtype.is_numeric() or table[name].dtype in (pl.Boolean, pl.Null)):
            raise Unfit(f"Column {name} holds what is no number{_where(table, _no_number(name))}: give numbers alone.")
    numbers = pl.col("possible_sessions"), pl.col("absence_sessions")
    possible, absence = numbers
    wrong = (
        ("period is empty or no whole number", _no_whole_number("period")),
        ("pupil or cluster is empty", pl.any_horizontal(pl.col("pupil", "cluster").is_null())),
        ("possible_sessions or absence_sessions is empty", possible.is_null() | absence.is_null()),
        ("a number of sessions is under nought or no number", pl.any_horizontal((one < 0) | one.is_nan() | one.is_infinite() for one in (possible.cast(pl.Float64), absence.cast(pl.Float64)))),
        ("absence_sessions is more than possible_sessions", absence > possible),
        *((f"{name} is infinite", pl.col(name).cast(pl.Float64).is_infinite()) for name in extra),
        ("pupil and period stand on an earlier row already", ~pl.struct("pupil", "period").is_first_distinct()),
    )  # fmt: skip
    for what, holds in wrong:
        found = _where(table, holds)
        if found:
            raise Unfit(f"In the table {what}{found}: mend or leave out those rows.")
    if table["period"].n_unique() < 2:
        raise Unfit("The table holds one period alone: an appraisal needs earlier and later ones, four or more.")


def _no_number(name: str) -> pl.Expr:
    told = pl.col(name).cast(pl.String)
    return told.is_not_null() & told.cast(pl.Float64, strict=False).is_null()


def _no_whole_number(name: str) -> pl.Expr:
    number = pl.col(name).cast(pl.Float64)
    return number.is_null() | number.is_nan() | (number != number.round())


def _where(table: pl.DataFrame, holds: pl.Expr) -> str:
    """` on 3 rows, the first of them row 17`; nothing where it is on none."""
    found = table.select(holds=holds.fill_null(False))["holds"].arg_true()
    if found.is_empty():
        return ""
    rows = "1 row, row" if found.len() == 1 else f"{found.len():,} rows, the first of them row"
    return f" on {rows} {found[0] + 1:,}"
