"""Which cells stand in which sums, as arrays: of many cells at once, the sums and the cells beside them."""

from collections.abc import Sequence
from itertools import chain

import numpy as np

from .solving import Columns


class Sums:
    """Each entry is one cell in one sum, with its sign, by the sum's number."""

    def __init__(self, sum_: np.ndarray, cell: np.ndarray, sign: np.ndarray, *, sums: int, cells: int):
        self.sums = sums
        self.cell, self.cells_from = cell, _starts(sum_, sums)
        by_cell = np.argsort(cell, kind="stable")
        self.sum, self.sign, self.sums_from = sum_[by_cell], sign[by_cell], _starts(cell, cells)

    @classmethod
    def of_members(cls, members: Sequence[tuple[tuple[int, int], ...]], *, cells: int) -> "Sums":
        """`members` has, by sum, pairs of a cell and its sign."""
        return cls(*entries(members), sums=len(members), cells=cells)

    def sums_of(self, cells: np.ndarray) -> np.ndarray:
        return _each_once(self.sum[_within(self.sums_from, cells)], self.sums)

    def cells_of(self, sums: np.ndarray) -> np.ndarray:
        return _each_once(self.cell[_within(self.cells_from, sums)], len(self.sums_from) - 1)

    def columns(self, cells: np.ndarray, sums: np.ndarray) -> Columns:
        """`cells`, as far as they stand in `sums`; these are in order."""
        at = _within(self.sums_from, cells)
        start = np.concatenate([[0], np.cumsum(self.sums_from[cells + 1] - self.sums_from[cells])])
        row = np.searchsorted(sums, self.sum[at])
        is_in = np.zeros(len(at), bool)
        is_in[row < len(sums)] = True
        is_in[is_in] = sums[row[is_in]] == self.sum[at][is_in]
        within = np.concatenate([[0], np.cumsum(is_in)])
        return Columns(within[start], row[is_in], self.sign[at][is_in], len(sums))


def entries(members: Sequence[tuple[tuple[int, int], ...]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By entry: the sum's number, the cell and its sign."""
    sum_ = np.repeat(np.arange(len(members)), [len(each) for each in members])
    flat = np.fromiter(chain.from_iterable(chain.from_iterable(members)), np.int64, 2 * len(sum_))
    return sum_, flat[::2], flat[1::2]


def _starts(of: np.ndarray, how_many: int) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.bincount(of, minlength=how_many))])


def _each_once(numbers: np.ndarray, how_many: int) -> np.ndarray:
    """In order."""
    is_there = np.zeros(how_many, bool)
    is_there[numbers] = True
    return np.flatnonzero(is_there)


def _within(start: np.ndarray, which: np.ndarray) -> np.ndarray:
    """The places of all entries of `which`, one after another."""
    first, many = start[which], start[which + 1] - start[which]
    before = np.cumsum(many) - many
    return np.repeat(first - before, many) + np.arange(many.sum())
