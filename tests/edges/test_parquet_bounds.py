"""Parquet that says more than its bytes can tell of: it is weighed before it is written out, and refused in words."""

import io
import tempfile
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as parquet_files
import pytest

from pipeline.edges import parquet, parquet_pages, reading
from pipeline.edges.errors import Refused

from .sent import refusal_while_read, rows, supplier

__all__ = ["supplier"]

LONG = "x" * 1000


def written(columns: dict[str, list | pa.Array], **how) -> bytes:
    """A file as Arrow writes it."""
    told = io.BytesIO()
    parquet_files.write_table(pa.table(columns), told, **how)
    return told.getvalue()


@pytest.fixture
def tight(monkeypatch) -> None:
    """A tenth of a megabyte is free, and two letters a byte."""
    monkeypatch.setattr(parquet, "FREE_BYTES", 100_000)
    monkeypatch.setattr(parquet, "MOST_TEXT_A_BYTE", 2)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.binary()], ids=str)
def test_a_long_text_in_every_row_is_too_much_though_the_file_tells_it_once(supplier, tight, kind):
    said = refusal_while_read(supplier.sends(written({"upn": pa.array([LONG] * 101, kind)}), "marks.parquet"))
    assert said.startswith("marks.parquet says the same long texts in so many rows that they are over")
    assert len(rows(supplier.sends(written({"upn": pa.array([LONG] * 100, kind)}), "marks.parquet"))) == 100


def test_so_it_is_in_several_columns_and_groups_of_rows_together(supplier, tight):
    columns = {"upn": [LONG] * 60, "code": [LONG] * 60}
    assert "same long texts" in refusal_while_read(supplier.sends(written(columns, row_group_size=20), "m"))
    assert len(rows(supplier.sends(written(columns | {"code": ["/"] * 60}, row_group_size=20), "m"))) == 60


def test_a_file_of_more_bytes_may_say_more(supplier, tight):
    """These texts are all different, and the file as long as they are."""
    texts = [f"{row}-" + "".join(chr(65 + row * at * at % 26) for at in range(1000)) for row in range(150)]
    content = written({"upn": texts}, use_dictionary=False, compression="none")
    assert [told for _, told in rows(supplier.sends(content, "m"))] == texts


def test_numbers_dates_and_empty_cells_are_no_texts(supplier, tight):
    columns = {"urn": [100001] * 50_000, "upn": pa.array([None] * 50_000, pa.string())}
    assert len(rows(supplier.sends(written(columns), "m"))) == 50_000


def test_texts_packed_each_by_itself_are_weighed_by_what_they_are_unpacked(supplier, tight, monkeypatch):
    monkeypatch.setattr(parquet, "MOST_TIMES", 2)
    said = refusal_while_read(supplier.sends(written({"upn": [LONG] * 101}, use_dictionary=False), "m"))
    assert said == "m grows to over 2 times its size when it is opened, as no register does: deliver it as CSV."
    assert len(rows(supplier.sends(written({"upn": [LONG] * 95}, use_dictionary=False), "m"))) == 95


def of_same_beginnings(texts: list[str]) -> bytes:
    return written({"upn": texts}, use_dictionary=False, column_encoding="DELTA_BYTE_ARRAY")


def test_texts_told_by_how_they_begin_are_read_few_at_a_time_and_refused_where_one_may_be_too_long(
    supplier, monkeypatch
):
    texts = [f"{LONG}{row}" for row in range(300)]
    monkeypatch.setattr(parquet, "TEXT_AT_ONCE", 1_000_000)
    batches = list(reading.read_extract(supplier.sends(of_same_beginnings(texts), "m")))
    assert [told for batch in batches for told in batch.rows()] == [(row + 2, text) for row, text in enumerate(texts)]
    assert max(batch.height for batch in batches) < 300
    monkeypatch.setattr(parquet, "TEXT_AT_ONCE", 100_000)
    said = refusal_while_read(supplier.sends(of_same_beginnings(texts), "m"))
    assert said.startswith("m is packed in a way in which few bytes say very much (DELTA_BYTE_ARRAY)")


def test_rows_of_much_text_come_in_smaller_pieces_in_order_and_keep_their_numbers(supplier, monkeypatch):
    monkeypatch.setattr(parquet, "TEXT_AT_ONCE", 50_000)
    extract = supplier.sends(written({"upn": [LONG + str(row % 7) for row in range(200)]}), "m")
    batches = list(reading.read_extract(extract))
    assert max(batch.height for batch in batches) <= 50
    assert [number for batch in batches for number in batch["row_number"]] == list(range(2, 202))


