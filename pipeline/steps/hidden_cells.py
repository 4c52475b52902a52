"""Which cells to hide, so that no small count can be worked out from all that is shown.

The reader we guard against sees every shown cell, now and on the nights before, knows every sum the tables obey, knows where
a hidden count is never nought, and even knows which cells were hidden only for another's sake. A small count is safe when the other numbers it
could be are still possible to that reader: when some other set of hidden numbers would have been published just the
same. We look for that other set, and hide what it takes for there to be one. A set found is a proof, and for every small
count that moved in it; a set missed only hides more than was needed.

The sets are found as flows are: the count moves by one, each sum it stands in is made good by moving another cell of
that sum, and so on until every sum is as published. Cells hidden already move for next to nothing, shown ones at the
price of hiding them, and the cheapest way is taken. A search is so many steps and no more, counted and never timed: past
that, the sums nearby are solved at once (`other_numbers`); and where that finds none, the cells nearest by are hidden, one, then
two, then four, and it is begun again.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush

from .other_numbers import Room, cheapest_moves

Name = Hashable


@dataclass(frozen=True)
class Cell:
    """One number. `could_be` is set on a number that must be hidden: the range a reader must be kept in the dark within.

    Any two values will do, unless the `whole_range` must stay possible; a range of one is not printed, and may be known. A number is `known` where a reader has it
    whatever we print: it is never hidden, and covers nothing. It is at `most` so much where a rule they know says so.
    Hidden `before`, it stays hidden whatever it is now, and a reader can think it any number, nought among them. `told`
    before just as it is, it covers nothing either, for a reader may suppose that nothing has changed; and where it must be
    hidden now there is nothing left to protect.
    Printed only roughly, it can be any number `between` two, and is not hidden by being another of those.
    `published` is false for a remainder that is printed nowhere but that subtraction would give. The more a cell is
    `worth` to its readers, the later it is hidden for another's sake.
    """

    value: int
    could_be: tuple[int, int] | None = None
    whole_range: bool = False
    known: bool = False
    before: bool = False
    told: bool = False
    between: tuple[int, int] | None = None
    most: int | None = None
    published: bool = True
    worth: int = 1


class SumError(ValueError):
    """A sum that must hold does not: a fault of ours, never of the data's."""


@dataclass(frozen=True)
class Sum:
    """`total` is what `parts` add up to."""

    total: Name
    parts: tuple[Name, ...]


@dataclass(frozen=True)
class Hidden:
    """The published cells to hide, and the small ones that hiding does not save: what is `known` gives them away."""

    names: set[Name]
    given_away: set[Name]


def hidden_cells(cells: Mapping[Name, Cell], sums: Iterable[Sum], *, fewest_shown: int) -> Hidden:
    """The same whatever order cells and sums come in.

    Raises SumError where a sum does not hold: two tables count different things under one name.
    """
    board = _Board(cells, sums, fewest_shown)
    given_away = {name for name, cell in board.number.items() if board.must_hide(cell) and not board.protect(cell)}
    hidden = {name for name, cell in board.number.items() if board.is_hidden(cell)}
    return Hidden(hidden, given_away)


_A_CELL, _A_MOVE = 1000, 100
"""What hiding a cell costs, and what moving one does."""

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

_NO_BOUND = 1_000_000

_Owed = dict[int, int]
"""By sum: how much its total now falls short of (or exceeds) its parts."""


