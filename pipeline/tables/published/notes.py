"""What is said of the published tables, and of each figure, in the snapshot itself."""

import polars as pl

from pipeline.tables.schema import Table
from pipeline.vocabulary.made_up import MADE_UP

from .data import DATA_QUALITY, FEED, FIGURE_NOTES, SCHOOL_CHECK, TABLE_NOTES
from .opinion import MODEL, MODEL_DRIFT
from .people import ALARM, EVER, GROUP_AUDIT, LOST_CHILDREN, SUPPORT_ATTENDANCE
from .places import FLOW, PHASES, PLANS_IN_TIME, RUN, SCHOOL
from .shared import PUPILS, RATE
from .signals import SIGNAL, SIGNAL_NAMES, SIGNAL_OUTCOME, SPECIALIST
from .weeks import ENGLAND, SCHOOL_WEEK, WEEK

PUBLISHED = (
    RUN, PHASES, SCHOOL, FLOW, PLANS_IN_TIME, WEEK, SCHOOL_WEEK, ENGLAND, SIGNAL, SIGNAL_NAMES, SIGNAL_OUTCOME, SPECIALIST,
    GROUP_AUDIT, EVER, LOST_CHILDREN, ALARM, SUPPORT_ATTENDANCE, MODEL, MODEL_DRIFT, FEED, DATA_QUALITY, SCHOOL_CHECK, TABLE_NOTES, FIGURE_NOTES,
)  # fmt: skip

_HIDDEN = (
    "An empty count is 1 to {most}, or all of a whole, or one hidden so that such a count cannot be worked out, or was any of these on "
    "an earlier day of this school year. Nought is told, and says that no child was found there; but of groups of children none says as "
    "much as few, and is hidden, as is a nought that would tell that all are in one state; and a row may be empty whole. An empty rate "
    "rests on one of those, or on fewer than {base} pupils."
)

_CAUTIONS = {
    RUN: "Pupils on several rolls are counted once.",
    SCHOOL: "Not a measure of a school or its staff. How many are listed follows from the places a school has, not from need. "
    "Where anybody is left off, the list is full, and listed is the number of places: a rule, not a count of what children are, "
    "and told however small.",
    SCHOOL_WEEK: (
        "Registers are corrected for weeks: the latest figures move most. Everyone in that week's registers is in it, since left or not. "
        "A week is told once its Friday has come."
    ),
    SIGNAL: "A signal is a reason to ask, never a finding. A pupil may raise several, so signals do not add up.",
    PHASES: "As of schools: how many are listed follows from the places schools have.",
    FLOW: (
        "Counts children as they are on a roll now; who has left is not among them. A look not sent back is not known of. "
        "Never a measure of a school or its staff: the places a school has, and when lists came back, are in it."
    ),
    PLANS_IN_TIME: (
        "The clock runs from the request to the day the plan was first made. A request whose day was not sent is left out, and so is a "
        "child on no roll seen here, but in the whole home's figure."
    ),
    WEEK: (
        "Registers are corrected for weeks: the latest figures move most. A week is told once its Friday has come. England's is of all "
        "state-funded schools of the phase."
    ),
    ENGLAND: "Published by others, for another time and all schools: a place to stand, never a target.",
    SIGNAL_NAMES: "Each is a reason to ask, never a finding.",
    SIGNAL_OUTCOME: (
        "Of pupils who were listed alone, so not of all who have the signal: a list is no sample. A pupil may have several signals, "
        "so they do not add up; what was found says nothing of which signal found it."
    ),
    SPECIALIST: (
        "The kind of next step is that of one reason of several, a place to begin and no assessment of need. Days are what settings say, "
        "and are the whole home's where they name no area. Of the kinds of an area and phase none is hidden as few are."
    ),
    EVER: (
        "Ever, as far back as this home has records: years before them, and other authorities', are out of sight, so every figure is too "
        "low. Of social workers only care is seen. England's are of whole childhoods."
    ),
    FEED: "Rows, not children. A file refused is counted with no rows.",
    DATA_QUALITY: "Rows, not children; a row may break several rules, so they do not add up.",
    SCHOOL_CHECK: "What does not hold may be the register's, the census's or ours: a question to ask, not a fault of the school.",
    FIGURE_NOTES: "Read before quoting a figure.",
    GROUP_AUDIT: (
        "Shows whether a group is looked at less than its absence would suggest, never what a pupil of it is like. "
        "Of one to three groups a kind may be left out, where the number of places would give a hidden count away. A small group's rates "
        "rest on several school years. An interval says how far chance alone could move a rate, and nothing of what else is behind it."
    ),
    LOST_CHILDREN: (
        "Not seen here is not the same as not in school: other authorities, independent schools and home education are out of "
        "sight. A child may be counted under several kinds, so kinds do not add up; children of plans at no school seen here are "
        "in the whole home's count alone. Of plans, what came after the latest return is not known. Each number is a question to ask."
    ),
    ALARM: "Of a list and how it is worked, never of a pupil, a school's worth or its staff.",
    SUPPORT_ATTENDANCE: (
        "Not an effect. Support begins when things are worst, so some of any change would have come without it; and whoever left "
        "within six weeks is in neither figure."
    ),
    MODEL: "It orders those whom rules found worth a look, and makes nobody so. Approved by a person, after a test on later terms: see "
    "docs/the-opinion.md.",
    MODEL_DRIFT: "Of all pupils together, and nothing of any one. A season already seen in fitting is no drift.",
    TABLE_NOTES: "Read before quoting a figure.",
}  # fmt: skip


