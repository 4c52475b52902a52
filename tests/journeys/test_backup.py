"""A home is backed up while a run is on, lost, and restored: every table is as it was, and the next night runs.

Killed or refused at any moment, neither command leaves anything half.
"""

import subprocess
import sys
from datetime import date

import pytest

from pipeline.edges import holding
from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused
from pipeline.edges.exporting import export as export_table
from pipeline.edges.identity import identity
from pipeline.edges.settings import open_home

from .at_home import KEY, a2n, deliver, exported, lists, new_home, tables
from .killed import KILLED, a2n_killed
from .test_machine import a2n_on_a_full_disk

pytestmark = pytest.mark.usefixtures("in_little_time")

DAY, NEXT = "2025-10-10", "2025-10-13"


@pytest.fixture(scope="module")
def home(small, tmp_path_factory):
    """A home after a night, with lists out and figures published."""
    home = new_home(tmp_path_factory.mktemp("backed_up") / "home")
    deliver(home, small.files)
    (home.inbox / "strange.csv").write_text("colour,size\nblue,3\n")
    assert a2n("nightly", "--home", home.folder, "--as-of", DAY).status == 1  # for the file that nobody claims
    return home


@pytest.fixture(scope="module")
def backup(home, tmp_path_factory):
    to = tmp_path_factory.mktemp("backups") / "home.a2n"
    ran = a2n("backup", "--home", home.folder, "--to", to)
    assert (ran.status, ran.err) == (0, "") and "keep the home's keys elsewhere" in ran.out
    return to


def with_keys(home, folder):
    """An empty folder but for the keys, put back first."""
    folder.mkdir()
    for name in (*KEY, "backup"):
        (folder / f"{name}.key").write_bytes((home.folder / f"{name}.key").read_bytes())
    return folder


def names(home):
    with identity(home) as con:
        return shelf.read(con, "SELECT * FROM identity.people ORDER BY ALL")


def test_every_table_is_as_it_was_to_the_byte_and_so_are_the_names_and_lists(home, backup, tmp_path):
    ran = a2n("restore", backup, "--home", with_keys(home, tmp_path / "again"))
    assert (ran.status, ran.err) == (0, "") and "put back" not in ran.out
    again = open_home(tmp_path / "again")
    was, now = (every_export(one, tmp_path / "table.parquet") for one in (home, again))
    assert len(was) > 40 and [name for name in was if was[name] != now.get(name)] == []
    assert exported(again, "derived.triage", tmp_path / "by_command.parquet") == was["derived.triage"]
    assert names(again).equals(names(home)) and names(home).height
    assert lists(again, date.fromisoformat(DAY)) == lists(home, date.fromisoformat(DAY)) != {}


def every_export(home, to):
    """Each table of the warehouse as `a2n export` writes it."""
    with shelf.warehouse(home) as con:
        found = con.execute("SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_catalog = 'warehouse'").fetchall()  # fmt: skip
        return {name: (export_table(con, name, to, demo=True), to.read_bytes())[1] for (name,) in found}


def test_a_restored_home_runs_its_next_night_as_the_lost_one_would_have(home, backup, small, tmp_path):
    both = [open_home(restored(home, backup, tmp_path / name)) for name in ("one", "other")]
    (both[0].inbox / "monday.csv").write_text("urn,upn,date,session,code\n999999,A890200018001,2025-10-13,AM,/\n")
    (both[1].inbox / "monday.csv").write_text("urn,upn,date,session,code\n999999,A890200018001,2025-10-13,AM,/\n")
    ran = [a2n("nightly", "--home", one.folder, "--as-of", NEXT, "--json") for one in both]
    assert [one.status for one in ran] == [0, 0] and ran[0].told["lists"] == 2
    one, other = (tables(home) for home in both)
    assert [name for name in one if not one[name].equals(other[name])] == []
    assert one["derived.triage"].filter(as_of=date.fromisoformat(NEXT)).height == tables(home)["derived.triage"].height


def restored(home, backup, folder):
    assert a2n("restore", backup, "--home", with_keys(home, folder)).status == 0
    return folder


# While a run is on


