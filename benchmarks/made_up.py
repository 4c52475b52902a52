"""What the benchmarks measure on: a made-up authority's extracts, and homes taken as far as the evening before.

Everything is in `benchmarks/work/`, once for each size, and used again by later runs. Extracts are made anew where the code that makes
them up has changed since, homes where any code of the pipeline has; `--reuse` takes what is there as it is. This file imports nothing
large, so that its own memory is in nobody's figures.
"""

import argparse
import csv
import hashlib
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from .measured import Took, measured, told

HERE = Path(__file__).resolve().parent
WORK, RESULTS, README = HERE / "work", HERE / "results", HERE.parent / "README.md"
PYTHON = sys.executable
SCHOOL_YEAR = 2025
"""The school year made up as this one begins in it."""

WHOLE_YEAR = 39
"""School weeks."""

NIGHTS_BEFORE = 1
"""A first night of all is another thing: every figure's hidden cells are chosen anew on it."""

MARKS = "attendance_marks_*.csv"


@dataclass(frozen=True)
class Size:
    """What is made up: pupils on roll on the first day, and in how many schools."""

    pupils: int
    schools: int
    seed: int = 1

    @property
    def folder(self) -> Path:
        return WORK / f"{self.pupils}-pupils-{self.schools}-schools-{self.seed}"

    @property
    def words(self) -> list[str]:
        return [word for name, value in vars(self).items() for word in (f"--{name}", str(value))]


@dataclass(frozen=True)
class Evening:
    """The evening before a night in school week `week`.

    `home` holds last year as history and this year up to the day before `day`; `delivery` is what comes that night; `before` are this year's
    mark files up to the day before, in the order in which they came, for those who have no warehouse. No list was ever issued from the home,
    or it has had nights of its own: lists went out on the first of them, and are due again on `day`.
    """

    week: int
    folder: Path
    day: date

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def delivery(self) -> list[Path]:
        return sorted((self.folder / "cut" / "delivery").iterdir())

    @property
    def nights(self) -> list[Path]:
        return sorted((self.folder / "cut" / "nights").glob("*"))

    @property
    def before(self) -> list[Path]:
        folders = [self.folder / "cut" / "marks", *self.nights]
        return [file for folder in folders for file in sorted(folder.iterdir())]


def asked_size(words: argparse.ArgumentParser, pupils: int = 20_000, schools: int = 40) -> None:
    """The choices every benchmark of a home has."""
    words.add_argument("--pupils", type=int, default=pupils)
    words.add_argument("--schools", type=int, default=schools)
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--date", type=date.fromisoformat, help="the day to print beside the figures")
    words.add_argument("--extracts", type=Path, help="a whole year's extracts of this very size and seed, made before")
    words.add_argument("--reuse", action="store_true", help="take what was made before, whatever code changed since")
    words.add_argument("--write-readme", action="store_true", help="put the table into README.md, between its marks")


def size_of(asked: argparse.Namespace) -> Size:
    return Size(asked.pupils, asked.schools, asked.seed)


# Extracts ----------------------------------------------------------------------------------------------------------------


def extracts(size: Size, week: int = WHOLE_YEAR, *, given: Path | None = None, reuse: bool = False) -> Path:
    """The folder of this year's extracts as they were in `week`, last year's in its `history` for the whole year alone."""
    if week == WHOLE_YEAR and given:
        return given.resolve()
    made = size.folder / f"extracts-{week}"
    if is_stale(made, code_of("pipeline/synthetic", "pipeline/vocabulary"), reuse):
        print(f"making up {size.pupils:,} pupils in {size.schools} schools, {week} school weeks", flush=True)
        shutil.rmtree(made, ignore_errors=True)
        made.parent.mkdir(parents=True, exist_ok=True)
        a2n("synthesise", "--to", str(made), "--year", str(SCHOOL_YEAR), "--weeks", str(week), *size.words)
        is_now(made, code_of("pipeline/synthetic", "pipeline/vocabulary"))
    if week != WHOLE_YEAR:
        shutil.rmtree(made / "history", ignore_errors=True)  # the whole year's has the same
    return made


def mark_files(folder: Path) -> list[Path]:
    return sorted(folder.glob(MARKS))


def last_day(folder: Path) -> date:
    """The last day of the registers in a folder of extracts."""
    with (folder / "register_totals.csv").open(encoding="utf-8", newline="") as text:
        return max(date.fromisoformat(row["to_date"]) for row in csv.DictReader(text))


def facts_of(files: list[Path]) -> dict[str, int]:
    """How much there is to read."""
    marks = [file for file in files if file.match(MARKS)]
    return {
        "files": len(files), "mark_files": len(marks), "bytes": sum(file.stat().st_size for file in files),
        "marks": sum(_lines(file) - 1 for file in marks),
    }  # fmt: skip


