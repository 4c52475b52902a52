"""Homes, twins and other agencies' extracts of the made-up authority."""

import re
from datetime import date

import numpy as np
import polars as pl
import pytest

from pipeline.synthetic import synthesise
from pipeline.synthetic.agencies import ERRORS, STRANGERS, Sent, agency_rows
from pipeline.synthetic.authority import made_up_authority
from pipeline.synthetic.children import Children
from pipeline.vocabulary.school_year import SchoolYear

AS_OF = date(2026, 3, 13)


@pytest.fixture(scope="module")
def children() -> Children:
    return made_up_authority(4_000, 12, seed=3, year=SchoolYear(2025)).children


@pytest.fixture(scope="module")
def here(children) -> np.ndarray:
    return np.flatnonzero(children.here >= 0)


@pytest.fixture(scope="module")
def sent(children, here) -> Sent:
    return agency_rows(children, here, np.random.default_rng(3), rows=1_200, as_of=AS_OF)


def together(children: Children) -> pl.DataFrame:
    return pl.DataFrame({
        "home": children.home, "surname": children.surname, "postcode": children.postcode,
        "birth": pl.Series(children.birth).cast(pl.Date), "group": children.group, "forename": children.forename,
    })  # fmt: skip


def test_who_shares_a_home_shares_surname_and_postcode_and_postcodes_are_of_no_real_area(children):
    homes = together(children).group_by("home").agg(pl.col("surname", "postcode").n_unique(), pl.len())
    assert homes["surname"].max() == homes["postcode"].max() == 1
    assert 0.3 < (homes["len"] > 1).mean() < 0.8 and homes["len"].max() < 8
    assert all(re.fullmatch(r"XA\d+ \d[A-Z]{2}", one) for one in set(children.postcode))


def test_about_one_child_in_sixty_is_a_twin_of_the_same_year_group_and_another_name(children):
    twins = together(children).group_by("home", "birth").agg(pl.col("group", "forename").n_unique(), pl.len()).filter(pl.col("len") > 1)  # fmt: skip
    assert 0.012 < twins["len"].sum() / len(children) < 0.022
    assert twins["group"].max() == 1 and twins["forename"].min() == 2


def test_as_many_rows_are_wrong_and_of_nobody_as_was_meant(sent):
    shares = {error: count / 1_200 for error, count in sent.truth.group_by("error").len().rows()}
    assert {kind: shares[kind] for kind in STRANGERS} == pytest.approx(STRANGERS, abs=0.001)
    of_pupils = 1 - sum(STRANGERS.values())
    assert shares["moved"] == pytest.approx(ERRORS["moved"] * of_pupils, abs=0.03)
    assert set(shares) <= {*ERRORS, *STRANGERS}


def test_what_is_told_to_be_wrong_is_and_the_rest_is_as_held(sent, children):
    rows = sent.rows.hstack(sent.truth)
    for row in rows.filter(pl.col("child").is_not_null()).iter_rows(named=True):
        child = row["child"]
        held = (
            children.surname[child],
            children.forename[child],
            children.birth[child].astype(date),
            children.postcode[child],
        )
        differ = (row["surname"], row["forename"], row["date_of_birth"], row["postcode"]) != held
        assert differ == (row["error"] != "none")


def test_no_child_is_sent_twice_and_none_is_off_the_rolls(sent, here):
    child = sent.truth["child"].drop_nulls()
    assert child.is_unique().all() and set(child) <= set(here.tolist())


def test_the_same_seed_gives_the_same_extract(sent, children, here):
    again = agency_rows(children, here, np.random.default_rng(3), rows=1_200, as_of=AS_OF)
    assert again.rows.equals(sent.rows) and again.truth.equals(sent.truth)


def test_an_authority_writes_an_agencys_extract_only_when_it_is_asked_for(tmp_path):
    plain = synthesise(tmp_path / "plain", pupils=60, schools=2, seed=1, weeks=3)
    asked = synthesise(tmp_path / "asked", pupils=60, schools=2, seed=1, weeks=3, agencies=True)
    assert {path.name for path in asked.files} - {path.name for path in plain.files} == {"other_agencies.csv"}
    headers = (tmp_path / "asked" / "other_agencies.csv").read_text().splitlines()[0]
    assert headers == "surname,forename,date_of_birth,postcode,service,start_date,end_date"
