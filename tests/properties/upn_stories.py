"""Some nights of rolls and marks on which UPNs change, are temporary, or are sent for two children; and the files they come in."""

from dataclasses import dataclass, fields
from datetime import date

import polars as pl
from hypothesis import strategies as st

from tests.edges.delivered import ASH, BIRCH, upn

DAYS = tuple(date(2025, 9, day) for day in (12, 15, 16))

CHILDREN = {
    "amira": ("Okafor", "Amira", "2013-03-01"),
    "zara": ("Okafor", "Zara", "2013-03-01"),
    "ben": ("Bede", "Ben", "2013-04-01"),
    "cato": ("Cole", "Cato", "2015-05-01"),
}
"""Amira and Zara are twins."""

WHOSE = (
    ("old", "amira"), ("old", "amira"), ("new", "amira"), ("newer", "amira"), ("temp", "ben"), ("temp", "ben"), ("perm", "ben"),
    ("twin", "zara"), ("old", "zara"), ("shared", "amira"), ("shared", "cato"), ("shared", "cato"),
)  # fmt: skip
"""UPNs with the child whose each is, and sometimes with another."""

UPNS = tuple(dict.fromkeys(name for name, _ in WHOSE))


@dataclass(frozen=True)
class OnRoll:
    """One row of a roll."""

    urn: int
    upn: str
    surname: str
    forename: str
    date_of_birth: str
    former_upn: str
    entry_date: str
    leaving_date: str
    nc_year: str = "8"


@dataclass(frozen=True)
class Marked:
    """One row of a register."""

    urn: int
    upn: str
    date: str
    session: str
    code: str


def _on_roll(urn: int, whose: tuple[str, str], former: str, dates: tuple[str, str]) -> OnRoll:
    name, child = whose
    return OnRoll(urn, upn(name), *CHILDREN[child], upn(former) if former else "", *dates)


a_school = st.sampled_from([ASH, ASH, ASH, BIRCH])
a_row = st.builds(
    _on_roll, a_school, st.sampled_from(WHOSE), st.sampled_from(["", "", "", "old", "new", "twin", "gone"]),
    st.sampled_from([("2024-09-02", ""), ("2024-09-02", ""), ("2025-09-03", ""), ("2024-09-02", "2025-09-12"),
                     ("2025-09-03", "2025-09-01")]),
)  # fmt: skip
a_mark = st.builds(
    Marked, a_school, st.sampled_from(UPNS).map(upn), st.sampled_from(["2025-09-08", "2025-09-09"]), st.sampled_from(["AM", "PM"]),
    st.sampled_from(["I", "O", "/"]),
)  # fmt: skip

Night = tuple[list[OnRoll], list[Marked]]

some_nights = st.tuples(*(
    st.tuples(st.lists(a_row, min_size=1, max_size=5, unique=True), st.lists(a_mark, max_size=4, unique=True)) for _ in DAYS
))  # fmt: skip

TakeIn = dict[str, pl.DataFrame]


def in_one(night: Night) -> list[TakeIn]:
    """A night's rows in one take-in, in one file each."""
    return [{name: table(rows) for name, rows in zip(("roll", "marks"), night, strict=True) if rows}]


@st.composite
def cut(draw, night: Night) -> list[TakeIn]:
    """A night's rows in one take-in or two, in files of any rows."""
    take_ins: list[TakeIn] = [{}, {}]
    for name, rows in zip(("roll", "marks"), night, strict=True):
        files: dict[tuple[int, int], list] = {}
        for row in draw(st.permutations(rows)):
            files.setdefault(draw(st.sampled_from([(0, 0), (0, 1), (1, 0)])), []).append(row)
        for (turn, number), part in files.items():
            take_ins[turn][f"{name}_{turn}_{number}"] = table(part)
    return [one for one in take_ins if one]


def table(rows: list) -> pl.DataFrame:
    names = [one.name for one in fields(rows[0])]
    return pl.DataFrame([[str(getattr(row, name)) for name in names] for row in rows], schema=names, orient="row")
