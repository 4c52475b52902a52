"""Whether everybody and every day is there: registers held to the roll, to the schools around and to themselves."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.enrolments import enrolments
from pipeline.steps.reconciliation import COUNTS, Received, Tolerances, reconciled, schools_without_list
from pipeline.steps.sessions_by_day import SchoolRegisters
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
    received = Received(
        SchoolRegisters(weeks), CENSUS_SESSIONS.empty, REGISTER_TOTALS.empty, registers.clear(), pupils, roll, around
    )
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
    assert set(found["held_to"]) <= set(COUNTS)
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


def test_days_before_a_school_that_had_registers_last_year_sends_any_are_missing():
    """A whole term may be missing: the year did not begin when the first register came."""
    everyones = marks_of(tuple(everyone())).filter(pl.col("date") <= AS_OF)
    late_start = less(everyones, BIRCH, school_days(YEAR_BEGAN, date(2026, 1, 9)))
    assert why(late_start) == {
        BIRCH: "In the autumn term of 2025/26 most other schools were open on 73 days, and the registers received have "
        "no mark on 73 of them, where 5 are allowed. Deliver those days' marks, or # where it was closed."
    }
    begun_midway = late_start.filter((pl.col("urn") != BIRCH) | (pl.col("date") >= YEAR_BEGAN))
    assert why(begun_midway) == {}


# Where too few are around


@pytest.mark.parametrize("first, holds", [(date(2025, 12, 9), True), (date(2025, 11, 26), False)])
def test_with_fewer_than_three_schools_around_weekdays_are_counted_and_a_fortnight_more_is_allowed(
    registers, first, holds
):
    """Half term is five of the fifteen: of the days from 9 December it leaves seven, of those from 26 November sixteen."""
    of_three = less(registers, BIRCH, school_days(first, date(2026, 1, 7))).filter(pl.col("urn") != DAMSON)
    told = why(of_three, around=schools(ASH, BIRCH, CEDAR))
    assert (told == {}) == holds
    if not holds:
        assert told == {
            BIRCH: "In the autumn term of 2025/26 there were 73 weekdays, half term among them, and the registers "
            "received have no mark on 21 of them, where 15 are allowed. Deliver those days' marks, or # where it was "
            "closed."
        }


def test_schools_of_other_authorities_say_no_more_than_weekdays_do(registers):
    """Their half terms are not this school's: a week of it missing is none of theirs to tell, a whole month is."""
    apart = pl.concat([schools(ASH, CEDAR, DAMSON), schools(BIRCH, authority=308)])
    a_week = school_days(date(2025, 11, 10), date(2025, 11, 17))
    a_month = school_days(date(2025, 11, 10), date(2025, 12, 10))
    assert why(less(registers, BIRCH, a_week), around=apart) == {}
    assert set(why(less(registers, BIRCH, a_month), around=apart)) == {BIRCH}
    assert set(why(less(registers, BIRCH, a_week))) == {BIRCH}


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


@pytest.mark.parametrize("weekdays, holds", [(15, True), (16, False)])
def test_when_nobody_has_sent_anything_for_three_weeks_of_term_no_list_goes_out(registers, weekdays, holds):
    last = date(2026, 3, 20) - timedelta(days=21 + (weekdays > 15))
    assert set(why(registers.filter(pl.col("date") <= last))) == (set() if holds else set(ALL))


@pytest.mark.parametrize("urns", [(ASH,), (ASH, BIRCH), (ASH, BIRCH, CEDAR)], ids=len)
def test_a_school_is_late_by_its_own_last_register_however_punctual_the_few_around_it(registers, urns):
    here = registers.filter(pl.col("urn").is_in(urns), (pl.col("urn") != ASH) | (pl.col("date") <= date(2025, 12, 1)))
    assert why(here, around=schools(*urns)) == {
        ASH: "The last register received of this school is of 01/12/2025, 64 weekdays of term before 20/03/2026, and 15 "
        "are allowed. Deliver its marks since."
    }


