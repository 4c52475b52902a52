"""What became of those found worth a look, counted by school, area, phase and whole home."""

import polars as pl

from pipeline.steps.inclusion import NOT_KNOWN

_NO_PHASE = "Not known"

_COUNTS = ("flagged", "looked_at", "need_found", "need_met", "unmet", "waiting")

SCOPES = {"school": ("phase", "urn"), "area": ("area",), "phase": ("phase",), "home": ()}
"""What a row of each scope is told by."""


def places(schools: pl.DataFrame, triage: pl.DataFrame) -> pl.DataFrame:
    """One row per school known of or with a pupil on its roll: urn, phase and area, each `not known` where it was not said.

    A home whose schools register was never sent knows of no area.
    """
    area = pl.col("area") if "area" in schools.columns else pl.lit(None, pl.String)
    known = schools.select("urn", "phase", area=area)
    every = pl.concat([schools.select("urn"), triage.select("urn")]).unique().join(known, on="urn", how="left")
    return every.with_columns(pl.col("phase").fill_null(_NO_PHASE), pl.col("area").fill_null(NOT_KNOWN)).sort("urn")


def flow(looks: pl.DataFrame, at: pl.DataFrame) -> pl.DataFrame:
    """The exact counts of `published.flow`: a row for each place of `at`, with or without a pupil.

    `looks` is `looks.pupil_looks`, `at` is `places`. Schools sum to their area, their phase and the whole home.
    """
    counts = [pl.col(name).sum().cast(pl.Int64) for name in _COUNTS]
    return by_scope(looks, at, [*counts, pl.col("days_to_look").median().alias("median_days_to_look")], zero=_COUNTS)


def by_scope(
    rows: pl.DataFrame, at: pl.DataFrame, counted: list[pl.Expr], *, zero: tuple[str, ...], scopes=tuple(SCOPES)
) -> pl.DataFrame:
    """One row per school, area, phase and whole home of `at`, as far as `scopes` name them: `counted` of the `rows` that are of
    a school there, and nought of those named in `zero` where there are none.

    A row at no school (urn null) counts for the whole home alone.
    """
    placed = rows.join(at, on="urn", how="left")
    frames = []
    for scope in scopes:
        key = ["scope", *SCOPES[scope]]
        every = at.with_columns(scope=pl.lit(scope)).select(key).unique()
        there = placed.with_columns(scope=pl.lit(scope)).group_by(key).agg(counted)
        frames.append(every.join(there, on=key, how="left"))
    told = pl.concat(frames, how="diagonal")
    missing = [
        pl.lit(None, at.schema[name]).alias(name) for name in ("area", "phase", "urn") if name not in told.columns
    ]
    return told.with_columns(pl.col(zero).fill_null(0), *missing).sort("scope", "area", "phase", "urn")
