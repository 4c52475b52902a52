"""Files as suppliers send them, of any name and bytes, found as they would be in an inbox; and what becomes of them."""

import gzip
import io
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from pipeline.edges import inbox, reading
from pipeline.edges.errors import Refused
from pipeline.edges.extract import Extract
from pipeline.tables.layouts import Layout

HEADER = "urn,upn,date,session,code\n"
MARK = "100001,B801200005001,2025-09-08,AM,/\n"
MARKS = HEADER + MARK


@dataclass(frozen=True)
class Supplier:
    """Writes files into a folder."""

    folder: Path

    def sends(self, content: bytes | str | pl.DataFrame, name: str = "marks.csv") -> Extract:
        """The one table of a file."""
        [extract] = self.sends_all(content, name)
        return extract

    def sends_all(self, content: bytes | str | pl.DataFrame, name: str) -> list[Extract]:
        """Every table of a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(in_bytes(content))
        return inbox.extracts_of([(path, name)])


@pytest.fixture
def supplier(tmp_path) -> Supplier:
    return Supplier(tmp_path / "sent")


def in_bytes(content: bytes | str | pl.DataFrame) -> bytes:
    """A frame becomes Parquet, text UTF-8."""
    if isinstance(content, pl.DataFrame):
        written = io.BytesIO()
        content.write_parquet(written)
        return written.getvalue()
    return content.encode() if isinstance(content, str) else content


def zipped(*members: tuple[str, bytes | str | pl.DataFrame]) -> bytes:
    """An archive with these members, in this order; two may have one name."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that two members have one name
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), in_bytes(content), zipfile.ZIP_DEFLATED)
    return written.getvalue()


def gzipped(content: bytes | str | pl.DataFrame) -> bytes:
    return gzip.compress(in_bytes(content), mtime=0)


def recognised(extract: Extract) -> Layout:
    [layout] = reading.recognised(extract)
    return layout


def rows(extract: Extract) -> list[tuple]:
    return [row for batch in reading.read_extract(extract) for row in batch.rows()]


def refusal(extract: Extract) -> str:
    """Why it is refused, whether at its header or further on."""
    with pytest.raises(Refused) as refused:
        recognised(extract)
        rows(extract)
    return str(refused.value)


def refusal_while_read(extract: Extract) -> str:
    """Why it is refused once it is read. The reader's own message, which might quote a row, goes with none of it."""
    with pytest.raises(Refused) as refused:
        rows(extract)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    return str(refused.value)


def names(extracts: list[Extract]) -> list[str]:
    return [extract.name for extract in extracts]
