"""What the published numbers are bound to obey, read out of their documentation: docs/published-tables.md, docs/signals.md, README.

Written from those alone, and on purpose from no code that counts or hides. A relation says that numbers, each times a whole number,
come to between a least and a most. `rest` names what is left of a whole and stands in no table: a reader wants it as much as any other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .attack_tables import Name, Snapshot

OUTCOMES = ("listed", "eligible_not_listed", "already_known", "snoozed", "history_needed", "not_eligible", "cannot_be_judged")  # fmt: skip
STATES = ("raised", "not_raised", "cannot_be_judged")
ANSWERS = ("look_into_it", "already_met", "other_cause", "not_needed", "other_answer", "undecided")
FINDINGS = ("need_found", "known", "nothing_found", "no_finding")
ABSENT = ("persistent_absence_count", "severe_absence_count")
OF_PLACES = ("pupils_on_roll", *ABSENT, *OUTCOMES)
FLOW = ("flagged", "looked_at", "need_found", "need_met", "unmet", "waiting")
PLANS = ("plans", "plans_in_time", "plans_with_exceptions", "plans_in_time_with_exceptions")
OF_GROUPS = {"pupils": "pupils_on_roll", "eligible": "eligible", "listed": "listed", "missed": "missed", "already_known": "already_known"}  # fmt: skip
EVER = ("ever_additional_support", "ever_plan", "ever_social_worker")

ON_A_ROLL = (
    "alternative_provision_without_marks", "dual_registered_seen_by_neither", "fifteen_days_illness_no_provision",
    "year_11_without_offer",
)  # fmt: skip
AT_NONE = (
    "decision_past_6_weeks", "plan_past_20_weeks", "plan_past_20_weeks_with_exception", "plan_review_past_12_months",
    "phase_transfer_past_due", "plan_at_17_without_pathway",
)  # fmt: skip
"""Kinds of lost children who may be at no school seen here: those of plans."""

ANY = 10**6


@dataclass(frozen=True)
class Relation:
    """`least` <= the sum of each number times its sign <= `most`, and the sentence it was read from."""

    because: str
    terms: tuple[tuple[Name, int], ...]
    least: int = 0
    most: int = 0


@dataclass(frozen=True)
class Rest:
    """A number in no table: what is left of a whole. `tells_of_all` where none left says that all of the whole are one thing."""

    name: Name
    whole: Name
    parts: tuple[Name, ...]
    tells_of_all: bool


def adds_up(because: str, whole: Name, parts: Iterable[Name]) -> Iterator[Relation]:
    """Where a page has none of the parts, it was left out, and nothing adds up."""
    if parts := tuple(parts):
        yield Relation(because, ((whole, -1), *((part, 1) for part in parts)))


def no_more_than(because: str, less: Name, more: Iterable[Name]) -> Iterator[Relation]:
    """The same: where there is nothing to be no more than, it was left out."""
    if more := tuple(more):
        yield Relation(because, ((less, -1), *((one, 1) for one in more)), 0, ANY)


def relations(week: Snapshot) -> Iterator[Relation]:
    """All of one week, but those that name a number this week's tables do not have."""
    for of in (_places, _flow, _plans, _specialists, _signals, _outcomes, _groups, _lost, _rows):
        yield from of(week)


