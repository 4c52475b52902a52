"""Can whoever reads every published snapshot, and knows how many pupils each school has, work out a hidden count?

    python -m benchmarks.snapshot_attack --weeks 26 --seeds 2 [--pupils 600 3000 --schools 12] --date 2026-11-28 [--write-readme]

Makes up authorities, runs a night a week for so many weeks, and keeps each week's snapshot as our suppression leaves it and as a naive
one would (`naive_suppression`: 1 to 4 hidden, nothing else, no memory). Then `attack` is let loose on both, knowing the same: first a
reader who is certain of everything; then a lucky one, who takes numbers for unchanged from one week to the next and is told where that is
so. What they claim is held to the exact counts, which only this program has. Full lists are not counted: the notes tell them. Fails where the
certain reader finds a count of few of ours, where nothing of the naive is found, or where anything claimed is not so. What is hidden only
for another's sake, or for the year, is told of apart.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from .attack import carefully, hidden_cells, naively, reckoned, recovered
from .attack_nights import Weekly, weekly_nights
from .attack_scoring import Score, guesses, scored, supposed_rightly, told_by_places, truth_of
from .attack_tables import read_pupils, read_snapshots
from .report import machine, written

NAME = "snapshot_attack"
RULES = {"ours": carefully, "naive": naively}
READERS = ("certain", "lucky")


def attacked(folder: Path) -> dict:
    """Both suppressions of one authority's weeks, each by both readers, and the guesses."""
    told: dict = {"guesses": {}}
    for of, rule in RULES.items():
        weeks, rolls = read_snapshots(folder / of), read_pupils(folder / "pupils.csv")
        truth, full_lists = truth_of(weeks, folder / "truth"), told_by_places(weeks, folder / "truth")
        hidden = hidden_cells(weeks) - full_lists
        told["guesses"][of] = {words: vars(one) for words, one in guesses(weeks, truth).items()}
        for reader in READERS:
            supposed = supposed_rightly(weeks, truth) if reader == "lucky" else {}
            found = recovered(reckoned(weeks, rolls, rule, supposed), weeks, but_not=supposed)
            told[of, reader] = scored(weeks, hidden - supposed.keys(), found, truth)
    return told


def in_figures(authorities: list[tuple[Weekly, dict]], run: dict) -> dict:
    return {
        "name": NAME,
        "run": run,
        "machine": machine(),
        "authorities": [
            {"made_up": asked.told, "guesses": one["guesses"]}
            | {f"{of}, {reader}": _score(one[of, reader]) for of in RULES for reader in READERS}
            for asked, one in authorities
        ],
        "in_all": {
            f"{of}, {reader}": _score(summed(one[of, reader] for _, one in authorities))
            for of in RULES for reader in READERS
        },
        "guesses": {
            of: {words: _sum(one["guesses"][of][words] for _, one in authorities) for words in authorities[0][1]["guesses"][of]}
            for of in RULES
        },
    }  # fmt: skip


def summed(scores: Iterable[Score]) -> Score:
    total = Score()
    for one in scores:
        total.hidden += one.hidden
        total.telling += one.telling
        for name in ("found", "tables", "hidden_by_table", "because"):
            getattr(total, name).update(getattr(one, name))
        total.examples += one.examples
        total.wrong += one.wrong
    return total


def _sum(some: Iterable[dict]) -> dict:
    counted: Counter = Counter()
    for one in some:
        counted.update(one)
    return dict(counted)


def _score(score: Score) -> dict:
    return {
        "hidden": score.hidden, "of_few": score.telling, "of_few_found": score.found["telling"],
        "not_small_found": score.found["not small"], "noughts_found": score.found["noughts"], "rests_of_few_found": score.found["rests"], "claimed_wrongly": len(score.wrong),
        "by_table": {table: [score.tables[table], of] for table, of in sorted(score.hidden_by_table.items())},
        "by_relation": dict(score.because.most_common()), "examples": score.examples[:20], "wrong": score.wrong[:20],
    }  # fmt: skip


# In words


