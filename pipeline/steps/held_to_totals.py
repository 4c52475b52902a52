"""Sessions in the registers, held to what the school's own system counts of a period, and to its census of a term."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from pipeline.vocabulary.school_year import SchoolYear, term_dates

from .census_terms import census_term
from .sessions_by_day import SchoolRegisters, sessions_by_day
from .weeks import KEY, marked_weeks
from .weeks import registers as registers_alone
from .windows import between

FEWEST_PUPILS = 10
"""With fewer pupils in registers and census both, nothing is compared: it would say little of a school and much of a child."""

SETTLING = 5
"""Registers are corrected for weeks after a census has counted them: held to it, they may differ by so many tolerances."""

_LATEST_START = timedelta(days=21)
_TOLD_BY = timedelta(days=7)
_COUNTED = {"possible_sessions": "possible", "absence_sessions": "missed"}


def as_the_school_says(
    registers: SchoolRegisters, totals: pl.DataFrame, marks: pl.DataFrame, *, tolerance: float
) -> list[dict]:
    """A line per school, period and count, school by school in the order of `totals`.

    A total was right if the registers agree with it, or did on the day it was told or within a week: corrected since, they
    are no worse. `marks` are those of weeks learned more of since a total of theirs was told. Of several totals told of one
    period on one day any may be the school's last word, so each is held to.
    """
    days = registers.days.partition_by("urn", as_dict=True)
    lines = []
    for of_school in totals.partition_by("urn", maintain_order=True):
        urn = of_school["urn"][0]
        theirs = _OfSchool(urn, days.get((urn,), registers.days.clear()), registers.weeks, marks)
        for of_period in of_school.partition_by("from_date", "to_date", maintain_order=True):
            told = [_as_told(theirs, row, tolerance) for row in of_period.iter_rows(named=True)]
            lines += [first_wrong(of_count) for of_count in zip(*told, strict=True)]
    return lines


@dataclass(frozen=True)
class _OfSchool:
    """What a school's totals are held to: its `days` by the registers as they are now; every school's `weeks`, and `marks` of
    those learned more of since."""

    urn: int
    days: pl.DataFrame
    weeks: pl.DataFrame
    marks: pl.DataFrame

    @cached_property
    def learned_since(self) -> pl.DataFrame:
        return self.marks.filter(pl.col("urn") == self.urn)

    def known_on(self, day: date) -> pl.DataFrame:
        """Its days as known on an earlier day: weeks learned more of since are folded anew."""
        unchanged = self.weeks.filter(pl.col("urn") == self.urn, pl.col("last_known_on") <= day)
        then = registers_alone(marked_weeks(self.learned_since.filter(pl.col("known_on") <= day)))
        return sessions_by_day(pl.concat([unchanged, then.join(unchanged, on=KEY, how="anti")]))


def first_wrong(lines: Iterable[dict]) -> dict:
    """The first that does not hold, else the first."""
    return min(lines, key=lambda line: line["holds"])


def _as_told(school: _OfSchool, told: dict, tolerance: float) -> list[dict]:
    """A line for each count of one total of a school: by the registers as they are now or, where these do not agree with it,
    as they were on the first day they did."""
    now = _held_to_total(school.days, told, tolerance)
    if _all_hold(now) or school.learned_since.is_empty():
        return now
    learned_on = school.learned_since["known_on"]
    later = learned_on.filter(learned_on.is_between(told["known_on"], told["known_on"] + _TOLD_BY))
    days = sorted({told["known_on"], *later})
    ways = (_held_to_total(school.known_on(day), told, tolerance) for day in days)
    return next((lines for lines in ways if _all_hold(lines)), now)


def _all_hold(lines: list[dict]) -> bool:
    return all(line["holds"] for line in lines)


def _held_to_total(days: pl.DataFrame, told: dict, tolerance: float) -> list[dict]:
    within = days.filter(pl.col("date").is_between(told["from_date"], told["to_date"]))
    period = f"from {told['from_date']:%d/%m/%Y} to {told['to_date']:%d/%m/%Y}"
    says = f"{period}; the school's own system says"
    mend = "Deliver that period's marks again, or its totals as they now stand."
    sums = within.select(pl.col(*_COUNTED).sum()).row(0, named=True)
    return _compared("as_told", period, says, sums, told, tolerance, mend)


def as_the_census_says(
    registers: SchoolRegisters, census: pl.DataFrame, *, tolerance: float, as_of: date
) -> list[dict]:
    """A line per school, term gone by and count, the earliest term first.

    A term in which a school's registers only began says nothing: the census counts all of it.
    """
    carried = [(SchoolYear(starts), term) for starts, term in census.select("school_year", "term").unique().rows()]
    gone_by = [one for one in carried if term_dates(*one)[1] < as_of]
    began = registers.days.group_by("urn").agg(began=pl.col("date").min().dt.truncate("1w"))
    lines = []
    for year, term in sorted(gone_by, key=lambda one: term_dates(*one)):
        from_its_start = began.filter(pl.col("began") <= _first_school_day(year, term) + _LATEST_START)
        if from_its_start.is_empty():
            continue
        both = _both(registers.weeks, census, year, term).join(from_its_start, on="urn", how="semi").sort("urn")
        for told in both.iter_rows(named=True):
            counted = {kind: told[f"{kind}_marked"] for kind in _COUNTED}
            period = f"{term} term of {year}"
            says = f"in the {period}; of the same pupils the school census says"
            mend = "Deliver that period's marks again."
            lines += _compared("as_census", period, says, counted, told, tolerance * SETTLING, mend)
    return lines


def _first_school_day(year: SchoolYear, term: str) -> date:
    return max(term_dates(year, term)[0], date(year.starts, 9, 1))


def _both(weeks: pl.DataFrame, census: pl.DataFrame, year: SchoolYear, term: str) -> pl.DataFrame:
    """One row per school with enough pupils to compare: what the census told of a term, and what is `_marked` in registers.

    Pupils are compared whom both have; all whom the census has, where most of them have no mark.
    """
    marked = (
        between(weeks, *term_dates(year, term))
        .group_by("pupil_id", "urn")
        .agg(pl.col(*_COUNTED).sum())
        .filter(pl.col("possible_sessions") > 0)
        .collect(engine="streaming")
    )
    told = census_term(census, year, term).join(marked, on=("pupil_id", "urn"), how="left", suffix="_marked")
    in_both = pl.col("possible_sessions_marked").is_not_null()
    most_unmarked = in_both.sum().over("urn") * 2 < pl.len().over("urn")
    compared = told.filter(in_both | most_unmarked).fill_null(0)
    sums = compared.group_by("urn").agg(pl.exclude("pupil_id").sum(), pupils=pl.len())
    return sums.filter(pl.col("pupils") >= FEWEST_PUPILS)


def _compared(check: str, period: str, says: str, counted: dict, told: dict, tolerance: float, mend: str) -> list[dict]:
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
            f"{tolerance:.1%} apart. {mend}",
        }
        for kind, word in _COUNTED.items()
    ]
