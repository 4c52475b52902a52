"""What later nights still read of a look when retention has taken its rows: no point, no reason, no place."""

import polars as pl

from .schema import Column, Table

_PUPILS = "pupils"
_PUPIL_ID = Column("pupil_id", pl.String, "Pseudonym of the UPN.")

FIRST_FOUND = Table(
    name="derived.first_found",
    grain="one row per school year and pupil whom a look found worth one, of looks whose rows are removed",
    key=("school_year", "pupil_id"),
    columns=(
        Column("school_year", pl.Date, "First day of the school year; kept until it is over."),
        _PUPIL_ID,
        Column("first_on", pl.Date, "The first day of it on which a look found the pupil worth one."),
    ),
)

LISTED_SIGNALS = Table(
    name="derived.listed_signals",
    grain="one row per list that went out, pupil on it and signal raised that day, of looks whose rows are removed",
    key=("as_of", "pupil_id", "signal"),
    columns=(
        Column("as_of", pl.Date, "The day of the list; kept until its school year is over."),
        _PUPIL_ID,
        Column("signal", pl.String, "Name in the catalogue: published figures count what came of looking, signal by signal."),
    ),
)  # fmt: skip

GROUPS_OF_YEARS = Table(
    name="derived.groups_of_years",
    grain="one row per earlier school year, kind of group and group: its last look, counted exactly before its rows were removed",
    key=("as_of", "kind", "group_name"),
    columns=(
        Column("as_of", pl.Date, "The day of the last look of that school year."),
        Column("kind", pl.String, "Kind of group, as in published.group_audit."),
        Column("group_name", pl.String, "Group.", nullable=True),
        Column("pupils", pl.Int64, "On a roll.", _PUPILS),
        Column("eligible", pl.Int64, "Found worth a look.", _PUPILS),
        Column("listed", pl.Int64, "On a list.", _PUPILS),
        Column("missed", pl.Int64, "Eligible, not listed, nothing on file.", _PUPILS),
        Column("already_known", pl.Int64, "Already known.", _PUPILS),
    ),
)

KEPT_OF_LOOKS = (FIRST_FOUND, LISTED_SIGNALS, GROUPS_OF_YEARS)
