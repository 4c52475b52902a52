"""A database written beside another takes its place, at once or not at all."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def put_in_place(path: Path) -> None:
    """Let what `write_anew` wrote take the place of `path`, at once or not at all; the log of the old one goes with it.

    The old one is closed and has nothing in its log by then, so that the log may be missing while the new is not yet there, and never the other
    way about.
    """
    log_of(path).unlink(missing_ok=True)
    beside(path).replace(path)
    to_disk(path.parent)


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.anew")


def remove_left(path: Path) -> None:
    """What a killed run left beside it."""
    for left in (beside(path), log_of(beside(path))):
        with suppress(FileNotFoundError):
            left.unlink()


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def to_disk(path: Path, flush: Callable[[int], None] = os.fsync) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        flush(handle)
    finally:
        os.close(handle)
