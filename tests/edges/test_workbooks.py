"""The workbook a SENCo opens, read back as a spreadsheet reads it and as the bytes it is made of."""

import fcntl
import io
import re
import stat
import zipfile
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import ceil
from pathlib import Path

import openpyxl
import openpyxl.utils
import pytest

from pipeline.edges.seals import Seals
from pipeline.edges.workbook_columns import ANSWERS, RECORDS
from pipeline.edges.workbooks import (
    DECISIONS,
    HistoryNeeded,
    ListedPupil,
    ReviewList,
    parts_of,
    put_in_place,
    write_parts,
)

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")  # openpyxl reads around them

SEALS = Seals("a key that no home has, but these tests")
COMMAND = "=cmd|' /C calc'!A0"


def made_up_pupil(place: int = 1, **facts) -> ListedPupil:
    """A made-up pupil with nothing unusual about them; a test names only what matters to it."""
    usual = {
        "pupil_id": f"abcdefghij{place:02d}".replace("0", "o").replace("1", "l"),
        "surname": "Adeyemi",
        "forename": "Tobi",
        "nc_year": "8",
        "section": "main",
        "reasons": ("Absent for 31 of 142 possible sessions since 2 September 2025 (21.8%).",),
        "changed": "New on this list",
        "weekly": (1.0, 0.9, 0.8, 0.9, 1.0, 0.5, 0.6, 0.7, 0.4, 0.7, 0.8, 0.6),
        "last_four_weeks": "Absent for 9 of 38 sessions: illness 6, no reason yet 3",
        "support": "Nothing on file",
        "next_step": "What does the pupil say is hardest about coming in?",
    }
    return ListedPupil(place=place, **{**usual, **facts})


def made_up_list(*rows: ListedPupil, **facts) -> ReviewList:
    usual = {
        "urn": 100001,
        "school": "Larkfield Community School",
        "as_of": date(2026, 3, 6),
        "registers_to": date(2026, 3, 5),
        "places": 10,
        "roll": 912,
        "issued_by": "Wexborough (made up)",
        "demo": True,
        "history_needed": (HistoryNeeded("Moreau, Élodie", "9", date(2026, 2, 24), 14),),
        "counted": (
            ("Worth a look, but no place free", 14),
            ("Already known: help is in place and reviewed in time", 37),
            ("Most sessions missed carry codes that do not ask about need", 6),
        ),
        "lines": ("Places were set to 10 by the school (usual: 18).",),
    }
    return ReviewList(rows=rows or (made_up_pupil(),), **{**usual, **facts})


