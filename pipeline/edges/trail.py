"""Who saw what and who did what: a line each, added and never changed, and each holding the hash of the line before it.

A line says who, when, what was done, and of which day, school, table or page: never what was seen. A line that was taken out, put in or
changed breaks the chain there. What was cut off at the end shows against the heads that the encrypted file of names keeps
(`identity.trail_heads`), one for every run. One file a calendar year, so that the oldest can go when their time is over: what goes is on
record in a later one.
"""

import fcntl
import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from . import clock
from .errors import NO_LOCKS, NotOnRecord
from .settings import Home

FOLDER = "audit"
NOTHING_BEFORE = "0" * 64
"""What the first line there ever was holds in the place of a hash."""
VIEWS_BEFORE = "views.jsonl"
"""The log of views of an earlier version, without a chain: it stays, and what it was is on record in the first line."""

LIST, TO_PUT_RIGHT, PRINTABLE, WORKLIST, RETURNED = (
    "list written", "facts to put right written", "pages to print written", "worklist written", "answer to a returned list written",
)  # fmt: skip
READ = "returned list read"
VIEW, FILE, PAGES = "page viewed", "file downloaded", "pages written"
EXPORT, LINK, APPROVAL = "table exported", "link decided", "opinion approved or refused"
FORGOTTEN, SHOWN, OBJECTED = "child erased", "record of a child shown", "objection recorded"
RETAINED, KEY, BACKUP, RESTORE = "retention applied", "key changed", "backup written", "backup restored"
KEY_BEGUN, KEY_UNDONE = "key change begun", "key change undone"
SETTINGS, BEFORE, BROKEN = "settings found changed", "earlier log of views closed", "trail found broken"
DEEDS = (
    LIST, TO_PUT_RIGHT, PRINTABLE, WORKLIST, RETURNED, READ, VIEW, FILE, PAGES, EXPORT, LINK, APPROVAL, FORGOTTEN, SHOWN, OBJECTED,
    RETAINED, KEY_BEGUN, KEY, KEY_UNDONE, BACKUP, RESTORE, SETTINGS, BEFORE, BROKEN,
)  # fmt: skip
"""All that is put on record."""

Scope = dict[str, str | int | None]
"""Of what: a day, a school's URN, a table, a page, counts. Never a name, a UPN, a birth date or a pupil_id."""

LONGEST_NAME = 200
"""Letters kept of who worked, whoever told it."""


@dataclass(frozen=True)
class Head:
    """The end of the trail: how many lines were ever written, and the hash of the last."""

    lines: int
    sha256: str


def record(home: Home, deed: str, *, who: str | None = None, **of: str | int | None) -> None:
    """Add one line. Raises NotOnRecord, an OSError, where it cannot be kept: what is to be on record is then not to be done."""
    record_all(home, deed, [of], who=who)


def record_all(home: Home, deed: str, scopes: Iterable[Scope], *, who: str | None = None) -> None:
    """Add a line for each scope, together and in their order, and wait until they are on the disk."""
    add_to(home.folder / FOLDER, deed, scopes, who=who or actor(), at=clock.now().isoformat(timespec="seconds"))


def add_to(folder: Path, deed: str, scopes: Iterable[Scope], *, who: str | None, at: str) -> None:
    """`record_all` for those who have the folder alone; who is nobody's name where nobody is known."""
    if deed not in DEEDS:
        raise ValueError(f"{deed} is nothing that is put on record")
    scopes = list(scopes)
    if not scopes:
        return
    try:
        with _held(folder):
            head, told = _head(folder), [(deed, of) for of in scopes]
            if not head.lines:
                told = _of_earlier_version(folder) + told
            _append(_file_of(folder, at), _lines(head, told, who=who and who[:LONGEST_NAME], at=at))
    except OSError as fault:
        raise NotOnRecord(fault.errno, fault.strerror, str(folder)) from None


def _lines(head: Head, told: Iterable[tuple[str, Scope]], *, who: str | None, at: str) -> bytes:
    lines = []
    for number, (deed, of) in enumerate(told, head.lines + 1):
        line = {"line": number, "at": at, "who": who, "did": deed, "of": of, "before": head.sha256}
        written = json.dumps(line, ensure_ascii=False).encode(errors="replace")  # a name from outside may be no text
        head = Head(number, hashlib.sha256(written).hexdigest())
        lines.append(written + b"\n")
    return b"".join(lines)


def _file_of(folder: Path, at: str) -> Path:
    """That of the year; a clock set back over its end goes on in the latest, for files are read in their order."""
    named = f"trail-{at[:4]}.jsonl"
    return max([folder / named, *files(folder)])


