"""Every mark of one school's year: absence persistent within a pupil, in spells, for England's mix of reasons.

Each pupil misses a share of the year drawn for them beforehand. Suspensions, part-time timetables, holidays and other
leave come first, in blocks; single appointments and late arrivals next; what is left of the share falls in spells of
illness and other absence, where a pupil's own wandering level, the weekday and the week of the year are highest.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np

from pipeline.vocabulary.attendance_codes import BY_CODE

from . import england
from .calendar import Calendar
from .england import AP, PRIMARY
from .enrolments import DUAL_PATTERNS

NUMBER = {code: entry.number for code, entry in BY_CODE.items()}
PRESENT = (NUMBER["/"], NUMBER["\\"])
NO_MARK = 0

HOLD = 0.74
"""Chance that a spell of illness lasts into the next school day, such that half of all spells last a day or two."""
HOLD_OVER_WEEKEND = 0.62
DRIFT = 0.55
"""Spread of a pupil's own level between half terms, beside a day's spread of 1."""
SHAPE = {0: 0.42, 1: 0.55, 2: 0.55, 3: 0.3}
"""By phase: how strongly weekday and week raise a day's level, so that England's weekday pattern comes out."""


@dataclass(frozen=True)
class Roll:
    """One school's spells of one year, one entry a spell in every array. `rate` is the share of the year missed."""

    phase: int
    child: np.ndarray
    group: np.ndarray
    sen: np.ndarray
    fsm: np.ndarray
    is_boy: np.ndarray
    ethnicity: np.ndarray
    rate: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    status: np.ndarray
    dual_from: np.ndarray
    dual_pattern: np.ndarray
    excluded: np.ndarray

    def __len__(self) -> int:
        return len(self.child)


@dataclass
class Register:
    """The year being filled in. `codes` holds code numbers by spell, day and half day; 0 is no mark.

    `missing` counts the sessions each spell has still to miss.
    """

    roll: Roll
    calendar: Calendar
    codes: np.ndarray
    minutes_late: np.ndarray
    missing: np.ndarray
    possible: int
    suspensions: list[tuple] = field(default_factory=list)

    def quota(self, code: str) -> float:
        """How many sessions with `code` England's schools of this phase would have."""
        return england.code_shares(self.roll.phase).get(code, 0.0) * self.possible

    def mark(self, spell: int, first: int, sessions: int, code: str, pattern: np.ndarray | None = None) -> int:
        """Mark up to `sessions` sessions from half day `first`, where the pupil was to be present; how many it were."""
        row = self.codes[spell].reshape(-1)
        free = np.flatnonzero(np.isin(row[first:], PRESENT)) + first
        chosen = free[:sessions] if pattern is None else free[np.isin(free % 10, pattern)][:sessions]
        row[chosen] = NUMBER[code]
        self.missing[spell] -= len(chosen)
        return len(chosen)


    def until(self, last: int) -> "Register":
        """What is written down by the end of day number `last`."""
        codes = self.codes.copy()
        codes[:, last + 1 :] = NO_MARK
        known = [one for one in self.suspensions if one[1] <= last]
        return replace(self, codes=codes, suspensions=known)


def register_of(roll: Roll, calendar: Calendar, rng: np.random.Generator) -> Register:
    codes = _opened(roll, calendar, rng)
    possible = np.isin(codes, PRESENT).sum(axis=(1, 2))
    missing = np.floor(roll.rate * possible + rng.random(len(roll))).astype(int)
    register = Register(roll, calendar, codes, np.zeros(codes.shape, np.uint8), missing, int(possible.sum()))
    for fill in (_exclude, _travel, _suspend, _part_time, _study, _observe, _holiday, _leave):
        fill(register, rng)
    _attend_elsewhere(register, rng)
    _single_sessions(register, rng)
    _fall_ill(register, rng)
    return register


def _opened(roll: Roll, calendar: Calendar, rng) -> np.ndarray:
    """Everybody present on each day the school is open and they are on its roll and expected there."""
    days = np.arange(len(calendar.days))
    closed = rng.choice(_training_days(calendar), 3, replace=False)
    on_roll = (roll.first_day[:, None] <= days) & (days <= roll.last_day[:, None]) & ~np.isin(days, closed)
    codes = np.zeros((len(roll), len(days), 2), np.uint8)
    codes[on_roll] = PRESENT
    _settle_in(codes, roll)
    if rng.random() < 0.12:
        snow = int(rng.integers(74, 100))
        codes[:, snow][codes[:, snow] > 0] = NUMBER["Y4"]
    _share_between_schools(codes, roll, calendar)
    return codes


