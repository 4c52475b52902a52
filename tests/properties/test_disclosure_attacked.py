"""Someone tries to work out the hidden counts. They manage it with every shorter rule, and not with ours."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.steps.disclosure import additive_sums, rows_by_key, suppressed
from pipeline.steps.inclusion import exact_counts
from tests.properties.attacker import AT_NO_SCHOOL, COUNTS, KINDS, ON_A_ROLL, name_of, worked_out
from tests.properties.authority import an_authority

SMALL = range(1, 5)
ONE_PUPILS_WEEK = 10  # sessions

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


@tried_on(20)
@given(authorities)
def test_no_small_count_of_pupils_can_be_worked_out(authority):
    counts = exact_counts(authority)
    reader = worked_out(suppressed(counts), places=places(counts))
    for name in small_counts(counts):
        assert reader.could_be_another(name, exact(counts)[name]), name


@tried_on(12)
@given(authorities)
def test_nor_how_many_of_a_roll_are_not_lost_or_how_many_lost_children_are_at_no_school(authority):
    """Printed nowhere, and as telling: two of a school who are not lost, one child with a plan at no school seen here."""
    counts = exact_counts(authority)
    reader = worked_out(suppressed(counts), places=places(counts))
    for name, value in remainders_of_lost(counts).items():
        assert value not in SMALL or reader.could_be_another(name, value), name


@tried_on(8)
@given(authorities)
def test_no_rate_of_a_week_tells_whether_it_is_one_pupils(authority):
    counts = exact_counts(authority)
    reader = worked_out(suppressed(counts), possible_sessions(counts))
    for row in counts["school_week"].iter_rows(named=True):
        for kind in KINDS:
            if row[f"{kind}_pupils"] in SMALL:
                least, most = reader.of(("week", row["urn"], row["week_start"], kind))
                assert least <= 1
                assert most >= ONE_PUPILS_WEEK


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
    assert len(given_away(counts, one_by_one(counts))) > 20


def test_the_reader_works_out_counts_hidden_with_a_second_one_in_each_row(counts):
    assert len(given_away(counts, two_in_each_row(counts))) > 5


def test_the_reader_works_out_nothing_of_ours(counts):
    assert given_away(counts, suppressed(counts)) == []


def test_the_reader_works_out_a_full_list_that_is_hidden(counts):
    """Whoever knows the places has it, so hiding it protects nobody, and it can cover for no other count."""
    urn = counts["school"].filter(pl.col("eligible_not_listed") > 0)["urn"].to_list()[0]
    published = suppressed(counts)
    is_it = pl.col("urn") == urn
    hidden = published["school"].with_columns(
        pl.when(~is_it).then(pl.col(column)).alias(column) for column in ("listed", "eligible")
    )
    reader = worked_out({**published, "school": hidden}, places=places(counts))
    assert not reader.could_be_another(("school", urn, "listed"), places(counts)[urn])


def test_a_rate_beside_its_base_would_give_its_count_back(counts):
    groups = counts["group_audit"].filter(pl.col("listed").is_in(list(SMALL)), pl.col("pupils") >= 20)
    rates = (groups["listed"] / groups["pupils"]).round(3)
    assert (rates * groups["pupils"]).round().to_list() == groups["listed"].to_list() != []
    ours = suppressed(counts)["group_audit"].join(groups.select("kind", "group_name"), on=["kind", "group_name"])
    assert ours["listed_rate"].null_count() == ours.height > 0


def test_every_sum_the_tables_obey_is_reckoned_with():
    """Numbers from many authorities are tied together by the sums we declare, and by no other."""
    every = [exact_counts(an_authority(pupils=80 + seed % 20, schools=2, seed=seed)) for seed in range(330)]
    shapes = [tuple(exact(counts)) for counts in every]
    usual = max(set(shapes), key=shapes.count)
    alike = [counts for counts, shape in zip(every, shapes, strict=True) if shape == usual]
    numbers = np.array([list(exact(counts).values()) for counts in alike], dtype=float)
    assert len(alike) > len(usual) + 20  # enough of them to tell a law from a coincidence
    ties = 1 + len(usual) - np.linalg.matrix_rank(np.column_stack([numbers, np.ones(len(alike))]))
    assert ties == declared_ties(alike[0])


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


def exact(counts) -> dict[tuple, int]:
    """Every published count by name, as it is before anything is hidden."""
    return {
        name_of(table, row, column): row[column]
        for table, columns in COUNTS.items()
        for row in counts[table].iter_rows(named=True)
        for column in columns
        if column in row and row[column] is not None
    }


def remainders_of_lost(counts) -> dict[tuple, int]:
    """By name: what is left of each roll, and of each home's count when its schools' are taken away."""
    rolls = {row["urn"]: row["pupils_on_roll"] for row in counts["school"].iter_rows(named=True)}
    rolls[None] = counts["run"]["pupils_on_roll"].item()
    lost, found = counts["lost_children"].filter("judged"), {}
    for row in lost.iter_rows(named=True):
        name = (*name_of("lost_children", row, "pupils"),)
        if row["kind"] in ON_A_ROLL:
            found[*name, "others"] = rolls[row["urn"]] - row["pupils"]
        if row["kind"] in AT_NO_SCHOOL and row["scope"] == "home":
            at_schools = lost.filter(kind=row["kind"], scope="school")["pupils"].sum()
            found[*name, "at no school"] = row["pupils"] - at_schools
    return found


def small_counts(counts) -> list[tuple]:
    """Of pupils: not of places, which is all that a full list tells."""
    told = full_lists(counts)
    return [name for name, value in exact(counts).items() if value in SMALL and name not in told]


def full_lists(counts) -> set[tuple]:
    """Counts of listed pupils that the schools' places alone add up to."""
    outcomes = counts["school"].with_columns(is_told=(pl.col("eligible_not_listed") > 0) | (pl.col("listed") == 0))
    told = {("school", urn, "listed") for urn in outcomes.filter("is_told")["urn"]}
    for phase in outcomes["phase"].unique():
        if outcomes.filter(phase=phase)["is_told"].all():
            told.add(("group_audit", "phase", phase, "listed"))
    if outcomes["is_told"].all():
        told.add(("run", "listed"))
        of_groups = counts["group_audit"].filter(pl.col("listed") > 0)
        alone = of_groups.filter(pl.len().over("kind") == 1)
        told.update(("group_audit", row["kind"], row["group_name"], "listed") for row in alone.iter_rows(named=True))
    return told


