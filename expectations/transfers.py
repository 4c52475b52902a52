"""What a mark promises that came in a common transfer file (CTF), from a school the pupil has left.

Its pupil is on a roll of this home, and need be on no roll of that school.
"""

from .promise import Promise, Severity, rows_where

FROM_ELSEWHERE = "coalesce(b.by_transfer, false)"

TRANSFER_PROMISES = (
    Promise(
        "transferred_pupil_unknown",
        Severity.WARNING,
        "The mark came in a transfer file, and no pupils extract taken in so far has this UPN on any school's roll: send "
        "the pupils of the school the pupil has come to, and the row is tried again.",
        f"""
        SELECT b.extract_id, b.row_number
        FROM batch b
        SEMI JOIN known_schools s ON s.urn = b.urn
        ANTI JOIN known_roll r ON r.pupil_id = b.pupil_id
        WHERE b.pupil_id IS NOT NULL AND {FROM_ELSEWHERE}
        """,
    ),
    Promise(
        "transfer_days_unclear",
        Severity.WARNING,
        "It cannot be told from the string of marks of which half day this one is (whether weekends are written in it, or what "
        "parts its marks): ask the school it came from for the dates, or for marks parted by commas.",
        rows_where("transfer_days_unclear"),
    ),
    Promise(
        "transfer_totals_differ",
        Severity.INFO,
        "A transfer file's totals of a pupil's school year are not what its marks come to. The marks are used.",
        rows_where("transfer_totals_differ"),
    ),
)
