"""Another set of hidden numbers, found exactly: where following one sum after another finds none, all sums are solved at once."""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from .solving import Columns, Question, cheapest_whole

_FARTHEST = 10
"""What one number may move by for another's sake."""

_MOST_BRANCHES = 200
"""Counted and never timed, so that the same numbers always give the same answer."""


class Room(NamedTuple):
    """How far a number may go up and down, and what it costs to move it by one."""

    up: int
    down: int
    cost: int


def cheapest_moves(rooms: Sequence[Room], sums: Columns, moved: int, step: int) -> dict[int, int] | None:
    """By place among `rooms`, the cheapest moves that keep every sum while the number at `moved` goes by `step`; null where there are
    none, or none was found. `sums` has a column for each of `rooms`."""
    asked = Question(*_bounds(rooms, moved, step), sums.and_back())
    found = cheapest_whole(asked, most_branches=_MOST_BRANCHES).numbers
    if found is None:
        return None
    up, down = np.rint(found).astype(int).reshape(2, -1)
    by = up - down
    if by[moved] != step or sums.do_not_balance(by):
        return None
    return {at: int(by[at]) for at in np.flatnonzero(by).tolist()}


def _bounds(rooms: Sequence[Room], moved: int, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each way up, then of each way down: the cost, the least and the most."""
    up, down, cost = np.fromiter(chain.from_iterable(rooms), float).reshape(-1, 3).T
    most = np.minimum(np.concatenate([up, down]), _FARTHEST)
    least = np.zeros(len(most))
    goes, stays = (moved, moved + len(rooms)) if step > 0 else (moved + len(rooms), moved)
    least[goes] = most[goes] = abs(step)
    most[stays] = 0
    return np.tile(cost, 2), least, most
