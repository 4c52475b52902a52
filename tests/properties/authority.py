"""Small made-up authorities, all numbers at random: for properties that must hold whatever the data."""

import random
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.steps.inclusion import Tonight
from pipeline.steps.lost import Lost
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.weeks import marked_weeks
from pipeline.tables.derived import LOST_BETWEEN_SERVICES
from pipeline.tables.published import OUTCOMES
from pipeline.vocabulary.lost import KINDS, Kind, Where
from pipeline.vocabulary.sen import PlanWords

AS_OF = date(2025, 10, 3)
FIRST_MONDAY = date(2025, 9, 8)
WEEKS = 3
PHASES = ("Primary", "Secondary", "Special")

_URN = {"urn": pl.Int32}
_CODES = ("I", "M", "C2", "O", "U", "E")


def an_authority(pupils: int, schools: int, seed: int) -> Tonight:
    """Everything a run knows of `pupils` pupils in `schools` schools. Outcomes are drawn, not worked out: any can occur."""
    chance = random.Random(seed)
    urns = [100001 + number for number in range(schools)]
    who = pl.DataFrame(
        {
            "pupil_id": [f"p{number:011d}" for number in range(pupils)],
            "urn": [chance.choice(urns) for _ in range(pupils)],
        },
        schema_overrides=_URN,
    )
    rates = [min(0.95, chance.gammavariate(0.8, 0.12)) for _ in range(pupils)]
    triage = who.with_columns(outcome=pl.Series(chance.choices(OUTCOMES, (4, 3, 4, 1, 2, 30, 2), k=pupils)))
    return Tonight(
        run=f"flag {AS_OF} 1",
        home="A made-up authority",
        as_of=AS_OF,
        version="0",
        demo=True,
        policy=Policy(),
        triage=triage,
        features=_features(who, rates),
        signals=_signals(who, chance),
        support=who.select("pupil_id", on_file=pl.Series([chance.random() < 0.3 for _ in range(pupils)])),
        schools=_schools(urns),
        registers=SchoolRegisters(_weeks(who, rates, seed)),
        lost=_lost(who, chance),
        characteristics=_characteristics(who, chance),
        withheld=_withheld(urns[0]),
        places=triage.group_by("urn").agg(of_school=_places()),
    )


def _places() -> pl.Expr:
    """A full list is as long as there are places; where nobody is left off, there are three at the fewest."""
    listed, left_off = ((pl.col("outcome") == outcome) for outcome in ("listed", "eligible_not_listed"))
    return pl.when(left_off.any()).then(listed.sum()).otherwise(listed.sum().clip(3))


def _withheld(urn: int) -> pl.DataFrame:
    line = {"urn": urn, "held_to": "days_all_there", "counted": 9.0, "said": 0.0, "reason": "Of 60 days 9 are missing."}
    return pl.DataFrame([line], schema_overrides=_URN)


def _schools(urns: list[int]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "urn": urns,
            "name": [f"School {urn}" for urn in urns],
            "phase": [PHASES[urn % len(PHASES)] for urn in urns],
            "laestab": [urn + 3_000_000 for urn in urns],
            "area": [("North", "South")[urn % 2] for urn in urns],
        },
        schema_overrides={"urn": pl.Int32, "laestab": pl.Int32},
    )


def _features(who: pl.DataFrame, rates: list[float]) -> pl.DataFrame:
    return who.with_columns(
        source=pl.lit("registers"),
        possible_sessions_ytd=pl.lit(100),
        absence_rate_ytd=pl.Series(rates),
        absence_sessions_ytd=pl.Series([round(100 * rate) for rate in rates]),
        illness_sessions_ytd=pl.Series([round(80 * rate) for rate in rates]),
    )


def _signals(who: pl.DataFrame, chance: random.Random) -> pl.DataFrame:
    odds = {"persistent_absence": (8, 3, 1), "moved_school": (1, 12, 1)}
    raised = [
        who.with_columns(
            signal=pl.lit(signal),
            raised=pl.Series(chance.choices((True, False, None), weights, k=who.height), dtype=pl.Boolean),
        )
        for signal, weights in odds.items()
    ]
    return pl.concat(raised)


