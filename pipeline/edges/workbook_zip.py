"""The parts of a workbook as one archive: byte for byte what `zipfile` makes of them."""

import struct
import zlib
from collections.abc import Iterable
from functools import lru_cache

_NEEDS, _UNIX, _DEFLATED = 20, 3, 8
_NO_TIME, _FIRST_DAY = 0, (1 << 5) | 1  # the first day of 1980, as XlsxWriter dates every part
_OWNERS_ALONE = 0o600 << 16
_MOST_KEPT = 10_000
"""Letters. Styles, themes and lists of parts are shorter, and come again in the next workbook."""
_OF_CHILDREN = ("xl/sharedStrings.xml", "xl/worksheets/")
"""Parts that tell of children, of which nothing is kept once their workbook is made."""


def zipped(parts: Iterable[tuple[str, str]]) -> bytes:
    """The parts, each a name and its text, in the order given."""
    told, directory, at = [], [], 0
    for name, text in parts:
        comes_again = len(text) < _MOST_KEPT and not name.startswith(_OF_CHILDREN)
        check, size, packed = _packed_again(text) if comes_again else _packed(text)
        as_bytes = name.encode()
        sizes = (check, len(packed), size, len(as_bytes), 0)
        head = struct.pack("<4s5H3L2H", b"PK\3\4", _NEEDS, 0, _DEFLATED, _NO_TIME, _FIRST_DAY, *sizes)
        made_by = struct.pack(
            "<4s2B5H3L2H", b"PK\1\2", _NEEDS, _UNIX, _NEEDS, 0, _DEFLATED, _NO_TIME, _FIRST_DAY, *sizes
        )
        directory.append(made_by + struct.pack("<3H2L", 0, 0, 0, _OWNERS_ALONE, at) + as_bytes)
        told += [head, as_bytes, packed]
        at += len(head) + len(as_bytes) + len(packed)
    listed = b"".join(directory)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(directory), len(directory), len(listed), at, 0)
    return b"".join([*told, listed, end])


def _packed(text: str) -> tuple[int, int, bytes]:
    content = text.encode()
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
    return zlib.crc32(content), len(content), packer.compress(content) + packer.flush()


_packed_again = lru_cache(maxsize=100)(_packed)
