"""The night end to end, as its user gives it: init, last year taken in as history, one night, and the same night again."""

import re
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from openpyxl import load_workbook

from pipeline.edges.settings import Home, open_home
from pipeline.tables.published import OUTCOMES
from tests.house.test_words import NEVER_IN_A_SENTENCE

from .at_home import a2n, a2n_process, deliver, lists, new_home, tables, total

CONTRACT = {"run", "as_of", "extracts", "set_aside_by_rule", "schools_without_list", "pupils_by_outcome", "seconds"}
BESIDE_IT = {
    "noted_by_rule", "accepted_after_waiting", "marks_withdrawn", "links_made", "links_undone", "links_waiting", "agency_links", "lists",
    "printables", "findings", "not_asked", "remarks", "stopped_because", "returned", "refused_answers_by_rule",
    "to_put_right", "trail_broken", "removed", "demo",
}  # fmt: skip
OF_A_FILE = {
    "file", "feed", "layout", "rows_read", "rows_accepted", "rows_set_aside", "rows_refused", "refused_because",
}  # fmt: skip
NOT_TO_BE_TOLD = re.compile(r"religio|travell|gypsy|custody|detention|criminal", re.I)
PUBLISHED = {
    "run", "phase", "school", "flow", "plans_in_time", "week", "school_week", "england", "signal", "signal_names", "signal_outcome",
    "specialist", "group_audit", "ever", "lost_children", "alarm", "support_attendance", "model", "model_drift", "feed", "data_quality", "school_check",
    "table_notes", "figure_notes",
}  # fmt: skip


def test_every_command_of_the_day_ends_well_and_says_nothing_on_standard_error(night):
    assert [(ran.status, ran.err) for ran in (night.init, night.history, night.ran)] == [(0, "")] * 3


def test_the_json_has_the_contracts_keys_and_those_told_beside_it_and_no_other(night):
    assert set(night.ran.told) == CONTRACT | BESIDE_IT
    assert {frozenset(one) for one in night.ran.told["extracts"]} == {frozenset(OF_A_FILE)}
    assert night.ran.told["as_of"] == night.made.last_day.isoformat()
    assert night.ran.told["run"] == f"flag {night.made.last_day} 1"


@pytest.mark.parametrize("which", ["history", "ran"])
def test_every_new_file_is_told_of_once_and_its_rows_add_up(night, which):
    folder, delivered = ("last_year", night.made.history) if which == "history" else ("this_year", night.made.files)
    held = {path.read_bytes(): path for path in reversed(delivered)}  # of two alike, the first
    if which == "ran":
        for path in night.made.history:
            held.pop(path.read_bytes(), None)  # schools and empty tables are byte for byte last year's
    lines = {f"{folder}/{path.name}": text.count(b"\n") - 1 for text, path in held.items()}
    lines |= dict.fromkeys((name for name in lines if "_approvisiondetail" in name), 0)  # left unread
    told = getattr(night, which).told
    assert {one["file"]: one["rows_read"] for one in told["extracts"]} == lines
    assert len(told["extracts"]) == len(lines)
    for one in told["extracts"]:
        assert one["rows_read"] == one["rows_accepted"] + one["rows_set_aside"] + one["rows_refused"]
    assert total(told, "rows_accepted") == total(told, "rows_read") > 30_000


def test_every_pupil_on_a_roll_has_one_outcome_and_every_school_a_list(night):
    told = night.ran.told
    assert set(told["pupils_by_outcome"]) <= set(OUTCOMES)
    assert sum(told["pupils_by_outcome"].values()) == tables(night.home, "derived")["derived.triage"].height
    assert told["pupils_by_outcome"]["listed"] > 12
    assert told["schools_without_list"] == {}
    assert set(lists(night.home, night.made.last_day)) == {f"{urn}.xlsx" for urn in night.made.urns}
    assert told["seconds"] and all(took >= 0 for took in told["seconds"].values())


def test_every_pupil_on_a_roll_has_a_row_for_every_signal(night):
    derived = tables(night.home, "derived")
    features, signals = derived["derived.pupil_features"], derived["derived.pupil_signals"]
    assert signals.height == features.height * signals["signal"].n_unique()
    assert features.height == features["pupil_id"].n_unique() == derived["derived.triage"].height


@pytest.mark.filterwarnings("ignore:Sparkline")
def test_no_list_uses_a_word_never_used_of_a_child_or_names_what_must_not_be_told(night):
    for path in night.home.lists_of(night.made.last_day).iterdir():
        book = load_workbook(path, read_only=True)
        cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
        assert len(cells) > 50
        assert [cell for cell in cells if NEVER_IN_A_SENTENCE.search(cell)] == []
        assert [cell for cell in cells if NOT_TO_BE_TOLD.search(cell)] == []


@pytest.fixture
def snapshot(night):
    """`current.duckdb` as any tool opens it: no extension, no key, nothing fetched."""
    plain = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    with duckdb.connect(night.home.published / "current.duckdb", read_only=True, config=plain) as con:
        yield con


def test_the_snapshot_opens_anywhere_and_has_the_contracts_tables(snapshot):
    found = snapshot.execute("SELECT table_schema, table_name FROM information_schema.tables").fetchall()
    assert set(found) == {("published", name) for name in PUBLISHED}
    empty = {name for name in PUBLISHED if not snapshot.execute(f"SELECT count(*) FROM published.{name}").fetchone()[0]}
    assert empty <= {"data_quality"}  # no row broke a rule


