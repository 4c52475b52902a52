"""What stored looks, lists and links tell of days before; and of which day nothing is told yet."""

from datetime import date

import polars as pl
import pytest

from pipeline.edges import looks
from pipeline.edges import warehouse as shelf
from pipeline.hops.looks import earlier_groups
from pipeline.tables.derived import ISSUED_PLACES, PUPIL_SIGNALS, PUPIL_SUPPORT, TRIAGE
from pipeline.tables.same_child import KNOWN_AS
from pipeline.tables.schema import Table
from tests.edges.delivered import new_home
from tests.spec.test_inclusion import CHARACTERISTICS

ASH = 100001
LAST_YEAR, FIRST, SECOND, THIRD = date(2025, 7, 18), date(2025, 9, 12), date(2025, 9, 26), date(2025, 10, 10)

USUAL = {
    pl.Int32: 0, pl.Int64: 0, pl.String: ".", pl.Boolean: False, pl.Date: FIRST, pl.Float64: 0.0,
}  # fmt: skip


@pytest.fixture
def con(tmp_path):
    with shelf.warehouse(new_home(tmp_path / "home")) as opened:
        yield opened


def put(con, table: Table, *rows: dict) -> None:
    """Rows of which only what a test is about is said."""
    usual = {column.name: None if column.nullable else USUAL[column.dtype] for column in table.columns} | {"urn": ASH}
    full = [{name: value for name, value in (usual | row).items() if name in table.names} for row in rows]
    shelf.append(con, table, pl.DataFrame(full, schema=table.schema))


def look(con, day: date, **outcomes: str) -> None:
    put(con, TRIAGE, *({"as_of": day, "pupil_id": pupil, "outcome": outcome} for pupil, outcome in outcomes.items()))


def went_out(con, day: date, *pupils: str, is_superseded: bool | None = False) -> None:
    put(con, ISSUED_PLACES, *({"as_of": day, "pupil_id": pupil, "is_superseded": is_superseded} for pupil in pupils))


def raised(con, day: date, **signals: tuple[str, bool | None]) -> None:
    rows = [
        {"as_of": day, "pupil_id": pupil, "signal": signal, "raised": is_raised}
        for pupil, (signal, is_raised) in signals.items()
    ]
    put(con, PUPIL_SIGNALS, *rows)


def same_child(con, one: str, other: str, *, since: date) -> None:
    put(con, KNOWN_AS, *({"pupil_id": each, "known_as": other, "known_from": since} for each in (one, other)))


def found(con, as_of: date = THIRD) -> dict:
    return dict(looks.found_before(con, as_of=as_of).rows())


# Found worth a look


def test_the_first_day_of_the_school_year_on_which_a_pupil_was_found_counts_whatever_came_of_it(con):
    look(con, LAST_YEAR, amira="listed")
    look(con, FIRST, amira="already_known", bede="eligible_not_listed", cato="not_eligible")
    look(con, SECOND, amira="listed", bede="listed", cato="snoozed")
    assert found(con) == {"amira": SECOND, "bede": FIRST}


def test_a_look_at_a_day_gone_by_sees_only_what_was_stored_of_days_before_it(con):
    look(con, FIRST, amira="listed")
    look(con, SECOND, bede="listed")
    look(con, THIRD, cato="listed")
    assert found(con, SECOND) == {"amira": FIRST}
    assert found(con, FIRST) == {}


def test_a_child_is_found_under_the_pupil_id_of_the_day_from_the_day_that_two_are_known_to_be_one(con):
    look(con, FIRST, old="listed", bede="listed")
    look(con, SECOND, new="listed", bede="listed")
    same_child(con, "old", "new", since=THIRD)
    assert found(con, THIRD) == {"new": FIRST, "bede": FIRST}
    assert found(con, date(2025, 10, 9)) == {"old": FIRST, "new": SECOND, "bede": FIRST}


# Listed for


def listed_for(con, as_of: date = THIRD) -> list[tuple]:
    return looks.listed_for(con, as_of=as_of).rows()


