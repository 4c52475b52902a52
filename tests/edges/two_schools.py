"""A home that knows two schools and nobody yet: where stories of whose a UPN is begin."""

from datetime import date

import pytest

from pipeline.edges.settings import Home
from tests.edges.delivered import SCHOOLS, new_home, night

FIRST, SECOND, THIRD, FOURTH = (date(2025, 9, day) for day in (12, 15, 16, 17))


@pytest.fixture
def home(tmp_path) -> Home:
    home = new_home(tmp_path / "home")
    night(home, FIRST, schools=SCHOOLS)
    return home
