"""What is known of a pupil's attendance on a day."""

from datetime import date, timedelta

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from pipeline.steps.features import pupil_features
from pipeline.steps.judged import half_unseen
from pipeline.steps.weeks import marked_weeks
from pipeline.tables import staged
from tests.cast import (
    AMIRA,
    AS_OF,
    CAST,
    CLASSMATES,
    HUGO,
    PRIMARY,
    SCHOOLS,
    SECOND,
    SECONDARY,
    YEAR_BEGAN,
    Away,
    Pupil,
    Spell,
    enrolments_of,
    in_year,
    marks_of,
    school_days,
    seen,
    suspended_on,
    with_away,
)
from tests.drawn import drawn

MARKS = {"pupil_id": pl.String, "urn": pl.Int32, "date": pl.Date, "half_day": pl.String, "code": pl.String}


def features_of(pupil: Pupil, picture: str, *, as_of: date) -> dict:
    """The features of one pupil whose marks are all drawn."""
    marks = drawn(picture, MARKS | {"school": pl.Int32}).rename({"school": "urn"})
    marks = marks.with_columns(
        pupil_id=pl.lit(pupil.pupil_id), known_on=pl.col("date"), recorded_at=pl.lit(None, pl.Datetime("us"))
    )
    return seen([pupil], marks=marks, as_of=as_of).features.row(0, named=True)


def test_a_session_nobody_could_attend_is_not_counted():
    known = features_of(
        AMIRA,
        r"""
        school | date       | half_day | code
        -------+------------+----------+-----
        100001 | 2025-09-08 | am       | /
        100001 | 2025-09-08 | pm       | I
        100001 | 2025-09-09 | am       | #
        100001 | 2025-09-09 | pm       | Y2
        100001 | 2025-09-10 | am       | -
        """,
        as_of=date(2025, 9, 12),
    )
    assert (known["possible_sessions_ytd"], known["absence_sessions_ytd"]) == (2, 1)
    assert (known["no_mark_sessions_ytd"], known["absence_rate_ytd"]) == (1, 0.5)
    assert known["period"] == "since 8 September 2025"


def test_two_schools_marks_for_one_half_day_are_one_session_and_the_better_counts():
    known = features_of(
        AMIRA,
        r"""
        school | date       | half_day | code
        -------+------------+----------+-----
        100001 | 2025-09-08 | am       | D
        100004 | 2025-09-08 | am       | /
        100001 | 2025-09-08 | pm       | O
        100004 | 2025-09-08 | pm       | I
        100001 | 2025-09-09 | am       | /
        100004 | 2025-09-09 | am       | D
        100001 | 2025-09-09 | pm       | O
        100004 | 2025-09-09 | pm       | \
        """,
        as_of=date(2025, 9, 12),
    )
    assert (known["possible_sessions_ytd"], known["absence_sessions_ytd"]) == (4, 1)
    assert (known["authorised_sessions_ytd"], known["illness_sessions_ytd"]) == (1, 1)
    assert known["unseen_dual_sessions_ytd"] == 0


def test_away_at_a_school_whose_register_is_not_here_is_unseen():
    known = features_of(
        AMIRA,
        r"""
        school | date       | half_day | code
        -------+------------+----------+-----
        100001 | 2025-09-08 | am       | D
        100001 | 2025-09-08 | pm       | D
        100004 | 2025-09-08 | pm       | #
        100001 | 2025-09-09 | am       | D
        100004 | 2025-09-09 | am       | -
        """,
        as_of=date(2025, 9, 12),
    )
    assert known["unseen_dual_sessions_ytd"] == 2  # the closed afternoon is seen; an unmarked morning is not


