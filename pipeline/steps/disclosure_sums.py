"""Every sum that the published counts, and the remainders between them, are bound to obey: each is a way to take one from another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipeline.tables.published import ANSWERS, FINDINGS, OUTCOMES, SIGNAL_STATES, WEEK_RATES
from pipeline.vocabulary.lost import KIND, Where

from .disclosure_alike import judged_alike
from .disclosure_rows import PUPILS, REMAINDERS, Rows, not_less_than_nought, remainder
from .hidden_cells import Sum

_NO_PHASE, NO_AREA = "Not known", "not known"

_PLACES = ("pupils_on_roll", "persistent_absence_count", "severe_absence_count", "absence_sessions_ytd", *OUTCOMES)
"""What schools sum to their phase in, and phases to the whole home."""

_WEEK_SUMS = {"absence": ("authorised", "unauthorised"), "authorised": ("illness", "part_time", "other_authorised")}

_SAME_COUNT = {"persistent_absence_count": "persistent_absence", "severe_absence_count": "severe_absence"}
"""A school's counts that may be the very pupils a signal is raised for: told once, they must not be hidden once."""

_OF_PHASE = {"pupils": "pupils_on_roll", "eligible": "eligible", "listed": "listed", "already_known": "already_known"}
"""Columns of a group that is a phase, and those of the phase's own row."""

NOWHERE = "at no school"


def additive_sums(rows: Rows) -> Iterator[Sum]:
    for of in (_of_remainders, _of_places, _of_outcomes, _of_flow, _of_plans, _of_specialists, _of_signals, _of_groups, _of_lost, _of_weeks):  # fmt: skip
        yield from of(rows)


@dataclass(frozen=True)
class Across:
    """A number printed nowhere that several tables give: its name, what it comes to, and whether nought of it tells."""

    name: tuple
    value: int
    nought_tells: bool = False


def across(rows: Rows) -> Iterator[Across]:
    """Raises SumError where what is left of a whole is less than nought."""
    for table in ("phase", "school"):
        for key, row in rows[table].items():
            yield Across((table, key, "eligible"), row["listed"] + row["eligible_not_listed"])
    for key, place in _places_of_flow(rows):
        flow, at = rows["flow"][key], rows[place[0]][place[1]]
        eligible = at["listed"] + at["eligible_not_listed"]
        yield _left(("flow", key, "eligible_looked_at"), eligible - flow["unmet"])
        roll = at["pupils_on_roll"]
        yield _left(("flow", key, "never_flagged"), roll - flow["flagged"], nought_tells=roll > 0)
    for place, keys in _kinds_of(rows).items():
        yield Across(("specialist", place, "all_kinds"), sum(rows["specialist"][key]["unmet"] for key in keys))
    yield from _plans_nowhere(rows)
    yield from _lost_left(rows)


def _left(name: tuple, value: int, *, nought_tells: bool = False) -> Across:
    return Across(name, not_less_than_nought(name, value), nought_tells)


def _each(table: str, keys: Iterable[str], column: str) -> tuple[tuple, ...]:
    return tuple([(table, key, column) for key in keys])


def _grouped(rows: Rows, table: str, by) -> dict:
    """Keys of a table's rows by what `by` says of a row, where it says anything."""
    found: dict = {}
    for key, row in rows[table].items():
        if (of := by(row)) is not None:
            found.setdefault(of, []).append(key)
    return found


def _phase(row) -> str:
    return row["phase"]


def _of_remainders(rows: Rows) -> Iterator[Sum]:
    for table, remainders in REMAINDERS.items():
        for key in rows[table]:
            for column, (whole, parts) in remainders.items():
                yield Sum((table, key, whole), _each_column(table, key, (column, *parts)))


def _each_column(table: str, key: str, columns: Iterable[str]) -> tuple[tuple, ...]:
    return tuple([(table, key, column) for column in columns])


# Places: schools sum to their phase, phases to the whole home


