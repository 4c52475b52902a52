"""Wider needs that staff of a made-up authority added, and its early years profiles.

Drawn apart from all else, so that no child, spell or mark is other than it would be without them. What share of pupils has
which need is from memory and in round numbers, for no figure was to hand: some four in a hundred have one. Young carers are
those whom the spring census has.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from .authority import Authority, Year
from .children import Children
from .destinations import young_carers
from .schools import School

SHARES = {"bereavement": 0.011, "housing": 0.010, "waiting_for_camhs": 0.014, "parent_in_prison": 0.004, "other": 0.003}
"""Of children, over two years, of which less than three parts in four are over in February."""

SPELLINGS = {
    "young_carer": ("Young carer", "young-carer", "Young Carer"), "bereavement": ("Bereavement", "bereaved"),
    "housing": ("Housing", "Temporary accommodation"), "waiting_for_camhs": ("Waiting for CAMHS", "CAMHS waiting list"),
    "parent_in_prison": ("Parent in prison", "parent in prison"), "other": ("Other", "other"),
}  # fmt: skip
ADDED_BY = (
    "SENCo", "Pastoral", "Head of year", "Class teacher", "Attendance officer", "DSL", "Family support worker",
    "School nurse", "other",
)  # fmt: skip

DAYS, DAYS_OF_CARERS = 640, 420
"""From the first of September of last school year: until May, or before the spring census."""
ENDS = 0.3
"""Share of needs that end, young carers apart, between a month and ten after they were added."""

GOOD_LEVEL = (0.78, 0.30, 0.05)
"""Share with a good level of development of those with no SEN, SEN support and a plan now: some two in three of
all. From memory."""
LESS_WHERE_ABSENT = 0.08
"""By how much less where a child's propensity to be absent is one standard deviation more."""

YOUNGEST_YEARS = 4
"""Profiles are told of up to this year group."""
FEW_MADE = (2020, 2021)
"""Summers in which schools need not make any."""

GOOD_LEVEL_WORDS = (("yes", "no"), ("Y", "N"), ("1", "0"), ("GLD", "No GLD"))

WIDER_NEEDS = {
    "urn": pl.Int64, "upn": pl.String, "need": pl.String, "added_by": pl.String, "added_on": pl.Date, "ended": pl.Date,
}  # fmt: skip
PROFILES = {"urn": pl.Int64, "upn": pl.String, "assessed_on": pl.Date, "year": pl.Int64, "good_level": pl.String}


@dataclass(frozen=True)
class BeyondRoutes:
    """`needs` has one row per child (`child`, its number) and need; `good_level` one entry per child."""

    needs: pl.DataFrame
    good_level: np.ndarray


def beyond_routes(authority: Authority) -> BeyondRoutes:
    rng = np.random.default_rng([authority.seed, authority.now.year.starts, 2029])
    children = authority.children
    needs = _needs(rng.random((len(children), 4)), date(authority.before.year.starts, 9, 1))
    base = np.array(GOOD_LEVEL)[children.sen] - LESS_WHERE_ABSENT * children.propensity_before
    return BeyondRoutes(needs, rng.random(len(children)) < np.clip(base, 0.02, 0.98))


def _needs(draws: np.ndarray, first: date) -> pl.DataFrame:
    """One row per child and need: `day`, the day somebody thought of it, and after how many `days` it ended."""
    which, when, how_long, who = draws.T
    child = np.arange(len(draws))
    drawn = np.searchsorted(np.cumsum(list(SHARES.values())), which, side="right")
    has, cares = np.flatnonzero(drawn < len(SHARES)), np.flatnonzero(young_carers(child) != "N")
    need = np.concatenate([np.array(list(SHARES))[drawn[has]], np.full(len(cares), "young_carer")])
    theirs = np.concatenate([has, cares])
    span = np.where(need == "young_carer", DAYS_OF_CARERS, DAYS)
    ends = (how_long[theirs] < ENDS) & (need != "young_carer")
    return pl.DataFrame(
        {
            "child": theirs, "need": [_spelt(*one) for one in zip(need, theirs, strict=True)],
            "added_by": np.array(ADDED_BY)[(who[theirs] * len(ADDED_BY)).astype(int)],
            "day": [first + timedelta(days=int(days)) for days in when[theirs] * span],
            "days": pl.Series(np.where(ends, 30 + how_long[theirs] / ENDS * 270, np.nan), nan_to_null=True).cast(pl.Int64),
        }
    ).sort("child", "need")  # fmt: skip


def _spelt(need: str, child: int) -> str:
    words = SPELLINGS[str(need)]
    return words[int(child) % len(words)]


def wider_needs_table(school: School, year: Year, children: Children, needs: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row per need that the school had added by `as_of`, of pupils on its roll on the day: each school adds its own, from
    a fortnight after a pupil came."""
    here = year.spells_at(school).filter((pl.col("status") != "S") & (pl.col("entry_date") <= as_of))
    day = _weekday(pl.max_horizontal("day", pl.col("entry_date").dt.offset_by("14d")))
    told = here.join(needs, on="child").with_columns(added_on=day)
    until = pl.col("leaving_date").fill_null(as_of).clip(upper_bound=as_of)
    told = told.filter(pl.col("added_on") <= until).sort("child", "need", "added_on")
    ended = pl.col("added_on") + pl.duration(days="days")
    return told.select(
        pl.lit(school.urn).alias("urn"), pl.Series("upn", _upns(children, told), pl.String), "need", "added_by",
        "added_on", pl.when(ended <= as_of).then(ended).alias("ended"),
    ).cast(WIDER_NEEDS)  # fmt: skip


def _weekday(day: pl.Expr) -> pl.Expr:
    """`day`, or the Friday before it."""
    return day - pl.duration(days=(day.dt.weekday().cast(pl.Int64) - 5).clip(0))


def _upns(children: Children, rows: pl.DataFrame) -> list[str]:
    return children.upn[rows["child"].to_numpy()].astype(str).tolist()


def profiles_table(school: School, year: Year, children: Children, good_level: np.ndarray, as_of: date) -> pl.DataFrame:
    """One row per pupil of the younger year groups on roll on `as_of` who was assessed by then, in the June of their Reception
    year. A pupil assessed before they came is told of with no school."""
    here = year.spells_at(school).filter(
        (pl.col("status") != "S") & (pl.col("entry_date") <= as_of)
        & (pl.col("leaving_date").is_null() | (pl.col("leaving_date") > as_of))
    ).sort("child")  # fmt: skip
    child = here["child"].to_numpy()
    group = year.group[child]
    assessed = [
        date(year.year.starts + 1 - int(at), 6, 3 + int(one) % 24) for at, one in zip(group, child, strict=True)
    ]
    yes, no = GOOD_LEVEL_WORDS[school.number % len(GOOD_LEVEL_WORDS)]
    rows = here.select(
        pl.Series("upn", _upns(children, here), pl.String), "entry_date",
        _weekday(pl.lit(pl.Series(assessed, dtype=pl.Date))).alias("assessed_on"),
        pl.Series("good_level", np.where(good_level[child], yes, no)),
    ).with_columns(year=pl.col("assessed_on").dt.year())  # fmt: skip
    is_told = (pl.Series(group) <= YOUNGEST_YEARS) & (pl.col("assessed_on") <= as_of) & ~pl.col("year").is_in(FEW_MADE)
    urn = pl.when(pl.col("entry_date") <= pl.col("assessed_on")).then(pl.lit(school.urn, pl.Int64)).alias("urn")
    return rows.filter(is_told).with_columns(urn).select(*PROFILES).cast(PROFILES)
