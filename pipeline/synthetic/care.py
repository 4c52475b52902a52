"""The return on children looked after (SSDA903) of a made-up authority: header and episodes.

One pupil in 149 is in care, about as many as in England: those whom the pupils table calls looked after. One in 600 was
so, and is no longer.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from .authority import Authority
from .children import NOWHERE, Children

RETURN_DATE = "%d/%m/%Y"
IN_CARE_EVERY, LEFT_CARE_EVERY = 149, 600

LEGAL_STATUSES = {"C2": 0.55, "C1": 0.17, "V2": 0.22, "E1": 0.06}
PLACEMENTS = {"U6": 0.42, "U4": 0.18, "U3": 0.12, "K2": 0.13, "P1": 0.08, "K3": 0.04, "S1": 0.03}
OUTSIDE = 0.4
"""Share placed in another authority's area: two in five or so, from memory, for no figure was to hand."""

_HEADER = ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB")
_EPISODES = (
    "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC", "REASON_PLACE_CHANGE", "HOME_POST",
    "PL_POST", "URN",
)  # fmt: skip


def in_care(child: np.ndarray) -> np.ndarray:
    """Which of the children numbered `child` are in care all year."""
    return child % IN_CARE_EVERY == 0


def care_tables(authority: Authority, as_of: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The header and the episodes that a council holds on `as_of`."""
    children = authority.children
    here = np.flatnonzero((children.here != NOWHERE) | children.joins)
    was = here[(here % LEFT_CARE_EVERY == 1) & ~in_care(here)]
    ever = np.sort(np.concatenate([here[in_care(here)], was]))
    episodes = [row for child in ever for row in _episodes(int(child), authority, as_of)]
    return _header(children, ever), pl.DataFrame(episodes, schema=_EPISODE_SCHEMA, orient="row")


def _number(child: int) -> str:
    """The council's own number of a child, which is no part of the UPN."""
    return str(100_000 + child * 7919 % 899_981)


def _header(children: Children, ever: np.ndarray) -> pl.DataFrame:
    nothing = pl.Series([None] * len(ever), dtype=pl.String)
    columns = (
        pl.Series([_number(int(child)) for child in ever], dtype=pl.String),
        pl.Series(np.where(children.is_boy[ever], "1", "2")), pl.Series(children.birth[ever]).cast(pl.Date),
        pl.Series(children.ethnicity[ever]), pl.Series(children.upn[ever]), nothing, nothing,
    )  # fmt: skip
    return pl.DataFrame(dict(zip(_HEADER, columns, strict=True)))


_EPISODE_SCHEMA = {name: pl.Date if name in ("DECOM", "DEC") else pl.String for name in _EPISODES}


def _episodes(child: int, authority: Authority, as_of: date) -> list[tuple]:
    """One to three episodes of a child, each beginning the day the one before ended; the last may last."""
    rng = np.random.default_rng([authority.seed, child, 903])
    count, stays = int(rng.integers(1, 4)), bool(in_care(np.array(child)))
    begun = as_of - timedelta(days=int(rng.integers(200, 900)))
    changes = sorted(int(one) for one in rng.choice(np.arange(30, 190), count - (1 if stays else 0), replace=False))
    starts = [begun, *(begun + timedelta(days=one) for one in changes)]
    ends = [*starts[1:], None] if stays else starts[1:]
    home = str(authority.children.postcode[child])
    status = _drawn(LEGAL_STATUSES, rng)
    return [
        (
            _number(child), starts[at], "S" if at == 0 else "P", status, "N1", _drawn(PLACEMENTS, rng), "PR1", end,
            None if end is None else "X1" if stays or at + 1 < len(ends) else "E4A",
            "PLACE" if end and (stays or at + 1 < len(ends)) else None, home, _placed(home, rng), None,
        )
        for at, end in enumerate(ends)
    ]  # fmt: skip


def _drawn(shares: dict[str, float], rng: np.random.Generator) -> str:
    levels = np.array(list(shares.values()))
    return str(rng.choice(list(shares), p=levels / levels.sum()))


def _placed(home: str, rng: np.random.Generator) -> str:
    """A postcode of the authority's area XA, or of XB, which is no area of the United Kingdom either."""
    return f"XB{home[2:]}" if rng.random() < OUTSIDE else f"XA1 {int(rng.integers(0, 10))}AB"
