"""What registers come to by school and day, and the days of a week as bits: each held to the marks themselves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import numpy as np
import polars as pl
import pytest

from pipeline.steps import sessions_by_day
from pipeline.steps.sessions_by_day import SchoolRegisters, bits_by_day, days_as_bits, days_with, days_within
from pipeline.steps.weeks import code_flags, marked_weeks
from tests.drawn import drawn

MONDAY = date(2025, 9, 8)
_MARK = {"pupil_id": pl.String, "urn": pl.Int32, "date": pl.Date, "half_day": pl.String, "code": pl.String} | {
    "known_on": pl.Date, "recorded_at": pl.Datetime,
}  # fmt: skip
MARKS = drawn(
    """
    pupil_id | urn    | date       | half_day | code | known_on   | recorded_at
    ---------+--------+------------+----------+------+------------+------------
    amira    | 100001 | 2025-09-08 | am       | I    | 2025-09-15 |
    amira    | 100001 | 2025-09-08 | pm       | /    | 2025-09-15 |
    bea      | 100001 | 2025-09-08 | am       | /    | 2025-09-15 |
    amira    | 100001 | 2025-09-09 | am       | #    | 2025-09-15 |
    bea      | 100001 | 2025-09-14 | pm       | /    | 2025-09-15 |
    carys    | 100002 | 2025-09-10 | am       | X    | 2025-09-15 |
    carys    | 100002 | 2025-09-17 | am       | O    | 2025-09-15 |
    """,
    _MARK,
)


@pytest.fixture(scope="module")
def registers() -> SchoolRegisters:
    return SchoolRegisters(marked_weeks(MARKS))


def test_every_day_with_a_mark_has_one_row_of_all_the_schools_pupils(registers):
    assert registers.days.rows() == [
        (100001, date(2025, 9, 8), 3, 1, 1),
        (100001, date(2025, 9, 9), 0, 0, 0),
        (100001, date(2025, 9, 14), 1, 0, 0),
        (100002, date(2025, 9, 10), 0, 0, 0),
        (100002, date(2025, 9, 17), 1, 1, 1),
    ]


def test_a_day_of_closures_alone_is_marked_and_no_school_day(registers):
    first, last = date(2025, 9, 9), date(2025, 9, 14)
    assert registers.marked_days(first, last)["date"].to_list() == [first, last, date(2025, 9, 10)]
    assert registers.school_days(first, last).rows() == [(100001, last)]


def test_no_registers_come_to_no_days():
    assert SchoolRegisters(marked_weeks(MARKS.clear())).days.is_empty()


def test_weeks_attended_from_end_to_end_are_counted_with_the_others():
    whole = [("dai", MONDAY + timedelta(days=day), half) for day in range(5) for half in ("am", "pm")]
    attended = pl.DataFrame(whole, schema=("pupil_id", "date", "half_day"), orient="row").with_columns(
        urn=pl.lit(100001, pl.Int32), code=pl.lit("/"), known_on=pl.lit(MONDAY), recorded_at=pl.lit(None, pl.Datetime)
    )
    days = SchoolRegisters(marked_weeks(pl.concat([MARKS, attended.select(MARKS.columns)]))).days
    assert days.filter(urn=100001).rows() == [
        (100001, date(2025, 9, 8), 5, 1, 1),
        (100001, date(2025, 9, 9), 2, 0, 0),
        *((100001, date(2025, 9, day), 2, 0, 0) for day in (10, 11, 12)),
        (100001, date(2025, 9, 14), 1, 0, 0),
    ]


def test_no_number_of_weeks_is_too_many_to_add_up():
    one = marked_weeks(MARKS.filter(pupil_id="amira"))
    many = pl.concat([one] * 40_000)
    assert SchoolRegisters(many).days.select("possible_sessions", "absence_sessions").rows() == [
        (80_000, 40_000),
        (0, 0),
    ]


def test_each_day_of_a_week_is_looked_up_by_its_own_code():
    rng = np.random.default_rng(7)
    codes = rng.integers(0, 60, size=(200, 7))
    packed = pl.Series("am_codes", (codes << (8 * np.arange(7))).sum(axis=1))
    for has in (code_flags["possible"], code_flags["no_mark"], np.arange(256) > 0):
        assert days_with(packed, has).to_list() == (has[codes] << np.arange(7)).sum(axis=1).tolist()


@pytest.mark.parametrize(
    "first, last, days",
    [(0, 6, 0b1111111), (1, 3, 0b1110), (-9, 0, 0b1), (6, 99, 0b1000000), (None, 1, 0b11), (5, None, 0b1100000), (3, 2, 0), (7, 9, 0), (-3, -1, 0)],
)  # fmt: skip
def test_a_stretch_covers_the_days_of_the_week_it_holds(first, last, days):
    ends = {
        name: None if at is None else MONDAY + timedelta(days=at) for name, at in (("first", first), ("last", last))
    }
    week = pl.DataFrame(
        {"week_start": [MONDAY]} | {name: pl.Series([day], dtype=pl.Date) for name, day in ends.items()}
    )
    assert week.select(days_within(pl.col("first"), pl.col("last"))).item() == days


def test_bits_and_days_are_the_same_days_counted():
    days = pl.DataFrame({"urn": [100001, 100001, 100002], "date": [MONDAY, MONDAY + timedelta(days=13), MONDAY]})
    bits = days_as_bits(days)
    assert sorted(bits.rows()) == [
        (100001, MONDAY, 1),
        (100001, MONDAY + timedelta(days=7), 0b1000000),
        (100002, MONDAY, 1),
    ]
    twice = pl.concat([bits, bits.filter(pl.col("urn") == 100002)])
    assert bits_by_day(twice, "days").select("urn", "date", "days").rows() == [
        (*row, 1 + (row[0] == 100002)) for row in days.rows()
    ]


def test_asked_by_two_at_once_it_is_worked_out_once_and_the_other_waits(monkeypatch):
    """Whoever works it out goes on only once the other has asked."""
    begun, asked, seen = Event(), Event(), []
    worked_out = sessions_by_day.sessions_by_day

    def working(weeks):
        seen.append(weeks)
        assert registers._asked.locked()  # what makes the other wait on every Python
        begun.set()
        assert asked.wait(60)
        return worked_out(weeks)

    def asking():
        asked.set()
        return registers.days

    monkeypatch.setattr(sessions_by_day, "sessions_by_day", working)
    registers = SchoolRegisters(marked_weeks(MARKS))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(lambda: registers.days)
        assert begun.wait(60)
        other = pool.submit(asking)
        assert first.result() is other.result()
    assert len(seen) == 1
