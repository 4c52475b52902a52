"""What is had from a school's register day by day: half terms, windows, weekdays, weeks elsewhere."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from tests.cast import (
    AS_OF,
    CLASSMATES,
    LAST_YEAR_BEGAN,
    PRIMARY,
    SECOND,
    SECONDARY,
    YEAR_BEGAN,
    Away,
    Pupil,
    Spell,
    in_year,
    marks_of,
    school_days,
    seen,
)

DAYS = school_days(YEAR_BEGAN, AS_OF)


def on(day: date, code: str = "O", half_days: tuple[str, ...] = ("am", "pm")) -> Away:
    return Away(code, day.isoformat(), day.isoformat(), half_days)


def of(pupil: Pupil, *names: str, as_of: date = AS_OF, others: tuple[Pupil, ...] = ()):
    it = seen([pupil, *others], as_of=as_of)
    return tuple(it.feature(pupil, name) for name in names)


def pupil(*away: Away, nc_year: str = "8") -> Pupil:
    return Pupil("robin", in_year(nc_year), away=away)


# Half terms ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shut, possible",
    [
        (Away("#", "2025-11-24", "2025-11-28"), (76, 60, 60)),
        (Away("#", "2025-10-06", "2025-10-10"), (66, 70, 60)),
        (Away("#", "2025-12-08", "2025-12-12"), (76, 60, 60)),
        (Away("#", "2026-01-26", "2026-01-30"), (76, 70, 50)),
        (Away("#", "2026-02-02", "2026-02-06"), (76, 70, 40)),
    ],
    ids=["snow in November", "a burst pipe in October", "in December", "in January", "in the week of 5 February"],
)
def test_a_weeks_closure_parts_no_half_term_but_next_to_a_holiday(shut, possible):
    """Half terms of 38, 35 and 30 school days, and one of these weeks closed."""
    names = ("two_half_terms_before", "half_term_before", "half_term")
    told = of(pupil(shut), *(f"possible_sessions_{name}" for name in names), as_of=date(2026, 2, 13))
    assert told == possible


def test_a_gap_of_more_than_a_week_parts_two_half_terms_and_holidays_granted_to_nobody_are_left_out():
    """Half terms of this year begin on 3 September, 3 November, 5 January and 23 February."""
    away = (
        on(date(2025, 11, 3)),
        on(date(2026, 1, 5), "U", ("am",)),
        on(date(2026, 2, 13), "G"),
        on(date(2026, 2, 23)),
    )
    told = of(
        pupil(*away),
        "unexplained_sessions_two_half_terms_before",
        "unexplained_sessions_half_term_before",
        "unexplained_sessions_half_term",
        "possible_sessions_half_term",
    )
    assert told == (2, 1, 2, 40)


@pytest.mark.parametrize("as_of, latest", [(date(2026, 3, 5), 60), (date(2026, 3, 6), 20)])
def test_a_half_term_hardly_begun_is_not_yet_compared(as_of, latest):
    """The ninth school day of it, and the tenth."""
    assert of(pupil(), "possible_sessions_half_term", as_of=as_of) == (latest,)


def test_two_half_terms_are_too_few():
    assert of(pupil(), "possible_sessions_half_term", as_of=date(2025, 12, 19)) == (None,)


def test_the_schools_own_rise_is_that_of_ten_others_at_least():
    rising = tuple(on(day) for day in DAYS if day >= date(2026, 2, 23))
    others = tuple(replace(mate, away=(*mate.away, *rising)) for mate in CLASSMATES)
    assert of(pupil(), "school_unexplained_rise_half_terms", others=others) == (1.0,)
    assert of(pupil(), "school_unexplained_rise_half_terms", others=others[:9]) == (None,)


# Year 7 -------------------------------------------------------------------------------------------------------------------


def test_year_seven_is_counted_before_and_since_its_first_half_term_holiday():
    away = (Away("I", "2025-09-08", "2025-09-09"), Away("I", "2025-11-03", "2025-11-07"))
    names = ("need_absence_sessions_first_half_term", "need_absence_sessions_since_first_half_term")
    assert of(pupil(*away, nc_year="7"), *names) == (4, 10)
    assert of(pupil(*away, nc_year="8"), *names) == (None, None)
    assert of(pupil(*away, nc_year="7"), *names, as_of=date(2025, 10, 24)) == (None, None)


def test_year_seven_is_held_against_the_others_of_year_seven():
    climbing = tuple(
        replace(mate, rolls=in_year("7"), away=(Away("O", "2025-11-03", "2026-03-20"),)) for mate in CLASSMATES
    )
    assert of(pupil(nc_year="7"), "school_year_seven_climb", others=climbing) == (1.0,)
    elder = tuple(replace(mate, rolls=in_year("9")) for mate in climbing)
    assert of(pupil(nc_year="7"), "school_year_seven_climb", others=elder) == (None,)


# The last so many school days ----------------------------------------------------------------------------------------------


def test_nine_weeks_are_forty_five_school_days_and_before_that_all_of_the_year():
    away = (on(DAYS[-46]), on(DAYS[-45]))
    assert of(pupil(*away), "possible_sessions_45d", "need_absence_sessions_45d") == (90, 2)
    assert of(pupil(), "possible_sessions_45d", as_of=DAYS[9]) == (20,)


def test_until_there_are_so_many_days_they_are_those_of_this_school_year():
    names = ("period_45d", "period_30d")
    assert of(pupil(), *names, as_of=DAYS[44]) == ("in the last nine school weeks", "in the last 30 school days")
    assert of(pupil(), *names, as_of=DAYS[43]) == ("this school year", "in the last 30 school days")
    assert of(pupil(), *names, as_of=DAYS[29]) == ("this school year", "in the last 30 school days")
    assert of(pupil(), *names, as_of=DAYS[28]) == ("this school year", "this school year")


def test_no_weeks_are_said_that_the_year_has_not_had():
    late = pupil(*(on(day, "L", ("am",)) for day in DAYS[10:20]), *(on(day) for day in DAYS[:6]))
    early, later = (seen([late], as_of=DAYS[at]).reasons(late) for at in (24, 39))
    assert early["lateness"] == "Late 10 times this school year."
    assert early["recent_window"] == "Absent for 12 of 50 sessions (24.0%) this school year, other leave left out."
    assert later["lateness"] == "Late 10 times in the last 30 school days."


def test_lates_are_counted_over_thirty_school_days_l_and_u_alike():
    away = (on(DAYS[-31], "L", ("am",)), on(DAYS[-30], "L", ("am",)), on(DAYS[-1], "U", ("am",)))
    assert of(pupil(*away), "late_sessions_30d") == (2,)


@pytest.mark.parametrize("days_ago, old", [(5, 0), (6, 2)])
def test_a_reason_has_five_school_days_to_be_found(days_ago, old):
    day = DAYS[-1 - days_ago]
    since = day if old else None
    assert of(pupil(on(day, "N")), "no_reason_sessions_older_5d", "no_reason_since") == (old, since)


def test_another_schools_register_is_not_this_ones_to_put_right():
    unknown = on(date(2025, 9, 15), "N")
    stayed, moved = (
        (Spell(),),
        (Spell(urn=SECOND, leaving_date=date(2025, 10, 24)), Spell(entry_date=date(2025, 11, 3))),
    )
    others = (Pupil("mate", (Spell(),)), Pupil("there", (Spell(urn=SECOND),)))
    names = ("no_reason_sessions_older_5d", "no_reason_since")
    assert of(Pupil("robin", stayed, away=(unknown,)), *names, others=others) == (2, date(2025, 9, 15))
    assert of(Pupil("robin", moved, away=(unknown,)), *names, others=others) == (0, None)
    here = on(date(2025, 11, 17), "N")
    assert of(Pupil("robin", moved, away=(unknown, here)), *names, others=others) == (2, date(2025, 11, 17))


def test_no_reason_is_lacking_where_the_other_school_knew():
    pupil_of_two = Pupil("robin", (Spell(enrol_status="M"), Spell(urn=SECOND, enrol_status="S")))
    marks = marks_of([pupil_of_two])
    n_here = (pl.col("urn") == SECONDARY) & (pl.col("date") == date(2025, 9, 15))
    with_n = marks.with_columns(code=pl.when(n_here).then(pl.lit("N")).otherwise("code"))
    both = seen([pupil_of_two], marks=with_n)
    assert both.feature(pupil_of_two, "no_reason_sessions_older_5d") == 0
    alone = seen([pupil_of_two], marks=with_n.filter(pl.col("urn") == SECONDARY))
    assert alone.feature(pupil_of_two, "no_reason_sessions_older_5d") == 2


def test_six_weeks_and_the_year_before_them():
    away = (on(DAYS[-31], "I"), on(DAYS[-30], "I", ("am",)))
    names = ("need_absence_sessions_30d", "need_possible_sessions_30d", "need_absence_sessions_before_30d")
    assert of(pupil(*away), *names) == (1, 60, 2)
    assert of(pupil(), *names, as_of=DAYS[28]) == (None, None, None)


# Weekdays -----------------------------------------------------------------------------------------------------------------

FRIDAYS = [day for day in DAYS if day.weekday() == 4]
PATTERN = ("pattern_slot", "pattern_absences_ytd", "pattern_all_absences_ytd")


def test_a_weekday_is_counted_in_days_whatever_the_half():
    away = (
        [on(day, "O", ("pm",)) for day in FRIDAYS[:5]]
        + [on(day) for day in FRIDAYS[5:8]]
        + [on(date(2026, 1, 13), "I")]
    )
    told = of(pupil(*away), *PATTERN, others=CLASSMATES)
    assert told == ("Fridays", 8, 9)


def test_half_days_missed_alone_are_held_against_the_other_half():
    others = tuple(
        replace(mate, away=(*mate.away, *(on(day, "I", (half,)) for half, days in (("am", DAYS[60:66]), ("pm", DAYS[70:76])) for day in days)))
        for mate in CLASSMATES
    )  # fmt: skip
    away = [on(day, "U", ("am",)) for day in DAYS[1:90:9]]
    slot, missed, of_all, share = of(pupil(*away), *PATTERN, "school_pattern_share", others=others)
    assert (slot, missed, of_all, share) == ("mornings", 10, 10, 0.5)


def test_days_that_somebody_set_are_no_pattern():
    for code in ("C2", "M", "E"):
        away = [on(day, code, ("pm",)) for day in FRIDAYS]
        assert of(pupil(*away), "pattern_absences_ytd", others=CLASSMATES) in ((None,), (0,))


def test_without_the_schools_own_pattern_there_is_none_to_tell():
    away = [on(day) for day in FRIDAYS[:8]]
    assert of(pupil(*away), *PATTERN) == (None, None, None)
    assert of(pupil(*away), *PATTERN, others=CLASSMATES[:9]) == (None, None, None)


# Elsewhere ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again, periods", [("2025-11-03", 1), ("2025-11-10", 2)])
def test_a_second_part_time_timetable_begins_after_four_school_weeks_or_more(again, periods):
    """The first ends in the week of 29 September; the holiday's week is none of the pupil's."""
    first = Away("C2", "2025-09-15", "2025-10-03", ("pm",))
    second = Away("C2", again, "2025-12-05", ("pm",))
    told = of(pupil(first, second), "part_time_periods_two_years")
    assert told == (periods,)


def test_a_part_time_timetable_of_last_year_alone_is_not_one_repeated_now():
    last_year = (Away("C2", "2024-10-07", "2024-10-11"), Away("C2", "2025-03-10", "2025-03-14"))
    names = ("part_time_periods_two_years", "part_time_last_began")
    assert of(pupil(*last_year), *names) == (2, None)
    assert of(pupil(*last_year, Away("C2", "2026-01-13", "2026-01-16")), *names) == (3, date(2026, 1, 12))
    assert of(pupil(), *names) == (0, None)


def test_the_last_week_of_a_part_time_timetable_is_the_last_with_any_of_it_this_year():
    begun, last = Away("C2", "2025-09-15", "2025-10-03", ("pm",)), Away("C2", "2025-12-03", "2025-12-03", ("pm",))
    assert of(pupil(begun, last), "part_time_last_week") == (date(2025, 12, 1),)
    assert of(pupil(begun), "part_time_last_week") == (date(2025, 9, 29),)
    assert of(pupil(Away("C2", "2025-03-10", "2025-03-14")), "part_time_last_week") == (None,)


@pytest.mark.parametrize("code", ["B", "D", "K", "Q"])
def test_a_week_elsewhere_is_one_of_which_half_the_sessions_were(code):
    half = [on(day, code) for day in (date(2026, 1, 12), date(2026, 1, 13))] + [on(date(2026, 1, 14), code, ("am",))]
    assert of(pupil(*half), "elsewhere_weeks_ytd") == (1,)
    assert of(pupil(*half[:2]), "elsewhere_weeks_ytd") == (0,)


def test_days_at_another_school_whose_register_is_held_are_not_elsewhere():
    rolls = (Spell(enrol_status="M"), Spell(urn=SECOND, enrol_status="S"))
    both = Pupil("robin", rolls, away=(Away("/", "2026-01-12", "2026-01-16"),))
    one = Pupil("robin", rolls[:1], away=(Away("D", "2026-01-12", "2026-01-16"),))
    assert of(both, "elsewhere_weeks_ytd") == (0,)
    assert of(one, "elsewhere_weeks_ytd") == (1,)


# Moves --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rolls, moves",
    [
        ((Spell(),), 0),
        ((Spell(urn=PRIMARY, leaving_date=date(2025, 7, 22)), Spell(entry_date=YEAR_BEGAN)), 1),
        ((Spell(leaving_date=date(2025, 1, 10)), Spell(urn=SECOND, entry_date=date(2025, 1, 13), leaving_date=date(2025, 5, 2)),
          Spell(entry_date=date(2025, 5, 5))), 2),
        ((Spell(), Spell(urn=SECOND, entry_date=date(2025, 5, 5), enrol_status="S")), 0),
        ((Spell(urn=PRIMARY, entry_date=date(2021, 9, 1), leaving_date=date(2024, 3, 15)),
          Spell(entry_date=date(2024, 3, 18))), 0),
    ],
    ids=["none", "to secondary", "there and back", "a second roll", "longer ago"],
)  # fmt: skip
def test_moves_are_counted_from_one_main_school_to_another_in_two_years(rolls, moves):
    assert of(Pupil("robin", rolls), "moves_24m") == (moves,)


def test_two_moves_in_two_years_ask_though_neither_was_this_year():
    rolls = (
        Spell(urn=SECOND, entry_date=LAST_YEAR_BEGAN, leaving_date=date(2024, 11, 8)),
        Spell(urn=PRIMARY, entry_date=date(2024, 11, 11), leaving_date=date(2025, 2, 7)),
        Spell(entry_date=date(2025, 2, 10)),
    )
    mover = Pupil("robin", rolls)
    assert seen([mover]).reasons(mover)["moved_school"] == (
        "Joined this school on 10 February 2025; on the rolls of 3 schools in the last two years, with 2 moves."
    )
    once = replace(mover, rolls=rolls[1:])
    assert "moved_school" not in seen([once]).reasons(once)


# The school's own change on last year ---------------------------------------------------------------------------------------


def test_the_schools_rise_on_last_year_is_that_of_its_other_pupils():
    """Ten pupils who missed nothing last year and half of this: whoever is compared, is compared with the other ten."""
    others = tuple(replace(mate, away=tuple(on(day, "I", ("am",)) for day in DAYS)) for mate in CLASSMATES)
    assert of(pupil(), "school_rise_on_past", others=others) == (0.5,)
    assert of(pupil(), "school_rise_on_past", others=others[:9]) == (None,)
    away = tuple(on(day, "I") for day in DAYS[:15])
    assert "worse_than_last_year" in (it := seen([pupil(*away)])).reasons(pupil()), it
    assert "worse_than_last_year" not in seen([pupil(*away), *others]).reasons(pupil())
