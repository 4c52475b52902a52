"""Every command of the command line, given over an authority whose every name carries a mark; and a search of all it leaves for any.

`RUNS` is the table: a command without an entry in it fails `test_leaks.py`. To add one, say what words it is given and where the marks may
be afterwards, because names are its purpose; all else that it prints or writes is searched.
"""

import filecmp
import gzip
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipeline.edges import identity as names
from pipeline.edges.settings import Home, open_home

from .at_home import KEY, a2n, deliver, new_home, tables
from .marked import FORENAME, SURNAME, Marks
from .marking import marked_authority
from .watched import UPN, Laid, Watched, watched

MAY_NAME = ("inbox/*", "taken/*", "outbox/*.xlsx", "outbox/*.pdf")
"""Where names are in a home in the clear: what was delivered, the lists, worklists and pages, and what goes back to a list's sender."""

WRONG_USAGE = 2

NAMED = f"{SURNAME}-Adams {FORENAME}-Amy"


@dataclass(frozen=True)
class Given:
    """A command's words. `{home}` is a home of its own, `{to}` an empty folder, `{made}` the extracts, `{day}` the day of the night.

    `of` says which home: of the evening with its inbox full, of the morning after with lists out and one come back, or with its
    own past learned. `status` are those it may end with. `may_name` are what in `{to}` may hold names.
    """

    words: str
    of: str = "morning"
    status: tuple[int, ...] = (0,)
    may_name: tuple[str, ...] = ()
    typed: str = ""


_OF_ONE_CHILD = "{child}\n"

RUNS: dict[str, tuple[Given, ...]] = {
    "demo": (Given("--home {to}/demo --pupils 48 --schools 2 --weeks 2", may_name=("demo/*",)),),
    "synthesise": (
        Given("--to {to}/made --pupils 48 --schools 2 --weeks 2 --with-faults --agencies", may_name=("made/*", "made-links.csv")),
        Given("--to {to}/made --schools 900", status=(1,)),
    ),
    "init": (Given("--home {to}/new --demo"), Given("--home {to}/new")),
    "check": (
        Given("{made} --page {to}/page.html", status=(1,)),
        Given("{made} --json --known-on {day}", status=(1,)),
        Given("{made} --urn 100001 --term spring --year 2026", status=(0, 1)),
    ),
    "take-in": (
        Given("--home {home} --known-on {day}", "evening", (1,)),
        Given("--home {home} --known-on {day} --json", "evening", (1,)),
        Given("--home {home} --history --known-on 2025-09-01", "evening", (0, 1)),
        Given("--home {home}", "morning", (0, 1)),
    ),
    "outcomes": (Given("--home {home}", status=(0, 1)), Given("--home {home} --json", status=(0, 1))),
    "flag": (
        Given("--home {home} --as-of {day}"),
        Given("--home {home} --as-of 2025-09-20 --json"),
        Given("--home {home} --as-of 2031-01-01", status=(0, 1)),
    ),
    "print": (
        Given("--home {home} --as-of {day} --all"),
        Given("--home {home} --as-of {day} --school 999999", status=(1,)),
    ),
    "nightly": (
        Given("--home {home} --as-of {day}", "evening", (1,)),
        Given("--home {home} --as-of {day} --json", "morning", (0, 1)),
    ),
    "serve": (Given("--home {to}/nowhere", status=(1,)),),  # what is served is asked for in test_leaks.py
    "pages": (Given("--home {home} --to {to}/pages"),),
    "links": (
        Given("--home {home}"),
        Given("--home {home} --json"),
        Given("--home {home} --confirm {upn}", status=(1,)),
    ),
    "describe": (Given("tables"), Given("feeds"), Given("{upn}", status=(WRONG_USAGE,))),
    "export": (
        Given("facts.pupil_weeks --home {home} --to {to}/weeks.parquet"),
        Given("audit.set_aside --home {home} --to {to}/aside.parquet"),
        Given("identity.people --home {home} --to {to}/people.parquet", status=(1,)),
    ),
    "backup": (Given("--home {home} --to {to}/home.a2n"),),
    "restore": (
        Given("{backup} --home {to}/restored", status=(1,)),  # with no key
        Given("{made_first} --home {to}/restored", status=(1,)),
    ),
    "learn": (Given("--home {home} --as-of {day}", status=(0, 1)), Given("--home {home} --as-of {day} --json", status=(0, 1))),
    "appraise": (
        Given("--home {home}", status=(0, 1)),
        Given("--table {made_first}", status=(1,)),
    ),
    "roll-up": (Given("--homes {homes} --to {to}/all --as-of {day}"),),
    "forget": (Given("- --home {home} --reason asked", typed=_OF_ONE_CHILD),),
    "show": (Given("- --home {home} --to {to}/shown.json", typed=_OF_ONE_CHILD, may_name=("shown.json",)),),
    "object": (Given("- --home {home} --reason asked", typed=_OF_ONE_CHILD),),
    "retain": (Given("--home {home} --as-of {day}"), Given("--home {home} --as-of {day} --dry-run --json")),
    "keys": (Given("--home {home}"),),
    "rekey": (
        Given("warehouse --home {home} --old-key-to {to}/warehouse.key.before"), Given("identity --home {home}"), Given("pseudonym --home {home}"),
        Given("dashboard --home {home}"), Given("backup --home {home}"), Given("{upn} --home {home}", status=(WRONG_USAGE,)),
    ),
    "trail": (Given("--home {home}"),),
    "papers": (Given("--home {home} --to {to}/papers"),),
}  # fmt: skip
"""Every command, and the words it is given."""

