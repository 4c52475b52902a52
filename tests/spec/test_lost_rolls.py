"""Who left a roll and is not seen here, and who left for home education after missing a tenth."""

from datetime import date, timedelta

import pytest

from pipeline.tables.staged_destinations import LEAVERS

from .lost_drawn import AS_OF, ASH, BIRCH, FIRST_DAY, found, of_kind, rows_of, school_day

LEFT, HOME = "left_and_not_seen_here", "home_educated_after_persistent_absence"
HEADER = "pupil_id | urn | entry_date | leaving_date | nc_year\n-"


def left(*rolls: str, **known) -> dict[str, dict]:
    return of_kind(LEFT, "\n".join([HEADER, *(f"juno | {one}" for one in rolls)]), **known)


def returned(destination: str | None, day: date, urn: int = ASH, known_on: date = AS_OF):
    return rows_of(LEAVERS, {"pupil_id": "juno", "urn": urn, "leaving_date": day, "destination": destination, "known_on": known_on})  # fmt: skip


TWENTY_DAYS_AGO = school_day(20)  # ten school days before the thirtieth
NINE_AGO = school_day(21)


def test_ten_school_days_after_leaving_a_child_is_not_seen_here_and_nine_after_has_time_to_arrive():
    told = left(f"100001 | 2024-09-02 | {TWENTY_DAYS_AGO} | 9")["juno"]
    assert (told["urn"], told["since"], told["school_days"], told["calendar_days"]) == (ASH, TWENTY_DAYS_AGO, 10, None)
    assert left(f"100001 | 2024-09-02 | {NINE_AGO} | 9") == {}


def test_what_is_said_are_facts_with_their_days_and_never_that_a_child_is_missing():
    told = left(f"100001 | 2024-09-02 | {TWENTY_DAYS_AGO} | 9")["juno"]
    assert told["says"] == (
        "Left the roll in Year 9 on 3 October 2025, 10 school days ago, and is on no roll seen here; no deletion return is held."
    )
    assert (told["goes_to"], told["asks"]) == (
        "officer",
        "Where do they learn now, and who has spoken with the family?",
    )


def test_without_a_register_a_fortnight_is_time_to_arrive():
    a_fortnight, a_day_less = AS_OF - timedelta(days=14), AS_OF - timedelta(days=13)
    told = left(f"100001 | 2024-09-02 | {a_fortnight} | 9", open_at=(BIRCH,))["juno"]
    assert (told["school_days"], told["calendar_days"]) == (None, 14)
    assert "14 days ago" in told["says"]
    assert left(f"100001 | 2024-09-02 | {a_day_less} | 9", open_at=(BIRCH,)) == {}


def test_where_the_register_stopped_before_the_child_left_days_are_counted_by_the_calendar():
    marks = {("amira", ASH): "/ " * 5}
    for gone_on, days in ((date(2025, 9, 13), 34), (date(2025, 10, 3), 14), (date(2025, 10, 4), None)):
        told = left(f"100001 | 2024-09-02 | {gone_on} | 9", codes=marks, open_at=(BIRCH,)).get("juno")
        assert (told and (told["school_days"], told["calendar_days"])) == (days and (None, days))


@pytest.mark.parametrize(
    "held, as_of, told",
    [
        (12, date(2025, 10, 7), None),  # its last school day is a fortnight ago: nine days of it are all that is known
        (12, date(2025, 10, 8), (None, 28)),  # and a day more: it has stopped
        (20, date(2025, 10, 8), (18, None)),
    ],
)
def test_a_register_that_has_stopped_for_more_than_a_fortnight_keeps_nobody_waiting(held, as_of, told):
    """Juno left on the third day, a Wednesday, or the second; of twelve days held nine or ten came after."""
    day = school_day(3 if held == 12 else 2)
    rows = left(f"100001 | 2024-09-02 | {day} | 9", codes={("amira", ASH): "/ " * held}, open_at=(BIRCH,), as_of=as_of)
    row = rows.get("juno")
    assert (row and (row["school_days"], row["calendar_days"])) == told


@pytest.mark.parametrize(
    "gone_on, as_of, is_lost",
    [
        (date(2025, 12, 12), date(2026, 1, 15), False),  # five days, and eight
        (date(2025, 12, 12), date(2026, 1, 16), True),
        (date(2026, 3, 18), date(2026, 4, 29), False),  # Easter is on 5 April: three days, and ten
        (date(2026, 3, 18), date(2026, 4, 30), True),
    ],
)
def test_without_a_register_the_holidays_of_christmas_and_easter_are_no_time_to_arrive_in(gone_on, as_of, is_lost):
    told = left(f"100001 | 2024-09-02 | {gone_on} | 9", open_at=(), as_of=as_of)
    assert bool(told) == is_lost
    assert not told or told["juno"]["calendar_days"] == (as_of - gone_on).days


