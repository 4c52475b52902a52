"""What is predicted: missing a tenth or more of what comes next. Never SEN, in any form.

Children most absent through illness are the least often identified (Education Policy Institute 2025), so a model of who was
identified would push them down. Whoever has fewer than 40 possible sessions before or after is neither: they left, came, or
were not seen for long enough, and are censored rather than counted as doing well.
"""

import polars as pl

TENTH = 0.1
"""DfE's line of persistent absence, inclusive."""

ENOUGH = 40
"""Possible sessions, before and after."""

LABEL_WEEKS = 12
"""School weeks looked ahead."""

IN_WORDS = "misses a tenth or more of possible sessions in the next period"
OF_A_HOME = "misses a tenth or more of possible sessions in the next twelve school weeks"


def label(possible: pl.Expr, absence: pl.Expr, *, enough: int = ENOUGH) -> pl.Expr:
    """Whether a tenth or more of the sessions after were missed; null, censored, where too few were possible or none is known.

    Whole numbers are compared (ten times the missed), so that exactly a tenth is a tenth.
    """
    return pl.when((possible >= enough) & absence.is_not_null()).then(absence * 10 >= possible)


def has_past(possible: pl.Expr, *, enough: int = ENOUGH) -> pl.Expr:
    """Whether enough is known of a pupil before to be looked at."""
    return (possible >= enough).fill_null(False)
