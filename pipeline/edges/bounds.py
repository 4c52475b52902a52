"""How far a container may grow when it is opened: judged on the bytes that come out of it, never on what it declares."""

from collections.abc import Iterable, Iterator

from .errors import Refused

MOST_BYTES = 4_000_000_000
"""Six times the marks of fifty thousand pupils for a year, written out as CSV."""

FREE_BYTES = 100_000_000
MOST_TIMES = 200
"""Registers shrink to a tenth, the most repetitive XML to a fiftieth; what shrinks to less is made to, but up to FREE_BYTES
nobody minds."""

MOST_MEMBERS = 300
"""Members of an archive, or sheets of a workbook: to look at a small table takes a sixtieth of a second, and none may take five. A trust's largest nightly
export is some hundred files."""

MOST_PIECES = 1_000
"""Pieces a gzip is made of: some programs begin one every 64 kilobytes."""

HELD_BYTES = 500_000_000
"""A Parquet file in a container, and a workbook in one, can only be read whole: held in memory."""

WORKBOOK_BYTES = 250_000_000
"""A workbook's parts, unpacked: some seven hundred thousand marks. Its reader holds several times as much."""

ROWS_LOOKED_DOWN = 10
"""Rows within which a header stands: above it may be a title, a date, a line of who made it."""


MANY_BYTES, MOST_TIMES_OF_MANY = 1_000_000_000, 60
"""What grows to as much by more than the most repetitive XML does is made to."""


class TooLarge(Refused):
    """A container grows beyond its bounds: none of it is read."""


class Bounds:
    """What went into the opening of one container so far, and what came out."""

    def __init__(self, name: str):
        self._name = name
        self._packed = self._grown = 0

    def take(self, packed: bytes) -> bytes:
        """The same bytes, which are read in order to be unpacked."""
        self._packed += len(packed)
        return packed

    def watched(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same blocks, which came out. Raises TooLarge as soon as they, or all so far, are too many."""
        packed_before, grown = self._packed, 0
        for block in blocks:
            grown += len(block)
            self._grown += len(block)
            self._check(grown, self._packed - packed_before)
            self._check(self._grown, self._packed)
            yield block

    def _check(self, grown: int, packed: int) -> None:
        if grown > MOST_BYTES:
            raise TooLarge(f"{self._name} holds over {MOST_BYTES // 10**9} GB when it is opened: deliver it in parts.")
        times = MOST_TIMES_OF_MANY if grown > MANY_BYTES else MOST_TIMES
        if grown > FREE_BYTES and grown > packed * times:
            raise TooLarge(
                f"{self._name} grows to over {times} times its size when it is opened, as no register does: "
                "deliver the files themselves."
            )


def held(blocks: Iterable[bytes], name: str) -> bytes:
    """All of them. Raises Refused where they are more than is held in memory."""
    too_many = f"{name} is over {HELD_BYTES // 10**6} MB once unpacked: deliver it by itself, or as CSV."
    return b"".join(no_more_than(HELD_BYTES, blocks, too_many))


def no_more_than(most: int, blocks: Iterable[bytes], otherwise: str) -> Iterator[bytes]:
    """The same blocks. Raises Refused, saying `otherwise`, where they are over `most` bytes together."""
    for block in blocks:
        most -= len(block)
        if most < 0:
            raise Refused(otherwise)
        yield block
