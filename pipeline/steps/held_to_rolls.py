"""Whether everybody is there: rolls held to the census, and registers to the roll."""

from datetime import date, timedelta

import polars as pl

from pipeline.vocabulary.enrolment import SIXTH_FORM_YEARS
from pipeline.vocabulary.school_year import school_year_of

from .held_to_totals import FEWEST_PUPILS
from .rolls import is_on_roll
from .windows import between, by_school, school_days

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
    """A line per school with registers: pupils on its roll for the whole of its last five school days, and those of them
    with a mark on any. Of sixth forms, and of Year 11 from June on, nothing is asked."""
    recent = between(weeks, as_of - _LATELY, as_of).collect()
    registers, rolls = by_school(recent), by_school(enrolled)
    days = school_days(recent.lazy()).sort("date", descending=True).group_by("urn", maintain_order=True)
    spans = days.agg(last=pl.col("date").first(), first=pl.col("date").head(_LAST_DAYS).last()).sort("urn")
    lines = []
    for urn, last, first in spans.select("urn", "last", "first").rows():
        here = rolls.get(urn, enrolled.clear()).filter((pl.col("entry_date") <= first) & is_on_roll(as_of=last))
        there = here.filter(~pl.col("nc_year").fill_null("").is_in(_without_registers(last)))
        roll = there.select("pupil_id").unique()
        marked = between(registers[urn], first, last).select("pupil_id").collect()
        found = roll.join(marked, on="pupil_id", how="semi").height
        days_said = f"from {first:%d/%m/%Y} to {last:%d/%m/%Y}"
        reason = (
            f"The registers received have marks for {found:,} of the {roll.height:,} pupils on roll {days_said}, more "
            f"than {tolerance:.1%} apart. Deliver the missing pupils' marks, or the roll as it now stands."
        )
        lines.append(_line(urn, "registers_of_roll", days_said, found, roll.height, tolerance, reason))
    return lines


def _without_registers(day: date) -> list[str]:
    """Year groups of whom many schools take no register then: sixth forms, and from June on those sitting GCSEs."""
    return [*SIXTH_FORM_YEARS, *(["11"] if 6 <= day.month <= 8 else [])]


def _line(urn: int, check: str, period: str, counted: int, said: int, tolerance: float, reason: str) -> dict:
    holds = abs(counted - said) <= tolerance * max(said, 1) or max(counted, said) < FEWEST_PUPILS
    return {
        "urn": urn, "held_to": check, "period": period, "counted": counted, "said": said, "allowed": tolerance,
        "holds": holds, "reason": reason,
    }  # fmt: skip