def full_list() -> ReviewList:
    """Ten places, all taken, with the longest and oddest things that come."""
    rising = "Absent for 13 of 40 sessions in the last 20 school days (32.5%), up from 11.8% before."
    illness = "Ill in 6 separate spells this year, 26 sessions in all; the longest lasted 4 school days."
    spells = "Absent 9 separate times this term; no two of them more than a school week apart."
    worse = "Missed 21.8% so far this year, against 9.4% by the same point of last year."
    ytd = "Absent for 31 of 142 possible sessions since 2 September 2025 (21.8%)."
    part_time = "On a part-time timetable (code C2) in 14 school weeks this year: 58 sessions."
    suspended = "Suspended 2 times in the last 12 months, last on 3 February 2026."
    moved = "Joined this school this year, on 17 November 2025."
    severe = "Absent for 96 of 171 possible sessions since 2 September 2025 (56.1%)."
    ask, agreed = "What does the pupil say is hardest about coming in?", "When is it due to end, and who agreed it?"
    well = "Has anyone asked the school nurse or a doctor what lies behind so many short illnesses?"
    sliding = (1.0, 0.9, 1.0, 0.9, 0.8, 1.0, 0.7, 0.8, 0.6, 0.6, 0.7, 0.6)
    gone = (0.6, 0.5, 0.7, 0.4, None, 0.5, 0.3, 0.2, 0.4, 0.1, 0.0, 0.0)
    steady = (0.8, 0.9, 0.8, 0.7, 0.9, 0.8, 0.8, 0.9, 0.7, 0.8, 0.9, 0.8)
    again = "Also on the list of 20 February 2026, place 3; waiting 14 days"
    plan = "EHC plan, last reviewed 4 June 2025; review due 4 June 2026"
    long_support = "SEN support since 12 January 2024, last reviewed 3 October 2025; young carer since 1 May 2025"
    rows = (
        made_up_pupil(1, surname="Featherstonehaugh-Okonkwo", forename="Amarachi Wilhelmina",
                      reasons=(ytd, rising, illness, spells, worse), weekly=sliding, next_step=well),
        made_up_pupil(2, surname="Nowak", forename="Zofia", nc_year="10", reasons=(part_time, severe), changed=again,
                      weekly=gone, support=long_support, next_step=agreed,
                      last_four_weeks="Absent for 33 of 38 sessions: illness 5, part-time timetable 20, no reason yet 8"),
        made_up_pupil(3, surname="王", forename="小明", reasons=(ytd, spells), weekly=steady, next_step=ask),
        made_up_pupil(4, surname=COMMAND, forename="Robin", nc_year="7", reasons=(ytd,), next_step=ask),
        made_up_pupil(5, surname="@SUM(A1)", forename="-Lee", nc_year="9", reasons=(worse, "+1 spell since the last list."),
                      support="=HYPERLINK(\"https://example.org\")", next_step=ask),
        made_up_pupil(6, surname="الأحمد", forename="ليلى", nc_year="11", reasons=(ytd, rising), weekly=sliding),
        made_up_pupil(7, surname="O’Sullivan-Vandenbroucke", forename="Saoirse", nc_year="10", changed=again,
                      reasons=(severe, suspended, worse), weekly=gone, support=plan,
                      next_step="The plan was last reviewed nine months ago: is an early review needed?"),
        made_up_pupil(8, surname="Петренко", forename="Олександр", reasons=(moved, ytd), nc_year="R",
                      weekly=(None,) * 8 + (0.9, 0.8, 0.6, 0.7), next_step="Has the last school sent its file?"),
        made_up_pupil(9, surname="Khan", forename="Idris", nc_year="12", section="sixth_form", reasons=(worse,)),
        made_up_pupil(10, surname="Li", forename="Jo", nc_year="13", section="sixth_form", reasons=(worse, rising),
                      weekly=(None,) * 12),
    )  # fmt: skip
    return made_up_list(*rows)


def written(listed: ReviewList, folder: Path) -> Path:
    path = folder / f"{listed.urn}.xlsx"
    write_parts(parts_of(listed, SEALS), path)
    return path


def opened(listed: ReviewList, folder: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(written(listed, folder), rich_text=False)


def parts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name).decode() for name in package.namelist()}


def heading_row(sheet) -> int:
    """The row that heads the cells to fill; two above it stands what the records say."""
    return next(cell.row for cell in sheet["A"] if cell.value == "Key")


def headed(sheet) -> dict[str, str]:
    """The letter of each column to fill, by the first line of its heading."""
    return {str(cell.value).split("\n")[0]: cell.column_letter for cell in sheet[heading_row(sheet)] if cell.value}


def said_in(sheet) -> dict[str, str]:
    """The letter of what the records say, by its heading."""
    return {cell.value: cell.column_letter for cell in sheet[heading_row(sheet) - 2] if cell.value}


def pupil_rows(sheet) -> list[int]:
    """A row with a key is one to answer in; that is how the workbook is read when it comes back."""
    below = range(heading_row(sheet) + 1, sheet.max_row + 1)
    return [row for row in below if sheet.cell(row, 1).value not in (None, "-")]


def told_rows(sheet) -> list[int]:
    """The rows of what the records say: with a place, and no key."""
    below = range(heading_row(sheet) + 1, sheet.max_row + 1)
    return [row for row in below if isinstance(sheet.cell(row, 3).value, int) and sheet.cell(row, 1).value == "-"]


def places(sheet) -> list[int]:
    return [sheet.cell(row, 3).value for row in told_rows(sheet)]


def every_text(book: openpyxl.Workbook) -> list[str]:
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


# ---- text is text