def _of_places(rows: Rows) -> Iterator[Sum]:
    (run,) = rows["run"]
    for phase, schools in _grouped(rows, "school", _phase).items():
        for column in _PLACES:
            yield Sum(("phase", phase, column), _each("school", schools, column))
    for column in _PLACES:
        yield Sum(("run", run, column), _each("phase", rows["phase"], column))


def _of_outcomes(rows: Rows) -> Iterator[Sum]:
    """Outcomes sum to the roll. A school's or a phase's eligible are printed where both parts are."""
    for table in ("run", "phase", "school"):
        for key in rows[table]:
            yield Sum((table, key, "pupils_on_roll"), _each_column(table, key, OUTCOMES))
            yield Sum((table, key, "eligible"), _each_column(table, key, ("listed", "eligible_not_listed")))


# Flow


def _of_flow(rows: Rows) -> Iterator[Sum]:
    """Schools sum to their area, their phase and the whole home; and whoever is unmet is eligible, whoever was flagged on a roll."""
    for key, (table, place) in _places_of_flow(rows):
        yield Sum((table, place, "eligible"), _each_column("flow", key, ("unmet", "eligible_looked_at")))
        yield Sum((table, place, "pupils_on_roll"), _each_column("flow", key, ("flagged", "never_flagged")))
    for total, schools in _schools_of(rows, "flow", ("area", "phase", "home")).items():
        for column in PUPILS["flow"]:
            yield Sum(("flow", total, column), _each("flow", schools, column))


def _places_of_flow(rows: Rows) -> Iterator[tuple[str, tuple[str, str]]]:
    """The rows of flow whose place has a row of its own, with that."""
    for key, row in rows["flow"].items():
        if row["scope"] == "home":
            yield key, ("run", next(iter(rows["run"])))
        elif row["scope"] == "phase":
            yield key, ("phase", row["phase"])
        elif row["scope"] == "school":
            yield key, ("school", str(row["urn"]))


def _schools_of(rows: Rows, table: str, scopes: tuple[str, ...]) -> dict[str, list[str]]:
    """By the key of each row of an area, a phase or the whole home, the keys of its schools' rows."""
    found: dict[str, list[str]] = {}
    schools = {key: row for key, row in rows[table].items() if row["scope"] == "school"}
    for scope in scopes:
        of = {_place(rows, row, scope): [] for row in rows[table].values() if row["scope"] == scope}
        for key, row in schools.items():
            of.setdefault(_place_of_school(rows, row["urn"], scope), []).append(key)
        keys = {_place(rows, row, scope): key for key, row in rows[table].items() if row["scope"] == scope}
        found |= {keys[place]: below for place, below in of.items() if place in keys}
    return found


def _place(rows: Rows, row, scope: str) -> str | None:
    return None if scope == "home" else row[scope]


def _place_of_school(rows: Rows, urn: int, scope: str) -> str | None:
    school = rows["school"][str(urn)]
    return {"area": school["area"] or NO_AREA, "phase": school["phase"], "home": None}[scope]


# Plans


def _of_plans(rows: Rows) -> Iterator[Sum]:
    """Schools sum to their area; and to the whole home, with the children at no school seen here."""
    totals = _schools_of(rows, "plans_in_time", ("area", "home"))
    for total, schools in totals.items():
        is_home = rows["plans_in_time"][total]["scope"] == "home"
        for column in PUPILS["plans_in_time"]:
            nowhere = [("plans_in_time", NOWHERE, column)] if is_home else []
            yield Sum(("plans_in_time", total, column), (*_each("plans_in_time", schools, column), *nowhere))
    for key in [*rows["plans_in_time"], *([NOWHERE] if rows["plans_in_time"] else [])]:
        yield Sum(("plans_in_time", key, "exceptions"), _each_column("plans_in_time", key, ("exceptions_in_time", "exceptions_late")))  # fmt: skip
    if rows["plans_in_time"]:
        for column, (whole, parts) in REMAINDERS["plans_in_time"].items():
            yield Sum(("plans_in_time", NOWHERE, whole), _each_column("plans_in_time", NOWHERE, (column, *parts)))


