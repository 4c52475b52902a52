"""An extract written anew without some of its rows: each becomes a row with nothing in it, so that all others keep their numbers."""

import gzip
from pathlib import Path

import numpy as np
import polars as pl

from . import delimited, reading
from .containers import opened, tables_in
from .errors import Refused
from .extract import Extract, open_file
from .kinds import Kind
from .records import end_of
from .workbooks import put_in_place

PLACES = {"extract_id": pl.Int32, "row_number": pl.Int64}


def is_plain(tables: list[Extract]) -> bool:
    """Whether a file is one table as text, gzipped or not: any other kind is not written anew."""
    if len(tables) != 1 or tables[0].member is not None or tables[0].sheet is not None or tables[0].fault:
        return False
    try:
        return reading._kind(tables[0]) is Kind.TEXT
    except Refused:
        return False


def without_rows(extract: Extract, numbers: set[int]) -> bytes:
    """The content of a plain file, unpacked, with nothing in the rows of these numbers. Raises Refused where it cannot be read."""
    spelt = delimited._spelling(extract)
    with opened(extract) as stream:
        content = stream.read()
    wide = spelt.encoding if spelt.is_utf16 else None
    text = content.decode(wide).encode() if wide else content
    ends = [0, *_ends(text.replace(b"\r", b"\n") if spelt.newline == "\r" else text)]
    empty = spelt.separator.encode() * (len(spelt.headers) - 1)
    pieces, at = [], 0
    for number in sorted(numbers):
        if number >= len(ends):
            raise Refused(f"{extract.name} has no row {number}.")
        begin, end = ends[number - 1], ends[number]
        closing = text[begin:end][len(text[begin:end].rstrip(b"\r\n")) :]
        pieces += [text[at:begin], empty, closing]
        at = end
    written = b"".join([*pieces, text[at:]])
    return written.decode().encode(wide) if wide else written


def _ends(text: bytes) -> list[int]:
    """Where each record ends."""
    letters = np.frombuffer(text, np.uint8)
    inside = np.logical_xor.accumulate(letters == ord('"'))
    ends = (np.flatnonzero((letters == ord("\n")) & ~inside) + 1).tolist()
    return ends if ends and ends[-1] == len(text) else [*ends, end_of(text, len(ends))]


def hidden_beside(path: Path) -> Path:
    """Where a file is written before it takes the place of `path`: hidden, so that no take-in sees it."""
    return path.with_name(f".{path.name}.anew")


def write_beside(extract: Extract, content: bytes) -> Extract:
    """Write content beside the extract's file, packed as that is. Returns what it then holds. Raises Refused where that cannot be read."""
    with open_file(extract.path, extract.name) as file:
        is_gzip = file.read(2) == b"\x1f\x8b"
    beside = hidden_beside(extract.path)
    put_in_place(gzip.compress(content, mtime=0) if is_gzip else content, beside)
    [written] = tables_in(beside, extract.name)
    if written.fault:
        raise written.fault
    return written


def is_the_same_but_for(extract: Extract, written: Extract, numbers: set[int]) -> bool:
    """Whether what was written has every row of the extract as it was, under its number, and none of those of these numbers."""
    before = pl.concat([pl.DataFrame(), *reading.read_extract(extract)], how="diagonal")
    after = pl.concat([pl.DataFrame(), *reading.read_extract(written)], how="diagonal")
    stay = before.filter(~pl.col("row_number").is_in(list(numbers))) if before.width else before
    return stay.equals(after) if after.height else stay.is_empty()
