"""Pages to print, as a user has them: made at night when all else is out, asked for afterwards, and never in the way."""

import re
import stat

import duckdb
import polars as pl
import pytest
from pypdf import PdfReader

from pipeline.edges import identity
from pipeline.hops import printing
from pipeline.hops.printing import _to_print
from pipeline.steps.printable import KINDS
from tests.edges.test_printables import tags
from tests.edges.test_workbooks import made_up_list, made_up_pupil
from tests.house.test_words import NEVER_IN_A_SENTENCE

from .at_home import a2n, copied, deliver, lists, tables
from .killed import KILLED, a2n_killed
from .test_night import NOT_TO_BE_TOLD

pytestmark = pytest.mark.usefixtures("in_little_time")


def made(home, day) -> dict:
    """The PDFs of a day, byte for byte, by file name."""
    folder = home.printables_of(day)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())} if folder.exists() else {}


def listed(home) -> pl.DataFrame:
    triage = tables(home, "derived")["derived.triage"].filter(pl.col("outcome") == "listed")
    return triage.filter(pl.col("as_of") == triage["as_of"].max())


def setting(home, value: str) -> None:
    path = home.folder / "settings.toml"
    told = path.read_text()
    assert 'printables = "changed"' in told
    path.write_text(told.replace('printables = "changed"', f'printables = "{value}"'))


@pytest.fixture
def again(night, tmp_path):
    """A copy of the home after its first night, with no list or page written in it yet."""
    return copied(night.home, tmp_path / "home")


def test_after_a_night_every_pupil_listed_has_a_page_in_the_order_of_the_list(night):
    rows = listed(night.home)
    names = identity.names(night.home, rows["pupil_id"].to_list(), as_of=night.made.last_day)
    surnames = dict(names.select("pupil_id", "surname").rows())
    for (urn,), of_school in rows.sort("place").partition_by("urn", as_dict=True).items():
        pages = PdfReader(night.home.printables_of(night.made.last_day) / f"{urn}.pdf").pages
        assert len(pages) == of_school.height
        for page, pupil_id in zip(pages, of_school["pupil_id"], strict=True):
            assert surnames[pupil_id] in page.extract_text()


def test_the_squares_of_every_page_are_the_sessions_the_warehouse_has_of_its_pupil(night):
    features = {row["pupil_id"]: row for row in tables(night.home, "derived")["derived.pupil_features"].to_dicts()}
    for (urn,), of_school in listed(night.home).sort("place").partition_by("urn", as_dict=True).items():
        pages = PdfReader(night.home.printables_of(night.made.last_day) / f"{urn}.pdf").pages
        for page, pupil_id in zip(pages, of_school["pupil_id"], strict=True):
            said, of_pupil = " ".join(page.extract_text().split()), features[pupil_id]
            of_kind = {kind.name: int(re.search(rf"{kind.label}: (\d+)", said)[1]) for kind in KINDS}
            counts = list(of_kind.values())
            assert sum(counts) == of_pupil["possible_sessions_ytd"]
            assert sum(counts[1:]) == of_pupil["absence_sessions_ytd"]
            assert of_kind["illness"] == of_pupil["illness_sessions_ytd"]


def test_no_page_and_no_drawing_told_in_words_says_what_must_not_be_told(night):
    for path in night.home.printables_of(night.made.last_day).iterdir():
        pdf = PdfReader(path)
        told = [str(one["/Alt"]) for one in tags(pdf) if "/Alt" in one]
        said = " ".join([*told, *(page.extract_text() for page in pdf.pages)])
        assert len(told) == len(pdf.pages)
        assert not NEVER_IN_A_SENTENCE.search(said) and not NOT_TO_BE_TOLD.search(said)


def test_pages_are_for_their_owner_alone_and_counted_by_school_in_what_the_night_says(night):
    folder = night.home.printables_of(night.made.last_day)
    counts = {str(urn): pages for urn, pages in listed(night.home).group_by("urn").len().rows()}
    assert night.ran.told["printables"] == counts
    assert {path.name for path in folder.iterdir()} == {f"{urn}.pdf" for urn in counts}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_asked_for_afterwards_the_pages_are_the_same_to_the_byte_and_the_warehouse_is_as_it_was(night, again):
    before = tables(again)
    ran = a2n("print", "--home", again.folder, "--as-of", night.made.last_day)
    assert ran.status == 0 and f"{listed(again).height} pages to print, of " in ran.out
    assert made(again, night.made.last_day) == made(night.home, night.made.last_day)
    after = tables(again)
    assert [name for name in before if not before[name].equals(after[name])] == []
    assert not again.lists_of(night.made.last_day).exists()


