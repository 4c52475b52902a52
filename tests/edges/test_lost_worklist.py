"""The worklist of children lost between services, as an officer opens it."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from types import SimpleNamespace

import openpyxl
import polars as pl
import pytest

from pipeline.edges import identity
from pipeline.edges.settings import make_home
from pipeline.hops.lost_worklist import SHEETS, write_lost
from pipeline.steps.lost import Lost
from pipeline.vocabulary.lost import ADVOCATE, KIND, KINDS, OFFICER, VIRTUAL_SCHOOL
from tests.house.test_words import NEVER_IN_A_SENTENCE
from tests.spec.lost_drawn import AS_OF, ASH, SCHOOLS, found, in_care, spells

ROLLS = """
    pupil_id | urn    | entry_date | leaving_date | nc_year
    ---------+--------+------------+--------------+--------
    juno     | 100001 | 2024-09-02 | 2025-09-09   | 9
    bede     | 100001 | 2024-09-02 | 2025-09-10   | 8
    """
CANNOT = {"phase_transfer_past_due": "Cannot be judged: no return of plans (SEN2) has been sent."}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = make_home(tmp_path_factory.mktemp("officer") / "home", demo=True)
    people = pl.DataFrame(
        [("juno", "U1", "Lovelace", "=Juno", date(2012, 3, 4)), ("bede", "U2", "Babbage", "Bede", None)],
        schema={"pupil_id": pl.String, "upn": pl.String, "surname": pl.String, "forename": pl.String, "date_of_birth": pl.Date},
        orient="row",
    )  # fmt: skip
    identity.remember(made, people, known_on=date(2025, 9, 1))
    return made


@pytest.fixture(scope="module")
def lost() -> Lost:
    """Juno and Bede have left and are not seen here; Bede is in care."""
    return replace(found(ROLLS, **in_care("bede")), cannot=CANNOT)


def look(lost: Lost, as_of: date = AS_OF):
    """What of a look the worklist reads."""
    children = pl.DataFrame(schema={"pupil_id": pl.String, "known_as": pl.String})
    known = SimpleNamespace(children=children, schools=SCHOOLS)
    return SimpleNamespace(as_of=as_of, lost=lost, known=known, enrolled=spells(ROLLS))


def book(home, as_of: date = AS_OF):
    return openpyxl.load_workbook(BytesIO(home.lost_between_services_of(as_of).read_bytes()))


def rows(home, goes_to: str) -> list[dict]:
    sheet = book(home)[SHEETS[goes_to]]
    headings = [cell.value for cell in sheet[4]]
    return [dict(zip(headings, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=5)]


@pytest.fixture(scope="module")
def written(home, lost):
    assert write_lost(home, look(lost)) == 2
    return home


def test_it_has_a_cover_and_a_sheet_for_each_who_is_asked(written):
    assert book(written).sheetnames == ["About", "For the officer", "For the virtual school"]


def test_each_row_says_who_where_what_since_when_how_long_what_is_known_and_what_to_ask(written, lost):
    [told] = rows(written, OFFICER)
    fact = lost.rows.filter(pupil_id="juno").row(0, named=True)
    assert told == {
        "Who": "Lovelace, =Juno\nborn 4 March 2012\nyear group 9", "School": f"Ash Secondary ({ASH})",
        "What happened": "Left a roll, and not seen here since", "Since": "9 September 2025", "How long": "28 school days",
        "What is known": fact["says"], "Question": fact["asks"], "What was done": None, "On": None,
    }  # fmt: skip


def test_a_child_in_care_is_on_the_virtual_schools_sheet_alone_and_an_advocate_is_asked_for(written):
    [told] = rows(written, VIRTUAL_SCHOOL)
    assert told["Who"] == "Babbage, Bede\nyear group 8"
    assert told["Question"].endswith(ADVOCATE)
    assert "Babbage" not in str(rows(written, OFFICER))


def test_the_cover_says_what_it_is_and_is_not_and_counts_every_kind_or_says_that_it_cannot(written):
    cells = [[cell.value for cell in row] for row in book(written)["About"].iter_rows()]
    text = " ".join(str(cell) for row in cells for cell in row)
    for word in (
        "question to ask, never a finding",
        "out of its sight",
        "not for penalty notices, prosecution",
        "no e-mail",
    ):
        assert word in text
    counts = {row[0]: row[1] for row in cells}
    assert counts[KIND["left_and_not_seen_here"].words] == "2"
    assert counts[KIND["plan_past_20_weeks"].words] == "0"
    assert counts[KIND["phase_transfer_past_due"].words] == CANNOT["phase_transfer_past_due"]
    assert {kind.words for kind in KINDS} <= set(counts)


def test_a_made_up_home_says_so_on_every_sheet(written):
    for sheet in book(written):
        assert "MADE-UP DATA" in str([cell.value for row in sheet.iter_rows(max_row=3) for cell in row])


def test_no_cell_uses_a_word_never_used_of_a_child_and_none_is_a_formula_or_a_link(written):
    for sheet in book(written):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value):
            assert not NEVER_IN_A_SENTENCE.search(str(cell.value)), cell.coordinate
            assert (cell.data_type, cell.hyperlink) == ("s", None)


def test_it_prints_on_a4_across_one_page_wide_with_its_headings_on_each(written):
    for sheet in book(written):
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert book(written)["For the officer"].print_title_rows == "$4:$4"


def test_it_is_its_owners_alone_and_so_is_its_folder(written):
    path = written.lost_between_services_of(AS_OF)
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
    assert [one.name for one in path.parent.iterdir()] == ["lost_between_services.xlsx"]


def test_the_same_rows_give_the_same_bytes(written, lost):
    path = written.lost_between_services_of(AS_OF)
    before = path.read_bytes()
    write_lost(written, look(lost))
    assert path.read_bytes() == before


def test_where_nobody_is_in_care_their_sheet_says_so(home, lost):
    other = date(2025, 10, 24)
    officers = replace(lost, rows=lost.rows.filter(goes_to=OFFICER))
    write_lost(home, look(officers, as_of=other))
    assert book(home, other)["For the virtual school"]["A5"].value == "Nobody on this day"


def test_with_nobody_to_write_of_there_is_no_worklist_and_one_written_before_is_gone(home, lost):
    other = date(2025, 10, 31)
    nobody = replace(lost, rows=lost.rows.clear())
    assert write_lost(home, look(nobody, as_of=other)) == 0
    assert not home.lost_between_services_of(other).exists()
    write_lost(home, look(lost, as_of=other))
    assert home.lost_between_services_of(other).exists()
    write_lost(home, look(nobody, as_of=other))
    assert not home.lost_between_services_of(other).exists()


def test_a_birth_date_is_as_known_on_the_day(home):
    told = identity.births(home, ["juno", "bede"], as_of=AS_OF)
    assert told.rows() == [("juno", date(2012, 3, 4))]
    assert identity.births(home, ["juno"], as_of=date(2025, 8, 31)).is_empty()
