"""What is learned keeps its order when it is calibrated, moves a pupil up alone for more absence, and is never learned from too little."""

import numpy as np
import polars as pl
import pytest

from models.appraisal import appraised
from models.examples import examples_of
from models.places import Places
from models.recipe import BY_NAME, LEARNERS, calibrated, can_be_learned, likelihood

PUPILS = [f"pupil {number}" for number in range(900)]


def fitted(name: str, seed: int, *, told: float):
    """One feature that tells so much of what comes, and one that tells nothing."""
    rng = np.random.default_rng(seed)
    X = rng.random((900, 2))
    y = rng.random(900) < 0.2 + told * (X[:, 0] - 0.5)
    return calibrated(BY_NAME[name], X, y, PUPILS, (1, 1))


@pytest.mark.parametrize("name", [one.name for one in LEARNERS])
@pytest.mark.parametrize("seed", range(6))
def test_calibration_never_turns_the_order_round(name, seed):
    """Of noise alone the slope is as often the wrong way: all are then as likely."""
    model = fitted(name, seed, told=0.0)
    rising = np.column_stack([np.linspace(0, 1, 50), np.full(50, 0.5)])
    score = likelihood(model, rising)
    raw = model.calibrated_classifiers_[0].estimator
    order = (raw.decision_function if hasattr(raw, "decision_function") else lambda X: raw.predict_proba(X)[:, 1])(
        rising
    )
    assert (np.diff(score)[np.diff(order) > 0] >= 0).all()


def test_more_of_a_feature_that_tells_moves_a_pupil_up_and_never_down():
    model = fitted("boosted", 0, told=0.4)
    score = likelihood(model, np.column_stack([np.linspace(0, 1, 50), np.full(50, 0.5)]))
    assert (np.diff(score) >= 0).all() and score[-1] > score[0] + 0.1


@pytest.mark.parametrize("came_true, is_enough", [(14, False), (40, True)])
def test_too_few_pupils_of_either_outcome_teach_nothing(came_true, is_enough):
    y = np.arange(300) < came_true
    pupils = np.array(PUPILS[:300])
    assert can_be_learned(y, pupils, fewest=15) is is_enough
    assert can_be_learned(~y, pupils, fewest=15) is is_enough
    assert not can_be_learned(np.repeat(y, 20)[:300], np.repeat(pupils[:15], 20), fewest=15), "many rows of few pupils"


def test_a_few_pupils_over_many_periods_are_refused_in_words():
    """Each of four is always absent: of rows there are enough, of pupils there are not."""
    rows = [
        (f"p{pupil}", period, 100, 60 if pupil < 4 else 1, f"s{pupil % 6}")
        for pupil in range(24)
        for period in range(40)
    ]
    table = pl.DataFrame(
        rows, schema=["pupil", "period", "possible_sessions", "absence_sessions", "cluster"], orient="row"
    )
    said = appraised(examples_of(table), Places(fixed=2)).verdict
    assert not said.accepted and "nothing could be learned" in said.because
