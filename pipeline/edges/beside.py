"""What is said beside the inbox, by a file's name: why it was refused, or which of its rows are set aside."""

import hashlib
from pathlib import Path

import polars as pl

from .settings import Home


def write_refusal(home: Home, name: str, reason: str | None) -> None:
    """Say in set_aside/, by the file's name, why it was refused; where it no longer is, take that back."""
    path = _beside(home, name, ".refused.txt")
    if reason:
        path.write_text(reason + "\n", encoding="utf-8")
    else:
        path.unlink(missing_ok=True)


def write_set_aside(home: Home, name: str, rows: pl.DataFrame) -> None:
    """Say in set_aside/, by the file's name, which of its rows are set aside and why; where none is, nothing is said."""
    path = _beside(home, name, ".set_aside.csv")
    if rows.is_empty():
        path.unlink(missing_ok=True)
    else:
        rows.write_csv(path)


def _beside(home: Home, name: str, ending: str) -> Path:
    flat = name.replace("/", "__").replace("\\", "__")
    if len(flat.encode()) > _LONGEST_NAME:
        flat = f"{flat[: _LONGEST_NAME // 4]}-{hashlib.sha256(flat.encode()).hexdigest()[:12]}"
    return home.set_aside / (flat + ending)


_LONGEST_NAME = 200  # bytes; file systems take 255
