"""A database written anew: what is in it now and no byte of what was, under the same key or another."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from . import warehouse as shelf
from .settings import Home


def write_anew(home: Home, path: Path, key: str, *, key_name: str, new_key: str | None = None) -> Path:
    """Write the encrypted database `path` to a file beside it, whole and on the disk, and return that; `path` stays as it is.

    Whoever calls holds the home alone and puts the new file in place with `put_in_place`. What a killed one left is written over. Raises Refused where the key
    does not open it or there is no room.
    """
    new = beside(path)
    for left in (new, _log_of(new)):
        left.unlink(missing_ok=True)
    con = shelf.connection(home)
    try:
        shelf.attach(con, path, key, "old", key_name=key_name)
        shelf.attach(con, new, new_key or key, "new", key_name=key_name)
        with shelf.in_words(home):
            con.execute("SET threads = 1")  # the rows keep their order
            con.execute("COPY FROM DATABASE old TO new")
            con.execute("DETACH new")  # which writes its log into it
            con.execute("CHECKPOINT old")
            con.execute("DETACH old")
    finally:
        con.close()
    _to_disk(new)
    shelf.keep_private(new)
    return new


def put_in_place(path: Path) -> None:
    """Let what `write_anew` wrote take the place of `path`, at once or not at all; the log of the old one goes with it.

    The old one is closed and has nothing in its log by then, so that the log may be missing while the new is not yet there, and never the other
    way about.
    """
    _log_of(path).unlink(missing_ok=True)
    beside(path).replace(path)
    _to_disk(path.parent)


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.anew")


def remove_left(path: Path) -> None:
    """What a killed run left beside it."""
    for left in (beside(path), _log_of(beside(path))):
        with suppress(FileNotFoundError):
            left.unlink()


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _to_disk(path: Path, flush: Callable[[int], None] = os.fsync) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        flush(handle)
    finally:
        os.close(handle)
