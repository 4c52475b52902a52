"""Twelve school weeks as a line and the last four in words, for the cast."""

import re
from datetime import date

import polars as pl
import pytest

from pipeline.steps.pictures import last_four_weeks, recent, registers_to, weekly_attendance
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.tables.facts import MARKED_WEEKS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, CountsAs
from tests.cast import (
    AMIRA,
    AS_OF,
    CATO,
    FARAH,
    PRIMARY,
    SECOND,
    SECONDARY,
    Away,
    Pupil,
    Spell,
    marks_of,
)

ABSENCES = [entry.code for entry in ATTENDANCE_CODES if entry.counts_as.is_absence]
NOT_POSSIBLE = [entry.code for entry in ATTENDANCE_CODES if entry.counts_as is CountsAs.NOT_POSSIBLE]
LAST_FOUR_WEEKS = ("2026-02-23", "2026-03-20")


def weeks_of(*pupils: Pupil) -> pl.DataFrame:
    """What the schools have marked, as it stands on the day."""
    return cut(marked_weeks(marks_of(pupils)), last_day=AS_OF)


def listed(*pupils: Pupil) -> pl.DataFrame:
    rows = [(pupil.pupil_id, pupil.rolls[-1].urn) for pupil in pupils]
    return pl.DataFrame(rows, schema={"pupil_id": pl.String, "urn": pl.Int32}, orient="row")


def line(pupil: Pupil, *others: Pupil) -> tuple:
    return weekly_attendance(recent(weeks_of(pupil, *others), listed(pupil, *others)))[pupil.pupil_id]


def words(pupil: Pupil, *others: Pupil) -> str:
    return last_four_weeks(recent(weeks_of(pupil, *others), listed(pupil, *others)))[pupil.pupil_id]


def away(code: str, first: str = "2026-03-16", last: str = "2026-03-16", **more) -> Pupil:
    return Pupil("someone", away=(Away(code, first, last, **more),))


# Twelve weeks


def test_twelve_school_weeks_are_drawn_oldest_first_and_holidays_are_none_of_them():
    """The first of them began on 8 December: a fortnight of Christmas and a half-term week lie between."""
    assert line(AMIRA) == (1.0, 1.0, 1.0, 0.4, 1.0, 1.0, 0.4, 1.0, 0.4, 1.0, 0.4, 1.0)


def test_a_week_in_which_nothing_was_possible_is_a_gap_and_not_a_nought():
    excused = Pupil("excused", away=(Away("Y7", "2026-03-09", "2026-03-13"), Away("I", "2026-03-16", "2026-03-20")))
    assert line(excused, AMIRA)[-3:] == (1.0, None, 0.0)


def test_a_pupil_who_arrived_lately_has_gaps_before():
    arrived = Pupil("arrived", (Spell(entry_date=date(2026, 3, 9)),))
    assert line(arrived, AMIRA) == (*[None] * 10, 1.0, 1.0)


def test_a_week_the_whole_school_was_shut_is_not_drawn_at_all():
    shut = [Away("#", "2026-03-09", "2026-03-13")]
    both = [Pupil(name, away=(*shut, Away("I", "2026-03-16", "2026-03-20"))) for name in ("one", "other")]
    assert line(*both)[-2:] == (1.0, 0.0)


def test_weeks_at_the_school_before_are_drawn_too():
    moved = Pupil(
        "moved",
        (Spell(urn=SECOND, leaving_date=date(2026, 2, 13)), Spell(urn=SECONDARY, entry_date=date(2026, 2, 23))),
        away=(Away("I", "2026-02-09", "2026-02-13"),),
    )
    assert line(moved, AMIRA)[-6:] == (1.0, 0.0, 1.0, 1.0, 1.0, 1.0)


def test_each_school_has_its_own_last_weeks():
    """A school whose registers stop in February is drawn to February, whatever another sends."""
    silent = Pupil(
        "silent", (Spell(urn=SECOND, leaving_date=date(2026, 2, 13)),), away=(Away("I", "2026-02-09", "2026-02-13"),)
    )
    assert len(line(silent, AMIRA)) == 12
    assert line(silent, AMIRA)[-1] == 0.0


