"""School years, terms and weeks, on both sides of each of their edges."""

from datetime import date
from itertools import pairwise

import pytest

from pipeline.vocabulary.school_year import (
    SchoolYear,
    age_on,
    monday_of,
    school_year_of,
    term_carried,
    term_dates,
    term_of,
    usual_holidays,
)

THIS_YEAR = SchoolYear(2025)


def test_usual_holidays_lie_in_their_year_in_order_and_easters_moves_with_it():
    told = usual_holidays(THIS_YEAR)
    assert told == tuple(sorted(told))
    assert all(first < last and first in THIS_YEAR and last in THIS_YEAR for first, last in told)
    assert (date(2025, 12, 15), date(2026, 1, 10)) in told
    assert (date(2026, 3, 22), date(2026, 4, 19)) in told  # Easter Sunday is 5 April
    assert (date(2026, 4, 19), date(2026, 5, 17)) not in told


@pytest.mark.parametrize(
    "day, year",
    [("2025-07-31", 2024), ("2025-08-01", 2025), ("2025-12-31", 2025), ("2026-01-01", 2025), ("2026-07-31", 2025)],
)
def test_a_school_year_begins_on_1_august(day, year):
    day = date.fromisoformat(day)
    assert school_year_of(day) == SchoolYear(year)
    assert day in SchoolYear(year)
    assert day not in SchoolYear(year).before
    assert day not in SchoolYear(year + 1)


def test_a_school_year_is_written_with_both_its_calendar_years():
    assert [str(SchoolYear(starts)) for starts in (1999, 2008, 2025)] == ["1999/00", "2008/09", "2025/26"]


@pytest.mark.parametrize(
    "day, term",
    [
        ("2025-08-01", "autumn"), ("2025-12-31", "autumn"), ("2026-01-01", "spring"),
        ("2026-04-05", "spring"), ("2026-04-06", "summer"), ("2026-07-31", "summer"),
    ],
)  # fmt: skip
def test_spring_ends_on_easter_sunday_and_summer_begins_the_day_after(day, term):
    assert term_of(date.fromisoformat(day)) == term


@pytest.mark.parametrize(
    "year, easter_sunday",
    [(2023, date(2024, 3, 31)), (2024, date(2025, 4, 20)), (2025, date(2026, 4, 5)), (2037, date(2038, 4, 25))],
)
def test_easter_moves_by_weeks_from_year_to_year(year, easter_sunday):
    assert term_dates(SchoolYear(year), "spring") == (date(year + 1, 1, 1), easter_sunday)


def test_three_terms_make_the_whole_year_and_share_no_day():
    dates = [term_dates(THIS_YEAR, term) for term in ("autumn", "spring", "summer")]
    assert dates[0][0] == THIS_YEAR.first_day
    assert [(after[0] - before[1]).days for before, after in pairwise(dates)] == [1, 1]
    assert dates[2][1] == THIS_YEAR.last_day


@pytest.mark.parametrize(
    "census_term, census_year, year, term",
    [
        ("spring", 2025, 2024, "autumn"),
        ("summer", 2025, 2024, "spring"),
        ("autumn", 2025, 2024, "summer"),
        ("spring", 2026, 2025, "autumn"),
    ],
)
def test_a_census_carries_the_attendance_of_the_term_before_it(census_term, census_year, year, term):
    assert term_carried(census_term, census_year) == (SchoolYear(year), term)


@pytest.mark.parametrize("day", ["2025-09-08", "2025-09-10", "2025-09-14"])
def test_a_week_is_named_by_its_monday(day):
    assert monday_of(date.fromisoformat(day)) == date(2025, 9, 8)
    assert monday_of(date(2025, 9, 15)) == date(2025, 9, 15)


@pytest.mark.parametrize("day, age", [("2025-08-30", 10), ("2025-08-31", 11), ("2025-09-01", 11)])
def test_a_pupil_is_a_year_older_on_the_birthday_itself(day, age):
    assert age_on(date(2014, 8, 31), date.fromisoformat(day)) == age


def test_a_leap_day_birthday_falls_on_1_march_in_other_years():
    assert [age_on(date(2012, 2, 29), date(2025, *day)) for day in ((2, 28), (3, 1))] == [12, 13]
