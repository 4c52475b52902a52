"""What the requirements files pin: each package with its version and the hashes of the files it may be installed from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNS_ON = ("requirements.txt",)
EVERYWHERE = ("requirements.txt", "requirements-deploy.txt", "requirements-setup.txt", "requirements-check.txt")
"""What is installed anywhere: to run, over workers, to set up, and to check the rest."""

_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[\w,-]+\])?==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<only>[^\\]*?))?\s*\\?$"
)
_HASH = re.compile(r"^\s+--hash=sha256:([0-9a-f]{64})\s*\\?$")


@dataclass(frozen=True)
class Pin:
    """`only` is where it is installed at all, as the file says it (a marker); null where that is everywhere."""

    name: str
    version: str
    only: str | None
    hashes: tuple[str, ...]


def normal(name: str) -> str:
    """As packages' names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins_in(text: str) -> list[Pin]:
    """The pins of one file, in its order. Raises ValueError at a line that is neither a pin, a hash nor a remark."""
    found: list[tuple[dict, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        pin, hashed = _PIN.match(line), _HASH.match(line)
        if pin:
            found.append((pin.groupdict(), []))
        elif hashed and found:
            found[-1][1].append(hashed[1])
        elif line.strip() and not line.lstrip().startswith("#"):
            raise ValueError(f"line {number} is neither a pin, a hash nor a remark")
    return [Pin(normal(told["name"]), told["version"], told["only"], tuple(hashes)) for told, hashes in found]


def pinned(files: Iterable[str] = EVERYWHERE, root: Path = ROOT) -> list[Pin]:
    """All pins of these files, each once, by name and version: two files may pin one package at two versions."""
    all_of_them = {(pin.name, pin.version): pin for file in files for pin in pins_in((root / file).read_text())}
    return [all_of_them[key] for key in sorted(all_of_them)]
