"""Many homes told of together, from what each has published and nothing else.

Whatever is hidden reaches this step as null and leaves it as a count of homes that hide it, so two nations that differ only in what
their homes hide have the same roll-up: nothing can be taken from a sum that is not shown by a home already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.tables.nation import CAUTIONS, FIGURES, HOME, NATION, NOTES, ROLL_UP, SUMMED, TOTAL, counts_of
from pipeline.tables.published import LOST_CHILDREN, RUN
from pipeline.tables.published.shared import FRESH_DAYS
from pipeline.tables.schema import Table
from pipeline.vocabulary.made_up import MADE_UP
from pipeline.vocabulary.school_year import school_year_of

TOLD, STALE, LEFT_OUT = "told", "stale", "left_out"
_SCHOOLS = ("schools_expected", "schools_received", "schools_without_list")


@dataclass(frozen=True)
class Snapshot:
    """What a home has published: the tables of `SUMMED` by name; or why there are none."""

    home: str
    tables: Mapping[str, pl.DataFrame]
    unread_because: str | None = None

    @property
    def run(self) -> dict | None:
        """The one row of published.run; None where nothing could be read."""
        return None if self.unread_because else self.tables[RUN.name].row(0, named=True)


def nation(snapshots: Sequence[Snapshot], *, version: str, as_of: date) -> dict[str, pl.DataFrame]:
    """The tables of `tables.nation` by their short names, as of a day."""
    is_live = any(one.run and not one.run["demo"] for one in snapshots)
    states = {one.home: _state(one, is_live, as_of=as_of) for one in snapshots}
    told = [one for one in snapshots if states[one.home][0] != LEFT_OUT]
    homes = HOME.conform(
        pl.DataFrame([_home(one, *states[one.home], as_of=as_of) for one in snapshots], schema=HOME.schema)
    )
    totals = TOTAL.conform(pl.concat([_totals(table, key, told, len(snapshots)) for table, key in SUMMED.items()]))
    roll_up = _roll_up(homes, version, as_of=as_of)
    made_up = f" {MADE_UP}" if roll_up["demo"].item() else ""
    rows = [(table.name, table.grain, CAUTIONS[table] + made_up) for table in NATION]
    notes = NOTES.conform(pl.DataFrame(rows, schema=NOTES.schema, orient="row"))
    return {"roll_up": roll_up, "home": homes, "total": totals, "table_notes": notes}


def _state(one: Snapshot, is_live: bool, *, as_of: date) -> tuple[str, str | None]:
    """Whether a home's figures are in the sums, and why not, or why they are to be doubted."""
    run = one.run
    if run is None:
        return LEFT_OUT, one.unread_because
    of = f"Its figures are of {run['as_of']:%d/%m/%Y}"
    if run["demo"] and is_live:
        return LEFT_OUT, "Made-up figures are not added to a live home's: take it off the list."
    if run["as_of"] > as_of:
        return LEFT_OUT, f"{of}, after {as_of:%d/%m/%Y}: roll up as of that day or later."
    if school_year_of(run["as_of"]) != school_year_of(as_of):
        return LEFT_OUT, f"{of}, of another school year: run its night."
    if (as_of - run["as_of"]).days > FRESH_DAYS:
        return STALE, f"{of}: find out why no night has run since."
    return TOLD, None


def _home(one: Snapshot, state: str, because: str | None, *, as_of: date) -> dict:
    run = one.run or {}
    told = {name: run.get(name) for name in ("run", "version", "demo", "as_of", *_SCHOOLS, *FIGURES)}
    days_old = (as_of - run["as_of"]).days if run else None
    return {"home": one.home, "state": state, "because": because, "name": run.get("home"), "days_old": days_old, **told}


def _roll_up(homes: pl.DataFrame, version: str, *, as_of: date) -> pl.DataFrame:
    told = homes.filter(pl.col("state") != LEFT_OUT)
    row = {
        "as_of": as_of, "version": version, "demo": bool(homes["demo"].any()) and bool(told["demo"].any()),
        "homes_listed": homes.height, "homes_told": told.height, "homes_left_out": homes.height - told.height,
        "homes_stale": told.filter(pl.col("state") == STALE).height,
        "earliest_as_of": told["as_of"].min(), "latest_as_of": told["as_of"].max(),
        **{name: told[name].sum() for name in _SCHOOLS},
    }  # fmt: skip
    return ROLL_UP.conform(pl.DataFrame([row], schema=ROLL_UP.schema))


def _totals(table: Table, key: tuple[str, ...], told: Sequence[Snapshot], listed: int) -> pl.DataFrame:
    """One row per row of a table that any home has, and count."""
    frames = [_counts(table, key, one) for one in told]
    rows = pl.concat([_NO_COUNTS, *frames]).group_by("of", "measure").agg(
        at_least=pl.when(pl.col("value").count() > 0).then(pl.col("value").sum()),
        homes_told=pl.col("value").count(),
        homes_hidden=(pl.col("judged") & pl.col("value").is_null()).sum(),
        homes_not_judged=(~pl.col("judged")).sum(),
        homes_without=len(told) - pl.len(),
    )  # fmt: skip
    return rows.select(
        "of", "measure", "at_least", "homes_told", "homes_hidden", "homes_not_judged", "homes_without",
        table_name=pl.lit(table.name), homes_left_out=pl.lit(listed - len(told)), is_lower_bound=pl.col("homes_told") < listed,
    ).select(pl.col(name).cast(dtype) for name, dtype in TOTAL.schema.items())  # fmt: skip


_NO_COUNTS = pl.DataFrame(schema={"of": pl.String, "judged": pl.Boolean, "measure": pl.String, "value": pl.Int64})


def _counts(table: Table, key: tuple[str, ...], one: Snapshot) -> pl.DataFrame:
    """One home's counts of a table, a row each: which row, whether it could be judged, the measure, and the count or null."""
    rows = one.tables[table.name]
    if "scope" in rows.columns:
        rows = rows.filter(pl.col("scope") == "home")
    of = pl.concat_str([pl.col(name) for name in key], separator=": ") if key else pl.lit("")
    judged = pl.col("judged") if table is LOST_CHILDREN else pl.lit(True)
    counted = rows.select(of.alias("of"), judged.alias("judged"), *counts_of(table))
    return counted.unpivot(index=["of", "judged"], variable_name="measure", value_name="value").select(
        _NO_COUNTS.columns
    )
