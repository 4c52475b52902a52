"""How much of what was hidden an attack found, held to the truth: what is claimed must be so, or a relation of the attack is wrong."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from .attack import Cell, nought_may_be_hidden
from .attack_relations import relations, rests
from .attack_solving import Pinned
from .attack_tables import KEYS, Snapshot

FEW = range(1, 5)


@dataclass
class Score:
    """What one attack on one authority came to. A count tells where it is 1 to 4, or a nought that is hidden as few are; the others, of five
    or more and noughts that are told elsewhere, are hidden for another's sake, or because they told on an earlier day."""

    hidden: int = 0
    telling: int = 0
    found: Counter = field(default_factory=Counter)
    tables: Counter = field(default_factory=Counter)
    hidden_by_table: Counter = field(default_factory=Counter)
    because: Counter = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def recovered(self) -> int:
        """Hidden counts that tell of few or of none, and were worked out."""
        return self.found["telling"]


def truth_of(weeks: Sequence[Snapshot], folder: Path) -> dict[Cell, int]:
    """Every count of every week as it is, those printed nowhere among them."""
    truth: dict[Cell, int] = {}
    for week in weeks:
        for name, value in _exact(week, folder / f"{week.week:02}").items():
            truth[week.week, name] = value
        for rest in rests(week):
            numbers = [truth.get((week.week, name)) for name in (rest.whole, *rest.parts)]
            if None not in numbers:
                truth[week.week, rest.name] = numbers[0] - sum(numbers[1:])
    return truth


def _exact(week: Snapshot, folder: Path) -> dict:
    found = {}
    for table, key in KEYS.items():
        path = folder / f"{table}.parquet"
        frame = pl.read_parquet(path) if path.exists() else pl.DataFrame()
        if table in ("phase", "school"):
            frame = frame.with_columns(eligible=pl.col("listed") + pl.col("eligible_not_listed"))
        for row in frame.iter_rows(named=True):
            for column in week.counted[table]:
                if isinstance(row.get(column), int):
                    found[(table, *(row[one] for one in key), column)] = row[column]
    return found


def told_by_places(weeks: Sequence[Snapshot], folder: Path) -> set[Cell]:
    """Full lists. Where anybody is left off, as many are listed as a school has places: "a rule, not a count of what children are", as
    the notes of the table say, and nothing to find."""
    full = (pl.col("eligible_not_listed") > 0) & (pl.col("listed") == pl.col("places"))
    return {
        (week.week, ("school", urn, "listed"))
        for week in weeks
        for urn in pl.read_parquet(folder / f"{week.week:02}" / "school.parquet").filter(full)["urn"]
    }


def telling_rests(weeks: Sequence[Snapshot], truth: Mapping[Cell, int]) -> set[Cell]:
    """Numbers printed nowhere that tell of few, or that all of a whole are one thing."""
    found = set()
    for week in weeks:
        for rest in rests(week):
            value, whole = truth.get((week.week, rest.name)), truth.get((week.week, rest.whole))
            if value in FEW or (value == 0 and rest.tells_of_all and whole):
                found.add((week.week, rest.name))
    return found


def scored(
    weeks: Sequence[Snapshot], hidden: Iterable[Cell], found: Mapping[Cell, Pinned], truth: Mapping[Cell, int]
) -> Score:
    hidden, score = set(hidden), Score()
    of_rests = telling_rests(weeks, truth)
    score.hidden = len(hidden)
    score.telling = sum(tells(cell, truth) for cell in hidden)
    score.hidden_by_table.update(cell[1][0] for cell in hidden)
    for cell, pinned in found.items():
        words = f"{weeks[cell[0]].as_of} {' '.join(str(part) for part in cell[1] if part is not None)}"
        if truth.get(cell, pinned.value) != pinned.value:
            score.wrong.append(f"{words}: {pinned.value} claimed, for {pinned.because}")
        if cell in hidden:
            kind = "telling" if tells(cell, truth) else "not small" if truth[cell] else "noughts"
            score.tables[cell[1][0]] += 1
            score.because[pinned.because] += 1
        elif cell in of_rests:
            kind = "rests"
        else:
            continue
        score.found[kind] += 1
        if kind in ("telling", "rests") and len(score.examples) < _EXAMPLES:
            score.examples.append(f"{words}: {pinned.value}, for {pinned.because}")
    return score


