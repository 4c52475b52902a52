"""Children lost between services, counted exactly: for each kind the schools and the whole home. Nothing is hidden yet."""

import polars as pl

from pipeline.steps.lost import Lost
from pipeline.steps.lost_since_return import SinceReturn
from pipeline.vocabulary.lost import ADVOCATE, KINDS, OFFICER, VIRTUAL_SCHOOL, Kind, Where

_NO_REGISTER = "Cannot be judged: no register of this school year is held."
_NOTHING_SENT = "Cannot be judged: neither a register nor a census of this school year is held."
_TIMED = "alternative_provision_without_marks"

_SCHEMA = {
    "kind": pl.String, "scope": pl.String, "urn": pl.Int32, "pupils": pl.Int64, "asks": pl.String, "judged": pl.Boolean,
    "not_judged_because": pl.String, "goes_to": pl.String, "median_days_to_place": pl.Int64, "places_timed": pl.Int64,
}  # fmt: skip


def lost_children(lost: Lost, schools: pl.DataFrame) -> pl.DataFrame:
    """One row per kind and school, noughts too, and one for the whole home; of a kind that cannot be judged, the home's alone.

    `schools` has urn, received and has_registers. A school without what the kind is judged by has no count, nor a nought; nor has
    one of which all that fell due did so since the latest return.
    """
    kinds = [_of_kind(kind, lost, schools) for kind in KINDS]
    rows = pl.concat([pl.DataFrame(schema=_SCHEMA), *kinds], how="diagonal_relaxed")
    return rows.sort("kind", "scope", "urn")


def _of_kind(kind: Kind, lost: Lost, schools: pl.DataFrame) -> pl.DataFrame:
    found = lost.rows.filter(pl.col("kind") == kind.name)
    why = lost.cannot.get(kind.name)
    home = pl.DataFrame({"scope": ["home"], "pupils": [None if why else found.height], "not_judged_because": [why]}, schema=_of(_SCHEMA, "scope", "pupils", "not_judged_because"))  # fmt: skip
    by_school = [] if why or kind.where is Where.HOME else [_by_school(kind, found, lost, schools)]
    rows = pl.concat([home, *by_school], how="diagonal_relaxed")
    in_care = kind.where is Where.HOME
    return rows.with_columns(
        kind=pl.lit(kind.name),
        asks=pl.lit(f"{lost.line(kind)} {kind.asks}" + (f" {ADVOCATE}" if in_care else "")),
        judged=pl.col("not_judged_because").is_null(),
        goes_to=pl.lit(VIRTUAL_SCHOOL if in_care else OFFICER),
        **_time_to_a_place(kind, lost),
    )


def _of(schema: dict, *names: str) -> dict:
    return {name: schema[name] for name in names}


def _by_school(kind: Kind, found: pl.DataFrame, lost: Lost, schools: pl.DataFrame) -> pl.DataFrame:
    """One row per school known of, or with a pupil of this kind: one of no school here is in the whole home's count."""
    counted = found.drop_nulls("urn").group_by("urn").agg(pl.len().cast(pl.Int64).alias("pupils"))
    known = schools.select("urn", "received", "has_registers")
    every = known.join(counted, on="urn", how="full", coalesce=True).with_columns(scope=pl.lit("school"))
    since = lost.since_return.get(kind.name)
    why = since.because if since else _NO_REGISTER if kind.by_register else _NOTHING_SENT
    is_judged = _is_judged(kind, since).fill_null(False) | pl.col("pupils").is_not_null()
    return every.select(
        "scope",
        "urn",
        pupils=pl.when(is_judged).then(pl.col("pupils").fill_null(0)),
        not_judged_because=pl.when(~is_judged).then(pl.lit(why)),
    )


def _is_judged(kind: Kind, since: SinceReturn | None) -> pl.Expr:
    """Of what school: plans, offers and rolls tell of every one, registers of those that send them, and a return of what fell due
    before its day."""
    if since:
        return ~pl.col("urn").is_in(sorted(urn for urn in since.not_judged_at if urn))
    if kind.by_register:
        return pl.col("has_registers")
    by_attendance = any("attendance_marks" in any_of for any_of in kind.needs)
    return pl.col("received") if by_attendance else pl.lit(True)


def _time_to_a_place(kind: Kind, lost: Lost) -> dict[str, pl.Expr]:
    """Of the whole home alone, in whole days; `places_timed` is how many places it is the median of."""
    if kind.name != _TIMED or lost.days_to_places.is_empty():
        return {}
    is_home = pl.col("scope") == "home"
    median = int(lost.days_to_places["days_from_need"].median())
    return {
        "median_days_to_place": pl.when(is_home).then(pl.lit(median, pl.Int64)),
        "places_timed": pl.when(is_home).then(pl.lit(lost.days_to_places.height, pl.Int64)),
    }
