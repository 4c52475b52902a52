"""Nothing that a command prints or leaves names a child, whatever it is given and however it fails: every name here carries a mark.

A few of each kind are tried every time; `python -m tests.soaks.leaks` tries all of them.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.main import get_command

from pipeline import serving
from pipeline.__main__ import app
from pipeline.dashboard.routes import app_of
from pipeline.edges.settings import open_home
from tests.slices import a_few

from .at_home import command
from .leaks import MAY_NAME, NOT_YET, RUNS, found_in, found_in_warehouse, people, staged
from .marked import SURNAME
from .watched import FAULTS, UPN, Laid, watched

COMMANDS = get_command(app).commands


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    return staged(tmp_path_factory.mktemp("leaks"), pupils=60, weeks=3)


def test_every_command_is_given_here():
    assert [NOT_YET.format(name=name) for name in COMMANDS if not RUNS.get(name)] == []
    assert set(RUNS) - set(COMMANDS) == set(), "no command of that name"


def test_a_command_that_is_told_of_a_child_can_be_told_on_standard_input():
    """Among its words a name or number stays in the shell's history, and everybody on the machine can read it while it runs."""
    of_a_child = ("upn", "surname", "forename", "birth", "pupil")
    taken = [
        (name, one)
        for name, told in COMMANDS.items()
        for one in told.params
        if any(word in one.name for word in of_a_child)
    ]
    only_so = {f"{name} {one.name}" for name, one in taken if "standard input" not in (one.help or "")}
    assert only_so == {"demo pupils", "synthesise pupils"}  # how many


# The search finds what there is to find -----------------------------------------------------------------------------------


def test_the_search_finds_names_where_they_are_to_be_in_files_workbooks_and_the_names_own_database(stage):
    morning = stage.homes["morning"]
    found = found_in(morning, stage.marks)
    kinds = {place.split("/")[1] + Path(place).suffix for place in found}
    assert kinds >= {"inbox.csv", "inbox.xlsx", "inbox.xml", "inbox.parquet", "outbox.xlsx"}
    held = people(open_home(morning))
    assert {SURNAME} <= stage.marks.found_in_table(held) and held.height > 50


def test_no_mark_is_anywhere_else_in_a_home_nor_in_its_warehouse_when_it_is_opened_nor_in_what_the_night_said(stage):
    assert found_in(stage.homes["morning"], stage.marks, but_not=MAY_NAME) == {}
    assert len(stage.said) > 500 and stage.marks.found_in_text(stage.said) == set()
    assert found_in_warehouse(open_home(stage.homes["morning"]), stage.marks) == {}


def test_names_are_found_in_text_of_two_bytes_in_an_archive_and_in_what_is_printed(stage, tmp_path):
    (tmp_path / "spill").write_bytes(b"\0\1" + f"{SURNAME}-Adams".encode("utf-16-le"))
    (tmp_path / f"{UPN}.csv").write_text("nothing\n")
    assert set(found_in(tmp_path, stage.marks)) == {f"{tmp_path.name}/spill", f"{tmp_path.name}/{UPN}.csv"}
    assert stage.marks.found_in_text(f"value {UPN} of row 3") == {UPN}


# As it is given -----------------------------------------------------------------------------------------------------------

CASES = [(name, number) for name, given in RUNS.items() for number in range(len(given))]
EVERY_TIME = {
    ("check", 1), ("outcomes", 0), ("flag", 0), ("links", 2), ("export", 1), ("export", 2), ("restore", 1), ("appraise", 1), ("describe", 2),
}  # fmt: skip


@pytest.mark.parametrize(("name", "number"), a_few(CASES, lambda _, case: case in EVERY_TIME, several=True))
def test_a_command_prints_and_leaves_no_name(stage, name, number):
    left = stage.run(name, RUNS[name][number])
    assert left.found(stage.marks) == {}
    assert left.ran.status in left.given.status, left.ran.err
    assert left.left_over() == [] and "Traceback" not in left.ran.err


def test_a_childs_number_in_a_files_name_is_left_out_and_two_such_files_are_told_apart(stage, tmp_path):
    for number, text in ((UPN, "colour,size\nblue,3\n"), ("H801200001001", "colour,size\ngreen,4\n")):
        (tmp_path / f"{number}.csv").write_text(text)
    ran = watched(tmp_path / "ran", "check", *sorted(tmp_path.glob("*.csv")))
    refused = [line for line in ran.err.splitlines() if line.startswith("Refused: (UPN left out, ")]
    assert len(set(refused)) == 2 and ran.status == 1
    assert stage.marks.found_in_text(ran.out + ran.err) == set()


# As it fails --------------------------------------------------------------------------------------------------------------

NIGHTLY, CHECK, TAKE_IN = RUNS["nightly"][0], RUNS["check"][0], RUNS["take-in"][1]
BREAKS = (
    ("check", CHECK, Laid("pipeline.hops.taking_in:take_in_feed", "polars", 2)),
    ("take-in", TAKE_IN, Laid("pipeline.edges.identity:remember", "key")),
    ("take-in", TAKE_IN, Laid("pipeline.edges.gate:_validated", "engine")),
    ("flag", RUNS["flag"][0], Laid("pipeline.hops.looking:looked", "text")),
    ("flag", RUNS["flag"][0], Laid("pipeline.hops.listing:review_lists", "value")),
    ("links", RUNS["links"][0], Laid("pipeline.hops.deciding:decided_links", "polars")),
    # Of what tells of faults itself.
    ("keys", RUNS["keys"][0], Laid("pipeline.edges.faults:threads_without_data", "value")),
    ("keys", RUNS["keys"][0], Laid("pipeline.running:say_if_made_up", "text")),
)