def _training_days(calendar: Calendar) -> np.ndarray:
    """The days schools like to close on: the first of the year and those beside a holiday."""
    edges = np.flatnonzero(np.diff(calendar.half_terms)) + 1
    return np.concatenate([[0], edges, edges - 1])


def _settle_in(codes: np.ndarray, roll: Roll) -> None:
    """Reception comes for mornings only in its first week: not of compulsory age, not required."""
    young = np.flatnonzero((roll.group == 0) & (roll.first_day < 5))
    afternoons = codes[young, :5, 1]
    codes[young, :5, 1] = np.where(afternoons > 0, NUMBER["X"], 0)


def _share_between_schools(codes: np.ndarray, roll: Roll, calendar: Calendar) -> None:
    """A dual-registered pupil is expected at one school a day, and marked D at the other."""
    weekday = np.array([day.weekday() for day in calendar.days])
    days = np.arange(len(weekday))
    for spell in np.flatnonzero(roll.status != "C"):
        at_second = np.isin(weekday, DUAL_PATTERNS[roll.dual_pattern[spell]]) & (days >= roll.dual_from[spell])
        elsewhere = at_second if roll.status[spell] == "M" else ~at_second
        codes[spell][elsewhere & (codes[spell, :, 0] > 0)] = NUMBER["D"]


# Blocks: one event at a time, until England's share is reached


