"""What a pupil's id in a school's own system promises."""

from .promise import Promise, Severity, rows_where
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD
from .systems import SCHOOL_BY_ITS_ID, told_of_two

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    *SCHOOL_BY_ITS_ID,
    Promise(
        "system_id_missing",
        Severity.WARNING,
        "There is no id of the pupil in the school's own system: fill it in and send the row again.",
        rows_where("pupil_ref IS NULL AND unique_ref IS NULL"),
    ),
    told_of_two(
        "system_id_of_two_pupils",
        "One id stands for two UPNs at one school, so that neither pupil can be meant by it: correct the table and send "
        "it again.",
        told="pupil_id",
        keys=("urn, pupil_ref", "unique_ref"),
    ),
)
