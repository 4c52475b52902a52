"""One made-up authority and one whole night, made once for all journeys; each journey sets out from a copy."""

from dataclasses import dataclass

import pytest

from pipeline.edges.settings import Home
from pipeline.synthetic import Synthesised, synthesise

from .at_home import Ran, a2n_process, copied, deliver, new_home


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Synthesised:
    """500 pupils in twelve schools; registers of this year's first twelve weeks and the whole of last year."""
    return synthesise(tmp_path_factory.mktemp("authority") / "extracts", pupils=500, schools=12, seed=3, weeks=12)


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
    """A home's first day, command by command, each a process of its own."""
    folder = tmp_path_factory.mktemp("night")
    home = new_home(folder / "home")
    init = a2n_process("init", "--home", home.folder, "--demo")
    deliver(home, made.history, "last_year")
    history = a2n_process("take-in", "--home", home.folder, "--history", "--known-on", "2025-09-01", "--json")
    before = copied(home, folder / "before")
    deliver(home, made.files, "this_year")
    ran = a2n_process("nightly", "--home", home.folder, "--as-of", made.last_day, "--json")
    return Night(made, home, before, init, history, ran)