def test_a_school_is_late_wherever_the_others_are(registers):
    apart = pl.concat([schools(urn, authority=301 + n) for n, urn in enumerate(ALL)])
    silent = registers.filter((pl.col("urn") != BIRCH) | (pl.col("date") <= date(2025, 12, 1)))
    assert set(why(silent, around=apart)) == {BIRCH}


@pytest.mark.parametrize(
    ("last", "as_of"),
    [
        (date(2025, 10, 17), date(2025, 11, 2)),
        (date(2025, 12, 17), date(2026, 1, 12)),
        (date(2026, 2, 13), date(2026, 3, 1)),
        (date(2025, 3, 28), date(2025, 5, 6)),
        (date(2025, 5, 23), date(2025, 6, 8)),
        (date(2025, 7, 11), date(2025, 9, 12)),
    ],
)
def test_no_holiday_makes_a_school_by_itself_late(last, as_of):
    """Half terms of two weeks and the long holidays, wherever in England and however early they begin."""
    alone = marks_of(tuple(a_class(ASH))).filter(pl.col("date") <= last)
    assert why(alone, around=schools(ASH), as_of=as_of) == {}


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
            ASH: "The registers received have marks on most days for 22 of the 24 pupils on roll from 16/03/2026 to "
            "20/03/2026, more than 5.0% apart. Deliver the missing pupils' marks, or the roll as it now stands."
        }


@pytest.mark.parametrize("days, holds", [(2, True), (3, False)])
def test_a_mark_on_one_day_of_five_is_not_having_them(days, holds):
    """Of twelve pupils, two without a mark on so many of the last five days."""
    ash = a_class(ASH, 12)
    gone = pl.col("date").is_in(school_days(date(2026, 3, 16), AS_OF)[-days:])
    some = pl.col("pupil_id").is_in([one.pupil_id for one in ash[:2]])
    found = lines(marks(ash).filter(~(gone & some)), roll=enrolled(ash), around=schools(ASH), not_taken=0.5)
    assert found.filter(held_to="registers_of_roll")["holds"].to_list() == [holds]


def test_a_dash_is_no_mark_of_a_pupil_s():
    ash = a_class(ASH, 12)
    drawn = [*(Pupil(one.name, one.rolls, (Away("-", "2026-03-16", "2026-03-20"),)) for one in ash[:2]), *ash[2:]]
    found = lines(marks(drawn), roll=enrolled(ash), around=schools(ASH))
    assert found.filter(held_to="registers_of_roll").select("counted", "said", "holds").row(0) == (10, 12, False)


def test_registers_of_fewer_than_five_days_are_not_held_to_the_roll():
    """In a year's first days one year group may come before the others."""
    ash = a_class(ASH, 12)
    four_days = marks(ash).filter(pl.col("date") >= date(2026, 3, 17))
    assert why(unmarked(four_days, ash[:6]), roll=enrolled(ash), around=schools(ASH)) == {}
    assert set(why(unmarked(marks(ash), ash[:6]), roll=enrolled(ash), around=schools(ASH))) == {ASH}


@pytest.mark.parametrize(
    "changed",
    [
        {"leaving_date": date(2026, 3, 17)},
        {"entry_date": date(2026, 3, 18)},
        {"enrol_status": "G"},
        *({"nc_year": one} for one in ("12", "13", "14", "E1", "E2", "N1", "N2")),
    ],
    ids=str,
)
def test_pupils_who_left_or_came_this_week_guests_sixth_formers_and_nurseries_are_not_missed(changed):
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


def taken(drawn: list[Pupil], registers: pl.DataFrame | None = None, *, as_of=AS_OF, **changed):
    """Sessions marked, sessions expected, and whether that holds, of a school by itself."""
    registers = marks(drawn) if registers is None else registers
    found = lines(registers, roll=enrolled(drawn, **changed), around=schools(ASH), as_of=as_of)
    return found.filter(held_to="registers_taken").select("counted", "said", "holds").row(0)


