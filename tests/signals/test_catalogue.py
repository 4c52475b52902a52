"""Every signal is tried on its own examples, and on a pupil nothing is known of."""

from dataclasses import fields, replace
from datetime import date

import polars as pl
import pytest

from pipeline.signals import SIGNALS, pupil_signals
from pipeline.signals.catalogue import catalogue
from pipeline.signals.lines import Lines
from pipeline.signals.signal import READABLE
from pipeline.tables.derived import DERIVED, PUPIL_CIRCUMSTANCES, PUPIL_FEATURES
from pipeline.tables.facts import ENROLMENTS, PUPIL_WEEKS
from pipeline.tables.staged import PUPILS
from tests.cast import AS_OF, SECONDARY

by_name = pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)


def a_pupil(**known) -> pl.DataFrame:
    """A pupil of whom only this is known."""
    nothing = dict.fromkeys(READABLE)
    who = {"as_of": AS_OF, "pupil_id": "amiraaaaaaaa", "urn": SECONDARY}
    return pl.DataFrame([nothing | who | known], schema=READABLE)


def answer(signal, **known) -> dict:
    pupil = a_pupil(**known)
    features, circumstances = pupil.select(PUPIL_FEATURES.names), pupil.select(PUPIL_CIRCUMSTANCES.names)
    return pupil_signals(features, [signal], circumstances).row(0, named=True)


def by_its_name(name: str):
    return next(signal for signal in SIGNALS if signal.name == name)


@by_name
def test_it_raises_the_pupil_just_inside_the_line_and_says_why(signal):
    given = answer(signal, **signal.raises)
    assert given["raised"] is True
    assert given["points"] == signal.points
    assert (signal.points > 0) is (signal.role != "note")
    assert given["reason"].endswith(".") and "null" not in given["reason"]


@by_name
def test_it_spares_the_pupil_just_outside_the_line(signal):
    given = answer(signal, **signal.spares)
    assert given["raised"] is False
    assert (given["points"], given["reason"]) == (0, None)


@by_name
def test_it_cannot_judge_a_pupil_nothing_is_known_of(signal):
    given = answer(signal)
    assert given["raised"] is None
    assert (given["points"], given["reason"]) == (0, None)


@by_name
def test_its_next_step_and_what_it_asks_are_questions(signal):
    assert signal.asks.endswith("?")
    assert signal.next_step.endswith("?")
    assert signal.source and signal.line


@by_name
def test_no_sex_need_or_background_is_read(signal):
    never = (
        "sex",
        "ethnicity",
        "language",
        "fsm",
        "sen",
        "birth",
        "season",
        "age",
        "postcode",
        "looked",
        "care",
        "carer",
    )
    of_attendance = set(signal.features) & set(PUPIL_FEATURES.names)
    assert not [name for name in of_attendance if any(word in name.split("_") for word in never)]


def test_what_a_model_may_read_holds_nothing_of_records_staff_or_background():
    never = {"sex", "ethnicity", "language", "fsm", "sen", "birth", "season", "age", "postcode", "looked", "care", "carer",
             "level", "wider", "file", "support", "plan"}  # fmt: skip
    assert [name for name in PUPIL_FEATURES.names if never & set(name.split("_"))] == []
    shared = set(PUPIL_FEATURES.names) & set(PUPIL_CIRCUMSTANCES.names)
    assert shared == {"as_of", "pupil_id", "urn"}


def test_nothing_that_is_for_the_audit_only_is_in_any_table_that_lists_rest_on():
    """What a pupils row says for the audit of groups stays where it was delivered, and is read for that audit alone."""
    for_the_audit = {column.name for column in PUPILS.columns if column.description.endswith("For the audit only.")}
    assert {"birth_season", "sex", "ethnicity", "language", "fsm_eligible", "looked_after"} <= for_the_audit
    lists_rest_on = (ENROLMENTS, PUPIL_WEEKS, *DERIVED)
    assert [
        (table.name, for_the_audit & set(table.names)) for table in lists_rest_on if for_the_audit & set(table.names)
    ] == []


