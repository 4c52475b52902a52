"""A night tells the authority who may be lost between services: the board, the table and the worklist say the same."""

from io import BytesIO

import duckdb
import openpyxl
import polars as pl
import pytest

from pipeline.edges import identity
from pipeline.edges.settings import open_home
from pipeline.synthetic import synthesise
from pipeline.vocabulary.lost import KIND, KINDS, Where

from .at_home import Lived, a2n, copied, deliver, new_home, tables
from .test_night import NOT_TO_BE_TOLD

pytestmark = pytest.mark.usefixtures("in_little_time")

WORDS = {kind.words: kind.name for kind in KINDS}
SHEETS = {"officer": "For the officer", "virtual_school": "For the virtual school"}


@pytest.fixture(scope="module")
def night(tmp_path_factory) -> Lived:
    """A home that knows its own postcode districts, after one night in March."""
    folder = tmp_path_factory.mktemp("lost")
    made = synthesise(folder / "made", pupils=600, schools=12, seed=3, weeks=24)
    home = new_home(folder / "home")
    settings = home.folder / "settings.toml"
    settings.write_text(settings.read_text().replace("own_postcode_districts = []", 'own_postcode_districts = ["XA1"]'))
    deliver(home, made.files)
    assert a2n("nightly", "--home", home.folder, "--as-of", made.last_day).status == 0
    return Lived(made, open_home(home.folder))


@pytest.fixture(scope="module")
def lost(night) -> pl.DataFrame:
    return tables(night.home, "derived")["derived.lost_between_services"]


def paths(night) -> dict:
    home, day = night.home, night.made.last_day
    return {"officer": home.lost_between_services_of(day), "virtual_school": home.lost_in_care_of(day)}


@pytest.fixture(scope="module")
def worklist(night) -> pl.DataFrame:
    """Every row of it: who, what happened, what is known, and whose workbook it is in."""
    books = {who: openpyxl.load_workbook(BytesIO(path.read_bytes())) for who, path in paths(night).items()}
    rows = [
        {"who": cells[0], "kind": WORDS.get(cells[2]), "says": cells[5], "goes_to": goes_to}
        for goes_to, name in SHEETS.items()
        for cells in books[goes_to][name].iter_rows(min_row=5, values_only=True)
        if cells[2]
    ]
    return pl.DataFrame(rows)


@pytest.fixture(scope="module")
def board(night) -> pl.DataFrame:
    with duckdb.connect(night.home.published / "current.duckdb", read_only=True) as con:
        return con.execute("SELECT * FROM published.lost_children").pl()


def test_the_made_up_authority_gives_some_of_most_kinds(lost):
    """The rest are rare in so small an authority."""
    assert lost["kind"].n_unique() > len(KINDS) / 2


def test_every_row_of_the_table_is_once_in_the_workbook_of_whom_it_goes_to(lost, worklist):
    held = lost.select("kind", "says", "goes_to").sort(pl.all())
    assert worklist.select("kind", "says", "goes_to").sort(pl.all()).equals(held)
    assert lost.height > 20


def test_every_row_of_the_worklist_has_a_name(worklist):
    assert worklist.filter(pl.col("who").str.contains("not held")).is_empty()
    assert worklist["who"].str.contains(r"^[^,\n]+, [^\n]+\nborn ").all()


def test_every_count_the_board_shows_is_how_many_rows_the_worklist_has(worklist, board):
    rows = dict(worklist.group_by("kind").len().rows())
    shown = board.filter("judged", pl.col("scope") == "home").drop_nulls("pupils")
    assert [row["kind"] for row in shown.iter_rows(named=True) if row["pupils"] != rows.get(row["kind"], 0)] == []
    assert shown.filter(pl.col("pupils") > 0).height >= 2


def test_the_board_has_every_kind_and_of_what_cannot_be_judged_no_nought(board, lost):
    assert set(board["kind"]) == set(KIND)
    unjudged = board.filter(~pl.col("judged"))
    assert unjudged["pupils"].null_count() == unjudged.height
    assert set(unjudged.filter(scope="home")["kind"]) & set(lost["kind"]) == set()


def test_children_in_care_are_counted_for_no_school(board):
    of_care = board.filter(pl.col("kind").is_in([kind.name for kind in KINDS if kind.where is Where.HOME]))
    assert of_care["scope"].unique().to_list() == ["home"]


def test_nothing_tells_of_faith_travel_or_custody_and_no_name_is_in_the_table(night, lost):
    assert lost.filter(pl.col("says").str.contains(f"(?i){NOT_TO_BE_TOLD.pattern}")).is_empty()
    with identity.identity(night.home) as con:
        surnames = {one for (one,) in con.execute("SELECT surname FROM identity.people").fetchall() if one}
    assert [
        text for text in lost["says"] if {word.strip(".,;") for word in text.split()} & surnames - SCHOOL_WORDS
    ] == []


SCHOOL_WORDS = {"May", "March", "April", "Year", "Left", "Ill", "English"}
"""Words of sentences that may be somebody's surname."""


def test_the_same_flag_again_gives_the_same_worklists_to_the_byte(night, tmp_path):
    again = Lived(night.made, copied(night.home, tmp_path / "home"))
    assert a2n("flag", "--home", again.home.folder, "--as-of", night.made.last_day).status == 0
    assert {who: path.read_bytes() for who, path in paths(again).items()} == {
        who: path.read_bytes() for who, path in paths(night).items()
    }
