"""Backups: one encrypted file of a whole home, made while nobody is at work in it.

The format is age's, and within it tar's: `age --decrypt -i backup.key FILE | tar x` opens one without us. It is written under
another name and put in place when it is whole and on the disk; memory does not grow with the home.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyrage

from . import backup_key, holding, progress, settling, trail
from .backup_contents import Contents, archive, contents
from .errors import Refused
from .passing import unwinding
from .published import settle
from .settings import Home

BEGINS = b"age-encryption.org/v1\n"
"""How every file of the format begins."""
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_UNFINISHED = ".a2n-part"
_ROOM_BESIDE = 1 << 20  # for headers and the list of files


@dataclass(frozen=True)
class BackedUp:
    """A backup that was made: where, of how many files and bytes, what was left out and why, and whether its key is new."""

    to: Path
    files: int
    bytes: int
    left_out: dict[str, str]
    made_key: bool


def back_up(home: Home, to: Path, *, wait: float) -> BackedUp:
    """Write a backup of a home to the file `to`, mode 0600; an older backup there is replaced when the new one is whole.

    Waits up to `wait` seconds for a run to end, and runs that begin meanwhile wait for it. Raises Refused where no file may be
    written there, there is no room, or a run goes on for longer.
    """
    _check_place(home, to)
    made_key = backup_key.make_if_missing(home)
    whom = backup_key.recipient(home)
    _remove_left_over(to.parent)
    settling.settle(home, holding.alone)
    with unwinding(), holding.standing_still(home, wait=wait) as databases:
        here = contents(home, databases)
        _check_room(here, to)
        trail.record(home, trail.BACKUP, files=here.count, bytes=here.bytes)
        here = contents(home, databases)  # with that line in it
        try:
            with _unfinished(to) as file:
                _write(here, file, whom)
        except OSError as fault:
            raise (_full(to) if fault.errno in NO_ROOM else fault) from None
    progress.end()
    copied = [one for path, one in here.files.items() if path not in here.left_out]
    return BackedUp(to, len(copied), sum(one["size"] for one in copied), here.left_out, made_key)


def _check_place(home: Home, to: Path) -> None:
    if to.is_dir() or to.name in ("", ".."):
        raise Refused(f"{to} is a folder: give the name of a file in it.")
    if not to.parent.is_dir():
        raise Refused(f"{to} cannot be written, for there is no folder {to.parent}: make it first.")
    if to.resolve().is_relative_to(home.folder):
        raise Refused(
            f"{to} is in the home itself, and would be lost with it: give a file elsewhere, best on another disk."
        )
    if to.exists() and not _is_backup(to):
        raise Refused(f"{to} is there, and is no backup: give another name, or remove it yourself.")


def _is_backup(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(BEGINS)) == BEGINS


def _check_room(here: Contents, to: Path) -> None:
    if shutil.disk_usage(to.parent).free < here.bytes + _ROOM_BESIDE:
        raise _full(to)


def _full(to: Path) -> Refused:
    return Refused(
        f"The disk that holds {to.parent} has no room for the backup: make room there, or give a file elsewhere."
    )


def _write(here: Contents, file: IO[bytes], whom: pyrage.x25519.Recipient) -> None:
    between = _Between(archive(here, _told_of(here.bytes)), file)
    try:
        pyrage.encrypt_io(between, between, [whom])
    except (pyrage.EncryptError, OSError):
        if between.fault:
            raise between.fault from None
        raise


class _Between:
    """The archive to read from and the file to write to, for the engine; and what stopped either, as it was before it went
    through the engine, which tells of it in words of its own."""

    def __init__(self, parts: Iterator[bytes | memoryview], file: IO[bytes]):
        self._parts, self._file, self._part = parts, file, memoryview(b"")
        self.fault: BaseException | None = None

    def read(self, most: int) -> bytes:
        with self._remembered():
            while not self._part:
                part = next(self._parts, None)
                if part is None:
                    return b""
                self._part = memoryview(part)
        given, self._part = self._part[:most], self._part[most:]
        return bytes(given)

    def write(self, data: bytes) -> int:
        with self._remembered():
            return self._file.write(data)

    def flush(self) -> None:
        with self._remembered():
            self._file.flush()

    @contextmanager
    def _remembered(self) -> Iterator[None]:
        try:
            yield
        except BaseException as fault:
            self.fault = fault
            raise


_MEGABYTE = 1_000_000


def _told_of(total: int) -> Callable[[int], None]:
    """Says on a terminal how far the copying is, at every hundredth of it."""
    done, step, last = 0, max(total // 100, _MEGABYTE), 0

    def tell(more: int) -> None:
        nonlocal done, last
        done += more
        if done - last >= step:
            last = done
            progress.show(f"backing up: {done // _MEGABYTE:,} of {total // _MEGABYTE:,} MB")

    return tell


@contextmanager
def _unfinished(to: Path) -> Iterator[IO[bytes]]:
    """A file beside `to` that takes its place at the end, and is removed where there is none."""
    part = to.with_name(f".{to.name}{_UNFINISHED}")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise Refused(f"Another backup is being written to {to}: wait for it to end, or give another name.") from None
    with os.fdopen(handle, "wb") as file:
        with suppress(OSError):  # where files cannot be held, what is left over is told by its name alone
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield file
            file.flush()
            os.fsync(handle)
            part.replace(to)
            settle(to.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _remove_left_over(folder: Path) -> None:
    """What a backup that was killed outright left beside others; not what one at work holds."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
