"""What a school census's return (COLLECT's schoolcensus table) promises."""

from .promise import Promise, Severity, missing, rows_where
from .shared import VALUE_NOT_UNDERSTOOD, unknown_school

_ASKED = ("census_key", "native_id", "census_term", "census_year")
_NAMES_NO_SCHOOL = f"({missing('urn')} AND laestab IS NULL)"

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    Promise(
        "census_return_incomplete",
        Severity.WARNING,
        "The return lacks its id, school (URN, or LEA and Estab), term or year, so none of its pupils can be placed: download "
        "it again from COLLECT, or export it again from the school's own system.",
        rows_where(" OR ".join([_NAMES_NO_SCHOOL, *(missing(column) for column in _ASKED)])),
    ),
    unknown_school("urn IS NULL", without_urn="laestab IS NOT NULL"),  # one with a URN makes its school a known one
    Promise(
        "reference_date_in_future",
        Severity.WARNING,
        "The return describes a day after the one it was received on: correct its reference date, term or year and send "
        "it again.",
        rows_where("reference_date > known_on"),
    ),
)