def without(registers: pl.DataFrame, pupils: list[Pupil], half_days: tuple[str, ...], *, since: date, until=AS_OF):
    """`registers` without the marks of these pupils at these half days."""
    theirs = pl.col("pupil_id").is_in([one.pupil_id for one in pupils])
    gone = pl.col("date").is_between(since, until) & pl.col("half_day").is_in(half_days)
    return registers.filter(~(theirs & gone))


TWENTY_DAYS_AGO = date(2026, 2, 23)


@pytest.mark.parametrize("pupils, holds", [(2, True), (3, False)])
def test_one_session_in_twenty_of_the_last_twenty_days_may_be_without_a_mark(pupils, holds):
    """Of 24 pupils, two without an afternoon for twenty days are 4.2 %, three are 6.3 %."""
    ash = a_class(ASH, 24)
    drawn = [*(Pupil(one.name, one.rolls, (Away("-", "2026-02-23", "2026-03-20", ("pm",)),)) for one in ash[:pupils]), *ash[pupils:]]  # fmt: skip
    told = why(marks(drawn), roll=enrolled(drawn), around=schools(ASH))
    assert (told == {}) == holds
    if not holds:
        assert told == {
            ASH: "Of 960 sessions since 23/02/2026 60 have no mark, for their registers were not taken or not sent, and "
            "5.0% are allowed. Have them completed and deliver those marks again."
        }


@pytest.mark.parametrize("pupils", [3, 10, 13, 20, 24])
def test_afternoons_without_registers_are_found_however_many_pupils_they_are_of(pupils):
    """That most of a school has no mark at a half day is no sign that it was shut, when it is so day after day."""
    ash = a_class(ASH, 24)
    marked, expected, holds = taken(ash, without(marks(ash), ash[:pupils], ("pm",), since=TWENTY_DAYS_AGO))
    assert (expected - marked, holds) == (pupils * (20 if pupils <= 12 else 16), False)


@pytest.mark.parametrize("kept", [0.4, 0.6])
def test_registers_with_holes_everywhere_are_found_too(kept):
    ash = a_class(ASH, 25)
    half_days = marks(ash).with_row_index("n")
    holed = half_days.filter(((pl.col("n") * 7919) % 100 < kept * 100) | (pl.col("date") < TWENTY_DAYS_AGO)).drop("n")
    assert not taken(ash, holed)[2]


@pytest.mark.parametrize("afternoons, holds", [(4, True), (5, True), (6, False)])
def test_a_school_may_be_shut_at_four_half_days_in_twenty_days(afternoons, holds):
    """A Friday afternoon a week. Of the thirty-six that are left, one more is 2.8 % and two are 5.6 %.

    Once any number was allowed, and three weeks without an afternoon made no difference: a school that is shut so long
    marks the half days with #, and one that does not would have its children's afternoons left out of every figure.
    """
    ash = a_class(ASH, 24)
    fridays = school_days(date(2026, 3, 1), AS_OF)[-afternoons:]
    shut = marks(ash).filter(~((pl.col("half_day") == "pm") & pl.col("date").is_in(fridays)))
    marked, expected, is_held = taken(ash, shut)
    assert (expected, expected - marked) == (36 * 24, (afternoons - 4) * 24)
    assert is_held == holds


def test_half_days_marked_as_closed_are_no_registers_missed():
    ash = a_class(ASH, 24, away=(Away("#", "2026-02-23", "2026-03-19", ("pm",)),))
    assert taken(ash) == (960, 960, True)


def test_two_days_on_which_one_year_group_came_back_first_say_nothing():
    ash = a_class(ASH, 24)
    back_later = without(marks(ash), ash[:20], ("am", "pm"), since=YEAR_BEGAN, until=date(2025, 9, 4))
    assert taken(ash, back_later, as_of=date(2025, 9, 12))[2]
    assert not taken(ash, without(back_later, ash[:20], ("am",), since=YEAR_BEGAN, until=date(2025, 9, 5)), as_of=date(2025, 9, 12))[2]  # fmt: skip


