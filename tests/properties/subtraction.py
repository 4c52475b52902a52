"""A reader of every page and filter, night after night, who takes one number from another until a hidden one is left.

Written from the published tables and their notes alone, on purpose not from the code that hides. They know every sum of every
table, the places of each school and its possible sessions. Of the nights they suppose that nothing has changed: that a number
told before still holds where it is hidden now, and that one told later held before. They are lucky, too: told which of these
suppositions are so, they keep those and drop the others. Whatever they can then narrow to one number has leaked, but what they had
before the night told them anything.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

OUTCOMES = ("listed", "eligible_not_listed", "already_known", "snoozed", "history_needed", "not_eligible", "cannot_be_judged")  # fmt: skip
STATES = ("raised", "not_raised", "cannot_be_judged")
ANSWERS = ("look_into_it", "already_met", "other_cause", "not_needed", "other_answer", "undecided")
FINDINGS = ("need_found", "known", "nothing_found", "no_finding")
ABSENT = ("persistent_absence_count", "severe_absence_count")
PLACES = ("pupils_on_roll", *ABSENT, *OUTCOMES)
FLOW = ("flagged", "looked_at", "need_found", "need_met", "unmet", "waiting")
PLANS = ("plans", "plans_in_time", "plans_with_exceptions", "plans_in_time_with_exceptions")
GROUP = ("eligible", "listed", "missed", "already_known")
EVER = ("ever_additional_support", "ever_plan", "ever_social_worker")
KINDS = ("absence", "authorised", "unauthorised", "illness", "part_time")

COUNTS = {
    "run": (*PLACES, "eligible", "missed"), "phase": PLACES, "school": PLACES, "flow": FLOW, "plans_in_time": PLANS, "signal": STATES,
    "signal_outcome": ("listed", *ANSWERS, *FINDINGS), "specialist": ("unmet",), "group_audit": ("pupils", *GROUP), "ever": ("pupils", *EVER),
    "lost_children": ("pupils",),
}  # fmt: skip
KEYS = {
    "run": (), "phase": ("phase",), "school": ("urn",), "flow": ("scope", "area", "phase", "urn"), "plans_in_time": ("scope", "area", "urn"),
    "signal": ("signal", "scope", "phase", "urn"), "signal_outcome": ("signal",), "specialist": ("kind", "scope", "area", "phase"),
    "group_audit": ("kind", "group_name"), "ever": ("nc_year",), "lost_children": ("kind", "scope", "urn"),
}  # fmt: skip

ON_A_ROLL = (
    "alternative_provision_without_marks", "dual_registered_seen_by_neither", "fifteen_days_illness_no_provision",
    "year_11_without_offer",
)  # fmt: skip
"""Kinds of lost children who are all on the roll they are counted at: what is left of it is no more a reader's to know."""

AT_NONE = (
    "decision_past_6_weeks", "plan_past_20_weeks", "plan_past_20_weeks_with_exception", "plan_review_past_12_months",
    "phase_transfer_past_due", "plan_at_17_without_pathway",
)  # fmt: skip
"""Kinds whose children may be at no school seen here, and then are in the whole home's count alone."""

FEW = range(1, 5)
ONE_PUPILS_WEEK = 10
SMALLEST_BASE = 20
SOME_LARGE_NUMBER = 10_000

Pages = Mapping[str, pl.DataFrame]
Name = tuple


@dataclass
class Reckoning:
    """The unknowns of one night with the least and most each can be, the sums they obey, and those that tell of children."""

    least: dict[Name, int] = field(default_factory=dict)
    most: dict[Name, int] = field(default_factory=dict)
    sums: list[tuple[Name, tuple[Name, ...]]] = field(default_factory=list)
    rests: dict[Name, tuple[Name, tuple[Name, ...]]] = field(default_factory=dict)
    all_tell: dict[Name, Name] = field(
        default_factory=dict
    )  # a rest of which nought says that all of a whole are one thing

    def tell(self, name: Name, value: int | None, least: int) -> None:
        self.least[name], self.most[name] = (least, SOME_LARGE_NUMBER) if value is None else (value, value)

    def add_up(self, total: Name, parts: Iterable[Name]) -> None:
        """Where a page has none of the parts, it was left out, and nothing adds up."""
        if parts := tuple(parts):
            self.sums.append((total, parts))

    def rest(self, name: Name, whole: Name, *parts: Name, all_of: Name | None = None) -> Name:
        """A number printed nowhere: what is left of a whole."""
        self.least[name], self.most[name] = 0, SOME_LARGE_NUMBER
        self.rests[name] = (whole, parts)
        if all_of:
            self.all_tell[name] = all_of
        self.add_up(whole, (name, *parts))
        return name