@pytest.mark.parametrize("unseen_days, judged", [(24, "this_year"), (25, None)])
def test_a_fifth_unseen_is_too_much_to_judge(unseen_days, judged):
    days = school_days(YEAR_BEGAN, AS_OF)  # 123
    last = days[unseen_days - 1].isoformat()
    pupil = with_away(AMIRA, Away("D", "2025-09-03", last))
    it = seen([pupil])
    assert it.feature(pupil, "judged_on") == judged
    assert it.outcome(pupil)["outcome"] == ("cannot_be_judged" if judged is None else "listed")


def test_a_leavers_sessions_come_along_to_the_next_school():
    moved = Pupil(
        "moved",
        (
            Spell(leaving_date=date(2026, 1, 23), nc_year="9"),
            Spell(urn=SECOND, entry_date=date(2026, 1, 26), nc_year="9"),
        ),
        away=(Away("O", "2026-01-12", "2026-01-30"),),
    )
    it = seen([moved])
    assert it.feature(moved, "urn") == SECOND
    assert (it.feature(moved, "possible_sessions_ytd"), it.feature(moved, "absence_sessions_ytd")) == (246, 30)
    assert it.feature(moved, "moved_in_year") is True
    assert it.reasons(moved)["moved_school"] == (
        "Joined this school on 26 January 2026; on the rolls of 2 schools in the last two years, with 1 move."
    )


@pytest.mark.parametrize("unseen, possible, too_much", [(20, 80, True), (19, 80, False), (0, 0, False), (1, 0, True)])
def test_exactly_a_fifth_unseen_is_too_much(unseen, possible, too_much):
    counts = pl.DataFrame({"unseen_dual_sessions_ytd": [unseen], "possible_sessions_ytd": [possible]})
    assert counts.select(half_unseen()).item() is too_much


@pytest.mark.parametrize("left, moved", [(YEAR_BEGAN, False), (YEAR_BEGAN + timedelta(days=1), True)])
def test_leaving_another_school_once_the_year_has_begun_is_a_move(left, moved):
    rolls = (Spell(urn=SECOND, leaving_date=left), Spell(entry_date=YEAR_BEGAN))
    assert seen([Pupil("mover", rolls)]).feature(Pupil("mover"), "moved_in_year") is moved


def test_year_six_to_seven_is_no_move_during_a_year():
    assert seen([HUGO]).feature(HUGO, "moved_in_year") is False


@pytest.mark.parametrize("entered, moved", [(date(2025, 9, 30), False), (date(2025, 10, 1), True)])
def test_joining_after_four_weeks_is_a_move(entered, moved):
    newcomer = Pupil("newcomer", (Spell(entry_date=entered),))
    assert seen([newcomer, AMIRA]).feature(newcomer, "moved_in_year") is moved


@pytest.mark.parametrize(
    "status, other_status, listing",
    [("M", "S", SECONDARY), ("S", "M", SECOND), ("C", "C", SECOND), ("S", "S", SECOND), (None, "S", SECONDARY)],
)
def test_the_main_registration_lists_a_pupil_else_the_latest_entered(status, other_status, listing):
    rolls = (
        Spell(urn=SECONDARY, enrol_status=status),
        Spell(urn=SECOND, entry_date=date(2025, 11, 3), enrol_status=other_status),
    )
    dual = Pupil("dual", rolls)
    assert seen([dual]).feature(dual, "urn") == listing


@pytest.mark.parametrize("leaving, pupils", [(date(2026, 3, 19), 0), (AS_OF, 1), (None, 1)])
def test_a_pupil_is_on_roll_on_their_last_day_and_not_after(leaving, pupils):
    assert seen([Pupil("leaver", (Spell(leaving_date=leaving),))]).features.height == pupils


def test_a_pupil_yet_to_enter_is_on_no_roll():
    assert seen([Pupil("coming", (Spell(entry_date=date(2026, 3, 23)),))]).features.height == 0


def test_the_same_part_of_last_year_ends_fifty_two_weeks_ago():
    pupil = with_away(
        AMIRA, Away("O", "2025-03-20", "2025-03-21"), Away("O", "2025-03-24", "2025-03-24")
    )  # 21 March 2025 is 364 days before
    known = seen([pupil])
    assert known.feature(pupil, "absence_sessions_same_period_last_year") == 4
    assert known.feature(pupil, "absence_sessions_last_year") == 6


