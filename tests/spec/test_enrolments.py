"""Spells on a roll, joined from what each delivery said of them."""

from datetime import date

import polars as pl
import pytest

from pipeline.hops.looking import still_here
from pipeline.steps.enrolments import current_enrolments, enrolments
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS
from pipeline.tables.staged import PUPILS
from tests.drawn import drawn

AS_OF = date(2025, 12, 1)


def rolls(picture: str) -> pl.DataFrame:
    """Staged pupil rows: what is not drawn is a Year 8 pupil of one school, learned of on the day described."""
    told = drawn(picture, PUPILS.schema)
    usual = {
        "extract_id": 1, "urn": 100001, "nc_year": "8", "age_at_31_august": 12, "enrol_status": "C",
        "entry_date": date(2024, 9, 2), "stated_on": date(2025, 9, 8),
    }  # fmt: skip
    filled = told.with_columns(
        pl.lit(value, PUPILS.schema[name]).alias(name) for name, value in usual.items() if name not in told.columns
    )
    known = pl.col("known_on") if "known_on" in told.columns else pl.col("stated_on")
    filled = filled.with_columns(known_on=known, row_number=pl.int_range(2, filled.height + 2, dtype=pl.Int64))
    return pl.concat([PUPILS.empty, filled], how="diagonal")


def spells_of(pupils: pl.DataFrame, *, as_of: date | None = None) -> pl.DataFrame:
    return enrolments(pupils, as_of=as_of)


def same(frame: pl.DataFrame, picture: str) -> bool:
    expected = drawn(picture, ENROLMENTS.schema)
    return frame.select(expected.columns).equals(expected)


# Spells


def test_a_pupil_who_moved_has_a_spell_at_each_school():
    it = spells_of(
        rolls("""
            pupil_id | urn    | entry_date | leaving_date | stated_on
            ---------+--------+------------+--------------+-----------
            hugo     | 100002 | 2021-09-01 | 2025-07-22   | 2025-09-08
            hugo     | 100001 | 2025-09-03 |              | 2025-09-08
            """)
    )
    assert same(
        it,
        """
        pupil_id | urn    | entry_date | leaving_date
        ---------+--------+------------+-------------
        hugo     | 100001 | 2025-09-03 |
        hugo     | 100002 | 2021-09-01 | 2025-07-22
        """,
    )


def test_a_pupil_on_two_rolls_at_once_is_on_both():
    it = spells_of(
        rolls("""
            pupil_id | urn    | enrol_status
            ---------+--------+-------------
            ines     | 100001 | M
            ines     | 100002 | S
            """)
    )
    assert it["enrol_status"].to_list() == ["M", "S"]


def test_a_roll_delivered_every_night_is_one_spell_as_last_stated():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | nc_year | enrol_status
            ---------+------------+---------+-------------
            amira    | 2025-09-08 | 7       | C
            amira    | 2025-11-03 | 8       | M
            amira    | 2025-10-06 | 7       | C
            """)
    )
    assert same(it, "pupil_id | nc_year | enrol_status | stated_on\n-\namira | 8 | M | 2025-11-03")


def test_a_leaver_has_left_when_a_later_delivery_says_so():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | leaving_date
            ---------+------------+-------------
            amira    | 2025-11-03 | 2025-10-24
            amira    | 2025-09-08 |
            """)
    )
    assert it["leaving_date"].to_list() == [date(2025, 10, 24)]


def test_a_leaving_date_taken_back_is_gone():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | leaving_date
            ---------+------------+-------------
            amira    | 2025-09-08 | 2025-10-24
            amira    | 2025-11-03 |
            """)
    )
    assert it["leaving_date"].to_list() == [None]


def test_of_two_rows_about_one_day_the_one_learned_later_counts():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | known_on   | leaving_date
            ---------+------------+------------+-------------
            amira    | 2025-10-02 | 2025-11-20 | 2025-09-30
            amira    | 2025-10-02 | 2025-10-20 |
            """)
    )
    assert it["leaving_date"].to_list() == [date(2025, 9, 30)]


