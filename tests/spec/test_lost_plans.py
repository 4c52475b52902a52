"""Plans and requests past a day the law sets, as the latest return states them; and what leads on from 16 and 17."""

from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.tables.derived import PUPIL_SIGNALS
from pipeline.tables.staged import SUPPORT_AND_REVIEWS
from pipeline.tables.staged_destinations import POST16_OFFERS
from pipeline.vocabulary.lost import KIND

from .lost_drawn import ALL, AS_OF, ASH, found, of_kind, plans, rows_of

UNDECIDED, LATE, EXCEPTED = "decision_past_6_weeks", "plan_past_20_weeks", "plan_past_20_weeks_with_exception"
REVIEW, TRANSFER, PATHWAY = "plan_review_past_12_months", "phase_transfer_past_due", "plan_at_17_without_pathway"
OFFER = "year_11_without_offer"
ROLL = "pupil_id | urn | entry_date\n-\njuno | 100001 | 2024-09-02"


def waiting(days: int, stage: str = "being_assessed", **said) -> pl.DataFrame:
    """A request that had waited for so many days on the day of the return."""
    return plans({"pupil_id": "juno", "stage": stage, "received_on": AS_OF - timedelta(days=days), "weeks_waiting": days / 7} | said)  # fmt: skip


# Requests


@pytest.mark.parametrize("stage", ["requested", "being_assessed", "plan_to_come"])
def test_a_plan_is_past_twenty_weeks_on_day_141_and_not_on_day_140(stage):
    told = of_kind(LATE, ROLL, plans=waiting(141, stage))["juno"]
    assert (told["urn"], told["since"], told["calendar_days"]) == (ASH, AS_OF - timedelta(days=141), 141)
    assert of_kind(LATE, ROLL, plans=waiting(140, stage)) == {}


def test_what_is_said_of_it_are_both_days_and_whether_an_exception_is_on_record():
    told = of_kind(LATE, ROLL, plans=waiting(150, has_exception=False))["juno"]
    assert told["says"] == (
        "A plan was asked for on 20 May 2025. By 17 October 2025, the day of the latest return, 150 days (21 whole weeks) had "
        "passed, of 140: the assessment is under way; no exception is on record."
    )
    assert of_kind(LATE, ROLL, plans=waiting(150))["juno"]["says"].endswith(
        "whether an exception applies was not said."
    )


def test_with_an_exception_it_is_another_kind():
    excepted = waiting(150, has_exception=True)
    assert of_kind(LATE, ROLL, plans=excepted) == {}
    assert "an exception to the twenty weeks is on record" in of_kind(EXCEPTED, ROLL, plans=excepted)["juno"]["says"]
    assert of_kind(EXCEPTED, ROLL, plans=waiting(140, has_exception=True)) == {}


@pytest.mark.parametrize("days, is_late", [(42, False), (43, True), (140, True), (141, False)])
def test_a_request_undecided_past_six_weeks_has_its_own_line_until_it_is_past_twenty(days, is_late):
    assert bool(of_kind(UNDECIDED, ROLL, plans=waiting(days, "requested"))) == is_late


def test_a_request_decided_in_time_waits_for_a_plan_and_no_decision():
    assert of_kind(UNDECIDED, ROLL, plans=waiting(100, "being_assessed")) == {}


@pytest.mark.parametrize("said", [{"stage": "refused"}, {"stage": "plan_in_force"}, {"is_latest": False}, {"weeks_waiting": None}])  # fmt: skip
def test_what_is_over_or_no_longer_mentioned_or_not_timed_waits_for_nobody(said):
    assert of_kind(LATE, ROLL, plans=waiting(200, **said)) == {}


def test_after_the_day_of_the_return_nobody_here_knows_so_days_run_to_that_day():
    """In January it had waited for 130 days; whether the plan came since, no return has said."""
    stated = AS_OF - timedelta(days=60)
    assert found(ROLL, plans=waiting(190, stated_on=stated)).rows.is_empty()
    assert of_kind(LATE, ROLL, plans=waiting(201, stated_on=stated))["juno"]["calendar_days"] == 141