def test_twenty_school_days_are_the_schools_not_the_calendars():
    as_of = date(2026, 3, 13)
    days = school_days(YEAR_BEGAN, as_of)
    before, first = days[-21], days[-20]
    assert first < as_of - timedelta(days=27)  # half term lies between
    pupil = Pupil("late", away=(Away("I", before.isoformat(), first.isoformat()),))
    known = seen([pupil, *CLASSMATES], as_of=as_of)
    assert known.feature(pupil, "possible_sessions_20d") == 40
    assert known.feature(pupil, "absence_sessions_20d") == 2
    assert known.feature(pupil, "possible_sessions_before_20d") == 196
    assert known.feature(pupil, "absence_rate_before_20d") == 2 / 196


def test_too_short_a_year_has_no_last_twenty_days():
    assert seen([AMIRA], as_of=date(2025, 9, 29)).feature(AMIRA, "possible_sessions_20d") is None
    assert seen([AMIRA], as_of=date(2025, 9, 30)).feature(AMIRA, "possible_sessions_20d") == 40


def test_the_schools_rise_is_of_all_its_pupils():
    days = school_days(YEAR_BEGAN, AS_OF)
    flu = [Pupil(f"ill{letter}", away=(Away("I", days[-20].isoformat(), days[-11].isoformat()),)) for letter in "bc"]
    well = [Pupil("well"), Pupil("fine", away=(Away("G", days[-5].isoformat(), days[-1].isoformat()),))]
    rise = seen([*flu, *well]).feature(well[0], "school_rise_20d")
    assert rise == pytest.approx(40 / 150)  # a holiday's ten sessions are set aside


@pytest.mark.parametrize("code, suspensions", [("E", 2), ("I", 0)])
def test_runs_of_e_are_suspensions_where_no_feed_says_so(code, suspensions):
    pupil = Pupil(
        "sent_home", away=(Away(code, "2025-10-23", "2025-11-04"), Away(code, "2025-12-02", "2025-12-03"))
    )  # the first goes over half term
    known = seen([pupil])
    assert known.feature(pupil, "suspensions_12m") == suspensions
    assert known.feature(pupil, "last_suspension_on") == (date(2025, 12, 2) if suspensions else None)


def test_a_suspension_sent_in_two_censuses_is_one():
    feed = pl.concat(
        [suspended_on(AMIRA, date(2025, 10, 6), date(2025, 11, 10)), suspended_on(AMIRA, date(2025, 10, 6))]
    )
    known = seen([AMIRA], suspensions=feed)
    assert known.feature(AMIRA, "suspensions_12m") == 2
    assert known.reasons(AMIRA)["any_suspension"] == (
        "Suspended or excluded twice in the last 12 months, last on 10 November 2025."
    )


@pytest.mark.parametrize("day, count", [(date(2025, 3, 19), 0), (date(2025, 3, 20), 1), (date(2026, 3, 21), 0)])
def test_a_suspension_counts_for_twelve_months(day, count):
    assert seen([AMIRA], suspensions=suspended_on(AMIRA, day)).feature(AMIRA, "suspensions_12m") == count


def test_a_future_mark_moves_nothing():
    pupils = [*CAST, *CLASSMATES]
    known = marks_of(pupils)
    later = known.with_columns(date=pl.lit(date(2026, 3, 23)), code=pl.lit("E"), known_on=pl.lit(AS_OF))
    planted = pl.concat([known, later.unique(["pupil_id", "urn", "half_day"], keep="first", maintain_order=True)])
    with_it, without_it = seen(pupils, marks=planted), seen(pupils, marks=known)
    assert_frame_equal(with_it.features, without_it.features)
    assert_frame_equal(with_it.triage, without_it.triage)


