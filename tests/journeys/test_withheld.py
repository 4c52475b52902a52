"""A school whose registers are not what its own system says gets no list, and is told why; the others get theirs."""

import stat
from datetime import timedelta

import openpyxl
import polars as pl
import pytest

from pipeline.edges.workbook_contents import day_in_words
from tests.slices import a_few

from .at_home import a2n, copied, deliver, deliver_rows, new_home, read_rows, tables

pytestmark = pytest.mark.usefixtures("in_little_time")

TOLERANCE = 0.01


def totals_told(small, urn: int, **changed: float) -> pl.DataFrame:
    """The totals extract with one school's counts multiplied."""
    rows = read_rows([small.folder / "register_totals.csv"])["register_totals.csv"]
    of_school = pl.col("urn") == str(urn)
    told = {name: (pl.col(name).cast(pl.Int64) * by).round().cast(pl.Int64).cast(pl.String) for name, by in changed.items()}  # fmt: skip
    return rows.with_columns(pl.when(of_school).then(value).otherwise(name).alias(name) for name, value in told.items())


@pytest.fixture(scope="module")
def evening(small, tmp_path_factory):
    """A home that has taken in all but the totals."""
    home = new_home(tmp_path_factory.mktemp("evening") / "home")
    deliver(home, [path for path in small.files if path.name != "register_totals.csv"])
    assert a2n("take-in", "--home", home.folder, "--known-on", small.last_day).status == 0
    return home


def night_told(evening, small, folder, **changed: float):
    home = copied(evening, folder / "home")
    deliver_rows(home, {"register_totals.csv": totals_told(small, 100002, **changed)})
    return home, a2n("nightly", "--home", home.folder, "--as-of", small.last_day, "--json")


@pytest.fixture(scope="module")
def outside(evening, small, tmp_path_factory):
    return night_told(evening, small, tmp_path_factory.mktemp("outside"), possible_sessions=1.05)


def test_the_school_gets_no_list_and_the_other_does(outside, small):
    home, ran = outside
    assert (ran.status, ran.err) == (0, "")
    assert [path.name for path in home.lists_of(small.last_day).iterdir()] == ["100001.xlsx"]


def test_the_reason_is_in_the_json_with_both_numbers(outside, small):
    home, ran = outside
    told = int(totals_told(small, 100002, possible_sessions=1.05).filter(urn="100002")["possible_sessions"][0])
    held = tables(home, "facts")["facts.pupil_weeks"].filter(urn=100002)["possible_sessions"].sum()
    assert set(ran.told["schools_without_list"]) == {"100002"}
    reason = ran.told["schools_without_list"]["100002"]
    assert f"{told:,}" in reason and f"{held:,}" in reason and told != held


def test_nobody_there_has_a_place(outside):
    triage = tables(outside[0], "derived")["derived.triage"].filter(urn=100002)
    assert triage.height > 10
    assert triage["place"].null_count() == triage.height
    assert "listed" not in set(triage["outcome"])


def test_a_list_handed_out_earlier_that_day_is_taken_back(evening, small, tmp_path):
    home = copied(evening, tmp_path / "home")
    night = ("nightly", "--home", home.folder, "--as-of", small.last_day, "--json")
    assert a2n(*night).told["schools_without_list"] == {}
    assert len(list(home.lists_of(small.last_day).iterdir())) == 2
    deliver_rows(home, {"register_totals.csv": totals_told(small, 100002, absence_sessions=1.5)})
    assert set(a2n(*night).told["schools_without_list"]) == {"100002"}
    assert [path.name for path in home.lists_of(small.last_day).iterdir()] == ["100001.xlsx"]