def rows_of(pages: Pages, table: str) -> Iterator[tuple[tuple, dict]]:
    frame = pages.get(table)
    if frame is not None:
        if table == "lost_children":
            frame = frame.filter("judged")
        for row in frame.iter_rows(named=True):
            yield tuple(row[column] for column in KEYS[table]), row


def numbers(pages: Pages) -> dict[Name, int | None]:
    """Every count of pupils on the pages by name, null where hidden."""
    return {
        (table, *key, column): row[column]
        for table, columns in COUNTS.items() for key, row in rows_of(pages, table) for column in columns
    }  # fmt: skip


def reckoned(pages: Pages, hidden_before: set[Name]) -> Reckoning:
    """All there is to know of one night's counts of pupils."""
    known = Reckoning()
    for name, value in numbers(pages).items():
        known.tell(name, value, 0 if name in hidden_before or may_be_nought(name) else 1)
    for of in (_places, _flow, _plans, _specialists, _signals, _groups, _lost):
        of(known, pages)
    return known


def full_lists(known: Reckoning, pages: Pages, places: Mapping[int, int | None]) -> None:
    """As many are listed as there are places where anybody is left off, and never more. A school with nobody on its roll has none."""
    for (urn,), _ in rows_of(pages, "school"):
        name = ("school", urn, "listed")
        if places[urn] is None:
            continue
        known.most[name] = min(known.most[name], places[urn])
        if known.least["school", urn, "eligible_not_listed"] > 0:
            known.least[name] = places[urn]


def is_alone(name: Name) -> bool:
    """Whether a row holds no other count: left empty, it is not left empty whole for the sake of another."""
    return len(COUNTS[name[0]]) == 1


def may_be_nought(name: Name) -> bool:
    """Whether nought is hidden of this count at all, as the notes say: of groups of children, of kinds of
    next step in an area, and where all are in one state."""
    table, column = name[0], name[-1]
    if table == "group_audit":
        return name[1] != "phase"
    if table == "specialist":
        return name[2] == "area"
    return table == "ever" or column in (
        "not_eligible",
        "not_raised",
        "no_finding",
        "plans_in_time",
        "plans_in_time_with_exceptions",
    )


def _places(known: Reckoning, pages: Pages) -> None:
    places = [("run",), *(("phase", *key) for key, _ in rows_of(pages, "phase")), *(("school", *key) for key, _ in rows_of(pages, "school"))]  # fmt: skip
    for place in places:
        roll, persistent, severe = (*place, "pupils_on_roll"), *((*place, column) for column in ABSENT)
        known.add_up(roll, [(*place, outcome) for outcome in OUTCOMES])
        known.rest((*place, "not persistent"), roll, persistent, all_of=roll)
        known.rest((*place, "persistent, not severe"), persistent, severe, all_of=persistent)
        parts = [(*place, "listed"), (*place, "eligible_not_listed")]
        if place == ("run",):
            known.add_up(("run", "eligible"), parts)
        else:
            known.least[*place, "eligible"], known.most[*place, "eligible"] = 0, SOME_LARGE_NUMBER
            known.add_up((*place, "eligible"), parts)
    known.rest(("run", "on file"), ("run", "eligible_not_listed"), ("run", "missed"), all_of=("run", "missed"))
    for column in PLACES:
        known.add_up(("run", column), [("phase", *key, column) for key, _ in rows_of(pages, "phase")])
        for (phase,), _ in rows_of(pages, "phase"):
            schools = [key for key, row in rows_of(pages, "school") if row["phase"] == phase]
            known.add_up(("phase", phase, column), [("school", *key, column) for key in schools])


def _area(pages: Pages, urn: int) -> str:
    return next(row["area"] for (one,), row in rows_of(pages, "school") if one == urn) or "not known"


def _phase(pages: Pages, urn: int) -> str:
    return next(row["phase"] for (one,), row in rows_of(pages, "school") if one == urn)