def test_a_future_mark_later_in_the_week_moves_nothing_either():
    wednesday = date(2026, 3, 18)
    pupils = [*CAST, *CLASSMATES]
    until = marks_of(pupils, until=wednesday)
    assert_frame_equal(seen(pupils, as_of=wednesday).features, seen(pupils, as_of=wednesday, marks=until).features)


def test_the_order_of_rows_moves_nothing():
    pupils = (*CAST, *CLASSMATES)
    weeks = marked_weeks(marks_of(pupils))
    tables = [weeks, enrolments_of(pupils), SCHOOLS, suspended_on(AMIRA, date(2025, 10, 6)), census("amira")]
    straight = pupil_features(*tables, as_of=AS_OF)
    for seed in range(3):
        shuffled = [table.sample(fraction=1, shuffle=True, seed=seed) for table in tables]
        assert_frame_equal(pupil_features(*shuffled, as_of=AS_OF), straight)


def test_nobody_and_nothing_is_an_empty_table():
    nobody = seen([])
    assert nobody.features.height == nobody.triage.height == nobody.signals.height == 0


# Where no register is held ------------------------------------------------------------------------------------------------

CENSUS = {
    "term": pl.String,
    "part": pl.Int32,
    "school_year": pl.Int32,
    "possible": pl.Int32,
    "code": pl.String,
    "sessions": pl.Int32,
}

AUTUMN = """
term   | part | school_year | possible | code | sessions
-------+------+-------------+----------+------+---------
autumn | 1    | 2025        | 146      | I    | 12
autumn | 1    | 2025        | 146      | C2   | 4
autumn | 1    | 2025        | 146      | T    | 3
"""


def census(name: str, picture: str = AUTUMN, urn: int = SECONDARY) -> pl.DataFrame:
    rows = drawn(picture, CENSUS).rename({"possible": "sessions_possible"}).with_row_index("row_number", offset=2)
    whose = {
        "extract_id": 1,
        "known_on": date(2026, 1, 15),
        "pupil_id": Pupil(name).pupil_id,
        "urn": urn,
        "parent_key": "p1",
        "census_key": "c1",
        "parent_known_on": date(2026, 1, 20),
        "census_term": "spring",
        "census_year": 2026,
    }
    return staged.CENSUS_SESSIONS.conform(rows.with_columns(**{key: pl.lit(value) for key, value in whose.items()}))


UNMARKED = Pupil("unmarked", in_year("8"))
NO_MARKS = marks_of([])


def test_a_census_term_stands_in_for_registers_and_is_named():
    known = seen([UNMARKED], marks=NO_MARKS, census=census("unmarked"))
    assert known.feature(UNMARKED, "source") == "census"
    assert known.feature(UNMARKED, "part_time_weeks_ytd") is None
    assert known.feature(UNMARKED, "late_sessions_ytd") is None
    assert known.reasons(UNMARKED) == {
        "persistent_absence": "Absent for 19 of 146 sessions (13.0%) in the autumn term 2025 (school census); "
        "3 of those were holidays or other leave.",
        "absent_and_never_looked_at": "Absent and never looked at: 16 of 143 sessions missed, other leave left out, in the "
        "autumn term 2025 (school census). No support, plan or SEN provision is on file. There was no review in the last 12 months.",
        "part_time_timetable": "Part-time timetable for 4 of 146 sessions in the autumn term 2025 (school census).",
    }


@pytest.mark.parametrize("signal", ["rising_lately", "many_spells", "part_time_past_six_weeks", "any_suspension"])
def test_what_needs_dates_cannot_be_judged_from_a_census(signal):
    known = seen([UNMARKED], marks=NO_MARKS, census=census("unmarked"))
    assert known.answer(UNMARKED, signal) is None


def test_a_suspension_feed_that_does_not_name_a_pupil_says_there_was_none():
    feed = suspended_on(AMIRA, date(2025, 10, 6))
    known = seen([UNMARKED], marks=NO_MARKS, census=census("unmarked"), suspensions=feed)
    assert known.answer(UNMARKED, "any_suspension") is False