@pytest.mark.parametrize("pupils, holds", [(2, True), (3, False)])
def test_a_mark_or_two_in_a_holiday_make_no_day_of_it(pupils, holds):
    """Of 24 pupils a tenth is 2.4: with three of them the school was open, and registers of the others are missing."""
    ash = a_class(ASH, 24)
    strays = marks(ash).filter(
        pl.col("date").is_between(date(2026, 3, 9), date(2026, 3, 13)),
        pl.col("pupil_id").is_in([one.pupil_id for one in ash[:pupils]]),
    )
    in_half_term = pl.concat([marks(ash), strays.with_columns(date=pl.col("date") - timedelta(days=21))])
    assert taken(ash, in_half_term, as_of=date(2026, 3, 6))[2] == holds


@pytest.mark.parametrize("nc_year", ["12", "8"])
def test_days_on_which_the_sixth_form_came_alone_are_none_of_the_others(nc_year):
    """A third of the school is back for three days before the rest: the last five days are not those."""
    ash = a_class(ASH, 24)
    early = without(marks(ash), ash[8:], ("am", "pm"), since=date(2026, 3, 16), until=date(2026, 3, 18))
    roll = pl.concat([enrolled(ash[:8], nc_year=nc_year), enrolled(ash[8:])])
    assert (why(early, roll=roll, around=schools(ASH)) == {}) == (nc_year == "12")


@pytest.mark.parametrize("nc_year", ["N1", "N2", "E1", "E2", "12", "13", "14", "R"])
def test_nurseries_and_sixth_forms_may_come_for_half_the_day(nc_year):
    """Reception is asked: it comes by half days in its first weeks alone."""
    ash = a_class(ASH, 24)
    mornings = without(marks(ash), ash[:6], ("pm",), since=TWENTY_DAYS_AGO)
    roll = pl.concat([enrolled(ash[:6], nc_year=nc_year), enrolled(ash[6:])])
    assert (why(mornings, roll=roll, around=schools(ASH)) == {}) == (nc_year != "R")


@pytest.mark.parametrize("as_of, holds", [(date(2025, 10, 24), True), (date(2025, 11, 14), False)])
def test_reception_may_begin_by_half_days(as_of, holds):
    ash = a_class(ASH, 24)
    mornings = without(marks(ash), ash[:6], ("pm",), since=YEAR_BEGAN)
    roll = pl.concat([enrolled(ash[:6], nc_year="R"), enrolled(ash[6:])])
    assert (why(mornings, roll=roll, around=schools(ASH), as_of=as_of) == {}) == holds


@pytest.mark.parametrize("changed", [{"leaving_date": date(2026, 3, 4)}, {"entry_date": date(2026, 3, 9)}], ids=str)
def test_nobody_is_expected_before_they_came_or_after_they_left(changed):
    ash = a_class(ASH, 24)
    [(_, day)] = changed.items()
    span = {"since": YEAR_BEGAN, "until": day - timedelta(days=1)} if "entry_date" in changed else {"since": day + timedelta(days=1)}  # fmt: skip
    roll = pl.concat([enrolled(ash[:6], **changed), enrolled(ash[6:])])
    there = without(marks(ash), ash[:6], ("am", "pm"), **span)
    assert why(there, roll=roll, around=schools(ASH)) == {}
    assert set(why(there, roll=enrolled(ash), around=schools(ASH))) == {ASH}


def test_of_a_pupil_without_any_mark_the_roll_is_told_and_not_the_sessions():
    ash = a_class(ASH, 24)
    assert taken(ash, unmarked(marks(ash), ash[:1])) == (23 * 40, 23 * 40, True)


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
