"""Rates of groups, with what chance could make of them: of one year, or of several pooled."""

from collections import Counter

import polars as pl
import pytest

from pipeline.steps.group_rates import is_enough, pooled, with_rates
from pipeline.steps.groups_then import groups_of
from pipeline.steps.inclusion import exact_counts
from tests.drawn import drawn

from .test_inclusion import CHARACTERISTICS, PUPILS, SCHOOLS, tonight

GROUPS = dict.fromkeys(("kind", "group_name"), pl.String) | dict.fromkeys(
    ("pupils", "eligible", "listed", "missed", "already_known"), pl.Int64
)
RATES = ("rate", "low", "high")


def group(
    pupils: int | None, missed: int | None = 5, *, listed: int | None = 5, eligible: int | None = 10
) -> pl.DataFrame:
    row = ("sex", "female", pupils, eligible, listed, missed, 0)
    return pl.DataFrame([row], schema=GROUPS, orient="row")


def told(now: pl.DataFrame, *earlier: pl.DataFrame, shown: pl.DataFrame | None = None) -> dict:
    exact = pooled(now, earlier, smallest_base=20)
    counts = exact if shown is None else exact.with_columns(shown.select("pupils", "eligible", "listed", "missed"))
    return with_rates(counts, smallest_base=20, decimals=3).row(0, named=True)


def rates(row: dict, of: str = "missed") -> tuple:
    return tuple(row[f"{of}_{end}"] for end in RATES)


NOTHING = (None, None, None)


# Of one year


def test_an_interval_is_wilsons():
    """Newcombe (1998), his first two examples: 81 of 263, and 15 of 148."""
    assert rates(told(group(263, 81))) == (0.308, 0.255, 0.366)
    assert rates(told(group(148, 15))) == (0.101, 0.062, 0.16)


@pytest.mark.parametrize("pupils, rests", [(20, True), (19, False)])
def test_a_rate_rests_on_twenty_pupils_or_is_told_of_nobody(pupils, rests):
    row = told(group(pupils))
    assert (rates(row) != NOTHING) is rests
    assert row["years_pooled"] == 1


@pytest.mark.parametrize("missed, is_told", [(0, False), (1, True), (24, True), (25, False)])
def test_none_and_all_are_told_of_no_group(missed, is_told):
    assert (rates(told(group(25, missed))) != NOTHING) is is_told


def test_a_rate_that_would_be_written_as_none_or_all_is_not_told_either():
    assert rates(told(group(10_000, 4))) == NOTHING
    assert rates(told(group(10_000, 9_996))) == NOTHING
    assert rates(told(group(10_000, 6)))[0] == 0.001


@pytest.mark.parametrize("hidden", ["missed", "pupils"])
def test_a_rate_is_told_only_beside_both_its_counts(hidden):
    shown = group(25).with_columns(pl.lit(None, pl.Int64).alias(hidden))
    row = told(group(25), shown=shown)
    assert rates(row) == NOTHING
    assert (rates(row, "listed") == NOTHING) is (hidden == "pupils")


def test_groups_never_pooled_rest_on_this_year():
    row = with_rates(group(25), smallest_base=20, decimals=3).row(0, named=True)
    assert (row["years_pooled"], row["missed_rate"]) == (1, 0.2)


# Of several years


@pytest.mark.parametrize("last_year, years", [(90, 2), (89, 1)])
def test_a_small_group_is_pooled_until_there_are_a_hundred(last_year, years):
    row = told(group(10, 2), group(last_year, 10))
    assert row["years_pooled"] == years
    assert (rates(row) != NOTHING) is (years > 1)


def test_years_are_taken_newest_first_and_no_more_than_it_needs():
    row = told(group(10, 0), group(50, 15), group(40, 10), group(1000, 900))
    assert (row["years_pooled"], row["pooled_pupils"], row["pooled_missed"]) == (3, 100, 25)
    assert rates(row) == (0.25, 0.2, 0.35)  # of 0.25, 0.176 and 0.343


def test_a_year_in_which_nobody_was_of_the_group_is_no_year_it_rests_on():
    other = group(500).with_columns(group_name=pl.lit("male"))
    assert told(group(10, 2), other, group(90, 24))["years_pooled"] == 2


@pytest.mark.parametrize("pupils, years", [(20, 1), (19, 2)])
def test_a_group_that_is_large_enough_rests_on_this_year_alone(pupils, years):
    assert told(group(pupils), group(100, 90))["years_pooled"] == years


def test_what_small_groups_rest_on_is_hidden_from_nobody_though_this_year_s_counts_are():
    hidden = pl.DataFrame(
        [(None, None, None, None)],
        schema=dict.fromkeys(("pupils", "eligible", "listed", "missed"), pl.Int64),
        orient="row",
    )
    assert rates(told(group(3, 1), group(97, 24), shown=hidden)) == (0.25, 0.2, 0.35)


@pytest.mark.parametrize("missed", [(0, 0), (10, 90), (0, 2), (10, 88)])
def test_none_and_all_are_told_of_no_pooled_group_nor_what_comes_near_it(missed):
    """Two of a hundred would be written as none, and so would none."""
    assert rates(told(group(10, missed[0]), group(90, missed[1]))) == NOTHING


def test_three_of_a_hundred_are_told():
    assert rates(told(group(10, 1), group(90, 2)))[0] == 0.05


def test_what_is_told_of_a_pooled_group_could_be_of_four_counts_or_more_and_so_of_any_small_one():
    """Whoever kept last year's page knows its counts: what is told of both years must not tell this year's."""
    for last_year in (90, 97, 120):
        found = Counter(rates(told(group(10, 1), group(last_year, missed))) for missed in range(10, last_year - 10))
        inner = sorted(found.items())[1:-1]
        assert min(times for _, times in inner) >= 4


def test_pooled_rates_are_told_to_the_nearest_twentieth():
    for missed in range(4, 96):
        for value in rates(told(group(10, 1), group(90, missed - 1))):
            assert value == pytest.approx(round(value * 20) / 20, abs=1e-12)


def test_a_group_for_which_there_were_never_enough_keeps_this_year_and_has_no_rates():
    row = told(group(10, 2), group(15, 5))
    assert (row["years_pooled"], row["pooled_pupils"], row["pooled_missed"]) == (1, 10, 2)
    assert rates(row) == NOTHING


def test_earlier_years_are_asked_for_as_long_as_a_small_group_wants_one():
    now = pl.concat([group(10), group(25).with_columns(group_name=pl.lit("male"))])
    assert not is_enough(now, [], smallest_base=20)
    assert not is_enough(now, [group(89)], smallest_base=20)
    assert is_enough(now, [group(89), group(1)], smallest_base=20)
    assert is_enough(group(20), [], smallest_base=20)


def test_the_groups_of_an_earlier_day_are_counted_as_tonight_s_are():
    characteristics = drawn("pupil_id | sex\n-\namira | F\nbede | M\ncato | F", CHARACTERISTICS).with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in CHARACTERISTICS.items() if name not in ("pupil_id", "sex")
    )
    night = tonight(PUPILS, characteristics=characteristics)
    then = groups_of(night.triage, night.support, SCHOOLS, characteristics)
    assert then.equals(exact_counts(night)["group_audit"])
    assert then.filter(kind="sex", group_name="male")["missed"].item() == 1
