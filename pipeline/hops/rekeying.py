"""A key is changed for another: databases are written anew under it, and old and new change places at one moment."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from pipeline.edges import clock, erasing_begun, holding, identity, keys, settling, trail
from pipeline.edges import warehouse as shelf
from pipeline.edges.anew import Fill, write_anew
from pipeline.edges.attaching import attach, attach_own, key_that_opens, opens
from pipeline.edges.backup_key import check_new
from pipeline.edges.errors import NoKey, Refused
from pipeline.edges.in_place import beside
from pipeline.edges.passing import unwinding
from pipeline.edges.pseudonyms import Former
from pipeline.edges.secret import Key
from pipeline.edges.settings import Home
from pipeline.tables.derived import ISSUED_LISTS

from .renewed_ids import copy_renewed, hashes_in, keep_former, renewals

DATABASES = {"warehouse": ("warehouse",), "identity": ("identity",), "pseudonym": ("warehouse", "identity")}
"""What is written anew when a key is changed."""


@dataclass(frozen=True)
class Rekeyed:
    """A key that was changed: where it is kept, the new one's fingerprint, whether it is in the old one's place already, and whether this was
    done before and is only said again."""

    key: str
    place: str
    fingerprint: str
    is_in_place: bool
    was_done: bool = False

    @property
    def name_of_new(self) -> str:
        return keys.new(self.key)


def rekey(
    home: Home, name: str, *, new_file: Path | None = None, old_to: Path | None = None, wait: float = 0
) -> Rekeyed:
    """Change the key `name` for a new one, with nobody else at work in the home; wait so many seconds for that.

    The new key is drawn, or is that of `new_file`; where keys are not ours to write it is the one called `name`.new there. `old_to` is a file to
    keep the old one in. Raises Refused, with everything as it was, where the old key is not the one or anything stops it.
    """
    place = home.key_place(name)
    if not place.own and (new_file or name not in DATABASES):
        raise Refused(_not_ours(name, place.said))
    with unwinding(), holding.alone(home.folder, wait=wait):
        ended = settling.end(home)
        if ended and ended.is_proven and ended.key == name:  # this command, killed when it could not go back
            return Rekeyed(name, place.said, keys.fingerprint(name, home.key(name)), place.own, was_done=True)
        if name in DATABASES:
            erasing_begun.refuse_if_begun(home)  # it is known by marks under the key of now
        new = _new_key(home, name, new_file)
        done = Rekeyed(name, place.said, keys.fingerprint(name, new), place.own)
        if name in DATABASES and _is_under(home, name, new):
            return Rekeyed(**vars(done) | {"was_done": True})
        _changed(home, name, new, old_to, done)
    return done


def _not_ours(name: str, place: str) -> str:
    if name not in DATABASES:
        return f"The key {name} comes from {place}: change it there. Nothing in the home is under it."
    return f"The key {name} comes from {place}: put the new one there too, called {keys.new(name)}, and leave --new-key-file out."


def _new_key(home: Home, name: str, new_file: Path | None) -> Key:
    place = home.key_place(keys.new(name))
    if new_file and not new_file.is_file():
        raise Refused(
            f"There is no file {new_file}: give one with the new key in it, or leave --new-key-file out to have one drawn."
        )
    if new_file:
        key = Key(keys.read_key(new_file).rstrip("\r\n"))
        if len(key) < keys.SHORTEST_KEY:
            raise Refused(f"The key in {new_file} is shorter than {keys.SHORTEST_KEY} characters: use a longer one.")
    elif home.key_place(name).own and not (place.path and place.path.exists()):
        key = keys.drawn(name)
    else:
        try:
            key = home.key(keys.new(name))
        except NoKey as why:
            raise Refused(f"{why} It is to follow {name}, and comes from where that does.") from None
    if name == keys.BACKUP_KEY:
        check_new(home, key, is_given=bool(new_file))
    return key


def _is_under(home: Home, name: str, new: Key) -> bool:
    """Whether the home is under the new key already, and only the old one's place is still to be given to it. Raises Refused where the two
    are one, or the old key is not the home's."""
    if new == home.key(name):
        raise Refused(f"The new key {name} is the one this home has already: nothing was changed.")
    if name == "pseudonym":
        with closing(shelf.connection(home)) as con:
            if home.warehouse.is_file():
                key_that_opens(con, home, "warehouse")  # refused now, and not when a change of it is on record
            if not home.identity.is_file():
                return False
            attach_own(con, home, "identity")
            return identity.key_in_use(con, home) == new
    path = home.folder / f"{name}.duckdb"
    with closing(shelf.connection(home)) as con:
        return path.is_file() and key_that_opens(con, home, name) == new


