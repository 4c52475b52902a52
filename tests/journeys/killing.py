"""Every command that writes, killed outright (SIGKILL) at a moment of its work and given again; and what must then be as if nothing had happened.

`WRITES` is the table: how each command is given. `WRITES_NOTHING` says why others are not killed. A command in neither fails `test_killings.py`.
Moments are drawn among those that the command comes to when it is left alone: as it calls a function of ours for the nth time, as it changes
something on the disk, half-way through a text, and after so many seconds.
"""

import json
import random
import shutil
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
from typer.main import get_command

from pipeline.__main__ import app
from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.keys import SHORTEST_KEY
from pipeline.edges.opinions_kept import RECORD, records
from pipeline.edges.settings import Home, open_home
from pipeline.edges.trail_heads import verified

from .at_home import KEY, a2n, deliver, new_home, tables
from .leaks import found_in, staged
from .marked import Marks
from .marking import marked_authority
from .test_opinion import accepted
from .watched import CHANGES, Laid, Watched, watched

KILLED = -9


@dataclass(frozen=True)
class Way:
    """One way to give a command. `{home}` is a copy of the home `of` that name, `{to}` an empty folder, and the others what the stock has.

    `status` is what it ends with when it is left alone: 1 where files with faults are among what it is given. `grows` are tables that may have
    one turn more when it is given again, `shares` one whose counts the turns share between them, `may_leave` says why there may be names among temporary files, and
    `finished_by` how else it is given again where what it says names the first word of that; until then the home says so to whoever opens it.
    """

    words: str
    of: str = "morning"
    grows: tuple[str, ...] = ()
    shares: str = ""
    status: int = 0
    typed: str = ""
    may_leave: str = ""
    finished_by: str = ""


_RUN = ("table audit.runs",)
"""Killed when all was done but ending, the command given again is on record as one run more."""

_OF_BACKUPS = "AGE-SECRET-KEY-13RFCY4FR7ZSSAE9XNSAMXW6DFYJ8AJFUUR55UUFFQG6C3Z6L5MSQ576LF3"
"""Of the age format, drawn for every trial alike; it opens nothing but what trials back up."""

WRITES: dict[str, tuple[Way, ...]] = {
    "init": (Way("--home {to}/new", "nothing"), Way("--home {to}/new --demo", "nothing")),
    "synthesise": (Way("--to {to}/made --pupils 60 --schools 2 --weeks 2 --with-faults --agencies", "nothing"),),
    "demo": (Way("--home {home} --pupils 60 --schools 2 --weeks 2", "keys", grows=_RUN, may_leave="what it makes up is nobody's"),),
    "take-in": (
        Way("--home {home} --known-on {day}", "evening", grows=_RUN, status=1),
        Way("--home {home} --known-on {day}", "xml", grows=_RUN),
        Way("--home {home} --history --known-on 2025-09-01", "first evening", grows=_RUN),
    ),
    "outcomes": (Way("--home {home} --known-on {next}", grows=_RUN),),
    "flag": (Way("--home {home} --as-of {next}", grows=_RUN), Way("--home {home} --as-of {day}", grows=_RUN)),
    "nightly": (Way("--home {home} --as-of {day}", "evening", grows=_RUN, status=1), Way("--home {home} --as-of {next}", grows=_RUN)),
    "print": (Way("--home {home} --as-of {day} --all"),),
    "links": (
        Way("--home {home} --confirm {waits} --known-on {next}"),
        Way("--home {home} --reject {waits} --known-on {next}"),
        Way("--home {home} --undo {stands} --known-on {next}"),
    ),
    "learn": (Way("--home {home} --as-of {learned}", "year", grows=_RUN),),
    "appraise": (Way("--home {home} --approve Somebody --known-on {approved}", "learnt"),),
    "export": (Way("facts.pupil_weeks --home {home} --to {to}/weeks.parquet"),),
    "pages": (Way("--home {home} --to {to}/pages"),),
    "roll-up": (Way("--homes {homes} --to {to}/all --as-of {day}"),),
    "backup": (Way("--home {home} --to {to}/home.a2n"),),
    "restore": (Way("{backup} --home {home}", "keys"),),
    "retain": (Way("--home {home} --as-of {later}", "two nights", shares="table audit.retention"),),
    "papers": (Way("--home {home} --to {to}/papers"),),
    "check": (Way("{made} --page {to}/page.html --known-on {day}", "nothing", status=1),),
    "forget": (Way("- --home {home} --reason asked", typed="{child}\n", finished_by="--finish --home {home}"),),
    "show": (Way("- --home {home} --to {to}/shown.json", typed="{child}\n"),),
    "object": (Way("- --home {home} --reason asked --known-on {next}", typed="{child}\n"),),
    "rekey": (
        Way("warehouse --home {home} --new-key-file {key}"), Way("identity --home {home} --new-key-file {key}"),
        Way("pseudonym --home {home} --new-key-file {key}"), Way("dashboard --home {home} --new-key-file {key}"),
        Way("backup --home {home} --new-key-file {age_key}"),
    ),
}  # fmt: skip
"""Every command that writes anything in a home or beside it, and the words it is given."""