_EXAMPLES = 40


def tells(cell: Cell, truth: Mapping[Cell, int]) -> bool:
    return truth[cell] in FEW or (truth[cell] == 0 and nought_may_be_hidden(cell[1]))


def supposed_rightly(weeks: Sequence[Snapshot], truth: Mapping[Cell, int]) -> dict[Cell, int]:
    """Hidden numbers that a lucky reader takes from the week before that told them, or from the next, where that is so."""
    found = {}
    last: dict = {}
    for number, week in enumerate(weeks):
        after = weeks[number + 1].numbers if number + 1 < len(weeks) else {}
        for name, value in week.numbers.items():
            if value is not None:
                last[name] = value
            elif truth[number, name] in (last.get(name), after.get(name)):
                found[number, name] = truth[number, name]
    return found


# Guesses


@dataclass(frozen=True)
class Guess:
    """How often one way to guess was right, of how many it was tried on, and how often the best guess without a snapshot is."""

    tried: int
    right: int
    by_prior: int

    @property
    def advantage(self) -> float:
        return (self.right - self.by_prior) / self.tried if self.tried else 0.0


def guesses(weeks: Sequence[Snapshot], truth: Mapping[Cell, int]) -> dict[str, Guess]:
    """Ways to guess a hidden count that tells of few, each held to the best single number for its table and column: that is known to
    nobody, and flatters whoever guesses without a snapshot."""
    ways: dict[str, dict[Cell, int]] = {
        "as it was last told": {},
        "as it was next told": {},
        "told alike before and after": {},
    }
    for cell, last, following in _told_around(weeks):
        if truth[cell] >= FEW.stop:
            continue
        if last is not None:
            ways["as it was last told"][cell] = last
        if following is not None:
            ways["as it was next told"][cell] = following
        if last is not None and last == following:
            ways["told alike before and after"][cell] = last
    ways["worked out from the others as last told"] = _from_others_as_last_told(weeks, truth)
    return {words: _held_to_prior(guessed, truth) for words, guessed in ways.items()}


def _from_others_as_last_told(weeks: Sequence[Snapshot], truth: Mapping[Cell, int]) -> dict[Cell, int]:
    """What one relation gives of a hidden count, where that is few, if all else hidden in it is as it was last told: what a reader has who
    supposes so and is told by nobody where it is not. Of how many pupils there are they need suppose nothing."""
    last: dict = {}
    guessed: dict[Cell, int] = {}
    for number, week in enumerate(weeks):
        for relation in relations(week):
            names = [name for name, _ in relation.terms]
            if (relation.least, relation.most) != (0, 0) or any((number, name) not in truth for name in names):
                continue
            known = {
                name: truth[number, name] if name[-1] == "pupils_on_roll" else week.numbers.get(name) for name in names
            }
            hidden = [name for name in names if known[name] is None]
            for name, sign in relation.terms if len(hidden) > 1 else ():
                if name in hidden and all(other in last for other in hidden if other != name):
                    others = (
                        by * last[one] if known[one] is None else by * known[one]
                        for one, by in relation.terms
                        if one != name
                    )
                    value = -sign * sum(others)
                    if value in FEW:
                        guessed.setdefault((number, name), value)
        last |= {name: value for name, value in week.numbers.items() if value is not None}
    return guessed


def _told_around(weeks: Sequence[Snapshot]):
    for number, week in enumerate(weeks):
        for name, value in week.numbers.items():
            if value is None:
                before = (one.numbers.get(name) for one in reversed(weeks[:number]))
                after = (one.numbers.get(name) for one in weeks[number + 1 :])
                yield (number, name), _first(before), _first(after)


def _first(values):
    return next((value for value in values if value is not None), None)


def _held_to_prior(guessed: Mapping[Cell, int], truth: Mapping[Cell, int]) -> Guess:
    kinds: dict[tuple, Counter] = {}
    for cell in guessed:
        kinds.setdefault((cell[1][0], cell[1][-1]), Counter())[truth[cell]] += 1
    by_prior = sum(max(counted.values()) for counted in kinds.values())
    return Guess(len(guessed), sum(truth[cell] == value for cell, value in guessed.items()), by_prior)
