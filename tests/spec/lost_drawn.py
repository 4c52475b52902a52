"""Children drawn for what is lost between services: rolls, marks a day at a time, and rows of the other feeds.

Two schools are open on every weekday from Monday 8 September 2025, and Zoe, who is at both and always there, makes each a
school day. The day stood on is Friday 17 October 2025, the thirtieth, unless said.
"""

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from pipeline.signals import SIGNALS
from pipeline.signals.signal import pupil_signals
from pipeline.steps.features import pupil_features
from pipeline.steps.lost import Lost, lost_between_services
from pipeline.steps.lost_held import Held
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.weeks import cut, marked_weeks, registers
from pipeline.tables import staged
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS
from pipeline.tables.staged_care import CARE_CHILDREN, CARE_EPISODES
from pipeline.tables.staged_destinations import AP_PLACEMENTS, LEAVERS, POST16_OFFERS
from pipeline.tables.staged_plans import PLANS
from pipeline.vocabulary.sen import PlanWords
from tests.drawn import drawn

ASH, BIRCH = 100001, 100002
FIRST_DAY, AS_OF = date(2025, 9, 8), date(2025, 10, 17)
ALL = frozenset(
    "pupils attendance_marks census_sessions leavers ap_placements care_children care_episodes plan_requests plan_reviews "
    "plan_placements post16_offers".split()
)  # fmt: skip

SCHOOLS = pl.DataFrame(
    {"urn": [ASH, BIRCH], "name": ["Ash Secondary", "Birch Primary"], "phase": ["Secondary", "Primary"], "laestab": [9994001, 9992001]},
    schema_overrides={"urn": pl.Int32, "laestab": pl.Int32},
)  # fmt: skip

_A_MARK = {
    "pupil_id": pl.String, "urn": pl.Int32, "date": pl.Date, "half_day": pl.String, "code": pl.String,
    "known_on": pl.Date, "recorded_at": pl.Datetime,
}  # fmt: skip


def school_day(nth: int) -> date:
    """The nth school day, from 1."""
    weeks, days = divmod(nth - 1, 5)
    return FIRST_DAY + timedelta(days=7 * weeks + days)


def marks(codes: Mapping[tuple[str, int], str], *, until: date, open_at: tuple[int, ...]) -> pl.DataFrame:
    """A code a school day for each pupil and school, from the first; `.` is a day with none, and Zoe is always there.

    A code such as `I~/` has the morning's and the afternoon's.
    """
    days = [day for nth in range(1, 300) if (day := school_day(nth)) <= until]
    everyone = {("zoe", urn): " ".join("/" for _ in days) for urn in open_at} | dict(codes)
    rows = [
        (pupil, urn, day, half_day, code, day, None)
        for (pupil, urn), letters in everyone.items()
        for day, both in zip(days, letters.split(), strict=False)
        for half_day, code in zip(("am", "pm"), both.split("~") * (2 if "~" not in both else 1), strict=True)
        if code != "."
    ]
    return marked_weeks(pl.DataFrame(rows, schema=_A_MARK, orient="row"))


def spells(picture: str) -> pl.DataFrame:
    """Spells as drawn: what is not is as of a pupil of eleven in one school, stated on the first day or on leaving."""
    some = drawn(picture, ENROLMENTS.schema)
    usual = {
        "leaving_date": pl.lit(None, pl.Date), "enrol_status": pl.lit("C"), "nc_year": pl.lit("7"), "age_at_31_august": 11,
        "sen_provision": pl.lit(None, pl.String), "sen_provision_on": pl.lit(None, pl.Date), "known_on": pl.lit(FIRST_DAY),
    }  # fmt: skip
    full = some.with_columns(**{name: value for name, value in usual.items() if name not in some.columns})
    stated = pl.lit(FIRST_DAY) if "stated_on" not in some.columns else pl.col("stated_on")
    return ENROLMENTS.conform(full.with_columns(stated_on=stated))


def rows_of(table, *rows: dict) -> pl.DataFrame:
    """Rows of a staged table with these cells, known on the first day unless said; a column left out is null."""
    told = [{"extract_id": 1, "row_number": at, "known_on": FIRST_DAY} | row for at, row in enumerate(rows, start=2)]
    return pl.DataFrame([{name: row.get(name) for name in table.names} for row in told], schema=table.schema)


def plans(*rows: dict) -> pl.DataFrame:
    """Facts of plans: in force and as the latest return has them, unless said."""
    usual = {
        "is_latest": True,
        "stage": "plan_in_force",
        "received_on": date(2023, 9, 4),
        "known_on": FIRST_DAY,
        "stated_on": AS_OF,
    }
    return pl.DataFrame([{name: (usual | row).get(name) for name in PLANS.names} for row in rows], schema=PLANS.schema)


def in_care(*pupils: str, out: bool | None = None, since: date = date(2025, 6, 3)) -> dict[str, pl.DataFrame]:
    """Both tables of the return on children looked after, one episode each that lasts."""
    children = [{"pupil_id": pupil, "child_key": f"k-{pupil}"} for pupil in pupils]
    episodes = [{"child_key": f"k-{pupil}", "start_date": since, "placed_out_of_area": out} for pupil in pupils]
    return {"care_children": rows_of(CARE_CHILDREN, *children), "care_episodes": rows_of(CARE_EPISODES, *episodes)}


NOBODY = "pupil_id | urn | entry_date\n-"


def held(
    rolls: str = NOBODY, codes: Mapping[tuple[str, int], str] | None = None, *, as_of: date = AS_OF,
    open_at: tuple[int, ...] = (ASH, BIRCH), **known,
) -> Held:  # fmt: skip
    """All that a home holds of the pupils drawn, concluded from as a run concludes; of other feeds what a test names."""
    open_days = marks(codes or {}, until=as_of, open_at=open_at) if open_at or codes else MARKED_WEEKS.empty
    weeks = known.get("weeks", cut(open_days, last_day=as_of))
    enrolled = spells(rolls)
    suspensions = known.get("suspensions", staged.SUSPENSIONS.empty)
    census = known.get("census", staged.CENSUS_SESSIONS.empty)
    reviews = known.get("reviews", staged.SUPPORT_AND_REVIEWS.empty)
    features = pupil_features(weeks, enrolled, SCHOOLS, suspensions, census, as_of=as_of)
    signals = pupil_signals(features, SIGNALS)
    usual = {
        "as_of": as_of, "weeks": weeks, "registers": SchoolRegisters(registers(weeks)), "enrolled": enrolled, "schools": SCHOOLS, "features": features, "signals": signals,
        "reviews": reviews, "words": PlanWords(),
        "suspensions": suspensions, "census": census, "leavers": LEAVERS.empty, "ap_placements": AP_PLACEMENTS.empty,
        "offers": POST16_OFFERS.empty, "plans": PLANS.empty, "care_children": CARE_CHILDREN.empty,
        "care_episodes": CARE_EPISODES.empty, "sent": ALL,
    }  # fmt: skip
    return Held(**usual | known)


def found(*args, **known) -> Lost:
    return lost_between_services(held(*args, **known))


def of_kind(kind: str, *args, **known) -> dict[str, dict]:
    """By pupil, the row of this kind."""
    lost = found(*args, **known)
    assert kind not in lost.cannot
    return {row["pupil_id"]: row for row in lost.rows.filter(kind=kind).iter_rows(named=True)}