def test_text_that_begins_like_a_formula_stays_text_whatever_cell_it_stands_in(tmp_path):
    told = ("=1+1", "+44 20 7946 0000", "-2", "@SUM(A1)", "https://example.org", "{=A1}")
    for number, text in enumerate(told):
        everywhere = made_up_pupil(surname=text, forename=text, nc_year=text, reasons=(text,), changed=text,
                                   last_four_weeks=text, support=text, next_step=text)  # fmt: skip
        listed = made_up_list(everywhere, school=text, issued_by=text, lines=(text,), counted=((text, 3),),
                              history_needed=(HistoryNeeded(text, text, date(2026, 2, 24), 14),))  # fmt: skip
        (tmp_path / str(number)).mkdir()
        path = written(listed, tmp_path / str(number))

        book = openpyxl.load_workbook(path)
        assert text in every_text(book), "what was told is there, letter for letter"
        assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        for name, xml in parts(path).items():
            assert not re.search(r"<f[ >/]", xml), f"{name} holds a formula"
            assert not re.search(r"<hyperlink[ >s/]|/hyperlink\"", xml), f"{name} holds a link"


def test_a_command_for_a_surname_is_the_first_word_of_a_name_and_no_more(tmp_path):
    sheet = opened(made_up_list(made_up_pupil(surname=COMMAND, forename="Robin")), tmp_path)["Review list"]

    cell = sheet[f"{said_in(sheet)['Pupil']}{told_rows(sheet)[0]}"]

    assert cell.data_type == "s"
    assert cell.value.split("\n")[0] == f"{COMMAND}, Robin"


def test_text_that_looks_like_the_workbooks_own_markup_is_shown_and_not_obeyed(tmp_path):
    markup = "<r><rPr><b/></rPr><t>x</t></r>"

    path = written(made_up_list(made_up_pupil(support=markup)), tmp_path)

    assert "&lt;r&gt;&lt;rPr&gt;" in parts(path)["xl/sharedStrings.xml"]


def test_marks_no_one_can_see_are_left_out_and_letters_of_any_script_are_kept(tmp_path):
    pupil = made_up_pupil(surname="الأحمد", forename="Zo\u0308e\x07\u202e", support="王小明")

    told = "\n".join(every_text(opened(made_up_list(pupil), tmp_path)))

    assert "الأحمد, Zo\u0308e\n" in told
    assert "王小明" in told
    assert "\u202e" not in told and "\x07" not in told


def test_a_pupil_of_whose_name_nothing_can_be_seen_has_a_row_that_says_so(tmp_path):
    seen, unseen = made_up_pupil(1), made_up_pupil(2, surname="\u202e", forename="")
    rows = [text for text in every_text(opened(made_up_list(seen, unseen), tmp_path)) if "\nYear 8" in text]
    assert any(text.startswith("Adeyemi, Tobi\nYear 8") for text in rows)
    assert any(text.startswith("Name not held\nYear 8") for text in rows)


def test_the_package_holds_no_macro_and_points_to_nothing_outside_it(tmp_path):
    held = parts(written(full_list(), tmp_path))

    assert not [name for name in held if re.search(r"vba|externalLink|connections|query|drawing|comments", name)]
    assert not [name for name, xml in held.items() if "TargetMode" in xml]


# ---- who is on it


def test_the_list_holds_its_places_and_one_more_is_refused_with_no_name_in_the_words(tmp_path):
    three = [made_up_pupil(place) for place in (1, 2, 3)]

    sheet = opened(made_up_list(*three, places=3), tmp_path)["Review list"]
    assert places(sheet) == [1, 2, 3]

    with pytest.raises(ValueError, match="school 100001: 3 pupils listed for 2 places") as refused:
        write_parts(parts_of(made_up_list(*three, places=2), SEALS), tmp_path / "none.xlsx")
    assert "Adeyemi" not in str(refused.value)
    assert not (tmp_path / "none.xlsx").exists()


def test_a_pupil_listed_twice_or_in_no_section_is_refused(tmp_path):
    twice = made_up_list(made_up_pupil(1), replace(made_up_pupil(1), place=2))
    nowhere = made_up_list(made_up_pupil(1, section="nursery"))

    for listed, words in ((twice, "listed twice"), (nowhere, "neither the main section nor the sixth form")):
        with pytest.raises(ValueError, match=words):
            write_parts(parts_of(listed, SEALS), tmp_path / "none.xlsx")