WRITES_NOTHING = {
    "describe": "it prints a page about the program itself, and opens no home",
    "trail": "it reads the record of who saw what, and adds nothing to it",
    "serve": "to be stopped is how it always ends; all it writes is a line of the trail before each page, as every command does that is killed here",
    "keys": "it says which keys there are",
}

NOT_YET = (
    "a2n {name} is not in WRITES of tests/journeys/killing.py: say there how it is given, so that it is killed too, or in WRITES_NOTHING why there "
    "is nothing to kill."
)

COMMANDS = get_command(app).commands


@dataclass(frozen=True)
class Stock:
    """Homes that are never touched, and what commands are told of them."""

    folder: Path
    marks: Marks
    told: dict[str, str]
    made: tuple[str, ...]

    def homes(self, name: str) -> Path:
        return self.folder / name.replace(" ", "-")

    def place(self, way: Way) -> Path:
        """A folder with a copy of the home the command is given, and an empty one."""
        at = Path(tempfile.mkdtemp(prefix="trial-", dir=self.folder / "work"))
        shutil.copytree(self.homes(way.of), at / "home", symlinks=True)
        (at / "to").mkdir()
        (at / "homes.txt").write_text("home\n")
        (at / "new.key").write_text("a-key-that-was-drawn-for-every-trial-alike\n")
        (at / "new_age.key").write_text(_OF_BACKUPS + "\n")
        return at

    def words(self, told: str, at: Path) -> list[str]:
        stand_for = self.told | {
            "home": at / "home",
            "to": at / "to",
            "homes": at / "homes.txt",
            "key": at / "new.key",
            "age_key": at / "new_age.key",
        }
        return [word for one in told.split() for word in (self.made if one == "{made}" else [one.format(**stand_for)])]


# The command left alone ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Undisturbed:
    """A command that nobody killed: what it began with, what it left, given once and given again, and the moments it came to."""

    name: str
    number: int
    way: Way
    before: dict
    ends: tuple[dict, dict]
    statuses: tuple[int, int]
    seconds: float
    calls: dict[str, int]
    changes: dict[str, int]

    @cached_property
    def writing(self) -> list[str]:
        """Calls of functions that are about what is kept."""
        return [moment for moment in self.calls if _is_of_writing(moment)]

    def moment(self, chance: random.Random) -> Laid | float:
        """One in three a change of what is on the disk, a call about what is kept or any call, and a time of chance."""
        kind = chance.choice(("change", "call", "time"))
        if kind == "time" or not self.calls:
            return round(chance.uniform(0.02, self.seconds), 3)
        counts, among = (self.changes, list(self.changes)) if kind == "change" else (self.calls, self.writing)
        if kind == "call" and (not among or chance.random() < 0.3):
            among = list(self.calls)
        if not among:
            return round(chance.uniform(0.02, self.seconds), 3)
        moment = chance.choice(among)
        return Laid(moment, "SIGKILL", chance.randint(1, min(counts[moment], _MOST_CALLS)))


