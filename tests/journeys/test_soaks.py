"""A short slice of each soak: the same code, fewer files and kills. `make soak` runs them whole."""

import json
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest

from pipeline.edges import inbox, reading, workbook_cells
from pipeline.edges.settings import open_home
from pipeline.hops import returning
from pipeline.tables.layouts import LAYOUTS
from tests.edges.answered import at_home
from tests.house.project import ROOT
from tests.slices import a_few
from tests.soaks import base, erasure, fuzz, kills, returned

FILES = 16
READERS = {reader.name: reader for reader in fuzz.READERS}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return base.base_home(tmp_path_factory.mktemp("fuzz") / "base")


@pytest.mark.parametrize("reader", a_few(fuzz.READERS, lambda number, _: number % 3 == 0), ids=READERS)
def test_whatever_is_done_to_a_file_its_rows_are_accepted_set_aside_or_refused_in_words(home, reader):
    counts = fuzz.run(reader, 20, range(FILES), home)
    assert {what: n for what, n in counts.items() if what.startswith("fault")} == {}
    assert counts["files"] == FILES
    assert 0 < counts["files refused"] < FILES
    assert counts["rows accepted"] > 0 and counts["rows set aside"] > 0


def test_a_mutated_file_can_be_had_again_from_its_reader_seed_and_number():
    [reader, *_] = fuzz.READERS
    one, again, other = (fuzz.made(reader, 20, number) for number in (7, 7, 8))
    assert one == again != other


def test_every_layout_of_a_feed_is_that_of_a_seed():
    seeds = {path for reader in fuzz.READERS for path in base.seeds(reader.seeds)}
    extracts = inbox.extracts_of((path, path.name) for path in seeds)
    found = {layout.name for extract in extracts for layout in reading.recognised(extract)}
    assert {layout.name for layout in LAYOUTS if layout.feed} - found == set()


@pytest.mark.long
def test_most_of_their_rows_are_accepted_where_fuzzing_begins(home, tmp_path):
    """Each is delivered with a line more, for some of them are taken in already."""
    assert open_home(home).settings.gateway  # or other agencies' would be refused
    seeds = {path.name: path.read_bytes() + b"\n" for path in base.seeds("*.csv")}
    counts, faults = base.take_in_files(seeds, home, tmp_path / "work", longest=60)
    assert faults == [] and counts["files refused"] == 0
    assert counts["rows accepted"] > 5 * counts["rows set aside"] > 0


@pytest.mark.parametrize("name", ["parquet", pytest.param("xlsx", marks=pytest.mark.long)])
def test_one_long_text_said_again_and_again_takes_no_more_memory_and_time_than_any_file(home, name, tmp_path):
    """In a process of its own, for what is measured is the most that one ever held."""
    one = range(fuzz.BOMB_EVERY - 1, fuzz.BOMB_EVERY)
    counts = fuzz.in_processes(READERS[name], 20, [one], 1, home, tmp_path)
    assert {what: n for what, n in counts.items() if what.startswith("fault")} == {}
    assert counts["files"] == counts["files refused"] == 1 and 100 < counts[fuzz.PEAK] < fuzz.MOST_BYTES // 10**6


def test_every_reader_has_files_that_ask_for_much():
    assert all(reader.bombs for reader in fuzz.READERS)
    assert [number for number in range(1000) if fuzz.is_bomb(number)] == [199, 399, 599, 799, 999]


