"""What of a table of absence will not do, in one sentence: what, on how many rows, and what to do."""

from collections.abc import Sequence

import polars as pl

from .errors import Unfit

MOST = 1e12
"""No measure of a pupil is larger, and arithmetic on larger ones overflows."""


def check(table: pl.DataFrame, keys: Sequence[str], extra: Sequence[str]) -> None:
    """Raises Unfit for the first thing that will not do; rows are counted from 1, the header not among them."""
    missing = [name for name in keys if name not in table.columns]
    if missing:
        raise Unfit(
            f"The table has no column {missing[0]}: it needs {', '.join(keys[:-1])} and {keys[-1]} (the school), named so."
        )
    groups = [name for name in table.columns if name.startswith("g_")]
    for name in (*keys, *extra, *groups):
        if table[name].dtype.is_nested() or table[name].dtype in (pl.Binary, pl.Object):
            raise Unfit(f"Column {name} holds lists or bytes: give one word or number in each row.")
    for name in ("period", "possible_sessions", "absence_sessions", *extra):
        if not (table[name].dtype.is_numeric() or table[name].dtype in (pl.Boolean, pl.Null)):
            raise Unfit(f"Column {name} holds what is no number{_where(table, _no_number(name))}: give numbers alone.")
    numbers = pl.col("possible_sessions"), pl.col("absence_sessions")
    possible, absence = numbers
    wrong = (
        ("period is empty or no whole number", _no_whole_number("period")),
        ("pupil or cluster is empty", pl.any_horizontal(pl.col("pupil", "cluster").is_null())),
        ("possible_sessions or absence_sessions is empty", possible.is_null() | absence.is_null()),
        ("a number of sessions is under nought or no number", pl.any_horizontal((one < 0) | one.is_nan() | one.is_infinite() for one in (possible.cast(pl.Float64), absence.cast(pl.Float64)))),
        ("absence_sessions is more than possible_sessions", absence > possible),
        *((f"{name} is infinite, or over a million million", pl.col(name).cast(pl.Float64).abs() > MOST) for name in extra),
        ("pupil, period and cluster stand on an earlier row already", ~pl.struct("pupil", "period", "cluster").is_first_distinct()),
    )  # fmt: skip
    for what, holds in wrong:
        found = _where(table, holds)
        if found:
            raise Unfit(f"In the table {what}{found}: mend or leave out those rows.")
    if table["period"].n_unique() < 2:
        raise Unfit("The table holds one period alone: an appraisal needs earlier and later ones, four or more.")
    for name in extra:
        if _is_of_the_school(table, name):
            raise Unfit(
                f"The column {name} tells which school, which no model may read: in each school all pupils of a period have the same. "
                "Leave it out."
            )


def _is_of_the_school(table: pl.DataFrame, name: str) -> bool:
    """Whether a column says nothing of a pupil, and something of a school: schools of five and more tell."""
    by_school = (
        table.drop_nulls(name)
        .group_by("cluster", "period")
        .agg(pl.len(), same=pl.col(name).n_unique() == 1, first=pl.col(name).first())
        .filter(pl.col("len") >= 5)
    )
    return (
        by_school.height > 1
        and by_school["same"].all()
        and by_school.group_by("period").agg(pl.col("first").n_unique())["first"].max() > 1
    )


def _no_number(name: str) -> pl.Expr:
    told = pl.col(name).cast(pl.String)
    return told.is_not_null() & told.cast(pl.Float64, strict=False).is_null()


def _no_whole_number(name: str) -> pl.Expr:
    number = pl.col(name).cast(pl.Float64)
    return number.is_null() | number.is_nan() | (number != number.round())


def _where(table: pl.DataFrame, holds: pl.Expr) -> str:
    """` on 3 rows, the first of them row 17`; nothing where it is on none."""
    found = table.select(holds=holds.fill_null(False))["holds"].arg_true()
    if found.is_empty():
        return ""
    rows = "1 row, row" if found.len() == 1 else f"{found.len():,} rows, the first of them row"
    return f" on {rows} {found[0] + 1:,}"
