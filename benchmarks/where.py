"""Where time goes: the largest hops of the backfill and of the night, beside a bare read of the same files, from the results kept.

python -m benchmarks.where [--write-readme]
"""

import argparse

from .made_up import README, RESULTS
from .report import between_marks, read_json

NAME = "where"
LARGEST = 3


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.where", description=__doc__.partition("\n")[0])
    words.add_argument("--write-readme", action="store_true", help="put it into README.md, between its marks")
    asked = words.parse_args()
    page = told(read_json("backfill"), read_json("night"))
    (RESULTS / f"{NAME}.md").write_text(page + "\n", encoding="utf-8")
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
    """The largest hops, the rest in one row, and what no hop counts: start-up and imports."""
    whole, scan = told["medians"][what]["seconds"], told["medians"]["scan"]["seconds"]
    hops = sorted(told["hops"][what].items(), key=lambda hop: -hop[1])
    largest, others = hops[:LARGEST], sum(seconds for _, seconds in hops[LARGEST:])
    outside = max(0.0, whole - sum(seconds for _, seconds in hops))
    rows = [
        *largest,
        (f"the other {len(hops) - LARGEST} hops", others),
        ("start-up, imports, clearing up", outside),
        ("all of it", whole),
    ]
    lines = [f"| {name} | {seconds:.1f} | {seconds / whole:.0%} | {seconds / scan:.2f} |" for name, seconds in rows]
    said = f"{title}; a bare read of the same files took {scan:.1f} s:"
    return "\n".join([said, "", "| hop | seconds | share | times the bare read |", "|---|---:|---:|---:|", *lines])


if __name__ == "__main__":
    main()
