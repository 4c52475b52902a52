"""What a placement in alternative provision that a school arranged promises."""

from pipeline.vocabulary.destinations import AP_PATTERNS, AP_REASONS, AP_SETTINGS, MOST_AP_SESSIONS
from pipeline.vocabulary.sen import SEN_PROVISION

from .promise import Promise, Severity, is_none_of, missing, rows_where
from .shared import CENSUS_CHILD_PROMISES, VALUE_NOT_UNDERSTOOD

_NO_SETTING = " AND ".join(missing(column) for column in ("setting_urn", "setting_ukprn", "setting_type"))
_SEN_UNKNOWN = " OR ".join(is_none_of(f"sen_provision_{when}", SEN_PROVISION) for when in ("entry", "leaving"))

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *CENSUS_CHILD_PROMISES,
    Promise(
        "ap_setting_unknown",
        Severity.WARNING,
        f"The setting has no URN, no UKPRN and no type, or a type that is none of {', '.join(AP_SETTINGS)}: correct "
        "apsettingtype and send the row again.",
        rows_where(f"({_NO_SETTING}) OR {is_none_of('setting_type', AP_SETTINGS)}"),
    ),
    Promise(
        "ap_reason_unknown",
        Severity.WARNING,
        f"The reason for the placement is none of {', '.join(AP_REASONS)}: correct placementreason and send the row "
        "again.",
        rows_where(is_none_of("reason", AP_REASONS)),
    ),
    Promise(
        "ap_entry_date_missing",
        Severity.WARNING,
        "The placement has no first day: fill in entrydate and send the row again.",
        rows_where(missing("entry_date")),
    ),
    Promise(
        "ap_ends_before_it_begins",
        Severity.WARNING,
        "The placement ends before it begins: correct entrydate or leavingdate and send the row again.",
        rows_where("leaving_date < entry_date"),
    ),
    Promise(
        "ap_pattern_unknown",
        Severity.WARNING,
        f"The attendance pattern is none of {', '.join(AP_PATTERNS)}: correct apattendancepattern and send the row again.",
        rows_where(is_none_of("attendance_pattern", AP_PATTERNS)),
    ),
    Promise(
        "ap_sessions_out_of_range",
        Severity.WARNING,
        f"The sessions a week are below 0 or above {MOST_AP_SESSIONS}, more than a week has: correct apsessionsperweek "
        "and send the row again.",
        rows_where(f"sessions_per_week NOT BETWEEN 0 AND {MOST_AP_SESSIONS}"),
    ),
    Promise(
        "ap_sen_code_unknown",
        Severity.WARNING,
        "The SEN provision on entry or on leaving is none of N, K and E: correct it and send the row again.",
        rows_where(_SEN_UNKNOWN),
    ),
)
