"""What a deletion return promises: a pupil who left a roll, when, and where to."""

from pipeline.vocabulary.destinations import DESTINATIONS

from .promise import Promise, Severity, is_none_of, missing, rows_where
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD, pupil_on_no_roll, unknown_school

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    unknown_school(),
    pupil_on_no_roll(),
    Promise(
        "leaving_date_missing",
        Severity.WARNING,
        "There is no last day on roll: fill in the date and send the row again.",
        rows_where(missing("leaving_date")),
    ),
    Promise(
        "leaves_before_entry",
        Severity.WARNING,
        "The last day on roll is before the pupil's first on any roll of this school taken in so far: correct the date, "
        "or send the roll with the earlier stay, and the row is tried again.",
        """
        SELECT b.extract_id, b.row_number
        FROM batch b JOIN known_roll r ON r.pupil_id = b.pupil_id AND r.urn = b.urn
        WHERE b.leaving_date < r.first_entry_date
        """,
    ),
    Promise(
        "destination_unknown_word",
        Severity.WARNING,
        f"The destination is none of {', '.join(DESTINATIONS.values())}: say which is meant (unknown is one of them), and "
        "send the row again.",
        rows_where(is_none_of("destination", DESTINATIONS)),
    ),
)
