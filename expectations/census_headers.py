"""What a school census's return (COLLECT's schoolcensus table) promises."""

from .promise import Promise, Severity, missing, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

_ASKED = ("census_key", "native_id", "urn", "census_term", "census_year")

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    Promise(
        "census_return_incomplete",
        Severity.WARNING,
        "The return lacks its id, NativeId, URN, term or year, so none of its pupils can be placed: download it again "
        "from COLLECT.",
        rows_where(" OR ".join(missing(column) for column in _ASKED)),
    ),
    Promise(
        "reference_date_in_future",
        Severity.WARNING,
        "The return describes a day after the one it was received on: correct its reference date, term or year and send "
        "it again.",
        rows_where("reference_date > known_on"),
    ),
)
