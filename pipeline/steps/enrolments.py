"""From rolls as delivered to spells on a roll: one row per pupil, school and spell, as last stated."""

from datetime import date

import polars as pl

from pipeline.tables.facts import ENROLMENTS
from pipeline.vocabulary.enrolment import AGE_AT_31_AUGUST_BEFORE
from pipeline.vocabulary.school_year import school_year_of

_SPELL = ("pupil_id", "urn", "entry_date")


def enrolments(pupils: pl.DataFrame, leavers: pl.DataFrame | None = None, *, as_of: date | None) -> pl.DataFrame:
    """`tables.facts.ENROLMENTS` from `tables.staged.PUPILS` rows (all those known on the day stood on).

    What a spell is now is what its latest row says: the one describing the latest day, then the latest known. Two rows
    of one pupil and school whose spells overlap are one spell corrected: the later stated stays.

    A row may describe a day after `as_of` and yet be known by then. Where another row of the spell describes an earlier
    day, it tells only when the spell ends, and it corrects no other spell. With no day to stand on (None) every row counts alike.

    `leavers` (tables.staged_destinations.LEAVERS, those known on the day stood on) tell the last day too.
    """
    latest_first = pupils.select(_READ).sort("stated_on", "known_on", *_SETTLED_BY, descending=True, nulls_last=True)
    by_then = pl.col("stated_on") <= (as_of or date.max)
    later, by_then_first = latest_first.filter(~by_then), latest_first.filter(by_then)
    told = pl.concat([by_then_first, later.join(by_then_first, on=_SPELL, how="anti", maintain_order="left")])
    ends = later.filter(pl.col("leaving_date").is_not_null()).unique(_SPELL, keep="first", maintain_order=True)
    spells = told.group_by(_SPELL, maintain_order=True).agg(
        pl.col("leaving_date", "enrol_status", "age_at_31_august", "stated_on", "known_on").first(),
        pl.col("nc_year").drop_nulls().first(),
        pl.col("sen_provision").drop_nulls().first(),
        pl.col("stated_on").filter(pl.col("sen_provision").is_not_null()).first().alias("sen_provision_on"),
    )
    ended = spells.join(ends.select(*_SPELL, later_said="leaving_date"), on=_SPELL, how="left", maintain_order="left")
    known = ended.with_columns(pl.coalesce("later_said", "leaving_date").alias("leaving_date"), is_by_then=by_then)
    return ENROLMENTS.conform(_without_overlaps(_ended_by_returns(known, leavers)))


def _ended_by_returns(spells: pl.DataFrame, leavers: pl.DataFrame | None) -> pl.DataFrame:
    """`spells`, each ended as the latest deletion return says that was learned no earlier than the day its roll describes.

    A roll that describes a later day, and has the pupil on it, takes a return back. A return ends the last spell begun by
    the day it gives.
    """
    if leavers is None or leavers.is_empty():
        return spells
    returned = leavers.select("pupil_id", "urn", last_day="leaving_date", returned_on="known_on").sort("last_day")
    placed = returned.join_asof(
        spells.select(_SPELL).sort("entry_date"), left_on="last_day", right_on="entry_date", by=("pupil_id", "urn"),
        check_sortedness=False,
    )  # fmt: skip
    known = placed.drop_nulls("entry_date").sort("returned_on", "last_day")
    latest = known.unique(_SPELL, keep="last", maintain_order=True)
    told = spells.join(latest, on=_SPELL, how="left", maintain_order="left")
    holds = pl.col("returned_on") >= pl.col("stated_on")
    return told.with_columns(
        leaving_date=pl.when(holds).then("last_day").otherwise("leaving_date"),
        known_on=pl.when(holds).then(pl.max_horizontal("known_on", "returned_on")).otherwise("known_on"),
    )


_SETTLED_BY = (
    "leaving_date", "enrol_status", "nc_year", "sen_provision", "age_at_31_august", "census_term", "parent_key",
)  # fmt: skip
"""Where two rows describe one day and came on one day, their content decides, never the order of files."""

_READ = (*_SPELL, "stated_on", "known_on", *_SETTLED_BY)


def _without_overlaps(spells: pl.DataFrame) -> pl.DataFrame:
    """Of two overlapping spells of one pupil at one school, the later stated (of equals, the later entry)."""
    while True:
        ordered = spells.sort(_SPELL)
        follows = pl.struct("pupil_id", "urn") == pl.struct("pupil_id", "urn").shift(-1)
        runs_into = pl.col("leaving_date").is_null() | (pl.col("leaving_date") >= pl.col("entry_date").shift(-1))
        later = pl.lit(False)
        for column in (pl.col("known_on"), pl.col("stated_on"), pl.col("is_by_then")):
            later = (column > column.shift(-1)) | ((column == column.shift(-1)) & later)
        marked = ordered.with_columns(
            gives_way=(follows & runs_into & ~later).fill_null(False),
            prevails=(follows & runs_into & later).fill_null(False),
        )
        gone = pl.col("gives_way") | pl.col("prevails").shift(1, fill_value=False)
        kept = marked.filter(~gone)
        if kept.height == spells.height:
            return kept.drop("gives_way", "prevails")
        spells = kept.drop("gives_way", "prevails")


def current_enrolments(enrolled: pl.DataFrame, marked: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`enrolled` as it may be read in the school year of `as_of`.

    A roll stated in an earlier school year says nothing of this one: unless the school has marked the pupil since
    (`marked` has the pupil_id and urn of this year's marks), the spell ended with that year. Where it has, year group
    and age have moved on.
    """
    year = school_year_of(as_of)
    begins = pl.col("stated_on").dt.year() - (pl.col("stated_on").dt.month() < 8).cast(pl.Int32)
    here = ("pupil_id", "urn")
    since = enrolled.with_columns(years_since=pl.lit(year.starts) - begins)
    asked = since.filter(pl.col("years_since") > 0).select(here)
    seen = marked.select(here).join(asked, on=here, how="semi").unique().with_columns(is_seen=pl.lit(True))
    dated = since.join(seen, on=here, how="left", maintain_order="left")
    unseen = (pl.col("years_since") > 0) & pl.col("is_seen").is_null() & pl.col("leaving_date").is_null()
    moved_on = (pl.col("years_since") > 0) & ~unseen & pl.col("leaving_date").is_null()
    return ENROLMENTS.conform(
        dated.with_columns(
            leaving_date=pl.when(unseen).then(pl.date(begins + 1, 7, 31)).otherwise("leaving_date"),
            nc_year=pl.when(moved_on).then(_year_group_after("nc_year", "years_since")).otherwise("nc_year"),
            age_at_31_august=pl.col("age_at_31_august") + pl.when(moved_on).then("years_since").otherwise(0),
        )
    )


def _year_group_after(year_group: str, years: str) -> pl.Expr:
    """The year group a pupil is in some years on; one with no number stays as it is."""
    age = pl.col(year_group).replace_strict(AGE_AT_31_AUGUST_BEFORE, default=None, return_dtype=pl.Int32)
    by_age = {age: group for group, age in AGE_AT_31_AUGUST_BEFORE.items()}
    return (
        (age + pl.col(years)).replace_strict(by_age, default=None, return_dtype=pl.String).fill_null(pl.col(year_group))
    )
