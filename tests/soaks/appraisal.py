"""Made-up authorities of which it is known what could be foretold: is a model let order lists exactly where it may be?

    python -m tests.soaks.appraisal --seeds 20

Where absence is independent of the past it must be refused, on every seed; where a signal is planted it must be accepted and recover nine
tenths of the achievable precision at places; where the signal tells of one group alone it must be refused, and the other group named.
Twelve to twenty-three schools of 100 to 170 pupils, and six columns of groups besides that have nothing to do with anything, of which none may
be named. Fails where any is not so. It proves mechanics, not accuracy.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from models.appraisal import appraised
from models.examples import examples_of
from pipeline.edges import clock
from tests.models.made_up import INDEPENDENT, PLANTED, WORSE, achieved, made_up


def soak(seeds: int) -> dict:
    counts = {f"{kind}: {what}": 0 for kind, what in WANTED.items()}
    faults, recovered = [], []
    for seed in range(seeds):
        for kind, what in WANTED.items():
            made = made_up(kind, seed, schools=12 + seed % 12, pupils=100 + 10 * (seed % 8), idle=6)
            done = appraised(examples_of(made.table))
            share = round(achieved(done, made), 4)
            recovered += [share] if kind == PLANTED else []
            is_right = bool(RIGHT[kind](done.verdict, share))
            counts[f"{kind}: {what}"] += is_right
            faults += (
                [] if is_right else [{"kind": kind, "seed": seed, "share": share, "because": done.verdict.because}]
            )
        print(f"{seed + 1} seeds, {len(faults)} faults", *faults[-1:], flush=True)
    least = {
        "least share of achievable precision recovered": min(recovered),
        "mean share": round(sum(recovered) / len(recovered), 4),
    }
    return {"seeds": seeds, **counts, **least, "faults": faults}


WANTED = {
    INDEPENDENT: "refused",
    PLANTED: "accepted, with nine tenths of the achievable precision at places",
    WORSE: "refused, and the group named",
}

RIGHT = {
    INDEPENDENT: lambda verdict, share: not verdict.accepted,
    PLANTED: lambda verdict, share: verdict.accepted and share >= 0.9,
    WORSE: lambda verdict, share: not verdict.accepted and verdict.groups_worse == ("g_group: B",),
}


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--seeds", type=int, default=20)
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    began = time.monotonic()
    result = soak(given.seeds)
    if given.write:
        told_of = {
            "command": f"python -m tests.soaks.appraisal --seeds {given.seeds}",
            "day": clock.today().isoformat(), "seconds": round(time.monotonic() - began),
            "warning": "Made-up data proves mechanics, not accuracy.",
        }  # fmt: skip
        given.write.parent.mkdir(parents=True, exist_ok=True)
        given.write.write_text(json.dumps(told_of | result, indent=2) + "\n")
    return int(bool(result["faults"]))


if __name__ == "__main__":
    sys.exit(main())
