"""What became of each request for a plan: the clocks of six and twenty weeks, reviews, and returns that supersede returns.

Amira's request is received on Monday 3 March 2025, unless a test says otherwise, and returns describe 15 January 2026.
"""

from datetime import date, timedelta
from itertools import permutations

import polars as pl
import pytest

from pipeline.steps.plans import TABLES, plans
from pipeline.tables.staged_plans import PLANS

RECEIVED, REFERENCE_DAY = date(2025, 3, 3), date(2026, 1, 15)
AT_20_WEEKS = RECEIVED + timedelta(days=140)
A_DAY_LATER = AT_20_WEEKS + timedelta(days=1)

ONE = {
    "plan_requests": {"received_on": RECEIVED, "request_outcome": "Y"},
    "plan_assessments": {"assessment_outcome": "Y", "has_exception": False},
    "plan_spells": {"start_date": AT_20_WEEKS},
    "plan_reviews": {},
    "plan_placements": {"place": "named", "rank": 1},
}  # fmt: skip
"""A row of each table, on the way to a plan that is just in time."""


def row(feed: str, **said) -> dict:
    """A row of the return that describes the reference day, or `stated_on`; learned on that day, unless said."""
    stated_on = said.get("stated_on", REFERENCE_DAY)
    key = said.pop("request", "q1")
    usual = {
        "extract_id": 1, "row_number": 2, "pupil_id": "amira", "authority_id": "209", "stated_on": stated_on,
        "returned_on": stated_on, "return_key": f"return of {stated_on}", "plan_key": key, "request_key": key,
        "known_on": said.get("returned_on", stated_on),
    }  # fmt: skip
    return usual | ONE[feed] | said


def told(**rows: list[dict] | dict) -> dict[str, pl.DataFrame]:
    """Staged rows by feed. Names are those of feeds without `plan_`."""
    frames = {}
    for name, said in rows.items():
        feed = f"plan_{name}"
        full = [row(feed, **one) for one in (said if isinstance(said, list) else [said])]
        schema = TABLES[feed].schema
        cells = [{column: one.get(column) for column in schema} for one in full]
        frames[feed] = pl.DataFrame(cells, schema=schema)
    return frames


def one(rows: dict[str, pl.DataFrame], *, as_of: date | None = None) -> dict:
    """All there is to say of the one request."""
    return plans(rows, as_of=as_of).row(0, named=True)


# Twenty weeks -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("begins", "weeks", "in_time"), [(AT_20_WEEKS, 20.0, True), (A_DAY_LATER, 141 / 7, False)])
def test_a_plan_is_in_time_on_the_140th_day_and_late_on_the_141st(begins, weeks, in_time):
    it = one(told(requests={}, assessments={}, spells={"start_date": begins}))
    assert (it["issued_on"], it["weeks_to_plan"], it["within_20_weeks"]) == (begins, weeks, in_time)
    assert it["within_20_weeks_less_exceptions"] is in_time
    assert it["stage"] == "plan_in_force"


@pytest.mark.parametrize("begins", [AT_20_WEEKS, A_DAY_LATER])
def test_where_an_exception_applies_the_clock_is_the_same_and_left_out_of_the_share_without_exceptions(begins):
    it = one(told(requests={}, assessments={"has_exception": True}, spells={"start_date": begins}))
    assert it["within_20_weeks"] is (begins == AT_20_WEEKS)
    assert it["within_20_weeks_less_exceptions"] is None


def test_where_it_is_not_said_whether_an_exception_applies_nobody_assumes_that_none_does():
    it = one(told(requests={}, assessments={"has_exception": None}, spells={}))
    assert (it["within_20_weeks"], it["within_20_weeks_less_exceptions"]) == (True, None)


@pytest.mark.parametrize(("stated_on", "in_time"), [(AT_20_WEEKS, None), (A_DAY_LATER, False)])
def test_a_plan_that_is_to_come_is_late_once_twenty_weeks_have_passed_and_until_then_nobody_knows(stated_on, in_time):
    it = one(told(requests={"stated_on": stated_on}, assessments={"stated_on": stated_on}))
    assert it["stage"] == "plan_to_come"
    assert it["within_20_weeks"] is in_time


@pytest.mark.parametrize("outcome", ["N", "W", "H"])
def test_a_request_refused_withdrawn_or_long_ago_is_not_held_to_twenty_weeks(outcome):
    """A refusal overturned runs by the tribunal's time; one of an earlier year by another return's."""
    it = one(told(requests={"request_outcome": outcome}, assessments={}, spells={"start_date": A_DAY_LATER}))
    assert (it["weeks_to_plan"], it["within_20_weeks"]) == (None, None)
    assert it["stage"] == "plan_in_force"


