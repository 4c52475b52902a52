"""A home's keys: where each is looked for, and how one is made."""

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from . import key_command
from .errors import NoKey, Refused
from .secret import Key

KEYS = ("warehouse", "identity", "pseudonym")
SIGNING_KEY = "dashboard"
"""Signs the dashboard's cookies, and opens nothing."""
BACKUP_KEY = "backup"
"""Opens backups; one of the age format."""
ALL_KEYS = (*KEYS, SIGNING_KEY, BACKUP_KEY)
SHORTEST_KEY = 32


def variable(name: str) -> str:
    return f"A2N_{name.upper().replace('.', '_')}_KEY"


def new(name: str) -> str:
    """What the key that is to follow `name` is called wherever keys are looked for."""
    return f"{name}.new"


@dataclass(frozen=True)
class Place:
    """Where a key is looked for, and said so that a person finds it. Only a file that is ours to write is `own`."""

    said: str
    path: Path | None = None
    own: bool = False


def place_of(name: str, folder: Path, file: Path) -> Place:
    """Where the key `name` of the home in `folder` is looked for, and nowhere else: its variable; else the key command; else where A2N_KEYS is set
    from there alone; else as systemd lends it; else of the home."""
    if variable(name) in os.environ:
        return Place(f"the variable {variable(name)}")
    if key_command.is_set():
        return Place(f"the key command {key_command.first_word()}")
    lent = passed_on(name)
    return Place(str(lent), lent) if lent else Place(str(file), file, own=True)


def found(name: str, folder: Path, file: Path) -> Key:
    """The key `name`, from its place. Raises NoKey when missing, Refused when too short."""
    place = place_of(name, folder, file)
    if place.path:
        text = read_key(place.path)
    elif variable(name) in os.environ:
        text = Key(os.environ[variable(name)])
    else:
        text = key_command.asked(name, folder)
    key = Key(text.rstrip("\r\n"))
    if len(key) < SHORTEST_KEY:
        whose = f"{name}.key" if place.path or variable(name) in os.environ else f"{name} from {place.said}"
        raise Refused(f"The key {whose} is shorter than {SHORTEST_KEY} characters: use a longer one.")
    return key


def given_to_all(name: str) -> str | None:
    """The variable or the credential that would be every home's key `name`; None where each home has its own."""
    if variable(name) in os.environ:
        return variable(name)
    lent = None if key_command.is_set() else passed_on(name)  # a command is told which home's it is asked for
    return lent and str(lent)


def is_made(name: str) -> bool:
    """Whether a home's key `name` is a file that is made with it."""
    return not (given_to_all(name) or key_command.is_set())


def fingerprint(name: str, key: str) -> str:
    """Eight letters and digits by which two people can tell whether they mean the same key, and nobody what it is."""
    return hmac.digest(key.encode(), f"fingerprint of {name}".encode(), "sha256").hex()[:8]


def passed_on(name: str) -> Path | None:
    """A credential of this name, as systemd's LoadCredential hands one to a service: a file that it alone can read."""
    folder = None if os.environ.get("A2N_KEYS") else os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / f"{name}.key" if folder else None
    return path if path and path.is_file() else None


def read_key(path: Path) -> Key:
    if not path.is_file():
        raise NoKey(f"There is no key {path}: put it back, or set {variable(path.stem)}.")
    try:
        return Key(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise Refused(f"The key {path} cannot be read as text: put back the one the home was made with.") from None


def make_key(path: Path, key: Key | None = None) -> None:
    """A new key, or the one given, readable by its owner alone; one that is there already is kept.

    Killed, it leaves a whole key or none: an empty one would be kept for good.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write((key or drawn(path.stem)) + "\n")
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


def drawn(name: str) -> Key:
    """A new key of that name's kind."""
    if name != BACKUP_KEY:
        return Key(secrets.token_hex(32))
    from pyrage import x25519

    return Key(x25519.Identity.generate())
