"""A child of whom an objection stands: not judged, not listed, not drawn; and everybody else as if it did not stand."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipeline.edges import objections
from pipeline.edges import warehouse as shelf
from pipeline.hops.looking import not_asked_of
from pipeline.steps.held_to_totals import half_days_between
from pipeline.steps.looked_at import NOTHING_BEFORE
from pipeline.steps.triage import Earlier, triage
from pipeline.tables.same_child import KNOWN_AS
from tests.cast import AS_OF, CLASSMATES, ROOMY, seen
from tests.journeys.at_home import new_home

from .test_reconciliation import totals, without_list

FIRST, SECOND, THIRD = date(2025, 10, 6), date(2025, 10, 13), date(2025, 10, 20)


def put(con, pupil_id: str, day: date, *, objects: bool = True) -> None:
    objections.record(con, [pupil_id], objects=objects, reason="asked", known_on=day)


def test_an_objection_stands_from_its_day_until_it_is_taken_back(tmp_path):
    with shelf.warehouse(new_home(tmp_path / "home")) as con:
        put(con, "amira", SECOND)
        put(con, "amira", THIRD, objects=False)
        stands = [objections.standing(con, as_of=day) for day in (FIRST, SECOND, date(2025, 10, 19), THIRD)]
    assert stands == [frozenset(), {"amira"}, {"amira"}, frozenset()]


def test_it_holds_of_every_pupil_id_of_the_child_once_they_are_known_to_be_one(tmp_path):
    with shelf.warehouse(new_home(tmp_path / "home")) as con:
        put(con, "old", FIRST)
        links = [(one, "new", SECOND, None) for one in ("old", "new")]
        shelf.append(con, KNOWN_AS, pl.DataFrame(links, schema=KNOWN_AS.schema, orient="row"))
        assert objections.standing(con, as_of=FIRST) == {"old"}
        assert objections.standing(con, as_of=SECOND) == {"old", "new"}
        put(con, "new", THIRD, objects=False)
        assert objections.standing(con, as_of=THIRD) == frozenset()


def test_no_signal_is_answered_of_them_and_every_one_of_the_others():
    rows = pl.DataFrame({"pupil_id": ["a", "b"], "raised": [True, True], "points": [3, 3], "reason": ["x", "y"]})
    assert not_asked_of(rows, frozenset({"a"})).rows() == [("a", None, 0, None), ("b", True, 3, "y")]
    assert not_asked_of(rows, frozenset()).equals(rows)


def test_a_week_has_ten_half_days_and_a_weekend_none():
    assert half_days_between(FIRST, SECOND) == 12
    assert half_days_between(date(2025, 10, 11), date(2025, 10, 12)) == 0


@pytest.mark.parametrize(
    "possible, missed, holds", [(200, 50, True), (240, 90, True), (241, 50, False), (200, 91, False), (199, 50, False)]
)
def test_of_a_child_erased_here_a_schools_own_totals_may_have_every_half_day_and_no_more(possible, missed, holds):
    """Four weeks: forty half days. Registers have 200 possible sessions, 50 of them missed."""
    told = totals(possible, missed).with_columns(forgotten_pupils=pl.lit(1, pl.Int64))
    assert (without_list(told, tolerance=0.0) == {}) == holds
    assert (without_list(told.with_columns(forgotten_pupils=pl.lit(0, pl.Int64)), tolerance=0.0) == {}) == (
        possible == 200 and missed == 50
    )


def test_who_would_be_listed_is_not_judged_where_an_objection_stands_and_nobody_else_is_judged_otherwise():
    pupils = CLASSMATES[:3]
    told = seen(pupils)
    assert {told.outcome(one)["outcome"] for one in pupils} == {"listed"}
    earlier = Earlier(before=replace(NOTHING_BEFORE, objected=frozenset({pupils[0].pupil_id})))
    rows = triage(told.features, told.signals, told.support, ROOMY, as_of=AS_OF, earlier=earlier).sort("pupil_id")
    [first, *rest] = rows.rows(named=True)
    assert (first["outcome"], first["place"], first["because"]) == (
        "cannot_be_judged", None, "Not judged, and never listed: an objection to that stands.",
    )  # fmt: skip
    before = told.triage.sort("pupil_id").rows(named=True)[1:]
    assert [{**row, "place": None} for row in rest] == [{**row, "place": None} for row in before]
