"""The inbox: what is in it, known by its content, and what leaves it once taken in."""

import hashlib
import os
import stat
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.vocabulary.identifiers import UPN_LEFT_OUT, without_upns

from .containers import opened, tables_in, unreadable
from .errors import Refused
from .extract import Claimed, Extract, open_file, refuse_no_file
from .keys import KEYS
from .kinds import BYTES_LOOKED_AT, Kind, kind_of
from .plain import plain_name
from .settings import Home
from .workbook_told import MOST_LIST_BYTES


def find_extracts(home: Home, *, but_not: frozenset[str]) -> list[Extract]:
    """The inbox's tables whose content is not among the hashes `but_not`, each once, in the order of their hashes; the sheets of a
    workbook, which is opened once for all of them, together by its own."""
    lying = _lying(home)
    found = extracts_of((path, _name(home, path)) for path in lying.files) + lying.refused
    new = {extract.sha256: extract for extract in reversed(found) if extract.sha256 not in but_not}
    return sorted(new.values(), key=lambda extract: (extract.book or extract.sha256, extract.sha256))


RETURNED = "returned"
"""The folder of the inbox for lists that come back. What lies in it is theirs to read, whatever it is; elsewhere a list is told
by its mark."""


def find_returned(home: Home) -> list[Extract]:
    """What came back: every list in the inbox, and whatever else lies in the folder for them, each content once, in the
    order of the names."""
    lying = _lying(home)
    small = [(path, _name(home, path)) for path in lying.files if _may_be_returned(home, path)]
    told = [one for one in extracts_of(small) + lying.refused if is_for_outcomes(one)]
    found = [_whole(extract) for extract in told]
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
        with open_file(path, path.name) as file:
            return path.stat().st_size <= MOST_LIST_BYTES and kind_of(file.read(BYTES_LOOKED_AT)) in (
                Kind.ZIP,
                Kind.GZIP,
            )
    except (OSError, Refused):
        return False


@dataclass
class _Lying:
    """What was put in an inbox, nothing hidden: files, and what is refused for it is none."""

    files: list[Path] = field(default_factory=list)
    refused: list[Extract] = field(default_factory=list)


DEEPEST, MOST_FOLDERS = 20, 10_000
"""Folders within folders, and folders of each that lies in the inbox itself: a trust has one for each school and term."""


def _lying(home: Home) -> _Lying:
    """All that lies there, in the order of the names; of a folder in which there is too much, nothing but that."""
    lying, own = _Lying(), _files_of_its_own(home)
    for entry in _entries(home.inbox):
        try:
            files, refused = _all_in(home, Path(entry.path), own)
        except Refused as why:
            files, refused = [], [_refused(home, Path(entry.path), why)]
        lying.files += files
        lying.refused += refused
    lying.files.sort()
    return lying


def visible(folder: Path) -> list[Path]:
    """The files in a folder as people put them there: nothing hidden, and no link, which might lead anywhere."""
    found = (
        path for path in folder.rglob("*") if not any(one.startswith(".") for one in path.relative_to(folder).parts)
    )
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _entries(folder: Path) -> list[os.DirEntry]:
    with os.scandir(folder) as entries:
        return sorted((one for one in entries if not one.name.startswith(".")), key=lambda one: one.name)


def _all_in(home: Home, top: Path, own: frozenset[tuple[int, int]]) -> tuple[list[Path], list[Extract]]:
    """The files in `top`, or `top` itself, and what is refused there. Raises Refused where there are too many folders in it."""
    files, refused, waiting, folders = [], [], [(top, 0)], 0
    while waiting:
        path, depth = waiting.pop()
        try:
            told = path.lstat()
            if stat.S_ISDIR(told.st_mode):
                folders += 1
                _refuse_too_many(home, top, folders, depth)
                waiting += [(Path(one.path), depth + 1) for one in _entries(path)]
            else:
                refuse_no_file(told, _name(home, path))
                _refuse_own(told, own, _name(home, path))
                files.append(path)
        except FileNotFoundError:
            continue
        except OSError as fault:
            refused.append(_refused(home, path, unreadable(_name(home, path), fault)))
        except TooManyFolders:
            raise
        except Refused as why:
            refused.append(_refused(home, path, why))
    return files, refused


class TooManyFolders(Refused):
    """Nobody puts files so far away, or among so many."""


def _refuse_too_many(home: Home, top: Path, folders: int, depth: int) -> None:
    if depth > DEEPEST or folders > MOST_FOLDERS:
        raise TooManyFolders(
            f"{_name(home, top)} holds folders more than {DEEPEST} deep, or over {MOST_FOLDERS:,} of them: nothing in it is read; deliver "
            "the files in fewer."
        )


def _refuse_own(told: os.stat_result, own: frozenset[tuple[int, int]], name: str) -> None:
    """Raises Refused for a file of the home's own under another name."""
    if told.st_nlink > 1 and (told.st_dev, told.st_ino) in own:
        raise Refused(
            f"{name} is a key, a database or settings of this home by another name: take it out of the inbox."
        )


def _files_of_its_own(home: Home) -> frozenset[tuple[int, int]]:
    """Which files are the home's keys, databases and settings."""
    folders = {home.folder, *(home.key_file(name).parent for name in KEYS)}
    told = [one.lstat() for folder in folders if folder.is_dir() for one in folder.iterdir()]
    return frozenset((one.st_dev, one.st_ino) for one in told if stat.S_ISREG(one.st_mode))


def _refused(home: Home, path: Path, why: Refused) -> Extract:
    """Said once, and again when it was touched since."""
    told, name = path.lstat(), _name(home, path)
    touched = f"{name} {told.st_ino} {told.st_mtime_ns} {told.st_mode}"
    return Extract(path, name, hashlib.sha256(touched.encode()).hexdigest(), fault=why)


def _name(home: Home, path: Path) -> str:
    return told_name(path, path.relative_to(home.inbox))


def in_text(path: Path) -> str:
    """The path as text that any table, file or terminal can hold, whatever bytes it was spelt in."""
    return plain_name(os.fsencode(path).decode("utf-8", errors="replace"))


def told_name(path: Path, place: Path) -> str:
    """What a file is called wherever it is told of: its place, but that a child's number in it is left out, with the beginning of its
    content's hash so that two such files are told apart."""
    name = in_text(place)
    told = without_upns(name)
    if told == name:
        return name
    try:
        with open_file(path, told) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:8]
    except (OSError, Refused):  # it is told of as one that cannot be read, and by no other name
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
    for path in _lying(home).files if paths is None else sorted(set(paths)):
        tables = tables_in(path, _name(home, path))
        if all(table.sha256 in taken and table.name not in but_not for table in tables):
            _move(path, home.folder / "taken" / path.relative_to(home.inbox))


def _move(source: Path, target: Path) -> None:
    """Keeping its place among folders; where one of its name has been before, the two stay apart."""
    if target.exists():
        with open_file(source, source.name) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        target = target.with_name(f"{target.stem}-{digest[:12]}{target.suffix}")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    source.replace(target)
