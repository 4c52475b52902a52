"""The marks of many pupils as one block of numbers: a row a day and half day, a column a pupil.

What no count by week can tell (spells, half terms, weekdays, the last so many school days) is had from the block, a row of all
pupils at a time. A school year of a hundred thousand pupils takes seventy-five megabytes.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from pipeline.steps.weeks import DAYS, code_flags, told_of
from pipeline.vocabulary.attendance_codes import BY_CODE
from pipeline.vocabulary.school_year import monday_of

_BYTES = 8  # of a packed half week, one a day; the last is empty
_COUNTERS, _FULL = 8, 255  # bytes of a number, and what a byte counts to


def numbered(*codes: str) -> np.ndarray:
    """For each code number, whether it is one of `codes`."""
    table = np.zeros(256, dtype=bool)
    table[[BY_CODE[code].number for code in codes]] = True
    return table


_possible, _absence, _need = (code_flags[name] for name in ("possible", "absence", "need_absence"))

_ASKED = (
    _possible,
    _absence,
    _need,
    # sessions possible, those set aside that were missed with a code that does not ask about need
    _possible & (~_absence | _need),
    numbered("L", "U"),
    # holidays (G) are left out: they are not linked to attainment
    numbered("O", "U"),
    # a part-time timetable, a suspension and a clinic's day fall on weekdays that somebody set
    _need & ~numbered("C2", "E", "M"),
)
POSSIBLE, ABSENCE, NEED, NEED_POSSIBLE, LATE, UNAUTHORISED, UNPLANNED = (1 << at for at in range(len(_ASKED)))
"""What is asked of a mark, each a bit of its answers."""

_ANSWERS = sum(of.astype(np.uint8) << np.uint8(at) for at, of in enumerate(_ASKED))


@dataclass(frozen=True)
class HalfDays:
    """`codes[day, half, pupil]` is a code number, 0 where there is no mark; day 0 is the Monday `begins`."""

    begins: date
    codes: np.ndarray

    @cached_property
    def answers(self) -> np.ndarray:
        """Of each mark the bits of what is true of it: `POSSIBLE`, `ABSENCE` and the others."""
        return told_of(_ANSWERS, self.codes)

    @property
    def dates(self) -> np.ndarray:
        return np.datetime64(self.begins, "D") + np.arange(len(self.codes))

    def places(self, days: np.ndarray) -> np.ndarray:
        """Which rows of the block these days are."""
        return (days.astype("datetime64[D]") - np.datetime64(self.begins, "D")).astype(np.int64)

    def first_days(self, bit: int) -> np.ndarray:
        """For each pupil the first day on which `bit` is true of a mark; not a time where there is none."""
        first = np.full(self.codes.shape[2], np.datetime64("NaT"), dtype="datetime64[D]")
        is_open = np.ones(len(first), dtype=bool)
        for day, (morning, afternoon) in zip(self.dates, self.answers, strict=True):
            found = is_open & (((morning | afternoon) & bit) != 0)
            first[found] = day
            is_open &= ~found
        return first

    def ever(self, of: np.ndarray) -> np.ndarray:
        """For each pupil whether `of` (a truth for each code number) is true of any mark."""
        return told_of(of, self.codes).any(axis=(0, 1))

    def weeks_with(self, of: np.ndarray) -> np.ndarray:
        """One number a pupil: the weeks in which `of` (a truth for each code number) is true of any mark."""
        weeks = len(self.codes) // len(DAYS)
        by_week = told_of(of, self.codes).reshape(weeks, 2 * len(DAYS), self.codes.shape[2])
        return by_week.any(axis=1).sum(axis=0)

    def totals(self, asked: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Of each question of `asked` (a truth for each code number) one number a pupil: the half days it is true of."""
        told, names = {}, list(asked)
        for at in range(0, len(names), _COUNTERS):
            some = names[at : at + _COUNTERS]
            found = self._counted(np.array([asked[name] for name in some]))
            told |= {name: found[:, place] for place, name in enumerate(some)}
        return told

    def _counted(self, asked: np.ndarray) -> np.ndarray:
        """A row a pupil, a number for each of up to eight questions: counters of one byte each, emptied before they are full."""
        bits = np.arange(len(asked), dtype=np.uint64)[:, None] * np.uint64(8)
        counters = (asked.astype(np.uint64) << bits).sum(axis=0, dtype=np.uint64).astype("<u8")
        found = np.zeros((self.codes.shape[2], _COUNTERS), dtype=np.int32)
        marked = self.codes.reshape(2 * len(self.codes), len(found))
        marked = marked[marked.any(axis=1)]
        for begin in range(0, len(marked), _FULL):
            counted = np.zeros(len(found), dtype="<u8")
            for half_day in marked[begin : begin + _FULL]:
                counted += counters[half_day]
            found += counted.view(np.uint8).reshape(found.shape)
        return found

    def since(self, days: np.ndarray, bits: tuple[int, ...]) -> list[np.ndarray]:
        """For each of `bits` the half days it is true of from each pupil's own day in `days` on; 0 where that is not a time."""
        told = [np.zeros(len(days), dtype=np.int64) for _ in bits]
        for day in np.unique(days[~np.isnat(days)]):
            pupils = np.flatnonzero(days == day)
            answers = self.answers[max(int(self.places(day)), 0) :][:, :, pupils]
            for counts, bit in zip(told, bits, strict=True):
                counts[pupils] = counted(answers, bit)
        return told


def counted(answers: np.ndarray, bit: int) -> np.ndarray:
    """One number a pupil: the half days `bit` is true of."""
    return ((answers & bit) != 0).sum(axis=(0, 1), dtype=np.uint16).astype(np.int64)  # a school year has under 800


def half_days(weeks: pl.DataFrame, pupils: int, *, first_day: date, last_day: date) -> HalfDays:
    """The marks of `weeks` from `first_day` to `last_day`: pupil_id (a number below `pupils`), week_start, am_codes, pm_codes,
    one row per pupil and week, none that lies outside."""
    begins = monday_of(first_day)
    count = (monday_of(last_day) - begins).days // len(DAYS) + 1
    week = (weeks["week_start"].cast(pl.Int32).to_numpy() - np.datetime64(begins, "D").astype(np.int64)) // len(DAYS)
    packed, pupil = np.zeros((count, 2, pupils), dtype=np.int64), weeks["pupil_id"].to_numpy()
    for half, name in enumerate(("am_codes", "pm_codes")):
        packed[week, half, pupil] = weeks[name].to_numpy()
    by_day = packed.view(np.uint8).reshape(count, 2, pupils, _BYTES)[..., : len(DAYS)].transpose(0, 3, 1, 2)
    return HalfDays(begins, by_day.reshape(count * len(DAYS), 2, pupils))
