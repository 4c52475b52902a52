"""What a delivered file holds, unpacked in memory and within bounds: nothing is written anywhere, and no member's name is
used as a path. A member or sheet that cannot be read is refused by itself; a file that grows beyond all measure, whole."""

import errno
import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from .archives import archive_of, listed_members, member_blocks
from .bounds import HELD_BYTES, MOST_BYTES, MOST_MEMBERS, WORKBOOK_BYTES, Bounds, TooLarge, held, no_more_than
from .errors import Changed, Refused
from .extract import Extract, open_file, seen
from .gunzipping import gunzipped
from .kinds import BYTES_LOOKED_AT, PARQUET, Kind, byte_order, foreign, has_noughts, kind_of
from .members import told_sheet
from .workbook_measure import Measure, is_list_of_texts, measured, shared_texts, texts_in
from .workbook_parts import damaged, is_workbook, sheets_seen
from .workbook_runs import refuse_macros, refuse_other_books
from .workbook_told import is_returned_list

_BLOCK = 1 << 18


@contextmanager
def opened(extract: Extract) -> Iterator[BinaryIO]:
    """The unpacked bytes of a file or member, to be read once from the beginning; of a sheet, those of its workbook.

    Raises Refused where it cannot be read, also on the way through it.
    """
    try:
        file = open_file(extract.path, extract.name)
    except OSError as error:
        raise unreadable(extract.name, error) from None
    with _no_longer(file, extract) as file:
        if extract.member is None and kind_in(file) is not Kind.GZIP:
            yield file
            return
        with closing(_unpacked(file, extract)) as blocks:
            yield io.BufferedReader(_Stream(blocks), _BLOCK)


def kind_in(stream: BinaryIO) -> Kind:
    """The kind of what `opened` gave, before any of it is read."""
    return kind_of(stream.peek(BYTES_LOOKED_AT))


def is_packed(extract: Extract) -> bool:
    """Whether its bytes are others than those of the file that it is in."""
    try:
        with open_file(extract.path, extract.name) as file:
            return kind_of(file.read(BYTES_LOOKED_AT)) in (Kind.GZIP, Kind.ZIP)
    except OSError as error:
        raise unreadable(extract.name, error) from None


def _no_longer(file: BinaryIO, extract: Extract) -> BinaryIO:
    """The file, to the end it had when it was seen: one that grows is read to there, and then found to have changed."""
    return io.BufferedReader(_UpTo(file.detach(), extract.seen[0]), _BLOCK) if extract.seen else file


class _UpTo(io.RawIOBase):
    """A file that ends after so many bytes, if not before."""

    def __init__(self, file: io.RawIOBase, size: int):
        self._file, self._size = file, size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def seek(self, to: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(self._size + to) if whence == io.SEEK_END else self._file.seek(to, whence)

    def readinto(self, room) -> int:
        left = max(self._size - self._file.tell(), 0)
        return self._file.readinto(memoryview(room)[:left])

    def close(self) -> None:
        self._file.close()
        super().close()


def unreadable(name: str, error: OSError) -> Refused:
    if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == errno.ELOOP:
        return Changed(f"{name} was gone before it could be read: it is left for the next run.")
    return Refused(f"{name} cannot be read ({error.strerror}): check its permissions and the disk.")


class _Stream(io.RawIOBase):
    """Blocks of bytes as a file to be read."""

    def __init__(self, blocks: Iterator[bytes]):
        self._blocks, self._rest = blocks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, room) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        length = min(len(room), len(self._rest))
        room[:length], self._rest = self._rest[:length], self._rest[length:]
        return length


def _unpacked(file: BinaryIO, extract: Extract) -> Iterator[bytes]:
    bounds = Bounds(extract.name)
    if extract.member is None:
        yield from _content(_blocks_of(file, bounds), extract.name, bounds)[1]
        return
    with archive_of(file, extract.name, bounds) as archive:
        blocks = bounds.watched(member_blocks(archive, archive.infolist()[extract.member], extract.name))
        yield from _content(blocks, extract.name, bounds)[1]


def _blocks_of(file: BinaryIO, bounds: Bounds) -> Iterator[bytes]:
    return (bounds.take(block) for block in iter(partial(file.read, _BLOCK), b""))


