"""A pupil's absence now against their own absence before: in whole numbers, so that no line is crossed by rounding."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

_FINE = 10_000
"""Parts a school's own rise is counted in: hundredths of a point."""


@dataclass(frozen=True)
class Compared:
    """Missed and possible sessions of two stretches of time, by the names of their columns, and the column that has the
    school's own rise between them. A school that fell is no reason to expect less of a pupil."""

    missed: str
    possible: str
    missed_before: str
    possible_before: str
    school_rise: str

    @cached_property
    def _four(self) -> tuple[pl.Expr, ...]:
        names = (self.missed, self.possible, self.missed_before, self.possible_before)
        return tuple(pl.col(name).cast(pl.Int64) for name in names)

    @cached_property
    def _excess(self) -> pl.Expr:
        """Sessions missed beyond the rate before and the school's rise, times the possible sessions before, in `_FINE` parts."""
        missed, possible, missed_before, possible_before = self._four
        rise = (pl.col(self.school_rise).fill_null(0).clip(lower_bound=0) * _FINE).round().cast(pl.Int64)
        return (missed * possible_before - missed_before * possible) * _FINE - rise * possible * possible_before

    def up_by(self, *, points: int, sessions: int) -> pl.Expr:
        """Is it so many points above, and so many sessions more than the rate before would have come to?"""
        _, possible, _, possible_before = self._four
        by_points = self._excess >= points * (_FINE // 100) * possible * possible_before
        return by_points & (self._excess >= sessions * _FINE * possible_before)

    def beyond_chance(self, times: int, *, set_aside: int = 0) -> pl.Expr:
        """Is the square of the excess at least so many times what it would be if sessions fell singly and at random?

        They do not: they come in spells. How many times, and how many of the sessions missed are first set aside, is found by
        trial, see `lines`.
        """
        missed, possible, missed_before, possible_before = self._four
        singly = ((missed + missed_before) * possible - set_aside * possible_before) * possible_before
        return (self._excess > 0) & (self._excess * self._excess >= times * _FINE * _FINE * singly)


def fewest_from_none(times: int, *, set_aside: int = 0) -> int:
    """The sessions that are beyond chance for a pupil who missed none in an equal stretch before."""
    return next(missed for missed in range(2 * set_aside, 1000) if missed**2 >= times * (missed - set_aside) > 0)


def at_least(missed: str, possible: str, percent: int) -> pl.Expr:
    """Is so much of what was possible missed, or more?"""
    return pl.col(missed) * 100 >= pl.col(possible) * percent


def any_of(*signals) -> pl.Expr:
    """Is any of these signals raised? One that cannot be judged is not."""
    return pl.any_horizontal(*((one.evidence.fill_null(False) & one.raised).fill_null(False) for one in signals))