def test_of_two_requests_the_one_that_has_waited_longest_is_told():
    both = pl.concat([waiting(150), waiting(160)])
    for order in (both, both.reverse()):
        assert of_kind(LATE, ROLL, plans=order)["juno"]["calendar_days"] == 160


def test_a_child_at_no_school_here_has_no_school():
    assert of_kind(LATE, plans=waiting(150))["juno"]["urn"] is None


# Reviews and transfers


def plan(**said) -> pl.DataFrame:
    return plans({"pupil_id": "juno", "plan_start": date(2024, 1, 22)} | said)


def due(day: date, **said) -> pl.DataFrame:
    return plan(next_review_due=day, last_review=date(day.year - 1, day.month, day.day), **said)


def test_a_review_due_the_day_before_the_return_is_late_and_one_due_on_its_day_is_not():
    told = of_kind(REVIEW, ROLL, plans=due(date(2025, 10, 16)))["juno"]
    assert (told["since"], told["calendar_days"]) == (date(2025, 10, 16), 1)
    assert told["says"] == (
        "Last reviewed on 16 October 2024. The plan's review was due by 16 October 2025, 1 day before 17 October 2025, the day "
        "of the latest return."
    )
    assert of_kind(REVIEW, ROLL, plans=due(AS_OF)) == {}


def test_a_review_that_fell_due_since_the_return_may_have_been_held():
    told = due(date(2025, 9, 1), stated_on=date(2025, 8, 1))
    assert found(ROLL, plans=told).rows.is_empty()
    assert of_kind(REVIEW, ROLL, plans=told.with_columns(stated_on=date(2025, 9, 2)))


def reviewed(day: date) -> dict[str, pl.DataFrame]:
    return {
        "reviews": rows_of(
            SUPPORT_AND_REVIEWS, {"pupil_id": "juno", "urn": ASH, "kind": "ehc_plan", "last_review": day}
        )
    }


def test_a_school_that_tells_of_a_review_within_twelve_months_is_believed():
    late = due(date(2025, 5, 1))
    assert of_kind(REVIEW, ROLL, plans=late, **reviewed(date(2024, 10, 17))) == {}
    assert of_kind(REVIEW, ROLL, plans=late, **reviewed(date(2024, 10, 16)))


def transfer(due_on: date, stated_on: date, done_on: date | None = None) -> dict[str, dict]:
    told = plan(phase_transfer_due=due_on, phase_transferred_on=done_on, stated_on=stated_on)
    return of_kind(TRANSFER, ROLL, plans=told, as_of=stated_on)


@pytest.mark.parametrize("due_on", [date(2026, 2, 15), date(2026, 3, 31)])
def test_a_transfer_is_late_the_day_after_15_february_or_31_march(due_on):
    told = transfer(due_on, due_on + timedelta(days=1))["juno"]
    assert (told["since"], told["calendar_days"]) == (due_on, 1)
    assert transfer(due_on, due_on) == {}


def test_a_transfer_made_late_is_made_and_one_to_be_made_after_the_return_is_not():
    due_on, stated = date(2026, 2, 15), date(2026, 3, 20)
    assert transfer(due_on, stated, done_on=stated) == {}
    assert transfer(due_on, stated, done_on=stated + timedelta(days=1))


@pytest.mark.parametrize("kind", [UNDECIDED, LATE, EXCEPTED, REVIEW, TRANSFER, PATHWAY])
def test_where_no_return_of_plans_ever_came_none_of_these_can_be_judged(kind):
    lost = found(sent=frozenset(feed for feed in ALL if not feed.startswith("plan_")))
    assert lost.cannot[kind] == "Cannot be judged: no return of plans (SEN2) has been sent."


def test_a_return_without_its_table_of_reviews_tells_of_requests_and_of_no_review():
    lost = found(sent=ALL - {"plan_reviews"})
    assert lost.cannot[REVIEW] == "Cannot be judged: no return of plans (SEN2) that tells of reviews has been sent."
    assert LATE not in lost.cannot


# What fell due since the return

JANUARY, JUNE = date(2026, 1, 15), date(2026, 6, 30)
IN_FEBRUARY = {"phase_transfer_due": date(2026, 2, 15), "next_review_due": date(2026, 2, 1)}


