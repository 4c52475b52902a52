"""Whose figures hold: the registers against what each school's own system says, and its censuses. Outside tolerance, no
list."""

from datetime import date, timedelta

import polars as pl

from pipeline.tables.derived import SCHOOLS_WITHOUT_LIST
from pipeline.vocabulary.school_year import SchoolYear, term_dates

from .census_terms import census_term
from .windows import between

FEWEST_PUPILS = 10
"""With fewer pupils in registers and census both, nothing is compared: it would say little of a school and much of a child."""


SETTLING = 5
"""Registers are corrected for weeks after a census has counted them: held to it, they may differ by so many tolerances."""

_LATEST_START = timedelta(days=21)


def schools_without_list(
    weeks: pl.DataFrame,
    census: pl.DataFrame,
    totals: pl.DataFrame,
    on_roll: pl.DataFrame,
    *,
    tolerance: float,
    as_of: date,
) -> pl.DataFrame:
    """`tables.derived.SCHOOLS_WITHOUT_LIST`: schools with pupils on roll whose figures cannot be trusted or are not here.

    `totals` has one row per school and period, the earliest first; `tolerance` is the share by which either count may
    differ; `on_roll` has the urn of each school with pupils.
    """
    reasons = pl.concat(
        [
            _not_reconciled(weeks, totals, tolerance),
            _not_as_the_census(weeks, census, tolerance, as_of=as_of),
            _nothing_received(weeks, census, on_roll),
        ]
    )
    first = reasons.join(on_roll.select("urn").unique(), on="urn", how="semi").unique(
        "urn", keep="first", maintain_order=True
    )
    return SCHOOLS_WITHOUT_LIST.conform(first.with_columns(as_of=pl.lit(as_of)))


_REASON = {"urn": pl.Int32, "reason": pl.String}
_COUNTED = {"possible_sessions": "possible", "absence_sessions": "missed"}


def _not_reconciled(weeks: pl.DataFrame, totals: pl.DataFrame, tolerance: float) -> pl.DataFrame:
    """One row per school and count that differs, school by school in the order of `totals`."""
    found = []
    for of_school in totals.partition_by("urn", maintain_order=True):
        registers = weeks.filter(pl.col("urn") == of_school["urn"][0])
        for told in of_school.iter_rows(named=True):
            sums = between(registers, told["from_date"], told["to_date"]).select(pl.col(*_COUNTED).sum()).collect()
            when = f"from {told['from_date']:%d/%m/%Y} to {told['to_date']:%d/%m/%Y}; the school's own system says"
            found += [(told["urn"], why) for why in _differences(sums.row(0, named=True), told, when, tolerance)]
    return pl.DataFrame(found, schema=_REASON, orient="row")


def _differences(counted: dict, told: dict, when_and_who: str, tolerance: float) -> list[str]:
    """A sentence for each count in which registers and what was told are further apart than `tolerance`."""
    return [
        f"The registers received have {counted[kind]:,} {word} sessions {when_and_who} {told[kind]:,}, more than "
        f"{tolerance:.1%} apart. Deliver that period's marks again."
        for kind, word in _COUNTED.items()
        if abs(counted[kind] - told[kind]) > tolerance * max(told[kind], 1)
    ]


def _not_as_the_census(weeks: pl.DataFrame, census: pl.DataFrame, tolerance: float, *, as_of: date) -> pl.DataFrame:
    """One row per school, term gone by and count that differs, the earliest term first.

    A term in which a school's registers only began says nothing: the census counts all of it.
    """
    carried = [(SchoolYear(starts), term) for starts, term in census.select("school_year", "term").unique().rows()]
    gone_by = [one for one in carried if term_dates(*one)[1] < as_of]
    began = weeks.group_by("urn").agg(began=pl.col("week_start").min())
    found = []
    for year, term in sorted(gone_by, key=lambda one: term_dates(*one)):
        from_its_start = began.filter(pl.col("began") <= _first_school_day(year, term) + _LATEST_START)
        both = _both(weeks, census, year, term).join(from_its_start, on="urn", how="semi").sort("urn")
        for told in both.iter_rows(named=True):
            counted = {kind: told[f"{kind}_marked"] for kind in _COUNTED}
            when = f"in the {term} term of {year} for {told['pupils']:,} pupils; the school census says of them"
            found += [(told["urn"], why) for why in _differences(counted, told, when, tolerance * SETTLING)]
    return pl.DataFrame(found, schema=_REASON, orient="row")


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


def _nothing_received(weeks: pl.DataFrame, census: pl.DataFrame, on_roll: pl.DataFrame) -> pl.DataFrame:
    heard_of = pl.concat([weeks.select("urn"), census.select("urn")]).unique()
    silent = on_roll.select("urn").unique().join(heard_of, on="urn", how="anti").sort("urn")
    words = "No registers and no census sessions have been received for this school in this school year or the last."
    return silent.select(pl.col("urn").cast(pl.Int32), reason=pl.lit(words))
