"""Whether everybody is there, at every session: rolls held to the census, and registers to the roll."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.vocabulary.enrolment import GUEST, NURSERY_YEARS, SIXTH_FORM_YEARS
from pipeline.vocabulary.school_year import school_year_of

from .held_to_totals import FEWEST_PUPILS
from .rolls import is_on_roll
from .weeks import code_flags, slots
from .windows import between, by_school, school_calendar

MAY_BE_SHUT = 4
"""Half days in twenty days at which most of a school may have no mark: a Friday afternoon each week, the end of a term, or
two days on which a year group came back before the others."""

A_DAY_OPEN = 10
"""A school was open on a day when one pupil in so many has a mark: the rest of a day on which one came says nothing."""

_LAST_DAYS = 5
_LATELY = timedelta(days=60)


def rolls_as_the_census_says(
    pupils: pl.DataFrame, enrolled: pl.DataFrame, *, tolerance: float, as_of: date
) -> list[dict]:
    """A line per school and census of this school year: pupils the roll now has on the census's day, and those the census counts.

    `pupils` are staged rows, `enrolled` is `facts.enrolments`. Where the census is all there is of a roll, they agree.
    """
    on_that_roll = pupils.filter(
        pl.col("census_term").is_not_null()
        & pl.col("leaving_date").is_null()
        & pl.col("stated_on").is_between(school_year_of(as_of).first_day, as_of)
    )
    counts = (
        on_that_roll.filter(pl.col("known_on") == pl.col("known_on").max().over("urn", "stated_on"))
        .group_by("urn", "stated_on", "census_term")
        .agg(said=pl.col("pupil_id").n_unique())
        .sort("stated_on", "urn")
    )
    lines = []
    for day, term in counts.select("stated_on", "census_term").unique(maintain_order=True).rows():
        counted = dict(enrolled.filter(is_on_roll(as_of=day)).group_by("urn").agg(pl.col("pupil_id").n_unique()).rows())
        for urn, said in counts.filter(stated_on=day, census_term=term).select("urn", "said").rows():
            what = f"pupils on roll on {day:%d/%m/%Y}"
            reason = (
                f"The rolls received have {counted.get(urn, 0):,} {what}; the {term} school census says {said:,}, more "
                f"than {tolerance:.1%} apart. Deliver that school's pupils again."
            )
            lines.append(_line(urn, "roll_as_census", what, counted.get(urn, 0), said, tolerance, reason))
    return lines


def registers_of_the_roll(weeks: pl.DataFrame, enrolled: pl.DataFrame, *, tolerance: float, as_of: date) -> list[dict]:
    """A line per school open on five days lately: pupils on its roll for the whole of the last five, and those of them with
    a mark on most. Of guests and of `_without_registers` nothing is asked."""
    registers, rolls = by_school(between(weeks, as_of - _LATELY, as_of).collect()), _rolls(enrolled, as_of)
    lines = []
    for urn in sorted(registers.keys() & rolls.keys()):
        marks = _marks(registers[urn], rolls[urn])
        last_five = _open_days(marks)[-_LAST_DAYS:]
        if len(last_five) < _LAST_DAYS:
            continue
        first, *_, last = last_five
        there = (pl.col("entry_date") <= first) & is_on_roll(as_of=last) & _has_registers(last)
        roll = rolls[urn].filter(there).select("pupil_id").unique()
        days = marks.filter(pl.col("date").is_in(last_five)).group_by("pupil_id").agg(pl.col("date").n_unique())
        found = roll.join(days.filter(pl.col("date") * 2 > _LAST_DAYS), on="pupil_id", how="semi").height
        days_said = f"from {first:%d/%m/%Y} to {last:%d/%m/%Y}"
        reason = (
            f"The registers received have marks on most days for {found:,} of the {roll.height:,} pupils on roll "
            f"{days_said}, more than {tolerance:.1%} apart. Deliver the missing pupils' marks, or the roll as it now stands."
        )
        lines.append(_line(urn, "registers_of_roll", days_said, found, roll.height, tolerance, reason))
    return lines


def registers_taken(weeks: pl.DataFrame, enrolled: pl.DataFrame, *, tolerance: float, as_of: date) -> list[dict]:
    """A line per school with registers: the sessions of its last 20 school days, or of this year where there were fewer, of
    every pupil on its roll with a mark on any of them, and those with a mark. Pupils with none at all are told of by
    `registers_of_the_roll`."""
    year = school_year_of(as_of)
    calendar = school_calendar(between(weeks, year.first_day, as_of), year_from=year.first_day)
    since = calendar.select("urn", day=pl.coalesce("from_20d", "first_day")).drop_nulls().sort("urn")
    registers = by_school(between(weeks, since["day"].min() or as_of, as_of).collect())
    rolls = _rolls(enrolled, as_of)
    lines = []
    for urn, first in since.filter(pl.col("urn").is_in(list(rolls))).rows():
        marked, expected = _sessions(_marks(between(registers[urn], first, as_of).collect(), rolls[urn]), rolls[urn])
        period = f"since {first:%d/%m/%Y}"
        reason = (
            f"Of {expected:,} sessions {period} {expected - marked:,} have no mark, for their registers were not taken or "
            f"not sent, and {tolerance:.1%} are allowed. Have them completed and deliver those marks again."
        )
        line = _line(urn, "registers_taken", period, marked, expected, tolerance, reason)
        lines.append(line | {"holds": expected - marked <= tolerance * expected})
    return lines


def _marks(weeks: pl.DataFrame, roll: pl.DataFrame) -> pl.DataFrame:
    """One row per half day with a mark, a dash being none, of pupils on `roll`: pupil_id, date, half_day, code_number."""
    theirs = weeks.join(roll, on="pupil_id", how="semi")
    return slots(theirs, ("pupil_id",)).filter(~_is(pl.col("code_number"), "no_mark"))


def _is(number: pl.Expr, answer: str) -> pl.Expr:
    return number.is_in(np.flatnonzero(code_flags[answer]).tolist())


def _open_days(marks: pl.DataFrame) -> list[date]:
    """The days on which enough of the pupils came for the others to be missed."""
    came = marks.filter(_is(pl.col("code_number"), "possible")).group_by("date").agg(pl.col("pupil_id").n_unique())
    return sorted(came.filter(pl.col("pupil_id") * A_DAY_OPEN >= marks["pupil_id"].n_unique())["date"])


def _sessions(marks: pl.DataFrame, roll: pl.DataFrame) -> tuple[int, int]:
    """Of one school: how many have a mark, of two sessions for each day it was open and pupil on roll that day."""
    seen = roll.join(marks, on="pupil_id", how="semi").select("pupil_id", "entry_date", "leaving_date", "enrol_status")
    days = pl.DataFrame({"date": _open_days(marks)}, schema={"date": pl.Date})
    there = days.join(seen, how="cross").filter(is_on_roll(as_of=pl.col("date"))).unique(["pupil_id", "date"])
    halves = pl.DataFrame({"half_day": [0, 1]}, schema={"half_day": pl.Int8})
    expected = there.group_by("date").len("expected").join(halves, how="cross")
    marked = marks.join(there, on=("pupil_id", "date"), how="semi").group_by("date", "half_day").len("marked")
    sessions = expected.join(marked, on=("date", "half_day"), how="left").with_columns(pl.col("marked").fill_null(0))
    taken = sessions.join(_shut(sessions), on=("date", "half_day"), how="anti")
    return taken["marked"].sum(), taken["expected"].sum()


def _shut(sessions: pl.DataFrame) -> pl.DataFrame:
    """The few half days a school may have been shut, or open to some: of those most have no mark at, the emptiest."""
    most_without = sessions.filter(pl.col("marked") * 2 < pl.col("expected"))
    return most_without.sort(pl.col("expected") - pl.col("marked"), "date", "half_day", descending=True).head(
        MAY_BE_SHUT
    )


def _rolls(enrolled: pl.DataFrame, day: date) -> dict[int, pl.DataFrame]:
    return by_school(enrolled.filter(_has_registers(day)))


def _has_registers(day: date) -> pl.Expr:
    is_guest = pl.col("enrol_status").fill_null("C") == GUEST
    return ~is_guest & ~pl.col("nc_year").fill_null("").is_in(_without_registers(day))


def _without_registers(day: date) -> list[str]:
    """Year groups of whom many schools take no register, or one a day: nurseries and sixth forms, from June on those
    sitting GCSEs, and in their first weeks those who begin school by and by."""
    leaving, beginning = 6 <= day.month <= 8, 9 <= day.month <= 10
    return [*SIXTH_FORM_YEARS, *NURSERY_YEARS, *(["11"] if leaving else []), *(["R"] if beginning else [])]


def _line(urn: int, check: str, period: str, counted: int, said: int, tolerance: float, reason: str) -> dict:
    holds = abs(counted - said) <= tolerance * max(said, 1) or max(counted, said) < FEWEST_PUPILS
    return {
        "urn": urn, "held_to": check, "period": period, "counted": counted, "said": said, "allowed": tolerance,
        "holds": holds, "reason": reason,
    }  # fmt: skip
