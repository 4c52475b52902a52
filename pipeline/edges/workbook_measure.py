"""How much a sheet asks of its reader, told before that sees it: a workbook of a few bytes can ask for all of memory.

The reader makes room for each cell from a sheet's first row and column to its last, filled or not. Sheets as spreadsheet
programs write them are measured by their cells' names alone, empty ones too; others, and those that are too large by that,
by what exactly is in them. A text that cells share is told once, and read as often as they refer to it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from xml.parsers import expat

from .errors import Refused
from .workbook_parts import damaged

MOST_CELLS = 10_000_000
"""Nine columns down to the last row there can be."""

MOST_UNUSUAL_BYTES, MOST_UNUSUAL_ELEMENTS = 40_000_000, 3_000_000
"""Of a part that has to be gone through cell by cell, which takes a second for a million of them."""

MOST_SHARED_BYTES = 100_000_000
"""Of the list of texts that cells share: a million names and addresses."""

MOST_TEXTS, MOST_ELEMENTS = 1_000_000, 5_000_000
"""In that list: each takes time and room, whatever it says. A text of one format is two elements, of several some eight for each."""


@dataclass(frozen=True)
class Measure:
    """Of one part of a workbook: its bytes, and of a sheet whether any cell of it holds something. `texts` are the bytes of
    the shared texts that its cells show, each as often as one does."""

    size: int
    has_cells: bool = False
    texts: int = 0


def measured(part: Callable[[], Iterator[bytes]], book: str) -> Measure:
    """`part` gives its bytes, from the beginning, each time it is called. Raises Refused where it is a sheet too large."""
    size, sheet = 0, None
    for block in part():
        if size == 0 and (b"<!DOCTYPE" in block or block.startswith(_NOT_UTF8)):
            raise damaged(book)
        if size == 0 and _IS_SHEET.search(block):
            sheet = _Names()
        size += len(block)
        if sheet:
            sheet.see(block)
    if sheet is None:
        return Measure(size)
    if sheet.is_usual and sheet.last_row * sheet.last_column <= MOST_CELLS:
        return Measure(size, sheet.has_cells)
    if size > MOST_UNUSUAL_BYTES:
        raise _too_far_apart(book, sheet.last_row, sheet.last_column) if sheet.is_usual else _unusual(book)
    return Measure(size, _Contents(book).have_cells(part()))


def _too_far_apart(book: str, row: int, column: int) -> Refused:
    return Refused(
        f"{book} has a sheet whose cells reach from the first to row {row:,}, column {column:,}: more than is read of a "
        "workbook. Deliver it as CSV."
    )


def _unusual(book: str) -> Refused:
    return Refused(
        f"{book} is large, and written as no spreadsheet program would: save it with one, or deliver it as CSV."
    )


def _too_many_texts(book: str) -> Refused:
    return Refused(
        f"{book} lists over {MOST_TEXTS:,} texts that its cells share, or as much of how they look: deliver it as CSV."
    )


_NOT_UTF8 = (b"\xfe\xff", b"\xff\xfe", b"<\0", b"\0<")
"""How markup begins in encodings that no spreadsheet program writes, and in which nothing that is looked for is seen."""

_IS_SHEET = re.compile(rb"<(?:[^\s<>/]*:)?worksheet[\s>]")
_CELL = re.compile(rb"<(?:[^\s<>/]*:)?c[\s/>]")
_COLUMN_OF_CELL = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,8}"')
_ROW_OF_CELL = re.compile(rb'<c r="[A-Z]{1,3}([0-9]{1,8})"')
_CONTENT = re.compile(rb"<[vt][\s>]")
_LONGEST_TAG = 1 << 20


class _Names:
    """The cells of a sheet by their names: `<c r="B7"`, as all spreadsheet programs write them."""

    def __init__(self):
        self.is_usual, self.has_cells = True, False
        self.last_row = self.last_column = 0
        self._rest = b""

    def see(self, block: bytes) -> None:
        """The next bytes. A tag that is cut off is seen with the bytes after it."""
        text = self._rest + block
        ends = text.rfind(b">") + 1
        begins = text.find(b"<", ends)
        whole, self._rest = text[:ends], text[begins:] if begins >= 0 else b""
        columns, rows = _COLUMN_OF_CELL.findall(whole), _ROW_OF_CELL.findall(whole)
        strange = b"\0" in block or b"<!DOCTYPE" in whole or len(self._rest) > _LONGEST_TAG
        self.is_usual = self.is_usual and not strange and len(columns) == len(_CELL.findall(whole))
        self.has_cells = self.has_cells or bool(_CONTENT.search(whole))
        self.last_column = max([self.last_column, *(column_number(one.decode()) for one in set(columns))])
        self.last_row = max([self.last_row, *map(int, set(rows))])


class _Contents:
    """The cells of a sheet that hold something, found by going through all of it."""

    def __init__(self, book: str):
        self._book = book
        self._has_cells = False
        self._elements = 0
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._parser = expat.ParserCreate()
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._begin
        self._parser.StartDoctypeDeclHandler = self._declare

    def have_cells(self, blocks: Iterable[bytes]) -> bool:
        """Whether there are any. Raises Refused where they are too far apart, or not well-formed."""
        try:
            for block in blocks:
                self._parser.Parse(block, False)
                if self._elements > MOST_UNUSUAL_ELEMENTS:
                    raise _unusual(self._book)
            self._parser.Parse(b"", True)
        except (expat.ExpatError, ValueError):
            raise damaged(self._book) from None
        return self._has_cells

    def _declare(self, *_) -> None:
        raise damaged(self._book)

    def _begin(self, element: str, attributes: list[str]) -> None:
        self._elements += 1
        name = element.rpartition(":")[2]
        if name == "c":
            self._place(_attribute(attributes, "r"))
        elif name in ("v", "t"):
            self._fill()
        elif name == "row":
            told = _attribute(attributes, "r")
            self._row, self._column = int(told) if told else self._row + 1, 0

    def _place(self, told: str | None) -> None:
        """Row and column, from 1, of the cell that begins; one that does not say comes after the last."""
        if told is None:
            self._column += 1
            return
        letters = told.rstrip("0123456789")
        self._row, self._column = int(told[len(letters) :]), column_number(letters)

    def _fill(self) -> None:
        """The cell under way holds something."""
        self._has_cells = True
        self._last_row, self._last_column = max(self._last_row, self._row), max(self._last_column, self._column)
        if self._last_row * self._last_column > MOST_CELLS:
            raise _too_far_apart(self._book, self._last_row, self._last_column)


def _attribute(attributes: list[str], name: str) -> str | None:
    """The value of an attribute of an element, which has them in one list: a name, its value, the next name."""
    return next((value for key, value in zip(attributes[::2], attributes[1::2], strict=True) if key == name), None)


@lru_cache(maxsize=20_000)
def column_number(letters: str) -> int:
    """Of column `AB`, 28. Raises ValueError for what is no column."""
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 4):
        raise ValueError
    return reduce(lambda number, letter: number * 26 + ord(letter) - 64, letters.upper(), 0)


# Texts that cells share


@dataclass(frozen=True)
class Shared:
    """The texts that the cells of a workbook share: the bytes of each by its number, and of the longest.

    Of a list that programs might count otherwise than we do only the longest is known.
    """

    lengths: list[int]
    longest: int


def is_list_of_texts(part: str) -> bool:
    """Whether the part of a workbook of that name is the one that readers take shared texts from."""
    return part.replace("\\", "/").rpartition("/")[2].lower() == "sharedstrings.xml"


def shared_texts(blocks: Iterable[bytes], book: str) -> Shared:
    """By the part that lists them. Raises Refused where that is too long, or not well-formed."""
    return _Listed(book).told(blocks)


class _Listed:
    """The list of shared texts, gone through: `<si><t>AM</t></si>`, or with the text in several runs, `<si><r><t>`."""

    def __init__(self, book: str):
        self._book = book
        self._lengths: list[int] = []
        self._depth, self._elements, self._before, self._is_usual = 0, 0, "", True
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.CharacterDataHandler = self._hear
        parser.StartDoctypeDeclHandler = self._declare

    def told(self, blocks: Iterable[bytes]) -> Shared:
        try:
            self._parse(blocks)
        except (expat.ExpatError, LookupError, ValueError):
            raise damaged(self._book) from None
        is_usual = self._is_usual and self._before != "si"
        return Shared(self._lengths if is_usual else [], max(self._lengths, default=0))

    def _parse(self, blocks: Iterable[bytes]) -> None:
        size = 0
        for block in blocks:
            size += len(block)
            self._parser.Parse(block, False)
            if size > MOST_SHARED_BYTES or size - self._parser.CurrentByteIndex > _LONGEST_TAG:
                raise _unusual(self._book)
            if len(self._lengths) > MOST_TEXTS or self._elements > MOST_ELEMENTS:
                raise _too_many_texts(self._book)
        self._parser.Parse(b"", True)

    def _declare(self, *_) -> None:
        raise damaged(self._book)

    def _begin(self, element: str, _) -> None:
        name = element.rpartition(":")[2]
        if name == "si":
            self._lengths.append(0)
        is_text_of_its_own = name != "si" or self._depth == 1
        is_said_at_once = self._before != "si" or name in ("t", "r")
        self._is_usual = self._is_usual and is_text_of_its_own and is_said_at_once
        self._before, self._depth, self._elements = name, self._depth + 1, self._elements + 1

    def _end(self, _) -> None:
        self._depth -= 1

    def _hear(self, text: str) -> None:
        if self._lengths:
            self._lengths[-1] += len(text) if text.isascii() else len(text.encode())


_PREFIXED_VALUE = re.compile(rb"<[^\s<>/]*:v")
_SHARED_VALUE = re.compile(rb' t="s"(?: s="[0-9]+")?><(?:x:)?v>([0-9]{1,9})</(?:x:)?v></(?:x:)?c>')
_OWN_VALUE = re.compile(
    rb'[<:]c(?: r="[A-Z]{1,3}[0-9]{1,8}")?(?: s="[0-9]+")?(?: t="(?:n|b|e|d|str)")?>'
    rb"(?:<(?:x:)?f[^<>]*>(?:[^<]*</(?:x:)?f>)?)?<(?:x:)?v>"
)


def texts_in(sheet: Iterable[bytes], shared: Shared, book: str) -> int:
    """The bytes of shared texts that the cells of `sheet` show, but for texts no longer than what refers to them.

    A value that does not plainly say which text it is, or that it is none, may be the longest: nothing gets past, however
    it is written.
    """
    return sum(_texts_of(cells, shared) for cells in _whole_cells(sheet, book))


def _texts_of(cells: bytes, shared: Shared) -> int:
    values = cells.count(b"<v") + (len(_PREFIXED_VALUE.findall(cells)) if b":v" in cells else 0)
    if values * shared.longest <= len(cells):
        return 0
    numbers = list(map(int, _SHARED_VALUE.findall(cells)))
    known = [shared.lengths[one] for one in numbers if one < len(shared.lengths)]
    unknown = values - len(known) - len(_OWN_VALUE.findall(cells))
    return sum(known) + unknown * shared.longest


def _whole_cells(blocks: Iterable[bytes], book: str) -> Iterator[bytes]:
    """The same bytes, cut where a cell begins, or at least a tag."""
    rest = b""
    for block in blocks:
        rest += block
        begins = rest.rfind(b"<c ")
        if begins <= 0 and len(rest) > _LONGEST_TAG:
            begins = rest.rfind(b"<")
        if begins > 0:
            yield rest[:begins]
            rest = rest[begins:]
        elif len(rest) > _LONGEST_TAG:
            raise _unusual(book)
    yield rest
