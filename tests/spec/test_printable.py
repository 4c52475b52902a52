"""What a page to print draws of a pupil's year, for the cast: what it must show, and what nobody may read from it."""

import re
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.printable import (
    KINDS,
    Week,
    gaps_before,
    terms_of,
    totals_by_kind,
    year_in_numbers,
    year_told,
    years_drawn,
)
from pipeline.steps.support import support_begun
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, CountsAs
from pipeline.vocabulary.sen import SUPPORT_KINDS
from tests.cast import (
    AMIRA,
    AS_OF,
    CAST,
    FARAH,
    SECOND,
    SECONDARY,
    YEAR_BEGAN,
    Away,
    Pupil,
    Spell,
    marks_of,
    seen,
    support_of,
)

ABSENCES = [entry.code for entry in ATTENDANCE_CODES if entry.counts_as.is_absence]
NOT_POSSIBLE = [entry.code for entry in ATTENDANCE_CODES if entry.counts_as is CountsAs.NOT_POSSIBLE]
PLACE = {kind.name: place for place, kind in enumerate(KINDS)}


def drawn(pupil: Pupil, *others: Pupil, as_of: date = AS_OF) -> tuple[Week, ...]:
    everyone = (pupil, *others)
    weeks = cut(marked_weeks(marks_of(everyone)), last_day=as_of)
    rows = [(one.pupil_id, one.rolls[-1].urn) for one in everyone]
    listed = pl.DataFrame(rows, schema={"pupil_id": pl.String, "urn": pl.Int32}, orient="row")
    return years_drawn(weeks, listed, as_of=as_of).get(pupil.pupil_id, ())


def away(code: str, first: str = "2026-03-16", last: str = "2026-03-16", **more) -> Pupil:
    return Pupil("someone", away=(Away(code, first, last, **more),))


def week(weeks: tuple[Week, ...], starts: str) -> dict[str, int]:
    found = next(one for one in weeks if one.starts == date.fromisoformat(starts))
    return {kind.name: count for kind, count in zip(KINDS, found.sessions, strict=True) if count}


# The weeks and their squares


@pytest.mark.parametrize("pupil", CAST, ids=lambda pupil: pupil.name)
def test_the_squares_of_a_year_are_the_sessions_its_rate_is_made_of(pupil):
    it, weeks = seen([pupil]), drawn(pupil)
    assert sum(one.possible for one in weeks) == it.feature(pupil, "possible_sessions_ytd") > 0
    assert sum(one.missed + one.arrived_late for one in weeks) == it.feature(pupil, "absence_sessions_ytd")


def test_every_school_week_from_september_to_the_day_is_a_column_and_no_holiday_is():
    weeks = drawn(AMIRA)
    assert (weeks[0].starts, weeks[-1].starts) == (date(2025, 9, 1), date(2026, 3, 16))
    starts = {one.starts for one in weeks}
    assert not starts & {date(2025, 10, 27), date(2025, 12, 22), date(2025, 12, 29), date(2026, 2, 16)}
    assert len(weeks) == len(starts) == 8 + 7 + 6 + 4


@pytest.mark.parametrize("as_of, possible", [(date(2026, 3, 18), 6), (date(2026, 3, 20), 10)])
def test_the_last_week_is_drawn_to_the_day_of_the_list_and_not_past_it(as_of, possible):
    assert drawn(AMIRA, as_of=as_of)[-1].possible == possible


def test_sessions_missed_are_told_apart_by_kind():
    pupil = Pupil("someone", away=(Away("I", "2026-03-16", "2026-03-17"), Away("M", "2026-03-18", "2026-03-18", ("am",)),
                                   Away("C2", "2026-03-19", "2026-03-20", ("pm",)), Away("O", "2026-03-18", "2026-03-18", ("pm",)),
                                   Away("S", "2026-03-19", "2026-03-19", ("am",))))  # fmt: skip
    assert week(drawn(pupil), "2026-03-16") == {
        "attended": 1, "illness": 4, "medical": 1, "part_time": 2, "leave": 1, "no_leave": 1,
    }  # fmt: skip


def test_a_week_the_pupil_could_not_come_has_no_square_while_the_school_was_open():
    excused = away("Y7", "2026-03-09", "2026-03-13")
    assert week(drawn(excused, AMIRA), "2026-03-09") == {}
    assert week(drawn(AMIRA, excused), "2026-03-09") == {"attended": 4, "illness": 6}


def test_weeks_at_the_school_before_are_drawn_too():
    moved = Pupil("moved", (Spell(urn=SECOND, leaving_date=date(2026, 2, 13)), Spell(urn=SECONDARY, entry_date=date(2026, 2, 23))))  # fmt: skip
    assert [one.possible for one in drawn(moved)] == [one.possible for one in drawn(AMIRA)]


