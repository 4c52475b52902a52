"""What a setting named in a plan, or attended under it, promises."""

from pipeline.vocabulary.plans import SEN_SETTINGS

from .plan_shared import PLAN_PARENT_MISSING
from .promise import Promise, Severity, is_none_of, rows_where
from .shared import VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    PLAN_PARENT_MISSING,
    Promise(
        "plan_setting_unknown",
        Severity.WARNING,
        f"The kind of setting is none of {', '.join(SEN_SETTINGS)}: correct sensetting and send the row again.",
        rows_where(is_none_of("sen_setting", SEN_SETTINGS)),
    ),
    Promise(
        "plan_placement_ends_before_it_begins",
        Severity.WARNING,
        "The child left the setting before the day of coming to it: correct entrydate or leavingdate and send the row "
        "again.",
        rows_where("leaving_date < entry_date"),
    ),
)
