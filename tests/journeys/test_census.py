"""School censuses without registers: the tables as they come from COLLECT, and lists from censuses alone."""

from collections import Counter
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from openpyxl import load_workbook

from expectations import PROMISES
from pipeline.synthetic import synthesise
from pipeline.synthetic.identifiers import upns

from .at_home import Ran, a2n, a2n_process, deliver, deliver_rows, new_home, read_rows, tables, total

SAMPLE = Path(__file__).parents[3] / "shared" / "samples" / "school_census_2025_spring"
RULES = {promise.rule for promises in PROMISES.values() for promise in promises}
SAID = ("--urn", 100001, "--term", "spring", "--year", 2025)

needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample census is not beside this checkout")


def added_up(ran: Ran, files: list[Path]) -> None:
    """No traceback; every row of every file is accepted, set aside or refused, and every rule is one we know."""
    assert "Traceback" not in ran.err
    told = {Path(one["file"]).name: one for one in ran.told["extracts"]}
    assert {name: one["rows_read"] for name, one in told.items()} == {
        path.name: pl.read_csv(path, infer_schema=False).height for path in files
    }
    for one in told.values():
        assert one["rows_read"] == one["rows_accepted"] + one["rows_set_aside"] + one["rows_refused"]
        assert one["feed"] and one["layout"]
    assert set(ran.told["set_aside_by_rule"]) <= RULES


@pytest.fixture(scope="module")
def sample() -> list[Path]:
    return sorted(SAMPLE.glob("*.csv"))


@needs_sample
def test_the_sample_census_is_checked_row_by_row(sample):
    ran = a2n_process("check", *sample, *SAID, "--json")
    added_up(ran, sample)
    assert ran.status == 0
    assert "census_header_missing" not in ran.told["set_aside_by_rule"]
    pupils = sum(one["rows_read"] for one in ran.told["extracts"] if one["feed"] == "pupils")
    assert ran.told["set_aside_by_rule"]["upn_malformed"] == pupils > 0  # none of its UPNs is one


@needs_sample
@pytest.mark.long
def test_the_sample_census_is_taken_in_as_it_was_checked(sample, tmp_path):
    home = new_home(tmp_path / "home")
    deliver(home, sample)
    ran = a2n("take-in", "--home", home.folder, *SAID, "--json")
    added_up(ran, sample)
    set_aside = tables(home, "audit")["audit.set_aside"]
    by_file = Counter(dict(set_aside.group_by("extract").agg(pl.struct("row_number").n_unique()).rows()))
    assert {one["file"]: one["rows_set_aside"] for one in ran.told["extracts"]} == {path.name: by_file[path.name] for path in sample}  # fmt: skip
    checked = a2n("check", *sample, *SAID, "--json").told
    assert checked["set_aside_by_rule"] == ran.told["set_aside_by_rule"]
    assert total(checked, "rows_accepted") == total(ran.told, "rows_accepted")


@pytest.fixture(scope="module")
def with_upns(sample, tmp_path_factory):
    """The sample with UPNs that are UPNs, so that what else is wrong with it shows; and what came of taking it in."""
    home = new_home(tmp_path_factory.mktemp("with-upns") / "home")
    tables = read_rows(sample)
    for number, name in enumerate(sorted(name for name in tables if "upn" in tables[name].columns)):
        children = tables[name].height
        given_out_by = np.full(children, 890), np.full(children, 3000 + 100 * number), np.full(children, 15)
        made = upns(*given_out_by, np.zeros(children, bool))
        tables[name] = tables[name].with_columns(upn=pl.Series(made))
    deliver_rows(home, tables)
    ran = a2n("take-in", "--home", home.folder, *SAID, "--known-on", "2025-02-20", "--json")
    return home, ran, tables


