"""Reading the snapshot while it is swapped: nobody waits, nobody fails, and a request keeps the one it began with."""

import os
import threading
from datetime import date, datetime, timedelta

import pytest

from pipeline.dashboard.snapshot import NothingPublished, Shelf
from pipeline.edges.published import publish

from .made_up import AS_OF, publish_made_up, tables

RUN = "SELECT run, as_of FROM published.run"


def of(day: date, run: str) -> dict:
    return tables(6, as_of=day, run=run)


def test_the_newest_is_read_as_soon_as_it_is_swapped_in(tmp_path):
    shelf = Shelf(tmp_path)
    publish(of(AS_OF, "first"), tmp_path, run="first", current=True)
    first = shelf.newest()
    assert first.rows(RUN) == [{"run": "first", "as_of": AS_OF}]
    assert shelf.newest() is first
    publish(of(AS_OF + timedelta(1), "second"), tmp_path, run="second", current=True)
    assert shelf.newest().rows(RUN) == [{"run": "second", "as_of": AS_OF + timedelta(1)}]


def test_whoever_holds_the_one_before_goes_on_reading_it_even_when_its_file_is_gone(tmp_path):
    shelf = Shelf(tmp_path)
    publish(of(AS_OF, "0"), tmp_path, run="0", current=True)
    held = shelf.newest()
    for number in range(1, 6):
        publish(of(AS_OF + timedelta(number), str(number)), tmp_path, run=str(number), current=True)
        shelf.newest()
    assert not (tmp_path / "snapshot-0.duckdb").exists()
    assert held.rows(RUN) == [{"run": "0", "as_of": AS_OF}]
    assert len(held.rows("SELECT * FROM published.school_week")) > 100


def test_the_same_run_published_again_is_read_anew_though_its_name_is_the_same(tmp_path):
    shelf = Shelf(tmp_path)
    publish(of(AS_OF, "run"), tmp_path, run="run", current=True)
    held = shelf.newest()
    publish(of(AS_OF + timedelta(1), "run"), tmp_path, run="run", current=True)
    assert shelf.newest().rows(RUN)[0]["as_of"] == AS_OF + timedelta(1)
    assert held.rows(RUN)[0]["as_of"] == AS_OF


def test_before_the_first_run_that_is_said_and_then_it_is_read(tmp_path, served):
    client = served(folder=tmp_path / "published")
    for address in ("/", "/health", "/download/school.csv"):
        answer = client.get(address)
        assert answer.status_code == 503 and "run a2n nightly" in answer.text
    publish_made_up(tmp_path / "published")
    assert client.get("/").status_code == 200
    assert client.get("/health").text == "well, as of 2026-03-27\n"


def test_a_snapshot_that_is_broken_leaves_the_one_before_and_is_said_where_there_was_none(tmp_path):
    (tmp_path / "current.duckdb").write_text("no database, whatever its name says")
    with pytest.raises(NothingPublished, match="cannot be read"):
        Shelf(tmp_path).newest()
    (tmp_path / "current.duckdb").unlink()
    publish(of(AS_OF, "good"), tmp_path, run="good", current=True)
    shelf = Shelf(tmp_path)
    shelf.newest()
    (tmp_path / "current.duckdb").unlink()
    (tmp_path / "current.duckdb").write_text("no database")
    assert shelf.newest().rows(RUN)[0]["run"] == "good"


def test_a_snapshot_damaged_within_is_said_on_every_page_and_file_and_read_again_once_it_is_whole(tmp_path, served):
    folder = tmp_path / "published"
    publish_made_up(folder)
    path = (folder / "current.duckdb").resolve()
    whole = path.read_bytes()
    path.write_bytes(whole[: 3 * 4096] + bytes(len(whole) - 3 * 4096))  # its head says that all is well
    client = served(folder=folder)
    for address in ("/", "/schools", "/health", "/download/school.csv"):
        answer = client.get(address)
        assert answer.status_code == 503 and "run a2n nightly" in answer.text
        assert "Traceback" not in answer.text
    path.unlink()
    path.write_bytes(whole)
    assert client.get("/").status_code == 200


def test_a_snapshot_of_another_version_is_said(tmp_path, served):
    import duckdb

    with duckdb.connect(tmp_path / "current.duckdb") as con:
        con.execute("CREATE SCHEMA published; CREATE TABLE published.run AS SELECT true AS demo, 'x' AS run")
    answer = served(folder=tmp_path).get("/schools")
    assert answer.status_code == 503 and "another version" in answer.text


@pytest.mark.long
def test_twenty_readers_under_swaps_fail_at_nothing_and_each_page_is_of_one_run(tmp_path, served):
    """Each answer's menu of days and its foot are of the same snapshot: none is half of one and half of the next."""
    made = {str(number): of(AS_OF + timedelta(number), str(number)) for number in range(6)}
    publish(made["0"], tmp_path, run="0", current=True)
    client = served(folder=tmp_path)
    client.get("/schools")
    failed, seen, done = [], set(), threading.Event()

    def read() -> None:
        while not done.is_set():
            answer = client.get("/schools")
            run = answer.text.partition("<p>Run ")[2].partition(":")[0]
            day = AS_OF + timedelta(int(run or -1))
            if answer.status_code != 200 or f"figures of {day.day} {day:%B %Y}" not in answer.text:
                failed.append((answer.status_code, run))
            seen.add(run)

    readers = [threading.Thread(target=read) for _ in range(20)]
    for reader in readers:
        reader.start()
    for number in range(1, 6):
        publish(made[str(number)], tmp_path, run=str(number), current=True)
    done.set()
    for reader in readers:
        reader.join()
    assert failed == [] and client.get("/schools").text.count("Run 5:") == 1
    assert len(seen) > 1


def test_reading_does_not_keep_the_next_from_being_written(tmp_path):
    publish(of(AS_OF, "first"), tmp_path, run="first", current=True)
    held = Shelf(tmp_path).newest()
    publish(of(AS_OF, "first"), tmp_path, run="first", current=True)
    assert held.rows(RUN)


def test_home_says_when_the_run_finished_to_the_minute(tmp_path, served):
    publish_made_up(tmp_path / "published")
    at = datetime(2026, 3, 28, 3, 7, 59)
    os.utime((tmp_path / "published" / "current.duckdb").resolve(), (at.timestamp(), at.timestamp()))
    assert "28 March 2026, 03:07" in served(folder=tmp_path / "published").get("/").text


def test_health_is_of_the_figures_there_now_and_not_of_those_still_shown(tmp_path, served):
    publish_made_up(tmp_path / "published")
    client = served(folder=tmp_path / "published")
    assert client.get("/health").status_code == 200
    current = tmp_path / "published" / "current.duckdb"
    current.unlink()
    current.write_bytes(b"not a database" * 1000)
    told = client.get("/health")
    assert told.status_code == 503 and told.text.startswith("not well: ") and "cannot be read" in told.text
    assert client.get("/").status_code == 200
    current.unlink()
    publish_made_up(tmp_path / "published", as_of=AS_OF + timedelta(1))
    assert (client.get("/health").status_code, client.get("/health").text) == (200, "well, as of 2026-03-28\n")
