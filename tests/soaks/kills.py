"""A take-in of thirty files, killed outright at a moment of chance, again and again: `python -m tests.soaks.kills --kills 200`.

Each trial begins with the same home and inbox. The process is stopped with SIGKILL somewhere between its first and last
moment; then the command is given again, in a process of its own, and left to end. Whatever was going on when it was killed,
every table of the warehouse and of the names, and what is said beside the inbox, must then be as if nothing had happened.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipeline.edges import clock
from pipeline.edges.settings import open_home
from pipeline.synthetic import synthesise
from tests.journeys.at_home import copied, deliver, new_home
from tests.journeys.killed import KILLED, a2n_killed_after, a2n_timed
from tests.journeys.test_killed import differing, everything

FILES = 30


@dataclass(frozen=True)
class Stock:
    """A home with an inbox of thirty files, never touched; the same after an undisturbed take-in; and how long that took."""

    home: Path
    words: tuple
    expected: dict
    seconds: float


def stocked(folder: Path, *, files: int = FILES, pupils: int = 120, weeks: int = 20) -> Stock:
    made = synthesise(folder / "made", pupils=pupils, schools=4, seed=9, weeks=weeks, with_faults=True)
    home = new_home(folder / "home")
    deliver(home, chosen(made.files, files - 1))
    (home.inbox / "strange.csv").write_text("colour,size\nblue,3\n")
    words = ("--known-on", made.last_day)
    trial = _trial(home.folder, folder / "undisturbed")
    seconds = min(_undisturbed(home.folder, trial, words) for _ in range(2))
    return Stock(home.folder, words, everything(open_home(trial)), seconds)


def chosen(files: tuple[Path, ...], how_many: int) -> list[Path]:
    """So many of the files: the first of each kind, then the second, so that every kind is among them."""
    kinds: dict[str, int] = Counter()
    place = {}
    for path in sorted(files):
        kind = path.name.split("_")[0] if not path.name[0].isdigit() else path.name.partition("_")[2]
        place[path] = kinds[kind]
        kinds[kind] += 1
    ranked = sorted(files, key=lambda path: (place[path], path.name[0].isdigit(), path.name))
    if len(ranked) < how_many:
        raise ValueError(f"the authority sends {len(ranked)} files, and {how_many} are asked for")
    return ranked[:how_many]


def _undisturbed(home: Path, trial: Path, words: tuple) -> float:
    shutil.rmtree(trial, ignore_errors=True)
    _trial(home, trial)
    status, seconds = a2n_timed("take-in", "--home", trial, *words)
    if status not in (0, 1):
        raise ValueError(f"left alone, the take-in ended with {status}")
    return seconds


def _trial(home: Path, to: Path) -> Path:
    copy = copied(open_home(home), to)
    shutil.copytree(home / "inbox", copy.inbox, dirs_exist_ok=True)
    return to


def killed_and_mended(stock: Stock, folder: Path, moment: float) -> tuple[bool, list[str]]:
    """Kill after so many seconds, let the next run end, and say whether the kill found it at work and what differs."""
    trial = _trial(stock.home, folder)
    words = ("take-in", "--home", trial, *stock.words)
    was_killed = a2n_killed_after(moment, *words) == KILLED
    status, _ = a2n_timed(*words)
    differs = [] if status in (0, 1) else [f"the next run ended with {status}"]
    kept = everything(open_home(trial))
    differs += differing_but_for_a_run_more(kept, stock.expected)
    shutil.rmtree(trial)
    return was_killed, differs


def differing_but_for_a_run_more(kept: dict, expected: dict) -> list[str]:
    """Killed when all was done but ending, the command given again is on record as one run more; nothing else may be."""
    names = set(differing(kept, expected))
    if "audit.runs" in names and expected["audit.runs"].join(kept["audit.runs"], on="run", how="anti").is_empty():
        names.discard("audit.runs")
    return sorted(names)


def soak(kills: int, seed: int, workers: int, folder: Path) -> dict:
    """Trials until so many have been killed at work."""
    stock = stocked(folder)
    print(f"undisturbed it takes {stock.seconds:.2f} s", flush=True)
    chance, counts, faults, done = random.Random(seed), Counter(), [], 0
    with ThreadPoolExecutor(workers) as pool:
        while done < kills:
            moments = [chance.uniform(0, stock.seconds) for _ in range(min(workers * 5, kills - done))]
            trials = [folder / f"trial-{counts['trials'] + at}" for at in range(len(moments))]
            for moment, (was_killed, differs) in zip(moments, pool.map(killed_and_mended, [stock] * len(moments), trials, moments), strict=True):  # fmt: skip
                counts["trials"] += 1
                done += was_killed
                counts[f"killed in the {_tenth(moment, stock.seconds)} tenth"] += was_killed
                faults += [{"after seconds": round(moment, 3), "differs": differs}] if differs else []
            print(f"{done} killed, {len(faults)} faults", flush=True)
    return {"kills": done, **counts, "undisturbed_seconds": round(stock.seconds, 2), "faults": faults}


def _tenth(moment: float, whole: float) -> str:
    at = min(int(moment / whole * 10), 9)
    return ("1st", "2nd", "3rd", *(f"{n}th" for n in range(4, 11)))[at]


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--kills", type=int, default=200)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--workers", type=int, default=2)
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    if given.write:
        given.write.parent.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"  # that who is killed leaves a lock behind is no news
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    try:
        found = soak(given.kills, given.seed, given.workers, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if given.write:
        told_of = {
            "command": f"python -m tests.soaks.kills --kills {given.kills} --seed {given.seed}", "files": FILES,
            "day": clock.today().isoformat(), "seconds": round(time.monotonic() - began),
        }  # fmt: skip
        given.write.write_text(json.dumps(told_of | found, indent=2) + "\n")
    return int(bool(found["faults"]))


if __name__ == "__main__":
    sys.exit(main())
