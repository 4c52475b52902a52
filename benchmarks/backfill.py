"""Times taking in a whole school year into an empty home, beside a bare read of the very same files and a plain pandas script.

    python -m benchmarks.backfill [--pupils N --schools N --seed S --rounds R --extracts DIR --reuse --date DATE --write-readme]

Every round runs each thing once, one after another, each in a process of its own; what is told is the median. Before a figure counts, the
pipeline's weeks and pupils must agree with the plain script's, one by one.
"""

import argparse
from pathlib import Path

from . import tables
from .made_up import (
    PYTHON,
    a2n,
    a2n_told,
    asked_size,
    deliver,
    empty_home,
    extracts,
    facts_of,
    last_day,
    mark_files,
    room,
    size_of,
)  # fmt: skip
from .measured import Took, after_one_another, measured
from .report import Found, hops_of, stored, written

NAME = "backfill"
NAMES = {
    "scan": "Bare DuckDB `read_csv` into tables, all files",
    "scan_of_marks": "The same of the marks alone",
    "take_in_history": "`a2n take-in --history`, all files, gate included",
    "take_in": "`a2n take-in`, all files, gate included",
    "flag": "`a2n flag` after it: features, signals, triage, lists, figures",
    "both": "The two together, which contain what the script below works out",
    "pandas": "Plain pandas script, marks alone: weekly facts and pupils' figures",
}
HISTORY = "take_in_history"
TAKE_INS = {HISTORY: ("--history",), "take_in": ()}
OVER = {
    "take-in --history over the bare read of the same files": ("take_in_history", "scan"),
    "take-in over the bare read of the same files": ("take_in", "scan"),
    "plain pandas over take-in --history": ("pandas", "take_in_history"),
    "plain pandas over take-in and flag together": ("pandas", "both"),
}


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.backfill", description=__doc__.partition("\n")[0])
    asked_size(words)
    asked = words.parse_args()
    size = size_of(asked)
    folder = extracts(size, given=asked.extracts, reuse=asked.reuse)
    rounds = []
    for number in range(1, asked.rounds + 1):
        rounds.append(one_round(folder, size.folder / f"round-{NAME}"))
        print(f"round {number} of {asked.rounds}: {rounds[-1].in_words}", flush=True)
    facts = vars(size) | facts_of(sorted(folder.glob("*.csv"))) | tables.run_facts(NAME, asked, size.words)
    print(written(stored(NAME, rounds, facts, OVER), tables.of_backfill, NAMES, write_readme=asked.write_readme))


def one_round(folder: Path, in_room: Path) -> Found:
    """Each thing once, in a folder that is gone afterwards."""
    files, day = sorted(folder.glob("*.csv")), last_day(folder).isoformat()
    all_files, marks = ([str(file) for file in some] for some in (files, mark_files(folder)))
    found = Found()
    with room(in_room) as here:
        found.took["scan"] = scan(here, all_files)
        found.took["scan_of_marks"] = scan(here, marks)
        for name, how in TAKE_INS.items():
            home = take_in(found, name, here, files, "--known-on", day, *how)
        found.took["flag"], said = a2n_told("flag", "--home", str(home), "--as-of", day)
        found.hops["flag"] = hops_of(said)
        found.took["both"] = after_one_another(found.took["take_in"], found.took["flag"])
        found.took["pandas"] = measured([PYTHON, "-m", "benchmarks.plain_pandas", "all", str(here), *marks])
        compare(home, here, here)
        compare(here / "take_in_history", here, here, ("weeks",))
    return found


def history_alone(folder: Path, in_room: Path) -> Found:
    """One take-in of a year as history, and the bare read before it."""
    files, found = sorted(folder.glob("*.csv")), Found()
    with room(in_room) as here:
        found.took["scan"] = scan(here, [str(file) for file in files])
        take_in(found, HISTORY, here, files, "--known-on", last_day(folder).isoformat(), *TAKE_INS[HISTORY])
    return found


def scan(here: Path, files: list[str]) -> Took:
    to = here / "scanned.duckdb"
    took = measured([PYTHON, "-m", "benchmarks.bare_scan", str(to), *files])
    to.unlink()
    return took


def take_in(found: Found, name: str, here: Path, files: list[Path], *how: str) -> Path:
    """Into an empty home, which is returned."""
    home = here / name
    empty_home(home)
    deliver(files, home / "inbox" / "this_year")
    found.took[name], said = a2n_told("take-in", "--home", str(home), *how)
    found.hops[name] = hops_of(said)
    return home


def compare(home: Path, plain: Path, to: Path, what: tuple[str, ...] = ("weeks", "pupils")) -> None:
    """Raises CommandFailed where the pipeline and a plain script did not count the same."""
    kept_in = {"weeks": "facts.pupil_weeks", "pupils": "derived.pupil_features"}
    for one in what:
        ours = to / f"ours-{one}.parquet"
        a2n("export", kept_in[one], "--home", str(home), "--to", str(ours))
        measured([PYTHON, "-m", "benchmarks.agreement", one, str(ours), str(plain / f"{one}.parquet"), str(home)])
        ours.unlink()


if __name__ == "__main__":
    main()