@by_name
def test_no_sentence_names_faith_travel_or_custody(signal):
    words = " ".join((signal.asks, signal.line, signal.reason, signal.next_step)).lower()
    assert not [word for word in ("religio", "travel", "detention", "custody", "y5", "holiday agreed") if word in words]


def test_names_are_each_used_once():
    assert len({signal.name for signal in SIGNALS}) == len(SIGNALS)


@pytest.mark.parametrize(
    "missed, possible, is_persistent",
    [(10, 100, True), (37, 370, True), (19, 190, True), (37, 371, False), (9, 91, False), (4, 40, True)],
)
def test_exactly_a_tenth_is_persistent_and_less_is_not(missed, possible, is_persistent):
    given = answer(
        by_its_name("persistent_absence"),
        judged_on="this_year",
        judged_period="since 3 September 2025",
        judged_absence_sessions=missed,
        judged_possible_sessions=possible,
        judged_absence_rate=missed / possible,
    )
    assert given["raised"] is is_persistent


def test_a_rate_stands_beside_both_its_numbers():
    signal = by_its_name("persistent_absence")
    known = signal.raises | {
        "judged_absence_sessions": 31, "judged_possible_sessions": 142, "judged_absence_rate": 31 / 142,
    }  # fmt: skip
    assert answer(signal, **known)["reason"] == "Absent for 31 of 142 sessions (21.8%) since 3 September 2025."


@pytest.mark.parametrize(
    "name, known, said",
    [
        ("long_or_repeated_illness", {"medical_sessions_ytd": 2, "illness_sessions_ytd": 28, "possible_sessions_ytd": 130},
         "Missed 28 of 130 sessions for illness"),
        ("many_spells", {"need_absence_sessions_ytd": 12, "need_possible_sessions_ytd": 130, "period": "since 3 September 2025"},
         "12 of 130 sessions missed since 3 September 2025"),
        ("part_time_timetable", {}, "for 1 of 160 sessions"),
        ("part_time_past_six_weeks", {}, "for 35 of 160 sessions"),
        ("any_suspension", {}, "It took 2 of 160 sessions this year."),
        ("worse_than_last_year", {}, "Up from 0 of 200 sessions (0.0%) in the same part of last year to 30 of 200 sessions (15.0%)"),
        ("sen_removed_then_rises", {}, "Absence is up from 0 of 200 sessions (0.0%) in the same part of last year to 30 of 200"),
        ("rising_lately", {}, "against 0 of 160 (0.0%) earlier this year"),
        ("climb_in_year_seven", {}, "Before it, for 0 of 200 (0.0%)."),
        ("unauthorised_rising", {}, "for 18 of 100 sessions (18.0%) in the latest half term. Before that it was 1 of 100 (1.0%)"),
        ("improvement", {}, "Before them it was 100 of 200 sessions (50.0%)."),
        ("absent_and_never_looked_at", {}, "looked at: 16 of 160 sessions missed, other leave left out, since 3 September 2025."),
    ],
)  # fmt: skip
def test_a_reason_says_what_its_number_is_out_of(name, known, said):
    signal = by_its_name(name)
    assert said in answer(signal, **dict(signal.raises) | known)["reason"]


def test_the_lead_says_no_number_where_it_rests_on_illness_and_no_rate_is_judged():
    signal = by_its_name("absent_and_never_looked_at")
    ill = {"possible_sessions_ytd": 36, "illness_sessions_ytd": 30, "medical_sessions_ytd": 0, "nothing_on_file": True}
    assert answer(signal, **ill)["reason"].startswith(
        "Absent and never looked at. No support, plan or SEN provision is on file."
    )


def test_a_reason_is_of_the_past_and_asks_nothing():
    said = [answer(signal, **signal.raises)["reason"] for signal in SIGNALS]
    assert [text for text in said if "?" in text or "asks for" in text] == []


def test_leave_that_asks_nothing_is_counted_in_one_sum():
    signal = by_its_name("persistent_absence")
    said = answer(signal, **signal.raises | {"judged_other_absence_sessions": 4})["reason"]
    assert said.endswith("since 3 September 2025; 4 of those were holidays or other leave.")


