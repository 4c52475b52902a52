"""What the totals of a school's own register system promise."""

from .promise import Promise, Severity, missing, rows_where
from .shared import VALUE_NOT_UNDERSTOOD, unknown_school

_ASKED = ("from_date", "to_date", "possible_sessions", "absence_sessions")

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    unknown_school(),
    Promise(
        "totals_incomplete",
        Severity.WARNING,
        f"One of {', '.join(_ASKED)} is empty, so there is nothing to compare registers with: fill it in and send the "
        "row again.",
        rows_where(" OR ".join(missing(column) for column in _ASKED)),
    ),
    Promise(
        "totals_impossible",
        Severity.WARNING,
        "The period ends before it begins, or more sessions were missed than possible, or one of them is below nought: "
        "ask the school's system again and send the row again.",
        rows_where(
            "to_date < from_date OR absence_sessions > possible_sessions OR absence_sessions < 0 OR possible_sessions < 0"
        ),
    ),
)
