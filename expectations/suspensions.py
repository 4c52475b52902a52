"""What a suspension or permanent exclusion promises, in the census or a plain table."""

from pipeline.vocabulary.sen import (
    SUSPENSION_CATEGORIES,
    SUSPENSION_CATEGORIES_DISCONTINUED,
    SUSPENSION_REASONS,
)

from .promise import Promise, Severity, is_none_of, is_one_of, missing, rows_where
from .shared import CENSUS_CHILD_PROMISES, UPN_PROMISES, VALUE_NOT_UNDERSTOOD, pupil_on_no_roll, unknown_school

LONGEST_SESSIONS = 90
"""45 school days: the most a pupil may be suspended in one school year."""

_CATEGORIES = [*SUSPENSION_CATEGORIES, *SUSPENSION_CATEGORIES_DISCONTINUED]
_OF_A_CENSUS = tuple(promise for promise in CENSUS_CHILD_PROMISES if promise.rule != "unknown_school")
_REASONS = sorted(SUSPENSION_REASONS)

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    *_OF_A_CENSUS,
    unknown_school("(parent IS NULL OR parent = 'accepted')"),
    pupil_on_no_roll("b.parent IS NULL"),
    Promise(
        "suspension_date_missing",
        Severity.WARNING,
        "The suspension has no first day: fill in the start date and send the row again.",
        rows_where(missing("start_date")),
    ),
    Promise(
        "suspension_category_unknown",
        Severity.WARNING,
        f"The category is none of {', '.join(SUSPENSION_CATEGORIES)}: correct category and send the row again.",
        rows_where(f"{missing('category')} OR {is_none_of('category', _CATEGORIES)}"),
    ),
    Promise(
        "suspension_category_discontinued",
        Severity.WARNING,
        "Category {shown} has not been in use since autumn 2020: say SUSP, or correct the start date, and send the row "
        "again.",
        rows_where(
            f"{is_one_of('category', SUSPENSION_CATEGORIES_DISCONTINUED)} AND start_date >= DATE '2020-09-01'",
            shown="category",
        ),
    ),
    Promise(
        "suspension_reason_unknown",
        Severity.INFO,
        "A reason is not among the codes schools use. The suspension is used all the same.",
        rows_where(" OR ".join(is_none_of(f"reason{at}", _REASONS) for at in (1, 2, 3))),
    ),
    Promise(
        "suspension_long",
        Severity.INFO,
        f"A suspension covers more than {LONGEST_SESSIONS} sessions, the most there may be in a school year: check "
        "sessions.",
        rows_where(f"sessions > {LONGEST_SESSIONS}"),
    ),
)
