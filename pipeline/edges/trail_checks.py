"""Whether the trail is as it was written: the first place where it is not, and what was done to it there."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from . import trail
from .trail import NOTHING_BEFORE, Head


@dataclass(frozen=True)
class Kept:
    """A head that was kept elsewhere when a run ended: how many lines there were, the hash of the last, and where it ended."""

    run: str
    lines: int
    sha256: str
    file: str
    bytes: int


@dataclass(frozen=True)
class Break:
    """The first place where the trail is not as it was written: a file, a line in it (0 where it is gone), and what is wrong."""

    file: str
    line: int
    says: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.says}" if self.line else f"{self.file}: {self.says}"


@dataclass
class Checked:
    """What was found: lines there were ever, those that kills cut short (which is no fault), files that retention removed."""

    lines: int = 0
    cut_short: list[tuple[str, int]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    broken: Break | None = None


class _Chain:
    """The lines so far: how many, and the hash of the last."""

    def __init__(self, head: Head):
        self.lines, self.sha256 = head.lines, head.sha256

    def takes(self, line: bytes, told: dict | None) -> bool:
        """Whether a line is the next. Of one that was cut short the next tells: it holds its hash."""
        if not line or (told and (told["line"], told["before"]) != (self.lines + 1, self.sha256)):
            return False
        self.lines, self.sha256 = self.lines + 1, hashlib.sha256(line).hexdigest()
        return True


def is_whole_since(folder: Path, kept: Kept) -> bool:
    """Whether the lines since a head follow from it: those before it are not read, so that it takes no longer as years go by."""
    path, chain = folder / kept.file, _Chain(Head(kept.lines, kept.sha256))
    _, sizes = trail.standing(folder)
    if sizes.get(kept.file, 0) < kept.bytes:
        return False
    last = trail.last_line(path, until=kept.bytes)
    if last is None or hashlib.sha256(last).hexdigest() != kept.sha256:
        return False
    since = [name for name in sorted(sizes) if name >= kept.file]
    lines = (
        line for name in since for line in _lines(folder / name, sizes[name], kept.bytes if name == kept.file else 0)
    )
    return all(chain.takes(line, trail.told_of(line)) for line in lines)


def checked(folder: Path, heads: Iterable[Kept]) -> Checked:
    """The whole trail, line after line, against itself and then against the heads that were kept elsewhere."""
    _, sizes = trail.standing(folder)
    heads = sorted(heads, key=lambda kept: kept.lines)
    gone = _removed(folder, sizes)
    found, chain = Checked(removed=sorted(gone)), _Chain(Head(0, NOTHING_BEFORE))
    places, wanted = {}, {kept.lines for kept in heads}
    last = ("", 0)
    for name in sorted({*sizes, *(one for one in gone if trail.is_named(one))}):
        if name not in sizes:
            chain, last = _Chain(gone[name]), (name, 0)
            continue
        for number, line in enumerate(_lines(folder / name, sizes[name]), 1):
            told = trail.told_of(line)
            if not chain.takes(line, told):
                found.broken = _why(folder, sizes, chain, last, (name, number), told)
                return found
            last, found.lines = (name, number), chain.lines
            if told is None:
                found.cut_short.append(last)
            if chain.lines in wanted:
                places[chain.lines] = (last, chain.sha256)
    found.broken = _against_heads(heads, places, chain.lines, last, gone) or _views_before(folder, gone)
    return found


def _lines(path: Path, size: int, begin: int = 0) -> Iterator[bytes]:
    """Those within the first `size` bytes, from `begin` on, where a line ends."""
    with path.open("rb") as file:
        if begin and os.pread(file.fileno(), 1, begin - 1) != b"\n":
            begin += 1  # its end came later: the line was cut short
        file.seek(begin)
        left = size - begin
        while left > 0 and (line := file.readline()):
            yield line[:left].rstrip(b"\n")
            left -= len(line)


def _removed(folder: Path, sizes: dict[str, int]) -> dict[str, Head]:
    """By their names, files that are gone and that retention says it removed: the number and the hash of their last line."""
    found = {}
    for name, size in sorted(sizes.items()):
        for line in _lines(folder / name, size):
            told = trail.told_of(line) if trail.RETAINED.encode() in line else None
            if told and told["did"] == trail.RETAINED and _tells_of_file(told["of"]):
                found[told["of"]["file"]] = Head(told["of"]["lines"], told["of"]["sha256"])
    return {name: head for name, head in found.items() if not (folder / name).exists()}


def _tells_of_file(of: dict) -> bool:
    file = of.get("file")
    is_ours = isinstance(file, str) and (trail.is_named(file) or file == trail.VIEWS_BEFORE)
    return is_ours and type(of.get("lines")) is int and isinstance(of.get("sha256"), str)


def _why(folder: Path, sizes: dict[str, int], chain: _Chain, last: tuple, here: tuple, told: dict | None) -> Break:
    """What was done where a line does not follow the one before."""
    if told is None:
        return Break(*here, "an empty line was put in.")
    if told["line"] <= chain.lines:
        return Break(
            *here,
            f"this is line {told['line']} of the trail once more: it, or the one before it, was put in, or moved.",
        )
    if told["line"] > chain.lines + 1:
        return Break(*here, _missing(folder, sizes, chain.lines + 1, told["line"] - 1, here))
    if not chain.lines:
        return Break(*here, "it is the first line, and says that another was before it: it was changed.")
    if not last[1]:
        return Break(
            *here,
            f"it does not follow from {last[0]}, which retention removed: it was changed, or what is said of that.",
        )
    return Break(*last, "it was changed since it was written, for the next line holds another hash of it.")


def _missing(folder: Path, sizes: dict[str, int], first: int, last: int, here: tuple) -> str:
    lines = f"line {first:,} of the trail is" if first == last else f"lines {first:,} to {last:,} of the trail are"
    later = (told for name in sizes for line in _lines(folder / name, sizes[name]) if (told := trail.told_of(line)))
    if any(told["line"] == first for told in later):
        return f"{lines} not before this one, but elsewhere: the lines were put in another order."
    if here[1] == 1:
        return f"{lines} missing before it: a file was taken away, and no later line says that retention did that."
    return f"{lines} missing before it: taken out."


def _against_heads(heads: list[Kept], places: dict, lines: int, last: tuple, gone: dict[str, Head]) -> Break | None:
    removed = max((head.lines for name, head in gone.items() if trail.is_named(name)), default=0)
    for kept in heads:
        if kept.lines > lines:
            return Break(
                *(last if last[0] else (kept.file, 0)),
                f"the trail was cut off after it: it had {kept.lines:,} lines when the run {kept.run} ended, and {lines:,} are left.",
            )
        place, sha256 = places.get(kept.lines, (None, None))
        if place is None and kept.lines <= removed:
            continue  # what it tells of is gone with its time
        if sha256 != kept.sha256:
            return Break(
                *(place or last),
                f"it is not the line that it was when the run {kept.run} ended: the trail was written anew up to here.",
            )
    return None


def _views_before(folder: Path, gone: dict[str, Head]) -> Break | None:
    """The log of an earlier version, held to what the first line says of it."""
    first = next((line for _, _, line in trail.lines_of(folder)), b"")
    told = trail.told_of(first)
    if not told or told["did"] != trail.BEFORE or trail.VIEWS_BEFORE in gone:
        return None
    path = folder / trail.VIEWS_BEFORE
    if not path.is_file():
        return Break(trail.VIEWS_BEFORE, 0, "it is gone, and no later line says that retention did that.")
    if trail.of_views_before(path) != (told["of"]["lines"], told["of"]["sha256"]):
        return Break(trail.VIEWS_BEFORE, 0, "it was changed since the trail was begun.")
    return None
