"""What anyone may read: aggregates only, suppressed once. No row is a pupil, and no column could name one.

A null count is a count of 1 to 4, or a second one hidden so that the first cannot be worked out; zero is told. A null
rate rests on a hidden count or on too few pupils. A published rate says no more than the counts beside it.
"""

import polars as pl

from .schema import Column, Table

OUTCOMES = (
    "listed", "eligible_not_listed", "already_known", "snoozed", "history_needed", "not_eligible", "cannot_be_judged",
)  # fmt: skip
"""Every pupil on a roll has one: the outcomes of a place sum to its pupils on roll."""

SIGNAL_STATES = ("raised", "not_raised", "cannot_be_judged")
"""Likewise, for each signal."""

WEEK_RATES = ("absence", "authorised", "unauthorised", "illness", "part_time")

_N = "pupils"
_RATE = "0 to 1"


def _pupils(name: str, description: str) -> Column:
    return Column(name, pl.Int64, description, _N, nullable=True)


def _rate(name: str, description: str) -> Column:
    return Column(name, pl.Float64, description, _RATE, nullable=True)


_OUTCOME_COLUMNS = (
    _pupils("listed", "On their school's list."),
    _pupils("eligible_not_listed", "Worth a look, and no place was left."),
    _pupils("already_known", "Would be worth a look, and support is in place and reviewed."),
    _pupils("snoozed", "Staff asked to come back to them later."),
    _pupils("history_needed", "Too few sessions yet, here and last year, to judge."),
    _pupils("not_eligible", "No reason found to look."),
    _pupils("cannot_be_judged", "Not enough is known to say."),
)
_ELIGIBLE = _pupils("eligible", "Worth a look, listed or not.")
_MISSED = _pupils("missed", "Worth a look, nothing on file, and not listed.")

RUN = Table(
    name="published.run",
    grain="one row: the run that made this snapshot",
    key=("run",),
    columns=(
        Column("run", pl.String, "Name of the run."),
        Column("as_of", pl.Date, "The day stood on: nothing learned later, or dated later, is used."),
        Column("registers_to", pl.Date, "The last day with a mark; null without registers.", nullable=True),
        Column("finished", pl.Date, "The day of the figures. Not when the machine was done: a replay gives the same file."),
        Column("version", pl.String, "Version of the pipeline."),
        Column("demo", pl.Boolean, "Made-up data: proves mechanics, not accuracy."),
        Column("schools_expected", pl.Int64, "Schools this home knows of.", "schools"),
        Column("schools_received", pl.Int64, "Of those, with a register or census this school year.", "schools"),
        Column("schools_without_list", pl.Int64, "Of those, whose list was withheld.", "schools"),
        _pupils("pupils_on_roll", "On a roll on the day, each counted once."),
        _ELIGIBLE,
        *_OUTCOME_COLUMNS,
        _MISSED,
    ),
)  # fmt: skip

SCHOOL = Table(
    name="published.school",
    grain="one row per school",
    key=("urn",),
    columns=(
        Column("urn", pl.Int32, "Unique reference number."),
        Column("laestab", pl.Int32, "Authority and establishment.", nullable=True),
        Column("name", pl.String, "Name of the school.", nullable=True),
        Column("phase", pl.String, "Phase of education."),
        _pupils("pupils_on_roll", "On this school's roll; one on two rolls is counted at the main one."),
        _rate("absence_rate_ytd", "Sessions missed over possible this school year, by its registers; else by the census."),
        _pupils("persistent_absence_count", "Missed a tenth or more of their own possible sessions this school year."),
        _pupils("severe_absence_count", "Of those, half or more."),
        _ELIGIBLE,
        *_OUTCOME_COLUMNS,
        Column("list_withheld_because", pl.String, "Why no list was made; null where one was.", nullable=True),
    ),
)  # fmt: skip

SCHOOL_WEEK = Table(
    name="published.school_week",
    grain="one row per school and school week of this school year with a possible session",
    key=("urn", "week_start"),
    columns=(
        Column("urn", pl.Int32, "School."),
        Column("week_start", pl.Date, "The Monday."),
        _rate("absence_rate", "Sessions missed over possible, all pupils."),
        _rate("authorised_rate", "Missed with leave, over possible."),
        _rate("unauthorised_rate", "Missed without leave, over possible."),
        _rate("illness_rate", "Missed through illness (I), over possible."),
        _rate("part_time_rate", "Missed on a part-time timetable (C2), over possible."),
    ),
)

SIGNAL = Table(
    name="published.signal",
    grain="one row per signal and school, phase or whole home",
    key=("signal", "scope", "phase", "urn"),
    columns=(
        Column("signal", pl.String, "Name in the catalogue."),
        Column("scope", pl.String, "school, phase or home."),
        Column("phase", pl.String, "Phase of education; null for the whole home.", nullable=True),
        Column("urn", pl.Int32, "School; null but for a school.", nullable=True),
        _pupils("raised", "Pupils it is raised for."),
        _pupils("not_raised", "Pupils it is not raised for."),
        _pupils("cannot_be_judged", "Pupils of whom not enough is known to say."),
    ),
)

