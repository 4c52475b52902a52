"""Cells and sums by number: which cells may move, by how much, and what it costs to hide one."""

from collections.abc import Hashable, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from .other_numbers import Room
from .proven_at_once import Doubt
from .sums_by_number import Sums

Name = Hashable


class Cell(NamedTuple):
    """One number. `could_be` is set on a number that must be hidden: the range a reader must be kept in the dark within.

    Any two values will do, unless the `whole_range` must stay possible; a range of one is not printed, and may be known. A number is
    `known` where a reader has it whatever we print: it is never hidden, and covers nothing. It is at `most` so much where a rule they
    know says so, and at `least` so much where that is not the least of what it could be.
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
    least: int | None = None
    most: int | None = None
    published: bool = True
    worth: int = 1

    @property
    def is_fixed(self) -> bool:
        """Whether a reader has it already."""
        return self.known or self.told

    @property
    def covers_nothing(self) -> bool:
        """Whether it is fixed, and nothing else would be printed alike: of all that a year told, most."""
        return self.is_fixed and (self.between is None or self.between == (self.value, self.value))

    @property
    def stays_hidden(self) -> bool:
        return self.before or (self.could_be is not None and not self.known)


class SumError(ValueError):
    """A sum that must hold does not: a fault of ours, never of the data's."""


class Sum(NamedTuple):
    """`total` is what `parts` add up to."""

    total: Name
    parts: tuple[Name, ...]


_A_CELL, A_MOVE = 1000, 100
"""What hiding a cell costs, and what moving one does."""

_DEAR = 100
"""What a cell is worth that is hidden only where nothing else will do."""

_NO_BOUND = 1_000_000
_FAR_ENOUGH = 1000

Owed = dict[int, int]
"""By sum: how much its total now falls short of (or exceeds) its parts."""


