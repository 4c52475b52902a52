"""Whether every day is there: registers held to the days on which the schools around were open, and to weekdays of term."""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

import polars as pl

from pipeline.vocabulary.school_year import SUMMER_HOLIDAY, TERMS, in_holidays_of_the_year, school_year_of, term_dates

from .held_to_totals import first_wrong
from .sessions_by_day import SchoolRegisters

FEWEST_SCHOOLS = 3
"""Schools of an authority that must be open on a day before they say that another should have been."""

A_FORTNIGHT = 10
"""Weekdays of a term on which a school may be shut and nobody around it can tell: half term, bank holidays, training."""


def registers_in_time(registers: SchoolRegisters, schools: pl.DataFrame, *, days: int, as_of: date) -> list[dict]:
    """A line per school with registers: days since its last on which most schools around it were open or, where no more of
    those have gone by than may, weekdays of term. The latter need nobody to send registers, and may be a fortnight more."""
    since = school_year_of(as_of).before.first_day
    opened = registers.school_days(since, as_of)
    around, weekdays = _days_around(opened, schools), weekdays_of_term(since, as_of)
    last_days = opened.group_by("urn").agg(last=pl.col("date").max()).sort("urn")
    lines = []
    for urn, last in last_days.rows():
        by_others = _lateness(urn, last, around.get(urn, []), "school days", days, as_of=as_of)
        by_itself = _lateness(urn, last, weekdays, "weekdays of term", days + A_FORTNIGHT, as_of=as_of)
        lines.append(first_wrong([by_others, by_itself]))
    return lines


def _lateness(urn: int, last: date, expected: list[date], what: str, allowed: int, *, as_of: date) -> dict:
    late = len(_within(expected, (last + timedelta(days=1), as_of)))
    reason = (
        f"The last register received of this school is of {last:%d/%m/%Y}, {late} {what} before {as_of:%d/%m/%Y}, and "
        f"{allowed} are allowed. Deliver its marks since."
    )
    return _line(urn, "registers_in_time", f"since {last:%d/%m/%Y}", late, allowed, reason)


def days_all_there(registers: SchoolRegisters, schools: pl.DataFrame, *, days: int, as_of: date) -> list[dict]:
    """A line per school with registers and term of this year: days up to its last register on which most schools around it
    were open, or weekdays of term as for `registers_in_time`, and it has no mark at all, not even for being closed.

    Counted from the start of the year where it had registers last year, else from its first.
    """
    year = school_year_of(as_of)
    around = _days_around(registers.school_days(year.first_day, as_of), schools)
    weekdays = weekdays_of_term(year.first_day, as_of)
    of_old = set(registers.marked_days(date.min, year.before.last_day)["urn"])
    marked = registers.marked_days(year.first_day, as_of)
    lines = []
    for of_school in marked.partition_by("urn", maintain_order=True):
        urn, own = of_school["urn"][0], set(of_school["date"])
        begins = year.first_day if urn in of_old else min(own)
        for term in TERMS:
            first, last = term_dates(year, term)
            span = max(first, begins), min(last, max(own))
            period = f"{term} term of {year}"
            open_around, of_term = _within(around.get(urn, []), span), _within(weekdays, span)
            ways = [
                (open_around, f"most other schools were open on {len(open_around)} days", days),
                (of_term, f"there were {len(of_term)} weekdays, half term among them", days + A_FORTNIGHT),
            ]
            found = [
                _missing(urn, period, expected, own, said, allowed) for expected, said, allowed in ways if expected
            ]
            lines += [first_wrong(found)] if found else []
    return lines


def _within(days: list[date], span: tuple[date, date]) -> list[date]:
    """Of `days`, in order, those of a span, both its ends among them."""
    return days[bisect_left(days, span[0]) : bisect_right(days, span[1])]


def _missing(urn: int, period: str, expected: list[date], own: set[date], said: str, allowed: int) -> dict:
    missing = sum(day not in own for day in expected)
    reason = (
        f"In the {period} {said}, and the registers received have no mark on {missing} of them, where {allowed} are "
        "allowed. Deliver those days' marks, or # where it was closed."
    )
    return _line(urn, "days_all_there", period, missing, allowed, reason)


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


def weekdays_of_term(first: date, last: date) -> list[date]:
    """Weekdays on which hardly any school in England is shut, but for half terms and days of its own."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5 and not _in_a_long_holiday(day)]


def _in_a_long_holiday(day: date) -> bool:
    return SUMMER_HOLIDAY[0] < (day.month, day.day) < SUMMER_HOLIDAY[1] or in_holidays_of_the_year(day)


def _line(urn: int, check: str, period: str, counted: int, allowed: float, reason: str) -> dict:
    return {
        "urn": urn, "held_to": check, "period": period, "counted": counted, "said": 0, "allowed": allowed,
        "holds": counted <= allowed, "reason": reason,
    }  # fmt: skip
