"""A change of each key, killed outright again and again: `python -m tests.soaks.rekeying --kills 50`.

Each trial begins with the same home, whose lists are out. The command is killed as it comes to a named step, or some time after it began.
Then the home must open, and hold what it held; the command given again must end, and leave nothing beside what is there; the home must hold
what it held once more, and make the same lists of the same day; and a list that went out before must be read when it comes back.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipeline.edges.settings import open_home
from tests.journeys.at_home import tables
from tests.journeys.killed import KILLED, a2n_killed, a2n_killed_after, a2n_timed
from tests.journeys.rekeyed import answered, as_now, authority, differing, everything, grown, left_over, since
from tests.soaks.kept import keep

KEYS = ("warehouse", "identity", "pseudonym")
STEPS = (
    ("pipeline.edges.trail:record", 1),
    ("pipeline.edges.settling:begin", 1),  # nothing is written yet
    ("pipeline.edges.keys:make_key", 1),  # on record, and no new key
    ("pipeline.hops.rekeying:write_anew", 1),
    ("pipeline.edges.anew:to_disk", 1),  # written, and perhaps not on the disk
    ("pipeline.hops.rekeying:_counts", 2),
    ("pipeline.edges.settling:prove", 1),  # the last moment that is undone
    ("pipeline.edges.settling:_finish", 1),  # the first that is finished
    ("pipeline.edges.settling:put_in_place", 1),
    ("pipeline.edges.in_place:to_disk", 3),  # the databases are in place, and the key is too
    ("pipeline.edges.in_place:to_disk", 1),
)
STEPS_OF_TWO = (
    ("pipeline.hops.rekeying:write_anew", 2),  # one of two is written
    ("pipeline.hops.renewed_ids:copy_renewed", 1),
    ("pipeline.edges.settling:put_in_place", 2),  # one of two is in place
)
"""Of the pseudonym key alone, by which both databases are written anew."""


@dataclass(frozen=True)
class Stock:
    """A home never touched, all it holds, the day of its lists, one of them answered, and how long each key takes to change."""

    home: Path
    kept: dict[str, pl.DataFrame]
    day: date
    answered: bytes
    seconds: dict[str, float]


@dataclass(frozen=True)
class Trial:
    """A change of `key`, killed at a `step` for the nth time, or after so many seconds."""

    key: str
    step: str | None
    moment: float

    def __str__(self) -> str:
        return f"{self.key}: {self.step} ({self.moment:g})" if self.step else f"{self.key}: after {self.moment:.2f} s"


def stocked(folder: Path, *, timed: bool = True) -> Stock:
    made = authority(folder / "made")
    home = grown(made, folder / "home")
    seconds = {key: _seconds(home.folder, folder / "timed", key) if timed else 1.0 for key in KEYS}
    return Stock(home.folder, everything(home), made.last_day, answered(home, made.last_day), seconds)


def _seconds(home: Path, trial: Path, key: str) -> float:
    shutil.copytree(home, trial, symlinks=True)
    status, seconds = a2n_timed("rekey", key, "--home", trial)
    shutil.rmtree(trial)
    if status:
        raise ValueError(f"left alone, the change of {key} ended with {status}")
    return seconds


def trials(stock: Stock, kills: int, seed: int) -> list[Trial]:
    """Each step of each key once, and then moments of chance."""
    steps = [Trial(key, *step) for step in STEPS for key in KEYS] + [Trial("pseudonym", *step) for step in STEPS_OF_TWO]
    chance = random.Random(seed)
    if kills < len(steps):
        return chance.sample(steps, kills)
    keys = [KEYS[at % len(KEYS)] for at in range(kills - len(steps))]
    return steps + [Trial(key, None, chance.uniform(0.1, 1) * stock.seconds[key]) for key in keys]


def killed_and_mended(stock: Stock, folder: Path, trial: Trial) -> tuple[bool, list[str]]:
    """Whether the kill found it at work, and what is not as it must be."""
    shutil.copytree(stock.home, folder, symlinks=True)
    words = ("rekey", trial.key, "--home", folder)
    killed = a2n_killed(trial.step, int(trial.moment), *words) if trial.step else a2n_killed_after(trial.moment, *words)
    faults = [] if killed == KILLED or not trial.step else [f"it never came there, and ended with {killed}"]
    faults += [f"killed: {name}" for name in _differing(stock, folder)]
    faults += _left(folder, "killed and opened")
    status, _ = a2n_timed(*words)
    faults += [f"given again, it ended with {status}"] if status else []
    faults += [f"given again: {name}" for name in _differing(stock, folder)] + _left(folder, "given again")
    status, _ = a2n_timed("flag", "--home", folder, "--as-of", stock.day)
    faults += [f"the same day's lists ended with {status}"] if status else []
    faults += [f"the same day's lists: {name}" for name in _differing(stock, folder)]
    faults += _came_back(stock, folder)
    shutil.rmtree(folder)
    return killed == KILLED, faults


def _differing(stock: Stock, folder: Path) -> list[str]:
    home = open_home(folder)
    kept = everything(home)  # first: who opens a home finishes or undoes what was killed
    return differing(kept, as_now(stock.kept, since(home, stock.kept)))


def _left(folder: Path, when: str) -> list[str]:
    return [f"{when}: {name} is left" for name in left_over(open_home(folder))]


def _came_back(stock: Stock, folder: Path) -> list[str]:
    home = open_home(folder)
    to = home.inbox / "returned"
    to.mkdir(exist_ok=True)
    (to / "list.xlsx").write_bytes(stock.answered)
    status, _ = a2n_timed("outcomes", "--home", folder, "--known-on", stock.day + timedelta(days=1))
    decided = tables(home, "feedback")["feedback.decisions"]
    told = since(home, stock.kept)
    listed = {now for was in stock.kept["derived.issued_places"]["pupil_id"] if (now := told.get(was, was))}
    if status or decided.height != 1 or decided["pupil_id"][0] not in listed:
        return [f"the list that came back: status {status}, {decided.height} decisions"]
    return []


def soak(kills: int, seed: int, workers: int, folder: Path) -> dict:
    """Trials until so many have been killed at work."""
    stock, counts, faults, done, of_chance = stocked(folder), Counter(), [], 0, 0
    print({key: round(seconds, 2) for key, seconds in stock.seconds.items()}, flush=True)
    waiting = trials(stock, kills, seed)
    with ThreadPoolExecutor(workers) as pool:
        while waiting:
            places = [folder / f"trial-{counts['trials'] + at}" for at in range(len(waiting))]
            found = pool.map(killed_and_mended, [stock] * len(waiting), places, waiting)
            for trial, (was_killed, wrong) in zip(waiting, found, strict=True):
                counts["trials"] += 1
                done += was_killed
                of_chance += was_killed and not trial.step
                counts[f"killed while {trial.key} was changed"] += was_killed
                faults += [{"trial": str(trial), "faults": wrong}] if wrong else []
                print(trial, "killed" if was_killed else "had ended", wrong or "", flush=True)
            chance = random.Random(seed + counts["trials"])
            waiting = [Trial(key, None, chance.uniform(0.1, 0.6) * stock.seconds[key]) for key in KEYS * (kills - done)][: kills - done]  # fmt: skip
    return {"kills": done, "of them at a moment of chance": of_chance, **counts, "faults": faults}


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--kills", type=int, default=50)
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--workers", type=int, default=2)
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"  # that who is killed leaves a lock behind is no news
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="rekeying-"))
    try:
        found = soak(given.kills, given.seed, given.workers, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    keep(given.write, f"python -m tests.soaks.rekeying --kills {given.kills} --seed {given.seed}", found, began=began)
    return int(bool(found["faults"]))


if __name__ == "__main__":
    sys.exit(main())
