"""Lists as they come back: answered rightly, or in each of the ways that people and programs get them wrong."""

import io
import random
import re
import shutil
import stat
import zipfile
from datetime import date, datetime
from itertools import permutations
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import openpyxl
import pytest
from xlsxwriter import Workbook

from pipeline.edges import feedback, identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.returned import returned_list
from pipeline.edges.seals import Seals
from pipeline.edges.workbook_cells import Cell, book_of
from pipeline.hops import returning
from pipeline.hops.returning import looked_into
from pipeline.vocabulary.made_up import MADE_UP
from tests.slices import a_few

from .answered import (
    AS_OF,
    BEFORE,
    KEYS,
    KNOWN_ON,
    LOOKED_INTO_KEY,
    NAMES,
    URN,
    AtHome,
    at_home,
    columns,
    decide,
    fill,
    found,
    pupils,
    repacked,
    row_of,
)

pytestmark = pytest.mark.filterwarnings("ignore:Sparkline Group extension")
TOBI, ZOFIA, IDRIS, JO = KEYS
SAVED_BY_LIBREOFFICE = Path(__file__).parent / "saved_by_libreoffice.xlsx"


@pytest.fixture
def here(tmp_path) -> AtHome:
    return at_home(tmp_path)


def sent_back(here: AtHome) -> list[tuple]:
    """Sheet, row, name and sentence of every row that went back."""
    (path,) = (here.home.outbox / "returned").glob("*.xlsx")
    rows = openpyxl.load_workbook(path)["Not taken"].iter_rows(values_only=True)
    return [row for row in rows if row[1] and row[1].isdecimal()]


def why_not(here: AtHome) -> str:
    (path,) = (here.home.outbox / "returned").glob("*.txt")
    return path.read_text()


# ---- answered rightly


def test_each_decision_is_taken_with_its_pupil_its_day_and_both_clocks(here):
    def answered(book):
        decide(book, TOBI, "look into it", date(2026, 3, 9))
        decide(
            book,
            ZOFIA,
            "snooze until",
            date(2026, 3, 10),
            snooze_until=date(2026, 5, 1),
            snooze_reason="a review is booked",
        )
        decide(book, JO, "could not reach", date(2026, 3, 11))

    here.returned(answered)
    summary = here.read()

    rows = {row["pupil_id"]: row for row in here.tables()["decisions"].to_dicts() if row["return_key"] != "before"}
    assert {
        key: (row["decision"], row["decided_on"], row["snooze_until"], row["snooze_reason"])
        for key, row in rows.items()
    } == {
        TOBI: ("look into it", date(2026, 3, 9), None, None),
        ZOFIA: ("snooze until", date(2026, 3, 10), date(2026, 5, 1), "a review is booked"),
        JO: ("could not reach", date(2026, 3, 11), None, None),
    }
    assert {(row["known_on"], row["urn"], row["list_as_of"]) for row in rows.values()} == {(KNOWN_ON, URN, AS_OF)}
    (one,) = summary.returned
    assert (one.file, one.urn, one.list_as_of, one.rows_answered, one.rows_taken, one.rows_refused) == (
        "returned/list.xlsx", URN, "2026-03-06", 3, 3, 0,
    )  # fmt: skip
    assert not (here.home.outbox / "returned").exists(), "nothing was refused, and nothing goes back"


def test_what_came_of_looking_and_a_wrong_fact_are_taken(here):
    here.returned(lambda book: (found(book), fill(book, IDRIS, fact="a mark")))
    here.read()
    tables = here.tables()

    assert tables["outcomes"].select("pupil_id", "outcome", "outcome_on", "list_as_of").row(0) == (
        LOOKED_INTO_KEY, "need found", date(2026, 3, 10), AS_OF,
    )  # fmt: skip
    assert tables["corrections"].select("pupil_id", "fact").rows() == [(IDRIS, "a mark")]
    assert here.decided() == {LOOKED_INTO_KEY: "look into it"}


@pytest.mark.parametrize("told", ["Not Needed", "  not   needed ", "NOT NEEDED\n"])
def test_a_decision_may_be_spelt_in_other_letters_and_spaces(here, told):
    here.returned(lambda book: decide(book, TOBI, told))
    here.read()

    assert here.decided()[TOBI] == "not needed"


@pytest.mark.parametrize("told", ["not needed!", "needed", "no", "not needed, already met", 1, True])
def test_and_in_no_other_words(here, told):
    here.returned(lambda book: decide(book, TOBI, told))
    here.read()

    assert TOBI not in here.decided() and here.rules() == {"decision_unknown"}


@pytest.mark.parametrize("told", [datetime(2026, 3, 9, 14, 30), 46090.6, "09/03/2026"])
def test_a_day_is_read_however_a_program_keeps_it(here, told):
    here.returned(lambda book: decide(book, TOBI, on=told))
    here.read()

    assert here.tables()["decisions"].filter(pupil_id=TOBI)["decided_on"].to_list() == [date(2026, 3, 9)]


@pytest.mark.parametrize("told", ["soon", "46090", -5, 9e9])
def test_what_is_no_day_is_refused(here, told):
    here.returned(lambda book: decide(book, TOBI, on=told))
    here.read()

    assert TOBI not in here.decided() and here.rules() == {"decided_on_no_day"}