def rests(week: Snapshot) -> Iterator[Rest]:
    """Numbers that no table has, and that any reader could have."""
    for place in _all_places(week):
        roll, persistent, severe = ((*place, column) for column in ("pupils_on_roll", *ABSENT))
        yield _rest(place, "not persistent", roll, persistent, tells_of_all=True)
        yield _rest(place, "persistent, not severe", persistent, severe, tells_of_all=True)
    for place, _ in week.named("flow"):
        flagged, looked_at, found, met, unmet, waiting = ((*place, column) for column in FLOW)
        yield _rest(place, "not looked at", flagged, looked_at, tells_of_all=True)
        yield _rest(place, "no longer", flagged, looked_at, unmet)
        yield _rest(place, "no need found", looked_at, found, tells_of_all=True)
        yield _rest(place, "need not met", looked_at, met, tells_of_all=True)
        yield _rest(place, "not waiting", unmet, waiting, tells_of_all=True)
    for place, _ in week.named("plans_in_time"):
        plans, in_time, with_, in_time_with = ((*place, column) for column in PLANS)
        yield _rest(place, "late", plans, in_time, tells_of_all=True)
        yield _rest(place, "late with", with_, in_time_with, tells_of_all=True)
        yield _rest(place, "exceptions", with_, plans)
        yield _rest(place, "exceptions in time", in_time_with, in_time)
    for place, _ in week.named("group_audit"):
        pupils, eligible, listed, missed, known = ((*place, column) for column in OF_GROUPS)
        yield _rest(place, "on file", eligible, listed, missed)
        yield _rest(place, "others", pupils, eligible, known, tells_of_all=True)
    for place, _ in week.named("ever"):
        for column in EVER:
            yield _rest(place, f"not {column}", (*place, "pupils"), (*place, column), tells_of_all=True)
        yield _rest(place, "support, no plan", (*place, EVER[0]), (*place, EVER[1]), tells_of_all=True)


def _rest(place: Name, words: str, whole: Name, *parts: Name, tells_of_all: bool = False) -> Rest:
    return Rest((*place, words), whole, parts, tells_of_all)


# Places


def _all_places(week: Snapshot) -> list[Name]:
    return [place for table in ("run", "phase", "school") for place, _ in week.named(table)]


def _places(week: Snapshot) -> Iterator[Relation]:
    for place in _all_places(week):
        roll = (*place, "pupils_on_roll")
        yield from adds_up("outcomes add up to the roll", roll, ((*place, outcome) for outcome in OUTCOMES))
        yield from adds_up("listed and left off are the eligible", (*place, "eligible"), ((*place, one) for one in OUTCOMES[:2]))  # fmt: skip
    yield from no_more_than("missed are left off", ("run", "missed"), [("run", "eligible_not_listed")])
    phases = [place for place, _ in week.named("phase")]
    for column in (*OF_PLACES, "eligible"):
        yield from adds_up("phases add up to the whole home", ("run", column), ((*place, column) for place in phases))
        for phase in phases:
            schools = (place for place, row in week.named("school") if row["phase"] == phase[1])
            yield from adds_up(
                "schools add up to their phase", (*phase, column), ((*place, column) for place in schools)
            )


def place_of(row: Mapping) -> Name | None:
    """The row of `run`, `phase` or `school` that tells of the same place."""
    return {"home": ("run",), "phase": ("phase", row.get("phase")), "school": ("school", row.get("urn"))}.get(
        row["scope"]
    )


# Flow, plans, specialists


def _flow(week: Snapshot) -> Iterator[Relation]:
    rows = list(week.named("flow"))
    for place, row in rows:
        at = place_of(row)
        if at:
            yield from no_more_than("unmet are eligible", (*place, "unmet"), [(*at, "eligible")])
            yield from no_more_than("flagged are on the roll", (*place, "flagged"), [(*at, "pupils_on_roll")])
            yield from no_more_than("eligible are flagged", (*at, "eligible"), [(*place, "flagged")])
        below = [one for one, of in rows if of["scope"] == "school" and _is_within(week, of["urn"], row)]
        for column in FLOW if row["scope"] != "school" else ():
            yield from adds_up(
                f"schools add up to their {row['scope']}", (*place, column), ((*one, column) for one in below)
            )


def _is_within(week: Snapshot, urn: int, row: Mapping) -> bool:
    school = week.schools.get(urn, {})
    here = {"area": school.get("area") or "not known", "phase": school.get("phase")}
    return all(row.get(by) in (None, here[by]) for by in here)


def _plans(week: Snapshot) -> Iterator[Relation]:
    rows = list(week.named("plans_in_time"))
    for place, row in rows:
        plans, in_time, with_, in_time_with = ((*place, column) for column in PLANS)
        late = ((with_, 1), (plans, -1), (in_time_with, -1), (in_time, 1))
        yield Relation("late with an exception are some of the exceptions", late, 0, ANY)
        below = [one for one, of in rows if of["scope"] == "school" and _is_within(week, of["urn"], row)]
        for column in PLANS if row["scope"] == "area" else ():
            yield from adds_up("schools add up to their area", (*place, column), ((*one, column) for one in below))
        if row["scope"] == "home":
            for column in PLANS:
                terms = (((*place, column), 1), *(((*one, column), -1) for one in below))
                yield Relation("children at no school here are in the home's alone", terms, 0, ANY)


