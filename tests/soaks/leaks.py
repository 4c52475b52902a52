"""Every command over an authority whose every name carries a mark, failing in every way there is, and no mark to be found afterwards.

    python -m tests.soaks.leaks --each 12 --write tests/soaks/results/leaks.json

Each command as `tests/journeys/leaks.py` has it, over extracts in every spelling; then made to fail: by an exception that quotes a child's
record, raised in one function after another of those the command calls; by a signal at such a moment; by a disk that is full; by keys that
are wrong, missing or swapped. After each, all it printed and left is searched. Fails where a mark is found, where a traceback is printed,
where a file is left over by a command that was not killed, or where the search finds nothing in the places that do hold names.
"""

import argparse
import json
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

from tests.journeys.at_home import KEY
from tests.journeys.leaks import RUNS, Left, Stage, found_in, staged
from tests.journeys.watched import FAULTS, SIGNALS, Laid

from .kept import keep

SPELLINGS = ({"marks_as": "sims"}, {"marks_as": "arbor"}, {"marks_as": "bromcom"}, {"marks_as": "renamed"}, {"marks_as": "wonde", "census_as": "xml"})  # fmt: skip
OF_SPELLINGS = ("check", "take-in", "nightly")
NOT_FAILED = {"demo", "synthesise", "describe", "serve", "init"}
"""They read no child's record, so that nothing they fail with could be of one."""

ROOMS = (30_000, 200_000, 450_000, 900_000)
HOW = ("as given", "as spelt", "clean", "exception", "signal", "full disk", "wrong key", "swapped keys")
_TELLING = threading.Lock()


def as_given(stage: Stage, names) -> Iterator[tuple]:
    for name in names:
        for number, given in enumerate(RUNS[name]):
            yield "as given", name, given, f"{number}", None, {}


def failing(stage: Stage, each: int, chance: random.Random, only: list[str], say) -> Iterator[tuple]:
    """For each command, moments of chance among all that it comes to, with one fault after another, and signals at others."""
    kinds = list(FAULTS)
    for name in sorted((set(RUNS) & set(only)) - NOT_FAILED):
        given = RUNS[name][0]
        clean = stage.run(name, given, told=True)
        moments = [moment for moment in clean.ran.moments if not moment.startswith("pipeline.__main__")]
        say("clean", clean)
        for number, moment in enumerate(chance.sample(moments, min(each, len(moments)))):
            yield "exception", name, given, moment, Laid(moment, kinds[number % len(kinds)]), {}
        for number, moment in enumerate(chance.sample(moments, min(max(each // 3, 1), len(moments)))):
            yield "signal", name, given, moment, Laid(moment, SIGNALS[number % len(SIGNALS)]), {}


def on_a_bad_machine() -> Iterator[tuple]:
    for name in ("check", "take-in", "nightly", "flag", "export", "backup", "learn", "pages"):
        for room in ROOMS:
            yield "full disk", name, RUNS[name][0], str(room), None, {"room": room}
    swapped = {"A2N_WAREHOUSE_KEY": KEY["identity"], "A2N_IDENTITY_KEY": KEY["warehouse"]}
    for name in ("take-in", "nightly", "flag", "links", "export", "outcomes"):
        for which in ("warehouse", "identity", "pseudonym"):
            wrong = {f"A2N_{which.upper()}_KEY": "not the key it was made with, but as long"}
            yield "wrong key", name, RUNS[name][0], which, None, {"environment": wrong}
        yield "swapped keys", name, RUNS[name][0], "warehouse and identity", None, {"environment": swapped}


def judged(how: str, name: str, left: Left, stage: Stage, laid: Laid | None) -> list[str]:
    """What is wrong with what a run left behind, in words without the marks."""
    faults = [f"a mark in {place}" for place in left.found(stage.marks)]
    if "Traceback" in left.ran.err:
        faults.append("a traceback on standard error")
    if left.ran.status is None or (left.ran.status >= 0 and left.left_over()):
        faults += [f"left over: {one}" for one in left.left_over()]
    # What is refused of one spelling is not of another.
    ends = {"as given": left.given.status, "as spelt": (0, *left.given.status)}
    if how in ends and left.ran.status not in ends[how]:
        faults.append(f"it ended with status {left.ran.status}")
    if laid and not left.ran.came:
        faults.append("the moment never came")
    return faults


def soak(each: int, seed: int, workers: int, folder: Path, only: list[str]) -> dict:
    counts, faults = Counter(), []

    def one(stage: Stage, run: tuple) -> None:
        how, name, given, of, laid, more = run
        left = stage.run(name, given, laid, **more)
        tell(how, left, stage, name, of, laid)

    def tell(how, left: Left, stage: Stage, name: str, of: str, laid: Laid | None) -> None:
        wrong = judged(how, name, left, stage, laid)
        with _TELLING:
            counts[how] += 1
            counts[f"{how}: ended by signal"] += (left.ran.status or 0) < 0
            faults.extend(
                {
                    "how": how,
                    "command": name,
                    "of": of,
                    "does": laid.does if laid else "",
                    "fault": why,
                    "said": left.ran.err[-300:] if "mark" not in why else "",
                }
                for why in wrong
            )
            print(
                f"{sum(n for what, n in counts.items() if what in HOW)} runs, {len(faults)} faults ({how}, {name}, {of}) {'; '.join(wrong)}",
                flush=True,
            )
        left.clear()

    plain = staged(folder / "plain")
    counts["places that do hold names, found"] = len(found_in(plain.homes["morning"], plain.marks))
    with ThreadPoolExecutor(workers) as pool:
        runs = failing(
            plain, each, random.Random(seed), only, lambda how, left: tell(how, left, plain, "clean", "", None)
        )
        list(pool.map(lambda run: one(plain, run), runs))
        others = [run for run in (*as_given(plain, RUNS), *on_a_bad_machine()) if run[1] in only]
        list(pool.map(lambda run: one(plain, run), others))
    for number, how in enumerate(SPELLINGS):
        stage = staged(folder / f"spelling-{number}", with_faults=False, agencies=True, **how)
        with ThreadPoolExecutor(workers) as pool:
            list(
                pool.map(
                    lambda run, stage=stage: one(stage, ("as spelt", *run[1:])),
                    list(as_given(stage, [name for name in OF_SPELLINGS if name in only])),
                )
            )
        shutil.rmtree(folder / f"spelling-{number}")
    return {"each": each, "seed": seed, "commands": only, **counts, "faults": faults}


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--each", type=int, default=12, help="moments of each command at which it is made to fail")
    told.add_argument("--seed", type=int, default=1)
    told.add_argument("--workers", type=int, default=2)
    told.add_argument("--only", nargs="+", default=list(RUNS), metavar="COMMAND", help="these commands alone")
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    began, folder = time.monotonic(), Path(tempfile.mkdtemp(prefix="leaks-"))
    try:
        found = soak(given.each, given.seed, given.workers, folder, given.only)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(found, indent=1))
    command = f"python -m tests.soaks.leaks --each {given.each} --seed {given.seed}"
    command += f" --only {' '.join(given.only)}" if given.only != list(RUNS) else ""
    keep(given.write, command, found, began=began)
    return int(bool(found["faults"]) or not found["places that do hold names, found"])


if __name__ == "__main__":
    sys.exit(main())
