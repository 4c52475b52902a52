"""What came of those who were listed for a trigger: each counted once under what was decided, and once under what was found."""

import polars as pl
import pytest

from pipeline.signals import SIGNALS
from pipeline.signals.catalogue import TRIGGERS, catalogue
from pipeline.signals.lines import Lines
from pipeline.steps.looks import answers
from pipeline.steps.signal_outcomes import signal_names, signal_outcomes
from pipeline.tables.published import ANSWERS, FINDINGS, SIGNAL_OUTCOME
from pipeline.vocabulary import feedback
from tests.drawn import drawn

from .test_looks import AS_OF, MONDAY, before, school_day

LISTED_FOR = {"pupil_id": pl.String, "signal": pl.String}

HERE = pl.DataFrame({"pupil_id": ["amira", "bede", "cato"], "urn": [100001] * 3}, schema_overrides={"urn": pl.Int32})
FOR_ILLNESS = """
    pupil_id | signal
    ---------+-------------------------
    amira    | long_or_repeated_illness
    amira    | persistent_absence
    bede     | long_or_repeated_illness
    bede     | many_spells
    gone     | long_or_repeated_illness
    gone     | any_suspension
"""


def told(listed_for: str = FOR_ILLNESS, *decided: tuple, found: tuple = ()) -> pl.DataFrame:
    counts = signal_outcomes(
        drawn(listed_for, LISTED_FOR), HERE, answers(before(*decided, found=found), as_of=AS_OF), SIGNALS
    )
    return SIGNAL_OUTCOME.conform(counts)


def of(signal: str, frame: pl.DataFrame) -> dict:
    return frame.filter(signal=signal).row(0, named=True)


def test_there_is_a_row_for_every_trigger_and_none_for_what_only_adds_weight():
    assert set(told()["signal"]) == set(TRIGGERS)
    assert of("severe_absence", told())["listed"] == 0


def test_whoever_is_on_a_roll_counts_under_every_trigger_they_were_listed_for_and_whoever_left_under_none():
    counts = told()
    assert (of("long_or_repeated_illness", counts)["listed"], of("persistent_absence", counts)["listed"]) == (2, 1)
    assert of("any_suspension", counts)["listed"] == 0


def test_on_two_lists_for_one_reason_a_pupil_counts_once():
    twice = FOR_ILLNESS + "    bede | long_or_repeated_illness\n"
    assert of("long_or_repeated_illness", told(twice))["listed"] == 2


@pytest.mark.parametrize("decision, column", [
    (feedback.LOOK_INTO_IT, "look_into_it"), (feedback.ALREADY_MET, "already_met"), (feedback.OTHER_CAUSE, "other_cause"),
    (feedback.NOT_NEEDED, "not_needed"), (feedback.COULD_NOT_REACH, "other_answer"), (feedback.SNOOZE, "other_answer"),
    (None, "undecided"),
])  # fmt: skip
def test_each_decision_has_its_column(decision, column):
    row = of("persistent_absence", told(FOR_ILLNESS, *([("amira", decision, MONDAY)] if decision else [])))
    assert {name: row[name] for name in ANSWERS} == dict.fromkeys(ANSWERS, 0) | {column: 1}


@pytest.mark.parametrize(
    "found, column", [("need found", "need_found"), ("known", "known"), ("none", "nothing_found"), (None, "no_finding")]
)
def test_each_finding_has_its_column(found, column):
    row = of("persistent_absence", told(FOR_ILLNESS, found=(("amira", found, MONDAY),) if found else ()))
    assert {name: row[name] for name in FINDINGS} == dict.fromkeys(FINDINGS, 0) | {column: 1}


def test_every_word_of_the_drop_downs_has_a_column():
    """A seventh decision would stop here, and be counted under nothing by mistake."""
    for decision in feedback.DECISIONS:
        row = of("persistent_absence", told(FOR_ILLNESS, ("amira", decision, MONDAY)))
        assert row["undecided"] == 0
    for found in feedback.OUTCOMES:
        assert of("persistent_absence", told(FOR_ILLNESS, found=(("amira", found, MONDAY),)))["no_finding"] == 0


def test_the_last_answer_counts():
    row = of(
        "persistent_absence",
        told(FOR_ILLNESS, ("amira", feedback.SNOOZE, school_day(4)), ("amira", feedback.NOT_NEEDED, MONDAY)),
    )
    assert (row["other_answer"], row["not_needed"]) == (1, 0)


def test_answers_and_findings_each_come_to_those_listed():
    counts = told(FOR_ILLNESS, ("bede", feedback.OTHER_CAUSE, MONDAY), found=(("bede", "none", MONDAY),))
    for names in (ANSWERS, FINDINGS):
        assert counts.select(pl.sum_horizontal(names)).to_series().to_list() == counts["listed"].to_list()


# The catalogue in words


def test_the_catalogue_is_told_whole_with_the_kind_of_each_next_step():
    names = signal_names(SIGNALS)
    assert set(names["signal"]) == {signal.name for signal in SIGNALS}
    row = names.filter(signal="long_or_repeated_illness").row(0, named=True)
    assert (row["kind"], row["role"]) == ("health", "trigger")
    assert row["asks"] == "Has illness kept this pupil away for long, or again and again?"


def test_a_line_is_told_as_this_home_draws_it():
    drawn_at = {
        spells: signal_names(catalogue(Lines(many_spells=spells))).filter(signal="many_spells")["line"].item()
        for spells in (4, 6)
    }
    assert drawn_at[4].startswith("4 or more spells") and drawn_at[6].startswith("6 or more spells")