def test_days_counted_from_1904_are_the_days_that_were_shown(here):
    path = here.returned(lambda book: decide(book, TOBI, on=46090 - 1462))
    repacked(path, lambda name, content: content.replace(b"<workbookPr", b'<workbookPr date1904="1"') if name == "xl/workbook.xml" else content)  # fmt: skip
    here.read()

    assert here.tables()["decisions"].filter(pupil_id=TOBI)["decided_on"].to_list() == [date(2026, 3, 9)]


def test_the_same_bytes_twice_are_read_once_whatever_they_are_called(here):
    path = here.returned(lambda book: decide(book, TOBI))
    here.read()
    before = here.tables()
    shutil.copy(path, path.with_name("again.xlsx"))
    summary = here.read(known_on=date(2026, 3, 20))

    assert summary.returned == []
    assert all(before[name].equals(rows) for name, rows in here.tables().items())


def test_a_corrected_copy_counts_over_the_one_before_and_both_are_kept(here):
    here.returned(lambda book: decide(book, TOBI, "not needed"), "first.xlsx")
    here.read()
    here.returned(lambda book: decide(book, TOBI, "look into it"), "second.xlsx")
    here.read(known_on=date(2026, 3, 20))

    with shelf.warehouse(here.home) as con:
        told = feedback.decisions(con, date(2026, 3, 20)).filter(pupil_id=TOBI)["decision"].to_list()
        then = feedback.decisions(con, KNOWN_ON).filter(pupil_id=TOBI)["decision"].to_list()
    assert told == ["not needed", "look into it"] and then == ["not needed"]


def test_a_later_copy_of_the_same_list_takes_an_answer_back_though_it_gives_an_earlier_day(here):
    old = {"rows": [_of_before()], "as_of": BEFORE, "before": None, "under_review": ()}
    here.returned(lambda book: decide(book, LOOKED_INTO_KEY, "not needed", date(2026, 2, 21)), "second.xlsx", **old)
    with shelf.warehouse(here.home) as con:
        assert looked_into(con, known_on=KNOWN_ON) == {LOOKED_INTO_KEY: date(2026, 2, 24)}
    here.read()
    with shelf.warehouse(here.home) as con:
        told = feedback.decisions(con, KNOWN_ON).filter(pupil_id=LOOKED_INTO_KEY)
        assert looked_into(con, known_on=KNOWN_ON) == {}
        assert looked_into(con, known_on=date(2026, 3, 1)) == {LOOKED_INTO_KEY: date(2026, 2, 24)}
    assert set(told["decision"]) == {"not needed", "look into it"}, "both are kept"
    here.returned(lambda book: decide(book, LOOKED_INTO_KEY, "look into it", date(2026, 2, 20)), "third.xlsx", **old)
    here.read(known_on=date(2026, 3, 20))
    with shelf.warehouse(here.home) as con:
        assert looked_into(con, known_on=date(2026, 3, 20)) == {LOOKED_INTO_KEY: date(2026, 2, 20)}


def _of_before():
    from .test_workbooks import made_up_pupil

    return made_up_pupil(1, pupil_id=LOOKED_INTO_KEY, surname="Okafor", forename="Ada", nc_year="9")


# ---- what a reader or a program may do without harm


def insert_rows(book):
    sheet = book["Review list"]
    decide(book, TOBI)
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_rows(1, 3)
    sheet.insert_rows(12, 2)


def move_a_column(book):
    """The last column to the front of the cells to fill, which then all stand elsewhere."""
    decide(book, TOBI)
    sheet = book["Review list"]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    for row in sheet.iter_rows(min_col=5, max_col=14):
        values = [cell.value for cell in row]
        for cell, value in zip(row, [values[-1], *values[:-1]], strict=True):
            cell.value = value


def without_for_return(book):
    decide(book, TOBI)
    del book["For return"]


def rename_sheets(book):
    decide(book, TOBI)
    for number, sheet in enumerate(book.worksheets):
        sheet.title = f"Adeyemi {number}"


def filter_and_widen(book):
    decide(book, TOBI)
    sheet = book["Review list"]
    sheet.auto_filter.ref = "A6:N30"
    sheet.row_dimensions[row_of(sheet, TOBI)].hidden = True
    sheet.column_dimensions["A"].hidden = False
    sheet.column_dimensions["G"].width = 3


def without_being_looked_into(book):
    decide(book, TOBI)
    del book["Being looked into"]


def add_a_sheet(book):
    decide(book, TOBI)
    book.create_sheet("Mine", 0)["A1"] = "=SUM(1,2)"


def formula_in_a_note(book):
    decide(book, TOBI)
    fill(book, TOBI, Notes='="a note that " & A1', parent_words="=1+1")


HARMLESS = (
    insert_rows,
    move_a_column,
    without_for_return,
    without_being_looked_into,
    rename_sheets,
    filter_and_widen,
    add_a_sheet,
    formula_in_a_note,
)


@pytest.mark.parametrize("change", HARMLESS, ids=lambda one: one.__name__)
def test_what_does_no_harm_changes_nothing_of_what_is_read(here, change):
    here.returned(change)
    summary = here.read()

    assert here.decided() == {LOOKED_INTO_KEY: "look into it", TOBI: "not needed"}
    assert [(one.rows_taken, one.rows_refused, one.refused_because) for one in summary.returned] == [(1, 0, None)]


def test_texts_that_cells_share_in_several_runs_under_prefixed_elements_are_read_as_any(here):
    """As Excel keeps texts, and as some exports spell elements; `openpyxl` writes each text in its own cell."""
    path = here.returned(lambda book: decide(book, TOBI))
    share_texts(path)
    here.read()

    assert here.decided()[TOBI] == "not needed"


