"""What the published tables have in common: their units, and the columns of outcomes."""

import polars as pl

from pipeline.tables.schema import Column

OUTCOMES = (
    "listed", "eligible_not_listed", "already_known", "snoozed", "history_needed", "not_eligible", "cannot_be_judged",
)  # fmt: skip
"""Every pupil on a roll has one: the outcomes of a place sum to its pupils on roll."""

PUPILS, RATE, ROWS, DAYS = "pupils", "0 to 1", "rows", "school days"


def pupils(name: str, description: str) -> Column:
    """A count of pupils, hidden where small."""
    return Column(name, pl.Int64, description, PUPILS, nullable=True)


def rate(name: str, description: str) -> Column:
    """A share, hidden where what it rests on is."""
    return Column(name, pl.Float64, description, RATE, nullable=True)


FRESH_DAYS = 4
"""A bank holiday weekend: longer without a run, and whoever reads is told."""

URN = Column("urn", pl.Int32, "School; null but for a school.", nullable=True)
PHASE = Column("phase", pl.String, "Phase of education; null for the whole home.", nullable=True)
SCOPE = "What the row is of"

ALREADY_KNOWN = pupils(
    "already_known",
    "Would be worth a look, and support is on file, an assessment asked for, or somebody decided on an earlier list.",
)
OUTCOME_COLUMNS = (
    pupils("listed", "On their school's list."),
    pupils("eligible_not_listed", "Worth a look, and no place was left."),
    ALREADY_KNOWN,
    pupils("snoozed", "Staff asked to come back to them later."),
    pupils("history_needed", "Too few sessions yet, here and last year, to judge."),
    pupils("not_eligible", "No reason found to look."),
    pupils("cannot_be_judged", "Not enough is known to say, or the pupil is not to be judged."),
)
ELIGIBLE = pupils("eligible", "Worth a look, listed or not.")
MISSED = pupils("missed", "Worth a look, nothing on file, and not listed.")

ABSENCE_COLUMNS = (
    rate(
        "absence_rate_ytd",
        "Sessions missed over possible this school year to the end of its last whole week, by registers; else by the census.",
    ),
    pupils("persistent_absence_count", "Missed a tenth or more of their own possible sessions this school year."),
    pupils("severe_absence_count", "Of those, half or more."),
)
