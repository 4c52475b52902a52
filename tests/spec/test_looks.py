"""Who was found worth a look this school year, who was looked at, who waits: drawn as pupils, on both sides of each line."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.flow import NOT_KNOWN, flow, places
from pipeline.steps.looked_at import NOTHING_BEFORE, Before
from pipeline.steps.looks import answers, pupil_looks, with_weekdays
from pipeline.tables.feedback import DECISIONS, OUTCOMES
from pipeline.vocabulary.feedback import ALREADY_MET, COULD_NOT_REACH, LOOK_INTO_IT, NOT_NEEDED, OTHER_CAUSE, SNOOZE
from tests.drawn import drawn

ASH, BIRCH, CEDAR = 100001, 100002, 100003
MONDAY = date(2025, 9, 8)
AS_OF = date(2025, 10, 17)  # a Friday, the 30th school day of Ash

TRIAGE = {"pupil_id": pl.String, "urn": pl.Int32, "outcome": pl.String}
SUPPORT = {"pupil_id": pl.String, "on_file": pl.Boolean}
FOUND = {"pupil_id": pl.String, "first_on": pl.Date}
SCHOOLS = pl.DataFrame(
    {"urn": [ASH, BIRCH, CEDAR], "phase": ["Secondary", "Primary", "Primary"], "area": ["North", "North", None]},
    schema_overrides={"urn": pl.Int32},
)


def school_days(*urns: int, to: date = AS_OF) -> pl.DataFrame:
    days = (MONDAY + timedelta(days=n) for n in range((to - MONDAY).days + 1))
    open_on = [day for day in days if day.weekday() < 5]
    rows = [(urn, day) for urn in urns for day in open_on]
    return pl.DataFrame(rows, schema={"urn": pl.Int32, "date": pl.Date}, orient="row")


def school_day(number: int) -> date:
    """The day of that number at each school, from 1."""
    return MONDAY + timedelta(days=7 * ((number - 1) // 5) + (number - 1) % 5)


def decisions(*told: tuple) -> pl.DataFrame:
    """Each pupil, decision, day it was made; and the day it was learned, and the list it was made on, where a test says."""
    rows = [
        _of_a_pupil(number, pupil, known_on=rest[0] if rest else on, list_as_of=rest[1] if len(rest) > 1 else MONDAY)
        | {"decision": decision, "decided_on": on}
        for number, (pupil, decision, on, *rest) in enumerate(told)
    ]
    return pl.DataFrame(rows, schema=DECISIONS.schema)


def outcomes(*told: tuple) -> pl.DataFrame:
    rows = [
        _of_a_pupil(number, pupil, known_on=rest[0] if rest else on, list_as_of=MONDAY)
        | {"outcome": found, "outcome_on": on}
        for number, (pupil, found, on, *rest) in enumerate(told)
    ]
    return pl.DataFrame(rows, schema=OUTCOMES.schema)


def _of_a_pupil(number: int, pupil: str, **days) -> dict:
    return {"return_key": "r", "sheet": "Review list", "row_number": number, "pupil_id": pupil, "urn": ASH} | days


def before(*decided: tuple, found: tuple = ()) -> Before:
    return replace(NOTHING_BEFORE, decisions=decisions(*decided), outcomes=outcomes(*found))


def looks(triage: str, *, found: str = "", on_file: tuple[str, ...] = (), told: Before = NOTHING_BEFORE, days=None):
    here = drawn(triage, TRIAGE)
    earlier = drawn(found, FOUND) if found else pl.DataFrame(schema=FOUND)
    support = here.select("pupil_id", on_file=pl.col("pupil_id").is_in(on_file))
    every = school_days(ASH, BIRCH) if days is None else days
    return pupil_looks(here, support, earlier, answers(told, as_of=AS_OF), every, as_of=AS_OF)


def one(frame: pl.DataFrame, pupil: str = "amira") -> dict:
    return frame.filter(pupil_id=pupil).row(0, named=True)


ON_THE_LIST = """
    pupil_id | urn    | outcome
    ---------+--------+--------
    amira    | 100001 | listed
