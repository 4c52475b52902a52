"""What an episode of care promises."""

from pipeline.vocabulary.care import LEGAL_STATUSES, NOT_KEPT, PLACEMENTS

from .care_children import CHILD_MISSING
from .promise import Promise, Severity, is_none_of, missing, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    CHILD_MISSING,
    Promise(
        "care_child_not_accepted",
        Severity.WARNING,
        "The header row of this child (CHILD) was not delivered, or was itself set aside: send the header, and this row "
        "is tried again.",
        rows_where("NOT child_found"),
    ),
    Promise(
        "episode_date_missing",
        Severity.WARNING,
        "The episode has no first day: fill in DECOM and send the row again.",
        rows_where(missing("start_date")),
    ),
    Promise(
        "episode_in_future",
        Severity.WARNING,
        "The episode begins after the day it was received on: correct DECOM and send the row again.",
        rows_where("start_date > known_on"),
    ),
    Promise(
        "episode_ends_before_it_begins",
        Severity.WARNING,
        "The episode ends before it begins: correct DECOM or DEC and send the row again.",
        rows_where("end_date < start_date"),
    ),
    Promise(
        "legal_status_unknown",
        Severity.WARNING,
        "The legal status is no code of the return: correct LS and send the row again.",
        rows_where(is_none_of("legal_status", [*LEGAL_STATUSES, NOT_KEPT])),
    ),
    Promise(
        "placement_unknown",
        Severity.WARNING,
        "The placement is no code of the return: correct PLACE and send the row again.",
        rows_where(is_none_of("placement", [*PLACEMENTS, NOT_KEPT])),
    ),
)
