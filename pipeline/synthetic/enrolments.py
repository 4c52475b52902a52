"""Who is on whose roll from when to when, in one school year: starts, moves, leavers, newcomers, dual registration.

One row per child and spell at a school. Days count the calendar's school days from 0; `last_day` is the last day with a
mark. `main_from` and `main_until` bound the days on which the child is also registered elsewhere.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from . import england
from .calendar import Calendar
from .children import NOWHERE, Children
from .england import AP, SECONDARY
from .schools import School

NEVER = 10_000
"""A day past any year's end."""

DUAL_PATTERNS = ((0, 1, 2, 3, 4), (0, 1, 2), (0, 1), (2, 3, 4))
"""Weekdays spent at the second school, Monday 0."""

SPELLS = {
    "child": pl.Int64, "school": pl.Int64, "first_day": pl.Int64, "last_day": pl.Int64, "entry_date": pl.Date,
    "leaving_date": pl.Date, "status": pl.String, "dual_from": pl.Int64, "dual_pattern": pl.Int64,
    "excluded": pl.Boolean,
}  # fmt: skip


@dataclass(frozen=True)
class _Draw:
    """What is drawn for each child for one year: where, which fate, and on which day it falls.

    `school` is where this year begins or last year ended; `stays_at`, of last year only, where the child is now.
    """

    school: np.ndarray
    fate: np.ndarray
    day: np.ndarray
    stays_at: list[int | None]


STAYS, MOVES, LEAVES, JOINS, EXCLUDED, DUAL = range(6)


