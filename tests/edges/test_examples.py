"""Every layout has an example of its own, written by hand as suppliers write it, and each is understood to the last cell.

To add a layout, add a file to tests/examples: nothing here need change.
"""

import csv
import io
from functools import cache
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from polars.testing import assert_frame_equal

from pipeline.edges import inbox, reading
from pipeline.edges.extract import Claimed, Extract
from pipeline.steps import staging
from pipeline.steps.staging import staged
from pipeline.tables.layouts import LAYOUTS, Layout
from tests.slices import a_few

from .sent import gzipped, supplier, zipped

__all__ = ["supplier"]

EXAMPLES = Path(__file__).parents[1] / "examples"


@cache
def claimed() -> dict[str, list[Claimed]]:
    """The examples of each layout, by its name."""
    found: dict[str, list[Claimed]] = {}
    for extract in inbox.extracts_of((path, path.name) for path in sorted(EXAMPLES.iterdir())):
        for layout in reading.recognised(extract):
            found.setdefault(layout.name, []).append(Claimed(extract, layout))
    return found


def rows_of(extract: Extract, layout: Layout) -> pl.DataFrame:
    return staged(pl.concat(reading.read_extract(extract, layout)), layout)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_layout_has_an_example(layout):
    assert layout.name in claimed(), f"put one in tests/examples/{layout.name}.csv"


@pytest.mark.parametrize("layout", [one for one in LAYOUTS if one.feed], ids=lambda layout: layout.name)
def test_every_cell_of_an_example_is_understood(layout):
    for one in claimed().get(layout.name, []):
        rows = rows_of(one.extract, layout)
        assert rows.height, one.extract.name
        assert rows.filter(pl.col("unread").is_not_null()).select("row_number", "unread").rows() == [], one.extract.name


@pytest.mark.parametrize("layout", [one for one in LAYOUTS if one.feed], ids=lambda layout: layout.name)
def test_a_column_is_read_alike_by_itself_and_with_the_others_and_so_is_what_is_lost_of_it(layout, monkeypatch):
    for one in claimed().get(layout.name, []):
        raw = pl.concat(reading.read_extract(one.extract, layout))
        text = [name for name in raw.columns if name != "row_number"]
        spoilt = raw.with_columns(pl.lit("\x7f?").alias(name) for name in text)
        recurring = pl.concat([raw, spoilt.select(raw.columns), raw, raw, raw, raw])
        together = staged(recurring, layout)
        with monkeypatch.context() as patched:
            patched.setattr(staging, "FEW", 0)
            assert_frame_equal(staged(recurring, layout), together)
        if {"date", "entry_date"} & {*text}:
            assert together["unread"].null_count() < together.height


# The same in other clothes ------------------------------------------------------------------------------------------------


def as_workbook(text: str) -> bytes:
    written = io.BytesIO()
    with xlsxwriter.Workbook(written) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(csv.reader(io.StringIO(text))):
            for place, cell in enumerate(row):
                sheet.write_string(at, place, cell)
    return written.getvalue()


CLOTHES = {
    "a workbook": as_workbook,
    "a gzip": gzipped,
    "an archive": lambda text: zipped((f"{len(text)}.csv", text)),
    "Windows-1252": lambda text: (text + "é\n" if text.isascii() else text).encode("cp1252"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "semicolons": lambda text: "sep=;\n" + _with_semicolons(text),
}


def _with_semicolons(text: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return written.getvalue()


TABLES = [layout for layout in LAYOUTS if layout.feed and not layout.record]


@pytest.mark.parametrize("clothes", a_few(CLOTHES, lambda number, _: number % 2 == 0))
def test_every_table_is_the_same_table_in_any_clothes(supplier, clothes):
    for layout in TABLES:
        for one in claimed().get(layout.name, []):
            plain = rows_of(one.extract, layout)
            packed = supplier.sends(CLOTHES[clothes](one.extract.path.read_text(encoding="utf-8")), one.extract.name)
            assert reading.recognised(packed) == [layout]
            again = rows_of(packed, layout).head(plain.height)
            assert_frame_equal(again.drop("row_number", "unread"), plain.drop("row_number", "unread"))