def test_an_older_census_learned_late_does_not_overrule_a_newer_roll():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | known_on   | nc_year
            ---------+------------+------------+--------
            amira    | 2025-09-08 | 2025-09-08 | 8
            amira    | 2025-05-15 | 2025-11-20 | 7
            """)
    )
    assert it["nc_year"].to_list() == ["8"]


# Corrections


@pytest.mark.parametrize("first, then", [("2025-09-08", "2025-10-06"), ("2025-10-06", "2025-09-08")])
def test_an_entry_date_corrected_is_one_spell_and_the_later_stated_stays(first, then):
    it = spells_of(
        rolls(f"""
            pupil_id | entry_date | stated_on
            ---------+------------+-----------
            amira    | 2025-09-02 | {first}
            amira    | 2025-09-03 | {then}
            """)
    )
    assert it["entry_date"].to_list() == [date(2025, 9, 3 if then > first else 2)]


@pytest.mark.parametrize("first, then, stays", [("08", "15", 3), ("15", "08", 2), ("08", "08", 3)])
def test_of_two_corrections_about_one_day_the_later_learned_stays_and_of_those_the_later_entry(first, then, stays):
    it = spells_of(
        rolls(f"""
            pupil_id | entry_date | stated_on  | known_on
            ---------+------------+------------+-----------
            amira    | 2025-09-02 | 2025-09-08 | 2025-09-{first}
            amira    | 2025-09-03 | 2025-09-08 | 2025-09-{then}
            """)
    )
    assert it["entry_date"].to_list() == [date(2025, 9, stays)]


def test_a_pupil_who_left_and_came_back_has_two_spells():
    it = spells_of(
        rolls("""
            pupil_id | entry_date | leaving_date | stated_on
            ---------+------------+--------------+-----------
            amira    | 2024-09-02 | 2025-02-14   | 2025-09-08
            amira    | 2025-06-02 |              | 2025-09-08
            """)
    )
    assert it["leaving_date"].to_list() == [date(2025, 2, 14), None]


@pytest.mark.parametrize("left, spells", [("2025-06-01", 2), ("2025-06-02", 1)])
def test_spells_overlap_when_one_ends_on_the_day_the_next_begins(left, spells):
    it = spells_of(
        rolls(f"""
            pupil_id | entry_date | leaving_date | stated_on
            ---------+------------+--------------+-----------
            amira    | 2024-09-02 | {left}       | 2025-09-08
            amira    | 2025-06-02 |              | 2025-09-08
            """)
    )
    assert it.height == spells
    assert it["entry_date"].to_list()[-1] == date(2025, 6, 2)


def test_a_spell_corrected_twice_is_still_one():
    it = spells_of(
        rolls("""
            pupil_id | entry_date | stated_on
            ---------+------------+-----------
            amira    | 2025-09-01 | 2025-09-08
            amira    | 2025-09-02 | 2025-11-03
            amira    | 2025-09-03 | 2025-10-06
            amira    | 2025-09-04 | 2025-09-15
            """)
    )
    assert same(it, "entry_date | stated_on\n-\n2025-09-02 | 2025-11-03")


def test_one_pupils_correction_touches_nobody_elses_spell():
    it = spells_of(
        rolls("""
            pupil_id | urn    | entry_date | stated_on
            ---------+--------+------------+-----------
            amira    | 100001 | 2025-09-02 | 2025-10-06
            amira    | 100002 | 2025-09-03 | 2025-09-08
            ben      | 100001 | 2025-09-03 | 2025-09-08
            """)
    )
    assert it.height == 3


# SEN provision


def test_sen_provision_is_the_last_said_with_the_day_it_was_said_of():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | sen_provision
            ---------+------------+--------------
            amira    | 2025-01-16 | N
            amira    | 2025-05-15 | K
            amira    | 2025-10-02 |
            """)
    )
    picture = "sen_provision | sen_provision_on | stated_on\n-\nK | 2025-05-15 | 2025-10-02"
    assert same(it, picture)


def test_no_sen_provision_ever_said_is_not_none_made():
    it = spells_of(rolls("pupil_id | sen_provision\n-\namira |"))
    assert it.select("sen_provision", "sen_provision_on").row(0) == (None, None)


