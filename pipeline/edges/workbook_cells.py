"""The cells of a small workbook as they were filled in: their text, and whether a formula stands in them.

Readers made for tables give what a formula last came to; here nobody may believe that, so cells are read from the parts
themselves. Nothing is run, no link followed, and only workbooks that were measured come here: see `workbook_measure`.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree.ElementTree import Element, ParseError, iterparse

from .archives import archive_of, member_blocks
from .bounds import Bounds, no_more_than
from .workbook_measure import column_number
from .workbook_parts import damaged, every_sheet, is_workbook
from .workbook_told import MOST_LIST_BYTES

_CELL = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
"""How spreadsheet programs keep letters that XML cannot, and what looks like that."""

_MACROS = re.compile(r"vbaproject\.bin$|macrosheets/", re.IGNORECASE)
_SHARED = "xl/sharedStrings.xml"


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: its text as kept, whether that is a number, and whether a formula gave it."""

    text: str
    is_number: bool = False
    has_formula: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.has_formula and not self.text.strip()


EMPTY = Cell("")


@dataclass(frozen=True)
class Range:
    """Cells merged into one: its first and last row and column, from 1."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True)
class Sheet:
    """One sheet, seen or hidden: its name and place among the others, its cells by row and column, from 1, and those merged."""

    name: str
    number: int
    cells: dict[tuple[int, int], Cell]
    merged: tuple[Range, ...]

    def rows(self) -> dict[int, dict[int, Cell]]:
        """By row, in order, the cells with anything in them, by column."""
        found: dict[int, dict[int, Cell]] = {}
        for row, column in sorted(self.cells):
            found.setdefault(row, {})[column] = self.cells[row, column]
        return found


@dataclass(frozen=True)
class Book:
    """A workbook: its sheets in order, whether macros came with it, and whether its days are counted from 1904."""

    sheets: tuple[Sheet, ...]
    has_macros: bool
    from_1904: bool


def book_of(content: bytes, name: str) -> Book:
    """The workbook `content`, called `name`. Raises Refused where it cannot be read."""
    bounds = Bounds(name)
    with archive_of(io.BytesIO(content), name, bounds) as archive:
        if not is_workbook(archive, name):
            raise damaged(name)
        parts = _Parts(archive, name, bounds)
        places, properties = every_sheet(archive, name)
        shared = _shared_texts(parts)
        sheets = tuple(
            _sheet(title, at, parts, part, shared) for at, (title, part) in enumerate(places.items(), start=1)
        )
        return Book(
            sheets, any(_MACROS.search(one) for one in archive.namelist()), _is_true(properties.get("date1904"))
        )


class _Parts:
    """The parts of a workbook, each gone through once, within bounds."""

    def __init__(self, archive: zipfile.ZipFile, name: str, bounds: Bounds):
        self._archive, self.name, self._bounds = archive, name, bounds
        self._room = MOST_LIST_BYTES

    def __contains__(self, part: str) -> bool:
        return part in self._archive.NameToInfo

    def elements(self, part: str) -> Iterator[tuple[str, str, Element]]:
        """Each element of a part as it begins and ends, with its name. Raises Refused where it is damaged, or declares a type."""
        text = self._text(part)
        if b"<!DOCTYPE" in text or b"\0" in text:  # no spreadsheet program writes either
            raise damaged(self.name)
        try:
            for event, element in iterparse(io.BytesIO(text), ("start", "end")):
                yield event, element.tag.rpartition("}")[2], element
        except (ParseError, LookupError, ValueError):  # an encoding nobody knows, a number of a thousand digits
            raise damaged(self.name) from None

    def _text(self, part: str) -> bytes:
        if part not in self:
            raise damaged(self.name)
        blocks = self._bounds.watched(member_blocks(self._archive, self._archive.getinfo(part), self.name))
        too_large = f"{self.name} is over {MOST_LIST_BYTES // 10**6} MB once unpacked, as no returned list is."
        text = b"".join(no_more_than(self._room, blocks, too_large))
        self._room -= len(text)
        return text


_MOST_DIGITS = 9


def _is_true(told: str | None) -> bool:
    return (told or "").strip().lower() in ("1", "true")


def _shared_texts(parts: _Parts) -> list[str]:
    if _SHARED not in parts:
        return []
    found = []
    for event, name, element in parts.elements(_SHARED):
        if event == "end" and name == "si":
            found.append(_text_of(element))
            element.clear()
    return found


def _text_of(element: Element) -> str:
    """The text of all runs; not how it is pronounced, which East Asian programs keep beside it. No run is within another."""
    told = []
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == "t":
            told.append(child.text or "")
        elif name == "r":
            told += [one.text or "" for one in child if one.tag.rpartition("}")[2] == "t"]
    return "".join(map(_unescaped, told))


def _unescaped(text: str) -> str:
    """Escaped letters as the letters they are; half of a letter that is told in two is shown as one nobody can read."""
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _sheet(title: str, at: int, parts: _Parts, part: str, shared: list[str]) -> Sheet:
    cells, merged = {}, []
    row = column = 0
    for event, name, element in parts.elements(part):
        if event == "start" and name == "row":
            row, column = _number(element.get("r"), row + 1, parts.name), 0
        elif event == "end" and name == "c":
            row, column = _place(element.get("r"), row, column + 1, parts.name)
            cell = _cell(element, shared, parts.name)
            if not cell.is_empty:
                cells[row, column] = cell
        elif event == "end" and name == "row":
            element.clear()
        elif event == "end" and name == "mergeCell":
            merged.append(_range(element.get("ref", ""), parts.name))
    return Sheet(title, at, cells, tuple(merged))


def _number(told: str | None, otherwise: int, name: str) -> int:
    """A row, or the place of a shared text. Raises Refused for what is none: a number of a thousand digits, too."""
    if told is None:
        return otherwise
    if not (told.isdecimal() and len(told) <= _MOST_DIGITS):
        raise damaged(name)
    return int(told)


def _place(told: str | None, row: int, column: int, name: str) -> tuple[int, int]:
    """Row and column, from 1, of a cell; of one that does not say, the next."""
    if told is None:
        return row, column
    found = _CELL.fullmatch(told)
    if not found:
        raise damaged(name)
    return int(found[2]), column_number(found[1].upper())


def _range(told: str, name: str) -> Range:
    first, _, last = told.partition(":")
    return Range(*_place(first, 0, 0, name), *_place(last or first, 0, 0, name))


def _cell(element: Element, shared: list[str], name: str) -> Cell:
    kind, told = element.get("t", "n"), {child.tag.rpartition("}")[2]: child for child in element}
    if "f" in told:
        return Cell("", has_formula=True)
    if kind == "inlineStr":
        return Cell(_text_of(told["is"]) if "is" in told else "")
    value = (told["v"].text or "") if "v" in told else ""
    if kind != "s" or not value:
        return Cell(value, is_number=kind == "n" and bool(value))
    at = _number(value, 0, name)
    if at >= len(shared):
        raise damaged(name)
    return Cell(shared[at])


def day_of(serial: str, *, from_1904: bool) -> date | None:
    """The day that a spreadsheet counts as this number; null where it is none of the two centuries around ours."""
    try:
        days = int(float(serial))
    except (ValueError, OverflowError):
        return None
    begins = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    return begins + timedelta(days=days) if 0 < days < 110_000 else None