_MOST_CALLS = 400
_WRITING = (
    "record", "write", "put", "place", "settle", "store", "keep", "replace", "append", "remove", "clear", "make", "issue", "publish", "remember",
    "move", "attach", "anew", "export", "rewrite", "end", "finish", "unlink", "link", "part", "drawn",
)  # fmt: skip


def _is_of_writing(moment: str) -> bool:
    module, _, name = moment.partition(":")
    is_of_ours = module.startswith(("pipeline.edges", "pipeline.hops", "pipeline.papers", "pipeline.synthetic.writing"))
    return is_of_ours and any(word in _WRITING for word in name.strip("_").split("_"))


def called(name: str, number: int) -> str:
    """`links 1` is the second way to give it."""
    return f"{name} {number}" if number else name


def undisturbed(stock: Stock, name: str, number: int) -> Undisturbed:
    way = WRITES[name][number]
    at = stock.place(way)
    before = left(stock, at)
    began = time.monotonic()
    first = given(stock, way, name, at, "once", told=True)
    seconds = time.monotonic() - began
    if first.status != way.status:
        raise ValueError(f"left alone, {name} {number} ended with {first.status}, not {way.status}: {first.err}")
    ends = [left(stock, at)]
    again = given(stock, way, name, at, "twice")
    ends.append(left(stock, at))
    calls = {moment: n for moment, n in first.moments.items() if not moment.startswith("pipeline.__main__")}
    changes = first.changes
    shutil.rmtree(at)
    return Undisturbed(name, number, way, before, tuple(ends), (first.status, again.status), seconds, calls, changes)


def given(stock: Stock, way: Way, name: str, at: Path, how: str, words: str | None = None, **more) -> Watched:
    typed = way.typed.format(**stock.told) if words is None else ""  # to be finished it is told of nobody again
    return watched(at / how, name, *stock.words(words or way.words, at), typed=typed, **more)


# Killed, and given again --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """Whether the kill found the command at work, and what was wrong afterwards, in words without a child's."""

    struck: bool
    faults: list[str]


def killed_and_given_again(stock: Stock, alone: Undisturbed, moment: Laid | float) -> Trial:
    at, way = stock.place(alone.way), alone.way
    how = {"laid": moment} if isinstance(moment, Laid) else {"killed_after": moment}
    try:
        ran = given(stock, way, alone.name, at, "killed", **how)
        if ran.status != KILLED:
            return Trial(False, [])
        faults = [f"killed: {why}" for why in half_written(stock, at, alone)]
        faults += [f"left behind: {why}" for why in left_in_temporary_folders(stock, at, way)]
        again = given(stock, way, alone.name, at, "again")
        if way.finished_by and again.status and way.finished_by.split()[0] in again.err:
            again = given(stock, way, alone.name, at, "finished", words=way.finished_by)
        if again.status not in alone.statuses:
            faults.append(f"given again it ended with {again.status}: {again.err[-300:]}")
        return Trial(True, faults + [f"at the end: {why}" for why in differing(stock, at, alone)])
    finally:
        shutil.rmtree(at)


def half_written(stock: Stock, at: Path, alone: Undisturbed) -> Iterator[str]:
    """What a reader would find broken: looked at in a copy, for to open a database mends it."""
    seen = Path(tempfile.mkdtemp(prefix="seen-", dir=stock.folder / "work"))
    try:
        for name in ("home", "to"):
            shutil.copytree(at / name, seen / name, symlinks=True)
        for name in ("home", "to"):
            for path in sorted(path for path in (seen / name).rglob("*") if path.is_file()):
                yield from _broken(path, path.relative_to(seen))
        unfinished = alone.way.finished_by.split()[:1]
        yield from (why for why in _homes_broken(seen) if not any(word in why for word in unfinished))
        kept = {name: told for name, told in left(stock, seen, restored=False).items() if not _is_hidden(Path(name))}
        whole = [alone.before, *alone.ends]
        for place in (name for name in kept if name.endswith("/settings.toml")):
            if not any(kept[place] == one.get(place) for one in whole):
                yield f"the settings in {place} are half of what they were to be"
        for place in {name.rpartition(" published.")[0] for name in kept if " published." in name}:
            ours = _snapshot(kept, place)
            if not any(_same(ours, _snapshot(one, place)) for one in whole):
                yield f"the snapshot of {place} is neither the one before nor the new one"
    finally:
        shutil.rmtree(seen)


