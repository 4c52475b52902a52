"""A year's marks cut at a day: nothing lost, nothing twice, and corrections as many as are said."""

from datetime import date

import polars as pl
import pytest

from benchmarks import night_delivery
from pipeline.synthetic import synthesise

NIGHTS = 3


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    return synthesise(tmp_path_factory.mktemp("year") / "made", pupils=150, schools=2, seed=5, weeks=5)


@pytest.fixture(scope="module")
def cut(year, tmp_path_factory):
    to = tmp_path_factory.mktemp("cut")
    night_delivery.main(year.folder, to, year.last_day, 7, NIGHTS)
    return to


def marks(*folders) -> pl.DataFrame:
    files = [file for folder in folders for file in sorted(folder.glob("attendance_marks_*.csv"))]
    return pl.concat([pl.read_csv(file, infer_schema=False) for file in files], how="diagonal")


KEY = ["urn", "upn", "date", "session"]


def corrected(cut, day: date) -> pl.DataFrame:
    return marks(cut / "delivery").filter(pl.col("date") < day.isoformat())


def test_marks_before_nights_before_and_the_night_itself_are_the_year_again(year, cut):
    own = marks(cut / "delivery").filter(pl.col("date") == year.last_day.isoformat()).drop("recorded_at")
    again = pl.concat([marks(cut / "marks", *sorted((cut / "nights").iterdir())), own])
    assert again.sort(pl.all()).equals(marks(year.folder).sort(pl.all()))


def test_each_night_before_has_its_own_day_and_no_other(cut):
    nights = sorted((cut / "nights").iterdir())
    assert len(nights) == NIGHTS
    assert all(set(marks(night)["date"]) == {night.name} for night in nights)


def test_one_in_a_hundred_marks_of_the_last_ten_days_is_corrected_and_to_another_code(year, cut):
    changed = corrected(cut, year.last_day)
    before = marks(year.folder).filter(pl.col("date") < year.last_day.isoformat())
    recent = before.join(
        before.group_by("urn").agg(pl.col("date").unique().sort().tail(10)).explode("date"), on=["urn", "date"]
    )
    both = changed.join(recent, on=KEY, suffix="_was")
    assert both.height == changed.height > 0, "each is of a mark of those days"
    assert both.filter(pl.col("code") == pl.col("code_was")).is_empty()
    assert changed.unique(KEY).height == changed.height
    assert 0.008 * recent.height < changed.height < 0.011 * recent.height


def test_corrections_say_that_they_were_recorded_on_the_evening(year, cut):
    assert set(corrected(cut, year.last_day)["recorded_at"]) == {f"{year.last_day.isoformat()}T17:00:00"}


def test_the_same_seed_corrects_the_same_marks_and_another_seed_others(year, cut):
    [file] = [file for file in year.files if file.name == "attendance_marks_100001.csv"]
    before = pl.read_csv(file, infer_schema=False).filter(pl.col("date") < year.last_day.isoformat())
    once, again, other = (night_delivery.corrections(before, seed) for seed in (7, 7, 8))
    assert once.equals(again) and not once.equals(other)


def test_the_totals_are_those_of_the_marks_before_the_first_night(cut):
    totals = pl.read_csv(cut / "register_totals.csv")
    first_night = min(night.name for night in (cut / "nights").iterdir())
    assert max(totals["to_date"]) < first_night
    assert totals["possible_sessions"].sum() > 10 * totals["absence_sessions"].sum() > 0
