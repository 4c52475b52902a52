"""A sheet that is one table: its title, what is said above it, and headings that stay in sight."""

from xlsxwriter.format import Format

from .workbook_book import Leaf
from .workbook_contents import ReviewList
from .workbook_paper import as_bold, clean, protect, put, put_across, put_made_up, put_title, row_points, set_up_page


def start(
    sheet: Leaf,
    listed: ReviewList,
    title: str,
    widths: tuple[int, ...],
    forms: dict[str, Format],
    *,
    hidden: int = 0,
) -> None:
    """Set up a sheet of columns so wide, after so many hidden ones, with its title and whether its data is made up."""
    set_up_page(sheet, listed)
    protect(sheet)
    for column, pixels in enumerate(widths, start=hidden):
        sheet.set_column_pixels(column, column, pixels)
    across = _across(widths, hidden)
    put_title(sheet, 0, across, sum(widths), title, forms)
    if listed.demo:
        put_made_up(sheet, 1, across, forms)
        sheet.set_row(1, 24)


def _across(widths: tuple[int, ...], hidden: int) -> tuple[int, int]:
    return hidden, hidden + len(widths) - 1


def say(
    sheet: Leaf, row: int, widths: tuple[int, ...], text: str, forms: dict[str, Format], *, hidden: int = 0
) -> None:
    """One sentence or two over the whole width."""
    put_across(sheet, row, _across(widths, hidden), text, forms["plain"])
    sheet.set_row(row, row_points([(text, sum(widths))]))


def put_heading_row(
    sheet: Leaf,
    row: int,
    headings: tuple[str, ...],
    widths: tuple[int, ...],
    forms: dict,
    *,
    to_fill: int = 0,
    hidden: int = 0,
) -> None:
    """Headings of a table, frozen and repeated on every page; the last `to_fill` are for the reader."""
    for column, heading in enumerate(headings):
        put(sheet, row, column + hidden, heading, forms["asked" if column >= len(headings) - to_fill else "said"])
    sheet.set_row(row, row_points([(heading, as_bold(width)) for heading, width in zip(headings, widths, strict=True)]))
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)


def put_none(
    sheet: Leaf, row: int, widths: tuple[int, ...], text: str, forms: dict[str, Format], *, hidden: int = 0
) -> None:
    """Say that there is nothing to show."""
    put_across(sheet, row, _across(widths, hidden), clean(text), forms["line"])
    sheet.set_row(row, 24)
