"""What the marks of a made-up authority come to, in the terms in which England's figures are published."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.synthetic.authority import Authority, made_up_authority
from pipeline.synthetic.extracts import CODES, IS_ABSENCE, IS_POSSIBLE
from pipeline.vocabulary.school_year import SchoolYear

ILLNESS_AND_OTHER = [list(CODES).index(code) for code in "IO"]


@dataclass(frozen=True)
class Measured:
    """`pupils`: a row a spell of this year. `codes`: sessions by phase, weekday, half term and code, this year.

    `spells`: lengths in days of runs of illness or other absence. `rates_before`: last year's rate by child.
    """

    authority: Authority
    pupils: pl.DataFrame
    codes: pl.DataFrame
    spells: np.ndarray
    rates_before: dict[int, float]


def measured(*, pupils: int, schools: int, seed: int, weeks: int = 20) -> Measured:
    authority = made_up_authority(pupils, schools, seed=seed, year=SchoolYear(2025))
    last = authority.now.calendar.last_index(authority.now.calendar.last_day_of_week(weeks))
    rows, codes, spells, before = [], [], [], {}
    for school in authority.schools:
        register = authority.register(school, authority.now)
        rows.append(_pupils(register, last))
        codes.append(_codes(register))
        spells.append(_spell_lengths(register.codes))
        past = authority.register(school, authority.before)
        before |= dict(zip(past.roll.child.tolist(), _rate(past.codes).tolist(), strict=True))
    return Measured(authority, pl.concat(rows), pl.concat(codes), np.concatenate(spells), before)


def auc(positive: np.ndarray, score: np.ndarray) -> float:
    """The chance that one of `positive` scores above one of the others; ties count half."""
    _, place, sizes = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(sizes) - (sizes - 1) / 2)[place]
    ones = positive.sum()
    return (rank[positive].sum() - ones * (ones + 1) / 2) / (ones * (len(score) - ones))


def _pupils(register, last: int) -> pl.DataFrame:
    so_far = register.codes[:, : last + 1]
    roll = register.roll
    return pl.DataFrame(
        {
            "child": roll.child, "phase": np.full(len(roll), roll.phase), "group": roll.group, "sen": roll.sen,
            "possible": IS_POSSIBLE[register.codes].sum(axis=(1, 2)), "rate": _rate(register.codes),
            "possible_ytd": IS_POSSIBLE[so_far].sum(axis=(1, 2)), "rate_ytd": _rate(so_far),
            "part_time": (register.codes == list(CODES).index("C2")).sum(axis=(1, 2)),
            "not_required": (register.codes == list(CODES).index("X")).sum(axis=(1, 2)),
        }
    )  # fmt: skip


def _rate(codes: np.ndarray) -> np.ndarray:
    return IS_ABSENCE[codes].sum(axis=(1, 2)) / np.maximum(IS_POSSIBLE[codes].sum(axis=(1, 2)), 1)


def _codes(register) -> pl.DataFrame:
    _, day, _ = np.nonzero(register.codes)
    weekday = np.array([one.weekday() for one in register.calendar.days])
    marks = pl.DataFrame(
        {
            "weekday": weekday[day],
            "half_term": register.calendar.half_terms[day],
            "number": register.codes[np.nonzero(register.codes)],
        }
    )
    counted = marks.group_by("weekday", "half_term", "number").len("sessions")
    number = counted["number"].to_numpy()
    return counted.select(
        "weekday", "half_term", "sessions", phase=pl.lit(register.roll.phase), code=pl.Series(CODES[number]),
        is_absence=pl.Series(IS_ABSENCE[number]), is_possible=pl.Series(IS_POSSIBLE[number]),
    )  # fmt: skip


def _spell_lengths(codes: np.ndarray) -> np.ndarray:
    away = np.isin(codes, ILLNESS_AND_OTHER).any(axis=2)
    edges = np.diff(np.pad(away, ((0, 0), (1, 1))).astype(int), axis=1)
    return np.argwhere(edges == -1)[:, 1] - np.argwhere(edges == 1)[:, 1]
