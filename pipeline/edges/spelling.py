"""How a text file is written: its encoding, its separator, and where its header row is."""

import csv
import io
import re
from dataclasses import dataclass

from pipeline.tables.layouts import layouts_of

from .containers import opened
from .errors import Refused
from .extract import Extract
from .kinds import byte_order
from .numbering import HEADER_ROW

SEPARATORS = (",", ";", "\t", "|")

LONGEST_HEADER = 1 << 20
"""Bytes within which the header row ends."""

MOST_COLUMNS = 1_000
"""The widest real table, the Department's list of schools, has some 140."""

_LINES_BEFORE = re.compile(r"(?:[ \t\r]*\n)*")
_SEPARATOR_TOLD = re.compile(r'"?sep=(?P<separator>[,;|:^~\t])"?[ \t]*\r?(?:\n|$)', re.IGNORECASE)


@dataclass(frozen=True)
class Spelling:
    """By the beginning of the file. `encoding` is null where that does not say; `lines_before` come before the header."""

    encoding: str | None
    newline: str
    lines_before: int
    separator: str
    headers: list[str]

    @property
    def is_utf16(self) -> bool:
        return bool(self.encoding) and self.encoding.startswith("utf-16")

    @property
    def header_row(self) -> int:
        return HEADER_ROW + self.lines_before


def spelling(extract: Extract) -> Spelling:
    """Raises Refused where there is no header row that could be read."""
    encoding, text, is_all = beginning(extract)
    newline = "\r" if "\r" in text and "\n" not in text else "\n"
    lines_before, told, header = _split(text.replace(newline, "\n"))
    row = HEADER_ROW + lines_before
    if not is_all and "\n" not in header:
        raise Refused(f"{extract.name}, row {row}: the header row does not end: deliver one row a line.")
    separator, headers = _header_row(header, told, f"{extract.name}, row {row}")
    return Spelling(encoding, newline, lines_before, separator, headers)


def beginning(extract: Extract) -> tuple[str | None, str, bool]:
    """The encoding, where the file says it, its first letters, and whether they are all. Raises Refused where it is no text, or
    empty."""
    with opened(extract) as stream:
        start = stream.read(LONGEST_HEADER)
    encoding = byte_order(start)
    if b"\0" in start and encoding in (None, "utf-8"):
        raise Refused(f"{extract.name} is not text: deliver it as CSV, XLSX, Parquet or XML.")
    text = start.decode(encoding or "utf-8", errors="replace").lstrip("\ufeff")
    if not text.strip():
        raise Refused(f"{extract.name} is empty: deliver it again.")
    return encoding, text, len(start) < LONGEST_HEADER


def _split(text: str) -> tuple[int, str | None, str]:
    """How many lines come before the header, the separator one of them tells (as Excel writes it), and all from the
    header on."""
    at = _LINES_BEFORE.match(text).end()
    told = _SEPARATOR_TOLD.match(text, at)
    if told:
        at = _LINES_BEFORE.match(text, told.end()).end()
    return text.count("\n", 0, at), told and told["separator"], text[at:]


def _header_row(text: str, told: str | None, where: str) -> tuple[str, list[str]]:
    """The separator and the headers: of those a layout claims, or else of those it makes the most of."""
    rows = {separator: _first_row(text, separator) for separator in ([told] if told else SEPARATORS)}
    widest = sorted((one for one in rows if rows[one]), key=lambda one: -len(rows[one]))
    if not widest:
        raise Refused(f"{where}: the header row cannot be read as CSV: deliver one row a line, each cell once.")
    refuse_too_wide(where, len(rows[widest[0]]))
    claimed = (one for one in widest if layouts_of(rows[one]))
    separator = next(claimed, widest[0])
    return separator, rows[separator]


def refuse_too_wide(where: str, columns: int) -> None:
    """Raises Refused for a table of more columns than are read, however it is written."""
    if columns > MOST_COLUMNS:
        raise Refused(f"{where}: there are over {MOST_COLUMNS:,} columns, more than any table of a school has.")


def _first_row(text: str, separator: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text), delimiter=separator), [])
    except csv.Error:  # a cell without end
        return []
