"""What a workbook would run, or ask of others, once somebody opens it: told by what its parts are said to be and how they hang together,
as whoever opens it goes by that, and not by what they are called.

Nothing here would run it. Both are read as XML, so that a letter spelt as a number is that letter.
"""

import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from .archives import member_blocks
from .bounds import Bounds, no_more_than
from .errors import Refused
from .workbook_parts import damaged

MOST_BYTES = 40_000_000
"""Of parts that say what others are: two hundred thousand links to web pages, which take a second to go through."""


def refuse_macros(archive: zipfile.ZipFile, book: str, bounds: Bounds) -> None:
    """Raises Refused for a workbook that could run something, whatever it and its parts are called; or of which nobody can say."""
    names = (part.replace("\\", "/").lower() for part in archive.NameToInfo)
    if any(name.endswith(_MACROS) or any(where in name for where in _OF_MACROS) for name in names) or _any_is(
        _KINDS_OF_MACROS, archive, book, bounds
    ):
        raise Refused(f"{book} holds macros: save it as a workbook without them (.xlsx), and deliver that.")


def refuse_other_books(archive: zipfile.ZipFile, book: str, bounds: Bounds) -> None:
    """Raises Refused for a workbook whose cells show what others say, or what a program is asked for: by now they may say otherwise,
    and no link is followed to find out."""
    names = (part.replace("\\", "/").lower() for part in archive.NameToInfo)
    if any(_OF_OTHER_BOOKS in name for name in names) or _any_is(_KINDS_OF_OTHERS, archive, book, bounds):
        raise Refused(
            f"{book} has cells filled from other workbooks or programs (external links): paste them as values, break the links, "
            "and save it again."
        )


_MACROS = ("vbaproject.bin", "vbadata.xml")
_OF_MACROS = ("xl/macrosheets/", "xl/dialogsheets/", "xl/intlmacrosheets/", "xl/activex/")
_OF_OTHER_BOOKS = "xl/externallinks/"

_KINDS_OF_MACROS = ("macroenabled", "vbaproject", "vbadata", "macrosheet", "dialogsheet", "activex")
_KINDS_OF_OTHERS = ("externallink", "externalreference", "ddelink")
"""In a content type, in the type of a relationship, or as an element of the workbook's own list."""

_LISTS = ("[content_types].xml", "xl/workbook.xml")


def _any_is(kinds: tuple[str, ...], archive: zipfile.ZipFile, book: str, bounds: Bounds) -> bool:
    return any(kind in told for told in _told_in(archive, book, bounds) for kind in kinds)


def _told_in(archive: zipfile.ZipFile, book: str, bounds: Bounds) -> Iterator[str]:
    """What parts are said to be, in small letters: each once a part."""
    room = MOST_BYTES
    for part in archive.infolist():
        name = part.filename.replace("\\", "/").lower()
        if name in _LISTS or name.endswith(".rels"):
            blocks = list(no_more_than(room, bounds.watched(member_blocks(archive, part, book)), str(damaged(book))))
            room -= sum(map(len, blocks))
            yield from _Kinds(book).told(blocks)


class _Kinds:
    """Names of elements, and of their attributes the two that say of what kind a part is."""

    def __init__(self, book: str):
        self._book, self._told = book, set()
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.StartDoctypeDeclHandler = self._declare

    def told(self, blocks: list[bytes]) -> set[str]:
        """Raises Refused where the part is not well-formed."""
        try:
            for block in blocks:
                self._parser.Parse(block, False)
            self._parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError):
            raise damaged(self._book) from None
        return self._told

    def _declare(self, *_) -> None:
        raise damaged(self._book)

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        local = element.rpartition(":")[2].lower()
        self._told.add(local)
        if local in ("relationship", "default", "override"):
            self._told.update(value.lower() for name, value in attributes.items() if name.lower() in _SAY_KIND)


_SAY_KIND = ("type", "contenttype")
