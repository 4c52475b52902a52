"""On which days lists go out."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.issue_days import first_set_day, set_days, shut
from pipeline.steps.looked_at import NOTHING_BEFORE, Before
from pipeline.tables.facts import MARKED_WEEKS

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


@pytest.mark.parametrize("late, is_due", [(7, True), (8, False), (13, False)])
def test_a_late_list_is_given_half_the_fortnight_before_the_next(late, is_due):
    """Held back from the second set day, it went out so many days after it; the third is two weeks after the second."""
    second, third, fourth = (FIRST + timedelta(days=14 * number) for number in (1, 2, 3))
    before = after((FIRST, 1), (FIRST, 2), (second + timedelta(days=late), 1), (second, 2))
    assert due(before, as_of=third, urns=(1, 2)) == ({1, 2} if is_due else {2})
    assert due(before, as_of=fourth - timedelta(days=1), urns=(1,)) == ({1} if is_due else frozenset())
    assert due(before, as_of=fourth, urns=(1,)) == {1}
    days = set_days(FIRST, every_days=14, as_of=third - timedelta(days=1))
    assert days.next_of(before, pl.Series([1, 2, 3])) == {1: third if is_due else fourth, 2: third, 3: third}


LAST = date(2026, 2, 13)


def held(*, as_of: date, last: date = LAST, learned: date | None = None, had: bool = True) -> bool:
    """Whether a list of `as_of` waits at a school with registers to `last`, of which the last mark was learned on a day."""
    monday = last - timedelta(days=last.weekday())
    week = {
        "pupil_id": "ada",
        "urn": 1,
        "week_start": monday,
        "am_codes": 1 << 8 * last.weekday(),
        "last_known_on": learned or last,
    }
    rows = pl.DataFrame([dict.fromkeys(MARKED_WEEKS.names, 0) | week]).select(
        pl.col(name).cast(dtype) for name, dtype in MARKED_WEEKS.schema.items()
    )
    return bool(shut(after((last, 1)) if had else after(), rows, as_of=as_of))


@pytest.mark.parametrize("as_of, is_held", [
    (date(2026, 2, 14), False), (date(2026, 2, 17), False), (date(2026, 2, 18), True), (date(2026, 2, 20), True),
])  # fmt: skip
def test_a_set_day_in_a_half_term_waits_once_registers_are_older_than_a_long_week_end(as_of, is_held):
    """The last school day was Friday 13 February. On its Monday and Tuesday nobody can tell the half term from late registers."""
    assert held(as_of=as_of) is is_held


def test_the_first_friday_of_a_holiday_of_two_weeks_waits():
    assert held(last=date(2026, 3, 27), as_of=date(2026, 4, 3)) is True
    assert held(last=date(2025, 12, 19), as_of=date(2025, 12, 26)) is True
    assert held(last=date(2026, 7, 21), as_of=date(2026, 7, 31)) is True


def test_in_term_a_list_waits_only_where_registers_are_more_than_ten_days_old():
    assert held(last=date(2026, 3, 6), as_of=date(2026, 3, 13)) is False
    assert held(last=date(2026, 3, 6), as_of=date(2026, 3, 16)) is False
    assert held(last=date(2026, 3, 6), as_of=date(2026, 3, 17)) is True


@pytest.mark.parametrize("learned, is_held", [(date(2026, 2, 16), False), (date(2026, 2, 15), True)])
def test_registers_that_came_within_five_days_are_of_a_school_that_is_open(learned, is_held):
    """Where registers come once a week they may be a week old, and were learned on a Monday."""
    assert held(as_of=date(2026, 2, 20), learned=learned) is is_held


def test_a_first_list_waits_for_no_school_to_open():
    assert held(as_of=date(2026, 3, 20), had=False) is False


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