@pytest.mark.parametrize("as_of, is_lost", [(date(2025, 9, 13), False), (date(2025, 9, 14), True)])
def test_without_a_register_the_summers_holidays_are_no_time_to_arrive_in(as_of, is_lost):
    """A fortnight from the last day of August."""
    assert bool(left("100001 | 2024-09-02 | 2025-07-22 | 9", open_at=(), as_of=as_of)) == is_lost


@pytest.mark.parametrize(
    "rolls, is_lost",
    [
        (["100001 | 2024-09-02 |            | 9"], False),  # has not left
        (["100001 | 2024-09-02 | 2025-09-08 | 9", "100002 | 2025-10-16 | | 9"], False),  # seen on another roll
        (["100001 | 2024-09-02 | 2025-09-08 | 9", "100001 | 2025-09-22 | | 9"], False),  # and came back
        (["100001 | 2024-09-02 | 2025-09-08 | N2"], False),  # a nursery child is not of compulsory age
        (["100001 | 2024-09-02 | 2025-09-08 | R"], True),
        (["100001 | 2018-09-02 | 2023-10-17 | 9"], True),  # two years ago, and of Year 11 now
        (["100001 | 2018-09-02 | 2022-10-17 | 9"], False),  # three years ago, and past it
        (["100001 | 2018-09-02 | 2024-10-17 | 11"], False),  # past it, and a year ago and more
        (["100001 | 2018-09-02 | 2024-10-18 | 11"], True),
        (["100001 | 2018-09-02 | 2024-10-17 | X"], False),  # of no year group, and a year ago and more
        (["100001 | 2018-09-02 | 2024-10-18 | X"], True),
    ],
)
def test_only_who_is_not_past_year_11_or_left_lately_and_is_on_no_roll_is_lost(rolls, is_lost):
    assert bool(left(*rolls)) == is_lost


def test_of_two_rolls_left_the_last_is_told():
    rolls = ["100002 | 2024-09-02 | 2025-09-02 | 9", "100001 | 2025-09-03 | 2025-09-08 | 9"]
    assert left(*rolls)["juno"]["urn"] == ASH


OTHERS_GO_ON = "amira | 100001 | 2024-09-02 | | {}"


def at_the_end_of(year: str, day: str, others: str = "13") -> bool:
    """Whether a child who left in this year is lost, at a school that has pupils of year `others` too."""
    rolls = [HEADER, f"juno | 100001 | 2020-09-02 | {day} | {year}", OTHERS_GO_ON.format(others)]
    return "juno" in of_kind(LEFT, "\n".join(rolls))


@pytest.mark.parametrize("year", ["6", "11", "12", "13", "14"])
def test_the_end_of_a_last_year_in_july_or_august_is_a_usual_time_to_leave_and_no_other_month_is(year):
    assert not at_the_end_of(year, "2025-07-01")
    assert not at_the_end_of(year, "2025-08-31")
    assert at_the_end_of(year, "2025-05-23")
    assert at_the_end_of(year, "2025-09-08")


@pytest.mark.parametrize("day, is_lost", [("2025-06-26", True), ("2025-06-27", False)])
def test_from_year_11_on_the_last_friday_in_june_is_the_school_leaving_date(day, is_lost):
    assert at_the_end_of("11", day) == is_lost
    assert at_the_end_of("6", day)  # a Year 6 pupil has weeks to go


@pytest.mark.parametrize("year, higher", [("2", "3"), ("4", "5"), ("8", "9")])
def test_a_first_or_middle_schools_last_year_is_a_usual_time_to_leave_where_it_has_no_higher_year(year, higher):
    assert not at_the_end_of(year, "2025-07-22", others=year)
    assert at_the_end_of(year, "2025-07-22", others=higher)


def test_year_3_is_nobodys_last_whatever_years_a_school_has():
    assert at_the_end_of("3", "2025-07-22", others="3")


@pytest.mark.parametrize("destination", ["school", "eotas", "abroad", "home_education"])
def test_a_return_that_says_where_takes_a_child_off_the_line(destination):
    roll = "100001 | 2024-09-02 | 2025-09-08 | 9"
    assert left(roll, leavers=returned(destination, FIRST_DAY)) == {}


@pytest.mark.parametrize(
    "destination, words", [("unknown", "says that the destination is unknown."), (None, "names no destination.")]
)
def test_a_return_that_knows_no_destination_keeps_them_on_it(destination, words):
    told = left("100001 | 2024-09-02 | 2025-09-08 | 9", leavers=returned(destination, FIRST_DAY))
    assert told["juno"]["says"].endswith(f"the deletion return {words}")


