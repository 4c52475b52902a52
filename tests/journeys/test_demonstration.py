"""The demonstration, begun again after it was cut short."""

import pytest

from pipeline import demonstration
from pipeline.edges import warehouse as shelf
from pipeline.synthetic import synthesise


@pytest.mark.long
def test_this_years_extracts_left_by_a_run_cut_short_are_not_taken_for_history(tmp_path):
    size = {"pupils": 200, "schools": 2, "seed": 4, "weeks": 6}
    made = synthesise(tmp_path / "made", **size)
    home = demonstration._demo_home(tmp_path / "home")
    demonstration._deliver(made.files, home.inbox / "this_year")

    told = demonstration.demo(home.folder, **size)

    with shelf.warehouse(home) as con:
        runs = "SELECT DISTINCT extract LIKE 'this_year/%', run FROM warehouse.audit.extracts ORDER BY ALL"
        assert con.execute(runs).fetchall() == [
            (False, "history 2025-09-01 1"),
            (True, f"take-in {made.last_day} 1"),
        ]
    assert f"{len(made.files) - 1} new files" in told[2]  # the schools are last year's, byte for byte
