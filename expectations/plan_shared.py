"""Promises that several of SEN2's tables keep: what a row hangs from, its own id, and days that have not come."""

from .promise import Promise, Severity, is_none_of, missing, rows_where

PLAN_PARENT_MISSING = Promise(
    "plan_parent_missing",
    Severity.WARNING,
    "The row of the SEN2 return that this one belongs to was itself set aside or not delivered: send the table above this "
    "one, or put that row right, and this row is tried again.",
    rows_where("above = 'not_accepted'"),
)

PLAN_ROW_ID_MISSING = Promise(
    "plan_row_id_missing",
    Severity.WARNING,
    "The row lacks its own table id, or its NativeId, by which others refer to it: download the table again from COLLECT, "
    "or fill in both, and send it again.",
    rows_where(f"{missing('plan_key')} OR {missing('authority_id')}"),
)


def not_before_its_time(**headers: str) -> Promise:
    """Days of what has happened: our columns, and the headers they are read from."""
    return Promise(
        "plan_date_in_future",
        Severity.WARNING,
        "A day on which something is said to have happened is after the one the row was received on: correct "
        f"{' or '.join(headers.values())} and send the row again.",
        rows_where(" OR ".join(f"{column} > known_on" for column in headers)),
    )


def not_far_ahead(**headers: str) -> Promise:
    """Days that may have been set beforehand."""
    return Promise(
        "plan_date_far_ahead",
        Severity.WARNING,
        "A day is more than a year after the one the row was received on, which nobody sets beforehand: correct "
        f"{' or '.join(headers.values())} and send the row again.",
        rows_where(" OR ".join(f"{column} > known_on + INTERVAL 1 YEAR" for column in headers)),
    )


def outcome_known(column: str, header: str, outcomes: dict[str, str]) -> Promise:
    """An outcome left out says nothing, and is left unknown."""
    codes = ", ".join(outcomes)
    return Promise(
        "plan_outcome_unknown",
        Severity.WARNING,
        f"The outcome is none of {codes}, which SEN2 has: correct {header} and send the row again.",
        rows_where(is_none_of(column, outcomes)),
    )
