"""Every number a reader can see or work out, and which of them must be hidden.

A small count is hidden. So is whatever says of every child of a group what it says of one: all of them, everywhere, and none of
them in tables of groups of children. Where an area's few looks not yet had are parted by kind, none is hidden as few are: else three
kinds with some would tell of three children, one each. Nought of a place is told: that nobody at a school was found worth a look, or is persistently
absent, says that no child was found, and is what most cells of most schools are. That all were found is not: it is told of each.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from math import ceil, floor

from pipeline.signals import SIGNALS
from pipeline.tables.published import FINDINGS, OUTCOMES, SIGNAL_STATES, WEEK_RATES
from pipeline.vocabulary.next_steps import IN_SCHOOL

from .board_of_cells import Cell, Sum, least_of
from .disclosure_memory import Remembered
from .disclosure_rows import NOUGHT_IS_OF, NOUGHT_SAYS_NOTHING, PUPILS, REMAINDERS, Rows, is_of_a_group, remainder
from .disclosure_sums import NO_AREA, across
from .policy_of_publishing import Policy
from .published_weeks import A_PUPILS_WEEK

_ALL_IN_ONE = {
    "run": (OUTCOMES, (("listed", "eligible_not_listed"), ("already_known",), ("snoozed",)), "not_eligible"),
    "phase": (OUTCOMES, (("listed", "eligible_not_listed"), ("already_known",), ("snoozed",)), "not_eligible"),
    "school": (OUTCOMES, (("listed", "eligible_not_listed"), ("already_known",), ("snoozed",)), "not_eligible"),
    "signal": (SIGNAL_STATES, (("raised",),), "not_raised"),
    "signal_outcome": (FINDINGS, tuple((name,) for name in FINDINGS[:-1]), FINDINGS[-1]),
}  # fmt: skip
"""States that sum to a whole; those that say something of a child; and the one whose nought is hidden where all are in one."""

_IN_TIME = {"plans": "plans_in_time", "plans_with_exceptions": "plans_in_time_with_exceptions"}

_WORTH = {
    **{("run", column): 50 for column in PUPILS["run"]},
    **{
        ("run", column): 500
        for column in ("pupils_on_roll", "eligible", "persistent_absence_count", "severe_absence_count")
    },
    **{("phase", column): 10 for column in PUPILS["phase"]},
    ("phase", "pupils_on_roll"): 500,
    ("phase", "absence_sessions_ytd"): 50,
    ("school", "pupils_on_roll"): 500,
    ("school", "absence_sessions_ytd"): 50,
    **{
        ("school", column): 2
        for column in ("listed", "eligible_not_listed", "already_known", "persistent_absence_count")
    },
    ("flow", "flagged"): 3,
    ("flow", "looked_at"): 3,
    ("flow", "unmet"): 3,
    ("plans_in_time", "plans"): 2,
    ("plans_in_time", "plans_in_time"): 2,
    ("group_audit", "pupils"): 5,
    ("group_audit", "missed"): 2,
    ("ever", "pupils"): 5,
    ("signal", "raised"): 2,
}
"""Where there is a choice of what to hide for another's sake: a whole home's totals, and what is public anyway, last."""

_WORTH_OF_SCOPE = {"area": 2, "phase": 2, "home": 200}

_FEWEST_PLACES = 3


def exact_cells(rows: Rows, sums: list[Sum], policy: Policy) -> dict[tuple, Cell]:
    """Every published count, and every remainder, as if nothing was hidden or told before."""
    return dict([*_pupil_cells(rows, known_listed(rows, sums), policy), *_session_cells(rows, policy)])


def remembering(cells: Mapping[tuple, Cell], before: Remembered) -> dict[tuple, Cell]:
    """`cells` with what was hidden and told of each before."""
    hidden, told = before.hidden, before.told
    return {
        name: _as_before(cell, before=name in hidden, told=told.get(name) == cell.value)
        if cell.published and (name in hidden or name in told)
        else cell
        for name, cell in cells.items()
    }


def knowing_rolls(
    cells: Mapping[tuple, Cell], sums: list[Sum], hidden: Set[tuple], policy: Policy
) -> dict[tuple, Cell]:
    """`cells` as they are, with these `hidden`, to a reader who has how many pupils each school has from elsewhere, whatever we print.

    That is another reader than the one who supposes that nothing has changed since a number was told: what was told before is
    no more to this one than what was not.
    """
    known = _rolls_known(cells, sums)
    return {
        name: cell._replace(told=name in known)
        if name not in hidden or name in known
        else cell._replace(told=False, published=False, least=least_of(cell, policy.fewest_shown))
        for name, cell in cells.items()
    }


def with_rolls(sums: Iterable[Sum]) -> set[tuple]:
    """All that sums tie to how many pupils there are. Of the rest, sessions, whoever knows that knows no more than whoever does not."""
    beside: dict[tuple, list[tuple]] = {}
    for total, parts in sums:
        for part in parts:
            beside.setdefault(total, []).append(part)
            beside.setdefault(part, []).append(total)
    edge = [name for name in beside if name[0] in _OF_ROLLS and name[2] == "pupils_on_roll"]
    reached = set(edge)
    while edge:
        edge = {other for name in edge for other in beside[name]} - reached
        reached |= edge
    return reached


def _rolls_known(cells: Mapping[tuple, Cell], sums: list[Sum]) -> set[tuple]:
    """How many pupils a school has is published elsewhere too, but where they are few; a phase and a home are their schools."""
    rolls = [name for name in cells if name[0] in _OF_ROLLS and name[2] == "pupils_on_roll"]
    known = {name for name in rolls if cells[name].could_be is None}
    of_rolls = {
        each.total: each.parts
        for each in sums
        if each.total in known and each.total[0] != each.parts[0][0] in _OF_ROLLS
    }
    for table in ("phase", "run"):  # a phase's schools before the home's phases
        known -= {total for total, parts in of_rolls.items() if total[0] == table and not known.issuperset(parts)}
    return known


_OF_ROLLS = ("run", "phase", "school")


def _as_before(cell: Cell, *, before: bool, told: bool) -> Cell:
    """`cell`, hidden and told before or not; made in one piece, for there are tens of thousands."""
    return Cell._make((*cell[:_BEFORE], before, told, *cell[_TOLD + 1 :]))


_BEFORE, _TOLD = (Cell._fields.index(name) for name in ("before", "told"))  # one beside the other


# Counts of pupils


def _pupil_cells(rows: Rows, known: set[tuple], policy: Policy) -> Iterator[tuple[tuple, Cell]]:
    raised = _kinds_raised(rows)
    for table, columns in PUPILS.items():
        for key, row in rows[table].items():
            hidden_noughts = set(_hidden_noughts(rows, table, row, raised))
            for column in columns:
                name = (table, key, column)
                how = {"worth": _worth(table, row, column), "known": name in known, "most": _most(table, row, column)}
                yield name, _count(row[column], policy, nought=column in hidden_noughts, **how)
            for column, (whole, _) in REMAINDERS.get(table, {}).items():
                nought = row[NOUGHT_IS_OF.get(column, whole)] > 0 and column not in NOUGHT_SAYS_NOTHING
                yield (
                    (table, key, column),
                    _count(remainder(rows, table, key, column), policy, nought=nought, published=False),
                )
    yield from _unpublished(rows, policy)


def _hidden_noughts(rows: Rows, table: str, row: Mapping, raised: Set[tuple] = frozenset()) -> Iterator[str]:
    """Columns of which nought says as much as few. Where it is nought of the whole home, which is told, it says nothing of a group.
    `raised` is `_kinds_raised`."""
    if is_of_a_group(table, row):
        (home,) = rows["run"].values()
        yield from (column for column in PUPILS[table] if row["pupils"] and home.get(column) != 0)
    if table == "specialist" and row["scope"] == "area" and _of_some_kind(rows["specialist"].values(), row, raised):
        yield "unmet"
    if table == "plans_in_time":
        yield from (in_time for whole, in_time in _IN_TIME.items() if row[whole])
    if table in _ALL_IN_ONE:
        states, telling, cover = _ALL_IN_ONE[table]
        whole = sum(row[state] for state in states)
        if whole and any(sum(row[state] for state in alike) == whole for alike in telling):
            yield cover


def _of_some_kind(rows: Iterable[Mapping], row: Mapping, raised: Set[tuple]) -> bool:
    """Whether there are pupils both of this area and phase, and of this kind, and a signal of that kind there: else its nought stands
    elsewhere."""
    if row["kind"] != IN_SCHOOL and (row["kind"], row["area"], row["phase"]) not in raised:
        return False
    here = (
        one["unmet"] for one in rows if (one["scope"], one["area"], one["phase"]) == ("area", row["area"], row["phase"])
    )
    return any(here) and any(one["unmet"] for one in rows if (one["scope"], one["kind"]) == ("home", row["kind"]))


def _kinds_raised(rows: Rows) -> set[tuple]:
    """Kinds of next step, areas and phases with a signal of that kind raised for anybody."""
    found = set()
    for row in rows["signal"].values():
        if row["scope"] == "school" and row["raised"] and row["signal"] in _KIND_OF:
            school = rows["school"][str(row["urn"])]
            found.add((_KIND_OF[row["signal"]], school["area"] or NO_AREA, school["phase"]))
    return found


_KIND_OF = {signal.name: signal.kind for signal in SIGNALS}


def _unpublished(rows: Rows, policy: Policy) -> Iterator[tuple[tuple, Cell]]:
    """Sums and remainders across tables, that are printed nowhere."""
    for each in across(rows):
        yield each.name, _count(each.value, policy, nought=each.nought_tells, published=False)


def _most(table: str, row: Mapping, column: str) -> int | None:
    """A list with room left is no longer than its places: three at the fewest."""
    return max(_FEWEST_PLACES, row["listed"], row["places"] or 0) if (table, column) == ("school", "listed") else None


def _worth(table: str, row: Mapping, column: str) -> int:
    return _WORTH.get((table, column), 1) * _WORTH_OF_SCOPE.get(row.get("scope"), 1)


def _count(value: int, policy: Policy, *, nought: bool = False, **how) -> Cell:
    """A reader must not be able to tell even that a small count is small: it could be one, or enough to show. Where `nought`
    tells, it could be nought too."""
    is_small = 0 < value < policy.fewest_shown or (nought and value == 0)
    return Cell(value, could_be=(0 if nought else 1, policy.fewest_shown) if is_small else None, **how)


# Places that a rule tells


def known_listed(rows: Rows, sums: list[Sum]) -> set[tuple]:
    """Counts of listed pupils that the places tell, whatever is hidden, and what adds up of those and of noughts alone.

    Where anybody is left off a list that goes out it is full: as many are listed as it has places, a rule anyone may read.
    """
    full = {key for key, row in rows["school"].items() if row["eligible_not_listed"] and row["listed"] == row["places"]}
    known = {("school", key, "listed") for key in full}
    of_listed = [
        [each.total, *each.parts] for each in sums if {name[2] for name in (each.total, *each.parts)} == {"listed"}
    ]
    more = known
    while more:
        untold = [[name for name in names if name not in known and _may_be_some(rows, name)] for names in of_listed]
        more = {names[0] for names in untold if len(names) == 1}
        known = known | more
    return known


def _may_be_some(rows: Rows, name: tuple) -> bool:
    table, key, column = name
    row = rows[table][key]
    return bool(row[column]) or column in set(_hidden_noughts(rows, table, row))


# Sessions


def _session_cells(rows: Rows, policy: Policy) -> Iterator[tuple[tuple, Cell]]:
    """The sessions behind every rate of absence: small when they are a few pupils' sessions."""
    column = "absence_sessions_ytd"
    for table in ("run", "phase", "school"):
        for key, row in rows[table].items():
            how = {"worth": _WORTH.get((table, column), 50)}
            yield (table, key, column), _sessions(row, "absence", "_ytd", policy, is_rough=table != "school", **how)
    for key, row in rows["school_week"].items():
        for kind in WEEK_RATES:
            yield ("school_week", key, f"{kind}_sessions"), _sessions(row, kind, "", policy)
        other = _sessions(row, "other_authorised", "", policy, published=False)
        yield ("school_week", key, "other_authorised_sessions"), other
    for key, row in rows["week"].items():
        for kind in WEEK_RATES:
            how = {"worth": 5 * _WORTH_OF_SCOPE[row["scope"]], "is_rough": True}
            yield ("week", key, f"{kind}_sessions"), _sessions(row, kind, "", policy, **how)


