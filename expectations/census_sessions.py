"""What a count of one register code in a pupil's census row promises."""

from datetime import date

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES
from pipeline.vocabulary.school_year import TERMS, school_year_of, term_of

from .promise import Promise, Severity, code_shown, is_one_of, missing, rows_where
from .shared import CENSUS_CHILD_PROMISES, VALUE_NOT_UNDERSTOOD, code_promises, used_when_not_valid

MOST_SESSIONS = 400
"""Sessions in one part of a term: a whole school year has 380, so more than this is a slip."""

_WHICH_TERM = " ".join(f"WHEN '{term}' THEN {at}" for at, term in enumerate(TERMS))
_TERM = f"(school_year * 3 + CASE term {_WHICH_TERM} END)"
"""Terms in the order in which they follow each other without a gap, as `_term_number` counts them."""


def _term_number(day: date) -> int:
    return school_year_of(day).starts * 3 + TERMS.index(term_of(day))


_POSSIBLE = [entry.code for entry in ATTENDANCE_CODES if entry.counts_as.is_possible]

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *CENSUS_CHILD_PROMISES,
    *code_promises(),
    Promise(
        "code_out_of_date",
        Severity.WARNING,
        "Register code {shown} was not in use in the term this census carries: say which code the school meant, and "
        "send the row again.",
        rows_where(
            used_when_not_valid(
                before=lambda day: f"{_TERM} < {_term_number(day)}", after=lambda day: f"{_TERM} > {_term_number(day)}"
            ),
            shown=code_shown("code"),
        ),
    ),
    Promise(
        "sessions_missing",
        Severity.WARNING,
        "There is no number of sessions beside the code: fill in the sessions column and send the row again.",
        rows_where(missing("sessions")),
    ),
    Promise(
        "sessions_out_of_range",
        Severity.WARNING,
        f"The number of sessions is below 0 or above {MOST_SESSIONS}, more than a school year holds: correct sessions "
        "and send the row again.",
        rows_where(f"sessions NOT BETWEEN 0 AND {MOST_SESSIONS}"),
    ),
    Promise(
        "coded_sessions_above_possible",
        Severity.WARNING,
        "This pupil's sessions, added up over their codes, are more than the sessions possible that the census states: "
        "correct one or the other and send the pupil's rows again.",
        f"""
        SELECT extract_id, row_number
        FROM (
            SELECT *, row_number() OVER (
                PARTITION BY parent_key, native_id, part, code ORDER BY sessions DESC NULLS LAST) AS said_before
            FROM batch)
        WINDOW a_pupils_part AS (PARTITION BY parent_key, native_id, part)
        QUALIFY parent_key IS NOT NULL
            AND sum(sessions) FILTER (WHERE said_before = 1 AND {is_one_of("code", _POSSIBLE)}) OVER a_pupils_part
              > max(sessions_possible) OVER a_pupils_part
        """,
    ),
)
