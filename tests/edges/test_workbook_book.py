"""The book of lists and worklists: byte for byte what XlsxWriter itself would have written."""

from datetime import UTC, date, datetime
from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook
from xlsxwriter.exceptions import OverlappingRange

from pipeline.edges import workbook_book, workbook_paper, workbook_zip
from pipeline.edges.workbook_book import Book, forms_of, rule_of

FONT = {"font_name": "Arial", "font_size": 10}
LOOKS = (
    {"bold": True, "border": 1, "bg_color": "#12436D"},
    {"italic": True, "num_format": "dd/mm/yy", "locked": False},
    {"bold": True},
    {"bold": True, "border": 1, "bg_color": "#12436D"},  # like the first, and not the same
)
TEXTS = (
    "Adeyemi, Tobi", "a < b & c > d", ' "said" ', "two\nlines", "_x000a_", "\x07", "Łucja 李", "", "\ufffe", "x" * 40_000,
    "😀" * 20_000, "=1+1", "Adeyemi, Tobi",
    "<r>x", "<r>x</r>", "x</r>",
)  # fmt: skip
PARTS = (
    ("Adeyemi <b>", "\nYear 8"), ("x" * 40_000, " y"), ("", "\nYear 8"), ("Adeyemi", ""), ("_x0041_", " _x000a_ & \x07"), (" a", "b "),
)  # fmt: skip
RULES = (
    {"validate": "list", "source": ["yes", "no & never"], "error_title": 'Not "one"', "input_message": "Pick"},
    {"validate": "date", "criteria": "between", "minimum": date(2026, 1, 2), "maximum": date(2026, 3, 4)},
    {"validate": "any", "input_title": "Words", "input_message": "Any"},
)


def _by_xlsxwriter() -> bytes:
    held = BytesIO()
    with Workbook(held, {"in_memory": True, "default_format_properties": dict(FONT)}) as book:
        _begin(book)
        forms = [book.add_format(look) for look in LOOKS]
        for sheet in (book.add_worksheet("One"), book.add_worksheet("Two")):
            _fill(sheet, forms)
            sheet.merge_range(30, 1, 30, 4, "", forms[1])
            sheet.write_string(30, 1, "over four", forms[1])
            for row, rule in enumerate(RULES):
                sheet.data_validation(row, 3, row, 3, rule)
    return held.getvalue()


def _by_ours() -> bytes:
    with Book({"default_format_properties": dict(FONT)}) as book:
        _begin(book)
        forms = book.add_forms(forms_of(LOOKS, FONT))
        for sheet in (book.add_worksheet("One"), book.add_worksheet("Two")):
            _fill(sheet, forms)
            sheet.put_over(30, (1, 4), "over four", forms[1])
            for row, rule in enumerate(RULES):
                sheet.hold_to(row, 3, rule_of(rule))
    return book.content


def _begin(book: Workbook) -> None:
    book.set_properties({"title": "A title", "created": datetime(2026, 1, 2, tzinfo=UTC)})


def _fill(sheet, forms: list) -> None:
    sheet.set_row(2, 33.3)
    sheet.set_column(0, 0, 14, None, {"hidden": True})
    sheet.set_column_pixels(1, 1, 210)
    for row, text in enumerate(TEXTS):
        sheet.write_string(row, 1, text, forms[row % len(forms)])
    sheet.write_number(17, 28, 0.1234, forms[3])
    sheet.write_number(18, 2, 12)
    sheet.write_blank(40, 5, None, forms[2])
    for row, (first, second) in enumerate(PARTS, 41):
        sheet.write_rich_string(row, 2, forms[0], first, forms[1], second, forms[2])
    sheet.set_row(50, 15)
    sheet.set_row(51, 400)


@pytest.mark.filterwarnings("ignore:String length must be", "ignore:Excel doesn't allow empty strings")
def test_the_bytes_are_those_of_xlsxwriter():
    assert _by_ours() == _by_xlsxwriter()


