"""What a child of the SSDA903 header promises."""

from pipeline.vocabulary.care import NO_UPN

from .promise import Promise, Severity, is_one_of, rows_where
from .shared import UPN_PROMISES

CHILD_MISSING = Promise(
    "care_child_missing",
    Severity.WARNING,
    "There is no child number (CHILD), so the row cannot be told from another child's: fill it in and send the row again.",
    rows_where("child_key IS NULL"),
)

PROMISES = (
    *UPN_PROMISES,
    Promise(
        "care_child_without_upn",
        Severity.WARNING,
        "In the place of a UPN stands {shown}, the return's code for a child who has none, so this is no pupil we can "
        "know, and nobody is guessed: send the row again once there is a UPN.",
        rows_where(is_one_of("no_upn", NO_UPN), shown="no_upn"),
    ),
    CHILD_MISSING,
    Promise(
        "care_child_contested",
        Severity.WARNING,
        "One child number (CHILD) stands beside two different UPNs in what was delivered together, so neither is "
        "believed: send the row with the right one.",
        """
        SELECT extract_id, row_number FROM batch
        SEMI JOIN (SELECT child_key FROM batch GROUP BY child_key HAVING min(pupil_id) <> max(pupil_id))
        USING (child_key)
        """,
    ),
)
