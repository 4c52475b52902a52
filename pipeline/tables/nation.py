"""What is told of many homes together: had from their published snapshots alone, and no row is a pupil.

A sum is of what homes published. Where one of them hides its count, the sum is a lower bound and says so: nothing is put in the place of
what is hidden, so that whatever is taken from a sum, of what the homes show themselves, leaves nought.
"""

import polars as pl

from .published import (
    EVER,
    FLOW,
    GROUP_AUDIT,
    LOST_CHILDREN,
    PHASES,
    PLANS_IN_TIME,
    RUN,
    SIGNAL,
    SIGNAL_OUTCOME,
    SPECIALIST,
)
from .published.shared import PUPILS, RATE
from .schema import Column, Table

_HOMES, _SCHOOLS = "homes", "schools"

FIGURES = tuple(column.name for column in RUN.columns if column.nullable and column.unit in (PUPILS, RATE))
"""Of a whole home, as its own snapshot tells them."""

SUMMED = {
    RUN: (),
    PHASES: ("phase",),
    FLOW: (),
    PLANS_IN_TIME: (),
    SIGNAL: ("signal",),
    SIGNAL_OUTCOME: ("signal",),
    SPECIALIST: ("kind",),
    GROUP_AUDIT: ("kind", "group_name"),
    EVER: ("nc_year",),
    LOST_CHILDREN: ("kind",),
}
"""The published tables whose counts are summed over homes, and what tells their rows apart; of those with a scope, the whole home's."""


def counts_of(table: Table) -> tuple[str, ...]:
    """The columns of a published table that count pupils and may be hidden."""
    return tuple(column.name for column in table.columns if column.nullable and column.unit == PUPILS)


ROLL_UP = Table(
    name="nation.roll_up",
    grain="one row: the roll-up, and how much of the nation is in it",
    key=("as_of",),
    columns=(
        Column("as_of", pl.Date, "The day stood on: a home's figures of a later day are left out."),
        Column("version", pl.String, "Version of the pipeline."),
        Column("demo", pl.Boolean, "Made-up homes: proves mechanics, not accuracy."),
        Column("homes_listed", pl.Int64, "Homes there should be.", _HOMES),
        Column("homes_told", pl.Int64, "Of those, whose figures are in the sums.", _HOMES),
        Column("homes_stale", pl.Int64, "Of those told, whose figures are days old.", _HOMES),
        Column("homes_left_out", pl.Int64, "Listed, and in no sum: see `because` of each.", _HOMES),
        Column("earliest_as_of", pl.Date, "The earliest day that figures in the sums stand on; null where there are none.", nullable=True),
        Column("latest_as_of", pl.Date, "The latest.", nullable=True),
        Column("schools_expected", pl.Int64, "Schools the homes told know of.", _SCHOOLS),
        Column("schools_received", pl.Int64, "Of those, with a register or census this school year.", _SCHOOLS),
        Column("schools_without_list", pl.Int64, "Of those, whose list was withheld.", _SCHOOLS),
    ),
)  # fmt: skip

HOME = Table(
    name="nation.home",
    grain="one row per home listed: its figures as it published them, and what is missing or stale and why",
    key=("home",),
    columns=(
        Column("home", pl.String, "Name of the home's folder."),
        Column("state", pl.String, "told; stale (in the sums, and days old); or left_out (in no sum)."),
        Column("because", pl.String, "Why it is stale or left out, and what to do; null where told.", nullable=True),
        Column("name", pl.String, "Name of the data controller; null where nothing could be read.", nullable=True),
        Column("run", pl.String, "Name of the run that published.", nullable=True),
        Column("version", pl.String, "Version of the pipeline that published.", nullable=True),
        Column("demo", pl.Boolean, "Made-up data.", nullable=True),
        Column("as_of", pl.Date, "The day the figures stand on.", nullable=True),
        Column("days_old", pl.Int64, "Days from then to the day of the roll-up.", "days", nullable=True),
        *(
            Column(name, pl.Int64, f"{description} Null where nothing could be read.", _SCHOOLS, nullable=True)
            for name, description in (
                ("schools_expected", "Schools this home knows of."),
                ("schools_received", "Of those, with a register or census this school year."),
                ("schools_without_list", "Of those, whose list was withheld."),
            )
        ),
        *(column for column in RUN.columns if column.name in FIGURES),
    ),
)

TOTAL = Table(
    name="nation.total",
    grain="one row per published table, row of it that a whole home has, and count: the sum of what homes published of it",
    key=("table_name", "of", "measure"),
    columns=(
        Column("table_name", pl.String, "The published table the count is of."),
        Column("of", pl.String, "Which row of it: the phase, signal, kind or group; empty for whole homes."),
        Column("measure", pl.String, "The column of that table, defined as there."),
        Column("at_least", pl.Int64, "Sum over the homes that tell it; null where none does.", PUPILS, nullable=True),
        Column("is_lower_bound", pl.Boolean, "Whether any home listed is not in it: there are that many or more."),
        Column("homes_told", pl.Int64, "Homes in the sum.", _HOMES),
        Column("homes_hidden", pl.Int64, "Homes that hide it, as few or for another's sake: no bound on what they hide is given.", _HOMES),
        Column("homes_not_judged", pl.Int64, "Homes that could not judge it, for what it takes was not sent.", _HOMES),
        Column("homes_without", pl.Int64, "Homes whose figures are read and have no such row.", _HOMES),
        Column("homes_left_out", pl.Int64, "Homes listed and in no sum.", _HOMES),
    ),
)  # fmt: skip

NOTES = Table(
    name="nation.table_notes",
    grain="one row per table of the roll-up",
    key=("table_name",),
    columns=(
        Column("table_name", pl.String, "Name of the table."),
        Column("grain", pl.String, "What one row is."),
        Column("cautions", pl.String, "What it must not be taken to say."),
    ),
)

NATION = (ROLL_UP, HOME, TOTAL, NOTES)

CAUTIONS = {
    ROLL_UP: "Homes stand on days of their own. Never a measure of an authority, a trust or its staff.",
    HOME: "As each home published it, with what it hides hidden. How many are listed follows from the places schools have, not from need; "
    "homes differ in which feeds they have, so their counts are not to be ranked.",
    TOTAL: "A lower bound wherever `is_lower_bound` says so, and no estimate: what a home hides may be few, or many hidden for another's sake. "
    "A child on rolls of two homes is counted in both. What may not be added up within a home (signals, kinds lost) may not be here.",
    NOTES: "Read before quoting a figure.",
}  # fmt: skip
