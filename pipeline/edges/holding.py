"""Who may touch a home now: runs, any number, or one that copies or restores it, and then alone.

A run holds the home's folder together with other runs; a backup or a restore holds it alone, and waits for runs, as runs wait for
it. Whoever is killed lets go. Where folders cannot be held, as on some network disks, the databases' own locks are all there is.
"""

import fcntl
import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import clock, progress, settling
from .errors import NO_LOCKS, Busy, Refused
from .settings import Home

A_LOOK = 0.5
"""Seconds from one look whether what is waited for has ended to the next."""
LONGEST_COPY = 60 * 60.0
"""Seconds a run waits for a backup of its home."""


@contextmanager
def at_work(home: Home) -> Iterator[None]:
    """Held by every run, and again within itself; what a change of keys that was killed left is finished or undone first, and what was left
    half-written is taken away. Raises Busy where a backup goes on for too long."""
    settling.settle(home, alone)
    with ExitStack() as held:
        waiting = "waiting for a backup of this home to end"
        if not tried(lambda: _held_folder(held, home.folder, fcntl.LOCK_SH), LONGEST_COPY, waiting):
            raise Busy(f"{home.folder} is being backed up or restored: wait for that to end, then run this again.")
        settling.clear(home)
        yield


def while_at_work(verb: Callable) -> Callable:
    """A verb over a home that lets no backup begin before its end, whatever it opens and closes meanwhile."""

    @functools.wraps(verb)
    def held(home: Home, *words, **named):
        with at_work(home):
            return verb(home, *words, **named)

    return held


@contextmanager
def alone(folder: Path, *, wait: float = 0) -> Iterator[None]:
    """Held by a restore, and while keys are changed. Raises Busy where anybody is at work in the folder, and is so for `wait` seconds."""
    with ExitStack() as held:
        if not tried(lambda: _held_folder(held, folder, fcntl.LOCK_EX), wait, "waiting for a run in this home to end"):
            raise Busy(f"{folder} is in use by another run: wait for it to end, then run this again.")
        yield


@contextmanager
def by_itself(home: Home, *, wait: float) -> Iterator[None]:
    """Held by what changes a home under everybody: nobody else is at work in it, and what a change of keys that was killed left is finished or
    undone first. Waits up to `wait` seconds, then raises Busy."""
    settling.settle(home, alone)
    with ExitStack() as held:
        waiting = "waiting for a run in this home to end"
        if not tried(lambda: _held_folder(held, home.folder, fcntl.LOCK_EX), wait, waiting):
            raise Busy(
                f"{home.folder} is in use by another run, which did not end in {wait / 60:g} minutes: wait for it to end, or give "
                "--wait more minutes."
            )
        progress.end()
        settling.clear(home)
        yield


@contextmanager
def standing_still(home: Home, *, wait: float) -> Iterator[dict[Path, int]]:
    """Nobody at work in the home, and its databases held as the engine itself holds them: their open files, by path.

    Waits up to `wait` seconds for a run to end, then raises Busy; Refused where a database is a link. A file held here must be read through the one given: to open
    and close it once more would let go of it. So must nothing in this process have the databases open.
    """
    databases: dict[Path, int] = {}
    with ExitStack() as held:

        def take() -> bool:
            with ExitStack() as so_far:
                if not _held_folder(so_far, home.folder, fcntl.LOCK_EX):
                    return False
                for path in (home.warehouse, home.identity):
                    if os.path.lexists(path) and not _held_database(so_far, path, databases):
                        return False
                held.push(so_far.pop_all())
                return True

        if not tried(take, wait, "waiting for a run in this home to end, to copy what it left"):
            raise Busy(
                f"{home.folder} is in use by another run, which did not end in {wait / 60:g} minutes: wait for it to end, or give "
                "--wait more minutes."
            )
        progress.end()
        yield databases


def tried(take: Callable[[], bool], seconds: float, waiting: str) -> bool:
    """Whether `take` came to hold what it asks for, at once or within so many seconds."""
    until = clock.seconds() + seconds
    while not take():
        if clock.seconds() >= until:
            return False
        progress.show(waiting)
        time.sleep(min(A_LOOK, max(until - clock.seconds(), 0)))
    return True


def locked(handle: int, how: int) -> bool:
    """Whether an open file or folder is now held (LOCK_SH, LOCK_EX), for as long as it stays open. Where the disk knows no such locks, as some
    shared ones do not, it is as if it were."""
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as fault:
        if fault.errno not in NO_LOCKS:
            raise
    return True


def _held_folder(held: ExitStack, folder: Path, how: int) -> bool:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    if not locked(handle, how):
        os.close(handle)
        return False
    held.callback(os.close, handle)
    return True


def _held_database(held: ExitStack, path: Path, databases: dict[Path, int]) -> bool:
    """The lock of DuckDB: one of the whole file, of the process, for writing. Raises Refused where a link stands in the file's place."""
    if path.is_symlink():
        raise Refused(
            f"{path} is a link, and a backup follows none: put the database itself in its place, or to have it on another disk move "
            "the whole home there."
        )
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    held.callback(os.close, handle)
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    databases[path] = handle
    return True
