"""Rows that came before what they hang from wait, and are tried again: marks before the roll, a roll before its school."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from .at_home import a2n, deliver, new_home, tables, total

pytestmark = pytest.mark.usefixtures("in_little_time")


def files(made, *starting: str):
    return [path for path in made.files if path.name.startswith(starting)]


@pytest.fixture(scope="module")
def late_roll(small, tmp_path_factory):
    """Night one has schools and marks, night two the rolls; beside it a home to which all came on night two."""
    folder = tmp_path_factory.mktemp("late")
    home, other = new_home(folder / "home"), new_home(folder / "other")
    first, second = small.last_day - timedelta(days=1), small.last_day
    deliver(home, files(small, "schools", "attendance_marks"))
    one = a2n("nightly", "--home", home.folder, "--as-of", first, "--json")
    between = tables(home, "audit", "facts", "waiting")
    deliver(home, files(small, "pupils"))
    two = a2n("nightly", "--home", home.folder, "--as-of", second, "--json")
    deliver(other, files(small, "schools", "attendance_marks", "pupils"))
    assert a2n("nightly", "--home", other.folder, "--as-of", second, "--json").status == 0
    return {"home": home, "other": other, "one": one, "two": two, "between": between, "second": second}


def test_marks_before_the_roll_are_set_aside_and_wait(late_roll):
    told, marks = late_roll["one"].told, late_roll["between"]["waiting.attendance_marks"].height
    assert late_roll["one"].status == 0
    assert told["set_aside_by_rule"] == {"pupil_on_no_roll": marks}
    assert total(told, "rows_set_aside") == marks > 3000
    assert told["pupils_by_outcome"] == {}
    assert late_roll["between"]["facts.pupil_weeks"].is_empty()


def test_the_night_the_roll_comes_they_are_accepted_and_known_on_that_day(late_roll):
    told, kept = late_roll["two"].told, tables(late_roll["home"])
    waited = late_roll["between"]["waiting.attendance_marks"].height
    assert told["accepted_after_waiting"] == waited
    assert [one["feed"] for one in told["extracts"]] == ["pupils", "pupils"]
    assert total(told, "rows_read") == total(told, "rows_accepted")
    assert kept["waiting.attendance_marks"].is_empty()
    assert kept["audit.set_aside"]["accepted_on"].unique().to_list() == [late_roll["second"]]
    assert kept["staged.attendance_marks"]["known_on"].unique().to_list() == [late_roll["second"]]
    assert kept["staged.attendance_marks"].height == waited


def test_nothing_is_said_to_be_set_aside_any_longer(late_roll):
    assert list(late_roll["home"].set_aside.iterdir()) == []


def test_the_facts_and_conclusions_are_as_if_all_had_come_together(late_roll):
    late, together = (tables(late_roll[name], "facts", "derived") for name in ("home", "other"))
    assert late["facts.pupil_weeks"].equals(together["facts.pupil_weeks"])
    assert late["facts.pupil_weeks"].height > 300
    on = {name: rows.filter(pl.col("as_of") == late_roll["second"]) for name, rows in late.items() if "as_of" in rows.columns}  # fmt: skip
    assert [name for name, rows in on.items() if not rows.equals(together[name])] == []


def test_a_census_whose_return_comes_a_night_later_is_accepted_down_to_its_last_child_row(small, tmp_path):
    home = new_home(tmp_path / "home")
    census = files(small, "2025_autumn")
    returns = [path for path in census if path.name.endswith("schoolcensus.csv")]
    deliver(home, [small.folder / "schools.csv", *(path for path in census if path not in returns)])
    one = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    assert set(one.told["set_aside_by_rule"]) == {"census_header_missing"}
    deliver(home, returns)
    two = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    assert two.told["accepted_after_waiting"] == total(one.told, "rows_set_aside") > 400
    kept = tables(home, "staged", "audit")
    assert kept["audit.set_aside"]["accepted_on"].null_count() == 0
    assert kept["staged.census_sessions"].height > 300


EXAMPLES = Path(__file__).parents[1] / "examples"


def test_a_census_that_names_its_school_by_authority_and_establishment_waits_for_the_schools(tmp_path):
    home = new_home(tmp_path / "home")
    deliver(home, [EXAMPLES / "school_census.xml"])
    one = a2n("take-in", "--home", home.folder, "--known-on", "2025-10-10", "--json")
    assert set(one.told["set_aside_by_rule"]) == {"unknown_school", "census_header_missing"}
    assert total(one.told, "rows_accepted") == 0
    deliver(home, [EXAMPLES / "gias_schools.csv"])
    two = a2n("take-in", "--home", home.folder, "--known-on", "2025-10-11", "--json")
    assert two.told["accepted_after_waiting"] == total(one.told, "rows_set_aside") > 15
    kept = tables(home, "staged", "audit")
    assert kept["audit.set_aside"]["accepted_on"].null_count() == 0
    assert kept["staged.census_headers"].select("urn", "laestab").rows() == [(100001, 2094001)]


def test_a_row_that_never_finds_its_roll_goes_on_waiting_and_is_counted_once(small, tmp_path):
    home = new_home(tmp_path / "home")
    deliver(home, files(small, "schools", "pupils_100001"))
    upn = pl.read_csv(small.folder / "pupils_100002.csv", infer_schema=False)["upn"][0]
    (home.inbox / "stranger.csv").write_text(f"urn,upn,date,session,code\n100001,{upn},2025-09-05,AM,/\n")
    told = [a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json").told for _ in range(3)]
    assert [total(one, "rows_set_aside") for one in told] == [1, 0, 0]
    assert [one["set_aside_by_rule"] for one in told] == [{"pupil_on_no_roll": 1}, {}, {}]
    assert tables(home, "audit")["audit.set_aside"].select("rule", "accepted_on").rows() == [("pupil_on_no_roll", None)]
