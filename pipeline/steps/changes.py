"""Change within a school year, each pupil against their own earlier weeks: half terms, Year 7's autumn, six weeks' recovery.

Beside each stands the same change of the other pupils of the school, so that flu in December is nobody's own. It is null
where there are too few others to tell.
"""

import numpy as np

from pipeline.steps.half_days import NEED, NEED_POSSIBLE, POSSIBLE, UNAUTHORISED
from pipeline.steps.judged import FEWEST_OTHERS
from pipeline.steps.pages import Page, others

SIX_WEEKS = 30
"""School days."""

BEGUN = 10
"""School days after which a half term is compared with those before it."""


def half_term_changes(page: Page) -> dict[str, np.ndarray]:
    """Possible sessions and those missed with O or U in the latest half term begun and the two before it, and the other
    pupils' rise over the three; nothing where the year has not had three."""
    thirds = _last_three(page)
    if not thirds:
        return {}
    names = ("half_term", "half_term_before", "two_half_terms_before")
    told = {}
    for name, days in zip(names, thirds, strict=True):
        told[f"possible_sessions_{name}"] = page.counted(POSSIBLE, days)
        told[f"unexplained_sessions_{name}"] = page.counted(UNAUTHORISED, days)
    now, _, then = (
        _others_rate(told[f"unexplained_sessions_{name}"], told[f"possible_sessions_{name}"]) for name in names
    )
    return told | {"school_unexplained_rise_half_terms": now - then}


def _last_three(page: Page) -> list[np.ndarray]:
    """Which days are in each of the last three half terms, the latest first. One hardly begun is not yet counted."""
    half_terms = page.half_terms
    numbers, lengths = np.unique(half_terms, return_counts=True)
    begun = numbers if lengths[-1] >= BEGUN else numbers[:-1]
    return [half_terms == number for number in begun[::-1][:3]] if len(begun) >= 3 else []


def year_seven_climb(page: Page) -> dict[str, np.ndarray]:
    """Year 7 before and since the first half-term holiday, absence that asks about need, and the climb of its others."""
    is_seventh = (page.pupils["nc_year"] == "7").fill_null(False).to_numpy()
    since = page.half_terms > 0
    if not is_seventh.any() or not since.any():
        return {}
    first, after = (_need(page, days) for days in (~since, since))
    climb = _others_rate(*after, is_seventh) - _others_rate(*first, is_seventh)
    told = {
        "need_absence_sessions_first_half_term": first[0],
        "need_possible_sessions_first_half_term": first[1],
        "need_absence_sessions_since_first_half_term": after[0],
        "need_possible_sessions_since_first_half_term": after[1],
        "school_year_seven_climb": climb,
    }
    return {name: np.where(is_seventh, values.astype(float), np.nan) for name, values in told.items()}


def six_weeks(page: Page) -> dict[str, np.ndarray]:
    """The last 30 school days and this year before them, absence that asks about need, and the other pupils' fall."""
    if len(page.days) < SIX_WEEKS:
        return {}
    lately = page.last_days(SIX_WEEKS)
    now, then = _need(page, lately), _need(page, slice(0, len(page.days) - SIX_WEEKS))
    return {
        "need_absence_sessions_30d": now[0],
        "need_possible_sessions_30d": now[1],
        "need_absence_sessions_before_30d": then[0],
        "need_possible_sessions_before_30d": then[1],
        "school_fall_30d": _others_rate(*then) - _others_rate(*now),
    }


def _need(page: Page, days: slice | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return page.counted(NEED, days), page.counted(NEED_POSSIBLE, days)


def _others_rate(missed: np.ndarray, possible: np.ndarray, of: np.ndarray | None = None) -> np.ndarray:
    """For each pupil, the rate of the others (of those that `of` is true of); not a number where they are too few."""
    has_any = (possible > 0).astype(np.int64)
    enough = (others(has_any, of) >= FEWEST_OTHERS) & (others(possible, of) > 0)
    return np.where(enough, others(missed, of) / np.maximum(others(possible, of), 1), np.nan)
