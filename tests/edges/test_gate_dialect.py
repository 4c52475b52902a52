"""duckdb-engine's wrappers are not a public interface: when a new version changes them, this says so."""

from contextlib import closing

import duckdb
import duckdb_engine
import pytest
import sqlalchemy as sa

from pipeline.edges.gx_dialect import URL, BufferedConnection, register


@pytest.fixture
def engine():
    register()
    with closing(duckdb.connect()) as con:
        con.execute("CREATE TABLE memory.main.marks AS SELECT range AS row_number FROM range(5)")
        con.execute("CREATE VIEW memory.main.batch AS FROM marks")
        engine = sa.create_engine(URL, creator=lambda: BufferedConnection(con.cursor()))
        yield engine
        engine.dispose()


def test_the_version_is_the_one_this_was_written_for():
    assert duckdb_engine.__version__ == "0.17.0"


def test_a_result_outlives_its_transaction(engine):
    with engine.connect() as connection:
        result = connection.execute(sa.text("SELECT row_number FROM marks ORDER BY ALL"))
        connection.rollback()
        assert [row.row_number for row in result.fetchall()] == [0, 1, 2, 3, 4]


def test_rows_are_handed_out_one_by_one_in_part_and_all_together(engine):
    with engine.connect() as connection:
        result = connection.execute(sa.text("SELECT row_number FROM marks ORDER BY ALL"))
        assert result.fetchone() == (0,)
        assert result.fetchmany(2) == [(1,), (2,)]
        assert result.fetchall() == [(3,), (4,)]
        assert result.fetchone() is None


def test_a_result_of_no_rows_is_empty_and_not_an_error(engine):
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT row_number FROM marks WHERE false")).fetchall() == []


def test_one_connection_after_another_sees_one_database_and_a_view_counts_as_a_table(engine):
    for _ in range(2):
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT count(*) FROM batch")).scalar() == 5
        engine.dispose()
    assert sa.inspect(engine).has_table("batch")


def test_as_it_comes_duckdb_engine_loses_a_result_at_the_end_of_its_transaction():
    """The day this fails the dialect is no longer needed."""
    with closing(duckdb.connect()) as con:
        con.execute("CREATE TABLE marks AS SELECT range AS row_number FROM range(5)")
        engine = sa.create_engine("duckdb:///:memory:", creator=lambda: duckdb_engine.ConnectionWrapper(con.cursor()))
        with engine.connect() as connection:
            result = connection.execute(sa.text("SELECT row_number FROM marks"))
            connection.rollback()
            try:
                fetched = result.fetchall()
            except Exception as fault:
                fetched = type(fault)
        assert fetched != [(0,), (1,), (2,), (3,), (4,)]
        engine.dispose()
