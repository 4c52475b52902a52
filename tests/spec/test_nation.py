"""Many homes told together: what is summed, what is only a lower bound, what is left out and why, and that nothing hidden comes back."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.disclosure import Policy, suppressed
from pipeline.steps.inclusion import exact_counts
from pipeline.steps.nation import Snapshot, nation
from pipeline.tables.nation import CAUTIONS, FIGURES, NATION, SUMMED, TOTAL, counts_of
from pipeline.tables.published import FLOW, LOST_CHILDREN, PHASES, RUN
from pipeline.tables.schema import Table
from tests.properties.authority import an_authority

DAY = date(2026, 2, 6)
ON_A_RUN = {
    "run": "flag 1", "as_of": DAY, "finished": DAY, "home": "An authority", "version": "0.1.0", "demo": False, "fewest_shown": 5, "smallest_base": 20,
    "groups_as_of": DAY, "schools_expected": 3, "schools_received": 2, "schools_without_list": 1, "pupils_on_roll": 100, "listed": 10,
}  # fmt: skip


def a_home(name: str, *tables: tuple[Table, list[dict]], **run: object) -> Snapshot:
    """A home that published this of its run and of these tables, and nothing of the others."""
    told = {table.name: table.empty for table in SUMMED} | {RUN.name: rows(RUN, [ON_A_RUN | run])}
    return Snapshot(name, told | {table.name: rows(table, some) for table, some in tables})


def rows(table: Table, some: list[dict]) -> pl.DataFrame:
    return pl.DataFrame(some, schema=table.schema)


def rolled(*homes: Snapshot, as_of: date = DAY) -> dict[str, pl.DataFrame]:
    return nation(homes, version="0.1.0", as_of=as_of)


def total(*homes: Snapshot, measure: str, of: str = "", table: Table = RUN) -> dict:
    is_it = (pl.col("table_name") == table.name) & (pl.col("measure") == measure) & (pl.col("of") == of)
    return rolled(*homes)["total"].filter(is_it).row(0, named=True)


def said(*homes: Snapshot, as_of: date = DAY) -> dict[str, tuple[str, str | None]]:
    told = rolled(*homes, as_of=as_of)["home"]
    return {home: (state, because) for home, state, because in told.select("home", "state", "because").rows()}


NOTHING = Snapshot("west", {}, "Nothing is published there: run its night.")


# Sums ------------------------------------------------------------------------------------------------------------------------


def test_what_every_home_tells_is_summed_and_is_no_bound():
    one = total(a_home("east", listed=10), a_home("west", listed=7), measure="listed")
    assert (one["at_least"], one["is_lower_bound"], one["homes_told"], one["homes_hidden"]) == (17, False, 2, 0)


def test_where_one_home_hides_its_count_the_sum_is_of_the_others_and_says_so():
    one = total(a_home("east", listed=10), a_home("west", listed=7), a_home("north", listed=None), measure="listed")
    assert (one["at_least"], one["is_lower_bound"], one["homes_told"], one["homes_hidden"]) == (17, True, 2, 1)


def test_where_every_home_hides_it_there_is_no_sum_and_no_nought():
    one = total(a_home("east", listed=None), a_home("west", listed=None), measure="listed")
    assert (one["at_least"], one["is_lower_bound"], one["homes_hidden"]) == (None, True, 2)


def test_noughts_sum_to_nought():
    one = total(a_home("east", listed=0), a_home("west", listed=0), measure="listed")
    assert (one["at_least"], one["is_lower_bound"]) == (0, False)


def test_a_home_of_which_nothing_can_be_read_makes_every_sum_a_lower_bound():
    one = total(a_home("east", listed=10), NOTHING, measure="listed")
    assert (one["at_least"], one["is_lower_bound"], one["homes_hidden"], one["homes_left_out"]) == (10, True, 0, 1)


def test_a_home_without_such_a_row_is_counted_so_for_a_row_may_be_left_out_whole_for_the_sake_of_what_is_hidden():
    of = {"schools": 1, "pupils_on_roll": 50}
    east = a_home("east", (PHASES, [of | {"phase": "Primary"}, of | {"phase": "Secondary"}]))
    west = a_home("west", (PHASES, [of | {"phase": "Primary"}]))
    told = {
        phase: total(east, west, table=PHASES, measure="pupils_on_roll", of=phase) for phase in ("Primary", "Secondary")
    }
    assert (told["Primary"]["at_least"], told["Primary"]["is_lower_bound"]) == (100, False)
    assert (told["Secondary"]["at_least"], told["Secondary"]["is_lower_bound"], told["Secondary"]["homes_without"]) == (
        50,
        True,
        1,
    )


def test_what_could_not_be_judged_is_told_apart_from_what_is_hidden():
    def lost(pupils: int | None, judged: bool) -> tuple[Table, list[dict]]:
        return LOST_CHILDREN, [{"kind": "left_no_destination", "scope": "home", "pupils": pupils, "asks": "?", "judged": judged, "goes_to": "officer"}]  # fmt: skip

    homes = (a_home("east", lost(6, True)), a_home("west", lost(None, True)), a_home("north", lost(None, False)))
    one = total(*homes, table=LOST_CHILDREN, measure="pupils", of="left_no_destination")
    assert (one["at_least"], one["homes_told"], one["homes_hidden"], one["homes_not_judged"]) == (6, 1, 1, 1)


def test_of_tables_that_have_schools_and_areas_the_whole_homes_row_is_summed_and_no_other():
    flow = [
        {"scope": "home", "flagged": 30},
        {"scope": "area", "area": "North", "flagged": 20},
        {"scope": "school", "urn": 1, "flagged": 10},
    ]
    assert total(a_home("east", (FLOW, flow)), measure="flagged", table=FLOW)["at_least"] == 30


def test_every_count_that_may_be_hidden_is_summed_and_no_policy_or_rate_is():
    assert {"pupils_on_roll", "listed", "eligible", "missed", "persistent_absence_count"} <= set(counts_of(RUN))
    assert not {"fewest_shown", "smallest_base", "absence_rate_ytd"} & set(counts_of(RUN))
    assert set(rolled(a_home("east"))["total"]["measure"]) == set(counts_of(RUN))


# Homes -----------------------------------------------------------------------------------------------------------------------


def test_a_homes_figures_are_as_it_published_them_with_their_age():
    told = rolled(a_home("east", listed=None, as_of=DAY - timedelta(days=2)), NOTHING)["home"]
    east, west = told.rows(named=True)
    assert (east["name"], east["days_old"], east["pupils_on_roll"], east["listed"]) == ("An authority", 2, 100, None)
    assert {west[name] for name in ("name", "days_old", *FIGURES)} == {None}


@pytest.mark.parametrize(("days", "state"), [(0, "told"), (4, "told"), (5, "stale")])
def test_over_a_bank_holiday_figures_are_not_stale_and_a_day_later_they_are_and_stay_in_the_sums(days, state):
    homes = (a_home("east", as_of=DAY - timedelta(days=days)), a_home("west"))
    assert said(*homes)["east"][0] == state
    assert total(*homes, measure="pupils_on_roll")["at_least"] == 200
    assert rolled(*homes)["roll_up"]["homes_stale"].item() == (state == "stale")


@pytest.mark.parametrize(
    ("run", "because"),
    [
        ({"as_of": date(2025, 7, 20)}, "of another school year"),
        ({"as_of": DAY + timedelta(days=1)}, "after 06/02/2026"),
        ({"demo": True}, "Made-up figures"),
    ],
)
def test_what_may_not_be_added_up_with_the_rest_is_left_out_and_said(run, because):
    homes = (a_home("east", **run), a_home("west", listed=7))
    state, why = said(*homes)["east"]
    assert state == "left_out" and because in why
    one = total(*homes, measure="listed")
    assert (one["at_least"], one["is_lower_bound"], one["homes_left_out"]) == (7, True, 1)


def test_made_up_homes_by_themselves_are_told_and_said_to_be_made_up():
    one = rolled(a_home("east", demo=True), a_home("west", demo=True))["roll_up"].row(0, named=True)
    assert (one["demo"], one["homes_told"]) == (True, 2)
    assert rolled(a_home("east"), a_home("west", demo=True))["roll_up"]["demo"].item() is False


def test_how_much_of_the_nation_is_in_it_is_one_row():
    homes = (a_home("east"), a_home("west", as_of=DAY - timedelta(days=9)), Snapshot("north", {}, "Nothing is published there: run its night."))  # fmt: skip
    one = rolled(*homes)["roll_up"].row(0, named=True)
    assert {name: one[name] for name in ("homes_listed", "homes_told", "homes_stale", "homes_left_out")} == {
        "homes_listed": 3, "homes_told": 2, "homes_stale": 1, "homes_left_out": 1,
    }  # fmt: skip
    assert (one["earliest_as_of"], one["latest_as_of"], one["schools_expected"]) == (DAY - timedelta(days=9), DAY, 6)


def test_where_no_home_has_published_there_is_a_roll_up_that_says_so():
    told = rolled(NOTHING)
    assert told["roll_up"].row(0, named=True)["homes_told"] == 0 and told["total"].is_empty()


def test_the_same_homes_in_any_order_give_the_same_tables():
    homes = [a_home("east", listed=10), a_home("west", listed=None), NOTHING_NORTH]
    one, other = rolled(*homes), rolled(*reversed(homes))
    assert [name for name in one if not one[name].equals(other[name])] == []


NOTHING_NORTH = Snapshot("north", {}, "Nothing is published there: run its night.")


def test_every_table_says_what_it_must_not_be_taken_to_say():
    assert set(CAUTIONS) == set(NATION)
    assert rolled(NOTHING)["table_notes"].height == len(NATION)


# What is hidden stays so -----------------------------------------------------------------------------------------------------


def told_by(name: str, seed: int) -> Snapshot:
    """A home drawn by chance, as small as to hide much, with what it publishes after suppression."""
    pages = suppressed(exact_counts(an_authority(200, 4, seed)), Policy())
    told = {table.name: pages.get(table.name.partition(".")[2], table.empty) for table in SUMMED}
    return Snapshot(name, told)


@pytest.fixture(scope="module")
def drawn() -> list[Snapshot]:
    return [told_by(f"home {seed}", seed) for seed in range(5)]


def test_a_sum_less_what_the_homes_show_leaves_nought(drawn):
    """Whoever takes from a total what each home tells of it has nothing left of those that hide theirs."""
    as_of = max(one.run["as_of"] for one in drawn)
    totals = nation(drawn, version="0.1.0", as_of=as_of)["total"]
    assert totals.filter(pl.col("homes_hidden") > 0).height > 20
    for row in totals.filter(pl.col("homes_hidden") > 0).iter_rows(named=True):
        shown = [value for one in drawn for value in shown_by(one, row)]
        assert row["at_least"] == (sum(shown) if shown else None) and row["homes_told"] == len(shown)


def shown_by(one: Snapshot, row: dict) -> list[int]:
    """What a home shows of a total, read from its tables in another way than the step does."""
    [(table, key)] = [(table, key) for table, key in SUMMED.items() if table.name == row["table_name"]]
    found = []
    for told in one.tables[table.name].iter_rows(named=True):
        is_home = told.get("scope", "home") == "home"
        if is_home and ": ".join(str(told[name]) for name in key) == row["of"] and told[row["measure"]] is not None:
            found.append(told[row["measure"]])
    return found


def test_no_column_of_a_total_bounds_a_hidden_count_from_above():
    """With a least and a most a reader would have the few there are."""
    assert [name for name in TOTAL.names if "most" in name or "upper" in name] == []
