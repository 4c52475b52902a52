"""A year's marks as one block: a row a day, half a day; a column a pupil."""

from datetime import date

import numpy as np
import polars as pl

from pipeline.steps.half_days import ABSENCE, NEED, POSSIBLE, UNPLANNED, half_days
from pipeline.steps.spells import ILLNESS, begun
from pipeline.steps.weeks import code_flags, cut, marked_weeks, told_of
from tests.drawn import drawn

AMIRA, BEN = 0, 1
MARKS = {"pupil_id": pl.String, "date": pl.Date, "half_day": pl.String, "code": pl.String}
TOLD = drawn(
    """
    pupil_id | date       | half_day | code
    ---------+------------+----------+-----
    amira    | 2025-09-08 | am       | /
    amira    | 2025-09-09 | am       | I
    amira    | 2025-09-10 | pm       | C2
    ben      | 2025-09-09 | pm       | #
    ben      | 2025-09-16 | am       | /
    """,
    MARKS,
)
WEEKS = marked_weeks(
    TOLD.with_columns(urn=pl.lit(1, pl.Int32), known_on="date", recorded_at=pl.col("date").cast(pl.Datetime))
)
BLOCK = half_days(
    WEEKS.with_columns(pupil_id=pl.col("pupil_id").rank("dense").cast(pl.UInt32) - 1),
    2,
    first_day=date(2025, 9, 1),
    last_day=date(2025, 9, 19),
)


def test_the_first_day_a_pupil_was_expected_is_no_closure():
    assert BLOCK.first_days(POSSIBLE).tolist() == [date(2025, 9, 8), date(2025, 9, 16)]


def test_sessions_are_counted_from_each_pupils_own_day_on():
    days = np.array(["2025-09-09", "2025-09-16"], dtype="datetime64[D]")
    assert [counts.tolist() for counts in BLOCK.since(days, (POSSIBLE, ABSENCE, NEED, UNPLANNED))] == [
        [2, 1], [2, 0], [2, 0], [1, 0],
    ]  # fmt: skip


def test_nothing_is_counted_of_a_pupil_without_such_a_day():
    days = np.array(["NaT", "2025-09-17"], dtype="datetime64[D]")
    assert [counts.tolist() for counts in BLOCK.since(days, (POSSIBLE,))] == [[0, 0]]


def test_a_spell_is_told_by_the_pupils_place():
    assert begun(BLOCK, ILLNESS).rows() == [(AMIRA, date(2025, 9, 9))]


def test_what_is_true_of_a_code_is_told_of_each_in_a_block():
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert told_of(code_flags["possible"], codes).astype(bool).tolist() == code_flags["possible"][codes].tolist()


def test_weeks_of_which_no_mark_lies_outside_are_left_as_they_are():
    assert cut(WEEKS, last_day=date(2025, 9, 16)).equals(WEEKS)
    assert cut(WEEKS, last_day=date(2025, 9, 15)).height == WEEKS.height - 1