def _of_earlier_version(folder: Path) -> list[tuple[str, Scope]]:
    path = folder / VIEWS_BEFORE
    if not path.is_file():
        return []
    lines, sha256 = of_views_before(path)
    return [(BEFORE, {"file": VIEWS_BEFORE, "lines": lines, "sha256": sha256})]


def of_views_before(path: Path) -> tuple[int, str]:
    """Of a log of an earlier version: its lines, and the hash of all of it."""
    lines, digest = 0, hashlib.sha256()
    with path.open("rb") as file:
        for line in file:
            lines += 1
            digest.update(line)
    return lines, digest.hexdigest()


def actor() -> str:
    """Who works: as A2N_ACTOR says, for schedulers that know; else the DAG and the task, and the user of this machine."""
    told = os.environ.get("A2N_ACTOR", "").strip()
    if told:
        return told
    of = [os.environ.get(f"AIRFLOW_CTX_{part}") for part in ("DAG_ID", "TASK_ID")]
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # as in a container whose user has no name
        user = str(os.getuid())
    return f"{user}, by {'.'.join(of)}" if all(of) else user


def head(home: Home) -> Head:
    with _held(home.folder / FOLDER):
        return _head(home.folder / FOLDER)


def standing(folder: Path) -> tuple[Head, dict[str, int]]:
    """The end of the trail, and of each file by its name how many bytes it had then: what is added meanwhile is left for the next look."""
    with _held(folder):
        return _head(folder), {path.name: path.stat().st_size for path in files(folder)}


def files(folder: Path) -> list[Path]:
    """Those of the trail, the oldest first."""
    return sorted(path for path in folder.glob("trail-*.jsonl") if is_named(path.name))


def is_named(name: str) -> bool:
    """Whether a file of this name would be one of the trail's."""
    return bool(re.fullmatch(r"trail-\d{4}\.jsonl", name))


def lines_of(folder: Path) -> Iterator[tuple[Path, int, bytes]]:
    """Every line there is with its file and its number in it, without its end."""
    for path in files(folder):
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield path, number, line.rstrip(b"\n")


def told_of(line: bytes) -> dict | None:
    """What a line says; None of one that is none of ours, as one that a kill cut short is not."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    is_ours = isinstance(told, dict) and type(told.get("line")) is int and isinstance(told.get("of"), dict)
    return told if is_ours and all(isinstance(told.get(word), str) for word in ("at", "did", "before")) else None


def as_shown(words: str) -> str:
    """Without what a terminal would take for a command: a name comes from outside."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """One writer at a time; whoever is killed lets go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / ".trail", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """Where the disk knows no such lock, the older kind, of whole processes; where neither, as `holding` has it."""
    for lock in (fcntl.flock, fcntl.lockf):
        try:
            return lock(handle, fcntl.LOCK_EX)
        except OSError as fault:
            if fault.errno not in NO_LOCKS:
                raise
    return None


def _head(folder: Path) -> Head:
    there = files(folder)
    while there:
        last = last_line(there.pop())
        if last is not None:
            return Head(_number(last, folder), hashlib.sha256(last).hexdigest())
    return Head(0, NOTHING_BEFORE)


def end_of(path: Path) -> Head | None:
    """The end of one file of the trail, counted from the first line there ever was; None where nothing is in it."""
    last = last_line(path)
    if last is None:
        return None
    told = told_of(last)
    later = sum(one > path for one, _, _ in lines_of(path.parent)) if told is None else 0  # of a line cut short
    return Head(told["line"] if told else _head(path.parent).lines - later, hashlib.sha256(last).hexdigest())


def _number(last: bytes, folder: Path) -> int:
    """Of the last line, which a kill may have cut short: then those that are there are counted, on from one that is whole."""
    told = told_of(last)
    if told:
        return told["line"]
    number = 0
    for _, _, line in lines_of(folder):
        told = told_of(line)
        number = told["line"] if told else number + 1
    return number


_BLOCK = 1 << 12


def last_line(path: Path, *, until: int | None = None) -> bytes | None:
    """The last there is of a file, or of its first `until` bytes; None where there is none."""
    with path.open("rb") as file:
        at, held = file.seek(0, os.SEEK_END) if until is None else until, b""
        while at and b"\n" not in held.rstrip(b"\n"):
            step = min(_BLOCK, at)
            at = file.seek(at - step)
            held = file.read(step) + held
    return held.rstrip(b"\n").rpartition(b"\n")[2] or None


def _append(path: Path, lines: bytes) -> None:
    """All of them on the disk, or none: what a full disk took of them is taken away again."""
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            lines = b"\n" + lines  # the last was cut short by a kill: it stays, and is told of
        try:
            while lines:
                lines = lines[os.write(handle, lines) :]
            os.fsync(handle)
        except BaseException:
            with suppress(OSError):  # a file that may be added to alone
                os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)
