"""Promises shared by what schools' own systems export: who and where is meant by an id must be known."""

from .promise import Promise, Severity, rows_where, was_read
from .shared import unknown_school

NO_SCHOOL = f"urn IS NULL AND laestab IS NULL AND {was_read('urn')} AND {was_read('laestab')}"

SCHOOL_BY_ITS_ID = (
    unknown_school(without_urn="(laestab IS NOT NULL OR school_ref IS NULL)"),
    Promise(
        "school_id_not_mapped",
        Severity.WARNING,
        "The school is named by its id in a system of its own, and no table of schools' ids (school_ids) taken in so far "
        "says which school that is: send one, and the row is tried again.",
        rows_where(f"{NO_SCHOOL} AND school_ref IS NOT NULL"),
    ),
)


_NAMES_NO_SCHOOL = f"{NO_SCHOOL} AND school_ref IS NULL"
_UNNAMED = f"""
    {_NAMES_NO_SCHOOL}
    AND ((pupil_ref IS NOT NULL AND unique_ref IS NULL) OR (unique_ref IS NOT NULL AND pupil_id IS NOT NULL))
"""
_BY_ID = "((urn IS NOT NULL AND pupil_ref IS NOT NULL) OR unique_ref IS NOT NULL)"

MARKS_BY_IDS = (
    unknown_school(
        without_urn="(laestab IS NOT NULL OR (school_ref IS NULL AND pupil_ref IS NULL AND unique_ref IS NULL))"
    ),
    SCHOOL_BY_ITS_ID[1],
    Promise(
        "school_not_named",
        Severity.WARNING,
        "The table names no school, and the id of a pupil in a school's own system means nobody without one: add a column "
        "urn, laestab or school_id and send the row again.",
        rows_where(_UNNAMED),
    ),
    Promise(
        "system_id_not_mapped",
        Severity.WARNING,
        "The pupil is named by an id of the school's own system, and no table of pupils' ids (pupil_ids) taken in so far "
        "says which pupil of this school that is: send one, and the row is tried again.",
        rows_where(f"pupil_id IS NULL AND upn_check IS NULL AND {_BY_ID}"),
    ),
    Promise(
        "code_id_not_mapped",
        Severity.WARNING,
        "The mark is named by a code of the school's own, or by the id of one in its system, and no table of that school's "
        "codes (mark_codes) taken in so far has it: send one, and the row is tried again.",
        rows_where("code IS NULL AND code_ref IS NOT NULL AND urn IS NOT NULL"),
    ),
)
"""Of a mark: that its school, pupil and code are known, however it names them."""


def told_of_two(rule: str, sentence: str, *, told: str, keys: tuple[str, ...]) -> Promise:
    """Rows known on one day that give one key, of any of `keys`, two different values of `told`."""
    differ = " OR ".join(
        f"({' AND '.join(f'{column} IS NOT NULL' for column in key.split(', '))}"
        f" AND min({told}) OVER (PARTITION BY {key}, known_on) <> max({told}) OVER (PARTITION BY {key}, known_on))"
        for key in keys
    )
    return Promise(rule, Severity.WARNING, sentence, f"SELECT extract_id, row_number FROM batch QUALIFY {differ}")
