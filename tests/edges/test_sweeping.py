"""How often Python looks for garbage: seldom while such a verb is under way, and as before once none is."""

import gc
from threading import Event, Thread

import pytest

from pipeline.edges.sweeping import OBJECTS, ROUNDS, WHOLE, seldom_swept, sweep_no_more

USUAL, SELDOM = (700, 10, 10), (OBJECTS, ROUNDS, WHOLE)


@pytest.fixture(autouse=True)
def usual():
    """What is usual in these tests, and what the process had before them afterwards."""
    before = gc.get_threshold()
    gc.set_threshold(*USUAL)
    yield
    gc.set_threshold(*before)


@seldom_swept
def thresholds(*more) -> list[tuple[int, int, int]]:
    return [gc.get_threshold(), *(one() for one in more)]


def test_it_is_seldom_within_and_as_before_afterwards():
    assert thresholds() == [SELDOM]
    assert gc.get_threshold() == USUAL


def test_it_is_as_before_after_a_fault():
    def fails():
        raise KeyError

    with pytest.raises(KeyError):
        thresholds(fails)
    assert gc.get_threshold() == USUAL


def test_a_verb_within_another_leaves_it_seldom_until_both_have_ended():
    assert thresholds(thresholds, gc.get_threshold) == [SELDOM, [SELDOM], SELDOM]
    assert gc.get_threshold() == USUAL


def test_of_two_under_way_at_once_the_last_to_end_sets_back_what_was_usual():
    begun, may_end = Event(), Event()

    @seldom_swept
    def first():
        begun.set()
        assert may_end.wait(60)

    @seldom_swept
    def second():
        may_end.set()
        beside.join(60)
        return beside.is_alive(), gc.get_threshold()

    beside = Thread(target=first)
    beside.start()
    assert begun.wait(60)
    assert second() == (False, SELDOM)
    assert gc.get_threshold() == USUAL


def test_before_the_end_what_is_held_is_looked_through_no_more():
    held = [[]]
    held[0].append(held)
    assert any(one is held for one in gc.get_objects())
    try:
        sweep_no_more()
        assert not any(one is held for one in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.collect()
        gc.freeze()  # as it was for the tests
