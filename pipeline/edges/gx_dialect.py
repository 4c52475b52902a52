"""DuckDB as Great Expectations needs it: a SQLAlchemy dialect whose every result is read whole at `execute`.

DuckDB drops an open result at COMMIT and ROLLBACK, and Great Expectations ends its transaction before it fetches: with
duckdb-engine as it comes, every metric fails, and the failure is reported as bad data. Results here are counts of one
row each, so reading them whole costs nothing.

This leans on duckdb-engine's wrappers, which are not a public interface: its version is pinned, and
tests/edges/test_gate_dialect.py says when it has changed. Imported only where the gate runs: it costs seconds.
"""

import duckdb
import duckdb_engine
from sqlalchemy.dialects import registry

URL = "duckdb+buffered:///:memory:"


def register() -> None:
    """Makes `URL` known to SQLAlchemy."""
    registry.register("duckdb.buffered", __name__, "BufferedDialect")


class BufferedDialect(duckdb_engine.Dialect):
    """Connections are made by the engine's `creator`, as `BufferedConnection`s over a cursor of an open connection."""

    driver = "buffered"
    supports_statement_cache = False


class BufferedConnection(duckdb_engine.ConnectionWrapper):
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self._connection = connection

    def cursor(self) -> "BufferedCursor":
        return BufferedCursor(self._connection, self)


class BufferedCursor(duckdb_engine.CursorWrapper):
    """A cursor that holds its result itself, so that ending the transaction takes nothing away."""

    description = None

    def __init__(self, connection: duckdb.DuckDBPyConnection, wrapper: BufferedConnection) -> None:
        super().__init__(connection, wrapper)
        self._connection = connection
        self._rows: list[tuple] = []

    def execute(self, statement: str, parameters: tuple | None = None, context: object = None) -> None:
        super().execute(statement, parameters, context)
        self.description = self._connection.description
        self._rows = self._connection.fetchall() if self.description else []

    def fetchone(self) -> tuple | None:
        return next(iter(self.fetchmany(1)), None)

    def fetchmany(self, size: int | None = None) -> list[tuple]:
        taken, self._rows = self._rows[: size or 1], self._rows[size or 1 :]
        return taken

    def fetchall(self) -> list[tuple]:
        taken, self._rows = self._rows, []
        return taken