def _snapshot(kept: dict, place: str) -> dict:
    return {name: rows for name, rows in kept.items() if name.startswith(f"{place} published.")}


def _same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)


def _homes_broken(at: Path) -> Iterator[str]:
    for folder in _homes_in(at):
        try:
            home = open_home(folder)
            if home.warehouse.exists():
                tables(home)
                for record in records(home):
                    record.model_bytes()
                if why := verified(home).broken:
                    yield f"the trail of {folder.relative_to(at)} does not hold: {why}"
        except Exception as why:
            yield f"{folder.relative_to(at)} does not open: {why}"


def _homes_in(at: Path) -> list[Path]:
    return sorted(path.parent for path in at.rglob("settings.toml") if not _is_hidden(path.relative_to(at)))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


_UNFINISHED = (".part", ".tmp", ".anew", ".unfinished", ".before")


def _broken(path: Path, place: Path) -> Iterator[str]:
    """Why a file that a reader may open does not open."""
    if _is_hidden(place) or place.parts[1] in ("inbox", "taken", "audit", "scratch"):
        return  # of what was delivered some is broken from the beginning; the trail is verified
    is_where_a_reader_looks = place.parts[0] == "to" or place.parts[1] in ("outbox", "published", "set_aside", "models")
    if is_where_a_reader_looks and any(part.endswith(_UNFINISHED) for part in place.parts):
        if not any(part.endswith((".unfinished", ".before")) for part in place.parts[:-1]):
            yield f"{place} is half written where a reader looks"
        return
    try:
        _opened(path)
    except Exception as why:
        yield f"{place} does not open: {type(why).__name__}"


def _opened(path: Path) -> None:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            assert book.testzip() is None
        openpyxl.load_workbook(path, read_only=True).close()
    elif path.suffix == ".pdf":
        held = path.read_bytes()
        assert held.startswith(b"%PDF-") and held.rstrip().endswith(b"%%EOF")
    elif path.suffix == ".json":
        json.loads(path.read_text())
    elif path.suffix == ".toml":
        tomllib.loads(path.read_text())
    elif path.suffix == ".parquet":
        pl.read_parquet(path)
    elif path.suffix == ".csv":
        assert path.read_bytes().endswith(b"\n")
        pl.read_csv(path, infer_schema=False)
    elif path.suffix == ".html":
        assert path.read_text().rstrip().endswith("</html>")
    elif path.suffix in (".txt", ".md"):
        assert path.read_text().endswith("\n")
    elif path.suffix == ".key":
        assert len(path.read_text().strip()) >= SHORTEST_KEY
    elif path.suffix == ".duckdb" and not path.name.startswith(("warehouse", "identity")):
        _tables_of(path)


def left_in_temporary_folders(stock: Stock, at: Path, way: Way) -> Iterator[str]:
    """Keys and marks among what the killed process left in its working folder and its folder for temporary files."""
    keys = [path.read_bytes().strip() for path in (at / "home").glob("*.key")] + [key.encode() for key in KEY.values()]
    for name in ("cwd", "tmp"):
        for path in (path for path in (at / "killed" / name).rglob("*") if path.is_file()):
            if any(key and key in path.read_bytes() for key in keys):
                yield f"a key in {name}/{path.name}"
        if not way.may_leave:
            yield from (f"a name or UPN in {place}" for place in found_in(at / "killed" / name, stock.marks))


def differing(stock: Stock, at: Path, alone: Undisturbed) -> Iterator[str]:
    """What is not as the undisturbed command left it, given once or twice."""
    yield from _homes_broken(at)
    kept, (once, twice) = left(stock, at), alone.ends
    for name in sorted({*kept, *once, *twice}):
        ours, theirs = kept.get(name), (once.get(name), twice.get(name))
        if any(_equal(ours, one) for one in theirs):
            continue
        grown = next((table for table in alone.way.grows if name.endswith(table)), None)
        most = max(once[name].height + 1, twice[name].height) if grown else 0
        if grown and ours is not None and once[name].height <= ours.height <= most and _holds(ours, once[name]):
            continue
        if alone.way.shares and name.endswith(alone.way.shares) and ours is not None and _is_shared(ours, once[name]):
            continue
        yield f"{name} is not as it was to be"