def test_a_second_workbook_is_as_the_first():
    assert _by_ours() == _by_ours()


def test_no_cell_is_merged_twice():
    with Book({"default_format_properties": dict(FONT)}) as book:
        (form,) = book.add_forms(forms_of(LOOKS[:1], FONT))
        sheet = book.add_worksheet("One")
        sheet.put_over(0, (0, 3), "first", form)
        with pytest.raises(OverlappingRange):
            sheet.put_over(0, (3, 5), "second", form)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_is_written_in_no_cell(number):
    with Book({}) as book:
        sheet = book.add_worksheet("One")
        sheet.write_number(0, 0, 1.5)
        with pytest.raises(TypeError):
            sheet.write_number(0, 1, number)
    assert _part(book, "xl/worksheets/sheet1.xml").count(b"<v>") == 1


def test_text_that_only_begins_as_text_in_parts_is_text():
    with Book({}) as book:
        book.add_worksheet("One").write_string(0, 0, "<r>x")
    (text,) = ElementTree.fromstring(_part(book, "xl/sharedStrings.xml")).itertext()
    assert text == "<r>x"


def _part(book: Book, name: str) -> bytes:
    with ZipFile(BytesIO(book.content)) as package:
        return package.read(name)


# ---- what is told again


def test_a_book_takes_formats_by_add_forms_alone():
    with Book({"default_format_properties": dict(FONT)}) as book:
        (form,) = book.add_forms(forms_of(LOOKS[:1], FONT))
        with pytest.raises(TypeError):
            book.add_format({"bold": True})
        book.add_worksheet("One").write_string(0, 0, "first", form)
    assert b"<b/>" in _part(book, "xl/styles.xml")


def test_formats_of_two_kinds_and_another_font_are_told_as_they_are():
    bold, tilted = forms_of(LOOKS[:1], FONT), forms_of(LOOKS[1:2], FONT)
    told = [_styles(FONT, bold), _styles(FONT, bold, tilted), _styles({"font_name": "Courier", "font_size": 9}, bold)]
    assert [b"<i/>" in styles for styles in told] == [False, True, False]
    assert [b"Courier" in styles for styles in told] == [False, False, True]


def _styles(font: dict, *made: tuple) -> bytes:
    with Book({"default_format_properties": dict(font)}) as book:
        sheet = book.add_worksheet("One")
        for row, forms in enumerate(made):
            sheet.write_string(row, 0, "said", *book.add_forms(forms))
    return _part(book, "xl/styles.xml")


def test_parts_told_again_are_bounded_and_one_let_go_is_made_anew_the_same(monkeypatch):
    monkeypatch.setattr(workbook_book, "_MOST_KEPT", 3)
    monkeypatch.setattr(workbook_book, "_STYLES", {})
    made = [forms_of([{"bold": True, "font_size": size}], FONT) for size in range(10, 15)]
    first = [_styles(FONT, forms) for forms in made]
    assert 0 < len(workbook_book._STYLES) <= 3
    assert [_styles(FONT, forms) for forms in made] == first


def test_a_part_that_tells_of_children_is_not_kept_and_others_are():
    workbook_zip._packed_again.cache_clear()
    for name in ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"):
        workbook_zip.zipped([(name, "Adeyemi, Tobi")])
    assert workbook_zip._packed_again.cache_info().currsize == 0
    workbook_zip.zipped([("xl/styles.xml", "bold")])
    assert workbook_zip._packed_again.cache_info().currsize == 1


def test_texts_measured_are_forgotten_whether_or_not_it_ends_well():
    measured = (workbook_paper.text_points, workbook_paper.lines_of, workbook_paper._piece_pixels)
    with pytest.raises(KeyError), workbook_paper.forgetting_texts():
        workbook_paper.row_points([("Tobi said that the bus is late " * 9, 200)])
        assert all(one.cache_info().currsize for one in measured)
        raise KeyError
    assert not any(one.cache_info().currsize for one in measured)
