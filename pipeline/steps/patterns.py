"""Everything that is had from the marks of a school year, school by school, in one pass."""

import numpy as np
import polars as pl

from pipeline.steps.changes import half_term_changes, six_weeks, year_seven_climb
from pipeline.steps.lately import lately
from pipeline.steps.pages import Page, pages
from pipeline.steps.weekdays import weekday_pattern
from pipeline.tables.derived import PUPIL_FEATURES

_ASKED = (lately, six_weeks, half_term_changes, year_seven_climb, weekday_pattern)

BY_PATTERN = (
    "period_45d",
    "period_30d",
    "possible_sessions_45d",
    "absence_sessions_45d",
    "need_absence_sessions_45d",
    "late_sessions_30d",
    "need_absence_sessions_30d",
    "need_possible_sessions_30d",
    "need_absence_sessions_before_30d",
    "need_possible_sessions_before_30d",
    "school_fall_30d",
    "possible_sessions_half_term",
    "possible_sessions_half_term_before",
    "possible_sessions_two_half_terms_before",
    "unexplained_sessions_half_term",
    "unexplained_sessions_half_term_before",
    "unexplained_sessions_two_half_terms_before",
    "school_unexplained_rise_half_terms",
    "need_absence_sessions_first_half_term",
    "need_possible_sessions_first_half_term",
    "need_absence_sessions_since_first_half_term",
    "need_possible_sessions_since_first_half_term",
    "school_year_seven_climb",
    "pattern_slot",
    "pattern_absences_ytd",
    "pattern_all_absences_ytd",
    "school_pattern_share",
)
"""The columns of `derived.pupil_features` that `patterns` gives: null where no register, or too little of one, is held."""


def patterns(roll: pl.DataFrame, weeks: pl.DataFrame, school_days: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil whose school has registers this year: pupil_id and `BY_PATTERN`.

    `roll`, `weeks` and `school_days` are as `pages` takes them.
    """
    none = pl.DataFrame(schema={"pupil_id": pl.String} | {name: PUPIL_FEATURES.schema[name] for name in BY_PATTERN})
    return pl.concat([none, *(_asked(page) for page in pages(roll, weeks, school_days))], how="diagonal")


def _asked(page: Page) -> pl.DataFrame:
    told = {name: values for ask in _ASKED for name, values in ask(page).items()}
    columns = (_column(name, values) for name, values in told.items())
    return page.pupils.select("pupil_id").with_columns(columns)


def _column(name: str, values: np.ndarray) -> pl.Series:
    """Not a number, or not a time, is not known."""
    dtype = PUPIL_FEATURES.schema[name]
    if values.dtype.kind == "O":
        return pl.Series(name, values.tolist(), dtype=dtype)
    if values.dtype.kind == "M":
        return pl.Series(name, values.astype("datetime64[D]")).cast(dtype)
    return (
        pl.Series(name, values).fill_nan(None).cast(dtype)
        if values.dtype.kind == "f"
        else pl.Series(name, values, dtype)
    )
