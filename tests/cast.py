"""The cast: pupils used in every test of who is listed and why, with the clock stopped.

Each is drawn as a SENCo would tell of them: a year group, when they were away and with which code. Every other session of
the school's calendar they were present. Nobody here is anybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from pipeline.signals import SIGNALS, pupil_signals
from pipeline.steps.circumstances import pupil_circumstances
from pipeline.steps.features import pupil_features
from pipeline.steps.support import pupil_support
from pipeline.steps.triage import Policy, triage
from pipeline.steps.weeks import marked_weeks
from pipeline.tables import facts, staged

_WIDER_NEEDS = {
    "pupil_id": pl.String, "urn": pl.Int32, "need": pl.String, "added_by": pl.String, "added_on": pl.Date, "ended": pl.Date,
    "known_on": pl.Date,
}  # fmt: skip
_EARLY_YEARS = {"pupil_id": pl.String, "year": pl.Int32, "good_level": pl.Boolean, "known_on": pl.Date}
_LOOKED_AT = {"pupil_id": pl.String, "looked_at_on": pl.Date}

AS_OF = date(2026, 3, 20)
"""A Friday, the 123rd school day since the year began."""

SECONDARY, PRIMARY, SPECIAL, SECOND = 100001, 100002, 100003, 100004

SCHOOLS = pl.DataFrame(
    {
        "urn": [SECONDARY, PRIMARY, SPECIAL, SECOND],
        "name": ["Ash Secondary", "Birch Primary", "Cedar Special", "Damson Secondary"],
        "phase": ["Secondary", "Primary", "Special", "Secondary"],
        "laestab": [9994001, 9992001, 9997001, 9994002],
    },
    schema_overrides={"urn": pl.Int32},
)

_TERMS = (
    ("2024-09-03", "2024-10-25"), ("2024-11-04", "2024-12-20"), ("2025-01-06", "2025-02-14"),
    ("2025-02-24", "2025-04-04"), ("2025-04-22", "2025-05-23"), ("2025-06-02", "2025-07-22"),
    ("2025-09-03", "2025-10-24"), ("2025-11-03", "2025-12-19"), ("2026-01-05", "2026-02-13"),
    ("2026-02-23", "2026-03-27"), ("2026-04-13", "2026-05-22"), ("2026-06-01", "2026-07-21"),
)  # fmt: skip

LAST_YEAR_BEGAN, YEAR_BEGAN = date(2024, 9, 3), date(2025, 9, 3)


def school_days(first: date, last: date) -> list[date]:
    """The days schools were open from `first` to `last`, both inclusive."""
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        day
        for day in days
        if day.weekday() < 5 and any(date.fromisoformat(a) <= day <= date.fromisoformat(b) for a, b in _TERMS)
    ]


@dataclass(frozen=True)
class Away:
    """Marked `code` on every school day from `first` to `last`, in the mornings, the afternoons or both."""

    code: str
    first: str
    last: str
    half_days: tuple[str, ...] = ("am", "pm")

    def covers(self, day: date, half_day: str) -> bool:
        within = date.fromisoformat(self.first) <= day <= date.fromisoformat(self.last)
        return within and half_day in self.half_days


@dataclass(frozen=True)
class Spell:
    """A spell on a school's roll."""

    urn: int = SECONDARY
    entry_date: date = LAST_YEAR_BEGAN
    leaving_date: date | None = None
    nc_year: str = "8"
    enrol_status: str = "C"


@dataclass(frozen=True)
class Pupil:
    name: str
    rolls: tuple[Spell, ...] = (Spell(),)
    away: tuple[Away, ...] = ()
    sen_provision: str | None = "N"
    support: tuple[dict, ...] = ()  # rows of staged.support_and_reviews: only what matters
    said_before: tuple[
        tuple, ...
    ] = ()  # SEN provision, as earlier rolls had it: day, provision, and of another school its URN
    young_carer: str | None = None  # as the spring census has it
    wider_needs: tuple[dict, ...] = ()  # added by staff: only what matters
    good_level: bool | None = None  # at the end of Reception
    looked_at_on: date | None = None  # the last decision sent back

    @property
    def pupil_id(self) -> str:
        return self.name.replace("_", "").ljust(12, "a")[:12]

    def mark(self, day: date, half_day: str) -> str:
        present = {"am": "/", "pm": "\\"}[half_day]
        return next((away.code for away in reversed(self.away) if away.covers(day, half_day)), present)


