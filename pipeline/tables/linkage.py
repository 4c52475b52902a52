"""By what two records of a child are compared, and how much each thing they agree or differ in weighs.

Each level of a comparison has `m`, how often two records of one child come out so, and `u`, how often two records of two
children do. What m/u comes to, multiplied over the four comparisons, turns the odds that any two records are one
child's into the odds that these are (Fellegi and Sunter, 1969, as Splink computes it).

`u` here is arithmetic: fourteen year groups of birthdays; names and postcodes as common as they are in England, and rather
more. `m` is judgement: of children in England asked twice, 18 % of surnames and 12 % of forenames differed (Avon
Longitudinal Study, told in the International Journal of Population Data Science, 2024). Neither was learned from
anybody's records. A home may learn its own once, and then keeps them with its names.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from functools import cached_property

AUTHORITY = 250_000
"""Two records are one child's in one of so many pairs: the pupils of the largest authority. In a smaller one this errs
towards asking a person."""

PUPILS_A_NAME = 20_000
"""A forename that one pupil in so many bears is a name; what fewer bear may be a misspelling, on a roll too."""

RATHER_ASK = 10_000
"""Names are as common as they are among a home's pupils and this many more, to whom they are as common as in England: so
that a small roll makes no name look rare, or common."""


@dataclass(frozen=True)
class Level:
    """One way for two records to come out. `when` is SQL over columns that end in `_l` and `_r`; the first true one holds.

    Where two agree in a name that is rarer or commoner than most (`rarity_of`), they weigh more or less by it. `is_fixed`: no
    learning changes it.
    """

    name: str
    when: str
    m: float
    u: float
    rarity_of: str | None = None
    is_fixed: bool = False


@dataclass(frozen=True)
class Comparison:
    """Its levels, tried in order; where a part is missing on either side (`missing`) it weighs nothing."""

    name: str
    missing: str
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Model:
    comparisons: tuple[Comparison, ...]

    @cached_property
    def as_json(self) -> str:
        told = {one.name: {level.name: [level.m, level.u] for level in one.levels} for one in self.comparisons}
        return json.dumps(told, sort_keys=True)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.as_json.encode()).hexdigest()[:16]


def model_from(text: str) -> Model:
    """The model of `as_json`. Raises ValueError where it is not one of these comparisons."""
    told = json.loads(text)
    try:
        return Model(tuple(_with_learned(one, told[one.name]) for one in SHIPPED.comparisons))
    except (KeyError, TypeError) as fault:
        raise ValueError(f"no model of these comparisons ({type(fault).__name__})") from None


def _with_learned(comparison: Comparison, told: dict[str, list[float]]) -> Comparison:
    levels = tuple(
        level if level.is_fixed else replace(level, m=told[level.name][0], u=told[level.name][1])
        for level in comparison.levels
    )
    return replace(comparison, levels=levels)


def _missing(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _spelt_alike(name: str) -> str:
    """A letter or two apart, or the one among the words of the other."""
    both = f"{name}_l, {name}_r"
    near = f"jaro_winkler_similarity({both}) >= 0.92"
    one_off = f"(damerau_levenshtein({both}) = 1 AND least(length({name}_l), length({name}_r)) >= 3)"
    within = " OR ".join(f"contains(' ' || {name}_{a} || ' ', ' ' || {name}_{b} || ' ')" for a, b in ("lr", "rl"))
    return f"({near} OR {one_off} OR {within})"


_SWAPPED = "(surname_l = forename_r AND forename_l = surname_r)"

SURNAME = Comparison(
    "surname", _missing("surname"), (
        Level("same", "surname_l = surname_r", 0.86, 0.002, rarity_of="surname"),
        Level("spelt_alike", _spelt_alike("surname"), 0.09, 0.004),
        Level("swapped", _SWAPPED, 0.02, 0.00003),
        Level("another", "ELSE", 0.03, 0.994),
    ),
)  # fmt: skip

FORENAME = Comparison(
    "forename", _missing("forename"), (
        Level("same", "forename_l = forename_r", 0.86, 0.005, rarity_of="forename"),
        Level("short_form", "whole_forename_l = whole_forename_r", 0.03, 0.001),
        Level("another_alike", f"is_borne_l AND {_spelt_alike('forename')}", 0.0000024, 0.004, is_fixed=True),
        Level("spelt_alike", _spelt_alike("forename"), 0.09, 0.006),
        Level("swapped", _SWAPPED, 1.0, 1.0, is_fixed=True),  # weighed once, with the surname
        Level("another", "ELSE", 0.00005, 0.98, is_fixed=True),
    ),
)  # fmt: skip
"""Another forename weighs more than it does between strangers: where surname, birth date and postcode agree, the other
child is a twin, and there are more twins than children who go by two forenames. So no rule and no learning joins them. One
that is only spelt alike but that other pupils bear (Sara, Zara) may be a twin's too: where all else agrees, a person is
asked."""

BIRTH_DATE = Comparison(
    "birth_date", _missing("born"), (
        Level("same", "born_l = born_r", 0.945, 0.0002),
        Level("day_and_month_swapped", "born_l = born_swapped_r", 0.015, 0.0001),
        Level("one_digit", "hamming(born_l, born_r) = 1", 0.03, 0.005),
        Level("another", "ELSE", 0.001, 0.9947),
    ),
)  # fmt: skip

POSTCODE = Comparison(
    "postcode", _missing("postcode"), (
        Level("same", "postcode_l = postcode_r", 0.83, 0.0002),
        Level("sector", "sector_l = sector_r", 0.03, 0.005),
        Level("district", "district_l = district_r", 0.05, 0.03),
        Level("another", "ELSE", 0.09, 0.9648),
    ),
)  # fmt: skip

SHIPPED = Model((SURNAME, FORENAME, BIRTH_DATE, POSTCODE))

COMPARED_WHERE = (
    "l.born = r.born",
    "l.postcode = r.postcode",
    "l.surname = r.surname AND l.forename = r.forename",
    "l.surname = r.forename AND l.forename = r.surname",
)
"""Only records alike in one of these are compared at all: two that differ in all four could not come near any threshold."""
