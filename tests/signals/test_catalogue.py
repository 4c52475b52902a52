"""Every signal is tried on its own examples, and on a pupil nothing is known of."""

import polars as pl
import pytest

from pipeline.signals import SIGNALS, pupil_signals
from pipeline.tables.derived import PUPIL_FEATURES
from tests.cast import AS_OF, SECONDARY

by_name = pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)


def a_pupil(**known) -> pl.DataFrame:
    """A pupil of whom only this is known."""
    nothing = dict.fromkeys(PUPIL_FEATURES.names)
    who = {"as_of": AS_OF, "pupil_id": "amiraaaaaaaa", "urn": SECONDARY}
    return pl.DataFrame([nothing | who | known], schema=PUPIL_FEATURES.schema)


def answer(signal, **known) -> dict:
    return pupil_signals(a_pupil(**known), [signal]).row(0, named=True)


def by_its_name(name: str):
    return next(signal for signal in SIGNALS if signal.name == name)


@by_name
def test_it_raises_the_pupil_just_inside_the_line_and_says_why(signal):
    given = answer(signal, **signal.raises)
    assert given["raised"] is True
    assert given["points"] == signal.points > 0
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
    never = ("sex", "ethnicity", "language", "fsm", "sen", "birth", "age", "postcode", "looked", "care", "carer")
    assert not [name for name in signal.features if any(word in name.split("_") for word in never)]


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
    assert answer(signal, **known)["reason"] == "Missed 31 of 142 sessions (21.8%) since 3 September 2025."


def test_leave_that_asks_nothing_is_counted_in_one_sum():
    signal = by_its_name("persistent_absence")
    said = answer(signal, **signal.raises | {"judged_other_absence_sessions": 4})["reason"]
    assert said.endswith("since 3 September 2025; 4 of those were holidays or other leave.")


def test_a_term_is_named_where_only_a_census_is_held():
    signal = by_its_name("part_time_timetable")
    known = {"part_time_sessions_ytd": 40, "part_time_weeks_ytd": None, "possible_sessions_ytd": 130,
             "period": "in the autumn term 2025 (school census)"}  # fmt: skip
    expected = "Part-time timetable for 40 sessions in the autumn term 2025 (school census)."
    assert answer(signal, **known)["reason"] == expected


def test_illness_can_be_long_without_any_register():
    signal = by_its_name("long_or_repeated_illness")
    known = {"illness_sessions_ytd": 28, "medical_sessions_ytd": 2, "possible_sessions_ytd": 130, "period": "this year"}
    assert answer(signal, **known)["raised"] is True
    assert answer(signal, **known | {"medical_sessions_ytd": 1})["raised"] is False


def test_a_rise_the_whole_school_had_is_not_this_pupils():
    signal = by_its_name("rising_lately")
    assert answer(signal, **signal.raises | {"school_rise_20d": 0.0})["raised"] is True
    assert answer(signal, **signal.raises | {"school_rise_20d": 0.1})["raised"] is False


def test_a_school_that_improved_does_not_make_a_pupil_worse():
    signal = by_its_name("rising_lately")
    steady = signal.raises | {"need_absence_rate_before_20d": 0.15, "school_rise_20d": -0.1}
    assert answer(signal, **steady)["raised"] is False


def test_five_points_alone_are_not_clearly_worse_without_eight_sessions():
    signal = by_its_name("worse_than_last_year")
    short = signal.raises | {"need_possible_sessions_ytd": 70, "need_absence_sessions_ytd": 10}
    assert answer(signal, **short | {"past_need_absence_sessions": 5})["raised"] is False  # 14.3% from 3.1%: 7.8 more
    assert answer(signal, **short | {"past_need_absence_sessions": 4})["raised"] is True  # 14.3% from 2.5%: 8.3 more