def _exclude(register: Register, rng) -> None:
    """The ten sessions before an excluded pupil leaves."""
    for spell in np.flatnonzero(register.roll.excluded):
        first = 2 * max(int(register.roll.last_day[spell]) - 4, 0)
        register.missing[spell] += 10
        sessions = register.mark(int(spell), first, 10, "E")
        register.suspensions.append((int(spell), first // 2, sessions, "PERM"))


def _travel(register: Register, rng) -> None:
    """A travelling family is away for weeks; the register says so, and it is no fault of the child's."""
    families = rng.random(len(register.roll)) < 0.0012 * (register.roll.phase == PRIMARY)
    for spell in np.flatnonzero(families):
        sessions = int(rng.integers(20, 80))
        register.missing[spell] += sessions
        register.mark(int(spell), 2 * int(rng.integers(0, 150)), sessions, "T")


def _suspend(register: Register, rng) -> None:
    roll = register.roll
    by_sen = np.choose(roll.sen, list(england.SUSPENSIONS_BY_SEN.values()))
    weights = by_sen * np.where(roll.fsm, england.SUSPENSION_BY_FSM, 1.0) * np.where(roll.is_boy, 1.6, 1.0)
    weights = weights * (0.3 + 6 * np.minimum(roll.rate, 0.35)) * np.where(roll.group < 3, 0.2, 1.0)
    lengths, chances = zip(*england.SUSPENSION_SESSIONS, strict=True)
    left = register.quota("E") + rng.random() - 0.5 - 10 * roll.excluded.sum()
    while left > 0 and weights.sum() > 0:
        spell = int(rng.choice(len(roll), p=weights / weights.sum()))
        first = 2 * int(rng.integers(roll.first_day[spell], roll.last_day[spell] + 1))
        sessions = register.mark(spell, first, int(rng.choice(lengths, p=chances)), "E")
        if sessions:
            register.suspensions.append((spell, first // 2, sessions, "SUSP"))
            weights[spell] *= 1.5
        left -= max(sessions, 0.2)


def _part_time(register: Register, rng) -> None:
    """Some weeks of mornings only, or of whole days at home, for pupils of compulsory age who were missing much."""
    roll = register.roll
    by_sen = np.choose(roll.sen, list(england.PART_TIME_BY_SEN.values()))
    open_to = (register.missing >= 24) & (roll.group >= 1) & (roll.group <= 11)
    weights = np.where(open_to, by_sen * (0.1 + np.minimum(roll.rate, 0.6)), 0.0)
    left = register.quota("C2") + 40 * (rng.random() - 0.5)
    while left > 0 and weights.sum() > 0:
        spell = int(rng.choice(len(roll), p=weights / weights.sum()))
        weights[spell] = 0
        pattern = _PART_TIME[int(rng.choice(len(_PART_TIME), p=(0.6, 0.1, 0.2, 0.1)))]
        sessions = min(int(rng.integers(20, 110)), int(register.missing[spell]))
        left -= register.mark(spell, 2 * int(rng.integers(0, 130)), sessions, "C2", pattern)


_PART_TIME = (np.array([1, 3, 5, 7, 9]), np.array([0, 2, 4, 6, 8]), np.array([6, 7, 8, 9]), np.array([3, 4, 5, 7, 9]))
"""Half days of a fortnightless week missed: afternoons; mornings; Thursdays and Fridays; most afternoons and a day.
They count from the year's first school day, so that weekdays shift where a week is short."""


def _study(register: Register, rng) -> None:
    """Study leave for some of Year 11, from Whitsun."""
    roll, calendar = register.roll, register.calendar
    start = int(np.flatnonzero(calendar.half_terms == 5)[0])
    takers = np.flatnonzero((roll.group == 11) & (rng.random(len(roll)) < 0.28) & (roll.last_day > start))
    for spell in takers:
        register.missing[spell] += 8
        register.mark(int(spell), 2 * start + 2 * int(rng.integers(0, 6)), 8, "S")


def _observe(register: Register, rng) -> None:
    """The two festivals of Eid, where they fall on a school day."""
    roll, calendar = register.roll, register.calendar
    some = np.isin(roll.ethnicity, ("AOTH", "BAFR", "OOTH")) & (roll.child % 3 == 0)
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


def _holiday(register: Register, rng) -> None:
    _away(register, rng, "G", lengths=(4, 6, 10, 10, 10, 20), beside_holidays=0.6)


def _leave(register: Register, rng) -> None:
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
        left -= register.mark(spell, 2 * start, sessions, code)


# Single sessions: a chance at each


def _attend_elsewhere(register: Register, rng) -> None:
    """Visits by year group, work experience, and pupils who learn off site on set days."""
    roll, codes = register.roll, register.codes
    left = register.quota("V")
    while left > 0:
        group, day = rng.choice(np.unique(roll.group)), int(rng.integers(3, len(register.calendar.days)))
        going = (roll.group == group) & (rng.random(len(roll)) < rng.choice((0.95, 0.3)))
        left -= max(_turn(codes, going, slice(day, day + 1), "V"), 1)
    for code, groups, days in (("W", (10, 12), 5), ("B", range(5, 14), 40), ("K", range(5, 12), 60)):
        left = register.quota(code)
        able = np.flatnonzero(np.isin(roll.group, groups))
        while left > 0 and len(able):
            one = np.zeros(len(roll), bool)
            one[rng.choice(able)] = True
            start = int(rng.integers(0, len(register.calendar.days)))
            step = slice(start, start + days, 1 if code == "W" else 5)
            left -= max(_turn(codes, one, step, code), 1)


def _turn(codes: np.ndarray, spells: np.ndarray, days: slice, code: str) -> int:
    """Turn presence on `days` into `code` for `spells`; how many sessions it were."""
    part = codes[spells, days]
    here = np.isin(part, PRESENT)
    codes[spells, days] = np.where(here, NUMBER[code], part)
    return int(here.sum())


def _single_sessions(register: Register, rng) -> None:
    """Appointments, interviews and late arrivals fall anywhere; lateness comes with absence."""
    roll, codes = register.roll, register.codes
    shares = england.code_shares(roll.phase)
    chance = rng.random(codes.shape, dtype=np.float32)
    here = np.isin(codes, PRESENT)
    morning = np.array([True, False])
    capped = 0.45 * np.maximum(register.missing, 0) / np.maximum(here.sum(axis=(1, 2)), 1)
    lateness = rng.gamma(0.35, 1 / 0.35, len(roll)) * (0.5 + 6 * np.minimum(roll.rate, 0.4))
    lateness = lateness / max(lateness.mean(), 1e-9)
    rates = {
        "M": (_capped_to(shares["M"], np.ones(len(roll)), capped), True),
        "J1": (np.where(np.isin(roll.group, (6, 11, 13)), shares["J1"] * (7 if roll.phase == PRIMARY else 4), 0.0), True),
        "U": (_capped_to(2.1 * shares["U"], lateness, capped), morning),
        "L": (np.minimum(1.86 * shares["L"] * lateness, 0.6), morning),
        "P": (np.full(len(roll), 2 * shares["P"]), ~morning),
    }
    low = np.zeros(len(roll))
    for code, (rate, half_days) in rates.items():
        hit = here & half_days & (chance >= low[:, None, None]) & (chance < (low + rate)[:, None, None])
        codes[hit] = NUMBER[code]
        low = low + rate
        if BY_CODE[code].counts_as.is_absence:
            register.missing[:] -= hit.sum(axis=(1, 2))
    late = codes == NUMBER["L"]
    register.minutes_late[late] = np.minimum(2 + rng.exponential(9, int(late.sum())), 29).astype(np.uint8)


def _capped_to(share: float, weights: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Chances in proportion to `weights` and never above `cap`, scaled so that their mean is `share` where it can be."""
    rate = np.minimum(share * weights, cap)
    for _ in range(4):
        rate = np.minimum(rate * share / max(rate.mean(), 1e-12), cap)
    return rate


# Spells: what is left to miss falls where the level is highest


def _fall_ill(register: Register, rng) -> None:
    roll, codes = register.roll, register.codes
    flat = codes.reshape(len(roll), -1)
    level = _levels(register, rng)
    level[~np.isin(flat, PRESENT)] = -np.inf
    rank = np.empty(flat.shape, np.int32)
    np.put_along_axis(rank, np.argsort(-level, axis=1, kind="stable"), np.arange(flat.shape[1], dtype=np.int32)[None], 1)
    missed = (rank < np.maximum(register.missing, 0)[:, None]) & np.isfinite(level)
    flat[missed] = _reasons(register, missed, rng)[missed]


def _levels(register: Register, rng) -> np.ndarray:
    """One row a spell, one column a half day: higher where absence is likelier."""
    calendar, spells = register.calendar, len(register.roll)
    half_terms = rng.normal(0, DRIFT, (spells, 6)).cumsum(axis=1) * 0.7
    days = np.empty((spells, len(calendar.days)), np.float32)
    now = np.zeros(spells)
    for day, hold in enumerate(_holds(calendar)):
        now = np.where(rng.random(spells) < hold, now, rng.normal(size=spells))
        days[:, day] = now
    days += half_terms[:, calendar.half_terms] + SHAPE[register.roll.phase] * _day_shape(register.roll.phase, calendar)
    halves = np.repeat(days, 2, axis=1)
    return halves + rng.normal(0, 0.09, halves.shape).astype(np.float32)


def _holds(calendar: Calendar) -> np.ndarray:
    gaps = np.diff(np.array(calendar.days, dtype="datetime64[D]")).astype(int)
    holds = np.select([gaps == 1, gaps <= 4], [HOLD, HOLD_OVER_WEEKEND], 0.0)
    return np.concatenate([[0.0], holds])


def _day_shape(phase: int, calendar: Calendar) -> np.ndarray:
    """How much more or less absence each day has, as a logarithm: by weekday, and by week in autumn."""
    weekday, week = england.weekday_shape(phase), england.week_shape(phase)
    of_day = [weekday[day.weekday()] * week.get(_autumn_week(day), 1.0) for day in calendar.days]
    return np.log(np.array(of_day))


def _autumn_week(day: date) -> int:
    return day.isocalendar().week if day.month >= 9 else -1


def _reasons(register: Register, missed: np.ndarray, rng) -> np.ndarray:
    """The code of each missed session, one for each spell of absence: illness, or other, the more the more is missed."""
    starts = missed & ~np.pad(missed, ((0, 0), (1, 0)))[:, :-1]
    spell_numbers = np.cumsum(starts.reshape(-1)).reshape(missed.shape)
    other = _chance_of_other(register, missed.sum(axis=1))
    draws = rng.random(int(spell_numbers[-1, -1]) + 1 if missed.size else 1)
    drawn = draws[spell_numbers]
    unexplained = england.code_shares(register.roll.phase)["N"] * register.possible / max(missed.sum(), 1)
    code = np.where(drawn < other[:, None], NUMBER["O"], NUMBER["I"])
    return np.where(drawn > 1 - unexplained, NUMBER["N"], code).astype(np.uint8)


def _chance_of_other(register: Register, sessions: np.ndarray) -> np.ndarray:
    """Each pupil's chance that a spell is `other`, such that sessions come to England's share of them."""
    wanted = register.quota("O") if register.roll.phase != AP else 0.6 * sessions.sum()
    slope = 1.1 * np.log(np.maximum(register.roll.rate, 0.005))
    low, high = -10.0, 15.0
    for _ in range(40):
        middle = (low + high) / 2
        chance = 1 / (1 + np.exp(-(middle + slope)))
        low, high = (middle, high) if (chance * sessions).sum() < wanted else (low, middle)
    return 1 / (1 + np.exp(-((low + high) / 2 + slope)))
