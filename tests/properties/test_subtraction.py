"""A reader takes one published number from another, on one night and from night to night. They find what shorter rules give away,
and nothing of what is published."""

import polars as pl
import pytest

from pipeline.steps.disclosure import NOTHING, disclosed
from tests.properties.nights import nights
from tests.properties.told_nights import Authority, as_published, found, one_by_one, with_no_memory

SOME = (1, 4, 9, 22)
"""Seeds: of two schools, of five, of five with hardly a pupil, of three."""


@pytest.mark.parametrize("seed", [SOME[0], *(pytest.param(seed, marks=pytest.mark.long) for seed in SOME[1:])])
def test_no_hidden_number_is_to_be_had_by_subtraction_on_one_night_or_across_nights(seed):
    assert found(Authority(seed).exact()) == []


def test_without_a_second_cell_the_reader_has_hidden_numbers_on_the_first_night():
    exact = Authority(4, how_many=1).exact()
    assert len(found(exact, one_by_one)) > 20
    assert found(exact) == []


@pytest.mark.long  # tests/journeys/test_subtraction.py shows the reader's worth on a home's own runs
def test_without_memory_the_reader_has_them_from_one_night_to_the_next():
    """Each night alone tells nothing, and four of them do."""
    exact = Authority(4).exact()
    across = found(exact, with_no_memory)
    alone = [name for night in exact for name in found([night])]
    assert alone == []
    assert len(across) > 5
    assert found(exact) == []


def test_what_is_published_is_more_than_nothing():
    """A reader who finds nothing because nothing is told would prove nothing."""
    memory = NOTHING
    for counts in nights(900, 4, 5, how_many=4, changing=0.01):
        pages, memory = as_published(counts, memory)
    assert pages["school"]["pupils_on_roll"].null_count() == 0
    assert pages["school"]["not_eligible"].null_count() == 0
    home = pages["flow"].filter(scope="home")
    assert home["flagged"].item() > home["looked_at"].item() > 0
    assert pages["week"].filter(scope="home")["absence_rate"].null_count() == 0
    assert pages["ever"]["pupils"].null_count() == 0


def test_a_cell_once_hidden_stays_hidden_whatever_it_is_now():
    memory, ever_hidden = NOTHING, set()
    for counts in Authority(17, how_many=5).exact():
        tonight = disclosed(counts, before=memory)
        assert memory.hidden <= tonight.remembered.hidden
        ever_hidden |= tonight.remembered.hidden
        schools = tonight.pages["school"]
        for urn, column in ((key, column) for table, key, column in ever_hidden if table == "school"):
            if column in schools.columns:
                assert schools.filter(pl.col("urn").cast(pl.String) == urn)[column].is_null().all()
        memory = tonight.remembered


def test_the_same_nights_in_any_order_of_rows_are_told_the_same():
    memory = shuffled_memory = NOTHING
    for counts in Authority(12, how_many=2).exact():
        tonight = disclosed(counts, before=memory)
        shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in counts.items()}
        again = disclosed(shuffled, before=shuffled_memory)
        assert all(tonight.pages[name].equals(again.pages[name]) for name in tonight.pages)
        memory, shuffled_memory = tonight.remembered, again.remembered
        assert memory == shuffled_memory
