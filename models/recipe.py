"""What is tried: three orders nobody has to learn, and two that are learned. Each is a scikit-learn pipeline, seeded.

The first three are the baselines. A learned order is of use only where it beats the best of them at the same number of
places (REL Mid-Atlantic 2021: at the same share flagged, learned and plain rules did about as well). `rule` is the triage
rule itself, points and then its rate: a model that does not beat it does not order anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from .splits import folds_of

SEED = 20260223
BASELINE, LEARNED = "baseline", "learned"


@dataclass(frozen=True)
class Candidate:
    """One order of pupils. `reads` has the columns a baseline orders by; a learned one reads the features."""

    name: str
    words: str
    kind: str
    build: Callable[[Sequence[int]], Pipeline]
    reads: tuple[str, ...] = ()


class InOrderOf(ClassifierMixin, BaseEstimator):
    """Orders by the first column, and where that is the same by the next. Learns nothing; unknown comes last."""

    def fit(self, X, y):
        self.classes_ = np.array([False, True])
        return self

    def decision_function(self, X):
        columns = np.nan_to_num(np.asarray(X, dtype=np.float64), nan=-1.0)
        ranks = np.unique(columns, axis=0, return_inverse=True)[1]
        return ranks.ravel().astype(np.float64)


class Unlearnt(TransformerMixin, BaseEstimator):
    """Columns of which nothing was known when it was fitted are 0 from then on: nothing can be learned from them."""

    def fit(self, X, y=None):
        self.unlearnt_ = np.isnan(X).all(axis=0)
        return self

    def transform(self, X):
        return np.where(self.unlearnt_, 0.0, X)


def _in_order(monotone: Sequence[int]) -> Pipeline:
    return Pipeline([("order", InOrderOf())])


def _logistic(monotone: Sequence[int]) -> Pipeline:
    return Pipeline(
        [
            ("unlearnt", Unlearnt()),
            ("unknown", SimpleImputer(strategy="median", add_indicator=True)),
            ("scale", StandardScaler()),
            ("learn", LogisticRegression(C=0.5, max_iter=500, random_state=SEED)),
        ]
    )


def _boosted(monotone: Sequence[int]) -> Pipeline:
    learner = HistGradientBoostingClassifier(
        max_iter=100,
        learning_rate=0.08,
        max_leaf_nodes=12,
        min_samples_leaf=60,
        l2_regularization=5.0,
        early_stopping=False,
        monotonic_cst=list(monotone),
        random_state=SEED,
    )
    return Pipeline([("unlearnt", Unlearnt()), ("learn", learner)])


CANDIDATES = (
    Candidate("random", "an order by lot", BASELINE, _in_order, ("lot",)),
    Candidate("last_rate", "last period's absence rate", BASELINE, _in_order, ("last_rate",)),
    Candidate("rule", "the triage rule", BASELINE, _in_order, ("points", "rule_rate")),
    Candidate("logistic", "logistic regression", LEARNED, _logistic),
    Candidate("boosted", "histogram gradient boosting with monotone constraints", LEARNED, _boosted),
)

BASELINES = tuple(one for one in CANDIDATES if one.kind == BASELINE)
LEARNERS = tuple(one for one in CANDIDATES if one.kind == LEARNED)
BY_NAME = {one.name: one for one in CANDIDATES}


def can_be_learned(y: np.ndarray, pupils: np.ndarray, *, fewest: int) -> bool:
    """Whether there are enough rows and pupils of either outcome, and both outcomes on both sides of every fold within."""
    outcomes = [pupils[y], pupils[~y]]
    if min(len(one) for one in outcomes) < fewest or min(len(set(one.tolist())) for one in outcomes) < fewest:
        return False
    parts = _parts(pupils.tolist())
    return len(parts) > 1 and all(0 < y[side].sum() < len(side) for part in parts for side in part)


def _parts(pupils: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    fold = folds_of(pupils, seed=SEED + 1)
    return [(np.flatnonzero(fold != one), np.flatnonzero(fold == one)) for one in np.unique(fold)]


def calibrated(
    candidate: Candidate,
    X: np.ndarray,
    y: np.ndarray,
    pupils: Sequence[str],
    monotone: Sequence[int],
) -> CalibratedClassifierCV:
    """The learned candidate, fitted and then calibrated (Platt's sigmoid) on what it had not seen, no pupil on both sides. `y` must
    be such as `can_be_learned`.

    The sigmoid keeps the order. Where what was not seen would turn it round, nothing was learned: all are then as likely, and the lot
    decides.
    """
    model = CalibratedClassifierCV(candidate.build(monotone), method="sigmoid", cv=_parts(pupils), ensemble=False)
    with _one_thread():
        model.fit(X, y)
    model.cv = None  # the row numbers it was parted by are no part of a model
    for one in model.calibrated_classifiers_:
        for sigmoid in one.calibrators:
            sigmoid.a_ = min(sigmoid.a_, 0.0)  # over nought it would turn the order round
    return model


def likelihood(model: CalibratedClassifierCV, X: np.ndarray) -> np.ndarray:
    """For order only: how likely each row is to come true, 0 to 1."""
    with _one_thread():
        return model.predict_proba(X)[:, 1]


def _one_thread():
    """On a machine with other work each of several threads waits for the slowest, a hundred times a fit: measured there, one was
    forty times as fast. And one adds up in the same order everywhere."""
    return threadpool_limits(limits=1)
