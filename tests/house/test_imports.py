"""What importing the pipeline does: nothing, beyond being imported."""

import subprocess
import sys
from pathlib import Path

import pytest

ASKED = """
import os, tests.journeys.killed_imports
print(*(open("/proc/self/task/" + task + "/comm").read().strip() for task in os.listdir("/proc/self/task")), sep="\\n")
"""
AT_WORK = (
    "import polars; polars.DataFrame({'a': [1], 'b': [2]}).lazy().group_by('a').agg(polars.col('b').sum()).collect()"
)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are told by /proc, which Linux has")
@pytest.mark.parametrize("before, starts", [("", False), (AT_WORK, True)])
def test_no_thread_of_polars_is_started_by_it_for_no_fork_survives_one(before, starts):
    """Schedulers fork, and a forked process in which polars' threads were running waits for them for ever."""
    asked = [sys.executable, "-c", f"{before}\n{ASKED}"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert ("polars-0" in told.stdout.split()) is starts
