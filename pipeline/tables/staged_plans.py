"""Education, health and care plans as delivered and accepted: SEN2's tables, of the annual return or a dump laid out alike.

A return describes one day (`stated_on`); a later one takes the place of an earlier, request by request, and both are
kept. Rows refer to each other by COLLECT's ids; every row below a person's has that child's `pupil_id`.
"""

import polars as pl

from .columns import ORIGIN, PUPIL, ROW
from .schema import Column, Table

AUTHORITY_ID = Column("authority_id", pl.String, "COLLECT's id of the authority (NativeId).")
PLAN_KEY = Column("plan_key", pl.String, "COLLECT's id of this row, to which the rows below it refer.")
STATED_ON = Column("stated_on", pl.Date, "The day the return describes.")

_RETURN = (
    Column("return_key", pl.String, "COLLECT's id of the return it came in."),
    STATED_ON,
    Column(
        "returned_on", pl.Date, "The day we learned of that return: of two that describe one day, the later counts."
    ),
)
_REQUEST_KEY = Column("request_key", pl.String, "COLLECT's id of the request it belongs to.")
_BELOW_REQUEST = (AUTHORITY_ID, *_RETURN, PUPIL, _REQUEST_KEY)
_CLOCK_FROM = Column(
    "clock_from", pl.Date, "The day the request was received; null where it was decided before the return's period.",
    nullable=True,
)  # fmt: skip

PLAN_RETURNS = Table(
    name="staged.plan_returns",
    grain="one row per SEN2 return, or dump in its layout, delivered",
    key=ROW,
    columns=(*ORIGIN, PLAN_KEY, AUTHORITY_ID, STATED_ON),
)

PLAN_PEOPLE = Table(
    name="staged.plan_people",
    grain="one row per child or young person and return",
    key=ROW,
    columns=(*ORIGIN, PLAN_KEY, AUTHORITY_ID, *_RETURN, PUPIL),
)

PLAN_REQUESTS = Table(
    name="staged.plan_requests",
    grain="one row per request for an assessment and return",
    key=ROW,
    columns=(
        *ORIGIN,
        PLAN_KEY,
        AUTHORITY_ID,
        *_RETURN,
        PUPIL,
        Column("received_on", pl.Date, "The day the authority received the request; may be null where that is long ago.", nullable=True),
        _CLOCK_FROM,
        Column("request_outcome", pl.String, "Y, N, A, W or H, see vocabulary.plans; null if not said.", nullable=True),
        Column("decided_on", pl.Date, "The day the decision was told to who had asked.", nullable=True),
        Column("moved_away", pl.Boolean, "Whether the child moved to another authority before the end.", nullable=True),
    ),
)  # fmt: skip

PLAN_ASSESSMENTS = Table(
    name="staged.plan_assessments",
    grain="one row per assessment of a child's needs and return",
    key=ROW,
    columns=(
        *ORIGIN,
        PLAN_KEY,
        *_BELOW_REQUEST,
        _CLOCK_FROM,
        Column("assessment_outcome", pl.String, "Y, N, A, W, H or S, see vocabulary.plans; null if not said.", nullable=True),
        Column("assessed_on", pl.Date, "The day a plan was issued, or it was told that none would be.", nullable=True),
        Column("has_exception", pl.Boolean, "Whether an exception to the twenty weeks applies.", nullable=True),
    ),
)  # fmt: skip

PLAN_SPELLS = Table(
    name="staged.plan_spells",
    grain="one row per plan and return: when it began, and when it ceased",
    key=ROW,
    columns=(
        *ORIGIN,
        PLAN_KEY,
        *_BELOW_REQUEST,
        Column("start_date", pl.Date, "The day of the current plan."),
        Column("ceased_on", pl.Date, "The day it ended; null while it lasts.", nullable=True),
        Column("cease_reason", pl.Int32, "1 to 9, see vocabulary.plans.", nullable=True),
    ),
)

PLAN_REVIEWS = Table(
    name="staged.plan_reviews",
    grain="one row per plan in force and return: when it was last reviewed, and its phase transfer",
    key=ROW,
    columns=(
        *ORIGIN,
        PLAN_KEY,
        *_BELOW_REQUEST,
        Column("review_meeting", pl.Date, "The day of the last review's meeting, where sent.", nullable=True),
        Column("review_decision", pl.Date, "The day the decision after it was told.", nullable=True),
        Column("phase_transfer_due", pl.Date, "The day by which a phase transfer's plan is due, where sent.", nullable=True),
        Column("phase_transferred_on", pl.Date, "The day of the phase transfer's final plan, where sent.", nullable=True),
    ),
)  # fmt: skip

PLAN_PLACEMENTS = Table(
    name="staged.plan_placements",
    grain="one row per school or other setting named in a plan, or attended under it, and return",
    key=ROW,
    columns=(
        *ORIGIN,
        *_BELOW_REQUEST,
        Column("place", pl.String, "named (in the plan) or attended."),
        Column("rank", pl.Int32, "1 for the main one of two.", nullable=True),
        Column("urn", pl.Int32, "School, in this authority or not; null where it has no URN.", nullable=True),
        Column("sen_setting", pl.String, "Kind of setting where there is no URN, see vocabulary.plans.", nullable=True),
        Column("entry_date", pl.Date, "First day attended, where sent.", nullable=True),
        Column("leaving_date", pl.Date, "Last day attended, where sent.", nullable=True),
    ),
)

