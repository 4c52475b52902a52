"""What a row of another agency's extract promises."""

from pipeline.vocabulary.agencies import OF_JUSTICE, POLICE_OR_YOUTH_JUSTICE, SERVICES

from .promise import Promise, Severity, quoted, rows_where, was_read
from .shared import VALUE_NOT_UNDERSTOOD

NAMES_JUSTICE = (
    f"It names the police or youth justice where it says which service, agency, team or source: {OF_JUSTICE}"
)

PROMISES = (
    Promise(
        "police_or_youth_justice",
        Severity.CRITICAL,
        NAMES_JUSTICE,
        f"SELECT DISTINCT extract_id, 1 AS row_number FROM batch WHERE service = {quoted(POLICE_OR_YOUTH_JUSTICE)}",
    ),
    VALUE_NOT_UNDERSTOOD,
    Promise(
        "agency_name_missing",
        Severity.WARNING,
        "There is no surname or no forename, so nobody could tell whom the row is of: fill in both and send the row again.",
        rows_where(f"NOT is_named AND {was_read('surname')} AND {was_read('forename')}"),
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
        "By the date of birth the pupil is not yet born, or over 25: correct it and send the row again.",
        rows_where("NOT birth_in_range"),
    ),
    Promise(
        "agency_service_not_allowed",
        Severity.WARNING,
        "The service is missing, or none that [agencies] services in settings.toml allows, which may allow "
        f"{' and '.join(SERVICES.values())} and nothing else: say which it is, or leave the row out.",
        rows_where(
            f"(service IS NULL OR NOT coalesce(service_allowed, false)) AND service IS DISTINCT FROM {quoted(POLICE_OR_YOUTH_JUSTICE)}"
        ),
    ),
    Promise(
        "involvement_ends_before_it_begins",
        Severity.WARNING,
        "The service's involvement ends before it begins: correct its first or last day and send the row again.",
        rows_where("end_date < start_date"),
    ),
    Promise(
        "involvement_before_birth",
        Severity.WARNING,
        "The service's involvement begins before the date of birth: one of the two is wrong, so correct it and send the "
        "row again.",
        rows_where("begins_before_birth"),
    ),
)