def test_what_the_whole_home_is_told_is_not_hidden_for_one_small_schools_sake(snapshot):
    small = "SELECT count(*) FROM published.school WHERE eligible IS NULL"
    home = "SELECT flagged, looked_at, unmet FROM published.flow WHERE scope = 'home'"
    assert snapshot.execute(small).fetchone()[0] > 0
    assert (
        None
        not in snapshot.execute(home).fetchone()
        + snapshot.execute(
            "SELECT pupils_on_roll, eligible, persistent_absence_count, absence_rate_ytd FROM published.run"
        ).fetchone()
    )
    rates = "SELECT count(absence_rate) / count(*) FROM published.week WHERE scope = 'home'"
    assert snapshot.execute(rates).fetchone()[0] > 0.9


def test_the_snapshot_has_no_column_for_a_pupil_and_says_what_each_of_its_columns_is(snapshot):
    columns = snapshot.execute("SELECT column_name, comment FROM duckdb_columns() WHERE NOT internal").fetchall()
    assert not {name for name, _ in columns} & {"pupil_id", "upn", "surname", "forename", "date_of_birth"}
    assert all(comment for _, comment in columns)


def test_the_snapshot_says_it_is_made_up_and_which_day_it_stands_on(night, snapshot):
    assert snapshot.execute("SELECT as_of, demo FROM published.run").fetchall() == [(night.made.last_day, True)]
    assert snapshot.execute("SELECT bool_and(cautions LIKE '%proves mechanics, not accuracy%') FROM published.table_notes").fetchone()[0]  # fmt: skip


def test_whatever_holds_a_name_is_its_owners_alone(night):
    kept = [night.home.warehouse, night.home.identity, *night.home.folder.glob("*.key")]
    kept += night.home.lists_of(night.made.last_day).iterdir()
    assert {oct(path.stat().st_mode & 0o777) for path in kept} == {"0o600"}


def the_same_home(night, to: Path) -> Home:
    """The home after its night with all that is in it, what was taken in too."""
    shutil.copytree(night.home.folder, to / "home", symlinks=True)
    return open_home(to / "home")


def test_the_same_night_again_reads_nothing_and_changes_nothing(night, tmp_path):
    before, listed = tables(night.home), lists(night.home, night.made.last_day)
    home = the_same_home(night, tmp_path)
    again = a2n("nightly", "--home", home.folder, "--as-of", night.made.last_day, "--json")
    after = tables(home)
    assert (again.status, again.told["extracts"]) == (0, [])
    assert again.told["pupils_by_outcome"] == night.ran.told["pupils_by_outcome"]
    assert {name for name in before if not before[name].equals(after[name])} == {"audit.runs"}
    assert lists(home, night.made.last_day) == listed


def test_a_file_delivered_again_under_another_name_is_a_no_op(night, tmp_path):
    again = next(path for path in night.made.files if path.name.startswith("pupils_"))
    (tmp_path / "the same.csv").write_bytes(again.read_bytes())
    home = the_same_home(night, tmp_path)
    deliver(home, [tmp_path / "the same.csv"])
    ran = a2n("take-in", "--home", home.folder, "--known-on", night.made.last_day, "--json")
    assert (ran.status, ran.told["extracts"]) == (0, [])


def test_keys_may_come_from_the_environment_and_then_are_not_written(small, tmp_path):
    keys = {f"A2N_{name}_KEY": f"{name} of the environment ".ljust(40, "x") for name in ("WAREHOUSE", "IDENTITY", "PSEUDONYM", "DASHBOARD")}  # fmt: skip
    assert a2n_process("init", "--home", tmp_path / "home", **keys).status == 0
    assert not list((tmp_path / "home").glob("*.key"))
    assert not list((tmp_path / "home").glob("*.duckdb"))


def test_made_keys_are_long_and_differ_and_init_again_keeps_them(tmp_path):
    assert a2n("init", "--home", tmp_path / "home").status == 0
    keys = [path.read_text() for path in sorted((tmp_path / "home").glob("*.key"))]
    assert len(set(keys)) == 5 and min(map(len, keys)) > 32
    assert a2n("init", "--home", tmp_path / "home").status == 0
    assert [path.read_text() for path in sorted((tmp_path / "home").glob("*.key"))] == keys


def test_files_taken_in_leave_the_inbox_where_settings_ask(small, tmp_path):
    home = new_home(tmp_path / "home")
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("move_taken = false", "move_taken = true"))
    deliver(home, [small.folder / "schools.csv"], "monday")
    (home.inbox / "strange.csv").write_text("a,b\n1,2\n")
    ran = a2n("take-in", "--home", home.folder, "--known-on", date(2025, 9, 5))
    assert ran.status == 1
    assert [path.name for path in home.inbox.rglob("*.csv")] == ["strange.csv"]
    assert (home.folder / "taken" / "monday" / "schools.csv").is_file()


def test_a_line_of_the_homes_own_is_in_force_and_said_on_its_lists(small, tmp_path):
    home = new_home(tmp_path / "home")
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("# many_spells = 5", "many_spells = 3"))
    deliver(home, small.files)
    assert a2n("nightly", "--home", home.folder, "--as-of", small.last_day).status in (0, 1)
    held = tables(home, "derived")
    spells = dict(held["derived.pupil_features"].select("pupil_id", "absence_spells_term").drop_nulls().rows())
    answers = held["derived.pupil_signals"].filter(signal="many_spells")
    raised = dict(answers.select("pupil_id", "raised").rows())
    assert {pupil: raised[pupil] for pupil in spells} == {pupil: begun >= 3 for pupil, begun in spells.items()}
    assert 3 in spells.values() and 2 in spells.values()
    own = "This home's own line: many spells in a term, 3 spells, where the usual is 4."
    written = sorted(home.lists_of(small.last_day).glob("*.xlsx"))
    assert written
    for path in written:
        sheets = load_workbook(path, read_only=True)
        assert own in {str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row}
