"""The worklists of children lost between services, as an officer and a virtual school open theirs."""

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
from pipeline.tables.derived import LOST_BETWEEN_SERVICES
from pipeline.vocabulary.lost import ADVOCATE, KIND, KINDS, OFFICER, VIRTUAL_SCHOOL, Where
from pipeline.vocabulary.sen import PlanWords
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


def paths(home, as_of: date = AS_OF):
    return {OFFICER: home.lost_between_services_of(as_of), VIRTUAL_SCHOOL: home.lost_in_care_of(as_of)}


def book(home, goes_to: str, as_of: date = AS_OF):
    return openpyxl.load_workbook(BytesIO(paths(home, as_of)[goes_to].read_bytes()))


def books(home):
    return [book(home, goes_to) for goes_to in paths(home)]


def rows(home, goes_to: str, as_of: date = AS_OF) -> list[dict]:
    sheet = book(home, goes_to, as_of)[SHEETS[goes_to]]
    headings = [cell.value for cell in sheet[4]]
    return [dict(zip(headings, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=5)]


@pytest.fixture(scope="module")
def written(home, lost):
    assert write_lost(home, look(lost)) == 2
    return home


def test_each_who_is_asked_has_a_workbook_of_their_own_with_a_cover_and_one_sheet(written):
    assert book(written, OFFICER).sheetnames == ["About", "For the officer"]
    assert book(written, VIRTUAL_SCHOOL).sheetnames == ["About", "For the virtual school"]


def test_each_row_says_who_where_what_since_when_how_long_what_is_known_and_what_to_ask(written, lost):
    [told] = rows(written, OFFICER)
    fact = lost.rows.filter(pupil_id="juno").row(0, named=True)
    assert told == {
        "Who": "Lovelace, =Juno\nborn 4 March 2012\nYear 9", "School": f"Ash Secondary ({ASH})",
        "What happened": "Left a roll, and not seen here since", "Since": "9 September 2025", "How long": "28 school days",
        "What is known": fact["says"], "Question": fact["asks"], "What was done": None, "On": None,
    }  # fmt: skip


def test_a_child_in_care_is_in_the_virtual_schools_workbook_alone_and_an_advocate_is_asked_for(written):
    [told] = rows(written, VIRTUAL_SCHOOL)
    assert told["Who"] == "Babbage, Bede\nYear 8"
    assert told["Question"].endswith(ADVOCATE)
    assert "Babbage" not in everything_in(book(written, OFFICER))
    assert "Lovelace" not in everything_in(book(written, VIRTUAL_SCHOOL))


def everything_in(made) -> str:
    return str([[cell.value for row in sheet.iter_rows() for cell in row] for sheet in made])


def counted(home, goes_to: str) -> dict[str, str]:
    return {row[0].value: row[1].value for row in book(home, goes_to)["About"].iter_rows()}


def test_a_cover_says_what_it_is_and_is_not_and_counts_its_own_workbooks_kinds_or_says_that_it_cannot(written):
    for goes_to in paths(written):
        text = everything_in(book(written, goes_to))
        for word in (
            "question to ask, never a finding",
            "out of its sight",
            "not for penalty notices, prosecution",
            "no e-mail",
            "in the school's last 20 school days",
        ):
            assert word in text
        counts = counted(written, goes_to)
        assert counts[KIND["left_and_not_seen_here"].words] == "1"
        assert counts[KIND["plan_past_20_weeks"].words] == "0"
        assert counts[KIND["phase_transfer_past_due"].words] == CANNOT["phase_transfer_past_due"]


def test_the_officers_cover_has_no_line_of_children_in_care(written):
    of_care = {kind.words for kind in KINDS if kind.where is Where.HOME}
    others = {kind.words for kind in KINDS} - of_care
    assert others <= set(counted(written, OFFICER)) and not of_care & set(counted(written, OFFICER))
    assert others | of_care <= set(counted(written, VIRTUAL_SCHOOL))


def test_a_cover_says_a_plan_as_this_home_does(home, lost):
    other = date(2025, 11, 7)
    write_lost(home, look(replace(lost, words=PlanWords("Targeted support", "Individual plan")), as_of=other))
    said = everything_in(book(home, VIRTUAL_SCHOOL, other)["About"].parent)
    assert "In care with an Individual plan" in said and "EHC" not in said


@pytest.mark.parametrize("group, told", [("R", "Reception"), ("9", "Year 9")])
def test_a_year_group_is_said_as_on_every_list(home, lost, group, told):
    other = date(2025, 11, 14)
    of_group = spells(ROLLS.replace("| 9\n", f"| {group}\n"))
    write_lost(home, SimpleNamespace(**vars(look(lost, as_of=other)) | {"enrolled": of_group}))
    assert rows(home, OFFICER, other)[0]["Who"].endswith(f"\n{told}")


def test_the_longest_comes_first_and_within_a_day_rows_are_by_name_whatever_the_keys(home, lost):
    other, kind = date(2025, 11, 21), "left_and_not_seen_here"
    first = lost.rows.filter(pl.col("pupil_id") == "juno").drop("pupil_id", "since")
    some = pl.DataFrame(
        {"pupil_id": ["adam", "bede", "juno"], "since": [date(2025, 9, 9), date(2025, 9, 10), date(2025, 9, 10)]}
    )
    named = LOST_BETWEEN_SERVICES.conform(some.join(first, how="cross"))
    people = [("adam", "U3", "Zola", "Adam", None), ("juno", "U1", "Aaron", "Juno", None)]
    schema = {
        "pupil_id": pl.String,
        "upn": pl.String,
        "surname": pl.String,
        "forename": pl.String,
        "date_of_birth": pl.Date,
    }
    identity.remember(home, pl.DataFrame(people, schema=schema, orient="row"), known_on=date(2025, 11, 20))
    for order in (named, named.reverse()):
        write_lost(home, look(replace(lost, rows=order), as_of=other))
        who = [row["Who"].partition(",")[0] for row in rows(home, OFFICER, other)]
        assert (
            who == ["Zola", "Aaron", "Babbage"] and KIND[kind].words == rows(home, OFFICER, other)[0]["What happened"]
        )


def test_a_made_up_home_says_so_on_every_sheet(written):
    for sheet in (sheet for made in books(written) for sheet in made):
        assert "MADE-UP DATA" in str([cell.value for row in sheet.iter_rows(max_row=3) for cell in row])


def test_no_cell_uses_a_word_never_used_of_a_child_and_none_is_a_formula_or_a_link(written):
    for sheet in (sheet for made in books(written) for sheet in made):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value):
            assert not NEVER_IN_A_SENTENCE.search(str(cell.value)), cell.coordinate
            assert (cell.data_type, cell.hyperlink) == ("s", None)


