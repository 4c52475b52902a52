"""Per feed, each of its columns and how its cells are read. A layout says which header is which column."""

from .cells import (
    Reader,
    as_category,
    as_census_term,
    as_code,
    as_date,
    as_half_day,
    as_integer,
    as_mark,
    as_moment,
    as_phase,
    as_sen_provision,
    as_sex,
    as_support_kind,
    as_text,
    as_year_group,
    as_yes_no,
)

FOR_THE_AUDIT_ONLY = frozenset(
    {"sex", "ethnicity", "language", "fsm_eligible", "looked_after", "country", "reason1", "reason2", "reason3"}
)
"""Columns that no list rests on: one that cannot be read is left unknown, and keeps no child off a list."""

SCHOOL = {"urn": as_integer, "laestab": as_integer}
CHILD = {"parent_key": as_text, "native_id": as_text}
WHO = {"upn": as_code}

READERS: dict[str, dict[str, Reader]] = {
    "schools": {
        "urn": as_integer, "authority": as_integer, "establishment": as_integer, "name": as_text,
        "phase": as_phase, "type": as_text, "type_group": as_text,
    },
    "census_headers": {
        "census_key": as_text, "native_id": as_text, "urn": as_integer, "authority": as_integer,
        "establishment": as_integer, "census_term": as_census_term, "census_year": as_integer,
        "reference_date": as_date,
    },
    "census_schools": {"census_key": as_text, "native_id": as_text, "name": as_text, "phase": as_phase},
    "pupils": SCHOOL | CHILD | WHO | {
        "census_key": as_text, "former_upn": as_code, "surname": as_text, "forename": as_text,
        "date_of_birth": as_date, "sex": as_sex, "entry_date": as_date, "leaving_date": as_date,
        "enrol_status": as_code, "nc_year": as_year_group, "sen_provision": as_sen_provision,
        "fsm_eligible": as_yes_no, "ethnicity": as_category, "language": as_category, "looked_after": as_yes_no,
        "sessions_possible": as_integer, "sessions_possible_ht2": as_integer,
    },
    "census_sessions": CHILD | {"part": as_integer, "code": as_mark, "sessions": as_integer},
    "sen_needs": CHILD | {"rank": as_integer, "sen_type": as_code},
    "fsm_periods": CHILD | {"start_date": as_date, "end_date": as_date, "country": as_category},
    "suspensions": SCHOOL | CHILD | WHO | {
        "start_date": as_date, "sessions": as_integer, "category": as_code, "reason1": as_category,
        "reason2": as_category, "reason3": as_category,
    },
    "support_and_reviews": SCHOOL | WHO | {
        "kind": as_support_kind, "start_date": as_date, "last_review": as_date, "next_review": as_date,
        "ended": as_date, "quiet_until": as_date,
    },
    "register_totals": SCHOOL | {
        "from_date": as_date, "to_date": as_date, "possible_sessions": as_integer, "absence_sessions": as_integer,
    },
    "attendance_marks": SCHOOL | WHO | {
        "date": as_date, "half_day": as_half_day, "code": as_mark, "minutes_late": as_integer,
        "recorded_at": as_moment,
    },
}  # fmt: skip
