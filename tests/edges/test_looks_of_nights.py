"""Two nights of one school: who is found worth a look, listed, and looked at, from marks delivered to counts."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.hops import issued
from pipeline.hops.looking import Look, issue, looked, store
from pipeline.hops.looks import so_far
from pipeline.hops.summary import Summary
from pipeline.steps.exact_looks import SoFar, exact_looks
from pipeline.tables.feedback import DECISIONS, OUTCOMES
from pipeline.tables.published import GROUP_AUDIT, SIGNAL_OUTCOME
from tests.edges.delivered import ASH, ROLL, SCHOOLS, new_home, night, pupil_id
from tests.edges.test_transfers import tonight
from tests.spec.test_looks import decisions, outcomes

pytestmark = pytest.mark.usefixtures("in_little_time")

MONDAY, FIRST, SECOND = date(2025, 9, 8), date(2025, 10, 3), date(2025, 10, 17)
NO_GROUPS = pl.DataFrame(schema={name: dtype for name, dtype in GROUP_AUDIT.schema.items() if not name.endswith(("_rate", "_low", "_high"))}).drop("years_pooled")  # fmt: skip


def marks(first: date, last: date) -> str:
    """Amira is ill on Mondays and Tuesdays, Ben is there."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    lines = [
        f"100001 | {pupil} | {day} | {half} | {'I' if pupil == 'amira' and day.weekday() < 2 else '/'}"
        for day in days if day.weekday() < 5 for pupil in ("amira", "ben") for half in ("AM", "PM")
    ]  # fmt: skip
    return "urn | upn | date | session | code\n-\n" + "\n".join(lines)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """Amira is listed on the first night; it is decided to look into it, and a need is found, before the second."""
    home = new_home(tmp_path_factory.mktemp("nights") / "home")
    night(home, FIRST, schools=SCHOOLS, pupils=ROLL, marks=marks(MONDAY, FIRST))
    looked_at(home, FIRST)
    amira = pupil_id(home, "amira")
    with shelf.warehouse(home) as con:
        shelf.append(con, DECISIONS, decisions((amira, "look into it", date(2025, 10, 8), date(2025, 10, 9), FIRST)))
        shelf.append(con, OUTCOMES, outcomes((amira, "need found", date(2025, 10, 16), date(2025, 10, 18))))
    night(home, SECOND, marks=marks(FIRST + timedelta(days=3), SECOND))
    looked_at(home, SECOND)
    return home


def looked_at(home: Home, day: date) -> Look:
    """One night's look, stored and issued as a run does."""
    with shelf.warehouse(home) as con:
        look = _look(con, home, day)
        store(con, look)
        issue(con, look)
    return look


def _look(con, home: Home, day: date) -> Look:
    known, before = clocks.known_as_of(con, day), issued.before(con, as_of=day)
    return looked(known, before, home, Summary(run=None, as_of=day), as_of=day)


def told(home: Home, day: date) -> tuple[dict[str, pl.DataFrame], SoFar]:
    with shelf.warehouse(home) as con:
        look = _look(con, home, day)
        at_hand = tonight(look)
        known = so_far(con, home, look, at_hand, NO_GROUPS, _of_no_earlier_year)
        return exact_looks(at_hand, known, NO_GROUPS), known


def _of_no_earlier_year(*, as_of: date) -> pl.DataFrame:
    raise AssertionError(f"no look of {as_of} is stored")


COUNTS = ("flagged", "looked_at", "need_found", "unmet", "median_days_to_look")


@pytest.mark.parametrize("day, numbers", [(FIRST, (1, 0, 0, 1, None)), (SECOND, (1, 1, 0, 0, 3.0))])
def test_each_night_sees_what_was_known_on_it(home, day, numbers):
    """The outcome is learned a day after the second night."""
    flow = told(home, day)[0]["flow"]
    assert flow.filter(urn=ASH).select(COUNTS).row(0) == numbers
    assert flow.filter(scope="home").select(COUNTS).row(0) == numbers


def test_the_night_of_a_list_counts_those_on_it_and_a_later_one_what_was_decided_of_them(home):
    for day, answer in ((FIRST, "undecided"), (SECOND, "look_into_it")):
        counts = SIGNAL_OUTCOME.conform(told(home, day)[0]["signal_outcome"])
        row = counts.filter(signal="persistent_absence").row(0, named=True)
        assert (row["listed"], row[answer], row["no_finding"]) == (1, 1, 1)


def test_a_night_made_again_says_the_same(home):
    first, again = told(home, FIRST)[0], told(home, FIRST)[0]
    assert all(first[name].equals(again[name]) for name in first)


def test_what_records_hold_of_all_years_is_known(home):
    records = told(home, SECOND)[1].records
    assert records.rolls["pupil_id"].n_unique() == 2
    assert told(home, SECOND)[0]["ever"]["pupils"].sum() == 2
