"""Whether an order finds some children's need less than others'. Groups are never an input; they are for this.

The tool is for offering support, so what matters most is need it misses: of those who did go on to miss a tenth or more, the
share no list named (Fairlearn's false negative rate). Ten places of a school find only some of it whatever the order, so
shares are also read as a part of what those places could have found: of that, no group may lose more than the margin.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from fairlearn.metrics import MetricFrame, count, false_negative_rate, selection_rate
from sklearn.metrics import precision_score

from .measures import FEWEST_SCHOOLS, Interval, Order, drawn_again, ordered, share_interval

MARGIN = 0.10
"""Of what the places could have found, how much less a group may be found than before, or beside the others."""

SURE = 0.99
"""Width of the intervals a group is judged by: many groups are looked at, and one in twenty would go wrong by chance."""

FEWEST = 30
"""Pupils of a group who missed a tenth or more, both terms together, below which nothing is said of it; nor where they are of fewer than five schools."""

NOT_KNOWN = "not known"

LONGER = 3
"""At a school's own places few are found of any group, and chance hides much: the audit is also made of lists so many times as long."""


@dataclass(frozen=True)
class GroupLine:
    """One group under one order, two terms together. Shares are 0 to 1; None where too few came true to say. `times` is how
    many times a school's own places its list had.

    `lost` is how much less is found than by the best baseline, `behind` how much further it falls behind all others than under
    that: both as a part of what the places could have found, with their intervals by school.
    """

    column: str
    group: str
    pupils: int
    positives: int
    is_reference: bool
    times: int = 1
    flag_rate: float | None = None
    precision: float | None = None
    missed_need_rate: float | None = None
    missed_need_interval: Interval | None = None
    missed_need_rate_of_baseline: float | None = None
    difference_from_reference: float | None = None
    lost: float | None = None
    lost_interval: Interval | None = None
    behind: float | None = None
    behind_interval: Interval | None = None

    @property
    def is_worse(self) -> bool:
        """Found less by more than the margin, and that is no chance."""
        return any(
            value is not None and value > MARGIN and interval is not None and interval.low > 0
            for value, interval in ((self.lost, self.lost_interval), (self.behind, self.behind_interval))
        )


def audited(model: Sequence[Order], baseline: Sequence[Order], column: str, *, seed: int) -> tuple[GroupLine, ...]:
    """Every group of a column, largest first, which is the reference: at places, then on longer lists. `model` and `baseline`
    are of the same terms."""
    longer = [[ordered(one.term.longer(LONGER), one.score) for one in orders] for orders in (model, baseline)]
    lists = ((1, model, baseline), (LONGER, *longer))
    return tuple(line for times, *orders in lists for line in _lines(*orders, column, times, seed=seed))


def _lines(model: Sequence[Order], baseline: Sequence[Order], column: str, times: int, *, seed: int) -> list[GroupLine]:
    told = pl.concat([order.term.rows[column].fill_null(NOT_KNOWN) for order in model])
    y = np.concatenate([order.term.y for order in model])
    by_model, by_baseline = (np.concatenate([one.listed for one in orders]) for orders in (model, baseline))
    frames = [_frame(y, listed, told) for listed in (by_model, by_baseline)]
    sizes = sorted(told.value_counts().iter_rows(), key=lambda row: (-row[1], row[0]))
    counts = _Counts(model, baseline, column)
    reference = sizes[0][0]
    missed_of_reference = frames[0].loc[reference, "missed_need"]
    lines = []
    for group, pupils in sizes:
        positives = int(y[(told == group).to_numpy()].sum())
        said = {"column": column, "group": group, "pupils": pupils, "positives": positives, "times": times}
        if positives < FEWEST or counts.schools_with(group) < FEWEST_SCHOOLS:
            lines.append(GroupLine(**said, is_reference=group == reference))
            continue
        at, of_baseline = frames[0].loc[group], frames[1].loc[group]
        lines.append(
            GroupLine(
                **said,
                is_reference=group == reference,
                flag_rate=float(at["flag_rate"]),
                precision=float(at["precision"]),
                missed_need_rate=float(at["missed_need"]),
                missed_need_interval=counts.missed(group, seed=seed),
                missed_need_rate_of_baseline=float(of_baseline["missed_need"]),
                difference_from_reference=float(at["missed_need"] - missed_of_reference),
                **counts.worsening(group, seed=seed),
            )
        )
    return lines


