"""What a nation costs, from what one home costs: the sums behind the table."""

import json

import pytest

from benchmarks import report
from benchmarks.measured import Took
from benchmarks.nation import fitted, hours_taken, in_markdown, projected, sizes, workers_for
from benchmarks.night import on_disk, one_home


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
    measured = {"machine": {"cores": 2}, "homes": [home | {"command": "made up", "date": "2026-11-28"}]}
    said = in_markdown(measured, projected(json.loads(json.dumps(measured)), overhead=10))
    assert (
        "A projection and no measurement: homes of 20,000 pupils" in said
        and "152 authorities with 9,000,000 pupils" in said
        and "on 2 cores (`made up`, 2026-11-28)" in said
    )
    assert "| Disk for warehouses, GB | 68 |" in said  # 9,000,000 pupils at 7,500 bytes
    assert (
        "| Workers to end within 1 hour | 3 |" in said
    )  # 9,000,000 at 0.75 s a thousand, and 152 times 10 s: 2.3 hours
    assert "read 67%" in said and "Taking in a whole year" not in said


# From what a night was measured to cost


def a_night(pupils: int, *, seconds: float, warehouse: int = 1, **machine: object) -> dict:
    """A night of a home of so many pupils, as benchmarks.night keeps it."""
    found = report.Found(
        took={"nightly": Took(seconds, 2 * seconds, 10**9)}, hops={"nightly": {"read": seconds / 4, "lists": seconds / 2}},
        bytes_on_disk={"warehouse": warehouse, "identity": 2, "outbox": 3, "snapshot": 4},
    )  # fmt: skip
    facts = {"pupils": pupils, "command": f"python -m benchmarks.night --pupils {pupils}", "date": "2026-11-28"}
    stored = report.stored("night", [found], facts, {})
    return stored | {"machine": stored["machine"] | machine}


def kept_of(*nights: dict) -> dict:
    """What is kept after these, one after another, each read from the file that the one before left."""
    kept: dict = {}
    for night in nights:
        kept = json.loads(json.dumps(one_home(night, kept, inbox=5)))
    return kept


def test_a_night_that_was_measured_is_projected_as_it_was_kept():
    kept = kept_of(a_night(20_000, seconds=12.0, warehouse=150_000_000))
    nation = projected(kept, overhead=10)
    assert nation.night["seconds"].of(40_000) == pytest.approx(24.0) and nation.stored["warehouse"].a_pupil == 7_500
    assert set(nation.stored) == {"warehouse", "identity", "outbox", "snapshot", "inbox"}
    said = in_markdown(kept, nation)
    assert "(`python -m benchmarks.night --pupils 20000`, 2026-11-28)" in said and "lists 67%, read 33%" in said


def test_several_sizes_are_several_points_and_a_size_measured_again_is_one():
    nights = [a_night(pupils, seconds=seconds) for pupils, seconds in ((30_000, 40.0), (10_000, 20.0), (30_000, 30.0))]
    kept = kept_of(*nights)
    assert [home["pupils"] for home in kept["homes"]] == [10_000, 30_000]
    line = projected(kept, overhead=0).night["seconds"]
    assert (line.fixed, line.of(20_000)) == (pytest.approx(15.0), pytest.approx(25.0))
    assert "homes of 10,000, 30,000 pupils" in in_markdown(kept, projected(kept, overhead=0))


def test_a_file_of_before_that_has_another_form_is_no_reason_to_lose_what_was_measured():
    night = a_night(10_000, seconds=20.0)
    assert len(one_home(night, {"machine": night["machine"], "home": {}}, inbox=5)["homes"]) == 1


def test_no_line_goes_through_two_machines():
    nights = a_night(10_000, seconds=20.0, cores=64), a_night(30_000, seconds=30.0, cores=2)
    assert [home["pupils"] for home in kept_of(*nights)["homes"]] == [30_000]


def test_bytes_are_those_of_one_day_of_lists_and_of_one_snapshot(tmp_path):
    for name, size in (
        ("warehouse.duckdb", 7), ("identity.duckdb", 5), ("outbox/2026-02-06/lists/1.xlsx", 3), ("outbox/2026-02-05/lists/1.xlsx", 100),
        ("published/snapshot-2.duckdb", 2), ("published/snapshot-1.duckdb", 100), ("inbox/marks.csv", 100),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"." * size)
    (tmp_path / "published" / "current.duckdb").symlink_to("snapshot-2.duckdb")
    assert on_disk(tmp_path, "2026-02-06") == {"warehouse": 7, "identity": 5, "outbox": 3, "snapshot": 2}
