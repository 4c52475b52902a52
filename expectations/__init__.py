"""PROMISES about data: one Great Expectations suite a feed, one module a suite."""

from typing import TYPE_CHECKING

from . import (
    addresses,
    agencies,
    ap_placements,
    attendance_marks,
    care_children,
    care_episodes,
    census_headers,
    census_schools,
    census_sessions,
    early_years_profiles,
    fsm_periods,
    leavers,
    mark_codes,
    plan_assessments,
    plan_people,
    plan_placements,
    plan_requests,
    plan_returns,
    plan_reviews,
    plan_spells,
    post16_offers,
    pupil_ids,
    pupils,
    register_totals,
    school_ids,
    schools,
    sen_needs,
    support_and_reviews,
    suspensions,
    wider_needs,
)
from .promise import Promise, Severity

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

__all__ = ["PROMISES", "RETRIED", "Promise", "Severity", "suite_for", "suite_of"]

PROMISES: dict[str, tuple[Promise, ...]] = {
    "schools": schools.PROMISES,
    "census_headers": census_headers.PROMISES,
    "census_schools": census_schools.PROMISES,
    "pupils": pupils.PROMISES,
    "plan_returns": plan_returns.PROMISES,
    "plan_people": plan_people.PROMISES,
    "plan_requests": plan_requests.PROMISES,
    "plan_assessments": plan_assessments.PROMISES,
    "plan_spells": plan_spells.PROMISES,
    "plan_reviews": plan_reviews.PROMISES,
    "plan_placements": plan_placements.PROMISES,
    "addresses": addresses.PROMISES,
    "census_sessions": census_sessions.PROMISES,
    "sen_needs": sen_needs.PROMISES,
    "fsm_periods": fsm_periods.PROMISES,
    "suspensions": suspensions.PROMISES,
    "ap_placements": ap_placements.PROMISES,
    "leavers": leavers.PROMISES,
    "post16_offers": post16_offers.PROMISES,
    "care_children": care_children.PROMISES,
    "care_episodes": care_episodes.PROMISES,
    "support_and_reviews": support_and_reviews.PROMISES,
    "wider_needs": wider_needs.PROMISES,
    "early_years_profiles": early_years_profiles.PROMISES,
    "agencies": agencies.PROMISES,
    "register_totals": register_totals.PROMISES,
    "school_ids": school_ids.PROMISES,
    "pupil_ids": pupil_ids.PROMISES,
    "mark_codes": mark_codes.PROMISES,
    "attendance_marks": attendance_marks.PROMISES,
}

RETRIED = frozenset(
    {
        "unknown_school",
        "pupil_on_no_roll",
        "transferred_pupil_unknown",
        "census_header_missing",
        "census_pupil_not_accepted",
        "plan_parent_missing",
        "leaves_before_entry",
        "upn_on_two_children",
        "care_child_not_accepted",
        "school_id_not_mapped",
        "system_id_not_mapped",
        "code_id_not_mapped",
    }
)
"""Rules broken because another delivery had not arrived, or nobody has said yet whose a UPN is: their rows are tried again at
every later take-in."""


def suite_for(feed: str) -> "ExpectationSuite":
    """The suite of `feed`, as Great Expectations knows it."""
    return suite_of(feed, PROMISES[feed])


def suite_of(name: str, promises: tuple[Promise, ...]) -> "ExpectationSuite":
    from great_expectations import ExpectationSuite

    from .breaking_rows import ExpectNoBreakingRows

    expectations = [
        ExpectNoBreakingRows(
            unexpected_rows_query=promise.unexpected_rows_query,
            severity=promise.severity.value,
            notes=promise.printed,
            meta={"rule": promise.rule},
        )
        for promise in promises
    ]
    return ExpectationSuite(name=name, expectations=expectations)