def test_a_term_is_named_where_only_a_census_is_held():
    signal = by_its_name("part_time_timetable")
    known = {"part_time_sessions_ytd": 40, "part_time_weeks_ytd": None, "possible_sessions_ytd": 130,
             "period": "in the autumn term 2025 (school census)"}  # fmt: skip
    expected = "Part-time timetable for 40 of 130 sessions in the autumn term 2025 (school census)."
    assert answer(signal, **known)["reason"] == expected


def test_illness_can_be_long_without_any_register():
    signal = by_its_name("long_or_repeated_illness")
    known = {"illness_sessions_ytd": 28, "medical_sessions_ytd": 2, "possible_sessions_ytd": 130, "period": "this year"}
    assert answer(signal, **known)["raised"] is True
    assert answer(signal, **known | {"medical_sessions_ytd": 1})["raised"] is False


RISEN = {
    "judged_on": "this_year", "need_possible_sessions_20d": 40, "need_absence_sessions_20d": 25, "need_absence_rate_20d": 0.625,
    "need_possible_sessions_before_20d": 200, "need_absence_sessions_before_20d": 10, "need_absence_rate_before_20d": 0.05,
    "school_rise_20d": 0.0,
}  # fmt: skip
"""25 of 40 sessions missed where 2 would have been usual."""


@pytest.mark.parametrize("school_rise, is_raised", [(0.0, True), (0.01, True), (0.02, False), (0.5, False)])
def test_a_rise_the_whole_school_had_is_not_this_pupils(school_rise, is_raised):
    assert answer(by_its_name("rising_lately"), **RISEN | {"school_rise_20d": school_rise})["raised"] is is_raised


def test_a_school_that_improved_does_not_make_a_pupil_worse():
    signal = by_its_name("rising_lately")
    steady = RISEN | {"need_absence_sessions_20d": 18, "school_rise_20d": -0.1}
    assert answer(signal, **steady)["raised"] is False
    assert answer(signal, **steady | {"school_rise_20d": 0.0})["raised"] is False


def test_one_week_of_illness_is_no_rise():
    week = RISEN | {"need_absence_sessions_20d": 10, "need_absence_sessions_before_20d": 0}
    assert answer(by_its_name("rising_lately"), **week)["raised"] is False


@pytest.mark.parametrize(
    "now, then, is_raised",
    [
        ((30, 200), (0, 200), True),
        ((29, 200), (0, 200), False),
        ((52, 200), (8, 200), False),
        ((53, 200), (8, 200), True),
    ],
)
def test_worse_than_last_year_is_further_than_chance_readily_goes(now, then, is_raised):
    known = {
        "judged_on": "this_year", "period": "since 3 September 2025", "past_period": "in 2024/25",
        "need_absence_sessions_ytd": now[0], "need_possible_sessions_ytd": now[1], "need_absence_rate_ytd": now[0] / now[1],
        "past_need_absence_sessions": then[0], "past_need_possible_sessions": then[1],
        "past_need_absence_rate": then[0] / then[1],
    }  # fmt: skip
    assert answer(by_its_name("worse_than_last_year"), **known)["raised"] is is_raised


def test_a_winter_of_illness_is_taken_off_what_is_worse_than_last_year():
    signal = by_its_name("worse_than_last_year")
    assert answer(signal, **signal.raises | {"school_rise_on_past": 0.0})["raised"] is True
    assert answer(signal, **signal.raises | {"school_rise_on_past": 0.05})["raised"] is False
    assert answer(signal, **signal.raises | {"school_rise_on_past": -0.05})["raised"] is True


LOOKED = {
    "as_of": AS_OF,
    "judged_on": "this_year",
    "judged_need_possible_sessions": 80,
    "judged_need_absence_sessions": 8,
}


