"""What a child's or young person's row of a SEN2 return promises."""

from .plan_shared import PLAN_PARENT_MISSING, PLAN_ROW_ID_MISSING
from .promise import Promise, Severity, rows_where
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD

_MISSING, *_OTHERS = UPN_PROMISES

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    PLAN_PARENT_MISSING,
    PLAN_ROW_ID_MISSING,
    Promise(
        _MISSING.rule, _MISSING.severity, _MISSING.sentence, rows_where("upn_check = 'missing' AND upn_unknown IS NULL")
    ),
    Promise(
        "plan_upn_not_held",
        Severity.WARNING,
        "The authority says that it holds no UPN for this child (upnunknown), so nobody can tell whose request and plan "
        "these are: send the return again once there is one.",
        rows_where("upn_check = 'missing' AND upn_unknown IS NOT NULL"),
    ),
    *_OTHERS,
    Promise(
        "plan_pupil_on_no_roll",
        Severity.INFO,
        "No pupils extract taken in so far has this UPN on any roll. That is right for a child taught elsewhere or not in "
        "school; otherwise check the UPN. The row is used all the same.",
        """
        SELECT b.extract_id, b.row_number
        FROM batch b ANTI JOIN known_roll r ON r.pupil_id = b.pupil_id
        WHERE b.pupil_id IS NOT NULL AND b.above = 'accepted'
        """,
    ),
)
