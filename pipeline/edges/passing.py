"""A folder that is there for as long as its work: thrown away at the end, however that comes."""

import fcntl
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import clock

A_MOMENT = 60.0
"""Seconds in which a folder just made may not be held yet by the work it was made for."""


@contextmanager
def passing_folder(prefix: str) -> Iterator[Path]:
    """A folder of this user's alone, gone afterwards; also those of this prefix that work killed outright has left."""
    with unwinding():
        _remove_left_over(prefix)
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        held = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # where folders cannot be held, those left over are told by their age alone
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)


ENDINGS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def unwinding() -> Iterator[None]:
    """Told to end, the work ends by way of what tidies up after it. An engine at work then may raise an error of its own, so
    that what was told is said again at the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told: list[int] = []

    def end(number: int, _) -> None:
        told.append(number)
        raise SystemExit(128 + number)

    heard = [ending for ending in ENDINGS if signal.getsignal(ending) != signal.SIG_IGN]  # nohup has one ignored
    before = {ending: signal.signal(ending, end) for ending in heard}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
        if told:
            raise SystemExit(128 + told[0]) from None


def _remove_left_over(prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        with suppress(OSError):
            told = folder.lstat()
            is_own = folder.is_dir() and not folder.is_symlink() and told.st_uid == os.getuid()
            if is_own and clock.seconds_since(told.st_mtime) > A_MOMENT and not _is_held(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_held(folder: Path) -> bool:
    """Whether work goes on in it: what holds it lets go of it when it ends, even killed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
