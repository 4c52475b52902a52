"""`a2n appraise --table FILE`: anybody's table, as CSV or Parquet."""

import polars as pl
import pytest

from tests.journeys.at_home import a2n

from .made_up import PLANTED, made_up

HEADER = "pupil,period,possible_sessions,absence_sessions,cluster"


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return made_up(PLANTED, 0, schools=8, pupils=100, periods=4).table


def test_csv_and_parquet_of_the_same_table_give_the_same_json(table, tmp_path):
    table.write_csv(tmp_path / "absence.csv")
    table.write_parquet(tmp_path / "absence.parquet")
    by_csv, by_parquet = (
        a2n("appraise", "--table", tmp_path / f"absence.{kind}", "--json") for kind in ("csv", "parquet")
    )
    assert (by_csv.status, by_csv.err) == (0, "")
    assert by_csv.told == by_parquet.told
    assert {"auc", "precision_at_places", "recall_at_places", "interval", "verdict"} <= set(
        by_csv.told["candidates"][0]
    )
    assert {"accepted", "orders_by", "because"} <= set(by_csv.told["verdict"])
    assert by_csv.told["verdict"]["orders_by"] in (by_csv.told["verdict"]["chosen"], "rule")


def test_in_words_it_says_who_orders_and_that_made_up_data_proves_mechanics(table, tmp_path):
    table.write_csv(tmp_path / "absence.csv")
    said = a2n("appraise", "--table", tmp_path / "absence.csv", "--made-up", "--places", "5")
    assert "proves mechanics, not accuracy" in said.out and "Places: 5 in every school." in said.out
    assert "of a hundred places it put right, beside " in said.out


@pytest.mark.parametrize(
    "name, text, said",
    [
        ("a.csv", "pupil,period\namira,1\n", "has no column possible_sessions"),
        ("a.csv", f"{HEADER}\n", "has a header and no rows"),
        ("a.csv", "", "cannot be read as CSV"),
        ("a.csv", f"{HEADER}\namira,1,100,few,ash\n", "Column absence_sessions holds what is no number on 1 row, row 1"),
        ("a.csv", f"{HEADER}\namira,1,100,3,ash\n", "holds one period alone"),
        ("a.csv", f"{HEADER}\namira,1,100,3,\namira,2,100,3,ash\n", "pupil or cluster is empty on 1 row, row 1"),
        ("a.csv", f"{HEADER},x_sex\namira,1,100,3,ash,1\n", "The column x_sex tells sex, which no model may read"),
        ("a.parquet", "no parquet", "cannot be read as PARQUET"),
        ("a.txt", HEADER, "is neither .csv nor .parquet"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_refused_in_one_sentence(name, text, said, tmp_path):
    (tmp_path / name).write_text(text)
    ran = a2n("appraise", "--table", tmp_path / name)
    assert ran.status == 1 and ran.out == ""
    assert ran.err.startswith("Stopped: ") and said in ran.err
    assert ran.err.count("\n") == 1 and "Traceback" not in ran.err and "amira" not in ran.err


def test_two_pupils_and_two_periods_are_too_few_to_try_anything_on_and_that_is_said(tmp_path):
    (tmp_path / "a.csv").write_text(f"{HEADER}\namira,1,100,3,ash\namira,2,100,3,ash\n")
    ran = a2n("appraise", "--table", tmp_path / "a.csv", "--json")
    assert ran.status == 0
    assert ran.told["verdict"]["accepted"] is False
    assert "must be tried on 2 later terms, and there are none" in ran.told["verdict"]["because"]


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path):
    ran = a2n("appraise", "--table", tmp_path / "none.csv")
    assert ran.status == 1 and "There is no file" in ran.err
