"""The paper a workbook is written on: safe text, the room it takes, colours, and how each sheet prints."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache, lru_cache
from math import ceil

from xlsxwriter import worksheet
from xlsxwriter.color import Color
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_pixel_width

from .workbook_book import Book, Leaf, forms_of
from .workbook_contents import ReviewList, day_in_words

NAVY, TEAL, PLUM, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"
INK, RULE, TO_FILL, BAND = "#0B0C0C", "#8A9299", "#F6EAF1", "#E7ECF0"

FONT = {"font_name": "Arial", "font_size": 10}
"""On every machine, and the size at which a digit is as wide as XlsxWriter takes it to be."""

CONFIDENTIAL = "Confidential: children's records"
MADE_UP = "MADE-UP DATA"

_LINE_POINTS, _TALL_LINE_POINTS, _PADDING_POINTS = 12.75, 17.0, 6.0
_CELL_MARGIN_PIXELS, _TO_CALIBRI, _BOLD = 6 + 9, 0.99, 1.07  # Arial's widths to Calibri's, and bold Arial's to Arial's
_MOST_POINTS = 409.0  # Excel makes no taller row
_TITLE_SIZE, _LONGEST_IN_FOOTER = 15, 60
_AS_WIDE_AS = {"’": "'", "‘": "'", "“": '"', "”": '"', "•": "o"}  # not in Excel's table
_PAGE_MARGINS = {"left": 0.28, "right": 0.28, "top": 0.55, "bottom": 0.55}
_PIECES = re.compile(r"[^\s-]+-?\s*|-\s*")
_BEYOND_LATIN = re.compile(r"[^\x00-\u02ff]")
_NOT_SHOWN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")


# ---- text


def put(sheet: Leaf, row: int, column: int, text: str, form: Format) -> None:
    """Text as text: only `write_string`, for `write` makes a live formula of whatever begins with `=`."""
    sheet.write_string(row, column, clean(text), form)


def put_across(sheet: Leaf, row: int, columns: tuple[int, int], text: str, form: Format) -> None:
    """Text over several columns."""
    if columns[0] < columns[1]:
        sheet.put_over(row, columns, clean(text), form)
    else:
        put(sheet, row, columns[0], text, form)


def clean(text: str) -> str:
    """`text` as `shown`, and as a workbook takes it."""
    if text.isascii() and text.isprintable() and text[:1] != "<":
        return text
    seen = shown(text)
    # XlsxWriter takes text that begins so for markup of its own and would write it as it stands.
    return f" {seen}" if seen.startswith("<r>") else seen


def shown(text: str) -> str:
    """`text` without what no one can see: control characters, and marks that make a name read backwards."""
    if text.isascii() and text.isprintable():
        return text
    return _NOT_SHOWN.sub("", text.replace("\r\n", "\n").replace("\t", " "))


# ---- room


def row_points(cells: Iterable[tuple[str, int]], *, least: float = 0.0) -> float:
    """How tall a row must be, in points, for every (text, column width in pixels) to show whole."""
    tallest = 0.0
    for text, pixels in cells:
        if pixels:
            points = text_points(text, pixels)
            tallest = points if points > tallest else tallest
    return min(_MOST_POINTS, max(least, tallest + _PADDING_POINTS))


def as_bold(pixels: int) -> int:
    """The column as wide as bold text finds it."""
    return int(pixels / _BOLD)


@lru_cache(maxsize=20_000)
def text_points(text: str, pixels: int) -> float:
    """How tall `text` stands when wrapped to a column `pixels` wide. Rather a line too many than one cut off."""
    lines = sum(lines_of(paragraph, pixels - _CELL_MARGIN_PIXELS) for paragraph in text.split("\n"))
    # Every program and printer breaks lines a little differently: one line in eight to spare.
    return (lines + lines // 8) * (_TALL_LINE_POINTS if _is_tall(text) else _LINE_POINTS)


def _is_tall(text: str) -> bool:
    """Whether any letter is of a script that may stand taller than Latin's."""
    return not text.isascii() and any(unicodedata.category(letter)[0] == "L" for letter in _BEYOND_LATIN.findall(text))


@lru_cache(maxsize=20_000)
def lines_of(paragraph: str, room: float) -> int:
    """Lines that one paragraph wraps into: at spaces and after hyphens, or within a word wider than the column."""
    if len(paragraph) * _WIDEST_ASCII < room and paragraph.isascii():
        return 1
    lines, used = 1, 0.0
    for wide, with_space in map(_piece_pixels, _PIECES.findall(paragraph)):
        if used and used + wide > room:
            lines, used = lines + 1, 0.0
        if wide > room:
            lines, with_space = lines + ceil(wide / room) - 1, wide % room
        used += with_space
    return lines


@lru_cache(maxsize=50_000)
def _piece_pixels(piece: str) -> tuple[float, float]:
    """How wide a word is, without the space behind it and with it."""
    return _pixels(piece.rstrip()), _pixels(piece)


@contextmanager
def forgetting_texts() -> Iterator[None]:
    """Names and what is said of children are measured within: nothing of them is kept once that is done."""
    try:
        yield
    finally:
        for measured in (text_points, lines_of, _piece_pixels):
            measured.cache_clear()


def _pixels(text: str) -> float:
    """How wide `text` is in 10-point Arial, from Excel's own table of Calibri's letters."""
    return sum(_letter_pixels(letter) for letter in text)


