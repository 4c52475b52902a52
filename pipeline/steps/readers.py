"""Per feed, each of its columns and how its cells are read. A layout says which header is which column."""

from .cells import (
    Reader,
    as_category,
    as_census_term,
    as_code,
    as_date,
    as_district,
    as_half_day,
    as_integer,
    as_laestab,
    as_mark,
    as_moment,
    as_phase,
    as_sen_provision,
    as_sex,
    as_support_kind,
    as_system_id,
    as_text,
    as_year_group,
    as_yes_no,
)
from .cells_of_agencies import as_postcode, as_service
from .cells_of_care import (
    as_authority,
    as_legal_status,
    as_miles,
    as_outside,
    as_placement,
    as_postcode_district,
)
from .cells_of_destinations import as_destination, as_ground, as_provider, as_young_carer
from .cells_of_needs import as_good_level, as_need, as_role, as_year_assessed
from .cells_of_plans import ABOVE, PLAN_READERS

FOR_THE_AUDIT_ONLY = frozenset(
    {
        "sex", "ethnicity", "language", "fsm_eligible", "looked_after", "country", "reason1", "reason2", "reason3",
        "young_carer", "ground", "home_district", "placement_district", "placement_authority", "placement_is_outside",
        "miles_from_home", "postcode", "minutes_late", "district",
    }
)  # fmt: skip
"""Columns that no list rests on: one that cannot be read is left unknown, and keeps no child off a list."""

SCHOOL = {"urn": as_integer, "laestab": as_laestab}
CHILD = {"parent_key": as_text, "native_id": as_text}
WHO = {"upn": as_code}

OF_SYSTEMS_ONLY = frozenset(
    {
        "school_code", "system_id", "unique_id", "code_id", "raw_code", "by_transfer", "transfer_days_unclear",
        "transfer_totals_differ",
    }
)  # fmt: skip
"""Columns of marks that only a school's own system or a transfer file has: where they are not sent, no time is spent on them."""

BY_SYSTEM_IDS = dict.fromkeys(("school_code", "system_id", "unique_id"), as_system_id)

READERS: dict[str, dict[str, Reader]] = {
    "schools": {
        "urn": as_integer, "authority": as_integer, "establishment": as_integer, "name": as_text,
        "phase": as_phase, "type": as_text, "type_group": as_text, "district": as_district,
        "postcode": as_postcode_district,
    },
    "census_headers": {
        "census_key": as_text, "native_id": as_text, "urn": as_integer, "authority": as_integer,
        "establishment": as_integer, "census_term": as_census_term, "census_year": as_integer,
        "reference_date": as_date, "serial_number": as_integer,
    },
    "census_schools": {"census_key": as_text, "native_id": as_text, "name": as_text, "phase": as_phase},
    "pupils": SCHOOL | CHILD | WHO | {
        "census_key": as_text, "former_upn": as_code, "surname": as_text, "forename": as_text,
        "date_of_birth": as_date, "sex": as_sex, "entry_date": as_date, "leaving_date": as_date,
        "enrol_status": as_code, "nc_year": as_year_group, "sen_provision": as_sen_provision,
        "fsm_eligible": as_yes_no, "ethnicity": as_category, "language": as_category, "looked_after": as_yes_no,
        "young_carer": as_young_carer, "postcode": as_postcode,
        "sessions_possible": as_integer, "sessions_possible_ht2": as_integer,
    },
    "census_sessions": CHILD | {"part": as_integer, "code": as_mark, "sessions": as_integer},
    "sen_needs": CHILD | ABOVE | {"rank": as_integer, "sen_type": as_code},
    "fsm_periods": CHILD | {"start_date": as_date, "end_date": as_date, "country": as_category},
    "suspensions": SCHOOL | CHILD | WHO | {
        "start_date": as_date, "sessions": as_integer, "category": as_code, "reason1": as_category,
        "reason2": as_category, "reason3": as_category,
    },
    "ap_placements": CHILD | {
        "setting_urn": as_integer, "setting_ukprn": as_integer, "setting_type": as_code, "reason": as_code,
        "entry_date": as_date, "leaving_date": as_date, "attendance_pattern": as_code, "sessions_per_week": as_integer,
        "sen_provision_entry": as_sen_provision, "sen_provision_leaving": as_sen_provision,
    },
    "leavers": SCHOOL | WHO | {"leaving_date": as_date, "ground": as_ground, "destination": as_destination},
    "post16_offers": SCHOOL | WHO | {"offer_date": as_date, "provider": as_provider},
    "care_children": WHO | {"child": as_code},
    "care_episodes": {
        "child": as_code, "start_date": as_date, "end_date": as_date, "legal_status": as_legal_status,
        "placement": as_placement, "placement_authority": as_authority, "placement_is_outside": as_outside,
        "miles_from_home": as_miles, "home_district": as_postcode_district, "placement_district": as_postcode_district,
    },
    "addresses": CHILD | {"postcode": as_postcode},
    "agencies": {
        "surname": as_text, "forename": as_text, "date_of_birth": as_date, "postcode": as_postcode,
        "service": as_service, "agency": as_service, "team": as_service, "start_date": as_date, "end_date": as_date,
    },
    "support_and_reviews": SCHOOL | WHO | {
        "kind": as_support_kind, "start_date": as_date, "last_review": as_date, "next_review": as_date,
        "ended": as_date, "quiet_until": as_date,
    },
    "wider_needs": SCHOOL | WHO | {"need": as_need, "added_by": as_role, "added_on": as_date, "ended": as_date},
    "early_years_profiles": SCHOOL | WHO | {
        "assessed_on": as_date, "year": as_year_assessed, "good_level": as_good_level,
    },
    "register_totals": SCHOOL | {
        "from_date": as_date, "to_date": as_date, "possible_sessions": as_integer, "absence_sessions": as_integer,
    },
    "school_ids": SCHOOL | {"school_code": as_system_id},
    "pupil_ids": SCHOOL | WHO | BY_SYSTEM_IDS,
    "mark_codes": SCHOOL | {"school_code": as_system_id, "code_id": as_system_id, "code": as_mark},
    "attendance_marks": SCHOOL | WHO | BY_SYSTEM_IDS | {
        "date": as_date, "half_day": as_half_day, "code": as_mark, "minutes_late": as_integer,
        "recorded_at": as_moment, "code_id": as_system_id, "raw_code": as_mark, "by_transfer": as_yes_no,
        "transfer_days_unclear": as_yes_no, "transfer_totals_differ": as_yes_no,
    },
} | PLAN_READERS  # fmt: skip