def share_texts(path: Path) -> None:
    texts: list[str] = []

    def shared(name: str, content: bytes) -> bytes:
        if not name.startswith("xl/worksheets/sheet"):
            return content
        root = ElementTree.fromstring(content)
        for cell in [one for one in root.iter(f"{MAIN}c") if one.get("t") == "inlineStr"]:
            texts.append("".join(cell.itertext()))
            place = cell.get("r")
            cell.clear()
            cell.attrib |= {"r": place, "t": "s"}
            ElementTree.SubElement(cell, f"{MAIN}v").text = str(len(texts) - 1)
        return ElementTree.tostring(root)  # with a prefix of its own

    repacked(path, shared)
    runs = "".join(
        f"<si><r><t>{escape(text[:3])}</t></r><r><t xml:space='preserve'>{escape(text[3:])}</t></r><rPh><t>x</t></rPh></si>"
        for text in texts
    )
    namespace = MAIN.strip("{}")
    repacked(
        path, lambda name, content: content, {"xl/sharedStrings.xml": f"<sst xmlns='{namespace}'>{runs}</sst>".encode()}
    )


MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_a_list_saved_by_libreoffice_is_read_as_any(here):
    """Filled in as above and saved by LibreOffice 7.4: a decision, a snooze, one mistyped, a wrong fact and an outcome."""
    shutil.copy(SAVED_BY_LIBREOFFICE, here.sent())
    (one,) = here.read().returned

    assert here.decided() == {LOOKED_INTO_KEY: "look into it", TOBI: "look into it", ZOFIA: "snooze until"}
    tables = here.tables()
    assert tables["decisions"].filter(pupil_id=ZOFIA)["snooze_until"].to_list() == [date(2026, 5, 1)]
    assert tables["outcomes"]["outcome"].to_list() == ["need found"]
    assert tables["corrections"]["fact"].to_list() == ["a mark"]
    assert (one.rows_answered, one.rows_taken, one.rows_refused) == (5, 4, 1) and here.rules() == {"decision_unknown"}
    assert [row[2] for row in sent_back(here)] == ["Li, Jo"]


def test_a_renamed_sheet_is_told_by_its_place_for_its_name_may_be_a_child_s(here):
    def renamed(book):
        decide(book, TOBI, "perhaps")
        found(book, "perhaps")
        book["Review list"].title = "Tobi Adeyemi"
        book["Being looked into"].title = "Ada Okafor"

    here.returned(renamed)
    here.read()

    assert here.tables()["refused_rows"]["sheet"].to_list() == ["Sheet 1, renamed", "Sheet 2, renamed"]


def test_a_copy_of_the_sheet_with_other_answers_to_the_same_pupil_counts_for_neither(here):
    def copied(book):
        other = book.copy_worksheet(book["Review list"])
        other.title = "Review list (2)"
        decide(book, TOBI, "not needed")
        fill(book, TOBI, "Review list (2)", decision="look into it", decided_on=AS_OF)
        fill(book, ZOFIA, "Review list (2)", decision="already met", decided_on=AS_OF)

    here.returned(copied)
    here.read()

    assert here.decided() == {LOOKED_INTO_KEY: "look into it", ZOFIA: "already met"} and here.rules() == {"pupil_twice"}


def test_text_that_looks_like_a_program_s_own_escapes_is_read_as_it_was_shown():
    held = io.BytesIO()
    with Workbook(held) as book:
        book.add_worksheet("One").write_string(0, 0, "_x0041_ and A")
    (sheet,) = book_of(held.getvalue(), "list.xlsx").sheets

    assert sheet.cells == {(1, 1): Cell("_x0041_ and A")}


def test_odd_names_are_still_their_pupils(here):
    rows = pupils(("=1+1, Tobi", "<r>, Zöe", " Khan , Idris", "王, 小明"))
    path = here.list_of(rows=rows)
    book = openpyxl.load_workbook(path)
    for key in KEYS:
        decide(book, key)
    book.save(here.sent())
    (one,) = here.read().returned

    assert (one.rows_taken, one.rows_refused) == (4, 0)


def test_a_workbook_heavier_than_any_list_is_refused_and_one_with_a_heavy_picture_packed_well_is_read(here):
    path = here.returned(lambda book: decide(book, TOBI))
    shutil.copy(path, here.sent("heavy.xlsx"))
    with zipfile.ZipFile(here.sent("heavy.xlsx"), "a") as package:
        package.writestr("xl/media/photo.png", random.Random(1).randbytes(20_100_000))
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/photo.bmp", bytes(30_000_000))
    told = {one.file: one.refused_because for one in here.read().returned}

    assert (
        told["returned/heavy.xlsx"]
        == "returned/heavy.xlsx is over 20 MB, as no returned list is: send the list itself."
    )
    assert told["returned/list.xlsx"] is None and here.decided()[TOBI] == "not needed"


# ---- rows that are refused, and go back


def swap_two_rows(book):
    decide(book, TOBI, "not needed")
    decide(book, ZOFIA, "look into it")
    sheet = book["Review list"]
    one, other, at = row_of(sheet, TOBI), row_of(sheet, ZOFIA), columns(sheet)["who"]
    sheet.cell(one, at).value, sheet.cell(other, at).value = sheet.cell(other, at).value, sheet.cell(one, at).value


def delete_a_key(book):
    row = decide(book, TOBI)
    book["Review list"].cell(row, 1).value = None


