"""What a census says of a pupil's term: every stay at a school counts, and a count with a hole in it says nothing."""

from datetime import date

import polars as pl
import pytest

from pipeline.steps.census_terms import census_term, census_year
from pipeline.tables.staged import CENSUS_SESSIONS
from pipeline.vocabulary.school_year import SchoolYear
from tests.drawn import drawn

YEAR = SchoolYear(2025)


def census(picture: str, **more) -> pl.DataFrame:
    usual = {
        "extract_id": 1, "known_on": date(2026, 1, 20), "pupil_id": "amira", "urn": 100001, "parent_key": "p1", "census_key": "c1", "parent_known_on": date(2026, 1, 20), "census_term": "spring", "census_year": 2026,
        "school_year": 2025, "term": "autumn", "part": 1, "sessions_possible": 140,
    } | more  # fmt: skip
    told = drawn(picture, CENSUS_SESSIONS.schema)
    others = {name: value for name, value in usual.items() if name not in told.columns}
    rows = told.with_columns(pl.lit(value, CENSUS_SESSIONS.schema[name]).alias(name) for name, value in others.items())
    return CENSUS_SESSIONS.conform(rows.with_row_index("row_number", offset=2))


def of_year(rows: pl.DataFrame) -> list[tuple[int, int]]:
    """Sessions missed and possible, of each pupil of whom anything is said."""
    return census_year(rows, YEAR).select("absence_sessions", "possible_sessions").rows()


def of_term(rows: pl.DataFrame, term: str) -> list[tuple[int, int]]:
    return census_term(rows, YEAR, term).select("absence_sessions", "possible_sessions").rows()


LEFT_AND_CAME_BACK = """
    parent_key | sessions_possible | code | sessions
    -----------+-------------------+------+---------
    left       | 80                | I    | 30
    left       | 80                | /    | 50
    back       | 40                | I    | 4
    back       | 40                | /    | 36
    """


def test_a_pupil_who_left_and_came_back_within_a_term_missed_what_was_missed_in_both_stays():
    told = census(LEFT_AND_CAME_BACK)
    assert of_year(told) == of_term(told, "autumn") == [(34, 120)]


def test_a_stay_of_which_the_possible_sessions_were_not_sent_is_left_out_of_the_year_and_the_pupil_of_the_whole_term():
    told = census(LEFT_AND_CAME_BACK.replace("80", "  "))
    assert of_year(told) == [(4, 40)]
    assert of_term(told, "autumn") == []


@pytest.mark.parametrize("present, is_told", [(125, False), (126, True), (128, True), (129, False)])
def test_codes_add_up_where_no_more_than_one_session_in_fifty_is_unmarked_and_none_is_over(present, is_told):
    """Of 140 possible, 12 missed: 128 are left, of which two may have no mark."""
    told = census(f"code | sessions\n-\nI | 12\n/ | {present}")
    assert of_year(told) == of_term(told, "autumn") == ([(12, 140)] if is_told else [])


@pytest.mark.parametrize("missed, is_told", [(140, True), (141, False)])
def test_absences_alone_may_be_all_that_was_possible_and_no_more(missed, is_told):
    told = census(f"code | sessions\n-\nI | {missed}")
    assert of_year(told) == ([(missed, 140)] if is_told else [])


def test_a_return_sent_twice_in_one_night_is_told_once_though_its_pupil_rows_have_other_ids():
    again = LEFT_AND_CAME_BACK.replace("left", "lef2").replace("back", "bac2")
    told = pl.concat([census(LEFT_AND_CAME_BACK), census(again)])
    assert of_year(told) == of_term(told, "autumn") == [(34, 120)]


@pytest.mark.parametrize("possible, is_told", [(78, True), (79, False)])
def test_stays_that_are_more_than_a_term_between_them_say_nothing(possible, is_told):
    """From 1 August to 31 December 2025 there were 109 weekdays: 218 sessions."""
    picture = f"parent_key | sessions_possible | code | sessions\n-\np1 | 140 | I | 12\np2 | {possible} | I | 9"
    assert of_year(census(picture)) == ([(21, 140 + possible)] if is_told else [])


SUMMER = """
    part | sessions_possible | code | sessions
    -----+-------------------+------+---------
    1    | 50                | I    | 5
    2    | 70                | I    | 7
    """


def test_a_summer_term_is_whole_where_both_its_parts_came():
    told = census(SUMMER, term="summer")
    assert of_term(told, "summer") == [(12, 120)]
    assert of_term(told.filter(part=1), "summer") == of_term(told.filter(part=2), "summer") == []


def test_a_term_is_told_of_alone_and_each_school_apart():
    told = pl.concat([census(LEFT_AND_CAME_BACK), census("code | sessions\n-\nI | 9", urn=100002)])
    assert of_term(told, "spring") == []
    assert sorted(of_term(told, "autumn")) == [(9, 140), (34, 120)]