# Six weeks ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["Y", "N"])
@pytest.mark.parametrize(("day", "in_time"), [(date(2025, 4, 14), True), (date(2025, 4, 15), False)])
def test_a_request_is_decided_in_time_on_the_42nd_day_and_late_on_the_43rd(day, in_time, outcome):
    it = one(told(requests={"request_outcome": outcome, "decided_on": day}))
    assert (it["weeks_to_decision"] == 6, it["decided_in_6_weeks"]) == (in_time, in_time)


@pytest.mark.parametrize(("stated_on", "in_time"), [(date(2025, 4, 14), None), (date(2025, 4, 15), False)])
def test_a_request_not_decided_is_late_once_six_weeks_have_passed(stated_on, in_time):
    it = one(told(requests={"request_outcome": "A", "stated_on": stated_on}))
    assert (it["decided_in_6_weeks"], it["weeks_to_decision"]) == (in_time, None)


@pytest.mark.parametrize("said", [{"request_outcome": "W"}, {"request_outcome": None}, {"decided_on": None}])
def test_of_what_was_withdrawn_or_not_said_six_weeks_are_not_judged(said):
    assert one(told(requests=said))["decided_in_6_weeks"] is None


# How far it has come, and how long one has waited ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "stage"),
    [
        ({"requests": {"request_outcome": "A"}}, "requested"),
        ({"requests": {}}, "being_assessed"),
        ({"requests": {}, "assessments": {"assessment_outcome": "A"}}, "being_assessed"),
        ({"requests": {}, "assessments": {}}, "plan_to_come"),
        ({"requests": {}, "assessments": {}, "spells": {}}, "plan_in_force"),
        ({"requests": {"request_outcome": "H"}, "reviews": {}}, "plan_in_force"),
        ({"requests": {}, "assessments": {}, "spells": {"ceased_on": REFERENCE_DAY}}, "plan_ceased"),
        ({"requests": {}, "assessments": {}, "spells": {"ceased_on": date(2026, 1, 16)}}, "plan_in_force"),
        ({"requests": {"request_outcome": "N"}}, "refused"),
        ({"requests": {"request_outcome": "N"}, "assessments": {"assessment_outcome": "A"}}, "being_assessed"),
        ({"requests": {}, "assessments": {"assessment_outcome": "N"}}, "not_issued"),
        ({"requests": {"request_outcome": "W"}}, "withdrawn"),
        ({"requests": {}, "assessments": {"assessment_outcome": "W"}}, "withdrawn"),
        ({"requests": {"moved_away": True}}, "moved_away"),
        ({"requests": {"request_outcome": None}}, None),
        ({"requests": {"request_outcome": "H"}}, None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_return_tells_how_far_a_request_had_come(rows, stage):
    assert one(told(**rows))["stage"] == stage


def test_who_waits_has_waited_up_to_the_day_the_return_describes_and_no_longer_as_far_as_anyone_knows():
    it = one(told(requests={"request_outcome": "A", "returned_on": date(2026, 3, 2)}), as_of=date(2026, 7, 20))
    assert it["weeks_waiting"] == (REFERENCE_DAY - RECEIVED).days / 7
    assert it["stated_on"] == REFERENCE_DAY


@pytest.mark.parametrize("said", [{"request_outcome": "N"}, {"request_outcome": None}, {"moved_away": True}])
def test_who_was_refused_moved_away_or_is_not_spoken_of_waits_for_nothing(said):
    assert one(told(requests=said))["weeks_waiting"] is None


# Reviews, and where --------------------------------------------------------------------------------------------------------


def test_the_next_review_is_due_twelve_months_after_the_later_of_the_meeting_and_its_decision():
    reviewed = {"review_meeting": date(2025, 11, 3), "review_decision": date(2025, 11, 24)}
    it = one(told(requests={}, assessments={}, spells={}, reviews=reviewed))
    assert (it["last_review"], it["next_review_due"]) == (date(2025, 11, 24), date(2026, 11, 24))
    met = one(told(requests={}, assessments={}, spells={}, reviews=reviewed | {"review_decision": date(2024, 11, 25)}))
    assert met["last_review"] == date(2025, 11, 3)


def test_a_plan_not_reviewed_yet_is_due_twelve_months_after_it_began_and_one_that_has_ended_not_at_all():
    rows = {"requests": {}, "assessments": {}, "reviews": {}}
    assert one(told(**rows, spells={}))["next_review_due"] == date(2026, 7, 21)
    assert one(told(**rows, spells={"ceased_on": date(2025, 12, 1)}))["next_review_due"] is None


def test_a_phase_transfer_has_its_days_where_they_were_sent():
    days = {"phase_transfer_due": date(2026, 2, 15), "phase_transferred_on": date(2026, 2, 13)}
    it = one(told(requests={}, reviews=days))
    assert {name: it[name] for name in days} == days


def test_of_two_settings_attended_the_one_not_left_counts_though_the_other_was_come_to_later():
    left = {"place": "attended", "urn": 100002, "entry_date": date(2025, 9, 8), "leaving_date": date(2025, 10, 24)}
    stays = {"place": "attended", "urn": 100001, "entry_date": date(2024, 9, 2)}
    assert one(told(requests={}, spells={}, reviews={}, placements=[left, stays]))["attended_urn"] == 100001


@pytest.mark.parametrize("before, urn", [(1, None), (0, 100002)])
def test_a_setting_left_before_the_day_of_the_return_is_not_attended(before, urn):
    left = {"place": "attended", "rank": 1, "urn": 100002, "leaving_date": REFERENCE_DAY - timedelta(days=before)}
    assert one(told(requests={}, spells={}, reviews={}, placements=[left]))["attended_urn"] == urn
    second = {"place": "attended", "rank": 2, "urn": 100001}
    both = told(requests={}, spells={}, reviews={}, placements=[left, second])
    assert one(both)["attended_urn"] == (urn or 100001)


def test_the_main_setting_named_and_the_one_attended_last_are_kept_apart():
    it = one(
        told(
            requests={},
            spells={},
            reviews={},
            placements=[
                {"place": "named", "rank": 2, "urn": 100002},
                {"place": "named", "rank": 1, "urn": 100001},
                {"place": "attended", "rank": 1, "urn": 100003, "leaving_date": date(2025, 7, 22)},
                {"place": "attended", "rank": 1, "sen_setting": "EHE", "entry_date": date(2025, 9, 1)},
            ],
        )
    )
    assert (it["named_urn"], it["named_setting"], it["attended_urn"], it["attended_setting"]) == (
        100001,
        None,
        None,
        "EHE",
    )


# One return after another --------------------------------------------------------------------------------------------------

YEAR_BEFORE = {"stated_on": date(2025, 1, 16)}


def test_a_later_return_takes_the_place_of_an_earlier_and_a_past_day_has_the_earlier_again():
    rows = told(
        requests=[{"received_on": date(2024, 11, 4), "request_outcome": "A"} | YEAR_BEFORE,
                  {"received_on": date(2024, 11, 4), "request_outcome": "N", "decided_on": date(2024, 12, 16)}],
    )  # fmt: skip
    assert one(rows)["stage"] == "refused"
    assert one(rows, as_of=REFERENCE_DAY)["stage"] == "refused"
    the_day_before = one(rows, as_of=date(2026, 1, 14))
    assert (the_day_before["stage"], the_day_before["stated_on"]) == ("requested", date(2025, 1, 16))
    assert plans(rows, as_of=date(2025, 1, 15)).is_empty()


def test_a_return_that_describes_an_earlier_day_and_comes_later_supersedes_nothing():
    """An annual return sent in March, after a dump of February."""
    dump = {"request_outcome": "Y", "stated_on": date(2026, 2, 6)}
    annual = {"request_outcome": "A", "returned_on": date(2026, 3, 2)}
    assert one(told(requests=[dump, annual]))["request_outcome"] == "Y"


def test_of_two_returns_of_one_day_the_one_learned_later_counts():
    first, again = (
        {"request_outcome": "A"},
        {"request_outcome": "W", "returned_on": date(2026, 2, 2), "return_key": "again"},
    )
    rows = told(requests=[first, again])
    assert one(rows)["request_outcome"] == "W"
    assert one(rows, as_of=date(2026, 2, 1))["request_outcome"] == "A"


def test_what_the_latest_return_no_longer_has_below_a_request_is_gone():
    rows = told(
        requests=[YEAR_BEFORE, {}],
        reviews=[YEAR_BEFORE | {"review_decision": date(2024, 12, 2)}, {"pupil_id": "ben", "request": "q9"}],
    )
    assert one(rows)["last_review"] is None


def test_until_a_table_of_the_latest_return_has_come_the_return_before_is_believed():
    """A plan does not vanish for a night because the plans came a day after the requests."""
    plan = {"start_date": date(2024, 6, 3), "request": "old id"}
    rows = told(
        requests=[YEAR_BEFORE | {"request": "old id"}, {}],
        spells=[plan | YEAR_BEFORE, {"start_date": date(2024, 6, 3), "ceased_on": date(2025, 12, 1), "known_on": date(2026, 1, 20)}],
    )  # fmt: skip
    assert one(rows, as_of=date(2026, 1, 19))["stage"] == "plan_in_force"
    assert one(rows, as_of=date(2026, 1, 20))["stage"] == "plan_ceased"


def test_what_was_decided_in_an_earlier_year_is_known_from_the_return_that_told():
    """A year later the return says only that it was decided before, and the plan has been amended since."""
    rows = told(
        requests=[{"decided_on": date(2025, 4, 7)}, {"request_outcome": "H", "stated_on": date(2027, 1, 21)}],
        assessments=[{"assessed_on": AT_20_WEEKS}, {"assessment_outcome": "H", "has_exception": None, "stated_on": date(2027, 1, 21)}],
        spells=[{}, {"start_date": date(2026, 10, 5), "stated_on": date(2027, 1, 21)}],
    )  # fmt: skip
    it = one(rows)
    assert (it["request_outcome"], it["decided_on"], it["decided_in_6_weeks"]) == ("Y", date(2025, 4, 7), True)
    assert (it["issued_on"], it["weeks_to_plan"], it["within_20_weeks_less_exceptions"]) == (AT_20_WEEKS, 20, True)
    assert it["plan_start"] == date(2026, 10, 5)


def test_a_day_of_receipt_corrected_within_a_return_leaves_one_request_with_all_that_hangs_from_it():
    """The table of requests was sent again; the plans below it were not."""
    corrected = {"received_on": date(2025, 3, 10), "known_on": date(2026, 1, 22)}
    rows = told(requests=[{}, corrected], assessments={}, spells={})
    assert plans(rows, as_of=None).height == 1
    assert (one(rows)["received_on"], one(rows)["weeks_to_plan"]) == (date(2025, 3, 10), 19)
    assert one(rows, as_of=REFERENCE_DAY)["weeks_to_plan"] == 20


def test_what_was_corrected_within_a_return_is_as_it_was_sent_last():
    """Also where it was larger before; and the day we learned of it is the day that came."""
    corrected = {"start_date": date(2025, 6, 2), "known_on": date(2026, 1, 22)}
    it = one(told(requests={}, assessments={}, spells=[{}, corrected]))
    assert (it["plan_start"], it["known_on"]) == (date(2025, 6, 2), date(2026, 1, 22))


def test_days_that_run_backwards_are_not_timed():
    """A receipt corrected to a day after the decision: one of the two is wrong, and nobody knows which."""
    it = one(told(requests={"decided_on": date(2025, 2, 28)}, spells={"start_date": date(2025, 2, 28)}))
    assert (it["weeks_to_decision"], it["decided_in_6_weeks"]) == (None, None)
    assert (it["weeks_to_plan"], it["within_20_weeks"]) == (None, None)


def test_two_requests_of_one_child_are_two_and_each_has_its_own_end():
    refused = {"received_on": date(2024, 9, 2), "request_outcome": "N", "request": "q0"}
    it = plans(told(requests=[refused, {}], assessments={}, spells={}), as_of=None)
    assert it.select("received_on", "stage").rows() == [(date(2024, 9, 2), "refused"), (RECEIVED, "plan_in_force")]


def test_requests_whose_day_is_not_said_are_one_to_a_child():
    long_ago = {"received_on": None, "request_outcome": "H"}
    rows = told(requests=[long_ago, long_ago | {"request": "q2"}, long_ago | {"pupil_id": "ben"}], spells={})
    it = plans(rows, as_of=None)
    assert it.select("pupil_id", "received_on", "weeks_to_plan").rows() == [("amira", None, None), ("ben", None, None)]
    assert it["stage"][0] == "plan_in_force"


def test_only_what_the_latest_return_has_is_known_to_be_so_still():
    rows = told(requests=[YEAR_BEFORE | {"pupil_id": "ben", "request_outcome": "A"}, {}])
    assert dict(plans(rows, as_of=None).select("pupil_id", "is_latest").rows()) == {"amira": True, "ben": False}


def test_neither_the_order_of_rows_nor_a_row_sent_twice_changes_anything():
    every = [
        YEAR_BEFORE,
        {},
        {"decided_on": date(2025, 4, 1), "known_on": date(2026, 1, 20)},
        {"decided_on": date(2025, 4, 2), "known_on": date(2026, 1, 20)},
    ]
    spells = [{}, {"start_date": date(2025, 6, 2)}, {"start_date": date(2025, 6, 2), "ceased_on": date(2025, 12, 1)}]
    expected = plans(told(requests=every, spells=spells), as_of=None)
    for order in permutations(every):
        again = told(requests=[*order, order[0]], spells=spells[::-1])
        assert plans(again, as_of=None).equals(expected)


def test_of_nothing_there_is_nothing_to_say():
    assert plans({}, as_of=None).equals(PLANS.empty)
    assert plans(told(spells={}), as_of=REFERENCE_DAY).is_empty()


def test_a_row_with_no_request_of_its_return_known_tells_nothing():
    """Known as of a day before its request was, in a history taken in afterwards."""
    later = told(requests={"known_on": date(2026, 3, 2)}, spells={"request": "another"})
    assert one(later)["plan_start"] is None
