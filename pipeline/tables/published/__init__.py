"""What anyone may read: aggregates only, suppressed once. No row is a pupil, and no column could name one.

A null count is a count of 1 to 4, or all of a whole, or a second one hidden so that the first cannot be worked out, or one that was
any of these on an earlier day of the school year. Nought is told of places, where it says that no child was found; of groups of
children none says as much as few. A null rate rests on a hidden count or on too few pupils. A published rate says no more than the
counts beside it.
"""

from .data import DATA_QUALITY, FEED, FIGURE_NOTES, SCHOOL_CHECK, TABLE_NOTES
from .notes import PUBLISHED, figure_notes, table_notes
from .opinion import MODEL, MODEL_DRIFT
from .people import ALARM, EVER, GROUP_AUDIT, LOST_CHILDREN, SUPPORT_ATTENDANCE
from .places import FLOW, PHASES, PLANS_IN_TIME, RUN, SCHOOL
from .shared import OUTCOMES
from .signals import ANSWERS, FINDINGS, SIGNAL, SIGNAL_NAMES, SIGNAL_OUTCOME, SIGNAL_STATES, SPECIALIST
from .weeks import ENGLAND, SCHOOL_WEEK, WEEK, WEEK_RATES

__all__ = [
    "ALARM",
    "ANSWERS",
    "DATA_QUALITY",
    "ENGLAND",
    "EVER",
    "FEED",
    "FIGURE_NOTES",
    "FINDINGS",
    "FLOW",
    "GROUP_AUDIT",
    "LOST_CHILDREN",
    "MODEL",
    "MODEL_DRIFT",
    "OUTCOMES",
    "PHASES",
    "PLANS_IN_TIME",
    "PUBLISHED",
    "RUN",
    "SCHOOL",
    "SCHOOL_CHECK",
    "SCHOOL_WEEK",
    "SIGNAL",
    "SIGNAL_NAMES",
    "SIGNAL_OUTCOME",
    "SIGNAL_STATES",
    "SPECIALIST",
    "SUPPORT_ATTENDANCE",
    "TABLE_NOTES",
    "WEEK",
    "WEEK_RATES",
    "figure_notes",
    "table_notes",
]
