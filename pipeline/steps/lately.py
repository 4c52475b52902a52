"""The last so many school days of this school year: nine weeks' absence, six weeks' lateness, reasons long not given."""

import numpy as np

from pipeline.steps.pages import ABSENCE, NEED, POSSIBLE, Page, numbered

NINE_WEEKS = 45
"""School days; before the year has had so many, all of it."""

SIX_WEEKS = 30

SETTLED_WITHIN = 5
"""School days in which a school finds out why a pupil was away."""

LATE = numbered("L", "U")
NO_REASON = numbered("N")


def lately(page: Page) -> dict[str, np.ndarray]:
    """Counts of the last 45 and 30 school days, and of N marks older than five school days."""
    nine_weeks = page.last_days(NINE_WEEKS)
    settled = slice(0, max(len(page.days) - 1 - SETTLED_WITHIN, 0))
    unsettled = NO_REASON[page.codes[:, settled]].any(axis=2)
    return {
        "period_45d": _in_words(page, NINE_WEEKS, "in the last nine school weeks"),
        "period_30d": _in_words(page, SIX_WEEKS, "in the last 30 school days"),
        "possible_sessions_45d": page.counted(POSSIBLE, nine_weeks),
        "absence_sessions_45d": page.counted(ABSENCE, nine_weeks),
        "need_absence_sessions_45d": page.counted(NEED, nine_weeks),
        "late_sessions_30d": page.counted(LATE, page.last_days(SIX_WEEKS)),
        "no_reason_sessions_older_5d": page.counted(NO_REASON, settled),
        "no_reason_since": _first_day(unsettled, page.days),
    }


def _in_words(page: Page, days: int, words: str) -> np.ndarray:
    """`this school year` until it has had so many school days: nobody has been away in weeks there were not."""
    return np.full(page.pupils.height, words if len(page.days) >= days else "this school year", dtype=object)


def _first_day(on: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The first day for each pupil on which `on` is true; not a time where none is."""
    if not on.shape[1]:
        return np.full(len(on), np.datetime64("NaT", "D"))
    first = days[on.argmax(axis=1)].astype("datetime64[D]")
    return np.where(on.any(axis=1), first, np.datetime64("NaT", "D"))
