"""Published of weeks: absence by kind, here and in England."""

import polars as pl

from pipeline.tables.schema import Column, Table

from .shared import PHASE, rate

WEEK_RATES = ("absence", "authorised", "unauthorised", "illness", "part_time")

_RATE_COLUMNS = (
    rate("absence_rate", "Sessions missed over possible, all pupils."),
    rate("authorised_rate", "Missed with leave, over possible."),
    rate("unauthorised_rate", "Missed without leave, over possible."),
    rate("illness_rate", "Missed through illness (I), over possible."),
    rate("part_time_rate", "Missed on a part-time timetable (C2), over possible."),
)
_WEEK_START = Column("week_start", pl.Date, "The Monday.")

SCHOOL_WEEK = Table(
    name="published.school_week",
    grain="one row per school and school week that is over, of this school year, with a possible session",
    key=("urn", "week_start"),
    columns=(Column("urn", pl.Int32, "School."), _WEEK_START, *_RATE_COLUMNS),
)

WEEK = Table(
    name="published.week",
    grain="one row per phase, or whole home, and school week that is over, of this school year, with a possible session",
    key=("scope", "phase", "week_start"),
    columns=(
        Column("scope", pl.String, "phase or home."),
        PHASE,
        _WEEK_START,
        Column("term", pl.String, "autumn, spring or summer."),
        *_RATE_COLUMNS,
        rate(
            "absence_rate_last_year", "Of the week of last school year with the same number in the calendar (ISO 8601)."
        ),
        rate("absence_rate_england", "England's of this week, as far as published when this version was made."),
    ),
)

ENGLAND = Table(
    name="published.england",
    grain="one row per figure of England that stands beside ours",
    key=("figure", "phase"),
    columns=(
        Column("figure", pl.String, "absence_rate, persistent_absence, severe_absence, plans_in_time, plans_in_time_with_exceptions, ever_additional_support or ever_social_worker."),
        Column("phase", pl.String, "Phase of education; null for all.", nullable=True),
        Column("value", pl.Float64, "The figure.", "0 to 1"),
        Column("of", pl.String, "The time it is of."),
        Column("source", pl.String, "Who published it, and where."),
    ),
)  # fmt: skip