def test_a_return_of_an_earlier_school_says_nothing_of_where_they_went_from_the_last():
    rolls = ["100002 | 2024-09-02 | 2025-09-08 | 9", "100001 | 2025-09-09 | 2025-09-12 | 9"]
    assert left(*rolls, leavers=returned("school", FIRST_DAY, urn=BIRCH))
    assert left(*rolls, leavers=returned("school", date(2025, 9, 12), urn=ASH)) == {}


def test_the_return_known_last_counts_whatever_the_order_of_files():
    roll = "100001 | 2024-09-02 | 2025-09-08 | 9"
    both = [
        {"pupil_id": "juno", "urn": ASH, "leaving_date": FIRST_DAY, "destination": said, "known_on": known_on}
        for said, known_on in (("school", date(2025, 9, 10)), ("unknown", date(2025, 9, 20)))
    ]
    for rows in (both, both[::-1]):
        assert left(roll, leavers=rows_of(LEAVERS, *rows))


STATED = "pupil_id | urn | entry_date | leaving_date | nc_year | stated_on\n-\n"
LAST_YEARS = "juno | 100001 | 2022-09-02 | 2025-07-31 | 9 | 2025-06-01"


def test_who_is_only_on_last_years_roll_is_lost_once_that_school_has_told_of_this_year():
    """A roll of last year ends with it, see `current_enrolments`: of a school that has sent nothing since nobody left."""
    assert of_kind(LEFT, STATED + LAST_YEARS, open_at=(BIRCH,)) == {}
    told = f"{LAST_YEARS}\namira | 100001 | 2022-09-02 | | 9 | 2025-10-02"
    assert "juno" in of_kind(LEFT, STATED + told, open_at=(BIRCH,))


def test_who_is_only_on_a_roll_of_years_ago_is_lost_once_that_school_has_told_of_a_later_year():
    of_old = "juno | 100001 | 2022-09-02 | 2024-07-31 | 7 | 2024-06-01"
    assert of_kind(LEFT, STATED + of_old, open_at=(BIRCH,)) == {}
    told = f"{of_old}\namira | 100001 | 2022-09-02 | 2025-07-31 | 9 | 2024-10-02"
    assert "juno" in of_kind(LEFT, STATED + told, open_at=(BIRCH,))


# Home education


def gone_home(missed: int, *, possible: int = 20, **known) -> dict[str, dict]:
    """Juno of Year 9 left for home education after so many of so many days were missed, all of them for illness."""
    codes = " ".join(["I"] * missed + ["/"] * (possible - missed))
    last = school_day(possible)
    rolls = f"{HEADER}\njuno | 100001 | 2024-09-02 | {last} | 9"
    leavers = known.pop("leavers", returned("home_education", last))
    return of_kind(HOME, rolls, {("juno", ASH): codes}, leavers=leavers, **known)


def test_home_education_after_exactly_a_tenth_missed_has_its_own_line_with_the_rate():
    told = gone_home(2)["juno"]
    assert told["says"] == (
        "Left the roll in Year 9 on 3 October 2025 for home education, by the deletion return. Absent for 4 of 40 sessions "
        "(10.0%) in 2025/26."
    )
    assert (told["urn"], told["calendar_days"], told["school_days"]) == (ASH, 14, None)


def test_home_education_after_less_than_a_tenth_missed_is_on_no_line():
    assert gone_home(1) == {}


def test_home_education_is_asked_of_for_twelve_months_alone():
    for gone_on, is_told in ((date(2025, 10, 3), True), (date(2024, 10, 16), False)):
        rolls = f"{HEADER}\njuno | 100001 | 2023-09-02 | {gone_on} | 7"
        marks = {("juno", ASH): "I " * 20}
        assert bool(of_kind(HOME, rolls, marks, leavers=returned("home_education", gone_on))) == is_told


def test_fewer_than_forty_sessions_are_too_few_to_judge():
    assert gone_home(10, possible=19) == {}
    assert gone_home(10, possible=20)


def test_who_is_on_a_roll_again_is_not_at_home():
    rolls = f"{HEADER}\njuno | 100001 | 2024-09-02 | {school_day(20)} | 9\njuno | 100002 | 2025-10-13 | | 9"
    codes = {("juno", ASH): "I " * 20}
    assert of_kind(HOME, rolls, codes, leavers=returned("home_education", school_day(20))) == {}


def test_another_destination_is_no_home_education():
    assert gone_home(10, leavers=returned("school", school_day(20))) == {}


def test_where_no_deletion_return_ever_came_home_education_cannot_be_judged():
    lost = found(sent=frozenset({"pupils", "attendance_marks"}))
    assert lost.cannot[HOME] == "Cannot be judged: no deletion return has been sent."
    assert LEFT not in lost.cannot
