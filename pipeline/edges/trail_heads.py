"""The heads of the trail: what its end was when each run ended, kept apart from it, encrypted, where whoever may change files cannot write.

They are with the names (`identity.trail_heads`), and in no table of the warehouse: a head holds the hash of times and of who worked, so that two
homes of the same extracts never have the same, and the tables of the warehouse are promised to be the same to the byte.
"""

import hashlib
from datetime import date

from . import trail
from .identity import identity
from .settings import Home
from .trail_checks import Checked, Kept, checked, is_whole_since

HEADS = """
    CREATE TABLE IF NOT EXISTS identity.trail_heads (
        run VARCHAR NOT NULL, as_of DATE NOT NULL, lines BIGINT NOT NULL, sha256 VARCHAR NOT NULL, file VARCHAR NOT NULL,
        bytes BIGINT NOT NULL, settings_sha256 VARCHAR NOT NULL)
"""
"""One row per run that reached its end, in their order; of a run that was recorded a second time, one for each."""


def keep(home: Home, run: str, *, as_of: date) -> str | None:
    """Keep what the end of the trail is now. Returns, in words, where it is broken since the run before, which is put on record too.

    That stops nobody: children who wait for a look are not to wait for an inquiry, and who can break a file should not so stop the lists.
    """
    folder, settings = home.folder / trail.FOLDER, _hash_of_settings(home)
    with identity(home) as con:
        con.execute(HEADS)
        before = con.execute("FROM identity.trail_heads ORDER BY rowid DESC LIMIT 1").fetchone()
        broken = None
        if before and not is_whole_since(folder, _kept(before)):
            broken = checked(folder, [_kept(row) for row in con.execute(_ALL).fetchall()]).broken
        if broken:
            trail.record(home, trail.BROKEN, file=broken.file, line_in_file=broken.line)
        if before and before[-1] != settings:
            trail.record(home, trail.SETTINGS, run=run, sha256=settings)
        head, sizes = trail.standing(folder)
        if head.lines:
            file = max(sizes)
            row = (run, as_of, head.lines, head.sha256, file, sizes[file], settings)
            con.execute("INSERT INTO identity.trail_heads VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return broken and in_words(home, broken)


def in_words(home: Home, broken) -> str:
    return (
        f"The record of who saw what is not as it was written. {home.folder / trail.FOLDER / broken.file}"
        f"{f', line {broken.line}' if broken.line else ''}: {broken.says} Tell your data protection officer, and keep a copy of that folder "
        f"as it is; a2n trail --home {home.folder} --verify says it again."
    )


def verified(home: Home) -> Checked:
    """The whole trail against itself and every head. Raises Refused where the heads cannot be read, for a run that is on or a key."""
    return checked(home.folder / trail.FOLDER, _all(home))


def _all(home: Home) -> list[Kept]:
    if not home.identity.exists():  # nothing was taken in yet
        return []
    with identity(home) as con:
        con.execute(HEADS)
        return [_kept(row) for row in con.execute(_ALL).fetchall()]


_ALL = "FROM identity.trail_heads ORDER BY rowid"


def _kept(row: tuple) -> Kept:
    run, _, lines, sha256, file, size, _ = row
    return Kept(run, lines, sha256, file, size)


def _hash_of_settings(home: Home) -> str:
    path = home.folder / "settings.toml"
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