def test_sixth_formers_stand_under_a_heading_of_their_own(tmp_path):
    sheet = opened(full_list(), tmp_path)["Review list"]
    said = {row: str(sheet.cell(row, 3).value) for row in range(1, sheet.max_row + 1)}
    heading = next(row for row, text in said.items() if text.startswith("Sixth form"))

    below = [row for row in told_rows(sheet) if row > heading]

    assert [sheet.cell(row, 3).value for row in below] == [9, 10]
    assert all("Year 1" in sheet.cell(row, 4).value for row in below)


def test_a_school_without_listed_sixth_formers_has_no_such_heading(tmp_path):
    assert not [text for text in every_text(opened(made_up_list(), tmp_path)) if text.startswith("Sixth form")]


def test_a_row_says_its_reasons_what_changed_and_what_to_ask(tmp_path):
    sheet = opened(full_list(), tmp_path)["Review list"]
    column, first = said_in(sheet), told_rows(sheet)[0]

    def cell(heading):
        return sheet[f"{column[heading]}{first}"].value

    assert cell("Pupil") == "Featherstonehaugh-Okonkwo, Amarachi Wilhelmina\nYear 8\nNew on this list"
    assert (
        cell("Why worth a look")
        .split("\n")[0]
        .endswith("Absent for 31 of 142 possible sessions since 2 September 2025 (21.8%).")
    )
    assert len(cell("Why worth a look").split("\n")) == 5
    assert cell("Last four weeks") == "Absent for 9 of 38 sessions: illness 6, no reason yet 3"
    assert cell("Support on file") == "Nothing on file"
    assert cell("Next step: a question").endswith("?")


def test_a_list_with_no_one_on_it_says_so(tmp_path):
    empty = replace(made_up_list(), rows=(), history_needed=(), counted=(), lines=())

    told = every_text(opened(empty, tmp_path))

    assert "No pupil is on this list. See “Counted, not listed”." in told
    assert "No pupil is too new to be judged." in told
    assert "No pupil was counted and left off." in told


def test_a_new_pupil_is_named_with_the_sessions_there_were_to_judge_by(tmp_path):
    sheet = opened(made_up_list(), tmp_path)["New or moved"]

    row = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "Moreau, Élodie")

    assert row[:4] == ("Moreau, Élodie", "Year 9", "24 February 2026", 14)


def test_those_counted_and_not_listed_are_numbers_with_a_reason(tmp_path):
    book = opened(made_up_list(), tmp_path)

    rows = [row[:2] for row in book["Counted, not listed"].iter_rows(values_only=True)]
    assert ("Worth a look, but no place free", 14) in rows

    top = "\n".join(str(book["Review list"].cell(row, 3).value) for row in (1, 2, 3))
    assert "Counted, not listed: 57 (Worth a look, but no place free: 14;" in top


def test_many_reasons_are_summed_at_the_top_and_told_in_full_on_their_own_sheet(tmp_path):
    many = tuple((f"A reason that takes a good many words to tell, the {number}th of them", 2) for number in range(20))

    book = opened(made_up_list(counted=many), tmp_path)

    top = book["Review list"]["C3"].value
    assert "Counted, not listed: 40 (why: see “Counted, not listed”)." in top
    assert (many[19][0], 2) in [row[:2] for row in book["Counted, not listed"].iter_rows(values_only=True)]


# ---- twelve weeks


def drawn_weeks(path: Path) -> dict[str, str]:
    """The cells each sparkline of the list reads, by the cell it stands in."""
    drawn = re.findall(r"<xm:f>(.*?)</xm:f><xm:sqref>(.*?)</xm:sqref>", parts(path)["xl/worksheets/sheet1.xml"])
    return {cell: cells for cells, cell in drawn}


def kept_weeks(book: openpyxl.Workbook, cells: str) -> list[float | None]:
    sheet_name, within = cells.split("!")
    return [cell.value for cell in book[sheet_name.strip("'")][within.replace("$", "")][0]]


