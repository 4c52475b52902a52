"""Killed at any moment, the warehouse is as it was before the file; given again, the command ends as if undisturbed."""

import itertools
import random
import shutil
from datetime import date

import duckdb
import polars as pl
import pytest

from pipeline.edges import identity as names
from pipeline.edges.settings import open_home

from .at_home import a2n, deliver, lists, new_home, tables
from .killed import KILLED, a2n_killed, a2n_killed_after
from .test_way_back import answered

DAY = "2025-10-10"
MONDAY = "2025-10-13"

MOMENTS = (
    ("pipeline.edges.warehouse:_make_tables", 1),  # the warehouse is there, and nothing in it
    ("pipeline.edges.intake:record_extracts", 1),  # of a file no feed claims: inside its transaction
    ("pipeline.hops.delivered:linked", 3),
    ("pipeline.edges.identity:remember", 1),  # names are about to be kept
    ("pipeline.edges.intake:keep", 1),  # names are kept; inside the transaction of the pupils
    ("pipeline.edges.intake:part", 2),  # between the gate and the transaction of a later feed
    ("pipeline.edges.intake:record_verdict", 2),  # rows are moved, and not yet on record
    ("pipeline.edges.landing:clear_room", 2),  # just after a transaction
    ("pipeline.edges.folding:replace_weeks", 1),  # marks are kept, weeks not yet folded
    ("pipeline.edges.runs:record", 1),  # all is in but the run's own record
)
"""In the order a take-in comes to them, given that those before it killed it too."""


def stocked(small, folder):
    """A home whose inbox has all a small authority sends, a file to refuse, and a mark that must wait."""
    home = new_home(folder)
    deliver(home, small.files)
    (home.inbox / "strange.csv").write_text("colour,size\nblue,3\n")
    (home.inbox / "stranger.csv").write_text("urn,upn,date,session,code\n999999,A890200018001,2025-09-05,AM,/\n")
    return home


def everything(home) -> dict:
    """Every table of the warehouse, the names, and what is said beside the inbox."""
    said = {path.name: path.read_text() for path in sorted(home.set_aside.iterdir())}
    with names.identity(home) as con:
        people = con.execute("SELECT * FROM identity.people ORDER BY ALL").pl()
    said = pl.DataFrame({"file": said.keys(), "text": said.values()})
    return tables(home) | {"identity.people": people, "set_aside/": said}


def differing(one: dict, other: dict) -> list[str]:
    assert one.keys() == other.keys()
    return [name for name in one if not one[name].equals(other[name])]


@pytest.fixture(scope="module")
def undisturbed(small, tmp_path_factory):
    home = stocked(small, tmp_path_factory.mktemp("undisturbed") / "home")
    assert a2n("take-in", "--home", home.folder, "--known-on", DAY).status == 1
    assert {"staged.attendance_marks", "facts.pupil_weeks", "audit.runs"} <= {n for n, rows in tables(home).items() if rows.height}  # fmt: skip
    return home


@pytest.mark.long
def test_killed_again_and_again_on_its_way_a_take_in_ends_as_if_undisturbed(undisturbed, small, tmp_path):
    home = stocked(small, tmp_path / "home")
    words = ("take-in", "--home", home.folder, "--known-on", DAY)
    for moment, nth in MOMENTS:
        assert a2n_killed(moment, nth, *words) == KILLED, f"it never came to {moment} a {nth}th time"
    assert a2n(*words).status in (0, 1)  # the file to refuse may have been refused, for good, by a run that was killed
    assert differing(everything(home), everything(undisturbed)) == []


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3))])
@pytest.mark.long
def test_killed_at_a_time_of_chance_it_ends_as_if_undisturbed(undisturbed, small, tmp_path, seed):
    home = stocked(small, tmp_path / "home")
    words = ("take-in", "--home", home.folder, "--known-on", DAY)
    chance, longer = random.Random(seed), itertools.count(1)
    while a2n_killed_after(chance.uniform(0.1, 0.5) * next(longer), *words) == KILLED:
        tables(home)  # it opens, whatever happened
    kept, expected = everything(home), everything(undisturbed)
    assert set(differing(kept, expected)) <= {"audit.runs"}  # killed when all was done, it is one run more
    assert expected["audit.runs"].join(kept["audit.runs"], on="run", how="anti").is_empty()


def test_a_killed_run_leaves_no_spill_once_the_next_has_run(small, tmp_path):
    home = stocked(small, tmp_path / "home")
    words = ("take-in", "--home", home.folder, "--known-on", DAY)
    assert a2n_killed("pipeline.edges.intake:keep", 1, *words) == KILLED
    (home.scratch / "duckdb_temp_storage_DEFAULT-0.tmp").write_bytes(b"what a killed run spilled")
    a2n(*words)
    assert list(home.scratch.iterdir()) == []


@pytest.fixture(scope="module")
def flagged(small, tmp_path_factory):
    """A home that has all a small authority sends, and flagged on the last day it knows of."""
    home = new_home(tmp_path_factory.mktemp("flagged") / "home")
    deliver(home, small.files)
    assert a2n("take-in", "--home", home.folder, "--known-on", DAY).status == 0
    assert a2n("flag", "--home", home.folder, "--as-of", DAY).status == 0
    return home


@pytest.mark.parametrize(
    ("moment", "nth"),
    [
        ("pipeline.edges.warehouse:replace_day", 3),
        pytest.param("pipeline.hops.listing:write_parts", 2, marks=pytest.mark.long),
        pytest.param("pipeline.edges.published:settle", 1, marks=pytest.mark.long),
        pytest.param("pipeline.edges.published:_point_current_at", 1, marks=pytest.mark.long),
    ],
    ids=["conclusions half stored", "lists half written", "snapshot half written", "snapshot not yet current"],
)
def test_killed_while_it_flags_the_last_night_still_stands_and_the_next_is_whole(flagged, tmp_path, moment, nth):
    home = open_home(shutil.copytree(flagged.folder, tmp_path / "home", symlinks=True))
    words = ("flag", "--home", home.folder, "--as-of")
    standing = (home.published / "current.duckdb").resolve().read_bytes()
    concluded = tables(home, "derived")
    assert a2n_killed(moment, nth, *words, MONDAY) == KILLED
    assert (home.published / "current.duckdb").resolve().read_bytes() == standing
    if moment.endswith("replace_day"):
        assert differing(tables(home, "derived"), concluded) == []
    assert a2n(*words, MONDAY).status == 0
    with duckdb.connect(home.published / "current.duckdb", read_only=True) as con:
        assert con.execute("SELECT as_of FROM published.run").fetchall() == [(date.fromisoformat(MONDAY),)]
    assert not list(home.published.glob(".unfinished*"))
    assert len(lists(home, date.fromisoformat(MONDAY))) == 2


def test_killed_when_lists_that_came_back_are_read_and_the_run_is_not_yet_on_record_the_next_puts_it_there(
    flagged, tmp_path
):
    """By the settings on record it is known later whether words ever came back."""
    home = open_home(shutil.copytree(flagged.folder, tmp_path / "home", symlinks=True))
    answered(home, date.fromisoformat(DAY))
    words = ("outcomes", "--home", home.folder, "--known-on", MONDAY)
    assert a2n_killed("pipeline.edges.runs:record", 1, *words) == KILLED
    assert tables(home, "feedback")["feedback.returns"].height == 1
    for _ in range(2):
        assert a2n(*words).status == 0
        told = tables(home, "audit")["audit.runs"].filter(kind="outcomes")
        assert told.select("run", "as_of").rows() == [(f"outcomes {MONDAY} 1", date.fromisoformat(MONDAY))]
