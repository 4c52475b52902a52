"""What a ranked type of need, in the census or a SEN2 return, promises."""

from pipeline.vocabulary.sen import SEN_TYPES

from .plan_shared import PLAN_PARENT_MISSING
from .promise import Promise, Severity, is_none_of, missing, rows_where
from .shared import CENSUS_CHILD_PROMISES, VALUE_NOT_UNDERSTOOD

PROMISES = (
    VALUE_NOT_UNDERSTOOD,
    *CENSUS_CHILD_PROMISES,
    PLAN_PARENT_MISSING,
    Promise(
        "sen_type_unknown",
        Severity.WARNING,
        f"The type of need is none of {', '.join(SEN_TYPES)}: correct sentype and send the row again.",
        rows_where(f"{missing('sen_type')} OR {is_none_of('sen_type', SEN_TYPES)}"),
    ),
)
