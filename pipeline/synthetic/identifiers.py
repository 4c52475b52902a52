"""UPNs that check out, for many children at once."""

import numpy as np

from pipeline.vocabulary.identifiers import UPN_LETTERS

LETTERS = np.array(list(UPN_LETTERS))


def upns(authority: np.ndarray, establishment: np.ndarray, year: np.ndarray, temporary: np.ndarray) -> np.ndarray:
    """One UPN a child, no two alike: given by `establishment` of `authority` in the two-digit `year`."""
    place = (authority.astype(np.int64) * 10_000 + establishment) * 100 + year
    place, serial = _with_serials(place, temporary)
    last_two = np.where(temporary, serial // len(LETTERS), serial // 10)
    last = np.where(temporary, serial % len(LETTERS), serial % 10)
    digits = _digits(place * 100 + last_two, 11)
    total = digits @ np.arange(2, 13) + 13 * last
    first = LETTERS[total % len(LETTERS)]
    ending = np.where(temporary, LETTERS[last % len(LETTERS)], (last % 10).astype("U1"))
    middle = np.char.zfill((place * 100 + last_two).astype("U11"), 11)
    return np.char.add(np.char.add(first, middle), ending)


def _with_serials(place: np.ndarray, temporary: np.ndarray, room: int = 999) -> tuple[np.ndarray, np.ndarray]:
    """A serial from 1 within each place and kind; those past the room go to the next establishment number."""
    serial = np.zeros(len(place), dtype=np.int64)
    waiting = np.arange(len(place))
    taken: dict[tuple[int, bool], int] = {}
    for child in waiting:
        key = (int(place[child]), bool(temporary[child]))
        while taken.get(key, 0) >= room:
            place[child] += 100
            key = (int(place[child]), key[1])
        taken[key] = serial[child] = taken.get(key, 0) + 1
    return place, serial


def _digits(numbers: np.ndarray, width: int) -> np.ndarray:
    """One row a number, one column a digit."""
    return numbers[:, None] // 10 ** np.arange(width - 1, -1, -1) % 10


def wrong_check_letter(upn: str) -> str:
    """`upn` with a first letter that does not fit."""
    return ("A" if upn[0] != "A" else "B") + upn[1:]