def in_year(nc_year: str, urn: int = SECONDARY) -> tuple[Spell, ...]:
    return (Spell(urn=urn, nc_year=nc_year),)


# The cast ---------------------------------------------------------------------------------------------------------------

AMIRA = Pupil(
    "amira",  # Year 8: illness in three-day spells, 12%, nothing on file
    in_year("8"),
    away=(
        Away("I", "2025-11-11", "2025-11-13"),
        Away("I", "2026-01-13", "2026-01-15"),
        Away("I", "2026-02-03", "2026-02-05"),
        Away("I", "2026-02-24", "2026-02-26"),
        Away("I", "2026-03-10", "2026-03-12"),
    ),
)

BEDE = Pupil(
    "bede",  # Year 10: a plan reviewed in January, and more than half of the year missed
    in_year("10"),
    away=(Away("O", "2025-11-26", "2026-03-20"),),
    sen_provision="E",
    support=({"kind": "ehc_plan", "start_date": date(2023, 5, 1), "last_review": date(2026, 1, 14)},),
)

CATO = Pupil(
    "cato",  # Year 5: a travelling family's work, three days of illness
    in_year("5", PRIMARY),
    away=(Away("T", "2025-09-15", "2025-10-24"), Away("I", "2026-02-03", "2026-02-05")),
)

DARA = Pupil(
    "dara",  # Year 11: three weeks of study leave
    in_year("11"),
    away=(Away("S", "2026-03-02", "2026-03-20"), Away("M", "2026-01-20", "2026-01-20", ("am",))),
)

EDEN = Pupil(
    "eden",  # Reception, under compulsory school age: mornings only until Christmas
    (Spell(urn=PRIMARY, entry_date=YEAR_BEGAN, nc_year="R"),),
    away=(Away("X", "2025-09-03", "2025-12-19", ("pm",)), Away("I", "2026-01-12", "2026-01-15")),
)

FARAH = Pupil(
    "farah",  # Year 9: mornings only for fourteen school weeks, on SEN support by the census
    in_year("9"),
    away=(Away("C2", "2025-11-24", "2026-03-20", ("pm",)),),
    sen_provision="K",
)

GWEN = Pupil(
    "gwen",  # Year 7: arrived in March, from nowhere we know; away for most of it
    (Spell(entry_date=date(2026, 3, 11), nc_year="7"),),
    away=(Away("Z", "2026-03-11", "2026-03-11", ("am",)), Away("O", "2026-03-16", "2026-03-20")),
)

HUGO = Pupil(
    "hugo",  # Year 6 into Year 7, at another school
    (
        Spell(urn=PRIMARY, leaving_date=date(2025, 7, 22), nc_year="6"),
        Spell(entry_date=YEAR_BEGAN, nc_year="7"),
    ),
    away=(Away("I", "2025-01-06", "2025-01-31"), Away("O", "2025-06-09", "2025-06-13")),
)

IDRIS = Pupil("idris", in_year("12"), away=(Away("O", "2026-01-12", "2026-01-30"),))  # Year 12, worse than last year
JUNO = Pupil(
    "juno",  # Year 13: as much away as last year
    in_year("13"),
    away=(Away("I", "2025-01-13", "2025-01-31"), Away("I", "2026-01-12", "2026-01-30")),
)

KIT = Pupil(
    "kit", in_year("9"), away=(Away("I", "2026-02-24", "2026-03-16"),)
)  # Year 9: anxiety, marked as illness, 15 days

LARK = Pupil(
    "lark",  # Year 8: a young carer by the census, late twice a week since half term
    in_year("8"),
    away=tuple(Away("L", day, day, ("am",)) for day in (
        "2026-02-03", "2026-02-05", "2026-02-10", "2026-02-12", "2026-02-24", "2026-02-26", "2026-03-03", "2026-03-05",
        "2026-03-10", "2026-03-12",
    )),
    young_carer="S",
)  # fmt: skip

MILO = Pupil(
    "milo",  # Year 10: two days a week at another school, whose register is not held here
    (Spell(nc_year="10", enrol_status="M"),),
    away=tuple(
        Away("D", day.isoformat(), day.isoformat()) for day in school_days(YEAR_BEGAN, AS_OF) if day.weekday() in (1, 3)
    ),
)

