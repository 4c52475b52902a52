"""What a nation costs, from what one home costs: the sums behind the table."""

import json

import pytest

from benchmarks.nation import fitted, hours_taken, in_markdown, projected, sizes, workers_for


def test_authorities_are_152_and_their_pupils_nine_million_the_largest_about_250_000():
    told = sizes()
    assert (len(told), sum(told)) == (152, 9_000_000)
    assert told == sorted(told) and 240_000 < told[-1] < 260_000 and 8_000 < told[0] < 11_000


def test_of_one_size_a_quantity_is_in_proportion_and_of_two_on_the_line_through_them():
    assert fitted([(1000, 5.0)]).of(2000) == 10.0
    line = fitted([(1000, 15.0), (3000, 25.0)])
    assert (line.fixed, line.of(2000)) == (pytest.approx(10.0), pytest.approx(20.0))


def test_no_home_costs_less_than_nothing_and_no_larger_one_less_than_a_smaller():
    assert fitted([(1000, 1.0), (2000, 9.0)]).fixed == 0.0
    assert fitted([(1000, 9.0), (2000, 7.0)]).a_pupil == 0.0
    with pytest.raises(ValueError, match="nothing was measured"):
        fitted([])


def test_a_worker_takes_the_next_home_when_it_is_free_and_no_number_of_them_makes_the_longest_shorter():
    nights = [3600.0, 1800.0, 1800.0]
    assert (hours_taken(nights, 1), hours_taken(nights, 2), hours_taken(nights, 9)) == (2.0, 1.0, 1.0)
    assert (workers_for(nights, 2), workers_for(nights, 1), workers_for(nights, 0.9)) == (1, 2, None)


def test_the_table_states_what_is_assumed_and_what_was_measured():
    home = {
        "pupils": 20_000, "night": {"seconds": 15.0, "cpu_seconds": 20.0, "peak_bytes": 1_500_000_000},
        "bytes": {"warehouse": 150_000_000, "identity": 5_000_000, "outbox": 3_000_000, "snapshot": 3_000_000}, "seconds_by_hop": {"read": 2, "lists": 1},
    }  # fmt: skip
    measured = {"machine": {"cores": 2}, "command": "made up", "homes": [home]}
    said = in_markdown(measured, projected(json.loads(json.dumps(measured)), overhead=10))
    assert (
        "A projection and no measurement: homes of 20,000 pupils" in said
        and "152 authorities with 9,000,000 pupils" in said
    )
    assert "| Disk for warehouses, GB | 68 |" in said  # 9,000,000 pupils at 7,500 bytes
    assert (
        "| Workers to end within 1 hour | 3 |" in said
    )  # 9,000,000 at 0.75 s a thousand, and 152 times 10 s: 2.3 hours
    assert "read 67%" in said and "Taking in a whole year" not in said
