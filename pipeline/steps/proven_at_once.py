"""Other sets of hidden numbers for many counts at once: a count that differs in one that is found could be another."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from .solving import Answer, Question, cheapest
from .sums_by_number import Sums, entries

_ROUNDS, _IN_VAIN = 40, 3
"""Other sets that are looked for, and how many on end may show nothing new before it is left at that: counted and never timed."""


@dataclass(frozen=True)
class Doubt:
    """What a count must be able to be: both ends of a range, or, where not `wholly`, anything but the `value` it has."""

    value: int
    low: int
    high: int
    wholly: bool

    @property
    def ways(self) -> frozenset[int]:
        """The ways it must be seen to go, down (-1) and up (1); where one will do, both to choose from."""
        if not self.wholly:
            return frozenset({-1, 1})
        return frozenset(way for way, end in ((-1, self.low), (1, self.high)) if self.value != end)

    def shown_by(self, value: int) -> frozenset[int]:
        """The ways that are settled once it is seen that it could be `value`."""
        if not self.wholly:
            return self.ways if value != self.value else frozenset()
        return frozenset(way for way, is_there in ((-1, value <= self.low), (1, value >= self.high)) if is_there)


class System:
    """Every sum, of every cell that could move, and how far each could go down and up."""

    def __init__(self, moves: Mapping[int, tuple[int, int]], sums: Sequence[tuple[tuple[int, int], ...]]):
        """`sums` are of pairs of a cell and its sign."""
        self.at = {cell: number for number, cell in enumerate(sorted(moves))}
        self.down = np.array([-float(moves[cell][0]) for cell in self.at])
        self.up = np.array([float(moves[cell][1]) for cell in self.at])
        self.sums = self._of_those_that_move(sums)

    def _of_those_that_move(self, sums: Sequence[tuple[tuple[int, int], ...]]) -> Sums:
        sum_, cell, sign = entries(sums)
        could, many = np.array(list(self.at), np.int64), len(self.at)
        place = np.searchsorted(could, cell)
        moves = np.append(could, -1)[place] == cell
        return Sums(sum_[moves], place[moves], sign[moves], sums=len(sums), cells=many)

    @cached_property
    def _apart(self) -> np.ndarray:
        """By cell, the number of its part of the system: what moves in one part moves nothing in another."""
        cells, every = len(self.at), self.sums.sums + len(self.at)
        cell = np.repeat(np.arange(cells), np.diff(self.sums.sums_from))
        linked = csr_array((np.ones(len(cell)), (cell, self.sums.sum + cells)), shape=(every, every))
        return connected_components(linked, directed=False)[1][:cells]

    def pulled(self, pulls: Mapping[int, float]) -> dict[int, int] | None:
        """How far each cell goes where those pulled at go as far as they can together, of the parts that any is pulled at in; null where
        that does not come out whole."""
        pulled_at = np.unique(self._apart[[self.at[cell] for cell in pulls]])
        cells = np.flatnonzero(np.isin(self._apart, pulled_at))
        sums = self.sums.sums_of(cells)
        found = self._solved(pulls, cells, sums)
        if found.numbers is None:
            return None
        by = np.rint(found.numbers)
        within = np.all(by >= self.down[cells]) and np.all(by <= self.up[cells])
        if not within or self.sums.columns(cells, sums).do_not_balance(by):
            return None
        places = dict(zip(cells.tolist(), by.astype(int).tolist(), strict=True))
        return {cell: places[self.at[cell]] for cell in pulls}

    def could_go(self, cell: int, way: int) -> bool:
        """Whether a cell could move at all that way, fractions allowed: where not even so, nothing that is hidden lets it.

        Looked for near by first. What the sums near by forbid, whatever goes on beyond, is forbidden; and what is possible while
        nothing beyond moves is possible.
        """
        if cell not in self.at:
            return False
        cells = np.array([self.at[cell]])
        while True:
            sums = self.sums.sums_of(cells)
            further = np.union1d(self.sums.cells_of(sums), cells)
            if not self._goes(cell, way, further, sums):
                return False
            if len(further) == len(cells) or self._goes(cell, way, cells, sums):
                return True
            cells = further

    def _goes(self, cell: int, way: int, cells: np.ndarray, sums: np.ndarray) -> bool:
        found = self._solved({cell: way}, cells, sums)
        return found.numbers is None or abs(found.comes_to) > _NEXT_TO_NOTHING

    def _solved(self, pulls: Mapping[int, float], cells: np.ndarray, sums: np.ndarray) -> Answer:
        """The furthest that the pulls can bring `cells`, while these sums hold and no other cell moves."""
        goal = np.zeros(len(cells))
        for cell, pull in pulls.items():
            goal[np.searchsorted(cells, self.at[cell])] = -pull
        return cheapest(Question(goal, self.down[cells], self.up[cells], self.sums.columns(cells, sums)))


_NEXT_TO_NOTHING = 1e-6


def proven_at_once(doubts: Mapping[int, Doubt], system: System) -> set[int]:
    """Those of `doubts` that could be what they must. Of the others nothing is said. The same for the same numbers: chance is drawn
    from a set seed."""
    wanting = {cell: doubt.ways for cell, doubt in doubts.items()}
    chance, in_vain = random.Random(0), 0
    for _ in range(_ROUNDS):
        left = sorted(cell for cell, ways in wanting.items() if ways and cell in system.at)
        if not left or in_vain == _IN_VAIN:
            break
        found = system.pulled({cell: chance.choice(sorted(wanting[cell])) * (0.5 + chance.random()) for cell in left})
        in_vain += 1
        for cell in left if found is not None else ():
            shown = doubts[cell].shown_by(doubts[cell].value + found[cell]) & wanting[cell]
            if shown:
                wanting[cell], in_vain = wanting[cell] - shown, 0
    return {cell for cell, ways in wanting.items() if not ways}