_HOLD = """
import sys
from pathlib import Path
from pipeline.edges import {module} as held
from pipeline.edges.settings import open_home
with held.{what}:
    print("held", flush=True)
    sys.stdin.read()
"""
RUN = ("warehouse", "warehouse(open_home(Path(sys.argv[1])))")
BACKUP = ("holding", "standing_still(open_home(Path(sys.argv[1])), wait=0)")
_ANOTHER_TOOL = """
import fcntl, sys
file = open(sys.argv[1] + "/warehouse.duckdb", "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(home):
    """Another process at work in the home; it ends when told."""
    at_work = []

    def begin(text: str):
        process = subprocess.Popen([sys.executable, "-c", text, str(home.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
        at_work.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield begin
    for process in at_work:
        process.communicate("")


@pytest.mark.parametrize(
    "text", [_HOLD.format(module=RUN[0], what=RUN[1]), _ANOTHER_TOOL], ids=["a run", "another tool"]
)
def test_a_backup_waits_for_what_holds_the_warehouse_and_says_so_where_that_takes_too_long(
    home, holder, tmp_path, monkeypatch, text
):
    to, process, looks = tmp_path / "home.a2n", holder(text), []
    ran = a2n("backup", "--home", home.folder, "--to", to, "--wait", 0)
    assert (ran.status, ran.err.count("\n")) == (1, 1) and "in use by another run" in ran.err
    assert list(tmp_path.iterdir()) == []

    def look(seconds):
        looks.append(seconds)
        process.communicate("")

    monkeypatch.setattr(holding.time, "sleep", look)
    assert a2n("backup", "--home", home.folder, "--to", to).status == 0
    assert to.exists() and len(looks) == 1


def test_a_run_that_begins_while_a_backup_is_made_waits_for_it(home, holder, tmp_path, monkeypatch):
    process, looks, to = holder(_HOLD.format(module=BACKUP[0], what=BACKUP[1])), [], tmp_path / "x.parquet"
    words = ("export", "facts.enrolments", "--home", home.folder, "--to", to)
    with monkeypatch.context() as patched:
        patched.setattr(holding, "LONGEST_COPY", 0)
        ran = a2n(*words)
        assert (ran.status, ran.err.count("\n")) == (1, 1) and "is being backed up" in ran.err

    def look(seconds):
        looks.append(seconds)
        process.communicate("")

    monkeypatch.setattr(holding.time, "sleep", look)
    assert a2n(*words).status == 0 and to.exists() and len(looks) == 1


def test_while_a_backup_is_made_not_even_another_tool_can_open_the_databases(home):
    opened = "import duckdb, sys; duckdb.connect(sys.argv[1])"
    for path in (home.warehouse, home.identity):
        words = [sys.executable, "-c", opened, str(path)]
        with holding.standing_still(home, wait=0):
            assert "lock" in subprocess.run(words, capture_output=True, text=True, check=False).stderr.lower()
        assert "lock" not in subprocess.run(words, capture_output=True, text=True, check=False).stderr.lower()


def test_no_backup_begins_between_a_nights_lists_and_its_printables(home, tmp_path, monkeypatch):
    from pipeline.hops import printing

    real, refused = printing.print_out, []

    def print_out(*words, **named):
        with pytest.raises(Refused) as why, holding.standing_still(home, wait=0):
            pass
        refused.append(str(why.value))
        return real(*words, **named)

    monkeypatch.setattr(printing, "print_out", print_out)
    assert a2n("flag", "--home", home.folder, "--as-of", DAY).status == 0
    assert len(refused) == 1
    with holding.standing_still(home, wait=0) as held:
        assert set(held) == {home.warehouse, home.identity}


# Killed, and without room


@pytest.mark.parametrize(
    "moment, nth, is_there",
    [
        ("pipeline.edges.backing_up:contents", 1, False),
        ("pipeline.edges.backing_up:_write", 1, False),
        ("pipeline.edges.backup_contents:_manifest", 1, False),
        ("pipeline.edges.backing_up:settle", 1, True),
    ],
)
def test_a_backup_killed_is_whole_or_not_there_and_the_home_is_as_it_was(home, tmp_path, moment, nth, is_there):
    to = tmp_path / "home.a2n"
    words = ("backup", "--home", home.folder, "--to", to)
    assert a2n_killed(moment, nth, *words) == KILLED
    assert to.exists() is is_there
    assert a2n(*words).status == 0
    assert [path.name for path in tmp_path.iterdir()] == ["home.a2n"]
    assert restored(home, to, tmp_path / "again").exists()


@pytest.mark.parametrize(
    "moment, nth",
    [
        ("pipeline.edges.restoring:_file", 3),
        ("pipeline.edges.restoring:_held_to_manifest", 1),
        ("pipeline.edges.restoring:settle", 1),
        ("pipeline.edges.restoring:settle", 4),
        pytest.param("pipeline.edges.restoring:_put_in_place", 1, marks=pytest.mark.long),
    ],
)
def test_a_restore_killed_leaves_no_home_and_given_again_it_makes_all_of_it(home, backup, tmp_path, moment, nth):
    folder = with_keys(home, tmp_path / "again")
    assert a2n_killed(moment, nth, "restore", backup, "--home", folder) == KILLED
    with pytest.raises(Refused, match="is not a home"):
        open_home(folder)
    assert a2n("restore", backup, "--home", folder).status == 0
    assert sorted(path.name for path in folder.rglob("*")) == sorted(
        path.name for path in restored(home, backup, tmp_path / "undisturbed").rglob("*")
    )


def test_a_restore_killed_when_the_home_was_whole_leaves_it_whole(home, backup, tmp_path):
    folder = with_keys(home, tmp_path / "again")
    every = sum(1 for _ in home.folder.iterdir())
    last = next(nth for nth in range(every, 0, -1) if a2n_killed("pipeline.edges.restoring:settle", nth, "restore", backup, "--home", with_keys(home, tmp_path / f"try-{nth}")) == KILLED)  # fmt: skip
    assert a2n_killed("pipeline.edges.restoring:settle", last, "restore", backup, "--home", folder) == KILLED
    assert tables(open_home(folder)).keys() == tables(home).keys()
    assert "is not empty" in a2n("restore", backup, "--home", folder).err


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_a_full_disk_is_said_in_words_and_leaves_nothing(home, backup, tmp_path, what):
    folder = with_keys(home, tmp_path / "again")
    words = {"backup": ("--home", home.folder, "--to", tmp_path / "home.a2n"), "restore": (backup, "--home", folder)}
    ran = a2n_on_a_full_disk(200_000, what, *words[what])
    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1) and "has no room" in ran.err
    assert {path.name for path in tmp_path.iterdir()} == {"again"}
    assert {path.suffix for path in folder.iterdir()} == {".key"}
    assert a2n(what, *words[what]).status == 0
