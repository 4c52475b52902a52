"""Attendance before and after support began."""

from dataclasses import replace
from datetime import date

from pipeline.steps.published_pages import Policy
from pipeline.steps.support_attendance import support_attendance
from pipeline.steps.weeks import cut, marked_weeks
from tests.cast import AS_OF, Away, Pupil, marks_of, support_of

BEGAN = date(2025, 11, 19)  # a Wednesday: the week of the 17th is in neither window


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
    pupils = [helped("b", away=(*ILL_BEFORE, *ILL_THAT_WEEK)), helped("c", away=ILL_AFTER)]
    assert page(pupils)["sen_support"] == (2, round(10 / 120, 3), round(4 / 120, 3))


def test_whoever_has_not_six_weeks_on_either_side_is_in_neither_figure():
    new = [helped("b", away=ILL_BEFORE), helped("c"), helped("d", began=date(2026, 2, 9))]
    assert page(new)["sen_support"][0] == 2
    assert page(new, as_of=date(2026, 1, 16))["sen_support"] == (2, round(10 / 120, 3), 0.0)
    assert page(new, as_of=date(2026, 1, 15))["sen_support"] == (0, None, None)  # the sixth week is not over


def test_too_few_pupils_are_not_told_of():
    pupils = [helped("b"), helped("c")]
    assert page(pupils, smallest_base=3)["sen_support"] == (None, None, None)
    assert page(pupils, smallest_base=2)["sen_support"] == (2, 0.0, 0.0)


def test_support_for_health_home_or_caring_is_told_of_together():
    pupils = [helped("b", "young_carer"), helped("c", "early_help"), helped("d", "ehc_plan")]
    told = page(pupils)
    assert told["known_to_staff"][0] == 2
    assert sorted(told) == ["attendance_plan", "ehc_plan", "known_to_staff", "sen_support"]


def test_support_begun_before_last_year_is_left_out_and_a_second_start_counts_once():
    old = [helped("b", began=date(2024, 7, 31)), helped("c", began=date(2024, 11, 20)), helped("d")]
    assert page(old)["sen_support"][0] == 2
    twice = replace(helped("b"), support=helped("b").support * 2)
    assert page([twice, helped("c")])["sen_support"][0] == 2
