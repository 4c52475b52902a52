"""The least and the most that each unknown number can be, all relations held at once, in whole numbers.

First by one relation at a time, over and over, as anybody could with a pencil; then all of a connected part together, by HiGHS. A number
that two solutions give differently is not pinned; one that no other solution was found for is asked for its least and its most.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .attack_relations import Relation

TOGETHER = "several relations together"
_IN_VAIN, _ROUNDS = 3, 60
_PASSES = 40


@dataclass(frozen=True)
class Pinned:
    """A number that can be nothing else, and the relation that settled it."""

    value: int
    because: str


class Contradiction(Exception):
    """No numbers at all obey the relations: one of them is not so."""


@dataclass
class Reckoning:
    """Unknown and known numbers with the least and most each can be, and what they obey."""

    least: dict = field(default_factory=dict)
    most: dict = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    because: dict = field(default_factory=dict)

    def add(self, relations: Iterable[Relation]) -> None:
        """Those whose numbers are all here."""
        self.relations += [one for one in relations if all(name in self.least for name, _ in one.terms)]

    # One relation at a time

    def narrow(self) -> None:
        """Raises Contradiction where nothing is left that a number could be."""
        of_name: dict = defaultdict(list)
        for number, relation in enumerate(self.relations):
            for name, _ in relation.terms:
                of_name[name].append(number)
        left, times = dict.fromkeys(range(len(self.relations))), defaultdict(int)
        while left:
            number = next(iter(left))
            del left[number]
            times[number] += 1
            for name in self._narrowed_by(self.relations[number]):
                left.update(dict.fromkeys(one for one in of_name[name] if times[one] < _PASSES))

    def _narrowed_by(self, relation: Relation) -> Iterator:
        ends = [
            (sign * self.least[name], sign * self.most[name]) if sign > 0 else (sign * self.most[name], sign * self.least[name])
            for name, sign in relation.terms
        ]  # fmt: skip
        low, high = sum(end[0] for end in ends), sum(end[1] for end in ends)
        for (name, sign), (least, most) in zip(relation.terms, ends, strict=True):
            at_least, at_most = relation.least - (high - most), relation.most - (low - least)
            if sign < 0:
                at_least, at_most = -at_most, -at_least
            if at_least > self.least[name] or at_most < self.most[name]:
                self.least[name], self.most[name] = max(self.least[name], at_least), min(self.most[name], at_most)
                self.because[name] = relation.because
                if self.least[name] > self.most[name]:
                    raise Contradiction(f"{name}: {relation.because}")
                yield name

    # All at once

    def pinned(self, chance: np.random.Generator, *, wanted: Callable[[object], bool]) -> dict[object, Pinned]:
        """Every wanted number that can be one thing alone. Raises Contradiction."""
        unknown = {name for name in self.least if wanted(name) and self.least[name] < self.most[name]}
        before = {name for name in self.least if wanted(name) and self.least[name] == self.most[name]}
        self.narrow()
        found = {name for name in unknown if self.least[name] == self.most[name]}
        told = {
            name: Pinned(self.least[name], self.because.get(name, "the bounds themselves")) for name in found | before
        }
        for part in self._parts():
            for name, value in part.pinned(chance):
                if wanted(name):
                    told[name] = Pinned(value, TOGETHER)
        return told

    def _parts(self) -> Iterator["Part"]:
        """Parts of the system that share no unknown."""
        at = {name: number for number, name in enumerate(n for n in self.least if self.least[n] < self.most[n])}
        some = [(one, [(at[name], sign) for name, sign in one.terms if name in at]) for one in self.relations]
        some = [(one, terms) for one, terms in some if terms]
        rows = [number for number, (_, terms) in enumerate(some) for _ in terms]
        columns = [column for _, terms in some for column, _ in terms]
        linked = csr_array(
            (np.ones(len(rows)), (columns, [len(at) + row for row in rows])), shape=(len(at) + len(some),) * 2
        )
        _, apart = connected_components(linked, directed=False)
        names, of_part, rows_of = list(at), defaultdict(list), defaultdict(list)
        for number in range(len(at)):
            of_part[apart[number]].append(number)
        for number in range(len(some)):
            rows_of[apart[len(at) + number]].append(number)
        for part, numbers in of_part.items():
            yield Part([names[n] for n in numbers], self, [some[row][0] for row in rows_of[part]])


class Part:
    """Unknowns that hang together."""

    def __init__(self, names: list, known: Reckoning, relations: list[Relation]):
        self.names, at = names, {name: number for number, name in enumerate(names)}
        self.bounds = Bounds([known.least[name] for name in names], [known.most[name] for name in names])
        rows, columns, signs, least, most = [], [], [], [], []
        for row, relation in enumerate(relations):
            of_known = sum(sign * known.least[name] for name, sign in relation.terms if name not in at)
            least.append(relation.least - of_known)
            most.append(relation.most - of_known)
            for name, sign in relation.terms:
                if name in at:
                    rows.append(row)
                    columns.append(at[name])
                    signs.append(sign)
        matrix = csr_array((signs, (rows, columns)), shape=(len(relations), len(names)))
        self.held = LinearConstraint(matrix, least, most) if relations else ()

    def pinned(self, chance: np.random.Generator) -> Iterator[tuple[object, int]]:
        left, first, in_vain = np.arange(len(self.names)), None, 0
        for _ in range(_ROUNDS):
            goal = np.zeros(len(self.names))
            goal[left] = chance.choice((-1.0, 1.0), len(left)) * (0.2 + chance.random(len(left)))
            found = self._solved(goal, roughly=first is not None)
            if first is None:
                first = found
                continue
            still = left[found[left] == first[left]]
            in_vain = in_vain + 1 if len(still) == len(left) else 0
            left = still
            if not len(left) or in_vain == _IN_VAIN:
                break
        for number in left:
            if self._end(number, 1) == self._end(number, -1):
                yield self.names[number], int(first[number])

    def _end(self, number: int, sign: int) -> int:
        goal = np.zeros(len(self.names))
        goal[number] = sign
        return int(self._solved(goal, roughly=False)[number])

    def _solved(self, goal: np.ndarray, *, roughly: bool) -> np.ndarray:
        how = {"mip_rel_gap": 0.5, "node_limit": 200} if roughly else {}
        found = milp(goal, constraints=self.held, bounds=self.bounds, integrality=np.ones(len(goal)), options=how)
        if found.x is None and roughly:
            return self._solved(goal, roughly=False)
        if found.x is None:
            raise Contradiction(found.message)
        return np.rint(found.x).astype(int)
