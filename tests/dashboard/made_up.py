"""A snapshot of random figures that are true to the declared tables: hidden cells, odd names and missing schools among them."""

import random
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipeline.edges.published import publish
from pipeline.tables.published import OUTCOMES, PUBLISHED, WEEK_RATES, figure_notes, table_notes

AS_OF = date(2026, 3, 27)
FIRST_MONDAY = date(2025, 9, 8)
AREAS = ("Ashford & Vale", "Brook", "Calder")
PHASES = ("Primary", "Secondary", "Special")
ODD_NAMES = ("St. O'Brien's & <b>Friends</b>", '"Quoted" School', "=SUM(A1) Academy", "Ysgol Ŵy — Łódź")
LOST = (
    "left_with_no_next_school",
    "at_neither_school",
    "plan_past_twenty_weeks",
    "care_without_school",
    "half_present",
)
TRIGGERS = ("absence_above_tenth", "severe_absence", "part_time_past_six_weeks", "many_spells", "worse_than_own_past")
NEXT_STEPS = ("talk_with_family", "educational_psychologist", "school_nurse", "early_help")
FEEDS = ("attendance_marks", "school_census", "plans", "suspensions")
CHECKS = ("days_all_there", "totals", "census_roll")
GROUPS = {
    "sex": ("female", "male"),
    "free_school_meals": ("eligible", "not eligible"),
    "ethnic_group": ("Any other", "Asian", "Black", "Gypsy, Roma and Traveller", "Mixed", "not known", "White"),
    "in_care": ("in care", "not in care"),
    "birth_season": ("autumn", "spring", "summer"),
    "phase": PHASES,
}


def tables(
    schools: int = 24, seed: int = 1, *, as_of: date = AS_OF, demo: bool = True, run: str = ""
) -> dict[str, pl.DataFrame]:
    """Every published table by its short name. The same seed gives the same figures."""
    made = _MadeUp(schools, random.Random(seed), as_of)
    found = made.rows() | {"run": [made.run(run or f"flag {as_of} 1", demo)]}
    notes = {"table_notes": table_notes(fewest_shown=5, smallest_base=20, demo=demo), "figure_notes": figure_notes()}
    return notes | {name: pl.DataFrame(found[name], schema=_SHORT[name].schema, orient="row") for name in found}


def publish_made_up(folder: Path, schools: int = 24, seed: int = 1, **asked) -> Path:
    made = tables(schools, seed, **asked)
    return publish(made, folder, run=made["run"]["run"].item(), current=True)


_SHORT = {table.name.removeprefix("published."): table for table in PUBLISHED}