def test_so_do_rows_of_many_cells(supplier, monkeypatch):
    monkeypatch.setattr(parquet, "CELLS_AT_ONCE", 1000)
    batches = list(reading.read_extract(supplier.sends(written({str(at): ["a"] * 90 for at in range(20)}), "m")))
    assert [batch.height for batch in batches] == [50, 40]


def test_more_columns_than_any_table_has_are_refused_before_anything_is_read(supplier):
    assert rows(supplier.sends(written({str(at): ["a"] for at in range(1000)}), "m"))
    said = refusal_while_read(supplier.sends(written({str(at): ["a"] for at in range(1001)}), "m"))
    assert said == "m: there are over 1,000 columns, more than any table of a school has."


def test_a_column_of_wide_bytes_is_left_alone(supplier):
    columns = {"urn": ["1"], "photo": pa.array([b"x" * 1000], pa.binary(1000)), "pin": pa.array([b"ab"], pa.binary(2))}
    assert rows(supplier.sends(written(columns), "m")) == [(2, "1", "ab")]


# Pages as they stand in the file


def written_by(writer: str, texts: list[str]) -> bytes:
    """A column of texts as that program writes it."""
    held = io.BytesIO()
    if writer == "polars":
        pl.DataFrame({"upn": texts}).write_parquet(held)
    elif writer == "duckdb":
        with tempfile.TemporaryDirectory() as folder:
            told = pl.DataFrame({"upn": texts})  # noqa: F841  DuckDB finds it by its name
            duckdb.connect().execute(f"COPY (FROM told) TO '{folder}/it.parquet'")
            held = io.BytesIO((Path(folder) / "it.parquet").read_bytes())
    else:
        compression, version = writer.split()
        table = pa.table({"upn": texts})
        parquet_files.write_table(
            table, held, compression=compression, data_page_version=version, use_dictionary=False, data_page_size=10_000
        )
    return held.getvalue()


@pytest.mark.parametrize("writer", ["polars", "duckdb", "none 1.0", "snappy 1.0", "zstd 2.0", "gzip 2.0"])
def test_pages_are_weighed_by_what_their_headings_say_whoever_wrote_them(supplier, writer):
    few = [f"{at:013}" for at in range(5_000)]
    read = supplier.sends(written_by(writer, few))
    source = io.BytesIO(read.path.read_bytes())
    file, columns = parquet._opened(source)
    assert 10_000 <= parquet._largest_pages(source, file, columns) <= 100_000
    assert [row[1] for row in rows(read)] == few
    source = io.BytesIO(written_by(writer, ["x" * 1_000_000, "y" * 1_000_000]))
    file, columns = parquet._opened(source)
    assert 1_000_000 <= parquet._largest_pages(source, file, columns) <= 2_100_000


def test_a_file_whose_end_says_that_its_pages_are_small_is_refused_by_what_they_are(supplier, monkeypatch):
    content = written_by("zstd 1.0", ["x" * 3_000_000])
    said = in_thrift(said_of_its_pages(content))
    content = content.replace(said, bytes([0x80 | 100, *[0x80] * (len(said) - 2), 0]))
    assert said_of_its_pages(content) == 50
    assert parquet.headers(supplier.sends(content)) == ["upn"]
    monkeypatch.setattr(parquet, "TEXT_AT_ONCE", 2_000_000)
    with pytest.raises(Refused, match="has pages that grow to over 2 MB when they are opened"):
        parquet.headers(supplier.sends(content))


def said_of_its_pages(content: bytes) -> int:
    return parquet_files.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0).total_uncompressed_size


def in_thrift(number: int) -> bytes:
    told, left = bytearray(), number << 1
    while left > 127:
        told.append(left & 127 | 128)
        left >>= 7
    return bytes([*told, left])


@pytest.mark.parametrize("most, is_read", [(1_000, True), (3, False)])
def test_pages_without_number_are_refused(supplier, monkeypatch, most, is_read):
    monkeypatch.setattr(parquet_pages, "MOST_PAGES", most)
    extract = supplier.sends(written_by("snappy 1.0", [f"{at:013}" for at in range(5_000)]))
    if is_read:
        assert parquet.headers(extract) == ["upn"]
    else:
        with pytest.raises(Refused, match="pages: write it with fewer"):
            parquet.headers(extract)
