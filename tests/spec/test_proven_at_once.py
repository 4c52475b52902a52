"""Counts that could be another, seen many at once: those that could, and never one that could not."""

import pytest

from pipeline.steps.proven_at_once import Doubt, System, proven_at_once

TOTAL, ONE, OTHER, ALONE = range(4)
SUMS = [((TOTAL, -1), (ONE, 1), (OTHER, 1))]


def anything_but(value: int) -> Doubt:
    return Doubt(value, 1, 5, wholly=False)


@pytest.mark.parametrize(
    "moves, proven",
    [
        ({ONE: (2, 2), OTHER: (3, 1)}, {ONE, OTHER}),  # what one gains the other loses
        ({ONE: (2, 2)}, set()),  # the total and the other are told
        ({ONE: (2, 2), TOTAL: (9, 9)}, {ONE}),
        ({ONE: (2, 0), OTHER: (3, 0)}, set()),  # neither could be more
        ({}, set()),
    ],
)
def test_a_count_could_be_another_where_something_of_its_sum_makes_it_good(moves, proven):
    doubts = {cell: anything_but(3) for cell in (ONE, OTHER)}
    assert proven_at_once(doubts, System(moves, SUMS)) == proven


@pytest.mark.parametrize("up, proven", [(7, {ONE}), (6, set())])
def test_a_count_that_must_reach_both_ends_of_its_range_is_proven_at_both_and_not_one_short(up, proven):
    must = {ONE: Doubt(3, 2, 10, wholly=True)}
    assert proven_at_once(must, System({ONE: (1, up), OTHER: (9, 9)}, SUMS)) == proven


def test_an_end_it_is_at_already_needs_no_proof():
    assert proven_at_once({ONE: Doubt(10, 10, 10, wholly=True)}, System({}, SUMS)) == {ONE}


def test_a_count_in_no_sum_could_be_what_it_may():
    assert proven_at_once({ALONE: anything_but(3)}, System({ALONE: (1, 1)}, SUMS)) == {ALONE}
    assert proven_at_once({ALONE: anything_but(3)}, System({}, SUMS)) == set()


@pytest.mark.parametrize(
    "moves, up, down",
    [
        ({ONE: (2, 2), OTHER: (3, 0)}, True, False),
        ({ONE: (2, 2), OTHER: (0, 3)}, False, True),
        ({ONE: (2, 2)}, False, False),
        ({OTHER: (2, 2)}, False, False),
    ],
)
def test_whether_a_count_could_go_a_way_at_all(moves, up, down):
    system = System(moves, SUMS)
    assert (system.could_go(ONE, 1), system.could_go(ONE, -1)) == (up, down)


CHAIN = [((cell, -1), (cell + 1, 1)) for cell in range(6)]


@pytest.mark.parametrize("last, could", [((1, 1), True), ((0, 1), False)])
def test_a_count_could_go_where_the_last_of_the_many_it_moves_has_room(last, could):
    moves = dict.fromkeys(range(6), (1, 1)) | {6: last}
    assert System(moves, CHAIN).could_go(0, -1) is could


def test_what_moves_in_one_part_is_pulled_apart_from_what_moves_in_another():
    system = System(dict.fromkeys((ONE, OTHER, 10, 11), (2, 2)), [*SUMS, ((9, -1), (10, 1), (11, 1))])
    assert system.pulled({ONE: 1, 10: -1}) == {ONE: 2, 10: -2}
    assert system.pulled({ONE: 1}) == {ONE: 2}


def test_the_order_of_cells_and_sums_changes_nothing():
    moves = {cell: (cell % 3, (cell + 1) % 3) for cell in range(30)}
    sums = [((cell, -1), (cell + 1, 1), (cell + 2, 1)) for cell in range(0, 28)]
    doubts = {cell: anything_but(3) for cell in range(30)}
    turned = proven_at_once(dict(reversed(doubts.items())), System(dict(reversed(moves.items())), sums))
    assert proven_at_once(doubts, System(moves, sums)) == turned