def test_of_two_registers_of_one_half_day_the_better_mark_is_drawn_and_drawn_once():
    both = Pupil("both", (Spell(urn=SECOND), Spell(urn=SECONDARY)))
    assert {one.possible for one in drawn(both)} == {one.possible for one in drawn(AMIRA)} == {6, 10}


def test_a_pupil_without_registers_this_year_has_no_year_to_draw():
    left = Pupil("left", (Spell(leaving_date=date(2025, 7, 22)),))
    assert drawn(left, AMIRA) == ()
    assert drawn(AMIRA, left) != ()


# Last year


def test_last_year_is_the_share_attended_fifty_two_weeks_before():
    pupil = Pupil(
        "someone", away=(Away("I", "2025-03-10", "2025-03-12"),)
    )  # week 10 March 2025, 52 weeks before 9 March
    assert [one.last_year for one in drawn(pupil)[-2:]] == [0.4, 1.0]


def test_where_no_last_year_is_held_there_is_no_share_and_not_a_nought():
    arrived = Pupil("arrived", (Spell(entry_date=YEAR_BEGAN),))
    assert {one.last_year for one in drawn(arrived)} == {None}


# What nobody may read from it


@pytest.mark.parametrize("code", ["R", "T", "S", "C1"])
def test_a_festival_and_a_journey_for_work_are_drawn_like_a_job_interview(code):
    assert drawn(away(code)) == drawn(away("J1"))
    assert drawn(away(code)) != drawn(away("I"))


@pytest.mark.parametrize("code, kind", [("C", "granted"), ("E", "suspended"), ("T", "leave")])
def test_a_suspension_and_leave_granted_are_kinds_of_their_own_so_that_none_is_told_by_a_sentence_that_is_not_there(
    code, kind
):
    assert week(drawn(away(code)), "2026-03-16") == {"attended": 8, kind: 2}
    assert "suspended" in KINDS[PLACE["suspended"]].label.lower()
    assert KINDS[PLACE["leave"]].words == {"other leave"}


def test_who_arrived_after_registers_had_closed_has_missed_nothing_and_is_not_without_leave():
    late, gone = drawn(away("U")), drawn(away("O"))
    assert week(late, "2026-03-16") == {"attended": 8, "arrived_late": 2}
    assert (late[-1].missed, late[-1].arrived_late, gone[-1].missed, gone[-1].arrived_late) == (0, 2, 2, 0)
    assert year_told(late).endswith(
        "No week has a session missed. Arrived after registers closed: week of 16 March 2026: 2."
    )
    assert "after registers closed" not in year_told(gone) and "without leave" in year_told(gone)
    assert "without leave" not in year_told(late)


def test_a_week_with_both_tells_them_apart():
    both = Pupil("both", away=(Away("U", "2026-03-16", "2026-03-16"), Away("I", "2026-03-17", "2026-03-17")))
    assert year_told(drawn(both)).endswith(
        "Weeks with sessions missed: week of 16 March 2026: attended 6, illness 2. "
        "Arrived after registers closed: week of 16 March 2026: 2."
    )


def test_a_letter_that_the_register_has_means_what_it_means_there():
    printed = {entry.code: entry.printed for entry in ATTENDANCE_CODES}
    lettered = {kind.letter: kind.words for kind in KINDS if kind.letter in printed}
    assert set(lettered) == {"I", "M", "C", "E", "U"}
    assert all(words == {printed[letter]} for letter, words in lettered.items())


@pytest.mark.parametrize("code", [code for code in NOT_POSSIBLE if code != "Y7"])
def test_why_a_session_was_not_possible_cannot_be_seen(code):
    assert drawn(away(code), AMIRA) == drawn(away("Y7"), AMIRA)


@pytest.mark.parametrize("day", ["2026-03-17", "2026-03-20"])
def test_the_day_of_a_week_on_which_a_session_was_missed_cannot_be_seen(day):
    assert drawn(away("R", day, day)) == drawn(away("R"))


@pytest.mark.parametrize("code", ABSENCES)
def test_every_absence_is_of_one_kind_with_a_letter_and_is_never_told_by_its_code(code):
    weeks = drawn(away(code))
    kinds = week(weeks, "2026-03-16")
    assert kinds.pop("attended") == 8 and list(kinds.values()) == [2]
    assert KINDS[PLACE[next(iter(kinds))]].letter
    assert not re.search(rf"\b{re.escape(code)}\b", year_told(weeks))


def test_no_two_kinds_share_a_letter():
    assert len({kind.letter for kind in KINDS}) == len(KINDS)


# Told in words


def test_the_drawing_is_told_week_by_week_for_those_who_do_not_see_it():
    told = year_told(drawn(AMIRA))
    assert told.startswith(
        "25 school weeks, one column each, from the week of 1 September 2025. Attended 216, illness 30."
    )
    assert "week of 10 November 2025: attended 4, illness 6; week of 12 January 2026: " in told
    assert "8 September 2025" not in told


