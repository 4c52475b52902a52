"""What a register mark promises. This is the largest feed: forty million rows are judged in seconds, so every promise is
one pass over few columns, and only what that pass finds is looked at closely."""

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES
from pipeline.vocabulary.enrolment import COMPULSORY_AGES

from .promise import Promise, Severity, code_shown, is_none_of, missing, rows_where
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD, code_promises, pupil_on_no_roll, used_when_not_valid
from .systems import MARKS_BY_IDS
from .transfers import FROM_ELSEWHERE, TRANSFER_PROMISES

FEWEST_ROWS_TO_REFUSE = 20
"""A smaller file may be mostly wrong by chance; its rows are judged one by one."""


def _by_age(code: str, *, compulsory: bool) -> str:
    """Marks with `code` by pupils who were of compulsory age in that school year, or were not."""
    school_year = "year(b.date) - CAST(month(b.date) < 8 AS INTEGER)"
    ages = f"{'' if compulsory else 'NOT '}BETWEEN {COMPULSORY_AGES.start} AND {COMPULSORY_AGES.stop - 1}"
    # The roll is made one row a pupil and school and then joined: a semi-join that also compares ages takes minutes.
    return f"""
        SELECT b.extract_id, b.row_number
        FROM batch b
        JOIN (
            SELECT pupil_id, urn, max(age_at_31_august - stated_school_year) AS age_in_year_nought
            FROM known_roll
            GROUP BY ALL
        ) r ON r.pupil_id = b.pupil_id AND r.urn = b.urn
        WHERE b.code = '{code}' AND r.age_in_year_nought + {school_year} {ages}
    """


_CODES = [entry.code for entry in ATTENDANCE_CODES]

MOSTLY_UNREADABLE = f"""
    WITH counted AS (
        SELECT
            extract_id,
            count(*) AS marks,
            count(*) FILTER (date IS NULL) AS without_date,
            count(*) FILTER (half_day IS NULL OR {is_none_of("half_day", ("am", "pm"))}) AS without_half_day,
            count(*) FILTER ({is_none_of("code", _CODES)}) AS without_code
        FROM batch
        GROUP BY extract_id
    ),
    faults AS (
        SELECT extract_id, marks, without_date AS rows, 'no date that can be read' AS fault FROM counted
        UNION ALL SELECT extract_id, marks, without_half_day, 'neither AM nor PM as their session' FROM counted
        UNION ALL SELECT extract_id, marks, without_code, 'no register code in the code column' FROM counted
    )
    SELECT extract_id, 1 AS row_number, concat(rows, ' of ', marks, ' rows have ', fault) AS shown
    FROM faults
    WHERE marks >= {FEWEST_ROWS_TO_REFUSE} AND rows * 2 > marks
"""

_HALF_DAY_NUMBER = "((date - DATE '2000-01-01') & 511) * 2 + CAST(half_day = 'pm' AS INTEGER)"

TWO_MARKS = f"""
    WITH crowded AS (
        -- One bit a half day, in stretches of 512 days: fewer bits than marks means that two marks share one.
        SELECT pupil_id, urn, (date - DATE '2000-01-01') >> 9 AS stretch
        FROM batch
        WHERE pupil_id IS NOT NULL AND urn IS NOT NULL AND date IS NOT NULL AND half_day IS NOT NULL
        GROUP BY ALL
        HAVING count(*) > bit_count(bitstring_agg({_HALF_DAY_NUMBER}, 0, 1023))
    ),
    contested AS (
        SELECT pupil_id, urn, date, half_day, known_on
        FROM batch
        SEMI JOIN crowded USING (pupil_id, urn)
        GROUP BY ALL
        HAVING min(code) <> max(code)
    )
    SELECT extract_id, row_number FROM batch SEMI JOIN contested USING (pupil_id, urn, date, half_day, known_on)
"""

PROMISES = (
    Promise(
        "mostly_unreadable",
        Severity.CRITICAL,
        "{shown}: the columns are probably not the ones this layout means, so check the export and send it again.",
        MOSTLY_UNREADABLE,
    ),
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    *MARKS_BY_IDS,
    pupil_on_no_roll(f"NOT {FROM_ELSEWHERE}"),
    *TRANSFER_PROMISES,
    Promise(
        "date_missing",
        Severity.WARNING,
        "The mark has no date: fill in the date column and send the row again.",
        rows_where(missing("date")),
    ),
    Promise(
        "date_outside_year",
        Severity.WARNING,
        "The date is outside the school years being taken in: correct it, or take past years in as history.",
        rows_where("date < (SELECT t.first_day FROM today t) OR date > (SELECT t.last_day FROM today t)"),
    ),
    Promise(
        "half_day_unknown",
        Severity.WARNING,
        "The session is neither AM nor PM: say which half day it was and send the row again.",
        rows_where(f"{missing('half_day')} OR {is_none_of('half_day', ('am', 'pm'))}"),
    ),
    *code_promises("code_ref IS NULL"),
    Promise(
        "code_out_of_date",
        Severity.WARNING,
        "Register code {shown} was not in use on the day of the mark (codes changed on 19 August 2024): say which code "
        "the school meant, and send the row again.",
        rows_where(
            used_when_not_valid(before=lambda day: f"date < DATE '{day}'", after=lambda day: f"date > DATE '{day}'"),
            shown=code_shown("code"),
        ),
    ),
    Promise(
        "two_marks_for_one_half_day",
        Severity.INFO,
        "A pupil has two different marks for one half day. The school's own register counts before a transfer file, then "
        "the one recorded later, or else the first in this order: present, approved activity, authorised, unauthorised, "
        "not possible.",
        TWO_MARKS,
    ),
    Promise(
        "mark_in_future",
        Severity.INFO,
        "A mark is dated after the day it was delivered. It counts from its own day on.",
        rows_where("date > (SELECT t.known_on FROM today t)"),
    ),
    Promise(
        "mark_on_weekend",
        Severity.INFO,
        "A mark is dated on a Saturday or Sunday. It is used all the same: check that dates are written day first.",
        rows_where("isodow(date) > 5"),
    ),
    Promise(
        "part_time_outside_compulsory_age",
        Severity.INFO,
        "Code C2 (part-time timetable) is for pupils of compulsory school age, and by the date of birth this pupil was "
        "not. It is used all the same.",
        _by_age("C2", compulsory=False),
    ),
    Promise(
        "not_required_inside_compulsory_age",
        Severity.INFO,
        "Code X (not required) is for pupils who are not of compulsory school age, and by the date of birth this pupil "
        "was. It is used all the same.",
        _by_age("X", compulsory=True),
    ),
)
