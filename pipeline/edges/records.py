"""A stream of text cut where its records end: at a line break outside quotation marks."""

from collections.abc import Iterator

import numpy as np

LONGEST_RECORD = 1 << 22
"""Bytes: what has not ended by then was never meant as one row."""


class Unending(Exception):
    """A record that does not end, in words that come after its row's number."""


def records(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes, in pieces of whole records. Raises Unending, after the pieces before, where one does not end."""
    rest = b""
    for block in blocks:
        rest += block
        end = last_end(rest)
        if end:
            yield rest[:end]
            rest = rest[end:]
        if len(rest) > LONGEST_RECORD:
            raise _unending(rest)
    if rest.count(b'"') % 2:
        raise _unending(rest)
    if rest:
        yield rest


def _unending(rest: bytes) -> Unending:
    if rest.count(b'"') % 2:
        return Unending("a quotation mark is opened there and never closed: close it, or take it out.")
    return Unending(f"it does not end within {LONGEST_RECORD >> 20} MB: deliver one row a line.")


def no_denser(piece: bytes, width: int, most_cells: int) -> Iterator[bytes]:
    """A piece of whole records in pieces of at most so many cells of `width` columns, as far as they can be cut."""
    middle = last_end(piece[: len(piece) // 2]) if piece.count(b"\n") * width > most_cells else 0
    if middle:
        yield from no_denser(piece[:middle], width, most_cells)
        yield from no_denser(piece[middle:], width, most_cells)
    else:
        yield piece


def last_end(text: bytes) -> int:
    """Where the last record that ends in `text` does; nought where none does."""
    newline = text.rfind(b"\n")
    if newline < 0 or text.count(b'"', 0, newline) % 2 == 0:
        return newline + 1
    ends = _ends(text)
    return int(ends[-1]) if ends.size else 0


def end_of(text: bytes, number: int) -> int:
    """Where the record of that number, counted from nought, ends in `text`; at the end of it where it has no more."""
    ends = _ends(text)
    return int(ends[number]) if ends.size > number else len(text)


def _ends(text: bytes) -> np.ndarray:
    letters = np.frombuffer(text, np.uint8)
    inside = np.logical_xor.accumulate(letters == ord('"'))
    return np.flatnonzero((letters == ord("\n")) & ~inside) + 1
