"""A made-up authority's wider needs and early years profiles: how many, of whom, and that what is delivered is what is held."""

import shutil
from datetime import date

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.known import known_as_of
from pipeline.edges.settings import make_home
from pipeline.hops.taking_in import Day
from pipeline.synthetic import Synthesised
from pipeline.synthetic.needs import beyond_routes, profiles_table, wider_needs_table
from tests.properties.quickly import quickly

from .measured import Measured

LAST_DAY = date(2026, 2, 6)
NEEDED = ("schools", "pupils_", "wider_needs", "early_years_profiles")


@pytest.fixture(scope="module")
def drawn(authorities: list[Measured]) -> list[tuple]:
    """Of three large authorities, the authority and what is drawn of it."""
    return [(one.authority, beyond_routes(one.authority)) for one in authorities]


@pytest.fixture(scope="module")
def added(drawn) -> pl.DataFrame:
    return pl.concat(
        wider_needs_table(school, authority.now, authority.children, beyond.needs, LAST_DAY).with_columns(of=pl.lit(at))
        for at, (authority, beyond) in enumerate(drawn)
        for school in authority.schools
    )


@pytest.fixture(scope="module")
def assessed(drawn) -> pl.DataFrame:
    """Each pupil's profile, with the propensity to be absent and SEN of this year."""
    frames = []
    for authority, beyond in drawn:
        children = authority.children
        of_child = pl.DataFrame({"upn": children.upn.astype(str), "sen": children.sen, "absent": children.propensity})
        for school in authority.schools:
            told = profiles_table(school, authority.now, children, beyond.good_level, LAST_DAY)
            frames.append(told.join(of_child, on="upn"))
    rows = pl.concat(frames)
    return rows.with_columns(is_good=pl.col("good_level").is_in(["yes", "Y", "1", "GLD"]))


def test_some_four_pupils_in_a_hundred_have_a_need_by_february(added):
    assert added.select("of", "upn").n_unique() / 18_000 == pytest.approx(0.04, abs=0.005)
    assert added["need"].str.to_lowercase().n_unique() >= 6


def test_a_need_was_added_on_a_weekday_by_then_and_ended_later_if_at_all(added):
    assert added["added_on"].max() <= LAST_DAY
    assert added["added_on"].dt.weekday().max() <= 5
    ended = added.drop_nulls("ended")
    assert 0.05 < ended.height / added.height < 0.3
    assert (ended["ended"] > ended["added_on"]).all() and ended["ended"].max() <= LAST_DAY


def test_what_is_told_on_one_day_is_told_again_later_but_for_its_end(drawn):
    authority, beyond = drawn[0]
    key = ["upn", "need", "added_by", "added_on"]
    for school in authority.schools:
        then, later = (
            wider_needs_table(school, authority.now, authority.children, beyond.needs, day)
            for day in (date(2025, 11, 7), LAST_DAY)
        )
        assert then.join(later, on=key, how="anti").is_empty()
        both = then.join(later, on=key, suffix="_later").drop_nulls("ended")
        assert (both["ended"] == both["ended_later"]).all()


def test_two_in_three_have_a_good_level_and_fewer_of_those_who_are_more_absent_or_have_sen(assessed):
    assert assessed["is_good"].mean() == pytest.approx(0.66, abs=0.02)
    by_sen = dict(assessed.group_by("sen").agg(pl.col("is_good").mean()).rows())
    assert by_sen[0] > by_sen[1] > by_sen[2]
    without_sen = assessed.filter(sen=0)
    more, less = (
        without_sen.filter(one)["is_good"].mean() for one in (pl.col("absent") > 0.5, pl.col("absent") < -0.5)
    )
    assert less - more > 0.05


def test_each_of_years_one_to_four_was_assessed_in_the_june_of_reception(assessed):
    assert set(assessed["assessed_on"].dt.year()) == {2022, 2023, 2024, 2025} == set(assessed["year"])
    assert set(assessed["assessed_on"].dt.month()) == {6}
    assert 0 < assessed["urn"].null_count() < assessed.height / 3


# As written


@pytest.fixture(scope="module")
def held(made: Synthesised, tmp_path_factory):
    """What is known on the last day, in a home that took in last year's as history and then this year's."""
    home = make_home(tmp_path_factory.mktemp("needs") / "home", demo=True)
    with quickly():
        for files, day in ((made.history, Day(date(2025, 9, 1), history=True)), (made.files, Day(made.last_day))):
            for path in files:
                if path.name.startswith(NEEDED):
                    shutil.copy(path, home.inbox)
            summary = flow.take_in(home, day)
            assert (summary.set_aside_by_rule, summary.noted_by_rule, summary.refused_any) == ({}, {}, False)
            for path in home.inbox.glob("*.csv"):
                path.unlink()
    with shelf.warehouse(home) as con:
        days = {day: known_as_of(con, day) for day in (date(2025, 7, 31), made.last_day)}
    return home, days


def delivered(folder, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv", infer_schema=False)


def pupils(home, upns: pl.Series) -> list[str]:
    told = identity.Pseudonyms(home.key("pseudonym")).of(upns)
    return upns.replace_strict(dict(told.select("upn", "pupil_id").rows()), return_dtype=pl.String).to_list()


def test_each_need_is_known_with_its_day_and_end(made, held):
    home, days = held
    sent = delivered(made.folder, "wider_needs").select("upn", "urn", "added_on", "ended")
    expected = zip(pupils(home, sent["upn"]), *(sent[name] for name in ("urn", "added_on", "ended")), strict=True)
    told = days[made.last_day].wider_needs.filter(pl.col("known_on") == made.last_day)
    known = told.select("pupil_id", pl.col("urn", "added_on", "ended").cast(pl.String)).rows()
    assert sorted(known, key=str) == sorted(expected, key=str)
    assert told.height > 20 and told["added_by"].n_unique() > 4


def test_last_years_needs_were_known_last_year(made, held):
    sent = delivered(made.folder / "history", "wider_needs")
    told = held[1][date(2025, 7, 31)].wider_needs
    assert told.height == sent.height > 10
    assert (told["known_on"] == told["added_on"].dt.offset_by("1d")).all()


def test_each_profile_is_known_and_of_last_year_by_then(made, held):
    home, days = held
    sent = delivered(made.folder, "early_years_profiles")
    is_good = sent["good_level"].is_in(["yes", "Y", "1", "GLD"])
    told = dict(days[made.last_day].early_years.select("pupil_id", "good_level").rows())
    assert {pupil: told[pupil] for pupil in pupils(home, sent["upn"])} == dict(
        zip(pupils(home, sent["upn"]), is_good, strict=True)
    )
    past = days[date(2025, 7, 31)].early_years
    assert past.height == delivered(made.folder / "history", "early_years_profiles").height
    assert set(past["year"]) == {2022, 2023, 2024, 2025}  # and of Year 4, of 2021, none


def test_young_carers_are_those_of_the_spring_census(made):
    sent = delivered(made.folder, "wider_needs")
    carers = set(sent.filter(pl.col("need").str.to_lowercase().str.contains("carer"))["upn"])
    census = delivered(made.folder, "2026_spring_pupilonroll")
    assert carers & set(census["upn"]) == set(census.filter(pl.col("youngcarer") != "N")["upn"])
    assert len(carers) >= 3
