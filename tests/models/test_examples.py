"""From a table of absence to rows with what was known and what came after."""

import polars as pl
import pytest

from models.errors import Unfit
from models.examples import examples_of
from tests.drawn import drawn

SCHEMA = {
    "pupil": pl.String,
    "period": pl.Int64,
    "possible_sessions": pl.Int64,
    "absence_sessions": pl.Int64,
    "cluster": pl.String,
}

TABLE = """
    pupil | period | possible_sessions | absence_sessions | cluster
    ------+--------+-------------------+------------------+--------
    amira | 1      | 100               | 20               | ash
    amira | 2      | 100               | 10               | ash
    amira | 3      | 100               | 9                | elm
    ben   | 1      | 100               | 0                | ash
    ben   | 2      | 39                | 39               | ash
    ben   | 3      | 40                | 4                | ash
"""


def table(text: str = TABLE) -> pl.DataFrame:
    return drawn(text, SCHEMA)


def row(pupil: str, period: int, **how) -> dict:
    found = examples_of(table(), **how).rows.filter(pupil=pupil, period=period)
    assert found.height <= 1
    return found.to_dicts()[0] if found.height else {}


def test_exactly_a_tenth_of_what_comes_next_is_a_tenth():
    assert row("amira", 1)["label"] is True  # 10 of 100 in period 2
    assert row("amira", 2)["label"] is False  # 9 of 100 in period 3


def test_whoever_has_too_few_sessions_after_is_neither_and_before_is_not_looked_at():
    assert row("ben", 1)["label"] is None  # 39 possible in period 2
    assert row("ben", 2) == {}
    assert row("ben", 2, enough=39)["label"] is True  # 4 of 40, and 39 before are then enough


def test_the_last_period_has_nothing_after_it_and_no_row():
    assert examples_of(table()).rows["period"].unique().sort().to_list() == [1, 2]


def test_features_are_of_the_pupils_own_past_and_present():
    second = row("amira", 2)
    assert second["absence_rate_last"] == 0.10
    assert second["absence_rate_before"] == 0.20
    assert second["absence_rate_so_far"] == 0.15
    assert second["absence_rate_rise"] == pytest.approx(-0.10)
    assert (second["absence_rate_worst"], second["tenths_so_far"]) == (0.20, 2.0)
    assert row("amira", 1)["absence_rate_before"] is None


def test_a_period_is_followed_by_the_next_of_the_table_whatever_their_numbers():
    spread = table().with_columns(period=pl.col("period").replace({1: 202309, 2: 202401, 3: 202404}))
    found = examples_of(spread).rows.filter(pupil="amira", period=202309)
    assert found["label"].to_list() == [True]


def test_nothing_is_said_across_a_break():
    assert row("amira", 1, breaks=[2])["label"] is None
    second = row("amira", 2, breaks=[2])
    assert (second["label"], second["absence_rate_before"], second["absence_rate_so_far"]) == (False, None, 0.10)


@pytest.mark.parametrize("kind", [pl.UInt8, pl.Int16, pl.Float32, pl.Decimal(10, 2)])
def test_whatever_kind_of_number_a_file_holds_is_read_as_the_number_it_is(kind):
    numbers = table().with_columns(pl.col("possible_sessions", "absence_sessions").cast(kind))
    assert examples_of(numbers).rows.equals(examples_of(table()).rows)
    assert examples_of(table().with_columns(pl.col("period").cast(pl.Float64))).rows.equals(examples_of(table()).rows)


@pytest.mark.parametrize(
    "change, said",
    [
        (
            pl.col("absence_sessions") + 90,
            r"absence_sessions is more than possible_sessions on 3 rows, the first of them row 1",
        ),
        (pl.lit(-1), r"a number of sessions is under nought or no number on 6 rows"),
        (pl.lit(None, pl.Int64), r"possible_sessions or absence_sessions is empty on 6 rows"),
        (pl.lit("many"), r"Column absence_sessions holds what is no number on 6 rows"),
    ],
)
def test_what_will_not_do_is_said_with_its_row(change, said):
    with pytest.raises(Unfit, match=said):
        examples_of(table().with_columns(absence_sessions=change))


def test_a_pupil_stands_once_in_a_period():
    with pytest.raises(
        Unfit, match="pupil, period and cluster stand on an earlier row already on 6 rows, the first of them row 7"
    ):
        examples_of(pl.concat([table(), table()]))


@pytest.mark.parametrize("name", ["pupil", "period", "possible_sessions", "absence_sessions", "cluster"])
def test_every_column_that_is_needed_is_asked_for(name):
    with pytest.raises(Unfit, match=f"no column {name}"):
        examples_of(table().drop(name))


def test_a_further_column_is_a_feature_and_a_group_is_none():
    told = examples_of(table().with_columns(x_lates=pl.lit(3), g_sex=pl.lit("F")))
    assert "x_lates" in [feature.name for feature in told.features]
    assert told.groups == ("g_sex",)
    assert not [feature.name for feature in told.features if feature.name.startswith("g_")]


def test_a_message_names_no_pupil():
    with pytest.raises(Unfit) as refused:
        examples_of(pl.concat([table(), table()]))
    assert "amira" not in str(refused.value)


def test_whoever_moves_within_a_period_stands_once_in_it_under_the_school_of_most_sessions():
    moved = table().filter(pupil="amira").with_columns(x_lates=pl.lit(1))
    before = moved.with_columns(
        cluster=pl.lit("oak"),
        possible_sessions=pl.lit(30, pl.Int64),
        absence_sessions=pl.lit(3, pl.Int64),
        x_lates=pl.lit(9),
    )
    made = examples_of(pl.concat([before, moved]))
    first = made.rows.filter(period=1).to_dicts()[0]
    assert (first["cluster"], first["possible_sessions"], first["absence_sessions"], first["x_lates"]) == (
        "ash",
        130,
        23,
        1,
    )
    assert made.remarks == (
        "6 rows are of pupils at several schools in a period: put together, under the school of most sessions.",
    )


def test_what_a_reader_must_know_of_the_table_is_remarked():
    gap = pl.concat([table(), table().filter(period=3).with_columns(period=pl.lit(6, pl.Int64))])
    assert examples_of(gap).remarks == (
        "1 of 8 rows have fewer than 40 possible sessions, and are left out.",
        "Periods are missing: 3 by 6 is taken to be followed.",
    )
    assert examples_of(table().filter(pupil="amira")).remarks == ()
    with pytest.raises(Unfit, match="No pupil has 101 possible sessions in a period: say with --enough"):
        examples_of(table(), enough=101)


def test_a_number_too_large_to_reckon_with_is_said():
    with pytest.raises(Unfit, match="x_lates is infinite, or over a million million on 6 rows"):
        examples_of(table().with_columns(x_lates=pl.lit(1e307)))


@pytest.mark.parametrize("differs, is_refused", [("cluster", True), ("pupil", False)])
def test_a_column_alike_for_all_of_a_school_and_not_of_another_tells_which_school(differs, is_refused):
    who = [(f"pupil {one}", period, f"school {one % 3}") for one in range(30) for period in (1, 2)]
    made = pl.DataFrame(who, schema=["pupil", "period", "cluster"], orient="row").with_columns(
        possible_sessions=pl.lit(100),
        absence_sessions=pl.lit(5),
        x_of=pl.col(differs).str.extract(r"(\d+)").cast(pl.Int64),
    )
    if not is_refused:
        assert examples_of(made).rows.height == 30
        return
    with pytest.raises(Unfit, match="The column x_of tells which school"):
        examples_of(made)
