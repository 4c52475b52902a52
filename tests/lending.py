"""Connections lent rather than made: each new one loads its extension anew, whose signature is checked every time.

What a run does with a database is the same: it is attached, written to in transactions, and let go; and a connection comes
with its own home's settings and nothing of the run before. Lent ones work in one thread, for the workers of a test run
share the machine. Where an engine of a user's own is what is proved, `made_anew` gives each run one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from unittest import mock

import duckdb

from pipeline.edges import warehouse as shelf

_IN_USE = "SELECT database_name FROM duckdb_databases() WHERE NOT internal AND database_name <> 'memory'"

_OF_THE_MOMENT = """
    SELECT 'VIEW', format('{}.{}."{}"', database_name, schema_name, view_name) FROM duckdb_views()
    WHERE database_name IN ('memory', 'temp') AND NOT internal
    UNION ALL
    SELECT 'TABLE', format('{}.{}."{}"', database_name, schema_name, table_name) FROM duckdb_tables()
    WHERE database_name IN ('memory', 'temp') AND NOT internal
"""
"""What is a connection's alone, and goes when it is closed; its macros too, but to look for them takes longer than all else."""

_MACRO = re.compile(r"\bTEMP MACRO (\w+)\(")

_made = shelf.connection
_at_rest: list[duckdb.DuckDBPyConnection] = []


class _Lent:
    """A connection that, closed, lets go of what it holds and may be lent again."""

    __class__ = duckdb.DuckDBPyConnection  # as Splink asks

    def __init__(self, con: duckdb.DuckDBPyConnection):
        self._con, self._macros = con, set()

    def execute(self, sql: str, *values):
        self._macros.update(_MACRO.findall(sql))
        return self._con.execute(sql, *values)

    def __getattr__(self, name: str):
        return getattr(self._con, name)

    def close(self) -> None:
        con, self._con = self._con, None
        if con is None:
            return
        try:
            _empty(con, self._macros)
        except duckdb.Error:  # what it holds goes only with it
            con.close()
        else:
            _at_rest.append(con)


def _empty(con: duckdb.DuckDBPyConnection, macros: set[str]) -> None:
    with suppress(duckdb.TransactionException):  # none is open
        con.execute("ROLLBACK")
    for (name,) in con.execute(_IN_USE).fetchall():
        con.execute(f"DETACH {name}")
    for kind, name in con.execute(_OF_THE_MOMENT).fetchall():
        con.execute(f"DROP {kind} {name}")
    for name in macros:
        con.execute(f"DROP MACRO IF EXISTS temp.{name}")


def _lent(home) -> _Lent:
    con = _settled(home) or _made(home)
    con.execute("SET threads = 1")
    return _Lent(con)


def _settled(home) -> duckdb.DuckDBPyConnection | None:
    """One at rest, if any: one that has spilled can spill nowhere else, and is at rest no more."""
    while _at_rest:
        con = _at_rest.pop()
        try:
            shelf.settle(con, home)
        except duckdb.Error:
            con.close()
        else:
            return con
    return None


@contextmanager
def lent() -> Iterator[None]:
    with mock.patch.object(shelf, "connection", _lent):
        yield


@contextmanager
def made_anew() -> Iterator[None]:
    with mock.patch.object(shelf, "connection", _made):
        yield
