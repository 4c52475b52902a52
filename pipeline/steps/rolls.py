"""Who is on which roll on a day, and who has moved."""

from datetime import date

import polars as pl

from pipeline.vocabulary.enrolment import GUEST, NO_LONGER_HERE, SIXTH_FORM_YEARS
from pipeline.vocabulary.school_year import SchoolYear, school_year_of

_FIRST_WEEKS = pl.duration(weeks=4)
_SUBSIDIARY = "S"
_MAIN = ("C", "M")


def on_roll(enrolled: pl.DataFrame, schools: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil on any roll: the school that lists them, which is the main registration, else the latest entered."""
    rank = pl.when(_status.is_in(_MAIN)).then(0).when(_status == _SUBSIDIARY).then(1).otherwise(2)
    here = enrolled.filter(is_on_roll(as_of=as_of)).sort(rank, -pl.col("entry_date").cast(pl.Int32), "urn")
    is_special = pl.col("phase").fill_null("") == "Special"
    phases = schools.select("urn", "phase").sort("urn", "phase").unique("urn", keep="first", maintain_order=True)
    return (
        here.unique("pupil_id", keep="first", maintain_order=True)
        .join(phases, on="urn", how="left")
        .select(
            "pupil_id",
            "urn",
            "nc_year",
            "entry_date",
            is_sixth_form=pl.col("nc_year").is_in(SIXTH_FORM_YEARS).fill_null(False),
            is_special_school=is_special,
        )
    )


_status = pl.col("enrol_status").fill_null("C")


def is_on_roll(*, as_of: date | pl.Expr) -> pl.Expr:
    """Of rows of `facts.enrolments`. The day may be one date or an expression with a date for each row."""
    still = pl.col("leaving_date").is_null() | (pl.col("leaving_date") >= as_of)
    return (pl.col("entry_date") <= as_of) & still & (_status != NO_LONGER_HERE)


def moves(roll: pl.DataFrame, enrolled: pl.DataFrame, opened: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil of `roll`: moved_in_year, schools_24m and moves_24m.

    `opened` has each school's first day with a register this school year (`first_day`); where that is later than schools
    open, or none is held, 10 September stands in. A pupil who left another school on or before that day changed schools
    between years, which is no move during one.
    """
    latest_opening = date(school_year_of(as_of).starts, 9, 10)
    here = roll.join(opened, on="urn", how="left").with_columns(pl.min_horizontal("first_day", latest_opening))
    spells = enrolled.filter(pl.col("entry_date") <= as_of).join(
        here.select("pupil_id", "first_day", listing_urn="urn"), on="pupil_id"
    )
    left_another = (
        (pl.col("urn") != pl.col("listing_urn"))
        & (_status != _SUBSIDIARY)
        & pl.col("leaving_date").is_between(pl.col("first_day"), as_of, closed="right")
    )
    two_years_ago = pl.lit(as_of).dt.offset_by("-24mo")
    lately = pl.col("leaving_date").is_null() | (pl.col("leaving_date") >= two_years_ago)
    by_pupil = spells.group_by("pupil_id").agg(
        left_another=left_another.fill_null(False).any(),
        schools_24m=pl.col("urn").filter(lately).n_unique(),
    )
    joined_late = pl.col("entry_date") >= pl.col("first_day") + _FIRST_WEEKS
    known = here.join(by_pupil, on="pupil_id", how="left").join(
        _times_moved(spells, two_years_ago), on="pupil_id", how="left"
    )
    return known.select(
        "pupil_id",
        "schools_24m",
        moves_24m=pl.col("moves_24m").fill_null(0),
        moved_in_year=joined_late | pl.col("left_another"),
    )


def _times_moved(spells: pl.DataFrame, since: pl.Expr) -> pl.DataFrame:
    """One row per pupil: how often they came from one school to another. The first school known is come to from nowhere."""
    main = spells.filter((_status != _SUBSIDIARY) & (_status != GUEST)).sort("pupil_id", "entry_date", "urn")
    came = pl.col("urn") != pl.col("urn").shift(1).over("pupil_id")
    moved = main.filter(came.fill_null(False) & (pl.col("entry_date") >= since))
    return moved.group_by("pupil_id").agg(moves_24m=pl.len().cast(pl.Int32))


def year_group_in(enrolled: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """One row per pupil whose year group in a past `year` a roll tells: one left at its end, or described during it."""
    left_then = pl.col("leaving_date").is_between(year.first_day, date(year.starts + 1, 8, 31))
    said_then = pl.col("stated_on").is_between(year.first_day, year.last_day)
    told = enrolled.filter((left_then | said_then) & pl.col("nc_year").is_not_null())
    return (
        told.sort("entry_date", "stated_on", "urn")
        .group_by("pupil_id", maintain_order=True)
        .agg(pl.col("nc_year").last())
        .select("pupil_id", nc_year_then="nc_year")
    )
