"""What happened, as best known now: enrolments and weeks. Rebuilt from staged rows, for today or for any past day."""

import polars as pl

from .schema import Column, Table

_SESSIONS = "sessions"

ENROLMENTS = Table(
    name="facts.enrolments",
    grain="one row per pupil, school and spell on its roll",
    key=("pupil_id", "urn", "entry_date"),
    columns=(
        Column("pupil_id", pl.String, "Pseudonym of the UPN."),
        Column("urn", pl.Int32, "School."),
        Column("entry_date", pl.Date, "First day on roll."),
        Column("leaving_date", pl.Date, "Last day on roll; null while on roll.", nullable=True),
        Column("enrol_status", pl.String, "C single, M main, S subsidiary of two, or other.", nullable=True),
        Column("nc_year", pl.String, "Year group.", nullable=True),
        Column("age_at_31_august", pl.Int32, "Age on the 31 August before `stated_on`'s school year.", "years"),
        Column("sen_provision", pl.String, "N, K or E as last said; null if never.", nullable=True),
        Column("sen_provision_on", pl.Date, "The day that was said of.", nullable=True),
        Column("stated_on", pl.Date, "The day the latest row for this spell describes."),
        Column("known_on", pl.Date, "The day we learned it."),
    ),
)

PUPIL_WEEKS = Table(
    name="facts.pupil_weeks",
    grain="one row per pupil, school and school week in which a session was possible",
    key=("pupil_id", "urn", "week_start"),
    columns=(
        Column("pupil_id", pl.String, "Pseudonym of the UPN."),
        Column("urn", pl.Int32, "School."),
        Column("week_start", pl.Date, "The Monday."),
        Column("possible_sessions", pl.Int8, "Sessions this pupil was expected at.", _SESSIONS),
        Column("absence_sessions", pl.Int8, "Missed, authorised or not.", _SESSIONS),
        Column("authorised_sessions", pl.Int8, "Missed with the school's leave.", _SESSIONS),
        Column("unauthorised_sessions", pl.Int8, "Missed without (G, N, O, U).", _SESSIONS),
        Column("late_sessions", pl.Int8, "Present, late before registers closed (L).", _SESSIONS),
        Column("approved_activity_sessions", pl.Int8, "Approved education off site (B, K, P, V, W).", _SESSIONS),
        Column("need_absence_sessions", pl.Int8, "Missed with a code that asks about need.", _SESSIONS),
        Column("illness_sessions", pl.Int8, "Missed through illness (I).", _SESSIONS),
        Column("medical_sessions", pl.Int8, "Missed for an appointment (M).", _SESSIONS),
        Column("part_time_sessions", pl.Int8, "Part-time timetable (C2).", _SESSIONS),
        Column("suspended_sessions", pl.Int8, "Suspended or excluded (E).", _SESSIONS),
        Column("no_reason_sessions", pl.Int8, "Reason not yet known (N).", _SESSIONS),
        Column("dual_sessions", pl.Int8, "Not possible: at the other school of two (D).", _SESSIONS),
        Column("no_mark_sessions", pl.Int8, "No mark recorded (-): neither possible nor missed.", _SESSIONS),
        Column("am_codes", pl.Int64, "Morning marks: code numbers, eight bits a day, Monday lowest; 0 is no mark."),
        Column("pm_codes", pl.Int64, "Afternoon marks, packed alike."),
        Column("last_known_on", pl.Date, "The latest day on which we learned any mark of this week."),
        Column(
            "is_transferred",
            pl.Boolean,
            "Every mark of it came in a transfer file, from a former school: it tells of the pupil, and nothing of the "
            "school, whose register was not received.",
        ),
    ),
)
"""Kept in `facts.marked_weeks`, which also has the weeks in which nothing was possible; `facts.pupil_weeks` is the view
of those where something was. From `am_codes` and `pm_codes` every count, spell and pattern of a week can be had again
without returning to the marks; as of a past day, weeks learned of since are first rebuilt from the marks known then."""

MARKED_WEEKS = Table(
    name="facts.marked_weeks",
    grain="one row per pupil, school and school week with any mark",
    key=PUPIL_WEEKS.key,
    columns=PUPIL_WEEKS.columns,
)
