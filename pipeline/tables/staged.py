"""What was delivered and accepted, typed and pseudonymised: one table a feed, no name, UPN or birth date in any.

Every row says which extract and row it came from and, in `known_on`, the day we learned it. `row_number` counts as a
spreadsheet shows it: the header is row 1.
"""

import polars as pl

from .columns import ORIGIN, PUPIL, RETURN, ROW, URN
from .schema import Column, Table
from .staged_agencies import ADDRESSES, AGENCIES
from .staged_care import CARE_CHILDREN, CARE_EPISODES
from .staged_destinations import AP_PLACEMENTS, LEAVERS, POST16_OFFERS
from .staged_needs import EARLY_YEARS_PROFILES, WIDER_NEEDS
from .staged_plans import STAGED_PLANS
from .staged_systems import MARK_CODES, PUPIL_IDS, SCHOOL_IDS

SCHOOLS = Table(
    name="staged.schools",
    grain="one row per school and delivery",
    key=ROW,
    columns=(
        *ORIGIN,
        URN,
        Column("laestab", pl.Int32, "Authority (3 digits) and establishment (4 digits).", nullable=True),
        Column("name", pl.String, "Name of the school.", nullable=True),
        Column("phase", pl.String, "Primary, Secondary, Special, Alternative provision, Nursery or Not known."),
        Column("authority", pl.Int32, "Number of the local authority.", nullable=True),
        Column(
            "area", pl.String, "District it is in; where none is told, the first part of its postcode.", nullable=True
        ),
    ),
)

CENSUS_HEADERS = Table(
    name="staged.census_headers",
    grain="one row per school census return delivered",
    key=ROW,
    columns=(
        *ORIGIN,
        Column("census_key", pl.String, "COLLECT's id of the return."),
        Column("native_id", pl.String, "COLLECT's id of the school."),
        URN,
        Column("laestab", pl.Int32, "Authority and establishment.", nullable=True),
        Column("census_term", pl.String, "Term the census was taken in: autumn, spring or summer."),
        Column("census_year", pl.Int32, "Calendar year it was taken in."),
        Column("reference_date", pl.Date, "The day the census describes."),
        Column("serial_number", pl.Int32, "Which submission of the return it is, where sent.", nullable=True),
    ),
)

CENSUS_SCHOOLS = Table(
    name="staged.census_schools",
    grain="one row per school described in a census delivered",
    key=ROW,
    columns=(
        *ORIGIN,
        Column("census_key", pl.String, "COLLECT's id of the return."),
        Column("native_id", pl.String, "COLLECT's id of the school."),
        Column("urn", pl.Int32, "School, by its return's header.", nullable=True),
        Column("name", pl.String, "Name of the school.", nullable=True),
        Column("phase", pl.String, "Phase, as in staged.schools."),
    ),
)

PUPILS = Table(
    name="staged.pupils",
    grain="one row per pupil delivered on, or no longer on, a school's roll",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column("former_pupil_id", pl.String, "Pseudonym of the former UPN, where another one is given.", nullable=True),
        Column("parent_key", pl.String, "COLLECT's id of the pupil row, to which its children refer.", nullable=True),
        Column("native_id", pl.String, "COLLECT's id of the school.", nullable=True),
        *RETURN,
        Column("stated_on", pl.Date, "The day the row describes: the census's reference date, or known_on."),
        Column("enrol_status", pl.String, "C, M, S, F, O, G or P.", nullable=True),
        Column("nc_year", pl.String, "National curriculum year group.", nullable=True),
        Column("entry_date", pl.Date, "First day on this school's roll."),
        Column("leaving_date", pl.Date, "Last day on this school's roll.", nullable=True),
        Column("sen_provision", pl.String, "N, K or E; null if not said.", nullable=True),
        Column(
            "age_at_31_august", pl.Int32, "Age on the 31 August before the school year described, or left in.", "years"
        ),
        Column(
            "birth_season",
            pl.String,
            "Born in autumn (September to December), spring (January to April) or summer. For the audit only.",
            nullable=True,
        ),
        Column("sex", pl.String, "M or F. For the audit only.", nullable=True),
        Column("ethnicity", pl.String, "DfE ethnicity code. For the audit only.", nullable=True),
        Column("language", pl.String, "First language code. For the audit only.", nullable=True),
        Column("fsm_eligible", pl.Boolean, "Eligible for free school meals. For the audit only.", nullable=True),
        Column("looked_after", pl.Boolean, "In care, as a plain pupils table says. For the audit only.", nullable=True),
        Column(
            "young_carer",
            pl.String,
            "P said by a parent, S by the school, N not declared. Never named on a list.",
            nullable=True,
        ),
        Column("sessions_possible", pl.Int32, "Census: possible sessions of the term carried.", "sessions", True),
        Column("sessions_possible_ht2", pl.Int32, "Autumn census: of summer's second half.", "sessions", True),
    ),
)

CENSUS_SESSIONS = Table(
    name="staged.census_sessions",
    grain="one row per pupil, census, part of the term and register code",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column(
            "parent_key", pl.String, "COLLECT's id of the pupil row: one for each stay at the school.", nullable=True
        ),
        Column("school_year", pl.Int32, "Calendar year in which the school year of the sessions began."),
        Column("term", pl.String, "Term the sessions were in (the one before the census's)."),
        Column("part", pl.Int32, "1, or 2 for the second half of a summer term."),
        Column("sessions_possible", pl.Int32, "Possible sessions of that part.", "sessions", True),
        Column("code", pl.String, "Register code."),
        Column("sessions", pl.Int32, "Sessions with that code.", "sessions"),
        *RETURN,
        Column("parent_known_on", pl.Date, "The day its pupil row was learned.", nullable=True),
    ),
)

