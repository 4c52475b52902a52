"""Weeks of marks that fell anyhow, against the same counted one by one in plain Python."""

from collections import defaultdict
from datetime import date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.steps.weeks import COUNTS, cut, marked_weeks, slots
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, BY_CODE, BY_NUMBER, CountsAs

FIRST = date(2025, 9, 1)
NINE_O_CLOCK = datetime.fromisoformat("2025-09-30T09:00")
NEVER = datetime.fromisoformat("0001-01-01")
MARKS = {"pupil_id": pl.String, "urn": pl.Int32, "date": pl.Date, "half_day": pl.String, "code": pl.String,
         "known_on": pl.Date, "recorded_at": pl.Datetime("us")}  # fmt: skip

a_day = st.integers(0, 20).map(lambda n: FIRST + timedelta(days=n))
a_mark = st.tuples(
    st.sampled_from(["amira", "ben"]),
    st.sampled_from([100001, 100002]),
    a_day,
    st.sampled_from(["am", "pm"]),
    st.sampled_from([entry.code for entry in ATTENDANCE_CODES]),
    st.integers(0, 3).map(lambda n: date(2025, 10, 1) + timedelta(days=n)),
    st.none() | st.integers(0, 3).map(lambda n: NINE_O_CLOCK + timedelta(hours=n)),
)
some_marks = st.lists(a_mark, max_size=60)
in_one_week = st.lists(
    a_mark.map(lambda mark: ("amira", 100001, FIRST + timedelta(days=mark[2].weekday()), *mark[3:])),
    min_size=1,
    max_size=30,
)

tried = settings(deadline=None, derandomize=True, max_examples=100)


def frame(marks: list[tuple]) -> pl.DataFrame:
    return pl.DataFrame(marks, schema=MARKS, orient="row")


def weeks_of(marks: list[tuple]) -> pl.DataFrame:
    return MARKED_WEEKS.conform(marked_weeks(frame(marks)))


# Plain Python: slow, and by the words of the definitions

KINDEST_FIRST = [CountsAs.PRESENT, CountsAs.APPROVED_ACTIVITY, CountsAs.AUTHORISED, CountsAs.UNAUTHORISED,
                 CountsAs.NOT_POSSIBLE, CountsAs.NO_MARK]  # fmt: skip
PRESENT, APPROVED = {"/", "\\", "L"}, {"K", "V", "P", "W", "B", "J"}
AUTHORISED = {"C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T", "H", "F"}
UNAUTHORISED = {"G", "N", "O", "U"}
SILENT = {"C1", "G", "J1", "R", "S", "T", "H", "F"}
ABSENT = AUTHORISED | UNAUTHORISED
OF_KIND = {
    "possible_sessions": PRESENT | APPROVED | ABSENT, "absence_sessions": ABSENT, "authorised_sessions": AUTHORISED,
    "unauthorised_sessions": UNAUTHORISED, "late_sessions": {"L"}, "approved_activity_sessions": APPROVED,
    "need_absence_sessions": ABSENT - SILENT, "illness_sessions": {"I"}, "medical_sessions": {"M"},
    "part_time_sessions": {"C2"}, "suspended_sessions": {"E"}, "no_reason_sessions": {"N"}, "dual_sessions": {"D"},
    "no_mark_sessions": {"-"},
}  # fmt: skip


def standing(marks: list[tuple]) -> dict[tuple, str]:
    """The one code that stands for each pupil, school, day and half day."""
    rivals = defaultdict(list)
    for *half_day, code, known_on, recorded_at in marks:
        kindness = (KINDEST_FIRST.index(BY_CODE[code].counts_as), BY_CODE[code].number)
        rivals[tuple(half_day)].append((known_on, recorded_at or NEVER, [-rank for rank in kindness], code))
    return {half_day: max(them)[-1] for half_day, them in rivals.items()}


def plain_weeks(marks: list[tuple]) -> dict[tuple, dict]:
    weeks = defaultdict(list)
    for (pupil, urn, day, _), code in standing(marks).items():
        weeks[pupil, urn, day - timedelta(days=day.weekday())].append(code)
    return {
        key: {name: sum(code in kind for code in codes) for name, kind in OF_KIND.items()}
        for key, codes in weeks.items()
    }


@tried
@given(some_marks)
def test_weeks_are_what_dfe_would_count(marks):
    assert set(OF_KIND) == set(COUNTS)
    counted = {
        (row["pupil_id"], row["urn"], row["week_start"]): {name: row[name] for name in OF_KIND}
        for row in weeks_of(marks).to_dicts()
    }
    assert counted == plain_weeks(marks)


@tried
@given(some_marks.flatmap(lambda marks: st.tuples(st.just(marks), st.permutations(marks))))
def test_marks_in_any_order_give_the_same_weeks(either):
    marks, shuffled = either
    assert weeks_of(marks).equals(weeks_of(shuffled))


@tried
@given(some_marks)
def test_the_marks_that_stand_can_be_had_again_from_the_weeks(marks):
    again = {
        (pupil, urn, day, ("am", "pm")[half_day]): BY_NUMBER[number].code
        for pupil, urn, day, half_day, number in slots(weeks_of(marks)).rows()
    }
    assert again == standing(marks)


@tried
@given(some_marks, a_day, a_day)
def test_weeks_cut_are_the_weeks_of_the_marks_between(marks, one, other):
    first, last = min(one, other), max(one, other)
    between = [mark for mark in marks if first <= mark[2] <= last]
    left = MARKED_WEEKS.conform(cut(weeks_of(marks), first_day=first, last_day=last))
    assert left.drop("last_known_on").equals(weeks_of(between).drop("last_known_on"))


@tried
@given(in_one_week)
def test_what_is_told_twice_changes_nothing(marks):
    assert weeks_of(marks).equals(weeks_of(marks + marks))


@tried
@given(in_one_week)
def test_a_week_says_when_it_was_last_learned_of(marks):
    [week] = weeks_of(marks).to_dicts()
    assert week["last_known_on"] == max(mark[5] for mark in marks)


@tried
@given(in_one_week)
def test_possible_sessions_are_those_attended_and_those_missed(marks):
    [week] = weeks_of(marks).to_dicts()
    codes = list(standing(marks).values())
    attended = sum(code in PRESENT | APPROVED for code in codes)
    assert week["possible_sessions"] == attended + week["absence_sessions"]
    assert week["absence_sessions"] == week["authorised_sessions"] + week["unauthorised_sessions"]
