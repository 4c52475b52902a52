"""The same pages as files, for a web server of the organisation's own: whoever may open one may open all."""

import hashlib
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

from . import downloads
from .pages import PAGES
from .reading import Person, Reading
from .rendering import STYLES, Frame, page_of, style
from .snapshot import Shelf

_EVERYBODY = Person("", None)
_UNFINISHED = ".unfinished"
_BEFORE = ".before"


def write_pages(published: Path, to: Path, *, first: Callable[[date, int], None] | None = None) -> int:
    """Every page that can be come to from the first one, with its downloads, in the folder `to`: all of them, or those of before.

    Returns how many, which `first` is told before they are in place, with the day they are of. Raises snapshot.NothingPublished where there is no snapshot, FileExistsError where `to`, or a folder beside it
    that would be cleared away, holds something that was not written here: nothing is touched then.
    """
    to = to.resolve()
    unfinished, before = (to.with_name(to.name + ending) for ending in (_UNFINISHED, _BEFORE))
    for folder in (to, unfinished, before):
        if not _is_ours(folder):
            raise FileExistsError(17, "it holds something else than pages that a2n wrote", str(folder))
    snapshot = Shelf(published).newest()
    for left_over in (unfinished, before):
        shutil.rmtree(left_over, ignore_errors=True)
    unfinished.mkdir(parents=True)
    (unfinished / MARKER).write_text("Written by a2n pages, which clears this folder each time.\n")
    files = _Files()
    files.address("home")
    while files.waiting:
        name, told, file = files.waiting.pop(0)
        (unfinished / file).parent.mkdir(exist_ok=True)
        (unfinished / file).write_bytes(_content(Reading(snapshot, _EVERYBODY, files.address, told), name, files))
    for name in STYLES:
        (unfinished / name).write_bytes(style(name))
    if first:
        first(snapshot.rows("SELECT as_of FROM published.run")[0]["as_of"], len(files.known))
    if to.exists():
        to.rename(before)
    unfinished.rename(to)
    shutil.rmtree(before, ignore_errors=True)
    return len(files.known)


_FIRST = "index.html"
MARKER = ".a2n-pages"
"""Only a folder with this file in it, or an empty one, is cleared away."""


def _is_ours(folder: Path) -> bool:
    """Whether it may go: it is not there, is empty, or says that it was written here."""
    if folder.is_symlink() or folder.is_file():
        return False
    return not folder.exists() or (folder / MARKER).is_file() or not any(folder.iterdir())


def _content(reading: Reading, name: str, files: "_Files") -> bytes:
    if name == "extract":
        return downloads.extract(reading)
    if name == "download":
        return downloads.as_csv(downloads.table_of(reading, reading.told["table"]))
    frame = Frame(_EVERYBODY, styles={name: name for name in STYLES}, links=files.address, is_static=True)
    return page_of(PAGES[name], reading, frame).encode()


class _Files:
    """The file of every page that was linked to, and those still to be written."""

    def __init__(self):
        self.known: dict[str, tuple] = {}
        self.waiting: list[tuple[str, dict[str, str], str]] = []

    def address(self, name: str, **told: object) -> str:
        """The file of a page: linking to it is asking for it. A file to download is whole, whatever is chosen on the page."""
        given = {key: str(value) for key, value in told.items() if value not in (None, "")}
        if name in ("download", "extract"):
            given = {key: value for key, value in given.items() if key == "table"}
        if name in ("sign-in", "sign-out"):
            return _FIRST
        file = _file_name(name, given)
        if file not in self.known:
            self.known[file] = (name, given)
            self.waiting.append((name, given, file))
        return file


def _file_name(name: str, told: dict[str, str]) -> str:
    """`schools-phase-primary.html`. Where two could look the same, a few letters of what they are tell them apart."""
    if name == "extract":
        return "postcode-extract.csv"
    if name == "download":
        return f"{told['table']}.csv"
    parts = [part for key, value in sorted(told.items()) for part in ((value,) if key == "urn" else (key, value))]
    plain = "-".join([name, *(re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)])
    if any(re.search(r"[^a-z0-9]", part) for part in parts):
        plain += "-" + hashlib.sha256("\0".join(parts).encode()).hexdigest()[:6]
    return _FIRST if plain == "home" else f"{plain}.html"
