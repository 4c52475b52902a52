"""The key of backups: one of the age format, so that age, rage or any other program of that format opens them too."""

from contextlib import suppress

import pyrage

from .errors import Refused
from .keys import BACKUP_KEY, make_key
from .secret import Key
from .settings import Home

SAID = f"The key of backups ({BACKUP_KEY}.key, or A2N_{BACKUP_KEY.upper()}_KEY)"
_NO_KEY = (
    f"{SAID} is none of the age format, AGE-SECRET-KEY-1 and more: put the right one back, or make one with age-keygen."
)
_PUBLIC = "age1"


def make_if_missing(home: Home) -> bool:
    """Whether backup.key had to be made, for a home made by an earlier version."""
    if home.has_key(BACKUP_KEY) or not home.key_place(BACKUP_KEY).own:
        return False
    make_key(home.key_file(BACKUP_KEY))
    return True


def recipient(home: Home) -> pyrage.x25519.Recipient:
    """Who can open a backup of this home: whoever has its key.

    Where the key given is the public half, `age1...`, this machine makes backups that it cannot open itself.
    """
    text = _line(home.key(BACKUP_KEY))
    if text.startswith(_PUBLIC):
        return _public(text)
    return _identity(text).to_public()


def identity(home: Home) -> pyrage.x25519.Identity:
    """What opens a backup of this home. Raises Refused where the key is missing, is none, or is the public half."""
    text = _line(home.key(BACKUP_KEY))
    if text.startswith(_PUBLIC):
        raise Refused(f"{SAID} is the public half of a key, which opens nothing: give the secret half.")
    return _identity(text)


def check_new(home: Home, key: str, *, is_given: bool) -> str:
    """What a key does of which backups are to be made. Raises Refused where it is none of the age format, or a whole key was drawn where the home
    has the public half alone: that one is not to have the other."""
    if not is_given and home.has_key(BACKUP_KEY) and _line(home.key(BACKUP_KEY)).startswith(_PUBLIC):
        raise Refused(
            f"{BACKUP_KEY}.key is the public half of a key: make the new pair where the secret half is kept, with age-keygen, and give "
            "its public half with --new-key-file."
        )
    text = _line(key)
    if text.startswith(_PUBLIC):
        _public(text)
        return "closes backups and opens none: the public half"
    _identity(text)
    return "opens backups"


def _public(text: str) -> pyrage.x25519.Recipient:
    with suppress(pyrage.RecipientError):
        return pyrage.x25519.Recipient.from_str(text)
    raise Refused(_NO_KEY)


def _line(key: str) -> str:
    """The key, without the comments that age-keygen writes above it."""
    lines = [Key(line.strip()) for line in key.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if len(keys) != 1:
        raise Refused(_NO_KEY)
    return keys[0]


def _identity(text: str) -> pyrage.x25519.Identity:
    with suppress(pyrage.IdentityError):
        return pyrage.x25519.Identity.from_str(text)
    raise Refused(_NO_KEY)
