"""A reader who tries to work out what was hidden: every sum they know of, every rate, solved exactly.

Written from the published tables alone, on purpose not from the code that hides: what is added up here is what the
tables' own notes say. `possible` (each school's possible sessions) and `places` (each school's places) are not published;
this reader knows them anyway, and that a list is full wherever anybody is left off it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp

OUTCOMES = [
    "listed",
    "eligible_not_listed",
    "already_known",
    "snoozed",
    "history_needed",
    "not_eligible",
    "cannot_be_judged",
]
STATES = ["raised", "not_raised", "cannot_be_judged"]
SOME_LARGE_NUMBER = 100_000


@dataclass
class Unknowns:
    """Every number the reader reckons with, with the least and most it can be, and what adds up to what."""

    least: dict[tuple, float] = field(default_factory=dict)
    most: dict[tuple, float] = field(default_factory=dict)
    sums: list[tuple[tuple, list[tuple]]] = field(default_factory=list)

    def told(self, name: tuple, value: int | None) -> tuple:
        """A published count; a hidden one is at least 1, for nought is told."""
        return self.between(name, *((1, SOME_LARGE_NUMBER) if value is None else (value, value)))

    def rest(self, *name) -> tuple:
        """A remainder printed nowhere."""
        return self.between(name, 0, SOME_LARGE_NUMBER)

    def between(self, name: tuple, least: float, most: float) -> tuple:
        self.least[name], self.most[name] = least, most
        return name

    def add_up(self, total: tuple, parts: list[tuple]) -> None:
        self.sums.append((total, parts))


def worked_out(
    published: Mapping[str, pl.DataFrame],
    possible: Mapping[tuple, int] | None = None,
    places: Mapping[int, int] | None = None,
) -> "Range":
    """What this reader can say of any number: the least and the most it can be."""
    known = Unknowns()
    for table, columns in COUNTS.items():
        for row in published[table].iter_rows(named=True):
            for column in columns:
                known.told(name_of(table, row, column), row[column])
    _outcomes(known, published)
    _full_lists(known, published, places or {})
    _signals(known, published)
    _groups(known, published)
    _lost(known, published)
    if possible is not None:
        _weeks(known, published, possible)
    return Range(known)


COUNTS = {
    "run": ["pupils_on_roll", "eligible", *OUTCOMES, "missed"],
    "school": ["pupils_on_roll", "persistent_absence_count", "severe_absence_count", "eligible", *OUTCOMES],
    "signal": STATES,
    "group_audit": ["pupils", "eligible", "listed", "missed", "already_known"],
    "lost_children": ["pupils"],
}
_KEYS = {
    "run": [],
    "school": ["urn"],
    "signal": ["signal", "scope", "phase", "urn"],
    "group_audit": ["kind", "group_name"],
    "lost_children": ["kind", "scope", "urn"],
}


def name_of(table: str, row: dict, column: str) -> tuple:
    return table, *_key(table, row), column


def _key(table: str, row: dict) -> tuple:
    return tuple(row[column] for column in _KEYS[table])


def _full_lists(known: Unknowns, published, places: Mapping[int, int]) -> None:
    """As many are listed as there are places where anybody is left off (hidden is not nought), and never more."""
    for row in published["school"].filter(pl.col("urn").is_in(list(places))).iter_rows(named=True):
        name, of_school = ("school", row["urn"], "listed"), places[row["urn"]]
        known.most[name] = min(known.most[name], of_school)
        if row["eligible_not_listed"] != 0:
            known.least[name] = of_school


def _outcomes(known: Unknowns, published) -> None:
    schools = published["school"].iter_rows(named=True)
    places = [("run",), *(("school", row["urn"]) for row in schools)]
    for place in places:
        known.add_up((*place, "pupils_on_roll"), [(*place, outcome) for outcome in OUTCOMES])
        if (*place, "eligible") in known.least:
            if known.most[*place, "eligible"] != known.least[*place, "eligible"]:
                known.least[*place, "eligible"] = 0  # a school's is left empty wherever either part is
            known.add_up((*place, "eligible"), [(*place, "listed"), (*place, "eligible_not_listed")])
    for outcome in OUTCOMES if places[1:] else ():
        known.add_up(("run", outcome), [(*place, outcome) for place in places[1:]])
    known.add_up(("run", "eligible_not_listed"), [("run", "missed"), known.rest("run", "on file")])
    for place in places[1:]:
        known.add_up(
            (*place, "pupils_on_roll"), [(*place, "persistent_absence_count"), known.rest(*place, "not persistent")]
        )
        less = known.rest(*place, "persistent, not severe")
        known.add_up((*place, "persistent_absence_count"), [(*place, "severe_absence_count"), less])


def _signals(known: Unknowns, published) -> None:
    rows = list(published["signal"].iter_rows(named=True))
    for row in rows:
        name = ("signal", *_key("signal", row))
        roll = _roll(published, row)
        if roll:
            known.add_up(roll, [(*name, state) for state in STATES])
        for state in STATES:
            parts = [
                ("signal", *_key("signal", other), state)
                for other in rows
                if other["signal"] == row["signal"]
                and (
                    (row["scope"] == "home" and other["scope"] == "phase")
                    or (row["scope"] == "phase" and other["scope"] == "school" and other["phase"] == row["phase"])
                )
            ]
            if parts:
                known.add_up((*name, state), parts)


def _roll(published, row: dict) -> tuple | None:
    if row["scope"] == "home":
        return ("run", "pupils_on_roll")
    if row["scope"] == "school":
        return ("school", row["urn"], "pupils_on_roll")
    has_pupils = published["group_audit"].filter(kind="phase", group_name=row["phase"]).height
    return ("group_audit", "phase", row["phase"], "pupils") if has_pupils else None


def _groups(known: Unknowns, published) -> None:
    groups = published["group_audit"]
    for row in groups.iter_rows(named=True):
        name = ("group_audit", row["kind"], row["group_name"])
        on_file, others = known.rest(*name, "on file"), known.rest(*name, "others")
        known.add_up((*name, "eligible"), [(*name, "listed"), (*name, "missed"), on_file])
        known.add_up((*name, "pupils"), [(*name, "eligible"), (*name, "already_known"), others])
    for kind in groups["kind"].unique():
        names = groups.filter(kind=kind)["group_name"].to_list()
        for column in COUNTS["group_audit"]:
            total = ("run", "pupils_on_roll" if column == "pupils" else column)
            known.add_up(total, [("group_audit", kind, name, column) for name in names])
    for phase in groups.filter(kind="phase")["group_name"]:
        urns = published["school"].filter(phase=phase)["urn"].to_list()
        for column in ("pupils", "eligible", "listed", "already_known"):
            of_school = "pupils_on_roll" if column == "pupils" else column
            known.add_up(("group_audit", "phase", phase, column), [("school", urn, of_school) for urn in urns])


ON_A_ROLL = {
    "alternative_provision_without_marks", "dual_registered_seen_by_neither", "fifteen_days_illness_no_provision",
    "year_11_without_offer",
}  # fmt: skip
"""Kinds of lost children who are all on the roll they are counted at: what is left of it is no more theirs to know."""

AT_NO_SCHOOL = {
    "decision_past_6_weeks", "plan_past_20_weeks", "plan_past_20_weeks_with_exception", "plan_review_past_12_months",
    "phase_transfer_past_due", "plan_at_17_without_pathway",
}  # fmt: skip
"""Kinds whose children may be at no school seen here, and then are in the whole home's count alone."""


