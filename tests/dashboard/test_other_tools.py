"""What docs/other-tools.md gives to copy is run, as it stands there, on a snapshot."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import polars as pl
import pytest

DOCS = Path(__file__).parents[2] / "docs"
TOLD = (DOCS / "other-tools.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TOLD, re.DOTALL)


@pytest.mark.parametrize("sql", [one for one in blocks("sql") if "COPY" not in one])
def test_every_query_gives_rows(published, sql):
    with duckdb.connect((published / "current.duckdb").resolve(), read_only=True) as con:
        assert con.execute(sql).fetchall()


def test_superset_opens_it_by_the_address_given(published, tmp_path):
    """Superset speaks to DuckDB through SQLAlchemy: the same driver, address and parameters."""
    from sqlalchemy import create_engine, text

    assert '{"connect_args": {"read_only": true}}' in TOLD and "duckdb:////" in TOLD
    own = shutil.copy(published / "current.duckdb", tmp_path)  # an engine keeps what it opened
    engine = create_engine(f"duckdb:///{own}", connect_args={"read_only": True})
    with engine.connect() as con:
        for sql in (one for one in blocks("sql") if "COPY" not in one):
            assert con.execute(text(sql)).fetchall()


def test_the_parquet_files_hold_what_is_published(published, tmp_path):
    [copies] = [one for one in blocks("sql") if "COPY" in one]
    with duckdb.connect((published / "current.duckdb").resolve(), read_only=True) as con:
        con.execute(re.sub(r"TO '", f"TO '{tmp_path}/", copies))
        for file in tmp_path.glob("*.parquet"):
            assert pl.read_parquet(file).equals(con.sql(f"SELECT * FROM published.{file.stem}").pl())
    assert len(list(tmp_path.iterdir())) == 4


def test_the_power_query_reads_a_file_that_is_written_and_a_column_it_has(published):
    [query] = blocks("powerquery")
    table, column = re.search(r"(\w+)\.parquet", query)[1], re.search(r"each \[(\w+)\]", query)[1]
    assert f"TO '{table}.parquet'" in TOLD
    with duckdb.connect((published / "current.duckdb").resolve(), read_only=True) as con:
        assert con.sql(f"SELECT {column} FROM published.{table} WHERE {column} IS NOT NULL").fetchall()


def test_the_python_runs(published):
    [program] = blocks("python")
    ran = subprocess.run([sys.executable, "-c", program], cwd=published, capture_output=True, text=True, check=True)
    assert "2025-09-08" in ran.stdout


def test_the_names_types_and_units_others_build_on_are_those_documented():
    """A column that is renamed, moved to another unit or dropped shows in the page that is kept; so do new ones."""
    from pipeline.tables.published import PUBLISHED

    page = (DOCS / "published-tables.md").read_text(encoding="utf-8")
    for table in PUBLISHED:
        section = page.partition(f"## {table.name}\n")[2].partition("\n## ")[0]
        documented = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]*) \|", section, re.MULTILINE)
        declared = [(one.name, str(one.dtype).partition("(")[0], one.unit) for one in table.columns]
        assert [(name, kind, unit.strip()) for name, kind, unit in documented] == declared
