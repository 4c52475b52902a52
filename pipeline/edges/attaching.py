"""An encrypted database attached, and why not where a key does not open it, in words that hold no key and no row."""

import re
from contextlib import suppress
from pathlib import Path

import duckdb

from expectations.promise import quoted

from .errors import Busy, Refused, WrongKey
from .keys import KEYS, new
from .secret import Key
from .settings import Home


def attach(
    con: duckdb.DuckDBPyConnection, path: Path, key: str, name: str, *, key_name: str, to_read: bool = False
) -> None:
    """Attach the encrypted file `path`, `to_read` it alone. No engine message or statement, which hold the key, goes further than here."""
    key, problem = Key(key), None
    how = ", READ_ONLY" if to_read else ""
    try:
        con.execute(f"ATTACH {quoted(str(path))} AS {name} (ENCRYPTION_KEY {quoted(key)}{how})")
        keep_private(path)
    except duckdb.Error as error:
        problem = _why_not_attached(str(error), path, key_name)
    if problem:
        raise problem


def attach_own(con: duckdb.DuckDBPyConnection, home: Home, name: str) -> None:
    """Attach a home's `warehouse` or `identity` under that name.

    Where its key is no longer the one, the key that is to follow it is tried: of keys that are not ours to write, the new one is only put in
    the old one's place when the database has it. Raises WrongKey, saying whose the key is where that can be found out.
    """
    path = {"warehouse": home.warehouse, "identity": home.identity}[name]
    try:
        attach(con, path, home.key(name), name, key_name=f"{name}.key")
    except WrongKey as why:
        trouble = why
    else:
        return
    following = _if_there(home, new(name))
    if following:
        with suppress(WrongKey):
            attach(con, path, following, name, key_name=f"{new(name)}.key")
            return
    raise WrongKey(_whose(con, home, name) or str(trouble))


def key_that_opens(con: duckdb.DuckDBPyConnection, home: Home, name: str) -> Key:
    """Which of a home's key `name` and that which is to follow it its database is under. Raises as `attach_own` does where neither opens it."""
    path = home.folder / f"{name}.duckdb"
    for key in (home.key(name), _if_there(home, new(name))):
        if opens(con, path, key):
            return key
    attach_own(con, home, name)
    con.execute(f"DETACH {name}")
    return home.key(name)


def opens(con: duckdb.DuckDBPyConnection, path: Path, key: str | None) -> bool:
    """Whether a key opens a database, which is read and not written to."""
    if not key or not path.is_file():
        return False
    try:
        attach(con, path, key, "tried", key_name="", to_read=True)
    except Refused:
        return False
    con.execute("DETACH tried")
    return True


def _if_there(home: Home, name: str) -> Key | None:
    try:
        return home.key(name)
    except (Refused, KeyError):
        return None


def _whose(con: duckdb.DuckDBPyConnection, home: Home, name: str) -> str | None:
    """Of a key that does not open what it should: what it does open, and which of the home's own keys does; None where neither is known."""
    path, key = home.folder / f"{name}.duckdb", _if_there(home, name)
    right = next((one for one in KEYS if one != name and opens(con, path, _if_there(home, one))), None)
    others = (other for other in ("warehouse", "identity") if other != name)
    is_of = next((other for other in others if opens(con, home.folder / f"{other}.duckdb", key)), None)
    if right and right == is_of:
        return (
            f"{name}.key and {right}.key stand in each other's place: {name}.key is the key of {is_of}.duckdb, and the other way about. "
            "Exchange the two."
        )
    if right:
        return f"{name}.key does not open {path.name}, and {right}.key does: put each key back in its own place."
    if is_of:
        return f"{name}.key is the key of {is_of}.duckdb and does not open {path.name}: put back the key that was made with it."
    return None


def keep_private(path: Path) -> None:
    """Nobody else may read a database or the log beside it, encrypted though both are."""
    for one in (path, path.with_name(f"{path.name}.wal")):
        with suppress(FileNotFoundError):
            one.chmod(0o600)


def is_of_damage(message: str) -> bool:
    """Of a key that was never the file's own the engine says so before it reads anything; what it cannot open after that was
    changed since it was written."""
    return any(sign in message for sign in ("aes tag", "corrupt", "checksum", "enough bytes"))


def is_of_a_full_disk(message: str) -> bool:
    return any(sign in message for sign in ("space left", "file too large", "disk quota"))


def _why_not_attached(message: str, path: Path, key_name: str) -> Refused:
    if "lock" in message.lower() and not is_of_damage(message.lower()):
        holder = re.search(r"PID (\d+)", message)
        by = f" (process {holder[1]})" if holder else ""
        return Busy(f"{path.name} is in use by another run{by}: wait for it to end, then run this again.")
    return _why_not_opened(message, path, key_name)


def _why_not_opened(message: str, path: Path, key_name: str) -> Refused:
    if is_of_damage(message.lower()):
        return Refused(f"{path.name} is damaged: restore it from a backup, with the key of that time.")
    if "permission" in message.lower() or "read-only" in message.lower():
        return Refused(f"{path.name} may not be opened for writing: check its permissions and its folder's.")
    if "key" in message.lower() or "encrypt" in message.lower():
        return WrongKey(f"{key_name} does not open {path.name}: put back the key it was made with.")
    if "space" in message.lower():
        return Refused(f"{path.name} cannot be written: the disk is full.")
    return Refused(f"{path.name} cannot be opened as a DuckDB file: restore it from a backup.")
