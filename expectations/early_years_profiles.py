"""What an early years profile promises: a year its child was of an age for, and one result.

The school may be left out, and the pupil need be on no roll of it: many have long left the school that assessed them.
"""

from pipeline.vocabulary.needs import AGE_BEFORE_PROFILE, FIRST_PROFILE_YEAR, YEARS_EARLY, YEARS_LATE

from .promise import Promise, Severity, missing, rows_where, was_read
from .shared import UPN_PROMISES, VALUE_NOT_UNDERSTOOD, unknown_school

ON_NO_ROLL = """
    SELECT b.extract_id, b.row_number
    FROM batch b
    ANTI JOIN known_roll r ON r.pupil_id = b.pupil_id
    WHERE b.pupil_id IS NOT NULL AND (b.urn IN (SELECT s.urn FROM known_schools s) OR b.urn IS NULL)
        AND NOT (b.urn IS NULL AND b.laestab IS NOT NULL)
"""

IN_FUTURE = "(assessed_on > (SELECT t.known_on FROM today t) OR year > (SELECT year(t.known_on) FROM today t))"

USUAL = AGE_BEFORE_PROFILE + 1
"""Years from that by whose 31 August a child was born to that of the profile."""

OFF_FOR_AGE = f"""
    WITH judged AS (FROM batch WHERE year >= {FIRST_PROFILE_YEAR} AND NOT coalesce({IN_FUTURE}, false)),
    born AS (
        SELECT pupil_id, min(stated_school_year - age_at_31_august) AS first, max(stated_school_year - age_at_31_august) AS last
        FROM known_roll GROUP BY pupil_id)
    SELECT b.extract_id, b.row_number FROM judged b JOIN born USING (pupil_id)
    WHERE b.year NOT BETWEEN born.first + {USUAL - YEARS_EARLY} AND born.last + {USUAL + YEARS_LATE}
"""
"""No birth date is here: `first` and `last` are the years by whose 31 August the child was born, as rolls have it."""

CONTESTED = """
    SELECT extract_id, row_number FROM batch b
    WHERE EXISTS (
        FROM batch o WHERE o.pupil_id = b.pupil_id AND o.year = b.year AND o.good_level <> b.good_level
            AND o.delivered_on IS NOT DISTINCT FROM b.delivered_on)
"""
"""A row that waited was delivered before those it is tried again with, which may correct it."""

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    unknown_school("(urn IS NOT NULL OR laestab IS NOT NULL)"),
    Promise(
        "pupil_on_no_roll",
        Severity.WARNING,
        "No pupils extract taken in so far has this UPN on any school's roll, past or present: send the pupils of the school "
        "the pupil is at, and the row is tried again.",
        ON_NO_ROLL,
    ),
    Promise(
        "profile_year_missing",
        Severity.WARNING,
        "It is not said when the child was assessed: fill in assessed_on, or the calendar year in year, and send the row "
        "again.",
        rows_where(f"{missing('year')} AND {was_read('assessed_on')}"),
    ),
    Promise(
        "profile_years_differ",
        Severity.WARNING,
        "The year is not that of the day in assessed_on: correct one of the two and send the row again.",
        rows_where("year <> date_part('year', assessed_on)"),
    ),
    Promise(
        "profile_too_early",
        Severity.WARNING,
        f"Before {FIRST_PROFILE_YEAR} no profile told of a good level of development as it is meant today: correct the year, or "
        "leave the row out.",
        rows_where(f"year < {FIRST_PROFILE_YEAR}"),
    ),
    Promise(
        "profile_in_future",
        Severity.WARNING,
        "The child was assessed after the day it was received on: correct assessed_on or year and send the row again.",
        rows_where(IN_FUTURE),
    ),
    Promise(
        "profile_year_off_for_age",
        Severity.WARNING,
        "By the age on the roll the child was over a year too young, or over two too old, for a profile in that year: correct "
        "the year or the UPN and send the row again.",
        OFF_FOR_AGE,
    ),
    Promise(
        "good_level_missing",
        Severity.WARNING,
        "It is not said whether there was a good level of development: say yes or no in good_level and send the row again.",
        rows_where(missing("good_level")),
    ),
    Promise(
        "good_level_contested",
        Severity.WARNING,
        "Of one pupil and year both yes and no were delivered together, so neither is believed: send the row with the right "
        "one.",
        CONTESTED,
    ),
)
