"""What other agencies send of a made-up authority's children: names, birth date and postcode as people misspell them.

No UPN is in it. Which row is of which child is known here, and only here: it is what linkage is measured against.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from .authority import Authority
from .children import NOWHERE, Children
from .homes import postcodes
from .names import BOYS, GIRLS, SURNAMES

ERRORS = {
    "none": 0.50, "surname misspelt": 0.07, "forename misspelt": 0.07, "short forename": 0.04, "names swapped": 0.03,
    "two surnames": 0.02, "another surname": 0.02, "moved": 0.10, "no postcode": 0.05, "day and month swapped": 0.02,
    "one digit of the birth date wrong": 0.03, "misspelt and moved": 0.03, "misspelt and birth date wrong": 0.02,
}  # fmt: skip
"""What is wrong with a row, and the share of rows it is wrong with. Nobody has counted these for early help or school
nursing; in a cohort of children in England asked twice, 18 % of surnames and 12 % of forenames differed (Avon
Longitudinal Study, as told in the International Journal of Population Data Science, 2024)."""

STRANGERS = {
    "nobody here": 0.13, "brother or sister of a pupil": 0.06, "twin of a pupil": 0.01, "twin of a like name": 0.005,
    "namesake of a pupil": 0.02, "namesake born the same day": 0.003,
}  # fmt: skip
"""Rows of children on no roll, as shares of all rows. There are more twins and namesakes among them than there are in life,
so that there are enough to count."""

SHORT_FORENAMES = {
    "Abigail": "Abi", "Alexander": "Alex", "Charlotte": "Lottie", "Daniel": "Danny", "Edward": "Eddie",
    "Eleanor": "Ellie", "Harrison": "Harry", "Jacob": "Jake", "Jessica": "Jess", "Joseph": "Joe", "Joshua": "Josh",
    "Matilda": "Tilly", "Nathan": "Nate", "Penelope": "Penny", "Rafael": "Rafi", "Samuel": "Sam", "Sebastian": "Seb",
    "Stanley": "Stan", "Thomas": "Tom", "William": "Billy", "Zachary": "Zach",
}  # fmt: skip

ON_EITHER_SIDE = dict(zip("qwertyuiopasdfghjklzxcvbnm", "wertyuiopqsdfghjklaxcvbnmz", strict=True))


ONE_IN = 12
"""Rows of an extract: one for so many pupils. How many families early help knows differs much from place to place."""


@dataclass(frozen=True)
class Sent:
    """`rows` as an agency sends them; of each in turn the child it is of (`child`, null for one on no roll), what is wrong
    with it (`error`), and whether a twin or a brother or sister is on the rolls (`kin`)."""

    rows: pl.DataFrame
    truth: pl.DataFrame


def agencies_table(authority: Authority, as_of: date) -> pl.DataFrame:
    """An agency's extract of this year's pupils, and of children who are on no roll."""
    children = authority.children
    here = np.flatnonzero((children.here != NOWHERE) & ~children.joins)
    rng = np.random.default_rng([authority.seed, authority.now.year.starts, 23])
    return agency_rows(children, here, rng, rows=max(len(here) // ONE_IN, 40), as_of=as_of).rows


def agency_rows(children: Children, on_roll: np.ndarray, rng: np.random.Generator, *, rows: int, as_of: date) -> Sent:
    """`rows` rows of children drawn from `on_roll`, all twins among them first, and of children on no roll."""
    strangers = {kind: round(share * rows) for kind, share in STRANGERS.items()}
    drawn = _drawn(children, on_roll, max(rows - sum(strangers.values()), 0), rng)
    errors = rng.choice(list(ERRORS), len(drawn), p=np.array(list(ERRORS.values())))
    told = [_of_pupil(children, child, error, rng) for child, error in zip(drawn, errors, strict=True)]
    for kind, count in strangers.items():
        told += [_of_stranger(children, on_roll, kind, rng) for _ in range(count)]
    order = rng.permutation(len(told))
    frame = pl.DataFrame([told[place] for place in order], schema=_TOLD, orient="row")
    sent = frame.select("surname", "forename", "date_of_birth", "postcode").with_columns(
        **_involved(len(frame), as_of, rng)
    )
    return Sent(sent, frame.select("child", "error", kin=_kin(children, on_roll, frame["child"])))


_TOLD = {
    "surname": pl.String, "forename": pl.String, "date_of_birth": pl.Date, "postcode": pl.String, "child": pl.Int64,
    "error": pl.String,
}  # fmt: skip


def _drawn(children: Children, on_roll: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    twins = on_roll[_has_twin(children, on_roll)][: count // 5]
    others = rng.permutation(np.setdiff1d(on_roll, twins))
    return np.concatenate([twins, others])[:count]


def _has_twin(children: Children, on_roll: np.ndarray) -> np.ndarray:
    born = children.birth[on_roll].astype(int)
    key = children.home[on_roll] * 100_000 + born
    _, place, size = np.unique(key, return_inverse=True, return_counts=True)
    return size[place] > 1


def _kin(children: Children, on_roll: np.ndarray, child: pl.Series) -> pl.Series:
    """Per row: twin, brother or sister, or none, for a child on a roll; null for one on none."""
    home = children.home[on_roll]
    shares = np.isin(home, np.flatnonzero(np.bincount(home) > 1))
    words = np.where(_has_twin(children, on_roll), "twin", np.where(shares, "brother or sister", "none"))
    return child.replace_strict(on_roll, words, default=None, return_dtype=pl.String)


def _of_pupil(children: Children, child: int, error: str, rng: np.random.Generator) -> tuple:
    names = [str(children.surname[child]), str(children.forename[child])]
    born, postcode = children.birth[child].astype(date), str(children.postcode[child])
    for part in PARTS.get(error, (error,)):
        if part in NAMED_WRONG:
            names = NAMED_WRONG[part](names, rng)
        elif part in BORN_WRONG:
            born = BORN_WRONG[part](born, rng)
        elif part == "moved":
            postcode = _elsewhere(children, rng)
        elif part == "no postcode":
            postcode = None
    is_as_held = (*names, born, postcode) == _as_held(children, child)
    return (*names, born, postcode, int(child), "none" if is_as_held else error)


def _as_held(children: Children, child: int) -> tuple:
    held = str(children.surname[child]), str(children.forename[child])
    return (*held, children.birth[child].astype(date), str(children.postcode[child]))


PARTS = {
    "misspelt and moved": ("forename misspelt", "moved"),
    "misspelt and birth date wrong": ("surname misspelt", "one digit of the birth date wrong"),
}


def _of_stranger(children: Children, on_roll: np.ndarray, kind: str, rng: np.random.Generator) -> tuple:
    """A child on no roll: of another family, or of a pupil's."""
    near = int(rng.choice(on_roll))
    surname, forename = str(children.surname[near]), str(children.forename[near])
    born, postcode = children.birth[near].astype(date), str(children.postcode[near])
    if kind == "nobody here":
        surname, forename, born = str(rng.choice(SURNAMES)), _another(forename, rng), _another_day(born, rng)
    elif kind == "brother or sister of a pupil":
        forename, born = _another(forename, rng), _another_day(born, rng)
    elif kind.startswith("twin"):
        forename = (_alike if kind == "twin of a like name" else _another)(forename, rng)
    elif kind == "namesake of a pupil":
        born = _another_day(born, rng)
    if kind.startswith(("namesake", "nobody")):
        postcode = _elsewhere(children, rng)
    return surname, forename, born, postcode, None, kind