SEN_NEEDS = Table(
    name="staged.sen_needs",
    grain="one row per pupil, census or SEN2 return, and ranked type of need. For the audit only",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        Column("urn", pl.Int32, "School; null in a SEN2 return.", nullable=True),
        Column("rank", pl.Int32, "1 for the primary need.", nullable=True),
        Column("sen_type", pl.String, "DfE SEN type code."),
        *RETURN,
    ),
)

FSM_PERIODS = Table(
    name="staged.fsm_periods",
    grain="one row per pupil and period of free school meal eligibility. For the audit only",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column("start_date", pl.Date, "First day eligible."),
        Column("end_date", pl.Date, "Last day eligible; null while it lasts.", nullable=True),
        Column("country", pl.String, "ENG, NIR, SCT or WLS.", nullable=True),
        *RETURN,
    ),
)

SUSPENSIONS = Table(
    name="staged.suspensions",
    grain="one row per suspension or permanent exclusion as delivered (one may come in two successive censuses)",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column("start_date", pl.Date, "First day."),
        Column("sessions", pl.Int32, "Sessions it covers.", "sessions", True),
        Column("category", pl.String, "SUSP, PERM or LNCH."),
        Column("reason1", pl.String, "DfE reason code.", nullable=True),
        Column("reason2", pl.String, "DfE reason code.", nullable=True),
        Column("reason3", pl.String, "DfE reason code.", nullable=True),
        *RETURN,
    ),
)

SUPPORT_AND_REVIEWS = Table(
    name="staged.support_and_reviews",
    grain="one row per pupil and piece of support, as last stated in each delivery",
    key=ROW,
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column("kind", pl.String, "What support it is, see vocabulary.sen.SUPPORT_KINDS."),
        Column("start_date", pl.Date, "First day.", nullable=True),
        Column("last_review", pl.Date, "Day of the last review.", nullable=True),
        Column("next_review", pl.Date, "Day the next review is due.", nullable=True),
        Column("ended", pl.Date, "Day it ended; null while it lasts.", nullable=True),
        Column(
            "quiet_until",
            pl.Date,
            "Staff ask that the pupil not be listed before this day. It counts for 366 days from the day that was first known, and while the support lasts.",
            nullable=True,
        ),
    ),
)

REGISTER_TOTALS = Table(
    name="staged.register_totals",
    grain="one row per school and period the school's own system was asked about",
    key=ROW,
    columns=(
        *ORIGIN,
        URN,
        Column("from_date", pl.Date, "First day counted."),
        Column("to_date", pl.Date, "Last day counted."),
        Column("possible_sessions", pl.Int64, "Possible sessions of all pupils.", "sessions"),
        Column("absence_sessions", pl.Int64, "Of those, missed.", "sessions"),
    ),
)

ATTENDANCE_MARKS = Table(
    name="staged.attendance_marks",
    grain="one row per mark as delivered; a corrected mark is a further row, known later",
    key=(),
    columns=(
        *ORIGIN,
        PUPIL,
        URN,
        Column("date", pl.Date, "School day."),
        Column("half_day", pl.String, "am or pm."),
        Column("code", pl.String, "Register code (Y5 is kept as Y7)."),
        Column("minutes_late", pl.Int32, "Minutes late, where sent.", "minutes", True),
        Column("recorded_at", pl.Datetime("us"), "When the school last changed it, where sent.", nullable=True),
        Column(
            "by_transfer",
            pl.Boolean,
            "True where it came in a transfer file, from a former school; else null.",
            nullable=True,
        ),
        Column("delivered_on", pl.Date, "The day it was delivered, if it then waited for another feed.", nullable=True),
    ),
)

PARENTS_SET_ASIDE = Table(
    name="waiting.parents",
    grain="one row per census pupil row set aside, as last tried, so that its children can still be checked against it",
    key=(),
    columns=(
        Column("parent_key", pl.String, "COLLECT's id of the pupil row."),
        Column("native_id", pl.String, "COLLECT's id of the school.", nullable=True),
        Column("urn", pl.Int32, "School.", nullable=True),
        Column("census_term", pl.String, "Term of the census.", nullable=True),
        Column("census_year", pl.Int32, "Calendar year of the census.", nullable=True),
        Column("sessions_possible", pl.Int32, "Possible sessions of the term carried.", "sessions", True),
        Column("sessions_possible_ht2", pl.Int32, "Autumn census: of summer's second half.", "sessions", True),
        Column("parent", pl.String, "not_accepted or header_missing."),
        Column("known_on", pl.Date, "The day we learned it."),
    ),
)

STAGED = (
    SCHOOLS,
    CENSUS_HEADERS,
    CENSUS_SCHOOLS,
    PUPILS,
    *STAGED_PLANS,
    ADDRESSES,
    CENSUS_SESSIONS,
    SEN_NEEDS,
    FSM_PERIODS,
    SUSPENSIONS,
    AP_PLACEMENTS,
    LEAVERS,
    POST16_OFFERS,
    CARE_CHILDREN,
    CARE_EPISODES,
    SUPPORT_AND_REVIEWS,
    WIDER_NEEDS,
    EARLY_YEARS_PROFILES,
    AGENCIES,
    REGISTER_TOTALS,
    SCHOOL_IDS,
    PUPIL_IDS,
    MARK_CODES,
    ATTENDANCE_MARKS,
)
