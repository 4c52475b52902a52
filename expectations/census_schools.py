"""What a school as described in a census promises."""

from .promise import Promise, Severity, rows_where
from .shared import HEADER_MISSING, VALUE_NOT_UNDERSTOOD, unknown_school

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    Promise("census_header_missing", Severity.WARNING, HEADER_MISSING, rows_where("NOT header_found")),
    unknown_school("header_found"),
)
