"""Numbers within bounds that keep every sum, at the least cost: put to HiGHS as it is built into scipy.

`scipy.optimize.milp` puts the same question to the same solver, and gets the same answer; but it tells more than is asked here, number
by number, and a night asks hundreds of times. Where scipy keeps the solver elsewhere, `milp` is asked.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

try:
    from scipy.optimize._highspy import _core as highs
except ImportError:
    highs = None


class Columns(NamedTuple):
    """Sums as columns, one per number, end to end: column `n` has the sums `row[start[n]:start[n + 1]]`, lowest first, and in each its
    `sign`. There are so many `rows`."""

    start: np.ndarray
    row: np.ndarray
    sign: np.ndarray
    rows: int

    def and_back(self) -> "Columns":
        """The same numbers, and each again with its signs turned."""
        start = np.concatenate([self.start, self.start[1:] + self.start[-1]])
        return Columns(start, np.tile(self.row, 2), np.concatenate([self.sign, -self.sign]), self.rows)

    def do_not_balance(self, by: np.ndarray) -> bool:
        """Whether any sum is left short or over by these numbers."""
        each = np.repeat(by, np.diff(self.start)) * self.sign
        return bool(np.any(np.bincount(self.row, each, self.rows)))


class Question(NamedTuple):
    """What a step of each number costs, and how low and how high it may be."""

    cost: np.ndarray
    least: np.ndarray
    most: np.ndarray
    columns: Columns


class Answer(NamedTuple):
    """The numbers, and what they come to; both null where there are none, or none was found."""

    numbers: np.ndarray | None
    comes_to: float | None


def cheapest(asked: Question) -> Answer:
    """Fractions allowed."""
    if highs is None:
        return _by_the_front_door(asked)
    solver = _solver(asked)
    solver.run()
    return _answer(solver, solver.getModelStatus() == highs.HighsModelStatus.kOptimal)


def cheapest_whole(asked: Question, *, most_branches: int) -> Answer:
    """Whole numbers only: the best that so many branches tell of."""
    if highs is None:
        branches = {"node_limit": most_branches}
        return _by_the_front_door(asked, integrality=np.ones(len(asked.cost)), options=branches)
    solver = _solver(asked, whole=True)
    solver.setOptionValue("mip_max_nodes", most_branches)
    solver.run()
    status, known = solver.getModelStatus(), highs.HighsModelStatus
    was_cut_short = status in (known.kTimeLimit, known.kIterationLimit, known.kSolutionLimit)
    found_any = was_cut_short and solver.getInfo().objective_function_value != highs.kHighsInf
    return _answer(solver, status == known.kOptimal or found_any)


def _solver(asked: Question, *, whole: bool = False):
    cost, least, most, columns = asked
    problem = highs.HighsLp()
    problem.num_col_ = problem.a_matrix_.num_col_ = len(cost)
    problem.num_row_ = problem.a_matrix_.num_row_ = columns.rows
    problem.a_matrix_.format_ = highs.MatrixFormat.kColwise
    problem.a_matrix_.start_, problem.a_matrix_.index_ = columns.start.astype(np.int32), columns.row.astype(np.int32)
    problem.a_matrix_.value_ = columns.sign.astype(float)
    problem.col_cost_, problem.col_lower_, problem.col_upper_ = cost, least, most
    problem.row_lower_ = problem.row_upper_ = np.zeros(columns.rows)
    if whole:
        problem.integrality_ = [highs.HighsVarType.kInteger] * len(cost)
    solver = highs._Highs()
    solver.setOptionValue("log_to_console", False)
    solver.passModel(problem)
    return solver


def _answer(solver, is_there: bool) -> Answer:
    if not is_there:
        return Answer(None, None)
    return Answer(np.array(solver.getSolution().col_value), solver.getInfo().objective_function_value)


def _by_the_front_door(asked: Question, **how) -> Answer:
    cost, least, most, columns = asked
    sums = csc_array((columns.sign, columns.row, columns.start), shape=(columns.rows, len(cost)))
    held = LinearConstraint(sums, 0, 0) if columns.rows else ()
    found = milp(cost, bounds=Bounds(least, most), constraints=held, **how)
    return Answer(found.x, found.fun)
