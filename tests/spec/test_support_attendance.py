"""Attendance before and after support began."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.steps.published_pages import Policy
from pipeline.steps.support_attendance import support_attendance
from pipeline.steps.weeks import cut, marked_weeks
from tests.cast import AS_OF, Away, Pupil, marks_of, support_of

BEGAN = date(2025, 11, 19)  # a Wednesday: the week of the 17th is in neither window


FIVE = 5  # what pupils are told down to


def helped(letter: str, kind: str = "sen_support", began: date = BEGAN, away: tuple[Away, ...] = ()) -> Pupil:
    return Pupil(f"helped{letter}", away=away, support=({"kind": kind, "start_date": began},))


def page(pupils: list[Pupil], *, as_of: date = AS_OF, smallest_base: int = 2) -> dict[str, tuple]:
    weeks = cut(marked_weeks(marks_of(pupils)), last_day=as_of)
    table = support_attendance(support_of(pupils), weeks, Policy(smallest_base=smallest_base), as_of=as_of)
    return {row[0]: row[1:] for row in table.rows()}


ILL_BEFORE = (Away("I", "2025-11-03", "2025-11-07"),)
ILL_THAT_WEEK = (Away("I", "2025-11-17", "2025-11-21"),)
ILL_AFTER = (Away("I", "2025-11-24", "2025-11-25"),)


def test_six_school_weeks_before_and_after_are_compared_and_the_week_itself_is_in_neither():
    ill = [helped(letter, away=(*ILL_BEFORE, *ILL_THAT_WEEK)) for letter in "bc"]
    pupils = [*ill, helped("d", away=ILL_AFTER), helped("e"), helped("f")]
    assert page(pupils)["sen_support"] == (FIVE, round(20 / 300, 2), round(4 / 300, 2))


@pytest.mark.parametrize("pupils, said", [(4, 0), (5, 5), (9, 5), (10, 10)])
def test_pupils_are_told_down_to_the_five_below_so_that_one_more_tells_nothing_of_a_child(pupils, said):
    assert page([helped(letter) for letter in "bcdefghijk"[:pupils]])["sen_support"] == (said, 0.0, 0.0)


def test_whoever_has_not_six_weeks_on_either_side_is_in_neither_figure():
    new = [
        helped("b", away=ILL_BEFORE),
        *map(helped, "cdef"),
        *(helped(letter, began=date(2026, 2, 9)) for letter in "ghijk"),
    ]
    assert page(new)["sen_support"][0] == FIVE
    assert page(new, as_of=date(2026, 1, 16))["sen_support"] == (FIVE, round(10 / 300, 2), 0.0)
    assert page(new, as_of=date(2026, 1, 15))["sen_support"] == (0, None, None)  # the sixth week is not over


def test_too_few_pupils_are_not_told_of():
    pupils = list(map(helped, "bcdef"))
    assert page(pupils, smallest_base=6)["sen_support"] == (None, None, None)
    assert page(pupils, smallest_base=5)["sen_support"] == (FIVE, 0.0, 0.0)


def test_support_for_health_home_or_caring_is_told_of_together():
    carers, others = (
        (helped(letter, "young_carer") for letter in "bcd"),
        (helped(letter, "early_help") for letter in "ef"),
    )
    told = page([*carers, *others, helped("g", "ehc_plan")])
    assert told["known_to_staff"][0] == FIVE
    assert sorted(told) == ["attendance_plan", "ehc_plan", "known_to_staff", "sen_support"]


def test_support_begun_before_last_year_is_left_out_and_a_second_start_counts_once():
    lately = [helped("c", began=date(2024, 11, 20)), *map(helped, "def")]
    assert page([helped("b", began=date(2024, 7, 31)), *lately])["sen_support"][0] == 0
    assert page([helped("b"), *lately])["sen_support"][0] == FIVE
    twice = replace(helped("b"), support=helped("b").support * 2)
    assert page([twice, *map(helped, "cde")])["sen_support"][0] == 0
