"""What a school's id in a system of its own promises."""

from .promise import Promise, Severity, rows_where
from .shared import VALUE_NOT_UNDERSTOOD, unknown_school
from .systems import told_of_two

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    unknown_school(),
    Promise(
        "school_id_missing",
        Severity.WARNING,
        "There is no id of the school in its own system: fill in system_school_id and send the row again.",
        rows_where("school_ref IS NULL"),
    ),
    told_of_two(
        "school_id_of_two_schools",
        "One id stands for two schools, so that neither can be meant by it: correct the table and send it again.",
        told="urn",
        keys=("school_ref",),
    ),
)