def test_each_pupil_with_registers_has_a_sparkline_of_their_own_weeks(tmp_path):
    rows = [made_up_pupil(place, weekly=(place / 10,) * 11 + (None,)) for place in (1, 2, 3)]
    path = written(made_up_list(*rows), tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["Review list"]
    column = said_in(sheet)["Last twelve school weeks"]

    drawn = drawn_weeks(path)

    told = [kept_weeks(book, drawn[f"{column}{row}"]) for row in told_rows(sheet)]
    assert told == [list(pupil.weekly) for pupil in rows]


def test_a_week_with_none_attended_is_drawn_and_a_week_with_none_possible_is_a_gap(tmp_path):
    path = written(made_up_list(made_up_pupil(weekly=(None,) * 10 + (0.0, 0.5))), tmp_path)

    (cells,) = drawn_weeks(path).values()
    kept = kept_weeks(openpyxl.load_workbook(path), cells)

    assert kept[:10] == [None] * 10
    assert 0 < kept[10] < 0.1
    assert kept[11] == 0.5


def test_a_pupil_here_for_three_weeks_has_them_drawn_at_the_right(tmp_path):
    path = written(made_up_list(made_up_pupil(weekly=(0.2, 0.4, 0.6))), tmp_path)

    (cells,) = drawn_weeks(path).values()

    assert kept_weeks(openpyxl.load_workbook(path), cells) == [None] * 9 + [0.2, 0.4, 0.6]


def test_a_pupil_without_registers_is_told_of_in_words_and_not_drawn(tmp_path):
    path = written(made_up_list(made_up_pupil(weekly=(None,) * 12)), tmp_path)

    assert drawn_weeks(path) == {}
    assert "No registers for these weeks" in every_text(openpyxl.load_workbook(path))


# ---- cells to fill


def validations(sheet, heading: str) -> list:
    cell = f"{headed(sheet)[heading]}{pupil_rows(sheet)[0]}"
    return [rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref]


def test_the_decision_is_picked_from_these_and_no_others(tmp_path):
    sheet = opened(full_list(), tmp_path)["Review list"]

    (rule,) = validations(sheet, "Decision")

    assert rule.type == "list"
    assert rule.formula1 == '"look into it,already met,other cause,not needed,could not reach,snooze until"'
    assert rule.formula1.strip('"').split(",") == list(DECISIONS)
    assert rule.errorStyle in (None, "stop") and rule.error.startswith("Please pick one of")


def test_a_snooze_ends_after_the_day_of_the_list_and_within_a_year_or_so(tmp_path):
    sheet = opened(made_up_list(), tmp_path)["Review list"]

    (rule,) = validations(sheet, "Snooze until")

    first, last = (
        date.fromordinal(date(1899, 12, 30).toordinal() + int(day)) for day in (rule.formula1, rule.formula2)
    )
    assert (rule.type, first, last) == ("date", date(2026, 3, 7), date(2027, 3, 7))


def test_only_cells_to_fill_can_be_changed(tmp_path):
    sheet = opened(full_list(), tmp_path)["Review list"]
    to_fill = {column.heading.split("\n")[0] for column in ANSWERS}

    assert sheet.protection.sheet and not sheet.protection.password
    for row in pupil_rows(sheet):
        unlocked = {name for name, letter in headed(sheet).items() if not sheet[f"{letter}{row}"].protection.locked}
        assert unlocked == to_fill
        assert all(sheet[f"{headed(sheet)[name]}{row}"].value is None for name in to_fill)


def test_words_not_yet_asked_for_show_as_a_gap_in_words_and_tint(tmp_path):
    sheet = opened(made_up_list(), tmp_path)["Review list"]
    column, row = headed(sheet), pupil_rows(sheet)[0]

    for whose in ("Pupil’s words", "Parents’ words"):
        heading = sheet[f"{column[whose]}{heading_row(sheet)}"].value
        assert "empty: not yet asked" in heading.replace("\n", " ")
        assert sheet[f"{column[whose]}{row}"].fill.fgColor.rgb != sheet[f"{column['Notes']}{row}"].fill.fgColor.rgb


# ---- what comes back


def test_the_key_is_hidden_and_locked_yet_there(tmp_path):
    sheet = opened(full_list(), tmp_path)["Review list"]

    assert sheet.column_dimensions["A"].hidden
    assert [sheet.cell(row, 1).value for row in pupil_rows(sheet)] == [pupil.pupil_id for pupil in full_list().rows]
    assert all(sheet.cell(row, 1).protection.locked for row in pupil_rows(sheet))


def test_the_workbook_knows_which_list_it_is_where_no_reader_looks(tmp_path):
    sheet = opened(made_up_list(), tmp_path)["For return"]

    facts = dict(sheet.iter_rows(min_row=1, max_row=3, max_col=2, values_only=True))

    assert facts == {"format": "2", "urn": "100001", "as_of": "2026-03-06"}
    assert sheet.sheet_state == "veryHidden"


# ---- what it says of itself


def test_the_first_sheet_says_at_its_top_what_the_list_must_not_be_used_for(tmp_path):
    book = opened(made_up_list(), tmp_path)
    sheet = book.worksheets[0]

    top = "\n".join(str(sheet.cell(row, 3).value) for row in range(1, heading_row(sheet)))

    must_not = "not for penalty notices, prosecution, exclusion, admissions, funding or judging staff"
    assert f"For offering support; {must_not}." in top
    assert "It is not a diagnosis. A person decides." in top
    assert "Registers run to 5 March 2026." in top
    assert "Larkfield Community School" in top
    assert book.active is sheet


def test_a_list_made_from_a_census_alone_claims_no_registers(tmp_path):
    told = "\n".join(every_text(opened(made_up_list(registers_to=None), tmp_path)))

    assert "No registers are held: this list rests on the school census." in told
    assert "Registers run to" not in told


def about(listed: ReviewList, folder: Path) -> str:
    cells = opened(listed, folder)["About this list"].iter_rows(values_only=True)
    return " ".join(str(cell) for row in cells for cell in row if cell)


def test_the_page_about_the_list_says_what_comes_back_and_what_a_decision_does(tmp_path):
    said = about(made_up_list(), tmp_path)

    assert "the answers are read back" in said
    assert "it keeps its place, and says how long it has waited" in said
    assert "things get worse, and the list gives the numbers; a snooze ends; or you could not reach anyone" in said
    assert "You are asked again after 4 weeks." in said
    assert "Nothing is read back" not in said and "made afresh" not in said


def test_the_page_says_that_words_stay_or_come_back_as_they_do(tmp_path):
    stay, come = (about(made_up_list(words_come_back=told), tmp_path) for told in (False, True))

    assert "Stays in your copy." in stay and "printed on the next list" not in stay
    assert "Nothing else is: what is in words, targets and notes among it, stay in your copy." in stay
    assert "printed on the next list" in come
    assert "the pupil’s and the parents’ words. Nothing else is: targets and notes stay in your copy." in come


def test_the_page_asks_the_questions_of_the_graduated_approach(tmp_path):
    rows = opened(made_up_list(), tmp_path)["About this list"].iter_rows(values_only=True)
    asked = {row[0]: row[1] for row in rows if row[0] in ("Assess", "Plan", "Do", "Review")}

    assert list(asked) == ["Assess", "Plan", "Do", "Review"]
    assert all(text.endswith("?") for text in asked.values())


def test_support_and_plans_are_called_what_this_home_calls_them(tmp_path):
    assert "“Targeted” and “Plan”" in about(made_up_list(plan_words=("Targeted", "Plan")), tmp_path)
    assert "“SEN support” and “EHC plan”" in about(made_up_list(), tmp_path)


def test_the_page_about_the_list_tells_every_column_every_decision_and_every_note(tmp_path):
    book = opened(made_up_list(), tmp_path)
    about = [row[0] for row in book["About this list"].iter_rows(values_only=True)]
    sheet = book["Review list"]
    told = [*sheet[heading_row(sheet)], *sheet[heading_row(sheet) - 2]]
    headings = [str(cell.value).replace("\n", " ") for cell in told if cell.value]

    assert set(headings) <= set(about)
    assert set(DECISIONS) <= set(about)
    assert "Places were set to 10 by the school (usual: 18)." in about


def test_made_up_data_is_marked_on_every_sheet_and_every_printed_page(tmp_path):
    for sheet in opened(made_up_list(demo=True), tmp_path):
        said = [str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if cell.value]
        assert any("MADE-UP DATA" in text for text in said), sheet.title
        if sheet.sheet_state == "visible":
            assert "MADE-UP DATA" in sheet.oddHeader.center.text


def test_a_live_list_never_says_made_up(tmp_path):
    path = written(made_up_list(demo=False, issued_by="Wexborough"), tmp_path)

    assert not [name for name, xml in parts(path).items() if "MADE-UP" in xml]


# ---- on screen and on paper


def test_headings_stay_in_sight_and_are_printed_on_every_page(tmp_path):
    sheet = opened(full_list(), tmp_path)["Review list"]

    assert sheet.freeze_panes == f"E{heading_row(sheet) + 1}", "the pupil's name stays in sight too"
    assert sheet.print_title_rows == f"${heading_row(sheet) - 2}:${heading_row(sheet)}"


def test_every_sheet_prints_on_a4_landscape_one_page_wide(tmp_path):
    for sheet in opened(full_list(), tmp_path):
        if sheet.sheet_state == "visible":
            assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
            assert "Confidential: children's records" in sheet.oddFooter.center.text
            assert "&P" in sheet.oddFooter.right.text or "&[Page]" in sheet.oddFooter.right.text


def test_the_list_is_no_wider_than_its_print_can_be_read(tmp_path):
    """A4 landscape is 297 mm less two margins; shrunk to fit, 10-point letters must stay 8 points or more."""
    sheet = opened(full_list(), tmp_path)["Review list"]
    inches = sum(pixel_width(sheet, letter) for letter in headed(sheet).values()) / 96

    printable = 297 / 25.4 - sheet.page_margins.left - sheet.page_margins.right

    assert 10 * printable / inches >= 8


def pixel_width(sheet, letter: str) -> int:
    """Neighbours of one width are kept as one entry, under the first of them."""
    place = openpyxl.utils.column_index_from_string(letter)
    dimension = next(entry for entry in sheet.column_dimensions.values() if entry.min <= place <= entry.max)
    return 0 if dimension.hidden else round(dimension.width * 7)


def width_of(sheet, cell: str) -> int:
    """Of the cell, or of all that are merged with it."""
    merged = next((found for found in sheet.merged_cells.ranges if cell in found), None)
    columns = range(merged.min_col, merged.max_col + 1) if merged else [sheet[cell].column]
    return sum(pixel_width(sheet, openpyxl.utils.get_column_letter(column)) for column in columns)


def points_needed(text: str, pixels: int) -> float:
    """A plain reckoning, apart from the writer's: 6.1 pixels a letter, no word wrap, 12 points a line."""
    return 12 * sum(max(1, ceil(len(line) * 6.1 / pixels)) for line in text.split("\n"))


def test_no_row_is_too_low_for_what_it_says(tmp_path):
    sheet = opened(full_list(), tmp_path)["Review list"]
    column = headed(sheet)

    for row in (heading_row(sheet), *pupil_rows(sheet), *told_rows(sheet)):
        needed = [
            points_needed(str(sheet[f"{letter}{row}"].value or ""), width_of(sheet, f"{letter}{row}"))
            for letter in column.values()
            if pixel_width(sheet, letter)
        ]
        assert sheet.row_dimensions[row].height >= max(needed), f"row {row}"


def test_a_row_grows_with_its_words_and_never_falls_below_room_to_write(tmp_path):
    reason = "Absent for 13 of 40 sessions in the last 20 school days (32.5%), up from 11.8% before."
    rows = [made_up_pupil(place, reasons=(reason,) * how_many) for place, how_many in ((1, 1), (2, 5), (3, 9))]

    sheet = opened(made_up_list(*rows), tmp_path)["Review list"]
    heights = [sheet.row_dimensions[row].height for row in told_rows(sheet)]

    assert all(sheet.row_dimensions[row].height >= 70 for row in pupil_rows(sheet)), "room to write by hand"
    assert heights[0] >= 60
    assert all(lower < higher for lower, higher in pairwise(heights))
    assert heights[2] <= 409, "no spreadsheet makes a taller row"


def test_writing_stands_out_from_what_it_is_written_on(tmp_path):
    """WCAG AA: 4.5 to 1 for every cell with text."""
    for sheet in opened(full_list(), tmp_path):
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            ink = cell.font.color.rgb if cell.font.color and isinstance(cell.font.color.rgb, str) else "FF000000"
            paper = cell.fill.fgColor.rgb if cell.fill.patternType == "solid" else "FFFFFFFF"
            assert contrast(ink, paper) >= 4.5, f"{sheet.title} {cell.coordinate}"


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(argb: str) -> float:
    parts_of_light = [int(argb[place : place + 2], 16) / 255 for place in (2, 4, 6)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts_of_light]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


# ---- the file


def test_the_same_list_gives_the_same_bytes_and_another_day_gives_others(tmp_path):
    once, again, later = (tmp_path / name for name in ("once.xlsx", "again.xlsx", "later.xlsx"))

    write_parts(parts_of(full_list(), SEALS), once)
    write_parts(parts_of(full_list(), SEALS), again)
    write_parts(parts_of(replace(full_list(), as_of=date(2026, 3, 20)), SEALS), later)

    assert once.read_bytes() == again.read_bytes()
    assert once.read_bytes() != later.read_bytes()
    assert "2026-03-06T00:00:00Z" in parts(once)["docProps/core.xml"]
    with zipfile.ZipFile(io.BytesIO(once.read_bytes())) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}, "no clock was asked"


