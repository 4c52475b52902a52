"""The book of lists and worklists: byte for byte what XlsxWriter itself would have written."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from xlsxwriter import Workbook
from xlsxwriter.exceptions import OverlappingRange

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
    sheet.write_rich_string(41, 2, forms[0], "Adeyemi <b>", forms[1], "\nYear 8", forms[2])
    sheet.write_rich_string(42, 2, forms[0], "x" * 40_000, forms[1], " y", forms[2])
    sheet.set_row(50, 15)
    sheet.set_row(51, 400)


@pytest.mark.filterwarnings("ignore:String length must be")
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
