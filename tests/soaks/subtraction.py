"""A reader takes one published number from another: on each night of each of so many small authorities, and from night to night.

    python -m tests.soaks.subtraction --authorities 50 --nights 6

Then on three nights of the demo's authority, as runs publish them. They must find nothing of what is published, and must find what is given away with hiding, or with remembering, switched off. Fails
where any of the three is not so.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from pipeline import flow
from pipeline.demonstration import demo
from pipeline.edges import clock
from pipeline.edges.settings import open_home
from pipeline.steps.disclosure import NOTHING
from tests.properties.subtraction import numbers
from tests.properties.told_nights import (
    Authority,
    as_it_is_published,
    as_published,
    found,
    one_by_one,
    with_no_memory,
    worked_out,
)  # fmt: skip

DEMO = {"pupils": 3000, "schools": 12, "seed": 1, "weeks": 20}
"""As `a2n demo` makes it where nothing else is asked for."""


def soak(authorities: int, nights: int) -> dict:
    counts, faults = Counter(), []
    for seed in range(authorities):
        authority = Authority(seed, how_many=nights)
        exact = authority.exact()
        leaks = found(exact)
        counts["nights"] += nights
        counts["numbers found"] += len(leaks)
        faults += [{"seed": seed, "night": night, "number": " ".join(map(str, name))} for night, name in leaks]
        counts["authorities where one-by-one hiding leaks"] += bool(found(exact[:1], one_by_one))
        counts["authorities where forgetting leaks"] += bool(found(exact, with_no_memory))
        counts["counts told"], counts["counts hidden"] = (
            so_far + tonight
            for so_far, tonight in zip((counts["counts told"], counts["counts hidden"]), _told(exact), strict=True)
        )
        print(f"{seed + 1} authorities, {len(faults)} numbers found", flush=True)
    return {"authorities": authorities, **counts, "faults": faults}


def of_the_demo() -> dict:
    """Friday, Monday and Tuesday of the demo's home: two weeks of groups, and one night on which they stand."""
    with tempfile.TemporaryDirectory(prefix="a2n-") as folder, as_it_is_published() as (told, exact):
        home = Path(folder) / "home"
        demo(home, **DEMO)
        first = exact[0]["run"]["as_of"].item()
        for days in (3, 4):
            flow.flag(open_home(home), as_of=first + timedelta(days=days))
        leaks = worked_out(told, exact)
    last = list(numbers(told[-2]).values())
    print(f"The demo: {len(leaks)} numbers found", flush=True)
    return {
        "nights of the demo": len(told),
        "numbers found in the demo": [f"{night} {' '.join(map(str, name))}" for night, name in leaks],
        "counts told in the demo": sum(value is not None for value in last),
        "counts hidden in the demo": sum(value is None for value in last),
    }


def _told(exact: list) -> tuple[int, int]:
    """Of the last night, how many counts are told, and how many hidden."""
    memory = NOTHING
    for counts in exact:
        pages, memory = as_published(counts, memory)
    last = list(numbers(pages).values())
    return sum(value is not None for value in last), sum(value is None for value in last)


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--authorities", type=int, default=50)
    told.add_argument("--nights", type=int, default=6)
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    if given.write:
        given.write.parent.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    result = of_the_demo() | soak(given.authorities, given.nights)
    if given.write:
        told_of = {
            "command": f"python -m tests.soaks.subtraction --authorities {given.authorities} --nights {given.nights}",
            "day": clock.today().isoformat(), "seconds": round(time.monotonic() - began),
        }  # fmt: skip
        given.write.write_text(json.dumps(told_of | result, indent=2) + "\n")
    switched_off = [result["authorities where one-by-one hiding leaks"], result["authorities where forgetting leaks"]]
    return int(bool(result["faults"] or result["numbers found in the demo"]) or 0 in switched_off)


if __name__ == "__main__":
    sys.exit(main())
