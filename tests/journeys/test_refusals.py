"""What cannot be done is refused in words, on standard error, with the status that says so; the rest goes on."""

import io
import json
import os
import sys
from unittest import mock

import pytest

from pipeline import running
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import open_home

from .at_home import a2n, a2n_process, copied, deliver, deliver_rows, new_home, read_rows, tables

STRANGE = "colour,size\nblue,3\ngreen,4\n"
RAGGED = "urn,upn,date,session,code\n100001,A890200018001,2025-09-05,AM,/\n100001,A890200018001,2025-09-05,PM,/,extra\n"
LACKING = "urn,upn,date,session\n100001,A890200018001,2025-09-05,AM\n"


@pytest.fixture(scope="module")
def refusing(small, tmp_path_factory):
    """A home whose first night's inbox has three files that cannot be read, among others."""
    home = new_home(tmp_path_factory.mktemp("refusing") / "home")
    deliver(home, small.files)
    (home.inbox / "nested").mkdir()
    for name, text in {"strange.csv": STRANGE, "nested/ragged.csv": RAGGED, "lacking.csv": LACKING}.items():
        (home.inbox / name).write_text(text)
    return home, a2n_process("nightly", "--home", home.folder, "--as-of", small.last_day, "--json")


def by_file(ran) -> dict[str, dict]:
    return {one["file"]: one for one in ran.told["extracts"]}


def test_files_that_cannot_be_read_are_refused_whole_with_their_rows_counted(refusing):
    files = by_file(refusing[1])
    counts = {name: (files[name]["rows_read"], files[name]["rows_refused"], files[name]["feed"]) for name in ("strange.csv", "lacking.csv")}  # fmt: skip
    assert counts == {"strange.csv": (2, 2, None), "lacking.csv": (1, 1, None)}
    ragged = files["nested/ragged.csv"]
    assert ragged["rows_read"] == ragged["rows_refused"]
    assert "row 3" in ragged["refused_because"]
    assert "code" in files["lacking.csv"]["refused_because"]


def test_the_others_go_on_and_the_exit_status_and_json_say_both(refusing, small):
    home, ran = refusing
    assert ran.status == 1
    assert "Traceback" not in ran.err and len(ran.err.splitlines()) == 3
    accepted = [one for one in ran.told["extracts"] if not one["refused_because"]]
    assert len(accepted) == len(small.files)
    assert sum(one["rows_accepted"] for one in accepted) == sum(one["rows_read"] for one in accepted) > 3000
    assert len(list(home.lists_of(small.last_day).iterdir())) == 2


def test_a_refused_file_stays_in_the_inbox_with_the_reason_by_its_name_in_set_aside(refusing):
    home, ran = refusing
    for name, told in by_file(ran).items():
        beside = home.set_aside / f"{name.replace('/', '__')}.refused.txt"
        assert beside.exists() == bool(told["refused_because"])
        if told["refused_because"]:
            assert told["refused_because"] in beside.read_text()
            assert (home.inbox / name).exists()


def test_a_refused_file_is_not_read_again_until_it_changes(refusing, small, tmp_path):
    home = refusing[0]
    again = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    assert (again.status, again.told["extracts"]) == (0, [])
    (home.inbox / "strange.csv").write_text(STRANGE + "red,5\n")
    changed = a2n("take-in", "--home", home.folder, "--known-on", small.last_day, "--json")
    assert (changed.status, [one["rows_refused"] for one in changed.told["extracts"]]) == (1, [3])


def test_a_refused_file_that_is_mended_is_taken_in_and_its_refusal_is_gone(small, tmp_path):
    home = new_home(tmp_path / "home")
    schools = (small.folder / "schools.csv").read_text()
    (home.inbox / "schools.csv").write_text(schools + "1,2" + ",3" * 40 + "\n")
    assert a2n("take-in", "--home", home.folder, "--known-on", "2025-09-05").status == 1
    (home.inbox / "schools.csv").write_text(schools)
    mended = a2n("take-in", "--home", home.folder, "--known-on", "2025-09-05", "--json")
    assert (mended.status, mended.told["extracts"][0]["rows_accepted"]) == (0, 2)
    assert list(home.set_aside.iterdir()) == []


# The day ------------------------------------------------------------------------------------------------------------------


def test_nothing_may_be_known_before_what_is_known_already(night, tmp_path):
    home = copied(night.home, tmp_path / "home")
    (home.inbox / "strange.csv").write_text(STRANGE)
    early = a2n("take-in", "--home", home.folder, "--known-on", "2025-10-01", "--json")
    assert early.status == 1
    assert f"{night.made.last_day:%d/%m/%Y}" in early.err and "01/10/2025" in early.err and "--history" in early.err
    assert early.told["extracts"] == [] and early.told["stopped_because"]
    assert "strange.csv" not in set(tables(home, "audit")["audit.extracts"]["extract"])


def test_history_may_be_known_before(night, tmp_path):
    home = copied(night.home, tmp_path / "home")
    deliver_rows(home, {"more.csv": read_rows([night.made.folder / "suspensions.csv"])["suspensions.csv"].reverse()})
    assert a2n("take-in", "--home", home.folder, "--known-on", "2025-10-01", "--history").status == 0


# The home -----------------------------------------------------------------------------------------------------------------


def stopped(*words) -> str:
    """What the command says, which must be words and status 1."""
    ran = a2n(*words)
    assert ran.status == 1
    assert ran.err.startswith("Stopped: ") and "Traceback" not in ran.err
    return ran.err


