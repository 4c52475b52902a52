"""An extract written anew without some of its rows: each becomes a row with nothing in it, so that all others keep their numbers.

Of a row that stays, cells may be made empty.
"""

import csv
import gzip
import io
from collections.abc import Callable, Set
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Cut:
    """What goes of an extract: all of the `rows` of these numbers, and of those in `cells` each cell that `is_cut`."""

    rows: Set[int]
    cells: Set[int] = frozenset()
    is_cut: Callable[[str], bool] = lambda _: False

    def __bool__(self) -> bool:
        return bool(self.rows or self.cells)


def is_plain(tables: list[Extract]) -> bool:
    """Whether a file is one table as text, gzipped or not: any other kind is not written anew."""
    if len(tables) != 1 or tables[0].member is not None or tables[0].sheet is not None or tables[0].fault:
        return False
    try:
        return reading.kind_of_extract(tables[0]) is Kind.TEXT
    except Refused:
        return False


def cut_out(extract: Extract, cut: Cut) -> bytes:
    """The content of a plain file, unpacked, without what is cut. Raises Refused where it cannot be read."""
    spelt = delimited.spelling_of(extract)
    with opened(extract) as stream:
        content = stream.read()
    wide = spelt.encoding if spelt.is_utf16 else None
    text = content.decode(wide).encode() if wide else content
    ends = [0, *_ends(text.replace(b"\r", b"\n") if spelt.newline == "\r" else text)]
    empty = spelt.separator.encode() * (len(spelt.headers) - 1)
    pieces, at = [], 0
    for number in sorted({*cut.rows, *cut.cells}):
        if number >= len(ends):
            raise Refused(f"{extract.name} has no row {number}.")
        begin, end = ends[number - 1], ends[number]
        said = text[begin:end].rstrip(b"\r\n")
        left = empty if number in cut.rows else _without_cells(said, spelt.separator, cut.is_cut)
        pieces += [text[at:begin], left, text[begin + len(said) : end]]
        at = end
    written = b"".join([*pieces, text[at:]])
    return written.decode().encode(wide) if wide else written


def _without_cells(record: bytes, separator: str, is_cut: Callable[[str], bool]) -> bytes:
    """Latin-1 is of as many letters as bytes, whatever they were meant to be."""
    cells = next(csv.reader(io.StringIO(record.decode("latin-1"), newline=""), delimiter=separator))
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=separator, lineterminator="").writerow("" if is_cut(cell) else cell for cell in cells)
    return written.getvalue().encode("latin-1")


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


def is_the_same_but_for(extract: Extract, written: Extract, cut: Cut) -> bool:
    """Whether what was written has every row of the extract as it was, under its number, but for what is cut."""
    before = pl.concat([pl.DataFrame(), *reading.read_extract(extract)], how="diagonal")
    after = pl.concat([pl.DataFrame(), *reading.read_extract(written)], how="diagonal")
    if not before.width:
        return after.is_empty()
    stay = before.filter(~pl.col("row_number").is_in(list(cut.rows)))
    if cut.cells and cut.is_cut:
        is_in = pl.col("row_number").is_in(list(cut.cells))
        texts = [name for name in stay.columns if name != "row_number"]
        told = [pl.col(name).map_elements(cut.is_cut, return_dtype=pl.Boolean).fill_null(False) for name in texts]
        stay = stay.with_columns(
            pl.when(is_in & goes).then(None).otherwise(pl.col(name)).alias(name)
            for name, goes in zip(texts, told, strict=True)
        )
    return stay.equals(after) if after.height else stay.is_empty()
