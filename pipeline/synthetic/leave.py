"""Absence that comes in blocks: exclusion, travel, suspension, part-time timetables, study, festivals, holidays, leave.

One event at a time, until England's share of its code is reached.
"""

from datetime import date, timedelta

import numpy as np

from . import england
from .calendar import Calendar
from .england import PRIMARY
from .register import Register


def exclude(register: Register, rng) -> None:
    """The ten sessions before an excluded pupil leaves."""
    for spell in np.flatnonzero(register.roll.excluded):
        first = 2 * max(int(register.roll.last_day[spell]) - 4, 0)
        register.missing[spell] += 10
        _suspended(register, int(spell), register.mark(int(spell), first, 10, "E"), "PERM")


def travel(register: Register, rng) -> None:
    """A travelling family is away for weeks; the register says so, and it is no fault of the child's."""
    families = rng.random(len(register.roll)) < 0.0012 * (register.roll.phase == PRIMARY)
    for spell in np.flatnonzero(families):
        sessions = int(rng.integers(20, 80))
        register.missing[spell] += sessions
        register.mark(int(spell), 2 * int(rng.integers(0, 150)), sessions, "T")


def suspend(register: Register, rng) -> None:
    roll = register.roll
    by_sen = np.choose(roll.sen, list(england.SUSPENSIONS_BY_SEN.values()))
    weights = by_sen * np.where(roll.fsm, england.SUSPENSION_BY_FSM, 1.0) * np.where(roll.is_boy, 1.6, 1.0)
    weights = weights * (0.3 + 6 * np.minimum(roll.rate, 0.35)) * np.where(roll.group < 3, 0.2, 1.0)
    lengths, chances = zip(*england.SUSPENSION_SESSIONS, strict=True)
    left = register.quota("E") + rng.random() - 0.5 - 10 * roll.excluded.sum()
    while left > 0 and weights.sum() > 0:
        spell = int(rng.choice(len(roll), p=weights / weights.sum()))
        first = 2 * int(rng.integers(roll.first_day[spell], roll.last_day[spell] + 1))
        marked = register.mark(spell, first, int(rng.choice(lengths, p=chances)), "E")
        _suspended(register, spell, marked, "SUSP")
        weights[spell] *= england.SUSPENDED_AGAIN if len(marked) else 0.0
        left -= len(marked)


def _suspended(register: Register, spell: int, marked: np.ndarray, category: str) -> None:
    """Note the suspension that the half days `marked` are: it begins on the first of them."""
    if len(marked):
        register.suspensions.append((spell, int(marked[0]) // 2, len(marked), category))


def put_on_part_time(register: Register, rng) -> None:
    """Some weeks of mornings only, or of whole days at home, for pupils of compulsory age who were missing much."""
    roll = register.roll
    by_sen = np.choose(roll.sen, list(england.PART_TIME_BY_SEN.values()))
    open_to = (register.missing >= 24) & (roll.group >= 1) & (roll.group <= 11)
    weights = np.where(open_to, by_sen * (0.1 + np.minimum(roll.rate, 0.6)), 0.0)
    left = register.quota("C2") + 60 * (rng.random() - 0.5) - 27
    while left > 0 and weights.sum() > 0:
        spell = int(rng.choice(len(roll), p=weights / weights.sum()))
        weights[spell] = 0
        pattern = _PART_TIME[int(rng.choice(len(_PART_TIME), p=(0.6, 0.1, 0.2, 0.1)))]
        sessions = min(int(rng.integers(20, 110)), int(register.missing[spell]))
        left -= len(register.mark(spell, 2 * int(rng.integers(0, 130)), sessions, "C2", pattern))


_PART_TIME = (np.array([1, 3, 5, 7, 9]), np.array([0, 2, 4, 6, 8]), np.array([6, 7, 8, 9]), np.array([1, 4, 5, 7, 9]))
"""Half days of the week missed: afternoons; mornings; Thursday and Friday; most afternoons and one whole day."""


def study(register: Register, rng) -> None:
    """Study leave for some of Year 11, from Whitsun."""
    roll, calendar = register.roll, register.calendar
    start = int(np.flatnonzero(calendar.half_terms == 5)[0])
    takers = np.flatnonzero((roll.group == 11) & (rng.random(len(roll)) < 0.28) & (roll.last_day > start))
    for spell in takers:
        register.missing[spell] += 8
        register.mark(int(spell), 2 * start + 2 * int(rng.integers(0, 6)), 8, "S")


def observe(register: Register, rng) -> None:
    """The two festivals of Eid, where they fall on a school day."""
    roll, calendar = register.roll, register.calendar
    some = np.isin(roll.ethnicity, ("AOTH", "BAFR", "OOTH")) & (roll.child % 2 == 0)
    observant = np.isin(roll.ethnicity, ("APKN", "ABAN")) | some
    for festival in _festivals(calendar):
        for spell in np.flatnonzero(observant & (rng.random(len(roll)) < 0.8)):
            register.missing[spell] += 1
            register.mark(int(spell), 2 * festival, 2, "R")


def _festivals(calendar: Calendar) -> list[int]:
    """Days of the two Eids, near enough: the year of the moon is eleven days short of the sun's."""
    found = []
    for first in (date(2025, 3, 31), date(2025, 6, 6)):
        day = first + timedelta(days=round((calendar.year.starts - 2024) * 354.37))
        if day in calendar.days:
            found.append(calendar.days.index(day))
    return found


def go_on_holiday(register: Register, rng) -> None:
    _away(register, rng, "G", lengths=(4, 6, 10, 10, 10, 20), beside_holidays=0.6)


def take_leave(register: Register, rng) -> None:
    _away(register, rng, "C", lengths=(1, 2, 2, 4, 10), beside_holidays=0.2)


def _away(register: Register, rng, code: str, lengths: tuple[int, ...], beside_holidays: float) -> None:
    """Blocks of days away, of pupils who have as many left to miss, until England's share of `code` is reached."""
    left, edges = register.quota(code), np.flatnonzero(np.diff(register.calendar.half_terms))
    last = len(register.calendar.days)
    tries = 0
    while left > 0 and tries < 40 * len(register.roll):
        tries += 1
        sessions = int(rng.choice(lengths))
        spell = int(rng.integers(0, len(register.roll)))
        if register.missing[spell] < sessions * 0.8:
            continue
        start = int(rng.integers(0, last))
        if rng.random() < beside_holidays:
            start = max(int(rng.choice(edges)) - sessions // 2 + 1, 0)
        left -= len(register.mark(spell, 2 * start, sessions, code))


IN_BLOCKS = (exclude, travel, suspend, put_on_part_time, study, observe, go_on_holiday, take_leave)
"""In this order: what comes first has first call on what a pupil has still to miss."""
