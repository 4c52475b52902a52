"""What was done, from which files, and what was set aside: the record every published figure can be traced through."""

import polars as pl

from .forgotten import ON_ERASING
from .published import EVER, GROUP_AUDIT
from .same_child import LINK_DECISIONS
from .schema import Column, Table

RUNS = Table(
    name="audit.runs",
    grain="one row per run that reached its end",
    key=("run",),
    columns=(
        Column("run", pl.String, "Name of the run: kind, day, and a count."),
        Column("kind", pl.String, "take-in, history, outcomes or flag."),
        Column("as_of", pl.Date, "The day it stood on (known_on of a take-in, or of lists that came back)."),
        Column("version", pl.String, "Version of the pipeline."),
        Column("settings", pl.String, "The settings it used, as JSON."),
        Column("assumed_known_on", pl.Boolean, "History: that known_on was assumed for marks without recorded_at."),
    ),
)

EXTRACTS = Table(
    name="audit.extracts",
    grain="one row per file, member of an archive or sheet, and layout, taken in, refused or left unread",
    key=("extract_id",),
    columns=(
        Column(
            "extract_id", pl.Int32, "Ours, in the order of sha256 within a take-in; of sheets, of their workbook's."
        ),
        Column(
            "extract",
            pl.String,
            "As delivered: its place in the inbox, and a member's own name or a sheet's name or number.",
        ),
        Column("sha256", pl.String, "Of its content, unpacked: a table delivered again is known by it."),
        Column("feed", pl.String, "The feed that claimed it, null if none did.", nullable=True),
        Column("layout", pl.String, "The layout it was read as.", nullable=True),
        Column("known_on", pl.Date, "The day it was taken in as known."),
        Column("run", pl.String, "The run that took it in."),
        Column("rows_read", pl.Int64, "Data rows.", "rows"),
        Column("rows_accepted", pl.Int64, "Of those, accepted at once.", "rows"),
        Column("rows_set_aside", pl.Int64, "Of those, set aside.", "rows"),
        Column("rows_refused", pl.Int64, "Of those, refused with the whole file.", "rows"),
        Column("refused_because", pl.String, "Why the file was refused.", nullable=True),
    ),
)

PARTS = Table(
    name="audit.parts",
    grain="one row per XML file and layout found in it; the file is done with when audit.extracts has each of them",
    key=("sha256", "layout"),
    columns=(
        Column("sha256", pl.String, "Of the file's content, unpacked."),
        Column("layout", pl.String, "One of the layouts it is read as."),
    ),
)

SET_ASIDE = Table(
    name="audit.set_aside",
    grain="one row per row set aside and rule it breaks",
    key=("extract_id", "row_number", "rule"),
    columns=(
        Column("extract_id", pl.Int32, "See audit.extracts."),
        Column("extract", pl.String, "File as delivered."),
        Column("row_number", pl.Int64, "Row in that file, as in the staged tables; the header is row 1."),
        Column("rule", pl.String, "Name of the rule."),
        Column("sentence", pl.String, "What is wrong and what to do; no child's data."),
        Column("accepted_on", pl.Date, "Tried again and accepted on this day.", nullable=True),
    ),
)

NOTES = Table(
    name="audit.notes",
    grain="one row per extract and rule that is only noted",
    key=("extract_id", "rule"),
    columns=(
        Column("extract_id", pl.Int32, "See audit.extracts."),
        Column("extract", pl.String, "File as delivered."),
        Column("rule", pl.String, "Name of the rule."),
        Column("sentence", pl.String, "What was seen."),
        Column("rows", pl.Int64, "Rows it was seen on.", "rows"),
    ),
)

_CELL = (
    Column("table_name", pl.String, "Published table, by its short name."),
    Column("row_key", pl.String, "What tells its row from the others, as text."),
    Column("column_name", pl.String, "The count; of a rate of sessions, those missed; some are printed nowhere."),
)
_SCHOOL_YEAR = Column("school_year", pl.Date, "First day of the school year it is of.")

HIDDEN_CELLS = Table(
    name="audit.hidden_cells",
    grain="one row per count of a published table and school year in which it was ever hidden: it stays so until the year is over",
    key=("school_year", "table_name", "row_key", "column_name"),
    columns=(_SCHOOL_YEAR, Column("as_of", pl.Date, "The first day it was hidden on."), *_CELL),
)

TOLD_CELLS = Table(
    name="audit.told_cells",
    grain="one row per count and day figures were published, of the newest day and the one before: the number last told of it",
    key=("as_of", "table_name", "row_key", "column_name"),
    columns=(
        _SCHOOL_YEAR,
        Column("as_of", pl.Date, "The day of the figures."),
        *_CELL,
        Column(
            "told",
            pl.Int64,
            "The number last told this school year, on that day or before; exact, where a rate was told.",
        ),
    ),
)

GROUP_DAYS = Table(
    name="audit.group_days",
    grain="one row per day on which the tables of groups of children were made anew: the first of a week, or of a new policy",
    key=("as_of",),
    columns=(
        _SCHOOL_YEAR,
        Column("as_of", pl.Date, "The day they stand on."),
        Column("fewest_shown", pl.Int64, "Counts from 1 to one under this were hidden.", "pupils"),
        Column("smallest_base", pl.Int64, "Rates on fewer pupils than this were hidden.", "pupils"),
    ),
)


def _kept(table: Table, name: str) -> Table:
    return Table(
        name=name,
        grain=f"{table.grain}, and day on which it was made anew: as it was published, to be published again until the next",
        key=("as_of", *table.key),
        columns=(Column("as_of", pl.Date, "The day it stands on, see audit.group_days."), *table.columns),
    )


KEPT_GROUPS = _kept(GROUP_AUDIT, "audit.kept_group_audit")
KEPT_EVER = _kept(EVER, "audit.kept_ever")

RETENTION = Table(
    name="audit.retention",
    grain="one row per run of retention and kind of record it removed any of",
    key=("run", "kind"),
    columns=(
        Column("run", pl.String, "Name of the run: retention, day, and a count."),
        Column("as_of", pl.Date, "The day it stood on."),
        Column("kind", pl.String, "A feed, or one of the kinds that [retention] has lines for."),
        Column("removed", pl.Int64, "Rows, or files, removed.", "rows or files"),
        Column("up_to", pl.Date, "The last day of which such records were removed; null where none is told.", nullable=True),
        Column("known_from", pl.Date, "The day on which the first of them was known; null where lists never rest on them.", nullable=True),
        Column("read_until", pl.Date, "The last day whose lists, made again, would rest on them; null likewise.", nullable=True),
    ),
)  # fmt: skip

AUDIT = (
    RUNS, EXTRACTS, PARTS, SET_ASIDE, NOTES, LINK_DECISIONS, HIDDEN_CELLS, TOLD_CELLS, GROUP_DAYS, KEPT_GROUPS, KEPT_EVER,
    RETENTION, *ON_ERASING,
)  # fmt: skip
