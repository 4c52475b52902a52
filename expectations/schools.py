"""What a schools extract promises."""

from .promise import Promise, Severity, missing, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    Promise(
        "school_number_missing",
        Severity.WARNING,
        "There is no URN: give the school's URN from Get Information About Schools and send the row again.",
        rows_where(missing("urn")),
    ),
    Promise(
        "school_repeated",
        Severity.CRITICAL,
        "Two different LAESTABs stand beside one URN ({shown}), so no row of this file can be trusted to name its "
        "school: download the extract again.",
        """
        SELECT extract_id, 1 AS row_number,
            concat(min(urn), CASE WHEN count(*) > 1 THEN concat(' and ', count(*) - 1, ' more') END) AS shown
        FROM (SELECT extract_id, urn FROM batch WHERE urn IS NOT NULL GROUP BY ALL HAVING min(laestab) <> max(laestab))
        GROUP BY extract_id
        """,
    ),
)
