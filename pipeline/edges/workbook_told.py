"""Whether a workbook is one of our own lists come back: told by the mark that is in it, before anything else is read of it."""

import zipfile
from collections.abc import Iterable

from .archives import member_blocks
from .bounds import Bounds

MOST_LIST_BYTES = 20_000_000
"""Of all parts of a list, unpacked: a hundred times what one of fifty pupils has."""

BEGINS = "a2n review list"
"""How every mark of a list begins: see `workbook_marks`."""

_SOUGHT = f"{BEGINS}|".encode()


def is_returned_list(archive: zipfile.ZipFile, name: str, sizes: dict[str, int], bounds: Bounds) -> bool:
    """Whether a part of the workbook holds a mark. Its parts were measured: `sizes` are their bytes."""
    if sum(sizes.values()) > MOST_LIST_BYTES:
        return False
    texts = (
        part for part in archive.infolist() if part.filename.lower().endswith(".xml") and "xl/" in part.filename.lower()
    )
    return any(_has(bounds.watched(member_blocks(archive, part, name))) for part in texts)


def _has(blocks: Iterable[bytes]) -> bool:
    rest = b""
    for block in blocks:
        if _SOUGHT in rest + block:
            return True
        rest = block[-len(_SOUGHT) :]
    return False
