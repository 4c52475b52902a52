"""A worklist: rows for a person to work through, such as pairs of records to compare. It holds names: mode 0600."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from xlsxwriter.format import Format

from . import trail
from .settings import Home
from .workbook_book import Book, Leaf
from .workbook_paper import (
    CONFIDENTIAL,
    FONT,
    as_bold,
    forgetting_texts,
    formats,
    put,
    put_across,
    put_made_up,
    put_title,
    row_points,
)
from .workbooks import TEXT_IS_TEXT, put_in_place


@dataclass(frozen=True)
class Sheet:
    """One table: what it is told as, its headings with their widths in pixels, and rows of text, each as many cells.

    `fills` are headings and widths of columns to the right of them that a person fills in; of those whose heading is in
    `days` the cells take a date.
    """

    name: str
    says: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]
    fills: tuple[tuple[str, int], ...] = ()
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cover:
    """A page before the tables: paragraphs, and a small table of its own, given as a `Sheet`'s is."""

    name: str
    paragraphs: tuple[str, ...]
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]


def write_worklist(home: Home, name: str, title: str, sheets: Iterable[Sheet], *, as_of: date) -> Path:
    """Write outbox/worklists/<name>.xlsx, put on record first, whole or not at all, readable by its owner alone. The same rows give the same bytes."""
    path = home.outbox / "worklists" / f"{name}.xlsx"
    trail.record(home, trail.WORKLIST, day=as_of.isoformat(), worklist=name)
    write_to(path, home, title, tuple(sheets), as_of=as_of)
    return path


def write_to(path: Path, home: Home, title: str, sheets: tuple[Sheet | Cover, ...], *, as_of: date) -> None:
    """As `write_worklist`, to a place of its own in the outbox."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    put_in_place(workbook(home, title, sheets, as_of=as_of), path)


def remove_worklist(home: Home, name: str) -> None:
    """Take away outbox/worklists/<name>.xlsx, if it is there."""
    (home.outbox / "worklists" / f"{name}.xlsx").unlink(missing_ok=True)


@forgetting_texts()
def workbook(home: Home, title: str, sheets: tuple[Sheet | Cover, ...], *, as_of: date) -> bytes:
    """The tables as the bytes of a workbook, one sheet each. The same rows give the same bytes."""
    with Book({"default_format_properties": dict(FONT), **TEXT_IS_TEXT}) as book:
        created = datetime.combine(as_of, time(), UTC)
        book.set_properties(
            {"title": title, "author": home.settings.name, "comments": CONFIDENTIAL, "created": created}
        )
        forms = formats(book)
        for sheet in sheets:
            write = _write_cover if isinstance(sheet, Cover) else _write
            write(book.add_worksheet(sheet.name), sheet, title, forms, demo=home.settings.demo)
    return book.content


def _write_cover(page: Leaf, cover: Cover, title: str, forms: dict[str, Format], *, demo: bool) -> None:
    widths = [pixels for _, pixels in cover.columns]
    across = (0, len(widths) - 1)
    _set_up(page, widths)
    put_title(page, 0, across, sum(widths), title, forms)
    if demo:
        put_made_up(page, 1, across, forms)
    for at, text in enumerate(cover.paragraphs, start=2):
        put_across(page, at, across, text, forms["plain"])
        page.set_row(at, row_points([(text, sum(widths))]))
    headings = tuple(heading for heading, _ in cover.columns)
    for at, cells in enumerate((headings, *cover.rows), start=2 + len(cover.paragraphs)):
        for column, text in enumerate(cells):
            put(page, at, column, text, forms["said" if cells is headings else "fact"])
        page.set_row(at, row_points(zip(cells, map(as_bold, widths), strict=True)))


def _write(page: Leaf, sheet: Sheet, title: str, forms: dict[str, Format], *, demo: bool) -> None:
    widths = [pixels for _, pixels in (*sheet.columns, *sheet.fills)]
    across = (0, len(widths) - 1)
    _set_up(page, widths)
    put_title(page, 0, across, sum(widths), title, forms)
    put_across(page, 1, across, sheet.says, forms["plain"])
    page.set_row(1, row_points([(sheet.says, sum(widths))]))
    if demo:
        put_made_up(page, 2, across, forms)
    for column, (heading, _) in enumerate((*sheet.columns, *sheet.fills)):
        put(page, 3, column, heading, forms["said" if column < len(sheet.columns) else "asked"])
    page.set_row(3, row_points((heading, as_bold(pixels)) for heading, pixels in (*sheet.columns, *sheet.fills)))
    page.freeze_panes(4, 1)
    page.repeat_rows(3)
    for at, cells in enumerate(sheet.rows, start=4):
        for column, text in enumerate(cells):
            put(page, at, column, text, forms["fact"])
        for column, (heading, _) in enumerate(sheet.fills, start=len(sheet.columns)):
            page.write_blank(at, column, None, forms["fill_day" if heading in sheet.days else "fill_words"])
        page.set_row(at, row_points(zip(cells, widths, strict=False)))


def _set_up(page: Leaf, widths: list[int]) -> None:
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    page.set_header(f"&L{CONFIDENTIAL}&R{page.get_name()}")
    page.set_footer("&RPage &P of &N")
    for column, pixels in enumerate(widths):
        page.set_column_pixels(column, column, pixels)
