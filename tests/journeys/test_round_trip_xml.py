"""An authority through XML: its censuses as schools submit them, its marks as transfer files."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges.settings import Home
from pipeline.hops.taking_in import Day
from pipeline.steps.weeks import slots
from pipeline.synthetic import Synthesised, synthesise
from pipeline.synthetic.respelling import TRANSFERRED_AS
from pipeline.vocabulary.attendance_codes import BY_CODE

from .at_home import deliver, new_home, tables

pytestmark = pytest.mark.usefixtures("in_little_time")

SMALL = {"pupils": 70, "schools": 2, "seed": 5}


def taken_in(folder: Path, made: Synthesised) -> tuple[Home, dict[str, int]]:
    """Last year as history, then this year; and the rows set aside on the way, by rule."""
    home = new_home(folder / "home")
    deliver(home, _in(made.folder / "history"), "last_year")
    before = flow.take_in(home, Day(date(2025, 9, 1), history=True))
    deliver(home, _in(made.folder), "this_year")
    now = flow.take_in(home, Day(made.last_day))
    assert not before.refused_any and not now.refused_any
    assert (before.stopped_because, now.stopped_because, now.noted_by_rule) == (None, None, {})
    return home, before.set_aside_by_rule | now.set_aside_by_rule


def _in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")]


# The census


@pytest.fixture(scope="module")
def censuses(tmp_path_factory):
    """An authority that has censuses alone, taken in and looked at: as COLLECT's tables, and as XML."""
    held = {}
    for spelling in ("collect", "xml"):
        folder = tmp_path_factory.mktemp(spelling)
        made = synthesise(folder / "made", **SMALL, weeks=20, censuses_only=True, census_as=spelling)
        home, set_aside = taken_in(folder, made)
        assert set_aside == {}
        flow.flag(home, as_of=made.last_day)
        held[spelling] = tables(home, "facts", "derived")
    return held["collect"], held["xml"]


def test_a_census_by_xml_gives_the_facts_and_the_conclusions_that_its_tables_give(censuses):
    as_tables, as_xml = censuses
    for name in as_tables:
        assert as_tables[name].equals(as_xml[name]), name
    assert as_xml["derived.triage"].height > 60
    assert as_xml["derived.pupil_features"].filter(source="census").height > 50


# Transfer files


@pytest.mark.long
def test_marks_by_transfer_file_give_pupils_the_weeks_that_registers_give(tmp_path):
    plain, transferred = (synthesised(tmp_path / name) for name in ("plain", "transferred"))
    for folder in (transferred.folder, transferred.folder / "history"):
        TRANSFERRED_AS["ctf"](folder)
    assert by_register_and_by_file(plain, transferred, tmp_path) == {}


@pytest.mark.long
def test_so_they_do_as_one_character_a_mark(tmp_path):
    plain, transferred = (synthesised(tmp_path / name) for name in ("plain", "transferred"))
    for made in (plain, transferred):
        for path in made.folder.rglob("attendance_marks_*.csv"):
            marks = pl.read_csv(path, infer_schema=False)
            marks.with_columns(pl.col("code").str.slice(0, 1)).write_csv(path)
    for folder in (transferred.folder, transferred.folder / "history"):
        TRANSFERRED_AS["ctf of one character"](folder)
    assert set(by_register_and_by_file(plain, transferred, tmp_path)) == {"code_out_of_date"}  # Y and J, of Y1 and J1


def synthesised(folder: Path) -> Synthesised:
    return synthesise(folder / "made", **SMALL, weeks=6)


def by_register_and_by_file(plain: Synthesised, transferred: Synthesised, folder: Path) -> dict[str, int]:
    """What was set aside of both alike, when both gave each pupil the same marks at the same school."""
    (one, set_aside), (other, set_aside_too) = (
        taken_in(folder / name, made) for name, made in (("one", plain), ("other", transferred))
    )
    assert marks_held(one).equals(marks_held(other))
    weeks = [tables(home, "facts")["facts.pupil_weeks"] for home in (one, other)]
    assert [week["is_transferred"].unique().to_list() for week in weeks] == [[False], [True]]
    assert weeks[0].height > 500
    assert set_aside == set_aside_too
    return set_aside


def marks_held(home: Home) -> pl.DataFrame:
    """Every mark but closures, with which a string is padded."""
    marks = slots(tables(home, "facts")["facts.marked_weeks"]).filter(pl.col("code_number") != BY_CODE["#"].number)
    return marks.sort(pl.all())
