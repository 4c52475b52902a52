"""The plain tables of one school: pupils, attendance marks, suspensions, support and reviews, register totals."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.vocabulary.attendance_codes import BY_NUMBER

from .calendar import Calendar
from .care import in_care
from .children import Children
from .register import NO_MARK, Register
from .schools import AUTHORITY, AUTHORITY_NAME, School

CODES = np.array([BY_NUMBER[number].code if number in BY_NUMBER else "" for number in range(64)])
IS_POSSIBLE = np.array([number in BY_NUMBER and BY_NUMBER[number].counts_as.is_possible for number in range(64)])
IS_ABSENCE = np.array([number in BY_NUMBER and BY_NUMBER[number].counts_as.is_absence for number in range(64)])

REASONS = ("DB", "PP", "VA", "PA", "VP", "DM", "DA", "TH", "BU", "LG", "MT")
REASON_SHARES = (0.49, 0.13, 0.17, 0.07, 0.04, 0.02, 0.03, 0.01, 0.01, 0.01, 0.02)

PHASE_IN_GIAS = ("Primary", "Secondary", "Not applicable", "Not applicable")
TYPE_IN_GIAS = ("Community school", "Academy converter", "Community special school", "Pupil referral unit")
GROUP_IN_GIAS = (
    "Local authority maintained schools",
    "Academies",
    "Special schools",
    "Local authority maintained schools",
)
AGES = ((4, 11), (11, 16), (4, 16), (12, 16))


def schools_table(schools: list[School]) -> pl.DataFrame:
    """One row per school, under GIAS's headers."""
    return pl.DataFrame(
        [
            {
                "URN": school.urn, "LA (code)": AUTHORITY, "LA (name)": AUTHORITY_NAME,
                "EstablishmentNumber": school.establishment, "EstablishmentName": school.name,
                "TypeOfEstablishment (name)": TYPE_IN_GIAS[school.phase],
                "EstablishmentTypeGroup (name)": GROUP_IN_GIAS[school.phase],
                "EstablishmentStatus (name)": "Open", "PhaseOfEducation (name)": PHASE_IN_GIAS[school.phase],
                "StatutoryLowAge": AGES[school.phase][0],
                "StatutoryHighAge": 18 if school.has_sixth_form else AGES[school.phase][1],
                "NumberOfPupils": school.roll, "DistrictAdministrative (name)": school.district(len(schools)),
            }
            for school in schools
        ]
    )  # fmt: skip


def pupils_table(
    school: School, spells: pl.DataFrame, children: Children, group: np.ndarray, calendar: Calendar, as_of: date
) -> pl.DataFrame:
    """One row per pupil who was on the school's roll this year and had come by `as_of`."""
    last = calendar.last_index(as_of)
    known = spells.filter(pl.col("first_day") <= last)
    child = known["child"].to_numpy()
    return known.select(
        urn=pl.lit(school.urn), upn=pl.Series(children.upn[child]), former_upn=pl.lit(None, pl.String),
        surname=pl.Series(children.surname[child]), forename=pl.Series(children.forename[child]),
        date_of_birth=pl.Series(children.birth[child]).cast(pl.Date),
        sex=pl.Series(np.where(children.is_boy[child], "M", "F")), nc_year=pl.Series(year_groups(group[child])),
        enrol_status=status_on(last), entry_date="entry_date",
        leaving_date=pl.when(pl.col("leaving_date") <= as_of).then("leaving_date"),
        sen_provision=pl.Series(np.array(list("NKE"))[children.sen[child]]),
        fsm_eligible=pl.Series(children.fsm[child].astype(int)), ethnicity=pl.Series(children.ethnicity[child]),
        language=pl.Series(children.language[child]), looked_after=pl.Series(in_care(child).astype(int)),
        postcode=pl.Series(children.postcode[child]),
    )  # fmt: skip


def status_on(day: int) -> pl.Expr:
    """Enrolment status on day number `day`: the main of two registrations only once there are two."""
    return pl.when((pl.col("status") == "M") & (pl.col("dual_from") > day)).then(pl.lit("C")).otherwise("status")


def year_groups(group: np.ndarray) -> np.ndarray:
    return np.where(group == 0, "R", group.astype("U2"))


def marks_table(school: School, register: Register, children: Children) -> pl.DataFrame:
    """One row per pupil, school day and half day with a mark."""
    spell, day, half = np.nonzero(register.codes != NO_MARK)
    upns = pl.Series(children.upn[register.roll.child])
    days = pl.Series([one.isoformat() for one in register.calendar.days])
    late = register.minutes_late[spell, day, half]
    code = pl.Series(CODES.tolist())
    return pl.DataFrame(
        {
            "urn": pl.repeat(str(school.urn), len(spell), eager=True),
            "upn": upns.gather(spell),
            "date": days.gather(day),
            "session": pl.Series(["AM", "PM"]).gather(half),
            "code": code.gather(register.codes[spell, day, half]),
            "minutes_late": pl.Series(late),
        }
    ).with_columns(pl.when(pl.col("code") == "L").then("minutes_late"))


