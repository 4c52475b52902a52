"""Spells: runs of sessions missed, had by walking through the packed weeks one half day at a time.

Every step looks at one half day of all pupils at once, so a year of a hundred thousand pupils is some four hundred steps.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.steps.weeks import BITS_PER_DAY, DAYS, code_flags
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
    kind = np.full(256, _NEITHER, dtype=np.uint8)
    kind[code_flags["possible"] & ~code_flags["absence"]] = _ATTENDED
    kind[missed] = _MISSED

    pupils = weeks.select("pupil_id").unique()
    before = np.full(pupils.height, _NEITHER, dtype=np.uint8)
    began = []
    for day, codes in _half_days(weeks, pupils["pupil_id"]):
        now = kind[codes]
        begins = np.flatnonzero((now == _MISSED) & (before != _MISSED))
        began.append(pl.DataFrame({"pupil": begins}).with_columns(began=pl.lit(day)))
        before = np.where(now == _NEITHER, before, now)
    found = pl.concat(began) if began else pl.DataFrame(schema={"pupil": pl.Int64, "began": pl.Date})
    return found.select(pl.lit(pupils["pupil_id"]).gather("pupil").alias("pupil_id"), "began")


def _half_days(weeks: pl.DataFrame, pupils: pl.Series) -> Iterator[tuple[date, np.ndarray]]:
    """Each half day on which there is any mark, in order, with the code number of every pupil (0 for no mark)."""
    place = pl.DataFrame({"pupil_id": pupils}).with_row_index("pupil")
    placed = weeks.select("pupil_id", "week_start", "am_codes", "pm_codes").join(place, on="pupil_id")
    by_week = placed.drop("pupil_id").partition_by("week_start", as_dict=True, include_key=False)
    for (week_start,), rows in sorted(by_week.items()):
        halves = [_of_all_pupils(rows, half, len(pupils)) for half in ("am_codes", "pm_codes")]
        for day in DAYS:
            for half in halves:
                codes = (half >> (BITS_PER_DAY * day)) & 255
                if codes.any():
                    yield week_start + timedelta(days=day), codes


def _of_all_pupils(rows: pl.DataFrame, half: str, pupils: int) -> np.ndarray:
    codes = np.zeros(pupils, dtype=np.int64)
    codes[rows["pupil"].to_numpy()] = rows[half].to_numpy()
    return codes
