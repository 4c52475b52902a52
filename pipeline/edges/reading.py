"""A delivered file's headers and rows, whatever it is written in: CSV or Parquet."""

import codecs
import csv
import io
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from pipeline.tables.layouts import Layout, layouts_of, nearest_layout

from .errors import Refused
from .extract import Extract

ROWS_AT_ONCE = 400_000
HEADER_ROW = 1


def recognised(extract: Extract) -> list[Layout]:
    """The layouts that claim `extract`: one, or of XML as many as it has kinds of record. Raises Refused, saying what
    it lacks, where none does."""
    headers = _headers(extract)
    layouts = layouts_of(headers)
    if layouts:
        return layouts
    near = nearest_layout(headers)
    if near:
        layout, missing = near
        raise Refused(
            f"{extract.name} looks like {layout.title} but lacks the column {_listed(missing)}: "
            "add it to the header row, or ask the supplier for it."
        )
    raise Refused(f"{extract.name} has headers that no feed claims: see `a2n describe feeds` for those that are read.")


def _listed(missing: list[str]) -> str:
    return ", ".join(missing[:-1]) + " and " + missing[-1] if len(missing) > 1 else missing[0]


def _headers(extract: Extract) -> list[str]:
    if extract.path.suffix.lower() == ".parquet":
        return list(_parquet(extract).collect_schema())
    try:
        with extract.path.open("rb") as file:
            start = file.read(1 << 20)
    except OSError as error:
        raise Refused(f"{extract.name} cannot be read ({error.strerror}): check its permissions.") from None
    if not start.strip():
        raise Refused(f"{extract.name} is empty: deliver it again.")
    if b"\0" in start:
        raise Refused(f"{extract.name} is not text: deliver it as CSV (UTF-8) or Parquet.")
    text = start.decode("utf-8-sig", errors="replace")
    try:
        return next(csv.reader(io.StringIO(text)), [])
    except csv.Error:
        raise Refused(f"{extract.name}, row {HEADER_ROW}: the header row cannot be read as CSV.") from None


_COUNT = "row as read"  # a supplier's own row_number, if there is one, gives way to it
_COUNTED = {"row_index_name": _COUNT, "row_index_offset": HEADER_ROW + 1}


def _parquet(extract: Extract) -> pl.LazyFrame:
    try:
        frame = pl.scan_parquet(extract.path, glob=False, **_COUNTED)
        told = frame.collect_schema().items()
        names = [name for name, dtype in told if name != _COUNT and not dtype.is_nested()]  # no layout has lists
    except Exception:
        raise Refused(f"{extract.name} cannot be read as Parquet: deliver it again.") from None
    return frame.select(_COUNT, *(pl.col(name).cast(pl.String) for name in names))


def read_extract(extract: Extract, layout: Layout | None = None) -> Iterator[pl.DataFrame]:
    """The rows of `extract` as text with `row_number`, some hundred thousand at a time, in order.

    A line with nothing in any cell, as spreadsheets leave at the end, is no row; those after it keep their numbers. Raises
    Refused, with the row where it can be told, when the file does not parse.
    """
    is_parquet = extract.path.suffix.lower() == ".parquet"
    try:
        frame = _parquet(extract) if is_parquet else _csv(extract)
        for batch in frame.collect_batches(chunk_size=ROWS_AT_ONCE, maintain_order=True):
            if batch.height:
                told = batch.filter(pl.any_horizontal(pl.exclude(_COUNT).is_not_null()))
                rows = told.drop("row_number", strict=False).rename({_COUNT: "row_number"})
                yield rows.with_columns(pl.col("row_number").cast(pl.Int64))
    except pl.exceptions.PolarsError:
        whole = f"{extract.name} cannot be read to its end: deliver it again, whole, as CSV (UTF-8) or Parquet."
        raise Refused((None if is_parquet else _row_too_long(extract)) or whole) from None


def _csv(extract: Extract) -> pl.LazyFrame:
    if _is_utf8(extract.path):
        return pl.scan_csv(extract.path, infer_schema=False, glob=False, **_COUNTED)
    text = extract.path.read_bytes().decode("cp1252", errors="replace")
    return pl.read_csv(io.BytesIO(text.encode()), infer_schema=False, **_COUNTED).lazy()


def _is_utf8(path: Path) -> bool:
    """Whether all of it is: one name with an accent may stand anywhere in a large file."""
    text = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while piece := file.read(1 << 22):
                if text.getstate()[0] or not piece.isascii():  # most files are, and to see that takes no time
                    text.decode(piece)
        text.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def records_in(extract: Extract) -> int:
    """About how many rows a file that does not parse has: its lines, less the header's."""
    try:
        with extract.path.open("rb") as file:
            lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
            file.seek(0, os.SEEK_END)
            ends_open = bool(file.tell()) and file.seek(-1, os.SEEK_END) is not None and file.read(1) != b"\n"
    except OSError:
        return 0
    return max(lines + ends_open - 1, 0)


def _row_too_long(extract: Extract) -> str | None:
    """Which row a CSV reader stops at. The reader's own message may quote a child's row, so it is not passed on."""
    try:
        with extract.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            rows = csv.reader(file)
            width = len(next(rows))
            for number, row in enumerate(islice(rows, 50_000_000), start=HEADER_ROW + 1):
                if len(row) > width:
                    return (
                        f"{extract.name}, row {number}: {len(row)} cells where the header has {width}: mend that row."
                    )
    except (csv.Error, OSError, StopIteration):
        pass
    return None
