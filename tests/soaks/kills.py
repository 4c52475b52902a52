"""Every command that writes, killed outright at moments of its work, and given again: `python -m tests.soaks.kills --kills 200`.

Each trial begins with the same small home. The process is stopped with SIGKILL as it calls a function of ours, as it changes something on the
disk, half-way through a text, or some time after it began, as drawn by the seed; a process that ended before is no kill, and another moment is
drawn. Nothing half-written may then be where a reader looks, the trail must hold, and no name or key may be left in temporary folders. Then the
command is given again, in a process of its own, and must end as it does when nobody kills it, with everything as if nothing had happened.
`tests/journeys/killing.py` has the table of commands and says what is looked at.

`--only COMMAND --seed N` is one trial of one command, as a fault of the result names it.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.journeys.killing import (
    WRITES,
    Stock,
    Undisturbed,
    called,
    killed_and_given_again,
    stocked,
    undisturbed,
)
from tests.journeys.watched import Laid
from tests.soaks.kept import keep

MOST_DRAWS = 12
"""Moments drawn for one kill, should the process end before one after another."""
_MEMORY, _ROOM = Path("/dev/shm"), 4 * 10**9


def soak(kills: int, seed: int, workers: int, folder: Path, only: list[str]) -> dict:
    """So many kills, spread evenly over every way to give the commands."""
    ways = [way for one in only for way in ways_of(one)]
    stock = stocked(folder, of={WRITES[name][number].of for name, number in ways})
    of_commands, faults = {called(*way): _counts() for way in ways}, []
    asked = [(ways[at % len(ways)], seed + at // len(ways)) for at in range(kills)]
    alone = {way: _Once(stock, way) for way in ways}
    with ThreadPoolExecutor(workers) as pool:
        done = pool.map(lambda trial: (trial, killed_once(stock, alone[trial[0]].done(), trial[1])), asked)
        for at, ((way, number), (drawn, found)) in enumerate(done, 1):
            name = called(*way)
            counts = of_commands[name]
            counts["drawn"] += drawn
            counts["kills"] += found is not None
            if found is not None:
                counts[_kind(found[0])] += 1
                faults += [of_fault(name, number, found[0], why) for why in found[1]]
                counts["faults"] += bool(found[1])
            said = found[1] if found else ["never struck"]
            print(f"{at} of {kills}, {len(faults)} faults ({name}, seed {number})", *said, sep="\n  ", flush=True)
    total = Counter()
    for counts in of_commands.values():
        total.update(counts)
    return {"kills": total["kills"], "drawn": total["drawn"], "commands": of_commands, "faults": faults}  # fmt: skip


class _Once:
    """A command left alone, by whichever of several threads comes to it first; the others wait for that."""

    def __init__(self, stock: Stock, way: tuple[str, int]):
        self._asked, self._lock, self._done = (stock, *way), threading.Lock(), None

    def done(self) -> Undisturbed:
        with self._lock:
            self._done = self._done or undisturbed(*self._asked)
        return self._done


def _counts() -> dict[str, int]:
    return {"kills": 0, "drawn": 0, **dict.fromkeys(KINDS, 0), "faults": 0}


KINDS = ("at a call", "at a change of the disk", "after some time")


def _kind(moment: Laid | float) -> str:
    return KINDS[2] if not isinstance(moment, Laid) else KINDS[0] if ":" in moment.moment else KINDS[1]


def killed_once(stock: Stock, alone: Undisturbed, seed: int) -> tuple[int, tuple[Laid | float, list[str]] | None]:
    """Moments of the seed until one strikes: how many were drawn, the one that did, and what was wrong then."""
    for drawn, moment in enumerate(moments(alone, seed), 1):
        trial = killed_and_given_again(stock, alone, moment)
        if trial.struck:
            return drawn, (moment, trial.faults)
    return MOST_DRAWS, None


def moments(alone: Undisturbed, seed: int) -> Iterator[Laid | float]:
    chance = random.Random(f"{called(alone.name, alone.number)} {seed}")
    for _ in range(MOST_DRAWS):
        yield alone.moment(chance)


def of_fault(name: str, seed: int, moment: Laid | float, why: str) -> dict:
    told = f"{moment.moment}, {moment.nth}" if isinstance(moment, Laid) else f"after {moment} s"
    again = f"python -m tests.soaks.kills --only '{name}' --seed {seed}"
    return {"command": name, "seed": seed, "moment": told, "fault": why, "alone": again}


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument(
        "--kills", type=int, default=None, help="how many; 200, or of one command alone one for each way to give it"
    )
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--workers", type=int, default=2)
    told.add_argument(
        "--only", nargs="+", metavar="COMMAND", help="these commands alone; 'links 1' is the second way to give one"
    )
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    if given.write:
        given.write.parent.mkdir(parents=True, exist_ok=True)
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker"  # that who is killed leaves a lock behind is no news
    only = given.only or list(WRITES)
    kills = given.kills or (200 if given.only is None else sum(len(ways_of(one)) for one in only))
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="kills-", dir=_in_memory()))
    try:
        found = soak(kills, given.seed, given.workers, folder, only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    keep(given.write, f"python -m tests.soaks.kills --kills {kills} --seed {given.seed}", found, began=began)
    print(json.dumps({"kills": found["kills"], "faults": found["faults"]}, indent=1))
    return int(bool(found["faults"]) or found["kills"] < kills)


def ways_of(called: str) -> list[tuple[str, int]]:
    """The ways to give a command, or the one that is asked for by its number."""
    name, _, number = called.partition(" ")
    if name not in WRITES or (number and not (number.isdigit() and int(number) < len(WRITES[name]))):
        raise SystemExit(f"{called} is no command that is killed here: {', '.join(WRITES)}.")
    return [(name, int(number))] if number else [(name, number) for number in range(len(WRITES[name]))]


def _in_memory() -> str | None:
    """Homes are made in memory where it has room for them: what is looked for is what a process leaves, not a machine without power."""
    is_room = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    return str(_MEMORY) if is_room else None


if __name__ == "__main__":
    sys.exit(main())
