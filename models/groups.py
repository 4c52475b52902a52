"""Whether an order finds some children's need less than others'. Groups are never an input; they are for this.

The tool is for offering support, so what matters most is need it misses: of those who did go on to miss a tenth or more, the
share no list named (Fairlearn's false negative rate). Ten places of a school find only some of it whatever the order, so
shares are also read as a part of what those places could have found: of that, no group may lose more than the margin.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from fairlearn.metrics import MetricFrame, count, false_negative_rate, selection_rate
from sklearn.metrics import precision_score

from .measures import FEWEST_SCHOOLS, Interval, Order, ordered, share_interval
from .sureness import Found, behind, lost

MARGIN = 0.10
"""Of what the places could have found, how much less a group may be found than before, or beside the others."""

CHANCE = 0.01
"""How often chance may name any group, of all that are looked at together, as found less than before; and as often beside the others."""

FEWEST = 30
"""Pupils of a group who missed a tenth or more, both terms together, below which nothing is said of it."""

NOT_KNOWN = "not known"

LONGER = 3
"""At a school's own places few are found of any group, and chance hides much: the audit is also made of lists so many times as long."""


@dataclass(frozen=True)
class GroupLine:
    """One group under one order, two terms together. Shares are 0 to 1; None where too few came true to say. `times` is how
    many times a school's own places its list had.

    `lost` is how much less is found than by the best baseline; `behind` how much further it falls behind the others of its own
    schools than under that: both as a part of what the places could have found. Beside each is how often chance would put any group
    of all as far. None of `lost` is said of a group seen at fewer than five schools.
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
    lost_by_chance: float | None = None
    behind: float | None = None
    behind_by_chance: float | None = None

    @property
    def is_worse(self) -> bool:
        """Found less by more than the margin, and that is no chance."""
        return any(
            value is not None and value > MARGIN and chance <= CHANCE
            for value, chance in ((self.lost, self.lost_by_chance), (self.behind, self.behind_by_chance))
        )


def audited(
    model: Sequence[Order], baseline: Sequence[Order], columns: Sequence[str], *, seed: int
) -> tuple[GroupLine, ...]:
    """Every group of every column, by column, at places and then on longer lists; of each the largest first, which is the
    reference. `model` and `baseline` are of the same terms."""
    lists = [_List(model, baseline, 1)]
    lists += [_List(*([ordered(one.term.longer(LONGER), one.score) for one in of] for of in (model, baseline)), LONGER)]
    every = [line for column in columns for one in lists for line in _lines(one, column, seed=seed)]
    lines = {(line.column, line.group, line.times): line for line in every}
    return tuple((lines | _judged(lists, lines, seed=seed)).values())


class _List:
    """The two orders with lists of one length, the rows of both terms together whose label is known."""

    def __init__(self, model: Sequence[Order], baseline: Sequence[Order], times: int):
        self.times, self._orders = times, model
        known = self._known = [order.term.known for order in model]
        self.y = np.concatenate([order.term.y[these] for order, these in zip(model, known, strict=True)])
        self.by_model, self.by_baseline = (
            np.concatenate([order.listed[these] for order, these in zip(of, known, strict=True)])
            for of in (model, baseline)
        )
        clusters = self.groups("cluster")
        terms = np.repeat(np.arange(len(model)), [int(these.sum()) for these in known])
        self.school = np.unique(clusters, return_inverse=True)[1]
        self.stratum = np.unique(self.school * len(model) + terms, return_inverse=True)[1]
        could = sum(np.minimum(order.term.places, order.positives).sum() for order in model)
        self.attainable = could / self.y.sum() if self.y.any() else 1.0

    def groups(self, column: str) -> np.ndarray:
        """What each row says of a column."""
        told = [
            order.term.rows[column].fill_null(NOT_KNOWN).filter(pl.Series(these))
            for order, these in zip(self._orders, self._known, strict=True)
        ]
        return pl.concat(told).to_numpy()


def _lines(of: _List, column: str, *, seed: int) -> list[GroupLine]:
    told = of.groups(column)
    frames = [_frame(of.y, listed, told) for listed in (of.by_model, of.by_baseline)]
    names, sizes = np.unique(told, return_counts=True)
    reference = names[np.argmax(sizes)]
    missed_of_reference = frames[0].loc[reference, "missed_need"]
    lines = []
    for group, pupils in sorted(zip(names.tolist(), sizes.tolist(), strict=True), key=lambda row: (-row[1], row[0])):
        inside = told == group
        positives = int(of.y[inside].sum())
        line = GroupLine(column, group, pupils, positives, group == reference, of.times)
        if positives >= FEWEST:
            at, of_baseline = frames[0].loc[group], frames[1].loc[group]
            line = replace(
                line,
                flag_rate=float(at["flag_rate"]),
                precision=float(at["precision"]),
                missed_need_rate=float(at["missed_need"]),
                missed_need_interval=_missed(of, inside, seed=seed),
                missed_need_rate_of_baseline=float(of_baseline["missed_need"]),
                difference_from_reference=float(at["missed_need"] - missed_of_reference),
            )
        lines.append(line)
    return lines


def _missed(of: _List, inside: np.ndarray, *, seed: int) -> Interval | None:
    """Of the group's missed need, schools drawn again."""
    true = of.y & inside
    schools = np.unique(of.school[true])
    missed, positives = (
        np.bincount(of.school[these], minlength=of.school.max() + 1)[schools].astype(np.float64)
        for these in (true & ~of.by_model, true)
    )
    return share_interval(missed, positives, seed=seed)


_Lines = dict[tuple[str, str, int], GroupLine]
"""By column, group and how many times its own places a school's list has."""


def _judged(lists: Sequence[_List], lines: _Lines, *, seed: int) -> _Lines:
    """Every line of which something can be said, judged with all others."""
    asked = [
        (column, group) for (column, group, times), line in lines.items() if times == 1 and line.flag_rate is not None
    ]
    if not asked:
        return {}
    first = lists[0]
    true = first.y
    gain = np.stack([one.by_model[true].astype(np.float64) - one.by_baseline[true] for one in lists], axis=1)
    found = Found(first.school[true], first.stratum[true], gain)
    groups = [(first.groups(column) == group)[true] for column, group in asked]
    wide = [place for place, inside in enumerate(groups) if len(np.unique(found.school[inside])) >= FEWEST_SCHOOLS]
    beside, before = behind(found, groups, seed=seed), lost(found, [groups[place] for place in wide], seed=seed)
    judged = {}
    for place, (column, group) in enumerate(asked):
        for at, one in enumerate(lists):
            told = {"behind": beside.by[place, at] / one.attainable, "behind_by_chance": beside.chance[place, at]}
            if place in wide:
                row = wide.index(place)
                told |= {"lost": before.by[row, at] / one.attainable, "lost_by_chance": before.chance[row, at]}
            judged[column, group, one.times] = replace(lines[column, group, one.times], **told)
    return judged


def _frame(y: np.ndarray, listed: np.ndarray, told: np.ndarray):
    """Fairlearn's measures by group, as a pandas frame."""
    measures = {
        "pupils": count,
        "flag_rate": selection_rate,
        "precision": lambda t, p: precision_score(t, p, zero_division=0),
        "missed_need": false_negative_rate,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a group of which nothing came true has no rate: it is not said
        return MetricFrame(metrics=measures, y_true=y, y_pred=listed, sensitive_features=told).by_group
