"""One made-up authority and one whole night, made once for all journeys; each journey sets out from a copy."""

import fcntl
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.edges.settings import Home, open_home
from pipeline.synthetic import Synthesised, synthesise

from .at_home import Ran, a2n, a2n_process, copied, deliver, new_home


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Synthesised:
    """300 pupils in six schools; registers of this year's first twelve weeks and the whole of last year."""
    return synthesise(tmp_path_factory.mktemp("authority") / "extracts", pupils=300, schools=6, seed=3, weeks=12)


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Synthesised:
    """90 pupils in two schools, six weeks."""
    return synthesise(tmp_path_factory.mktemp("small") / "extracts", pupils=90, schools=2, seed=6, weeks=6)


@dataclass(frozen=True)
class Night:
    """A home after its first night; `before` is a copy of it from the evening, with only last year's history."""

    made: Synthesised
    home: Home
    before: Home
    init: Ran
    history: Ran
    ran: Ran


@pytest.fixture(scope="session")
def night(made, tmp_path_factory) -> Night:
    """A home's first day, command by command, each a process of its own: lived once, and every worker has a copy."""
    lived = made_once(tmp_path_factory, "night", lambda folder: first_day(made, folder))
    folder = tmp_path_factory.mktemp("night") / "lived"
    shutil.copytree(lived, folder, symlinks=True)
    ran = [Ran(**json.loads((folder / f"{command}.json").read_text())) for command in COMMANDS]
    return Night(made, open_home(folder / "home"), open_home(folder / "before"), *ran)


@pytest.fixture(autouse=True)
def the_night_stays(request):
    """Nobody writes to the night that a worker's journeys share: what one left there would be another's to explain."""
    if "night" not in request.fixturenames:
        yield
        return
    folder = request.getfixturevalue("night").home.folder
    before = written(folder)
    yield
    assert written(folder) == before, "the night is shared: set out from a copy of its home"


def written(folder: Path) -> set[tuple[str, int, int]]:
    """Every file in a home, its length, and when it was written."""
    stats = ((path, path.stat()) for path in folder.rglob("*") if path.is_file())
    return {(str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats}


COMMANDS = ("init", "history", "ran")


def first_day(made: Synthesised, folder: Path) -> None:
    home = new_home(folder / "home")
    init = a2n_process("init", "--home", home.folder, "--demo")
    deliver(home, made.history, "last_year")
    history = a2n_process("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01", "--json")
    copied(home, folder / "before")
    deliver(home, made.files, "this_year")
    ran = a2n_process("nightly", "--home", home.folder, "--as-of", made.last_day, "--json")
    for command, one in zip(COMMANDS, (init, history, ran), strict=True):
        (folder / f"{command}.json").write_text(json.dumps(vars(one)))


@pytest.fixture(scope="session")
def live(small, tmp_path_factory) -> Home:
    """A live home after a night, with its reasons for every feed: read, and copied before anything is done to it."""

    def lived(folder: Path) -> None:
        home = new_home(folder / "home", demo=False)
        deliver(home, small.files)
        assert a2n("nightly", "--home", home.folder, "--as-of", small.last_day).status == 0

    return open_home(made_once(tmp_path_factory, "live", lived) / "home")


def made_once(tmp_path_factory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that whichever worker comes first makes for all; the others wait for it."""
    ours = tmp_path_factory.getbasetemp()
    of_all = ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours
    folder, done = of_all / f"{name}-of-all", of_all / f"{name}-of-all.made"
    with (of_all / f"{name}-of-all.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a worker that failed at it
            folder.mkdir()
            make(folder)
            done.touch()
    return folder
