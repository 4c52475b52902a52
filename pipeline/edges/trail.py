"""Who saw what and who did what: a line each, added and never changed, and each holding the hash of the line before it.

A line says who, when, what was done, and of which day, school, table or page: never what was seen. A line that was taken out, put in or
changed breaks the chain there. What was cut off at the end shows against the heads that the encrypted warehouse keeps (`audit.trail_heads`),
one for every run. One file a calendar year, so that the oldest can go when their time is over: what goes is on record in the next.
"""

import fcntl
import getpass
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import clock
from .settings import Home

FOLDER = "audit"
NOTHING_BEFORE = "0" * 64
"""What the first line there ever was holds in the place of a hash."""

LIST, TO_PUT_RIGHT, PRINTABLE, WORKLIST, RETURNED = (
    "list written", "facts to put right written", "pages to print written", "worklist written", "answer to a returned list written",
)  # fmt: skip
VIEW, FILE, PAGES = "page viewed", "file downloaded", "pages written"
EXPORT, LINK, APPROVAL = "table exported", "link decided", "opinion approved or refused"
FORGOTTEN, SHOWN, OBJECTED = "child erased", "record of a child shown", "objection recorded"
RETAINED, KEY, BACKUP, RESTORE = "retention applied", "key changed", "backup written", "backup restored"
DEEDS = (
    LIST, TO_PUT_RIGHT, PRINTABLE, WORKLIST, RETURNED, VIEW, FILE, PAGES, EXPORT, LINK, APPROVAL, FORGOTTEN, SHOWN, OBJECTED,
    RETAINED, KEY, BACKUP, RESTORE,
)  # fmt: skip
"""All that is put on record."""

Scope = dict[str, str | int | None]
"""Of what: a day, a school's URN, a table, a page, counts. Never a name, a UPN, a birth date or a pupil_id."""


@dataclass(frozen=True)
class Head:
    """The end of the trail: how many lines were ever written, and the hash of the last."""

    lines: int
    sha256: str


def record(home: Home, deed: str, *, who: str | None = None, **of: str | int | None) -> None:
    """Add one line. Raises OSError where it cannot be kept: what is to be on record is then not to be done."""
    record_all(home, deed, [of], who=who)


def record_all(home: Home, deed: str, scopes: Iterable[Scope], *, who: str | None = None) -> None:
    """Add a line for each scope, together and in their order, and wait until they are on the disk."""
    add_to(home.folder / FOLDER, deed, scopes, who=who or actor(), at=clock.now().isoformat(timespec="seconds"))


def add_to(folder: Path, deed: str, scopes: Iterable[Scope], *, who: str | None, at: str) -> None:
    """`record_all` for those who have the folder alone."""
    if deed not in DEEDS:
        raise ValueError(f"{deed} is nothing that is put on record")
    with _held(folder):
        path, head = folder / f"trail-{at[:4]}.jsonl", _head(folder)
        lines = []
        for of in scopes:
            line = {"line": head.lines + 1, "at": at, "who": who, "did": deed, "of": of, "before": head.sha256}
            written = json.dumps(line, ensure_ascii=False).encode()
            head = Head(head.lines + 1, hashlib.sha256(written).hexdigest())
            lines.append(written + b"\n")
        _append(path, b"".join(lines))


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


def files(folder: Path) -> list[Path]:
    """Those of the trail, the oldest first."""
    return sorted(path for path in folder.glob("trail-*.jsonl") if re.fullmatch(r"trail-\d{4}\.jsonl", path.name))


def lines_of(folder: Path) -> Iterator[tuple[Path, int, bytes]]:
    """Every line there is with its file and its number in it, without its end."""
    for path in files(folder):
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield path, number, line.rstrip(b"\n")


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """One writer at a time; whoever is killed lets go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder / ".trail", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _head(folder: Path) -> Head:
    there = files(folder)
    while there:
        last = _last_line(there.pop())
        if last is not None:
            return Head(_number(last, folder), hashlib.sha256(last).hexdigest())
    return Head(0, NOTHING_BEFORE)


def _number(last: bytes, folder: Path) -> int:
    """Of the last line, which a kill may have cut short: then those that are there are counted, on from one that is whole."""
    told_of = told(last)
    if told_of:
        return told_of["line"]
    number = 0
    for _, _, line in lines_of(folder):
        told_of = told(line)
        number = told_of["line"] if told_of else number + 1
    return number


def told(line: bytes) -> dict | None:
    """What a line says; None of one that is none of ours."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and type(said.get("line")) is int else None


_BLOCK = 1 << 16


def _last_line(path: Path) -> bytes | None:
    with path.open("rb") as file:
        at, held = file.seek(0, os.SEEK_END), b""
        while at and b"\n" not in held.rstrip(b"\n"):
            step = min(_BLOCK, at)
            at = file.seek(at - step)
            held = file.read(step) + held
    return held.rstrip(b"\n").rpartition(b"\n")[2] or None


def _append(path: Path, lines: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(handle).st_size
        if (
            size and os.pread(handle, 1, size - 1) != b"\n"
        ):  # the last was cut short by a kill: it stays, and is told of
            lines = b"\n" + lines
        while lines:
            lines = lines[os.write(handle, lines) :]
        os.fsync(handle)
    finally:
        os.close(handle)
