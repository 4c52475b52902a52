"""What a gzip holds, piece by piece. A header, or many small pieces, can keep the standard library's reader busy for hours."""

import zlib
from collections.abc import Iterable, Iterator

from .bounds import MOST_PIECES, TooLarge
from .errors import Refused

_BLOCK = 1 << 20
_GZIP = 31  # what zlib calls it


def gunzipped(blocks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Raises Refused where it is cut short, damaged, or made of too many pieces."""
    unpacking, pieces = None, 0
    for block in blocks:
        while block and not (unpacking is None and pieces and _is_padding(block)):
            if unpacking is None:
                pieces += 1
                if pieces > MOST_PIECES:
                    raise TooLarge(f"{name} is made of over {MOST_PIECES:,} pieces: compress it again in one.")
                unpacking = zlib.decompressobj(_GZIP)
            yield from _inflated(unpacking, block, name)
            block = unpacking.unused_data
            if unpacking.eof:
                unpacking = None
    if unpacking is not None:
        raise Refused(f"{name} is cut short: deliver it again, whole.")


def _is_padding(block: bytes) -> bool:
    return not block.strip(b"\0")


def _inflated(unpacking, block: bytes, name: str) -> Iterator[bytes]:
    """What comes of `block`, up to the end of a piece."""
    while not unpacking.eof:
        try:
            inflated = unpacking.decompress(block, _BLOCK)
        except zlib.error:
            raise Refused(f"{name} is damaged and cannot be unpacked: deliver it again.") from None
        block = unpacking.unconsumed_tail
        if inflated:
            yield inflated
        if not block and len(inflated) < _BLOCK:
            return
