"""What every test may count on: nothing it does reaches the network's services or anybody's own Airflow."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Each worker has one thread of Polars, for there are more workers than processors: set before anything imports it.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

# Homes are made in memory where it has room for all of them: half of what a small take-in costs is waiting for a disk.
_MEMORY, _ROOM = Path("/dev/shm"), 4 * 10**9
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

# Airflow reads these when first imported, whichever test that is.
_AIRFLOW = Path(tempfile.mkdtemp(prefix="a2n-test-airflow-"))
os.environ |= {
    "AIRFLOW_HOME": str(_AIRFLOW),
    "AIRFLOW__CORE__DAGS_FOLDER": str(Path(__file__).parents[1] / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
}
for _name in ("A2N_HOME", "A2N_NOTIFY", "AIRFLOW_CONN_SMTP_DEFAULT"):
    os.environ.pop(_name, None)


@pytest.fixture(scope="session", autouse=True)
def connections_lent():
    from .lending import lent

    with lent():
        yield


@pytest.fixture(scope="module")
def engine_of_its_own():
    """Each run of this module has an engine of its own, with as many threads as the machine gives."""
    from .lending import made_anew

    with made_anew():
        yield


@pytest.fixture(scope="module")
def in_little_time():
    """Rules are asked directly, not by Great Expectations: for modules in which the gate is not what is proved."""
    from .properties.quickly import quickly

    with quickly():
        yield


def pytest_collection_finish() -> None:
    """What is imported stays: it need not be looked through again whenever something is let go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_unconfigure() -> None:
    shutil.rmtree(_AIRFLOW, ignore_errors=True)
