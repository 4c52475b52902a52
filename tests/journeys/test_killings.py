"""Every command that writes has its place among those that are killed, and a few of them are, every time; `python -m tests.soaks.kills` kills
two hundred times."""

import functools
import shutil
from dataclasses import replace

import polars as pl
import pytest

from tests.soaks import kills

from .killing import (
    COMMANDS,
    NOT_YET,
    WRITES,
    WRITES_NOTHING,
    Way,
    differing,
    half_written,
    killed_and_given_again,
    left_in_temporary_folders,
    stocked,
    undisturbed,
)
from .marked import SURNAME
from .watched import Laid

SLICE = (
    pytest.param("links", 1, marks=pytest.mark.long),
    ("retain", 1),
    pytest.param("flag", 2, marks=pytest.mark.long),  # test_killed.py kills nights
    pytest.param("forget", 2, marks=pytest.mark.long),
)
"""A command, and how often it is killed."""


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    return stocked(tmp_path_factory.mktemp("killings"), of=(), pupils=60, weeks=3)


@pytest.fixture(scope="module")
def alone(stock):
    """The commands as nobody kills them, each lived once."""
    return functools.cache(lambda name: undisturbed(stock, name, 0))


@pytest.fixture(scope="module")
def exports(alone):
    return alone("export")


def test_every_command_is_killed_or_it_is_said_why_not():
    assert [NOT_YET.format(name=name) for name in COMMANDS if name not in WRITES and name not in WRITES_NOTHING] == []
    assert set(WRITES) & set(WRITES_NOTHING) == set()
    assert (set(WRITES) | set(WRITES_NOTHING)) - set(COMMANDS) == set(), "no command of that name"


@pytest.mark.parametrize(("name", "times"), SLICE)
def test_killed_and_given_again_a_command_ends_as_if_undisturbed(stock, alone, name, times):
    for seed in range(1, times + 1):
        _, found = kills.killed_once(stock, alone(name), seed)
        assert found, "no moment of it ever struck"
        assert found[1] == [], kills.of_fault(name, seed, found[0], "")


HALF_DONE = (
    ("init", "Path.write_bytes", 1),  # half of the settings is written
    ("init", "os.fsync", 2),  # a key is written, and not in place
    ("init", "os.link", 4),
    ("export", "Path.replace", 1),
    pytest.param("print", "os.fsync", 2, marks=pytest.mark.long),  # pages with names are written, and not in place
)


@pytest.mark.parametrize(("name", "change", "nth"), HALF_DONE)
def test_a_file_half_written_is_nowhere_where_it_would_be_kept_or_read(stock, alone, name, change, nth):
    trial = killed_and_given_again(stock, alone(name), Laid(change, "SIGKILL", nth))
    assert (trial.struck, trial.faults) == (True, [])


def test_a_moment_can_be_had_again_from_its_command_and_seed(exports):
    drawn = [list(kills.moments(replace(exports, seconds=1.0), seed)) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert {kills._kind(moment) for seed in range(9) for moment in kills.moments(exports, seed)} == set(kills.KINDS)


def test_a_process_that_ended_before_is_no_kill(stock, exports):
    trial = killed_and_given_again(stock, exports, Laid("pipeline.edges.warehouse:export", "SIGKILL", 99))
    assert (trial.struck, trial.faults) == (False, [])


# What would be seen -------------------------------------------------------------------------------------------------------


@pytest.fixture
def at(stock, exports):
    """A home and a folder as an export leaves them."""
    at = stock.place(exports.way)
    (at / "killed" / "tmp").mkdir(parents=True)
    yield at
    shutil.rmtree(at)


def test_a_file_that_does_not_open_or_is_half_written_where_a_reader_looks_would_be_seen(stock, exports, at):
    assert list(half_written(stock, at, exports)) == []
    book = sorted((at / "home" / "outbox").rglob("*.xlsx"))[0]
    book.write_bytes(book.read_bytes()[:-100])
    (at / "to" / "weeks.parquet").write_bytes(b"PAR1")
    (at / "to" / "weeks.parquet.part").touch()
    (at / "home" / "settings.toml").write_text("demo = tr")
    seen = " ".join(half_written(stock, at, exports))
    for place in (book.name, "to/weeks.parquet does not open", "weeks.parquet.part is half", "home does not open"):
        assert place in seen


def test_a_snapshot_of_neither_night_and_a_broken_trail_would_be_seen(stock, exports, at):
    import duckdb

    with duckdb.connect(str((at / "home" / "published" / "current.duckdb").resolve())) as con:
        con.execute("DELETE FROM published.run")
    trail = next((at / "home" / "audit").glob("trail-*.jsonl"))
    trail.write_bytes(trail.read_bytes().replace(b'"line": 2,', b'"line": 7,'))
    seen = " ".join(half_written(stock, at, exports))
    assert "neither the one before nor the new one" in seen and "does not hold" in seen


def test_a_name_or_key_among_temporary_files_would_be_seen(stock, at):
    way = WRITES["export"][0]
    (at / "killed" / "tmp" / "spill").write_text(f"{SURNAME}-Adams")
    (at / "killed" / "tmp" / "kept").write_bytes((at / "home" / "identity.key").read_bytes())
    seen = " ".join(left_in_temporary_folders(stock, at, way))
    assert "a name or UPN" in seen and "a key in tmp/kept" in seen
    allowed = list(left_in_temporary_folders(stock, at, Way("", may_leave="why")))
    assert allowed == ["a key in tmp/kept"]


def test_what_is_not_as_it_was_to_be_would_be_seen_and_a_run_more_is_no_fault(stock, exports, at):
    assert "file to/weeks.parquet is not as it was to be" in list(differing(stock, at, exports))
    table = next(name for name in exports.ends[0] if name.endswith("table audit.runs"))
    rows = exports.ends[0][table]
    fewer = replace(exports, ends=tuple(end | {table: rows[1:]} for end in exports.ends))
    more = replace(exports, ends=tuple(end | {table: pl.concat([rows, rows[:1]])} for end in exports.ends))
    assert f"{table} is not as it was to be" not in list(differing(stock, at, exports))
    assert f"{table} is not as it was to be" in list(differing(stock, at, fewer))
    by_design = replace(fewer, way=replace(fewer.way, grows=("table audit.runs",)))
    assert f"{table} is not as it was to be" not in list(differing(stock, at, by_design))
    assert f"{table} is not as it was to be" in list(differing(stock, at, replace(more, way=by_design.way)))
