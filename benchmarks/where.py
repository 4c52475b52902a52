"""Where time goes: the largest hops of the backfill and of the night, beside a bare read of the same files, from the results kept.

python -m benchmarks.where [--write-readme | --smaller]
"""

import argparse

from .made_up import README, RESULTS
from .report import SMALLER, between_marks, read_json

NAME = "where"
LEAST = 0.02
"""Of the whole: smaller hops are told of together."""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.where", description=__doc__.partition("\n")[0])
    words.add_argument("--write-readme", action="store_true", help="put it into README.md, between its marks")
    words.add_argument("--smaller", action="store_true", help="of the last run smaller than those that are kept")
    asked = words.parse_args()
    folder = SMALLER if asked.smaller else RESULTS
    page = told(read_json("backfill", folder), read_json("night", folder))
    (folder / f"{NAME}.md").write_text(page + "\n", encoding="utf-8")
    if asked.write_readme:
        between_marks(README, NAME, page)
    print(page)


def told(backfill: dict, night: dict) -> str:
    """A table of each that was measured. Raises SystemExit where neither was."""
    parts = []
    if backfill:
        title = f"a backfill of {backfill['run']['marks']:,} marks (`{backfill['run']['command']}`)"
        parts.append(of_one(f"Of {title}", backfill, "take_in_history"))
    if night:
        week = max(night["weeks"], key=int)
        one = night["weeks"][week]
        title = f"Of a night of {one['run']['pupils']:,} pupils in school week {week} (`{night['run']['command']}`)"
        parts.append(of_one(title, one, "nightly"))
    if not parts:
        raise SystemExit(
            "Nothing is measured yet: run python -m benchmarks.backfill or python -m benchmarks.night first."
        )
    return "\n\n".join(parts)


def of_one(title: str, told: dict, what: str) -> str:
    """The hops, the largest first, small ones in one row, and what no hop counts: start-up and imports."""
    whole, scan = told["medians"][what]["seconds"], told["medians"]["scan"]["seconds"]
    hops = sorted(told["hops"][what].items(), key=lambda hop: -hop[1])
    largest = [hop for hop in hops if hop[1] >= LEAST * whole]
    others = hops[len(largest) :]
    outside = max(0.0, whole - sum(seconds for _, seconds in hops))
    rows = [
        *largest,
        *([(f"the other {len(others)} hops", sum(seconds for _, seconds in others))] if others else []),
        ("start-up, imports, clearing up", outside),
        ("all of it", whole),
    ]
    lines = [f"| {name} | {seconds:.1f} | {seconds / whole:.0%} | {seconds / scan:.2f} |" for name, seconds in rows]
    said = f"{title}; a bare read of the same files took {scan:.1f} s:"
    return "\n".join([said, "", "| hop | seconds | share | times the bare read |", "|---|---:|---:|---:|", *lines])


if __name__ == "__main__":
    main()
