"""What a row about a pupil on, or no longer on, a school's roll promises."""

from pipeline.vocabulary.enrolment import AGE_AT_31_AUGUST_BEFORE, ENROLMENT_STATUSES, YEAR_GROUPS
from pipeline.vocabulary.sen import SEN_PROVISION, SEN_PROVISION_DISCONTINUED

from .promise import Promise, Severity, is_none_of, is_one_of, missing, quoted, rows_where, was_read
from .shared import HEADER_MISSING, UPN_PROMISES, VALUE_NOT_UNDERSTOOD, unknown_school

OLDEST = 25
"""Years on the 31 August before the school year: the law's last year of an EHC plan."""

_USUAL_AGE = " ".join(f"WHEN {quoted(year)} THEN {age}" for year, age in AGE_AT_31_AUGUST_BEFORE.items())

UPN_ON_TWO_CHILDREN = """
    WITH told AS (
        SELECT pupil_id, urn FROM batch UNION ALL SELECT pupil_id, urn FROM known_roll),
    schools AS (SELECT pupil_id, string_agg(DISTINCT urn::VARCHAR, ' and ' ORDER BY urn::VARCHAR) AS urns FROM told GROUP BY pupil_id)
    SELECT b.extract_id, b.row_number, coalesce(s.urns, 'not known') AS shown
    FROM batch b LEFT JOIN schools s ON s.pupil_id = b.pupil_id
    WHERE b.is_another_child
"""

ON_TWO_ROLLS = """
    WITH told AS (
        SELECT coalesce(k.known_as, b.pupil_id) AS child, b.urn, b.entry_date, b.leaving_date, b.enrol_status,
            b.stated_on, b.known_on, b.extract_id, b.row_number
        FROM batch b SEMI JOIN known_schools USING (urn) LEFT JOIN known_links k ON k.pupil_id = b.pupil_id
        WHERE b.pupil_id IS NOT NULL AND b.entry_date IS NOT NULL AND b.stated_on IS NOT NULL
            AND b.is_another_child IS NOT true
        UNION ALL
        SELECT pupil_id, urn, entry_date, leaving_date, enrol_status, stated_on, known_on, NULL, NULL FROM known_spells
    ),
    spells AS (
        -- As last described, and no further than it was described: of the days after, a roll says nothing.
        SELECT *, least(stated_on, coalesce(leaving_date, stated_on)) AS until FROM told
        QUALIFY rank() OVER (
            PARTITION BY child, urn, entry_date ORDER BY stated_on DESC, known_on DESC, leaving_date DESC NULLS LAST) = 1
    ),
    sole AS (FROM spells WHERE coalesce(enrol_status, 'C') = 'C')
    SELECT DISTINCT here.extract_id, here.row_number
    FROM sole here
    JOIN sole there ON here.child = there.child AND here.urn <> there.urn
        AND here.entry_date < there.until AND there.entry_date < here.until
    WHERE here.extract_id IS NOT NULL
"""
"""Two registrations of which each says it is the only one; main and subsidiary ones are in order."""

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *UPN_PROMISES,
    Promise(
        "upn_on_two_children",
        Severity.WARNING,
        "This UPN is known, or sent, with another forename and another birth date, or on one day's roll with another forename, so "
        "it is two children's. Look whose it is (school {shown}) and give the other child another UPN: the row is tried again.",
        UPN_ON_TWO_CHILDREN,
    ),
    Promise(
        "former_upn_unusable",
        Severity.INFO,
        "The former UPN is none, or was mistyped, so nothing is joined by it. The row is used all the same: copy the former UPN "
        "again from the school's own system.",
        rows_where("former_upn_check IN ('malformed', 'wrong check letter')"),
    ),
    Promise(
        "on_two_rolls",
        Severity.INFO,
        "Two schools each have the pupil on roll, at one time, as their own alone (enrolment status C). The school entered "
        "last lists the pupil: let the other give a leaving date, or both say which is the main registration (M) and which "
        "the other (S).",
        ON_TWO_ROLLS,
    ),
    Promise("census_header_missing", Severity.WARNING, HEADER_MISSING, rows_where("is_census AND NOT header_found")),
    unknown_school("NOT coalesce(is_census AND NOT header_found, false)"),
    Promise(
        "entry_date_missing",
        Severity.WARNING,
        "There is no entry date: give the first day on this school's roll and send the row again.",
        rows_where(missing("entry_date")),
    ),
    Promise(
        "enrolment_ends_before_it_begins",
        Severity.WARNING,
        "The leaving date is before the entry date: one of the two is wrong, so correct it and send the row again.",
        rows_where("leaving_date < entry_date"),
    ),
    Promise(
        "birth_date_missing",
        Severity.WARNING,
        "There is no date of birth: fill in the column and send the row again.",
        rows_where(f"NOT birth_read AND {was_read('date_of_birth')}"),
    ),
    Promise(
        "birth_date_out_of_range",
        Severity.WARNING,
        f"By the date of birth the pupil is not yet born, or over {OLDEST}: correct it and send the row again.",
        rows_where(f"age_at_31_august NOT BETWEEN 0 AND {OLDEST}"),
    ),
    Promise(
        "entry_before_birth",
        Severity.WARNING,
        "The entry date is before the date of birth: one of the two is wrong, so correct it and send the row again.",
        rows_where("entry_before_birth"),
    ),
    Promise(
        "year_group_unknown",
        Severity.WARNING,
        "The year group is none that the census knows (E1, E2, N1, N2, R, 1 to 14, M, X): correct nc_year and send the "
        "row again.",
        rows_where(is_none_of("nc_year", YEAR_GROUPS)),
    ),
    Promise(
        "enrolment_status_unknown",
        Severity.WARNING,
        f"The enrolment status is none of {', '.join(ENROLMENT_STATUSES)}: correct enrol_status and send the row again.",
        rows_where(is_none_of("enrol_status", ENROLMENT_STATUSES)),
    ),
    Promise(
        "sen_code_discontinued",
        Severity.WARNING,
        "SEN provision {shown} has not been in use since April 2018 or before: say N, K or E as things stand now, and "
        "send the row again.",
        rows_where(is_one_of("sen_provision", SEN_PROVISION_DISCONTINUED), shown="sen_provision"),
    ),
    Promise(
        "sen_code_unknown",
        Severity.WARNING,
        "The SEN provision is none of N, K and E: correct sen_provision and send the row again.",
        rows_where(is_none_of("sen_provision", [*SEN_PROVISION, *SEN_PROVISION_DISCONTINUED])),
    ),
    Promise(
        "year_group_off_for_age",
        Severity.INFO,
        "The year group is not the usual one for the age. That is right for a pupil held back or ahead; otherwise "
        "check nc_year and the date of birth.",
        rows_where(f"age_at_31_august <> CASE nc_year {_USUAL_AGE} END"),
    ),
)
