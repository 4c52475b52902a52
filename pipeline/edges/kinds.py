"""What a file is by its first bytes, whatever its name says."""

import re
from enum import Enum


class Kind(Enum):
    TEXT = "text"
    XML = "XML"
    PARQUET = "Parquet"
    GZIP = "gzip"
    ZIP = "zip"
    FOREIGN = "a kind that is not read"


BYTES_LOOKED_AT = 4096

PARQUET = b"PAR1"
"""How a Parquet file begins, and ends."""

_KINDS = {b"\x1f\x8b": Kind.GZIP, b"PK\x03\x04": Kind.ZIP, b"PK\x05\x06": Kind.ZIP, PARQUET: Kind.PARQUET}

_FOREIGN = {
    b"\xd0\xcf\x11\xe0": "an Excel workbook of the old kind, or one with a password: save it as .xlsx without one",
    b"%PDF": "a PDF: deliver the table it was made from",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive: make a .zip of it, or deliver the files themselves",
    b"Rar!\x1a\x07": "a RAR archive: make a .zip of it, or deliver the files themselves",
    b"BZh": "compressed with bzip2: use gzip or zip, or deliver the file itself",
    b"\xfd7zXZ": "compressed with xz: use gzip or zip, or deliver the file itself",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: use gzip or zip, or deliver the file itself",
}
_TAR_AT, _TAR = 257, b"ustar"
_AN_ARCHIVE = "a tar archive: make a .zip of it, or deliver the files themselves"

_OF_WEB_PAGES = re.compile(r"<(?:!doctype\s+html|html|t[rhd])[\s>]", re.IGNORECASE)
_A_WEB_PAGE = "a web page: open it in a spreadsheet program and save it as .xlsx or CSV"

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def kind_of(start: bytes) -> Kind:
    """The kind of a file that begins with `start`."""
    for magic, kind in _KINDS.items():
        if start.startswith(magic):
            return kind
    if foreign(start):
        return Kind.FOREIGN
    return Kind.XML if _is_markup(start) else Kind.TEXT


def foreign(start: bytes) -> str | None:
    """What a file is that is of no kind read here, and what would do; null for others."""
    if start[_TAR_AT:].startswith(_TAR):
        return _AN_ARCHIVE
    if _is_markup(start) and _OF_WEB_PAGES.search(_text(start)):
        return _A_WEB_PAGE
    return next((what for magic, what in _FOREIGN.items() if start.startswith(magic)), None)


def has_noughts(start: bytes) -> bool:
    """Whether there are noughts in a row where letters should be, as no text has in any encoding."""
    return "\0\0" in _text(start)


def byte_order(start: bytes) -> str | None:
    """The encoding a text says it is in by its first bytes, if it does."""
    return next((encoding for mark, encoding in _MARKS.items() if start.startswith(mark)), None)


def _is_markup(start: bytes) -> bool:
    return _text(start).lstrip("\ufeff \t\r\n").startswith("<")


def _text(start: bytes) -> str:
    return start[:BYTES_LOOKED_AT].decode(byte_order(start) or "latin-1", errors="replace")
