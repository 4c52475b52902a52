"""Which features moved a pupil's place in the order, each asked by itself: what if it had been as it usually is?

Works alike for every learned order. Only names of features come out of here: no number of a model is ever shown.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.calibration import CalibratedClassifierCV

from .recipe import likelihood

MOST = 3
"""Features named of a pupil."""

LEAST = 0.01
"""A feature that moved the likelihood by less moved nothing to speak of."""


def usual(X: np.ndarray) -> np.ndarray:
    """The middle value of each feature, NaN where none is known."""
    told = np.full(X.shape[1], np.nan)
    known = ~np.isnan(X).all(axis=0)
    told[known] = np.nanmedian(X[:, known], axis=0)
    return told


def moved_by(
    model: CalibratedClassifierCV, X: np.ndarray, usually: np.ndarray, names: Sequence[str]
) -> list[tuple[str, ...]]:
    """For each row the features that moved it up most, the first the most; known ones alone, at most three."""
    if not len(X):
        return []
    now = likelihood(model, X)
    moved = np.zeros(X.shape)
    for at in range(X.shape[1]):
        otherwise = X.copy()
        otherwise[:, at] = usually[at]
        moved[:, at] = now - likelihood(model, otherwise)
    moved[np.isnan(X)] = 0
    order = np.argsort(-moved, axis=1, kind="stable")[:, :MOST]
    return [tuple(names[at] for at in places if row[at] >= LEAST) for row, places in zip(moved, order, strict=True)]
