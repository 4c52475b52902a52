"""The records of an XML file, as a stream: each element of a declared kind is a row, whatever it is wrapped in.

Names match without their namespace, capitals and punctuation. Every different path of elements is looked at once, and
what is done with its text is settled then, so that a file of any size is read in the memory of a few thousand rows.
Expat fetches nothing, and expands nothing that a file declares: one with a document type is refused where that begins.
"""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from enum import Enum, auto
from typing import BinaryIO
from xml.parsers import expat

import polars as pl

from pipeline.tables.layouts import Layout, spelt

from .errors import Refused
from .extract import Extract

BYTES_AT_ONCE = 1 << 18
ROWS_AT_ONCE = 20_000
TEXT_AT_ONCE = 1_000_000  # characters: each of a register's string may become a row

DEEPEST = 64
MOST_PATHS = 10_000
LONGEST_TAG = 1 << 20  # bytes, attributes and all
LONGEST_TEXT = 100_000  # characters between two tags; a year's register marks are one or two thousand

FREE_ELEMENTS, FEWEST_BYTES_AN_ELEMENT = 3_000_000, 12
"""Each takes time, whatever it says. The shortest of a census, a code in its two tags, has some thirty bytes."""

KEY_OF_FILE, KEY_OF_RECORD, KEY_OF_UNDER = "xmlfile", "xmlrecord", "xmlunder"
"""Headers of columns that are in no file: a key of the file; of the record, by its number in it; and of the innermost
element the record lies `under`, by its number among those. No two files share one."""


def headers(stream: BinaryIO, name: str = "The file") -> list[str]:
    """What stands for the headers of an XML file: `xml:message` (its root), `xml:collection=sc` (what its Header says it
    is), and `xml:has=senneed` for each kind of element in it.

    Reads it to its end. Raises Refused, with the line, unless all of it is well-formed and within bounds: so no part of
    a broken file is ever taken in.
    """
    heading = _Heading(name)
    for _ in heading.read(stream):
        pass
    return heading.headers()


def rows(stream: BinaryIO, extract: Extract, layout: Layout) -> Iterator[pl.DataFrame]:
    """The records of `layout` as frames of text, their columns its headers, with `row_number`.

    That is a record's number among those of the layout, in document order, from 1. Of two elements that say one column
    the first with content counts; what is said in the record itself counts before what is said around it.
    """
    records = _Records(layout, extract)
    for _ in records.read(stream):
        if records.complete and records.are_many:
            yield records.taken()
    if records.complete:
        yield records.taken()


class _Is(Enum):
    """What the elements at some place are to a reader."""

    RECORD = auto()
    UNDER = auto()  # records lie in it, and share what is said in it
    SAID = auto()  # its text is a value
    IN_SAID = auto()


class _Place:
    """One path of elements, wherever it occurs: its last name, the places in it, and what the reader does there."""

    __slots__ = ("depth", "header", "inner", "is_apart", "name", "outer", "what", "within")

    def __init__(self, name: str, outer: "_Place | None"):
        self.name, self.outer = name, outer
        self.inner: dict[str, _Place] = {}
        self.depth: int = outer.depth + 1 if outer else 0
        self.within: _Is | None = outer.within if outer else None  # the innermost RECORD or UNDER
        self.is_apart: bool = outer.is_apart if outer else False
        self.what: _Is | None = None
        self.header = ""

    def around(self) -> set[str]:
        """The names of the places this one lies in."""
        return self.outer.around() | {self.outer.name} if self.outer else set()


