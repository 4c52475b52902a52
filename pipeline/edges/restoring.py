"""A backup made into a home again: into an empty folder, all of it or nothing.

All is written under a hidden name within the folder, held to the backup's own list, and only then put in place; settings.toml comes
last, so that a folder half put in place is no home, and what was killed is cleared away when the command is given again.
"""

import hashlib
import json
import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pyrage

from . import backup_key, clock, holding, progress, trail
from .backing_up import BEGINS, NO_ROOM
from .backup_contents import FORMAT, MANIFEST, SETTINGS, UNDER, is_key, is_link_beside
from .errors import Refused
from .keys import KEYS
from .passing import unwinding
from .published import settle
from .settings import FOLDERS, Home, Settings

_UNFINISHED = ".restoring"
_MOVED = "moved.json"
_AT_ONCE = 1 << 20
_LONGEST_MANIFEST = 1 << 29  # bytes: a million files


@dataclass(frozen=True)
class Restored:
    """A home as it was: when the backup was made and by which version, its files, what was never in it, and which keys lack."""

    home: Home
    made_at: str
    made_by: str
    files: int
    bytes: int
    left_out: dict[str, str]
    keys_missing: list[str]


def restore(backup: Path, folder: Path) -> Restored:
    """Make the home in `folder`, which must be empty but for keys, from a backup.

    Raises Refused, and leaves the folder as it was, where the backup is cut short, changed, or of another key.
    """
    _check_backup(backup)
    was_there = folder.exists()
    if was_there and not folder.is_dir():
        raise Refused(f"{folder} is a file: give an empty folder.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with unwinding(), holding.alone(folder):
            return _restored(backup, Home(folder.resolve(), Settings()))
    except BaseException:
        if not was_there:
            folder.rmdir()
        raise


def _restored(backup: Path, home: Home) -> Restored:
    _clear_half_done(home.folder)
    _check_empty(home.folder)
    key = backup_key.identity(home)
    if shutil.disk_usage(home.folder).free < backup.stat().st_size:
        raise _full(home.folder)
    under = home.folder / _UNFINISHED / UNDER
    try:
        under.mkdir(mode=0o700, parents=True)
        unpacked = _unpacked(backup, under, key)
        manifest = _held_to_manifest(unpacked, backup)
        _put_on_record(under, manifest)
        _put_in_place(home.folder)
    except OSError as fault:
        raise (_full(home.folder) if fault.errno in NO_ROOM else fault) from None
    finally:
        progress.end()
        _clear_half_done(home.folder)
    return _told(home, manifest)


def _check_backup(backup: Path) -> None:
    with backup.open("rb") as file:
        if file.read(len(BEGINS)) != BEGINS:
            raise Refused(f"{backup} is no backup, or was changed where it begins: use another backup.")


def _check_empty(folder: Path) -> None:
    others = sorted(path.name for path in folder.iterdir() if not is_key(path.name))
    if others:
        raise Refused(
            f"{folder} is not empty ({len(others)} beside keys): give an empty folder, for a restore writes over nothing."
        )


def _full(folder: Path) -> Refused:
    return Refused(
        f"The disk that holds {folder} has no room for what is in the backup: make room there, or give a folder elsewhere."
    )


def _cut_or_changed(backup: Path) -> Refused:
    return Refused(f"{backup} is cut short, or was changed since it was made: fetch it again, or use another backup.")


# What is in it ------------------------------------------------------------------------------------------------------------


@dataclass
class _Unpacked:
    """What was written so far, as it was found in the archive."""

    under: Path
    files: dict[str, dict] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    modes: dict[str, int] = field(default_factory=dict)  # of folders
    manifest: bytes | None = None
    bytes: int = 0


class _NotOurs(Exception):
    """An archive that no backup of ours holds, though the key opens it."""


def _unpacked(backup: Path, under: Path, key: pyrage.x25519.Identity) -> _Unpacked:
    unpacked, fault = _Unpacked(under), None
    with _opened(backup, key) as (opened, faults):
        try:
            _unpack(opened, unpacked)
        except (tarfile.TarError, EOFError, FileExistsError, NotADirectoryError, _NotOurs) as error:
            fault = error
    if faults and not isinstance(faults[0], BrokenPipeError):
        raise _why(faults[0], backup)
    if fault:
        raise _cut_or_changed(backup)
    return unpacked


def _why(fault: Exception, backup: Path) -> Exception:
    if isinstance(fault, pyrage.DecryptError) and "no matching keys" in str(fault).lower():
        return Refused(
            f"{backup_key.SAID} does not open {backup}: put back the key it was made with, or use another backup."
        )
    if isinstance(fault, OSError) and fault.errno:
        return fault
    return _cut_or_changed(backup)


@contextmanager
def _opened(backup: Path, key: pyrage.x25519.Identity) -> Iterator:
    """The archive as a stream, decrypted beside by a thread; and what stopped that, to be asked for afterwards."""
    ours, theirs = os.pipe()
    faults: list[Exception] = []

    def decrypt() -> None:
        try:
            with backup.open("rb") as file, os.fdopen(theirs, "wb", buffering=_AT_ONCE) as into:
                pyrage.decrypt_io(file, into, [key])
        except (pyrage.DecryptError, OSError) as fault:
            faults.append(fault)

    beside = threading.Thread(target=decrypt, daemon=True)
    beside.start()
    try:
        with os.fdopen(ours, "rb", buffering=_AT_ONCE) as stream:
            yield stream, faults
    finally:
        beside.join()  # it ends when nobody reads on; left to itself, it would be cut off with the process, which then aborts


def _unpack(stream, unpacked: _Unpacked) -> None:
    with tarfile.open(fileobj=stream, mode="r|", bufsize=_AT_ONCE) as tar:
        while (member := tar.next()) is not None:
            tar.members.clear()  # else it grows with the archive
            if unpacked.manifest is not None:
                raise _NotOurs
            if member.name == MANIFEST and member.isreg() and member.size <= _LONGEST_MANIFEST:
                unpacked.manifest = tar.extractfile(member).read()
            else:
                _put(tar, member, unpacked)
    while stream.read(_AT_ONCE):
        pass  # to its end, which proves that nothing was cut off
    for path, mode in reversed(unpacked.modes.items()):
        (unpacked.under / path).chmod(mode)


def _put(tar: tarfile.TarFile, member: tarfile.TarInfo, unpacked: _Unpacked) -> None:
    path = _path(member.name)
    to = unpacked.under / path
    to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if member.isdir():
        to.mkdir(mode=0o700, exist_ok=True)
        unpacked.modes[path] = member.mode & 0o777 | 0o700  # else what is in it could not be taken away
    elif member.isreg() and not member.issparse():  # one with holes could fill a disk out of nothing
        unpacked.files[path] = _file(tar, member, to, unpacked)
    elif member.issym() and is_link_beside(member.linkname):
        to.symlink_to(member.linkname)
        unpacked.links[path] = member.linkname
    else:
        raise _NotOurs


def _path(name: str) -> str:
    """Within the home; never out of it, never a key, never hidden."""
    first, _, path = name.partition("/")
    parts = path.split("/")
    if first != UNDER or any(not part or part.startswith(".") or is_key(part) or "\0" in part for part in parts):
        raise _NotOurs
    return str(PurePosixPath(path))


def _file(tar: tarfile.TarFile, member: tarfile.TarInfo, to: Path, unpacked: _Unpacked) -> dict:
    digest, source = hashlib.sha256(), tar.extractfile(member)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        while part := source.read(_AT_ONCE):
            digest.update(part)
            file.write(part)
            unpacked.bytes += len(part)
            progress.show(f"restoring: {unpacked.bytes // 1_000_000:,} MB")
    to.chmod(member.mode & 0o777)
    os.utime(to, (member.mtime, member.mtime))
    return {"size": to.stat().st_size, "sha256": digest.hexdigest()}


# Held to its list, and put in place ---------------------------------------------------------------------------------------


def _held_to_manifest(unpacked: _Unpacked, backup: Path) -> dict:
    """The list, where all it has was found and nothing else. What changed while it was copied is taken away again."""
    try:
        manifest = json.loads(unpacked.manifest or b"")
        form, left_out = manifest["format"], set(manifest["left_out"])
        expected = (manifest["files"], manifest["links"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _cut_or_changed(backup) from None
    if form != FORMAT:
        raise Refused(
            f"{backup} was made by a later version ({manifest.get('made_by')}) of a form not known here: restore it with that one."
        )
    if expected != (unpacked.files, unpacked.links) or SETTINGS not in unpacked.files:
        raise _cut_or_changed(backup)
    for path in left_out & set(unpacked.files):
        (unpacked.under / path).unlink()
        del manifest["files"][path]
    return manifest


def _put_on_record(under: Path, manifest: dict) -> None:
    """The trail goes on from where the backup has it, before the home is one again: what came after the backup is lost with the rest."""
    scope = {"made_at": manifest["made_at"], "files": len(manifest["files"])}
    trail.add_to(
        under / trail.FOLDER, trail.RESTORE, [scope], who=trail.actor(), at=clock.now().isoformat(timespec="seconds")
    )


def _put_in_place(folder: Path) -> None:
    """First the list, of what to clear away should this be killed; settings.toml, which makes a folder a home, last."""
    under = folder / _UNFINISHED / UNDER
    names = sorted(path.name for path in under.iterdir())
    (folder / _UNFINISHED / _MOVED).write_text(json.dumps(names), encoding="utf-8")
    os.sync()
    for name in sorted(names, key=lambda name: name == SETTINGS):
        (under / name).rename(folder / name)
        settle(folder)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)


def _clear_half_done(folder: Path) -> None:
    """What a restore that failed or was killed left; of a home that is whole, its hidden name alone."""
    under = folder / _UNFINISHED
    if not under.is_dir() or under.is_symlink():
        return
    moved = under / _MOVED
    if moved.is_file() and not (folder / SETTINGS).exists():
        for name in _names_in(moved):
            path = folder / name
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    shutil.rmtree(under)


def _names_in(moved: Path) -> list[str]:
    """None where it was killed before the list was whole, and so before anything was put in place."""
    try:
        names = json.loads(moved.read_text(encoding="utf-8"))
    except ValueError:
        return []
    return [name for name in names if "/" not in name and not name.startswith(".")]


def _told(home: Home, manifest: dict) -> Restored:
    sizes = [one["size"] for one in manifest["files"].values()]
    of_backup = (manifest["made_at"], manifest["made_by"], len(sizes), sum(sizes), manifest["left_out"])
    return Restored(home, *of_backup, [name for name in KEYS if not home.has_key(name)])
