"""What a change of keys is about to do, on record before it does it: killed at any moment, it is finished or undone by whoever comes next.

New databases are written beside the old, and a new key beside the old key. From the moment all of them are proven, and that is on record,
they take the old ones' places, however often it is begun again; before it, all that was written goes.
"""

import errno
import json
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from . import trail
from .errors import Refused
from .in_place import beside, log_of, put_in_place, remove_left, to_disk, write_whole
from .settings import Home

JOURNAL = "rekeying.json"
LONGEST_WAIT = 60 * 60.0
"""Seconds that whoever finds another changing keys waits for it."""


@dataclass(frozen=True)
class Change:
    """A change under way: of which key, the databases written anew, the files of the old and the new key where those are ours to write, whether
    the new key's file is of our making, and the new key's fingerprint. No key is in it."""

    key: str
    databases: tuple[str, ...]
    key_file: str | None = None
    new_key_file: str | None = None
    is_made: bool = False
    is_proven: bool = False
    fingerprint: str = ""


def settle(home: Home, alone: Callable[..., AbstractContextManager]) -> None:
    """Finish or undo what a killed change of keys left, with the home held by `alone`."""
    if not (home.folder / JOURNAL).exists():
        return
    with alone(home.folder, wait=LONGEST_WAIT):
        end(home)


def clear(home: Home) -> None:
    """Take away databases written anew by a command that was killed before they took a place, for who holds the home, alone or with other
    runs: each is as large as the database, and holds what may since have been removed from that. What a change of keys still needs stays."""
    if trial_of(home).exists():
        shutil.rmtree(trial_of(home), ignore_errors=True)
    if not (home.folder / JOURNAL).exists():
        for path in (home.warehouse, home.identity):
            remove_left(path)


def trial_of(home: Home) -> Path:
    """Where copies of the databases are while something is tried out on them."""
    return home.scratch / "trial"


def left_over(home: Home) -> tuple[str, ...]:
    """The names of what `clear` would take away."""
    if (home.folder / JOURNAL).exists():
        return ()
    anew = [beside(path) for path in (home.warehouse, home.identity)]
    return tuple(name for path in anew for name in (path.name, log_of(path).name))


def end(home: Home) -> Change | None:
    """Finish or undo, for who holds the home alone, and put on the trail which; what was on record. Raises Refused where a key's file may not
    be written. Killed between the two, or where the trail cannot be added to, all of it is given again: the line may then be there twice."""
    change = on_record(home)
    if change is None:
        return None
    try:
        _finish(home, change) if change.is_proven else _undo(home, change)
    except PermissionError as fault:
        raise Refused(
            f"{change.key}.key of {home.folder} was being changed, and {fault.filename} may not be written: run this again as who may."
        ) from None
    deed = trail.KEY if change.is_proven else trail.KEY_UNDONE
    trail.record(home, deed, key=change.key, fingerprint=change.fingerprint)
    (home.folder / JOURNAL).unlink()
    to_disk(home.folder)
    return change


def begin(home: Home, change: Change) -> None:
    _write(home, change)


def prove(home: Home, change: Change) -> None:
    """From here on there is no way back."""
    _write(home, replace(change, is_proven=True))


def on_record(home: Home) -> Change | None:
    """Raises Refused where what is there cannot be read."""
    try:
        told = json.loads((home.folder / JOURNAL).read_text(encoding="utf-8"))
        return Change(**told | {"databases": tuple(told["databases"])})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError):
        raise Refused(
            f"{home.folder / JOURNAL} cannot be read, so the change of a key that it tells of can be neither finished nor undone: restore the "
            "home from its newest backup into an empty folder with `a2n restore`."
        ) from None


def _finish(home: Home, change: Change) -> None:
    for name in change.databases:
        if beside(home.folder / name).exists():
            put_in_place(home.folder / name)
    if change.new_key_file:
        folder, following = Path(change.key_file).parent, Path(change.new_key_file)
        if not folder.is_dir():  # as where a service is lent some keys and sees no folder of theirs
            raise PermissionError(errno.EACCES, "", str(folder))
        if following.exists():
            following.replace(change.key_file)
            to_disk(folder)


def _undo(home: Home, change: Change) -> None:
    for name in change.databases:
        remove_left(home.folder / name)
    if change.new_key_file and change.is_made:
        Path(change.new_key_file).unlink(missing_ok=True)


def _write(home: Home, change: Change) -> None:
    write_whole(home.folder / JOURNAL, json.dumps(asdict(change)), mode=0o600)
