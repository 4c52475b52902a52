"""The board of children lost between services: what is counted by school, what for the whole home alone, what not at all."""

from datetime import date

import polars as pl
import pytest

from pipeline.steps.disclosure import Policy, suppressed
from pipeline.steps.inclusion import exact_counts
from pipeline.steps.lost import Lost
from pipeline.steps.lost_counts import lost_children
from pipeline.steps.lost_since_return import SinceReturn
from pipeline.tables.derived import LOST_BETWEEN_SERVICES
from pipeline.vocabulary.lost import ADVOCATE, KIND, KINDS, Where
from pipeline.vocabulary.sen import PlanWords
from tests.drawn import drawn
from tests.properties.authority import an_authority

ASH, BIRCH, CEDAR = 100001, 100002, 100003
LEFT, ILL, SUSPENDED = (
    "left_and_not_seen_here",
    "fifteen_days_illness_no_provision",
    "suspended_over_five_days_no_provision",
)
LATE, REVIEW = "plan_past_20_weeks", "plan_review_past_12_months"
OUT, PLACED = "in_care_out_of_area", "alternative_provision_without_marks"

SCHOOLS = drawn(
    """
    urn    | received | has_registers
    -------+----------+--------------
    100001 | yes      | yes
    100002 | yes      | no
    100003 | no       | no
    """,
    {"urn": pl.Int32, "received": pl.Boolean, "has_registers": pl.Boolean},
)
"""Ash sends registers, Birch a census, Cedar nothing this year."""

OWN = PlanWords()
WAITED = {"pupil_id": pl.String, "days_from_need": pl.Int32}


def lost(
    *pupils: tuple[str, int | None, str],
    cannot: dict[str, str] | None = None,
    days: tuple[int, ...] = (),
    words: PlanWords = OWN,
    since: dict[str, SinceReturn] | None = None,
) -> Lost:
    rows = [{"pupil_id": pupil, "urn": urn, "kind": kind} for pupil, urn, kind in pupils]
    drawn_rows = pl.DataFrame(rows, schema={"pupil_id": pl.String, "urn": pl.Int32, "kind": pl.String})
    told = {"as_of": date(2025, 10, 17), "says": "It is so.", "asks": "Is it?", "goes_to": "officer"}
    full = drawn_rows.with_columns(**{name: pl.lit(value) for name, value in told.items()})
    blank = {
        name: pl.lit(None, dtype) for name, dtype in LOST_BETWEEN_SERVICES.schema.items() if name not in full.columns
    }
    waited = pl.DataFrame({"pupil_id": [f"p{at}" for at in range(len(days))], "days_from_need": days}, schema=WAITED)
    return Lost(LOST_BETWEEN_SERVICES.conform(full.with_columns(**blank)), cannot or {}, waited, words, since or {})


def row(board: pl.DataFrame, kind: str, urn: int | None = None) -> dict:
    at = pl.col("urn").eq_missing(pl.lit(urn, pl.Int32)) & (pl.col("kind") == kind)
    return board.row(by_predicate=at, named=True)


def test_the_whole_home_is_the_sum_of_its_schools_and_of_those_at_none():
    board = lost_children(lost(("a", ASH, LATE), ("b", ASH, LATE), ("c", BIRCH, LATE), ("d", None, LATE)), SCHOOLS)
    counts = [row(board, LATE, urn)["pupils"] for urn in (ASH, BIRCH, CEDAR, None)]
    assert counts == [2, 1, 0, 4]


def test_every_school_that_can_be_judged_has_its_nought():
    board = lost_children(lost(), SCHOOLS)
    assert board.filter(kind=LEFT, scope="school")["pupils"].to_list() == [0, 0, 0]
    assert row(board, LEFT)["pupils"] == 0


def test_a_school_without_a_register_has_no_nought_of_what_registers_tell():
    board = lost_children(lost(("a", ASH, SUSPENDED)), SCHOOLS)
    assert [row(board, SUSPENDED, urn)["pupils"] for urn in (ASH, BIRCH, CEDAR)] == [1, None, None]
    assert row(board, SUSPENDED, BIRCH)["judged"] is False
    assert "no register of this school year" in row(board, SUSPENDED, BIRCH)["not_judged_because"]


def test_of_illness_a_census_tells_too_and_of_a_school_that_sends_neither_nothing_does():
    board = lost_children(lost(("a", BIRCH, ILL)), SCHOOLS)
    assert [row(board, ILL, urn)["pupils"] for urn in (ASH, BIRCH, CEDAR)] == [0, 1, None]


def test_a_kind_that_cannot_be_judged_has_one_row_that_says_why_and_no_nought():
    because = "Cannot be judged: nothing of alternative provision has been sent."
    board = lost_children(lost(cannot={PLACED: because}), SCHOOLS)
    told = board.filter(kind=PLACED)
    assert told.select("scope", "pupils", "judged", "not_judged_because").rows() == [("home", None, False, because)]


def test_a_school_of_which_all_fell_due_since_the_return_has_no_nought_and_one_that_was_judged_keeps_its_count():
    since = SinceReturn("15 January 2026, the day of the latest return", frozenset({BIRCH, None}), True)
    board = lost_children(lost(("a", ASH, REVIEW), since={REVIEW: since}), SCHOOLS)
    assert [row(board, REVIEW, urn)["pupils"] for urn in (ASH, BIRCH, CEDAR, None)] == [1, None, 0, 1]
    told = row(board, REVIEW, BIRCH)
    assert told["judged"] is False
    assert told["not_judged_because"].startswith("Cannot be judged: it fell due after 15 January 2026")
    assert [row(board, REVIEW, urn)["not_judged_because"] for urn in (ASH, CEDAR, None)] == [None] * 3


