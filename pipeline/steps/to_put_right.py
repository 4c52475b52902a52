"""Facts that a person said are wrong, and that nothing learned since has changed."""

from datetime import date

import polars as pl

from pipeline.vocabulary.feedback import A_MARK, CHANGES_SEEN
from pipeline.vocabulary.school_year import days_of_term, school_year_of

SAID_FOR = 28
"""Days of term for which a fact is told of that no record here would show to have been put right. Ours: two lists."""


def to_put_right(corrections: pl.DataFrame, changes: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Those of `corrections`, one row per pupil, list and fact, that are still to be put right: what is held says the same as when
    they were said, and that was this school year.

    A mark is one the list told of: of its day or before. `changes` are `tables.feedback.CHANGES`, known on `as_of`. No record shows
    when `another fact` is put right: it is told of for SAID_FOR days of term.
    """
    year = school_year_of(as_of)
    said = corrections.filter(pl.col("known_on").is_between(year.first_day, as_of))
    is_known = pl.col("fact").is_in(CHANGES_SEEN)
    since = said.join(changes, on=("pupil_id", "fact"), suffix="_changed")
    put_right = since.filter(
        pl.col("known_on_changed") > pl.col("known_on"),
        (pl.col("fact") != A_MARK) | (pl.col("about") <= pl.col("list_as_of")),
    )
    ages = {day: days_of_term(day, as_of) for day in said["known_on"].unique()}
    age = pl.col("known_on").replace_strict(ages, default=None, return_dtype=pl.Int32)
    waits = said.filter(is_known | (age <= SAID_FOR))
    return waits.join(put_right, on=("pupil_id", "urn", "list_as_of", "fact"), how="anti", maintain_order="left")
