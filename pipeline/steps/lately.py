"""The last so many school days of this school year: nine weeks' absence, and six weeks' lateness."""

import numpy as np

from pipeline.steps.half_days import ABSENCE, LATE, NEED, POSSIBLE
from pipeline.steps.pages import Page

NINE_WEEKS = 45
"""School days; before the year has had so many, all of it."""

SIX_WEEKS = 30


def lately(page: Page) -> dict[str, np.ndarray]:
    """Counts of the last 45 and 30 school days, and the words for them."""
    nine_weeks = page.last_days(NINE_WEEKS)
    return {
        "period_45d": _in_words(page, NINE_WEEKS, "in the last nine school weeks"),
        "period_30d": _in_words(page, SIX_WEEKS, "in the last 30 school days"),
        "possible_sessions_45d": page.counted(POSSIBLE, nine_weeks),
        "absence_sessions_45d": page.counted(ABSENCE, nine_weeks),
        "need_absence_sessions_45d": page.counted(NEED, nine_weeks),
        "late_sessions_30d": page.counted(LATE, page.last_days(SIX_WEEKS)),
    }


def _in_words(page: Page, days: int, words: str) -> np.ndarray:
    """`this school year` until it has had so many school days: nobody has been away in weeks there were not."""
    return np.full(page.pupils.height, words if len(page.days) >= days else "this school year", dtype=object)
