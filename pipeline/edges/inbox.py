"""The inbox: what is in it, known by its content, and what leaves it once taken in."""

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .extract import Claimed, Extract
from .settings import Home


def find_extracts(home: Home, *, but_not: frozenset[str]) -> list[Extract]:
    """The inbox's files whose bytes are not among the hashes `but_not`, each once, in the order of their hashes."""
    found = extracts_of((path, _name(path.relative_to(home.inbox))) for path in _files(home.inbox))
    new = {extract.sha256: extract for extract in reversed(found) if extract.sha256 not in but_not}
    return [new[sha256] for sha256 in sorted(new)]


def _files(inbox: Path) -> list[Path]:
    """What was put there: no hidden file, and no link, which might lead anywhere."""
    found = (path for path in inbox.rglob("*") if not path.name.startswith("."))
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _name(path: Path) -> str:
    """The path as text that any table or file can hold, whatever bytes it was spelt in."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def extracts_of(named: Iterable[tuple[Path, str]]) -> list[Extract]:
    """Extracts for these paths and names, in the order of their names."""
    named = sorted(named, key=lambda one: one[1])
    with ThreadPoolExecutor() as pool:
        hashes = pool.map(lambda one: _sha256(one[0]), named)
        return [Extract(path, name, sha256) for (path, name), sha256 in zip(named, hashes, strict=True)]


def _sha256(path: Path) -> str:
    """Of its bytes. Of a file that cannot be read, of its name and when it was last touched: it is refused when opened,
    and tried again once somebody has changed it or its permissions."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256(os.fsencode(path) + str(path.lstat().st_ctime_ns).encode()).hexdigest()


BYTES_AT_ONCE = 160_000_000


def in_batches(claimed: list[Claimed]) -> list[list[Claimed]]:
    """The files in order, in batches of no more bytes than one should hold in memory; one larger file is its own."""
    batches: list[list[Claimed]] = []
    size = BYTES_AT_ONCE
    for one in claimed:
        bytes_of_file = one.extract.path.stat().st_size
        if size + bytes_of_file > BYTES_AT_ONCE:
            batches.append([])
            size = 0
        batches[-1].append(one)
        size += bytes_of_file
    return batches


def move_taken(home: Home, name: str) -> None:
    """Move a file taken in out of the inbox, keeping its place among folders; one of the same name stays beside it."""
    source, target = home.inbox / name, home.folder / "taken" / name
    if not source.is_file():
        return
    if target.exists():
        target = target.with_name(f"{target.stem}-{_sha256(source)[:12]}{target.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
