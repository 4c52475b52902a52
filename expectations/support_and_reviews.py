"""What a row about a pupil's support and its reviews promises."""

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
)