def _plans_nowhere(rows: Rows) -> Iterator[Across]:
    """The children at no school seen here; and of every row, the late ones with an exception."""
    table = "plans_in_time"
    for key in rows[table]:
        late = remainder(rows, table, key, "exceptions") - remainder(rows, table, key, "exceptions_in_time")
        yield _left((table, key, "exceptions_late"), late)
    if not rows[table]:
        return
    (home,) = (key for key, row in rows[table].items() if row["scope"] == "home")
    schools = [key for key, row in rows[table].items() if row["scope"] == "school"]
    nowhere = {
        column: rows[table][home][column] - sum(rows[table][key][column] for key in schools)
        for column in PUPILS[table]
    }  # fmt: skip
    for column, (whole, parts) in REMAINDERS[table].items():
        nowhere[column] = nowhere[whole] - sum(nowhere[part] for part in parts)
    nowhere["exceptions_late"] = nowhere["exceptions"] - nowhere["exceptions_in_time"]
    for column, value in nowhere.items():
        yield _left((table, NOWHERE, column), value)


# Specialists


def _of_specialists(rows: Rows) -> Iterator[Sum]:
    """The kinds of an area and phase sum to the unmet of its schools; areas and phases to the whole home's row of a kind."""
    schools = _grouped({"flow": {k: r for k, r in rows["flow"].items() if r["scope"] == "school"}}, "flow", lambda row: _area_and_phase(rows, row))  # fmt: skip
    for place, keys in _kinds_of(rows).items():
        yield Sum(("specialist", place, "all_kinds"), _each("specialist", keys, "unmet"))
        yield Sum(("specialist", place, "all_kinds"), _each("flow", schools.get(place, ()), "unmet"))
    kinds = _grouped(rows, "specialist", lambda row: row["kind"] if row["scope"] == "area" else None)
    for key, row in rows["specialist"].items():
        if row["scope"] == "home":
            yield Sum(("specialist", key, "unmet"), _each("specialist", kinds.get(row["kind"], ()), "unmet"))


def _area_and_phase(rows: Rows, row) -> str:
    return f"{_place_of_school(rows, row['urn'], 'area')} {_place_of_school(rows, row['urn'], 'phase')}"


def _kinds_of(rows: Rows) -> dict[str, list[str]]:
    """By area and phase, the rows of its kinds of next step."""
    return _grouped(rows, "specialist", lambda row: f"{row['area']} {row['phase']}" if row["scope"] == "area" else None)


# Signals


def _of_signals(rows: Rows) -> Iterator[Sum]:
    """States sum to the roll, schools to their phase, phases to the whole home; and those listed for a signal have an answer and a
    finding each."""
    below: dict[tuple, list[str]] = {}
    for key, row in rows["signal"].items():
        if row["scope"] == "school":
            school = str(row["urn"])
            yield Sum(("school", school, "pupils_on_roll"), _each_column("signal", key, SIGNAL_STATES))
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
            yield Sum(("signal", totals[place], state), _each("signal", keys, state))
    yield from judged_alike(rows)
    for key in rows["signal_outcome"]:
        for states in (ANSWERS, FINDINGS):
            yield Sum(("signal_outcome", key, "listed"), _each_column("signal_outcome", key, states))


def _told_twice(rows: Rows, school: str, key: str, row) -> Iterator[Sum]:
    for column, signal in _SAME_COUNT.items():
        if row["signal"] == signal and row["raised"] == rows["school"][school][column]:
            yield Sum(("school", school, column), (("signal", key, "raised"),))


# Groups of children


def _of_groups(rows: Rows) -> Iterator[Sum]:
    """The groups of a kind sum to the whole home, as do cohorts; a group that is a phase is the phase."""
    (run,) = rows["run"]
    for keys in _grouped(rows, "group_audit", lambda row: row["kind"]).values():
        for column in PUPILS["group_audit"]:
            total = "pupils_on_roll" if column == "pupils" else column
            yield Sum(("run", run, total), _each("group_audit", keys, column))
    for key, row in rows["group_audit"].items():
        if row["kind"] == "phase":
            for column, of_phase in _OF_PHASE.items():
                yield Sum(("group_audit", key, column), (("phase", row["group_name"], of_phase),))
    if rows["ever"]:
        yield Sum(("run", run, "pupils_on_roll"), _each("ever", rows["ever"], "pupils"))


