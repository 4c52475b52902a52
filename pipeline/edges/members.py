"""What the members of an archive are called where people read it. Such a name is shown, and never used as a path."""

import re
from functools import lru_cache
from itertools import chain, count
from zipfile import ZipInfo

from pipeline.tables.layouts import LAYOUTS
from pipeline.vocabulary.identifiers import without_upns

from .plain import plain_name

LONGEST_SHOWN = 200
_SYSTEM = {"__macosx", "thumbs.db", "desktop.ini"}


def delivered(members: list[ZipInfo]) -> int:
    """How many members somebody put there."""
    return sum(map(_is_delivered, members))


def shown_names(members: list[ZipInfo]) -> dict[int, str]:
    """The name to show, by place in the archive, of every member that somebody put there: no folder, nothing hidden, nothing
    that a system adds of its own. No two are the same."""
    shown: dict[int, str] = {}
    taken: set[str] = set()
    for place, member in enumerate(members):
        if _is_delivered(member):
            shown[place] = not_taken(safe_name(member.filename), taken)
            taken.add(shown[place])
    return shown


def not_taken(name: str, taken: set[str]) -> str:
    """The name, numbered where it is among those taken."""
    numbered = (f"{name} ({number} of that name)" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def _is_delivered(member: ZipInfo) -> bool:
    parts = _parts(member.filename)
    of_the_system = any(part.startswith(".") or part.lower() in _SYSTEM for part in parts)
    return not (member.filename.endswith(("/", "\\")) or of_the_system)


def safe_name(name: str) -> str:
    """Without a way out of its folder, a drive, a letter that cannot be seen, or a child's number."""
    parts = [plain_name(part) for part in _parts(name)]
    return without_upns("/".join(parts))[-LONGEST_SHOWN:] or "a member without a name"


def told_sheet(name: str, number: int) -> str:
    """What a sheet is called where it is told of: by its name where that is of words that name feeds, else by its number among those
    seen, from 1. Some workbooks have a sheet for each pupil."""
    words = re.findall(r"[A-Za-z]+|[^A-Za-z]+", name)
    is_known = all(_FILLING.fullmatch(word) or word.lower() in _known_words() for word in words)
    return name if name and is_known and len(name) <= _LONGEST_SHEET else f"sheet {number}"


_LONGEST_SHEET = 31
_FILLING = re.compile(r"[ _.-]{1,3}|[ _.-]?[0-9]{1,2}")


@lru_cache(maxsize=1)
def _known_words() -> frozenset[str]:
    told = " ".join(f"{layout.name} {layout.feed or ''}" for layout in LAYOUTS)
    return frozenset(re.findall("[a-z]+", told.lower()))


def _parts(name: str) -> list[str]:
    without_drive = re.sub(r"^[A-Za-z]:", "", name.replace("\\", "/"))
    return [part for part in without_drive.split("/") if part not in ("", ".", "..")]
