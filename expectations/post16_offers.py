"""What an offer of a place after Year 11 promises. Its school may be left out: then any roll the pupil is on will do."""

from .promise import Promise, Severity, missing, rows_where
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD, unknown_school

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    unknown_school("(urn IS NOT NULL OR laestab IS NOT NULL)"),
    Promise(
        "pupil_on_no_roll",
        Severity.WARNING,
        "No pupils extract taken in so far has this UPN on this school's roll, or on any where no school is named, past "
        "or present: send the school's pupils, and the row is tried again.",
        """
        SELECT b.extract_id, b.row_number
        FROM batch b
        ANTI JOIN known_roll r ON r.pupil_id = b.pupil_id AND (r.urn = b.urn OR b.urn IS NULL)
        WHERE b.pupil_id IS NOT NULL AND (b.urn IN (SELECT s.urn FROM known_schools s) OR b.urn IS NULL)
            AND NOT (b.urn IS NULL AND b.laestab IS NOT NULL)
        """,
    ),
    Promise(
        "offer_date_missing",
        Severity.WARNING,
        "The offer has no date: fill in offer_date and send the row again.",
        rows_where(missing("offer_date")),
    ),
    Promise(
        "offer_in_future",
        Severity.WARNING,
        "The offer is dated after the day it was received on: correct offer_date and send the row again.",
        rows_where("offer_date > known_on"),
    ),
)
