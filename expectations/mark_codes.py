"""What a register code of a school's own system promises."""

from .promise import Promise, Severity, rows_where
from .shared import VALUE_NOT_UNDERSTOOD, code_promises
from .systems import SCHOOL_BY_ITS_ID, told_of_two

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *SCHOOL_BY_ITS_ID,
    Promise(
        "code_id_missing",
        Severity.WARNING,
        "There is no id or sub-code beside the register code: fill it in and send the row again.",
        rows_where("code_ref IS NULL"),
    ),
    *code_promises(),
    told_of_two(
        "code_id_of_two_codes",
        "One id or sub-code stands for two register codes at one school, so that neither can be meant by it: correct the "
        "table and send it again.",
        told="code",
        keys=("urn, code_ref",),
    ),
)