def change_a_key(book):
    row = decide(book, TOBI)
    book["Review list"].cell(row, 1).value = ZOFIA


def key_of_nobody_listed(book):
    row = decide(book, TOBI)
    book["Review list"].cell(row, 1).value = "zzzzyyyyxxxx"


def add_a_row(book):
    sheet = book["Review list"]
    at = columns(sheet)
    sheet.cell(sheet.max_row + 2, at["who"]).value = "Adeyemi, Tobi\nYear 8"
    sheet.cell(sheet.max_row, at["decision"]).value = "not needed"
    sheet.cell(sheet.max_row, at["decided_on"]).value = date(2026, 3, 9)


def add_a_row_above_the_headings(book):
    sheet = book["Review list"]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.insert_rows(1)
    at = columns(sheet)
    sheet.cell(1, at["who"]).value = "Adeyemi, Tobi\nYear 8"
    sheet.cell(1, at["decision"]).value = "not needed"
    sheet.cell(1, at["decided_on"]).value = date(2026, 3, 9)


def day_over_the_reasons(book):
    sheet = book["Review list"]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.cell(row_of(sheet, TOBI) - 1, columns(sheet)["decided_on"]).value = date(2026, 3, 9)


def copy_a_row(book):
    decide(book, TOBI)
    sheet = book["Review list"]
    row, to = row_of(sheet, TOBI), sheet.max_row + 1
    for column in range(1, 15):
        sheet.cell(to, column).value = sheet.cell(row, column).value


def formula_in_a_decision(book):
    decide(book, TOBI, '=IF(1=1,"not needed","")')


def formula_in_a_day(book):
    decide(book, TOBI, on="=TODAY()")


def formula_for_a_name(book):
    row = decide(book, TOBI)
    sheet = book["Review list"]
    sheet.cell(row, columns(sheet)["who"]).value = "=D99"


def merge_two_pupils(book):
    sheet = book["Review list"]
    decide(book, TOBI)
    column = openpyxl.utils.get_column_letter(columns(sheet)["decision"])
    sheet.merge_cells(f"{column}{row_of(sheet, TOBI)}:{column}{row_of(sheet, TOBI) + 2}")


def write_over_the_reasons(book):
    sheet = book["Review list"]
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    sheet.cell(row_of(sheet, TOBI) - 1, columns(sheet)["decision"]).value = "not needed"


def pasted(book):
    decide(book, TOBI, "See my e-mail of Monday")


def before_the_list(book):
    decide(book, TOBI, on=date(2026, 3, 5))


def still_to_come(book):
    decide(book, TOBI, on=date(2026, 3, 17))


def decision_without_a_day(book):
    decide(book, TOBI, on=None)


def a_day_without_decision(book):
    decide(book, TOBI, None)


def snoozed(**told):
    usual = {"snooze_until": date(2026, 4, 1), "snooze_reason": "known to staff"}
    return lambda book: decide(book, TOBI, "snooze until", **{**usual, **told})


ROWS = {
    "swap_two_rows": (swap_two_rows, {"seal_broken"}),
    "delete_a_key": (delete_a_key, {"key_lost"}),
    "change_a_key": (change_a_key, {"seal_broken"}),
    "key_of_nobody_listed": (key_of_nobody_listed, {"seal_broken"}),
    "add_a_row": (add_a_row, {"key_lost"}),
    "add_a_row_above_the_headings": (add_a_row_above_the_headings, {"key_lost"}),
    "day_over_the_reasons": (day_over_the_reasons, {"key_lost"}),
    "copy_a_row": (copy_a_row, {"pupil_twice"}),
    "formula_in_a_decision": (formula_in_a_decision, {"has_formula"}),
    "formula_in_a_day": (formula_in_a_day, {"has_formula"}),
    "formula_for_a_name": (formula_for_a_name, {"has_formula", "seal_broken"}),
    "merge_two_pupils": (merge_two_pupils, {"is_merged"}),
    "write_over_the_reasons": (write_over_the_reasons, {"key_lost"}),
    "pasted": (pasted, {"decision_unknown"}),
    "before_the_list": (before_the_list, {"decided_before_list"}),
    "still_to_come": (still_to_come, {"decided_ahead"}),
    "decision_without_a_day": (decision_without_a_day, {"decision_without_day"}),
    "a_day_without_decision": (a_day_without_decision, {"day_without_decision"}),
    "year_mistyped": (lambda book: decide(book, TOBI, on=date(2062, 3, 9)), {"decided_ahead"}),
    "snooze_without_reason": (snoozed(snooze_reason=None), {"snooze_without_reason"}),
    "snooze_without_day": (snoozed(snooze_until=None), {"snooze_without_day"}),
    "snooze_in_the_past": (snoozed(snooze_until=date(2026, 3, 1)), {"snooze_over"}),
    "snooze_that_ends_at_once": (snoozed(snooze_until=date(2026, 3, 9)), {"snooze_over"}),
    "snooze_for_years": (snoozed(snooze_until=date(2027, 3, 11)), {"snooze_too_long"}),
    "snooze_no_day": (snoozed(snooze_until="after Easter"), {"snooze_no_day"}),
    "snooze_for_a_reason_of_their_own": (snoozed(snooze_reason="bereavement"), {"snooze_reason_unknown"}),
    "a_snooze_nobody_decided": (lambda book: decide(book, TOBI, snooze_until=date(2026, 4, 1)), {"snooze_not_decided"}),
    "a_fact_of_their_own": (lambda book: fill(book, TOBI, fact="the name"), {"fact_unknown"}),
    "outcome_without_a_day": (lambda book: found(book, on=None), {"outcome_without_day"}),
    "day_without_outcome": (lambda book: found(book, None), {"day_without_outcome"}),
    "outcome_before_decision": (lambda book: found(book, on=date(2026, 2, 23)), {"outcome_before_decision"}),
    "outcome_to_come": (lambda book: found(book, on=date(2026, 3, 17)), {"outcome_ahead"}),
    "outcome_of_their_own": (lambda book: found(book, "dyslexia"), {"outcome_unknown"}),
    "outcome_no_day": (lambda book: found(book, on="last week"), {"outcome_no_day"}),
}  # fmt: skip


