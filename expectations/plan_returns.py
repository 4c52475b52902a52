"""What a SEN2 return (COLLECT's sen2 table) promises."""

from .plan_shared import PLAN_ROW_ID_MISSING
from .promise import Promise, Severity, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    PLAN_ROW_ID_MISSING,
    Promise(
        "plan_return_describes_day_to_come",
        Severity.INFO,
        "The return's reference date is after the day it was received on. It is taken to describe that day.",
        rows_where("describes_day_to_come"),
    ),
)
