"""What school censuses say of a pupil's sessions, where no register is held: counts by code and term, no dates."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import polars as pl

from pipeline.steps.weeks import COUNTS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, AttendanceCode
from pipeline.vocabulary.school_year import TERMS, SchoolYear, term_dates

_PART = ("pupil_id", "urn", "term", "part")
_STAY = (*_PART, "parent_key")
"""A pupil who left and came back within a term has a pupil row, and its possible sessions, for each stay."""

CENSUS_READ = (*_STAY, "school_year", "code", "sessions", "sessions_possible")
"""Columns of `staged.census_sessions` that are read here."""

_TERM_BIT = {term: 1 << place for place, term in enumerate(TERMS)}
_NUMBERS = {code.code: code.number for code in ATTENDANCE_CODES}
_CODED = {name: counts for name, counts in COUNTS.items() if name != "possible_sessions"} | {
    "attended": lambda code: code.counts_as.is_possible and not code.counts_as.is_absence
}


def census_year(census: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """One row per pupil with any census of `year`: the counts of `facts.pupil_weeks`, all schools and terms together,
    and `terms_in_words`. Parts of a term are left out whose possible sessions were not sent, or whose codes do not add up to
    them, as when one of a pupil's rows was set aside: a count with a hole in it says nothing.
    """
    stays = _stays(census, year).filter("adds_up")
    of_term = pl.col("term").replace_strict(_TERM_BIT, return_dtype=pl.Int64)
    told = (
        stays.with_columns(terms=of_term).group_by("pupil_id").agg(pl.col(*COUNTS).sum(), pl.col("terms").bitwise_or())
    )
    return told.with_columns(terms_in_words=_terms_in_words(year)).drop("terms")


def census_term(census: pl.DataFrame, year: SchoolYear, term: str) -> pl.DataFrame:
    """One row per pupil and school of whom a census carries the whole of `term`: `possible_sessions`, `absence_sessions`.

    The summer term comes in two parts, and is whole where both came.
    """
    told = (
        _stays(census.filter(term=term), year)
        .group_by("pupil_id", "urn")
        .agg(
            pl.col("possible_sessions", "absence_sessions").sum(),
            is_whole=pl.col("adds_up").all() & (pl.col("part").n_unique() == (2 if term == "summer" else 1)),
        )
    )
    return told.filter("is_whole").drop("is_whole")


def _stays(census: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """One row per pupil, school, part of a term of `year` and stay there: its counts, and whether they add up."""
    number = pl.col("code").replace_strict(_NUMBERS, default=0, return_dtype=pl.UInt8)
    of_year = census.filter(school_year=year.starts).with_columns(number=number)
    coded = of_year.with_columns(**{name: _sessions_coded(counts) for name, counts in _CODED.items()})
    sums = pl.col(*_CODED).sum()
    most = pl.col("sessions_possible").max().alias("possible_sessions")
    stays = coded.lazy().group_by(_STAY).agg(most, sums).collect(engine="streaming")
    again = stays.select(_PART).is_duplicated()
    twice = stays.filter(again).unique(
        pl.exclude("parent_key")
    )  # a return sent twice in one night: other ids, the same counts
    once = pl.concat([stays.filter(~again), twice])
    return once.with_columns(adds_up=(_adds_up() & _fits_its_term(year)).fill_null(value=False))


_ALLOWED_GAP = 0.02  # of possible sessions: half days never marked


def _adds_up() -> pl.Expr:
    """Until 2020 a census held absences alone; where it holds attendance too, all of it must be there, and no more."""
    gap = pl.col("possible_sessions") - pl.col("attended") - pl.col("absence_sessions")
    return (gap >= 0) & ((pl.col("attended") == 0) | (gap <= pl.col("possible_sessions") * _ALLOWED_GAP))


def _fits_its_term(year: SchoolYear) -> pl.Expr:
    """Stays that have between them more than two sessions for each weekday of the term cannot all be so."""
    first_and_last = {term: term_dates(year, term) for term in TERMS}
    most = {
        term: 2 * int(np.busday_count(first, last + timedelta(days=1)))
        for term, (first, last) in first_and_last.items()
    }
    together = pl.col("possible_sessions").sum().over("pupil_id", "urn", "term")
    return together <= pl.col("term").replace_strict(most, return_dtype=pl.Int64)


def _sessions_coded(counts: Callable[[AttendanceCode], bool]) -> pl.Expr:
    """The sessions of a row where `counts` is true of its code, else none."""
    told = np.zeros(256, dtype=np.int32)
    told[[code.number for code in ATTENDANCE_CODES if counts(code)]] = 1
    return pl.col("sessions") * pl.lit(pl.Series(told)).gather("number")


def _terms_in_words(year: SchoolYear) -> pl.Expr:
    said = {bits: in_words([term for term in TERMS if _TERM_BIT[term] & bits], year) for bits in range(1, 8)}
    return pl.col("terms").replace_strict(said, return_dtype=pl.String)


def in_words(terms: list[str], year: SchoolYear) -> str:
    """`in the autumn term 2025 (school census)`, `in the autumn and spring terms of 2025/26 (school census)`."""
    if len(terms) == len(TERMS):
        return f"in {year} (school census)"
    if len(terms) > 1:
        return f"in the {' and '.join(terms)} terms of {year} (school census)"
    [term] = terms
    return f"in the {term} term {year.starts + (term != 'autumn')} (school census)"