def _is_shared(ours: pl.DataFrame, theirs: pl.DataFrame) -> bool:
    """Whether as much of each kind was counted, or more: what is counted before it goes may be told twice."""
    one, other = (dict(rows.group_by("kind").agg(pl.col("removed").sum()).rows()) for rows in (ours, theirs))
    return one.keys() == other.keys() and all(one[kind] >= count for kind, count in other.items())


def _holds(ours: pl.DataFrame, theirs: pl.DataFrame) -> bool:
    names = [name for name in theirs.columns if name not in ("turn",)]
    return theirs.join(ours, on=names, how="anti", nulls_equal=True).is_empty()


def _equal(one, other) -> bool:
    if isinstance(one, pl.DataFrame) and isinstance(other, pl.DataFrame):
        return one.equals(other)
    return type(one) is type(other) and one == other


# All that is there --------------------------------------------------------------------------------------------------------


def left(stock: Stock, at: Path, *, restored: bool = True) -> dict:
    """All that a home and the folder beside it hold: every file by its bytes, or where it is encrypted by the tables in it; which lines the
    trail has, and what keys are, is asked elsewhere."""
    found = {}
    for name in ("home", "to"):
        for path in sorted((at / name).rglob("*")):
            place = str(path.relative_to(at))
            if path.is_file() and not path.is_symlink() and "audit" not in path.relative_to(at).parts:
                found[f"file {place}"] = _as_compared(path)
            if path.name == "current.duckdb" and path.exists():
                of = path.parent.relative_to(at)
                found |= {f"{of} published.{table}": rows for table, rows in _tables_of(path).items()}
            if path.suffix == ".a2n" and restored and not _is_hidden(Path(place)):
                found |= _restored(stock, path, at)
    for folder in _homes_in(at):
        found |= {f"{folder.relative_to(at)} {table}": rows for table, rows in _of_home(folder)}
    return {name: there if there is not None else "is there" for name, there in found.items()}


def _as_compared(path: Path) -> str | None:
    """None for what cannot be compared by its bytes: a model is the one its record was made with, or is told of as broken."""
    if path.name == RECORD:
        with suppress(ValueError):
            return json.dumps(json.loads(path.read_text()) | {"model_sha256": None}, sort_keys=True)
    return None if path.suffix in _NOT_BY_BYTES else sha256(path.read_bytes()).hexdigest()


_NOT_BY_BYTES = (".duckdb", ".a2n", ".key", ".wal", ".skops")


def _of_home(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    with suppress(Exception):  # one that does not open is told of as such
        home = open_home(folder)
        if home.warehouse.exists():
            yield from ((f"table {name}", rows) for name, rows in tables(home).items())
        if home.identity.exists():
            yield from ((f"names {name}", rows) for name, rows in _names(home).items())


def _names(home: Home) -> dict[str, pl.DataFrame]:
    with identity.identity(home) as con:
        there = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'identity' ORDER BY 1"
        ).fetchall()
        there = [name for (name,) in there if name != "trail_heads"]
        return {name: shelf.read(con, f"SELECT * FROM identity.{name} ORDER BY ALL") for name in there}


def _tables_of(path: Path) -> dict[str, pl.DataFrame]:
    with duckdb.connect(str(path.resolve()), read_only=True) as con:
        names = con.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        return {name: con.execute(f'FROM "{schema}"."{name}" ORDER BY ALL').pl() for schema, name in names}


def _restored(stock: Stock, backup: Path, at: Path) -> dict:
    """The tables of the home that is in a backup."""
    under = Path(tempfile.mkdtemp(prefix="restored-", dir=stock.folder / "work"))
    try:
        (under / "home").mkdir()
        for key in (at / "home").glob("*.key"):
            shutil.copy(key, under / "home" / key.name)
        ran = watched(under / "ran", "restore", backup, "--home", under / "home")
        if ran.status:
            return {"in the backup": ran.err}
        return {f"in the backup {table}": rows for table, rows in _of_home(under / "home")}
    finally:
        shutil.rmtree(under)


