"""Another set of hidden numbers, found exactly: where following one sum after another finds none, all sums are solved at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack

_FARTHEST = 10
"""What one number may move by for another's sake."""

_MOST_BRANCHES = 200
"""Counted and never timed, so that the same numbers always give the same answer."""


@dataclass(frozen=True)
class Room:
    """How far a number may go up and down, and what it costs to move it by one."""

    up: int
    down: int
    cost: int


def cheapest_moves(
    rooms: Mapping[int, Room], sums: Sequence[tuple[tuple[int, int], ...]], moved: int, step: int
) -> dict[int, int] | None:
    """By cell, the cheapest moves that keep every sum while `moved` goes by `step`; null where there are none, or none was found.

    `sums` are of pairs of a cell and its sign; a cell with no room of its own stays as it is.
    """
    cells = sorted(rooms)
    at = {cell: number for number, cell in enumerate(cells)}
    if moved not in at:
        return None
    least, most, cost = _bounds([rooms[cell] for cell in cells], at[moved], step)
    once = balance(sums, at)
    balanced = csr_array(hstack([once, -once]))
    found = milp(
        cost,
        bounds=Bounds(least, most),
        constraints=LinearConstraint(balanced, 0, 0),
        integrality=np.ones(len(cost)),
        options={"node_limit": _MOST_BRANCHES},
    )
    if found.x is None:
        return None
    by = np.rint(found.x[: len(cells)]).astype(int) - np.rint(found.x[len(cells) :]).astype(int)
    if by[at[moved]] != step or np.any(balanced @ np.concatenate([by, np.zeros(len(cells), int)])):
        return None
    return {cell: int(by[number]) for number, cell in enumerate(cells) if by[number]}


def _bounds(rooms: list[Room], moved: int, step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each way up, then of each way down: the least, the most and the cost."""
    most = np.array([min(room.up, _FARTHEST) for room in rooms] + [min(room.down, _FARTHEST) for room in rooms], float)
    least = np.zeros(len(most))
    goes, stays = (moved, moved + len(rooms)) if step > 0 else (moved + len(rooms), moved)
    least[goes] = most[goes] = abs(step)
    most[stays] = 0
    cost = np.array([room.cost for room in rooms] * 2, float)
    return least, most, cost


def balance(sums: Sequence[tuple[tuple[int, int], ...]], at: Mapping[int, int]) -> csr_array:
    """One row per sum, one column per cell of `at`: its sign in that sum."""
    entries = [(row, at[cell], sign) for row, members in enumerate(sums) for cell, sign in members if cell in at]
    where = ([row for row, _, _ in entries], [column for _, column, _ in entries])
    return csr_array(([sign for _, _, sign in entries], where), shape=(len(sums), len(at)))