def since_january(*plans_told: pl.DataFrame, as_of: date = JUNE, rolls: str = ROLL, **known):
    told = pl.concat([one.with_columns(stated_on=JANUARY) for one in plans_told])
    return found(rolls, plans=told, as_of=as_of, **known)


@pytest.mark.parametrize("kind", [REVIEW, TRANSFER])
def test_of_what_fell_due_after_the_return_alone_no_nought_is_told(kind):
    lost = since_january(plan(**IN_FEBRUARY))
    assert lost.rows.filter(kind=kind).is_empty()
    assert lost.cannot[kind] == (
        "Cannot be judged: it fell due after 15 January 2026, the day of the latest return, and a newer one will tell."
    )


@pytest.mark.parametrize(
    "kind, due, tells", [(REVIEW, "next_review_due", True), (TRANSFER, "phase_transfer_due", True), (REVIEW, "phase_transfer_due", False)]
)  # fmt: skip
def test_it_is_unknown_from_the_day_after_it_was_due_and_from_the_day_of_the_return_on(kind, due, tells):
    day = IN_FEBRUARY[due]
    assert (kind in since_january(plan(**{due: day}), as_of=day + timedelta(days=1)).cannot) == tells
    assert kind not in since_january(plan(**{due: day}), as_of=day).cannot
    assert (kind in since_january(plan(**{due: JANUARY})).cannot) == tells
    assert kind not in since_january(plan(**{due: JANUARY - timedelta(days=1)})).cannot


@pytest.mark.parametrize(
    "kind, stage, excepted, limit",
    [(UNDECIDED, "requested", False, 42), (LATE, "being_assessed", False, 140), (EXCEPTED, "plan_to_come", True, 140)],
)
def test_a_request_that_had_not_waited_so_long_by_the_return_may_be_waiting_still(kind, stage, excepted, limit):
    """It waits from the day before the return at the latest; six and twenty weeks pass in spring."""
    asked = JANUARY - timedelta(days=10)
    told = waiting(0, stage, has_exception=excepted, received_on=asked, weeks_waiting=10 / 7)
    assert kind in since_january(told, as_of=asked + timedelta(days=limit + 1)).cannot
    assert kind not in since_january(told, as_of=asked + timedelta(days=limit)).cannot


@pytest.mark.parametrize("said", [{"stage": "plan_ceased"}, {"is_latest": False}])
def test_what_was_over_by_the_return_fell_due_for_nobody(said):
    assert not {REVIEW, TRANSFER} & since_january(plan(**IN_FEBRUARY, **said)).cannot.keys()


def test_a_review_that_a_school_tells_of_since_is_known():
    on_file = reviewed(date(2026, 3, 2))
    assert REVIEW not in since_january(plan(**IN_FEBRUARY), **on_file).cannot
    assert TRANSFER in since_january(plan(**IN_FEBRUARY), **on_file).cannot


def test_where_one_was_late_by_the_return_the_count_holds_and_says_what_it_does_not_tell_of():
    rolls = f"{ROLL}\nkit | 100001 | 2024-09-02"
    late = plan(pupil_id="kit", next_review_due=date(2025, 12, 1))
    lost = since_january(plan(**IN_FEBRUARY), late, rolls=rolls)
    assert REVIEW not in lost.cannot and lost.rows.filter(kind=REVIEW)["pupil_id"].to_list() == ["kit"]
    assert lost.line(KIND[REVIEW]).endswith(
        "Something fell due after 15 January 2026, the day of the latest return. It cannot be judged until a newer one comes."
    )
    assert lost.line(KIND[LATE]) == KIND[LATE].line(lost.words)


def test_a_transfer_made_this_year_by_the_return_is_judged_and_one_of_the_year_before_is_another_round():
    rolls = f"{ROLL}\nkit | 100001 | 2024-09-02"
    for due_on, is_judged in ((date(2025, 9, 1), True), (date(2025, 2, 15), False)):
        made = plan(pupil_id="kit", phase_transfer_due=due_on, phase_transferred_on=due_on)
        lost = since_january(plan(**IN_FEBRUARY), made, rolls=rolls)
        assert (TRANSFER not in lost.cannot) == is_judged


