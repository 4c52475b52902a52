"""A reader of what a home's own runs publish takes one number from another, from Friday to the nights after."""

from datetime import timedelta

import pytest

from pipeline.steps.disclosure import NOTHING
from tests.properties.told_nights import as_it_is_published, one_by_one, worked_out

from .at_home import a2n, copied


@pytest.mark.long  # tests/properties/test_subtraction.py draws nights too
def test_nothing_that_runs_hide_is_had_by_subtraction_and_counts_hidden_one_by_one_are(night, tmp_path):
    home = copied(night.home, tmp_path / "home")
    with as_it_is_published() as (told, exact):
        for days in (0, 3):  # a night on which groups stand, and one on which they are counted anew
            day = night.made.last_day + timedelta(days=days)
            assert a2n("flag", "--home", home.folder, "--as-of", day).status == 0
    assert ["group_audit" in pages for pages in exact] == [False, True]
    assert worked_out(told, exact) == []
    assert len(worked_out([one_by_one(exact[1], NOTHING)[0]], exact[1:2])) > 20