"""


# Found worth a look


@pytest.mark.parametrize("outcome, is_flagged", [
    ("listed", True), ("eligible_not_listed", True), ("already_known", False), ("snoozed", False), ("history_needed", False),
    ("not_eligible", False), ("cannot_be_judged", False),
])  # fmt: skip
def test_whoever_is_worth_a_look_today_is_flagged_with_a_place_or_without(outcome, is_flagged):
    assert bool(looks(ON_THE_LIST.replace("listed", outcome)).height) is is_flagged


def test_whoever_was_found_worth_a_look_on_any_day_stays_flagged_and_whoever_left_the_roll_does_not():
    told = looks(
        """
        pupil_id | urn    | outcome
        ---------+--------+-------------
        amira    | 100001 | not_eligible
        bede     | 100001 | not_eligible
        """,
        found="""
        pupil_id | first_on
        ---------+-----------
        amira    | 2025-09-15
        gone     | 2025-09-15
        """,
    )
    assert told["pupil_id"].to_list() == ["amira"]
    assert (one(told)["unmet"], one(told)["looked_at"]) == (False, False)


# Looked at


@pytest.mark.parametrize("decision, is_a_look", [
    (LOOK_INTO_IT, True), (ALREADY_MET, True), (OTHER_CAUSE, True), (NOT_NEEDED, True), (COULD_NOT_REACH, False), (SNOOZE, False),
])  # fmt: skip
def test_a_decision_is_a_look_unless_nobody_was_reached_or_it_was_put_off(decision, is_a_look):
    told = one(looks(ON_THE_LIST, told=before(("amira", decision, school_day(3)))))
    assert (told["looked_at"], told["unmet"]) == (is_a_look, not is_a_look)


@pytest.mark.parametrize("on, counts", [
    (date(2025, 8, 1), True), (date(2025, 7, 31), False), (AS_OF, True), (AS_OF + timedelta(days=1), False),
])  # fmt: skip
def test_a_look_is_of_this_school_year_and_no_later_than_the_day(on, counts):
    assert one(looks(ON_THE_LIST, told=before(("amira", NOT_NEEDED, on))))["looked_at"] is counts
    assert one(looks(ON_THE_LIST, told=before(found=(("amira", "none", on),))))["looked_at"] is counts


@pytest.mark.parametrize("known_on, counts", [(AS_OF, True), (AS_OF + timedelta(days=1), False)])
def test_what_came_back_later_is_not_known_yet(known_on, counts):
    told = before(("amira", NOT_NEEDED, MONDAY, known_on), found=(("bede", "none", MONDAY, known_on),))
    assert set(answers(told, as_of=AS_OF)["pupil_id"]) == ({"amira", "bede"} if counts else set())


@pytest.mark.parametrize("found", ["need found", "known", "none"])
def test_whoever_tells_what_was_found_has_looked_though_no_decision_says_so(found):
    told = one(
        looks(ON_THE_LIST, told=before(("amira", COULD_NOT_REACH, MONDAY), found=(("amira", found, school_day(4)),)))
    )
    assert (told["looked_at"], told["need_found"]) == (True, found != "none")


def test_of_several_answers_the_last_counts_and_the_first_look_is_the_day():
    told = before(
        *(("amira", said, on, on, on) for said, on in (
            (SNOOZE, school_day(1)), (LOOK_INTO_IT, school_day(3)), (NOT_NEEDED, school_day(9)),
        )),  # each of another list
        found=(("amira", "need found", school_day(5)), ("amira", "none", school_day(10))),
    )  # fmt: skip
    assert one(answers(told, as_of=AS_OF)) == {
        "pupil_id": "amira", "decision": NOT_NEEDED, "outcome": "none", "looked_on": school_day(3),
    }  # fmt: skip


def test_a_later_answer_to_the_same_list_corrects_the_first_and_the_day_of_the_look_with_it():
    told = before(("amira", LOOK_INTO_IT, school_day(3)), ("amira", NOT_NEEDED, school_day(9)))
    assert one(answers(told, as_of=AS_OF))["looked_on"] == school_day(9)


def test_of_two_decisions_of_one_day_the_later_learned_counts_in_whichever_order_they_lie():
    rows = [("amira", NOT_NEEDED, MONDAY, school_day(4)), ("amira", ALREADY_MET, MONDAY, school_day(5))]
    assert {one(answers(before(*order), as_of=AS_OF))["decision"] for order in (rows, rows[::-1])} == {ALREADY_MET}


# Need found, need met


@pytest.mark.parametrize("decided, found, on_file, is_met", [
    (ALREADY_MET, None, False, True),
    (LOOK_INTO_IT, None, True, False),
    (LOOK_INTO_IT, "need found", True, True),
    (LOOK_INTO_IT, "need found", False, False),
    (LOOK_INTO_IT, "known", True, True),
    (LOOK_INTO_IT, "none", True, False),
    (NOT_NEEDED, None, True, False),
])  # fmt: skip
def test_a_need_is_met_where_it_was_already_or_support_is_on_file_for_what_was_found(decided, found, on_file, is_met):
    told = before(("amira", decided, MONDAY), found=(("amira", found, school_day(5)),) if found else ())
    assert one(looks(ON_THE_LIST, told=told, on_file=("amira",) if on_file else ()))["need_met"] is is_met


def test_what_was_already_met_and_is_to_be_looked_into_again_is_not_met():
    told = before(("amira", ALREADY_MET, MONDAY), ("amira", LOOK_INTO_IT, school_day(5)))
    assert one(looks(ON_THE_LIST, told=told))["need_met"] is False


# Days


@pytest.mark.parametrize("number, is_waiting", [(30 - 11, True), (30 - 10, False)])
def test_more_than_ten_school_days_after_being_found_worth_a_look_a_pupil_waits(number, is_waiting):
    found = f"pupil_id | first_on\n-\namira | {school_day(number)}"
    assert one(looks(ON_THE_LIST, found=found))["waiting"] is is_waiting
    assert one(looks(ON_THE_LIST, found=found, told=before(("amira", NOT_NEEDED, AS_OF))))["waiting"] is False


def test_days_on_which_the_school_was_shut_are_not_waited():
    found = f"pupil_id | first_on\n-\namira | {MONDAY}"
    shut = school_days(ASH).filter(pl.col("date") < school_day(11))
    assert one(looks(ON_THE_LIST, found=found, days=shut))["waiting"] is False
    assert one(looks(ON_THE_LIST, found=found, days=school_days(ASH)))["waiting"] is True


def test_a_pupil_no_longer_worth_a_look_waits_for_none():
    found = f"pupil_id | first_on\n-\namira | {MONDAY}"
    assert one(looks(ON_THE_LIST.replace("listed", "not_eligible"), found=found))["waiting"] is False


@pytest.mark.parametrize("looked, days", [(4, 0), (5, 1), (12, 8), (1, 0)])
def test_days_to_a_look_are_school_days_after_the_day_a_pupil_was_found_and_none_where_it_came_before(looked, days):
    found = f"pupil_id | first_on\n-\namira | {school_day(4)}"
    assert (
        one(looks(ON_THE_LIST, found=found, told=before(("amira", NOT_NEEDED, school_day(looked)))))["days_to_look"]
        == days
    )


def test_a_weekend_is_no_school_day_and_whoever_was_not_looked_at_has_no_days():
    found = f"pupil_id | first_on\n-\namira | {school_day(5)}"
    saturday = school_day(5) + timedelta(days=1)
    assert one(looks(ON_THE_LIST, found=found, told=before(("amira", NOT_NEEDED, saturday))))["days_to_look"] == 0
    assert one(looks(ON_THE_LIST, found=found))["days_to_look"] is None


def test_a_school_without_a_register_has_the_weekdays_of_term_and_one_with_has_its_own():
    days = with_weekdays(school_days(ASH, to=school_day(3)), pl.Series([ASH, CEDAR]), as_of=AS_OF)
    assert days.filter(urn=ASH)["date"].to_list() == [school_day(1), school_day(2), school_day(3)]
    of_cedar = days.filter(urn=CEDAR)["date"]
    assert (of_cedar.max(), of_cedar.dt.weekday().max()) == (AS_OF, 5)
    assert of_cedar.min() >= date(2025, 9, 1)


def test_a_register_of_last_year_tells_no_day_of_this_one():
    of_last_year = school_days(ASH).with_columns(pl.col("date") - timedelta(days=364))
    assert with_weekdays(of_last_year, pl.Series([ASH]), as_of=AS_OF)["date"].max() == AS_OF
    both = pl.concat([of_last_year, school_days(ASH, to=school_day(2))])
    assert with_weekdays(both, pl.Series([ASH]), as_of=AS_OF)["date"].to_list() == [school_day(1), school_day(2)]


# Counted by place

PUPILS = """
    pupil_id | urn    | outcome
    ---------+--------+---------------------
    amira    | 100001 | listed
    bede     | 100001 | eligible_not_listed
    cato     | 100001 | already_known
    dara     | 100002 | listed
    eden     | 100002 | not_eligible
    farah    | 100004 | eligible_not_listed