def _lines(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(piece.count(b"\n") for piece in iter(lambda: opened.read(1 << 20), b""))


# Homes -------------------------------------------------------------------------------------------------------------------


def evening(
    size: Size, week: int, *, given: Path | None = None, reuse: bool = False, nights: int = NIGHTS_BEFORE
) -> Evening:
    """The evening before the last school day of `week`, made once; with so many nights run before it."""
    whole = extracts(size, given=given, reuse=reuse)
    this = whole if week == WHOLE_YEAR else extracts(size, week, reuse=reuse)
    if (this / "schools.csv").read_bytes() != (whole / "schools.csv").read_bytes():
        raise SystemExit(f"{whole} holds another authority: give --pupils, --schools and --seed as it was made with.")
    name = f"week-{week}" + (f"-after-{nights}-nights" if nights else "")
    ready = Evening(week, size.folder / name, last_day(this))
    code = code_of("pipeline", "expectations", "benchmarks/night_delivery.py") + str(whole)
    if is_stale(ready.folder, code, reuse):
        shutil.rmtree(ready.folder, ignore_errors=True)
        ready.folder.mkdir(parents=True)
        cut = [str(this), str(ready.folder / "cut"), ready.day.isoformat(), str(size.seed), str(nights)]
        measured([PYTHON, "-m", "benchmarks.night_delivery", *cut])
        copied(_home_with_last_year(size, whole, reuse), ready.home)
        _take_in_this_year(ready, this)
        is_now(ready.folder, code)
    return ready


def _take_in_this_year(ready: Evening, this: Path) -> None:
    """Everything of this year but the marks from the first night on, in one go; then night by night."""
    cut, inbox = ready.folder / "cut", ready.home / "inbox" / "this_year"
    cut_files = {file.name: file for file in ((cut / "register_totals.csv"), *(cut / "marks").iterdir())}
    deliver([cut_files.get(file.name, file) for file in sorted(this.glob("*.csv"))], inbox)
    nights = [date.fromisoformat(night.name) for night in ready.nights]
    if nights:
        _lists_again(ready.home, every_days=(ready.day - nights[0]).days)
    evening_before = min([*nights, ready.day]) - timedelta(days=1)
    took = a2n("take-in", "--home", str(ready.home), "--known-on", evening_before.isoformat())
    shutil.rmtree(inbox)
    _said("this year up to the evening before taken in, once", took)
    for night in ready.nights:
        deliver(sorted(night.iterdir()), inbox)
        _said(f"the night of {night.name}, once", a2n("nightly", "--home", str(ready.home), "--as-of", night.name))
        shutil.rmtree(inbox)


def _lists_again(home: Path, *, every_days: int) -> None:
    """Lists go out so many days after the first: on the night that is timed, too."""
    settings = home / "settings.toml"
    said = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^every_days = \d+", f"every_days = {every_days}", said), encoding="utf-8")


def _home_with_last_year(size: Size, whole: Path, reuse: bool) -> Path:
    folder = size.folder / "last-year"
    code = code_of("pipeline", "expectations") + str(whole)
    if is_stale(folder, code, reuse):
        shutil.rmtree(folder, ignore_errors=True)
        empty_home(folder / "home")
        deliver(sorted((whole / "history").glob("*.csv")), folder / "home" / "inbox" / "last_year")
        took = a2n("take-in", "--home", str(folder / "home"), "--history", "--known-on", f"{SCHOOL_YEAR}-09-01")
        shutil.rmtree(folder / "home" / "inbox" / "last_year")
        _said("last year taken in as history, once", took)
        is_now(folder, code)
    return folder / "home"


def empty_home(home: Path) -> None:
    a2n("init", "--home", str(home), "--demo")


def a2n(*words: str) -> Took:
    return measured([PYTHON, "-m", "pipeline", *words])


def a2n_told(*words: str) -> tuple[Took, str]:
    """What a command took, and the JSON it printed."""
    return told([PYTHON, "-m", "pipeline", *words, "--json"])


def deliver(files: list[Path], to: Path) -> None:
    """By link where the disk can: a delivery is not what is timed."""
    to.mkdir(parents=True)
    for file in files:
        try:
            (to / file.name).hardlink_to(file)
        except OSError:
            shutil.copyfile(file, to / file.name)


def copied(home: Path, to: Path) -> Path:
    """A home's files alone, copied: databases are written in place, and must not be shared."""
    shutil.copytree(home, to)
    return to


@contextmanager
def room(folder: Path) -> Iterator[Path]:
    """An empty folder that is gone afterwards."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _said(what: str, took: Took) -> None:
    print(f"{what}: {took.seconds:.1f} s, {took.peak_bytes / 1e6:,.0f} MB", flush=True)


# Whether it is still what the code would make ----------------------------------------------------------------------------


def is_stale(folder: Path, code: str, reuse: bool) -> bool:
    made_by = folder / ".made-by"
    return not made_by.exists() or (not reuse and made_by.read_text() != code)


def is_now(folder: Path, code: str) -> None:
    (folder / ".made-by").write_text(code)


def code_of(*places: str) -> str:
    """What the source hashes to."""
    paths = [HERE.parent / place for place in places]
    sources = sorted({file for path in paths for file in ([path] if path.is_file() else path.rglob("*.py"))})
    return hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()
