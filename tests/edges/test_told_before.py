"""What was told and hidden is on the shelf: added to by the same day again, and over with the school year."""

from datetime import date

import polars as pl
import pytest

from pipeline.edges import warehouse as shelf
from pipeline.hops import told_before
from pipeline.steps.disclosure import NOTHING, Policy, Remembered
from pipeline.tables.published import EVER, GROUP_AUDIT
from tests.edges.delivered import new_home

FRIDAY, MONDAY, TUESDAY, NEXT_MONDAY = date(2025, 10, 3), date(2025, 10, 6), date(2025, 10, 7), date(2025, 10, 13)
LISTED, WAITING = ("school", "100001", "listed"), ("school", "100001", "eligible_not_listed")
ROLL = ("run", "home", "pupils_on_roll")


@pytest.fixture
def con(tmp_path):
    with shelf.warehouse(new_home(tmp_path / "home")) as con:
        yield con


def remember(con, day: date, hidden: set = frozenset(), told: dict | None = None) -> None:
    before = told_before.remembered(con, as_of=day)
    told_before.remember(con, Remembered(before.hidden | hidden, before.told | (told or {})), before, as_of=day)


def test_a_count_hidden_on_a_day_is_known_hidden_from_that_day_on(con):
    remember(con, FRIDAY, {LISTED}, {ROLL: 400})
    assert told_before.remembered(con, as_of=date(2025, 10, 2)) == NOTHING
    assert told_before.remembered(con, as_of=FRIDAY) == Remembered({LISTED}, {ROLL: 400})
    assert told_before.remembered(con, as_of=MONDAY) == Remembered({LISTED}, {ROLL: 400})
    remember(con, MONDAY, {WAITING}, {ROLL: 401})
    assert told_before.remembered(con, as_of=FRIDAY) == Remembered({LISTED}, {ROLL: 400})
    assert told_before.remembered(con, as_of=TUESDAY) == Remembered({LISTED, WAITING}, {ROLL: 401})


def test_the_same_day_again_forgets_nothing_that_was_readable(con):
    remember(con, FRIDAY, {LISTED}, {ROLL: 400})
    remember(con, MONDAY, {WAITING}, {ROLL: 401})
    remember(con, MONDAY, set(), {ROLL: 402})
    assert told_before.remembered(con, as_of=TUESDAY) == Remembered({LISTED, WAITING}, {ROLL: 402})


def test_what_was_last_told_of_a_count_hidden_since_is_kept(con):
    remember(con, FRIDAY, set(), {LISTED: 6})
    for day in (MONDAY, TUESDAY, NEXT_MONDAY):
        remember(con, day, {LISTED})
    assert told_before.remembered(con, as_of=date(2025, 10, 14)).told == {LISTED: 6}
    days = con.execute("SELECT DISTINCT as_of FROM warehouse.audit.told_cells ORDER BY 1").fetchall()
    assert days == [(TUESDAY,), (NEXT_MONDAY,)]


def test_with_the_school_year_it_is_over(con):
    remember(con, date(2025, 7, 31), {LISTED}, {ROLL: 400})
    assert told_before.remembered(con, as_of=date(2025, 8, 1)) == NOTHING


# Groups of children


def pages(pupils: int) -> dict[str, pl.DataFrame]:
    row = dict.fromkeys(GROUP_AUDIT.names) | {
        "kind": "sex",
        "group_name": "female",
        "pupils": pupils,
        "years_pooled": 1,
    }
    group = pl.DataFrame([row], schema=GROUP_AUDIT.schema)
    return {"group_audit": GROUP_AUDIT.conform(group), "ever": EVER.empty}


def keep(con, day: date, pupils: int, policy: Policy = Policy()) -> None:
    remember(con, day)
    told_before.keep_groups(con, pages(pupils), policy, as_of=day)


def of_week(con, day: date, policy: Policy = Policy()) -> tuple[date, int] | None:
    found = told_before.groups_of_week(con, policy, as_of=day)
    return found and (found.as_of, found.pages["group_audit"]["pupils"].item())


def test_groups_stand_as_they_were_until_the_week_is_over(con):
    assert of_week(con, MONDAY) is None
    keep(con, MONDAY, 200)
    assert of_week(con, TUESDAY) == (MONDAY, 200)
    assert of_week(con, date(2025, 10, 12)) == (MONDAY, 200)
    assert of_week(con, NEXT_MONDAY) is None


def test_the_day_they_were_made_on_keeps_them_but_under_another_policy(con):
    keep(con, MONDAY, 200)
    assert of_week(con, MONDAY) == (MONDAY, 200)
    assert of_week(con, MONDAY, Policy(fewest_shown=10)) is None
    keep(con, MONDAY, 201, Policy(fewest_shown=10))
    assert of_week(con, TUESDAY, Policy(fewest_shown=10)) == (MONDAY, 201)


def test_another_policy_makes_them_anew_and_so_does_another_school_year(con):
    keep(con, MONDAY, 200)
    assert of_week(con, TUESDAY, Policy(fewest_shown=10)) is None
    assert of_week(con, TUESDAY, Policy(smallest_base=30)) is None
    keep(con, date(2026, 7, 31), 300)  # a Friday
    assert of_week(con, date(2026, 8, 1)) is None