@pytest.mark.parametrize(("name", "given", "laid"), BREAKS, ids=[f"{name} {laid.moment}" for name, _, laid in BREAKS])
def test_a_fault_whose_words_quote_a_child_is_told_by_kind_and_place_alone(stage, name, given, laid):
    left = stage.run(name, given, laid)
    assert left.ran.came and left.ran.status == 1
    assert left.found(stage.marks) == {} and left.left_over() == []
    assert "Traceback" not in left.ran.err
    assert type(FAULTS[laid.does]()).__name__ in left.ran.out + left.ran.err or "Stopped" in left.ran.out + left.ran.err


SIGNALLED = (
    ("check", CHECK, Laid("pipeline.edges.gate:_validated", "SIGKILL")),
    ("take-in", TAKE_IN, Laid("pipeline.edges.identity:remember", "SIGABRT")),
    ("flag", RUNS["flag"][0], Laid("pipeline.hops.listing:review_lists", "SIGTERM")),
    ("flag", RUNS["flag"][0], Laid("pipeline.hops.looking:looked", "SIGINT")),
)


@pytest.mark.parametrize(
    ("name", "given", "laid"), SIGNALLED, ids=[f"{laid.does} {name}" for name, _, laid in SIGNALLED]
)
def test_a_process_ended_by_a_signal_leaves_no_name_in_spill_temporary_files_or_an_image_of_its_memory(
    stage, name, given, laid
):
    left = stage.run(name, given, laid)
    assert left.ran.came and left.ran.status != 0
    assert left.found(stage.marks) == {}
    assert not [one for one in left.left_over() if one.startswith("cwd/")]


@pytest.mark.parametrize("how", [
    pytest.param({"room": 200_000}, marks=pytest.mark.long),
    pytest.param({"environment": {"A2N_IDENTITY_KEY": "none of the keys it was made with"}}, marks=pytest.mark.long),
], ids=["a full disk", "a wrong key"])  # fmt: skip
def test_what_the_machine_or_a_key_will_not_do_is_told_without_a_name(stage, how):
    left = stage.run("take-in", TAKE_IN, **how)
    assert left.ran.status == 1 and left.found(stage.marks) == {}
    assert left.left_over() == [] and "Traceback" not in left.ran.err


# What others see of a process while it runs -------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="what others see of a process is looked for where Linux shows it")
def test_neither_the_words_nor_the_variables_of_a_process_name_a_child_or_hold_a_key(stage, tmp_path):
    """As `ps` shows them to everybody on the machine, of the command and of whatever it starts."""
    home = shutil.copytree(stage.homes["morning"], tmp_path / "home", symlinks=True)
    words = command("links", "--home", home)
    variables = {name: value for name, value in os.environ.items() if not name.startswith("A2N_")} | {
        "TMPDIR": str(tmp_path / "tmp")
    }
    (tmp_path / "tmp").mkdir()
    process = subprocess.Popen(words, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    shown = set()
    while process.poll() is None:
        shown |= {_read(path) for path in _proc(process.pid)} - {b""}
    said = process.stdout.read()
    process.stdout.close()
    assert process.returncode == 0, said
    shown.add(said)
    keys = [path.read_text().strip() for path in home.glob("*.key")]
    assert any(b"--home" in one for one in shown) and keys
    assert [one for one in shown if stage.marks.found_in_text(one.decode(errors="replace"))] == []
    assert [one for one in shown for key in keys if key.encode() in one] == []
    assert [path for path in (tmp_path / "tmp").rglob("*") if path.is_file()] == []


def _proc(pid: int) -> list[Path]:
    """Words and variables of a process and of those it started."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            children = []
        found += [path for child in children for path in _proc(int(child))]
    return [Path(f"/proc/{pid}/cmdline"), Path(f"/proc/{pid}/environ"), *found]


def _read(path: Path) -> bytes:
    """Nothing of a process that has ended."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_the_dashboard_says_nothing_again_of_what_it_is_asked_for_even_where_a_page_breaks(stage, caplog, monkeypatch):
    at = open_home(stage.homes["morning"])
    made = app_of(serving.dashboard_of(at))
    browser = TestClient(made, base_url="http://localhost", client=("127.0.0.1", 50000), raise_server_exceptions=False)
    asked = [f"/schools/{UPN}", f"/{SURNAME}-Adams?pupil={UPN}", f"/download/{UPN}.csv", "/"]
    answers = [browser.get(path).text for path in asked]
    monkeypatch.setattr("pipeline.dashboard.snapshot.duckdb.connect", raised("engine"))
    answers += [browser.get(f"/?pupil={UPN}").text]
    said = [*answers, *(one.getMessage() for one in caplog.records), *(str(one.exc_info) for one in caplog.records)]
    assert [found for one in said if (found := stage.marks.found_in_text(one))] == []
    assert found_in(at.folder / "audit", stage.marks) == {}


def raised(kind: str):
    def breaks(*_, **__):
        raise FAULTS[kind]()

    return breaks
