"""Sessions in the registers, held to what the school's own system counts of a period, and to its census of a term."""

from datetime import date, timedelta

import polars as pl

from pipeline.vocabulary.school_year import SchoolYear, term_dates

from .census_terms import census_term
from .windows import between

FEWEST_PUPILS = 10
"""With fewer pupils in registers and census both, nothing is compared: it would say little of a school and much of a child."""

SETTLING = 5
"""Registers are corrected for weeks after a census has counted them: held to it, they may differ by so many tolerances."""

_LATEST_START = timedelta(days=21)
_COUNTED = {"possible_sessions": "possible", "absence_sessions": "missed"}


def as_the_school_says(weeks: pl.DataFrame, totals: pl.DataFrame, *, tolerance: float) -> list[dict]:
    """A line per school, period and count, school by school in the order of `totals`."""
    lines = []
    for of_school in totals.partition_by("urn", maintain_order=True):
        registers = weeks.filter(pl.col("urn") == of_school["urn"][0])
        for told in of_school.iter_rows(named=True):
            sums = between(registers, told["from_date"], told["to_date"]).select(pl.col(*_COUNTED).sum()).collect()
            period = f"from {told['from_date']:%d/%m/%Y} to {told['to_date']:%d/%m/%Y}"
            says = f"{period}; the school's own system says"
            lines += _compared("as_told", period, says, sums.row(0, named=True), told, tolerance)
    return lines


def as_the_census_says(weeks: pl.DataFrame, census: pl.DataFrame, *, tolerance: float, as_of: date) -> list[dict]:
    """A line per school, term gone by and count, the earliest term first.

    A term in which a school's registers only began says nothing: the census counts all of it.
    """
    carried = [(SchoolYear(starts), term) for starts, term in census.select("school_year", "term").unique().rows()]
    gone_by = [one for one in carried if term_dates(*one)[1] < as_of]
    began = weeks.group_by("urn").agg(began=pl.col("week_start").min())
    lines = []
    for year, term in sorted(gone_by, key=lambda one: term_dates(*one)):
        from_its_start = began.filter(pl.col("began") <= _first_school_day(year, term) + _LATEST_START)
        both = _both(weeks, census, year, term).join(from_its_start, on="urn", how="semi").sort("urn")
        for told in both.iter_rows(named=True):
            counted = {kind: told[f"{kind}_marked"] for kind in _COUNTED}
            says = f"in the {term} term of {year} for {told['pupils']:,} pupils; the school census says of them"
            period = f"{term} term of {year}"
            lines += _compared("as_census", period, says, counted, told, tolerance * SETTLING)
    return lines


def _first_school_day(year: SchoolYear, term: str) -> date:
    return max(term_dates(year, term)[0], date(year.starts, 9, 1))


def _both(weeks: pl.DataFrame, census: pl.DataFrame, year: SchoolYear, term: str) -> pl.DataFrame:
    """One row per school with enough pupils in both: what the census told of a term, and what is `_marked` in registers."""
    marked = (
        between(weeks, *term_dates(year, term))
        .group_by("pupil_id", "urn")
        .agg(pl.col(*_COUNTED).sum())
        .filter(pl.col("possible_sessions") > 0)
        .collect(engine="streaming")
    )
    both = census_term(census, year, term).join(marked, on=("pupil_id", "urn"), suffix="_marked")
    sums = both.group_by("urn").agg(pl.exclude("pupil_id").sum(), pupils=pl.len())
    return sums.filter(pl.col("pupils") >= FEWEST_PUPILS)


def _compared(check: str, period: str, says: str, counted: dict, told: dict, tolerance: float) -> list[dict]:
    """A line for each count: registers and what was told may be `tolerance` of the latter apart."""
    return [
        {
            "urn": told["urn"],
            "held_to": f"{word}_{check}",
            "period": period,
            "counted": counted[kind],
            "said": told[kind],
            "allowed": tolerance,
            "holds": abs(counted[kind] - told[kind]) <= tolerance * max(told[kind], 1),
            "reason": f"The registers received have {counted[kind]:,} {word} sessions {says} {told[kind]:,}, more than "
            f"{tolerance:.1%} apart. Deliver that period's marks again.",
        }
        for kind, word in _COUNTED.items()
    ]
