"""The snapshot on disk: plain, described, swapped in whole."""

import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipeline.edges import published
from pipeline.edges.errors import Refused
from pipeline.edges.published import newest_as_of, publish
from pipeline.steps.disclosure import suppressed
from pipeline.tables.published import PUBLISHED
from tests.properties.nights import nights
from tests.slices import a_few

DAY, LATER = date(2025, 10, 3), date(2025, 10, 10)
RUN, LATER_RUN = f"flag {DAY} 1", f"flag {LATER} 1"

EMPTY = {table.name.removeprefix("published."): table.empty for table in PUBLISHED}


@pytest.fixture(scope="module")
def tables():
    return EMPTY | suppressed(next(nights(120, 3, 3, how_many=1)))


def of(tables: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """The same figures, of another day."""
    return {
        **tables,
        "run": tables["run"].with_columns(run=pl.lit(f"flag {day} 1"), as_of=pl.lit(day), finished=pl.lit(day)),
    }


def read(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(path.resolve(), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_current_is_a_relative_link_to_the_snapshot_of_the_run(tables, tmp_path):
    snapshot = publish(tables, tmp_path, run=RUN, current=True)
    assert snapshot == tmp_path / "snapshot-flag-2025-10-03-1.duckdb"
    assert (tmp_path / "current.duckdb").readlink() == Path(snapshot.name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current.duckdb", snapshot.name]


def test_what_was_given_is_what_is_read(tables, tmp_path):
    publish(tables, tmp_path, run=RUN, current=True)
    with duckdb.connect((tmp_path / "current.duckdb").resolve(), read_only=True) as con:
        for table in PUBLISHED:
            kept = con.sql(f"SELECT * FROM {table.name}").pl()
            assert table.conform(kept).equals(tables[table.name.removeprefix("published.")])


def test_the_file_is_plain_and_of_a_version_other_tools_read(tables, tmp_path):
    snapshot = publish(tables, tmp_path, run=RUN, current=True)
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{snapshot}' AS told (READ_ONLY)")
        encrypted, tags = con.execute(
            "SELECT encrypted, tags FROM duckdb_databases() WHERE database_name = 'told'"
        ).fetchone()
    assert not encrypted
    assert tags["storage_version"] == "v1.4.0+"


def test_every_table_and_column_says_what_it_is(tables, tmp_path):
    snapshot = publish(tables, tmp_path, run=RUN, current=True)
    grains = dict(read(snapshot, "SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()"))
    assert grains == {table.name: table.grain for table in PUBLISHED}
    assert read(
        snapshot, "SELECT count(*) FROM duckdb_columns() WHERE schema_name = 'published' AND comment IS NULL"
    ) == [(0,)]
    [(said,)] = read(
        snapshot,
        "SELECT comment FROM duckdb_columns() WHERE schema_name = 'published' AND table_name = 'school_week' AND column_name = 'illness_rate'",
    )
    assert said == "Missed through illness (I), over possible. (0 to 1)"


def test_no_name_of_a_column_needs_quoting(tables, tmp_path):
    """A reader with any tool should be able to type it."""
    snapshot = publish(tables, tmp_path, run=RUN, current=True)
    reserved = {
        word
        for (word,) in read(snapshot, "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'")
    }
    assert not reserved & {column for table in PUBLISHED for column in table.names}


def test_no_pupil_is_in_the_file(tables, tmp_path):
    snapshot = publish(tables, tmp_path, run=RUN, current=True)
    assert read(
        snapshot,
        "SELECT count(*) FROM duckdb_columns() WHERE column_name ILIKE '%pupil_id%' OR column_name ILIKE '%upn%'",
    ) == [(0,)]
    assert b"p00000000001" not in snapshot.read_bytes()


def test_a_replay_is_written_and_current_stays(tables, tmp_path):
    newest = publish(of(tables, LATER), tmp_path, run=LATER_RUN, current=True)
    replay = publish(tables, tmp_path, run=RUN, current=False)
    assert replay.exists()
    assert (tmp_path / "current.duckdb").resolve() == newest.resolve()
    assert newest_as_of(tmp_path) == LATER


def test_the_newest_day_is_that_of_current_and_none_before_the_first(tables, tmp_path):
    assert newest_as_of(tmp_path) is None
    assert newest_as_of(tmp_path / "no such folder") is None
    publish(tables, tmp_path, run=RUN, current=True)
    assert newest_as_of(tmp_path) == DAY


def test_two_before_the_newest_are_kept(tables, tmp_path):
    days = [date(2025, 10, day) for day in (6, 7, 8, 9, 10)]
    written = [publish(of(tables, day), tmp_path, run=f"flag {day} 1", current=True) for day in days]
    assert sorted(tmp_path.glob("snapshot-*")) == written[2:]


def test_current_is_never_removed_however_many_replays_follow(tables, tmp_path):
    newest = publish(of(tables, LATER), tmp_path, run=LATER_RUN, current=True)
    for again in range(1, 6):
        publish(tables, tmp_path, run=f"flag {DAY} {again}", current=False)
    assert newest.exists()
    assert newest_as_of(tmp_path) == LATER


def test_the_same_run_again_takes_its_own_place(tables, tmp_path):
    first = publish(tables, tmp_path, run=RUN, current=True)
    assert publish(tables, tmp_path, run=RUN, current=True) == first
    assert len(list(tmp_path.iterdir())) == 2


def test_a_reader_with_the_old_one_open_goes_on_reading_it(tables, tmp_path):
    publish(tables, tmp_path, run=RUN, current=True)
    with duckdb.connect((tmp_path / "current.duckdb").resolve(), read_only=True) as reader:
        for day in (7, 8, 9, 10):
            publish(of(tables, date(2025, 10, day)), tmp_path, run=f"flag 2025-10-{day} 1", current=True)
        assert reader.execute("SELECT as_of FROM published.run").fetchone() == (DAY,)
        assert reader.execute("SELECT count(*) FROM published.signal").fetchone() == (tables["signal"].height,)


_KILLED_AT = """
import os, signal, sys
from pathlib import Path
from pipeline.edges import published
from tests.edges.test_published import EMPTY, LATER, LATER_RUN, of
from tests.properties.nights import nights
from pipeline.steps.disclosure import suppressed

folder, step = Path(sys.argv[1]), sys.argv[2]
setattr(published, step, lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL))
tables = EMPTY | suppressed(next(nights(30, 1, 3, how_many=1)))
published.publish(of(tables, LATER), folder, run=LATER_RUN, current=True)
"""


@pytest.mark.parametrize(
    ("killed_at", "stands_on"),
    a_few(
        [("_write_table", DAY), ("settle", DAY), ("_point_current_at", DAY), ("_remove_older", LATER)],
        lambda number, _: number > 1,
        several=True,
    ),
)
def test_a_kill_at_any_moment_leaves_the_old_one_or_the_new(tables, tmp_path, killed_at, stands_on):
    publish(tables, tmp_path, run=RUN, current=True)
    command = [sys.executable, "-c", _KILLED_AT, str(tmp_path), killed_at]
    ended = subprocess.run(command, cwd=Path(__file__).parents[2], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert newest_as_of(tmp_path) == stands_on
    assert read(tmp_path / "current.duckdb", "SELECT count(*) FROM published.table_notes") == [(len(PUBLISHED),)]
    publish(of(tables, LATER), tmp_path, run=LATER_RUN, current=True)
    assert newest_as_of(tmp_path) == LATER
    assert not list(tmp_path.glob(".*"))


def test_a_full_disk_is_said_and_the_one_before_stands(tables, tmp_path, monkeypatch):
    publish(tables, tmp_path, run=RUN, current=True)

    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(published, "settle", no_room)
    with pytest.raises(Refused, match=r"No space left on device.*the one before it still stands"):
        publish(of(tables, LATER), tmp_path, run=LATER_RUN, current=True)
    assert newest_as_of(tmp_path) == DAY


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Could not convert Okafor-Adams", "ConversionException"),
        ("Okafor: No space left on device", "the disk is full"),
    ],
)
def test_what_an_engine_says_of_a_snapshot_goes_no_further_than_its_kind(tables, tmp_path, monkeypatch, words, said):
    def breaks(*_):
        raise duckdb.ConversionException(words)

    monkeypatch.setattr(published, "settle", breaks)
    with pytest.raises(Refused, match="could not be written") as told:
        publish(tables, tmp_path, run=RUN, current=True)
    assert said in str(told.value) and "Okafor" not in str(told.value)


def test_a_current_that_is_no_database_is_said(tmp_path):
    (tmp_path / "current.duckdb").write_text("not a database, whatever its name says")
    with pytest.raises(Refused, match=r"current\.duckdb cannot be read"):
        newest_as_of(tmp_path)
