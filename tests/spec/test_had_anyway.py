"""What was told before gives away by itself: it is no reason to empty the page, and is still hidden from whoever supposes nothing."""

from collections.abc import Iterator

import polars as pl
import pytest

from pipeline.steps import disclosure
from pipeline.steps.board_of_cells import Cell, Sum
from pipeline.steps.disclosure import NOTHING, disclosed
from pipeline.steps.had_anyway import had_anyway
from pipeline.steps.inclusion import exact_counts
from pipeline.tables.published import OUTCOMES
from tests.properties.authority import an_authority
from tests.properties.subtraction import System, reckoned
from tests.spec.test_disclosure import with_phases

NEW = 100002
NOT_OPEN = dict.fromkeys(OUTCOMES, 0)
FULL = NOT_OPEN | {"listed": 3, "eligible_not_listed": 1, "already_known": 7, "not_eligible": 22}
ROOM = NOT_OPEN | {"listed": 3, "already_known": 8, "not_eligible": 22}
"""Three places. Where one was left off the list was full, and so that three were listed was told; the next week none was left off, as none
was before the school opened."""

OTHERS = NOT_OPEN | {"listed": 6, "eligible_not_listed": 7, "already_known": 12, "snoozed": 6, "not_eligible": 90}


@pytest.fixture(scope="module")
def counts() -> dict[str, pl.DataFrame]:
    return exact_counts(an_authority(pupils=400, schools=4, seed=11))


def a_night(counts: dict[str, pl.DataFrame], of_new: dict[str, int]) -> dict[str, pl.DataFrame]:
    """Places alone: four schools, three of them always alike, and one with these outcomes."""
    absent = {
        "persistent_absence_count": 0,
        "severe_absence_count": 0,
        "absence_sessions_ytd": 0,
        "absence_pupils_ytd": 0,
    }
    of_school = {
        urn: {**outcomes, **absent, "pupils_on_roll": sum(outcomes.values()), "places": 3 if urn == NEW else 6}
        for urn in counts["school"]["urn"]
        for outcomes in [of_new if urn == NEW else OTHERS]
    }
    school = counts["school"].with_columns(
        pl.Series(name, [of_school[urn][name] for urn in counts["school"]["urn"]], pl.Int64)
        for name in next(iter(of_school.values()))
    )
    summed = school.select(pl.col(*OUTCOMES, *absent, "pupils_on_roll").sum()).row(0, named=True)
    eligible = summed["listed"] + summed["eligible_not_listed"]
    run = counts["run"].with_columns(
        pl.lit(value, pl.Int64).alias(name) for name, value in {**summed, "eligible": eligible, "missed": 0}.items()
    )
    nobody = {name: counts[name].clear() for name in ("school_week", "signal", "lost_children")}
    return {"run": run, **with_phases(school), **nobody}


def told(counts: dict[str, pl.DataFrame], *nights: dict[str, int]) -> Iterator[dict[str, pl.DataFrame]]:
    memory = NOTHING
    for of_new in nights:
        tonight = disclosed(a_night(counts, of_new), before=memory)
        memory = tonight.remembered
        yield tonight.pages


def of_school(pages: dict[str, pl.DataFrame], urn: int) -> dict:
    return pages["school"].row(by_predicate=pl.col("urn") == urn, named=True)


def test_a_school_that_opens_half_way_does_not_empty_the_page(counts):
    *_, full, tonight = told(counts, NOT_OPEN, FULL, ROOM)
    assert of_school(full, NEW)["listed"] == 3
    assert tonight["school"].height == 4
    assert {column: of_school(tonight, 100001)[column] for column in ("listed", "eligible")} == {
        "listed": 6,
        "eligible": 13,
    }
    assert {of_school(tonight, NEW)[column] for column in ("listed", "eligible_not_listed", "eligible")} == {None}


def test_it_would_if_that_reader_were_thought_to_have_nothing_anyway(counts, monkeypatch):
    monkeypatch.setattr(disclosure, "had_anyway", lambda names, *_, **__: set())
    *_, tonight = told(counts, NOT_OPEN, FULL, ROOM)
    assert tonight["school"].is_empty()


def test_whoever_supposes_nothing_cannot_tell_how_many_it_is(counts):
    *_, tonight = told(counts, NOT_OPEN, FULL, ROOM)
    known = reckoned(tonight, {("school", NEW, column) for column in OUTCOMES})
    known.least["school", NEW, "pupils_on_roll"] = known.most["school", NEW, "pupils_on_roll"] = 33
    low, high = System(known, {}).range_of(("school", NEW, "eligible"))
    assert low < 3 < high or high - low > 3


def few(value: int, **how) -> Cell:
    return Cell(value, could_be=(1, 5), **how)


SUM = [Sum("eligible", ("listed", "left off"))]


@pytest.mark.parametrize(
    ("listed", "left_off", "is_had"),
    [
        (few(3, told=True), Cell(0, told=True), True),
        (few(3, told=True), Cell(0), False),
        (few(3, told=True), few(1, before=True), False),
        (few(3, known=True), Cell(0, told=True), False),
    ],
    ids=["both told", "one shown tonight", "one hidden", "one that only tonight tells"],
)
def test_only_what_was_told_before_is_had_whatever_tonight_shows(listed, left_off, is_had):
    eligible = few(listed.value + left_off.value, published=False)
    cells = {"listed": listed, "left off": left_off, "eligible": eligible}
    assert had_anyway(["eligible"], cells, SUM, fewest_shown=5) == ({"eligible"} if is_had else set())


def test_of_nothing_nothing_is_had():
    assert had_anyway([], {}, SUM, fewest_shown=5) == set()
