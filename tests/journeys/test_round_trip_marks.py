"""One authority, its extracts in every spelling there is: whatever system exported them, the facts are the same, byte for
byte. A spelling is tested here by being in the registry."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges.settings import Home
from pipeline.hops.summary import Summary
from pipeline.hops.taking_in import Day
from pipeline.synthetic import Synthesised, synthesise
from pipeline.synthetic.respelling import CENSUS_AS, MARKS_AS
from pipeline.vocabulary import spellings
from tests.slices import a_few

from .at_home import a2n, deliver, exported, new_home, tables

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("in_little_time")]

SMALL = {"pupils": 50, "schools": 2, "seed": 6, "weeks": 4}
FACTS = ("facts.enrolments", "facts.marked_weeks", "facts.pupil_weeks")
OF_THE_FILE = ("extract_id", "row_number", "parent_key", "native_id", "census_key")
"""Columns that say where a row was, or what the file called it."""


def taken_in(folder: Path, **spelling: str) -> tuple[Synthesised, Home, list[Summary]]:
    """An authority in some spelling, its last year as history and then this year."""
    made = synthesise(folder / "made", **SMALL, **spelling)
    home = new_home(folder / "home")
    deliver(home, made.history, "last_year")
    before = flow.take_in(home, Day(date(2025, 9, 1), history=True))
    deliver(home, made.files, "this_year")
    return made, home, [before, flow.take_in(home, Day(made.last_day))]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return taken_in(tmp_path_factory.mktemp("plain"))


SUPPLIERS_ELSEWHERE = {"arbor", "bromcom", "sims"}
"""Another of a kind: tests/edges/test_system_ids.py takes in each supplier's example to the last mark every time."""

SPELLINGS = [{"marks_as": name} for name in MARKS_AS if name != "plain"] + [
    {"census_as": name} for name in CENSUS_AS if name != "collect"
]


@pytest.fixture(
    scope="module",
    params=a_few(SPELLINGS, lambda _, spelling: not SUPPLIERS_ELSEWHERE & set(spelling.values())),
    ids=lambda spelling: " ".join(spelling.values()),
)
def respelt(request, tmp_path_factory):
    return taken_in(tmp_path_factory.mktemp("respelt"), **request.param)


def test_the_files_are_others_and_no_row_is_refused_or_set_aside(plain, respelt):
    as_plain, as_respelt = (
        {path.name: path.read_bytes() for path in (*told[0].files, *told[0].history)} for told in (plain, respelt)
    )
    assert as_plain != as_respelt
    for told in respelt[2]:
        assert told.extracts and not told.refused_any
        assert (told.set_aside_by_rule, told.stopped_because) == ({}, None)


def test_the_facts_are_the_same_byte_for_byte(plain, respelt, tmp_path):
    for name in FACTS:
        as_plain, as_respelt = (
            exported(told[1], name, tmp_path / f"{at}.parquet") for at, told in enumerate((plain, respelt))
        )
        assert as_plain == as_respelt, name
    assert tables(respelt[1], "facts")["facts.marked_weeks"].height > 1500


def test_all_that_was_staged_is_the_same_but_for_where_it_was(plain, respelt):
    as_plain, as_respelt = (tables(told[1], "staged") for told in (plain, respelt))
    for name in ("staged.attendance_marks", "staged.pupils", "staged.census_sessions", "staged.suspensions"):
        assert meant(as_plain[name]).equals(meant(as_respelt[name])), name


def meant(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.drop(OF_THE_FILE, strict=False).select(pl.all().sort_by(pl.struct(pl.all())))


def test_the_same_spelling_gives_the_same_bytes(respelt, tmp_path, request):
    spelling = request.node.callspec.params["respelt"]
    again = synthesise(tmp_path / "again", **SMALL, **spelling)
    for one, other in zip((*respelt[0].files, *respelt[0].history), (*again.files, *again.history), strict=True):
        assert (one.name, one.read_bytes()) == (other.name, other.read_bytes())


# The command line


def test_every_spelling_is_offered_by_the_command_line(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert (tuple(MARKS_AS), tuple(CENSUS_AS)) == (spellings.MARKS_AS, spellings.CENSUS_AS)
    said = a2n("synthesise", "--help").out
    assert ", ".join(MARKS_AS) in said and ", ".join(CENSUS_AS) in said


@pytest.mark.parametrize("option", ["--marks-as", "--census-as"])
def test_a_spelling_there_is_not_is_wrong_usage(option, tmp_path):
    ran = a2n("synthesise", "--to", tmp_path / "made", option, "cuneiform")
    assert ran.status == 2
    assert "cuneiform" in ran.err and not (tmp_path / "made").exists()


def test_faults_are_planted_in_the_plain_spelling_only(tmp_path):
    with pytest.raises(ValueError, match="plain"):
        synthesise(tmp_path / "made", **SMALL, with_faults=True, marks_as="sims")