@pytest.mark.parametrize(("by", "is_withheld"), a_few([(1 + TOLERANCE * 0.9, False), (1 + TOLERANCE * 1.2, True), (1 - TOLERANCE * 0.9, False), (1 - TOLERANCE * 1.2, True)], lambda number, _: number < 2, several=True))  # fmt: skip
def test_the_line_is_at_the_tolerance_of_the_settings(evening, small, tmp_path, by, is_withheld):
    ran = night_told(evening, small, tmp_path, possible_sessions=by)[1]
    assert set(ran.told["schools_without_list"]) == ({"100002"} if is_withheld else set())


# A fact that a school said is wrong


@pytest.fixture(scope="module")
def said_wrong(evening, small, tmp_path_factory):
    """A home whose lists went out, and to which that of school 100002 came back with a fact that is wrong, on two days."""
    home = copied(evening, tmp_path_factory.mktemp("said_wrong") / "home")
    deliver(home, [small.folder / "register_totals.csv"])
    assert a2n("nightly", "--home", home.folder, "--as-of", small.last_day).status == 0
    (home.inbox / "returned").mkdir()
    for nth in (1, 2):
        say_wrong(home.lists_of(small.last_day) / "100002.xlsx", home.inbox / "returned" / f"{nth}.xlsx", note=nth)
        after = small.last_day + timedelta(days=nth)
        assert a2n("outcomes", "--home", home.folder, "--known-on", after).status == 0
    return home


def say_wrong(listed, back, note: int) -> None:
    """The first pupil's mark is wrong, with a note that makes it another file."""
    book = openpyxl.load_workbook(listed)
    sheet = book["Review list"]
    heads = next(row for row in sheet.iter_rows() if row[0].value == "Key")
    at = {cell.value: cell.column for cell in heads}
    row = next(row for row in range(heads[0].row + 1, sheet.max_row + 1) if sheet.cell(row, 2).value)
    sheet.cell(row, at["A fact here\nis wrong"]).value = "a mark"
    sheet.cell(row, at["Notes"]).value = f"Monday, not Tuesday ({note})"
    book.save(back)


def told_wrong(path) -> list[tuple]:
    """What is wrong, and on which list it was said, of each row of a sheet to put right."""
    rows = openpyxl.load_workbook(path)["To put right"].iter_rows(values_only=True)
    return [(row[2], row[3], row[4]) for row in rows if row[2] == "a mark"]


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_what_a_school_said_is_wrong_is_on_its_next_list_once(said_wrong, small, tmp_path):
    home, day = copied(said_wrong, tmp_path / "home"), small.last_day + timedelta(days=3)
    ran = a2n("nightly", "--home", home.folder, "--as-of", day, "--json")
    said, listed = (day_in_words(small.last_day + timedelta(days=at)) for at in (1, 0))
    assert told_wrong(home.lists_of(day) / "100002.xlsx") == [("a mark", said, listed)]
    assert ran.told["to_put_right"] == {} and not home.to_put_right_of(day).exists()


@pytest.mark.filterwarnings("ignore:Sparkline Group extension")
def test_a_school_whose_list_is_withheld_is_told_of_it_in_a_workbook_of_its_own(said_wrong, small, tmp_path):
    home, day = copied(said_wrong, tmp_path / "home"), small.last_day + timedelta(days=3)
    deliver_rows(home, {"register_totals.csv": totals_told(small, 100002, possible_sessions=1.05)})
    ran = a2n("nightly", "--home", home.folder, "--as-of", day, "--json")
    assert set(ran.told["schools_without_list"]) == {"100002"} and ran.told["to_put_right"] == {"100002": 1}
    (path,) = home.to_put_right_of(day).iterdir()
    assert path.name == "100002.xlsx" and stat.S_IMODE(path.stat().st_mode) == 0o600
    said, listed = (day_in_words(small.last_day + timedelta(days=at)) for at in (1, 0))
    assert told_wrong(path) == [("a mark", said, listed)]


def test_a_school_without_a_list_that_said_nothing_is_wrong_has_no_such_workbook(outside, small):
    home, ran = outside
    assert ran.told["to_put_right"] == {} and not home.to_put_right_of(small.last_day).exists()
