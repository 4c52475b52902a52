"""What a request for an assessment of a child's needs promises."""

from pipeline.vocabulary.plans import HISTORICAL, REQUEST_OUTCOMES

from .plan_shared import PLAN_PARENT_MISSING, PLAN_ROW_ID_MISSING, not_before_its_time, outcome_known
from .promise import Promise, Severity, missing, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    PLAN_PARENT_MISSING,
    PLAN_ROW_ID_MISSING,
    outcome_known("request_outcome", "requestoutcome", REQUEST_OUTCOMES),
    not_before_its_time(received_on="receiveddate", decided_on="requestoutcomedate"),
    Promise(
        "plan_received_date_missing",
        Severity.WARNING,
        "There is no day on which the request was received, from which its time runs: fill in receiveddate and send the "
        "row again.",
        rows_where(f"{missing('received_on')} AND request_outcome IS DISTINCT FROM '{HISTORICAL}'"),
    ),
    Promise(
        "plan_decision_before_request",
        Severity.WARNING,
        "The request was decided before it was received: correct receiveddate or requestoutcomedate and send the row "
        "again.",
        rows_where("decided_on < received_on"),
    ),
    Promise(
        "plan_request_repeated",
        Severity.WARNING,
        "This return has another request of the same child received on the same day, and no way to tell which is meant: "
        "leave one of them in and send the return again.",
        """
        SELECT extract_id, row_number FROM batch
        WHERE above = 'accepted' AND received_on IS NOT NULL
        QUALIFY count(DISTINCT plan_key) OVER (
            PARTITION BY authority_id, return_key, returned_on, pupil_id, received_on) > 1
        """,
    ),
)
