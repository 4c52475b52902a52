"""A home's keys: where each is looked for, and how one is made."""

import os
import secrets
from pathlib import Path

from .errors import NoKey, Refused

KEYS = ("warehouse", "identity", "pseudonym")
SIGNING_KEY = "dashboard"
"""Signs the dashboard's cookies, and opens nothing."""
BACKUP_KEY = "backup"
"""Opens backups; one of the age format."""
SHORTEST_KEY = 32


def variable(name: str) -> str:
    return f"A2N_{name.upper()}_KEY"


def given_to_all(name: str) -> str | None:
    """The variable or the credential that would be every home's key `name`; None where each home has its own."""
    lent = passed_on(name)
    return variable(name) if variable(name) in os.environ else lent and str(lent)


def passed_on(name: str) -> Path | None:
    """A credential of this name, as systemd's LoadCredential hands one to a service: a file that it alone can read."""
    folder = None if os.environ.get("A2N_KEYS") else os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / f"{name}.key" if folder else None
    return path if path and path.is_file() else None


def read_key(path: Path) -> str:
    if not path.is_file():
        raise NoKey(f"There is no key {path}: put it back, or set {variable(path.stem)}.")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused(f"The key {path} cannot be read as text: put back the one the home was made with.") from None


def make_key(path: Path) -> None:
    """A new key, readable by its owner alone; one that is there already is kept. Killed, it leaves a whole key or none: an empty one would
    be kept for good."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_drawn_key(path.stem) + "\n")
            file.flush()
            os.fsync(file.fileno())
        _put_if_none(part, path)
    for left in path.parent.glob(f".{path.name}.*.part"):
        left.unlink(missing_ok=True)
    path.chmod(0o600)


def _put_if_none(part: Path, path: Path) -> None:
    """Of two processes that make the same key at once, the first one's stands."""
    try:
        os.link(part, path)
    except (FileExistsError, FileNotFoundError):  # another was first, and may have cleared ours away
        if not path.exists():
            raise
    except OSError:  # a disk that knows no second name of a file
        part.replace(path)


def _drawn_key(name: str) -> str:
    if name != BACKUP_KEY:
        return secrets.token_hex(32)
    from pyrage import x25519

    return str(x25519.Identity.generate())
