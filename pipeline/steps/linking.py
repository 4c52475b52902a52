"""Delivered rows joined to what they hang from: a school by its LAESTAB, a census row by its return, a child row by its
pupil. What finds nothing to hang from stays, saying so, for the gate to set aside."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.vocabulary.identifiers import laestab
from pipeline.vocabulary.school_year import REFERENCE_DATES, term_carried

from .care import with_child_found, without_upn_check
from .learned import usual_reference_day, with_age_when_stated
from .plan_links import linked_plans
from .systems import SystemIds, with_ids_read


@dataclass(frozen=True)
class SaidOf:
    """What the person running a take-in says of census tables that came without their header."""

    urn: int
    census_term: str
    census_year: int

    @property
    def reference_date(self) -> date:
        return date(self.census_year, *REFERENCE_DATES[self.census_term])


def described_schools(rows: pl.DataFrame) -> pl.DataFrame:
    """Schools with their LAESTAB, phase and area; GIAS calls a special school's phase `Not applicable`, so its type decides."""
    by_type = pl.concat_str("type", "type_group", separator=" ", ignore_nulls=True).str.to_lowercase()
    phase = (
        pl.when(by_type.str.contains("special")).then(pl.lit("Special"))
        .when(by_type.str.contains("referral|alternative")).then(pl.lit("Alternative provision"))
        .otherwise(pl.col("phase").fill_null("Not known"))
    )  # fmt: skip
    return _with_laestab(rows).with_columns(phase=phase, area=_area())


def _area() -> pl.Expr:
    """The district; only of an extract that tells no school's, the first part of each postcode. One home has one kind of area."""
    return pl.when(pl.col("district").is_not_null().any()).then("district").otherwise("postcode")


def described_headers(rows: pl.DataFrame, schools: pl.DataFrame, *, or_laestab: bool = False) -> pl.DataFrame:
    """Census returns with URN and reference date filled in where only the LAESTAB or the term was sent. Rows that waited for
    their school may come again."""
    told = _with_laestab(rows) if "authority" in rows.columns else rows
    return with_urn(told, schools, or_laestab=or_laestab).with_columns(
        reference_date=pl.coalesce("reference_date", usual_reference_day())
    )


