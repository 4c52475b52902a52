"""What is written beside takes its place at once or not at all: a file, or a database in place of another."""

import hashlib
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


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o666) -> None:
    """A small file, whole or not at all, and on the disk; what a killed run left half-written is written over. One writer at a time.

    `mode` is what others may, before the umask; a file that takes another's place has its own.
    """
    part = half_written(path)
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=mode)
        part.write_bytes(content.encode() if isinstance(content, str) else content)
        to_disk(part)
        part.replace(path)
        to_disk(path.parent)
    except OSError as fault:
        raise OSError(fault.errno, fault.strerror, str(path)) from fault  # of the name that people know


def half_written(path: Path) -> Path:
    """Hidden beside it, under a name that is no longer than any."""
    return path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}.part")


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