# Lost children


def _of_lost(rows: Rows) -> Iterator[Sum]:
    """Schools sum to the whole home; where a pupil may be at no school seen here, with those who are. A child may be of several
    kinds, so no kind adds up with another."""
    for key, whole in _rolls_of_lost(rows):
        yield Sum(whole, _each_column("lost_children", key, ("pupils", "others")))
    for key, schools in _schools_of_lost(rows):
        parts = list(_each("lost_children", schools, "pupils"))
        if _may_be_at_none(rows["lost_children"][key]):
            parts.append(("lost_children", key, "at_no_school"))
        yield Sum(("lost_children", key, "pupils"), tuple(parts))


def _lost_left(rows: Rows) -> Iterator[Across]:
    """Of a roll, the pupils who are not lost; of a home, the lost whom no school here lists."""
    lost = rows["lost_children"]
    for key, (table, place, column) in _rolls_of_lost(rows):
        roll = rows[table][place][column]
        yield _left(("lost_children", key, "others"), roll - lost[key]["pupils"], nought_tells=roll > 0)
    for key, schools in _schools_of_lost(rows):
        if _may_be_at_none(lost[key]):
            at_schools = sum(lost[school]["pupils"] for school in schools)
            yield _left(("lost_children", key, "at_no_school"), lost[key]["pupils"] - at_schools)


def _rolls_of_lost(rows: Rows) -> Iterator[tuple[str, tuple]]:
    """The rows of kinds whose pupils are all on the roll they are counted at, each with that roll."""
    for key, row in rows["lost_children"].items():
        if KIND[row["kind"]].where is Where.ON_ROLL:
            roll = ("school", str(row["urn"])) if row["scope"] == "school" else ("run", next(iter(rows["run"])))
            yield key, (*roll, "pupils_on_roll")


def _schools_of_lost(rows: Rows) -> Iterator[tuple[str, list[str]]]:
    """The whole home's row of each kind that is counted by school, with the schools' rows."""
    of_kind = _grouped(rows, "lost_children", lambda row: row["kind"] if row["scope"] == "school" else None)
    for key, row in rows["lost_children"].items():
        if row["scope"] == "home" and row["kind"] in of_kind:
            yield key, of_kind[row["kind"]]


def _may_be_at_none(row) -> bool:
    return KIND[row["kind"]].where is Where.ANY


# Weeks


def _of_weeks(rows: Rows) -> Iterator[Sum]:
    """Kinds of absence sum to the week's, weeks to the year's; schools to their phase, phases to the whole home."""
    of_school: dict[str, list[str]] = {}
    below: dict[tuple, list[tuple]] = {}
    for key, row in rows["school_week"].items():
        urn, week = str(row["urn"]), row["week_start"]
        of_school.setdefault(urn, []).append(key)
        phase = rows["school"][urn]["phase"] if urn in rows["school"] else _NO_PHASE
        below.setdefault((week, "phase", phase), []).append(("school_week", key))
        for whole, parts in _WEEK_SUMS.items():
            kinds = tuple(f"{part}_sessions" for part in parts)
            yield Sum(("school_week", key, f"{whole}_sessions"), _each_column("school_week", key, kinds))
    for school, keys in of_school.items():
        if school in rows["school"]:
            yield Sum(("school", school, "absence_sessions_ytd"), _each("school_week", keys, "absence_sessions"))
    for key, row in rows["week"].items():
        if row["scope"] == "phase":
            below.setdefault((row["week_start"], "home", None), []).append(("week", key))
    for key, row in rows["week"].items():
        parts = below.get((row["week_start"], row["scope"], row["phase"]), ())
        for kind in WEEK_RATES:
            column = f"{kind}_sessions"
            yield Sum(("week", key, column), tuple([(*part, column) for part in parts]))
