"""What a delivered file is called, where its bytes are, and which layout it is of."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.tables.layouts import Layout

from .errors import Changed, Refused


@dataclass(frozen=True)
class Extract:
    """One delivered table: where its file is, its name as delivered, and what its content hashes to once it is unpacked.

    The name is the file's path in the inbox; of a member of an archive or a sheet of a workbook, that and its own name.
    `member` is its place in the archive, for members may share a name; `sheet` its name in the workbook, and `book` what that hashes to. `size` is in
    bytes, unpacked. A workbook that is one of our own lists come back `is_returned`, and is told whole. `seen` is what the file system said of the file before it was hashed: where it says otherwise later,
    the file has changed. `fault` is why it cannot be read, where that was found in looking what the file holds.
    """

    path: Path
    name: str
    sha256: str
    member: int | None = None
    sheet: str | None = None
    size: int = 0
    seen: tuple[int, ...] = ()
    fault: Refused | None = None
    is_returned: bool = False
    book: str = ""

    def check_unchanged(self) -> None:
        """Raises Changed where the file is no longer the one that was hashed, or no file: what is wrong with what lies there now is not
        said of the content that was."""
        if self.seen and self._seen_now() != self.seen:
            raise Changed(f"{self.name} changed while it was read: it is left for the next run.")

    def _seen_now(self) -> tuple[int, ...] | None:
        try:
            return seen(self.path, self.name)
        except Changed:
            raise
        except Refused:
            return None


@dataclass(frozen=True)
class Claimed:
    """An extract and the layout that claims it; null where none does."""

    extract: Extract
    layout: Layout | None


def seen(path: Path, name: str) -> tuple[int, ...]:
    """Size, when its content and its entry last changed, and which file it is. Raises Changed where it is gone, Refused where it
    is no file."""
    try:
        told = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        raise Changed(f"{name} was gone before it could be read: it is left for the next run.") from None
    refuse_no_file(told, name)
    return told.st_size, told.st_mtime_ns, told.st_ctime_ns, told.st_ino


def refuse_no_file(told: os.stat_result, name: str) -> None:
    """Raises Refused for what would lead elsewhere, or be read without end."""
    if stat.S_ISLNK(told.st_mode):
        raise Refused(f"{name} is a link, which is not followed: deliver the file itself.")
    if not stat.S_ISREG(told.st_mode):
        raise Refused(f"{name} is no file but a pipe, a socket, a device or a folder: deliver a file.")


def open_file(path: Path, name: str) -> BinaryIO:
    """The file, however it was exchanged since it was seen: no link is followed, and no pipe waited for. Raises Refused where it is
    no file now."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        refuse_no_file(os.fstat(handle), name)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


@contextmanager
def path_of_the_opened(path: Path, name: str) -> Iterator[str]:
    """A path for readers that want one, which leads to the file as it was opened, whatever lies in its place by now; where the system has no
    such paths, as macOS, the file's own, in whose place another may be put until the reader has opened it. Raises as `open_file` does."""
    with open_file(path, name) as file:
        ours = f"/proc/self/fd/{file.fileno()}"
        yield ours if Path(ours).exists() else str(path)
