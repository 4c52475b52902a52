"""The attack on published snapshots: each of its parts on tables drawn by hand, and the whole of it on a few weeks of a small authority."""

import ast
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks import attack, attack_relations, attack_solving, attack_tables, snapshot_attack
from benchmarks.attack import carefully, hidden_cells, naively, reckoned, recovered
from benchmarks.attack_nights import Weekly, weekly_nights
from benchmarks.attack_relations import Relation
from benchmarks.attack_scoring import guesses, scored, told_by_places
from benchmarks.attack_solving import TOGETHER, Contradiction, Pinned, Reckoning
from benchmarks.attack_tables import Snapshot, read_snapshots

FRIDAY = date(2025, 10, 3)
COUNTED = {
    "run": attack_relations.OF_PLACES, "phase": attack_relations.OF_PLACES, "school": attack_relations.OF_PLACES,
    "flow": attack_relations.FLOW, "specialist": ("unmet",), "signal": attack_relations.STATES, "data_quality": ("rows",),
    "feed": ("rows_set_aside",),
}  # fmt: skip
HIDDEN = None


def a_week(number: int = 0, **tables: list[dict]) -> Snapshot:
    """A snapshot with these rows; what a row leaves out, its table does not count."""
    rows = (
        {table: [] for table in (*attack_tables.KEYS, "signal_names", "alarm")}
        | {"run": [{"fewest_shown": 5}]}
        | tables
    )
    counted = {
        table: tuple(column for column in COUNTED.get(table, ()) if rows[table] and column in rows[table][0])
        for table in attack_tables.KEYS
    }
    return Snapshot(number, FRIDAY + timedelta(days=7 * number), rows, counted)


def found(*weeks: Snapshot, rule=naively, rolls=None, supposed=None) -> dict:
    known = reckoned(weeks, rolls or {}, rule, supposed)
    told = recovered(known, weeks, but_not=supposed or {})
    return {cell: pinned for cell, pinned in told.items() if cell in hidden_cells(weeks)}


def schools(column: str, *values: int | None, phase: int | None) -> dict:
    return {
        "phase": [{"phase": "Primary", column: phase}],
        "school": [
            {"urn": number, "phase": "Primary", "area": "North", column: value}
            for number, value in enumerate(values, 1)
        ],
    }


def test_one_hidden_school_is_what_its_phase_has_more_than_the_others():
    told = found(a_week(**schools("listed", 7, HIDDEN, 6, phase=15)))
    assert told == {(0, ("school", 2, "listed")): Pinned(2, "schools add up to their phase")}


def test_of_two_hidden_schools_neither_is_found_but_where_no_other_two_numbers_are_left():
    assert found(a_week(**schools("listed", HIDDEN, HIDDEN, 6, phase=11))) == {}
    told = found(a_week(**schools("listed", HIDDEN, HIDDEN, 6, phase=14)))
    assert {pinned.value for pinned in told.values()} == {4} and len(told) == 2


def test_who_cannot_be_sure_that_what_is_hidden_is_small_does_not_find_them():
    assert found(a_week(**schools("snoozed", HIDDEN, HIDDEN, 6, phase=14)), rule=carefully) == {}


def test_what_was_told_before_and_is_hidden_for_the_first_time_is_one_at_least():
    first = a_week(**schools("snoozed", 0, 6, 6, phase=12))
    hidden = a_week(1, **schools("snoozed", HIDDEN, HIDDEN, 6, phase=8))
    told = {"rolls": {None: {1: 30, 2: 30, 3: 30}}, "rule": carefully}
    both_told = first.rows["school"] + [{"urn": 9}]
    assert len(both_told) == 4
    with_a_row = a_week(1, **_with_more(schools("snoozed", HIDDEN, HIDDEN, 6, phase=8)))
    assert {pinned.value for pinned in found(first, with_a_row, **told).values()} == {1}
    assert found(first, hidden, **told) == {}  # a row that is empty whole may hide a nought


def _with_more(tables: dict) -> dict:
    for rows in tables.values():
        for row in rows:
            row["severe_absence_count"] = 0
    return tables


def test_a_table_of_two_ways_is_solved_all_at_once():
    kinds, places = ("health", "in_school"), (("North", "Primary"), ("South", "Primary"))
    row = lambda kind, area, phase, unmet: {"kind": kind, "scope": "area", "area": area, "phase": phase, "unmet": unmet}  # noqa: E731
    cells = [row(kind, *place, HIDDEN) for kind in kinds for place in places]
    homes = [
        {"kind": kind, "scope": "home", "area": None, "phase": None, "unmet": 6 + number}
        for number, kind in enumerate(kinds)
    ]
    towns = [{"urn": number, "phase": "Primary", "area": area} for number, (area, _) in enumerate(places, 1)]
    flow = [
        {"scope": "school", "area": None, "phase": "Primary", "urn": number, "unmet": unmet}
        for number, unmet in ((1, 8), (2, 5))
    ]
    told = found(a_week(specialist=[*cells, *homes], flow=[{**one, **_rest_of_flow()} for one in flow], school=towns))
    assert [pinned.value for _, pinned in sorted(told.items())] == [4, 2, 4, 3]


def _rest_of_flow() -> dict:
    return {"flagged": 90, "looked_at": 50, "need_found": 9, "need_met": 9, "waiting": 0}