def test_one_school_can_be_asked_for_alone(night, again):
    urn = listed(again)["urn"].min()
    ran = a2n("print", "--home", again.folder, "--as-of", night.made.last_day, "--school", urn, "--all")
    assert ran.status == 0 and "of 1 school" in ran.out
    assert list(made(again, night.made.last_day)) == [f"{urn}.pdf"]


def test_a_school_or_a_day_without_lists_is_refused_in_words(night, again):
    other = a2n("print", "--home", again.folder, "--as-of", night.made.last_day, "--school", 999999)
    assert other.status == 1 and other.err.startswith("Stopped: School 999999 has no list of ")
    never = a2n("print", "--home", again.folder, "--as-of", "2025-06-20")
    assert never.status == 1 and "There are no lists of 20/06/2025" in never.err and "a2n flag" in never.err
    assert made(again, night.made.last_day) == {}


@pytest.mark.parametrize("value, at_night", [("on demand", False), pytest.param("all", True, marks=pytest.mark.long)])
@pytest.mark.long
def test_settings_say_whether_pages_are_made_without_being_asked_for(night, tmp_path, value, at_night):
    home = copied(night.before, tmp_path / "home")
    setting(home, value)
    deliver(home, night.made.files, "this_year")
    ran = a2n("nightly", "--home", home.folder, "--as-of", night.made.last_day, "--json")
    assert ran.status == 0
    assert bool(made(home, night.made.last_day)) is bool(ran.told["printables"]) is at_night
    assert a2n("print", "--home", home.folder, "--as-of", night.made.last_day).status == 0
    assert made(home, night.made.last_day) == made(night.home, night.made.last_day)


def test_a_row_that_did_not_change_is_printed_only_for_the_asking():
    rows = [made_up_pupil(n, change=change) for n, change in enumerate(("new", "worse", "better", "unchanged"), 1)]
    school = made_up_list(*rows)
    assert [one.change for one in _to_print(school, everyone=False)] == ["new", "worse", "better"]
    assert _to_print(school, everyone=True) == rows


def test_killed_while_it_prints_lists_and_figures_are_out_and_the_next_run_mends_it(night, again):
    day, words = night.made.last_day, ("flag", "--home", again.folder, "--as-of", night.made.last_day)
    assert a2n_killed("pipeline.edges.printables:put_in_place", 3, *words) == KILLED
    assert lists(again, day) == lists(night.home, day)
    with duckdb.connect(again.published / "current.duckdb", read_only=True) as con:
        assert con.execute("SELECT as_of FROM published.run").fetchall() == [(day,)]
    whole = made(night.home, day)
    left = {name: content for name, content in made(again, day).items() if name.endswith(".pdf")}
    assert len(left) < len(whole) and all(whole[name] == content for name, content in left.items())
    (again.printables_of(day) / ".left.part").write_bytes(b"what a killed run left half written")
    assert a2n("print", "--home", again.folder, "--as-of", day).status == 0
    assert made(again, day) == whole


def test_pages_of_lists_that_are_written_anew_are_taken_away_with_them(night, again):
    folder = again.printables_of(night.made.last_day)
    folder.mkdir(parents=True)
    (folder / "999999.pdf").write_bytes(b"of a school that has no list any more")
    assert a2n("flag", "--home", again.folder, "--as-of", night.made.last_day).status == 0
    assert made(again, night.made.last_day) == made(night.home, night.made.last_day)


def test_what_stops_the_printing_is_told_and_stops_nothing_else(night, again, monkeypatch):
    def without(*_):
        raise printing.Refused("No printable can be made.")

    monkeypatch.setattr(printing, "typst", without)
    ran = a2n("flag", "--home", again.folder, "--as-of", night.made.last_day, "--json")
    assert ran.status == 0 and "No printable can be made." in ran.told["remarks"]
    assert lists(again, night.made.last_day) == lists(night.home, night.made.last_day)
    asked = a2n("print", "--home", again.folder, "--as-of", night.made.last_day)
    assert (asked.status, asked.err) == (1, "Stopped: No printable can be made.\n")


def test_one_school_that_cannot_be_printed_keeps_no_other_from_it(night, again, monkeypatch):
    real, first = printing.write_printable, listed(night.home)["urn"].min()

    def fails_once(listed, pages, path):
        if listed.urn == first:
            raise printing.Refused(f"The printable of school {first} could not be laid out.")
        real(listed, pages, path)

    monkeypatch.setattr(printing, "write_printable", fails_once)
    ran = a2n("flag", "--home", again.folder, "--as-of", night.made.last_day, "--json")
    assert ran.status == 0 and f"The printable of school {first} could not be laid out." in ran.told["remarks"]
    whole = made(night.home, night.made.last_day)
    assert made(again, night.made.last_day) == {
        name: content for name, content in whole.items() if name != f"{first}.pdf"
    }