# The homes ----------------------------------------------------------------------------------------------------------------


def stocked(folder: Path, *, of: Collection[str], **how) -> Stock:
    """A small authority whose names are marked, and its homes on the first evening, with last year known, and on the morning after; beside
    them those of XML and of a year on, where they are among `of`."""
    stage = staged(folder / "staged", **how)
    day, following = date.fromisoformat(stage.day), date.fromisoformat(stage.day) + timedelta(days=3)
    told = {
        "day": stage.day, "next": str(following), "later": str(day + timedelta(days=390)), "child": stage.child,
        "backup": str(folder / "kept.a2n"), "learned": LEARNED, "approved": APPROVED,
    }  # fmt: skip
    stock = Stock(folder, stage.marks, told, tuple(sorted(str(path) for path in stage.made.glob("*.csv"))))
    (folder / "work").mkdir()
    for name in ("evening", "morning"):
        (folder / "staged" / name).rename(folder / name)
    (folder / "staged" / "kept.a2n").rename(folder / "kept.a2n")
    (folder / "nothing").mkdir()
    (folder / "keys").mkdir()
    for key in (folder / "morning").glob("*.key"):
        shutil.copy(key, folder / "keys" / key.name)
    two = shutil.copytree(folder / "morning", folder / "two-nights", symlinks=True)
    ran = a2n("flag", "--home", two, "--as-of", following)
    assert ran.status == 0, ran.err
    first = new_home(folder / "first-evening")
    deliver(first, sorted((stage.made / "history").iterdir()), "last_year")
    if "xml" in of:
        _in_xml(folder, **how)
    if {"year", "learnt"} & set(of):
        _of_a_year(folder)
    watched(folder / "work" / "first", "--version")  # the first process of all pays for what the others are forked from
    return replace(stock, told=told | _pairs(folder))


def _in_xml(folder: Path, **how) -> None:
    """A home whose inbox has censuses in XML, which are taken in part by part."""
    asked = {"pupils": 60, "schools": 2, "seed": 7, "weeks": 3} | how
    made, _ = marked_authority(folder / "made-xml", marks_as="wonde", census_as="xml", **asked)
    deliver(new_home(folder / "xml"), made.files)


LEARNED, APPROVED = "2026-03-27", "2026-03-28"


def _of_a_year(folder: Path) -> None:
    """A home that has enough of a past to learn from, and the same when it has."""
    made, _ = marked_authority(folder / "made-year", pupils=120, schools=2, seed=3, weeks=26)
    home = new_home(folder / "year")
    for files, of, known_on in ((made.history, "last_year", "2025-09-01"), (made.files, ".", LEARNED)):
        deliver(home, files, of)
        ran = a2n("take-in", "--home", home.folder, "--history", "--known-on", known_on)
        assert ran.status == 0, ran.err
    shutil.copytree(home.folder, folder / "learnt", symlinks=True)
    with accepted():  # so small an authority has nothing that a gate would let through
        ran = a2n("learn", "--home", folder / "learnt", "--as-of", LEARNED)
    assert ran.status == 0, ran.err


def _pairs(folder: Path) -> dict[str, str]:
    """The code of a pair that waits for a person, and of one that stands."""
    home = open_home(shutil.copytree(folder / "morning", folder / "work" / "pairs", symlinks=True))
    assert a2n("links", "--home", home.folder).status == 0
    sheets = {"waits": "Waits", "stands": "Stands"}
    codes = {
        name: pl.read_excel(home.outbox / "worklists" / "same_child.xlsx", sheet_name=sheet, read_options={"header_row": 3})["Code"][0]
        for name, sheet in sheets.items()
    }  # fmt: skip
    shutil.rmtree(home.folder)
    return codes


__all__ = [
    "CHANGES",
    "NOT_YET",
    "WRITES",
    "WRITES_NOTHING",
    "Stock",
    "killed_and_given_again",
    "stocked",
    "undisturbed",
]