def suspensions_of(register: Register, children: Children) -> pl.DataFrame:
    """One row per suspension or permanent exclusion; `child` is the child's number, `day` the school day's."""
    spells, days, sessions, categories = (
        zip(*sorted(register.suspensions), strict=True) if register.suspensions else ((), (), (), ())
    )
    child = register.roll.child[np.array(spells, int)]
    return pl.DataFrame(
        {
            "child": child, "day": np.array(days, int), "upn": children.upn[child].astype(str),
            "start_date": [register.calendar.days[day] for day in days], "sessions": np.array(sessions, int),
            "reason1": _reasons(child, np.array(days, int)),
            "category": np.array(categories, "U4"),
        },
        schema={
            "child": pl.Int64, "day": pl.Int64, "upn": pl.String, "start_date": pl.Date, "sessions": pl.Int64,
            "reason1": pl.String, "category": pl.String,
        },
    )  # fmt: skip


def _reasons(child: np.ndarray, day: np.ndarray) -> np.ndarray:
    """A reason for each suspension, by England's shares: the same whenever the suspension is written again."""
    level = (child * 7919 + day * 104729) % 1000 / 1000
    edges = np.cumsum(REASON_SHARES) / sum(REASON_SHARES)
    return np.array(REASONS)[np.searchsorted(edges, level, side="right")]


def suspensions_table(school: School, suspensions: pl.DataFrame) -> pl.DataFrame:
    empty = pl.lit(None, pl.String)
    return suspensions.select(
        "upn", "start_date", "sessions", "category", "reason1", urn=pl.lit(school.urn), reason2=empty, reason3=empty
    ).select("urn", "upn", "start_date", "sessions", "category", "reason1", "reason2", "reason3")


def totals_table(school: School, register: Register) -> pl.DataFrame:
    """One row: what the school's own system counts over the days with marks. Exactly what the marks come to."""
    marked = np.flatnonzero((register.codes != NO_MARK).any(axis=(0, 2)))
    days = register.calendar.days
    return pl.DataFrame(
        {
            "urn": [school.urn], "from_date": [days[marked[0]]], "to_date": [days[marked[-1]]],
            "possible_sessions": [int(IS_POSSIBLE[register.codes].sum())],
            "absence_sessions": [int(IS_ABSENCE[register.codes].sum())],
        }
    )  # fmt: skip


SUPPORT_SCHEMA = {
    "urn": pl.Int64, "upn": pl.String, "kind": pl.String, "start_date": pl.Date, "last_review": pl.Date,
    "next_review": pl.Date, "ended": pl.Date, "quiet_until": pl.Date,
}  # fmt: skip


def support_table(
    school: School, spells: pl.DataFrame, children: Children, rates: np.ndarray, as_of: date, rng: np.random.Generator
) -> pl.DataFrame:
    """One row per pupil and piece of support: nearly every plan, most SEN support, and help with no SEN record."""
    rows = []
    here = spells.filter(
        (pl.col("entry_date") <= as_of) & (pl.col("leaving_date").is_null() | (pl.col("leaving_date") > as_of))
    )
    for child, entry in here.select("child", "entry_date").iter_rows():
        for kind, review_days in _support_of(int(children.sen[child]), float(rates[child]), rng):
            rows.append((school.urn, str(children.upn[child]), kind, *_reviews(entry, as_of, review_days, rng)))
    return pl.DataFrame(rows, schema=SUPPORT_SCHEMA, orient="row")


def _support_of(sen: int, rate: float, rng) -> list[tuple[str, int]]:
    """Kinds of support, and in how many days each is usually reviewed."""
    chance = rng.random(4)
    support = []
    if sen == 2 and chance[0] < 0.97:
        support.append(("ehc_plan", 365))
    if sen == 1 and chance[0] < 0.80:
        support.append(("sen_support", 95))
    if chance[1] < 0.01 + 0.25 * (rate > 0.15):
        support.append(("attendance_plan", 42))
    if chance[2] < 0.02:
        support.append((("healthcare_plan", "early_help", "young_carer")[int(chance[3] * 3)], 120))
    if chance[3] < 0.004:
        support.append(("other_contact", 60))
    return support


def _reviews(entry: date, as_of: date, every: int, rng) -> tuple[date, date | None, date | None, None, date | None]:
    """Start, last review, next review, end and quiet-until. One review in six or so is overdue."""
    since = int(rng.integers(5, max(round(every * 1.2), 8)))
    last = as_of - timedelta(days=since)
    start = max(min(entry, last), last - timedelta(days=int(rng.integers(0, 3 * every))))
    start = min(start, as_of)
    reviewed = last if last >= start else None
    due = last + timedelta(days=every) if rng.random() < 0.8 else None
    quiet = as_of + timedelta(days=int(rng.integers(14, 60))) if rng.random() < 0.02 else None
    return start, reviewed, due, None, quiet
