"""What a backup holds: a home's files as one tar archive, and last in it the list of them with their sha256.

All that is in a home belongs, also what a later version puts there, but for

- keys: whoever has a backup and no key of it has nothing, whoever has both has everything;
- scratch/, what is hidden (a name that begins with a dot) and databases that a killed command wrote anew: unfinished work of a run;
- pages/: the published figures once more, which `a2n pages` writes again;
- links, which are not followed, but for one to a file beside it, as published/current.duckdb is.

A file that changes while it is copied is left out, and named. A log that is only ever added to is kept as far as it went.
"""

import hashlib
import json
import os
import re
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pipeline import __version__

from . import clock, settling
from .settings import Home

FORMAT = 1
"""Of the archive within; one that a later version made may have a higher."""
UNDER = "home"
"""Folder of the archive that the home's own files are in."""
MANIFEST = "manifest.json"
SETTINGS = "settings.toml"

_MADE_AGAIN = ("scratch", "pages")
_ADDED_TO = ("audit",)
_KEY = re.compile(r"\.key\b", re.IGNORECASE)
_AT_ONCE = 1 << 20


def is_key(name: str) -> bool:
    """Whether a file of this name may be a key, or a copy of one put beside it: `warehouse.key`, `warehouse.key.old`."""
    return bool(_KEY.search(name))


def is_link_beside(target: str) -> bool:
    """Whether a link leads to a file in its own folder, so that it means the same wherever the folder is."""
    return bool(target) and "/" not in target and target not in (".", "..") and not is_key(target)


@dataclass(frozen=True)
class Found:
    """One folder, file or link of a home: its path within it, and what the file system says of it."""

    path: str
    told: os.stat_result
    target: str = ""  # of a link


@dataclass
class Contents:
    """A home's files, found and not yet read; then, as they are read, what was in them."""

    home: Home
    databases: dict[Path, int]
    unfinished: tuple[str, ...] = ()
    found: list[Found] = field(default_factory=list)
    files: dict[str, dict] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """By path why: a link, no file, or changed or gone while it was copied. A home's own keys and unfinished work are not told of."""

    @property
    def count(self) -> int:
        """How many files, as they were when found."""
        return sum(stat.S_ISREG(one.told.st_mode) for one in self.found)

    @property
    def bytes(self) -> int:
        """Bytes of all files, as they were when found."""
        return sum(one.told.st_size for one in self.found if stat.S_ISREG(one.told.st_mode))


def contents(home: Home, databases: dict[Path, int]) -> Contents:
    """What belongs in a backup of this home, in an order that never varies. `databases` are open already, and held."""
    here = Contents(home, databases, unfinished=settling.left_over(home))
    _look(here, "")
    return here


def _look(here: Contents, folder: str) -> None:
    for name in sorted(one.name for one in (here.home.folder / folder).iterdir()):
        path = f"{folder}/{name}" if folder else name
        if name.startswith(".") or path in (*_MADE_AGAIN, *here.unfinished) or (is_key(name) and not folder):
            continue
        if is_key(name):
            here.left_out[path] = "named as a key is"
            continue
        with suppress(FileNotFoundError):  # gone since: it was somebody else's to take away
            _look_at(here, path)


def _look_at(here: Contents, path: str) -> None:
    told = (here.home.folder / path).lstat()
    if stat.S_ISLNK(told.st_mode):
        target = str((here.home.folder / path).readlink())
        if is_link_beside(target):
            here.found.append(Found(path, told, target))
        else:
            here.left_out[path] = "a link, which is not followed"
    elif stat.S_ISDIR(told.st_mode):
        here.found.append(Found(path, told))
        _look(here, path)
    elif stat.S_ISREG(told.st_mode):
        here.found.append(Found(path, told))
    else:
        here.left_out[path] = "no file and no folder"


def archive(here: Contents, tell: Callable[[int], None]) -> Iterator[bytes | memoryview]:
    """The archive, part after part; `tell` is told of the bytes as they go by."""
    for one in here.found:
        if one.target:
            here.links[one.path] = one.target
            yield _header(one, tarfile.SYMTYPE)
        elif stat.S_ISDIR(one.told.st_mode):
            yield _header(one, tarfile.DIRTYPE)
        else:
            with suppress(FileNotFoundError, _Gone):
                yield from _file(here, one, tell)
            if one.path not in here.files:
                here.left_out[one.path] = "gone while it was copied"
    yield from _manifest(here)
    yield bytes(2 * tarfile.BLOCKSIZE)


class _Gone(Exception):
    """What was a file when found is none now."""


def _file(here: Contents, one: Found, tell: Callable[[int], None]) -> Iterator[bytes | memoryview]:
    handle, is_held = _opened(here, one)
    try:
        told = os.fstat(handle)
        if not stat.S_ISREG(told.st_mode):
            raise _Gone
        yield _header(Found(one.path, told), tarfile.REGTYPE)
        digest, left = hashlib.sha256(), told.st_size
        while left and (part := os.read(handle, min(left, _AT_ONCE))):
            digest.update(part)
            left -= len(part)
            tell(len(part))
            yield part
        digest.update(bytes(left))  # of a file that lost its end: its size was said already
        yield bytes(left + -told.st_size % tarfile.BLOCKSIZE)
        here.files[one.path] = {"size": told.st_size, "sha256": digest.hexdigest()}
        if left or not _is_steady(one.path, told, os.fstat(handle)):
            here.left_out[one.path] = "changed while it was copied"
    finally:
        if not is_held:
            os.close(handle)


def _opened(here: Contents, one: Found) -> tuple[int, bool]:
    held = here.databases.get(here.home.folder / one.path)
    if held is not None:
        os.lseek(held, 0, os.SEEK_SET)
        return held, True
    return os.open(here.home.folder / one.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), False


def _is_steady(path: str, before: os.stat_result, after: os.stat_result) -> bool:
    if PurePosixPath(path).parts[0] in _ADDED_TO and after.st_size >= before.st_size:
        return True
    return (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)


def _manifest(here: Contents) -> Iterator[bytes]:
    told = {
        "format": FORMAT,
        "made_by": __version__,
        "made_at": clock.now().isoformat(timespec="seconds"),
        "home": here.home.settings.name,
        "files": here.files,
        "links": here.links,
        "left_out": here.left_out,
    }
    data = json.dumps(told, indent=1).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mode = len(data), 0o600
    yield _packed(info) + data + bytes(-len(data) % tarfile.BLOCKSIZE)


def _header(one: Found, kind: bytes) -> bytes:
    info = tarfile.TarInfo(f"{UNDER}/{one.path}")
    info.type, info.linkname = kind, one.target
    info.mode, info.mtime = stat.S_IMODE(one.told.st_mode) & 0o777, int(one.told.st_mtime)
    info.size = one.told.st_size if kind == tarfile.REGTYPE else 0
    return _packed(info)


def _packed(info: tarfile.TarInfo) -> bytes:
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")
