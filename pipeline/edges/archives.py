"""Zip archives, which XLSX workbooks are too. What a damaged one makes its reader raise is put in words here."""

import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from .bounds import MOST_MEMBERS, Bounds
from .errors import Refused
from .members import delivered, shown_names

LONGEST_LISTING = 2_000_000
"""Bytes of an archive's list of its members, which is read in one go: two thousand for each it may have."""

_BLOCK = 1 << 18
_HAS_PASSWORD = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def archive_of(file: BinaryIO, name: str, bounds: Bounds) -> zipfile.ZipFile:
    """Raises Refused where it cannot be opened."""
    try:
        return zipfile.ZipFile(_Watched(file, name, bounds))
    except Refused:
        raise
    except Exception:
        raise Refused(
            f"{name} cannot be opened as a zip archive: it is cut short or damaged. Deliver it again."
        ) from None


def listed_members(archive: zipfile.ZipFile, name: str) -> dict[int, str]:
    """The members somebody put there, by their places: the name each is shown by. Raises Refused for too many, or none."""
    if (
        delivered(archive.infolist()) > MOST_MEMBERS
    ):  # before any is named: to keep names apart that are all alike takes long
        raise _too_many(name)
    shown = shown_names(archive.infolist())
    if not shown:
        raise Refused(f"{name} is an archive with nothing in it: deliver it again.")
    return shown


def _too_many(name: str) -> Refused:
    return Refused(f"{name} has over {MOST_MEMBERS:,} members: deliver it in several archives.")


def member_blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The member's bytes, unpacked. Raises Refused, calling it `name`, where they cannot be had."""
    if member.flag_bits & _HAS_PASSWORD:
        raise Refused(f"{name} has a password: deliver it without one.")
    if member.compress_type not in _METHODS:
        raise Refused(f"{name} is packed in a way that is not read: pack it again as an ordinary zip.")
    try:
        with archive.open(member) as file:
            while block := file.read(_BLOCK):
                yield block
    except Exception:
        raise Refused(f"{name} is damaged and cannot be unpacked: deliver it again.") from None


class _Watched:
    """A file of which bytes are counted as they are read, and nothing is read that is longer than a list should be."""

    def __init__(self, file: BinaryIO, name: str, bounds: Bounds):
        self._file, self._name, self._bounds = file, name, bounds
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        told = self._file.read(size if 0 <= size <= LONGEST_LISTING else LONGEST_LISTING + 1)
        if len(told) > LONGEST_LISTING:
            raise _too_many(self._name)
        return self._bounds.take(told)
