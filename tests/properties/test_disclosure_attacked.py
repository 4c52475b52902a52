"""Someone tries to work out the hidden counts of one night. They manage it with every shorter rule, and not with ours."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.steps.disclosure import suppressed
from pipeline.steps.disclosure_rows import rows_by_key
from pipeline.steps.disclosure_sums import additive_sums
from pipeline.steps.inclusion import exact_counts
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.published_pages import pages
from pipeline.steps.sessions_by_day import SchoolRegisters
from tests.properties.authority import an_authority
from tests.properties.subtraction import COUNTS, FEW, System, full_lists, numbers, places_tell, reckoned
from tests.properties.told_nights import NOTHING, as_we_name, found, one_by_one

authorities = st.builds(
    an_authority, pupils=st.integers(1, 70), schools=st.integers(1, 4), seed=st.integers(0, 2**32 - 1)
)


def tried_on(examples: int):
    """So many made-up authorities, the same each time; a failing one is small already, so it is not made smaller."""
    every_check = list(HealthCheck)
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=every_check,
    )


@tried_on(8)
@given(authorities)
def test_no_small_count_can_be_worked_out_nor_what_is_left_of_one_nor_one_pupils_week(authority):
    nothing_can_be_worked_out(authority)


@pytest.mark.long
@tried_on(60)
@given(authorities)
def test_nor_can_it_of_many_more_authorities(authority):
    nothing_can_be_worked_out(authority)


def nothing_can_be_worked_out(authority):
    """Every kind of lost child as a run counts them, and weeks of real marks."""
    assert found([exact_counts(authority)]) == []


@tried_on(8)
@given(authorities)
def test_a_rate_is_told_only_beside_both_its_counts(authority):
    published = suppressed(exact_counts(authority))
    for row in published["group_audit"].iter_rows(named=True):
        for column in ("eligible", "listed", "missed"):
            if row[f"{column}_rate"] is not None:
                assert row["pupils"] >= 20
                assert row[f"{column}_rate"] == pytest.approx(row[column] / row["pupils"], abs=0.0005)


@tried_on(4)
@given(authorities, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(authority, chance):
    the_order_of_rows_changes_nothing(authority, chance)


@pytest.mark.long
@tried_on(10)
@given(authorities, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_of_many_more_authorities(authority, chance):
    the_order_of_rows_changes_nothing(authority, chance)


def the_order_of_rows_changes_nothing(authority, chance):
    counts = exact_counts(authority)
    shuffled = {
        name: frame.sample(fraction=1, shuffle=True, seed=chance.randrange(1000)) for name, frame in counts.items()
    }
    published, again = suppressed(counts), suppressed(shuffled)
    assert all(published[name].equals(again[name]) for name in published)


@pytest.fixture(scope="module")
def counts():
    """Sixty pupils in three schools: small enough for every rule to be tried hard."""
    return exact_counts(an_authority(pupils=60, schools=3, seed=7))


def test_the_reader_works_out_counts_hidden_one_by_one(counts):
    assert len(found([counts], one_by_one)) > 20


def test_the_reader_works_out_counts_hidden_with_a_second_one_in_each_row(counts):
    assert len(found([counts], two_in_each_row)) > 5


def test_the_reader_works_out_nothing_of_ours(counts):
    assert found([counts]) == []


def test_the_reader_works_out_a_full_list_that_is_hidden():
    """Whoever knows the places has it, so hiding it protects nobody, and it can cover for no other count."""
    counts = exact_counts(an_authority(pupils=60, schools=3, seed=8))
    published = suppressed(counts)
    with_a_row = published["school"].filter(pl.col("listed").is_not_null())["urn"].to_list()
    urn = (
        counts["school"].filter(pl.col("eligible_not_listed") > 0, pl.col("urn").is_in(with_a_row))["urn"].to_list()[0]
    )
    hidden = published["school"].with_columns(
        pl.when(pl.col("urn") != urn).then(pl.col(column)).alias(column) for column in ("listed", "eligible")
    )
    known = reckoned({**published, "school": hidden}, set())
    full = dict(counts["school"].select("urn", "places").rows())
    full_lists(known, {**published, "school": hidden}, full)
    assert System(known, {}).range_of(("school", urn, "listed")) == (full[urn], full[urn])


def test_where_places_tell_how_many_are_listed_in_all_the_only_group_of_its_kind_is_told_with_them():
    """Nobody here is in care: whoever is listed is listed of those who are not. Of two groups neither is told."""
    counts = exact_counts(an_authority(pupils=20, schools=4, seed=358555))
    alone, one_of_two = ("in_care", "not in care"), ("sex", "female")
    told = places_tell(counts)
    assert ("group_audit", *alone, "listed") in told and ("group_audit", *one_of_two, "listed") not in told
    with_room = {**counts, "school": counts["school"].with_columns(pl.col("places") + 1)}
    assert ("group_audit", *alone, "listed") not in places_tell(with_room)
    assert found([counts]) == []


def test_a_rate_beside_its_base_would_give_its_count_back(counts):
    untold = pl.col("kind") != "phase"  # of phases the schools' places tell it
    groups = counts["group_audit"].filter(untold, pl.col("listed").is_in(list(FEW)), pl.col("pupils") >= 20)
    rates = (groups["listed"] / groups["pupils"]).round(3)
    assert (rates * groups["pupils"]).round().to_list() == groups["listed"].to_list() != []
    ours = suppressed(counts)["group_audit"].join(groups.select("kind", "group_name"), on=["kind", "group_name"])
    assert ours["listed_rate"].null_count() == ours.height > 0


def test_every_sum_the_tables_obey_is_reckoned_with():
    """Numbers from many authorities are tied together by the sums we declare, and by no other."""
    every = [
        exact_counts(without_weeks(an_authority(pupils=80 + seed % 20, schools=2, seed=seed))) for seed in range(330)
    ]
    shapes = [tuple(numbers(counts)) for counts in every]
    usual = max(set(shapes), key=shapes.count)
    alike = [counts for counts, shape in zip(every, shapes, strict=True) if shape == usual]
    told = np.array([list(numbers(counts).values()) for counts in alike], dtype=float)
    assert len(alike) > len(usual) + 20  # enough of them to tell a law from a coincidence
    ties = 1 + len(usual) - np.linalg.matrix_rank(np.column_stack([told, np.ones(len(alike))]))
    assert ties == declared_ties(alike[0])


def without_weeks(authority):
    """They are no counts of pupils, and take the longest to count."""
    return replace(authority, registers=SchoolRegisters(authority.weeks.clear()))


def declared_ties(counts) -> int:
    """How many independent sums there are between published counts, remainders left out."""
    sums = [each for each in additive_sums(rows_by_key(counts)) if not is_coincidence(each)]
    names = sorted({name for each in sums for name in (each.total, *each.parts)})
    at = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(sums), len(names)))
    for row, each in enumerate(sums):
        matrix[row, at[each.total]] -= 1
        for part in each.parts:
            matrix[row, at[part]] += 1
    published = [table in COUNTS and column in COUNTS[table] for table, _, column in names]
    remainders = matrix[:, ~np.array(published)]
    return np.linalg.matrix_rank(matrix) - np.linalg.matrix_rank(remainders)


def is_coincidence(each) -> bool:
    """Two counts declared one because they were equal tonight."""
    return len(each.parts) == 1 and each.parts[0][0] == "signal" and each.total[0] == "school"


def two_in_each_row(counts, _):
    """Every count from 1 to 4 hidden, and where a row has one hidden, its next smallest too."""
    exact = numbers(counts)
    few = {name for name, value in exact.items() if value in FEW}
    rows: dict[tuple, list[tuple]] = {}
    for name in exact:
        rows.setdefault(name[:-1], []).append(name)
    seconds = {
        min(shown, key=exact.get)
        for names in rows.values()
        if len(few & set(names)) == 1 and (shown := [name for name in names if exact[name] and name not in few])
    }
    return pages(counts, {as_we_name(name) for name in few | seconds}, Policy()), NOTHING