def _sessions(row: Mapping, kind: str, window: str, policy: Policy, *, is_rough: bool = False, **how) -> Cell:
    """Of few pupils, a reader must not be able to tell whether these are one pupil's sessions or more: they could be as many as one can
    miss in a week, and as few. Where a rate would rest on few the number must not be had, whoever it is of; that it is none at all
    may be known, for a phase's nought is that of each of its schools. Of many schools together a rounded rate tells no more than
    roughly how many sessions were missed, and of one school it is taken to tell exactly."""
    value, pupils = row[f"{kind}_sessions{window}"], row[f"{kind}_pupils{window}"]
    on_few = row[f"possible_pupils{window}"] < policy.smallest_base
    if on_few and not value:
        return Cell(0, could_be=(0, 0), whole_range=True, **how)
    least = 0 if on_few else 1
    if 0 < pupils < policy.fewest_shown:
        could_be = min(value, A_PUPILS_WEEK - 1), max(value, A_PUPILS_WEEK)
        return Cell(value, could_be=could_be, whole_range=True, least=least, **how)
    if on_few:
        return Cell(value, could_be=(0, value + 1), least=least, **how)
    if is_rough and value:
        how["between"] = _rounded_alike(value, row[f"possible_sessions{window}"], policy)
    return Cell(value, **how)


def _rounded_alike(value: int, possible: int, policy: Policy) -> tuple[int, int]:
    """The least and the most sessions that are printed as the same rate, one within on either side."""
    half, rate = 0.5 * 10**-policy.rate_decimals, round(value / possible, policy.rate_decimals)
    low, high = ceil((rate - half) * possible) + 1, floor((rate + half) * possible) - 1
    return min(low, value), max(high, value)