@needs_sample
def test_with_upns_that_are_upns_each_impossible_row_is_set_aside_and_the_others_are_not(with_upns, sample):
    _, ran, tables = with_upns
    added_up(ran, sample)
    rolls = pl.concat([rows for rows in tables.values() if "entrydate" in rows.columns], how="diagonal")
    born, came = (rolls[name].str.slice(0, 11).str.to_date("%Y-%b-%d") for name in ("dob", "entrydate"))
    told = ran.told["set_aside_by_rule"]
    assert told["entry_before_birth"] == (came < born).sum() > 0
    assert told["sen_code_discontinued"] == rolls["senprovision"].is_in(["S", "A", "P"]).sum() > 0
    assert not {"upn_malformed", "upn_missing", "census_header_missing"} & set(told)
    pupils = [one for one in ran.told["extracts"] if one["feed"] == "pupils"]
    assert all(one["rows_accepted"] > one["rows_set_aside"] for one in pupils)


@needs_sample
def test_the_sample_census_is_then_flagged_without_a_fault(with_upns):
    ran = a2n("flag", "--home", with_upns[0].folder, "--as-of", "2025-02-20", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert sum(ran.told["pupils_by_outcome"].values()) > 100


@needs_sample
def test_without_its_header_the_sample_census_waits_for_one(sample, tmp_path):
    home = new_home(tmp_path / "home")
    deliver(home, sample)
    ran = a2n("take-in", "--home", home.folder, "--json")
    added_up(ran, sample)
    assert total(ran.told, "rows_accepted") == 0
    pupils = sum(one["rows_read"] for one in ran.told["extracts"] if one["feed"] == "pupils")
    assert ran.told["set_aside_by_rule"]["census_header_missing"] >= pupils > 0


# Censuses alone -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def censuses(tmp_path_factory):
    """A home that was only ever sent censuses, and what support schools gave; its one night, and the lists' first sheets."""
    folder = tmp_path_factory.mktemp("censuses")
    made = synthesise(folder / "made", pupils=300, schools=6, seed=4, weeks=20, censuses_only=True)
    home = new_home(folder / "home")
    deliver(home, made.history, "last_year")
    assert a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01").status == 0
    deliver(home, made.files, "this_year")
    ran = a2n("nightly", "--home", home.folder, "--as-of", made.last_day, "--json")
    return made, home, ran, tables(home, "derived")


def test_lists_still_come_from_censuses_alone(censuses):
    made, home, ran, _ = censuses
    assert (ran.status, ran.err, ran.told["schools_without_list"]) == (0, "", {})
    assert len(list(home.lists_of(made.last_day).iterdir())) == 6
    assert ran.told["pupils_by_outcome"]["listed"] >= 6


def test_every_sentence_names_the_term_and_the_census(censuses):
    reasons = censuses[3]["derived.pupil_signals"].filter("raised")
    on_rates = reasons.filter(pl.col("signal").is_in(["persistent_absence", "severe_absence"]))["reason"]
    this_year = on_rates.filter(~on_rates.str.contains("2024/25"))
    assert this_year.len() > 10
    assert [sentence for sentence in this_year if "in the autumn term 2025 (school census)" not in sentence] == []
    assert [sentence for sentence in on_rates if "(school census)" not in sentence] == []


def test_signals_that_need_dates_cannot_be_judged(censuses):
    judged = censuses[3]["derived.pupil_signals"].filter(pl.col("raised").is_not_null())["signal"].unique()
    assert not {"rising_lately", "many_spells"} & set(judged)
    assert {"persistent_absence", "severe_absence"} <= set(judged)
    features = censuses[3]["derived.pupil_features"].filter(source="census")
    assert features.height > 200
    assert set(censuses[3]["derived.pupil_features"]["source"]) <= {"census", "none"}
    for name in ("absence_sessions_20d", "absence_spells_ytd", "late_sessions_ytd", "part_time_weeks_ytd"):
        assert features[name].null_count() == features.height, name


def test_the_list_itself_prints_the_term(censuses):
    made, home, _, derived = censuses
    urn = derived["derived.triage"].filter(outcome="listed")["urn"].mode()[0]
    book = load_workbook(home.lists_of(made.last_day) / f"{urn}.xlsx", read_only=True)
    words = " ".join(str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row if cell)
    assert "autumn term 2025 (school census)" in words