def _specialists(week: Snapshot) -> Iterator[Relation]:
    rows = list(week.named("specialist"))
    kinds = {row["signal"]: row["kind"] for row in week.rows["signal_names"]}
    of_areas: dict[tuple, list[Name]] = defaultdict(list)
    for place, row in rows:
        if row["scope"] == "area":
            of_areas[row["area"], row["phase"]].append((*place, "unmet"))
            raised = [
                (*one, "raised") for one, of in week.named("signal")
                if of["scope"] == "school" and kinds.get(of["signal"]) == row["kind"] and _is_within(week, of["urn"], row)
            ]  # fmt: skip
            if row["kind"] != "in_school":
                yield from no_more_than("a kind is that of a reason raised", (*place, "unmet"), raised)
        else:
            parts = ((*one, "unmet") for one, of in rows if of["scope"] == "area" and of["kind"] == row["kind"])
            yield from adds_up("areas and phases add up to the whole home's of a kind", (*place, "unmet"), parts)
    for (area, phase), kinds_here in of_areas.items():
        schools = [
            (*place, "unmet") for place, row in week.named("flow")
            if row["scope"] == "school" and _is_within(week, row["urn"], {"area": area, "phase": phase})
        ]  # fmt: skip
        terms = (*((name, 1) for name in kinds_here), *((name, -1) for name in schools))
        yield Relation("kinds of an area and phase are the unmet of its schools", terms)


# Signals

SOME_OF = {
    "severe_absence": ("persistent_absence",),
    "part_time_past_six_weeks": ("part_time_timetable",),
    "part_time_timetable_repeated": ("part_time_timetable",),
    "sen_removed_then_rises": ("worse_than_last_year",),
    "nearly_persistent_and_rising": ("worse_than_last_year", "rising_lately"),
    "absent_and_never_looked_at": ("persistent_absence", "long_or_repeated_illness"),
}
"""Each is raised only where one of the others is, by the lines as docs/signals.md draws them."""

JUDGED_ALIKE = (("persistent_absence", "severe_absence"),)
"""Of severe absence: "Judged as persistent absence is"."""


def _signals(week: Snapshot) -> Iterator[Relation]:
    rows = list(week.named("signal"))
    names = {row["signal"]: {} for _, row in rows}
    for place, row in rows:
        at = place_of(row)
        names[row["signal"]][at] = place
        yield from adds_up("states of a signal add up to the roll", (*at, "pupils_on_roll"), ((*place, state) for state in STATES))  # fmt: skip
    for signal, places in names.items():
        phases = [at for at in places if at[0] == "phase"]
        for state in STATES:
            yield from adds_up("phases add up to the whole home", (*places["run",], state), ((*places[at], state) for at in phases))  # fmt: skip
            for phase in phases:
                schools = (
                    places[at] for at in places if at[0] == "school" and week.schools[at[1]]["phase"] == phase[1]
                )
                yield from adds_up("schools add up to their phase", (*places[phase], state), ((*one, state) for one in schools))  # fmt: skip
        for at, place in places.items() if all(other in names for other in SOME_OF.get(signal, ("none",))) else ():
            others = [(*names[other][at], "raised") for other in SOME_OF[signal]]
            yield from no_more_than("a signal that needs another is raised no more often", (*place, "raised"), others)
    for one, other in JUDGED_ALIKE:
        for at in names.get(one, ()):
            terms = (((*names[one][at], STATES[2]), 1), ((*names[other][at], STATES[2]), -1))
            yield Relation("two signals are judged alike", terms)