@pytest.mark.parametrize("change", ROWS)
def test_a_row_gone_wrong_is_refused_by_its_rule_and_the_row_beside_it_is_taken(here, change):
    spoil, rules = ROWS[change]

    def spoilt(book):
        decide(book, IDRIS, "already met")
        spoil(book)

    here.returned(spoilt)
    (one,) = here.read().returned

    assert here.rules() == rules
    assert here.decided() == {LOOKED_INTO_KEY: "look into it", IDRIS: "already met"}
    assert here.tables()["outcomes"].is_empty() and here.tables()["corrections"].is_empty()
    assert one.refused_because is None
    assert one.rows_answered == one.rows_taken + one.rows_refused and one.rows_taken == 1


def test_a_refused_row_goes_back_with_its_name_to_its_sender_and_nowhere_else(here):
    here.returned(pasted)
    here.read()
    (path,) = (here.home.outbox / "returned").iterdir()
    key = here.tables()["returns"]["return_key"][0]

    assert path.name == f"{URN} {AS_OF} {key[:8]}.xlsx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    ((sheet, row, name, why),) = sent_back(here)
    assert (sheet, name) == ("Review list", NAMES[0]) and row == str(here.tables()["refused_rows"]["row_number"][0])
    assert why == "Decision is none of the choices: pick one from its list."
    told = str({name: rows.to_dicts() for name, rows in here.tables().items()})
    assert not [word for name in NAMES for word in name.split(", ") if word in told]
    assert "e-mail" not in told, "what was pasted may be anything, and is not kept"


def test_the_edges_of_what_may_be_are_taken(here):
    def answered(book):
        decide(book, TOBI, on=AS_OF)
        decide(
            book, ZOFIA, "snooze until", KNOWN_ON, snooze_until=date(2026, 3, 17), snooze_reason="Treatment under way"
        )
        decide(
            book,
            IDRIS,
            "snooze until",
            date(2026, 3, 9),
            snooze_until=date(2027, 3, 10),
            snooze_reason="known to staff",
        )
        found(book, on=date(2026, 2, 24))

    here.returned(answered)
    (one,) = here.read().returned

    assert (one.rows_taken, one.rows_refused) == (4, 0)


def test_an_outcome_of_someone_nobody_looks_into_any_more_is_refused(here):
    here.returned(lambda book: decide(book, LOOKED_INTO_KEY, "not needed", date(2026, 2, 28)), "old.xlsx",
                  rows=[_of_before()], as_of=BEFORE, before=None, under_review=())  # fmt: skip
    here.read()
    here.returned(found)
    here.read(known_on=date(2026, 3, 20))

    assert here.tables()["outcomes"].is_empty() and here.rules() == {"not_looked_into"}


def test_a_pupil_who_is_no_longer_on_that_list_as_it_was_issued_anew_is_refused(here):
    here.returned(lambda book: decide(book, TOBI))
    with shelf.warehouse(here.home) as con:
        con.execute("DELETE FROM warehouse.derived.issued_places WHERE pupil_id = ?", [TOBI])
    here.read()

    assert here.rules() == {"not_on_list"} and TOBI not in here.decided()


# ---- workbooks that are refused whole


def of_another_home(here: AtHome, folder: Path) -> None:
    here.seals = Seals("the pseudonym key of some other home, not of this")
    here.returned(lambda book: decide(book, TOBI))


def of_a_day_never_issued(here: AtHome, folder: Path) -> None:
    here.returned(lambda book: decide(book, TOBI), as_of=date(2026, 3, 7))


def of_a_school_never_issued(here: AtHome, folder: Path) -> None:
    here.returned(lambda book: decide(book, TOBI), urn=100009)


def says_another_school(here: AtHome, folder: Path) -> None:
    """Every mark rewritten to the other school, whose list of that day did go out."""

    def changed(book):
        decide(book, TOBI)
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.startswith("a2n review list"):
                        cell.value = cell.value.replace("100001", "100002")

    here.returned(changed)


def of_years_ago(here: AtHome, folder: Path) -> None:
    day = date(2024, 7, 12)
    here.returned(
        lambda book: decide(book, LOOKED_INTO_KEY, on=day), as_of=day, before=None, rows=[_of_before()], under_review=()
    )


def live_in_a_made_up_home(here: AtHome, folder: Path) -> None:
    here.returned(lambda book: decide(book, TOBI), demo=False)