@cache
def _letter_pixels(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 14.0
    return xl_pixel_width(_AS_WIDE_AS.get(letter, letter)) * _TO_CALIBRI


_WIDEST_ASCII = max(_letter_pixels(chr(letter)) for letter in range(128))


# ---- colours


def formats(book: Book) -> dict[str, Format]:
    """Every format by what it is for."""
    return dict(zip(_looks(), book.add_forms(_forms()), strict=True))


@cache
def _forms() -> tuple[Format, ...]:
    return forms_of(_looks().values(), FONT)


@cache
def _looks() -> dict[str, dict]:
    """Dark on light or light on dark, all above 4.5 to 1; no meaning by colour alone. Made once for all workbooks, for a colour
    takes longer to read than to use."""
    cell = {"valign": "top", "text_wrap": True, "font_color": INK}
    # Left to right even where a name is Arabic, so that every row lines up; the name itself still reads its own way.
    cell |= {"align": "left", "reading_order": 1}
    ruled = {**cell, "border": 1, "border_color": RULE, "indent": 1}  # nine pixels, so that text stands off its rule
    centred = {**ruled, "align": "center", "indent": 0}
    heading = {**ruled, "bold": True, "font_color": "#FFFFFF", "valign": "vcenter"}
    of_a_pupil = {"top": 2, "top_color": NAVY}  # a firm line above each pupil who has more than one row
    looks = {
        "plain": cell,
        "title": {**cell, "bold": True, "font_size": _TITLE_SIZE, "font_color": NAVY, "valign": "vcenter"},
        "made_up": {**cell, "bold": True, "font_size": 11, "bg_color": ORANGE, "align": "center", "valign": "vcenter"},
        "purpose": {**cell, "bold": True},
        "subtitle": {**cell, "bold": True, "font_size": 11, "font_color": NAVY, "valign": "bottom"},
        "said": {**heading, "bg_color": NAVY},
        "asked": {**heading, "bg_color": PLUM},
        "section": {**ruled, "bold": True, "font_color": NAVY, "bg_color": BAND, "valign": "vcenter"},
        "fact": ruled,
        "line": {**ruled, "valign": "vcenter"},
        "term": {**ruled, "bold": True, "valign": "vcenter"},
        "number": {**centred, "valign": "vcenter"},
        "place": {**centred, "bold": True, "font_size": 12, "font_color": NAVY},
        "spark": {**centred, "valign": "vcenter"},
        "fact_first": {**ruled, **of_a_pupil},
        "place_first": {**centred, **of_a_pupil, "bold": True, "font_size": 12, "font_color": NAVY},
        "spark_first": {**centred, **of_a_pupil, "valign": "vcenter"},
        "heard": {**ruled, "italic": True, "bg_color": TO_FILL},
        "whose": {**ruled, "bg_color": BAND},
        "fill": {**ruled, "locked": False},
        "fill_words": {**ruled, "locked": False, "bg_color": TO_FILL},
        "fill_day": {**ruled, "locked": False, "num_format": "dd/mm/yy", "align": "left"},
        "strong": {"bold": True, "font_color": INK},
        "ink": {"font_color": INK},
        "soft": {"italic": True, "font_color": NAVY},
    }
    return {
        use: {name: Color(value) if name.endswith("color") else value for name, value in look.items()}
        for use, look in looks.items()
    }


# Its own, so it may be named otherwise one day: then lists only take longer.
if hasattr(worksheet, "_get_sparkline_style"):
    worksheet._get_sparkline_style = cache(worksheet._get_sparkline_style)
"""XlsxWriter makes the 259 colours of all its styles for each picture drawn, and only reads them."""


# ---- print


def set_up_page(sheet: Leaf, listed: ReviewList) -> None:
    """A4 landscape, one page wide, as many tall as it takes; every page says whose it is and what it holds."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(**_PAGE_MARGINS)
    sheet.hide_gridlines(2)
    school = clean(listed.school).replace("\n", " ")
    if len(school) > _LONGEST_IN_FOOTER:
        school = f"{school[:_LONGEST_IN_FOOTER]}…"
    school = school.replace("&", "&&")
    shout = f"&C&B{MADE_UP}" if listed.demo else ""
    sheet.set_header(f"&L{CONFIDENTIAL}{shout}&R{sheet.get_name()}", {"margin": 0.25})
    sheet.set_footer(f"&L {school}, {day_in_words(listed.as_of)}&C{CONFIDENTIAL}&RPage &P of &N", {"margin": 0.25})


def protect(sheet: Leaf) -> None:
    """Only cells to fill can be changed: a guard against slips, with no password and so no secret to lose."""
    sheet.protect("", {"format_rows": True, "format_columns": True, "select_locked_cells": True})


def put_title(
    sheet: Leaf, row: int, columns: tuple[int, int], pixels: int, title: str, forms: dict[str, Format]
) -> None:
    """The title over columns `pixels` wide in all; a school's long name takes the lines it needs."""
    put_across(sheet, row, columns, title, forms["title"])
    larger = _TITLE_SIZE / FONT["font_size"]
    sheet.set_row(row, max(24.0, larger * text_points(title, as_bold(int(pixels / larger))) + _PADDING_POINTS / 2))


def put_made_up(sheet: Leaf, row: int, columns: tuple[int, int], forms: dict[str, Format]) -> None:
    """The mark no one can miss on a list of made-up pupils."""
    put_across(sheet, row, columns, f"{MADE_UP}: no real child is here", forms["made_up"])
