"""Rows of a SEN2 return joined to what they hang from, level by level: return, person, request, assessment, plan, setting.

What finds nothing to hang from stays, saying so, for the gate to set aside.
"""

from datetime import date

import polars as pl

from pipeline.vocabulary.plans import HISTORICAL

PLAN_PARENT_COLUMNS = (
    "above_table", "above_key", "authority_id", "above", "return_key", "stated_on", "returned_on", "pupil_id",
    "request_key", "clock_from",
)  # fmt: skip
_ID = ("above_table", "above_key", "authority_id")
_OF_ABOVE = ("return_key", "stated_on", "returned_on", "request_key", "clock_from")


def linked_plans(rows: pl.DataFrame, feed: str, parents: pl.DataFrame | None, *, known_on: date) -> pl.DataFrame:
    """`rows` of one of SEN2's feeds with the return, child and request they are of. Rows that waited may come again."""
    if feed == "plan_returns":
        return described_plan_returns(rows, known_on=known_on)
    found = with_plan_parents(rows, parents)
    return _with_clock(found) if feed == "plan_requests" else found


def described_plan_returns(rows: pl.DataFrame, *, known_on: date) -> pl.DataFrame:
    """Returns with the day they describe: their reference date, or the day they were received where that was left out.

    Nothing describes a day to come: a dump that already bears next January's date describes the day it was received.
    """
    received = pl.lit(known_on)
    return rows.with_columns(
        stated_on=pl.min_horizontal("reference_date", received),
        describes_day_to_come=pl.col("reference_date") > received,
    )


def with_plan_parents(rows: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """SEN2 rows with what the row above them says of return, child and request.

    `parents` has PLAN_PARENT_COLUMNS, one row per row that others may hang from; its `above` is accepted or not_accepted.
    A row that hangs from nothing (`above_table` is null) has `above` null, and keeps its own pupil.
    """
    known = parents.select(PLAN_PARENT_COLUMNS).rename({"pupil_id": "pupil_above"})
    own = rows.drop("above", *_OF_ABOVE, strict=False)
    if "pupil_id" not in own.columns:
        own = own.with_columns(pupil_id=pl.lit(None, pl.String))
    found = own.join(known, on=_ID, how="left", maintain_order="left")
    hangs = pl.col("above_table").is_not_null()
    return found.with_columns(
        above=pl.when(hangs).then(pl.col("above").fill_null("not_accepted")),
        pupil_id=pl.coalesce("pupil_above", "pupil_id"),
    ).drop("pupil_above")


def _with_clock(requests: pl.DataFrame) -> pl.DataFrame:
    """The clock begins when a request is received; of one decided before the return's period nothing is timed."""
    is_timed = pl.col("request_outcome").ne_missing(HISTORICAL)
    return requests.with_columns(clock_from=pl.when(is_timed).then("received_on"))