class _MadeUp:
    def __init__(self, schools: int, chance: random.Random, as_of: date):
        self.chance, self.as_of = chance, as_of
        self.urns = [100001 + number for number in range(schools)]
        self.weeks = [FIRST_MONDAY + timedelta(weeks=number) for number in range(28) if number not in (7, 15, 16, 23)]

    def count(self, most: int, hidden: float = 0.15) -> int | None:
        """Nought, at least five, or hidden."""
        drawn = self.chance.randrange(most)
        return None if self.chance.random() < hidden or 0 < drawn < 5 else drawn

    def share(self, middle: float, hidden: float = 0.1) -> float | None:
        return None if self.chance.random() < hidden else round(min(1.0, self.chance.gammavariate(6, middle / 6)), 4)

    def of(self, table: str, most: int, **given: object) -> dict:
        """A row of a table, with figures drawn for whatever is not given."""
        drawn = {}
        for column in _SHORT[table].columns:
            if column.name in given:
                drawn[column.name] = given[column.name]
            elif column.unit == "pupils":
                drawn[column.name] = self.count(most)
            elif column.unit == "0 to 1":
                drawn[column.name] = self.share(0.08)
            else:
                drawn[column.name] = None
        return drawn

    def phase_of(self, urn: int) -> str:
        return PHASES[(urn % 10 > 6) + (urn % 10 > 8)]

    def area_of(self, urn: int) -> str | None:
        return None if urn % 17 == 0 else AREAS[urn % 3]

    def run(self, name: str, demo: bool) -> dict:
        rest = {
            "run": name, "as_of": self.as_of, "registers_to": self.as_of, "finished": self.as_of, "home": "A made-up authority & trust",
            "version": "0.1.0", "demo": demo, "fewest_shown": 5, "smallest_base": 20, "groups_as_of": self.as_of - timedelta(days=4),
            "schools_expected": len(self.urns), "schools_received": len(self.urns) - 1, "schools_without_list": 2,
        }  # fmt: skip
        return self.of("run", 400 * len(self.urns), **rest)

    def rows(self) -> dict[str, list[dict]]:
        made = (self.places, self.flows, self.in_weeks, self.of_signals, self.of_people, self.of_data)
        return {name: rows for one in made for name, rows in one().items()}

    def places(self) -> dict[str, list[dict]]:
        return {
            "phase": [self.of("phase", 4000, phase=phase, schools=len(self.urns) // 3, absence_rate_ytd=0.07) for phase in PHASES],
            "school": [self.school(number, urn) for number, urn in enumerate(self.urns)],
        }  # fmt: skip

    def school(self, number: int, urn: int) -> dict:
        name = (
            ODD_NAMES[number]
            if number < len(ODD_NAMES)
            else f"School {urn - 100000} of {self.area_of(urn) or 'no area'}"
        )
        received = number != 5
        rest = {
            "urn": urn, "laestab": 2090000 + number, "name": None if number == 6 else name, "phase": self.phase_of(urn),
            "area": self.area_of(urn), "received": received, "registers_to": self.as_of if received else None,
            "list_withheld_because": "Of 60 days 9 are missing." if number in (3, 4) else None,
        }  # fmt: skip
        nothing = {} if received else dict.fromkeys((*OUTCOMES, "pupils_on_roll", "eligible", "absence_rate_ytd"))
        return self.of("school", 400, **(nothing | rest))

    def flows(self) -> dict[str, list[dict]]:
        scopes = [{"scope": "home"}, *({"scope": "area", "area": area} for area in AREAS)]
        schools = [{"scope": "school", "urn": urn} for urn in self.urns if urn % 10 != 6]
        phases = [{"scope": "phase", "phase": phase} for phase in PHASES]
        base = dict.fromkeys(("area", "phase", "urn"))
        flow = [self.of("flow", 60, **(base | at | self.look())) for at in (*scopes, *phases, *schools)]
        plans = [self.of("plans_in_time", 60, **({"area": None, "urn": None} | at | {"in_time_rate": self.share(0.5)})) for at in (*scopes, *schools)]  # fmt: skip
        return {"flow": flow, "plans_in_time": plans}

    def look(self) -> dict:
        return {
            "looked_at_rate": self.share(0.5, 0.3),
            "median_days_to_look": self.chance.choice((None, 6.0, 12.5, 18.0, 31.0)),
        }

    def in_weeks(self) -> dict[str, list[dict]]:
        term = {monday: "autumn" if monday.year == 2025 else "spring" for monday in self.weeks}
        places = [("home", None), *(("phase", phase) for phase in PHASES)]
        england = [
            {"figure": figure, "phase": None, "value": value, "of": "2024/25", "source": "DfE, Pupil absence in schools in England."}
            for figure, value in (("absence_rate", 0.069), ("persistent_absence", 0.187), ("severe_absence", 0.023), ("plans_in_time", 0.503),
                                  ("ever_additional_support", 0.37), ("ever_social_worker", 0.25))
        ]  # fmt: skip
        return {
            "week": [
                self.of("week", 0, scope=scope, phase=phase, week_start=monday, term=term[monday], **self.rates(True))
                for scope, phase in places for monday in self.weeks
            ],
            "school_week": [self.of("school_week", 0, urn=urn, week_start=monday, **self.rates(False)) for urn in self.urns if urn % 10 != 6 for monday in self.weeks],
            "england": england,
        }  # fmt: skip

    def rates(self, beside: bool) -> dict:
        middles = dict(zip((f"{one}_rate" for one in WEEK_RATES), (0.07, 0.05, 0.02, 0.035, 0.006), strict=True))
        if beside:
            middles |= {"absence_rate_last_year": 0.075, "absence_rate_england": 0.07}
        return {name: None if self.chance.random() < 0.04 else round(middle * self.chance.uniform(0.8, 1.25), 4) for name, middle in middles.items()}  # fmt: skip

    def of_signals(self) -> dict[str, list[dict]]:
        places = [
            ("home", None, None),
            *(("phase", phase, None) for phase in PHASES),
            *(("school", None, urn) for urn in self.urns),
        ]
        names = [
            {"signal": name, "asks": f"What is behind {name.replace('_', ' ')}?", "line": "Ten sessions or more.", "role": "trigger",
             "kind": NEXT_STEPS[number % 4], "source": "DfE.", "caution": "Not a finding."}
            for number, name in enumerate(TRIGGERS)
        ]  # fmt: skip
        specialist = [("home", None, None), *(("area", area, phase) for area in AREAS for phase in PHASES)]
        return {
            "signal": [self.of("signal", 200, signal=name, scope=scope, phase=phase, urn=urn) for name in TRIGGERS for scope, phase, urn in places],
            "signal_names": names,
            "signal_outcome": [self.of("signal_outcome", 80, signal=name) for name in TRIGGERS],
            "specialist": [
                self.of("specialist", 60, kind=kind, scope=scope, area=area, phase=phase, days_a_term=12.0 if scope == "home" else None,
                        unmet_a_day=self.chance.choice((None, 1.5, 3.25)) if scope == "home" else None)
                for kind in NEXT_STEPS for scope, area, phase in specialist
            ],
        }  # fmt: skip

    def of_people(self) -> dict[str, list[dict]]:
        return {
            "group_audit": [self.group(kind, group) for kind, groups in GROUPS.items() for group in groups],
            "ever": [
                self.of("ever", 300, nc_year=str(year), known_since=date(2020, 9, 1), ever_additional_support_rate=self.share(0.3)) for year in range(1, 12)
            ],
            "lost_children": [self.lost(kind, scope, urn) for kind in LOST for scope, urn in [("home", None), *(("school", urn) for urn in self.urns)]],
            "alarm": [self.alarm(alarm, urn) for alarm in ("never_returned", "waiting_over_ten_school_days") for urn in self.urns],
            "support_attendance": [self.of("support_attendance", 200, kind=kind) for kind in ("sen_support", "ehc_plan", "attendance_plan")],
        }  # fmt: skip

    def group(self, kind: str, group: str) -> dict:
        shares = {}
        for name, middle in (("eligible", 0.1), ("listed", 0.04), ("missed", 0.05)):
            share = self.share(middle)
            shares |= {
                f"{name}_rate": share,
                f"{name}_low": share and share * 0.7,
                f"{name}_high": share and min(1.0, share * 1.4),
            }
        return self.of("group_audit", 900, kind=kind, group_name=group, years_pooled=1, **shares)

    def lost(self, kind: str, scope: str, urn: int | None) -> dict:
        judged = kind != "care_without_school"
        return self.of(
            "lost_children", 30, kind=kind, scope=scope, urn=urn, asks=f"Somebody was {kind.replace('_', ' ')}. Where are they now?",
            judged=judged, not_judged_because=None if judged else "no return on children looked after", goes_to="officer",
            median_days_to_place=None, **({} if judged else {"pupils": None}),
        )  # fmt: skip

    def alarm(self, alarm: str, urn: int) -> dict:
        raised = self.chance.choice((True, False, False, None))
        return {
            "alarm": alarm,
            "urn": urn,
            "raised": raised,
            "says": "Three lists, and none came back." if raised else None,
            "asks": "Who is to send it?",
        }

    def of_data(self) -> dict[str, list[dict]]:
        return {
            "feed": [
                {"feed": feed, "title": feed.replace("_", " ").capitalize(), "files": 14, "files_refused": number, "last_known_on": self.as_of if number else None,
                 "rows_read": 90_000, "rows_set_aside": self.count(500)}
                for number, feed in enumerate(FEEDS)
            ],
            "data_quality": [
                {"feed": feed, "rule": rule, "happens": "row set aside", "rows": self.count(90), "says": "The code is none that is in use: mend it, and send it again."}
                for feed in FEEDS for rule in ("unknown_code", "date_outside_the_year")
            ],
            "model": [{"orders_by": "rule", "name": None, "approved_by": None, "since": None, "suspended_because": None}],
            "model_drift": [{"feature": name, "stability_index": None, "suspends_above": None} for name in ("absence_rate_20d", "moves_24m")],
            "school_check": [{"urn": urn, "held_to": check, "holds": self.chance.random() > 0.2} for urn in self.urns for check in CHECKS],
        }  # fmt: skip
