"""Times the nightly run beside a bare read of the same files and a plain pandas script, in one run.

    python -m benchmarks.nightly [--pupils N --schools N --weeks W --rounds R --seed S --date DATE --write-readme]

Every round runs each thing once, one after another, each in a process of its own; what is told is the median. Take-in
reads this school year's extracts, every feed, into a home that already holds last year's; the flag that follows looks at
both years. This file imports nothing large, so that its own memory is in nobody's figures.
"""

import argparse
import csv
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from .measured import Took, measured
from .report import write_readme, write_results

HERE = Path(__file__).resolve().parent
SCHOOL_YEAR = 2025
"""The school year made up as this one begins in it."""

PYTHON = sys.executable


@dataclass(frozen=True)
class Size:
    """What is made up: pupils on roll on the first day, in how many schools, for how many weeks of this year."""

    pupils: int
    schools: int
    weeks: int
    seed: int

    @property
    def folder(self) -> Path:
        return HERE / "work" / f"{self.pupils}-pupils-{self.schools}-schools-{self.weeks}-weeks-{self.seed}"

    @property
    def words(self) -> list[str]:
        return [word for name, value in vars(self).items() for word in (f"--{name}", str(value))]


@dataclass(frozen=True)
class Extracts:
    """Made-up extracts: every file of this year, the marks among them, and the last day of its registers."""

    files: list[Path]
    marks: list[Path]
    last_day: date
    home: Path  # one that holds last year, taken in as history

    @property
    def mark_rows(self) -> int:
        return sum(_lines(file) - 1 for file in self.marks)


def main() -> None:
    asked = _asked()
    size = Size(asked.pupils, asked.schools, asked.weeks, asked.seed)
    extracts = _extracts(size)
    rounds = []
    for number in range(1, asked.rounds + 1):
        rounds.append(_round(extracts))
        print(
            f"round {number} of {asked.rounds}: "
            + ", ".join(f"{what} {took.seconds:.1f} s" for what, took in rounds[-1].items())
        )
    facts = vars(size) | {
        "marks": extracts.mark_rows, "files": len(extracts.files), "mark_files": len(extracts.marks),
        "bytes": sum(file.stat().st_size for file in extracts.files), "date": asked.date and asked.date.isoformat(),
        "command": f"python -m benchmarks.nightly {' '.join([*size.words, '--rounds', str(asked.rounds)])}",
    }  # fmt: skip
    table = write_results(rounds, facts, HERE / "results")
    if asked.write_readme:
        write_readme(HERE.parent / "README.md", table)
    print(f"\n{table}")


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m benchmarks.nightly", description=__doc__.partition("\n")[0])
    words.add_argument("--pupils", type=int, default=20_000)
    words.add_argument("--schools", type=int, default=60)
    words.add_argument("--weeks", type=int, default=39, help="school weeks of this year; 39 is all of it")
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--date", type=date.fromisoformat, help="the day to print beside the figures")
    words.add_argument("--write-readme", action="store_true", help="put the table into README.md, between its marks")
    return words.parse_args()


# Made once


def _extracts(size: Size) -> Extracts:
    """This size's extracts and a home with its last year, made anew where the code that made them has changed since."""
    made, home, made_by = size.folder / "extracts", size.folder / "home", size.folder / "made_by"
    if not made_by.exists() or made_by.read_text() != _code():
        shutil.rmtree(size.folder, ignore_errors=True)
        size.folder.mkdir(parents=True)
        print(f"making up {size.pupils:,} pupils in {size.schools} schools")
        _a2n("synthesise", "--to", str(made), "--year", str(SCHOOL_YEAR), *size.words)
        _take_in_last_year(home, made / "history")
        made_by.write_text(_code())
    files = sorted(made.glob("*.csv"))
    marks = [file for file in files if file.name.startswith("attendance_marks")]
    return Extracts(files, marks, _last_day(made / "register_totals.csv"), home)


def _code() -> str:
    """What the source of the pipeline hashes to."""
    sources = [path for folder in ("pipeline", "expectations") for path in (HERE.parent / folder).rglob("*.py")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()


def _last_day(totals: Path) -> date:
    with totals.open(encoding="utf-8", newline="") as text:
        return max(date.fromisoformat(row["to_date"]) for row in csv.DictReader(text))


def _take_in_last_year(home: Path, history: Path) -> None:
    _a2n("init", "--home", str(home), "--demo")
    _deliver(sorted(history.glob("*.csv")), home / "inbox" / "last_year")
    took = _a2n("take-in", "--home", str(home), "--history", "--known-on", f"{SCHOOL_YEAR}-09-01")
    shutil.rmtree(home / "inbox" / "last_year")
    print(f"last year taken in as history, once: {took.seconds:.1f} s, {took.peak_bytes / 1e6:,.0f} MB")


def _a2n(*words: str) -> Took:
    return measured([PYTHON, "-m", "pipeline", *words])


def _deliver(files: list[Path], to: Path) -> None:
    """By link where the disk can: a delivery is not what is timed."""
    to.mkdir(parents=True)
    for file in files:
        (to / file.name).hardlink_to(file)


def _lines(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(piece.count(b"\n") for piece in iter(lambda: opened.read(1 << 20), b""))


# One round


def _round(extracts: Extracts) -> dict[str, Took]:
    """Each thing once, in a folder that is gone afterwards; the plain script's answer is held against the pipeline's."""
    day = extracts.last_day.isoformat()
    marks, files = ([str(file) for file in some] for some in (extracts.marks, extracts.files))
    with _room(extracts.home.parent / "round") as room:
        took = {
            "scan_of_marks": measured([PYTHON, "-m", "benchmarks.bare_scan", str(room / "marks.duckdb"), *marks]),
            "scan_of_all": measured([PYTHON, "-m", "benchmarks.bare_scan", str(room / "all.duckdb"), *files]),
        }
        home = room / "home"
        shutil.copytree(extracts.home, home)
        _deliver(extracts.files, home / "inbox" / "this_year")
        took["take_in"] = _a2n("take-in", "--home", str(home), "--known-on", day)
        took["flag"] = _a2n("flag", "--home", str(home), "--as-of", day)
        took["pandas"] = measured([PYTHON, "-m", "benchmarks.plain_pandas", str(room), *marks])
        _compare(home, room, SCHOOL_YEAR)
    return took


@contextmanager
def _room(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _compare(home: Path, room: Path, year: int) -> None:
    """Raises CommandFailed where the two did not count the same sessions."""
    ours = room / "ours.parquet"
    _a2n("export", "facts.pupil_weeks", "--home", str(home), "--to", str(ours))
    measured([PYTHON, "-m", "benchmarks.agreement", str(ours), str(room / "weeks.parquet"), f"{year}-08-01"])


if __name__ == "__main__":
    main()
