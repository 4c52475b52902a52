"""The DAGs as Airflow reads them, and one night run by them."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.edges.settings import Home
from pipeline.synthetic import synthesise
from tests.journeys.at_home import a2n, copied, deliver, new_home
from tests.journeys.marked import Marks, mark

DAGS = Path(__file__).parents[2] / "dags"


@pytest.fixture(scope="session")
def dagbag():
    from airflow.dag_processing.dagbag import DagBag

    sys.path.insert(0, str(DAGS))  # as Airflow does for its DAGs folder
    yield DagBag(str(DAGS))
    sys.path.remove(str(DAGS))


@pytest.fixture(scope="session")
def airflow(dagbag):
    """Airflow's own tables, in SQLite, in the folder tests/conftest.py gave it."""
    from airflow.utils.db import initdb

    initdb()
    return Path(os.environ["AIRFLOW_HOME"])


@dataclass(frozen=True)
class Evening:
    """A home the evening before: last year's history taken in, this year's extracts in the inbox, one to refuse."""

    home: Home
    day: str
    marks: Marks


@pytest.fixture(scope="session")
def evening(tmp_path_factory) -> Evening:
    folder = tmp_path_factory.mktemp("evening")
    made = synthesise(folder / "made", pupils=240, schools=6, seed=11, weeks=12, with_faults=True)
    marks = mark([*made.files, *made.history])
    home = new_home(folder / "home")
    deliver(home, made.history, "last_year")
    assert a2n("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01").status == 0
    stocked = copied(home, folder / "stocked")
    deliver(stocked, made.files)
    (stocked.inbox / "strange.csv").write_text("colour,size\nblue,3\n")
    return Evening(stocked, made.last_day.isoformat(), marks)


def another(evening: Evening, folder: Path, name: str = "home") -> Home:
    """A copy of the home, inbox and all."""
    home = copied(evening.home, folder / name)
    deliver(home, evening.home.inbox.iterdir())
    return home
