"""A short slice of each soak: the same code, fewer files and kills. `make soak` runs them whole."""

import random

import pytest

from tests.soaks import fuzz, kills

FILES = 30


@pytest.mark.parametrize("reader", fuzz.READERS, ids=[reader.name for reader in fuzz.READERS])
def test_whatever_is_done_to_a_file_its_rows_are_accepted_set_aside_or_refused_in_words(reader):
    counts = fuzz.run(reader, seed=20, numbers=range(FILES))
    assert {what: n for what, n in counts.items() if what.startswith("fault")} == {}
    assert counts["files"] == FILES
    assert 0 < counts["files refused"] < FILES
    assert counts["rows accepted"] > 0 and counts["rows set aside"] > 0


def test_a_mutated_file_can_be_had_again_from_its_reader_seed_and_number():
    [reader, *_] = fuzz.READERS
    one, again, other = (fuzz.made(reader, 20, number) for number in (7, 7, 8))
    assert one == again != other


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    return kills.stocked(tmp_path_factory.mktemp("stock"), pupils=60)


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_a_moment_of_chance_and_given_again_all_is_as_if_undisturbed(stock, tmp_path, seed):
    moment = random.Random(seed).uniform(0.1, 0.9) * stock.seconds
    _, differs = kills.killed_and_mended(stock, tmp_path / "trial", moment)
    assert differs == []


def test_thirty_files_of_every_kind_are_taken_in(stock):
    extracts = stock.expected["audit.extracts"]
    assert extracts.select("sha256").n_unique() == kills.FILES
    assert {"schools", "pupils", "attendance_marks", "suspensions", "census_sessions"} <= set(extracts["feed"])
    assert extracts["rows_accepted"].sum() > 1000 and extracts["refused_because"].count() >= 1


def test_a_difference_would_be_seen(stock):
    changed = stock.expected | {"staged.attendance_marks": stock.expected["staged.attendance_marks"][1:]}
    assert kills.differing_but_for_a_run_more(changed, stock.expected) == ["staged.attendance_marks"]
    fewer = stock.expected | {"audit.runs": stock.expected["audit.runs"].clear()}
    assert kills.differing_but_for_a_run_more(fewer, stock.expected) == ["audit.runs"]