def test_a_pupil_is_listed_for_what_was_raised_on_the_day_of_the_list_and_for_nothing_else(con):
    went_out(con, FIRST, "amira", "bede", "cato")
    raised(con, FIRST, amira=("many_spells", True), bede=("many_spells", False), cato=("many_spells", None))
    raised(con, SECOND, amira=("lateness", True))
    assert listed_for(con) == [("amira", "many_spells")]


def test_who_was_raised_and_not_on_the_list_was_listed_for_nothing(con):
    went_out(con, FIRST, "amira")
    raised(con, FIRST, amira=("many_spells", True), bede=("many_spells", True))
    assert listed_for(con) == [("amira", "many_spells")]


def test_on_several_lists_for_one_reason_a_pupil_is_told_of_once(con):
    for day in (FIRST, SECOND):
        went_out(con, day, "amira")
        raised(con, day, amira=("many_spells", True))
    assert listed_for(con) == [("amira", "many_spells")]


@pytest.mark.parametrize("is_superseded, counts", [(True, False), (False, True), (None, True)])
def test_a_place_that_was_taken_back_when_the_list_was_issued_anew_is_none(con, is_superseded, counts):
    """Rows of earlier versions do not say."""
    went_out(con, FIRST, "amira", is_superseded=is_superseded)
    raised(con, FIRST, amira=("many_spells", True))
    assert bool(listed_for(con)) is counts


@pytest.mark.parametrize("as_of, counts", [(THIRD, True), (SECOND, False), (date(2026, 9, 18), False)])
def test_lists_are_those_of_this_school_year_and_of_days_before(con, as_of, counts):
    went_out(con, SECOND, "amira")
    raised(con, SECOND, amira=("many_spells", True))
    assert bool(listed_for(con, as_of)) is counts


def test_a_child_listed_under_another_pupil_id_is_told_of_under_that_of_the_day(con):
    went_out(con, FIRST, "old")
    raised(con, FIRST, old=("many_spells", True))
    same_child(con, "old", "new", since=SECOND)
    assert listed_for(con, SECOND) == [("new", "many_spells")]


# Earlier school years


def test_of_each_earlier_school_year_the_last_look_is_told_newest_first(con):
    for day in (date(2024, 7, 31), date(2024, 8, 1), date(2025, 6, 6), LAST_YEAR, FIRST, SECOND):
        look(con, day, amira="listed")
    assert looks.last_days_of_earlier_years(con, as_of=THIRD) == [LAST_YEAR, date(2024, 7, 31)]
    assert looks.last_days_of_earlier_years(con, as_of=LAST_YEAR) == [date(2024, 7, 31)]


def groups(pupils: int) -> pl.DataFrame:
    return pl.DataFrame(
        {"kind": ["sex"], "group_name": ["female"], "pupils": [pupils], "eligible": [2], "listed": [1], "missed": [1], "already_known": [0]}
    )  # fmt: skip


@pytest.mark.parametrize("pupils, years", [(20, 0), (19, 2)])
def test_earlier_groups_are_read_as_far_back_as_a_small_group_wants_them(con, pupils, years):
    asked = []
    for day, number in ((date(2023, 7, 14), 30), (date(2024, 7, 12), 100), (LAST_YEAR, 3)):
        names = [f"p{n}" for n in range(number)]
        look(con, day, **dict.fromkeys(names, "eligible_not_listed"))
        put(con, PUPIL_SUPPORT, *({"as_of": day, "pupil_id": name, "on_file": name == "p0"} for name in names))

    def characteristics(*, as_of: date) -> pl.DataFrame:
        asked.append(as_of)
        told = pl.DataFrame({"pupil_id": [f"p{n}" for n in range(100)], "sex": "F"})
        return told.with_columns(
            pl.lit(None, dtype).alias(name) for name, dtype in CHARACTERISTICS.items() if name not in told.columns
        )

    told = earlier_groups(con, groups(pupils), characteristics, smallest_base=20, as_of=THIRD)
    assert asked == [LAST_YEAR, date(2024, 7, 12)][:years]
    assert [frame.filter(kind="sex", group_name="female").select("pupils", "missed").row(0) for frame in told] == [
        (3, 2),
        (100, 99),
    ][:years]
