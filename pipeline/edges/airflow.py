"""Airflow run for one night with no server and no login: metadata in SQLite inside the project's own folder."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from .errors import Refused
from .settings import Home

PROJECT = Path(__file__).resolve().parents[2]
POOL = "duckdb_writer"


def run_night(home: Home, day: date) -> None:
    """Run the DAGs intake and flag, one after the other, for `day`.

    Raises Refused with the last lines of the failing task's log, which name files and rules and never a child.
    """
    folder = PROJECT / ".airflow"
    folder.mkdir(mode=0o700, exist_ok=True)
    env = _environment(folder)
    _airflow(env, "db", "migrate")
    (folder / "airflow.db").chmod(0o600)
    _airflow(env, "pools", "set", POOL, "1", "one process at a time may hold the warehouse")
    for dag in ("intake", "flag"):
        _airflow(env, "dags", "test", dag, "-c", json.dumps({"home": str(home.folder), "day": day.isoformat()}))


def _environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__HOSTNAME_CALLABLE": "socket.gethostname",  # the usual one looks the name up
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONWARNINGS": "ignore",
    }


def _airflow(env: dict[str, str], *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *words], env=env, cwd=PROJECT, capture_output=True, text=True, umask=0o077
    )
    if done.returncode:
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise Refused(f"airflow {' '.join(words[:3])} stopped with status {done.returncode}:\n{last}")
