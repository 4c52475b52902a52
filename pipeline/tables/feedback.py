"""What came back: returned workbooks, cell by cell, with the day it happened and the day we learned it.

No word of a pupil, a parent or a note is in any of these tables, and nothing here is ever changed. Of two answers to the same
row of a list the one learned later corrects the other; of several decisions on one pupil the latest made counts, of those the
latest learned.
"""

import polars as pl

from .forgotten import OBJECTIONS
from .schema import Column, Table

_RETURN = Column("return_key", pl.String, "sha256 of the returned workbook: one returned twice is read once.")
_ROW = Column("row_number", pl.Int32, "Row of its sheet, as a spreadsheet numbers it.")
_KNOWN_ON = Column("known_on", pl.Date, "The day we learned it.")

_OF_A_PUPIL = (
    _RETURN,
    Column("sheet", pl.String, "Sheet of the workbook."),
    _ROW,
    _KNOWN_ON,
    Column("pupil_id", pl.String, "Pseudonym of the UPN."),
    Column("urn", pl.Int32, "School whose list it was."),
    Column("list_as_of", pl.Date, "The day of that list."),
)
_KEY = ("return_key", "sheet", "row_number")

RETURNS = Table(
    name="feedback.returns",
    grain="one row per returned workbook",
    key=("return_key",),
    columns=(
        _RETURN,
        Column("file", pl.String, "As it lay in the inbox."),
        _KNOWN_ON,
        Column("urn", pl.Int32, "School whose list it is; null where that could not be read.", nullable=True),
        Column("list_as_of", pl.Date, "The day of that list; null where that could not be read.", nullable=True),
        Column("rows_answered", pl.Int32, "Rows in which anything was filled in.", "rows"),
        Column("rows_taken", pl.Int32, "Of those, taken.", "rows"),
        Column("rows_refused", pl.Int32, "Of those, refused.", "rows"),
        Column("refused_because", pl.String, "Why the whole workbook was refused.", nullable=True),
    ),
)

DECISIONS = Table(
    name="feedback.decisions",
    grain="one row per decision in a returned workbook",
    key=_KEY,
    columns=(
        *_OF_A_PUPIL,
        Column("decision", pl.String, "look into it, already met, other cause, not needed, could not reach or snooze until."),
        Column("decided_on", pl.Date, "The day it was made."),
        Column("snooze_until", pl.Date, "Only of `snooze until`: the day to look again.", nullable=True),
        Column("snooze_reason", pl.String, "Only of `snooze until`: one of the reasons of the drop-down.", nullable=True),
    ),
)  # fmt: skip

OUTCOMES = Table(
    name="feedback.outcomes",
    grain="one row per outcome of looking, in a returned workbook",
    key=_KEY,
    columns=(
        *_OF_A_PUPIL,
        Column("outcome", pl.String, "need found, known or none."),
        Column("outcome_on", pl.Date, "The day it was found."),
    ),
)

CORRECTIONS = Table(
    name="feedback.corrections",
    grain="one row per fact that a returned workbook says is wrong",
    key=_KEY,
    columns=(
        *_OF_A_PUPIL,
        Column("fact", pl.String, "a mark, roll or year group, support on file, or another fact."),
    ),
)

REFUSED_ROWS = Table(
    name="feedback.refused_rows",
    grain="one row per row of a returned workbook that was refused, and rule it breaks",
    key=(*_KEY, "rule"),
    columns=(
        _RETURN,
        Column("sheet", pl.String, "Sheet of the workbook."),
        _ROW,
        _KNOWN_ON,
        Column("rule", pl.String, "Name of the rule."),
        Column("sentence", pl.String, "What is wrong and what to do; no child's data."),
    ),
)

FEEDBACK = (RETURNS, DECISIONS, OUTCOMES, CORRECTIONS, REFUSED_ROWS, OBJECTIONS)

CHANGES = {"pupil_id": pl.String, "fact": pl.String, "about": pl.Date, "known_on": pl.Date}
"""Not kept, worked out: one row per change of what is held of a pupil, with the fact as in CORRECTIONS, the day that a mark is of
(else null), and the day we learned it."""