def test_provision_that_ended_is_not_the_one_before():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | sen_provision
            ---------+------------+--------------
            amira    | 2025-01-16 | K
            amira    | 2025-05-15 | N
            """)
    )
    assert it["sen_provision"].to_list() == ["N"]


def test_a_year_group_not_said_is_the_last_that_was():
    it = spells_of(
        rolls("""
            pupil_id | stated_on  | nc_year
            ---------+------------+--------
            amira    | 2025-09-08 | 8
            amira    | 2025-10-02 |
            """)
    )
    assert it["nc_year"].to_list() == ["8"]


# A look at the past


@pytest.mark.parametrize("day", ["2026-07-31", "2025-12-02", "2025-12-01"])
def test_a_row_that_describes_a_day_to_come_says_nothing_of_provision_year_group_status_or_age(day):
    """A plain history roll is known the day after the pupil entered, and describes the last day of its year."""
    told = rolls(f"""
        pupil_id | stated_on  | known_on   | nc_year | sen_provision | enrol_status | age_at_31_august
        ---------+------------+------------+---------+---------------+--------------+-----------------
        amira    | 2025-10-02 | 2025-10-20 | 8       | N             | C            | 12
        amira    | {day}      | 2024-09-03 | 9       | K             | M            | 13
        """)
    said = ("sen_provision", "nc_year", "enrol_status", "age_at_31_august")
    now, without_a_day = spells_of(told, as_of=AS_OF), spells_of(told)
    is_past = day <= AS_OF.isoformat()
    assert now.select(said).row(0) == (("K", "9", "M", 13) if is_past else ("N", "8", "C", 12))
    assert now["sen_provision_on"].item() == (AS_OF if is_past else date(2025, 10, 2))
    assert without_a_day.select(said).row(0) == ("K", "9", "M", 13)


def test_what_only_a_row_of_a_later_day_says_is_not_known_yet():
    told = rolls("""
        pupil_id | stated_on  | known_on   | sen_provision
        ---------+------------+------------+--------------
        amira    | 2025-10-02 | 2025-10-20 |
        amira    | 2026-07-31 | 2024-09-03 | K
        """)
    assert spells_of(told, as_of=AS_OF)["sen_provision"].to_list() == [None]


def test_a_spell_only_a_row_of_a_later_day_tells_of_is_a_spell_all_the_same():
    told = rolls("pupil_id | stated_on | known_on\n-\namira | 2026-07-31 | 2024-09-03")
    assert spells_of(told, as_of=AS_OF).equals(spells_of(told))


@pytest.mark.parametrize("left", ["2025-11-14", "2026-03-27"])
def test_a_row_of_a_later_day_tells_when_a_spell_ends(left):
    told = rolls(f"""
        pupil_id | stated_on  | known_on   | leaving_date
        ---------+------------+------------+-------------
        amira    | 2025-10-02 | 2025-10-20 |
        amira    | 2026-07-31 | 2024-09-03 | {left}
        """)
    assert spells_of(told, as_of=AS_OF)["leaving_date"].to_list() == [date.fromisoformat(left)]


def test_a_row_of_a_later_day_takes_no_leaving_date_back():
    told = rolls("""
        pupil_id | stated_on  | known_on   | leaving_date
        ---------+------------+------------+-------------
        amira    | 2025-11-17 | 2025-11-18 | 2025-11-14
        amira    | 2026-07-31 | 2024-09-03 |
        """)
    assert spells_of(told, as_of=AS_OF)["leaving_date"].to_list() == [date(2025, 11, 14)]


@pytest.mark.parametrize("day, entered", [("2025-12-01", 3), ("2025-12-02", 2)])
def test_a_row_of_a_later_day_corrects_no_spell_that_is_told_of_already(day, entered):
    told = rolls(f"""
        pupil_id | entry_date | stated_on  | known_on
        ---------+------------+------------+-----------
        amira    | 2025-09-02 | 2025-11-03 | 2025-11-03
        amira    | 2025-09-03 | {day}      | 2025-11-20
        """)
    assert spells_of(told, as_of=AS_OF)["entry_date"].to_list() == [date(2025, 9, entered)]


@pytest.mark.parametrize("day, left", [("2026-07-31", None), ("2025-07-31", date(2025, 7, 31))])
def test_last_years_roll_holds_for_a_pupil_whom_a_roll_known_already_describes_on_a_later_day(day, left):
    told = rolls(f"""
        pupil_id | stated_on  | known_on   | nc_year
        ---------+------------+------------+--------
        amira    | 2025-05-15 | 2025-05-20 | 8
        amira    | {day}      | 2024-09-03 | 8
        """)
    seen = still_here(MARKED_WEEKS.empty, told, as_of=AS_OF)
    it = current_enrolments(spells_of(told, as_of=AS_OF), seen, as_of=AS_OF)
    assert it["leaving_date"].item() == left
    assert it["nc_year"].item() == ("9" if left is None else "8")


# The order of files


@pytest.mark.parametrize("seed", range(6))
def test_rows_that_contradict_each_other_on_one_day_are_settled_alike_in_any_order(seed):
    told = rolls("""
        pupil_id | entry_date | leaving_date | nc_year | sen_provision | enrol_status
        ---------+------------+--------------+---------+---------------+-------------
        amira    | 2025-09-02 |              | 8       | K             | C
        amira    | 2025-09-02 | 2025-10-24   | 8       | N             | C
        amira    | 2025-09-02 | 2025-10-24   | 9       | E             | M
        amira    | 2025-09-03 |              | 8       |               | S
        ben      | 2025-09-02 |              | 8       | K             | C
        ben      | 2025-09-02 |              | 8       |               |
        """)
    shuffled = told.sample(fraction=1, shuffle=True, seed=seed)
    assert spells_of(shuffled).equals(spells_of(told))


# As it may be read this year


def now(picture: str, *, marked: str = "") -> pl.DataFrame:
    """Today's reading of these rolls; `marked` names the pupils the school has marked this school year."""
    names = marked.split()
    seen = pl.DataFrame(
        {"pupil_id": names, "urn": [100001] * len(names)}, schema={"pupil_id": pl.String, "urn": pl.Int32}
    )
    return current_enrolments(spells_of(rolls(picture)), seen, as_of=AS_OF)