@pytest.mark.parametrize("name", ["warehouse", "identity"])
def test_a_wrong_key_is_refused_by_its_name_and_never_printed(night, small, tmp_path, name):
    home = copied(night.home, tmp_path / "home")
    (home.folder / f"{name}.key").write_text("a key of someone else's, and a very long one")
    said = stopped("nightly", "--home", home.folder, "--as-of", night.made.last_day)
    assert f"{name}.key" in said and "someone else" not in said


def test_a_missing_key_and_a_short_one_are_refused(night, tmp_path):
    home = copied(night.home, tmp_path / "home")
    (home.folder / "warehouse.key").write_text("short")
    assert "32" in stopped("flag", "--home", home.folder, "--as-of", night.made.last_day)
    (home.folder / "warehouse.key").unlink()
    assert "A2N_WAREHOUSE_KEY" in stopped("flag", "--home", home.folder, "--as-of", night.made.last_day)


def test_a_folder_that_is_no_home_is_refused(tmp_path):
    assert "a2n init" in stopped("nightly", "--home", tmp_path / "nowhere", "--as-of", "2025-11-21")
    assert not (tmp_path / "nowhere").exists()


def test_settings_that_cannot_be_read_are_refused_by_section_and_name(tmp_path):
    home = new_home(tmp_path / "home")
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("places = 10", 'places = "ten"'))
    assert "[lists] places" in stopped("flag", "--home", home.folder, "--as-of", "2025-11-21")
    settings.write_text("not toml at all [")
    assert "settings.toml" in stopped("flag", "--home", home.folder, "--as-of", "2025-11-21")


def test_a_warehouse_that_another_run_holds_is_refused_in_words(night, tmp_path):
    home = copied(night.home, tmp_path / "home")
    with shelf.warehouse(home):
        ran = a2n_process("flag", "--home", home.folder, "--as-of", night.made.last_day, "--json")
    assert ran.status == 1
    assert "in use by another run" in ran.err and "Traceback" not in ran.err
    assert "in use by another run" in json.loads(ran.out)["stopped_because"]


def test_a_warehouse_that_is_no_database_is_refused_in_words(night, tmp_path):
    home = copied(night.home, tmp_path / "home")
    home.warehouse.write_bytes(b"no database" * 2000)
    assert "warehouse.duckdb" in stopped("flag", "--home", home.folder, "--as-of", night.made.last_day)


# The command --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["nightly", "--home", "HOME"],
        ["nightly", "--as-of", "2025-11-21"],
        ["nightly", "--home", "HOME", "--as-of", "21/11/2025"],
        ["nightly", "--home", "HOME", "--as-of", "2025-02-30"],
        ["take-in", "--home", "HOME", "--known-on", "yesterday"],
        ["take-in", "--home", "HOME", "--urn", "100001"],
        ["take-in", "--home", "HOME", "--urn", "100001", "--term", "michaelmas", "--year", "2025"],
        ["describe", "everything"],
        ["check"],
        ["check", "no-such-file.csv"],
        ["synthesise", "--to", "HOME", "--pupils", "3"],
        ["export", "derived.triage", "--home", "HOME"],
        ["no-such-command"],
        ["nightly", "--home", "HOME", "--as-of", "2025-11-21", "--no-such-option"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_status_2_with_words_on_standard_error(words, tmp_path):
    home = new_home(tmp_path / "home")
    ran = a2n(*(str(home.folder) if word == "HOME" else word for word in words))
    assert (ran.status, ran.out) == (2, "")
    assert "Usage" in ran.err and "Traceback" not in ran.err
    assert not home.warehouse.exists()


def test_a_table_that_is_not_there_is_not_exported(night, tmp_path):
    for name in ("derived.nothing", "triage", 'derived.triage"; DROP TABLE x', "identity.people"):
        assert "a2n describe tables" in stopped(
            "export", name, "--home", night.home.folder, "--to", tmp_path / "t.parquet"
        )
    assert not (tmp_path / "t.parquet").exists()


def test_a_look_before_anything_is_known_ends_well_with_nobody_on_a_list(tmp_path):
    home = new_home(tmp_path / "home")
    ran = a2n("nightly", "--home", home.folder, "--as-of", "2025-11-21", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert (ran.told["extracts"], ran.told["pupils_by_outcome"]) == ([], {})
    assert not list(open_home(home.folder).outbox.rglob("*.xlsx"))


def unread() -> io.TextIOWrapper:
    """Standard output whose reader has gone."""
    reads, writes = os.pipe()
    os.close(reads)
    return os.fdopen(writes, "w")


def test_a_reader_who_leaves_early_is_told_of_no_fault(tmp_path, monkeypatch, capfd):
    home = new_home(tmp_path / "home")
    for words, is_done in ((["retain", "--home", str(home.folder)], True), (["describe", "signals"], False)):
        out = unread()
        monkeypatch.setattr(sys, "stdout", out)
        out.write("the last of what was said, on its way")
        running.end(words, is_done=is_done)
        out.close()  # as the interpreter does when it ends: what is left is heard by nobody
    monkeypatch.undo()
    assert "Traceback" not in capfd.readouterr().err


def test_a_fault_of_another_kind_in_the_last_words_is_not_passed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "say_if_made_up", mock.Mock(side_effect=OSError))
    with pytest.raises(OSError):
        running.end([], is_done=True)
