"""Whether a group is found less than chance explains, with all groups looked at judged together.

Many groups are looked at, on lists of two lengths, and of each few come true: judged one by one, some innocent group would be named
nearly every time. So what is asked is how often the furthest of them all would be as far by chance (Westfall and Young 1993).
"""

from dataclasses import dataclass

import numpy as np

DRAWS = 999


@dataclass(frozen=True)
class Found:
    """Those of whom it came true, the terms together, an entry each: `school`, and `stratum` (school and term), numbered from 0;
    `gain`, a column for each length of list, is 1 where the order judged lists one that the plain order does not, -1 the other way
    round, else 0."""

    school: np.ndarray
    stratum: np.ndarray
    gain: np.ndarray


@dataclass(frozen=True)
class Apart:
    """By group and length of list: `by`, how much less the group gained, a share of those of it; `chance`, how often the furthest
    of all groups and lists would be as far, did groups not matter."""

    by: np.ndarray
    chance: np.ndarray


def behind(found: Found, groups: list[np.ndarray], *, seed: int) -> Apart:
    """Each group beside all others of its own school and term: who is of it is drawn again there, among those of whom it came true.
    `groups` says of each entry whether it is of the group."""
    inside = np.array(groups, dtype=np.float64)
    size = inside.sum(axis=1)[:, None]
    usual, spread = _expected(found, inside)
    spread = np.where(spread > 0, spread, np.inf)
    rng, furthest = np.random.default_rng(seed), np.zeros(DRAWS)
    order = np.argsort(found.stratum, kind="stable")
    for draw in range(DRAWS):
        shuffled = np.empty_like(found.gain)
        shuffled[order] = found.gain[np.lexsort((rng.random(len(order)), found.stratum))]
        furthest[draw] = ((usual - inside @ shuffled) / spread).max(initial=0.0)
    short = usual - inside @ found.gain
    others = np.maximum(len(found.school) - size, 1)
    return Apart(short * (1 / np.maximum(size, 1) + 1 / others), _chance(short / spread, furthest))


def lost(found: Found, groups: list[np.ndarray], *, seed: int) -> Apart:
    """Each group by itself: whether the order judged finds less of it than the plain order, each school's difference being as
    likely to fall the other way."""
    schools = int(found.school.max(initial=-1)) + 1
    by_school = np.array(
        [
            [np.bincount(found.school, weights=inside * gain, minlength=schools) for gain in found.gain.T]
            for inside in groups
        ]
    ).reshape(len(groups), found.gain.shape[1], schools)
    spread = np.sqrt((by_school**2).sum(axis=2))
    spread = np.where(spread > 0, spread, np.inf)
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(DRAWS, schools))
    drawn = np.tensordot(signs, by_school, axes=(1, 2)) / spread
    furthest = drawn.max(axis=(1, 2), initial=0.0)
    short = -by_school.sum(axis=2)
    size = np.array([inside.sum() for inside in groups], dtype=np.float64)[:, None]
    return Apart(short / np.maximum(size, 1), _chance(short / spread, furthest))


def _expected(found: Found, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What groups would gain were they drawn again within each stratum, and its standard deviation, both exactly."""
    strata = int(found.stratum.max(initial=-1)) + 1
    size = np.bincount(found.stratum, minlength=strata).astype(np.float64)
    total = np.array([np.bincount(found.stratum, weights=gain, minlength=strata) for gain in found.gain.T])
    squares = np.array([np.bincount(found.stratum, weights=gain**2, minlength=strata) for gain in found.gain.T])
    mean = np.divide(total, size, out=np.zeros_like(total), where=size > 0)
    variance = np.divide(squares, size, out=np.zeros_like(total), where=size > 0) - mean**2
    within = np.array([np.bincount(found.stratum, weights=one, minlength=strata) for one in inside])
    others = np.divide(within * (size - within), size - 1, out=np.zeros_like(within), where=size > 1)
    return within @ mean.T, np.sqrt(np.maximum(others @ variance.T, 0))


def _chance(far: np.ndarray, furthest: np.ndarray) -> np.ndarray:
    return (1 + (furthest[:, None, None] >= far - 1e-9).sum(axis=0)) / (DRAWS + 1)