def _with_laestab(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(laestab=laestab(pl.col("authority"), pl.col("establishment")).cast(pl.Int32))


def with_urn(rows: pl.DataFrame, schools: pl.DataFrame, *, or_laestab: bool = False) -> pl.DataFrame:
    """`rows` with `urn` filled in from `laestab` where only that was sent. `schools` has urn and laestab; with `or_laestab` a
    school that is none of them goes by its LAESTAB."""
    if rows["laestab"].null_count() == rows.height:
        return rows
    by_laestab = (
        schools.drop_nulls("laestab")
        .sort("urn")
        .unique("laestab", keep="last")
        .select("laestab", pl.col("urn").alias("_urn"))
    )
    joined = rows.join(by_laestab, on="laestab", how="left", maintain_order="left")
    stands_in = ["laestab"] if or_laestab else []
    return joined.with_columns(urn=pl.coalesce("urn", "_urn", *stands_in)).drop("_urn")


HEADER_COLUMNS = ("census_key", "native_id", "urn", "census_term", "census_year", "reference_date")


def with_headers(rows: pl.DataFrame, headers: pl.DataFrame, said: SaidOf | None, *, known_on: date) -> pl.DataFrame:
    """Census pupils or schools with their return's school, term and day.

    `headers` has HEADER_COLUMNS, the latest known return per census_key and native_id. Rows of a plain table (no
    census_key) describe the day they were delivered. Adds `is_census` and `header_found`; rows that have been through here
    before may come again.
    """
    returns = headers.select(HEADER_COLUMNS).rename({"urn": "header_urn"})
    own = rows.drop("census_term", "census_year", strict=False)
    found = own.join(returns, on=("census_key", "native_id"), how="left", maintain_order="left")
    is_census = pl.col("census_key").is_not_null() | pl.col("native_id").is_not_null()
    found = found.with_columns(is_census=is_census, header_found=pl.col("header_urn").is_not_null())
    if said:
        found = found.with_columns(_said(said)).with_columns(header_found=pl.col("is_census"))
    own_urn = pl.col("urn") if "urn" in found.columns else pl.lit(None, pl.Int32)
    before = pl.col("stated_on") if "stated_on" in found.columns else pl.lit(None, pl.Date)
    stated = pl.when("is_census").then("reference_date").otherwise(pl.coalesce(before, pl.lit(known_on)))
    return found.with_columns(urn=pl.coalesce("header_urn", own_urn), stated_on=stated).drop(
        "header_urn", "reference_date"
    )


def _said(said: SaidOf) -> list[pl.Expr]:
    """What was said on the command line, for census rows whose return is not there."""
    without = pl.col("is_census") & ~pl.col("header_found")
    told = {
        "header_urn": pl.lit(said.urn, pl.Int32),
        "census_term": pl.lit(said.census_term),
        "census_year": pl.lit(said.census_year, pl.Int32),
        "reference_date": pl.lit(said.reference_date),
    }
    return [pl.when(without).then(value).otherwise(name).alias(name) for name, value in told.items()]


PARENT_COLUMNS = (
    "parent_key", "native_id", "pupil_id", "urn", "census_key", "census_term", "census_year", "sessions_possible",
    "sessions_possible_ht2", "parent_known_on", "parent",
)  # fmt: skip
_OF_PARENT = ("pupil_id", "urn")


def with_parents(rows: pl.DataFrame, parents: pl.DataFrame) -> pl.DataFrame:
    """Census child rows with their pupil and school.

    `parents` has PARENT_COLUMNS, one row per parent_key and native_id; its `parent` is accepted or header_missing. A row
    whose pupil row is nowhere has `parent` not_accepted; a row of a plain table has null, and keeps its own pupil.
    """
    known = parents.select(PARENT_COLUMNS).rename({name: f"parent_{name}" for name in _OF_PARENT})
    stale = [name for name in known.columns if name not in ("parent_key", "native_id")]
    own = rows.drop(stale, strict=False)
    own = own.with_columns(
        pl.lit(None, known.schema[f"parent_{name}"]).alias(name) for name in _OF_PARENT if name not in own.columns
    )
    found = own.join(known, on=("parent_key", "native_id"), how="left", maintain_order="left")
    is_child = pl.col("parent_key").is_not_null() | pl.col("native_id").is_not_null()
    found = found.with_columns(
        parent=pl.when(is_child).then(pl.col("parent").fill_null("not_accepted")),
        **{name: pl.when(is_child).then(f"parent_{name}").otherwise(name) for name in _OF_PARENT},
    )
    return found.drop(f"parent_{name}" for name in _OF_PARENT)


def with_term_carried(rows: pl.DataFrame) -> pl.DataFrame:
    """Census session rows with the school year and term their sessions were in, and that part's possible sessions."""
    terms = rows.select("census_term", "census_year").drop_nulls().unique().rows()
    carried = [(term, year, *_carried(term, year)) for term, year in terms]
    schema = {"census_term": pl.String, "census_year": pl.Int32, "school_year": pl.Int32, "term": pl.String}
    possible = pl.when(pl.col("part") == 2).then("sessions_possible_ht2").otherwise("sessions_possible")
    joined = rows.drop("school_year", "term", strict=False).join(
        pl.DataFrame(carried, schema=schema, orient="row"),
        on=("census_term", "census_year"),
        how="left",
        maintain_order="left",
    )
    return joined.with_columns(sessions_possible=possible)


def _carried(census_term: str, census_year: int) -> tuple[int, str]:
    year, term = term_carried(census_term, census_year)
    return year.starts, term


@dataclass(frozen=True)
class Known:
    """What delivered rows may hang from: schools (urn, laestab), census returns (HEADER_COLUMNS), census pupils
    (PARENT_COLUMNS) and children looked after (child_key), and what was said of census tables without a header."""

    schools: pl.DataFrame
    headers: pl.DataFrame | None  # None where the feed hangs from none
    parents: pl.DataFrame | None
    said: SaidOf | None = None
    children: pl.DataFrame | None = None
    plan_parents: pl.DataFrame | None = None  # see plan_links
    laestab_will_do: bool = False  # where no extract of the schools can be asked which URN it is
    ids: SystemIds | None = None  # None where no row of the feed names anything by an id of a school's own system


def linked(rows: pl.DataFrame, feed: str, known: Known, *, known_on: date) -> pl.DataFrame:
    """`rows` of `feed` joined to what they hang from. Rows that waited may come through again."""
    if feed == "schools":
        return described_schools(rows)
    if feed == "census_headers":
        return described_headers(rows, known.schools, or_laestab=known.laestab_will_do)
    if feed == "census_schools":
        found = with_headers(rows, known.headers, known.said, known_on=known_on)
        return found.with_columns(phase=pl.col("phase").fill_null("Not known"))
    if feed == "care_children":
        return without_upn_check(rows)
    if feed == "care_episodes":
        return with_child_found(rows, known.children)
    if "laestab" in rows.columns:
        rows = with_urn(rows, known.schools, or_laestab=known.laestab_will_do)
    if known.ids:
        return with_ids_read(rows, feed, known.ids)
    if feed == "pupils":
        return with_age_when_stated(with_headers(rows, known.headers, known.said, known_on=known_on))
    if "parent_key" in rows.columns:
        rows = with_parents(rows, known.parents)
    if known.plan_parents is not None or feed == "plan_returns":
        rows = linked_plans(rows, feed, known.plan_parents, known_on=known_on)
    if "upn_check" in rows.columns and "parent" in rows.columns:
        rows = rows.with_columns(upn_check=pl.when(pl.col("parent").is_null()).then("upn_check"))
    if feed in _HANGING:
        rows = _hung_from_nothing(rows)
    if feed == "suspensions":
        rows = _in_todays_words(rows)
    return with_term_carried(rows) if feed == "census_sessions" else rows


_HANGING = ("addresses", "ap_placements", "census_sessions", "fsm_periods", "sen_needs")
"""Feeds whose rows name no pupil of their own."""


def _hung_from_nothing(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` where one without any parent's id says that its pupil was not accepted."""
    above = "above_table" if "above_table" in rows.columns else "parent_key"
    adrift = pl.col("parent").is_null() & pl.col(above).is_null()
    return rows.with_columns(parent=pl.when(adrift).then(pl.lit("not_accepted")).otherwise("parent"))


def _in_todays_words(suspensions: pl.DataFrame) -> pl.DataFrame:
    """FIXD was the word for SUSP until autumn 2020; later, it stays for the gate to name."""
    was_the_word = (pl.col("category") == "FIXD") & (pl.col("start_date") < date(2020, 9, 1))
    return suspensions.with_columns(category=pl.when(was_the_word).then(pl.lit("SUSP")).otherwise("category"))
