"""From exact counts to what anyone may read: small counts hidden, and with them whatever would give them back.

Every remainder a reader could have by subtraction is a cell here, printed or not, and every sum the tables obey is
written down once. `hidden_cells` does the rest. A rate is published only where both counts it is made of are.
"""

from collections.abc import Iterator, Mapping

import polars as pl

from pipeline.tables.published import OUTCOMES, SIGNAL_STATES, WEEK_RATES
from pipeline.vocabulary.lost import KIND, Where

from .hidden_cells import Cell, Hidden, Sum, hidden_cells
from .published_pages import Policy, key_of, pages

Counts = Mapping[str, pl.DataFrame]


def suppressed(counts: Counts, policy: Policy = Policy()) -> dict[str, pl.DataFrame]:
    """The published tables by name, from `inclusion.exact_counts`: the same for the same counts in any order."""
    hidden = _hidden(counts, policy)
    if hidden.given_away and counts["group_audit"].height:
        return suppressed(_without_kinds(counts, hidden.given_away), policy)
    if hidden.given_away:
        return pages(_with_nothing_told(counts), set(), policy)
    return pages(counts, hidden.names, policy)


def _hidden(counts: Counts, policy: Policy) -> Hidden:
    rows = rows_by_key(counts)
    sums = list(additive_sums(rows))
    cells = dict([*_pupil_cells(rows, _known_listed(rows, sums), policy), *_session_cells(rows, policy)])
    return hidden_cells(cells, sums, fewest_shown=policy.fewest_shown)


def _without_kinds(counts: Counts, given_away: set[tuple]) -> Counts:
    """Kinds of group left out whole where hiding cannot save a count: three places known, and one pupil in each group.

    All of them where what is given away is a school's or the whole home's, in homes of a class or two.
    """
    groups = counts["group_audit"]
    rows = rows_by_key(counts)["group_audit"]
    kinds = {rows[key]["kind"] for table, key, _ in given_away if table == "group_audit"} or set(groups["kind"])
    return {**counts, "group_audit": groups.filter(~pl.col("kind").is_in(sorted(kinds)))}


def _with_nothing_told(counts: Counts) -> Counts:
    """The last resort, in a home so small that hidden counts still give one another away: noughts, and no row but the run's."""
    run = counts["run"].with_columns(pl.when(pl.col(column) == 0).then(0).alias(column) for column in _PUPILS["run"])
    return {name: run if name == "run" else frame.clear() for name, frame in counts.items()}


# Cells: a name is (table, key of the row as text, column)

_PUPILS = {
    "run": ("pupils_on_roll", "eligible", *OUTCOMES, "missed"),
    "school": ("pupils_on_roll", "persistent_absence_count", "severe_absence_count", *OUTCOMES),
    "signal": SIGNAL_STATES,
    "group_audit": ("pupils", "eligible", "listed", "missed", "already_known"),
    "lost_children": ("pupils",),
}
"""The published counts of pupils."""

_WORTH = {
    **{("run", column): 50 for column in _PUPILS["run"]},
    ("school", "pupils_on_roll"): 50,
    ("school", "absence_sessions_ytd"): 50,
    **{
        ("school", column): 2
        for column in ("listed", "eligible_not_listed", "already_known", "persistent_absence_count")
    },
    ("group_audit", "pupils"): 5,
    ("group_audit", "missed"): 2,
    ("signal", "raised"): 2,
}
"""Where there is a choice of what to hide for another's sake: a whole home's totals, and what is public anyway, last."""

_WORTH_OF_SCOPE = {"phase": 2, "home": 6}

_REMAINDERS = {
    "run": {"eligible_on_file": ("eligible_not_listed", ("missed",))},
    "school": {
        "not_persistent": ("pupils_on_roll", ("persistent_absence_count",)),
        "persistent_not_severe": ("persistent_absence_count", ("severe_absence_count",)),
    },
    "group_audit": {
        "eligible_on_file": ("eligible", ("listed", "missed")),
        "others": ("pupils", ("eligible", "already_known")),
    },
}
"""Printed nowhere, and had by taking the parts from the whole: as small and as telling as any count."""

_WEEK_SUMS = {"absence": ("authorised", "unauthorised"), "authorised": ("illness", "part_time", "other_authorised")}
_A_PUPILS_WEEK = 10  # sessions
_FEWEST_PLACES = 3

_SAME_COUNT = {"persistent_absence_count": "persistent_absence", "severe_absence_count": "severe_absence"}
"""A school's counts that may be the very pupils a signal is raised for: told once, they must not be hidden once."""


def rows_by_key(counts: Counts) -> dict[str, dict[str, dict]]:
    """By table, its rows by their key as text; a kind of lost children that cannot be judged has no count, and is no row."""
    judged = {**counts, "lost_children": counts["lost_children"].filter("judged")}
    return {
        table: {row["_key"]: row for row in frame.with_columns(_key=key_of(table)).iter_rows(named=True)}
        for table, frame in judged.items()
    }