STAGED_PLANS = (
    PLAN_RETURNS,
    PLAN_PEOPLE,
    PLAN_REQUESTS,
    PLAN_ASSESSMENTS,
    PLAN_SPELLS,
    PLAN_REVIEWS,
    PLAN_PLACEMENTS,
)

PLAN_FEEDS = tuple(table.name.partition(".")[2] for table in STAGED_PLANS)
PLANS_FROM = PLAN_FEEDS[2:]
"""The feeds that `facts.plans` is made from: what returns and people's rows say is in each row below them."""

ABOVE = {
    "plan_people": ("plan_returns",),
    "plan_requests": ("plan_people",),
    "plan_assessments": ("plan_requests",),
    "plan_spells": ("plan_assessments",),
    "plan_reviews": ("plan_requests",),
    "plan_placements": ("plan_spells", "plan_reviews"),
    "sen_needs": ("plan_reviews",),
}
"""By feed, those whose rows its own hang from."""

PLAN_PARENT = (
    Column("above_table", pl.String, "The feed it hangs from.", nullable=True),
    Column("above_key", pl.String, "COLLECT's id of the row it hangs from.", nullable=True),
    Column("authority_id", pl.String, "COLLECT's id of the authority.", nullable=True),
    Column("above", pl.String, "accepted or not_accepted; null where it hangs from nothing.", nullable=True),
)
"""What candidates of these feeds have of the row above them."""

PLAN_PARENTS_SET_ASIDE = Table(
    name="waiting.plan_parents",
    grain="one row per row of SEN2 set aside, as last tried, to which others may refer",
    key=(),
    columns=(
        Column("above_table", pl.String, "Its feed."),
        Column("above_key", pl.String, "COLLECT's id of it."),
        Column("authority_id", pl.String, "COLLECT's id of the authority.", nullable=True),
        Column("extract_id", pl.Int32, "The delivered file it came from."),
    ),
)

PLANS = Table(
    name="facts.plans",
    grain="one row per pupil and request for an assessment, as the latest return that has it says; those whose day is not said count as one",
    key=("pupil_id", "received_on"),
    columns=(
        PUPIL,
        Column("received_on", pl.Date, "The day the authority received the request; null where that was not said.", nullable=True),
        STATED_ON,
        Column("is_latest", pl.Boolean, "Whether that is the latest return there is of its authority."),
        Column("stage", pl.String, "How far it had come by then, see vocabulary.plans; null where not said.", nullable=True),
        Column("request_outcome", pl.String, "Y, N, A, W or H, see vocabulary.plans.", nullable=True),
        Column("decided_on", pl.Date, "The day the decision whether to assess was told.", nullable=True),
        Column("weeks_to_decision", pl.Float64, "From received to decided.", "weeks", True),
        Column("decided_in_6_weeks", pl.Boolean, "Within 42 days; false too once they have passed without. Null where not to be judged.", nullable=True),
        Column("assessment_outcome", pl.String, "Y, N, A, W, H or S, see vocabulary.plans.", nullable=True),
        Column("assessed_on", pl.Date, "The day a plan was issued, or it was told that none would be.", nullable=True),
        Column("issued_on", pl.Date, "The day of the first plan known: the start date as first told for this request.", nullable=True),
        Column("weeks_to_plan", pl.Float64, "From received to issued. Null where not to be judged.", "weeks", True),
        Column("within_20_weeks", pl.Boolean, "Within 140 days; false too once they have passed without, while one is to come.", nullable=True),
        Column("has_exception", pl.Boolean, "Whether an exception to the twenty weeks applies.", nullable=True),
        Column("within_20_weeks_less_exceptions", pl.Boolean, "As within_20_weeks, and null where an exception applies or it was not said whether one does.", nullable=True),
        Column("weeks_waiting", pl.Float64, "From received to `stated_on`, at a stage that waits for the authority. What came after is not known.", "weeks", True),
        Column("plan_start", pl.Date, "The day of the current plan.", nullable=True),
        Column("ceased_on", pl.Date, "The day the plan ended.", nullable=True),
        Column("cease_reason", pl.Int32, "1 to 9, see vocabulary.plans.", nullable=True),
        Column("last_review", pl.Date, "The later of the last review's meeting and decision.", nullable=True),
        Column("next_review_due", pl.Date, "Twelve months after the last review, or after the plan's start.", nullable=True),
        Column("phase_transfer_due", pl.Date, "The day by which a phase transfer's plan is due.", nullable=True),
        Column("phase_transferred_on", pl.Date, "The day of the phase transfer's final plan.", nullable=True),
        Column("named_urn", pl.Int32, "School named in the plan.", nullable=True),
        Column("named_setting", pl.String, "Kind of setting named where it has no URN.", nullable=True),
        Column("attended_urn", pl.Int32, "School attended under the plan.", nullable=True),
        Column("attended_setting", pl.String, "Kind of setting attended where it has no URN.", nullable=True),
        Column("known_on", pl.Date, "The day we learned the latest of this."),
    ),
)  # fmt: skip