# The last four weeks


def test_the_last_four_weeks_say_what_was_missed_and_in_what_way_most_first():
    pupil = Pupil("someone", away=(Away("I", "2026-03-09", "2026-03-11"), Away("M", "2026-03-16", "2026-03-16", ("am",)),
                                   Away("C2", "2026-03-17", "2026-03-20", ("pm",))))  # fmt: skip
    assert words(pupil) == (
        "Absent for 11 of 40 possible sessions: illness 6, part-time timetable 4, medical appointments 1."
    )


def test_amira_missed_six_sessions_of_forty_twice():
    assert words(AMIRA) == "Absent for 12 of 40 possible sessions: illness 12."


def test_part_time_afternoons_are_named_as_what_they_are():
    assert words(FARAH) == "Absent for 20 of 40 possible sessions: part-time timetable 20."


def test_nothing_missed_is_said_in_as_many_words():
    assert words(CATO) == "No absence in 40 possible sessions."


def test_nothing_possible_is_not_nothing_missed():
    assert words(away("Y7", *LAST_FOUR_WEEKS), AMIRA) == "No possible sessions in the last four school weeks."


@pytest.mark.parametrize("day, said", [("2026-02-13", "No absence in 40"), ("2026-02-23", "Absent for 2 of 40")])
def test_the_fourth_school_week_back_is_counted_and_the_fifth_is_not(day, said):
    """Half term lies between the two."""
    assert words(away("I", day, day)).startswith(said)


def test_four_weeks_are_those_of_the_pupils_own_school():
    """Two schools whose registers run to different days are not to lend each other their weeks."""
    silent = Pupil(
        "silent", (Spell(urn=SECOND, leaving_date=date(2026, 2, 13)),), away=(Away("I", "2026-01-05", "2026-02-13"),)
    )
    assert words(AMIRA, silent) == words(AMIRA)
    assert words(silent, AMIRA) == words(silent) == "Absent for 40 of 40 possible sessions: illness 40."


def test_a_single_possible_session_is_one_session():
    pupil = Pupil(
        "someone", (Spell(entry_date=date(2026, 3, 20)),), away=(Away("Z", "2026-03-20", "2026-03-20", ("am",)),)
    )
    assert words(pupil, AMIRA) == "No absence in 1 possible session."


@pytest.mark.parametrize("code", ABSENCES)
def test_no_list_says_which_code_it_was(code):
    said = words(away(code))
    assert said.startswith("Absent for 2 of 40 possible sessions: ")
    assert not re.search(rf"\b{re.escape(code)}\b", said.split(": ")[1])


@pytest.mark.parametrize("code", NOT_POSSIBLE)
def test_no_list_says_why_a_session_was_not_possible(code):
    assert words(away(code)) == "No absence in 38 possible sessions."


@pytest.mark.parametrize("code", ["R", "T"])
def test_a_festival_and_a_journey_for_work_read_like_a_job_interview(code):
    assert words(away(code)) == words(away("J1")) == "Absent for 2 of 40 possible sessions: other leave 2."


def test_kinds_that_share_a_word_are_counted_together():
    pupil = Pupil("someone", away=(Away("T", "2026-03-09", "2026-03-10"), Away("R", "2026-03-16", "2026-03-16"),
                                   Away("S", "2026-03-17", "2026-03-17")))  # fmt: skip
    assert words(pupil) == "Absent for 8 of 40 possible sessions: other leave 8."


# How far the registers run


def test_registers_run_to_the_last_day_with_any_mark():
    gone = Pupil("gone", (Spell(urn=PRIMARY, leaving_date=date(2026, 3, 11), nc_year="5"),))
    assert registers_to(weeks_of(AMIRA, gone)) == {SECONDARY: AS_OF, PRIMARY: date(2026, 3, 11)}


def test_a_day_on_which_the_school_was_marked_shut_is_one_the_registers_run_to():
    assert registers_to(weeks_of(away("#", "2026-03-20", "2026-03-20"))) == {SECONDARY: AS_OF}


def test_a_school_without_marks_has_no_last_day():
    assert registers_to(MARKED_WEEKS.empty) == {}