def table_notes(*, fewest_shown: int, smallest_base: int, demo: bool) -> pl.DataFrame:
    """The note row of every published table: its grain, the unit of each figure, and what it must not be taken to say."""
    hidden = _HIDDEN.format(most=fewest_shown - 1, base=smallest_base)
    made_up = f" {MADE_UP}" if demo else ""
    rows = [
        {
            "table_name": table.name,
            "grain": table.grain[0].upper() + table.grain[1:] + ".",
            "units": _units(table),
            "cautions": _CAUTIONS[table] + (f" {hidden}" if _has_figures(table) else "") + made_up,
        }
        for table in PUBLISHED
    ]
    return TABLE_NOTES.conform(pl.DataFrame(rows, schema=TABLE_NOTES.schema))


def _units(table: Table) -> str:
    """`pupils: raised, not_raised; 0 to 1: rate`."""
    by_unit: dict[str, list[str]] = {}
    for column in table.columns:
        if column.unit:
            by_unit.setdefault(column.unit, []).append(column.name)
    return "; ".join(f"{unit}: {', '.join(names)}" for unit, names in by_unit.items()) or "none"


def _has_figures(table: Table) -> bool:
    return any(column.unit in (PUPILS, RATE) for column in table.columns)


_DFE = "DfE's absence statistics: sessions missed over sessions possible; persistent at a tenth, severe at half, of a pupil's own."
_OURS = "Our own rule, see docs/signals.md and the notes of the table."
_RECORD = "This home's own records."

_SOURCES = {
    RUN: _RECORD, PHASES: _DFE, SCHOOL: _DFE, FLOW: "What lists said and what schools sent back.",
    PLANS_IN_TIME: "SEN2's tables, by the 20-week clock of the SEND Regulations 2014.", WEEK: _DFE, SCHOOL_WEEK: _DFE,
    ENGLAND: "See `source` on each row.", SIGNAL: _OURS, SIGNAL_NAMES: _OURS, SIGNAL_OUTCOME: "What lists said and what schools sent back.",
    SPECIALIST: "Our own rule, and this home's settings.", GROUP_AUDIT: _OURS,
    EVER: "School censuses, SEN2, SSDA903 and support returns, as far as sent.", LOST_CHILDREN: "See `asks` on each row.",
    MODEL: _RECORD, MODEL_DRIFT: "Population stability index, as credit scoring uses it (Siddiqi 2006).",
    ALARM: _OURS, SUPPORT_ATTENDANCE: _OURS, FEED: _RECORD, DATA_QUALITY: _RECORD, SCHOOL_CHECK: _OURS,
    TABLE_NOTES: _RECORD, FIGURE_NOTES: _RECORD,
}  # fmt: skip


def figure_notes() -> pl.DataFrame:
    """The note row of every published column: what it is, its unit, and whose rule or record it rests on."""
    rows = [
        {
            "table_name": table.name, "column_name": column.name, "definition": column.description,
            "unit": column.unit or None, "source": _SOURCES[table],
        }
        for table in PUBLISHED for column in table.columns
    ]  # fmt: skip
    return FIGURE_NOTES.conform(pl.DataFrame(rows, schema=FIGURE_NOTES.schema))