def in_words(told: dict, names: dict[str, str]) -> str:
    run, every = told["run"], told["in_all"]
    lines = [
        f"{run['weeks']} weekly snapshots of {len(told['authorities'])} made-up authorities ({'; '.join(one['made_up'] for one in told['authorities'])}), "
        "read with the number of pupils of each school and week, but of a school of one to four.", "",
        "| suppression | reader | counts hidden | of few or none | of those found | of five or more found | noughts found | found of what is left of a whole | claimed wrongly |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {names[of]} | {reader} | {one['hidden']:,} | {one['of_few']:,} | {one['of_few_found']:,} | {one['not_small_found']:,} "
            f"| {one['noughts_found']:,} | {one['rests_of_few_found']:,} | {one['claimed_wrongly']:,} |"
            for of in RULES for reader in READERS for one in [every[f"{of}, {reader}"]]
        ), "",
        _plainly(every), "",
        "Of the naive suppression, by table, as the certain reader found them:", "", "| table | hidden | found |", "|---|---:|---:|",
        *(f"| {table} | {of:,} | {found:,} |" for table, (found, of) in every["naive, certain"]["by_table"].items()), "",
        "And by the relation that settled them:", "", "| relation | found |", "|---|---:|",
        *(f"| {because} | {found:,} |" for because, found in every["naive, certain"]["by_relation"].items()), "",
        "Guesses of hidden counts of few, against the best single number for each table and column:", "",
        "| suppression | guess | tried | right | best single number right |", "|---|---|---:|---:|---:|",
        *(
            f"| {names[of]} | {words} | {one['tried']:,} | {one['right']:,} | {one['by_prior']:,} |"
            for of in RULES for words, one in told["guesses"][of].items()
        ), "", f"`{run['command']}`{', ' + run['date'] if run['date'] else ''}.",
    ]  # fmt: skip
    return "\n".join(lines)


def _plainly(every: dict) -> str:
    """What is found of ours, and what that is worth to a reader; what the lucky reader's luck is."""
    certain = every["ours, certain"]
    return (
        f"Of ours {certain['not_small_found']:,} hidden counts of five or more are found, and {certain['noughts_found']:,} noughts that tell of nobody. "
        "They were hidden on an earlier day, for a few children's sake or to cover for such a count, and stay empty for the school year, though "
        "what stands beside them gives them by now: that they are empty protects nobody any more. Whoever finds one, and supposes that "
        "it was the same on the day that it was hidden, may have a small count of that day; nobody tells them whether it was. "
        "The lucky reader is told by the harness which hidden numbers are as they were last told, and so has more than anyone does: the last lines below say how often a "
        "reader is right who supposes it without being told."
    )


NAMES = {"ours": "ours", "naive": "naive: 1 to 4 hidden, no more"}


def failed(told: dict) -> list[str]:
    """What is not as it should be, in sentences."""
    every, faults = told["in_all"], []
    for of in RULES:
        for reader in READERS:
            one = every[f"{of}, {reader}"]
            if one["claimed_wrongly"]:
                faults.append(
                    f"{one['claimed_wrongly']} claims of {of} ({reader}) are not so: a relation of the attack is wrong."
                )
            if of == "ours" and reader == "certain" and (one["of_few_found"] or one["rests_of_few_found"]):
                faults.append("Of ours a count of few was found.")
    if not every["naive, certain"]["of_few_found"]:
        faults.append("Nothing was found of the naive suppression: the attack proves nothing.")
    return faults


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--pupils", type=int, nargs="+", default=[600, 3000])
    words.add_argument("--schools", type=int, default=12)
    words.add_argument("--weeks", type=int, default=26)
    words.add_argument("--seeds", type=int, default=1)
    words.add_argument("--date", type=date.fromisoformat, help="the day to print beside the figures")
    words.add_argument("--kept", type=Path, help="keep the weeks here, and use again those that are")
    words.add_argument("--write-readme", action="store_true", help="put the table into README.md, between its marks")
    asked = words.parse_args()
    authorities = []
    with tempfile.TemporaryDirectory(prefix="a2n-") as passing:
        for pupils in asked.pupils:
            for seed in range(1, asked.seeds + 1):
                one = Weekly(pupils, asked.schools, seed, asked.weeks)
                folder = (asked.kept or Path(passing)) / f"{pupils}-{asked.schools}-{seed}-{asked.weeks}"
                if not (folder / "pupils.csv").exists():
                    weekly_nights(one, folder)
                authorities.append((one, attacked(folder)))
                print(one.told, flush=True)
    given = f"--pupils {' '.join(map(str, asked.pupils))} --schools {asked.schools} --weeks {asked.weeks} --seeds {asked.seeds}"
    run = {"command": f"python -m benchmarks.{NAME} {given}", "date": asked.date.isoformat() if asked.date else None, "weeks": asked.weeks}  # fmt: skip
    told = in_figures(authorities, run)
    print(written(told, in_words, NAMES, write_readme=asked.write_readme))
    for fault in (faults := failed(told)):
        print(fault)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