def with_macros(here: AtHome, folder: Path) -> None:
    path = here.returned(lambda book: decide(book, TOBI), "list.xlsm")
    repacked(path, lambda name, content: content, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


def cut_short(here: AtHome, folder: Path) -> None:
    path = here.returned(lambda book: decide(book, TOBI))
    path.write_bytes(path.read_bytes()[:-400])


def a_csv_renamed(here: AtHome, folder: Path) -> None:
    here.sent().write_text('Pupil,Decision\n"Adeyemi, Tobi",not needed\n')


def an_open_document(here: AtHome, folder: Path) -> None:
    with zipfile.ZipFile(here.sent("list.ods"), "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", "<office:document-content/>")


def hidden_columns_gone(here: AtHome, folder: Path) -> None:
    def changed(book):
        decide(book, TOBI)
        for name in ("Review list", "Being looked into"):
            for merged in list(book[name].merged_cells.ranges):
                book[name].unmerge_cells(str(merged))
            book[name].delete_cols(1, 2)

    here.returned(changed)


def hidden_parts_gone(here: AtHome, folder: Path) -> None:
    def changed(book):
        del book["For return"]
        for name in ("Review list", "Being looked into"):
            book[name].delete_cols(1, 2)

    here.returned(changed)


def no_column_of_decisions(here: AtHome, folder: Path) -> None:
    def changed(book):
        sheet = book["Review list"]
        decide(book, TOBI)
        sheet.cell(
            next(row for row in range(1, 20) if sheet.cell(row, 1).value == "Key"), columns(sheet)["decided_on"]
        ).value = "When"

    here.returned(changed)


def heading_renamed(heading: str, sheet: str = "Being looked into", called: str | None = None):
    """A list with an outcome found, and on one of its sheets a heading that says something else now."""

    def send(here: AtHome, folder: Path) -> None:
        def changed(book):
            decide(book, TOBI)
            found(book)
            page = book[sheet]
            (cell,) = (one for row in page.iter_rows() for one in row if one.value == heading)
            cell.value = "Result"
            page.title = called or sheet

        here.returned(changed)

    send.__name__ = f"{heading} renamed on {called or sheet}"
    return send


def heading_renamed_on_a_copy(here: AtHome, folder: Path) -> None:
    def changed(book):
        decide(book, TOBI)
        other = book.copy_worksheet(book["Review list"])
        fill(book, ZOFIA, other.title, decision="already met", decided_on=AS_OF)
        (cell,) = (one for row in other.iter_rows() for one in row if one.value == "Decision")
        cell.value = "Result"

    here.returned(changed)


def heading_and_mark_gone(here: AtHome, folder: Path) -> None:
    def changed(book):
        decide(book, TOBI)
        found(book)
        page = book["Being looked into"]
        page["A1"].value = None
        page.delete_rows(4)

    here.returned(changed)


def two_lists_in_one(here: AtHome, folder: Path) -> None:
    def changed(book):
        decide(book, TOBI)
        book["Being looked into"]["A1"].value = here.other_mark

    other = openpyxl.load_workbook(here.list_of(as_of=BEFORE, before=None, rows=[_of_before()], under_review=()))
    here.other_mark = other["Being looked into"]["A1"].value
    here.returned(changed)


def another_format(here: AtHome, folder: Path) -> None:
    def changed(book):
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and cell.value.startswith("a2n review list|2|"):
                        cell.value = cell.value.replace("|2|", "|9|", 1)

    here.returned(changed)


_NO_HEADINGS = (
    "sheet “{}”, has no row with the headings “Key”, “Seal” and “What came of it”, so that no answer in it can be read"
)

WHOLE = {
    of_another_home: "is a list of another home",
    of_a_day_never_issued: "this home issued none of that day and school",
    of_a_school_never_issued: "this home issued none of that day and school",
    says_another_school: "says another school or day than the list it was made as",
    of_years_ago: "older than the last school year",
    live_in_a_made_up_home: "is a list of live data, and this home holds made-up data",
    with_macros: "holds macros: save it as a workbook without them (.xlsx)",
    cut_short: "cut short or damaged",
    a_csv_renamed: "is no Excel workbook, but text: save the list itself as .xlsx",
    an_open_document: "save it as .xlsx",
    hidden_columns_gone: "has no sheet with the columns Key, Seal and Decision",
    hidden_parts_gone: "does not say which list it is of",
    no_column_of_decisions: "has no longer the column “Decided on”",
    heading_renamed("What came of it"): _NO_HEADINGS.format("Being looked into"),
    heading_renamed("Key"): _NO_HEADINGS.format("Being looked into"),
    heading_renamed("Seal", called="Okafor"): _NO_HEADINGS.format("Sheet 2, renamed"),
    heading_renamed_on_a_copy: "“Sheet 8, renamed”, has no row with the headings “Key”, “Seal” and “Decision”",
    heading_and_mark_gone: _NO_HEADINGS.format("Being looked into"),
    two_lists_in_one: "has sheets of several lists in it",
    another_format: "was made by another version of the pipeline (format 9; this one reads 2)",
}


@pytest.mark.parametrize("send", WHOLE, ids=lambda one: one.__name__)
def test_a_workbook_gone_wrong_is_refused_whole_in_words_and_sent_back(here, tmp_path, send):
    send(here, tmp_path)
    before = here.tables()
    (one,) = here.read().returned

    assert WHOLE[send] in one.refused_because and one.refused_because.startswith("returned/list.")
    assert why_not(here) == f"{one.refused_because}\n{MADE_UP}\n"
    assert not [word for name in NAMES for word in name.split(", ") if word in one.refused_because]
    after = here.tables()
    assert all(after[name].equals(before[name]) for name in ("decisions", "outcomes", "corrections"))
    assert after["returns"].select("refused_because", "rows_taken").rows() == [(one.refused_because, 0)]
    assert here.read().returned == [], "it is not read again until it changes"


def test_a_made_up_list_is_refused_where_live_data_is_held(tmp_path):
    here = at_home(tmp_path, demo=False)
    here.returned(lambda book: decide(book, TOBI))

    (one,) = here.read().returned
    assert "is a list of made-up data, and this home holds live data" in one.refused_because


def test_and_a_live_one_is_taken_there(tmp_path):
    here = at_home(tmp_path, demo=False)
    here.returned(lambda book: decide(book, TOBI), demo=False)

    assert [one.rows_taken for one in here.read().returned] == [1]


def test_a_list_of_the_last_school_year_is_taken_to_its_first_day_and_no_further(tmp_path):
    from pipeline.steps.returned import is_too_old

    assert not is_too_old(list_as_of=date(2024, 8, 1), known_on=KNOWN_ON)
    assert is_too_old(list_as_of=date(2024, 7, 31), known_on=KNOWN_ON)


def test_where_one_workbook_is_refused_the_others_are_read(here):
    here.returned(lambda book: decide(book, TOBI), "good.xlsx")
    here.sent("bad.xlsx").write_bytes(b"PK\x03\x04 no workbook at all")
    summary = here.read()

    assert {one.file: one.refused_because is None for one in summary.returned} == {
        "returned/good.xlsx": True, "returned/bad.xlsx": False,
    }  # fmt: skip
    assert here.decided()[TOBI] == "not needed" and summary.refused_any


def test_of_two_workbooks_one_with_a_shared_text_of_five_thousand_nines_the_other_is_read(here):
    here.returned(lambda book: decide(book, TOBI), "good.xlsx")
    path = here.returned(lambda book: decide(book, ZOFIA), "odd.xlsx")
    share_texts(path)
    refer_to(path, "9" * 5000)
    summary = here.read()

    assert {one.file: one.refused_because for one in summary.returned} == {
        "returned/good.xlsx": None,
        "returned/odd.xlsx": "returned/odd.xlsx is a workbook that cannot be opened: save it again, or deliver it as CSV.",
    }
    assert here.decided() == {LOOKED_INTO_KEY: "look into it", TOBI: "not needed"}


def refer_to(path: Path, number: str) -> None:
    """The last cell of the list's own sheet shows the shared text of that number."""

    def changed(name: str, content: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return content
        before, value, after = re.split(rb"(?<=v>)([0-9]+)(?=</[^<>]*v></[^<>]*c>)", content)[-3:]
        return content.removesuffix(before + value + after) + before + number.encode() + after

    repacked(path, changed)


@pytest.mark.parametrize("beyond, is_read", [(-1, True), (0, False)])
def test_the_last_shared_text_there_is_may_be_shown_and_none_after_it(here, beyond, is_read):
    path = here.returned(lambda book: decide(book, TOBI))
    share_texts(path)
    with zipfile.ZipFile(path) as package:
        texts = package.read("xl/sharedStrings.xml").count(b"<si>")
    refer_to(path, str(texts + beyond))

    assert [one.refused_because is None for one in here.read().returned] == [is_read]


def test_runs_within_runs_as_deep_as_a_file_can_say_are_no_text_and_stop_nothing(here):
    path = here.returned(lambda book: decide(book, TOBI))
    share_texts(path)
    runs = b"<r>" * 50_000 + b"<t>deep</t>" + b"</r>" * 50_000
    deep = lambda name, content: content.replace(b"</sst>", b"<si>" + runs + b"</si></sst>")  # noqa: E731
    repacked(path, deep)
    here.read()

    assert here.decided()[TOBI] == "not needed"


@pytest.mark.parametrize("fault", [ValueError, OverflowError, KeyError, IndexError, RecursionError])
def test_whatever_a_damaged_workbook_makes_its_reader_raise_the_others_are_read(here, monkeypatch, fault):
    here.returned(lambda book: decide(book, TOBI), "good.xlsx")
    here.returned(lambda book: decide(book, ZOFIA), "odd.xlsx")
    breaks_down(monkeypatch, fault)
    summary = here.read()

    assert [one.file for one in summary.returned if one.refused_because] == ["returned/odd.xlsx"]
    assert here.decided()[TOBI] == "not needed" and ZOFIA not in here.decided()


def test_a_fault_of_our_own_is_not_called_a_damaged_workbook(here, monkeypatch):
    here.returned(lambda book: decide(book, ZOFIA), "odd.xlsx")
    breaks_down(monkeypatch, AttributeError)
    with pytest.raises(AttributeError):
        here.read()


def breaks_down(monkeypatch, fault: type[Exception]) -> None:
    """Reading odd.xlsx raises `fault`; any other workbook is read."""

    def reads(content, name, *more, **how):
        if name.endswith("odd.xlsx"):
            raise fault
        return returned_list(content, name, *more, **how)

    monkeypatch.setattr(returning, "returned_list", reads)


# ---- nobody else is ever changed


ORDERS = [(order, number % 5) for number, order in enumerate(permutations(range(4)))][1:]
"""Orders of the four rows to answer, and how many of them stand above their headings then, as in a sheet that was sorted."""


def is_tried(number: int, _) -> bool:
    """Every time, and not only in the soak: five orders, which differ in how many rows stand above their headings."""
    return number % 4 == 3


def test_of_the_orders_tried_every_time_each_has_another_number_of_rows_above_their_headings():
    tried = [above for number, (_, above) in enumerate(ORDERS) if is_tried(number, above)]
    assert sorted(tried) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("order, above", a_few(ORDERS, is_tried, several=True), ids=str)
def test_rows_in_any_other_order_never_give_an_answer_to_another_pupil(here, order, above):
    """Cells of the rows to answer, dealt out anew: with key, seal and name as one piece, they are the same rows; else none fits.
    The row of headings is dealt out with them where they are one piece."""
    decisions = dict(zip(KEYS, ("look into it", "already met", "other cause", "not needed"), strict=True))

    def dealt(book, together):
        for key, decision in decisions.items():
            decide(book, key, decision)
        sheet = book["Review list"]
        headings, rows = row_of(sheet, "Key"), [row_of(sheet, key) for key in KEYS]
        sources = [rows[source] for source in order]
        if together:
            rows, sources = [headings, *rows], [*sources[:above], headings, *sources[above:]]
        moved = (1, 2, 4, *range(5, 15)) if together else (1, 2)
        values = {(row, column): sheet.cell(row, column).value for row in rows for column in moved}
        for to, source in zip(rows, sources, strict=True):
            for column in moved:
                sheet.cell(to, column).value = values[source, column]

    here.returned(lambda book: dealt(book, together=True), "together.xlsx")
    here.read()
    assert here.decided() == {LOOKED_INTO_KEY: "look into it", **decisions}

    here.returned(lambda book: dealt(book, together=False), "apart.xlsx")
    (one,) = here.read(known_on=date(2026, 3, 20)).returned
    assert one.rows_refused == sum(at != source for at, source in enumerate(order))
    with shelf.warehouse(here.home) as con:
        told = feedback.decisions(con, date(2026, 3, 20))
    assert set(told.select("pupil_id", "decision").iter_rows()) == {
        (LOOKED_INTO_KEY, "look into it"),
        *decisions.items(),
    }


# ---- words


def with_words(book):
    decide(book, TOBI)
    fill(
        book,
        TOBI,
        strengths="Football",
        pupil_words="Too loud\nbefore lunch",
        parent_words="Up half the night",
        Notes="Call Mum",
    )
    fill(book, ZOFIA, pupil_words="I like maths")


def test_words_stay_in_the_school_s_copy_unless_settings_say_otherwise(here):
    here.returned(with_words)
    (one,) = here.read().returned

    assert (one.rows_answered, one.rows_taken) == (1, 1), "a row of words alone is no answer that anybody reads"
    assert identity.words(here.home, list(KEYS), as_of=KNOWN_ON).is_empty()


def test_words_that_come_back_are_kept_beside_the_names_and_never_in_the_warehouse(tmp_path):
    here = at_home(tmp_path, words_come_back=True)
    here.returned(with_words)
    here.read()

    told = {row.pop("pupil_id"): row for row in identity.words(here.home, list(KEYS), as_of=KNOWN_ON).to_dicts()}
    assert told == {
        TOBI: {"strengths": "Football", "pupil_words": "Too loud\nbefore lunch", "parent_words": "Up half the night"},
        ZOFIA: {"strengths": None, "pupil_words": "I like maths", "parent_words": None},
    }
    assert identity.words(here.home, list(KEYS), as_of=date(2026, 3, 15)).is_empty(), "not before they were known"
    kept = str({name: rows.to_dicts() for name, rows in here.tables().items()})
    assert "Football" not in kept and "maths" not in kept and "Mum" not in kept


def test_words_of_a_refused_row_are_not_kept(tmp_path):
    here = at_home(tmp_path, words_come_back=True)
    here.returned(lambda book: fill(book, TOBI, decision="maybe", pupil_words="Too loud"))
    here.read()

    assert identity.words(here.home, list(KEYS), as_of=KNOWN_ON).is_empty()


def test_words_read_twice_are_kept_once_and_those_of_the_latest_list_are_given(tmp_path):
    here = at_home(tmp_path, words_come_back=True)
    here.returned(lambda book: fill(book, TOBI, pupil_words="Too loud"), "one.xlsx")
    here.read()
    here.returned(lambda book: fill(book, TOBI, pupil_words="Better now"), "two.xlsx")
    here.returned(lambda book: (fill(book, TOBI, pupil_words="Too loud"), decide(book, JO)), "three.xlsx")
    here.read(known_on=date(2026, 3, 20))

    with identity.identity(here.home) as con:
        rows = con.execute("SELECT text, known_on FROM identity.words ORDER BY known_on, text").fetchall()
    assert rows == [("Too loud", KNOWN_ON), ("Better now", date(2026, 3, 20))]
    assert identity.words(here.home, [TOBI], as_of=date(2026, 3, 20))["pupil_words"].to_list() == ["Better now"]


# ---- a whole workbook or none of it


def test_a_workbook_whose_reading_is_cut_off_is_read_again_from_the_beginning(tmp_path, monkeypatch):
    here = at_home(tmp_path, words_come_back=True)
    here.returned(lambda book: (with_words(book), decide(book, JO, "maybe")))

    def full_disk(*_, **__):
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.hops.returning.send_back_rows", full_disk)
        with pytest.raises(OSError, match="No space left"):
            here.read()
    assert here.tables()["returns"].is_empty() and TOBI not in here.decided()

    here.read()
    assert here.decided()[TOBI] == "not needed"
    with identity.identity(here.home) as con:
        assert con.execute("SELECT count(*) FROM identity.words").fetchone() == (4,)
