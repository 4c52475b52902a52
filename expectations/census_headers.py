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
)
