"""What a file of a home holds, taken out of whatever it is packed in, to be looked through: bytes, and text by record."""

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.sax.saxutils import unescape

import duckdb
import polars as pl

from pipeline.vocabulary.identifiers import without_upns

from .bounds import FREE_BYTES, MOST_BYTES, MOST_TIMES
from .errors import Refused
from .inbox import in_text

_GZIP, _ZIP, _PDF, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"%PDF", b"PAR1"
_DEEPEST, _BLOCK = 4, 1 << 20


@dataclass(frozen=True)
class Unpacked:
    """One content; `path` is the file where it is a database, which is read by cell. `book` are the parts of a workbook."""

    content: bytes
    path: Path | None = None
    book: dict[str, bytes] | None = None


def unpacked(path: Path) -> Iterator[Unpacked]:
    """Raises Refused for what grows, opened, as no extract does: it can then not be said what is in it."""
    content = path.read_bytes()
    if content[8:12] == b"DUCK":
        yield Unpacked(content, path)
        return
    yield from _taken_out(content, _DEEPEST, _Grown(path, len(content)))


class _Grown:
    """What came out of one file so far, whatever was packed in what."""

    def __init__(self, path: Path, size: int):
        self._path, self._most, self._bytes = path, min(MOST_BYTES, max(FREE_BYTES, MOST_TIMES * size)), 0

    def read(self, stream: IO[bytes]) -> bytes:
        blocks = []
        while block := stream.read(_BLOCK):
            blocks.append(block)
            self._bytes += len(block)
            if self._bytes > self._most:
                raise Refused(
                    f"{without_upns(in_text(self._path))} grows, opened, as no extract does, so it cannot be looked through for a child: remove it, "
                    "then give this again."
                )
        return b"".join(blocks)


def _taken_out(content: bytes, deep: int, grown: _Grown) -> Iterator[Unpacked]:
    """What cannot be unpacked is looked through as it is."""
    yield Unpacked(content)
    if not deep:
        return
    try:
        if content.startswith(_GZIP):
            with gzip.open(io.BytesIO(content)) as stream:
                yield from _taken_out(grown.read(stream), deep - 1, grown)
        elif content.startswith(_ZIP):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = {one.filename: _part(archive, one, grown) for one in archive.infolist() if not one.is_dir()}
            yield Unpacked(
                "\n".join(parts).encode(errors="replace"), book=parts if "xl/workbook.xml" in parts else None
            )
            for part in parts.values():
                yield from _taken_out(part, deep - 1, grown)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError):
        return


def _part(archive: zipfile.ZipFile, one: zipfile.ZipInfo, grown: _Grown) -> bytes:
    with archive.open(one) as stream:
        return grown.read(stream)


def records_of(part: Unpacked) -> Iterator[str]:
    """Its text: by row of a table, sheet or database; else all of it, in the ways it may be written."""
    if part.path:
        yield from _rows_of_database(part.path)
    elif part.book is not None:
        yield from _rows_of_sheets(part.book)
    elif part.content.startswith(_PARQUET):
        yield from _rows_of_parquet(part.content)
    elif part.content.startswith(_PDF):
        yield from _texts_of_pdf(part.content)
    else:
        yield from _spelt(part.content)


def _spelt(content: bytes) -> Iterator[str]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        yield content.decode("utf-16", errors="replace")
        return
    try:
        yield content.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield content.decode("cp1252", errors="replace")


def _rows_of_parquet(content: bytes) -> Iterator[str]:
    try:
        rows = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        return
    yield "\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in rows.iter_rows())


def _rows_of_database(path: Path) -> Iterator[str]:
    """Of one that is not encrypted, as a snapshot is; of another, nothing."""
    try:
        with duckdb.connect(path, read_only=True) as con:
            tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
            for schema, table in tables:
                rows = con.execute(f'FROM "{schema}"."{table}"').fetchall()
                yield "\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in rows)
    except duckdb.Error:
        return


