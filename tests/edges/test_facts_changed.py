"""Which days changed what is held of a pupil, and which only said it again."""

from datetime import date

import polars as pl
import pytest

from pipeline.edges import facts_changed
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.hops import issued
from pipeline.tables.feedback import CORRECTIONS
from tests.edges.delivered import MARKS, ROLL, SCHOOLS, new_home, night, pupil_id

pytestmark = pytest.mark.usefixtures("in_little_time")

FIRST, SECOND, THIRD = date(2025, 9, 12), date(2025, 9, 15), date(2025, 9, 16)
SUPPORT = """
    urn    | upn   | kind        | start_date | last_review
    -------+-------+-------------+------------+------------
    100001 | amira | SEN support | 2024-10-01 | 2025-03-01
    """


@pytest.fixture
def home(tmp_path) -> Home:
    home = new_home(tmp_path / "home")
    night(home, FIRST, schools=SCHOOLS, pupils=ROLL, marks=MARKS, support=SUPPORT)
    return home


def changes(home: Home, name: str = "amira", as_of: date = THIRD) -> list[tuple]:
    """What changed of a pupil after the first night."""
    with shelf.warehouse(home) as con:
        told = facts_changed.changes(con, [pupil_id(home, name)], as_of=as_of)
    return told.filter(pl.col("known_on") > FIRST).select("fact", "about", "known_on").sort("fact", "about").rows()


def later(picture: str, was: str = "", is_now: str = "") -> str:
    """The same table delivered again, with a column nobody reads."""
    header, rule, *rows = picture.replace(was, is_now).strip("\n").splitlines()
    return "\n".join([f"{header} | note", f"{rule}+-----", *(f"{row} | x" for row in rows if row.strip())])


def test_an_extract_that_says_the_same_again_changes_nothing(home):
    night(home, SECOND, pupils2=later(ROLL), marks2=later(MARKS), support2=later(SUPPORT))
    assert changes(home) == []


def test_a_mark_that_says_something_else_is_a_change_of_its_own_day(home):
    night(home, SECOND, marks2=later(MARKS, "PM      | I", "PM      | /"))
    assert changes(home) == [("a mark", date(2025, 9, 8), SECOND)]
    assert changes(home, as_of=date(2025, 9, 14)) == [] == changes(home, "ben")


def test_a_roll_that_says_another_year_group_is_a_change_and_one_of_another_pupil_is_none(home):
    night(home, SECOND, pupils2=later(ROLL, "2013-03-01    | 8", "2013-03-01    | 9"))
    assert changes(home) == [("roll or year group", None, SECOND)]
    assert changes(home, "ben") == []


def test_support_that_says_another_review_is_a_change(home):
    night(home, SECOND, support2=later(SUPPORT, "2025-03-01", "2025-09-01"))
    assert changes(home) == [("support on file", None, SECOND)]


def test_of_a_list_sent_back_twice_what_was_said_of_a_fact_is_read_once_with_its_first_day(home):
    with shelf.warehouse(home) as con:
        for at, (day, fact) in enumerate(((SECOND, "a mark"), (THIRD, "a mark"), (THIRD, "another fact"))):
            row = {"pupil_id": "amira", "urn": 100001, "list_as_of": FIRST, "fact": fact, "known_on": day}
            row |= {"return_key": f"r{at}", "sheet": "Review list", "row_number": 9}
            shelf.append(con, CORRECTIONS, pl.DataFrame([row], schema=CORRECTIONS.schema))
        told = issued.before(con, as_of=THIRD).corrections
    assert told.select("fact", "known_on").rows() == [("a mark", SECOND), ("another fact", THIRD)]