def test_what_a_count_does_not_tell_of_is_said_before_the_question():
    since = SinceReturn("15 January 2026, the day of the latest return", frozenset(), True)
    asks = row(lost_children(lost(("a", ASH, REVIEW), since={REVIEW: since}), SCHOOLS), REVIEW)["asks"]
    assert asks.endswith(
        f"the day of the latest return. It cannot be judged until a newer one comes. {KIND[REVIEW].asks}"
    )
    assert "until a newer one comes" not in row(lost_children(lost(("a", ASH, REVIEW)), SCHOOLS), REVIEW)["asks"]


@pytest.mark.parametrize("kind", [kind.name for kind in KINDS if kind.where is Where.HOME])
def test_children_in_care_are_counted_for_the_whole_home_alone_and_their_advocate_is_asked_for(kind):
    board = lost_children(lost(("a", ASH, kind)), SCHOOLS).filter(kind=kind)
    assert board.select("scope", "urn", "pupils", "goes_to").rows() == [("home", None, 1, "virtual_school")]
    assert board["asks"].item().endswith(ADVOCATE)


def test_three_kinds_are_of_children_in_care():
    assert [kind.name for kind in KINDS if kind.where is Where.HOME] == [
        "in_care_with_plan_on_no_roll", "in_care_with_plan_under_half_present", OUT,
    ]  # fmt: skip


def test_what_happened_is_said_beside_the_question():
    asks = row(lost_children(lost(), SCHOOLS), LEFT)["asks"]
    assert asks == f"{KIND[LEFT].happened} {KIND[LEFT].asks}"


def test_the_board_asks_in_the_words_this_home_has_for_a_plan():
    kind = "in_care_with_plan_on_no_roll"
    renamed = row(lost_children(lost(words=PlanWords("Targeted support", "Individual plan")), SCHOOLS), kind)["asks"]
    assert renamed.startswith("In care with an Individual plan, and on no roll seen here.")
    assert row(lost_children(lost(), SCHOOLS), kind)["asks"].startswith("In care with an EHC plan, and on no roll")


def test_a_child_of_several_kinds_is_counted_in_each():
    board = lost_children(lost(("a", ASH, ILL), ("a", ASH, LATE)), SCHOOLS)
    assert (row(board, ILL)["pupils"], row(board, LATE)["pupils"]) == (1, 1)


# Published


def published(counts: dict, **policy) -> pl.DataFrame:
    return suppressed(counts, Policy(**policy))["lost_children"]


def with_lost(told: Lost) -> dict:
    counts = exact_counts(an_authority(pupils=400, schools=4, seed=11))
    schools = counts["school"].select("urn", "received", "has_registers")
    return {**counts, "lost_children": lost_children(told, schools)}


@pytest.mark.parametrize("pupils, shown", [(0, 0), (1, None), (4, None), (5, 5)])
def test_one_to_four_children_in_care_are_hidden_for_the_whole_home_too(pupils, shown):
    told = lost(*((f"p{at}", None, OUT) for at in range(pupils)))
    assert row(published(with_lost(told)), OUT)["pupils"] == shown


def test_one_child_with_a_plan_at_no_school_here_is_not_told_by_taking_the_schools_from_the_whole():
    here = [(f"p{at}", urn, LATE) for urn in (ASH, BIRCH) for at in range(urn * 10, urn * 10 + 9)]
    board = published(with_lost(lost(*here, ("elsewhere", None, LATE))))
    known = [row(board, LATE, urn)["pupils"] for urn in (ASH, BIRCH, None)]
    assert None in known
    several = published(with_lost(lost(*here, *((f"e{at}", None, LATE) for at in range(5)))))
    assert [row(several, LATE, urn)["pupils"] for urn in (ASH, BIRCH, None)] == [9, 9, 23]


def test_all_but_two_of_a_roll_being_ill_is_not_told():
    counts = with_lost(lost())
    roll = row_of(counts["school"], ASH)
    board = published(with_lost(lost(*((f"p{at}", ASH, ILL) for at in range(roll - 2)))))
    assert row(board, ILL, ASH)["pupils"] is None
    board = published(with_lost(lost(*((f"p{at}", ASH, ILL) for at in range(roll - 6)))))
    assert row(board, ILL, ASH)["pupils"] == roll - 6


def row_of(schools: pl.DataFrame, urn: int) -> int:
    return schools.filter(urn=urn)["pupils_on_roll"].item()


def test_what_was_not_judged_is_published_as_not_judged_and_hides_nothing_else():
    because = "Cannot be judged: nothing of alternative provision has been sent."
    board = published(with_lost(lost(("a", ASH, ILL), cannot={PLACED: because})))
    told = row(board, PLACED)
    assert (told["pupils"], told["judged"], told["not_judged_because"]) == (None, False, because)
    assert row(board, LEFT)["pupils"] == 0


@pytest.mark.parametrize("places, median", [(19, None), (20, 9)])
def test_the_days_from_need_to_a_place_are_published_on_twenty_places_or_more(places, median):
    board = published(with_lost(lost(days=tuple(range(places)))))
    assert row(board, PLACED)["median_days_to_place"] == median
    assert board.filter(scope="school")["median_days_to_place"].null_count() == board.filter(scope="school").height


def test_a_school_not_judged_of_what_fell_due_is_published_so_and_the_others_add_up():
    since = SinceReturn("15 January 2026, the day of the latest return", frozenset({BIRCH}), True)
    here = [(f"p{at}", ASH, REVIEW) for at in range(9)]
    board = published(with_lost(lost(*here, since={REVIEW: since})))
    assert [row(board, REVIEW, urn)["pupils"] for urn in (ASH, BIRCH, None)] == [9, None, 9]
