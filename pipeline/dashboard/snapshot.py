"""The published snapshot, opened to be read: the newest one, for as long as whoever asked for it needs it."""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

CURRENT = "current.duckdb"
_TRIES = 8

Row = dict[str, object]
Identity = tuple[int, int, int]


class NothingPublished(Exception):
    """There is no snapshot to read, or none that can be: a sentence for whoever looks after the home."""


class Snapshot:
    """One snapshot, open and never changing. Safe to ask from many threads at once."""

    def __init__(self, path: Path, identity: Identity):
        self.path, self.identity = path, identity
        self.drawn: dict[tuple, str] = {}
        """Charts drawn from it so far, by what was asked."""
        self._con = duckdb.connect()
        # Attached to an engine of its own: one opened by its name would be the file that had that name before.
        self._con.execute(f"SET threads = 1; ATTACH {_quoted(path)} AS snapshot (READ_ONLY)")

    @property
    def finished(self) -> datetime:
        """When it was written, by the clock of this machine: the last thing a run does."""
        return datetime.fromtimestamp(self.identity[2] / 1e9, UTC).astimezone()

    def rows(self, sql: str, asked: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a query, whose `$names` are taken from `asked`; null where it has none.

        Raises NothingPublished where the snapshot has not what the query asks for, as one of another version has not, or is damaged.
        """
        names = set(re.findall(r"\$(\w+)", sql))
        told = {name: (asked or {}).get(name) for name in names}
        with self._asking() as cursor:
            cursor.execute(sql, told) if told else cursor.execute(sql)
            columns = [column[0] for column in cursor.description]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def table(self, sql: str, asked: Mapping[str, object]):
        """The same as a polars frame, for writing to a file."""
        with self._asking() as cursor:
            return (cursor.execute(sql, dict(asked)) if asked else cursor.execute(sql)).pl()

    @contextmanager
    def _asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        try:
            with self._con.cursor() as cursor:
                cursor.execute("USE snapshot")
                yield cursor
        except (duckdb.CatalogException, duckdb.BinderException):
            raise NothingPublished(
                "The figures were published by another version of the pipeline: run a2n nightly once more."
            ) from None
        except duckdb.Error as error:
            raise NothingPublished(_cannot_be_read(type(error).__name__)) from None


class Shelf:
    """The folder snapshots are published to. Nobody waits for a new one to be opened but the very first to ask."""

    def __init__(self, folder: Path):
        self._current = folder / CURRENT
        self._held: Snapshot | None = None
        self._opening = threading.Lock()

    def newest(self) -> Snapshot:
        """The snapshot `current.duckdb` points to. Whoever holds an older one may go on reading it.

        Raises NothingPublished where there is none, or it cannot be opened and none was before.
        """
        held, there = self._held, _identity(self._current)
        if held and there in (held.identity, None):
            return held
        if not self._opening.acquire(blocking=held is None):
            return held
        try:
            if not self._held or self._held.identity != _identity(self._current):
                self._held = self._opened()
            return self._held
        except NothingPublished:
            if held:
                return held
            raise
        finally:
            self._opening.release()

    def current(self) -> Snapshot:
        """The very one that `current.duckdb` points to, and none of before in its stead. Raises NothingPublished where it cannot be opened."""
        with self._opening:
            if not self._held or self._held.identity != _identity(self._current):
                self._held = self._opened()
            return self._held

    def _opened(self) -> Snapshot:
        """The file the link points to, and not one that took its name while it was being opened."""
        why = "none is there"
        for _ in range(_TRIES):
            path = self._current.resolve()
            before = _identity(path)
            if before is None:
                continue
            try:
                snapshot = Snapshot(path, before)
            except duckdb.Error as error:
                why = type(error).__name__
                continue
            if _identity(path) == before:
                return snapshot
        if _identity(self._current) is None:
            raise NothingPublished("Nothing has been published yet: run a2n nightly first.")
        raise NothingPublished(_cannot_be_read(why))


def _cannot_be_read(why: str) -> str:
    return f"The published figures cannot be read ({why}): run a2n nightly once more."


def _identity(path: Path) -> Identity | None:
    """What tells one file from another that has its name."""
    try:
        told = path.stat()
    except OSError:
        return None
    return told.st_dev, told.st_ino, told.st_mtime_ns


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
