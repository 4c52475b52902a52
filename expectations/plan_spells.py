"""What a plan's beginning and end promise."""

from pipeline.vocabulary.plans import CEASE_REASONS

from .plan_shared import PLAN_PARENT_MISSING, PLAN_ROW_ID_MISSING, not_far_ahead
from .promise import Promise, Severity, missing, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    PLAN_PARENT_MISSING,
    PLAN_ROW_ID_MISSING,
    not_far_ahead(start_date="startdate", ceased_on="ceasedate"),
    Promise(
        "plan_start_missing",
        Severity.WARNING,
        "There is no day on which the plan began: fill in startdate and send the row again.",
        rows_where(missing("start_date")),
    ),
    Promise(
        "plan_starts_before_request",
        Severity.WARNING,
        "The plan began before its request was received: correct startdate, or receiveddate in the requests table, and "
        "send the row again.",
        rows_where("start_date < clock_from"),
    ),
    Promise(
        "plan_ends_before_it_begins",
        Severity.WARNING,
        "The plan ceased before it began: correct startdate or ceasedate and send the row again.",
        rows_where("ceased_on < start_date"),
    ),
    Promise(
        "plan_cease_reason_unknown",
        Severity.WARNING,
        f"The reason the plan ceased is none of {min(CEASE_REASONS)} to {max(CEASE_REASONS)}: correct ceasereason and send "
        "the row again.",
        rows_where(f"cease_reason NOT BETWEEN {min(CEASE_REASONS)} AND {max(CEASE_REASONS)}"),
    ),
)