def _changed(home: Home, name: str, new: Key, old_to: Path | None, done: Rekeyed) -> None:
    databases = [one for one in DATABASES.get(name, ()) if (home.folder / f"{one}.duckdb").is_file()]
    _check_room(home, databases)
    if old_to:
        _keep_old(home, name, old_to)
    trail.record(home, trail.KEY_BEGUN, key=name, fingerprint=done.fingerprint)
    try:
        change = _begun(home, name, new, databases)
        if name == "pseudonym":
            _write_renewed(home, new, databases)
        elif databases:
            with closing(shelf.connection(home)) as con:
                key = key_that_opens(con, home, name)
            _write(home, name, key, new_key=new)
        settling.prove(home, change)
    finally:
        if settling.end(home) is None:  # it stopped before anything was written
            trail.record(home, trail.KEY_UNDONE, key=name, fingerprint=done.fingerprint)


def _begun(home: Home, name: str, new: Key, databases: list[str]) -> settling.Change:
    """On record, and the new key beside the old."""
    files = tuple(f"{one}.duckdb" for one in databases)
    change = settling.Change(name, files, fingerprint=keys.fingerprint(name, new))
    if home.key_place(name).own:
        file, following = home.key_file(name), home.key_file(keys.new(name))
        change = replace(change, key_file=str(file), new_key_file=str(following), is_made=not following.exists())
    settling.begin(home, change)
    if change.new_key_file:
        keys.make_key(Path(change.new_key_file), new)
    return change


def _check_room(home: Home, databases: list[str]) -> None:
    needed = sum((home.folder / f"{one}.duckdb").stat().st_size for one in databases)
    if shutil.disk_usage(home.folder).free < needed:
        raise Refused(
            f"The disk that holds {home.folder} has no room for its databases a second time: make room there first."
        )


def _keep_old(home: Home, name: str, to: Path) -> None:
    old = home.key(name)
    if to.resolve().is_relative_to(home.folder) or not to.parent.is_dir():
        raise Refused(f"{to} is no place for the old key: give a file in a folder that is there, outside the home.")
    if to.exists() and keys.read_key(to).rstrip("\r\n") != old:
        raise Refused(f"{to} is there and holds another key: give another name.")
    keys.make_key(to, old)


def _write(
    home: Home, name: str, key: Key, *, new_key: Key, fill: Fill | None = None, but_for: tuple[str, ...] = ()
) -> None:
    """A database beside the old, held to it table by table."""
    path = home.folder / f"{name}.duckdb"
    write_anew(home, path, key, key_name=f"{name}.key", new_key=new_key, fill=fill)
    with closing(shelf.connection(home)) as con, shelf.in_words(home):
        attach(con, path, key, "old", key_name=f"{name}.key", to_read=True)
        attach(con, beside(path), new_key, "new", key_name=f"the new {name}.key", to_read=True)
        differing = {table for table, _ in _counts(con, "old") ^ _counts(con, "new")} - set(but_for)
    if differing:
        raise Refused(f"{path.name} written anew has not the rows of the old: nothing was changed. Run this again.")


def _counts(con: duckdb.DuckDBPyConnection, database: str) -> set[tuple[str, int]]:
    told = con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ?", [database]
    )
    names = [name for (name,) in told.fetchall()]
    return {(name, con.execute(f"SELECT count(*) FROM {database}.{name}").fetchone()[0]) for name in names}


