"""The solver within scipy answers as `scipy.optimize.milp` does, whichever of them there is."""

from collections.abc import Iterable
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import _highspy, milp
from scipy.optimize._highspy import _core

from pipeline.steps import solving
from pipeline.steps.solving import Answer, Question, cheapest, cheapest_whole
from pipeline.steps.sums_by_number import Sums


def drawn(seed: int, *, least: int) -> Question:
    """Sums of a few cells each, as a night asks of: every number may be this low, and a little above nought."""
    chance = np.random.default_rng(seed)
    cells, sums = 40, 14
    members = [
        tuple((int(cell), int(sign)) for cell, sign in zip(sorted(some), chance.choice([-1, 1], 5), strict=True))
        for some in (chance.choice(cells, 5, replace=False) for _ in range(sums))
    ]
    columns = Sums.of_members(members, cells=cells).columns(np.arange(cells), np.arange(sums))
    low = np.full(cells, float(least))
    low[0] = 1
    return Question(chance.integers(1, 30, cells).astype(float), low, np.full(cells, 6.0), columns)


@pytest.mark.parametrize("least", [-4, 0])
@pytest.mark.parametrize("seed", range(8))
def test_straight_and_by_milp_the_answer_is_the_same(seed, least, monkeypatch):
    asked = drawn(seed, least=least)
    straight = both_ways_of_asking(asked)
    monkeypatch.setattr(solving, "highs", None)
    same(straight, both_ways_of_asking(asked))


def both_ways_of_asking(asked: Question) -> tuple[Answer, Answer]:
    return cheapest(asked), cheapest_whole(asked, most_branches=200)


def same(some: Iterable[Answer], others: Iterable[Answer]) -> None:
    for one, other in zip(some, others, strict=True):
        assert one.comes_to == other.comes_to is not None
        assert np.array_equal(one.numbers, other.numbers)


NEEDED = ("HighsLp", "_Highs", "MatrixFormat", "HighsVarType", "HighsStatus", "HighsModelStatus", "kHighsInf")


def test_of_a_solver_with_all_that_is_needed_everything_is_taken(monkeypatch):
    monkeypatch.setattr(_highspy, "_core", SimpleNamespace(**{name: getattr(_core, name) for name in NEEDED}))
    assert solving._within_scipy() == solving.highs


@pytest.mark.parametrize("lacking", NEEDED)
def test_a_solver_that_lacks_one_name_is_not_asked(lacking, monkeypatch):
    there = {name: getattr(_core, name) for name in NEEDED if name != lacking}
    monkeypatch.setattr(_highspy, "_core", SimpleNamespace(**there))
    assert solving._within_scipy() is None


@pytest.mark.parametrize("step", ["setOptionValue", "passModel", "run"])
def test_a_solver_at_fault_gives_no_answer_and_milp_does(step, monkeypatch):
    asked = drawn(1, least=-4)
    by_the_solver, asked_of_milp = both_ways_of_asking(asked), []
    monkeypatch.setattr(solving, "milp", lambda *words, **how: asked_of_milp.append(1) or milp(*words, **how))
    same(by_the_solver, both_ways_of_asking(asked))
    assert not asked_of_milp

    at_fault = type("AtFault", (_core._Highs,), {step: lambda *_: _core.HighsStatus.kError})
    monkeypatch.setattr(solving, "highs", SimpleNamespace(**vars(solving.highs) | {"solver": at_fault}))
    same(by_the_solver, both_ways_of_asking(asked))
    assert len(asked_of_milp) == 3  # of fractions, of fractions before whole numbers, and of whole numbers


def test_what_comes_out_whole_among_fractions_is_not_asked_again_and_what_does_not_is(monkeypatch):
    kinds = []
    real = solving._solved
    monkeypatch.setattr(solving, "_solved", lambda asked, **how: kinds.append(bool(how)) or real(asked, **how))
    two_of_one = Sums.of_members([((0, 2), (1, -1))], cells=2).columns(np.arange(2), np.array([0]))
    whole = cheapest_whole(Question(np.ones(2), np.array([1.0, 0]), np.full(2, 6.0), two_of_one), most_branches=200)
    assert whole.numbers.tolist() == [1, 2] and kinds == [False]
    halved = Question(np.ones(2), np.array([0.0, 1]), np.full(2, 6.0), two_of_one)
    assert cheapest(halved).numbers.tolist() == [0.5, 1]
    kinds.clear()
    assert cheapest_whole(halved, most_branches=200).numbers.tolist() == [1, 2] and kinds == [False, True]


def test_scipy_still_has_the_solver_where_it_is_looked_for():
    assert solving.highs is not None


def test_what_cannot_be_has_no_answer():
    columns = Sums.of_members([((0, 1),)], cells=1).columns(np.array([0]), np.array([0]))
    asked = Question(np.ones(1), np.ones(1), np.ones(1), columns)
    assert cheapest(asked).numbers is cheapest_whole(asked, most_branches=200).numbers is None
