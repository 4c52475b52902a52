"""Precision at places, by hand; intervals by school; the gate on both sides of its lines."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from models.gate import Gain, best_of, verdict
from models.groups import FEWEST, GroupLine, audited
from models.measures import Interval, gain_together, ordered, precision_interval, together
from models.places import Places, Term, term_of


def term(labels: list[list[bool]], places: int, groups: list[list[str]] | None = None) -> Term:
    """Schools, each with these pupils."""
    flat = [one for school in labels for one in school]
    told = [one for school in groups for one in school] if groups else ["A"] * len(flat)
    school = np.repeat(np.arange(len(labels)), [len(one) for one in labels])
    rows = pl.DataFrame(
        {"tie": np.linspace(0, 0.9, len(flat)), "g_group": told, "cluster": [str(one) for one in school]}
    )
    return Term(rows, school, np.full(len(labels), places), np.array(flat), np.full(len(flat), True))


def test_precision_and_recall_are_at_each_schools_own_places():
    there = replace(term([[True, False, True], [True, True, False]], 1), places=np.array([1, 2]))
    order = ordered(there, np.array([3.0, 2.0, 1.0, 3.0, 1.0, 2.0]))
    assert order.listed.tolist() == [True, False, False, True, False, True]
    assert order.precision == pytest.approx(2 / 3)  # of three listed two came true
    assert order.recall == pytest.approx(2 / 4)


def test_a_school_with_fewer_pupils_than_places_lists_them_all():
    assert ordered(term([[True, False]], 10), np.zeros(2)).listed.all()


def test_the_same_score_is_told_apart_by_lot():
    assert ordered(term([[True, False, True]], 1), np.zeros(3)).listed.tolist() == [True, False, False]


@pytest.mark.parametrize("pupils, places", [(120, 3), (150, 3), (199, 3), (200, 4), (499, 9), (500, 10), (900, 10)])
def test_places_are_the_lists_own_rule(pupils, places):
    assert Places().of("ash", pupils) == places
    assert Places(fixed=7).of("ash", pupils) == 7
    assert Places(by_school={"ash": 2}).of("ash", pupils) == 2


def test_places_are_by_all_looked_at_and_whoever_left_after_takes_one_and_is_not_counted():
    rows = pl.DataFrame({"cluster": ["ash"] * 400, "eligible": [True] * 399 + [False], "label": [True] * 10 + [None] * 389 + [True],
                         "tie": [0.5] * 400})  # fmt: skip
    there = term_of(rows, Places())
    assert (there.places.tolist(), there.rows.height, there.known.sum()) == ([8], 399, 10)
    order = ordered(there, np.where(np.arange(399) < 4, 2.0, np.where(np.arange(399) >= 395, 1.0, 0.0)))
    assert order.listed.sum() == 8 and (order.hits.sum(), order.places.sum()) == (4, 4)
    assert order.precision == 1.0 and order.recall == 0.4


def test_an_interval_is_by_school_and_needs_five():
    order = ordered(term([[True, False]] * 5, 1), np.array([2.0, 1.0] * 5))
    assert precision_interval(order, seed=1) == Interval(1.0, 1.0)
    assert precision_interval(ordered(term([[True, False]] * 4, 1), np.zeros(8)), seed=1) is None


def test_terms_are_put_together_school_by_school_though_one_is_in_one_of_them_alone():
    two, three = term([[True, False]] * 2, 1), term([[True, False]] * 3, 1)
    hits, places = together(
        [ordered(two, np.array([2.0, 1.0] * 2)), ordered(three, np.array([1.0, 2.0, 1.0, 2.0, 2.0, 1.0]))]
    )
    assert (hits.tolist(), places.tolist()) == ([1, 1, 1], [2, 2, 1])


def test_a_gain_found_in_some_schools_only_is_wide_and_in_all_is_clear():
    labels = [[True, False]] * 20
    good, bad = np.array([2.0, 1.0] * 20), np.array([1.0, 2.0] * 20)
    mixed = np.array([2.0, 1.0] * 2 + [1.0, 2.0] * 18)
    there = term(labels, 1)
    assert gain_together([ordered(there, good)], [ordered(there, bad)], seed=1).is_clear_of_zero
    assert not gain_together([ordered(there, mixed)], [ordered(there, bad)], seed=1).is_clear_of_zero
    assert gain_together([ordered(there, bad)], [ordered(there, bad)], seed=1) == Interval(0.0, 0.0)


# The gate -----------------------------------------------------------------------------------------------------------------


def gains(*found: float) -> list[Gain]:
    return [
        Gain(period, "boosted", "rule", gain, Interval(gain - 0.2, gain + 0.2)) for period, gain in enumerate(found)
    ]


def overall(low: float | None) -> Gain:
    return Gain(None, "boosted", "rule", 0.1, None if low is None else Interval(low, 0.2))


@pytest.mark.parametrize(
    "found, low, accepted",
    [((0.1, 0.1), 0.01, True), ((0.1, 0.1), 0.0, False), ((0.2, 0.0), 0.01, False), ((0.2, 0.01), 0.01, True), ((0.1,), 0.01, False), ((0.1, 0.1), None, False)],
)  # fmt: skip
def test_each_later_term_must_be_better_and_both_together_clear_of_zero(found, low, accepted):
    said = verdict("boosted", "boosting", gains(*found), overall(low), ())
    assert (said.accepted, said.orders_by) == (accepted, "boosted" if accepted else "rule")


@pytest.mark.parametrize(
    "by, chance, accepted", [(0.11, 0.01, False), (0.10, 0.01, True), (0.11, 0.02, True), (None, None, True)]
)
@pytest.mark.parametrize("which", ["lost", "behind"])
def test_a_group_is_served_worse_beyond_the_margin_and_beyond_chance(which, by, chance, accepted):
    line = GroupLine("g_sex", "F", 500, 90, False, **{which: by, f"{which}_by_chance": chance})
    said = verdict("boosted", "boosting", gains(0.1, 0.1), overall(0.01), [line])
    assert said.accepted == accepted
    assert said.groups_worse == (() if accepted else ("g_sex: F",))


def test_the_best_plain_order_is_the_best_of_both_terms_together():
    there = term([[True, False]] * 10, 1)
    good, bad = ordered(there, np.array([2.0, 1.0] * 10)), ordered(there, np.array([1.0, 2.0] * 10))
    fair = ordered(there, np.array([2.0, 1.0] * 7 + [1.0, 2.0] * 3))
    assert best_of([{"rule": fair, "random": good}, {"rule": fair, "random": bad}]) == "rule"
    assert best_of([{"rule": bad, "random": good}, {"rule": fair, "random": bad}]) == "random"


def test_missed_need_is_counted_of_the_group_and_too_few_are_not_judged():
    """Ten schools: in each, A's three are found and B's three are not; the plain order finds one of each."""
    labels, groups = [[True] * 6] * 10, [["A"] * 3 + ["B"] * 3] * 10
    there = term(labels, 3, groups)
    model = ordered(there, np.array([3.0, 3, 3, 0, 0, 0] * 10))
    plain = ordered(there, np.array([3.0, 2, 0, 3, 0, 0] * 10))
    by_group = {line.group: line for line in audited([model], [plain], ["g_group"], seed=1) if line.times == 1}
    a, b = by_group["A"], by_group["B"]
    assert (a.missed_need_rate, b.missed_need_rate) == (0.0, 1.0)
    assert (b.missed_need_rate_of_baseline, b.flag_rate, a.flag_rate) == (pytest.approx(2 / 3), 0.0, 1.0)
    assert a.is_reference and not b.is_reference and b.difference_from_reference == 1.0
    assert b.is_worse and not a.is_worse
    nine = ordered(term([[True] * 6] * 9, 3, groups[:9]), np.zeros(54))
    few = audited([nine], [nine], ["g_group"], seed=1)
    assert {line.positives for line in few} == {27} and FEWEST > 27
    assert all(line.missed_need_rate is None and not line.is_worse for line in few)
