"""What is said beside the inbox, by a file's name: why it was refused, or which of its rows are set aside."""

import hashlib
import re
from pathlib import Path, PurePosixPath

import polars as pl

from pipeline.vocabulary.formulas import kept_a_text
from pipeline.vocabulary.made_up import MADE_UP

from .in_place import write_whole
from .settings import Home


def write_refusal(home: Home, name: str, reason: str | None) -> None:
    """Say in set_aside/, by the file's name, why it was refused; where it no longer is, take that back.

    Of a member of an archive, what was said of the archive is taken back too: it can be opened now.
    """
    for container in list(PurePosixPath(name).parents)[:-1]:
        _beside(home, str(container), _REFUSED).unlink(missing_ok=True)
    path = _beside(home, name, _REFUSED)
    if reason:
        _write(path, reason + "\n" + (f"{MADE_UP}\n" if home.settings.demo else ""))
    else:
        path.unlink(missing_ok=True)


def write_set_aside(home: Home, name: str, rows: pl.DataFrame) -> None:
    """Say in set_aside/, by the file's name, which of its rows are set aside and why; where none is, nothing is said. Of a made-up
    home each row says that it is made up."""
    path = _beside(home, name, ".set_aside.csv")
    if rows.is_empty():
        path.unlink(missing_ok=True)
    else:
        told = rows.with_columns(
            pl.col(pl.String).map_elements(kept_a_text, pl.String)
        )  # a file may be called =1+1.csv
        _write(path, (told.with_columns(data=pl.lit(MADE_UP)) if home.settings.demo else told).write_csv())


def _write(path: Path, text: str) -> None:
    """Whoever writes has the warehouse alone."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(path, text)


_REFUSED = ".refused.txt"
_LONGEST_NAME = 200  # bytes; file systems take 255


def _beside(home: Home, name: str, ending: str) -> Path:
    """The name with its folders written out; where two names could then look the same, or too long, with its hash."""
    flat = name.replace("/", "__")
    if flat.replace("__", "/") != name or set(name) & set("\\~") or len(flat.encode()) > _LONGEST_NAME:
        begins = re.sub(r"[^\w.-]", "_", flat)[: _LONGEST_NAME // 4]
        flat = f"{begins}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return home.set_aside / (flat + ending)
