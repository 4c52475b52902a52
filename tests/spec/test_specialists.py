"""Unmet looks by kind of next step, and the days there are of each kind."""

import polars as pl
import pytest

from pipeline.signals import SIGNALS
from pipeline.steps.flow import NOT_KNOWN, places
from pipeline.steps.specialists import Days, kinds, specialists, with_unmet_a_day
from pipeline.vocabulary.next_steps import NEXT_STEPS
from tests.drawn import drawn

from .test_looks import ASH, BIRCH, CEDAR, SCHOOLS

RAISED = {"pupil_id": pl.String, "signal": pl.String, "raised": pl.Boolean}
LOOKS = {"pupil_id": pl.String, "urn": pl.Int32, "unmet": pl.Boolean}


def kind_of(*raised: str, spared: tuple[str, ...] = (), unknown: tuple[str, ...] = ()) -> str | None:
    """The kind of a pupil with these signals raised, in whichever order they come."""
    rows = [("amira", name, True) for name in raised] + [("amira", name, False) for name in spared]
    rows += [("amira", name, None) for name in unknown]
    told = {
        tuple(kinds(pl.DataFrame(order, schema=RAISED, orient="row"), SIGNALS)["kind"]) for order in (rows, rows[::-1])
    }
    assert len(told) == 1
    return next(iter(told.pop()), None)


def test_a_pupil_s_kind_is_that_of_the_raised_trigger_with_most_points():
    assert kind_of("persistent_absence", "long_or_repeated_illness") == "health"
    assert (
        kind_of("persistent_absence", "part_time_past_six_weeks", "long_or_repeated_illness")
        == "inclusion_and_provision"
    )


def test_what_says_only_that_much_is_missed_asks_in_school_where_nothing_else_asks_for_anybody():
    assert kind_of("absent_and_never_looked_at", "persistent_absence") == "in_school"
    assert kind_of("absent_and_never_looked_at", "persistent_absence", "worse_than_last_year") == "emotional_wellbeing"
    assert kind_of("absent_and_never_looked_at", "lateness") == "in_school"


def test_of_equal_points_the_first_in_the_catalogue_counts():
    by_name = {signal.name: signal for signal in SIGNALS}
    assert (
        by_name["severe_absence"].points
        == by_name["long_or_repeated_illness"].points
        == by_name["sen_removed_then_rises"].points
    )
    assert kind_of("sen_removed_then_rises", "long_or_repeated_illness") == "health"
    assert kind_of("sen_removed_then_rises", "long_or_repeated_illness", "severe_absence") == "family_support"


def test_what_only_adds_weight_counts_where_no_trigger_is_raised_and_else_not():
    assert kind_of("rising_lately", "nearly_persistent_and_rising") == "in_school"
    assert kind_of("rising_lately", "improvement") == "emotional_wellbeing"


def test_what_is_not_raised_or_cannot_be_judged_says_nothing():
    assert (
        kind_of("persistent_absence", spared=("severe_absence",), unknown=("long_or_repeated_illness",)) == "in_school"
    )
    assert kind_of(spared=("severe_absence",)) is None


# Counted

UNMET = """
    pupil_id | urn    | unmet
    ---------+--------+------
    amira    | 100001 | yes
    bede     | 100001 | yes
    cato     | 100001 | no
    dara     | 100002 | yes
    eden     | 100003 | yes
"""
OF_PUPILS = pl.DataFrame(
    {"pupil_id": ["amira", "cato", "dara", "eden"], "kind": ["health", "health", "health", "family_support"]}
)
AT = places(SCHOOLS, pl.DataFrame({"urn": [ASH, BIRCH, CEDAR]}, schema_overrides={"urn": pl.Int32}))


def counted(days: Days = Days()) -> pl.DataFrame:
    return specialists(drawn(UNMET, LOOKS), OF_PUPILS, AT, days)


def of(frame: pl.DataFrame, kind: str, **place) -> dict:
    return frame.filter(kind=kind, **place).row(0, named=True)


@pytest.mark.parametrize("kind, place, unmet", [
    ("health", {"area": "North", "phase": "Secondary"}, 1),
    ("in_school", {"area": "North", "phase": "Secondary"}, 1),  # bede, of whom no signal is told
    ("health", {"area": "North", "phase": "Primary"}, 1),
    ("family_support", {"area": NOT_KNOWN, "phase": "Primary"}, 1),
    ("health", {"area": NOT_KNOWN, "phase": "Primary"}, 0),
    ("health", {"scope": "home"}, 2),
])  # fmt: skip
def test_an_unmet_look_is_counted_once_by_area_phase_and_kind(kind, place, unmet):
    assert of(counted(), kind, **place)["unmet"] == unmet


def test_every_kind_has_a_row_at_every_place_with_a_school_and_none_where_there_is_no_school():
    assert counted().height == len(NEXT_STEPS) * 4  # two phases in the north, one elsewhere, and the home
    assert counted().filter(pl.col("area") == NOT_KNOWN)["phase"].unique().to_list() == ["Primary"]


DAYS = Days({"health": 20}, {"North": {"health": 6, "family_support": 3}, "South": {"family_support": 2}})


@pytest.mark.parametrize("kind, place, days", [
    ("health", {"scope": "home"}, 20.0),
    ("family_support", {"scope": "home"}, 5.0),  # what its areas come to
    ("in_school", {"scope": "home"}, None),
    ("health", {"area": "North", "phase": "Primary"}, 6.0),
    ("health", {"area": "North", "phase": "Secondary"}, 6.0),
    ("health", {"area": NOT_KNOWN, "phase": "Primary"}, None),
])  # fmt: skip
def test_days_are_what_settings_say_of_the_home_or_the_area(kind, place, days):
    assert of(counted(DAYS), kind, **place)["days_a_term"] == days


@pytest.mark.parametrize("named, is_it", [("north ", True), ("NORTH", True), ("Nor th", False)])
def test_capitals_and_spaces_around_make_no_other_area(named, is_it):
    days = of(counted(Days({}, {named: {"health": 6}})), "health", area="North", phase="Primary")["days_a_term"]
    assert (days == 6.0) is is_it


def test_without_settings_there_are_no_days():
    assert counted()["days_a_term"].null_count() == counted().height


def test_unmet_looks_over_days_are_null_where_a_count_is_hidden_or_there_are_no_days():
    rows = pl.DataFrame({"unmet": [5, None, 5, 5, 0], "days_a_term": [2.0, 2.0, None, 0.0, 3.0]})
    assert with_unmet_a_day(rows)["unmet_a_day"].to_list() == [2.5, None, None, None, 0.0]


def test_the_order_of_rows_changes_nothing():
    again = specialists(drawn(UNMET, LOOKS).reverse(), OF_PUPILS.reverse(), AT.reverse(), DAYS)
    assert again.equals(counted(DAYS))