def _known_listed(rows: Mapping, sums: list[Sum]) -> set[tuple]:
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
        untold = [[name for name in names if name not in known and _value(rows, name)] for names in of_listed]
        more = {names[0] for names in untold if len(names) == 1}
        known = known | more
    return known


def _value(rows: Mapping, name: tuple) -> int:
    table, key, column = name
    return rows[table][key][column]


def _pupil_cells(rows: Mapping, known: set[tuple], policy: Policy) -> Iterator[tuple[tuple, Cell]]:
    """Every published count of pupils, and every remainder."""
    for table, columns in _PUPILS.items():
        for key, row in rows[table].items():
            for column in columns:
                name = (table, key, column)
                how = {"worth": _worth(table, row, column), "known": name in known, "most": _most(table, row, column)}
                yield name, _count(row[column], policy, **how)
            for column, (whole, parts) in _REMAINDERS.get(table, {}).items():
                yield (
                    (table, key, column),
                    _count(row[whole] - sum(row[part] for part in parts), policy, published=False),
                )
    yield from _lost_remainders(rows, policy)


def _lost_remainders(rows: Mapping, policy: Policy) -> Iterator[tuple[tuple, Cell]]:
    """Of a roll, the pupils who are not lost; of a home, the lost whom no school here lists."""
    for key, whole in _rolls_of_lost(rows):
        rest = rows[whole[0]][whole[1]][whole[2]] - rows["lost_children"][key]["pupils"]
        yield ("lost_children", key, "others"), _count(rest, policy, published=False)
    for key, schools in _schools_of_lost(rows):
        if _may_be_at_none(rows["lost_children"][key]):
            at_schools = sum(rows["lost_children"][school]["pupils"] for school in schools)
            rest = rows["lost_children"][key]["pupils"] - at_schools
            yield ("lost_children", key, "at_no_school"), _count(rest, policy, published=False)


def _most(table: str, row: Mapping, column: str) -> int | None:
    """A list with room left is no longer than its places: three at the fewest, or as many as are on it."""
    return max(_FEWEST_PLACES, row["listed"]) if (table, column) == ("school", "listed") else None


def _worth(table: str, row: Mapping, column: str) -> int:
    return _WORTH.get((table, column), 1) * _WORTH_OF_SCOPE.get(row.get("scope"), 1)


def _count(value: int, policy: Policy, **how) -> Cell:
    """A reader must not be able to tell even that a small count is small: it could be one, or enough to show."""
    is_small = 0 < value < policy.fewest_shown
    return Cell(value, could_be=(1, policy.fewest_shown) if is_small else None, **how)


def _rolls_of_lost(rows: Mapping) -> Iterator[tuple[str, tuple]]:
    """The rows of kinds whose pupils are all on the roll they are counted at, each with that roll."""
    for key, row in rows["lost_children"].items():
        if KIND[row["kind"]].where is Where.ON_ROLL:
            roll = ("school", str(row["urn"])) if row["scope"] == "school" else ("run", next(iter(rows["run"])))
            yield key, (*roll, "pupils_on_roll")


def _schools_of_lost(rows: Mapping) -> Iterator[tuple[str, list[str]]]:
    """The whole home's row of each kind that is counted by school, with the schools' rows."""
    of_kind: dict[str, list[str]] = {}
    for key, row in rows["lost_children"].items():
        if row["scope"] == "school":
            of_kind.setdefault(row["kind"], []).append(key)
    for key, row in rows["lost_children"].items():
        if row["scope"] == "home" and row["kind"] in of_kind:
            yield key, of_kind[row["kind"]]


def _may_be_at_none(row: Mapping) -> bool:
    return KIND[row["kind"]].where is Where.ANY


def _session_cells(rows: Mapping, policy: Policy) -> Iterator[tuple[tuple, Cell]]:
    """The sessions behind every rate of a school: small when they are a few pupils' sessions."""
    for key, row in rows["school"].items():
        yield (
            ("school", key, "absence_sessions_ytd"),
            _sessions(row, "absence", "_ytd", policy, worth=_worth("school", row, "absence_sessions_ytd")),
        )
    for key, row in rows["school_week"].items():
        for kind in WEEK_RATES:
            yield ("school_week", key, f"{kind}_sessions"), _sessions(row, kind, "", policy)
        yield (
            ("school_week", key, "other_authorised_sessions"),
            _sessions(row, "other_authorised", "", policy, published=False),
        )


def _sessions(row: Mapping, kind: str, window: str, policy: Policy, **how) -> Cell:
    """A reader must not be able to tell whether these are one pupil's sessions or more."""
    value, pupils = row[f"{kind}_sessions{window}"], row[f"{kind}_pupils{window}"]
    on_few = row[f"possible_pupils{window}"] < policy.smallest_base
    is_small = on_few or 0 < pupils < policy.fewest_shown
    return Cell(
        value, could_be=(0 if on_few else 1, max(value, _A_PUPILS_WEEK)) if is_small else None, whole_range=True, **how
    )