def _flow(known: Reckoning, pages: Pages) -> None:
    rows = list(rows_of(pages, "flow"))
    schools = [(key, row) for key, row in rows if row["scope"] == "school"]
    for key, row in rows:
        at = lambda column, key=key: ("flow", *key, column)  # noqa: E731
        known.rest(at("not looked at"), at("flagged"), at("looked_at"), all_of=at("flagged"))
        known.rest(at("no longer"), at("flagged"), at("looked_at"), at("unmet"))
        known.rest(at("no need"), at("looked_at"), at("need_found"), all_of=at("looked_at"))
        known.rest(at("not met"), at("looked_at"), at("need_met"), all_of=at("looked_at"))
        known.rest(at("not long"), at("unmet"), at("waiting"), all_of=at("unmet"))
        place = {"school": ("school", row["urn"]), "phase": ("phase", row["phase"]), "home": ("run",)}.get(row["scope"])
        if place:
            known.rest(at("eligible, looked at"), (*place, "eligible"), at("unmet"))
            known.rest(
                at("never flagged"), (*place, "pupils_on_roll"), at("flagged"), all_of=(*place, "pupils_on_roll")
            )
        below = {
            "area": [one for one, of in schools if _area(pages, of["urn"]) == row["area"]],
            "phase": [one for one, of in schools if _phase(pages, of["urn"]) == row["phase"]],
            "home": [one for one, _ in schools],
        }.get(row["scope"])  # fmt: skip
        for column in FLOW if below is not None else ():
            known.add_up(at(column), [("flow", *one, column) for one in below])


def _plans(known: Reckoning, pages: Pages) -> None:
    rows = list(rows_of(pages, "plans_in_time"))
    schools = [(key, row) for key, row in rows if row["scope"] == "school"]
    places = [("plans_in_time", *key) for key, _ in rows]
    for key, row in rows:
        below = [one for one, of in schools if row["scope"] == "home" or _area(pages, of["urn"]) == row["area"]]
        for column in PLANS if row["scope"] != "school" else ():
            parts = [("plans_in_time", *one, column) for one in below]
            if row["scope"] == "home":
                known.rest(("plans_in_time", "nowhere", column), ("plans_in_time", *key, column), *parts)
            else:
                known.add_up(("plans_in_time", *key, column), parts)
    for place in [*places, *([("plans_in_time", "nowhere")] if rows else [])]:
        plans, in_time, with_, in_time_with = ((*place, column) for column in PLANS)
        is_row = place[1] != "nowhere"
        late = known.rest((*place, "late"), plans, in_time, all_of=plans if is_row else None)
        late_with = known.rest((*place, "late with"), with_, in_time_with, all_of=with_ if is_row else None)
        exceptions = known.rest((*place, "exceptions"), with_, plans)
        known.rest((*place, "exceptions in time"), in_time_with, in_time)
        known.rest((*place, "exceptions late"), exceptions, (*place, "exceptions in time"))
        known.add_up(late_with, [late, (*place, "exceptions late")])


def _specialists(known: Reckoning, pages: Pages) -> None:
    rows = list(rows_of(pages, "specialist"))
    schools = [(key, row) for key, row in rows_of(pages, "flow") if row["scope"] == "school"]
    for area, phase in {(row["area"], row["phase"]) for _, row in rows if row["scope"] == "area"}:
        total = ("specialist", area, phase, "all kinds")
        known.least[total], known.most[total] = 0, SOME_LARGE_NUMBER
        here = lambda row, area=area, phase=phase: (row["area"], row["phase"]) == (area, phase)  # noqa: E731
        known.add_up(
            total, [("specialist", *key, "unmet") for key, row in rows if row["scope"] == "area" and here(row)]
        )
        of_schools = [
            key for key, row in schools if (_area(pages, row["urn"]), _phase(pages, row["urn"])) == (area, phase)
        ]
        known.add_up(total, [("flow", *key, "unmet") for key in of_schools])
    for key, row in rows:
        if row["scope"] == "home":
            parts = [one for one, of in rows if of["scope"] == "area" and of["kind"] == row["kind"]]
            known.add_up(("specialist", *key, "unmet"), [("specialist", *one, "unmet") for one in parts])


def _signals(known: Reckoning, pages: Pages) -> None:
    rows = list(rows_of(pages, "signal"))
    for key, row in rows:
        roll = {"school": ("school", row["urn"]), "phase": ("phase", row["phase"]), "home": ("run",)}[row["scope"]]
        known.add_up((*roll, "pupils_on_roll"), [("signal", *key, state) for state in STATES])
        below = {"home": "phase", "phase": "school"}.get(row["scope"])
        for state in STATES if below else ():
            parts = [
                one for one, of in rows
                if of["signal"] == row["signal"] and of["scope"] == below and (below == "phase" or of["phase"] == row["phase"])
            ]  # fmt: skip
            known.add_up(("signal", *key, state), [("signal", *one, state) for one in parts])
    for key, _ in rows_of(pages, "signal_outcome"):
        for states in (ANSWERS, FINDINGS):
            known.add_up(("signal_outcome", *key, "listed"), [("signal_outcome", *key, state) for state in states])


