"""Where the children of a made-up authority live: brothers and sisters together, some of them twins.

Who shares a home shares a surname, so homes are made of children whose surnames were drawn alike. Postcodes are of the
area XA, which is no area of the United Kingdom.
"""

from dataclasses import dataclass

import numpy as np

TWINS = 0.008
"""Pairs of twins for each child: about one and a half children in a hundred are twins in England."""

SHARED = (0.45, 0.80)
"""Of a surname's children, the share that live with no other child on roll, and with at most one."""

CHILDREN_A_POSTCODE = 5
"""England has some nine million pupils at 1.7 million postcodes."""

UNIT_LETTERS = np.array(list("ABDEFGHJLNPQRSTUWXYZ"))
PLACES_A_DISTRICT, PLACES_A_SECTOR = 4000, 400


@dataclass(frozen=True)
class Homes:
    """One entry per child: `home` is a number shared by those who live together, `birth` the day born, of twins one day."""

    home: np.ndarray
    postcode: np.ndarray
    birth: np.ndarray


def homes_of(
    surname: np.ndarray, forename: np.ndarray, group: np.ndarray, birth: np.ndarray, rng: np.random.Generator
) -> Homes:
    """Homes for children who have names and birth dates; the second of two twins is given the first's birth date."""
    order = np.lexsort((rng.random(len(surname)), group, surname))
    pairs = _twins(order, surname, forename, group, rng)
    born = birth.copy()
    born[pairs[:, 1]] = born[pairs[:, 0]]
    home = _homes(surname, pairs, rng)
    places = rng.integers(0, max(len(surname) // CHILDREN_A_POSTCODE, 1), home.max() + 1)
    return Homes(home, postcodes(places)[home], born)


def _twins(order: np.ndarray, surname, forename, group, rng) -> np.ndarray:
    """Pairs of children of one surname and year group and two forenames, each child in one pair at most."""
    first, second = order[:-1], order[1:]
    alike = (
        (surname[first] == surname[second]) & (group[first] == group[second]) & (forename[first] != forename[second])
    )
    places = np.flatnonzero(alike)
    places = places[np.diff(places, prepend=-2) > 1]
    wanted = min(round(TWINS * len(order)), len(places))
    chosen = np.sort(rng.choice(places, wanted, replace=False))
    return np.column_stack([first[chosen], second[chosen]])


def _homes(surname: np.ndarray, pairs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A number per child: the same for twins, and for runs of one to three children of a surname."""
    leader = np.arange(len(surname))
    leader[pairs[:, 1]] = pairs[:, 0]
    order = np.lexsort((rng.random(len(surname))[leader], surname))
    draw = rng.random(len(order))
    size = 1 + (draw > SHARED[0]).astype(int) + (draw > SHARED[1])
    starts = np.zeros(len(order), bool)
    at = 0
    while at < len(order):
        starts[at] = True
        at += size[at]
    follows = leader[order] == np.concatenate([[-1], leader[order][:-1]])
    is_new = surname[order] != np.concatenate([[""], surname[order][:-1]])
    home = np.empty(len(order), int)
    home[order] = np.cumsum((starts & ~follows) | is_new) - 1
    return home


def postcodes(places: np.ndarray) -> np.ndarray:
    """The postcode of each numbered place: as many to a sector, and sectors to a district, as is usual."""
    district = places // PLACES_A_DISTRICT + 1
    sector = places % PLACES_A_DISTRICT // PLACES_A_SECTOR
    unit = places % PLACES_A_SECTOR
    letters = np.char.add(UNIT_LETTERS[unit // len(UNIT_LETTERS)], UNIT_LETTERS[unit % len(UNIT_LETTERS)])
    outward = np.char.add("XA", district.astype("U3"))
    return np.char.add(np.char.add(np.char.add(outward, " "), sector.astype("U1")), letters)
