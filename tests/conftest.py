"""What every test may count on: nothing it does reaches the network's services or anybody's own Airflow."""

import os
import shutil
import tempfile
from pathlib import Path

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


def pytest_unconfigure() -> None:
    shutil.rmtree(_AIRFLOW, ignore_errors=True)
