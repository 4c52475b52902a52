"""What stays on record when a child is erased, and of children who are not to be listed: nothing from which a child erased could be told."""

import polars as pl

from .schema import Column, Table

FORGETTINGS = Table(
    name="audit.forgettings",
    grain="one row per child erased on request; which child, is not said",
    key=("turn",),
    columns=(
        Column("turn", pl.Int32, "1 for the first child erased, 2 for the next."),
        Column("forgotten_on", pl.Date, "The day of this machine on which it was done."),
        Column("reason", pl.String, "Why, as it was given; no UPN and no name of the child is in it."),
        Column("said_by", pl.String, "Who gave the command."),
        Column("newest_look", pl.Date, "The latest day whose lists were out by then: of days up to it, what was concluded of others stands.", nullable=True),
        Column("rows", pl.Int64, "Rows of the warehouse and of the names that were erased.", "rows"),
        Column("files_rewritten", pl.Int64, "Extracts that were written anew without the child.", "files"),
        Column("files_removed", pl.Int64, "Files that were removed whole.", "files"),
    ),
)  # fmt: skip

FORGOTTEN_PUPILS = Table(
    name="audit.forgotten_pupils",
    grain="one row per school and stretch of school years in which children now erased were on its roll",
    key=("urn", "from_year", "until_year"),
    columns=(
        Column("urn", pl.Int32, "School."),
        Column("from_year", pl.Int32, "Calendar year in which the first of those school years began."),
        Column("until_year", pl.Int32, "Likewise of the last; 9999 for who was still on the roll."),
        Column("pupils", pl.Int64, "How many: what the school's own totals may have more than its registers here.", "pupils"),
    ),
)  # fmt: skip

REWRITTEN_EXTRACTS = Table(
    name="audit.rewritten_extracts",
    grain="one row per content that an extract has now, after a child's rows were taken out of it",
    key=("sha256",),
    columns=(
        Column("sha256", pl.String, "Of its content as it is now: it counts as taken in, as what was delivered does."),
        Column("as_delivered", pl.String, "sha256 of the content that was delivered, see audit.extracts."),
    ),
)

OBJECTIONS = Table(
    name="feedback.objections",
    grain="one row per objection to a child being listed, or its withdrawal",
    key=("pupil_id", "turn"),
    columns=(
        Column("pupil_id", pl.String, "Pseudonym of the UPN: it holds of every pupil_id of the child."),
        Column("turn", pl.Int32, "1 for the first that was said of this pupil_id, 2 for the next."),
        Column("known_on", pl.Date, "The day from which it holds."),
        Column("objects", pl.Boolean, "Whether it is an objection, or takes one back."),
        Column("reason", pl.String, "Why, as it was given; no UPN and no name of the child is in it."),
        Column("said_by", pl.String, "Who gave the command."),
    ),
)

ON_ERASING = (FORGETTINGS, FORGOTTEN_PUPILS, REWRITTEN_EXTRACTS)
