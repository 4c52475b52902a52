"""Spells: runs of sessions missed, had by walking through the marks one half day at a time.

Every step looks at one half day of all pupils at once, so a year of a hundred thousand pupils is some four hundred steps.
"""

import numpy as np
import polars as pl

from pipeline.steps.half_days import HalfDays, half_days
from pipeline.steps.weeks import code_flags, told_of
from pipeline.vocabulary.attendance_codes import BY_CODE

_NEITHER, _ATTENDED, _MISSED = 0, 1, 2
_PART_TIME = BY_CODE["C2"].number

_IN_NO_SPELL = np.zeros(256, dtype=bool)
_IN_NO_SPELL[_PART_TIME] = True

ABOUT_NEED = code_flags["need_absence"] & ~_IN_NO_SPELL
ILLNESS = code_flags["illness"]
SUSPENDED = code_flags["suspended"]


def spells(weeks: pl.DataFrame, missed: np.ndarray) -> pl.DataFrame:
    """One row per spell: pupil_id and the day it `began`.

    `weeks` has one row per pupil and week: pupil_id, week_start, am_codes and pm_codes. `missed` says of each code number
    whether it is in a spell. Only an attended session ends one; any other absence, and a session nobody could attend,
    neither begins nor ends one, so a weekend or a holiday does not either.
    """
    if weeks.is_empty():
        return weeks.select("pupil_id", began="week_start")
    pupils = weeks.select("pupil_id").unique().with_row_index("pupil")
    placed = weeks.join(pupils, on="pupil_id").with_columns(pupil_id="pupil")
    starts = weeks["week_start"]
    found = begun(half_days(placed, pupils.height, first_day=starts.min(), last_day=starts.max()), missed)
    return found.join(pupils, on="pupil").select("pupil_id", "began")


def begun(marks: HalfDays, missed: np.ndarray) -> pl.DataFrame:
    """One row per spell, as `spells` has them: the `pupil`, by number, and the day it `began`, oldest first."""
    kind = np.full(256, _NEITHER, dtype=np.uint8)
    kind[code_flags["possible"] & ~code_flags["absence"]] = _ATTENDED
    kind[missed] = _MISSED

    before = np.full(marks.codes.shape[2], _NEITHER, dtype=np.uint8)
    begins = []
    marked = np.flatnonzero(marks.codes.any(axis=(1, 2)))
    half_by_half = told_of(kind, marks.codes[marked]).reshape(2 * len(marked), len(before))
    for now in half_by_half:
        begins.append(np.flatnonzero((now == _MISSED) & (before != _MISSED)))
        before = np.where(now == _NEITHER, before, now)
    days = np.repeat(np.repeat(marks.dates[marked], 2), [len(pupils) for pupils in begins])
    of_pupils = np.concatenate([np.zeros(0, dtype=np.int64), *begins]).astype(np.uint32)
    return pl.DataFrame({"pupil": of_pupils, "began": days}, schema_overrides={"began": pl.Date})
