"""A reader of nothing but the published snapshots, week after week, and of how many pupils each school has, who wants the hidden counts.

    python -m benchmarks.attack SNAPSHOTS PUPILS.csv [--naive]

SNAPSHOTS is a folder of the published files, one a week; PUPILS.csv has urn and pupils, and as_of where they are of a day. Prints every
hidden count that can be nothing but one number, and the relation it follows from. No code of the pipeline is used, and no warehouse.

The reader knows the notes of every table, how hiding is done (that nought is told but of groups, that what was hidden stays so), how many
places a school has, and every relation in `attack_relations`. With `--naive` they know that whatever is hidden is 1 to 4.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from .attack_relations import Relation, between_weeks, relations, rests
from .attack_solving import Pinned, Reckoning
from .attack_tables import Name, Rolls, Snapshot, read_pupils, read_snapshots, rolls_of

Cell = tuple[int, Name]
"""A week's number, and a number's name."""

NOUGHT_MAY_BE_HIDDEN = ("not_eligible", "not_raised", "no_finding", "plans_in_time", "plans_in_time_with_exceptions")
"""Columns of which nought may tell that all of a place are one thing, as the notes say."""

PLACES, PUPILS_A_PLACE, FEWEST_PLACES = 10, 50, 3
"""Of a school, as the README says of homes that set nothing else."""

A_LOT = 20_000

Rule = Callable[[Sequence[Snapshot]], Callable[[int, Name], tuple[int, int]]]
"""Of these weeks the least and most that a hidden number of one can be, as far as how it was hidden tells."""


def naively(weeks: Sequence[Snapshot]) -> Callable[[int, Name], tuple[int, int]]:
    """A school's and a phase's eligible are worked out from two others, and empty where either is."""
    few = {True: (1, A_LOT), False: (1, weeks[0].fewest_shown - 1)}
    return lambda week, name: few[name[0] in ("phase", "school") and name[-1] == "eligible"]


def carefully(weeks: Sequence[Snapshot]) -> Callable[[int, Name], tuple[int, int]]:
    """Nought is told, but for what the notes except; what was hidden before may be anything, and so may a row left empty whole."""
    first: dict[Name, int] = {}
    for number, week in enumerate(weeks):
        for name, value in week.numbers.items():
            if value is None:
                first.setdefault(name, number)
    told = [{name[:-1] for name, value in week.numbers.items() if value is not None} for week in weeks]

    def tells(week: int, name: Name) -> bool:
        return first[name] == week and name[:-1] in told[week] and not nought_may_be_hidden(name)

    return lambda week, name: (int(tells(week, name)), A_LOT)


def nought_may_be_hidden(name: Name) -> bool:
    table, column = name[0], name[-1]
    if table == "group_audit":
        return name[1] != "phase"
    return table == "ever" or (table == "specialist" and name[2] == "area") or column in NOUGHT_MAY_BE_HIDDEN


def reckoned(
    weeks: Sequence[Snapshot], rolls: Rolls, rule: Rule, supposed: Mapping[Cell, int] | None = None
) -> Reckoning:
    """All that the reader knows of all weeks. `supposed` are hidden numbers that they take to be so."""
    known, supposed, could_be = Reckoning(), supposed or {}, rule(weeks)
    for number, week in enumerate(weeks):
        roll = rolls_of(rolls, week.as_of)
        for name, value in week.numbers.items():
            cell = number, name
            told = _roll_of(week, roll, name) if value is None else value
            told = supposed.get(cell, told)
            least, most = (told, told) if told is not None else could_be(number, name)
            known.least[cell] = least
            known.most[cell] = max(least, min(most, _most(week, roll, name))) if told is None else most
        for rest in rests(week):
            if rest.whole in week.numbers and all(part in week.numbers for part in rest.parts):
                known.least[number, rest.name], known.most[number, rest.name] = 0, A_LOT
                terms = ((rest.whole, -1), (rest.name, 1), *((part, 1) for part in rest.parts))
                known.add(_of_week(number, [Relation("what is left of a whole", terms)]))
        known.add(_of_week(number, relations(week)))
    for number, (before, after) in enumerate(pairwise(weeks)):
        for because, name in between_weeks(before, after):
            known.add([Relation(because, (((number, name), -1), ((number + 1, name), 1)), 0, A_LOT * 100)])
    return known


def _of_week(number: int, some: Iterable[Relation]) -> Iterable[Relation]:
    for one in some:
        yield Relation(one.because, tuple(((number, name), sign) for name, sign in one.terms), one.least, one.most)


def _roll_of(week: Snapshot, roll: Mapping[int, int], name: Name) -> int | None:
    """Pupils of a school are what this reader was given; of a phase and the whole home, where all their schools were."""
    if name[-1] != "pupils_on_roll" or name[0] not in ("school", "phase", "run"):
        return None
    schools = {
        urn for urn, row in week.schools.items() if name[0] == "run" or name[1] in (urn, row["phase"])
    }  # fmt: skip
    return sum(roll[urn] for urn in schools) if schools and schools <= roll.keys() else None


def _most(week: Snapshot, roll: Mapping[int, int], name: Name) -> int:
    table, column = name[0], name[-1]
    if table in ("feed", "data_quality"):
        read = next(row["rows_read"] for row in week.rows["feed"] if row["feed"] == name[1])
        is_refused = table == "data_quality" and any(
            row["happens"] == "file refused" for row in week.rows[table] if (row["feed"], row["rule"]) == name[1:3]
        )
        return A_LOT * 100 if is_refused else read + 50
    if table in ("lost_children", "plans_in_time"):  # of children who have left, too
        return A_LOT
    urn = {"school": 1, "signal": 4, "flow": 4}.get(table)
    pupils = roll.get(name[urn]) if urn and name[urn] is not None else sum(roll.values())
    if not roll or pupils is None:
        return A_LOT
    if (table, column) == ("school", "listed"):
        return min(PLACES, max(pupils // PUPILS_A_PLACE, FEWEST_PLACES))
    return pupils


def hidden_cells(weeks: Sequence[Snapshot]) -> set[Cell]:
    """What there is to find: every empty count but how many pupils there are, which this reader was given."""
    return {
        (number, name)
        for number, week in enumerate(weeks)
        for name, value in week.numbers.items()
        if value is None and name[-1] != "pupils_on_roll"
    }


def recovered(known: Reckoning, weeks: Sequence[Snapshot], but_not: Iterable[Cell] = ()) -> dict[Cell, Pinned]:
    """Every hidden count, and every rest, that can be one number alone; without those taken for granted."""
    printed = {(number, name) for number, week in enumerate(weeks) for name in week.numbers}
    wanted = (hidden_cells(weeks) | (known.least.keys() - printed)) - set(but_not)
    return known.pinned(np.random.default_rng(0), wanted=wanted.__contains__)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("snapshots", type=Path)
    words.add_argument("pupils", type=Path)
    words.add_argument("--naive", action="store_true", help="what is hidden is 1 to 4, and nothing else is")
    asked = words.parse_args()
    weeks, rolls = read_snapshots(asked.snapshots), read_pupils(asked.pupils)
    hidden = hidden_cells(weeks)
    found = recovered(reckoned(weeks, rolls, naively if asked.naive else carefully), weeks)
    for cell in sorted(hidden & found.keys(), key=str):
        number, name = cell
        told = " ".join(str(part) for part in name if part is not None)
        print(f"{weeks[number].as_of} {told}: {found[cell].value}, for {found[cell].because}")
    print(f"{len(weeks)} snapshots, {len(hidden)} hidden counts, {len(hidden & found.keys())} found")


if __name__ == "__main__":
    main()
