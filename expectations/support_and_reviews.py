"""What a row about a pupil's support and its reviews promises."""

from pipeline.vocabulary.feedback import LONGEST_SNOOZE_DAYS
from pipeline.vocabulary.sen import SUPPORT_KINDS

from .promise import Promise, Severity, is_none_of, missing, rows_where
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD, pupil_on_no_roll, unknown_school

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    unknown_school(),
    pupil_on_no_roll(),
    Promise(
        "support_kind_unknown",
        Severity.WARNING,
        f"The kind of support is none of {', '.join(SUPPORT_KINDS.values())}: correct kind and send the row again.",
        rows_where(f"{missing('kind')} OR {is_none_of('kind', SUPPORT_KINDS)}"),
    ),
    Promise(
        "support_ends_before_it_begins",
        Severity.WARNING,
        "The support ended before it began: correct start_date or ended and send the row again.",
        rows_where("ended < start_date"),
    ),
    Promise(
        "support_quiet_too_long",
        Severity.INFO,
        f"The day in quiet_until is over {LONGEST_SNOOZE_DAYS} days after the day it was received on, or after the support ended. Quiet counts "
        f"for {LONGEST_SNOOZE_DAYS} days from the day it was first asked for, and while the support lasts: give a new day then. The "
        "row is used all the same.",
        rows_where(f"quiet_until > known_on + INTERVAL {LONGEST_SNOOZE_DAYS} DAY OR quiet_until > ended"),
    ),
)
