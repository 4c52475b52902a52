"""The solver within scipy answers as scipy's own front door does, whichever of them there is."""

import numpy as np
import pytest

from pipeline.steps import solving
from pipeline.steps.solving import Question, cheapest, cheapest_whole
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
def test_both_doors_lead_to_the_same_answer(seed, least, monkeypatch):
    asked = drawn(seed, least=least)
    straight = cheapest(asked), cheapest_whole(asked, most_branches=200)
    monkeypatch.setattr(solving, "highs", None)
    for answer, by_the_front_door in zip(
        straight, (cheapest(asked), cheapest_whole(asked, most_branches=200)), strict=True
    ):
        assert answer.comes_to == by_the_front_door.comes_to
        assert np.array_equal(answer.numbers, by_the_front_door.numbers)


def test_scipy_still_has_the_solver_where_it_is_looked_for():
    assert solving.highs is not None


def test_what_cannot_be_has_no_answer():
    columns = Sums.of_members([((0, 1),)], cells=1).columns(np.array([0]), np.array([0]))
    asked = Question(np.ones(1), np.ones(1), np.ones(1), columns)
    assert cheapest(asked).numbers is cheapest_whole(asked, most_branches=200).numbers is None