def test_it_prints_on_a4_across_one_page_wide_with_its_headings_on_each(written):
    for sheet in (sheet for made in books(written) for sheet in made):
        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)
    assert book(written, OFFICER)["For the officer"].print_title_rows == "$4:$4"


def test_each_is_its_owners_alone_and_so_is_their_folder(written):
    for path in paths(written).values():
        assert oct(path.stat().st_mode & 0o777) == "0o600"
        assert oct(path.parent.stat().st_mode & 0o777) == "0o700"
        assert sorted(one.name for one in path.parent.iterdir()) == [
            "lost_between_services.xlsx",
            "lost_between_services_virtual_school.xlsx",
        ]


def test_the_same_rows_give_the_same_bytes(written, lost):
    before = [path.read_bytes() for path in paths(written).values()]
    write_lost(written, look(lost))
    assert [path.read_bytes() for path in paths(written).values()] == before


@pytest.mark.parametrize("left", [(OFFICER,), (VIRTUAL_SCHOOL,), ()])
def test_a_workbook_with_nobody_in_it_is_not_written_and_one_written_before_is_gone(home, lost, left):
    other = date(2025, 10, 24)
    fewer = replace(lost, rows=lost.rows.filter(pl.col("goes_to").is_in(left)))
    for told, there in ((fewer, left), (lost, (OFFICER, VIRTUAL_SCHOOL)), (fewer, left)):
        assert write_lost(home, look(told, as_of=other)) == told.rows.height
        assert [who for who, path in paths(home, other).items() if path.exists()] == list(there)


def test_a_birth_date_is_as_known_on_the_day(home):
    told = identity.births(home, ["juno", "bede"], as_of=AS_OF)
    assert told.rows() == [("juno", date(2012, 3, 4))]
    assert identity.births(home, ["juno"], as_of=date(2025, 8, 31)).is_empty()
