"""Columns of SEN2's tables, and how their cells are read."""

import polars as pl

from .cells import Reader, as_category, as_code, as_date, as_integer, as_text, as_yes_no

ABOVE = {"above_table": as_text, "above_key": as_text, "authority_id": as_text}
"""What a row hangs from."""


def as_moved_away(text: pl.Expr) -> pl.Expr:
    """Yes or no, or the number of the authority moved to."""
    return pl.coalesce(as_yes_no(text), pl.when(text.str.contains(r"^\d{3}(\.0)?$")).then(pl.lit(True)))


PLAN_READERS: dict[str, dict[str, Reader]] = {
    "plan_returns": {"plan_key": as_text, "authority_id": as_text, "reference_date": as_date},
    "plan_people": ABOVE | {
        "plan_key": as_text, "upn": as_code, "upn_unknown": as_category, "surname": as_text, "forename": as_text,
        "date_of_birth": as_date,
    },
    "plan_requests": ABOVE | {
        "plan_key": as_text, "received_on": as_date, "request_outcome": as_code, "decided_on": as_date,
        "moved_away": as_moved_away,
    },
    "plan_assessments": ABOVE | {
        "plan_key": as_text, "assessment_outcome": as_code, "assessed_on": as_date, "has_exception": as_yes_no,
    },
    "plan_spells": ABOVE | {
        "plan_key": as_text, "start_date": as_date, "ceased_on": as_date, "cease_reason": as_integer,
    },
    "plan_reviews": ABOVE | {
        "plan_key": as_text, "review_meeting": as_date, "review_decision": as_date, "phase_transfer_due": as_date,
        "phase_transferred_on": as_date,
    },
    "plan_placements": ABOVE | {
        "place": as_text, "rank": as_integer, "urn": as_integer, "sen_setting": as_code, "entry_date": as_date,
        "leaving_date": as_date,
    },
}  # fmt: skip