@pytest.mark.parametrize(
    "known, is_raised",
    [
        ({"nothing_on_file": True}, True),
        ({"nothing_on_file": False}, False),
        ({"nothing_on_file": None}, None),
        ({"nothing_on_file": True, "looked_at_on": date(2025, 3, 19)}, True),
        ({"nothing_on_file": True, "looked_at_on": date(2025, 3, 20)}, False),
        ({"nothing_on_file": True, "judged_need_absence_sessions": 7, "judged_need_possible_sessions": 70}, False),
    ],
)
def test_never_looked_at_is_nothing_on_file_and_nobody_in_a_year(known, is_raised):
    assert answer(by_its_name("absent_and_never_looked_at"), **LOOKED | known)["raised"] is is_raised


def test_long_illness_is_reason_enough_to_ask_who_has_looked():
    ill = {"possible_sessions_ytd": 320, "illness_sessions_ytd": 30, "medical_sessions_ytd": 0, "nothing_on_file": True}
    signal = by_its_name("absent_and_never_looked_at")
    assert answer(signal, **ill)["raised"] is True
    assert answer(signal, **ill | {"illness_sessions_ytd": 29})["raised"] is False


def test_the_lead_is_first_and_has_most_points_but_for_a_long_part_time_timetable():
    by_points = sorted(SIGNALS, key=lambda signal: -signal.points)
    assert SIGNALS[0].name == "absent_and_never_looked_at"
    assert [signal.name for signal in by_points[:2]] == ["part_time_past_six_weeks", "absent_and_never_looked_at"]


FRIDAYS = {"pattern_slot": "Fridays", "pattern_all_absences_ytd": 12, "school_pattern_share": 0.25}


@pytest.mark.parametrize("on_fridays, is_raised", [(8, False), (9, True)])
def test_a_weekday_pattern_is_more_than_chance_makes(on_fridays, is_raised):
    """Eight of twelve are over twice three, and nine are further from it than chance readily goes."""
    known = FRIDAYS | {"pattern_absences_ytd": on_fridays, "pattern_share": on_fridays / 12}
    assert answer(by_its_name("weekday_pattern"), **known)["raised"] is is_raised


@pytest.mark.parametrize(
    "slot, missed, share, is_raised",
    [
        ("Fridays", 79, 0.2, False),
        ("Fridays", 80, 0.2, True),
        ("Fridays", 67, 0.2, False),  # twice the odds, and 1.7 times what is expected
        ("mornings", 133, 0.5, False),
        ("mornings", 134, 0.5, True),  # twice as many is all of them: here it is twice the odds
        ("afternoons", 139, 0.525, True),
    ],
)
def test_twice_is_twice_what_is_expected_of_a_weekday_and_twice_the_odds_of_half_a_day(slot, missed, share, is_raised):
    known = {
        "pattern_slot": slot, "pattern_all_absences_ytd": 200, "pattern_absences_ytd": missed, "school_pattern_share": share,
        "pattern_share": missed / 200,
    }  # fmt: skip
    assert answer(by_its_name("weekday_pattern"), **known)["raised"] is is_raised


SUSPENDED = {
    "suspensions_12m": 1,
    "last_suspension_on": date(2025, 11, 4),
    "suspended_sessions_ytd": 2,
    "possible_sessions_ytd": 160,
}


@pytest.mark.parametrize(
    "looked_at_on, is_raised",
    [(None, True), (date(2025, 11, 3), True), (date(2025, 11, 4), False), (date(2026, 1, 12), False)],
)
def test_a_suspension_asks_where_nobody_has_looked_since(looked_at_on, is_raised):
    assert answer(by_its_name("any_suspension"), **SUSPENDED, looked_at_on=looked_at_on)["raised"] is is_raised


def test_a_look_answers_no_suspension_whose_day_is_not_known():
    known = SUSPENDED | {"last_suspension_on": None, "looked_at_on": date(2026, 1, 12)}
    assert answer(by_its_name("any_suspension"), **known)["raised"] is True


def test_fridays_that_are_high_for_everyone_are_nobodys_pattern():
    known = FRIDAYS | {"pattern_absences_ytd": 9, "school_pattern_share": 0.35}
    assert answer(by_its_name("weekday_pattern"), **known)["raised"] is False