def _groups(known: Reckoning, pages: Pages) -> None:
    rows = list(rows_of(pages, "group_audit"))
    for key, row in rows:
        at = lambda column, key=key: ("group_audit", *key, column)  # noqa: E731
        known.rest(at("on file"), at("eligible"), at("listed"), at("missed"), all_of=at("missed"))
        known.rest(at("others"), at("pupils"), at("eligible"), at("already_known"), all_of=at("pupils"))
        if row["kind"] == "phase":
            for column, of in {"pupils": "pupils_on_roll", "eligible": "eligible", "listed": "listed", "already_known": "already_known"}.items():  # fmt: skip
                known.add_up(at(column), [("phase", row["group_name"], of)])
    for kind in {row["kind"] for _, row in rows}:
        for column in ("pupils", *GROUP):
            total = ("run", "pupils_on_roll" if column == "pupils" else column)
            known.add_up(total, [("group_audit", *key, column) for key, row in rows if row["kind"] == kind])
    cohorts = [key for key, _ in rows_of(pages, "ever")]
    for key in cohorts:
        for column in EVER:
            whole = ("ever", *key, "pupils")
            known.rest(("ever", *key, f"not {column}"), whole, ("ever", *key, column), all_of=whole)
        support, plan = ("ever", *key, "ever_additional_support"), ("ever", *key, "ever_plan")
        known.rest(("ever", *key, "support, no plan"), support, plan, all_of=support)
    if cohorts:
        known.add_up(("run", "pupils_on_roll"), [("ever", *key, "pupils") for key in cohorts])


def _lost(known: Reckoning, pages: Pages) -> None:
    rows = list(rows_of(pages, "lost_children"))
    for key, row in rows:
        name = ("lost_children", *key, "pupils")
        if row["scope"] == "home":
            parts = [("lost_children", *one, "pupils") for one, of in rows if of["kind"] == row["kind"] and of["scope"] == "school"]  # fmt: skip
            if row["kind"] in AT_NONE:
                known.rest((*name, "at no school"), name, *parts)
            else:
                known.add_up(name, parts)
        if row["kind"] in ON_A_ROLL:
            roll = (*(("run",) if row["scope"] == "home" else ("school", row["urn"])), "pupils_on_roll")
            known.rest((*name, "others"), roll, name, all_of=roll)


# What is worked out of it


class System:
    """Least and most of every unknown, all sums at once, in whole numbers."""

    def __init__(self, known: Reckoning, supposed: Mapping[Name, int]):
        self.names = list(known.least)
        self.at = {name: number for number, name in enumerate(self.names)}
        least = [supposed.get(name, known.least[name]) for name in self.names]
        most = [supposed.get(name, known.most[name]) for name in self.names]
        self.bounds = Bounds(least, most)
        rows, columns, signs = [], [], []
        for row, (total, parts) in enumerate(known.sums):
            for name, sign in ((total, -1), *((part, 1) for part in parts)):
                rows.append(row)
                columns.append(self.at[name])
                signs.append(sign)
        self.matrix = csr_array((signs, (rows, columns)), shape=(len(known.sums), len(self.names)))

    def pinned(self, truth: Mapping[Name, int], targets: Iterable[Name], chance: random.Random) -> list[Name]:
        """Those of `targets` that can be nothing but what they are. One other solution clears all that differ in it at once."""
        left = [name for name in targets if name in self.at]
        for _ in range(12):
            goal = np.zeros(len(self.names))
            for name in left:
                goal[self.at[name]] = chance.choice((-1, 1)) * chance.random()
            found = self._solved(goal, roughly=True)
            left = [name for name in left if found[self.at[name]] == truth[name]]
        return [name for name in left if self.range_of(name) == (truth[name], truth[name])]

    def range_of(self, name: Name) -> tuple[int, int]:
        ends = []
        for sign in (1, -1):
            goal = np.zeros(len(self.names))
            goal[self.at[name]] = sign
            ends.append(int(self._solved(goal, roughly=False)[self.at[name]]))
        return ends[0], ends[1]

    def _solved(self, goal: np.ndarray, *, roughly: bool) -> np.ndarray:
        how = {"mip_rel_gap": 0.5, "node_limit": 50} if roughly else {}
        found = milp(goal, constraints=LinearConstraint(self.matrix, 0, 0), bounds=self.bounds, integrality=np.ones(len(goal)), options=how)  # fmt: skip
        assert found.x is not None, found.message
        return np.rint(found.x).astype(int)


