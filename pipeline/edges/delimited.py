"""Tables as text: CSV and its kin, in the usual encodings and with the usual separators.

A plain UTF-8 file is scanned where it lies. Any other is read as a stream, in pieces of whole records, so that its size does
not matter. What a reader says of a fault may quote a row, so it is never passed on.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import BinaryIO

import polars as pl

from pipeline.tables import layouts

from .bounds import ROWS_LOOKED_DOWN
from .containers import is_packed, opened
from .errors import Refused
from .extract import Extract, path_of_the_opened
from .numbering import COUNT, ROWS_AT_ONCE
from .records import Unending, end_of, no_denser, records
from .spelling import MOST_COLUMNS, SEPARATORS, Spelling, beginning, spelling

FREE_CELLS = 20_000_000
CELLS_AT_ONCE = 800_000
"""Each cell takes room, filled or not: of rows with many cells fewer are read together. A piece of four megabytes of marks has six
hundred thousand."""

CELLS_SCANNED_AT_ONCE = 4_000_000
"""What is scanned has no more cells than letters. Of six columns these are more rows than ROWS_AT_ONCE."""

MOST_CELLS_A_BYTE = 10
"""A row may lack its last cells; a file of rows that lack nearly all of a great many is made to fill memory."""

FREE_LINES, FEWEST_LETTERS_A_LINE = 5_000_000, 8
"""A mark has its school, its pupil and its day, which are forty letters."""

_BLOCK, _LOOKED_AT_ONCE = 1 << 22, 1 << 22
_ENGINE_FAULTS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)


def headers(extract: Extract) -> list[str]:
    """Raises Refused where there is no header row that can be read."""
    return spelling_of(extract).headers


def header_among(rows: Iterable[list[str]]) -> int | None:
    """Which of a table's first rows, from nought, is a header that a layout claims; null where none is, or where something
    above it would be passed over that must be seen."""
    for at, cells in enumerate(rows):
        if layouts.layouts_of(cells):
            return at
        if layouts.of_justice(cells):
            return None
    return None


def rows(extract: Extract) -> Iterator[pl.DataFrame]:
    """All rows, all text, counted in COUNT. Raises Refused, with the row where it can be told, when one does not parse."""
    spelt = spelling_of(extract)
    look = None if spelt.is_utf16 else _looked_through(extract, spelt.newline.encode())
    encoding = "utf-16" if look is None else "utf-8" if look.is_utf8 else "cp1252"
    if look and look.lines * len(spelt.headers) > max(FREE_CELLS, MOST_CELLS_A_BYTE * look.size):
        raise _of_nothing(extract.name, look.lines)
    _refuse_lines_of_nothing(extract, look.lines if look else None)
    if look is None or not look.can_be_scanned(spelt) or is_packed(extract):
        yield from _streamed(extract, spelt, encoding)
        return
    last = 0
    try:
        for frame in _scanned(extract, spelt):
            yield frame
            last = frame[COUNT].last() or last
        return
    except _ENGINE_FAULTS:
        pass  # what is read in pieces says which row it was, or can do without what was wrong there
    for frame in _streamed(extract, spelt, encoding):
        yield frame.filter(pl.col(COUNT) > last)


def _refuse_lines_of_nothing(extract: Extract, lines: int | None) -> None:
    """Raises Refused for millions of lines of which next to none says anything: hours of work to learn nothing. In UTF-16, where
    they were not counted, each letter has two bytes."""
    letters = extract.size if lines is not None else extract.size // 2
    if letters < FREE_LINES:
        return
    lines = lines_in(extract) if lines is None else lines
    if lines > FREE_LINES and letters < FEWEST_LETTERS_A_LINE * lines:
        raise _of_nothing(extract.name, lines)


def _of_nothing(name: str, lines: int) -> Refused:
    return Refused(f"{name} has {lines:,} rows with next to nothing in them: take those out.")


def lines_in(extract: Extract) -> int:
    """How many lines there are, the last one too where nothing ends it. Raises Refused where it is no text, or empty."""
    beginning(extract)
    lines, last = 0, b"\n"
    with opened(extract) as stream:
        while block := stream.read(_LOOKED_AT_ONCE):
            lines, last = lines + block.count(b"\n"), block[-1:]
    return lines + (last != b"\n")


def spelling_of(extract: Extract) -> Spelling:
    """How it is written. What stands above a row that a layout claims are titles, and lines before the header."""
    told = spelling(extract)
    if layouts.layouts_of(told.headers):
        return told
    first = _first_rows(extract, told)
    found = {one: header_among(_cells(row, one) for row in first) for one in SEPARATORS}
    above, separator = min(((at, one) for one, at in found.items() if at is not None), default=(0, told.separator))
    headers = _cells(first[above], separator)
    if not above or len(headers) > MOST_COLUMNS:
        return told
    return replace(told, lines_before=told.lines_before + above, separator=separator, headers=headers)


def _first_rows(extract: Extract, told: Spelling) -> list[str]:
    """The row that would be the header, and some below it."""
    _, start, _ = beginning(extract)
    text = start.replace(told.newline, "\n").encode()
    begins = end_of(text, told.lines_before - 1) if told.lines_before else 0
    ends = (end_of(text, told.lines_before + row) for row in range(ROWS_LOOKED_DOWN))
    return [text[begin:end].decode() for begin, end in pairwise([begins, *ends])]


def _cells(row: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(row, newline=""), delimiter=separator), [])
    except csv.Error:
        return []


def _not_to_its_end(name: str) -> Refused:
    return Refused(f"{name} cannot be read to its end: deliver it again, whole, as CSV (UTF-8), XLSX or Parquet.")


@dataclass(frozen=True)
class _Look:
    """What one look through a whole file tells: one accent, or one bad byte, may stand anywhere in it."""

    is_utf8: bool
    lines: int
    quotes: int
    size: int
    has_endless_line: bool

    def can_be_scanned(self, spelt: Spelling) -> bool:
        """Whether polars may have it as it is. It takes much memory, and long, over what is not as tables are: an open
        quotation mark, an endless line, more cells than letters."""
        usual = self.is_utf8 and spelt.newline == "\n" and not spelt.lines_before
        sound = self.quotes % 2 == 0 and not self.has_endless_line
        return usual and sound and self.lines * len(spelt.headers) <= self.size


def _looked_through(extract: Extract, newline: bytes) -> _Look:
    text, is_utf8, has_endless_line = codecs.getincrementaldecoder("utf-8")(), True, False
    lines = quotes = size = 0
    with opened(extract) as stream:
        while block := stream.read(_LOOKED_AT_ONCE):
            if b"\0" in block:
                line = lines + block.count(b"\n", 0, block.index(b"\0")) + 1
                raise Refused(
                    f"{extract.name}, line {line}: there is a NUL, which is no letter: deliver it again as text."
                )
            is_utf8 = is_utf8 and _goes_on(text, block)
            lines_here = block.count(newline)
            lines, size = lines + lines_here, size + len(block)
            quotes += block.count(b'"') if b'"' in block else 0
            has_endless_line |= not lines_here and len(block) == _LOOKED_AT_ONCE
    return _Look(is_utf8 and _goes_on(text, b"", final=True), lines, quotes, size, has_endless_line)


def _goes_on(text: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    """Whether `block` is UTF-8 where it comes after what `text` has seen."""
    if not final and not text.getstate()[0] and block.isascii():  # most are, and to see that takes no time
        return True
    try:
        text.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _scanned(extract: Extract, spelt: Spelling) -> Iterator[pl.DataFrame]:
    rows_at_once = max(min(ROWS_AT_ONCE, CELLS_SCANNED_AT_ONCE // len(spelt.headers)), 1)
    with path_of_the_opened(extract.path, extract.name) as path:
        frame = pl.scan_csv(
            path, separator=spelt.separator, infer_schema=False, glob=False,
            row_index_name=COUNT, row_index_offset=spelt.header_row + 1,
        )  # fmt: skip
        yield from frame.collect_batches(chunk_size=rows_at_once, maintain_order=True)


def _streamed(extract: Extract, spelt: Spelling, encoding: str) -> Iterator[pl.DataFrame]:
    row = spelt.header_row + 1
    with opened(extract) as stream:
        header, text = _parted(_as_utf8(stream, encoding, spelt, extract.name), spelt)
        try:
            for piece in records(text):
                for part in no_denser(piece, len(spelt.headers), CELLS_AT_ONCE):
                    frame = _parsed(header, part, spelt, row, extract.name)
                    row += frame.height
                    yield from frame.iter_slices(ROWS_AT_ONCE)
        except Unending as record:
            raise Refused(f"{extract.name}, row {row}: {record}") from None


def _as_utf8(stream: BinaryIO, encoding: str, spelt: Spelling, name: str) -> Iterator[bytes]:
    """The text in UTF-8, its lines ended as everybody ends them. Bytes that are no letter become the sign for such in
    Windows-1252, which has five of them; in UTF-16 they mean that it is something else."""
    text = codecs.getincrementaldecoder(encoding)("replace" if encoding == "cp1252" else "strict")
    block = stream.read(_BLOCK).removeprefix(codecs.BOM_UTF8)
    while block:
        following = stream.read(_BLOCK)
        try:
            told = block if encoding == "utf-8" else text.decode(block, final=not following).encode()
        except UnicodeError:
            raise Refused(f"{name} is not UTF-16 throughout: deliver it again, as CSV (UTF-8).") from None
        if encoding == "utf-16" and b"\0" in told:
            raise Refused(f"{name} holds a NUL, which is no letter: deliver it again as text.")
        yield told.replace(b"\r", b"\n") if spelt.newline == "\r" else told
        block = following


def _parted(text: Iterator[bytes], spelt: Spelling) -> tuple[bytes, Iterator[bytes]]:
    """The header row, and all that follows it."""
    first = next(text, b"")
    begins = end_of(first, spelt.lines_before - 1) if spelt.lines_before else 0
    ends = end_of(first, spelt.lines_before)
    return first[begins:ends].rstrip(b"\r\n") + b"\n", chain([first[ends:]], text)


def _parsed(header: bytes, piece: bytes, spelt: Spelling, row: int, name: str) -> pl.DataFrame:
    """Whole records, the first of which is row number `row`."""
    frame = _read(header + piece, spelt, row)
    if frame is None:
        frame = _read(header + _narrowed(piece, spelt, row, name), spelt, row)
    if frame is None:
        raise _not_to_its_end(name)
    return frame


def _read(text: bytes, spelt: Spelling, row: int) -> pl.DataFrame | None:
    """Null where it does not parse."""
    try:
        return pl.read_csv(
            io.BytesIO(text), separator=spelt.separator, infer_schema=False, row_index_name=COUNT, row_index_offset=row
        )
    except _ENGINE_FAULTS:
        return None


def _narrowed(piece: bytes, spelt: Spelling, row: int, name: str) -> bytes:
    """The same records, cut where the header ends: programs leave separators at the end of a row. Raises Refused, with the
    row, where there is something in what would be cut off."""
    width, cut = len(spelt.headers), io.StringIO(newline="")
    written = csv.writer(cut, delimiter=spelt.separator, lineterminator="\n")
    try:
        cells = csv.reader(io.StringIO(piece.decode(errors="replace"), newline=""), delimiter=spelt.separator)
        for number, one in enumerate(cells, start=row):
            if any(cell.strip() for cell in one[width:]):
                raise Refused(f"{name}, row {number}: {len(one)} cells where the header has {width}: mend that row.")
            written.writerow(one[:width])
    except csv.Error:
        raise _not_to_its_end(name) from None
    return cut.getvalue().encode()
