"""PROMISES about data: one Great Expectations suite a feed, one module a suite."""

from typing import TYPE_CHECKING

from . import (
    attendance_marks,
    census_headers,
    census_schools,
    census_sessions,
    fsm_periods,
    pupils,
    register_totals,
    schools,
    sen_needs,
    support_and_reviews,
    suspensions,
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
    "census_sessions": census_sessions.PROMISES,
    "sen_needs": sen_needs.PROMISES,
    "fsm_periods": fsm_periods.PROMISES,
    "suspensions": suspensions.PROMISES,
    "support_and_reviews": support_and_reviews.PROMISES,
    "register_totals": register_totals.PROMISES,
    "attendance_marks": attendance_marks.PROMISES,
}

RETRIED = frozenset({"unknown_school", "pupil_on_no_roll", "census_header_missing", "census_pupil_not_accepted"})
"""Rules broken because another delivery had not arrived: their rows are tried again at every later take-in."""


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