NOOR = Pupil(
    "noor",  # Year 7: in treatment, every other week a day at hospital and the day after at home
    in_year("7"),
    away=tuple(
        Away(code, day.isoformat(), day.isoformat())
        for monday in (date(2025, 9, 8) + timedelta(weeks=2 * n) for n in range(14))
        for code, day in (("M", monday), ("I", monday + timedelta(days=1)))
        if day in school_days(YEAR_BEGAN, AS_OF)
    ),
)

OLA = Pupil(
    "ola", in_year("9"), away=(Away("C", "2026-01-12", "2026-01-16"), Away("I", "2026-01-19", "2026-02-06"))
)  # Year 9: bereaved in January

PIP = Pupil(
    "pip",  # Year 9: left in March to be educated at home, after much absence
    (Spell(nc_year="9", leaving_date=date(2026, 3, 13)),),
    away=(Away("O", "2025-11-03", "2025-12-19"),),
)

CAST = (AMIRA, BEDE, CATO, DARA, EDEN, FARAH, GWEN, HUGO, IDRIS, JUNO)

LATER = (KIT, LARK, MILO, NOOR)
"""Come to the cast since."""

CLASSMATES = tuple(
    Pupil(
        f"mate{letter}",
        in_year("8"),
        away=(Away("O", "2025-10-06", f"2025-10-{day}"), Away("O", "2024-09-16", "2024-12-20")),
    )
    for letter, day in zip("bcdefghijk", (22, 22, 22, 23, 23, 23, 24, 24, 24, 24), strict=True)
)
"""Year 8 pupils absent 13 to 15 school days of this year and worse in the last: persistent, and nothing else."""


# What becomes of them ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """Everything concluded of some pupils on a day."""

    features: pl.DataFrame
    signals: pl.DataFrame
    support: pl.DataFrame
    circumstances: pl.DataFrame
    triage: pl.DataFrame

    def outcome(self, pupil: Pupil) -> dict:
        return self.triage.row(by_predicate=pl.col("pupil_id") == pupil.pupil_id, named=True)

    def feature(self, pupil: Pupil, name: str):
        return self.features.row(by_predicate=pl.col("pupil_id") == pupil.pupil_id, named=True)[name]

    def reasons(self, pupil: Pupil) -> dict[str, str]:
        raised = self.signals.filter("raised", pl.col("pupil_id") == pupil.pupil_id)
        return dict(raised.select("signal", "reason").iter_rows())

    def answer(self, pupil: Pupil, signal: str) -> bool | None:
        asked = (pl.col("pupil_id") == pupil.pupil_id) & (pl.col("signal") == signal)
        return self.signals.row(by_predicate=asked, named=True)["raised"]


ROOMY = Policy(pupils_a_place=1)
"""Ten places in a school of twenty or so, where a real school of that size has three."""


def seen(
    pupils: Iterable[Pupil],
    *,
    as_of: date = AS_OF,
    policy: Policy = ROOMY,
    suspensions: pl.DataFrame | None = None,
    census: pl.DataFrame | None = None,
    marks: pl.DataFrame | None = None,
) -> Seen:
    """What is concluded of `pupils` on the day, from marks up to the end of the last term drawn unless `marks` is given."""
    pupils = tuple(pupils)
    suspensions = staged.SUSPENSIONS.empty if suspensions is None else suspensions
    census = staged.CENSUS_SESSIONS.empty if census is None else census
    marks = marks_of(pupils) if marks is None else marks
    weeks = facts.MARKED_WEEKS.empty if marks.is_empty() else marked_weeks(marks)
    enrolled = enrolments_of(pupils)
    features = pupil_features(weeks, enrolled, SCHOOLS, suspensions, census, as_of=as_of)
    support = pupil_support(features, enrolled, support_of(pupils), as_of=as_of)
    circumstances = pupil_circumstances(
        features,
        support,
        rolls_of(pupils),
        wider_needs_of(pupils),
        early_years_of(pupils),
        looked_at_of(pupils),
        as_of=as_of,
    )
    signals = pupil_signals(features, SIGNALS, circumstances)
    return Seen(features, signals, support, circumstances, triage(features, signals, support, policy, as_of=as_of))


_MARKS = {"pupil_id": pl.String, "urn": pl.Int32, "date": pl.Date, "half_day": pl.String, "code": pl.String}


