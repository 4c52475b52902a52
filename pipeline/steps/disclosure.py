"""From exact counts to what anyone may read: small counts hidden, and with them whatever would give them back.

Every remainder a reader could have by subtraction is a cell (`disclosure_cells`), printed or not, and every sum the tables obey is
written down once (`disclosure_sums`). `hidden_cells` does the rest. A rate is published only where both counts it is made of are.

A reader has the nights before as well. A cell once hidden, and every one hidden for its sake, stays hidden for the school year; and
a number that was told before, and is the same tonight, covers for none that is hidden now. What those numbers alone add up to
that reader has whatever is printed tonight: nothing is hidden for its sake but from the reader who supposes nothing (`had_anyway`).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from .disclosure_cells import exact_cells, knowing_rolls, remembering, with_rolls
from .disclosure_memory import NOTHING, Remembered
from .disclosure_rows import PUPILS, Rows, rows_by_key
from .disclosure_sums import additive_sums
from .had_anyway import had_anyway
from .hidden_cells import Cell, Hidden, Sum, hidden_cells
from .policy_of_publishing import Policy
from .published_pages import key_of, pages

__all__ = ["NOTHING", "Disclosed", "Policy", "Remembered", "disclosed", "suppressed"]

Counts = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Disclosed:
    """The published tables by name, and what there is to remember of them on the nights to come."""

    pages: dict[str, pl.DataFrame]
    remembered: Remembered


def suppressed(counts: Counts, policy: Policy = Policy()) -> dict[str, pl.DataFrame]:
    """The published tables by name, where nothing was told before."""
    return disclosed(counts, policy).pages


def disclosed(counts: Counts, policy: Policy = Policy(), before: Remembered = NOTHING) -> Disclosed:
    """From `inclusion.exact_counts` and `exact_looks`: the same for the same counts and memory in any order.

    A table that is not among `counts` is not counted tonight, and takes no part in any sum. Raises SumError where tables that
    must add up do not.
    """
    rows = rows_by_key(counts)
    sums = list(additive_sums(rows))
    exact = exact_cells(rows, sums, policy)
    untold: set[tuple] = set()
    while True:
        before = Remembered(before.hidden | untold, before.told)
        cells = remembering(exact, before)
        hidden = _hidden_from_both(cells, sums, policy)
        untold = _untold(cells, sums, hidden.given_away, before) if hidden.given_away else set()
        if not untold:
            break
    left_out = _left_out(rows, hidden.given_away)
    if left_out:
        still_hidden = Remembered(before.hidden | {name for name in cells if name[:2] in left_out}, before.told)
        return disclosed(_without(counts, left_out), policy, still_hidden)
    if hidden.given_away:
        names = {name for name, cell in cells.items() if cell.published}
        return Disclosed(pages(_with_nothing_told(counts), set(), policy), _remembered(before, cells, names))
    return Disclosed(pages(counts, hidden.names, policy), _remembered(before, cells, hidden.names))


def _hidden_from_both(cells: Mapping[tuple, Cell], sums: list[Sum], policy: Policy) -> Hidden:
    """What is to be hidden from whoever supposes that nothing has changed; and what more it takes to hide from whoever knows how many
    pupils each school has. Hiding more tells neither of them more."""
    fewest = policy.fewest_shown
    first = hidden_cells(cells, sums, fewest_shown=fewest)
    given_away = first.given_away - had_anyway(first.given_away, cells, sums, fewest_shown=fewest)
    if given_away:
        return Hidden(first.names, given_away)
    seen = with_rolls(sums)
    safe = {name for name, cell in cells.items() if name not in seen and not cell.is_fixed} - first.given_away
    second = knowing_rolls(cells, sums, first.names, policy)
    then = hidden_cells(second, sums, fewest_shown=fewest, safe=safe)
    return Hidden(first.names | then.names, then.given_away)


def _remembered(before: Remembered, cells: Mapping[tuple, Cell], hidden: set[tuple]) -> Remembered:
    told = {name: cell.value for name, cell in cells.items() if cell.published and name not in hidden}
    return Remembered(before.hidden | hidden, {**before.told, **told})


def _untold(cells: Mapping[tuple, Cell], sums: list[Sum], given_away: set[tuple], before: Remembered) -> set[tuple]:
    """Cells to be left empty with those that hiding some did not save: first all of their rows, of which not even nought is told, so
    that nobody can tell which of its counts is what; then what they are a part of, as if that were small itself."""
    rows = {name[:2] for name in given_away if name[0] != "run"}
    beside = {name for name, cell in cells.items() if cell.published and name[:2] in rows} - before.hidden
    if beside:
        return beside
    parts = given_away
    for _ in range(_LEVELS):
        parts = {each.total for each in sums if not parts.isdisjoint(each.parts)}
        above = {name for name in parts if cells[name].published} - before.hidden
        if above:
            return above
    return set()


_LEVELS = 4
"""Schools, areas and phases, the whole home, and remainders between them."""

_WHERE_NOTHING_ELSE_HELPS = (
    ("group_audit",),
    ("specialist", "flow"),
    ("signal_outcome", "plans_in_time", "ever", "lost_children"),
    ("signal",),
)
"""Tables left out one after another, in homes of a class or two."""


def _left_out(rows: Rows, given_away: set[tuple]) -> set[tuple]:
    """Rows to be left out whole, each as its table and key, where hiding cannot save a count: three places known, and one pupil
    in each group. Of groups the kinds it is so of; else whole tables."""
    if not given_away:
        return set()
    groups = rows["group_audit"]
    kinds = {groups[key]["kind"] for table, key, _ in given_away if table == "group_audit"}
    if kinds:
        return {("group_audit", key) for key, row in groups.items() if row["kind"] in kinds}
    for tables in _WHERE_NOTHING_ELSE_HELPS:
        found = {(table, key) for table in tables for key in rows[table]}
        if found:
            return found
    return set()


def _without(counts: Counts, left_out: set[tuple]) -> Counts:
    keys: dict[str, list[str]] = {}
    for table, key in sorted(left_out):
        keys.setdefault(table, []).append(key)
    return {
        name: frame.filter(~key_of(name).is_in(keys[name])) if name in keys else frame for name, frame in counts.items()
    }


def _with_nothing_told(counts: Counts) -> Counts:
    """The last resort, in a home so small that hidden counts still give one another away: noughts, and no row but the run's."""
    none = (pl.when(pl.col(column) == 0).then(0).alias(column) for column in PUPILS["run"])
    run = counts["run"].with_columns(*none, absence_sessions_ytd=pl.lit(None, pl.Int64))
    return {name: run if name == "run" else frame.clear() for name, frame in counts.items()}