def test_last_years_roll_says_nothing_of_this_year():
    """The spell ended with the year, in the year group it was in."""
    it = now("pupil_id | stated_on | nc_year | age_at_31_august\n-\namira | 2025-07-31 | 8 | 12")
    assert same(it, "leaving_date | nc_year | age_at_31_august\n-\n2025-07-31 | 8 | 12")


def test_a_roll_of_this_year_holds():
    it = now("pupil_id | stated_on\n-\namira | 2025-08-01")
    assert it["leaving_date"].to_list() == [None]


def test_last_years_roll_holds_for_a_pupil_the_school_still_marks_and_the_year_group_has_moved_on():
    it = now(
        """
        pupil_id | stated_on  | nc_year | age_at_31_august
        ---------+------------+---------+-----------------
        amira    | 2025-07-18 | 8       | 12
        ben      | 2025-07-18 | R       | 4
        cato     | 2023-11-01 | 8       | 12
        dara     | 2025-09-08 | 8       | 12
        ezra     | 2025-07-18 | X       | 12
        """,
        marked="amira ben cato dara ezra",
    )
    assert same(
        it,
        """
        pupil_id | leaving_date | nc_year | age_at_31_august
        ---------+--------------+---------+-----------------
        amira    |              | 9       | 13
        ben      |              | 1       | 5
        cato     |              | 10      | 14
        dara     |              | 8       | 12
        ezra     |              | X       | 13
        """,
    )


def test_being_marked_at_another_school_keeps_nobody_on_this_roll():
    seen = pl.DataFrame({"pupil_id": ["amira"], "urn": [100002]}, schema={"pupil_id": pl.String, "urn": pl.Int32})
    it = current_enrolments(spells_of(rolls("pupil_id | stated_on\n-\namira | 2025-07-18")), seen, as_of=AS_OF)
    assert it["leaving_date"].to_list() == [date(2025, 7, 31)]


def test_a_leaver_of_last_year_stays_as_they_left():
    it = now("pupil_id | stated_on | leaving_date | nc_year\n-\namira | 2025-05-15 | 2025-04-04 | 8", marked="amira")
    assert same(it, "leaving_date | nc_year\n-\n2025-04-04 | 8")
