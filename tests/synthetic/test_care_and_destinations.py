"""What a made-up authority delivers of care, leavers, offers, alternative provision and young carers is what is held after."""

import shutil
from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import make_home
from pipeline.hops.taking_in import Day
from pipeline.synthetic import synthesise

COLLECT = "%Y-%b-%d 00:00:00"
NEEDED = ("schools", "schoolcensus", "pupil", "leavers", "post16", "ssda903", "schoolarranged")


class Taken:
    """A home after a take-in of these files and what they hang from, and what was delivered."""

    def __init__(self, folder):
        self.made = synthesise(folder / "made", pupils=600, schools=8, seed=2, weeks=20)
        home = make_home(folder / "home", demo=True)
        self.home = replace(home, settings=replace(home.settings, own_postcode_districts=("XA1",)))
        for path in self.made.files:
            if path.stem.removeprefix("2025_autumn_").removeprefix("2026_spring_").startswith(NEEDED):
                shutil.copy(path, home.inbox)
        self.summary = flow.take_in(self.home, Day(self.made.last_day))

    def delivered(self, name: str) -> pl.DataFrame:
        return pl.read_csv(self.made.folder / f"{name}.csv", infer_schema=False)

    def held(self, sql: str) -> list[tuple]:
        with shelf.warehouse(self.home) as con:
            return con.execute(sql).fetchall()

    def pupils(self, upns: pl.Series) -> pl.Series:
        made = identity.Pseudonyms(self.home.key("pseudonym")).of(upns)
        return upns.replace_strict(dict(made.select("upn", "pupil_id").rows()), return_dtype=pl.String)


@pytest.fixture(scope="module")
def taken(tmp_path_factory) -> Taken:
    return Taken(tmp_path_factory.mktemp("taken"))


def test_every_row_is_accepted(taken):
    assert taken.summary.set_aside_by_rule == {}
    assert not taken.summary.refused_any


def test_each_leaver_is_held_with_day_ground_and_destination(taken):
    sent = taken.delivered("leavers")
    expected = sent.select(
        taken.pupils(sent["upn"]), pl.col("urn").cast(pl.Int64), pl.col("date").str.to_date(),
        pl.col("ground").str.slice(5, 1), "destination",
    )  # fmt: skip
    held = taken.held(
        "SELECT pupil_id, urn, leaving_date, ground, destination FROM warehouse.staged.leavers ORDER BY ALL"
    )
    assert held == sorted(expected.rows())
    assert len(held) > 5 and len({row[4] for row in held}) > 1


def test_leavers_are_those_whom_the_rolls_have_leave_in_the_year(taken):
    by_return = "SELECT pupil_id, urn, leaving_date FROM warehouse.staged.leavers"
    by_roll = f"SELECT pupil_id, urn, leaving_date FROM warehouse.facts.enrolments WHERE leaving_date <= '{taken.made.last_day}'"  # fmt: skip
    before_the_year = f"AND leaving_date >= '{date(taken.made.school_year.starts, 9, 1)}'"
    assert sorted(taken.held(by_return)) == sorted(taken.held(f"{by_roll} {before_the_year}"))


def test_each_offer_is_held_and_of_its_provider_no_name(taken):
    kept = {"Made-up Sixth Form College": "named", "An apprenticeship": "named", "UKPRN 10000002": "10000002"}
    sent = taken.delivered("post16_offers")
    expected = sent.select(
        taken.pupils(sent["upn"]), pl.col("urn").cast(pl.Int64), pl.col("offer_date").str.to_date(),
        pl.col("provider").replace(kept),
    )  # fmt: skip
    assert taken.held("SELECT pupil_id, urn, offer_date, provider FROM warehouse.staged.post16_offers ORDER BY ALL") == sorted(expected.rows())  # fmt: skip
    assert expected.height > 5


def test_each_episode_of_care_is_held_under_its_pupil(taken):
    header, sent = taken.delivered("ssda903_header"), taken.delivered("ssda903_episodes")
    days = pl.col("DECOM", "DEC").str.to_date("%d/%m/%Y")
    pupils = dict(zip(header["CHILD"], taken.pupils(header["UPN"]), strict=True))
    out = ~pl.col("PL_POST").str.starts_with("XA1 ")
    expected = sent.select(pl.col("CHILD").replace_strict(pupils), days, "LS", "PLACE", out.alias("out"))
    held = taken.held("""
        SELECT pupil_id, start_date, end_date, legal_status, placement, placed_out_of_area
        FROM warehouse.staged.care_episodes JOIN warehouse.staged.care_children USING (child_key)""")
    assert sorted(held, key=str) == sorted(expected.rows(), key=str)
    assert {row[5] for row in held} == {True, False}


def test_those_in_care_are_those_the_pupils_table_calls_looked_after(taken):
    still = "SELECT pupil_id FROM warehouse.staged.care_episodes JOIN warehouse.staged.care_children USING (child_key) WHERE end_date IS NULL"  # fmt: skip
    by_roll = "SELECT DISTINCT pupil_id FROM warehouse.staged.pupils WHERE looked_after"
    assert set(taken.held(by_roll)) <= set(taken.held(still))
    assert len(taken.held(by_roll)) >= 3


@pytest.mark.parametrize("census", ["2025_autumn", "2026_spring"])
def test_each_placement_in_alternative_provision_is_held_under_its_pupil(taken, census):
    sent, on_roll = taken.delivered(f"{census}_schoolarrangedapdetailonroll"), taken.delivered(f"{census}_pupilonroll")
    joined = sent.join(on_roll.select("pupilonrolltableid", "upn"), on="pupilonrolltableid")
    expected = joined.select(
        taken.pupils(joined["upn"]), "apsettingtype", "placementreason", pl.col("entrydate").str.to_date(COLLECT),
        pl.col("leavingdate").str.to_date(COLLECT), "apattendancepattern", pl.col("apsessionsperweek").cast(pl.Int64),
        "senprovisionentry", "senprovisionleaving",
    )  # fmt: skip
    held = taken.held(f"""
        SELECT pupil_id, setting_type, reason, entry_date, p.leaving_date, attendance_pattern, sessions_per_week,
            sen_provision_entry, sen_provision_leaving
        FROM warehouse.staged.ap_placements p JOIN warehouse.audit.extracts e USING (extract_id)
        WHERE e.extract LIKE '{census}%onroll.csv'""")
    assert sorted(held, key=str) == sorted(expected.rows(), key=str)
    assert held


def test_each_young_carer_is_held_as_the_spring_census_has_them(taken):
    sent = taken.delivered("2026_spring_pupilonroll")
    held = taken.held("SELECT pupil_id, young_carer FROM warehouse.staged.pupils WHERE young_carer IS NOT NULL")
    assert sorted(held) == sorted(sent.select(taken.pupils(sent["upn"]), "youngcarer").rows())
    assert {code for _, code in held} == {"N", "P", "S"}


def test_what_comes_along_and_nobody_needs_is_left_unread(tmp_path):
    made = synthesise(tmp_path / "made", pupils=300, schools=12, seed=3, weeks=6)
    home = make_home(tmp_path / "home", demo=True)
    shutil.copy(made.folder / "2025_autumn_approvisiondetailonroll.csv", home.inbox)
    [one] = flow.take_in(home, Day(made.last_day)).extracts
    assert (one.feed, one.layout, one.rows_read) == (None, "census_approvisiondetailonroll", 0)