def enrolments(
    children: Children,
    schools: list[School],
    calendar: Calendar,
    earlier: pl.DataFrame | None,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """The year's spells. `earlier` are the year before's, None where `calendar` is itself that year."""
    is_before = earlier is None
    group = children.group - int(is_before)
    draw = _drawn(children, schools, calendar, is_before, rng)
    entries = _entry_dates(draw.school, group, schools, calendar, earlier, rng)
    rows = []
    for child in np.flatnonzero(draw.school != NOWHERE):
        rows += _spells_of(int(child), int(group[child]), draw, entries[child], schools, calendar, rng)
    return pl.DataFrame(rows, schema=SPELLS, orient="row").sort("school", "child", "first_day")


def _drawn(children: Children, schools: list[School], calendar: Calendar, is_before: bool, rng) -> _Draw:
    school = children.before if is_before else children.here
    group = children.group - int(is_before)
    phase = np.where(school == NOWHERE, -1, np.array([one.phase for one in schools])[school])
    day = rng.integers(8, len(calendar.days) - 12, len(children))
    chance = rng.random(len(children))
    fate = np.full(len(children), STAYS)
    many = np.bincount(phase[phase >= 0], minlength=4) > 0
    fate[(chance < england.MOVED_IN_YEAR) & np.isin(phase, _phases_with_choice(schools))] = MOVES
    leaving = (chance > 1 - england.LEFT_IN_YEAR) if not is_before else (children.here == NOWHERE) & (chance > 0.5)
    natural = np.isin(group, [6, 11, 13]) if is_before else np.zeros(len(children), bool)
    fate[leaving & ~natural & (phase != AP)] = LEAVES
    newcomers = (chance > 0.3) & (chance < 0.3 + england.JOINED_IN_YEAR) if is_before else children.joins
    fate[newcomers] = JOINS
    if many[AP]:
        _send_to_alternative(fate, day, children, phase, group, schools, is_before, rng)
    return _Draw(school, fate, day, children.here.tolist() if is_before else [None] * len(children))


def _phases_with_choice(schools: list[School]) -> list[int]:
    phases = [school.phase for school in schools]
    return [phase for phase in set(phases) if phases.count(phase) > 1 and phase != AP]


def _send_to_alternative(fate, day, children: Children, phase, group, schools, is_before: bool, rng) -> None:
    """Some of the most absent of Years 9 to 11 are registered at two schools; a very few are excluded to one."""
    places = sum(school.roll for school in schools if school.phase == AP)
    propensity = (children.propensity_before if is_before else children.propensity) + rng.normal(0, 0.7, len(children))
    open_to = np.flatnonzero((phase == SECONDARY) & np.isin(group, [9, 10, 11]) & (fate == STAYS))
    most = open_to[np.argsort(-propensity[open_to], kind="stable")]
    dual = max(round(places * 0.6), 2)
    excluded = 0 if is_before else max(round((phase == SECONDARY).sum() * 0.002), 1)
    chosen = rng.permutation(most[: 3 * (dual + excluded)])
    fate[chosen[:dual]] = DUAL
    fate[chosen[dual : dual + excluded]] = EXCLUDED
    day[chosen[:dual]] = rng.integers(0, 90, len(chosen[:dual]))
    day[chosen[dual : dual + excluded]] = rng.integers(20, 110, len(chosen[dual : dual + excluded]))


def _entry_dates(school, group, schools, calendar: Calendar, earlier: pl.DataFrame | None, rng) -> list[date]:
    """The day each child came to the school at which the year begins: known from last year, or a September."""
    first_years = np.array([one.years.start for one in schools])[school]
    years_ago = np.maximum(group - first_years, 0)
    late = rng.random(len(school)) < 0.10
    years_ago = np.where(late & (years_ago > 0), rng.integers(0, np.maximum(years_ago, 1)), years_ago)
    if earlier is None:
        return [_september(calendar, int(ago)) for ago in years_ago]
    held = {(row[0], row[1]): row[2] for row in earlier.select("child", "school", "entry_date").iter_rows()}
    return [held.get((child, int(at)), calendar.days[0]) for child, at in enumerate(school)]


def _september(calendar: Calendar, years_ago: int) -> date:
    return calendar.days[0] if years_ago == 0 else date(calendar.year.starts - years_ago, 9, 4)


def _spells_of(child: int, group: int, draw: _Draw, entry: date, schools, calendar: Calendar, rng) -> list[tuple]:
    fate, day, at = int(draw.fate[child]), int(draw.day[child]), int(draw.school[child])
    days, end, stays_at = calendar.days, _end_of_year(group, calendar), draw.stays_at[child]

    def until_the_end(school: int, first: int, entry: date, status: str, dual_from: int, pattern: int) -> tuple:
        leaving = days[end] if _is_over(school, group, schools, stays_at) else None
        return (child, school, first, end, entry, leaving, status, dual_from, pattern, False)

    if fate == JOINS:
        day = min(day, end - 5)
        return [until_the_end(at, day, days[day], "C", NEVER, 0)]
    if fate == STAYS or day >= end - 5:
        return [until_the_end(at, 0, entry, "C", NEVER, 0)]
    if fate == DUAL:
        second, pattern = _another(at, AP, schools, rng), int(rng.integers(0, len(DUAL_PATTERNS)))
        main = until_the_end(at, 0, entry, "M", day, pattern)
        return [main, until_the_end(second, day, days[day], "S", day, pattern)]
    first = _another(at, schools[at].phase, schools, rng) if fate == MOVES and stays_at is not None else at
    leaves = (child, first, 0, day, entry, days[day], "C", NEVER, 0, fate == EXCLUDED)
    if fate == LEAVES:
        return [leaves]
    back = min(day + int(rng.integers(1, 6)), end)
    new = at if first != at else _another(at, AP if fate == EXCLUDED else schools[at].phase, schools, rng)
    return [leaves, until_the_end(new, back, days[back], "C", NEVER, 0)]


def _is_over(school: int, group: int, schools: list[School], stays_at: int | None) -> bool:
    """Whether a spell that lasts to the year's end is then over: known of a past year, else when the school ends."""
    if stays_at is not None:
        return stays_at != school
    return group == schools[school].years[-1]


def _end_of_year(group: int, calendar: Calendar) -> int:
    """Years 11 and 13 leave on the last Friday of June, when the examinations are over."""
    if group not in (11, 13):
        return len(calendar.days) - 1
    june = date(calendar.year.starts + 1, 6, 30)
    friday = june - timedelta(days=(june.weekday() - 4) % 7)
    return min(calendar.index(friday), len(calendar.days) - 1)


def _another(at: int, phase: int, schools: list[School], rng) -> int:
    others = [school.number for school in schools if school.phase == phase and school.number != at]
    return int(others[rng.integers(0, len(others))])