def _content(blocks: Iterator[bytes], name: str, bounds: Bounds) -> tuple[Kind, Iterator[bytes]]:
    """What these blocks are, or hold if they are a gzip; and the same blocks, or what they hold."""
    start, blocks = _begun(blocks)
    if kind_of(start) is Kind.GZIP:
        start, blocks = _begun(bounds.watched(gunzipped(blocks, name)))
        if kind_of(start) is Kind.GZIP:
            raise _nested(name)
    return kind_of(start), blocks


def _begun(blocks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Enough of the first bytes to tell a kind by, and all of them."""
    start = b""
    while len(start) < BYTES_LOOKED_AT and (block := next(blocks, None)) is not None:
        start += block
    return start, chain([start] if start else [], blocks)


def _nested(name: str) -> Refused:
    return Refused(f"{name} is an archive within an archive: take it out of the other and deliver it by itself.")


# What a file holds


def tables_in(path: Path, name: str) -> list[Extract]:
    """Every table in a file: itself, or what a gzip holds, each member of an archive, each sheet of a workbook.

    What cannot be read is among them, with its `fault`; so is a file that changed while it was looked through.
    """
    whole = Extract(path, name, _hash_of(name))
    try:
        whole = replace(whole, seen=seen(path, name))
        tables = _tables(whole)
        whole.check_unchanged()
    except Changed as why:
        return [replace(whole, fault=why)]
    except Refused as why:  # it is no file
        return [replace(whole, fault=why)]
    except OSError as error:  # known by when it was last touched: tried again once somebody has changed its permissions
        return [replace(whole, sha256=_hash_of(f"{name} {whole.seen[2:]}"), fault=unreadable(name, error))]
    return tables


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _tables(whole: Extract) -> list[Extract]:
    with _no_longer(open_file(whole.path, whole.name), whole) as file:
        try:
            return list(_not_too_many(_found(file, whole), whole.name))
        except Refused as why:
            return [replace(whole, sha256=_known_by(file, whole), fault=why)]


def _not_too_many(found: Iterator[Extract], name: str) -> Iterator[Extract]:
    """Raises TooLarge for a file that holds more tables than one may, in whatever of its members and sheets they lie."""
    for number, one in enumerate(found):
        if number >= MOST_MEMBERS:
            raise TooLarge(f"{name} holds over {MOST_MEMBERS:,} tables in all: deliver it in several files.")
        yield one


def _known_by(file: BinaryIO, whole: Extract) -> str:
    """What a file that is refused is known by: its bytes; where those are very many, its name and when it was last touched."""
    return _hash_of_bytes(file) if whole.seen[0] <= HELD_BYTES else _hash_of(f"{whole.name} {whole.seen}")


def _hash_of_bytes(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def _found(file: BinaryIO, whole: Extract) -> Iterator[Extract]:
    bounds = Bounds(whole.name)
    start = file.read(BYTES_LOOKED_AT)
    _refuse_at_once(file, start, whole)
    file.seek(0)
    if kind_of(start) is not Kind.ZIP:
        yield from _held_in(_blocks_of(file, bounds), whole, bounds)
        return
    with archive_of(file, whole.name, bounds) as archive:
        if is_workbook(archive, whole.name):
            yield from _sheets(archive, file, whole, bounds)
        else:
            yield from _members(archive, file, whole, bounds)


def not_parquet(name: str) -> Refused:
    return Refused(f"{name} cannot be read as Parquet: it is cut short or damaged. Deliver it again.")


def _refuse_at_once(file: BinaryIO, start: bytes, whole: Extract) -> None:
    """Raises Refused for what need not be gone through to know that it is not read."""
    if whole.seen[0] > MOST_BYTES:
        raise TooLarge(f"{whole.name} is over {MOST_BYTES // 10**9} GB: deliver it in parts.")
    kind = kind_of(start)
    if whole.seen[0] > HELD_BYTES and kind is Kind.FOREIGN:
        raise Refused(f"{whole.name} is {foreign(start)}.")
    if whole.seen[0] > HELD_BYTES and kind is Kind.PARQUET:
        file.seek(-len(PARQUET), os.SEEK_END)
        if file.read() != PARQUET:
            raise not_parquet(whole.name)
    is_of_noughts = kind in (Kind.TEXT, Kind.XML) and has_noughts(start)
    if is_of_noughts or (b"\0" in start and kind is Kind.TEXT and byte_order(start) in (None, "utf-8")):
        raise Refused(f"{whole.name} is not text: deliver it as CSV, XLSX, Parquet or XML.")


def _held_in(blocks: Iterator[bytes], one: Extract, bounds: Bounds) -> Iterator[Extract]:
    """The one table that these blocks are, or the sheets of the workbook that they are."""
    kind, blocks = _content(blocks, one.name, bounds)
    if kind is not Kind.ZIP:
        yield _hashed(blocks, one)
        return
    book = io.BytesIO(held(blocks, one.name))
    with archive_of(book, one.name, bounds) as archive:
        if not is_workbook(archive, one.name):
            raise _nested(one.name)
        yield from _sheets(archive, book, one, bounds)


def _hashed(blocks: Iterator[bytes], one: Extract) -> Extract:
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return replace(one, sha256=digest.hexdigest(), size=size)


def _members(archive: zipfile.ZipFile, file: BinaryIO, whole: Extract, bounds: Bounds) -> Iterator[Extract]:
    for place, shown in listed_members(archive, whole.name).items():
        one = replace(whole, name=f"{whole.name}/{shown}", member=place)
        blocks = bounds.watched(member_blocks(archive, archive.infolist()[place], one.name))
        try:
            yield from _held_in(blocks, one, bounds)
        except TooLarge:
            raise
        except Refused as why:  # tried again once the archive is another
            yield replace(one, sha256=_hash_of(f"{_hash_of_bytes(file)}/{place}"), fault=why)


def _sheets(archive: zipfile.ZipFile, book: BinaryIO, one: Extract, bounds: Bounds) -> Iterator[Extract]:
    """A sheet is known by its name and its workbook's bytes: to know it by its cells, each cell of every workbook in the
    inbox would have to be rendered every night, only to learn that nothing is new."""
    refuse_macros(archive, one.name, bounds)
    measures = _measures(archive, one.name, bounds)
    if is_returned_list(archive, one.name, {name: told.size for name, told in measures.items()}, bounds):
        yield replace(
            one, sha256=_hash_of_bytes(book), size=sum(told.size for told in measures.values()), is_returned=True
        )
        return
    refuse_other_books(archive, one.name, bounds)
    seen_ones = sheets_seen(archive, one.name)
    if not measures.keys() >= set(seen_ones.values()):
        raise damaged(one.name)
    filled = [
        (number, name, part)
        for number, (name, part) in enumerate(seen_ones.items(), start=1)
        if measures[part].has_cells
    ]
    if not filled:
        raise Refused(f"{one.name} is a workbook with nothing in its sheets: deliver it again.")
    digest = _hash_of_bytes(book)
    for number, name, part in filled:
        sha256 = _hash_of(f"{digest}/{name}")
        size = measures[part].size + measures[part].texts
        yield replace(
            one, name=f"{one.name}/{told_sheet(name, number)}", sha256=sha256, sheet=name, size=size, book=digest
        )


def _measures(archive: zipfile.ZipFile, name: str, bounds: Bounds) -> dict[str, Measure]:
    """Of each part of a workbook, by its name in the archive."""
    measures, room = {}, WORKBOOK_BYTES
    too_large = f"{name} is over {WORKBOOK_BYTES // 10**6} MB once unpacked, too large a workbook: deliver it as CSV."

    def blocks_of(part: zipfile.ZipInfo) -> Iterator[bytes]:
        return no_more_than(room, bounds.watched(member_blocks(archive, part, name)), too_large)

    for part in archive.infolist():
        measures[part.filename] = measured(partial(blocks_of, part), name)
        room -= measures[part.filename].size
    return measures | _with_texts(archive, measures, name, bounds)


def _with_texts(
    archive: zipfile.ZipFile, measures: dict[str, Measure], name: str, bounds: Bounds
) -> dict[str, Measure]:
    """The measures of sheets, with the texts that their cells share. Raises Refused where they are too long together."""
    lists = [part for part in archive.infolist() if is_list_of_texts(part.filename)]
    if not lists:
        return {}
    if len(lists) > 1:  # and nobody knows which of them a reader takes
        raise damaged(name)
    shared = shared_texts(bounds.watched(member_blocks(archive, lists[0], name)), name)
    found, room = {}, WORKBOOK_BYTES
    for part, measure in measures.items():
        if measure.has_cells:
            sheet = bounds.watched(member_blocks(archive, archive.getinfo(part), name))
            found[part] = replace(measure, texts=texts_in(sheet, shared, name))
            room -= found[part].texts
    if room < 0:
        raise Refused(
            f"{name} says the same long texts in so many cells that they are over {WORKBOOK_BYTES // 10**6} MB together: "
            "take those out, or deliver it as CSV."
        )
    return found