NOT_YET = (
    'a2n {name} is not in RUNS of tests/journeys/leaks.py: add "{name}": (Given("--home {{home}} ..."),), with the words of each way to '
    "give it, the status it ends with, and in may_name what it writes that may name a child; all else is searched."
)


@dataclass(frozen=True)
class Stage:
    """The marked authority, its homes, and where runs may work."""

    made: Path
    marks: Marks
    homes: dict[str, Path]
    day: str
    work: Path
    said: str
    child: str

    def run(self, name: str, given: Given, laid: Laid | None = None, **how) -> "Left":
        at = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.work))
        (at / "to").mkdir(parents=True)
        shutil.copytree(self.homes[given.of], at / "home", symlinks=True)
        (at / "homes.txt").write_text("home\n")
        words = [word for one in given.words.split() for word in self._places(one, at)]
        ran = watched(at / "ran", name, *words, laid=laid, typed=given.typed.format(child=self.child), **how)
        return Left(at, ran, given, " ".join(words), self.homes[given.of])

    def _places(self, word: str, at: Path) -> list[str]:
        files = sorted(str(path) for path in (*self.made.glob("*.csv"), *self.made.glob("*.xml")))
        if word == "{made}":
            return files
        stand_for = {
            "home": at / "home", "to": at / "to", "day": self.day, "homes": at / "homes.txt",
            "upn": UPN,
            "made_first": next(one for one in files if "pupils" in one), "backup": self.homes["backup"],
        }  # fmt: skip
        return [word.format(**stand_for)]


@dataclass(frozen=True)
class Left:
    """A run and the places it worked in."""

    at: Path
    ran: Watched
    given: Given
    words: str
    before: Path

    def found(self, marks: Marks) -> dict[str, set[str]]:
        """Every place in which a mark is, of all that may have none."""
        said = {"standard output": self.ran.out, "standard error": self.ran.err}
        found = {place: marks.found_in_text(text) for place, text in said.items()}
        if self.ran.status == WRONG_USAGE:  # whoever typed it is told what is wrong with it, and nobody else
            found["standard error"] -= marks.found_in_text(self.words)
        found |= found_in(self.at / "home", marks, but_not=MAY_NAME, before=self.before)
        found |= found_in(self.at / "to", marks, but_not=self.given.may_name)
        for name in ("cwd", "tmp"):
            found |= found_in(self.at / "ran" / name, marks)
        return {place: marked for place, marked in found.items() if marked}

    def left_over(self) -> list[str]:
        """Files in the working folder and in the one for temporary files."""
        there = [path for name in ("cwd", "tmp") for path in (self.at / "ran" / name).rglob("*") if path.is_file()]
        return sorted(str(path.relative_to(self.at / "ran")) for path in there)

    def clear(self) -> None:
        shutil.rmtree(self.at)


def found_in(
    folder: Path, marks: Marks, *, but_not: tuple[str, ...] = (), before: Path | None = None
) -> dict[str, set[str]]:
    """By path, the marks in each file below a folder: in its name, its bytes, and in what is packed or kept in tables in it. What is as it
    was in the folder `before` is looked at there, once."""
    found = {}
    for path in sorted(folder.rglob("*")):
        place = str(path.relative_to(folder))
        if any(_matches(place, pattern) for pattern in but_not):
            continue
        marked = marks.found_in_text(place)
        is_new = not (before and (before / place).is_file() and filecmp.cmp(path, before / place, shallow=False))
        if path.is_file() and not path.is_symlink() and is_new:
            marked |= found_in_file(path, marks)
        if marked:
            found[f"{folder.name}/{place}"] = marked
    return found


def _matches(place: str, pattern: str) -> bool:
    """`a/*` is all below a; `a/*.xlsx` what ends so."""
    begins, _, ends = pattern.partition("*")
    return place.startswith(begins) and place.endswith(ends)


