"""How good an order is at a school's own places, and how sure that is: schools are drawn again, and never pupils.

Pupils of a school are alike, so an interval by pupils would be too narrow (the usual cluster bootstrap, percentiles).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

from .places import Term

DRAWS = 2000
WIDTH = 0.95
FEWEST_SCHOOLS = 5
"""Schools below which drawing them again says too little."""


@dataclass(frozen=True)
class Interval:
    low: float
    high: float

    @property
    def is_clear_of_zero(self) -> bool:
        return self.low > 0


@dataclass(frozen=True)
class Order:
    """One order of one term's pupils: who is on the lists by it, and the counts by school that all measures are made of."""

    term: Term
    score: np.ndarray
    listed: np.ndarray
    hits: np.ndarray  # by school: listed, and came true
    places: np.ndarray  # by school: listed, and known whether it came true
    positives: np.ndarray  # by school: came true, listed or not

    @property
    def precision(self) -> float | None:
        """Of those listed, the share of which it came true."""
        return precision_of([self])

    @property
    def recall(self) -> float | None:
        """Of those of whom it came true, the share listed."""
        return _share(self.hits.sum(), self.positives.sum())

    @property
    def auc(self) -> float | None:
        """Over all schools together; None where all came out alike."""
        y, score = self.term.y[self.term.known], self.score[self.term.known]
        return float(roc_auc_score(y, score)) if 0 < y.sum() < len(y) else None


def ordered(term: Term, score: np.ndarray) -> Order:
    listed = term.listed(score)
    by_school = term.by_school
    return Order(term, score, listed, by_school(listed & term.y), by_school(listed & term.known), by_school(term.y))


def precision_of(orders: Sequence[Order]) -> float | None:
    """Of those listed in all of the terms, the share of which it came true."""
    return _share(sum(one.hits.sum() for one in orders), sum(one.places.sum() for one in orders))


def drawn_again(schools: int, *, seed: int, draws: int = DRAWS) -> np.ndarray:
    """One row per draw: how often each school is drawn, as many in all as there are."""
    return (
        np.random.default_rng(seed).multinomial(schools, np.full(schools, 1 / schools), size=draws).astype(np.float64)
    )


def precision_interval(order: Order, *, seed: int) -> Interval | None:
    return share_interval(order.hits, order.places, seed=seed)


def together(orders: Sequence[Order]) -> tuple[np.ndarray, np.ndarray]:
    """Hits and places by school over several terms; a school need not be in all of them."""
    hits, places = {}, {}
    for order in orders:
        for school, hit, place in zip(
            sorted(order.term.rows["cluster"].unique()), order.hits, order.places, strict=True
        ):
            hits[school], places[school] = hits.get(school, 0.0) + hit, places.get(school, 0.0) + place
    return tuple(np.array([of[school] for school in sorted(of)], dtype=np.float64) for of in (hits, places))


def share_interval(part: np.ndarray, whole: np.ndarray, *, seed: int, width: float = WIDTH) -> Interval | None:
    """Of the share that `part` is of `whole`, both by school; None under five schools."""
    if len(part) < FEWEST_SCHOOLS:
        return None
    weights = drawn_again(len(part), seed=seed)
    return _between(_ratio(weights @ part, weights @ whole), width)


def gain_together(
    better: Sequence[Order], than: Sequence[Order], *, seed: int, width: float = WIDTH
) -> Interval | None:
    """Of the gain in precision at places over the terms together, the two orders held to each other in the same schools; None under
    five schools."""
    (hits, places), (hits_than, places_than) = together(better), together(than)
    if len(hits) < FEWEST_SCHOOLS:
        return None
    weights = drawn_again(len(hits), seed=seed)
    return _between(
        _ratio(weights @ hits, weights @ places) - _ratio(weights @ hits_than, weights @ places_than), width
    )


def _between(values: np.ndarray, width: float) -> Interval | None:
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - width) / 2, (1 + width) / 2])
    return Interval(float(low), float(high))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _share(part: float, whole: float) -> float | None:
    return float(part / whole) if whole else None
