"""Many nights in little time: what takes a night its time and has no say in what it holds is left out.

Great Expectations counts the rows that break each rule by the rule's own SQL; here that SQL is asked directly.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import duckdb
from hypothesis import HealthCheck, settings

from expectations import Promise
from pipeline.edges import gate


def _counted(con: duckdb.DuckDBPyConnection, _: str, promises: tuple[Promise, ...]) -> dict[str, int]:
    cursor = con.cursor()
    return {one.rule: cursor.execute(f"SELECT count(*) FROM ({one.sql})").fetchone()[0] for one in promises}


@contextmanager
def quickly() -> Iterator[None]:
    with mock.patch.object(gate, "rows_breaking", _counted):
        yield


def so_many(few: int) -> settings:
    """So many stories, the same each time; with A2N_EXAMPLES set that many, drawn anew."""
    many = os.environ.get("A2N_EXAMPLES")
    return settings(
        max_examples=int(many or few), derandomize=not many, deadline=None, print_blob=bool(many),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