def _lost(known: Unknowns, published) -> None:
    """A kind that was not judged has no count, and this reader knows that there is nobody behind it."""
    rows = list(published["lost_children"].filter("judged").iter_rows(named=True))
    for row in rows:
        name = ("lost_children", *_key("lost_children", row), "pupils")
        schools = [other for other in rows if other["kind"] == row["kind"] and other["scope"] == "school"]
        if row["scope"] == "home" and schools:
            parts = [("lost_children", *_key("lost_children", other), "pupils") for other in schools]
            parts += [known.rest(*name, "at no school")] if row["kind"] in AT_NO_SCHOOL else []
            known.add_up(name, parts)
        if row["kind"] in ON_A_ROLL:
            roll = ("run", "pupils_on_roll") if row["scope"] == "home" else ("school", row["urn"], "pupils_on_roll")
            known.add_up(roll, [name, known.rest(*name, "others")])


KINDS = ["absence", "authorised", "unauthorised", "illness", "part_time"]
ROUNDED_BY = 0.0005


def _weeks(known: Unknowns, published, possible: Mapping[tuple, int]) -> None:
    """Sessions, as near as a rounded rate over a known base gives them."""
    of_school: dict[int, list[tuple]] = {}
    for row in published["school_week"].iter_rows(named=True):
        week = (row["urn"], row["week_start"])
        names = {kind: ("week", *week, kind) for kind in KINDS}
        for kind, name in names.items():
            known.between(name, *_sessions(row[f"{kind}_rate"], possible[week]))
        known.add_up(names["absence"], [names["authorised"], names["unauthorised"]])
        known.add_up(names["authorised"], [names["illness"], names["part_time"], known.rest("week", *week, "other")])
        of_school.setdefault(row["urn"], []).append(names["absence"])
    for row in published["school"].iter_rows(named=True):
        if row["urn"] in of_school:
            year = ("year", row["urn"])
            known.between(year, *_sessions(row["absence_rate_ytd"], possible[row["urn"], None]))
            known.add_up(year, of_school[row["urn"]])


def _sessions(rate: float | None, possible: int) -> tuple[int, int]:
    if rate is None:
        return 0, possible
    near = ROUNDED_BY + 1e-9
    return max(0, int(np.ceil((rate - near) * possible))), int(np.floor((rate + near) * possible))


class Range:
    """The least and the most each number can be, every sum holding at once (integer programming: exact)."""

    def __init__(self, known: Unknowns):
        self.names = list(known.least)
        self.at = {name: at for at, name in enumerate(self.names)}
        self.bounds = Bounds([known.least[name] for name in self.names], [known.most[name] for name in self.names])
        self.parts = dict(enumerate(self._rows(known)))
        matrix = np.zeros((len(self.parts), len(self.names)))
        for row, members in self.parts.items():
            for name, sign in members:
                matrix[row, self.at[name]] += sign
        self.sums = LinearConstraint(matrix, 0, 0)

    def of(self, name: tuple) -> tuple[int, int]:
        return self._extreme(name, 1), self._extreme(name, -1)

    def could_be_another(self, name: tuple, value: int) -> bool:
        """Whether this number could be any but `value`, which it always could where no row speaks of it."""
        if name not in self.at:
            return True
        return self._extreme(name, -1) != value or self._extreme(name, 1) != value

    def _rows(self, known: Unknowns) -> Iterator[list[tuple]]:
        for total, parts in known.sums:
            yield list(chain([(total, -1)], ((part, 1) for part in parts)))

    def _extreme(self, name: tuple, sign: int) -> int:
        goal = np.zeros(len(self.names))
        goal[self.at[name]] = sign
        found = milp(goal, constraints=self.sums, bounds=self.bounds, integrality=np.ones(len(self.names)))
        assert found.status == 0, found.message
        return round(found.x[self.at[name]])