def test_a_pattern_is_told_with_its_numbers():
    known = FRIDAYS | {"pattern_absences_ytd": 9, "pattern_share": 0.75}
    assert answer(by_its_name("weekday_pattern"), **known)["reason"] == (
        "Fridays: 9 of 12 days or half days missed this year (75.0%). By the school's own pattern 25.0% would be ordinary."
    )


@pytest.mark.parametrize(
    "rates, is_raised", [((0, 2, 20), True), ((2, 2, 20), False), ((0, 20, 20), False), ((20, 2, 20), False)]
)
def test_unauthorised_absence_must_rise_two_half_terms_running(rates, is_raised):
    signal = by_its_name("unauthorised_rising")
    then, before, now = rates
    known = signal.raises | {
        "unexplained_sessions_two_half_terms_before": then, "unexplained_sessions_half_term_before": before,
        "unexplained_sessions_half_term": now,
    }  # fmt: skip
    assert answer(signal, **known)["raised"] is is_raised


def test_a_need_beyond_school_says_who_added_it_and_never_what_it_is():
    signal = by_its_name("wider_need")
    assert answer(signal, **signal.raises)["reason"] == (
        "A wider need known to staff, added by the school on 15 January 2026."
    )
    assert answer(signal, **signal.raises | {"wider_need_on": None})["raised"] is False


@pytest.mark.parametrize(
    "name, left_out",
    [
        ("long_or_repeated_illness", "top quarter of the phase"),
        ("educated_elsewhere_too_long", "any D with no partner register"),
        ("improvement", "any signal reversed"),
        ("year_six_carried_over", "watches from 5%"),
        ("any_suspension", "an SEN review since"),
        ("nearly_persistent_and_rising", "many spells stand for one"),
    ],
)
def test_what_the_evidence_says_and_the_line_leaves_out_is_told(name, left_out):
    signal = by_its_name(name)
    assert left_out in signal.source and "evidence" in signal.source
    assert left_out not in by_its_name("persistent_absence").source


def test_a_caution_is_a_sentence_and_says_what_the_signal_does_not():
    assert not [signal.name for signal in SIGNALS if len(signal.caution) < 40 or not signal.caution.endswith(".")]


# Lines a home moves -----------------------------------------------------------------------------------------------------


def moved(name: str, value: int) -> Lines:
    return replace(Lines(), **{name: value})


AT_THEIR_BOUNDS = [
    (line.name, line.metadata[bound])
    for line in fields(Lines)
    for bound in ("lowest", "highest")
    if bound in line.metadata
]


@pytest.mark.parametrize("name, value", AT_THEIR_BOUNDS, ids=lambda told: str(told))
def test_wherever_a_home_draws_a_line_examples_stay_on_both_sides_of_it(name, value):
    for signal in catalogue(moved(name, value)):
        assert answer(signal, **signal.raises)["raised"] is True, signal.name
        assert answer(signal, **signal.spares)["raised"] is False, signal.name


def test_a_line_moved_is_said_where_it_is_in_force():
    [signal] = [one for one in catalogue(moved("many_spells", 6)) if one.name == "many_spells"]
    assert signal.line.startswith("6 or more spells") and "cut of 6" in signal.source
    assert answer(signal, absence_spells_term=5)["raised"] is False
    assert answer(by_its_name("many_spells"), absence_spells_term=5)["raised"] is True


def test_every_line_is_read_by_some_signal():
    """A line that nothing reads would be moved in vain."""
    told = str([(one.line, one.reason, str(one.raised), str(one.evidence)) for one in SIGNALS])
    for line in fields(Lines):
        other = replace(Lines(), **{line.name: line.default + 1})
        moved_told = str([(one.line, one.reason, str(one.raised), str(one.evidence)) for one in catalogue(other)])
        assert moved_told != told, line.name


def test_names_points_and_next_steps_are_the_same_wherever_lines_are():
    usual = [(one.name, one.role, one.points, one.next_step, one.says_more_than) for one in SIGNALS]
    for name, value in AT_THEIR_BOUNDS:
        assert [
            (one.name, one.role, one.points, one.next_step, one.says_more_than) for one in catalogue(moved(name, value))
        ] == usual