"""
FOUND_IN_SEPTEMBER = f"""
    pupil_id | first_on
    ---------+-----------
    bede     | {school_day(2)}
    cato     | {school_day(2)}
    dara     | {school_day(2)}
"""
ANSWERED = before(
    ("cato", ALREADY_MET, school_day(6)),
    ("dara", LOOK_INTO_IT, school_day(3)),
    found=(("dara", "need found", school_day(9)),),
)


@pytest.fixture
def counted() -> pl.DataFrame:
    told = looks(PUPILS, found=FOUND_IN_SEPTEMBER, told=ANSWERED)
    return flow(told, places(SCHOOLS, drawn(PUPILS, TRIAGE)))


COUNTS = ("flagged", "looked_at", "need_found", "need_met", "unmet", "waiting", "median_days_to_look")


@pytest.mark.parametrize("place, numbers", [
    ({"scope": "school", "urn": ASH, "phase": "Secondary"}, (3, 1, 0, 1, 2, 1, 4.0)),
    ({"scope": "school", "urn": BIRCH, "phase": "Primary"}, (1, 1, 1, 0, 0, 0, 1.0)),
    ({"scope": "school", "urn": CEDAR, "phase": "Primary"}, (0, 0, 0, 0, 0, 0, None)),
    ({"scope": "school", "urn": 100004, "phase": "Not known"}, (1, 0, 0, 0, 1, 0, None)),
    ({"scope": "area", "area": "North"}, (4, 2, 1, 1, 2, 1, 2.5)),
    ({"scope": "area", "area": NOT_KNOWN}, (1, 0, 0, 0, 1, 0, None)),
    ({"scope": "phase", "phase": "Primary"}, (1, 1, 1, 0, 0, 0, 1.0)),
    ({"scope": "home"}, (5, 2, 1, 1, 3, 1, 2.5)),
])  # fmt: skip
def test_flow_is_counted_by_school_area_phase_and_home(counted, place, numbers):
    told = counted.filter(**place).row(0, named=True)
    assert tuple(told[name] for name in COUNTS) == numbers
    assert {name for name in ("area", "phase", "urn") if told[name] is not None} == set(place) - {"scope"}


def test_a_row_is_a_place_and_no_place_is_left_out(counted):
    assert counted.group_by("scope").len().sort("scope").rows() == [
        ("area", 2),
        ("home", 1),
        ("phase", 3),
        ("school", 4),
    ]


def test_where_nobody_said_an_area_all_is_of_an_area_not_known():
    at = places(SCHOOLS.drop("area"), drawn(PUPILS, TRIAGE))
    told = flow(looks(PUPILS), at).filter(scope="area")
    assert told.select("area", "flagged").rows() == [(NOT_KNOWN, 4)]


def test_the_order_of_rows_changes_nothing(counted):
    told = looks(
        "\n".join([*PUPILS.splitlines()[:3], *PUPILS.splitlines()[:2:-1]]), found=FOUND_IN_SEPTEMBER, told=ANSWERED
    )
    again = flow(told.reverse(), places(SCHOOLS.reverse(), drawn(PUPILS, TRIAGE).reverse()))
    assert again.equals(counted)
