"""Numbers within bounds that keep every sum, at the least cost: put to HiGHS as it is built into scipy.

`scipy.optimize.milp` puts the same question to the same solver, and gets the same answer; but it tells more than is asked here, number
by number, and a night asks hundreds of times. Where scipy keeps the solver elsewhere, or otherwise, or the solver says that it does not
take what it is given, `milp` is asked.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array


def _within_scipy() -> SimpleNamespace | None:
    """What is asked of the solver, by our names; nothing where scipy, whose own it is, has any of it no more."""
    try:
        from scipy.optimize._highspy import _core as core

        status = core.HighsModelStatus
        return SimpleNamespace(
            problem=core.HighsLp,
            solver=core._Highs,
            by_column=core.MatrixFormat.kColwise,
            whole=core.HighsVarType.kInteger,
            fault=core.HighsStatus.kError,
            best=status.kOptimal,
            cut_short=(status.kTimeLimit, status.kIterationLimit, status.kSolutionLimit),
            none_found=core.kHighsInf,
        )
    except (ImportError, AttributeError):
        return None


highs = _within_scipy()


_WHOLE = 1e-6
"""Nearer to a whole number than this is one: the solver's own measure."""


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
    solver = _solved(asked)
    if solver is None:
        return _by_milp(asked)
    return _answer(solver, solver.getModelStatus() == highs.best)


def cheapest_whole(asked: Question, *, most_branches: int) -> Answer:
    """Whole numbers only: the best that so many branches tell of.

    Fractions are allowed first, which is solved in a tenth of the time: where there is nothing even so there is nothing, and what comes out whole,
    as most does, cannot be bettered.
    """
    found = cheapest(asked)
    if found.numbers is None or np.abs(found.numbers - np.rint(found.numbers)).max(initial=0) < _WHOLE:
        return found
    solver = _solved(asked, most_branches=most_branches)
    if solver is None:
        branches = {"node_limit": most_branches}
        return _by_milp(asked, integrality=np.ones(len(asked.cost)), options=branches)
    status = solver.getModelStatus()
    found_any = status in highs.cut_short and solver.getInfo().objective_function_value != highs.none_found
    return _answer(solver, status == highs.best or found_any)


def _solved(asked: Question, *, most_branches: int | None = None):
    """The solver once it has run, of whole numbers where they may branch; nothing where it cannot be had or is at fault."""
    if highs is None:
        return None
    options = {"log_to_console": False} | ({} if most_branches is None else {"mip_max_nodes": most_branches})
    solver, problem = highs.solver(), _problem(asked, whole=most_branches is not None)
    is_at_fault = (
        any(solver.setOptionValue(*option) == highs.fault for option in options.items())
        or solver.passModel(problem) == highs.fault
        or solver.run() == highs.fault
    )
    return None if is_at_fault else solver


def _problem(asked: Question, *, whole: bool):
    cost, least, most, columns = asked
    problem = highs.problem()
    problem.num_col_ = problem.a_matrix_.num_col_ = len(cost)
    problem.num_row_ = problem.a_matrix_.num_row_ = columns.rows
    problem.a_matrix_.format_ = highs.by_column
    problem.a_matrix_.start_, problem.a_matrix_.index_ = columns.start.astype(np.int32), columns.row.astype(np.int32)
    problem.a_matrix_.value_ = columns.sign.astype(float)
    problem.col_cost_, problem.col_lower_, problem.col_upper_ = cost, least, most
    problem.row_lower_ = problem.row_upper_ = np.zeros(columns.rows)
    if whole:
        problem.integrality_ = [highs.whole] * len(cost)
    return problem


def _answer(solver, is_there: bool) -> Answer:
    if not is_there:
        return Answer(None, None)
    return Answer(np.array(solver.getSolution().col_value), solver.getInfo().objective_function_value)


def _by_milp(asked: Question, **how) -> Answer:
    cost, least, most, columns = asked
    sums = csc_array((columns.sign, columns.row, columns.start), shape=(columns.rows, len(cost)))
    held = LinearConstraint(sums, 0, 0) if columns.rows else ()
    found = milp(cost, bounds=Bounds(least, most), constraints=held, **how)
    return Answer(found.x, found.fun)
