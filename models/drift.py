"""Whether pupils still look as they did when a model was fitted. Where they do not, it suspends itself and the rule orders.

Population stability index, by feature: sum of (share now - share then) x ln(share now / share then) over the tenths of then
and whoever is not known. 0.25 is the line credit scoring has long used for a population that has changed (Siddiqi 2006).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

CHANGED = 0.25
TENTHS = np.linspace(0.1, 0.9, 9)
ROOM = 1.5
"""A season already seen in fitting is no drift: a feature may move half as far again as it did between the terms fitted on."""

OFF = 0.15
"""How far what came true may be from what was expected, of those listed last term, 0 to 1."""

FEWEST = 30

_LEAST = 1e-4


def reference(X: np.ndarray, periods: np.ndarray, names: Sequence[str]) -> dict[str, dict]:
    """By feature what it was like in fitting: `edges` of tenths, `shares` in each (the last: not known) and `usual`, the most any
    one term was apart from all together. Plain numbers, so that it can be kept as JSON."""
    told = {}
    for at, name in enumerate(names):
        column = X[:, at]
        known = column[~np.isnan(column)]
        edges = np.unique(np.quantile(known, TENTHS)) if len(known) else np.array([])
        shares = _shares(column, edges)
        usual = max((_index(shares, _shares(column[periods == one], edges)) for one in np.unique(periods)), default=0.0)
        told[name] = {"edges": edges.tolist(), "shares": shares.tolist(), "usual": float(usual)}
    return told


def stability(then: Mapping[str, dict], X: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    """The population stability index of each feature now; 0 is the same."""
    return {
        name: _index(np.array(then[name]["shares"]), _shares(X[:, at], np.array(then[name]["edges"])))
        for at, name in enumerate(names)
    }


def suspends_above(then: Mapping[str, dict], name: str) -> float:
    return max(CHANGED, ROOM * then[name]["usual"])


def suspended_because(then: Mapping[str, dict], X: np.ndarray, names: Sequence[str]) -> str | None:
    """The sentence, where a feature has moved too far; None while none has, or there are too few pupils to say."""
    if len(X) < FEWEST:
        return None
    now = stability(then, X, names)
    beyond = {name: value for name, value in now.items() if value > suspends_above(then, name)}
    if not beyond:
        return None
    worst = max(beyond, key=lambda name: beyond[name])
    return (
        f"The model is suspended and the rule orders: {worst} is no longer spread as it was when the model was fitted (population "
        f"stability index {beyond[worst]:.2f}; {len(beyond)} of {len(names)} features moved too far). Learn again."
    )


@dataclass(frozen=True)
class LastTerm:
    """Of those placed first last term, the share expected to come true and the share that did, 0 to 1."""

    expected: float
    came_true: float

    @property
    def of_ten(self) -> tuple[int, int]:
        return round(self.expected * 10), round(self.came_true * 10)

    @property
    def suspended_because(self) -> str | None:
        """The sentence, where far more or fewer came true than was expected."""
        if round(abs(self.expected - self.came_true), 6) <= OFF:
            return None
        expected, found = self.of_ten
        return (
            f"The model is suspended and the rule orders: of ten pupils placed first last term it expected about {expected} to miss "
            f"a tenth or more, and about {found} did. Learn again."
        )


def last_term(expected: np.ndarray, came_true: np.ndarray) -> LastTerm | None:
    """Of each pupil listed last term, how likely it was held to be and whether it came true; None under 30 of them."""
    return LastTerm(float(expected.mean()), float(came_true.mean())) if len(expected) >= FEWEST else None


def _shares(column: np.ndarray, edges: np.ndarray) -> np.ndarray:
    unknown = np.isnan(column)
    counts = np.bincount(np.searchsorted(edges, column[~unknown], side="left"), minlength=len(edges) + 1)
    return np.append(counts, unknown.sum()) / max(len(column), 1)


def _index(then: np.ndarray, now: np.ndarray) -> float:
    then, now = np.maximum(then, _LEAST), np.maximum(now, _LEAST)
    return float(((now - then) * np.log(now / then)).sum())
