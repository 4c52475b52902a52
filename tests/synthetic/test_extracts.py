"""What a made-up authority writes is what schools and councils export, and its parts agree with each other."""

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipeline.synthetic import synthesise
from pipeline.synthetic.extracts import schools_table
from pipeline.synthetic.schools import planned_schools
from pipeline.tables.layouts import layouts_of
from pipeline.vocabulary.attendance_codes import BY_CODE
from pipeline.vocabulary.identifiers import UpnCheck, upn_check
from pipeline.vocabulary.school_year import SchoolYear, term_dates, term_of

SMALL = {"pupils": 260, "schools": 6, "weeks": 6}
POSSIBLE = [code for code, entry in BY_CODE.items() if entry.counts_as.is_possible]
ABSENCE = [code for code, entry in BY_CODE.items() if entry.counts_as.is_absence]


def read(files, starting: str, ending: str = "") -> pl.DataFrame:
    """All of the files named so, as text."""
    named = [path for path in files if path.stem.startswith(starting) and path.stem.endswith(ending)]
    return pl.concat(pl.read_csv(path, infer_schema=False) for path in named)


def marks_of(files) -> pl.DataFrame:
    return read(files, "attendance_marks_").with_columns(pl.col("date").str.to_date())


def collect_date(column: str) -> pl.Expr:
    return pl.col(column).str.slice(0, 11).str.to_date("%Y-%b-%d")


def test_every_file_is_recognised_by_its_headers(made):
    for path in (*made.files, *made.history):
        [layout] = layouts_of(pl.read_csv(path, n_rows=0).columns)
        assert layout and (layout.name in path.stem or path.stem.split("_")[-1] in layout.name), path.name


def test_every_upn_checks_out_and_some_are_temporary(made):
    upns = set(read(made.files, "pupils_")["upn"]) | set(read(made.history, "pupils_")["upn"])
    assert {upn_check(upn) for upn in upns} == {UpnCheck.PERMANENT, UpnCheck.TEMPORARY}


def test_there_are_exactly_as_many_pupils_on_roll_on_the_first_day_as_asked_for(made):
    pupils = read(made.files, "pupils_")
    first_day = marks_of(made.files)["date"].min()
    on_roll = pupils.filter((pl.col("entry_date").str.to_date() <= first_day) & (pl.col("enrol_status") != "S"))
    assert on_roll["upn"].n_unique() == on_roll.height == 900


def test_the_mix_of_schools_is_englands_and_small_authorities_have_each_kind(made):
    schools = pl.read_csv(made.folder / "schools.csv")
    assert schools.height == len(made.urns) == 12
    assert set(schools["TypeOfEstablishment (name)"]) == {
        "Community school", "Academy converter", "Community special school", "Pupil referral unit",
    }  # fmt: skip


@pytest.mark.parametrize("schools, districts", [(1, 1), (7, 1), (8, 2), (12, 3), (40, 4)])
def test_an_authority_has_a_few_districts_with_primary_and_other_schools_in_each(schools, districts):
    told = schools_table(planned_schools(schools * 40, schools, np.random.default_rng(1)))
    by_district = told.group_by("DistrictAdministrative (name)").agg(pl.col("PhaseOfEducation (name)").n_unique())
    assert by_district.height == districts
    assert schools < 8 or by_district["PhaseOfEducation (name)"].min() >= 2