def test_a_year_with_nothing_missed_says_so():
    assert year_told(drawn(Pupil("someone"))).endswith("No week has a session missed.")


def test_kinds_are_added_up_over_the_year():
    totals = dict(zip((kind.name for kind in KINDS), totals_by_kind(drawn(FARAH)), strict=True))
    assert (
        totals["part_time"] == sum(week(drawn(FARAH), str(one.starts)).get("part_time", 0) for one in drawn(FARAH)) > 0
    )
    assert totals["illness"] == 0


def weeks_from(first: str, *, count: int) -> tuple[Week, ...]:
    return tuple(
        Week(date.fromisoformat(first) + timedelta(weeks=n), (10, *[0] * (len(KINDS) - 1))) for n in range(count)
    )


def test_a_week_lies_in_the_term_of_its_friday():
    """That of 29 December 2025 ends on 2 January."""
    assert terms_of(weeks_from("2025-12-22", count=2)) == (("autumn", 0, 0), ("spring", 1, 1))
    assert terms_of(weeks_from("2025-09-01", count=3)) == (("autumn", 0, 2),)


def test_summer_begins_after_easter_sunday():
    """Easter 2026 is on 5 April."""
    assert terms_of(weeks_from("2026-03-30", count=2)) == (("spring", 0, 0), ("summer", 1, 1))


def test_a_holiday_leaves_a_gap_and_a_weekend_does_not():
    weeks = drawn(AMIRA)
    after = [one.starts for one, gap in zip(weeks, gaps_before(weeks), strict=True) if gap]
    assert after == [date(2025, 11, 3), date(2026, 1, 5), date(2026, 2, 23)]
    assert gaps_before(()) == ()


def numbers(pupil: Pupil, **changed) -> tuple[str, ...]:
    it = seen([pupil])
    row = it.features.filter(pupil_id=pupil.pupil_id).with_columns(**changed)
    return year_in_numbers(row, as_of=AS_OF)[pupil.pupil_id]


def test_this_year_and_last_stand_beside_each_other_with_their_arithmetic():
    this, last = numbers(AMIRA)
    assert this == "This year: absent for 30 of 246 possible sessions (12.2%) since 3 September 2025."
    assert re.fullmatch(r"Last year \(2024/25, as held here\): absent for 0 of \d+ possible sessions \(0.0%\); by 21 March 2025, 0 of \d+ possible sessions \(0.0%\)\.", last)  # fmt: skip


def test_a_whole_year_and_its_part_are_not_said_twice_where_they_are_one():
    whole = numbers(AMIRA, possible_sessions_same_period_last_year=380, absence_sessions_same_period_last_year=21,
                    possible_sessions_last_year=380, absence_sessions_last_year=21)[1]  # fmt: skip
    assert whole == "Last year (2024/25, as held here): absent for 21 of 380 possible sessions (5.5%)."


def test_what_is_not_known_of_last_year_is_left_out():
    arrived = Pupil("arrived", (Spell(entry_date=YEAR_BEGAN),))
    assert [line.partition(":")[0] for line in numbers(arrived)] == ["This year"]
    assert numbers(arrived, possible_sessions_ytd=0, absence_sessions_ytd=0) == ()


# When support began


def begun(*support: dict, since: date = YEAR_BEGAN) -> list[tuple]:
    rows = support_of([replace(AMIRA, support=support)])
    return support_begun(rows, since=since, as_of=AS_OF).select("start_date", "words").rows()


@pytest.mark.parametrize("kind", SUPPORT_KINDS)
def test_only_support_a_list_may_name_is_named_where_it_began(kind):
    label = SUPPORT_KINDS[kind] if kind in ("sen_support", "ehc_plan", "attendance_plan") else "support known to staff"
    assert begun({"kind": kind, "start_date": date(2026, 1, 12)}) == [(date(2026, 1, 12), f"{label} begun")]


@pytest.mark.parametrize("day, marks", [(AS_OF, 1), (AS_OF + timedelta(days=1), 0), (YEAR_BEGAN, 1), (YEAR_BEGAN - timedelta(days=1), 0)])  # fmt: skip
def test_support_is_marked_from_the_first_week_drawn_to_the_day_of_the_list(day, marks):
    assert len(begun({"kind": "sen_support", "start_date": day})) == marks


def test_two_kinds_not_named_that_began_on_one_day_are_one_mark():
    on = date(2026, 1, 12)
    assert len(begun({"kind": "young_carer", "start_date": on}, {"kind": "early_help", "start_date": on})) == 1
    assert len(begun({"kind": "young_carer", "start_date": on}, {"kind": "sen_support", "start_date": on})) == 2


def test_support_without_a_first_day_is_marked_nowhere():
    assert begun({"kind": "sen_support", "last_review": date(2026, 1, 12)}) == []