def _another(forename: str, rng: np.random.Generator) -> str:
    return str(rng.choice([name for name in (*BOYS, *GIRLS) if name != forename]))


def _alike(forename: str, rng: np.random.Generator) -> str:
    """A forename that begins with the same three letters, as some twins' do; else with the same one."""
    others = [name for name in (*BOYS, *GIRLS) if name != forename]
    alike = [name for name in others if name[:3] == forename[:3]] or [name for name in others if name[0] == forename[0]]
    return str(rng.choice(alike or others))


def _another_day(born: date, rng: np.random.Generator) -> date:
    """A year to seven years apart."""
    apart = timedelta(days=int(rng.integers(330, 2500)))
    return born - apart if rng.random() < 0.5 else born + apart


def _elsewhere(children: Children, rng: np.random.Generator) -> str:
    """Any of the authority's places: most who move stay within it."""
    return str(postcodes(rng.integers(0, max(len(children) // 5, 1), 1))[0])


# What goes wrong


def _misspelt(name: str, rng: np.random.Generator) -> str:
    """One letter left out, doubled, changed with its neighbour or with one beside it on the keyboard; never the first."""
    place = int(rng.integers(1, len(name)))
    before, letter, after = name[:place], name[place], name[place + 1 :]
    spelt = (
        before + after, before + letter * 2 + after, before + ON_EITHER_SIDE.get(letter, "e") + after,
        before + after[:1] + letter + after[1:],
    )  # fmt: skip
    return spelt[int(rng.integers(len(spelt)))]


def _surname_misspelt(names: list[str], rng: np.random.Generator) -> list[str]:
    return [_misspelt(names[0], rng), names[1]]


def _forename_misspelt(names: list[str], rng: np.random.Generator) -> list[str]:
    return [names[0], _misspelt(names[1], rng)]


def _shortened(names: list[str], rng: np.random.Generator) -> list[str]:
    return [names[0], SHORT_FORENAMES.get(names[1], names[1])]


def _swapped(names: list[str], rng: np.random.Generator) -> list[str]:
    return names[::-1]


def _doubled(names: list[str], rng: np.random.Generator) -> list[str]:
    return [f"{names[0]}-{rng.choice(SURNAMES)}", names[1]]


def _renamed(names: list[str], rng: np.random.Generator) -> list[str]:
    return [str(rng.choice(SURNAMES)), names[1]]


NAMED_WRONG: dict[str, Callable] = {
    "surname misspelt": _surname_misspelt, "forename misspelt": _forename_misspelt, "short forename": _shortened,
    "names swapped": _swapped, "two surnames": _doubled, "another surname": _renamed,
}  # fmt: skip


def _day_and_month_swapped(born: date, rng: np.random.Generator) -> date:
    return born.replace(month=born.day, day=born.month) if born.day <= 12 else born


def _digit_wrong(born: date, rng: np.random.Generator) -> date:
    """Another day of the same ten, or another year of the same decade."""
    if rng.random() < 0.5:
        return born.replace(day=min(born.day // 10 * 10 + int(rng.integers(1, 9)), 28))
    return born.replace(day=min(born.day, 28), year=born.year // 10 * 10 + int(rng.integers(0, 10)))


BORN_WRONG: dict[str, Callable] = {
    "day and month swapped": _day_and_month_swapped, "one digit of the birth date wrong": _digit_wrong,
}  # fmt: skip


def _involved(rows: int, as_of: date, rng: np.random.Generator) -> dict[str, pl.Series]:
    """The service, the day it began and, of one in five, the day it ended."""
    began = [as_of - timedelta(days=int(days)) for days in rng.integers(20, 500, rows)]
    ended = [
        min(day + timedelta(days=int(later)), as_of) if closed else None
        for day, later, closed in zip(began, rng.integers(10, 300, rows), rng.random(rows) < 0.2, strict=True)
    ]
    service = rng.choice(["Early Help", "School Nursing"], rows, p=[0.6, 0.4])
    return {
        "service": pl.Series(service), "start_date": pl.Series(began, dtype=pl.Date),
        "end_date": pl.Series(ended, dtype=pl.Date),
    }  # fmt: skip