_ROW = re.compile(rb"<(?:\w+:)?row\b.*?</(?:\w+:)?row>", re.S)
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)>(.*?)</(?:\w+:)?c>", re.S)
_SAID = re.compile(rb"<(?:\w+:)?[tv]\b[^>]*>(.*?)</(?:\w+:)?[tv]>", re.S)
_ITEM = re.compile(rb"<(?:\w+:)?si\b[^>]*>(.*?)</(?:\w+:)?si>", re.S)


def _rows_of_sheets(book: dict[str, bytes]) -> Iterator[str]:
    shared = [_text(item) for item in _ITEM.findall(book.get("xl/sharedStrings.xml", b""))]
    for name, part in book.items():
        if "worksheets/" in name:
            yield "\n".join(_row(row, shared) for row in _ROW.findall(part))


def _row(row: bytes, shared: list[str]) -> str:
    cells = []
    for told, content in _CELL.findall(row):
        text = _text(content)
        is_shared = b't="s"' in told and text.isdigit() and int(text) < len(shared)
        cells.append((shared[int(text)] if is_shared else text).replace("\n", " "))
    return "\t" + "\t".join(cells) + "\t"


def _text(part: bytes) -> str:
    return unescape(b"".join(_SAID.findall(part)).decode("utf-8", errors="replace"))


# ---- pages to print: text is told in numbers of shapes, and a table in the file says which letters those are

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)
_TO_LETTERS = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.S)
_HEX = re.compile(rb"<([0-9A-Fa-f]*)>")
_TEXT = re.compile(rb"\bBT\b(.*?)\bET\b", re.S)
_PIECE = re.compile(rb"<([0-9A-Fa-f]+)>|\(((?:\\.|[^\\()])*)\)", re.S)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.S)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _texts_of_pdf(content: bytes) -> Iterator[str]:
    streams = [_inflated(one) for one in _STREAM.findall(content)]
    yield "\n".join(part.decode("latin-1") for part in (content, *streams))
    yield "\n".join(part.decode("utf-16-be", errors="replace") for part in _texts_in_wide(content, streams))
    shown = [told for one in streams if b"begincmap" not in one for told in _TEXT.findall(one)]
    for letters in filter(None, (_letters(one) for one in streams if b"begincmap" in one)):
        yield " ".join(_told(one, letters) for one in shown)


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream


def _texts_in_wide(content: bytes, streams: list[bytes]) -> Iterator[bytes]:
    """Texts that stand beside the pages, such as headings, are of two bytes a letter and begin with their mark."""
    for part in (content, *streams):
        for told in re.findall(rb"\(\xfe\xff((?:\\.|[^\\()])*)\)", part, re.S):
            yield _literal(told)
        for told in re.findall(rb"<FEFF([0-9A-Fa-f]+)>", part):
            yield bytes.fromhex((told[: len(told) // 4 * 4]).decode())


def _letters(cmap: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    for kind, told in _TO_LETTERS.findall(cmap):
        codes = [one.decode() for one in _HEX.findall(told)]
        step = 2 if kind == b"bfchar" else 3
        for at in range(0, len(codes) - step + 1, step):
            first, last = int(codes[at] or "0", 16), int(codes[at + step - 2] or "0", 16)
            text = bytes.fromhex(codes[at + step - 1]).decode("utf-16-be", errors="replace")
            for more, code in enumerate(range(first, min(last, first + 65_535) + 1)):
                found[code] = text[:-1] + chr(ord(text[-1]) + more) if text else ""
    return found


def _told(shown: bytes, letters: dict[int, str]) -> str:
    said = []
    for coded, literal in _PIECE.findall(shown):
        raw = bytes.fromhex(coded[: len(coded) // 4 * 4].decode()) if coded else _literal(literal)
        said += [letters.get(int.from_bytes(raw[at : at + 2], "big"), "") for at in range(0, len(raw), 2)]
    return "".join(said)


def _literal(told: bytes) -> bytes:
    def meant(found: re.Match) -> bytes:
        one = found[1]
        return bytes([int(one, 8) & 255]) if one[:1].isdigit() else _ESCAPES.get(one, one)

    return _ESCAPED.sub(meant, told)
