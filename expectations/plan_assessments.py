"""What an assessment of a child's needs promises."""

from pipeline.vocabulary.plans import ASSESSMENT_OUTCOMES

from .plan_shared import PLAN_PARENT_MISSING, PLAN_ROW_ID_MISSING, not_before_its_time, outcome_known
from .promise import Promise, Severity, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    PLAN_PARENT_MISSING,
    PLAN_ROW_ID_MISSING,
    outcome_known("assessment_outcome", "assessmentoutcome", ASSESSMENT_OUTCOMES),
    not_before_its_time(assessed_on="assessmentoutcomedate"),
    Promise(
        "plan_assessed_before_request",
        Severity.WARNING,
        "The assessment ended before its request was received: correct assessmentoutcomedate, or receiveddate in the "
        "requests table, and send the row again.",
        rows_where("assessed_on < clock_from"),
    ),
)
