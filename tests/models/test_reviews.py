"""What reviews say of an order: told of where outcomes are in number, and able to refuse a model that was let through."""

from dataclasses import replace
from datetime import date
from functools import cache

import polars as pl
import pytest

from models.appraisal import appraised
from models.examples import Examples, examples_of
from models.home import CutDay, PastLook, examples_of_home, examples_of_reviews
from models.labels import NEED_FOUND
from models.places import Places
from models.reviews import appraised_with_reviews
from models.splits import drawn
from models.telling import as_json, in_words

from .made_up import PLANTED, made_up


@cache
def examples() -> Examples:
    return examples_of(made_up(PLANTED, 0, schools=8).table)


@cache
def accepted():
    return appraised(examples())


def reviews(found: pl.Expr, share: float = 0.4) -> Examples:
    """So many of the rows were looked at, and of those who were it is known whether a need was found."""
    rows = examples().rows
    lots = pl.Series(drawn("looked at", (f"{one} {two}" for one, two in rows.select("pupil", "period").iter_rows())))
    return replace(examples(), rows=rows.filter(lots < share).with_columns(label=found), label=NEED_FOUND)


HIGH, LOW = pl.col("x_signal") > 1, pl.col("x_signal") < 0.2


@pytest.mark.long
def test_where_needs_are_found_of_those_it_puts_first_a_model_stays_let_through():
    done, told = appraised_with_reviews(examples(), Places(), reviews(HIGH))
    assert accepted().verdict.accepted and done.verdict == accepted().verdict
    assert told.held.by_model > told.held.by_rule and told.held.interval.low > 0
    assert "a need was found of" in in_words(done, told)


def test_where_needs_are_found_of_those_it_puts_last_a_model_is_refused_and_it_is_said_why():
    done, told = appraised_with_reviews(examples(), Places(), reviews(LOW))
    assert told.held.by_model < told.held.by_rule and told.held.interval.high < 0
    assert (done.verdict.accepted, done.verdict.orders_by) == (False, "rule")
    assert done.verdict.because.startswith("The rule orders: the model did better by absence, but of ")
    assert as_json(done, told)["reviews"]["by_rule"] == round(told.held.by_rule, 4)


@pytest.mark.parametrize("need_found", [pl.lit(False), pl.lit(True)])
@pytest.mark.long
def test_where_all_reviews_found_the_same_nothing_is_said_by_order_and_nothing_learned(need_found):
    done, told = appraised_with_reviews(examples(), Places(), reviews(need_found))
    assert done.verdict == accepted().verdict and told.held.interval is None and told.appraisal.chosen is None
    said = as_json(done, told)["reviews"]
    assert said["by_model"] is None and said["learned_from_reviews"]["words"].startswith("Too few reviews")


@pytest.mark.long
def test_few_reviews_say_nothing_by_order():
    done, told = appraised_with_reviews(examples(), Places(), reviews(LOW, 0.01))
    assert 0 < told.held.looked_at < 60 and told.held.interval is None and done.verdict == accepted().verdict


def test_what_could_be_learned_from_needs_found_is_appraised_and_orders_nothing():
    done, told = appraised_with_reviews(examples(), Places(), reviews(HIGH))
    assert told.appraisal.chosen and all(gain.is_clear for gain in told.appraisal.gains[told.appraisal.chosen])
    said = as_json(done, told)["reviews"]["learned_from_reviews"]
    assert "more often puts first" in said["words"] and "It orders nothing" in said["words"]
    assert said["places"] == "half of those looked at in each school"
    assert done.verdict.orders_by == accepted().chosen


def look(found: list[tuple[str, bool]], day: date = date(2026, 1, 4)) -> PastLook:
    """Two pupils with enough of a past and one without."""
    from models.features import FEATURES

    who = pl.DataFrame({"pupil_id": ["a", "b", "c"]})
    features = who.with_columns(judged_on=pl.lit("this_year"), **{feature.name: pl.lit(0.1) for feature in FEATURES})
    triage = who.with_columns(urn=pl.lit(1), outcome=pl.lit("listed"), points=pl.lit(2))
    before = who.with_columns(possible_sessions=pl.Series([100, 100, 39]), absence_sessions=pl.lit(10))
    return PastLook(
        CutDay(day, (day, day), (day, day)), features, triage, before, before,
        who.with_columns(g_sex=pl.lit("not known")),
        pl.DataFrame(found, schema={"pupil_id": pl.String, "need_found": pl.Boolean}, orient="row"),
    )  # fmt: skip


def test_only_whoever_was_looked_at_with_a_past_is_an_example():
    made = examples_of_reviews([look([("a", True), ("c", True)]), look([("b", False)])])
    assert made.rows.select("pupil", "period", "label").rows() == [("a", 1, True), ("b", 2, False)]
    assert made.rows["eligible"].all() and made.label is NEED_FOUND and made.groups == ("g_sex",)
    assert examples_of_reviews([look([])]).rows.is_empty()


def test_looks_before_and_after_the_codes_of_august_2024_are_of_stretches_apart():
    made = examples_of_home([look([], date(2024, 3, 1)), look([], date(2025, 3, 1)), look([], date(2025, 9, 1))])
    assert dict(made.rows.select("period", "regime").unique().rows()) == {1: 1, 2: 2, 3: 2}