# Seventeen


def adult(age: int, year: str = "13", left: str = "", **known) -> dict[str, dict]:
    rolls = f"pupil_id | urn | entry_date | leaving_date | nc_year | age_at_31_august\n-\njuno | 100001 | 2019-09-02 | {left} | {year} | {age}"  # fmt: skip
    return of_kind(PATHWAY, rolls, plans=known.pop("plans", plan()), **known)


def test_seventeen_when_the_year_began_with_a_plan_that_leads_to_no_place_and_sixteen_is_not_seventeen():
    told = adult(17)["juno"]
    assert told["says"] == (
        "Was 17 on 31 August 2025. By 17 October 2025, the day of the latest return, the plan of 22 January 2024 named no place for "
        "after Year 11, and none was attended under it since; no offer made since Year 11 began is held."
    )
    assert adult(16) == {}


def test_whoever_left_a_roll_last_year_is_a_year_older_now():
    assert adult(16, year="12", left="2025-07-22")
    assert adult(15, year="11", left="2025-07-22") == {}


LAST_OF_YEAR_11, AFTER_IT = date(2024, 7, 31), date(2024, 8, 1)
"""Of whoever was 17 on 31 August 2025: their Year 11 began in August 2023."""


@pytest.mark.parametrize("place", [{"attended_urn": 149999}, {"attended_setting": "OLA"}])
def test_a_place_attended_after_year_11_stands_for_a_way_on_and_the_one_attended_in_it_does_not(place):
    assert adult(17, plans=plan(**place)) == {}
    assert adult(17, plans=plan(**place, stated_on=AFTER_IT)) == {}
    assert adult(17, plans=plan(**place, stated_on=LAST_OF_YEAR_11))
    assert adult(18, plans=plan(**place, stated_on=LAST_OF_YEAR_11)) == {}, "whose Year 11 was the year before"


@pytest.mark.parametrize("place", [{"named_urn": 149999}, {"named_setting": "OTH"}])
def test_a_place_named_stands_for_one_where_the_plan_is_of_after_year_11_or_was_changed_for_the_next_phase(place):
    assert adult(17, plans=plan(**place)), "it may be the school until Year 11"
    assert adult(17, plans=plan(**place, plan_start=None))
    assert adult(17, plans=plan(**place, plan_start=LAST_OF_YEAR_11))
    assert adult(17, plans=plan(**place, plan_start=AFTER_IT)) == {}
    assert adult(17, plans=plan(**place, phase_transferred_on=date(2024, 3, 28))) == {}
    assert adult(17, plans=plan(**place, phase_transferred_on=date(2023, 8, 1))) == {}
    assert adult(17, plans=plan(**place, phase_transferred_on=date(2023, 7, 31))), "into another phase, before Year 11"
    assert adult(17, plans=plan(phase_transferred_on=date(2024, 3, 28))), "changed, and names none"


@pytest.mark.parametrize("setting", ["NEET", "NIEC", "NIEO"])
def test_a_setting_that_says_there_is_none_is_no_place(setting):
    assert adult(17, plans=plan(named_setting=setting, attended_setting=setting))


def offered(day: date) -> pl.DataFrame:
    return rows_of(POST16_OFFERS, {"pupil_id": "juno", "urn": ASH, "offer_date": day, "provider": "named"})


@pytest.mark.parametrize("day, is_told", [
    (date(2023, 7, 31), True), (date(2023, 8, 1), False), (date(2024, 3, 1), False), (AS_OF, False), (date(2025, 10, 18), True),
])  # fmt: skip
def test_an_offer_made_since_year_11_began_stands_for_a_way_on(day, is_told):
    assert bool(adult(17, offers=offered(day))) == is_told


def test_what_stands_for_a_way_on_is_said_on_the_board():
    line = KIND[PATHWAY].happened
    for told in ("A place attended under the plan", "A place named in a plan", "An offer made since Year 11 began"):
        assert told in line


