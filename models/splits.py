"""How past and future are kept apart.

A cut stands at the end of one period. It is trained on earlier periods only, whose labels were over when the cut's own
began: two label windows never overlap. And within each cut pupils are parted into folds by themselves, so that no pupil
was learned from by what scores them. Across a break - the register codes of August 2024, years of disruption - nothing is
learned or compared.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

FOLDS = 3
MOST_CUTS = 3

CODE_CHANGE = date(2024, 8, 1)
"""First school year of the School Attendance (Pupil Registration) Regulations 2024, in force 19 August 2024: another set of codes."""

DISRUPTED = ((date(2019, 8, 1), date(2022, 7, 31)),)
"""School years 2019/20 to 2021/22: closures, and absences that were none of the child's."""


@dataclass(frozen=True)
class Cut:
    """One test: the rows of `period` are ordered by what was learned of the periods `trained_on`."""

    period: int
    trained_on: tuple[int, ...]


def cuts(regimes: dict[int, int], *, most: int = MOST_CUTS) -> tuple[Cut, ...]:
    """The latest cuts, in order of time. `regimes` has, for each period with labels, which stretch between breaks it is of.

    A period's label is the next one, so what was learned from the period before a cut ends where the cut stands.
    """
    found = []
    for period in sorted(regimes):
        earlier = tuple(one for one in sorted(regimes) if one < period and regimes[one] == regimes[period])
        if earlier:
            found.append(Cut(period, earlier))
    return tuple(found[-most:])


def overlaps_a_break(first: date, last: date) -> bool:
    """Whether these days reach across the change of codes, or into a disrupted year."""
    across = first < CODE_CHANGE <= last
    return across or any(first <= until and since <= last for since, until in DISRUPTED)


def breaks_before(day: date) -> int:
    """How many breaks were over by a day: days with another number are of another stretch."""
    return (CODE_CHANGE <= day) + sum(until < day for _, until in DISRUPTED)


def drawn(salt: str, keys: Iterable[object]) -> np.ndarray:
    """A number from 0 to under 1 for each key: the same for the same salt and key, on any machine, in any order."""
    return np.array([_drawn(f"{salt}\x1f{key}") for key in keys], dtype=np.float64)


def _drawn(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big") / 2**48


def folds_of(pupils: Sequence[str], *, seed: int, folds: int = FOLDS) -> np.ndarray:
    """The fold of each row, from 0: all rows of a pupil, whatever the school or period, are in one."""
    distinct = sorted(set(pupils))
    fold = dict(zip(distinct, (drawn(f"fold {seed}", distinct) * folds).astype(int), strict=True))
    return np.array([fold[pupil] for pupil in pupils], dtype=np.int64)
