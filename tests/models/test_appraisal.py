"""Whether a model would be let order anything, on made-up tables of which it is known what could be foretold."""

from functools import cache

import polars as pl
import pytest

from models.appraisal import Appraisal, appraised
from models.examples import examples_of
from models.places import Places
from models.telling import as_json, in_words

from .made_up import INDEPENDENT, PLANTED, WORSE, achieved, made_up, shuffled_in_time

SEEDS = (0, pytest.param(1, marks=pytest.mark.long))


@cache
def appraisal_of(kind: str, seed: int) -> Appraisal:
    return appraised(examples_of(made_up(kind, seed).table))


@pytest.mark.parametrize("seed", SEEDS)
def test_where_absence_is_independent_of_the_past_the_model_is_refused(seed):
    said = appraisal_of(INDEPENDENT, seed).verdict
    assert (said.accepted, said.orders_by, said.groups_worse) == (False, "rule", ())
    assert said.because.startswith("The rule orders: ") and "did not beat the best plain order" in said.because


@pytest.mark.parametrize("seed", SEEDS)
def test_where_a_known_signal_is_planted_it_is_accepted_and_recovers_nine_tenths_of_what_could_be_had(seed):
    done = appraisal_of(PLANTED, seed)
    assert done.verdict.accepted and done.verdict.orders_by == done.chosen
    assert achieved(done, made_up(PLANTED, seed)) >= 0.9
    assert all(gain.gain > 0.2 and gain.interval.low > 0 for gain in done.gains[done.chosen])


@pytest.mark.parametrize("seed", SEEDS)
def test_where_the_signal_serves_one_group_worse_it_is_refused_and_that_group_is_named(seed):
    done = appraisal_of(WORSE, seed)
    assert all(gain.is_clear for gain in done.gains[done.chosen]), "it is the group, and not the gain, that refuses it"
    assert (done.verdict.accepted, done.verdict.groups_worse) == (False, ("g_group: B",))
    assert "group: B" in done.verdict.because


@pytest.mark.long
def test_many_groups_that_have_nothing_to_do_with_it_are_not_named_beside_the_one_that_is():
    done = appraised(examples_of(made_up(WORSE, 0, schools=14, pupils=150, idle=6).table))
    assert len({line.column for line in done.groups}) == 7
    assert done.verdict.groups_worse == ("g_group: B",)


def test_the_same_table_in_another_order_gives_the_same_appraisal():
    table = made_up(PLANTED, 0, schools=8, pupils=60).table
    one, again = (appraised(examples_of(rows)) for rows in (table, table.sample(fraction=1, shuffle=True, seed=3)))
    assert as_json(again) == as_json(one)


@pytest.mark.long
def test_absences_shuffled_in_time_score_chance_and_are_refused():
    done = appraised(examples_of(shuffled_in_time(made_up(PLANTED, 0).table, 5)))
    assert not done.verdict.accepted
    for result in done.judged_on:
        assert 0.45 < result.orders[done.chosen].auc < 0.55
    assert all(one.orders[done.chosen].auc > 0.6 for one in appraisal_of(PLANTED, 0).judged_on), (
        "in order, it is more than that"
    )


def test_what_happens_later_moves_no_order_of_an_earlier_period():
    """A planted future: every absence of the last period is made another."""
    table = made_up(PLANTED, 0, schools=6, pupils=60).table
    last = pl.col("period") == 5
    changed = table.with_columns(absence_sessions=pl.when(last).then("possible_sessions").otherwise("absence_sessions"))
    before, after = appraised(examples_of(table)), appraised(examples_of(changed))
    for name in before.results[0].orders:
        for one, other in zip(before.results, after.results, strict=True):
            assert (one.orders[name].score == other.orders[name].score).all()
    earlier = pl.col("period") == 4
    known = table.with_columns(
        absence_sessions=pl.when(earlier).then("possible_sessions").otherwise("absence_sessions")
    )
    other = appraised(examples_of(known)).results[-1].orders["last_rate"]
    assert (other.score != before.results[-1].orders["last_rate"].score).any(), "what is known by then does move it"


def test_each_period_is_judged_by_what_was_learned_of_earlier_ones_alone():
    done = appraisal_of(PLANTED, 0)
    assert [(one.cut.period, one.cut.trained_on) for one in done.results] == [(2, (1,)), (3, (1, 2)), (4, (1, 2, 3))]


def test_three_periods_leave_one_to_be_judged_on_and_that_is_not_enough():
    said = appraised(examples_of(made_up(PLANTED, 0, schools=8, periods=3).table)).verdict
    assert not said.accepted and "2 later terms, and there is one" in said.because


def test_where_nobody_misses_a_tenth_nothing_can_be_learned_and_that_is_said():
    nobody = made_up(PLANTED, 0, schools=6, pupils=60).table.with_columns(absence_sessions=pl.lit(0))
    said = appraised(examples_of(nobody)).verdict
    assert not said.accepted and "nothing could be learned" in said.because


@pytest.mark.parametrize("schools, is_accepted", [(4, False), (5, True)])
def test_under_five_schools_nothing_can_be_said_of_how_sure_a_gain_is(schools, is_accepted):
    said = appraised(examples_of(made_up(PLANTED, 0, schools=schools).table)).verdict
    assert said.accepted == is_accepted
    assert ("too few schools" in said.because) != is_accepted


def test_a_break_parts_what_is_learned_from():
    done = appraised(examples_of(made_up(PLANTED, 0, schools=8).table, breaks=[4]))
    assert [(one.cut.period, one.cut.trained_on) for one in done.results] == [(2, (1,))]
    assert not done.verdict.accepted


def test_the_json_has_for_each_candidate_what_it_is_worth_and_the_verdict():
    told = as_json(appraisal_of(PLANTED, 0), made_up=True)
    by_name = {one["name"]: one for one in told["candidates"]}
    assert list(by_name) == ["random", "last_rate", "rule", "logistic", "boosted"]
    for one in told["candidates"]:
        low, high = one["interval"]
        assert 0 <= low <= one["precision_at_places"] <= high <= 1
        assert 0 < one["recall_at_places"] < 1 and 0.4 < one["auc"] < 0.9
    chosen = told["verdict"]["chosen"]
    assert by_name[chosen]["verdict"] == "accepted" and told["verdict"]["accepted"] is True
    assert {by_name[name]["verdict"] for name in ("random", "last_rate", "rule")} == {"baseline"}
    assert "proves mechanics, not accuracy" in told["warning"] and as_json(appraisal_of(PLANTED, 0))["warning"] is None


def test_how_many_came_true_is_said_of_thirty_listed_and_not_of_fewer():
    said = in_words(appraisal_of(PLANTED, 0))
    assert "Of ten pupils placed first last term by" in said
    few = appraised(examples_of(made_up(PLANTED, 0, schools=6).table), Places(fixed=4))
    assert few.judged_on[-1].orders["rule"].places.sum() == 24
    assert "Nothing is said of how many came true: 24 were listed" in in_words(few)


def test_no_pupil_and_no_school_is_in_what_it_says():
    done = appraisal_of(PLANTED, 0)
    said = in_words(done) + str(as_json(done))
    assert "pupil 1" not in said and "school 1" not in said