def places(counts) -> dict[int, int]:
    """A full list is as long as there are places; where nobody is left off, there are three at the fewest."""
    return {
        row["urn"]: row["listed"] if row["eligible_not_listed"] else max(3, row["listed"])
        for row in counts["school"].iter_rows(named=True)
    }


def possible_sessions(counts) -> dict[tuple, int]:
    weeks = {
        (row["urn"], row["week_start"]): row["possible_sessions"] for row in counts["school_week"].iter_rows(named=True)
    }
    years = {(row["urn"], None): row["possible_sessions_ytd"] for row in counts["school"].iter_rows(named=True)}
    return weeks | years


def given_away(counts, published) -> list[tuple]:
    reader = worked_out(published, places=places(counts))
    return [name for name in small_counts(counts) if not reader.could_be_another(name, exact(counts)[name])]


def one_by_one(counts) -> dict[str, pl.DataFrame]:
    """Every count from 1 to 4 hidden, and no other."""
    ours = with_eligible(counts)
    return {
        table: ours[table].with_columns(
            pl.when(~pl.col(column).is_in(list(SMALL))).then(pl.col(column)).alias(column) for column in columns
        )
        for table, columns in COUNTS.items()
    }


def two_in_each_row(counts) -> dict[str, pl.DataFrame]:
    """The same, and where a row has one hidden, its next smallest too."""
    tables = one_by_one(counts)
    for table, columns in COUNTS.items():
        rows = [_with_a_second(row, columns) for row in tables[table].iter_rows(named=True)]
        tables[table] = pl.DataFrame(rows, schema=tables[table].schema)
    return tables


def _with_a_second(row: dict, columns: list[str]) -> dict:
    hidden = [column for column in columns if row[column] is None]
    shown = [column for column in columns if row[column]]
    if len(hidden) != 1 or not shown:
        return row
    return row | {min(shown, key=row.get): None}


def with_eligible(counts) -> dict[str, pl.DataFrame]:
    eligible = pl.col("listed") + pl.col("eligible_not_listed")
    return {**counts, "school": counts["school"].with_columns(eligible=eligible)}
