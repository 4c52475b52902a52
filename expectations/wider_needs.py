"""What a need that staff added of a pupil promises: which it is, who added it, as a role, and when."""

from pipeline.vocabulary.needs import NEEDS, NOT_A_ROLE, OF_JUSTICE, ROLES

from .promise import Promise, Severity, is_none_of, missing, quoted, rows_where
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD, pupil_on_no_roll, unknown_school

ADDED_BEFORE_BIRTH = """
    SELECT b.extract_id, b.row_number
    FROM batch b JOIN known_roll r ON r.pupil_id = b.pupil_id AND r.urn = b.urn
    WHERE b.added_on < make_date(r.stated_school_year - r.age_at_31_august - 1, 9, 1)
"""
"""No birth date is here. A child aged four on 31 August was born on 1 September five years before at the earliest."""

TOLD_TWICE = """
    SELECT extract_id, row_number FROM batch
    SEMI JOIN (
        SELECT extract_id, pupil_id, urn, need, added_on FROM batch GROUP BY ALL HAVING count(*) > 1
    ) USING (extract_id, pupil_id, urn, need, added_on)
"""

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    unknown_school(),
    pupil_on_no_roll(),
    Promise(
        "wider_need_unknown",
        Severity.WARNING,
        f"The need is none of {', '.join(NEEDS.values())}: say which is meant (other is one of them) in need, and send the "
        "row again.",
        rows_where(f"{missing('need')} OR {is_none_of('need', NEEDS)}"),
    ),
    Promise(
        "wider_need_added_by_nobody",
        Severity.WARNING,
        f"It is not said who added the need: give the role ({', '.join(ROLES.values())}), never a name, in added_by, and "
        "send the row again.",
        rows_where(missing("added_by")),
    ),
    Promise(
        "wider_need_added_by_justice",
        Severity.WARNING,
        "The police or youth justice are said to have added the need: of those nothing is ever taken, so leave the row out.",
        rows_where(f"added_by_is = {quoted(OF_JUSTICE)}"),
    ),
    Promise(
        "wider_need_added_by_no_role",
        Severity.INFO,
        "Who added a need is told in other words than a role, which might be a person's name: other is kept, and none of "
        "those words. The row is used all the same.",
        rows_where(f"added_by_is = {quoted(NOT_A_ROLE)}"),
    ),
    Promise(
        "wider_need_date_missing",
        Severity.WARNING,
        "It is not said when the need was added: fill in added_on and send the row again.",
        rows_where(missing("added_on")),
    ),
    Promise(
        "wider_need_in_future",
        Severity.WARNING,
        "The need was added after the day it was received on: correct added_on and send the row again.",
        rows_where("added_on > (SELECT t.known_on FROM today t)"),
    ),
    Promise(
        "wider_need_before_birth",
        Severity.WARNING,
        "The need was added before a child of this age was born: correct added_on and send the row again.",
        ADDED_BEFORE_BIRTH,
    ),
    Promise(
        "wider_need_ends_before_it_was_added",
        Severity.WARNING,
        "The need ended before it was added: correct added_on or ended and send the row again.",
        rows_where("ended < added_on"),
    ),
    Promise(
        "wider_need_told_twice",
        Severity.INFO,
        "One file tells a need of a pupil, added on one day, more than once. It counts once, and as ended where any of the "
        "rows says so.",
        TOLD_TWICE,
    ),
)