def _outcomes(week: Snapshot) -> Iterator[Relation]:
    """Of those listed this year with a signal raised. All listed were flagged."""
    home = next((place for place, row in week.named("flow") if row["scope"] == "home"), None)
    for place, _ in week.named("signal_outcome"):
        for states in (ANSWERS, FINDINGS):
            yield from adds_up("answers and findings add up to those listed", (*place, "listed"), ((*place, state) for state in states))  # fmt: skip
        if home:
            yield from no_more_than("listed were flagged", (*place, "listed"), [(*home, "flagged")])
            for of_flow, of_signal in (("looked_at", ANSWERS[:4]), ("need_found", FINDINGS[:2])):
                terms = (((*home, of_flow), 1), *(((*place, state), -1) for state in of_signal))
                yield Relation("answers of those listed are among all looks", terms, 0, ANY)


# Groups of children


def _groups(week: Snapshot) -> Iterator[Relation]:
    kinds: dict[str, list[Name]] = defaultdict(list)
    for place, row in week.named("group_audit"):
        kinds[row["kind"]].append(place)
        if row["kind"] == "phase":
            for column, of in OF_GROUPS.items():
                if column != "missed":
                    yield from adds_up(
                        "a group that is a phase is the phase", (*place, column), [("phase", row["group_name"], of)]
                    )
    for places in kinds.values():
        for column, of in OF_GROUPS.items():
            yield from adds_up(
                "groups of a kind add up to the whole home", ("run", of), ((*place, column) for place in places)
            )
    cohorts = [place for place, _ in week.named("ever")]
    yield from adds_up(
        "year groups add up to the roll", ("run", "pupils_on_roll"), ((*place, "pupils") for place in cohorts)
    )
    in_care = [("group_audit", "in_care", row["group_name"], "pupils") for _, row in week.named("group_audit") if row["group_name"] == "in care"]  # fmt: skip
    if in_care and cohorts:
        yield from no_more_than(
            "whoever is in care has ever been", in_care[0], ((*place, EVER[2]) for place in cohorts)
        )


def _lost(week: Snapshot) -> Iterator[Relation]:
    rows = list(week.named("lost_children"))
    for place, row in rows:
        name = (*place, "pupils")
        if row["scope"] == "home":
            schools = [(*one, "pupils") for one, of in rows if of["kind"] == row["kind"] and of["scope"] == "school"]
            if schools and row["kind"] in AT_NONE:
                terms = ((name, 1), *((school, -1) for school in schools))
                yield Relation("children at no school here are in the home's alone", terms, 0, ANY)
            else:
                yield from adds_up("schools add up to the whole home's lost children", name, schools)
        if row["kind"] in ON_A_ROLL:
            yield from no_more_than("the lost of a roll are on it", name, [(*place_of(row), "pupils_on_roll")])
    year_11 = [place for place, row in week.named("ever") if row["nc_year"] == "11"]
    for place, row in rows:
        if row["kind"] == "year_11_without_offer" and row["scope"] == "home" and year_11:
            yield from no_more_than(
                "whoever has no offer after Year 11 is in Year 11", (*place, "pupils"), [(*year_11[0], "pupils")]
            )


def _rows(week: Snapshot) -> Iterator[Relation]:
    """Rows of files. A row set aside broke one rule at least."""
    broken: dict[str, list[Name]] = defaultdict(list)
    for place, row in week.named("data_quality"):
        if row["happens"] in ("row set aside", "row tried again"):
            broken[row["feed"]].append((*place, "rows"))
    for place, _ in week.named("feed"):
        yield from no_more_than("a row set aside broke a rule", (*place, "rows_set_aside"), broken[place[1]])
        for rule in broken[place[1]]:
            yield from no_more_than("a row that broke a rule was set aside", rule, [(*place, "rows_set_aside")])


def between_weeks(before: Snapshot, after: Snapshot) -> Iterator[tuple[str, Name]]:
    """Numbers that are no more in one week than in the next, each with the sentence: rows are counted from the first day of the school year
    on. Rows tried again may come to be taken."""
    happens = {place: row["happens"] for place, row in before.named("data_quality")}
    for name in before.numbers:
        if happens.get(name[:-1], "row tried again") != "row tried again" and name in after.numbers:
            yield "rows of a school year never grow fewer", name
