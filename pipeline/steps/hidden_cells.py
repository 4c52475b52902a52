"""Which cells to hide, so that no small count can be worked out from all that is shown.

The reader we guard against sees every shown cell, now and on the nights before, knows every sum the tables obey, knows where
a hidden count is never nought, and even knows which cells were hidden only for another's sake. A small count is safe when the other numbers it
could be are still possible to that reader: when some other set of hidden numbers would have been published just the
same. We look for that other set, and hide what it takes for there to be one. A set found is a proof, and for every small
count that moved in it; a set missed only hides more than was needed.

Most counts could be another from the start, and are seen to be many at once (`proven_at_once`). For each of the others a set is
found as flows are: the count moves by one, each sum it stands in is made good by moving another cell of
that sum, and so on until every sum is as published. Cells hidden already move for next to nothing, shown ones at the
price of hiding them, and the cheapest way is taken. A search is so many steps and no more, counted and never timed: past
that, the sums nearby are solved at once (`other_numbers`); and where that finds none, the cells nearest by are hidden, one, then
two, then four, and it is begun again.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

import numpy as np

from .board_of_cells import Board, Cell, Name, Owed, Sum, SumError
from .other_numbers import cheapest_moves
from .proven_at_once import System, proven_at_once

__all__ = ["Cell", "Hidden", "Name", "Sum", "SumError", "hidden_cells"]


@dataclass(frozen=True)
class Hidden:
    """The published cells to hide, and the small ones that hiding does not save: what is `known` gives them away."""

    names: set[Name]
    given_away: set[Name]


def hidden_cells(
    cells: Mapping[Name, Cell], sums: Iterable[Sum], *, fewest_shown: int, safe: Set[Name] = frozenset()
) -> Hidden:
    """The same whatever order cells and sums come in. Those `safe` are known to be, and hide nothing more.

    Raises SumError where a sum does not hold: two tables count different things under one name.
    """
    board = _Search(cells, sums, fewest_shown)
    given_away = board.given_away(safe)
    hidden = {name for name, cell in board.number.items() if board.is_hidden(cell)}
    off_board = (one for one in cells.items() if one[0] not in board.number)
    hidden |= {name for name, cell in off_board if cell.published and cell.stays_hidden}
    return Hidden(hidden, given_away)


_STILL_OWED = {1100: 100, 30_000: 600}
"""What a sum not yet made good is reckoned to cost, the more, the less the search looks to either side of its way; and the sums
made good, each in turn, before it gives up."""

_WAYS_ON = 12
"""Cells tried for each sum that is to be made good."""

_FURTHER = (1, 2, 4)
"""Cells nearby that are hidden for a count for which no other set was found, before it is given up: what was solved for already
reckoned with hiding any."""

_LOOKED_AT = 24
"""Hidden cells, and shown ones, of a sum that are weighed against each other."""

_BESIDE = (400, 4000, 40_000)
"""Cells nearby that are solved for at once, where the search finds nothing: few first, for most are helped by few."""


Way = tuple[int, int, int, tuple[tuple[int, int], ...]]
"""What it costs a cell to take a step, the cell, the step, and each sum of its with what it must be owed to be made good by that."""


class _Search(Board):
    """The search for another set of hidden numbers."""

    def __init__(self, cells: Mapping[Name, Cell], sums: Iterable[Sum], fewest_shown: int):
        self.movable: dict[int, dict[tuple[bool, bool, bool], list[Way]]] = {}
        super().__init__(cells, sums, fewest_shown)
        self.still_owed = min(_STILL_OWED)
        self.proven: set[int] = set()
        self.ways: dict[int, dict[int, int]] = {}
        self.by_cost: dict[int, list[tuple[int, int]]] = {}

    def given_away(self, safe: Set[Name]) -> set[Name]:
        """Hide what it takes, and tell which small counts that does not save."""
        doubts = {
            cell: self.doubt(cell) for name, cell in self.number.items() if self.must_hide(cell) and name not in safe
        }
        proven = proven_at_once(doubts, System(self.moves(doubts), self.members))
        return {
            name
            for name, cell in self.number.items()
            if cell in doubts and cell not in proven and not self.protect(cell)
        }

    def protect(self, cell: int) -> bool:
        """Hide cells until this count could be another, dear ones only where nothing else will do. False if there was no cell left to
        hide before it could."""
        is_safe = self._spans if self.cells[cell].whole_range else self._could_be_another
        self.keeps_dear = True
        if is_safe(cell):
            return True
        self.keeps_dear = False
        if not self._could_ever(cell):
            return self.cells[cell].whole_range and self._spans(cell, wholly=False)
        for further in _FURTHER:
            if is_safe(cell):
                return True
            if not self.hide(self._nearest_shown(cell, further)):
                break
        return self._spans(cell, wholly=False) if self.cells[cell].whole_range else is_safe(cell)

    @cached_property
    def _all_hidden(self) -> System:
        """The sums, were everything hidden that can be: the same whatever is hidden already."""
        return System(self.moves({}, hiding=True), self.members)

    def _could_ever(self, cell: int) -> bool:
        """Whether it could go the ways it must, were everything hidden that can be."""
        ways, doubt = [way for way in (-1, 1) if self._all_hidden.could_go(cell, way)], self.doubt(cell)
        return doubt.ways <= set(ways) if doubt.wholly else bool(ways)

    def _could_be_another(self, cell: int) -> bool:
        """Whether this count could be one more or one less, once what it takes is hidden."""
        if cell in self.proven:
            return True
        steps = [step for step in (1, -1) if self.could_move(cell, step)]
        for self.still_owed in _STILL_OWED:
            ways = [way for step in steps if (way := self._cheapest_way({cell: step}))]
            if ways:
                break
        else:
            solved = self._solved(cell, steps)
            ways = [solved] if solved else []
        if not ways:
            return False
        cheapest = min(ways, key=self.price)
        self.hide_moved(cheapest)
        self.proven.update(cheapest)
        return True

    def _spans(self, cell: int, *, wholly: bool = True) -> bool:
        """Whether this count could be anything from end to end of its range, or, where nothing is left to hide, two things at least."""
        low, high = self.cells[cell].could_be
        reached = self._reached(cell, low), self._reached(cell, high)
        return reached == (low, high) if wholly else reached[0] != reached[1]

    def _reached(self, cell: int, end: int) -> int:
        """How near to `end` this count could be, for all a reader can tell, once what it takes is hidden."""
        moved: dict[int, int] = {}
        self.still_owed = min(_STILL_OWED)
        while self.value[cell] != end:
            step = 1 if end > self.value[cell] else -1
            moves = self._known_way(cell, step) or self._cheapest_way({cell: step}) or self._solved(cell, [step])
            if moves is None:
                break
            self._know(moves)
            self.hide_moved(moves)
            self.make(moves, moved, at_most=abs(end - self.value[cell]))
        reached = self.value[cell]
        for each, by in moved.items():
            self.set_value(each, self.value[each] - by)
        return reached

    def _know(self, moves: dict[int, int]) -> None:
        """A way for one count is one for each of the hidden ones that move in it, there and back."""
        for cell, step in moves.items():
            if abs(step) == 1:
                self.ways[cell] = moves

    def _known_way(self, cell: int, step: int) -> dict[int, int] | None:
        """A way found before, where it hides nothing more."""
        known = self.ways.get(cell)
        if known is None:
            return None
        moves = known if known[cell] == step else {each: -by for each, by in known.items()}
        hides_nothing = all(
            self.is_free[each] or self.is_printed_alike(each, self.value[each] + by) for each, by in moves.items()
        )
        return moves if hides_nothing and all(self.could_move(each, by) for each, by in moves.items()) else None

    def _cheapest_way(self, moves: dict[int, int]) -> dict[int, int] | None:
        """`moves` and what must move with them for every sum to be as published; null if none was found."""
        ((cell, step),) = moves.items()
        queue = [(0, 0, self.price(moves), {}, {}, cell, step)]
        seen, most, costs = set(), _STILL_OWED[self.still_owed], self.costs
        while queue and len(seen) < most:
            _, _, spent, before, owed_before, cell, step = heappop(queue)
            moves, owed = {**before, cell: step}, self.owed(owed_before, cell, step)
            if not owed:
                return moves
            state = frozenset(owed.items())
            if state in seen:
                continue
            seen.add(state)
            narrowest = self._narrowest(moves, owed)
            for at, (cost, cell, step) in enumerate(self._ways_on(narrowest, moves, owed), len(seen) * _WAYS_ON):
                heappush(queue, (spent + cost, at, spent + costs[step][cell], moves, owed, cell, step))
        return None

    def _solved(self, cell: int, steps: list[int]) -> dict[int, int] | None:
        """The same of all sums nearby at once: dearer to find, and found where there is one. Of few cells first; where there are no more,
        more would be the same again."""
        could = [step for step in steps if self.could_move(cell, step)]
        for how_many in _BESIDE if could else ():
            beside = self._beside(cell, how_many)
            for step in could:
                if way := self._solved_of(beside, cell, step):
                    return way
            if len(beside) < how_many:
                break
        return None

    def _solved_of(self, beside: np.ndarray, cell: int, step: int) -> dict[int, int] | None:
        rooms = [self.room(each) for each in beside.tolist()]
        has_room = [bool(room.up or room.down) for room in rooms]
        if not all(has_room):
            beside, rooms = beside[has_room], [room for room in rooms if room.up or room.down]
        at = int(np.searchsorted(beside, cell))
        if at == len(beside) or beside[at] != cell:
            return None
        columns = self.nearby.columns(beside, self.nearby.sums_of(beside))
        moves = cheapest_moves(rooms, columns, at, step)
        return moves and {int(beside[each]): by for each, by in moves.items()}

    def _beside(self, cell: int, how_many: int) -> np.ndarray:
        """As many cells as are solved for at once, those the fewest sums away first, so far as any of them could move."""
        edge, moves_at_all = np.array([cell]), self.moves_at_all[self.keeps_dear]
        is_reached = np.zeros(len(moves_at_all), bool)
        is_reached[edge] = True
        reached = 1
        while len(edge) and reached < how_many:
            beside = self.nearby.cells_of(self.nearby.sums_of(edge))
            could = beside[moves_at_all[beside] & ~is_reached[beside]]
            edge = could[np.argsort(self.cost_to_hide[could], kind="stable")][: how_many - reached + 1]
            is_reached[edge] = True
            reached += len(edge)
        return np.flatnonzero(is_reached)

    def _narrowest(self, moves: dict[int, int], owed: Owed) -> int:
        """The sum that the fewest hidden cells could make good comes first; last, one that takes hiding another."""
        narrowest = None
        for sum_, by in owed.items():
            ways = self._movable(sum_, is_free=True, falls_short=by > 0)
            many = len(ways)
            if many < _WAYS_ON + len(moves):
                for way in ways:
                    if way[1] in moves:
                        many -= 1
            breadth = not many, min(many, _WAYS_ON), self.how_many[sum_], sum_
            if narrowest is None or breadth < narrowest:
                narrowest = breadth
        return narrowest[-1]

    def _ways_on(self, sum_: int, moves: dict[int, int], owed: Owed) -> list[tuple[int, int, int]]:
        """What each costs beyond what is spent, the cell, and its step: the cheapest first. Of hidden cells, and of those shown from the
        cheapest on, no more than are looked at."""
        found, still_owed, falls_short, owed_now = [], self.still_owed, owed[sum_] > 0, owed.get
        for is_free in (True, False):
            left = _LOOKED_AT
            for cost, cell, step, makes_good in self._movable(sum_, is_free=is_free, falls_short=falls_short):
                if cell in moves:
                    continue
                many = len(owed)
                for each, by in makes_good:
                    now = owed_now(each)
                    if now is None:
                        many += 1
                    elif now == by:
                        many -= 1
                found.append((cost + still_owed * many, cell, step))
                left -= 1
                if not left:
                    break
        found.sort()
        return found[:_WAYS_ON]

    def _movable(self, sum_: int, *, is_free: bool, falls_short: bool) -> list[Way]:
        """Cells that could make a sum good: of those hidden, or of those shown, the cheapest first."""
        ways = self.movable.setdefault(sum_, {})
        kind = (self.keeps_dear, is_free, falls_short)
        if kind not in ways:
            can, costs = self.can[self.keeps_dear], self.costs
            among = self.free_of[sum_] if is_free else self._shown_of(sum_)
            steps = ((cell, -sign if falls_short else sign) for cell, sign in among)
            ways[kind] = [
                (costs[step][cell], cell, step, self.makes_good(cell, step))
                for cell, step in steps
                if can[step][cell] and self.is_free[cell] is is_free
            ]
        return ways[kind]

    def _look_at(self, cell: int) -> None:
        super()._look_at(cell)
        for sum_, _ in self.sums_of[cell]:
            self.movable.pop(sum_, None)

    def _shown_of(self, sum_: int) -> list[tuple[int, int]]:
        """Members of a sum that were not hidden from the start, those that cost least first."""
        if sum_ not in self.by_cost:
            shown = [one for one in self.members[sum_] if not self.is_free[one[0]]]
            self.by_cost[sum_] = sorted(shown, key=lambda one: (self.cost(one[0], 1), one[0]))
        return self.by_cost[sum_]

    def _nearest_shown(self, cell: int, how_many: int) -> list[int]:
        """Shown counts as few sums away as there are, the cheapest of them; none where all is hidden."""
        reached, edge = {cell}, [cell]
        while edge:
            beside = {
                other for each in edge for sum_, _ in self.sums_of[each] for other, _ in self.members[sum_]
            } - reached
            shown = [(self.cost(other), other) for other in beside if self._could_be_hidden(other)]
            if shown:
                return [other for _, other in sorted(shown)[:how_many]]
            edge = sorted(other for other in beside if self.is_free[other])
            reached |= beside
        return []

    def _could_be_hidden(self, cell: int) -> bool:
        return not self.is_free[cell] and not self.is_fixed[cell] and self.value[cell] > 0