def leaks(
    told: list[Pages], exact: list[Mapping[str, pl.DataFrame]], places: list[Mapping[int, int | None]]
) -> list[tuple[int, Name]]:
    """Night and name of every count that tells of few, of none of a group or of all of a whole, and that this reader has."""
    chance, found = random.Random(0), []
    printed = [numbers(pages) for pages in told]
    for night, pages in enumerate(told):
        before = {name for earlier in printed[:night] for name, value in earlier.items() if value is None}
        known = reckoned(pages, before)
        truth = _truth(known, exact[night])
        # Of a row left empty whole nobody knows which of its counts are nought.
        told_of = {name[:-1] for name, value in printed[night].items() if value is not None}
        for name, value in printed[night].items():
            if value is None and name not in before and not may_be_nought(name):
                known.least[name] = min(1, truth[name]) if name[:-1] in told_of or is_alone(name) else 0
        full_lists(known, pages, places[night])
        supposed = _supposed(printed, night, truth)
        targets = [
            name
            for name in _telling(known, exact[night], truth)
            if name not in supposed and name not in places_tell(exact[night])
        ]
        had = System(known, supposed).pinned(truth, targets, chance)
        anyway = _had_anyway(known, printed[:night], truth, had)
        excused = anyway - set(System(known, {}).pinned(truth, anyway, chance)) if anyway else anyway
        found += [(night, name) for name in had if name not in excused]
    return found


def _had_anyway(known: Reckoning, earlier: list[dict], truth: Mapping[Name, int], names: list[Name]) -> set[Name]:
    """Those of `names` that numbers told on earlier nights give by themselves, were the night's pages blank: whoever supposes that those
    still hold has them, whatever is hidden. Whoever supposes nothing must not have them."""
    if not names:
        return set()
    last = {name: value for pages in earlier for name, value in pages.items() if value is not None}
    supposed = {name: value for name, value in last.items() if truth.get(name) == value}
    every = known.least.keys()
    blank = Reckoning(dict.fromkeys(every, 0), dict.fromkeys(every, SOME_LARGE_NUMBER), known.sums)
    return set(System(blank, supposed).pinned(truth, names, random.Random(0)))


def _truth(known: Reckoning, exact: Mapping[str, pl.DataFrame]) -> dict[Name, int]:
    truth = numbers(exact)
    for name in known.least:
        if name[-1] == "eligible" and name not in truth:
            truth[name] = truth[*name[:-1], "listed"] + truth[*name[:-1], "eligible_not_listed"]
        if name[-1] == "all kinds":
            truth[name] = sum(
                number for one, number in truth.items() if one[0] == "specialist" and one[2:5] == ("area", *name[1:3])
            )
    for name, (whole, parts) in known.rests.items():
        truth[name] = truth[whole] - sum(truth[part] for part in parts)
    return truth


def _supposed(printed: list[dict], night: int, truth: Mapping[Name, int]) -> dict[Name, int]:
    """Numbers hidden on a night that the reader takes from the last night that told them, or from the next one, and rightly."""
    supposed = {}
    for name, value in printed[night].items():
        if value is None:
            last = next((one[name] for one in reversed(printed[:night]) if one.get(name) is not None), None)
            then = printed[night + 1].get(name) if night + 1 < len(printed) else None
            if truth[name] in (last, then):
                supposed[name] = truth[name]
    return supposed


def _telling(known: Reckoning, exact: Mapping[str, pl.DataFrame], truth: Mapping[Name, int]) -> Iterator[Name]:
    for name in known.least:
        is_of_group = name[0] in ("group_audit", "ever") and name[1] != "phase" and name[-1] in (*GROUP, *EVER)
        nought_tells = (
            (is_of_group and truth.get(("run", name[-1])) != 0)
            or (
                name[-1] in PLANS[1::2]
                and name[1] != "nowhere"
                and truth[*name[:-1], name[-1].replace("_in_time", "")] > 0
            )
            or (name in known.all_tell and truth[known.all_tell[name]] > 0)
        )
        if truth[name] in FEW or (truth[name] == 0 and nought_tells):
            yield name


