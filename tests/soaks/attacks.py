"""Files that somebody made to do harm, by kind: each writes one file, or what looks like one, the same for the same seed.

`ATTACKS` has them by name. What is only strange, and may be read where nothing follows from it, says `ends=EITHER`.
"""

import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

REFUSED, LEFT, EITHER = "refused", "left", "either"
"""All of it refused in words; refused now and left for the next run, for it is not the same from beginning to end; or read,
refused, or nothing at all, as long as nothing else comes of it."""

CANARY = "CANARY-2f9c1d"
"""Stands in a file outside the home: whatever says it has read that file."""


@dataclass
class Place:
    """Where one hostile file goes. `url` is asked by nobody; `canary` is a file that nothing may read or change."""

    folder: Path
    number: int
    canary: Path
    url: str
    home: Path
    programs: list[list[str]] = field(default_factory=list)
    going_on: list = field(default_factory=list)
    given: Path | None = None

    def write(self, ending: str, content: bytes | str | Iterable[bytes], *, name: str | None = None) -> Path:
        path = self.folder / (name or f"{self.number}{ending}")
        with path.open("wb") as file:
            if isinstance(content, str):
                content = content.encode("utf-8", "surrogatepass")
            for block in [content] if isinstance(content, bytes) else content:
                file.write(block)
        return path

    def sparse(self, ending: str, start: bytes, size: int) -> Path:
        """A file that begins so, and is noughts to its end, which the disk holds none of."""
        path = self.write(ending, start)
        with path.open("r+b") as file:
            file.truncate(size)
        return path

    def meanwhile(self, program: str, *words: object) -> None:
        """A program of Python that goes on in a process of its own until all was read."""
        self.programs.append([program, *map(str, words)])

    def begin(self) -> None:
        self.going_on = [subprocess.Popen([sys.executable, "-ISc", *words]) for words in self.programs]

    def end(self) -> None:
        for process in self.going_on:
            process.kill()
            process.wait()
        self.going_on = []


Put = Callable[[Place, random.Random], object]


@dataclass(frozen=True)
class Attack:
    """`is_given` says whether somebody might give it to `check` by its name; `is_heavy`, that it fills a disk for a while."""

    name: str
    put: Put
    ends: str = REFUSED
    is_given: bool = True
    is_heavy: bool = False

    @property
    def family(self) -> str:
        return self.name.partition(":")[0]


ATTACKS: dict[str, Attack] = {}


def attack(name: str, ends: str = REFUSED, *, is_given: bool = True, is_heavy: bool = False) -> Callable[[Put], Put]:
    def kept(put: Put) -> Put:
        ATTACKS[name] = Attack(name, put, ends, is_given, is_heavy)
        return put

    return kept


def every_attack() -> dict[str, Attack]:
    from . import attacks_on_disk, attacks_packed, attacks_tables, attacks_xml  # noqa: F401  each puts its own here

    return ATTACKS