class Board:
    """Every cell starts shown, but those that must be hidden, those hidden before and those printed nowhere: these are free. Cells that
    cover nothing are on no board, nor are sums of none but such."""

    def __init__(self, cells: Mapping[Name, Cell], sums: Iterable[Sum], fewest_shown: int):
        names = sorted(name for name, cell in cells.items() if not cell.covers_nothing)
        self.number = {name: number for number, name in enumerate(names)}
        self.cells = [cells[name] for name in names]
        self.fewest_shown = fewest_shown
        self.value = [cell.value for cell in self.cells]
        self.is_fixed = [cell.is_fixed for cell in self.cells]
        self.least = [least_of(cell, fewest_shown) for cell in self.cells]
        self.is_free = [False] * len(names)
        self.keeps_dear = False
        in_order = sorted(self._with_any(cells, sums))
        self.members = [self._signed(total, parts) for total, parts in in_order]
        self.how_many = [1 + len(parts) for _, parts in in_order]
        self.free_of: list[list[tuple[int, int]]] = [[] for _ in self.members]
        self.sums_of: list[list[tuple[int, int]]] = [[] for _ in names]
        for number, members in enumerate(self.members):
            for cell, sign in members:
                self.sums_of[cell].append((number, sign))
        self.can: dict[bool, dict[int, list[bool]]] = {
            keeps_dear: {step: [False] * len(names) for step in (-1, 1)} for keeps_dear in (False, True)
        }
        self.costs: dict[int, list[int]] = {step: [0] * len(names) for step in (-1, 1)}
        self.moves_at_all = {keeps_dear: np.zeros(len(names), bool) for keeps_dear in (False, True)}
        self.cost_to_hide = np.zeros(len(names), np.int64)
        self.good: dict[int, dict[int, tuple[tuple[int, int], ...]]] = {-1: {}, 1: {}}
        self.rooms: list[Room | None] = [None] * len(names)
        for number, cell in enumerate(self.cells):
            if not self.is_fixed[number] and (cell.could_be or cell.before or not cell.published):
                self._free(number)
            self._look_at(number)

    @cached_property
    def nearby(self) -> Sums:
        return Sums.of_members(self.members, cells=len(self.cells))

    def must_hide(self, cell: int) -> bool:
        could_be = self.cells[cell].could_be
        return could_be is not None and could_be[0] < could_be[1] and not self.is_fixed[cell]

    def is_hidden(self, cell: int) -> bool:
        one = self.cells[cell]
        return one.published and (self.is_free[cell] or one.stays_hidden)

    def could_move(self, cell: int, step: int) -> bool:
        if step in (-1, 1):
            return self.can[self.keeps_dear][step][cell]
        return self._could_move(cell, step) and not (self.keeps_dear and self._is_too_dear(cell, step))

    def _could_move(self, cell: int, step: int) -> bool:
        most, after = self.cells[cell].most, self.value[cell] + step
        if most is not None and after > most:
            return False
        if self.is_printed_alike(cell, after):
            return True
        if self.is_fixed[cell]:
            return False
        if self.is_free[cell]:
            return after >= self.least[cell]
        return self.value[cell] > 0 and after >= self.fewest_shown

    def _is_too_dear(self, cell: int, step: int) -> bool:
        """Whether it would have to be hidden, and is worth more than that while dear ones are kept."""
        is_kept = self.cells[cell].worth >= _DEAR and not self.is_free[cell]
        return is_kept and not self.is_printed_alike(cell, self.value[cell] + step)

    def is_printed_alike(self, cell: int, value: int) -> bool:
        """Whether a number that is shown would be printed just the same, were it `value`."""
        between = self.cells[cell].between
        return between is not None and not self.is_free[cell] and between[0] <= value <= between[1]

    def cost(self, cell: int, step: int = 0) -> int:
        """Next to nothing if hidden already; else what it is worth, and of equals the smaller first."""
        if self.is_free[cell] or (step and self.is_printed_alike(cell, self.value[cell] + step)):
            return A_MOVE
        return A_MOVE + _A_CELL * self.cells[cell].worth + min(self.value[cell], _A_CELL // 2)

    def price(self, moves: Mapping[int, int]) -> int:
        return sum(self.cost(cell, step) for cell, step in moves.items())

    def hide_moved(self, moves: Mapping[int, int]) -> None:
        self.hide([cell for cell, step in moves.items() if not self.is_printed_alike(cell, self.value[cell] + step)])

    def room(self, cell: int) -> Room:
        """Of a cell that could move."""
        known = self.rooms[cell]
        if known is None:
            known = self.rooms[cell] = self._room(cell)
        return known

    def _room(self, cell: int) -> Room:
        most = self.cells[cell].most
        value, least = self.value[cell], self.least[cell] if self.is_free[cell] else self.fewest_shown
        stays_shown = all(self.is_printed_alike(cell, value + step) for step in (1, -1)) or self.is_fixed[cell]
        if stays_shown and self.cells[cell].between:
            least, most = self.cells[cell].between
        up = _NO_BOUND if most is None else most - value
        return Room(up, max(value - least, 0), A_MOVE if stays_shown else self.cost(cell))

    def doubt(self, cell: int) -> Doubt:
        low, high = self.cells[cell].could_be
        return Doubt(self.value[cell], low, high, self.cells[cell].whole_range)

    def moves(self, doubts: Mapping[int, Doubt], *, hiding: bool = False) -> dict[int, tuple[int, int]]:
        """By cell, how far down and up it could be for what is shown, or, `hiding`, were it hidden: no further up than is asked of
        it, where that is asked."""
        could = {cell: self._down_and_up(cell, hiding=hiding) for cell in range(len(self.cells))}
        for cell, doubt in doubts.items():
            down, up = could[cell]
            could[cell] = down, min(up, max(doubt.high - doubt.value, 1))
        return {cell: room for cell, room in could.items() if room != (0, 0)}

    def _down_and_up(self, cell: int, *, hiding: bool) -> tuple[int, int]:
        value, one = self.value[cell], self.cells[cell]
        may_hide = hiding and value > 0 and not self.is_fixed[cell]
        if self.is_printed_alike(cell, value) and not may_hide:
            least, most = max(self.least[cell], one.between[0]), one.between[1]
        elif self.is_fixed[cell] or not (self.is_free[cell] or may_hide):
            return 0, 0
        else:
            least = self.least[cell] if self.is_free[cell] else self.fewest_shown
            most = value + _FAR_ENOUGH if one.most is None else one.most
        return max(value - least, 0), max(most - value, 0)

    def hide(self, cells: Iterable[int]) -> bool:
        """Whether any of `cells` was still to be hidden."""
        shown = [cell for cell in cells if not self.is_free[cell]]
        for cell in shown:
            self._free(cell)
            self._look_at(cell)
        return bool(shown)

    def _free(self, cell: int) -> None:
        self.is_free[cell] = True
        for sum_, sign in self.sums_of[cell]:
            self.free_of[sum_].append((cell, sign))

    def set_value(self, cell: int, value: int) -> None:
        self.value[cell] = value
        self._look_at(cell)

    def _look_at(self, cell: int) -> None:
        """Note which single steps a cell could take, and what each would cost: a search asks so of the same cells a thousand times."""
        for step in (-1, 1):
            could = self._could_move(cell, step)
            self.can[False][step][cell] = could
            self.can[True][step][cell] = could and not self._is_too_dear(cell, step)
            self.costs[step][cell] = self.cost(cell, step)
        for keeps_dear, can in self.can.items():
            self.moves_at_all[keeps_dear][cell] = can[-1][cell] or can[1][cell]
        self.cost_to_hide[cell] = self.cost(cell)
        self.rooms[cell] = None

    def owed(self, owed: Owed, cell: int, step: int) -> Owed:
        after = dict(owed)
        for sum_, sign in self.sums_of[cell]:
            after[sum_] = after.get(sum_, 0) + sign * step
            if not after[sum_]:
                del after[sum_]
        return after

    def makes_good(self, cell: int, step: int) -> tuple[tuple[int, int], ...]:
        """The sums of a cell, each with what it must be owed for this step to make it good."""
        known = self.good[step].get(cell)
        if known is None:
            known = self.good[step][cell] = tuple((sum_, -sign * step) for sum_, sign in self.sums_of[cell])
        return known

    def make(self, moves: dict[int, int], moved: dict[int, int], at_most: int) -> None:
        """Make these moves as many times as there is room for, and note them in `moved`."""
        room = (self._times(cell, step) for cell, step in moves.items())
        size = max(1, min((at_most, *room)))
        for cell, step in moves.items():
            self.set_value(cell, self.value[cell] + step * size)
            moved[cell] = moved.get(cell, 0) + step * size

    def _times(self, cell: int, step: int) -> int:
        """How many times a cell that was moved so could be moved so."""
        low, high = self.least[cell], self.cells[cell].most or _NO_BOUND
        if self.is_printed_alike(cell, self.value[cell]):
            low, high = self.cells[cell].between
        return ((self.value[cell] - low) // -step) if step < 0 else ((high - self.value[cell]) // step)

    def _with_any(self, cells: Mapping[Name, Cell], sums: Iterable[Sum]) -> list[tuple[Name, list[Name]]]:
        """Each sum with a member on the board, its parts in order."""
        value, has_none = {name: cell.value for name, cell in cells.items()}, self.number.keys().isdisjoint
        with_any, wrong = [], []
        for total, parts in sums:
            if value[total] != sum(map(value.__getitem__, parts)):
                wrong.append((total, sorted(parts)))
            if total in self.number or not has_none(parts):
                with_any.append((total, sorted(parts)))
        if wrong:
            raise SumError(f"what should add up to {min(wrong)[0]} does not")
        return with_any

    def _signed(self, total: Name, parts: list[Name]) -> tuple[tuple[int, int], ...]:
        """The members of a sum that are on the board, each with its sign."""
        number = self.number
        found = [(number[part], 1) for part in parts if part in number]
        return tuple([(number[total], -1), *found] if total in number else found)


def least_of(cell: Cell, fewest_shown: int) -> int:
    """The least a reader can think a hidden cell to be."""
    if cell.before:
        return 0
    if cell.least is not None:
        return cell.least
    if cell.could_be:
        return cell.could_be[0]
    return fewest_shown if cell.published else 0
