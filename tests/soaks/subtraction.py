"""A reader takes one published number from another: on each night of each of so many small authorities, and from night to night.

    python -m tests.soaks.subtraction --authorities 50 --nights 6

They must find nothing of what is published, and must find what is given away with hiding, or with remembering, switched off. Fails
where any of the three is not so.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path

from pipeline.edges import clock
from pipeline.steps.disclosure import NOTHING
from tests.properties.subtraction import numbers
from tests.properties.told_nights import Authority, as_published, found, one_by_one, with_no_memory


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
    result = soak(given.authorities, given.nights)
    if given.write:
        told_of = {
            "command": f"python -m tests.soaks.subtraction --authorities {given.authorities} --nights {given.nights}",
            "day": clock.today().isoformat(), "seconds": round(time.monotonic() - began),
        }  # fmt: skip
        given.write.write_text(json.dumps(told_of | result, indent=2) + "\n")
    switched_off = [result["authorities where one-by-one hiding leaks"], result["authorities where forgetting leaks"]]
    return int(bool(result["faults"]) or 0 in switched_off)


if __name__ == "__main__":
    sys.exit(main())