# The key of pseudonyms


def _write_renewed(home: Home, new: Key, databases: list[str]) -> None:
    """Both databases with every keyed hash renewed, and the old key with the names: by it lists that are out are still known."""
    with _both(home, databases) as (con, opened_by):
        told = renewals(set().union(*(hashes_in(con, one) for one in databases)), new)
        former = Former(home.key("pseudonym"), _last_day(con, databases))
    fills: dict[str, Callable[[duckdb.DuckDBPyConnection], None]] = {"warehouse": lambda con: copy_renewed(con, told)}

    def names(con: duckdb.DuckDBPyConnection) -> None:
        copy_renewed(con, told)
        keep_former(con, former, new)

    fills["identity"] = names
    for one in databases:
        but_for = ("main.former_keys", "main.pseudonym_key") if one == "identity" else ()
        _write(home, one, opened_by[one], new_key=opened_by[one], fill=fills[one], but_for=but_for)


@contextmanager
def _both(home: Home, databases: list[str]) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, Key]]]:
    with closing(shelf.connection(home)) as con, shelf.in_words(home):
        opened_by = {one: key_that_opens(con, home, one) for one in databases}
        for one in databases:
            attach_own(con, home, one)
        yield con, opened_by


def _last_day(con: duckdb.DuckDBPyConnection, databases: list[str]) -> date:
    """The last day of which lists may have gone out under the old key."""
    issued = None
    if "warehouse" in databases and ISSUED_LISTS.name in {name for name, _ in _counts(con, "warehouse")}:
        issued = con.execute(f"SELECT max(as_of) FROM warehouse.{ISSUED_LISTS.name}").fetchone()[0]
    return max(clock.today(), issued or date.min)


# What there is


@dataclass(frozen=True)
class Told:
    """One key of a home: where it comes from, since when it is the one (null: since the home was made), its fingerprint, and what it does."""

    name: str
    place: str
    since: str | None
    fingerprint: str | None
    does: str


def keys_of(home: Home) -> list[Told]:
    """Every key of a home, and whether each opens what it should; nothing is written."""
    with holding.at_work(home):
        since = _since(home)
        return [_told(home, name, since) for name in keys.ALL_KEYS]


def _told(home: Home, name: str, since: dict[tuple[str, str], str]) -> Told:
    place = home.key_place(name).said
    try:
        key = home.key(name)
    except Refused as why:
        return Told(name, place, None, None, str(why))
    mark = keys.fingerprint(name, key)
    try:
        does = _does(home, name, key)
    except Refused as why:
        does = str(why)
    return Told(name, place, since.get((name, mark)), mark, does)


def _does(home: Home, name: str, key: Key) -> str:
    if name == keys.SIGNING_KEY:
        return "signs the dashboard's cookies, and opens nothing"
    if name == keys.BACKUP_KEY:
        return check_new(home, key, is_given=True)
    database = "identity" if name == "pseudonym" else name
    path = home.folder / f"{database}.duckdb"
    if not path.is_file():
        return f"there is no {path.name} yet"
    with closing(shelf.connection(home)) as con:
        if name == "pseudonym":
            attach(con, path, key_that_opens(con, home, database), "identity", key_name="identity.key", to_read=True)
            in_use = identity.key_in_use(con, home)
            return "the one this home began with or was given" if in_use == key else _waits(name)
        if opens(con, path, key):
            return f"opens {path.name}"
        attach_own(con, home, name)
        return _waits(name)


def _waits(name: str) -> str:
    return f"the home is under {keys.new(name)} now: put that in its place"


def _since(home: Home) -> dict[tuple[str, str], str]:
    """By key and fingerprint the day it was last changed to, as the trail has it."""
    told = {}
    for _, _, line in trail.lines_of(home.folder / trail.FOLDER):
        one = trail.told_of(line)
        if one and one.get("did") == trail.KEY:
            told[one["of"].get("key"), one["of"].get("fingerprint")] = one["at"][:10]
    return told
