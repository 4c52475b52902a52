"""The roll-up of many homes as files: read from snapshots alone, written like a snapshot, and by command."""

import shutil
from datetime import date, timedelta

import duckdb
import polars as pl
import pytest

from pipeline import nation
from pipeline.edges.errors import Refused
from pipeline.edges.published import publish
from pipeline.tables.nation import NATION, SUMMED
from tests.journeys.at_home import a2n
from tests.spec.test_nation import DAY, a_home


def a_published_home(folder, **run):
    """A folder with a snapshot in it and nothing else: no settings, no key, no warehouse."""
    told = {name.partition(".")[2]: frame for name, frame in a_home(folder.name, **run).tables.items()}
    publish(told, folder / "published", run=f"flag {DAY} 1", current=True, declared=tuple(SUMMED))
    return folder


@pytest.fixture
def homes(tmp_path):
    return [a_published_home(tmp_path / "east", listed=10), a_published_home(tmp_path / "west", listed=None)]


def rolled(folder) -> dict[str, pl.DataFrame]:
    with duckdb.connect((folder / "current.duckdb").resolve(), read_only=True) as con:
        return {table.name: con.execute(f"FROM {table.name} ORDER BY ALL").pl() for table in NATION}


def why(homes, tmp_path) -> dict[str, str]:
    return nation.roll_up(homes, tmp_path / "rolled", as_of=DAY)[1]


def test_homes_of_which_there_is_nothing_but_what_they_published_are_rolled_up(homes, tmp_path):
    snapshot, because = nation.roll_up(homes, tmp_path / "rolled", as_of=DAY)
    assert because == {} and snapshot == tmp_path / "rolled" / f"snapshot-nation-{DAY}.duckdb"
    assert rolled(tmp_path / "rolled")["nation.home"]["listed"].to_list() == [10, None]


def test_nothing_of_a_home_is_opened_but_its_published_folder(homes, tmp_path):
    """Whatever else is there would stop whoever opened it."""
    for name in ("warehouse.duckdb", "identity.duckdb", "settings.toml", "warehouse.key"):
        (homes[0] / name).mkdir()
    assert why(homes, tmp_path) == {}


def test_what_cannot_be_read_is_left_out_with_the_reason_and_the_others_are_told(homes, tmp_path):
    damaged, other, nothing = (tmp_path / name for name in ("damaged", "other", "nothing"))
    shutil.copytree(homes[0], damaged, symlinks=True)
    (damaged / "published" / "current.duckdb").resolve().write_bytes(b"no database" * 1000)
    shutil.copytree(homes[0], other, symlinks=True)
    with duckdb.connect((other / "published" / "current.duckdb").resolve()) as con:
        con.execute("ALTER TABLE published.flow RENAME COLUMN unmet TO unseen")
    assert why([*homes, damaged, other, nothing], tmp_path) == {
        "damaged": "Its figures cannot be read (IOException): run its night again.",
        "nothing": "Nothing is published there: run its night.",
        "other": "Its figures were published by another version of the pipeline: run its night again.",
    }
    assert rolled(tmp_path / "rolled")["nation.roll_up"]["homes_told"].item() == 2


def test_a_day_looked_back_at_moves_nothing_and_the_same_day_again_takes_its_place(homes, tmp_path):
    nation.roll_up(homes, tmp_path / "rolled", as_of=DAY)
    nation.roll_up(homes, tmp_path / "rolled", as_of=DAY - timedelta(days=7))
    assert rolled(tmp_path / "rolled")["nation.roll_up"]["as_of"].item() == DAY
    nation.roll_up(homes[:1], tmp_path / "rolled", as_of=DAY)
    assert rolled(tmp_path / "rolled")["nation.roll_up"]["homes_listed"].item() == 1


def test_a_home_told_twice_is_refused_before_anything_is_written(homes, tmp_path):
    with pytest.raises(Refused, match="listed twice"):
        nation.roll_up([*homes, homes[0] / "." / ".." / "east"], tmp_path / "rolled", as_of=DAY)
    assert not (tmp_path / "rolled").exists()


def test_a_folder_that_cannot_be_made_is_refused_in_words(homes, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot be made"):
        nation.roll_up(homes, tmp_path / "file" / "rolled", as_of=DAY)


def test_the_command_says_which_homes_are_left_out_and_where_the_rest_is(homes, tmp_path):
    (tmp_path / "homes.txt").write_text("# of the north\neast\nwest\n\nnorth\n")
    ran = a2n("roll-up", "--homes", tmp_path / "homes.txt", "--to", tmp_path / "rolled", "--as-of", DAY)
    assert ran.status == 0, ran.err
    assert ran.out.splitlines()[0] == "north: Nothing is published there: run its night."
    assert "3 homes, 1 with a remark" in ran.out
    assert rolled(tmp_path / "rolled")["nation.home"]["home"].to_list() == ["east", "north", "west"]


def test_left_to_itself_the_command_stands_on_today(homes, tmp_path, monkeypatch):
    monkeypatch.setattr("pipeline.edges.clock.today", lambda: date(2026, 2, 20))
    (tmp_path / "homes.txt").write_text("east\n")
    assert "14 days" not in (ran := a2n("roll-up", "--homes", tmp_path / "homes.txt", "--to", tmp_path / "rolled")).out
    assert ran.out.startswith("east: Its figures are of 06/02/2026")
    assert rolled(tmp_path / "rolled")["nation.home"]["days_old"].item() == 14


def test_the_command_refuses_a_list_that_is_not_there(tmp_path):
    ran = a2n("roll-up", "--homes", tmp_path / "none.txt", "--to", tmp_path / "rolled")
    assert ran.status == 1 and "cannot be read" in ran.err
