"""Whether every day is there: registers held to the days on which the schools around were open."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.vocabulary.school_year import TERMS, school_year_of, term_dates

from .weeks import BITS_PER_DAY, DAYS
from .windows import between, by_school, marked_days, school_calendar, school_days

FEWEST_SCHOOLS = 3
"""Schools of an authority that must be open on a day before they say that another should have been."""

_SUMMER = ((7, 20), (9, 8))
"""Between these days no school need be open."""


def registers_in_time(weeks: pl.DataFrame, schools: pl.DataFrame, *, days: int, as_of: date) -> list[dict]:
    """A line per school with registers: school days since its last. Where most schools around it were open since, those
    days are counted; where none has sent anything, only when four times as many weekdays of term have gone by."""
    year = school_year_of(as_of)
    opened = school_days(between(weeks, year.before.first_day, as_of))
    last_days = opened.group_by("urn").agg(last=pl.col("date").max()).sort("urn")
    around = _days_around(opened, schools)
    silent = _weekdays_of_term(opened["date"].max() or as_of, as_of)
    lines = []
    for urn, last in last_days.rows():
        since = [day for day in around.get(urn, ()) if last < day <= as_of]
        late = len(since) + (silent if silent > 4 * days else 0)
        reason = (
            f"The last register received of this school is of {last:%d/%m/%Y}, {late} school days before "
            f"{as_of:%d/%m/%Y}, and {days} are allowed. Deliver its marks since."
        )
        lines.append(_line(urn, "registers_in_time", f"since {last:%d/%m/%Y}", late, 0, days, reason))
    return lines


def _weekdays_of_term(after: date, until: date) -> int:
    """Weekdays later than `after` up to `until`, the summer holiday left out."""
    days = (after + timedelta(days=ahead) for ahead in range(1, (until - after).days + 1))
    return sum(day.weekday() < 5 and not _SUMMER[0] < (day.month, day.day) < _SUMMER[1] for day in days)


def days_all_there(weeks: pl.DataFrame, schools: pl.DataFrame, *, days: int, as_of: date) -> list[dict]:
    """A line per school with registers and term of this year: days between its first and last register on which most
    schools around it were open and it has no mark at all, not even for being closed."""
    year = school_year_of(as_of)
    this_year = between(weeks, year.first_day, as_of)
    opened, marked = school_days(this_year), marked_days(this_year)
    around = _days_around(opened, schools)
    lines = []
    for of_school in marked.sort("urn", "date").partition_by("urn", maintain_order=True):
        urn, own = of_school["urn"][0], set(of_school["date"])
        expected = [day for day in around.get(urn, ()) if min(own) <= day <= max(own)]
        for term in TERMS:
            first, last = term_dates(year, term)
            of_term = [day for day in expected if first <= day <= last]
            missing = [day for day in of_term if day not in own]
            period = f"{term} term of {year}"
            reason = (
                f"In the {period} most other schools were open on {len(of_term)} days, and the registers received have "
                f"no mark on {len(missing)} of them, where {days} are allowed. Deliver those days' marks, or # where it was closed."
            )
            if of_term:
                lines.append(_line(urn, "days_all_there", period, len(missing), 0, days, reason))
    return lines


def _days_around(opened: pl.DataFrame, schools: pl.DataFrame) -> dict[int, list[date]]:
    """By school, the days on which more than half of the others of its authority were open, of those whose registers
    had begun and had not ended. None where there are too few others."""
    authority = schools.select("urn", authority=pl.col("laestab") // 10_000).unique("urn", keep="first")
    told = opened.join(authority, on="urn", how="left").with_columns(pl.col("authority").fill_null(0))
    spans = told.group_by("authority", "urn").agg(first=pl.col("date").min(), last=pl.col("date").max())
    days = told.group_by("authority", "date").agg(open=pl.len())
    running = days.join(spans, on="authority").filter(pl.col("date").is_between("first", "last"))
    begun = running.group_by("authority", "date").agg(schools=pl.len(), open=pl.col("open").first())
    usual = begun.filter((pl.col("open") >= FEWEST_SCHOOLS) & (pl.col("open") * 2 > pl.col("schools")))
    by_authority = {one: sorted(of["date"]) for (one,), of in usual.partition_by("authority", as_dict=True).items()}
    return {urn: by_authority.get(one, []) for one, urn in spans.select("authority", "urn").rows()}


def registers_taken(weeks: pl.DataFrame, *, tolerance: float, as_of: date) -> list[dict]:
    """A line per school with registers: of the sessions of its last 20 school days, or of this year where there were
    fewer, those without a mark: `-`, or nothing at all on a half day on which most others of the school had one."""
    year = school_year_of(as_of)
    calendar = school_calendar(between(weeks, year.first_day, as_of), year_from=year.first_day)
    since = calendar.select("urn", day=pl.coalesce("from_20d", "first_day")).drop_nulls().sort("urn")
    registers = by_school(between(weeks, since["day"].min() or as_of, as_of).collect())
    lines = []
    for urn, first in since.rows():
        expected, missing = _sessions_expected(between(registers[urn], first, as_of).collect())
        period = f"since {first:%d/%m/%Y}"
        reason = (
            f"Of {expected:,} sessions {period} {missing:,} have no mark, for their registers were not taken or not "
            f"sent, and {tolerance:.1%} are allowed. Have them completed and deliver those marks again."
        )
        line = _line(urn, "registers_taken", period, missing, 0, tolerance, reason)
        lines.append(line | {"holds": missing <= tolerance * max(expected, 1)})
    return lines


def _sessions_expected(weeks: pl.DataFrame) -> tuple[int, int]:
    """Of one school: half days on which most of the pupils with a mark that week have one, pupil by pupil; and how many of
    those have none."""
    expected = missing = 0
    for _, of_week in weeks.group_by("week_start"):
        for half in ("am_codes", "pm_codes"):
            codes = of_week[half].to_numpy()
            for day in DAYS:
                marked = int(np.count_nonzero((codes >> (BITS_PER_DAY * day)) & 255))
                if marked * 2 > len(codes):
                    expected += len(codes)
                    missing += len(codes) - marked
    return expected, missing + int(weeks["no_mark_sessions"].sum())


def _line(urn: int, check: str, period: str, counted: int, said: int, allowed: float, reason: str) -> dict:
    return {
        "urn": urn, "held_to": check, "period": period, "counted": counted, "said": said, "allowed": allowed,
        "holds": counted <= allowed, "reason": reason,
    }  # fmt: skip
