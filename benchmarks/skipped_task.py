"""What a task of *intake* does whose family of feeds has nothing new, in a process of its own, as a worker runs it.

    python -m benchmarks.skipped_task FAMILY

Prints one JSON object: seconds to import Airflow and read the DAG, seconds of the task, whether it was skipped, and which large libraries
had been imported when it ended.
"""

import json
import sys
import time
from pathlib import Path

DAGS = Path(__file__).resolve().parents[1] / "dags"
LARGE = ("duckdb", "great_expectations", "pandas", "polars", "sklearn", "xlsxwriter")


def main(family: str) -> dict:
    sys.path.insert(0, str(DAGS))  # as Airflow does for its DAGs folder
    began = time.perf_counter()
    from airflow.sdk.exceptions import AirflowSkipException
    from intake import intake

    task = intake().get_task(family)
    read = time.perf_counter()
    nothing = {"home": "", "day": "2026-02-06", "feeds": [], "claimed": {}, "run": "", "summary": {}}
    try:
        task.python_callable(nothing, family)
        was_skipped = False
    except AirflowSkipException:
        was_skipped = True
    ended = time.perf_counter()
    return {
        "family": family, "read_seconds": round(read - began, 3), "task_seconds": round(ended - read, 6), "was_skipped": was_skipped,
        "large": [name for name in LARGE if name in sys.modules],
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