GROUP_AUDIT = Table(
    name="published.group_audit",
    grain="one row per kind of group and group",
    key=("kind", "group_name"),
    columns=(
        Column("kind", pl.String, "sex, ethnic_group, free_school_meals, first_language, sen_provision, in_care or phase."),
        Column("group_name", pl.String, "The group; 'not known' where it was not said."),
        _pupils("pupils", "On a roll on the day."),
        _ELIGIBLE,
        _pupils("listed", "On their school's list."),
        _MISSED,
        _pupils("already_known", "Would be worth a look, and support is in place and reviewed."),
        _rate("eligible_rate", "Eligible over pupils."),
        _rate("listed_rate", "Listed over pupils."),
        _rate("missed_rate", "Missed over pupils."),
    ),
)  # fmt: skip

LOST_CHILDREN = Table(
    name="published.lost_children",
    grain="one row per kind and school, or whole home; of a kind too rare for schools, or that cannot be judged, the home alone",
    key=("kind", "scope", "urn"),
    columns=(
        Column("kind", pl.String, "What happened, see `asks`."),
        Column("scope", pl.String, "school or home."),
        Column("urn", pl.Int32, "School; null for the whole home.", nullable=True),
        _pupils("pupils", "Pupils it happened to; null too where it cannot be judged."),
        Column("asks", pl.String, "What happened, and the question for whoever can answer it."),
        Column("judged", pl.Boolean, "Whether what it takes to judge was sent, of a day that tells: where not, there is no count, and no nought."),
        Column("not_judged_because", pl.String, "What was not sent, or since which day no return tells; null where it was judged.", nullable=True),
        Column("goes_to", pl.String, "Who is asked: officer (of a child in care, virtual_school), or virtual_school of all."),
        Column(
            "median_days_to_place", pl.Int64,
            "Of alternative provision, whole home: half of the places begun in the last twelve months came in no more days "
            "than this after the first mark of need; null on too few.", "days", nullable=True,
        ),
    ),
)  # fmt: skip

ALARM = Table(
    name="published.alarm",
    grain="one row per school with a pupil on its roll, and alarm about its lists",
    key=("alarm", "urn"),
    columns=(
        Column("alarm", pl.String, "dismisses_nothing, dismisses_everything, never_returned or waiting_over_ten_school_days."),
        Column("urn", pl.Int32, "School."),
        Column("raised", pl.Boolean, "Null when it cannot be judged: too few decisions or lists yet.", nullable=True),
        Column("says", pl.String, "What is so, where raised.", nullable=True),
        Column("asks", pl.String, "The question to ask of it."),
    ),
)  # fmt: skip

SUPPORT_ATTENDANCE = Table(
    name="published.support_attendance",
    grain="one row per kind of support: attendance in the six school weeks before the week it began, and after",
    key=("kind",),
    columns=(
        Column("kind", pl.String, "sen_support, ehc_plan, attendance_plan or known_to_staff (all others together)."),
        _pupils("pupils", "Pupils with six school weeks on either side; empty where they are too few to tell of."),
        _rate("absence_rate_before", "Missed over possible, before."),
        _rate("absence_rate_after", "Missed over possible, after."),
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

PUBLISHED = (RUN, SCHOOL, SCHOOL_WEEK, SIGNAL, GROUP_AUDIT, LOST_CHILDREN, ALARM, SUPPORT_ATTENDANCE, TABLE_NOTES)

_HIDDEN = (
    "An empty count is 1 to {most}, or one hidden so that such a count cannot be worked out; nought is told. "
    "An empty rate rests on one of those, or on fewer than {base} pupils."
)

_CAUTIONS = {
    RUN: "Pupils on several rolls are counted once.",
    SCHOOL: "Not a measure of a school or its staff. How many are listed follows from the places a school has, not from need. "
    "Where anybody is left off, the list is full, and listed is the number of places: a rule, not a count of what children are, "
    "and told however small.",
    SCHOOL_WEEK: (
        "Registers are corrected for weeks: the latest figures move most. Everyone in that week's registers is in it, since left or not."
    ),
    SIGNAL: "A signal is a reason to ask, never a finding. A pupil may raise several, so signals do not add up.",
    GROUP_AUDIT: (
        "Shows whether a group is looked at less than its absence would suggest, never what a pupil of it is like. "
        "Months of birth are not kept here, so summer-born pupils cannot be shown. A kind of group is left out where the number of "
        "places would give a hidden count away."
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
    TABLE_NOTES: "Read before quoting a figure.",
}  # fmt: skip


def table_notes(*, fewest_shown: int, smallest_base: int, demo: bool) -> pl.DataFrame:
    """The note row of every published table: its grain, the unit of each figure, and what it must not be taken to say."""
    hidden = _HIDDEN.format(most=fewest_shown - 1, base=smallest_base)
    made_up = " Made-up data: proves mechanics, not accuracy." if demo else ""
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
    return any(column.unit in (_N, _RATE) for column in table.columns)
