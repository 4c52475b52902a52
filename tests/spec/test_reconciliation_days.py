"""Whether everybody and every day is there: registers held to the roll, to the schools around and to themselves."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.enrolments import enrolments
from pipeline.steps.reconciliation import Received, Tolerances, reconciled, schools_without_list
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.tables.facts import ENROLMENTS
from pipeline.tables.staged import CENSUS_SESSIONS, PUPILS, REGISTER_TOTALS
from tests.cast import AS_OF, Away, Pupil, Spell, marks_of, school_days

ASH, BIRCH, CEDAR, DAMSON, ELDER = 100001, 100002, 100003, 100004, 100005
ALL = (ASH, BIRCH, CEDAR, DAMSON)
YEAR_BEGAN = date(2025, 9, 3)


def schools(*urns: int, authority: int = 209) -> pl.DataFrame:
    told = {"urn": urns, "laestab": [authority * 10_000 + urn % 10_000 for urn in urns]}
    return pl.DataFrame(told, schema={"urn": pl.Int32, "laestab": pl.Int32})


def a_class(urn: int, pupils: int = 12, *, away: tuple[Away, ...] = (), nc_year: str = "8") -> list[Pupil]:
    return [
        Pupil(f"p{urn % 10}{'abcdefghijklmnopqrstuvwxyz'[n]}", (Spell(urn=urn, nc_year=nc_year),), away)
        for n in range(pupils)
    ]


def marks(pupils: list[Pupil]) -> pl.DataFrame:
    return marks_of(tuple(pupils)).filter(pl.col("date") <= AS_OF)


def enrolled(pupils: list[Pupil], **changed) -> pl.DataFrame:
    rows = [
        {"pupil_id": one.pupil_id, "urn": spell.urn, "entry_date": spell.entry_date, "nc_year": spell.nc_year,
         "enrol_status": "C", "age_at_31_august": 12, "stated_on": YEAR_BEGAN, "known_on": YEAR_BEGAN} | changed
        for one in pupils for spell in one.rolls
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=ENROLMENTS.schema)


def lines(registers, *, around=schools(*ALL), roll=None, pupils=PUPILS.empty, as_of=AS_OF, **tolerances):
    weeks = cut(marked_weeks(registers), last_day=as_of)
    roll = ENROLMENTS.empty if roll is None else roll
    received = Received(weeks, CENSUS_SESSIONS.empty, REGISTER_TOTALS.empty, pupils, roll, around)
    return reconciled(received, around.select("urn"), Tolerances(**tolerances), as_of=as_of)


def why(*args, **more) -> dict[int, str]:
    """The reason of each school without a list."""
    return dict(schools_without_list(lines(*args, **more)).select("urn", "reason").rows())


def everyone() -> list[Pupil]:
    return [pupil for urn in ALL for pupil in a_class(urn)]


@pytest.fixture(scope="module")
def registers() -> pl.DataFrame:
    """Four schools of one authority, everybody present every day."""
    return marks(everyone())


def less(registers: pl.DataFrame, urn: int, days: list[date]) -> pl.DataFrame:
    return registers.filter(~((pl.col("urn") == urn) & pl.col("date").is_in(days)))


# Every day


def test_registers_of_every_day_hold(registers):
    found = lines(registers, roll=enrolled(everyone()))
    assert found["holds"].all()
    assert set(found["held_to"]) == {
        "anything_received", "days_all_there", "registers_in_time", "registers_of_roll", "registers_taken",
    }  # fmt: skip


@pytest.mark.parametrize("days, holds", [(5, True), (6, False)])
def test_five_days_of_a_term_may_be_missing_and_not_six(registers, days, holds):
    gone = school_days(date(2025, 11, 10), date(2025, 12, 10))[:days]
    told = why(less(registers, BIRCH, gone))
    assert (told == {}) == holds
    if not holds:
        assert told == {
            BIRCH: "In the autumn term of 2025/26 most other schools were open on 73 days, and the registers received "
            "have no mark on 6 of them, where 5 are allowed. Deliver those days' marks, or # where it was closed."
        }


def test_days_missing_in_two_terms_are_not_added_up(registers):
    gone = school_days(date(2025, 12, 15), date(2026, 1, 9))
    assert len(gone) == 10
    assert why(less(registers, BIRCH, gone)) == {}


def test_a_day_marked_as_closed_is_not_missing():
    shut = a_class(BIRCH, away=(Away("#", "2025-11-10", "2025-11-28"),))
    others = [pupil for urn in (ASH, CEDAR, DAMSON) for pupil in a_class(urn)]
    assert why(marks([*shut, *others])) == {}


def test_days_before_a_school_first_sent_registers_are_not_missing(registers):
    assert why(less(registers, BIRCH, school_days(date(2024, 9, 3), date(2026, 2, 6)))) == {}


def test_with_fewer_than_three_schools_around_nobody_says_when_it_should_have_been_open(registers):
    gone = school_days(date(2025, 11, 10), date(2025, 12, 10))
    of_three = less(registers, BIRCH, gone).filter(pl.col("urn") != DAMSON)
    assert why(of_three, around=schools(ASH, BIRCH, CEDAR)) == {}
    assert set(why(less(registers, BIRCH, gone))) == {BIRCH}


def test_another_authoritys_holidays_say_nothing_of_this_schools(registers):
    gone = school_days(date(2025, 11, 10), date(2025, 12, 10))
    apart = pl.concat([schools(ASH, CEDAR, DAMSON), schools(BIRCH, authority=308)])
    assert why(less(registers, BIRCH, gone), around=apart) == {}


# In time


@pytest.mark.parametrize("days, holds", [(5, True), (6, False)])
def test_registers_may_be_five_school_days_late_and_not_six(registers, days, holds):
    gone = school_days(date(2026, 2, 23), AS_OF)[-days:]
    told = why(less(registers, CEDAR, gone))
    assert (told == {}) == holds
    if not holds:
        assert told == {
            CEDAR: "The last register received of this school is of 12/03/2026, 6 school days before 20/03/2026, and 5 "
            "are allowed. Deliver its marks since."
        }


def test_the_settings_say_how_late_is_late(registers):
    gone = school_days(date(2026, 2, 23), AS_OF)[-6:]
    assert why(less(registers, CEDAR, gone), days_late=6) == {}


@pytest.mark.parametrize("weekdays, holds", [(20, True), (21, False)])
def test_when_nobody_has_sent_anything_for_four_weeks_of_term_no_list_goes_out(registers, weekdays, holds):
    as_of = AS_OF + timedelta(days=7 * (weekdays // 5) + weekdays % 5 + (2 if weekdays % 5 else 0))
    assert set(why(registers, as_of=as_of)) == (set() if holds else set(ALL))


def test_the_summer_holiday_makes_nobody_late():
    pupils = [pupil for urn in ALL for pupil in a_class(urn)]
    until_july = marks_of(tuple(pupils)).filter(pl.col("date") <= date(2025, 7, 18))
    assert why(until_july, as_of=date(2025, 9, 5)) == {}


# Everybody


def unmarked(registers: pl.DataFrame, pupils: list[Pupil]) -> pl.DataFrame:
    return registers.filter(~pl.col("pupil_id").is_in([one.pupil_id for one in pupils]))


@pytest.mark.parametrize("without, holds", [(1, True), (2, False)])
def test_one_pupil_in_twenty_may_be_without_marks(without, holds):
    ash = a_class(ASH, 24)
    told = why(unmarked(marks(ash), ash[:without]), roll=enrolled(ash), around=schools(ASH))
    assert (told == {}) == holds
    if not holds:
        assert told == {
            ASH: "The registers received have marks for 22 of the 24 pupils on roll from 16/03/2026 to 20/03/2026, more "
            "than 5.0% apart. Deliver the missing pupils' marks, or the roll as it now stands."
        }


@pytest.mark.parametrize(
    "changed", [{"leaving_date": date(2026, 3, 17)}, {"entry_date": date(2026, 3, 18)}, {"nc_year": "12"}]
)
def test_pupils_who_left_or_came_this_week_and_sixth_formers_are_not_missed(changed):
    ash = a_class(ASH, 24)
    roll = pl.concat([enrolled(ash[:6], **changed), enrolled(ash[6:])])
    assert why(unmarked(marks(ash), ash[:6]), roll=roll, around=schools(ASH)) == {}
    assert set(why(unmarked(marks(ash), ash[:6]), roll=enrolled(ash), around=schools(ASH))) == {ASH}


def test_year_11_may_go_without_registers_in_june_and_not_in_march():
    ash = [*a_class(ASH, 12), *(Pupil(f"eleven{letter}", (Spell(nc_year="11"),)) for letter in "abcdef")]
    until_june = marks_of(tuple(ash)).filter(pl.col("date") <= date(2025, 6, 20))
    of_the_rest = unmarked(until_june, ash[12:])
    roll = enrolled(ash, entry_date=date(2024, 9, 3))
    assert why(of_the_rest, roll=roll, around=schools(ASH), as_of=date(2025, 6, 20)) == {}
    assert set(why(unmarked(marks(ash), ash[12:]), roll=roll, around=schools(ASH))) == {ASH}


# Registers taken


@pytest.mark.parametrize("pupils, holds", [(1, True), (2, False)])
def test_one_session_in_twenty_of_the_last_twenty_days_may_be_without_a_mark(pupils, holds):
    """Of 24 pupils, one without any mark for twenty days is 4.2 %, two are 8.3 %."""
    not_taken = Away("-", "2026-02-23", "2026-03-20")
    ash = a_class(ASH, 24)
    drawn = [*(Pupil(one.name, one.rolls, (not_taken,)) for one in ash[:pupils]), *ash[pupils:]]
    told = why(marks(drawn), around=schools(ASH))
    assert (told == {}) == holds
    if not holds:
        assert told == {
            ASH: "Of 960 sessions since 23/02/2026 80 have no mark, for their registers were not taken or not sent, and "
            "5.0% are allowed. Have them completed and deliver those marks again."
        }


def test_a_half_day_on_which_part_of_the_school_sent_nothing_is_not_taken_either():
    ash = a_class(ASH, 24)
    afternoons = (pl.col("half_day") == "pm") & (pl.col("date") > date(2026, 3, 1))
    some = pl.col("pupil_id").is_in([one.pupil_id for one in ash[:10]])
    assert set(why(marks(ash).filter(~(afternoons & some)), around=schools(ASH))) == {ASH}


def test_a_half_day_on_which_the_whole_school_was_shut_is_no_register_missed():
    ash = a_class(ASH, 24)
    assert why(marks(ash).filter(~((pl.col("half_day") == "pm") & (pl.col("date") > date(2026, 3, 1)))), around=schools(ASH)) == {}  # fmt: skip


# Rolls and the census


def roll_rows(pupils: list[Pupil], *, census: bool) -> pl.DataFrame:
    day = date(2026, 1, 15)
    rows = [
        {"extract_id": 1 + census, "row_number": n, "known_on": day, "pupil_id": one.pupil_id, "urn": ASH,
         "census_term": "spring" if census else None, "census_year": 2026 if census else None, "stated_on": day,
         "entry_date": one.rolls[0].entry_date, "enrol_status": "C", "nc_year": "8", "age_at_31_august": 12}
        for n, one in enumerate(pupils)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=PUPILS.schema)


def rolls_held(plain: list[Pupil], census: list[Pupil]) -> dict[int, str]:
    everyone = roll_rows(census, census=True)
    told = enrolments(roll_rows(plain, census=False), as_of=AS_OF)
    return why(marks(plain), roll=told, pupils=everyone, around=schools(ASH))


def test_a_roll_of_as_many_as_the_census_counts_holds():
    ash = a_class(ASH, 24)
    assert rolls_held(ash, ash) == {}
    assert rolls_held(ash[:23], ash) == {}


def test_a_roll_with_a_tenth_fewer_than_the_census_does_not():
    ash = a_class(ASH, 24)
    assert rolls_held(ash[:21], ash) == {
        ASH: "The rolls received have 21 pupils on roll on 15/01/2026; the spring school census says 24, more than 5.0% "
        "apart. Deliver that school's pupils again."
    }


def test_of_fewer_than_ten_pupils_nothing_is_said():
    ash = a_class(ASH, 9)
    assert rolls_held(ash[:5], ash) == {}


def test_what_holds_is_on_record_too(registers):
    found = lines(registers, roll=enrolled(everyone()))
    assert found.filter("holds")["reason"].null_count() == found.height
    assert found.select("urn", "held_to", "period").is_unique().all()
