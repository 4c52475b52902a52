"""Rows on their way into scratch."""

import duckdb
import polars as pl
import pytest

from pipeline.edges import landing
from pipeline.tables.candidates import candidates

FEED = "attendance_marks"


@pytest.fixture
def con():
    with duckdb.connect() as con:
        con.execute("ATTACH ':memory:' AS scratch")
        landing.make_room(con, FEED)
        yield con


def marks(extract_id: int, *rows: int, **columns) -> pl.DataFrame:
    return pl.DataFrame({"extract_id": extract_id, "row_number": rows}).with_columns(**columns)


def landed(con, *columns: str) -> list[tuple]:
    return con.execute(f"SELECT {', '.join(columns)} FROM scratch.main.{FEED} ORDER BY ALL").fetchall()


def test_every_candidate_column_is_there_though_no_file_told_it(con):
    scratch = landing.Landing(con, FEED)
    scratch.add(marks(1, 2, code=pl.lit("I")))
    scratch.settle()
    told = con.execute(f"DESCRIBE scratch.main.{FEED}").fetchall()
    assert [name for name, *_ in told] == list(candidates(FEED).names)
    assert landed(con, "extract_id", "row_number", "code", "urn") == [(1, 2, "I", None)]


def test_a_column_that_a_later_file_tells_is_null_in_those_before(con):
    scratch = landing.Landing(con, FEED)
    for told in (marks(1, 2, code=pl.lit("I")), marks(2, 2, code=pl.lit("L"), minutes_late=pl.lit(5))):
        scratch.add(told)
        scratch.settle()
    assert landed(con, "extract_id", "code", "minutes_late") == [(1, "I", None), (2, "L", 5)]


def test_a_refused_file_takes_its_own_rows_back_and_no_others_though_one_without_rows_came_before(con):
    scratch = landing.Landing(con, FEED)
    scratch.add(marks(1, 2))
    scratch.settle()
    scratch.add(marks(2).cast({"row_number": pl.Int64}))
    scratch.add(marks(1, 3))
    scratch.add(marks(3, 2))
    scratch.take_back(1)
    scratch.settle()
    assert landed(con, "extract_id", "row_number") == [(3, 2)]