def places_tell(exact: Mapping[str, pl.DataFrame]) -> set[Name]:
    """Counts of listed pupils that schools' places tell by themselves: full lists, and what only those and noughts add up to. The
    only group of its kind is everybody, and has as many listed as there are in all."""
    schools = exact["school"].with_columns(
        is_told=((pl.col("eligible_not_listed") > 0) & (pl.col("listed") == pl.col("places"))) | (pl.col("listed") == 0)
    )
    told = {("school", urn, "listed") for urn in schools.filter("is_told")["urn"]}
    for phase in schools["phase"].unique():
        if schools.filter(phase=phase)["is_told"].all():
            told |= {("phase", phase, "listed"), ("group_audit", "phase", phase, "listed")}
    if not schools["is_told"].all():
        return told
    groups = exact["group_audit"]
    of_everybody = groups.filter(pl.len().over("kind") == 1).select("kind", "group_name").rows()
    return told | {("run", "listed")} | {("group_audit", *group, "listed") for group in of_everybody}


# Weeks


def weeks_told(pages: Pages, exact: Mapping[str, pl.DataFrame]) -> list[Name]:
    """Weeks and kinds of absence of a school of which this reader can tell whether they are one pupil's sessions or more, or, where
    the rate would rest on few, how many they are."""
    known = Reckoning()
    possible = {
        (table, *(row[column] for column in keys)): row["possible_sessions"]
        for table, keys in _WEEKS.items() for row in exact[table].iter_rows(named=True)
    }  # fmt: skip
    for table, keys in _WEEKS.items():
        for row in pages[table].iter_rows(named=True):
            place = (table, *(row[column] for column in keys))
            for kind in KINDS:
                known.least[*place, kind], known.most[*place, kind] = _sessions(row[f"{kind}_rate"], possible[place])
    _add_up_weeks(known, pages, exact)
    system = System(known, {})
    found = []
    for row in exact["school_week"].iter_rows(named=True):
        for kind in KINDS:
            name = ("school_week", row["urn"], row["week_start"], kind)
            of_few, on_few = (
                row[f"{kind}_pupils"] in FEW,
                row["possible_pupils"] < SMALLEST_BASE and row[f"{kind}_pupils"],
            )
            if (of_few or on_few) and name in system.at:
                least, most = system.range_of(name)
                tells = least == most or (of_few and not least <= ONE_PUPILS_WEEK <= most)
                found += [name] if tells else []
    return found


_WEEKS = {"school_week": ("urn", "week_start"), "week": ("scope", "phase", "week_start")}


def _add_up_weeks(known: Reckoning, pages: Pages, exact: Mapping[str, pl.DataFrame]) -> None:
    phases = dict(exact["school"].select("urn", "phase").rows())
    weeks = {row["week_start"] for row in pages["week"].iter_rows(named=True)}
    places = [name[:-1] for name in known.least if name[-1] == "absence"]
    for place in places:
        known.add_up((*place, "absence"), [(*place, "authorised"), (*place, "unauthorised")])
        known.rest((*place, "other"), (*place, "authorised"), (*place, "illness"), (*place, "part_time"))
    for week in weeks:
        for kind in KINDS:
            of_phases = [place for place in places if place[0] == "week" and place[1] == "phase" and place[3] == week]
            known.add_up(("week", "home", None, week, kind), [(*place, kind) for place in of_phases])
            for phase in of_phases:
                schools = [
                    place
                    for place in places
                    if place[0] == "school_week" and place[2] == week and phases[place[1]] == phase[2]
                ]
                known.add_up((*phase, kind), [(*place, kind) for place in schools])
    for table, key in (("run", None), ("phase", "phase"), ("school", "urn")):
        for row in pages[table].iter_rows(named=True):
            year = (table, row[key] if key else None, "absence")
            base = exact[table].filter(pl.col(key) == row[key] if key else True)["possible_sessions_ytd"].item()
            known.least[year], known.most[year] = _sessions(row["absence_rate_ytd"], base)
            parts = {"school": [p for p in places if p[:2] == ("school_week", year[1])], "phase": [p for p in places if p[:3] == ("week", "phase", year[1])]}.get(table, [p for p in places if p[:2] == ("week", "home")])  # fmt: skip
            known.add_up(year, [(*place, "absence") for place in parts])


def _sessions(rate: float | None, possible: int) -> tuple[int, int]:
    if rate is None:
        return 0, possible
    near = 0.0005 + 1e-9
    return max(0, int(np.ceil((rate - near) * possible))), int(np.floor((rate + near) * possible))