def _frame(y: np.ndarray, listed: np.ndarray, told: pl.Series):
    """Fairlearn's measures by group, as a pandas frame."""
    measures = {
        "pupils": count,
        "flag_rate": selection_rate,
        "precision": lambda t, p: precision_score(t, p, zero_division=0),
        "missed_need": false_negative_rate,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a group of which nothing came true has no rate: it is not said
        return MetricFrame(metrics=measures, y_true=y, y_pred=listed, sensitive_features=told.to_numpy()).by_group


class _Counts:
    """Counts by school of each group and of all, two terms together: what intervals by school are made of."""

    def __init__(self, model: Sequence[Order], baseline: Sequence[Order], column: str):
        clusters = sorted({one for order in model for one in order.term.rows["cluster"]})
        self._number = {cluster: place for place, cluster in enumerate(clusters)}
        self.schools = len(clusters)
        self._model, self._baseline, self._column = model, baseline, column
        attainable = sum(np.minimum(order.term.places, order.positives).sum() for order in model)
        positives = sum(order.positives.sum() for order in model)
        self._attainable = attainable / positives if positives else 1.0

    def _by_school(self, order: Order, chosen: np.ndarray) -> np.ndarray:
        school = np.array([self._number[one] for one in order.term.rows["cluster"]], dtype=np.int64)
        return np.bincount(school, weights=chosen.astype(np.float64), minlength=self.schools)

    def _of(self, orders: Sequence[Order], group: str, *, others: bool = False, listed: bool = True) -> np.ndarray:
        """By school: those of the group (or of all the others) of whom it came true, and who were listed if so asked."""
        total = np.zeros(self.schools)
        for order in orders:
            inside = (order.term.rows[self._column].fill_null(NOT_KNOWN) == group).to_numpy()
            chosen = (~inside if others else inside) & order.term.y
            total += self._by_school(order, chosen & order.listed if listed else chosen)
        return total

    def schools_with(self, group: str) -> int:
        """Schools with any of the group of whom it came true."""
        return int((self._of(self._model, group, listed=False) > 0).sum())

    def missed(self, group: str, *, seed: int) -> Interval | None:
        positives = self._of(self._model, group, listed=False)
        return share_interval(positives - self._of(self._model, group), positives, seed=seed)

    def worsening(self, group: str, *, seed: int) -> dict:
        weights = np.vstack([np.ones(self.schools), drawn_again(self.schools, seed=seed)])

        def found(orders: Sequence[Order], *, others: bool = False) -> np.ndarray:
            of = {"others": others}
            hits = weights @ self._of(orders, group, **of)
            positives = weights @ self._of(orders, group, **of, listed=False)
            share = np.divide(hits, positives, out=np.full_like(hits, np.nan), where=positives > 0)
            return share / self._attainable

        lost = found(self._baseline) - found(self._model)
        gap = (found(self._model, others=True) - found(self._model)) - (
            found(self._baseline, others=True) - found(self._baseline)
        )
        told = {}
        for name, values in (("lost", lost), ("behind", gap)):
            drawn = values[1:][~np.isnan(values[1:])]
            told[name] = None if np.isnan(values[0]) else float(values[0])
            told[f"{name}_interval"] = _sure(drawn) if len(drawn) else None
        return told


def _sure(values: np.ndarray) -> Interval:
    low, high = np.quantile(values, [(1 - SURE) / 2, (1 + SURE) / 2])
    return Interval(float(low), float(high))
