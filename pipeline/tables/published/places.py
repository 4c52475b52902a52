"""Published of places: the run and its home, each phase, each school, and what its lists have come to."""

import polars as pl

from pipeline.tables.schema import Column, Table

from .shared import ABSENCE_COLUMNS, DAYS, ELIGIBLE, MISSED, OUTCOME_COLUMNS, PHASE, URN, pupils, rate

_SCHOOLS = "schools"

RUN = Table(
    name="published.run",
    grain="one row: the run that made this snapshot, and its whole home",
    key=("run",),
    columns=(
        Column("run", pl.String, "Name of the run."),
        Column("as_of", pl.Date, "The day stood on: nothing learned later, or dated later, is used."),
        Column("registers_to", pl.Date, "The last day with a mark; null without registers.", nullable=True),
        Column("finished", pl.Date, "The day of the figures. Not when the machine was done: a replay gives the same file."),
        Column("home", pl.String, "Name of the data controller."),
        Column("version", pl.String, "Version of the pipeline."),
        Column("demo", pl.Boolean, "Made-up data: proves mechanics, not accuracy."),
        Column("fewest_shown", pl.Int64, "Counts from 1 to one under this are hidden.", "pupils"),
        Column("smallest_base", pl.Int64, "Rates on fewer pupils than this are hidden.", "pupils"),
        Column("groups_as_of", pl.Date, "The day group_audit stands on: it is made anew once a week."),
        Column("schools_expected", pl.Int64, "Schools this home knows of.", _SCHOOLS),
        Column("schools_received", pl.Int64, "Of those, with a register or census this school year.", _SCHOOLS),
        Column("schools_without_list", pl.Int64, "Of those, whose list was withheld.", _SCHOOLS),
        pupils("pupils_on_roll", "On a roll on the day, each counted once."),
        *ABSENCE_COLUMNS,
        ELIGIBLE,
        *OUTCOME_COLUMNS,
        MISSED,
    ),
)  # fmt: skip

PHASES = Table(
    name="published.phase",
    grain="one row per phase of education with a school",
    key=("phase",),
    columns=(
        Column("phase", pl.String, "Phase of education, as the schools register says."),
        Column("schools", pl.Int64, "Schools of the phase this home knows of.", _SCHOOLS),
        pupils("pupils_on_roll", "On the roll of a school of the phase; one on two rolls is counted at the main one."),
        *ABSENCE_COLUMNS,
        ELIGIBLE,
        *OUTCOME_COLUMNS,
    ),
)

SCHOOL = Table(
    name="published.school",
    grain="one row per school",
    key=("urn",),
    columns=(
        Column("urn", pl.Int32, "Unique reference number."),
        Column("laestab", pl.Int32, "Authority and establishment.", nullable=True),
        Column("name", pl.String, "Name of the school.", nullable=True),
        Column("phase", pl.String, "Phase of education."),
        Column("area", pl.String, "District the school is in, as the schools register says.", nullable=True),
        Column("received", pl.Boolean, "Whether a register or census of this school year has come."),
        Column("registers_to", pl.Date, "The last day with a mark; null without registers.", nullable=True),
        pupils("pupils_on_roll", "On this school's roll; one on two rolls is counted at the main one."),
        *ABSENCE_COLUMNS,
        ELIGIBLE,
        *OUTCOME_COLUMNS,
        Column("list_withheld_because", pl.String, "Why no list was made; null where one was.", nullable=True),
    ),
)

FLOW = Table(
    name="published.flow",
    grain="one row per school, area, phase or whole home: what became of those found worth a look this school year",
    key=("scope", "area", "phase", "urn"),
    columns=(
        Column("scope", pl.String, "school, area, phase or home."),
        Column("area", pl.String, "Area; null but for an area.", nullable=True),
        PHASE,
        URN,
        pupils("flagged", "On a roll now and worth a look on any day of this school year: listed, or no place left."),
        pupils("looked_at", "Of those, decided on this school year by somebody who looked (not: could not reach, snooze)."),
        pupils("need_found", "Of those looked at, a need was found, or one already known was confirmed."),
        pupils("need_met", "Of those looked at, already met; or a need found or known, and support on file now."),
        pupils("unmet", "Worth a look today, and not looked at this school year."),
        pupils("waiting", "Of those, first found worth a look more than ten school days ago."),
        rate("looked_at_rate", "Looked at over flagged."),
        Column(
            "median_days_to_look", pl.Float64,
            "Half of those looked at were looked at within so many school days of first being found worth a look.", DAYS, nullable=True,
        ),
    ),
)  # fmt: skip

PLANS_IN_TIME = Table(
    name="published.plans_in_time",
    grain="one row per school, area or whole home: plans first made in the twelve months to the day",
    key=("scope", "area", "urn"),
    columns=(
        Column("scope", pl.String, "school, area or home."),
        Column(
            "area", pl.String, "Area of the school the child is on the roll of; null but for an area.", nullable=True
        ),
        URN,
        pupils("plans", "Plans first made, of requests whose day is known; those with an exception left out."),
        pupils("plans_in_time", "Of those, within 20 weeks of the request."),
        rate("in_time_rate", "In time over plans; those with an exception left out, as England's is."),
        pupils("plans_with_exceptions", "Plans first made, those with an exception among them."),
        pupils("plans_in_time_with_exceptions", "Of those, within 20 weeks of the request."),
        rate("in_time_rate_with_exceptions", "In time over plans, those with an exception among them."),
    ),
)
