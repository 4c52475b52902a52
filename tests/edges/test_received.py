"""What the records of files tell of a school year, though more has come since: told again, it is the same."""

from datetime import date

import polars as pl
import pytest

from pipeline.edges import warehouse as shelf
from pipeline.edges.received import received, refusals, rows_by_rule
from pipeline.edges.settings import Home
from pipeline.hops.data_told import of_the_data
from pipeline.steps.policy_of_publishing import Policy
from pipeline.tables.derived import RECONCILIATION
from tests.edges.delivered import MARKS, ROLL, SCHOOLS, copied, new_home, night

pytestmark = pytest.mark.usefixtures("in_little_time")

LAST_YEAR, FIRST_NIGHT, NEXT_NIGHT = date(2025, 7, 31), date(2025, 9, 12), date(2025, 9, 15)
ONE_SCHOOL_TWICE = SCHOOLS.replace("100002 | 209       | 2001", "100001 | 209       | 2009")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Schools came last year; on the first night marks, whose pupils are on no roll, and a file refused; the roll on the next."""
    home = new_home(tmp_path_factory.mktemp("received") / "home")
    night(home, LAST_YEAR, schools=SCHOOLS)
    night(home, FIRST_NIGHT, marks=MARKS, twice=ONE_SCHOOL_TWICE)
    return home


@pytest.fixture(scope="module")
def later(home, tmp_path_factory) -> Home:
    """The same home a night on: the roll has come, and so have the schools again."""
    later = copied(home, tmp_path_factory.mktemp("later") / "home")
    night(later, NEXT_NIGHT, pupils=ROLL, again=SCHOOLS.replace("Ash Secondary", "Ash High"))
    return later


def told(home: Home, day: date) -> dict[str, pl.DataFrame]:
    with shelf.warehouse(home) as con:
        return of_the_data(con, RECONCILIATION.empty, Policy(fewest_shown=2), as_of=day)


def row(frame: pl.DataFrame, **key) -> dict:
    return frame.filter(**key).row(0, named=True)


def test_a_feed_tells_the_files_and_rows_of_the_year_and_when_any_came_last(home):
    feed = told(home, FIRST_NIGHT)["feed"]
    schools, marks = row(feed, feed="schools"), row(feed, feed="attendance_marks")
    assert (schools["files"], schools["files_refused"]) == (1, 1)
    assert schools["last_known_on"] == LAST_YEAR
    assert (marks["files"], marks["files_refused"], marks["rows_set_aside"]) == (1, 0, 3)
    assert marks["last_known_on"] == FIRST_NIGHT
    assert row(feed, feed="pupils")["last_known_on"] is None


def test_a_rule_tells_its_rows_and_a_refused_file_all_its_own(home):
    quality = told(home, FIRST_NIGHT)["data_quality"]
    assert row(quality, rule="pupil_on_no_roll")["rows"] == 3
    refused = row(quality, feed="schools", rule="school_repeated")
    assert (refused["happens"], refused["rows"]) == ("file refused", 2)
    assert "Two different LAESTABs" in refused["says"] and "…" in refused["says"]


def test_a_row_accepted_after_waiting_is_no_longer_set_aside(later):
    on_the_next = told(later, NEXT_NIGHT)
    assert row(on_the_next["feed"], feed="attendance_marks")["rows_set_aside"] == 0
    assert "pupil_on_no_roll" not in on_the_next["data_quality"]["rule"].to_list()
    assert row(on_the_next["feed"], feed="schools")["last_known_on"] == NEXT_NIGHT


def test_a_day_gone_by_is_told_as_it_was(home, later):
    for name, frame in told(home, FIRST_NIGHT).items():
        assert frame.equals(told(later, FIRST_NIGHT)[name]), name


def test_rows_of_a_file_refused_are_none_that_were_read(home):
    with shelf.warehouse(home) as con:
        assert received(con, as_of=FIRST_NIGHT).select("feed", "rows_read").rows() == [
            ("attendance_marks", 3),
            ("schools", 0),
        ]


def test_of_another_school_year_nothing_is_counted(home):
    with shelf.warehouse(home) as con:
        assert rows_by_rule(con, as_of=LAST_YEAR).is_empty()
        assert refusals(con, as_of=LAST_YEAR).is_empty()
        assert received(con, as_of=LAST_YEAR).select("feed", "files", "rows_read").rows() == [("schools", 1, 2)]
        assert received(con, as_of=date(2025, 7, 30)).is_empty()
        assert received(con, as_of=date(2026, 9, 1))["files"].to_list() == [0, 0]
