"""What is predicted: missing a tenth or more of what comes next. Never SEN, in any form.

Children most absent through illness are the least often identified (Education Policy Institute 2025), so a model of who was
identified would push them down. Whoever has fewer than 40 possible sessions before or after is neither: they left, came, or
were not seen for long enough, and are censored rather than counted as doing well.
"""

from dataclasses import dataclass

import polars as pl

TENTH = 0.1
"""DfE's line of persistent absence, inclusive."""

ENOUGH = 40
"""Possible sessions, before and after."""

LABEL_WEEKS = 12
"""School weeks looked ahead."""


@dataclass(frozen=True)
class Label:
    """What is asked of each row, and how it is said: `asks` of the future, `came` and `went_on` of the past, `unknown` of whoever is censored."""

    asks: str
    came: str = "missed a tenth or more"
    went_on: str = "went on to miss a tenth or more"
    unknown: str = "left or were not seen for long enough"


NEXT_PERIOD = Label("misses a tenth or more of possible sessions in the next period")
OF_A_HOME = Label("misses a tenth or more of possible sessions in the next twelve school weeks")
NEED_FOUND = Label("has a need found when looked at", "had a need found", "had a need found", "are of no known outcome")
"""The second label: of those alone who were looked at, what the review said. A need known already, or none, is no need found."""


def label(possible: pl.Expr, absence: pl.Expr, *, enough: int = ENOUGH) -> pl.Expr:
    """Whether a tenth or more of the sessions after were missed; null, censored, where too few were possible or none is known.

    Whole numbers are compared (ten times the missed), so that exactly a tenth is a tenth.
    """
    return pl.when((possible >= enough) & absence.is_not_null()).then(absence * 10 >= possible)


def has_past(possible: pl.Expr, *, enough: int = ENOUGH) -> pl.Expr:
    """Whether enough is known of a pupil before to be looked at."""
    return (possible >= enough).fill_null(False)
