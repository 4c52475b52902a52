"""A promise as Great Expectations runs it. Imported only where a suite is made: Great Expectations takes seconds to
import."""

from typing import ClassVar

from great_expectations.expectations import UnexpectedRowsExpectation


class ExpectNoBreakingRows(UnexpectedRowsExpectation):
    """Counts the rows a query finds, and looks at none of them.

    As it comes, an unexpected-rows expectation runs its query twice and fetches rows the second time: twice the time,
    and delivered rows in a validation result, where none may be.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)

    def _validate(self, metrics: dict, runtime_configuration: dict | None = None, execution_engine=None) -> dict:
        rows = metrics["unexpected_rows_query.row_count"]
        return {"success": rows == 0, "result": {"observed_value": rows}}
