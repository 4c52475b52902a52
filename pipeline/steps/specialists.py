"""Where there is need of whom: unmet looks by kind of next step, and the days there are of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.signals.signal import Signal
from pipeline.vocabulary.next_steps import IN_SCHOOL, NEXT_STEPS

_ROLES = ("trigger", "supporting", "note")


@dataclass(frozen=True)
class Days:
    """Specialist days a term, as settings say: by kind of the whole home, and by area and kind."""

    of_home: Mapping[str, float] = field(default_factory=dict)
    of_areas: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def kinds(signals: pl.DataFrame, catalogue: Sequence[Signal]) -> pl.DataFrame:
    """One row per pupil with a signal raised: pupil_id and kind, that of the raised trigger with most points; of equals the first
    in the catalogue. What says only that much is missed, and so asks in school, counts where no other trigger is raised; a
    supporting signal or a note where no trigger is, for whoever is judged on their own past may have raised none."""
    about = pl.DataFrame(
        [
            (one.name, one.kind, _ROLES.index(one.role), one.kind == IN_SCHOOL, -one.points, place)
            for place, one in enumerate(catalogue)
        ],
        schema=["signal", "kind", "role", "is_in_school", "least", "place"], orient="row",
    )  # fmt: skip
    raised = signals.filter(pl.col("raised").fill_null(False)).select("pupil_id", "signal").join(about, on="signal")
    weightiest = raised.sort("role", "is_in_school", "least", "place").group_by("pupil_id", maintain_order=True)
    return weightiest.agg(pl.col("kind").first()).sort("pupil_id")


def specialists(looks: pl.DataFrame, of_pupils: pl.DataFrame, at: pl.DataFrame, days: Days) -> pl.DataFrame:
    """The exact counts of `published.specialist`, and days_a_term: one row per kind and area and phase with a school, and whole
    home.

    `looks` is `looks.pupil_looks`, `of_pupils` is `kinds`, `at` is `flow.places`. Every unmet look is of one kind, so the kinds of
    an area and phase come to the unmet of its schools in `published.flow`. An area's days are all its phases' together.
    """
    unmet = looks.filter("unmet").join(of_pupils, on="pupil_id", how="left").join(at, on="urn", how="left")
    told = unmet.with_columns(pl.col("kind").fill_null(IN_SCHOOL))
    every_kind = pl.DataFrame({"kind": list(NEXT_STEPS)})
    frames = []
    for scope, by in (("area", ["area", "phase"]), ("home", [])):
        key = ["kind", "scope", *by]
        there = at.with_columns(scope=pl.lit(scope)).select("scope", *by).unique()
        counted = told.with_columns(scope=pl.lit(scope)).group_by(key).agg(unmet=pl.len().cast(pl.Int64))
        frames.append(every_kind.join(there, how="cross").join(counted, on=key, how="left"))
    rows = pl.concat(frames, how="diagonal").with_columns(pl.col("unmet").fill_null(0))
    return _with_days(rows, days).sort("kind", "scope", "area", "phase")


def _with_days(rows: pl.DataFrame, days: Days) -> pl.DataFrame:
    """Areas are named in settings by people: capitals and spaces make no other area. A whole home that names days by area
    alone has what they come to."""
    told = [
        {"kind": kind, "area_named": _plain(area), "days_of_area": float(number)}
        for area, of_area in days.of_areas.items() for kind, number in of_area.items()
    ]  # fmt: skip
    of_areas = pl.DataFrame(told, schema={"kind": pl.String, "area_named": pl.String, "days_of_area": pl.Float64})
    summed = dict(of_areas.group_by("kind").agg(pl.col("days_of_area").sum()).rows())
    of_home = {kind: float(number) for kind, number in (summed | dict(days.of_home)).items()}
    names = {area: _plain(area) for area in rows["area"].drop_nulls().unique()}
    named = rows.with_columns(area_named=pl.col("area").replace_strict(names, return_dtype=pl.String))
    dated = named.join(of_areas, on=("kind", "area_named"), how="left").with_columns(
        days_of_home=pl.col("kind").replace_strict(of_home, default=None, return_dtype=pl.Float64)
    )
    days_a_term = pl.when(pl.col("scope") == "home").then("days_of_home").otherwise("days_of_area")
    return dated.with_columns(days_a_term=days_a_term).drop("area_named", "days_of_area", "days_of_home")


def _plain(area: str) -> str:
    return " ".join(area.split()).casefold()


def with_unmet_a_day(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with unmet looks over days: null where either is, a hidden count too, and where there are no days at all."""
    has_days = pl.col("days_a_term") > 0
    return rows.with_columns(unmet_a_day=pl.when(has_days).then((pl.col("unmet") / pl.col("days_a_term")).round(2)))
