"""Two days every delivered row needs: the day we learned it, and that of the school year a pupil's age is of."""

from datetime import date

import polars as pl

from pipeline.tables.staged_plans import PLAN_FEEDS
from pipeline.vocabulary.enrolment import AGE_AT_31_AUGUST_BEFORE
from pipeline.vocabulary.school_year import REFERENCE_DATES, TERMS, SchoolYear, school_year_of


def year_span(known_on: date, *, history: bool) -> tuple[date, date]:
    """The days a mark may be dated: this school year or the last; in history, any since today's code set began in 2006."""
    year = school_year_of(known_on)
    return (date(2006, 8, 1) if history else year.before.first_day), year.last_day


_HAPPENED = {
    "pupils": ("entry_date", "stated_on"),
    "census_headers": ("reference_date",),
    "census_schools": ("stated_on",),
    **dict.fromkeys(PLAN_FEEDS, ("stated_on",)),
    "suspensions": ("start_date",),
    "fsm_periods": ("start_date",),
    "leavers": ("leaving_date",),
    "post16_offers": ("offer_date",),
    "care_episodes": ("start_date",),
    "support_and_reviews": ("last_review", "start_date"),
    "wider_needs": ("added_on",),
    "early_years_profiles": ("assessed_by",),
    "agencies": ("start_date",),
    "register_totals": ("to_date",),
    "attendance_marks": ("date",),
}
"""The day each row of history is taken to have happened: the first of these that it has."""


def with_known_on(rows: pl.DataFrame, feed: str, *, known_on: date, lag_days: int | None) -> pl.DataFrame:
    """`rows` with the day we learned them: `known_on`, unless they are history (`lag_days` is given).

    History taken in late was not known late: a mark was known when recorded, else `lag_days` after its date; other rows
    that long after they happened; a row of a census or a SEN2 return, and what hangs from it, after its reference day; a school all along.
    """
    if lag_days is None:
        return rows.with_columns(known_on=pl.lit(known_on))
    if feed == "pupils":
        rows = _described_in_their_year(rows, known_on)
        happened = pl.when("is_census").then("stated_on").otherwise("entry_date")
    elif feed in _HAPPENED:
        happened = pl.coalesce(name for name in _HAPPENED[feed] if name in rows.columns)
    elif "census_term" in rows.columns:
        happened = usual_reference_day()
        if "stated_on" in rows.columns:  # what hangs from a SEN2 return
            happened = pl.coalesce(happened, "stated_on")
    else:
        happened = pl.lit(year_span(known_on, history=True)[0])
    learned = happened + pl.duration(days=lag_days)
    if feed == "attendance_marks":
        learned = pl.coalesce(pl.col("recorded_at").dt.date(), learned)
    by_then = pl.max_horizontal(happened, pl.lit(known_on))  # nothing is known before it happened
    return rows.with_columns(known_on=pl.min_horizontal(learned, by_then).fill_null(known_on))


def _described_in_their_year(rows: pl.DataFrame, known_on: date) -> pl.DataFrame:
    """A plain pupils table of history describes the roll as it ended: at the leaving date, or with the year it is of."""
    plain = ~pl.col("is_census")
    ended = pl.min_horizontal(pl.col("leaving_date"), pl.lit(_year_of_roll(rows.filter(plain), known_on).last_day))
    return with_age_when_stated(
        rows.with_columns(stated_on=pl.when(plain).then(pl.coalesce(ended, "stated_on")).otherwise("stated_on"))
    )


FEWEST_TO_TELL = 10


def _year_of_roll(rows: pl.DataFrame, known_on: date) -> SchoolYear:
    """The school year in which most pupils of a plain roll, those with no leaving date, are of the usual age for their year
    group; the year before `known_on`'s where it is none earlier, or fewer than ten can tell."""
    latest = school_year_of(known_on).before.starts
    too_old_by = pl.col("age_at_31_august") - pl.col("nc_year").replace_strict(AGE_AT_31_AUGUST_BEFORE, default=None)
    of_year = rows.filter(pl.col("leaving_date").is_null()).select(starts=_begins(pl.col("aged_on")) - too_old_by)
    told = of_year.drop_nulls()["starts"]
    most_often = told.value_counts().filter(pl.col("count") * 2 > len(told))["starts"].to_list()
    return SchoolYear(min([latest, *most_often]) if len(told) >= FEWEST_TO_TELL else latest)


def usual_reference_day() -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col("census_term") == term).then(pl.date("census_year", *REFERENCE_DATES[term])) for term in TERMS
    )


def with_age(rows: pl.DataFrame, *, on: date) -> pl.DataFrame:
    """Pupils with all that later rules need of their birth date, so that the date itself can stay behind.

    Adds `birth_read`, `entry_before_birth`, `birth_season`, and `age_at_31_august`: whole years lived on the 31 August before
    the school year of `aged_on`, here `on`.
    """
    birth = pl.col("date_of_birth")
    begins = school_year_of(on).starts
    return rows.with_columns(
        birth_read=birth.is_not_null(),
        entry_before_birth=pl.col("entry_date") < birth,
        birth_season=birth.dt.month().replace_strict(_BIRTH_SEASONS, default=None, return_dtype=pl.String),
        age_at_31_august=(begins - birth.dt.year() - (birth.dt.month() > 8).cast(pl.Int32)).cast(pl.Int32),
        aged_on=pl.lit(on),
    )


_BIRTH_SEASONS = {
    **dict.fromkeys((9, 10, 11, 12), "autumn"), **dict.fromkeys((1, 2, 3, 4), "spring"), **dict.fromkeys((5, 6, 7, 8), "summer"),
}  # fmt: skip
"""By month, from the oldest of a year group to the youngest. For the audit only: no rule or list reads it."""


def with_age_when_stated(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with their age moved to the school year of the day they describe, where that day is known.

    A leaver is described as on leaving: an autumn census still gives July's year group.
    """
    left = pl.when(pl.col("leaving_date") >= pl.col("entry_date")).then("leaving_date")
    stated = pl.min_horizontal(pl.coalesce("stated_on", "aged_on"), left)
    years = _begins(stated) - _begins(pl.col("aged_on"))
    return rows.with_columns(age_at_31_august=(pl.col("age_at_31_august") + years).cast(pl.Int32), aged_on=stated)


def _begins(day: pl.Expr) -> pl.Expr:
    return day.dt.year() - (day.dt.month() < 8).cast(pl.Int32)
