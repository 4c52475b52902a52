"""Whose figures hold: the registers against the totals each school's own system gives. Outside tolerance, no list."""

from datetime import date

import polars as pl

from pipeline.tables.derived import SCHOOLS_WITHOUT_LIST

from .weeks import cut


def schools_without_list(
    weeks: pl.DataFrame,
    census: pl.DataFrame,
    totals: pl.DataFrame,
    on_roll: pl.DataFrame,
    *,
    tolerance: float,
    as_of: date,
) -> pl.DataFrame:
    """`tables.derived.SCHOOLS_WITHOUT_LIST`: schools with pupils on roll whose figures cannot be trusted or are not here.

    `totals` has one row per school; `tolerance` is the share by which either count may differ; `on_roll` has the urn of
    each school with pupils.
    """
    reasons = pl.concat([_not_reconciled(weeks, totals, tolerance), _nothing_received(weeks, census, on_roll)])
    first = reasons.join(on_roll.select("urn").unique(), on="urn", how="semi").unique(
        "urn", keep="first", maintain_order=True
    )
    return SCHOOLS_WITHOUT_LIST.conform(first.with_columns(as_of=pl.lit(as_of)))


_REASON = {"urn": pl.Int32, "reason": pl.String}


def _not_reconciled(weeks: pl.DataFrame, totals: pl.DataFrame, tolerance: float) -> pl.DataFrame:
    found = []
    for row in totals.iter_rows(named=True):
        ours = cut(weeks.filter(pl.col("urn") == row["urn"]), first_day=row["from_date"], last_day=row["to_date"])
        for kind, word in (("possible_sessions", "possible"), ("absence_sessions", "missed")):
            counted, told = ours[kind].sum(), row[kind]
            if abs(counted - told) > tolerance * max(told, 1):
                found.append((row["urn"], _sentence(row, word, counted, told, tolerance)))
    return pl.DataFrame(found, schema=_REASON, orient="row")


def _sentence(row: dict, word: str, counted: int, told: int, tolerance: float) -> str:
    return (
        f"The registers received have {counted:,} {word} sessions from {row['from_date']:%d/%m/%Y} to "
        f"{row['to_date']:%d/%m/%Y}; the school's own system says {told:,}, more than {tolerance:.1%} apart. "
        "Deliver that period's marks again."
    )


def _nothing_received(weeks: pl.DataFrame, census: pl.DataFrame, on_roll: pl.DataFrame) -> pl.DataFrame:
    heard_of = pl.concat([weeks.select("urn"), census.select("urn")]).unique()
    silent = on_roll.select("urn").unique().join(heard_of, on="urn", how="anti").sort("urn")
    words = "No registers and no census sessions have been received for this school in this school year or the last."
    return silent.select(pl.col("urn").cast(pl.Int32), reason=pl.lit(words))
