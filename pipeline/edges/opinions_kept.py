"""Records of opinions in a home's `models/`: appraisal, model, papers and approval, one folder a learning, mode 0600.

`record.json` holds the model's own checksum, so that neither can be exchanged without the other.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .errors import Refused
from .in_place import write_whole
from .settings import Home

RECORD, MODEL = "record.json", "model.skops"


@dataclass(frozen=True)
class Record:
    """One learning. `told` is what record.json says, `folder` where it lies."""

    folder: Path
    told: dict

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.told["as_of"])

    @property
    def approved_on(self) -> date | None:
        approval = self.told["approval"]
        return date.fromisoformat(approval["on"]) if approval else None

    @property
    def suspended_because(self) -> str | None:
        return (self.told["suspended"] or {}).get("because")

    def model_bytes(self) -> bytes:
        """Raises Refused where the file is not the one the record was made with."""
        path = self.folder / MODEL
        is_one = path.is_file() and path.stat().st_size <= _LARGEST
        kept = path.read_bytes() if is_one else b""
        if hashlib.sha256(kept).hexdigest() != self.told["model_sha256"]:
            raise Refused(f"{path} is not the model that was appraised: learn again, and have it approved.")
        return kept


def records(home: Home) -> list[Record]:
    """Every learning, the earliest first. Raises Refused for one that cannot be read."""
    found = []
    for path in sorted((home.folder / "models").glob(f"*/{RECORD}")):
        try:
            record = Record(path.parent, json.loads(_text_of(path)))
            _as_kept(record)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Refused(f"{path} cannot be read: learn again for that day, or remove its folder.") from None
        found.append(record)
    return found


_LONGEST, _LARGEST = 20_000_000, 100_000_000  # bytes of a record, and of a model: hundreds of times what any has


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        told = file.read(_LONGEST + 1)
    if len(told) > _LONGEST:
        raise ValueError
    return told.decode("utf-8")


def _as_kept(record: Record) -> None:
    """Raises ValueError, KeyError, TypeError or AttributeError for what no learning keeps."""
    told = record.told
    said = (record.as_of, record.approved_on, record.suspended_because)
    if not isinstance(told["model_sha256"], str | None) or not isinstance(said[-1], str | None):
        raise TypeError


def latest(home: Home) -> Record | None:
    return max(records(home), key=lambda record: record.as_of, default=None)


def learned_by(home: Home, *, as_of: date) -> Record | None:
    """The latest learning by a day, approved or not."""
    return max((one for one in records(home) if one.as_of <= as_of), key=lambda record: record.as_of, default=None)


def in_use(home: Home, *, as_of: date) -> Record | None:
    """The record whose model may order lists of a day: the latest learned and approved by then; None where none was."""
    approved = [one for one in records(home) if one.approved_on and one.approved_on <= as_of and one.as_of <= as_of]
    return max(approved, key=lambda one: (one.approved_on, one.as_of), default=None)


def keep(home: Home, told: dict, model: bytes | None, papers: Mapping[str, str], *, as_of: date) -> Path:
    """Write a learning, in the place of any of the same day."""
    folder = home.folder / "models" / as_of.isoformat()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for stale in folder.iterdir():
        stale.unlink()
    if model is not None:
        write_whole(folder / MODEL, model, mode=0o600)
    sha256 = hashlib.sha256(model).hexdigest() if model is not None else None
    for name, text in papers.items():
        write_whole(folder / name, text, mode=0o600)
    rewrite(Record(folder, told | {"as_of": as_of.isoformat(), "model_sha256": sha256}))
    return folder


def rewrite(record: Record) -> None:
    """Put what a record now tells in its place, whole or not at all."""
    write_whole(record.folder / RECORD, json.dumps(record.told, indent=2) + "\n", mode=0o600)
