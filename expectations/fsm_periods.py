"""What a period of free school meal eligibility promises."""

from .promise import Promise, Severity, missing, rows_where
from .shared import CENSUS_CHILD_PROMISES, VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *CENSUS_CHILD_PROMISES,
    Promise(
        "fsm_start_missing",
        Severity.WARNING,
        "The period of free school meals has no first day: fill in fsmstartdate and send the row again.",
        rows_where(missing("start_date")),
    ),
    Promise(
        "period_ends_before_it_begins",
        Severity.WARNING,
        "The period of free school meals ends before it begins: correct fsmstartdate or fsmenddate and send the row "
        "again.",
        rows_where("end_date < start_date"),
    ),
)
