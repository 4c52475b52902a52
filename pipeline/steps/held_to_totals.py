"""Sessions in the registers, held to what the school's own system counts of a period, and to its census of a term."""

from collections.abc import Iterable
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.vocabulary.school_year import SchoolYear, term_dates

from .census_terms import census_term
from .sessions_by_day import SchoolRegisters, sessions_by_day
from .weeks import marked_weeks
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
    are no worse. `marks` are those of half days learned more of since a total of theirs was told. Of several totals told of one
    period on one day any may be the school's last word, so each is held to.
    """
    numbered = totals.with_row_index("total")
    sums = _sums(registers.days, numbered)
    held = _held(numbered, sums, tolerance)
    apart = [total for total, lines in held.items() if not _all_hold(lines)]
    held |= _held_earlier(numbered.filter(pl.col("total").is_in(apart)), sums, marks, tolerance)
    by_school: dict[int, dict[tuple, list]] = {}
    for total, urn, first, last in numbered.select("total", "urn", "from_date", "to_date").rows():
        by_school.setdefault(urn, {}).setdefault((first, last), []).append(held[total])
    of_periods = (told for periods in by_school.values() for told in periods.values())
    return [first_wrong(of_count) for told in of_periods for of_count in zip(*told, strict=True)]


def first_wrong(lines: Iterable[dict]) -> dict:
    """The first that does not hold, else the first."""
    return min(lines, key=lambda line: line["holds"])


def _all_hold(lines: list[dict]) -> bool:
    return all(line["holds"] for line in lines)


def _sums(days: pl.DataFrame, totals: pl.DataFrame) -> dict[int, np.ndarray]:
    """By number, what the `days` of a total's school and period come to: possible and missed."""
    periods = totals.select("total", "urn", "from_date", "to_date")
    within = periods.join(days, on="urn").filter(pl.col("date").is_between("from_date", "to_date"))
    sums = within.group_by("total").agg(pl.col(*_COUNTED).sum())
    told = periods.select("total").join(sums, on="total", how="left").fill_null(0)
    return dict(zip(told["total"], told.select(*_COUNTED).to_numpy(), strict=True))


def _held_earlier(
    totals: pl.DataFrame, sums: dict[int, np.ndarray], marks: pl.DataFrame, tolerance: float
) -> dict[int, list[dict]]:
    """By number, of those of `totals` that the registers agreed with on an earlier day, the lines of the first such day.

    `sums` are what the registers come to now: of an earlier day they differ by half days learned more of since, and by no other.
    """
    found: dict[int, list[dict]] = {}
    for (told_on,), left in totals.partition_by("known_on", as_dict=True).items():
        theirs = _of_schools(marks, left)
        if theirs.is_empty():
            continue
        since = _sums(_days_known(theirs, date.max), left)
        learned = theirs.filter(pl.col("known_on").is_between(told_on, told_on + _TOLD_BY))["known_on"]
        for day in sorted({told_on, *learned.unique()}):
            then = _sums(_days_known(theirs, day), left)
            lines = _held(left, {total: sums[total] - since[total] + then[total] for total in then}, tolerance)
            found |= {total: of_total for total, of_total in lines.items() if _all_hold(of_total)}
            left = left.filter(~pl.col("total").is_in(list(found)))
            theirs = _of_schools(theirs, left)
            if theirs.is_empty():
                break
    return found


def _of_schools(marks: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    return marks.filter(pl.col("urn").is_in(totals["urn"].unique().implode()))


def _days_known(marks: pl.DataFrame, day: date) -> pl.DataFrame:
    """`sessions_by_day` of `marks` as known on a day."""
    return sessions_by_day(registers_alone(marked_weeks(marks.filter(pl.col("known_on") <= day))))


def _held(totals: pl.DataFrame, sums: dict[int, np.ndarray], tolerance: float) -> dict[int, list[dict]]:
    """By number, a line for each count of a total."""
    return {
        told["total"]: _held_to_total(sums[told["total"]].tolist(), told, tolerance)
        for told in totals.iter_rows(named=True)
    }


def _held_to_total(sums: list[int], told: dict, tolerance: float) -> list[dict]:
    period = f"from {told['from_date']:%d/%m/%Y} to {told['to_date']:%d/%m/%Y}"
    says = f"{period}; the school's own system says"
    mend = "Deliver that period's marks again, or its totals as they now stand."
    spare = told.get("forgotten_pupils", 0) * half_days_between(told["from_date"], told["to_date"])
    return _compared("as_told", period, says, dict(zip(_COUNTED, sums, strict=True)), told, tolerance, mend, spare)


def half_days_between(first: date, last: date) -> int:
    """At most as many as one pupil may have marks for: two each weekday. The school's own totals may have those of a child erased here."""
    return 2 * sum((first + timedelta(days=more)).weekday() < 5 for more in range((last - first).days + 1))


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


def _compared(
    check: str, period: str, says: str, counted: dict, told: dict, tolerance: float, mend: str, spare: int = 0
) -> list[dict]:
    """A line for each count: registers and what was told may be `tolerance` of the latter apart, and the latter `spare` sessions more."""
    return [
        {
            "urn": told["urn"],
            "held_to": f"{word}_{check}",
            "period": period,
            "counted": counted[kind],
            "said": told[kind],
            "allowed": tolerance,
            "holds": -tolerance * max(told[kind], 1)
            <= told[kind] - counted[kind]
            <= tolerance * max(told[kind], 1) + spare,
            "reason": f"The registers received have {counted[kind]:,} {word} sessions {says} {told[kind]:,}, more than "
            f"{tolerance:.1%} apart. {mend}",
        }
        for kind, word in _COUNTED.items()
    ]
