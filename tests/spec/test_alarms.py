"""What shows that lists have stopped doing good, on both sides of each line."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.alarms import alarms
from pipeline.steps.looked_at import NOTHING_BEFORE, Before
from pipeline.tables.feedback import RETURNS
from tests.cast import AS_OF, school_days

from .lists import answered, list_of
from .test_from_list_to_list import ILL, back_again

SCHOOL = 100001
DAYS = pl.DataFrame(
    [(SCHOOL, day) for day in school_days(date(2025, 9, 3), AS_OF)],
    schema={"urn": pl.Int32, "date": pl.Date},
    orient="row",
)
FIRST = date(2026, 2, 6)


def raised(before: Before, *, waiting_since: date | None = None, as_of: date = AS_OF) -> dict[str, bool | None]:
    triage = pl.DataFrame(
        {"urn": [SCHOOL], "waiting_since": [waiting_since]}, schema={"urn": pl.Int32, "waiting_since": pl.Date}
    )
    table = alarms(triage, before, DAYS, as_of=as_of)
    assert table["says"].is_not_null().to_list() == table["raised"].fill_null(False).to_list()
    return dict(table.select("alarm", "raised").rows())


def decided(*decisions: str, on: date = FIRST) -> Before:
    before = NOTHING_BEFORE
    for number, decision in enumerate(decisions):
        before = answered(before, replace(ILL, name=f"ill{chr(97 + number)}"), decision, on, of=FIRST)
    return before


def lists(*days: date, pupils: int = 1, returned: tuple[date, int] | None = None, more=()) -> Before:
    """Lists of these days; and of one that came back the day it was of, and how many of its rows were taken: and of `more`."""
    listed = [(day, f"p{number}", SCHOOL) for day in days for number in range(pupils)]
    places = pl.DataFrame(listed, schema={"as_of": pl.Date, "pupil_id": pl.String, "urn": pl.Int32}, orient="row")
    back = [
        {"return_key": f"k{number}", "urn": SCHOOL, "list_as_of": day, "rows_taken": rows}
        for number, (day, rows) in enumerate([*([returned] if returned else []), *more])
    ]
    told = pl.DataFrame(back, schema=RETURNS.schema)
    rows = pl.DataFrame([(day, SCHOOL) for day in days], schema={"as_of": pl.Date, "urn": pl.Int32}, orient="row")
    return replace(NOTHING_BEFORE, lists=rows, places=places, returns=told)


LOOK, NO, MET, UNREACHED = "look into it", "not needed", "already met", "could not reach"


@pytest.mark.parametrize("decisions, nothing, everything", [
    ([LOOK] * 10, True, False), ([LOOK] * 9 + [NO], False, False), ([NO] * 5 + [MET] * 5, False, True),
    ([NO] * 9 + [LOOK], False, False), ([LOOK] * 9, None, None), ([UNREACHED] * 10, None, None),
    ([LOOK] * 9 + [UNREACHED], None, None),
])  # fmt: skip
def test_ten_decisions_all_of_one_kind_are_an_alarm(decisions, nothing, everything):
    told = raised(decided(*decisions))
    assert (told["dismisses_nothing"], told["dismisses_everything"]) == (nothing, everything)


def test_last_years_decisions_say_nothing_of_this_years():
    assert raised(decided(*[LOOK] * 10, on=date(2025, 7, 31)))["dismisses_nothing"] is None
    assert raised(decided(*[LOOK] * 10, on=date(2025, 8, 1)))["dismisses_nothing"] is True


def test_two_lists_and_never_a_workbook_back_are_an_alarm():
    both = (FIRST, date(2026, 2, 20))
    assert raised(lists(FIRST))["never_returned"] is None
    assert raised(lists(*both))["never_returned"] is True
    assert raised(lists(*both, returned=(FIRST, 1)))["never_returned"] is False


@pytest.mark.parametrize("returned, is_raised", [
    ((date(2025, 8, 1), 1), False), ((date(2025, 7, 31), 1), True), ((FIRST, 0), True),
])  # fmt: skip
def test_only_a_list_of_this_year_of_which_something_was_taken_has_come_back(returned, is_raised):
    """One of last year says nothing of this one, and of one refused whole nobody has an answer."""
    assert raised(lists(FIRST, date(2026, 2, 20), returned=returned))["never_returned"] is is_raised


FORTNIGHTS = tuple(date(2026, 1, 9) + timedelta(days=14 * n) for n in range(5))
"""Lists of 9 and 23 January, of 6 and 20 February and of 6 March: that one has been out for ten school days on AS_OF."""


@pytest.mark.parametrize("back, more, is_raised", [
    (0, (), True),  # since that one, none of the three that have been out for over ten school days
    (1, (), False), (2, (), False), (3, (), False),
    (0, ((FORTNIGHTS[4], 1),), False), (0, ((FORTNIGHTS[4], 0),), True),  # the latest may be answered first
    (0, ((FORTNIGHTS[2], 0),), True), (0, ((FORTNIGHTS[2], 1),), False),
])  # fmt: skip
def test_a_list_that_came_back_once_does_not_answer_for_the_three_after_it(back, more, is_raised):
    assert raised(lists(*FORTNIGHTS, returned=(FORTNIGHTS[back], 1), more=more))["never_returned"] is is_raised


def test_what_is_said_of_lists_that_do_not_come_back_is_so():
    never, not_lately = (said(lists(*FORTNIGHTS, returned=back)) for back in (None, (FORTNIGHTS[0], 1)))
    assert never.endswith("this school year, and none has come back with an answer that could be taken.")
    assert not_lately.startswith(
        "None of the last three lists that went out more than ten school days ago has come back"
    )


def said(before: Before) -> str:
    triage = pl.DataFrame(
        {"urn": [SCHOOL], "waiting_since": [None]}, schema={"urn": pl.Int32, "waiting_since": pl.Date}
    )
    return alarms(triage, before, DAYS, as_of=AS_OF).filter(alarm="never_returned")["says"].item()


@pytest.mark.parametrize("last, is_raised", [(date(2026, 3, 6), False), (date(2026, 3, 5), True)])
def test_the_third_list_counts_once_it_has_been_out_for_more_than_ten_school_days(last, is_raised):
    out = (*FORTNIGHTS[1:4], last)
    assert raised(lists(*out, returned=(FORTNIGHTS[1], 1)))["never_returned"] is is_raised
    assert raised(lists(*out[1:], returned=(FORTNIGHTS[0], 1)))["never_returned"] is is_raised


def test_a_list_with_nobody_on_it_asks_for_no_answer():
    assert raised(lists(FIRST, date(2026, 2, 20), pupils=0))["never_returned"] is None


def test_a_list_that_comes_back_twice_is_decided_on_once():
    twice = decided(*[LOOK] * 5)
    twice = replace(
        twice, decisions=pl.concat([twice.decisions, twice.decisions.with_columns(return_key=pl.lit("again"))])
    )
    assert raised(twice)["dismisses_nothing"] is None


@pytest.mark.parametrize("since, is_raised", [(date(2026, 3, 6), False), (date(2026, 3, 5), True), (None, False)])
def test_a_row_that_waits_over_ten_school_days_is_an_alarm(since, is_raised):
    assert raised(NOTHING_BEFORE, waiting_since=since)["waiting_over_ten_school_days"] is is_raised


def test_the_wait_is_of_rows_on_the_list_and_ends_with_a_decision():
    first = list_of([ILL], as_of=FIRST)
    later = list_of([ILL], first.before, as_of=AS_OF)
    assert raised_of(later) is True
    done = answered(first.before, ILL, NO, FIRST + timedelta(days=3), of=FIRST)
    assert raised_of(list_of([ILL], done, as_of=AS_OF)) is False


def test_a_row_that_came_back_and_nobody_decided_on_waits_as_any_other():
    pupil, back = back_again()
    assert raised_of(list_of([pupil], back.before, as_of=AS_OF)) is True
    done = answered(back.before, pupil, NO, FIRST + timedelta(days=30), of=date(2026, 3, 3))
    assert raised_of(list_of([pupil], done, as_of=AS_OF)) is False


def raised_of(listed) -> bool:
    table = alarms(listed.triage, listed.before, DAYS, as_of=AS_OF)
    return table.filter(alarm="waiting_over_ten_school_days")["raised"].item()
