"""Many nights in little time: what takes a night its time and has no say in what it holds is done once, or left out.

Great Expectations counts the rows that break each rule by the rule's own SQL; here that SQL is asked directly. And a
connection is handed back rather than closed, for each new one loads its extension anew. What a night does with a database
is the same: it is attached, written to in transactions, and let go.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import duckdb
from hypothesis import HealthCheck, settings

from expectations import Promise
from pipeline.edges import gate
from pipeline.edges import warehouse as shelf

_IN_USE = "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name <> 'memory'"

_OF_THE_MOMENT = """
    SELECT 'VIEW', view_name FROM duckdb_views() WHERE database_name = 'temp' AND NOT internal
    UNION ALL SELECT 'TABLE', table_name FROM duckdb_tables() WHERE database_name = 'temp'
"""
"""What is a connection's alone, and goes when it is closed."""


class _Lent:
    """A connection that, closed, lets go of what it holds and may be lent again."""

    def __init__(self, con: duckdb.DuckDBPyConnection, rest: list):
        self._con, self._rest = con, rest

    def __getattr__(self, name: str):
        return getattr(self._con, name)

    def close(self) -> None:
        for (name,) in self._con.execute(_IN_USE).fetchall():
            self._con.execute(f"DETACH {name}")
        for kind, name in self._con.execute(_OF_THE_MOMENT).fetchall():
            self._con.execute(f'DROP {kind} IF EXISTS temp."{name}"')
        self._rest.append(self)


def _counted(con: duckdb.DuckDBPyConnection, _: str, promises: tuple[Promise, ...]) -> dict[str, int]:
    cursor = con.cursor()
    return {one.rule: cursor.execute(f"SELECT count(*) FROM ({one.sql})").fetchone()[0] for one in promises}


_AT_REST: list[_Lent] = []


@contextmanager
def quickly() -> Iterator[None]:
    connect = shelf.connection

    def lent(home) -> _Lent:
        return _AT_REST.pop() if _AT_REST else _Lent(connect(home), _AT_REST)

    with mock.patch.object(shelf, "connection", lent), mock.patch.object(gate, "rows_breaking", _counted):
        yield


def so_many(few: int) -> settings:
    """So many stories, the same each time; with A2N_EXAMPLES set that many, drawn anew."""
    many = os.environ.get("A2N_EXAMPLES")
    return settings(
        max_examples=int(many or few), derandomize=not many, deadline=None, print_blob=bool(many),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
