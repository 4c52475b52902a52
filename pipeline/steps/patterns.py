"""Everything that is had from the marks of a school year, school by school, in one pass."""

import numpy as np
import polars as pl

from pipeline.steps.changes import half_term_changes, six_weeks, year_seven_climb
from pipeline.steps.half_days import HalfDays
from pipeline.steps.lately import lately
from pipeline.steps.pages import pages
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


def patterns(roll: pl.DataFrame, marks: HalfDays, school_days: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil of `roll`, in its order: `BY_PATTERN`, null where the school has no registers this year.

    `roll`, `marks` and `school_days` are as `pages` takes them.
    """
    told = {name: _nothing_told(PUPIL_FEATURES.schema[name], roll.height) for name in BY_PATTERN}
    for page in pages(roll, marks, school_days):
        for ask in _ASKED:
            for name, values in ask(page).items():
                told[name][page.at] = values
    return pl.DataFrame([_column(name, values) for name, values in told.items()])


def _nothing_told(dtype: pl.DataType, pupils: int) -> np.ndarray:
    return np.full(pupils, None, dtype=object) if dtype == pl.String else np.full(pupils, np.nan)


def _column(name: str, values: np.ndarray) -> pl.Series:
    """Not a number is not known."""
    dtype = PUPIL_FEATURES.schema[name]
    if dtype == pl.String:
        return pl.Series(name, values.tolist(), dtype=dtype)
    return pl.Series(name, values).fill_nan(None).cast(dtype)