def test_memory_and_time_beyond_their_bounds_are_faults(home, monkeypatch):
    monkeypatch.setattr(fuzz, "MOST_BYTES", 0)
    monkeypatch.setattr(fuzz, "LONGEST", 0)
    monkeypatch.setattr(fuzz, "peak_bytes", iter(range(10**9, 10**12, 10**9)).__next__)
    counts = fuzz.run(READERS["csv"], 20, range(3), home)
    faults = [what for what in counts if what.startswith("fault")]
    assert any("MB (files 0 to 2)" in what for what in faults) and any("took 0.0 s" in what for what in faults)


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_whatever_is_done_to_a_returned_list_the_one_beside_it_is_read_and_no_other_pupil_is_answered_for(tmp_path):
    counts = returned.run(at_home(tmp_path), 20, range(2 * FILES))
    assert {what: n for what, n in counts.items() if what.startswith("fault")} == {}
    assert counts["files"] == 2 * FILES
    assert 0 < counts["files refused"] < 2 * FILES and counts["rows taken"] > counts["rows refused"] > 0


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
@pytest.mark.long
def test_a_returned_list_that_stopped_the_reading_of_all_would_be_found(tmp_path, monkeypatch):
    """Its number of a shared text is put again to a reader that believes it, however long it is."""
    monkeypatch.setattr(
        workbook_cells, "_number", lambda told, otherwise, name: otherwise if told is None else int(told)
    )
    monkeypatch.setattr(returning, "_OF_DAMAGE", ())
    counts = returned.run(at_home(tmp_path), 20, range(2 * FILES))
    assert any(what.startswith("fault: ValueError") for what in counts)


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
@pytest.mark.long
def test_an_answer_taken_for_the_pupil_of_the_next_row_would_be_found(tmp_path, monkeypatch):
    """Everybody whose answer is taken is on that list, and each row is whole."""
    read = returning.returned_list

    def rolled(*content, **how):
        told = read(*content, **how)
        return replace(
            told, answers=told.answers.with_columns(pl.col("pupil_id").shift(-1, fill_value=pl.col("pupil_id").first()))
        )

    counts = returned.run(at_home(tmp_path / "sound"), 20, range(FILES))
    assert {what: n for what, n in counts.items() if what.startswith("fault")} == {}
    assert counts["decisions that say all their own row was given"] > FILES // 2
    monkeypatch.setattr(returning, "returned_list", rolled)
    counts = returned.run(at_home(tmp_path / "rolled"), 20, range(FILES))
    assert any("an answer of one pupil taken for another" in what for what in counts)


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_a_mutated_returned_list_can_be_had_again_from_its_seed_and_number(tmp_path):
    seeds = returned.seeds(at_home(tmp_path))
    one, again, other = (returned.made(seeds, 20, number) for number in (7, 7, 8))
    assert one == again != other


@pytest.mark.parametrize("soak", [fuzz, kills])
def test_the_folder_of_the_results_is_made_before_anything_is_done(soak, tmp_path, monkeypatch):
    def stops(*_):
        assert (tmp_path / "results").is_dir()
        raise KeyboardInterrupt

    monkeypatch.setattr(soak, "soak", stops)
    monkeypatch.setattr("sys.argv", ["soak", "--write", str(tmp_path / "results" / "it.json")])
    with pytest.raises(KeyboardInterrupt):
        soak.main()


def test_children_erased_one_after_another_are_nowhere_and_nobody_elses_row_changes(tmp_path):
    found = erasure.soak(2, 7, tmp_path, pupils=60, schools=2, weeks=4)
    assert found["faults"] == []
    assert found["no_longer_held"] == 2 and found["were_listed"] >= 1


BOMBS = (
    "zip: a bomb", "gzip: a bomb", "parquet: a bomb", "xlsx: texts that cells share", "xlsx: all the cells there can be", "csv: a million columns",
    "xlsx: texts with nothing in them", "xml: elements with nothing in them", "xlsx: many workbooks of many sheets",
)  # fmt: skip


def test_a_file_made_to_fill_memory_or_time_is_refused_within_the_seconds_and_megabytes_one_may_take(home, tmp_path):
    """Each kind once, looked through and read in a process of its own: what `check` asks beyond that is asked of rows that were read."""
    words = ["--files", len(BOMBS), "--seed", 5, "--read-alone", "--only", *BOMBS]
    where = ["--base", home, "--folder", tmp_path, "--write", tmp_path / "found.json"]
    ran = subprocess.run(
        [sys.executable, "-m", "tests.soaks.hostile", *map(str, words + where)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    found = json.loads((tmp_path / "found.json").read_text())
    assert (ran.returncode, found["faults"]) == (0, 0), ran.stderr
    assert (found["bounds"]["seconds"], found["bounds"]["megabytes"]) == (5, 500)
    assert set(found["kinds"]) == set(BOMBS) and all(one["refused"] == 1 for one in found["kinds"].values())
    assert all(one["most_seconds"] <= 5 and 50 < one["most_mb"] <= 500 for one in found["kinds"].values())


CANNOT_BEGIN = """
import sys
from pathlib import Path
from tests.soaks import hostile

hostile._settle = lambda _: 1 / 0
told = hostile.given(["check"], Path(sys.argv[1]))
print(told.status, told.summary)
"""


def test_a_process_that_cannot_begin_is_told_of_and_the_folder_it_began_in_stays(tmp_path):
    """From a small process: what a hundred tests have left in one may be more than can be had twice."""
    (tmp_path / "said").write_text("")
    ran = subprocess.run([sys.executable, "-c", CANNOT_BEGIN, tmp_path], capture_output=True, text=True, cwd=ROOT)
    assert (ran.returncode, ran.stdout) == (0, "70 None\n"), ran.stderr
    assert tmp_path.is_dir()
