"""What a delivered file is called, and which layout it is of."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.tables.layouts import Layout


@dataclass(frozen=True)
class Extract:
    """One delivered table: where its file is, its name as delivered, and what its bytes hash to.

    The name is the file's path in the inbox; of a `member` of an archive or a sheet of a workbook, that and its own name.
    `seen` is what the file system said of the file when it was hashed: where it says otherwise later, the file has changed.
    """

    path: Path
    name: str
    sha256: str
    member: str | None = None
    seen: tuple[int, ...] = ()


@dataclass(frozen=True)
class Claimed:
    """An extract and the layout that claims it; null where none does."""

    extract: Extract
    layout: Layout | None