def test_whose_age_no_roll_tells_nothing_is_said_of():
    assert of_kind(PATHWAY, plans=plan()) == {}


# Year 11

YEAR_11 = "pupil_id | urn | entry_date | nc_year | age_at_31_august\n-\njuno | 100001 | 2021-09-02 | 11 | 15"
BY = date(2026, 2, 1)


def leaver(codes: str, as_of: date = BY, roll: str = YEAR_11, **known) -> dict[str, dict]:
    return of_kind(OFFER, roll, {("juno", ASH): codes}, as_of=as_of, **known)


ABSENT, PRESENT = "I " * 10 + "/ " * 90, "/ " * 100


def test_on_1_february_a_persistent_absentee_of_year_11_without_an_offer_is_told_and_the_day_before_is_not():
    told = leaver(ABSENT)["juno"]
    assert (told["urn"], told["since"], told["calendar_days"]) == (ASH, BY, 0)
    assert told["says"].startswith(
        "In Year 11, and no offer of a place after it is held. Absent for 20 of 200 sessions (10.0%)"
    )
    assert told["says"].count("Absent for ") == 1
    assert leaver(ABSENT, as_of=date(2026, 1, 31)) == {}


def test_a_year_11_pupil_of_whom_nothing_is_raised_is_not_told():
    assert leaver(PRESENT) == {}


def raised(*names: str) -> pl.DataFrame:
    """Signals raised of Juno, each with a sentence of its own."""
    rows = [(BY, "juno", ASH, name, True, 1, f"So says {name}.") for name in names]
    columns = ("as_of", "pupil_id", "urn", "signal", "raised", "points", "reason")
    return PUPIL_SIGNALS.conform(pl.DataFrame(rows, schema=columns, orient="row").cast({"urn": pl.Int32}))


@pytest.mark.parametrize(
    "signal, is_told",
    [
        ("persistent_absence", True), ("severe_absence", True), ("absent_and_never_looked_at", True),
        ("long_or_repeated_illness", True), ("part_time_timetable", True), ("part_time_past_six_weeks", True),
        ("any_suspension", True), ("lateness", False), ("worse_than_last_year", False), ("moved_school", False),
    ],
)  # fmt: skip
def test_absence_illness_part_time_and_suspension_are_reasons_and_no_other_signal_is(signal, is_told):
    told = leaver(PRESENT, signals=raised(signal))
    assert [row["says"] for row in told.values()] == (
        [f"In Year 11, and no offer of a place after it is held. So says {signal}."] if is_told else []
    )


def test_of_two_sentences_with_the_same_numbers_the_fuller_is_said():
    both = raised(
        "any_suspension", "part_time_timetable", "part_time_past_six_weeks", "persistent_absence", "severe_absence"
    )
    said = leaver(PRESENT, signals=both)["juno"]["says"]
    assert said.endswith("held. So says severe_absence. So says part_time_past_six_weeks. So says any_suspension.")


def test_a_plan_on_file_takes_nobody_off():
    plan_on_file = YEAR_11.replace("nc_year |", "nc_year | sen_provision | sen_provision_on |").replace(
        "| 11 |", "| 11 | E | 2025-10-02 |"
    )
    assert leaver(ABSENT, roll=plan_on_file)["juno"]["says"] == leaver(ABSENT)["juno"]["says"]


def test_a_suspension_is_reason_enough():
    assert "Suspended or excluded once" in leaver("E " + PRESENT)["juno"]["says"]


def test_an_offer_of_this_year_takes_them_off_and_one_of_the_year_before_does_not():
    assert leaver(ABSENT, offers=offered(date(2026, 1, 30))) == {}
    assert leaver(ABSENT, offers=offered(date(2025, 7, 1)))


@pytest.mark.parametrize("year", ["10", "12"])
def test_only_year_11_is_asked_of(year):
    assert leaver(ABSENT, roll=YEAR_11.replace("| 11 |", f"| {year} |")) == {}


def test_where_no_offer_was_ever_sent_it_cannot_be_judged():
    lost = found(sent=ALL - {"post16_offers"})
    assert lost.cannot[OFFER] == "Cannot be judged: no offer of a place after Year 11 has been sent."
