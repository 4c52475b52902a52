"""A home whose two databases are copies, to try something out on: what is done to them shows what would be done, and is then thrown away."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from . import holding, settling
from .errors import Refused
from .in_place import log_of
from .passing import unwinding
from .settings import Home

_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class OnTrial(Home):
    """The home with its own files, keys and settings, and databases elsewhere."""

    databases: Path = Path()

    @property
    def warehouse(self) -> Path:
        return self.databases / super().warehouse.name

    @property
    def identity(self) -> Path:
        return self.databases / super().identity.name


@contextmanager
def on_trial(home: Home, *, wait: float) -> Iterator[OnTrial]:
    """The home on trial, with nobody else at work in it meanwhile; its copies are encrypted as its databases are.

    What one that was killed left is taken away by whatever opens the home next. Waits up to `wait` seconds for a run to end, then raises
    Busy; Refused where the disk has no room for the databases a second time.
    """
    settling.settle(home, holding.alone)
    with unwinding(), holding.standing_still(home, wait=wait) as held:
        settling.clear(home)
        folder = settling.trial_of(home)
        _check_room(home, held)
        try:
            folder.mkdir(mode=0o700, parents=True)
            for path, handle in held.items():
                _copy(handle, folder / path.name)
                if log_of(path).exists():  # of a run that was killed
                    shutil.copyfile(log_of(path), log_of(folder / path.name))
            yield OnTrial(**{one.name: getattr(home, one.name) for one in fields(Home)}, databases=folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _check_room(home: Home, held: dict[Path, int]) -> None:
    if shutil.disk_usage(home.folder).free < sum(os.fstat(handle).st_size for handle in held.values()):
        raise Refused(
            f"The disk that holds {home.folder} has no room for its databases a second time, on which it is tried out: make room there first."
        )


def _copy(handle: int, to: Path) -> None:
    """Through the open file: to open it once more and close it would let go of it."""
    at = 0
    with open(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        while part := os.pread(handle, _AT_ONCE, at):
            copy.write(part)
            at += len(part)
