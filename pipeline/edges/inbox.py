"""The inbox: what is in it, known by its content, and what leaves it once taken in."""

import hashlib
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from pipeline.vocabulary.identifiers import UPN_LEFT_OUT, without_upns

from .containers import opened, tables_in
from .extract import Claimed, Extract
from .kinds import BYTES_LOOKED_AT, Kind, kind_of
from .settings import Home
from .workbook_told import MOST_LIST_BYTES


def find_extracts(home: Home, *, but_not: frozenset[str]) -> list[Extract]:
    """The inbox's tables whose content is not among the hashes `but_not`, each once, in the order of their hashes."""
    found = extracts_of((path, told_name(path, path.relative_to(home.inbox))) for path in _files(home.inbox))
    new = {extract.sha256: extract for extract in reversed(found) if extract.sha256 not in but_not}
    return [new[sha256] for sha256 in sorted(new)]


RETURNED = "returned"
"""The folder of the inbox for lists that come back. What lies in it is theirs to read, whatever it is; elsewhere a list is told
by its mark."""


def find_returned(home: Home) -> list[Extract]:
    """What came back: every list in the inbox, and whatever else lies in the folder for them, each content once, in the
    order of the names."""
    small = [
        (path, told_name(path, path.relative_to(home.inbox)))
        for path in _files(home.inbox)
        if _may_be_returned(home, path)
    ]
    found = [_whole(extract) for extract in extracts_of(small) if is_for_outcomes(extract)]
    first = {extract.sha256: extract for extract in reversed(found)}
    return sorted(first.values(), key=lambda extract: extract.name)


def is_for_outcomes(extract: Extract) -> bool:
    """Whether it is a list that came back, or lies in the folder for them: no take-in reads it."""
    return extract.is_returned or extract.name.startswith(f"{RETURNED}/")


def _whole(extract: Extract) -> Extract:
    """Of a sheet, its workbook: what came back is one thing, whatever it is."""
    if extract.sheet is None:
        return extract
    book = replace(extract, name=extract.name.rpartition("/")[0], sheet=None)
    with opened(book) as stream:
        return replace(book, sha256=hashlib.file_digest(stream, "sha256").hexdigest())


def _may_be_returned(home: Home, path: Path) -> bool:
    """Small enough for a list, and packed as one may be: nightly extracts need not be gone through twice."""
    if path.relative_to(home.inbox).parts[0] == RETURNED:
        return True
    try:
        with path.open("rb") as file:
            return path.stat().st_size <= MOST_LIST_BYTES and kind_of(file.read(BYTES_LOOKED_AT)) in (
                Kind.ZIP,
                Kind.GZIP,
            )
    except OSError:
        return False


def _files(inbox: Path) -> list[Path]:
    """What was put there: nothing hidden, and no link, which might lead anywhere."""
    found = (
        path for path in inbox.rglob("*") if not any(part.startswith(".") for part in path.relative_to(inbox).parts)
    )
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def in_text(path: Path) -> str:
    """The path as text that any table or file can hold, whatever bytes it was spelt in."""
    return os.fsencode(path).decode("utf-8", errors="replace")


def told_name(path: Path, place: Path) -> str:
    """What a file is called wherever it is told of: its place, but that a child's number in it is left out, with the beginning of its
    content's hash so that two such files are told apart."""
    name = in_text(place)
    told = without_upns(name)
    if told == name:
        return name
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    except OSError:  # it is told of as one that cannot be read, and by no other name
        return told
    return told.replace(UPN_LEFT_OUT, f"{UPN_LEFT_OUT}, {digest}")


def extracts_of(named: Iterable[tuple[Path, str]]) -> list[Extract]:
    """Every table in these files, each called by its name, in the order of the names."""
    named = sorted(named, key=lambda one: one[1])
    with ThreadPoolExecutor() as pool:
        return [table for tables in pool.map(lambda one: tables_in(*one), named) for table in tables]


BYTES_AT_ONCE = 160_000_000


def in_batches(claimed: list[Claimed]) -> list[list[Claimed]]:
    """The files in order, in batches of no more bytes than one should hold in memory; one larger file is its own."""
    batches: list[list[Claimed]] = []
    size = 0
    for one in claimed:
        size += one.extract.size
        if not batches or size > BYTES_AT_ONCE:
            batches.append([])
            size = one.extract.size
        batches[-1].append(one)
    return batches


def move_taken(home: Home, *, taken: frozenset[str], but_not: set[str], paths: Iterable[Path] | None = None) -> None:
    """Move out of the inbox each file (of `paths`, or of all) of which every table is among the hashes `taken` and none among the names `but_not`.

    What is in a file is looked at again: one that was replaced since it was read stays.
    """
    for path in _files(home.inbox) if paths is None else sorted(set(paths)):
        tables = tables_in(path, told_name(path, path.relative_to(home.inbox)))
        if all(table.sha256 in taken and table.name not in but_not for table in tables):
            _move(path, home.folder / "taken" / path.relative_to(home.inbox))


def _move(source: Path, target: Path) -> None:
    """Keeping its place among folders; where one of its name has been before, the two stay apart."""
    if target.exists():
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        target = target.with_name(f"{target.stem}-{digest[:12]}{target.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
