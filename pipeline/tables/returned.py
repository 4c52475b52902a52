"""What is read of a returned list before it is judged: kept in memory for that long, and nowhere else."""

import polars as pl

from .schema import Column, Table

ANSWERS = Table(
    name="answers",
    grain="one row per row of a returned list in which anything that is read back was filled in",
    key=("sheet", "row_number"),
    columns=(
        Column("sheet", pl.String, "Sheet of the workbook; of one that was renamed, its place among them."),
        Column("row_number", pl.Int32, "Row of its sheet, as a spreadsheet numbers it."),
        Column("part", pl.String, "list or looked into."),
        Column("pupil_id", pl.String, "The hidden key, as it came.", nullable=True),
        Column("who", pl.String, "Whom the row shows: for the sender alone, and never kept.", nullable=True),
        Column("is_sealed", pl.Boolean, "Whether the seal fits the key and whom the row shows."),
        Column("has_formula", pl.Boolean, "Whether a formula stands in a cell that is read."),
        Column("is_merged", pl.Boolean, "Whether a cell that is read is one with another."),
        Column("decision", pl.String, "As it was filled in.", nullable=True),
        Column("decided_on", pl.String, "As it was filled in, a spreadsheet's day as an ISO date.", nullable=True),
        Column("snooze_until", pl.String, "Likewise.", nullable=True),
        Column("snooze_reason", pl.String, "As it was filled in.", nullable=True),
        Column("fact", pl.String, "As it was filled in.", nullable=True),
        Column("outcome", pl.String, "As it was filled in.", nullable=True),
        Column("outcome_on", pl.String, "As it was filled in, a spreadsheet's day as an ISO date.", nullable=True),
        Column("strengths", pl.String, "Only where words come back.", nullable=True),
        Column("pupil_words", pl.String, "Only where words come back.", nullable=True),
        Column("parent_words", pl.String, "Only where words come back.", nullable=True),
    ),
)
