"""The test a model is put to: learned on past periods, held to plain orders on later ones, at each school's own places.

The learned order to be judged is chosen on periods before the two it is judged on, so that the best of several is not taken
for better than it is. Everything is seeded: the same table gives the same appraisal, whatever the order of its rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from .examples import Examples
from .gate import SURE, TERMS, Gain, Verdict, best_of, gain_over, nothing_learned, verdict
from .groups import LONGER, GroupLine, audited
from .measures import Order, ordered
from .places import Places, term_of
from .recipe import BASELINES, BY_NAME, LEARNERS, SEED, Candidate, calibrated, can_be_learned, likelihood
from .splits import Cut, cuts, folds_of

FEWEST_OUTCOMES = 15
"""Rows of either outcome, and pupils, below which nothing is learned from a period."""


@dataclass(frozen=True)
class CutResult:
    """One later period: every order of its pupils, by the candidate's name; learned ones are absent where too little had gone
    before."""

    cut: Cut
    looked_at: int
    censored: int
    orders: dict[str, Order]

    @property
    def baselines(self) -> dict[str, Order]:
        return {one.name: self.orders[one.name] for one in BASELINES}


@dataclass(frozen=True)
class Appraisal:
    """What came of it. `results` are in order of time, the last two are the terms the gate looks at; `chosen` is None where
    nothing could be learned."""

    examples: Examples
    places: Places
    results: tuple[CutResult, ...]
    chosen: str | None
    gains: dict[str, tuple[Gain, ...]]
    overall: dict[str, Gain]
    groups: tuple[GroupLine, ...]
    verdict: Verdict

    @property
    def judged_on(self) -> tuple[CutResult, ...]:
        return self.results[-TERMS:]


def appraised(examples: Examples, places: Places = Places(), *, seed: int = SEED) -> Appraisal:
    """Fit, order and judge. Deterministic; nothing is read or written."""
    results = tuple(_result(examples, cut, places) for cut in _cuts(examples))
    learned = [
        one.name for one in LEARNERS if results and all(one.name in result.orders for result in results[-TERMS:])
    ]
    judged_on = results[-TERMS:] if learned else ()
    best = best_of([one.baselines for one in judged_on]) if judged_on else ""
    gains = {name: _gains(examples, judged_on, name, best, seed=seed) for name in learned}
    than = _of(judged_on, best)
    overall = {
        name: gain_over(name, _of(judged_on, name), best, than, period=None, seed=seed, width=SURE) for name in learned
    }
    chosen = _chosen(examples, results, places, learned) if learned else None
    groups = _groups(judged_on, chosen, best, examples.groups, seed=seed) if chosen else ()
    words = BY_NAME[chosen].words if chosen else ""
    said = (
        verdict(chosen, words, gains[chosen], overall[chosen], groups)
        if chosen
        else nothing_learned(len(results), examples.label.came)
    )
    return Appraisal(examples, places, results, chosen, gains, overall, groups, said)


def _cuts(examples: Examples) -> tuple[Cut, ...]:
    labelled = examples.rows.filter(pl.col("label").is_not_null(), "eligible")
    return cuts(dict(labelled.group_by("period").agg(pl.col("regime").first()).iter_rows()))


def _result(examples: Examples, cut: Cut, places: Places) -> CutResult:
    rows = examples.rows.filter(period=cut.period)
    term = term_of(rows, places)
    orders = {one.name: ordered(term, plain_score(one, term.rows)) for one in BASELINES}
    for one in LEARNERS:
        score = learned_score(examples, one, term.rows, trained_on=cut.trained_on)
        if score is not None:
            orders[one.name] = ordered(term, score)
    here = rows.filter("eligible")
    return CutResult(cut, here.height, here["label"].null_count(), orders)


def plain_score(candidate: Candidate, rows: pl.DataFrame) -> np.ndarray:
    """The score of each row by a baseline."""
    order = candidate.build(()).fit(np.zeros((2, len(candidate.reads))), np.array([False, True]))
    return order.decision_function(rows.select(candidate.reads).to_numpy().astype(np.float64))


def learned_score(
    examples: Examples, candidate: Candidate, rows: pl.DataFrame, *, trained_on: Sequence[int]
) -> np.ndarray | None:
    """A likelihood for each of `rows`, each by a model that has seen neither its period nor any row of its pupil's own fold.

    None where a fold would learn from fewer than 15 rows, or pupils, of either outcome.
    """
    past = examples.rows.filter(pl.col("period").is_in(list(trained_on)), pl.col("label").is_not_null())
    fold_of_past, fold_of_rows = (folds_of(frame["pupil"].to_list(), seed=SEED) for frame in (past, rows))
    X, y = examples.matrix(past), past["label"].to_numpy().astype(bool)
    pupils, asked = np.array(past["pupil"].to_list()), examples.matrix(rows)
    score = np.zeros(rows.height)
    for fold in np.unique(fold_of_rows):
        seen = fold_of_past != fold
        if not can_be_learned(y[seen], pupils[seen], fewest=FEWEST_OUTCOMES):
            return None
        model = calibrated(candidate, X[seen], y[seen], pupils[seen].tolist(), examples.monotone)
        score[fold_of_rows == fold] = likelihood(model, asked[fold_of_rows == fold])
    return score


def _chosen(examples: Examples, results: Sequence[CutResult], places: Places, learned: Sequence[str]) -> str:
    """The learned order that finds most before the terms the gate looks at: on the earlier cuts, and on the first period by what was
    learned of its other pupils. Lists are a school's own, twice and three times as long, for places of one term are few: whoever comes
    first counts most. Of two alike, the one declared first, which is the plainer."""
    first = results[-TERMS:][0].cut.trained_on[0]
    term = term_of(examples.rows.filter(period=first), places)
    found = {}
    for name in learned:
        score = learned_score(examples, BY_NAME[name], term.rows, trained_on=(first,))
        orders = [one.orders[name] for one in results[:-TERMS] if name in one.orders]
        orders += [] if score is None else [ordered(term, score)]
        lists = [(one, times) for one in orders for times in range(1, LONGER + 1)]
        found[name] = sum(ordered(one.term.longer(times), one.score).hits.sum() for one, times in lists)
    return max(learned, key=lambda name: found[name])


def _gains(examples: Examples, judged_on: Sequence[CutResult], name: str, best: str, *, seed: int) -> tuple[Gain, ...]:
    """Term by term."""
    called = examples.periods
    return tuple(
        gain_over(
            name, _of([one], name), best, _of([one], best), period=called.get(one.cut.period, one.cut.period), seed=seed
        )
        for one in judged_on
    )


def _of(results: Sequence[CutResult], name: str) -> list[Order]:
    return [one.orders[name] for one in results]


def _groups(
    judged_on: Sequence[CutResult], chosen: str, best: str, columns: Sequence[str], *, seed: int
) -> tuple[GroupLine, ...]:
    """Every group, the chosen order beside the baseline that was best over the terms together."""
    return audited(_of(judged_on, chosen), _of(judged_on, best), columns, seed=seed) if columns else ()
