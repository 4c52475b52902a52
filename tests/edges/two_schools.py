"""A home that knows two schools and nobody yet, and nights in little time: where stories of whose a UPN is begin."""

from collections.abc import Iterator
from datetime import date

import pytest

from pipeline.edges.settings import Home
from tests.edges.delivered import SCHOOLS, new_home, night
from tests.properties.quickly import quickly

FIRST, SECOND, THIRD, FOURTH = (date(2025, 9, day) for day in (12, 15, 16, 17))


@pytest.fixture(autouse=True)
def in_little_time() -> Iterator[None]:
    """For every test of a module that has it."""
    with quickly():
        yield


@pytest.fixture
def home(tmp_path) -> Home:
    home = new_home(tmp_path / "home")
    night(home, FIRST, schools=SCHOOLS)
    return home
