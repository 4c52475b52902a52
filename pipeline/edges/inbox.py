"""Files as delivered: found, recognised by their headers and read as text, in pieces small enough for any size."""

import codecs
import csv
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import polars as pl

from pipeline.tables.layouts import Layout, layout_of, nearest_layout

from .errors import Refused
from .settings import Home

ROWS_AT_ONCE = 400_000
HEADER_ROW = 1


@dataclass(frozen=True)
class Extract:
    """One delivered file: where it is, its name as delivered (its path in the inbox), and what its bytes hash to."""

    path: Path
    name: str
    sha256: str


@dataclass(frozen=True)
class Claimed:
    """An extract and the layout that claims it."""

    extract: Extract
    layout: Layout


def find_extracts(home: Home, *, but_not: frozenset[str]) -> list[Extract]:
    """The inbox's files whose bytes are not among the hashes `but_not`, each once, in the order of their hashes."""
    found = extracts_of((path, _name(path.relative_to(home.inbox))) for path in _files(home.inbox))
    new = {extract.sha256: extract for extract in reversed(found) if extract.sha256 not in but_not}
    return [new[sha256] for sha256 in sorted(new)]


def _files(inbox: Path) -> list[Path]:
    """What was put there: no hidden file, and no link, which might lead anywhere."""
    found = (path for path in inbox.rglob("*") if not path.name.startswith("."))
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _name(path: Path) -> str:
    """The path as text that any table or file can hold, whatever bytes it was spelt in."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def extracts_of(named: Iterable[tuple[Path, str]]) -> list[Extract]:
    """Extracts for these paths and names, in the order of their names."""
    named = sorted(named, key=lambda one: one[1])
    with ThreadPoolExecutor() as pool:
        hashes = pool.map(lambda one: _sha256(one[0]), named)
        return [Extract(path, name, sha256) for (path, name), sha256 in zip(named, hashes, strict=True)]


def _sha256(path: Path) -> str:
    """Of its bytes. Of a file that cannot be read, of its name and when it was last touched: it is refused when opened,
    and tried again once somebody has changed it or its permissions."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256(os.fsencode(path) + str(path.lstat().st_ctime_ns).encode()).hexdigest()


def recognised(extract: Extract) -> Layout:
    """The layout that claims `extract`. Raises Refused, saying what it lacks, where none does."""
    headers = _headers(extract)
    layout = layout_of(headers)
    if layout:
        return layout
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


BYTES_AT_ONCE = 160_000_000


def in_batches(claimed: list[Claimed]) -> list[list[Claimed]]:
    """The files in order, in batches of no more bytes than one should hold in memory; one larger file is its own."""
    batches: list[list[Claimed]] = []
    size = BYTES_AT_ONCE
    for one in claimed:
        bytes_of_file = one.extract.path.stat().st_size
        if size + bytes_of_file > BYTES_AT_ONCE:
            batches.append([])
            size = 0
        batches[-1].append(one)
        size += bytes_of_file
    return batches


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


def read_extract(extract: Extract) -> Iterator[pl.DataFrame]:
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


def write_refusal(home: Home, name: str, reason: str | None) -> None:
    """Say in set_aside/, by the file's name, why it was refused; where it no longer is, take that back."""
    path = _beside(home, name, ".refused.txt")
    if reason:
        path.write_text(reason + "\n", encoding="utf-8")
    else:
        path.unlink(missing_ok=True)


def write_set_aside(home: Home, name: str, rows: pl.DataFrame) -> None:
    """Say in set_aside/, by the file's name, which of its rows are set aside and why; where none is, nothing is said."""
    path = _beside(home, name, ".set_aside.csv")
    if rows.is_empty():
        path.unlink(missing_ok=True)
    else:
        rows.write_csv(path)


def _beside(home: Home, name: str, ending: str) -> Path:
    flat = name.replace("/", "__").replace("\\", "__")
    if len(flat.encode()) > _LONGEST_NAME:
        flat = f"{flat[: _LONGEST_NAME // 4]}-{hashlib.sha256(flat.encode()).hexdigest()[:12]}"
    return home.set_aside / (flat + ending)


_LONGEST_NAME = 200  # bytes; file systems take 255


def move_taken(home: Home, name: str) -> None:
    """Move a file taken in out of the inbox, keeping its place among folders; one of the same name stays beside it."""
    source, target = home.inbox / name, home.folder / "taken" / name
    if not source.is_file():
        return
    if target.exists():
        target = target.with_name(f"{target.stem}-{_sha256(source)[:12]}{target.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
