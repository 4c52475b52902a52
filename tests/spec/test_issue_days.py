"""On which days lists go out."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.issue_days import first_set_day, set_days
from pipeline.steps.looked_at import NOTHING_BEFORE, Before

FIRST = date(2025, 9, 15)


def after(*lists: tuple[date, int]) -> Before:
    """Lists of these days and schools have gone out."""
    rows = pl.DataFrame(lists, schema={"as_of": pl.Date, "urn": pl.Int32}, orient="row")
    return replace(NOTHING_BEFORE, lists=rows)


def due(before: Before, *, as_of: date, urns: tuple[int, ...] = (1,)) -> frozenset[int]:
    first = first_set_day("", before, as_of=as_of)
    return set_days(first, every_days=14, as_of=as_of).due(before, pl.Series(urns))


def test_a_homes_first_night_sends_every_school_a_list():
    assert due(after(), as_of=FIRST, urns=(1, 2)) == {1, 2}


@pytest.mark.parametrize("days, is_due", [(1, False), (13, False), (14, True), (15, True)])
def test_the_next_list_is_a_fortnight_later_and_not_before(days, is_due):
    assert bool(due(after((FIRST, 1)), as_of=FIRST + timedelta(days=days))) == is_due


def test_a_list_that_could_not_go_out_on_its_day_goes_out_on_the_first_night_it_can():
    held_back = after((FIRST, 1), (FIRST, 2), (FIRST + timedelta(days=14), 1))
    assert due(held_back, as_of=FIRST + timedelta(days=15), urns=(1, 2)) == {2}


def test_a_late_list_does_not_move_the_set_days():
    late = after((FIRST, 1), (FIRST + timedelta(days=20), 1))
    assert due(late, as_of=FIRST + timedelta(days=27)) == frozenset()
    assert due(late, as_of=FIRST + timedelta(days=28)) == {1}


def test_a_school_new_to_the_home_waits_for_no_set_day():
    assert due(after((FIRST, 1)), as_of=FIRST + timedelta(days=3), urns=(1, 2)) == {2}


@pytest.mark.parametrize("as_of, last, following", [
    (date(2025, 9, 14), None, FIRST), (FIRST, FIRST, date(2025, 9, 29)), (date(2025, 9, 30), date(2025, 9, 29), date(2025, 10, 13)),
])  # fmt: skip
def test_set_days_are_counted_from_the_first(as_of, last, following):
    days = set_days(FIRST, every_days=14, as_of=as_of)
    assert (days.last, days.next) == (last, following)


def test_a_first_day_that_settings_name_is_waited_for():
    assert first_set_day("2025-09-15", after(), as_of=date(2025, 9, 1)) == FIRST
    assert set_days(FIRST, every_days=14, as_of=date(2025, 9, 1)).due(after(), pl.Series([1])) == frozenset()
