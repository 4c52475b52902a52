"""Numbers as a person reads them."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipeline.signals import SIGNALS
from pipeline.signals.sentences import columns_in, written
from pipeline.signals.signal import Signal, UndeclaredFeature, UnknownNextStep
from pipeline.vocabulary.next_steps import NEXT_STEPS

NUMBERS = {
    "n": pl.Int32,
    "rate": pl.Float64,
    "on": pl.Date,
}


def said(template: str, **values) -> str | None:
    schema = {name: NUMBERS[name] for name in values}
    return pl.DataFrame([values], schema=schema).select(written(template)).item()


@pytest.mark.parametrize("n, words", [(0, "0 sessions"), (1, "1 session"), (31, "31 sessions")])
def test_one_is_singular(n, words):
    assert said("{n:session}", n=n) == words


@pytest.mark.parametrize("n, words", [(1, "once"), (2, "twice"), (3, "3 times"), (12, "12 times")])
def test_few_times_have_their_own_words(n, words):
    assert said("{n:times}", n=n) == words


@pytest.mark.parametrize(
    "missed, possible, words",
    [(31, 142, "21.8%"), (0, 10, "0.0%"), (10, 10, "100.0%"), (1, 10, "10.0%"), (1, 16, "6.3%"), (1, 3, "33.3%")],
)
def test_a_rate_has_one_decimal(missed, possible, words):
    assert said("{rate:%}", rate=missed / possible) == words


@pytest.mark.parametrize("missed, possible, words", [(37, 371, "9.9%"), (1000, 2001, "49.9%"), (370, 371, "99.7%")])
def test_a_rate_is_never_rounded_up_to_a_line_it_has_not_reached(missed, possible, words):
    assert said("{rate:%}", rate=missed / possible) == words


@pytest.mark.parametrize("change, words", [(0.014, "+1.4 points"), (-0.0312, "-3.1 points"), (0.0, "+0.0 points")])
def test_a_change_is_signed(change, words):
    assert said("{rate:points}", rate=change) == words


def test_a_day_is_written_out():
    assert said("last on {on:date}.", on=date(2025, 11, 4)) == "last on 4 November 2025."


@pytest.mark.parametrize("n, words", [(3, "Ill, 3 of them long."), (0, "Ill."), (None, "Ill.")])
def test_a_bracketed_part_goes_where_there_is_nothing_to_say(n, words):
    assert said("Ill[, {n} of them long].", n=n) == words


def test_no_number_no_sentence():
    assert said("Absent for {n:session}.", n=None) is None


def test_columns_inside_and_outside_brackets_are_read():
    assert columns_in("Absent for {a:session}[ in {b:spell}] {c}.") == ("a", "b", "c")


def test_a_signal_cannot_read_a_feature_nobody_declares():
    with pytest.raises(UndeclaredFeature, match="shoe_size"):
        Signal(
            name="odd", asks="?", line="", evidence=pl.lit(True), raised=pl.col("shoe_size") > 40, reason="", points=1,
            next_step="?", kind="in_school", role="trigger", source="none", caution="", since=date(2026, 9, 1), raises={}, spares={},
        )  # fmt: skip


def test_a_sentence_cannot_read_a_feature_nobody_declares():
    with pytest.raises(UndeclaredFeature, match="hat_size"):
        Signal(
            name="odd", asks="?", line="", evidence=pl.lit(True), raised=pl.lit(True), reason="Hat {hat_size}.", points=1,
            next_step="?", kind="in_school", role="trigger", source="none", caution="", since=date(2026, 9, 1), raises={}, spares={},
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["", "dentist", "In_School"])
def test_a_next_step_cannot_be_of_a_kind_nobody_knows(kind):
    with pytest.raises(UnknownNextStep, match="known are in_school, family_support, health"):
        replace(SIGNALS[0], kind=kind)


def test_a_next_step_may_be_of_any_kind_that_is_known():
    assert [replace(SIGNALS[0], kind=kind).kind for kind in NEXT_STEPS] == list(NEXT_STEPS)
