"""How large the pages of a Parquet file are said to be where they stand, which is what its reader makes room for.

What the end of the file says of them may be anything. The heading of a page is a structure of Thrift's compact protocol, of which the
second field is the page's bytes unpacked and the third those that it takes in the file.
"""

from collections.abc import Iterable
from typing import BinaryIO

MOST_PAGES = 100_000
_USUAL_HEADING, _LONGEST_HEADING = 1 << 10, 1 << 18  # bytes
_UNPACKED, _PACKED = 2, 3


class TooMany(Exception):
    """More pages than any table has."""


def largest_pages(file: BinaryIO, columns: Iterable[list[tuple[int, int]]]) -> int:
    """Bytes, unpacked, of the largest page of each column together; a column is where its parts begin and end in the file.

    Raises TooMany; and ValueError where there is something else than a heading, of which nobody could say what a reader makes of it.
    """
    room, total = MOST_PAGES, 0
    for parts in columns:
        largest = 0
        for at, end in parts:
            while at < end:
                room -= 1
                if room < 0:
                    raise TooMany
                unpacked, at = _heading(file, at)
                largest = max(largest, unpacked)
        total += largest
    return total


def _heading(file: BinaryIO, at: int) -> tuple[int, int]:
    """The bytes of the page there, unpacked, and where the next one begins. Raises ValueError where there is none."""
    for longest in (_USUAL_HEADING, _LONGEST_HEADING):
        file.seek(at)
        text = file.read(longest)
        try:
            told, length = _fields(text, 0, depth=0)
        except IndexError:
            continue
        if min(told.get(_UNPACKED, -1), told.get(_PACKED, -1)) < 0 or length > len(text):
            raise ValueError
        return told[_UNPACKED], at + length + told[_PACKED]
    raise ValueError


_DEEPEST = 8


def _fields(text: bytes, at: int, *, depth: int) -> tuple[dict[int, int], int]:
    """The whole numbers among the fields of a structure, by their numbers, and where it ends. Raises IndexError or ValueError."""
    told, number = {}, 0
    if depth > _DEEPEST:
        raise ValueError
    while text[at]:
        kind, step = text[at] & 0x0F, text[at] >> 4
        at += 1
        if step:
            number += step
        else:
            number, at = _number(text, at)
        if kind in _WHOLE:
            told[number], at = _number(text, at)
        else:
            at = _past(text, at, kind, depth)
    return told, at + 1


_WHOLE = (4, 5, 6)
_OF_ONE_BYTE, _OF_NONE, _DOUBLE, _BYTES, _LISTS, _STRUCTURE = 3, (1, 2), 7, 8, (9, 10), 12


def _past(text: bytes, at: int, kind: int, depth: int) -> int:
    """Where a value of that kind ends. Raises IndexError or ValueError."""
    if kind in _OF_NONE:
        return at
    if kind in (_OF_ONE_BYTE, _DOUBLE):
        return at + (1 if kind == _OF_ONE_BYTE else 8)
    if kind in _WHOLE:
        return _number(text, at)[1]
    if kind == _BYTES:
        length, at = _varint(text, at)
        return at + length
    if kind == _STRUCTURE:
        return _fields(text, at, depth=depth + 1)[1]
    if kind not in _LISTS:
        raise ValueError
    many, of = text[at] >> 4, text[at] & 0x0F
    many, at = _varint(text, at + 1) if many == 15 else (many, at + 1)
    for _ in range(many):
        at = at + 1 if of in _OF_NONE else _past(text, at, of, depth + 1)
    return at


def _number(text: bytes, at: int) -> tuple[int, int]:
    told, at = _varint(text, at)
    return (told >> 1) ^ -(told & 1), at


def _varint(text: bytes, at: int) -> tuple[int, int]:
    told = 0
    for shift in range(0, 70, 7):
        told |= (text[at] & 0x7F) << shift
        at += 1
        if not text[at - 1] & 0x80:
            return told, at
    raise ValueError