def test_the_file_is_its_owners_alone_from_its_first_byte(tmp_path, monkeypatch):
    modes = []
    monkeypatch.setattr(
        "os.fsync", lambda _: modes.extend(stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir())
    )

    path = written(made_up_list(), tmp_path)

    assert modes == [0o600]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_list_readable_by_all_is_not_left_so_when_it_is_replaced(tmp_path):
    path = tmp_path / "100001.xlsx"
    path.write_bytes(b"an older list")
    path.chmod(0o644)

    write_parts(parts_of(made_up_list(), SEALS), path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_disk_that_fails_leaves_the_list_before_it_whole_and_no_piece_of_the_new(tmp_path, monkeypatch):
    path = tmp_path / "100001.xlsx"
    path.write_bytes(b"the list before")

    def full_disk(_):
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_parts(parts_of(made_up_list(), SEALS), path)

    assert path.read_bytes() == b"the list before"
    assert list(tmp_path.iterdir()) == [path]


def why(how_many: int, *more: str) -> list[str]:
    """The reasons a row gives of a pupil with so many signals raised, a line each."""
    named = tuple(f"signal {n}" for n in range(1, how_many + 1))
    said = RECORDS[0].says(
        made_up_pupil(reasons=(*(f"Reason {n}." for n in range(1, how_many + 1)), *more), named=named)
    )
    return said.split("\n")


@pytest.mark.parametrize("how_many", [1, 5, 6])
def test_up_to_six_reasons_are_all_told_in_full(how_many):
    assert why(how_many) == [f"• Reason {n}." for n in range(1, how_many + 1)]


def test_of_more_the_first_five_are_told_in_full_and_the_others_named():
    order = "Placed here mostly for: 12 of 60 sessions missed."
    assert why(8, order) == [
        *(f"• Reason {n}." for n in range(1, 6)), "• And 3 more: signal 6, signal 7, signal 8.", f"• {order}",
    ]  # fmt: skip


def test_the_styles_of_pictures_are_made_once():
    from xlsxwriter import worksheet

    assert hasattr(worksheet._get_sparkline_style, "cache_info"), "XlsxWriter names it otherwise now: lists take longer"


def test_what_a_killed_process_left_of_a_file_goes_and_what_another_is_writing_stays(tmp_path):
    left, held, of_another = (
        tmp_path / name for name in (".list.xlsx.aa.part", ".list.xlsx.bb.part", ".other.xlsx.cc.part")
    )
    for path in (left, held, of_another):
        path.write_bytes(b"half")
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        put_in_place(b"whole", tmp_path / "list.xlsx")
    assert {path.name for path in tmp_path.iterdir()} == {"list.xlsx", held.name, of_another.name}
    assert (tmp_path / "list.xlsx").read_bytes() == b"whole"
