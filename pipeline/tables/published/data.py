"""Published of the data: what came, what was refused, what does not add up; and what each figure means."""

import polars as pl

from pipeline.tables.schema import Column, Table

from .shared import ROWS

FEED = Table(
    name="published.feed",
    grain="one row per feed: what came of it this school year",
    key=("feed",),
    columns=(
        Column("feed", pl.String, "Name of the feed."),
        Column("title", pl.String, "What it is, in words."),
        Column("files", pl.Int64, "Files read, those refused among them.", "files"),
        Column("files_refused", pl.Int64, "Of those, refused whole.", "files"),
        Column("last_known_on", pl.Date, "The day the latest that was not refused came, this school year or before; null where none has.", nullable=True),
        Column("rows_read", pl.Int64, "Rows read, to the nearest hundred, but for those of files refused: of some feeds a row is a child.", ROWS),
        Column("rows_set_aside", pl.Int64, "Of those, set aside; null where 1 to 4, or one could be had from the rules.", ROWS, nullable=True),
    ),
)  # fmt: skip

DATA_QUALITY = Table(
    name="published.data_quality",
    grain="one row per feed and rule that a row broke this school year",
    key=("feed", "rule"),
    columns=(
        Column("feed", pl.String, "Name of the feed."),
        Column("rule", pl.String, "Name of the rule."),
        Column("happens", pl.String, "file refused, row set aside, row tried again, or noted."),
        Column(
            "rows",
            pl.Int64,
            "Rows that broke it, of a file refused all its rows; null where 1 to 4.",
            ROWS,
            nullable=True,
        ),
        Column("says", pl.String, "What is said of it and what to do, as `a2n describe feeds` has it."),
    ),
)

SCHOOL_CHECK = Table(
    name="published.school_check",
    grain="one row per school and thing its registers are held to",
    key=("urn", "held_to"),
    columns=(
        Column("urn", pl.Int32, "School."),
        Column("held_to", pl.String, "What its figures are held to, as in derived.reconciliation."),
        Column("holds", pl.Boolean, "Whether every period of it holds, within the home's tolerance."),
    ),
)

TABLE_NOTES = Table(
    name="published.table_notes",
    grain="one row per published table",
    key=("table_name",),
    columns=(
        Column("table_name", pl.String, "Name of the table."),
        Column("grain", pl.String, "What one row is."),
        Column("units", pl.String, "The unit of each figure."),
        Column("cautions", pl.String, "What it must not be taken to say."),
    ),
)

FIGURE_NOTES = Table(
    name="published.figure_notes",
    grain="one row per column of a published table",
    key=("table_name", "column_name"),
    columns=(
        Column("table_name", pl.String, "Name of the table."),
        Column("column_name", pl.String, "Name of the column."),
        Column("definition", pl.String, "What it is."),
        Column("unit", pl.String, "Its unit; null where it is none.", nullable=True),
        Column("source", pl.String, "Whose rule or record it rests on."),
    ),
)