class _Board:
    """Cells and sums by number, which cells may move, and the search for another set of hidden numbers."""

    def __init__(self, cells: Mapping[Name, Cell], sums: Iterable[Sum], fewest_shown: int):
        names = sorted(cells)
        self.number = {name: number for number, name in enumerate(names)}
        self.cells = [cells[name] for name in names]
        self.fewest_shown = fewest_shown
        self.value = [cell.value for cell in self.cells]
        self.is_fixed = [cell.known or cell.told for cell in self.cells]
        self.least = [_least(cell, fewest_shown) for cell in self.cells]
        self.is_free = [False] * len(names)
        self.still_owed = min(_STILL_OWED)
        self.proven: set[int] = set()
        self.ways: dict[int, dict[int, int]] = {}
        self.by_cost: dict[int, list[tuple[int, int]]] = {}
        self.members = sorted(self._signed(each) for each in sums)
        self.free_of: list[list[tuple[int, int]]] = [[] for _ in self.members]
        self.sums_of: list[list[tuple[int, int]]] = [[] for _ in names]
        for number, members in enumerate(self.members):
            for cell, sign in members:
                self.sums_of[cell].append((number, sign))
        for number, cell in enumerate(self.cells):
            if not self.is_fixed[number] and (cell.could_be or cell.before or not cell.published):
                self._hide([number])

    def must_hide(self, cell: int) -> bool:
        could_be = self.cells[cell].could_be
        return could_be is not None and could_be[0] < could_be[1] and not self.is_fixed[cell]

    def is_hidden(self, cell: int) -> bool:
        one = self.cells[cell]
        stays = one.before or (one.could_be is not None and not one.known)
        return one.published and (self.is_free[cell] or stays)

    def protect(self, cell: int) -> bool:
        """Hide cells until this count could be another. False if there was no cell left to hide before it could."""
        is_safe = self._spans if self.cells[cell].whole_range else self._could_be_another
        for further in _FURTHER:
            if is_safe(cell):
                return True
            if not self._hide(self._nearest_shown(cell, further)):
                break
        return self._spans(cell, wholly=False) if self.cells[cell].whole_range else is_safe(cell)

    def _could_be_another(self, cell: int) -> bool:
        """Whether this count could be one more or one less, once what it takes is hidden."""
        if cell in self.proven:
            return True
        steps = [step for step in (1, -1) if self._could_move(cell, step)]
        for self.still_owed in _STILL_OWED:
            ways = [way for step in steps if (way := self._cheapest_way({cell: step}))]
            if ways:
                break
        else:
            ways = [way for step in steps if (way := self._solved(cell, step))]
        if not ways:
            return False
        cheapest = min(ways, key=self._price)
        self._hide_moved(cheapest)
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
            moves = self._known_way(cell, step) or self._cheapest_way({cell: step}) or self._solved(cell, step)
            if moves is None:
                break
            self._know(moves)
            self._hide_moved(moves)
            self._make(moves, moved, at_most=abs(end - self.value[cell]))
        reached = self.value[cell]
        for each, by in moved.items():
            self.value[each] -= by
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
            self.is_free[each] or self._is_printed_alike(each, self.value[each] + by) for each, by in moves.items()
        )
        return moves if hides_nothing and all(self._could_move(each, by) for each, by in moves.items()) else None

    def _cheapest_way(self, moves: dict[int, int]) -> dict[int, int] | None:
        """`moves` and what must move with them for every sum to be as published; null if none was found."""
        ((cell, step),) = moves.items()
        queue = [(0, 0, moves, self._owed({}, cell, step))]
        seen = set()
        while queue and len(seen) < _STILL_OWED[self.still_owed]:
            _, _, moves, owed = heappop(queue)
            if not owed:
                return moves
            state = frozenset(owed.items())
            if state in seen:
                continue
            seen.add(state)
            narrowest = min(owed, key=lambda sum_: self._breadth(sum_, moves, owed))
            for at, (cost, further, still_owed) in enumerate(self._ways_on(narrowest, moves, owed)):
                heappush(queue, (cost, len(seen) * _WAYS_ON + at, further, still_owed))
        return None

    def _solved(self, cell: int, step: int) -> dict[int, int] | None:
        """The same of all sums nearby at once: dearer to find, and found where there is one."""
        if not self._could_move(cell, step):
            return None
        for how_many in _BESIDE:
            beside = self._beside(cell, how_many)
            rooms = {each: room for each in beside if (room := self._room(each)).up or room.down}
            sums = sorted({sum_ for each in rooms for sum_, _ in self.sums_of[each]})
            moves = cheapest_moves(rooms, [self.members[sum_] for sum_ in sums], cell, step)
            if moves or len(beside) < how_many:
                break
        return moves

    def _beside(self, cell: int, how_many: int) -> list[int]:
        """As many cells as are solved for at once, those the fewest sums away first, so far as any of them could move."""
        reached, edge = {cell}, [cell]
        while edge and len(reached) < how_many:
            sums = sorted({sum_ for each in edge for sum_, _ in self.sums_of[each]})
            beside = {other for sum_ in sums for other, _ in self.members[sum_]} - reached
            could = (other for other in beside if self._could_move(other, 1) or self._could_move(other, -1))
            edge = sorted(could, key=lambda other: (not self.is_free[other], self._cost(other), other))
            edge = edge[: how_many - len(reached) + 1]
            reached.update(edge)
        return sorted(reached)

    def _room(self, cell: int) -> Room:
        most = self.cells[cell].most
        if not (self._could_move(cell, 1) or self._could_move(cell, -1)):
            return Room(0, 0, 0)
        value, least = self.value[cell], self.least[cell] if self.is_free[cell] else self.fewest_shown
        stays_shown = all(self._is_printed_alike(cell, value + step) for step in (1, -1)) or self.is_fixed[cell]
        if stays_shown and self.cells[cell].between:
            least, most = self.cells[cell].between
        up = _NO_BOUND if most is None else most - value
        return Room(up, max(value - least, 0), _A_MOVE if stays_shown else self._cost(cell))

    def _breadth(self, sum_: int, moves: dict[int, int], owed: _Owed) -> tuple[bool, int, int, int]:
        """The sum that the fewest hidden cells could make good comes first; last, one that takes hiding another."""
        falls_short, ways = owed[sum_] > 0, 0
        for cell, sign in self.free_of[sum_]:
            ways += cell not in moves and self._could_move(cell, -sign if falls_short else sign)
            if ways == _WAYS_ON:
                break
        return not ways, ways, len(self.members[sum_]), sum_

    def _ways_on(self, sum_: int, moves: dict[int, int], owed: _Owed) -> list[tuple[int, dict[int, int], _Owed]]:
        spent = self._price(moves)
        ways = []
        for cell, step in self._to_move(sum_, moves, falls_short=owed[sum_] > 0):
            still_owed = self._owed(owed, cell, step)
            cost = spent + self._cost(cell, step) + self.still_owed * len(still_owed)
            ways.append((cost, cell, step, still_owed))
        cheapest = sorted(ways, key=lambda way: way[:2])[:_WAYS_ON]
        return [(cost, {**moves, cell: step}, still_owed) for cost, cell, step, still_owed in cheapest]

    def _to_move(self, sum_: int, moves: dict[int, int], *, falls_short: bool) -> Iterator[tuple[int, int]]:
        """Cells that could make a sum good: of those hidden, and of those shown from the cheapest on, no more than are looked at."""
        for among, is_free in ((self.free_of[sum_], True), (self._shown_of(sum_), False)):
            found = 0
            for cell, sign in among:
                step = -sign if falls_short else sign
                if self.is_free[cell] is is_free and cell not in moves and self._could_move(cell, step):
                    yield cell, step
                    found += 1
                    if found == _LOOKED_AT:
                        break

    def _shown_of(self, sum_: int) -> list[tuple[int, int]]:
        """Members of a sum that were not hidden from the start, those that cost least first."""
        if sum_ not in self.by_cost:
            shown = [one for one in self.members[sum_] if not self.is_free[one[0]]]
            self.by_cost[sum_] = sorted(shown, key=lambda one: (self._cost(one[0], 1), one[0]))
        return self.by_cost[sum_]

    def _could_move(self, cell: int, step: int) -> bool:
        most, after = self.cells[cell].most, self.value[cell] + step
        if most is not None and after > most:
            return False
        if self._is_printed_alike(cell, after):
            return True
        if self.is_fixed[cell]:
            return False
        if self.is_free[cell]:
            return after >= self.least[cell]
        return self.value[cell] > 0 and after >= self.fewest_shown

    def _is_printed_alike(self, cell: int, value: int) -> bool:
        """Whether a number that is shown would be printed just the same, were it `value`."""
        between = self.cells[cell].between
        return between is not None and not self.is_free[cell] and between[0] <= value <= between[1]

    def _cost(self, cell: int, step: int = 0) -> int:
        """Next to nothing if hidden already; else what it is worth, and of equals the smaller first."""
        if self.is_free[cell] or (step and self._is_printed_alike(cell, self.value[cell] + step)):
            return _A_MOVE
        return _A_MOVE + _A_CELL * self.cells[cell].worth + min(self.value[cell], _A_CELL // 2)

    def _price(self, moves: Mapping[int, int]) -> int:
        return sum(self._cost(cell, step) for cell, step in moves.items())

    def _hide_moved(self, moves: Mapping[int, int]) -> None:
        self._hide([cell for cell, step in moves.items() if not self._is_printed_alike(cell, self.value[cell] + step)])

    def _nearest_shown(self, cell: int, how_many: int) -> list[int]:
        """Shown counts as few sums away as there are, the cheapest of them; none where all is hidden."""
        reached, edge = {cell}, [cell]
        while edge:
            beside = {
                other for each in edge for sum_, _ in self.sums_of[each] for other, _ in self.members[sum_]
            } - reached
            shown = [(self._cost(other), other) for other in beside if self._could_be_hidden(other)]
            if shown:
                return [other for _, other in sorted(shown)[:how_many]]
            edge = sorted(other for other in beside if self.is_free[other])
            reached |= beside
        return []

    def _could_be_hidden(self, cell: int) -> bool:
        return not self.is_free[cell] and not self.is_fixed[cell] and self.value[cell] > 0

    def _hide(self, cells: Iterable[int]) -> bool:
        """Whether any of `cells` was still to be hidden."""
        shown = [cell for cell in cells if not self.is_free[cell]]
        for cell in shown:
            self.is_free[cell] = True
            for sum_, sign in self.sums_of[cell]:
                self.free_of[sum_].append((cell, sign))
        return bool(shown)

    def _owed(self, owed: _Owed, cell: int, step: int) -> _Owed:
        after = dict(owed)
        for sum_, sign in self.sums_of[cell]:
            after[sum_] = after.get(sum_, 0) + sign * step
            if not after[sum_]:
                del after[sum_]
        return after

    def _make(self, moves: dict[int, int], moved: dict[int, int], at_most: int) -> None:
        """Make these moves as many times as there is room for, and note them in `moved`."""
        room = (self._times(cell, step) for cell, step in moves.items())
        size = max(1, min((at_most, *room)))
        for cell, step in moves.items():
            self.value[cell] += step * size
            moved[cell] = moved.get(cell, 0) + step * size

    def _times(self, cell: int, step: int) -> int:
        """How many times a cell that was moved so could be moved so."""
        low, high = self.least[cell], self.cells[cell].most or _NO_BOUND
        if self._is_printed_alike(cell, self.value[cell]):
            low, high = self.cells[cell].between
        return ((self.value[cell] - low) // -step) if step < 0 else ((high - self.value[cell]) // step)

    def _signed(self, each: Sum) -> tuple[tuple[int, int], ...]:
        members = ((self.number[each.total], -1), *sorted((self.number[part], 1) for part in each.parts))
        if sum(sign * self.value[cell] for cell, sign in members):
            raise SumError(f"what should add up to {each.total} does not")
        return members


def _least(cell: Cell, fewest_shown: int) -> int:
    """The least a reader can think a hidden cell to be."""
    if cell.before:
        return 0
    if cell.could_be:
        return cell.could_be[0]
    return fewest_shown if cell.published else 0