def _characteristics(who: pl.DataFrame, chance: random.Random) -> pl.DataFrame:
    drawn = {
        "sex": (("M", "F"), (1, 1)),
        "ethnicity": (("WBRI", "AIND", "MOTH", "REFU"), (8, 2, 1, 1)),
        "language": (("ENG", "URD", None), (6, 2, 1)),
        "fsm_eligible": ((True, False, None), (3, 6, 1)),
        "looked_after": ((True, False), (1, 20)),
        "sen_provision": (("N", "K", "E"), (10, 2, 1)),
        "birth_season": (("autumn", "spring", "summer", None), (5, 5, 5, 1)),
    }
    return who.select("pupil_id").with_columns(
        pl.Series(
            name, chance.choices(values, weights, k=who.height), dtype=pl.Boolean if True in values else pl.String
        )
        for name, (values, weights) in drawn.items()
    )


_LOST_AT = {Where.ON_ROLL: (1.0, 0.0), Where.SCHOOL: (0.9, 0.1), Where.ANY: (0.8, 0.2), Where.HOME: (1.0, 0.0)}
"""By where a kind is counted, the share of its pupils who are on a roll, and of those who are not."""


def _lost(who: pl.DataFrame, chance: random.Random) -> Lost:
    """Of each kind a few pupils, on a roll or gone: those gone have left a school, or were at none seen here."""
    rows = [
        {
            "pupil_id": pupil_id if is_here else f"gone{pupil_id}",
            "kind": kind.name,
            "urn": _urn_of(kind, urn, is_here=is_here),
        }
        for kind in KINDS
        for pupil_id, urn in who.select("pupil_id", "urn").iter_rows()
        for is_here, share in zip((True, False), _LOST_AT[kind.where], strict=True)
        if chance.random() < 0.09 * share
    ]
    drawn = pl.DataFrame(rows, schema={"pupil_id": pl.String, "kind": pl.String, "urn": pl.Int32})
    told = drawn.with_columns(as_of=pl.lit(AS_OF), since=None, school_days=None, calendar_days=None, days_from_need=None, says=pl.lit("."), asks=pl.lit("?"), goes_to=pl.lit("officer"))  # fmt: skip
    waited = who.select(
        "pupil_id", days_from_need=pl.Series([chance.randrange(90) for _ in range(who.height)], dtype=pl.Int32)
    )
    return Lost(LOST_BETWEEN_SERVICES.conform(told), {}, waited, PlanWords())


def _urn_of(kind: Kind, urn: int, *, is_here: bool) -> int | None:
    if kind.where is Where.HOME or (kind.where is Where.ANY and not is_here):
        return None
    return urn


def _weeks(who: pl.DataFrame, rates: list[float], seed: int) -> pl.DataFrame:
    days = [FIRST_MONDAY + timedelta(days=7 * week + day) for week in range(WEEKS) for day in range(5)]
    half_days = pl.DataFrame({"date": days}).join(pl.DataFrame({"half_day": ["am", "pm"]}), how="cross")
    marks = who.with_columns(rate=pl.Series(rates, dtype=pl.Float64)).join(half_days, how="cross")
    chance = np.random.default_rng(seed)
    missed = chance.random(marks.height) < marks["rate"].to_numpy()
    codes = np.where(missed, chance.choice(_CODES, marks.height, p=(0.5, 0.1, 0.05, 0.2, 0.05, 0.1)), "/")
    sent_home = who["pupil_id"].filter(pl.Series(chance.random(who.height) < 0.08, dtype=pl.Boolean))
    suspended = marks["pupil_id"].is_in(sent_home.implode()) & (marks["date"] <= FIRST_MONDAY + timedelta(days=7))
    codes = np.where(suspended.to_numpy(), "E", codes)
    return marked_weeks(
        marks.drop("rate").with_columns(
            code=pl.Series(codes),
            known_on=pl.lit(AS_OF),
            recorded_at=pl.lit(None, pl.Datetime),
        )
    )
