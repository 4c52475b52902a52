"""Promises that several feeds keep: identities, schools, rolls, census parents and register codes."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES
from pipeline.vocabulary.identifiers import LONGEST_TEXT

from .promise import Promise, Severity, code_shown, is_none_of, is_one_of, missing, rows_where, was_read

VALUE_NOT_UNDERSTOOD = Promise(
    "value_not_understood",
    Severity.WARNING,
    "The content of {shown} cannot be read: write it as the layout asks (a date as 2025-09-15, 15/09/2025 or 2025-Sep-15; a "
    f"name or an id in {LONGEST_TEXT} characters at most) and send the row again.",
    rows_where("unread <> ''", shown="unread"),
)

UPN_PROMISES = (
    Promise(
        "upn_missing",
        Severity.WARNING,
        "There is no UPN, so the pupil cannot be known: give the UPN (a temporary one will do) and send the row again.",
        rows_where("upn_check = 'missing'"),
    ),
    Promise(
        "upn_malformed",
        Severity.WARNING,
        "The UPN is not thirteen characters in the pattern of a UPN: copy it again from the school's own system.",
        rows_where("upn_check = 'malformed'"),
    ),
    Promise(
        "upn_wrong_check_letter",
        Severity.WARNING,
        "The first letter of the UPN does not fit the rest, so a character was mistyped: copy it again from the "
        "school's own system.",
        rows_where("upn_check = 'wrong check letter'"),
    ),
    Promise(
        "upn_authority_unknown",
        Severity.INFO,
        "The UPN was given out by an authority number that is not on our list. The row is used all the same.",
        rows_where("upn_check IN ('permanent', 'temporary') AND NOT upn_authority_known"),
    ),
)


def unknown_school(when: str = "true", *, without_urn: str = "true") -> Promise:
    """`when` is true of the rows whose own `urn` can be judged; `without_urn`, of those that should have one and do not."""
    no_school = f"urn IS NULL AND {was_read('urn')} AND {was_read('laestab')} AND {without_urn}"
    return Promise(
        "unknown_school",
        Severity.WARNING,
        "The school (urn or laestab) is in no schools extract taken in so far: send that, and the row is tried again.",
        # apart, for the rows of a whole file without a URN are told at once from those of one that has it
        rows_where(f"{when} AND urn IS NOT NULL AND urn NOT IN (SELECT s.urn FROM known_schools s WHERE s.urn > 0)")
        + f" UNION ALL {rows_where(f'{when} AND {no_school}')}",
    )


def pupil_on_no_roll(when: str = "true") -> Promise:
    """Only where pupil and school are both known: a bad UPN or an unknown school breaks a promise of its own."""
    return Promise(
        "pupil_on_no_roll",
        Severity.WARNING,
        "No pupils extract taken in so far has this UPN on this school's roll, past or present: send the school's "
        "pupils, and the row is tried again.",
        f"""
        SELECT b.extract_id, b.row_number
        FROM batch b
        SEMI JOIN known_schools s ON s.urn = b.urn
        ANTI JOIN known_roll r ON r.pupil_id = b.pupil_id AND r.urn = b.urn
        WHERE b.pupil_id IS NOT NULL AND {when}
        """,
    )


HEADER_MISSING = (
    "The census return this row belongs to was not delivered, or was itself set aside: put that right, send the schoolcensus "
    "table, or say its school, term and year (--urn, --term, --year), and the row is tried again."
)

CENSUS_CHILD_PROMISES = (
    Promise("census_header_missing", Severity.WARNING, HEADER_MISSING, rows_where("parent = 'header_missing'")),
    Promise(
        "census_pupil_not_accepted",
        Severity.WARNING,
        "The pupil row this one belongs to was itself set aside or not delivered: put that right, and this row is "
        "tried again.",
        rows_where("parent = 'not_accepted'"),
    ),
    unknown_school("parent = 'accepted'"),
)


def code_promises(when: str = "true") -> tuple[Promise, ...]:
    """`when` is true of the rows that name their code by nothing else."""
    return (
        Promise(
            "code_missing",
            Severity.WARNING,
            "There is no register code: fill in the code column (- where no mark was made) and send the row again.",
            rows_where(f"{missing('code')} AND {when}"),
        ),
        Promise(
            "code_unknown",
            Severity.WARNING,
            "The code column holds no register code ({shown}): use the statutory code the mark was reported as, and send "
            "the row again.",
            rows_where(is_none_of("code", [entry.code for entry in ATTENDANCE_CODES]), shown=code_shown("code")),
        ),
    )


def used_when_not_valid(before: Callable[[date], str], after: Callable[[date], str]) -> str:
    """True of rows whose code was not yet, or no longer, in use. `before` and `after` say in SQL that a row is of a time
    wholly before, or after, a day."""
    breaks = []
    for (first_day, last_day), codes in _codes_by_validity().items():
        if first_day > date.min:
            breaks.append(f"({before(first_day)} AND {is_one_of('code', codes)})")
        if last_day < date.max:
            breaks.append(f"({after(last_day)} AND {is_one_of('code', codes)})")
    return " OR ".join(breaks)


def _codes_by_validity() -> dict[tuple[date, date], list[str]]:
    codes = defaultdict(list)
    for entry in ATTENDANCE_CODES:
        codes[entry.valid_from, entry.valid_until].append(entry.code)
    return codes
