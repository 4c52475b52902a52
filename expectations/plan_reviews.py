"""What the reviews of a plan in force promise."""

from .plan_shared import PLAN_PARENT_MISSING, PLAN_ROW_ID_MISSING, not_far_ahead
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    PLAN_PARENT_MISSING,
    PLAN_ROW_ID_MISSING,
    not_far_ahead(review_meeting="reviewmeeting", review_decision="lastreview"),
)