def test_what_no_single_relation_settles_is_settled_by_all_of_them():
    known = Reckoning({"a": 0, "b": 0, "c": 0}, {"a": 9, "b": 9, "c": 9})
    known.add([
        Relation("one", (("a", 1), ("b", 1)), 9, 9),
        Relation("two", (("b", 1), ("c", 1)), 9, 9),
        Relation("three", (("a", 1), ("c", 1)), 8, 8),
    ])  # fmt: skip
    told = known.pinned(np.random.default_rng(0), wanted=lambda name: True)
    assert told == {"a": Pinned(4, TOGETHER), "b": Pinned(5, TOGETHER), "c": Pinned(4, TOGETHER)}


def test_numbers_that_could_be_others_are_not_pinned():
    known = Reckoning({"a": 0, "b": 0}, {"a": 9, "b": 9})
    known.add([Relation("one", (("a", 1), ("b", 1)), 9, 9)])
    assert known.pinned(np.random.default_rng(0), wanted=lambda name: True) == {}


def test_relations_that_nothing_obeys_are_a_contradiction():
    known = Reckoning({"a": 0, "b": 3}, {"a": 9, "b": 3})
    known.add([Relation("one", (("a", 1), ("b", -1)), 0, 0), Relation("two", (("a", 1),), 4, 9)])
    with pytest.raises(Contradiction):
        known.narrow()


def test_rows_of_a_school_year_never_grow_fewer_from_week_to_week():
    week = lambda number, rows: a_week(  # noqa: E731
        number, data_quality=[{"feed": "needs", "rule": "r", "happens": "noted", "rows": rows}],
        feed=[{"feed": "needs", "rows_set_aside": 0, "rows_read": 100}],
    )  # fmt: skip
    known = reckoned((week(0, HIDDEN), week(1, HIDDEN)), {}, naively)
    known.least[0, ("data_quality", "needs", "r", "rows")] = 4
    told = known.pinned(np.random.default_rng(0), wanted=lambda cell: cell[0] == 1 and cell[1][0] == "data_quality")
    assert {pinned.value for pinned in told.values()} == {4}
    assert found(week(0, HIDDEN), week(1, HIDDEN)) == {}


def test_a_claim_that_is_not_so_is_told_of_as_wrong_and_a_true_one_as_found():
    week = a_week(**schools("listed", 7, HIDDEN, 6, phase=15))
    cell = (0, ("school", 2, "listed"))
    right, wrong = (scored([week], {cell}, {cell: Pinned(value, "x")}, {cell: 2}) for value in (2, 3))
    assert (right.recovered, right.wrong) == (1, [])
    assert len(wrong.wrong) == 1


def test_a_full_list_is_nothing_to_find_and_a_list_with_room_or_with_nobody_left_off_is(tmp_path):
    (tmp_path / "00").mkdir()
    lists = {"urn": [1, 2, 3], "listed": [3, 2, 3], "eligible_not_listed": [1, 1, 0], "places": [3, 3, 3]}
    pl.DataFrame(lists).write_parquet(tmp_path / "00" / "school.parquet")
    assert told_by_places([a_week()], tmp_path) == {(0, ("school", 1, "listed"))}


@pytest.mark.parametrize(("one", "other", "right"), [(7, 3, 1), (8, 2, 0)])
def test_whoever_supposes_the_rest_as_it_was_last_told_is_right_only_where_that_is_so(one, other, right):
    """Seven and nine were told. Of ten, if the seven still stood three would be left, and if the nine did, one."""
    weeks = [a_week(**schools("listed", 7, 9, phase=16)), a_week(1, **schools("listed", HIDDEN, HIDDEN, phase=10))]
    exact = [schools("listed", 7, 9, phase=16), schools("listed", one, other, phase=10)]
    truth = {
        (number, name): value
        for number, told in enumerate(exact)
        for name, value in a_week(number, **told).numbers.items()
    }
    guess = guesses(weeks, truth)["worked out from the others as last told"]
    assert (guess.tried, guess.right) == (2, right)


def test_the_attack_uses_no_code_of_the_pipeline():
    for module in (attack, attack_relations, attack_solving, attack_tables):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        named = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level]
        named += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
        assert not [name for name in named if name.split(".")[0] in ("pipeline", "tests", "expectations")]
        beside = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level}
        assert beside <= {"attack_relations", "attack_solving", "attack_tables"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Path:
    """Some weeks of a small authority."""
    folder = tmp_path_factory.mktemp("attacked")
    weekly_nights(Weekly(pupils=150, schools=3, seed=2, weeks=2, first=6), folder)
    return folder


@pytest.fixture(scope="module")
def told(lived) -> dict:
    return snapshot_attack.attacked(lived)


def test_no_count_of_few_of_ours_is_found_nor_what_is_left_of_one(told):
    score = told["ours", "certain"]
    assert score.telling > 100
    assert (score.found["telling"], score.found["rests"], score.wrong) == (0, 0, [])


def test_of_the_naive_suppression_much_is_found_and_nothing_claimed_wrongly(told):
    score = told["naive", "certain"]
    assert score.recovered > score.hidden / 10
    assert score.wrong == []


def test_the_naive_suppression_hides_one_to_four_and_nothing_else(lived):
    ours, naive = (read_snapshots(lived / of)[-1] for of in ("ours", "naive"))
    shown = [value for value in naive.numbers.values() if value is not None]
    assert 0 in shown and 5 in shown and not [value for value in shown if 0 < value < 5]
    assert sum(value is None for value in ours.numbers.values()) > sum(
        value is None for value in naive.numbers.values()
    )