def marks_of(pupils: Iterable[Pupil], until: date = AS_OF) -> pl.DataFrame:
    """Every mark of every pupil, at each school whose roll they were on."""
    rows = [
        (pupil.pupil_id, roll.urn, day, half_day, pupil.mark(day, half_day))
        for pupil in pupils
        for roll in pupil.rolls
        for day in school_days(roll.entry_date, min(roll.leaving_date or until, until))
        for half_day in ("am", "pm")
    ]
    marks = pl.DataFrame(rows, schema=_MARKS, orient="row")
    return marks.with_columns(known_on=pl.col("date"), recorded_at=pl.lit(None, pl.Datetime("us")))


def enrolments_of(pupils: Iterable[Pupil]) -> pl.DataFrame:
    rows = [
        {
            "pupil_id": pupil.pupil_id, "urn": roll.urn, "entry_date": roll.entry_date, "leaving_date": roll.leaving_date,
            "enrol_status": roll.enrol_status, "nc_year": roll.nc_year, "age_at_31_august": 10,
            "sen_provision": pupil.sen_provision, "sen_provision_on": date(2026, 1, 15),
            "stated_on": roll.leaving_date or date(2026, 1, 15), "known_on": roll.entry_date,
        }
        for pupil in pupils
        for roll in pupil.rolls
    ]  # fmt: skip
    return facts.ENROLMENTS.conform(pl.DataFrame(rows, schema=facts.ENROLMENTS.schema))


_QUIET_ASKED_ON = date(2026, 1, 19)  # it counts for 366 days from the day it was known


def support_of(pupils: Iterable[Pupil]) -> pl.DataFrame:
    rows = [
        {
            "extract_id": 1,
            "row_number": number,
            "known_on": _QUIET_ASKED_ON if "quiet_until" in row else LAST_YEAR_BEGAN,
            "pupil_id": pupil.pupil_id,
            "urn": SECONDARY,
        }
        | row
        for number, (pupil, row) in enumerate(((p, row) for p in pupils for row in p.support), start=2)
    ]
    return pl.DataFrame(rows, schema=staged.SUPPORT_AND_REVIEWS.schema)


_SAID_ON = date(2026, 1, 15)


def rolls_of(pupils: Iterable[Pupil]) -> pl.DataFrame:
    """The roll rows behind `enrolments_of`: what the last census says, and earlier ones of SEN provision."""
    said = [
        (pupil, day, provision, carer, urn[0] if urn else pupil.rolls[-1].urn)
        for pupil in pupils
        for day, provision, carer, *urn in (
            *((day, provision, None, *urn) for day, provision, *urn in pupil.said_before),
            (_SAID_ON, pupil.sen_provision, pupil.young_carer),
        )
    ]
    rows = [
        {"extract_id": 1, "row_number": number, "known_on": day, "stated_on": day, "pupil_id": pupil.pupil_id,
         "urn": urn, "sen_provision": provision, "young_carer": carer}
        for number, (pupil, day, provision, carer, urn) in enumerate(said, start=2)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=staged.PUPILS.schema)


def wider_needs_of(pupils: Iterable[Pupil]) -> pl.DataFrame:
    usual = {"urn": SECONDARY, "need": "housing", "added_by": "pastoral", "ended": None}
    rows = [
        usual | {"known_on": need["added_on"]} | need | {"pupil_id": p.pupil_id}
        for p in pupils
        for need in p.wider_needs
    ]
    return pl.DataFrame(rows, schema=_WIDER_NEEDS)


def early_years_of(pupils: Iterable[Pupil]) -> pl.DataFrame:
    rows = [
        {"pupil_id": p.pupil_id, "year": 2019, "good_level": p.good_level, "known_on": LAST_YEAR_BEGAN}
        for p in pupils
        if p.good_level is not None
    ]
    return pl.DataFrame(rows, schema=_EARLY_YEARS)


def looked_at_of(pupils: Iterable[Pupil]) -> pl.DataFrame:
    rows = [{"pupil_id": p.pupil_id, "looked_at_on": p.looked_at_on} for p in pupils if p.looked_at_on]
    return pl.DataFrame(rows, schema=_LOOKED_AT)


def suspended_on(pupil: Pupil, *days: date) -> pl.DataFrame:
    rows = [
        {"extract_id": 1, "row_number": number, "known_on": day, "pupil_id": pupil.pupil_id, "urn": SECONDARY,
         "start_date": day, "sessions": 2, "category": "SUSP"}
        for number, day in enumerate(days, start=2)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=staged.SUSPENSIONS.schema)


def with_away(pupil: Pupil, *away: Away) -> Pupil:
    """The same pupil, away as well."""
    return replace(pupil, away=(*pupil.away, *away))