class _Reader(ABC):
    """Walks through a file, a piece at a time."""

    def __init__(self, name: str):
        self._name, self._paths, self._elements, self._text = name, 0, 0, 0
        self._here = _Place("", None)
        parser = self._parser = expat.ParserCreate()
        parser.buffer_text, parser.buffer_size, parser.ordered_attributes = True, 1 << 14, True
        parser.StartElementHandler, parser.EndElementHandler = self._begin, self._end
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.XmlDeclHandler = self._declared

    def read(self, stream: BinaryIO) -> Iterator[None]:
        fed = 0
        while piece := stream.read(BYTES_AT_ONCE):
            self._parse(piece, is_last=False)
            fed += len(piece)
            if fed - self._parser.CurrentByteIndex > LONGEST_TAG:
                raise self._refused("a tag or remark is longer than a megabyte, as in no census or CTF: export it anew")
            if self._elements > max(FREE_ELEMENTS, fed // FEWEST_BYTES_AN_ELEMENT):
                raise self._refused("there are millions of elements with next to nothing in them: take those out")
            yield
        self._parse(b"", is_last=True)
        yield

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(piece, is_last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise self._refused(_what_is_wrong(error)) from None

    def _refused(self, why: str) -> Refused:
        return Refused(f"{self._name}, line {self._parser.CurrentLineNumber}: {why}.")

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        """Python would read by any codec it has, those too that make other letters of what is there."""
        if encoding and not _ENCODINGS.fullmatch(encoding):
            raise self._refused(_OTHER_ENCODING)

    def _refuse_doctype(self, *_) -> None:
        raise self._refused("it declares a document type (DOCTYPE), as no census or CTF does: export it without")

    def _begin(self, name: str, _) -> None:
        place = self._here.inner.get(name)
        if place is None:
            place = self._found(name)
        self._here = place
        self._elements += 1
        self._text = 0
        if place.what:
            self._begun(place)

    def _end(self, _) -> None:
        place = self._here
        self._here = place.outer
        if place.what:
            self._ended(place)

    def _found(self, name: str) -> _Place:
        """A path not met before."""
        place = _Place(spelt(name.rpartition(":")[2]), self._here)
        self._paths += 1
        if place.depth > DEEPEST or self._paths > MOST_PATHS:
            raise self._refused(
                "elements are nested deeper, or of more kinds, than in any census or CTF: export it anew"
            )
        self._here.inner[name] = place
        self._settle(place)
        return place

    @abstractmethod
    def _settle(self, place: _Place) -> None:
        """Say what a newly met place is, if it is anything."""

    @abstractmethod
    def _begun(self, place: _Place) -> None:
        """An element begins at a place that is something."""

    @abstractmethod
    def _ended(self, place: _Place) -> None:
        """And ends."""


_ENCODINGS = re.compile(r"utf-?(8|16)|(us-)?ascii|iso-8859-\d{1,2}|windows-125\d", re.IGNORECASE)
"""Those that systems export in."""

_OTHER_ENCODING = "the encoding it names is not known, or not the one it is in: export it as UTF-8"

_OF_ENCODING = {
    expat.errors.codes[expat.errors.XML_ERROR_UNKNOWN_ENCODING], expat.errors.codes[expat.errors.XML_ERROR_INCORRECT_ENCODING],
}  # fmt: skip


def _what_is_wrong(error: Exception) -> str:
    """Of an encoding nobody knows, or one of several bytes a letter, Python's own errors come through the parser."""
    if not isinstance(error, expat.ExpatError) or error.code in _OF_ENCODING:
        return _OTHER_ENCODING
    return "the XML breaks off or is damaged there: deliver the file again, whole"


class _Heading(_Reader):
    """Learns what kind of file this is, and that all of it can be read."""

    def __init__(self, name: str):
        super().__init__(name)
        self._names: dict[str, None] = {}
        self._collection: list[str] = []
        self._parser.CharacterDataHandler = self._hear

    def headers(self) -> list[str]:
        collection = spelt("".join(self._collection))
        said = [f"xml:collection={collection}"] if collection else []
        return [f"xml:{next(iter(self._names))}", *said, *(f"xml:has={name}" for name in self._names)]

    def _settle(self, place: _Place) -> None:
        if place.name == "collection" and "collection" not in self._names and "header" in place.around():
            place.what = _Is.SAID
        self._names[place.name] = None

    def _hear(self, piece: str) -> None:
        self._text += len(piece)
        if self._text > LONGEST_TEXT:
            raise self._refused(
                f"a text is longer than {LONGEST_TEXT:,} characters, as in no census or CTF: export it anew"
            )
        if self._here.what:
            self._collection.append(piece)

    def _begun(self, place: _Place) -> None:
        """Text is heard wherever it stands."""

    def _ended(self, place: _Place) -> None:
        place.what = None  # of two, the first counts


class _Records(_Reader):
    """Gathers the records of a layout. `complete` are those to which nothing can be added."""

    def __init__(self, layout: Layout, extract: Extract):
        super().__init__(extract.name)
        self._layout, self._key = layout, file_key(extract)
        self._around = [self._keyed(KEY_OF_FILE, self._key)]  # what is said around the place we are at, outermost first
        self._pending: list[dict[str, str]] = []  # records whose surroundings have not ended
        self._before = [0]  # how many of them there were when each of those began
        self._records = self._unders = self._taken = self._heard = 0
        self._pieces: list[str] = []
        self.complete: list[dict[str, str]] = []

    @property
    def are_many(self) -> bool:
        """Whether there is as much as should be held at once, complete or not."""
        return len(self.complete) + len(self._pending) >= ROWS_AT_ONCE or self._heard >= TEXT_AT_ONCE

    def taken(self) -> pl.DataFrame:
        """The complete rows, which are let go of."""
        complete, self.complete, self._heard = self.complete, [], 0
        first, self._taken = self._taken + 1, self._taken + len(complete)
        columns = {header: [row.get(header) for row in complete] for header in self._layout.columns}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
        return frame.with_columns(row_number=pl.int_range(first, self._taken + 1, dtype=pl.Int64))

    def _settle(self, place: _Place) -> None:
        outer, layout = place.outer, self._layout
        is_shared = not place.is_apart and outer.within is not _Is.RECORD
        if outer.what in (_Is.SAID, _Is.IN_SAID):
            place.what = _Is.IN_SAID
        elif is_shared and place.name in layout.record and self._is_where_records_are(place):
            place.what = place.within = _Is.RECORD
        elif is_shared and place.name in layout.under:
            place.what = place.within = _Is.UNDER
        elif place.is_apart or place.name in layout.apart:
            place.is_apart = True
        else:
            place.header = self._header_of(place)
            place.what = _Is.SAID if place.header else None

    def _is_where_records_are(self, place: _Place) -> bool:
        around, layout = place.around(), self._layout
        return around.isdisjoint(layout.outside) and not (layout.inside and around.isdisjoint(layout.inside))

    def _header_of(self, place: _Place) -> str:
        """The column this place says: by its own name and that of the one it is in, or else, in a record or what lies
        around records, by its own alone."""
        names = [place.outer.name + place.name, place.name] if place.within else [place.outer.name + place.name]
        return next((name for name in names if name in self._layout.columns), "")

    def _begun(self, place: _Place) -> None:
        if place.what is _Is.SAID:
            self._pieces.clear()
            self._parser.CharacterDataHandler = self._pieces.append
        elif place.what is _Is.RECORD:
            self._records += 1
            self._around.append(self._keyed(KEY_OF_RECORD, f"{self._key}-{self._records}"))
        elif place.what is _Is.UNDER:
            self._unders += 1
            self._around.append(self._keyed(KEY_OF_UNDER, f"{self._key}-{self._unders}"))
            self._before.append(len(self._pending))
        else:
            self._parser.CharacterDataHandler = None

    def _keyed(self, header: str, key: str) -> dict[str, str]:
        return {header: key} if header in self._layout.columns else {}

    def _ended(self, place: _Place) -> None:
        if place.what is _Is.SAID:
            self._parser.CharacterDataHandler = None
            text, said = "".join(self._pieces), self._around[-1]
            self._heard += len(text)
            if text and not text.isspace():
                said.setdefault(place.header, text)
        elif place.what is _Is.RECORD:
            self._pending.append(self._around.pop())
            self._complete(even_if_more_is_said=len(self._around) > 1 and not self.complete and self.are_many)
        elif place.what is _Is.UNDER:
            self._surround(-1)
            self._around.pop(), self._before.pop()
            self._complete()
            if not self.complete and not self._pending:
                self._heard = 0

    def _surround(self, level: int) -> None:
        """The records within one of the surroundings we are in have what is said there."""
        said, first = self._around[level], self._before[level]
        self._pending[first:] = [said | row for row in self._pending[first:]]

    def _complete(self, *, even_if_more_is_said: bool = False) -> None:
        """Records around which all has been said, but for what the document says further on. There may be too many to
        wait for that: then they have what was said before them."""
        if even_if_more_is_said:
            for level in reversed(range(1, len(self._around))):
                self._surround(level)
            self._before = [0] * len(self._before)
        if even_if_more_is_said or len(self._around) == 1:
            self.complete += [self._around[0] | row for row in self._pending]
            self._pending.clear()


def file_key(extract: Extract) -> str:
    """A key for a file that has none in it: the same for the same content, and in no other file."""
    return hashlib.sha256(extract.sha256.encode()).hexdigest()[:16]
