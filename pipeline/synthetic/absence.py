"""Every mark of one school's year: absence persistent within a pupil, in spells, for England's mix of reasons.

Each pupil misses a share of the year drawn for them beforehand. Suspensions, part-time timetables, holidays and other
leave come first, in blocks; single appointments and late arrivals next; what is left of the share falls in spells of
illness and other absence, where a pupil's own wandering level, the weekday and the week of the year are highest.
"""

from datetime import date

import numpy as np

from pipeline.vocabulary.attendance_codes import BY_CODE

from . import england
from .calendar import Calendar
from .england import AP, PRIMARY
from .leave import IN_BLOCKS
from .register import NUMBER, PRESENT, Register, Roll, opened_register
from .unseen import lose_sight

HOLD = 0.84
"""Chance that a spell of illness lasts into the next school day, such that half of all spells last a day or two."""
HOLD_OVER_WEEKEND = 0.74
DRIFT = 0.38
"""Spread of a pupil's own level between half terms, beside a day's spread of 1."""
SHAPE = {0: 0.36, 1: 0.48, 2: 0.55, 3: 0.3}
"""By phase, how strongly a weekday raises a day's level, so that England's weekday pattern comes out."""
SEASON = 1.1
"""How strongly a week of autumn does."""


def register_of(roll: Roll, calendar: Calendar, rng: np.random.Generator) -> Register:
    register = opened_register(roll, calendar, rng)
    for block in IN_BLOCKS:
        block(register, rng)
    _attend_elsewhere(register, rng)
    _single_sessions(register, rng)
    _fall_ill(register, rng)
    lose_sight(register)
    return register


# Single sessions: a chance at each


def _attend_elsewhere(register: Register, rng) -> None:
    """Visits by year group, work experience, and pupils who learn off site on set days."""
    roll, codes = register.roll, register.codes
    left = register.quota("V")
    while left > 0:
        group, day = rng.choice(np.unique(roll.group)), int(rng.integers(3, len(register.calendar.days)))
        going = (roll.group == group) & (roll.rate < 0.4) & (rng.random(len(roll)) < rng.choice((0.95, 0.3)))
        left -= max(_turn(codes, going, slice(day, day + 1), "V"), 1)
    for code, groups, days in (("W", (10, 12), 5), ("B", range(5, 14), 40), ("K", range(5, 12), 60)):
        left = register.quota(code)
        able = np.flatnonzero(np.isin(roll.group, groups) & (roll.rate < 0.6))
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
    codes = register.codes
    chance = rng.random(codes.shape, dtype=np.float32)
    here = np.isin(codes, PRESENT)
    low = np.zeros(len(register.roll))
    for code, rate, half_days in _single_rates(register, here.sum(axis=(1, 2)), rng):
        hit = here & half_days & (chance >= low[:, None, None]) & (chance < (low + rate)[:, None, None])
        codes[hit] = NUMBER[code]
        low = low + rate
        if BY_CODE[code].counts_as.is_absence:
            register.missing[:] -= hit.sum(axis=(1, 2))
    late = codes == NUMBER["L"]
    register.minutes_late[late] = np.minimum(2 + rng.exponential(9, int(late.sum())), 29).astype(np.uint8)


def _single_rates(register: Register, sessions: np.ndarray, rng) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Code, each pupil's chance of it at a session, and the half days on which it falls."""
    roll, shares = register.roll, england.code_shares(register.roll.phase)
    morning, either = np.array([True, False]), np.array([True, True])
    cap = 0.45 * np.maximum(register.missing, 0) / np.maximum(sessions, 1)
    lateness = rng.gamma(0.35, 1 / 0.35, len(roll)) * (0.5 + 6 * np.minimum(roll.rate, 0.4))
    lateness = lateness / max(lateness.mean(), 1e-9)
    interviewed = np.isin(roll.group, (6, 11, 13)) * (7 if roll.phase == PRIMARY else 4)
    return [
        ("M", _capped_to(shares["M"], np.ones(len(roll)), cap), either),
        ("J1", shares["J1"] * interviewed, either),
        ("U", _capped_to(2.1 * shares["U"], lateness, cap), morning),
        ("L", np.minimum(2.2 * shares["L"] * lateness * (1 - roll.rate), 0.6), morning),
        ("P", np.full(len(roll), 2 * shares["P"]), ~morning),
    ]


def _capped_to(share: float, weights: np.ndarray, cap: np.ndarray) -> np.ndarray:
    """Chances in proportion to `weights`, never above `cap`, scaled so that their mean is `share` where it can be."""
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
    np.put_along_axis(
        rank, np.argsort(-level, axis=1, kind="stable"), np.arange(flat.shape[1], dtype=np.int32)[None], 1
    )
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
    days += half_terms[:, calendar.half_terms] + _day_shape(register.roll.phase, calendar)
    halves = np.repeat(days, 2, axis=1)
    return halves + rng.normal(0, 0.09, halves.shape).astype(np.float32)


def _holds(calendar: Calendar) -> np.ndarray:
    gaps = np.diff(np.array(calendar.days, dtype="datetime64[D]")).astype(int)
    holds = np.select([gaps == 1, gaps <= 4], [HOLD, HOLD_OVER_WEEKEND], 0.0)
    return np.concatenate([[0.0], holds])


def _day_shape(phase: int, calendar: Calendar) -> np.ndarray:
    """How much each day's level is raised or lowered: by its weekday, and in autumn by its week."""
    weekday, week = england.weekday_shape(phase), england.week_shape(phase)
    by_weekday = np.log([weekday[day.weekday()] for day in calendar.days])
    by_week = np.log([week.get(_autumn_week(day), 1.0) for day in calendar.days])
    return SHAPE[phase] * by_weekday + SEASON * by_week


def _autumn_week(day: date) -> int:
    return day.isocalendar().week if day.month >= 9 else -1


def _reasons(register: Register, missed: np.ndarray, rng) -> np.ndarray:
    """The code of each missed session, one a spell of absence: illness, or other, the likelier the more is missed."""
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