# Sums


def additive_sums(rows: Mapping) -> Iterator[Sum]:
    """Every sum that the published counts, and the remainders between them, are bound to obey."""
    yield from _remainder_sums(rows)
    yield from _outcome_sums(rows)
    yield from _signal_sums(rows)
    yield from _group_sums(rows)
    yield from _lost_sums(rows)
    yield from _week_sums(rows)


def _remainder_sums(rows: Mapping) -> Iterator[Sum]:
    for table, remainders in _REMAINDERS.items():
        for key in rows[table]:
            for column, (whole, parts) in remainders.items():
                yield Sum((table, key, whole), tuple((table, key, part) for part in (column, *parts)))
    for key, whole in _rolls_of_lost(rows):
        yield Sum(whole, (("lost_children", key, "pupils"), ("lost_children", key, "others")))


def _outcome_sums(rows: Mapping) -> Iterator[Sum]:
    """Outcomes sum to the roll, schools to the whole home."""
    for table in ("run", "school"):
        for key in rows[table]:
            yield Sum((table, key, "pupils_on_roll"), tuple((table, key, outcome) for outcome in OUTCOMES))
    (run,) = rows["run"]
    yield Sum(("run", run, "eligible"), (("run", run, "listed"), ("run", run, "eligible_not_listed")))
    for outcome in OUTCOMES:
        yield Sum(("run", run, outcome), tuple(("school", key, outcome) for key in rows["school"]))


def _signal_sums(rows: Mapping) -> Iterator[Sum]:
    """States sum to the roll, schools to their phase, phases to the whole home."""
    below: dict[tuple, list[str]] = {}
    for key, row in rows["signal"].items():
        if row["scope"] == "school":
            school = str(row["urn"])
            yield Sum(("school", school, "pupils_on_roll"), tuple(("signal", key, state) for state in SIGNAL_STATES))
            yield from _told_twice(rows, school, key, row)
            below.setdefault((row["signal"], "phase", row["phase"]), []).append(key)
        elif row["scope"] == "phase":
            below.setdefault((row["signal"], "home", None), []).append(key)
    totals = {
        (row["signal"], row["scope"], row["phase"]): key
        for key, row in rows["signal"].items()
        if row["scope"] != "school"
    }
    for place, keys in below.items():
        for state in SIGNAL_STATES:
            yield Sum(("signal", totals[place], state), tuple(("signal", key, state) for key in keys))


def _told_twice(rows: Mapping, school: str, key: str, row: Mapping) -> Iterator[Sum]:
    for column, signal in _SAME_COUNT.items():
        if row["signal"] == signal and row["raised"] == rows["school"][school][column]:
            yield Sum(("school", school, column), (("signal", key, "raised"),))


def _group_sums(rows: Mapping) -> Iterator[Sum]:
    """The groups of a kind sum to the whole home, the schools of a phase to the phase."""
    (run,) = rows["run"]
    totals = {"pupils": "pupils_on_roll"}
    kinds = {row["kind"] for row in rows["group_audit"].values()}
    for kind in kinds:
        keys = [key for key, row in rows["group_audit"].items() if row["kind"] == kind]
        for column in _PUPILS["group_audit"]:
            yield Sum(("run", run, totals.get(column, column)), tuple(("group_audit", key, column) for key in keys))
    by_phase = {
        "pupils": ("pupils_on_roll",),
        "eligible": ("listed", "eligible_not_listed"),
        "listed": ("listed",),
        "already_known": ("already_known",),
    }
    for key, row in rows["group_audit"].items():
        if row["kind"] == "phase":
            schools = [school for school, told in rows["school"].items() if told["phase"] == row["group_name"]]
            for column, parts in by_phase.items():
                yield Sum(
                    ("group_audit", key, column),
                    tuple(("school", school, part) for school in schools for part in parts),
                )


def _lost_sums(rows: Mapping) -> Iterator[Sum]:
    """Schools sum to the whole home; where a pupil may be at no school seen here, with those who are. A child may be of several
    kinds, so no kind adds up with another."""
    for key, schools in _schools_of_lost(rows):
        parts = [("lost_children", school, "pupils") for school in schools]
        if _may_be_at_none(rows["lost_children"][key]):
            parts.append(("lost_children", key, "at_no_school"))
        yield Sum(("lost_children", key, "pupils"), tuple(parts))


def _week_sums(rows: Mapping) -> Iterator[Sum]:
    """Kinds of absence sum to the week's, weeks to the year's."""
    weeks: dict[str, list[tuple]] = {}
    for key, row in rows["school_week"].items():
        weeks.setdefault(str(row["urn"]), []).append(("school_week", key, "absence_sessions"))
        for whole, parts in _WEEK_SUMS.items():
            names = tuple(("school_week", key, f"{part}_sessions") for part in parts)
            yield Sum(("school_week", key, f"{whole}_sessions"), names)
    for school, names in weeks.items():
        yield Sum(("school", school, "absence_sessions_ytd"), tuple(names))
