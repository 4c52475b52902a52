"""An ordinary October: colds at different times, and holidays in term, list nobody who would not have been listed without."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from tests.cast import Away, Pupil, Seen, in_year, school_days, seen

IN_OCTOBER = date(2025, 10, 24)
LISTED = ("listed", "eligible_not_listed")

_STARTS = [day for day in school_days(date(2025, 9, 22), date(2025, 10, 22)) if day.weekday() < 3]
"""Mondays to Wednesdays: three school days from each are within a week."""


def school(pupils: int = 60) -> list[Pupil]:
    """Most have missed nothing, every fourth a morning, and every tenth, who is worth a look without any cold, two weeks."""
    little, much = Away("M", "2025-09-16", "2025-09-16", ("am",)), Away("O", "2025-09-08", "2025-09-19")
    away = [(much,) if n % 10 == 0 else (little,) if n % 4 == 0 else () for n in range(pupils)]
    return [Pupil(f"one{chr(97 + n // 26)}{chr(97 + n % 26)}", in_year("8"), away=one) for n, one in enumerate(away)]


def with_a_cold(pupil: Pupil, number: int, *, days: int = 3) -> Pupil:
    """Ill for so many days together, from a day of their own."""
    first = _STARTS[number % len(_STARTS)]
    return replace(pupil, away=(*pupil.away, Away("I", f"{first}", f"{first + timedelta(days=days - 1)}")))


def on_holiday(pupil: Pupil, number: int) -> Pupil:
    """A week of it in term, another week than the next pupil's."""
    monday = date(2025, 9, 22) + timedelta(weeks=number % 5)
    return replace(pupil, away=(Away("G", f"{monday}", f"{monday + timedelta(days=4)}"), *pupil.away))


def worth_a_look(pupils: list[Pupil]) -> set[str]:
    return listed(seen(pupils, as_of=IN_OCTOBER))


def listed(it: Seen) -> set[str]:
    return set(it.triage.filter(pl.col("outcome").is_in(LISTED))["pupil_id"])


@pytest.fixture(scope="module")
def without() -> set[str]:
    return worth_a_look(school())


def test_a_cold_of_three_days_each_lists_nobody_more(without):
    assert len(without) == 6  # otherwise a list that names nobody at all would pass
    ill = seen([with_a_cold(pupil, n) for n, pupil in enumerate(school())], as_of=IN_OCTOBER)
    assert ill.features["illness_sessions_ytd"].min() == 6 and ill.features["wave_illness_sessions_ytd"].sum() == 0
    assert listed(ill) == without


def test_nor_does_a_weeks_holiday_each(without):
    assert worth_a_look([on_holiday(pupil, n) for n, pupil in enumerate(school())]) == without


def test_nor_do_both_together(without):
    both = [with_a_cold(on_holiday(pupil, n), n) for n, pupil in enumerate(school())]
    assert worth_a_look(both) == without


def test_four_days_of_one_pupil_may(without):
    [first, second, *others] = school()
    assert worth_a_look([first, with_a_cold(second, 1, days=4), *others]) == without | {second.pupil_id}
