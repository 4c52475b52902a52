"""Whether a pupil's absences fall on one weekday, or in one half of the day, and how the school's other absences fall.

Friday afternoons are high for everyone: a pupil's days are held against those of the other pupils of the school, weighed by
the days on which this pupil was expected.
"""

import numpy as np

from pipeline.signals.how_it_comes import HALVES
from pipeline.steps.half_days import NEED, POSSIBLE, UNPLANNED
from pipeline.steps.judged import FEWEST_OTHERS
from pipeline.steps.pages import Page, others

ENOUGH_ABSENCES = 100
"""Of the school's other pupils, below which how they fall says too little."""

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays")


def weekday_pattern(page: Page) -> dict[str, np.ndarray]:
    """The weekday, or the half of the day, in which absences stand out most from the school's own pattern.

    `pattern_absences_ytd` of `pattern_all_absences_ytd` fell in `pattern_slot`, where `school_pattern_share` (0 to 1) would
    have been ordinary: days missed in whole or part for a weekday, half days missed alone for a half of the day.
    """
    missed, of_all, share = (
        np.concatenate(both, axis=1) for both in zip(_by_weekday(page), _by_half(page), strict=True)
    )
    ordinary = np.sqrt(of_all * share * (1 - share))
    stands_out = np.where(ordinary > 0, (missed - of_all * share) / np.where(ordinary > 0, ordinary, 1), -np.inf)
    most, row = stands_out.argmax(axis=1), np.arange(len(stands_out))
    told = np.isfinite(stands_out[row, most])
    return {
        "pattern_slot": np.where(told, np.array((*WEEKDAYS, *HALVES), dtype=object)[most], None),
        "pattern_absences_ytd": np.where(told, missed[row, most], np.nan),
        "pattern_all_absences_ytd": np.where(told, of_all[row, most], np.nan),
        "school_pattern_share": np.where(told, share[row, most], np.nan),
    }


def _by_weekday(page: Page) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By pupil and weekday: days missed, days missed in all, and the ordinary share of that weekday."""
    weekday = (page.days.astype("datetime64[D]").astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
    on_day = page.answers[:, 0] | page.answers[:, 1]
    missed, expected = (_days_on(on_day, bit, weekday) for bit in (UNPLANNED, POSSIBLE))
    others_rate = np.column_stack([_rate_of_others(missed[:, at], expected[:, at]) for at in range(len(WEEKDAYS))])
    weight = expected * others_rate
    total = weight.sum(axis=1, keepdims=True)
    share = np.where((total > 0) & _enough(missed), weight / np.where(total > 0, total, 1), np.nan)
    return missed, np.repeat(missed.sum(axis=1, keepdims=True), len(WEEKDAYS), axis=1), share


def _days_on(on_day: np.ndarray, bit: int, weekday: np.ndarray) -> np.ndarray:
    """By pupil and weekday: the days on which `bit` is true of a mark."""
    return np.column_stack(
        [((on_day[weekday == at] & bit) != 0).sum(axis=0, dtype=np.int64) for at in range(len(WEEKDAYS))]
    )


def _by_half(page: Page) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By pupil and half of the day: half days missed with the other attended, in all, and the ordinary share."""
    missed = (page.answers & UNPLANNED) != 0
    attended = (page.answers & (POSSIBLE | NEED)) == POSSIBLE
    counted = (missed & attended[:, ::-1]).sum(axis=0, dtype=np.int64).T
    of_all = np.repeat(counted.sum(axis=1, keepdims=True), 2, axis=1)
    all_others = np.column_stack([others(counted[:, half]) for half in (0, 1)])
    total = all_others.sum(axis=1, keepdims=True)
    share = np.where(_enough(counted) & (total > 0), all_others / np.maximum(total, 1), np.nan)
    return counted, of_all, share


def _rate_of_others(missed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return others(missed) / np.maximum(others(expected), 1)


def _enough(missed: np.ndarray) -> np.ndarray:
    """Are the other pupils, and their absences, enough to tell how a school's absences fall?"""
    return ((others(missed.sum(axis=1)) >= ENOUGH_ABSENCES) & (len(missed) > FEWEST_OTHERS))[:, None]
