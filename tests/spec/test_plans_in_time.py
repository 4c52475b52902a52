"""Plans first made within twenty weeks: which count, where, and on which side of each line."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.flow import NOT_KNOWN, places
from pipeline.steps.plans import plans
from pipeline.steps.plans_in_time import plans_in_time

from .test_looks import ASH, BIRCH, SCHOOLS
from .test_plans import A_DAY_LATER, AT_20_WEEKS, REFERENCE_DAY, told

ON_A_ROLL = pl.DataFrame({"pupil_id": ["amira", "bede"], "urn": [ASH, BIRCH]}, schema_overrides={"urn": pl.Int32})
COUNTS = ("plans", "plans_in_time", "plans_with_exceptions", "plans_in_time_with_exceptions")


def counted(as_of: date = REFERENCE_DAY, on_a_roll: pl.DataFrame = ON_A_ROLL, **rows) -> pl.DataFrame:
    return plans_in_time(plans(told(**rows), as_of=None), on_a_roll, places(SCHOOLS, on_a_roll), as_of=as_of)


def numbers(frame: pl.DataFrame, **place) -> tuple:
    return frame.filter(**(place or {"scope": "home"})).select(COUNTS).row(0)


def a_plan(begins: date = AT_20_WEEKS, **said) -> tuple:
    """Amira's: what is counted of it in the whole home."""
    request = {name: said.pop(name) for name in ("received_on", "request_outcome") if name in said}
    return numbers(counted(requests=request, assessments=said, spells={"start_date": begins}))


@pytest.mark.parametrize("begins, in_time", [(AT_20_WEEKS, 1), (A_DAY_LATER, 0)])
def test_a_plan_is_in_time_on_the_140th_day_and_not_on_the_141st(begins, in_time):
    assert a_plan(begins) == (1, in_time, 1, in_time)


@pytest.mark.parametrize("exception, numbers", [(False, (1, 1, 1, 1)), (True, (0, 0, 1, 1)), (None, (0, 0, 1, 1))])
def test_with_an_exception_or_where_none_is_said_it_counts_in_the_one_figure_alone(exception, numbers):
    assert a_plan(has_exception=exception) == numbers


@pytest.mark.parametrize("as_of, counts", [
    (date(2026, 7, 20), 1), (date(2026, 7, 21), 0), (AT_20_WEEKS, 1), (AT_20_WEEKS - timedelta(days=1), 0),
])  # fmt: skip
def test_plans_are_of_the_twelve_months_to_the_day(as_of, counts):
    """Amira's is made on Monday 21 July 2025."""
    assert numbers(counted(as_of, requests={}, assessments={}, spells={}))[0] == counts


def test_a_request_without_a_day_and_one_that_runs_by_other_limits_are_left_out():
    assert a_plan(received_on=None) == (0, 0, 0, 0)
    assert a_plan(request_outcome="N") == (0, 0, 0, 0)  # refused, and overturned


def test_a_plan_that_is_late_and_still_to_come_is_no_plan_made():
    late = date(2025, 12, 1)
    assert numbers(counted(requests={"stated_on": late}, assessments={"stated_on": late})) == (0, 0, 0, 0)


def test_a_plan_counts_at_the_school_whose_roll_the_child_is_on_in_its_area_and_at_home():
    of_two = {"requests": [{}, {"pupil_id": "bede"}, {"pupil_id": "gone"}]}
    of_two |= {"assessments": [{}, {"pupil_id": "bede"}, {"pupil_id": "gone"}]}
    of_two |= {"spells": [{}, {"pupil_id": "bede", "start_date": A_DAY_LATER}, {"pupil_id": "gone"}]}
    frame = counted(**of_two)
    assert numbers(frame, urn=ASH) == (1, 1, 1, 1)
    assert numbers(frame, urn=BIRCH) == (1, 0, 1, 0)
    assert numbers(frame, area="North") == (2, 1, 2, 1)
    assert numbers(frame, area=NOT_KNOWN) == (0, 0, 0, 0)
    assert numbers(frame) == (3, 2, 3, 2)
    assert frame.group_by("scope").len().sort("scope").rows() == [("area", 2), ("home", 1), ("school", 3)]


def test_where_no_return_has_come_nothing_is_said_and_no_nought():
    assert counted().is_empty()
    assert set(counted().columns) == {"scope", "area", "urn", *COUNTS}
