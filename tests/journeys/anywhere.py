"""Where any of some words is in a home: every byte of its files, taken out of what they are packed in, and every cell of its databases.

Written apart from the pipeline's own search, which it proves.
"""

import gzip
import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import polars as pl
from pypdf import PdfReader

from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home


def found_anywhere(home: Home, words: Iterable[str], *, but_not: Iterable[str] = ()) -> list[str]:
    """Files (but those in the folders `but_not`) and tables with one of the words in them."""
    wanted = [word.lower() for word in words]
    return [*_files(home, wanted, tuple(but_not)), *_tables(home, wanted)]


def _files(home: Home, words: list[str], but_not: tuple[str, ...]) -> Iterator[str]:
    for path in sorted(one for one in home.folder.rglob("*") if one.is_file()):
        name = str(path.relative_to(home.folder))
        if not name.startswith(but_not or ("\0",)) and any(
            _is_in(part, words) for part in _parts(path, path.read_bytes())
        ):
            yield name


def _parts(path: Path, content: bytes) -> Iterator[bytes]:
    yield content
    if content[:2] == b"\x1f\x8b":
        yield from _parts(path, gzip.decompress(content))
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for one in archive.namelist():
                yield from _parts(path, archive.read(one))
    if content[:4] == b"PAR1":
        yield pl.read_parquet(io.BytesIO(content)).write_csv().encode()
    if content[:4] == b"%PDF":
        yield "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).encode()
    if path.parent.name == "published" and path.suffix == ".duckdb":
        with duckdb.connect(path, read_only=True) as con:
            for schema, table in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                yield con.execute(f'FROM "{schema}"."{table}"').pl().write_csv().encode()


def _is_in(content: bytes, words: list[str]) -> bool:
    lowered = content.lower()
    return any(word.encode() in lowered or word.encode("utf-16-le") in lowered for word in words)


def _tables(home: Home, words: list[str]) -> Iterator[str]:
    for opening, database in ((shelf.warehouse_alone, "warehouse"), (identity.identity, "identity")):
        with opening(home) as con:
            for name, rows in every_table(con, database):
                if _is_in(rows.write_csv().encode(), words):
                    yield name


def every_table(con, database: str) -> Iterator[tuple[str, pl.DataFrame]]:
    told = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL", [database]
    )
    for schema, table in told.fetchall():
        yield f"{database}.{schema}.{table}", con.execute(f"FROM {database}.{schema}.{table}").pl()
