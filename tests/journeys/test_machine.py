"""When the machine fails: a full disk, a damaged file, a warehouse of an earlier version, another run at work, a clock set back."""

import subprocess
import sys

import duckdb
import pytest

from pipeline.edges import warehouse as shelf
from pipeline.edges.errors import Refused

from .at_home import Ran, a2n, command, copied, deliver, new_home, tables
from .test_killed import differing, everything

pytestmark = pytest.mark.usefixtures("engine_of_its_own")

DAY = "2025-10-10"


def a2n_on_a_full_disk(room: int, *words: object) -> Ran:
    """Give a command that may let no file grow beyond `room` bytes: to it, the disk is full then."""

    done = subprocess.run(
        [sys.executable, "-c", _NO_MORE_ROOM, str(room), *command(*words)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


_NO_MORE_ROOM = """
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""A process that sets its own bound and becomes the command: to set it between fork and exec, all that a worker has mapped would be copied."""


def stocked(small, folder):
    home = new_home(folder)
    deliver(home, small.files)
    return home


@pytest.fixture(scope="module")
def undisturbed(small, tmp_path_factory):
    home = stocked(small, tmp_path_factory.mktemp("undisturbed") / "home")
    assert a2n("take-in", "--home", home.folder, "--known-on", DAY).status == 0
    return home


def on_record(home) -> dict[str, tuple]:
    held = tables(home, "audit")["audit.extracts"]
    return {row["extract"]: tuple(row[name] for name in COUNTS) for row in held.iter_rows(named=True)}


def told_of(ran: Ran) -> dict[str, tuple]:
    return {one["file"]: tuple(one[name] for name in COUNTS) for one in ran.told["extracts"]}


COUNTS = ("rows_read", "rows_accepted", "rows_set_aside", "rows_refused")


@pytest.mark.parametrize("room", [200_000, pytest.param(450_000, marks=pytest.mark.long)])
def test_a_full_disk_is_said_in_words_and_once_there_is_room_nothing_is_lost_or_doubled(
    undisturbed, small, tmp_path, room
):
    home = stocked(small, tmp_path / "home")
    words = ("take-in", "--home", home.folder, "--known-on", DAY)
    ran = a2n_on_a_full_disk(room, *words, "--json")
    assert ran.status == 1
    assert "Traceback" not in ran.err and "full" in ran.err and ran.err.count("\n") == 1
    assert told_of(ran) == on_record(home) != {}
    assert a2n(*words).status == 0
    assert set(differing(everything(home), everything(undisturbed))) <= {"audit.runs"}


@pytest.mark.long
def test_where_the_lists_cannot_be_written_what_was_taken_in_is_told_of_all_the_same(small, tmp_path):
    home = stocked(small, tmp_path / "home")
    (home.outbox / DAY).write_text("in the way")
    ran = a2n("nightly", "--home", home.folder, "--as-of", DAY, "--json")
    assert ran.status == 1 and DAY in ran.told["stopped_because"]
    assert told_of(ran) == on_record(home) != {}
    (home.outbox / DAY).unlink()
    assert a2n("nightly", "--home", home.folder, "--as-of", DAY).status == 0


def test_where_the_folder_of_what_is_set_aside_is_gone_it_is_made_again(small, tmp_path):
    home = new_home(tmp_path / "home")
    (home.inbox / "stranger.csv").write_text("urn,upn,date,session,code\n999999,A890200018001,2025-09-05,AM,/\n")
    (home.inbox / "strange.csv").write_text("colour,size\nblue,3\n")
    home.set_aside.rmdir()
    ran = a2n("take-in", "--home", home.folder, "--known-on", DAY)
    assert (ran.status, ran.err.count("\n")) == (1, 1)
    assert {path.name for path in home.set_aside.iterdir()} == {"strange.csv.refused.txt", "stranger.csv.set_aside.csv"}


@pytest.mark.parametrize("name", ["warehouse", "identity"])
def test_a_damaged_file_is_said_to_be_damaged_in_one_sentence_without_the_engines_words(undisturbed, tmp_path, name):
    home = copied(undisturbed, tmp_path / "home")
    size = getattr(home, name).stat().st_size
    damage(getattr(home, name), *range(HEADERS, size, size // 40))
    ran = a2n("nightly", "--home", home.folder, "--as-of", DAY)
    assert (ran.status, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert "damaged" in ran.err and "from a backup" in ran.err
    assert not any(word in ran.err for word in ("AES", "Error", "Traceback", "right key"))


HEADERS = 12_288  # bytes that come before the first block


def damage(path, *places: int) -> None:
    data = bytearray(path.read_bytes())
    for at in places:
        data[at : at + 64] = bytes((byte + place + 1) % 256 for place, byte in enumerate(data[at : at + 64]))
    path.write_bytes(data)


@pytest.mark.parametrize("at", [0, 200, 4_200, 8_300])
def test_damage_where_the_file_begins_is_not_told_as_a_wrong_key(undisturbed, tmp_path, at):
    home = copied(undisturbed, tmp_path / "home")
    damage(home.warehouse, at)
    ran = a2n("export", "facts.enrolments", "--home", home.folder, "--to", tmp_path / "x.parquet")
    assert ran.status == 1 and "from a backup" in ran.err and "does not open" not in ran.err


def test_whatever_else_stops_the_engine_is_one_sentence_too(undisturbed):
    told = pytest.raises(Refused, match=r"could not be worked with \(CatalogException\): run this again")
    with told, shelf.warehouse(undisturbed) as con:
        con.execute("SELECT * FROM warehouse.nowhere")


def test_a_warehouse_of_an_earlier_version_gets_the_tables_and_columns_it_lacks(undisturbed, tmp_path):
    home = copied(undisturbed, tmp_path / "home")
    with shelf.warehouse(home) as con:
        con.execute("DROP TABLE warehouse.derived.reconciliation")
        con.execute("ALTER TABLE warehouse.staged.suspensions DROP COLUMN reason3")
    held, expected = tables(home), tables(undisturbed)
    assert held.keys() == expected.keys()
    assert held["staged.suspensions"].drop("reason3").equals(expected["staged.suspensions"].drop("reason3"))
    assert {name for name in held if not held[name].select(sorted(held[name].columns)).equals(expected[name].select(sorted(held[name].columns)))} <= {"staged.suspensions"}  # fmt: skip


def test_a_second_run_is_told_who_holds_the_warehouse_and_touches_nothing(undisturbed, tmp_path):
    home = copied(undisturbed, tmp_path / "home")
    before = home.warehouse.read_bytes()
    holder = subprocess.Popen(
        [*command()[:1], "-c", _HOLD, str(home.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    second = subprocess.run(
        command("take-in", "--home", home.folder, "--known-on", DAY), capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    holder.communicate("")
    assert second.returncode == 1
    assert f"in use by another run (process {holder.pid})" in second.stderr
    assert home.warehouse.read_bytes() == before


_HOLD = """
import sys
from pathlib import Path
from pipeline.edges import warehouse
from pipeline.edges.settings import open_home
with warehouse.warehouse(open_home(Path(sys.argv[1]))):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_clock_set_back_stops_the_run_and_the_next_right_one_takes_everything(small, undisturbed, tmp_path):
    home = copied(undisturbed, tmp_path / "home")
    (home.inbox / "late.csv").write_text("urn,upn,date,session,code\n100001,A890200018001,2025-09-05,AM,/\n")
    before = tables(home)
    ran = a2n("nightly", "--home", home.folder, "--as-of", "2025-10-09")
    assert (ran.status, "2025-10-10 or later" in ran.err) == (1, True)
    assert differing(tables(home), before) == []
    assert a2n("take-in", "--home", home.folder, "--known-on", "2025-10-13").status == 0
    assert tables(home)["audit.extracts"].height == before["audit.extracts"].height + 1


def test_whatever_the_umask_nobody_else_may_read_what_a_run_leaves(undisturbed):
    readable = [path for path in undisturbed.folder.rglob("*.duckdb*") if path.stat().st_mode & 0o077]
    assert readable == []
    with pytest.raises(duckdb.Error):
        duckdb.connect(undisturbed.warehouse, read_only=True)