@pytest.mark.parametrize("urn, answer", [(SECONDARY, False), (SECOND, None)])
def test_one_schools_suspension_feed_says_nothing_of_another_schools_pupils(urn, answer):
    nobody_knows = Pupil("unheardof", in_year("8", urn))
    known = seen([nobody_knows], marks=NO_MARKS, suspensions=suspended_on(AMIRA, date(2025, 10, 6)))
    assert known.feature(nobody_knows, "source") == "none"
    assert known.answer(nobody_knows, "any_suspension") is answer


def test_own_registers_without_a_suspension_say_there_was_none_though_another_school_sends_the_feed():
    pupil = Pupil("steady", in_year("8", SECOND))
    known = seen([pupil], suspensions=suspended_on(AMIRA, date(2025, 10, 6)))
    assert known.answer(pupil, "any_suspension") is False


def test_terms_and_parts_of_one_year_are_added_up():
    two_terms = """
    term   | part | school_year | possible | code | sessions
    -------+------+-------------+----------+------+---------
    autumn | 1    | 2024        | 146      | I    | 20
    spring | 1    | 2024        | 120      | O    | 10
    summer | 1    | 2024        | 60       | I    | 5
    summer | 2    | 2024        | 70       | I    | 5
    summer | 2    | 2024        | 70       | E    | 2
    """
    known = seen([UNMARKED], marks=NO_MARKS, census=census("unmarked", two_terms))
    assert known.feature(UNMARKED, "possible_sessions_last_year") == 396
    assert known.reasons(UNMARKED)["persistent_absence"] == (
        "Absent for 42 of 396 sessions (10.6%) in 2024/25 (school census); this year has none so far."
    )


@pytest.mark.parametrize(
    "terms, words",
    [
        (["autumn"], "in the autumn term 2025 (school census)"),
        (["summer"], "in the summer term 2026 (school census)"),
        (["autumn", "spring"], "in the autumn and spring terms of 2025/26 (school census)"),
        (["autumn", "spring", "summer"], "in 2025/26 (school census)"),
    ],
)
def test_terms_in_words(terms, words):
    from pipeline.steps.census_terms import in_words
    from pipeline.vocabulary.school_year import SchoolYear

    assert in_words(terms, SchoolYear(2025)) == words


def test_two_schools_censuses_of_one_term_are_both_counted():
    both = pl.concat([census("unmarked"), census("unmarked", AUTUMN.replace("146", "20"), urn=SECOND)])
    assert seen([UNMARKED], marks=NO_MARKS, census=both).feature(UNMARKED, "possible_sessions_ytd") == 166


def test_registers_come_before_a_census():
    known = seen([AMIRA], census=census("amira"))
    assert (known.feature(AMIRA, "source"), known.feature(AMIRA, "possible_sessions_ytd")) == ("registers", 246)


def test_nothing_known_of_a_pupil_cannot_be_judged():
    known = seen([UNMARKED], marks=NO_MARKS)
    assert known.feature(UNMARKED, "absence_rate_ytd") is None
    assert known.outcome(UNMARKED)["outcome"] == "cannot_be_judged"
    assert known.outcome(UNMARKED)["because"] == "Neither registers nor a school census of this pupil is held."
    judged = known.signals.filter(pl.col("raised").is_not_null())["signal"].to_list()
    assert judged == ["moved_school"]


def test_primary_pupils_of_another_school_lend_no_school_days():
    away_school = Pupil("elsewhere", (Spell(urn=PRIMARY, nc_year="5"),))
    closed = Pupil("closed", away=(Away("#", "2026-03-02", "2026-03-20"),))
    known = seen([away_school, closed])
    assert known.feature(closed, "possible_sessions_20d") == 40
    assert known.feature(closed, "possible_sessions_before_20d") == 246 - 30 - 40
