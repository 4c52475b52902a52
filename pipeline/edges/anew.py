"""A database written anew: what is in it now and no byte of what was, under the same key or another."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb

from . import warehouse as shelf
from .attaching import key_that_opens
from .in_place import beside, log_of, put_in_place, remove_left, to_disk
from .settings import Home

__all__ = ["beside", "put_in_place", "remove_left", "renew", "write_anew"]

Fill = Callable[[duckdb.DuckDBPyConnection], None]


def write_anew(
    home: Home, path: Path, key: str, *, key_name: str, new_key: str | None = None, fill: Fill | None = None
) -> Path:
    """Write the encrypted database `path` to a file beside it, whole and on the disk, and return that; `path` stays as it is.

    `fill` says, with `old` and `new` attached, what is written where that is not all as it is. Whoever calls holds the home alone and puts the new file in place with `put_in_place`. What a killed one left is written over. Raises Refused where the key
    does not open it or there is no room.
    """
    new = beside(path)
    for left in (new, log_of(new)):
        left.unlink(missing_ok=True)
    con = shelf.connection(home)
    try:
        shelf.attach(con, path, key, "old", key_name=key_name)
        shelf.attach(con, new, new_key or key, "new", key_name=key_name)
        with shelf.in_words(home):
            con.execute("SET threads = 1")  # the rows keep their order
            if fill:
                con.execute("COPY FROM DATABASE old TO new (SCHEMA)")
                fill(con)
            else:
                con.execute("COPY FROM DATABASE old TO new")
            con.execute("DETACH new")  # which writes its log into it
            con.execute("CHECKPOINT old")
            con.execute("DETACH old")
    finally:
        con.close()
    to_disk(new)
    shelf.keep_private(new)
    return new


def renew(home: Home, name: str) -> Path:
    """Put a home's `warehouse` or `identity` in its own place anew, under the key it is under. Whoever calls holds the home alone."""
    path = home.folder / f"{name}.duckdb"
    with closing(shelf.connection(home)) as con:
        key = key_that_opens(con, home, name)
    write_anew(home, path, key, key_name=f"{name}.key")
    put_in_place(path)
    return path