def found_in_file(path: Path, marks: Marks) -> set[str]:
    held = path.read_bytes()
    found = marks.found_in_bytes(held)
    for packed in _unpacked(held):
        found |= marks.found_in_bytes(packed)
    if path.suffix in (".txt", ".csv", ".json", ".jsonl", ".html", ".md", ".toml", ".log"):
        found |= marks.found_in_text(held.decode("utf-8", errors="replace"))
    if held[:4] == b"PAR1" and path.suffix == ".parquet":
        with suppress(pl.exceptions.PolarsError):  # one that is broken is bytes, and nothing more
            found |= marks.found_in_table(pl.read_parquet(path))
    if path.suffix == ".duckdb" and path.parent.name in ("published", "all"):
        for rows in _tables(path):
            found |= marks.found_in_table(rows)
    return found


def _unpacked(held: bytes) -> Iterator[bytes]:
    if held[:2] == b"\x1f\x8b":
        yield gzip.decompress(held)
    if zipfile.is_zipfile(io.BytesIO(held)):
        with zipfile.ZipFile(io.BytesIO(held)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _tables(path: Path) -> Iterator[pl.DataFrame]:
    with duckdb.connect(path, read_only=True) as con:
        for schema, name in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
            yield con.execute(f'FROM "{schema}"."{name}"').pl()


def found_in_warehouse(home: Home, marks: Marks) -> dict[str, set[str]]:
    return {name: found for name, rows in tables(home).items() if (found := marks.found_in_table(rows))}


def people(home: Home) -> pl.DataFrame:
    """The one place that holds names, decrypted."""
    with names.identity(home) as con:
        return con.execute("FROM identity.people").pl()


def staged(folder: Path, **how) -> Stage:
    """A marked authority with every fault planted, its home on the evening of its first night, and the morning after."""
    asked = {"pupils": 90, "schools": 2, "seed": 6, "weeks": 6, "with_faults": True, "agencies": True} | how
    made, marks = marked_authority(folder / "made", **asked)
    day = made.last_day
    evening = new_home(folder / "evening")
    deliver(evening, made.history, "last_year")
    history = a2n("take-in", "--home", evening.folder, "--history", "--known-on", "2025-09-01")
    assert history.status == 0, history.err
    shutil.copytree(evening.folder, folder / "morning")
    put_in(evening, made)
    morning = open_home(folder / "morning")
    put_in(morning, made)
    ran = a2n("nightly", "--home", morning.folder, "--as-of", day)
    assert ran.status == 1 and "Stopped" not in ran.err, ran.err
    answer(morning, day)
    backup = folder / "kept.a2n"
    assert a2n("backup", "--home", morning.folder, "--to", backup).status == 0
    (folder / "work").mkdir()
    homes = {"evening": evening.folder, "morning": morning.folder, "backup": backup}
    said = "".join((history.out, history.err, ran.out, ran.err))
    return Stage(folder / "made", marks, homes, str(day), folder / "work", said, _somebody(morning))


def _somebody(home: Home) -> str:
    """The UPN of a child who was looked at."""
    looked_at = tables(home, "derived")["derived.triage"]["pupil_id"].to_list()
    return people(home).filter(pl.col("pupil_id").is_in(looked_at))["upn"].min()


def put_in(home: Home, made) -> None:
    """All that was made up, and files with names where no name belongs."""
    deliver(home, made.files)
    row = f"123456,{UPN},{SURNAME}-Adams,{FORENAME}-Amy,2014-05-06,5,2019-09-02\n"
    (home.inbox / "headerless.csv").write_text(row * 3)
    (home.inbox / "ragged.csv").write_text(f"urn,upn,date,session,code\n100001,{UPN},2025-09-05,AM,I\n{row}")
    (home.inbox / "broken.parquet").write_bytes(b"PAR1" + row.encode() + b"PAR1")
    (home.inbox / "broken.xml").write_text(f"<CTfile><CTFpupilData><Pupil><UPN>{UPN}</UPN><Surname>{SURNAME}-Adams</")
    (home.inbox / "broken.xlsx").write_bytes(b"PK\x03\x04" + row.encode())
    marks = (
        "urn,upn,date,session,code,minutes_late\n"
        + f"100001,{UPN},{SURNAME}-Adams,{FORENAME}-Amy,{SURNAME},{UPN}\n" * 3
    )
    (home.inbox / "misplaced.csv").write_text(marks)


def answer(home: Home, day: date) -> None:
    """Two lists come back: one decided on, and one with a name where a decision belongs."""
    from .test_way_back import answered

    answered(home, day)
    answered(home, day, "returned/wrong.xlsx", decision=NAMED, nth=-1)  # a list may be of one


__all__ = ["KEY", "MAY_NAME", "NOT_YET", "RUNS", "Given", "Left", "Stage", "found_in", "staged"]