def test_the_same_arguments_give_the_same_bytes_and_another_seed_does_not(tmp_path):
    def fingerprint(folder: Path, seed: int) -> list[tuple[str, str]]:
        made = synthesise(folder, seed=seed, with_faults=True, **SMALL)
        assert made.faults and made.faults.parent == folder.parent
        files = (*made.files, *made.history)
        return [(path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files] + [
            ("faults", made.faults.read_text())
        ]

    first = fingerprint(tmp_path / "a", 4)
    assert fingerprint(tmp_path / "b", 4) == first
    assert fingerprint(tmp_path / "c", 5) != first


def test_more_weeks_change_no_earlier_mark_but_a_reason_not_yet_known(tmp_path):
    short = marks_of(synthesise(tmp_path / "a", seed=4, **SMALL).files)
    longer = marks_of(synthesise(tmp_path / "b", seed=4, **SMALL | {"weeks": 9}).files)
    both = short.join(longer, on=["urn", "upn", "date", "session"], how="left", suffix="_later", maintain_order="left")
    changed = both.filter(pl.col("code") != pl.col("code_later"))
    assert both["code_later"].null_count() == 0
    assert set(changed["code"]) == {"N"}
    assert set(changed["code_later"]) <= {"I", "O"}


@pytest.mark.parametrize(
    ("census", "files", "marks"),
    [
        ("2026_spring", "files", "files"),
        ("2025_autumn", "files", "history"),
        ("2025_summer", "history", "history"),
    ],
)
def test_a_census_counts_the_very_marks_of_the_term_it_carries(made, census, files, marks):
    year, term, parts = {
        "2026_spring": (2025, "autumn", ("termlysessiondetails",)),
        "2025_autumn": (2024, "summer", ("termlysessiondetails", "summerhalfterm2sessiondetails")),
        "2025_summer": (2024, "spring", ("termlysessiondetails",)),
    }[census]
    counted = census_counts(getattr(made, files), census, parts)
    first, last = term_dates(SchoolYear(year), term)
    register = marks_of(getattr(made, marks)).filter(pl.col("date").is_between(first, last))
    by_code = register.group_by("urn", "upn", "code").len("marks")
    joined = counted.join(by_code, on=["urn", "upn", "code"], how="left")
    assert joined.height > 1000
    assert (joined["sessions"] == joined["marks"]).all()
    left_out = by_code.join(counted, on=["urn", "upn"], how="anti")["upn"].unique()
    groups = read(made.files, "pupils_").filter(pl.col("upn").is_in(left_out.to_list()))
    assert set(groups["nc_year"]) <= {"12", "13"}


def census_counts(files, census: str, parts: tuple[str, ...]) -> pl.DataFrame:
    """Sessions by school, UPN and code, on roll and off it, all parts of the term together."""
    headers = read(files, census, "schoolcensus").select("schoolcensustableid", "urn")
    rows = []
    for suffix, table in (("onroll", "pupilonroll"), ("offroll", "pupilnolongeronroll")):
        pupils = read(files, census, f"_{table}").join(headers, on="schoolcensustableid")
        for part in parts:
            details = read(files, census, f"{part}{suffix}")
            rows.append(details.join(pupils, on=f"{table}tableid").select("urn", "upn", "attendancereason", "sessions"))
    counts = pl.concat(rows).with_columns(pl.col("sessions").cast(pl.Int64))
    return counts.group_by("urn", "upn", code="attendancereason").agg(pl.col("sessions").sum())


def test_a_census_states_the_sessions_possible_that_its_codes_come_to(made):
    pupils = read(made.files, "2026_spring", "_pupilonroll")
    details = read(made.files, "2026_spring", "termlysessiondetailsonroll").filter(
        pl.col("attendancereason").is_in(POSSIBLE)
    )
    coded = details.group_by("pupilonrolltableid").agg(pl.col("sessions").cast(pl.Int64).sum())
    joined = pupils.join(coded, on="pupilonrolltableid")
    assert joined.height > 700
    assert (joined["termlysessionspossible"].cast(pl.Int64) == joined["sessions"]).all()


def test_the_schools_own_totals_are_what_their_marks_come_to(made):
    for files in (made.files, made.history):
        marks = marks_of(files).group_by("urn").agg(
            possible=pl.col("code").is_in(POSSIBLE).sum(), absent=pl.col("code").is_in(ABSENCE).sum()
        )  # fmt: skip
        totals = read(files, "register_totals").join(marks, on="urn")
        assert totals.height == 12
        assert (totals["possible_sessions"].cast(pl.Int64) == totals["possible"]).all()
        assert (totals["absence_sessions"].cast(pl.Int64) == totals["absent"]).all()


def test_a_dual_registered_pupil_is_possible_at_one_school_a_half_day(made):
    marks = marks_of(made.files)
    dual = read(made.files, "pupils_").filter(pl.col("enrol_status") == "S")["upn"].to_list()
    theirs = marks.filter(pl.col("upn").is_in(dual))
    twice = theirs.group_by("upn", "date", "session").agg(pl.col("urn").len(), pl.col("code").is_in(POSSIBLE).sum())
    assert dual and (twice["urn"] == 2).any()
    assert (twice["code"] <= 1).all()


def test_nobody_is_marked_before_they_come_or_after_they_leave(made):
    spells = read(made.files, "pupils_").select(
        "urn", "upn", pl.col("entry_date").str.to_date(), pl.col("leaving_date").str.to_date()
    )
    seen = marks_of(made.files).group_by("urn", "upn").agg(first=pl.col("date").min(), last=pl.col("date").max())
    joined = seen.join(spells, on=["urn", "upn"], how="left")
    assert joined["entry_date"].null_count() == 0
    assert (joined["first"] >= joined["entry_date"]).all()
    assert (joined["last"] <= joined["leaving_date"]).drop_nulls().all()


def test_each_suspension_is_as_many_sessions_as_the_register_has_marked_e(made):
    suspensions = read(made.history, "suspensions").group_by("urn", "upn").agg(pl.col("sessions").cast(pl.Int64).sum())
    marked = marks_of(made.history).filter(pl.col("code") == "E").group_by("urn", "upn").len("marks")
    joined = suspensions.join(marked, on=["urn", "upn"], how="full", coalesce=True)
    assert joined.height > 10
    assert (joined["sessions"] == joined["marks"]).all()


def test_a_suspension_reads_the_same_in_the_census_and_in_the_plain_table(made):
    headers = read(made.files, "2026_spring", "schoolcensus").select("schoolcensustableid", "urn")
    pupils = read(made.files, "2026_spring", "_pupilonroll").join(headers, on="schoolcensustableid")
    census = read(made.files, "2026_spring", "termlyexclusionsonroll").join(pupils, on="pupilonrolltableid")
    census = census.select("urn", "upn", "sessions", "reason1", start_date=collect_date("startdate"))
    plain = pl.concat([read(made.files, "suspensions"), read(made.history, "suspensions")])
    plain = plain.with_columns(pl.col("start_date").str.to_date())
    on = ["urn", "upn", "sessions", "reason1", "start_date"]
    assert census.height > 5
    assert census.join(plain, on=on, how="anti").is_empty()


def test_only_censuses_already_taken_are_there(tmp_path):
    made = synthesise(tmp_path, seed=4, **SMALL)
    assert made.last_day == date(2025, 10, 10)
    assert {path.stem[:11] for path in made.files if path.stem.endswith("schoolcensus")} == {"2025_autumn"}
    assert term_of(made.last_day) == "autumn"


def test_with_censuses_only_there_are_no_marks_and_no_plain_pupils(tmp_path):
    made = synthesise(tmp_path, seed=4, censuses_only=True, **SMALL)
    assert {path.stem for path in made.files if path.stem[:4] != "2025"} == {"schools", "support_and_reviews"}
    assert {path.stem for path in made.history if path.stem[:4] != "2025"} == {"schools"}


@pytest.mark.parametrize("schools", (1, 2, 3))
def test_an_authority_may_be_very_small(tmp_path, schools):
    made = synthesise(tmp_path, pupils=schools * 40, schools=schools, seed=1, weeks=4)
    assert marks_of(made.files)["upn"].n_unique() >= schools * 40


def test_too_few_pupils_for_so_many_schools_are_refused(tmp_path):
    with pytest.raises(ValueError, match="ten pupils"):
        synthesise(tmp_path, pupils=50, schools=6, seed=1)


def test_a_folder_with_somebodys_own_files_is_left_alone(tmp_path):
    own = tmp_path / "pupils.csv"
    own.write_text("mine")
    with pytest.raises(FileExistsError):
        synthesise(tmp_path, seed=1, **SMALL)
    assert own.read_text() == "mine"


def test_the_folder_one_stands_in_may_be_named_by_a_dot(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    made = synthesise(Path(), seed=1, with_faults=True, **SMALL)
    assert made.faults == tmp_path / "here-faults.csv" and made.faults.is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "here-faults.csv", "here-links.csv"]
    assert {path.name for path in (tmp_path / "here").glob(".*")} == {".made-up.txt"}


def test_what_was_there_stays_until_all_is_made_and_what_a_killed_process_left_goes(tmp_path):
    made = synthesise(tmp_path, seed=1, **SMALL)
    before = {path: path.read_bytes() for path in made.files}
    left = tmp_path / ".unfinished" / tmp_path.name / "left.csv"
    left.parent.mkdir(parents=True)
    left.write_text("half")

    def stops():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        synthesise(tmp_path, seed=2, tell=stops, **SMALL)
    assert {path: path.read_bytes() for path in tmp_path.glob("*.csv")} == before
    again = synthesise(tmp_path, seed=2, **SMALL)
    assert {path: path.read_bytes() for path in again.files} != before
    assert not list(tmp_path.rglob("left.csv"))


def test_a_folder_in_which_a_killed_process_only_began_may_be_written_to(tmp_path):
    (tmp_path / ".made-up.txt.part").write_text("Every")
    assert synthesise(tmp_path, seed=1, **SMALL).files


def test_a_smaller_authority_leaves_nothing_of_a_larger_one_behind(tmp_path):
    synthesise(tmp_path, seed=1, **SMALL)
    made = synthesise(tmp_path, pupils=100, schools=2, seed=1, weeks=4)
    assert len(list(tmp_path.glob("attendance_marks_*.csv"))) == 2
    assert set(made.files) == set(tmp_path.glob("*.csv"))
