"""Children in care: with a plan and on no roll seen here, or under half present; placed out of area; and who is asked."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from pipeline.steps.lost import FOUND_BY, lost_between_services
from pipeline.tables.derived import LOST_BETWEEN_SERVICES
from pipeline.tables.staged import SUPPORT_AND_REVIEWS
from pipeline.vocabulary.lost import ADVOCATE, KINDS
from pipeline.vocabulary.sen import PlanWords
from tests.house.test_words import NEVER_IN_A_SENTENCE

from .lost_drawn import ALL, AS_OF, ASH, found, held, in_care, of_kind, plans, rows_of, school_day

NO_ROLL, SELDOM, OUT = "in_care_with_plan_on_no_roll", "in_care_with_plan_under_half_present", "in_care_out_of_area"
ROLL = "pupil_id | urn | entry_date | leaving_date | sen_provision | sen_provision_on\n-\njuno | 100001 | 2024-09-02 | {} | {} | 2025-10-02"
ON_ROLL, LEFT = ROLL.format("", "E"), ROLL.format("2025-10-01", "E")
PLAN = plans({"pupil_id": "juno", "plan_start": date(2024, 1, 22), "stated_on": date(2025, 10, 1)})


# No roll


def test_a_child_in_care_with_a_plan_and_on_no_roll_seen_here_is_told_and_one_on_a_roll_is_not():
    told = of_kind(NO_ROLL, LEFT, plans=PLAN, **in_care("juno"))["juno"]
    assert (told["urn"], told["since"], told["calendar_days"]) == (None, date(2025, 10, 1), 16)
    assert told["says"] == (
        "In care, with an EHC plan of 22 January 2024, and on no roll seen here; the last was left on 1 October 2025."
    )
    assert of_kind(NO_ROLL, ON_ROLL, plans=PLAN, **in_care("juno")) == {}


def test_without_a_plan_or_out_of_care_it_is_no_kind_of_these():
    assert of_kind(NO_ROLL, ROLL.format("2025-10-01", "K"), **in_care("juno")) == {}
    assert of_kind(NO_ROLL, LEFT, plans=PLAN, **in_care("amira")) == {}


def test_a_child_never_on_a_roll_here_is_dated_by_the_plan_or_the_placement_whichever_came_later():
    told = of_kind(NO_ROLL, plans=PLAN, **in_care("juno", since=date(2025, 6, 3)))["juno"]
    assert told["since"] == date(2025, 6, 3)


def test_a_school_that_the_return_says_is_attended_is_told_for_it_may_be_out_of_sight():
    elsewhere = PLAN.with_columns(attended_urn=pl.lit(149999, pl.Int32))
    told = of_kind(NO_ROLL, plans=elsewhere, **in_care("juno"))["juno"]
    assert told["says"].endswith("the return of 1 October 2025 says that school 149999 is attended.")


@pytest.mark.parametrize(
    "known",
    [
        {"plans": PLAN},
        {"rolls": LEFT},
        {"reviews": rows_of(SUPPORT_AND_REVIEWS, {"pupil_id": "juno", "urn": ASH, "kind": "ehc_plan", "start_date": date(2024, 1, 22)})},
    ],
    ids=["authority", "roll", "school"],
)  # fmt: skip
def test_a_plan_is_known_by_whoever_tells_of_it(known):
    assert of_kind(NO_ROLL, known.pop("rolls", ROLL.format("2025-10-01", "")), **known, **in_care("juno"))


def test_a_plan_the_authority_has_ended_is_none_whatever_an_old_roll_says():
    ceased = plans({"pupil_id": "juno", "stage": "plan_ceased", "ceased_on": date(2025, 9, 1)})
    assert of_kind(NO_ROLL, LEFT, plans=ceased, **in_care("juno")) == {}


def test_a_child_of_the_nursery_years_is_on_no_roll_yet():
    nursery = "pupil_id | urn | entry_date | leaving_date | nc_year\n-\njuno | 100001 | 2024-09-02 | 2025-10-01 | N2"
    assert of_kind(NO_ROLL, nursery, plans=PLAN, **in_care("juno")) == {}


# Under half


def seldom(codes: str, **known) -> dict[str, dict]:
    return of_kind(SELDOM, ON_ROLL, {("juno", ASH): codes}, plans=PLAN, **in_care("juno"), **known)


def test_under_half_present_is_told_and_exactly_half_is_not():
    told = seldom("I " * 10 + "I~/ " + "/ " * 9)["juno"]
    assert told["says"] == (
        "In care, with an EHC plan of 22 January 2024, and present at 19 of 40 sessions (47.5%) since 8 September 2025."
    )
    assert (told["since"], told["calendar_days"]) == (school_day(1), 39)
    assert seldom("I " * 10 + "/ " * 10) == {}


def test_twenty_possible_sessions_are_enough_and_nineteen_are_not():
    assert seldom("I " * 10)
    assert seldom("I " * 9 + "I~#") == {}


def test_another_child_with_a_plan_who_is_seldom_present_is_not_in_care():
    assert of_kind(SELDOM, ON_ROLL, {("juno", ASH): "I " * 20}, plans=PLAN, **in_care("amira")) == {}


# Out of area


@pytest.mark.parametrize("out, is_told", [(True, True), (False, False)])
def test_a_placement_in_another_authoritys_area_is_told(out, is_told):
    assert bool(of_kind(OUT, ON_ROLL, **in_care("juno", out=out))) == is_told


def test_it_says_whether_there_is_a_plan_and_whether_a_roll_is_seen():
    told = of_kind(OUT, ON_ROLL, plans=PLAN, **in_care("juno", out=True))["juno"]
    assert told["says"] == (
        "In care, and placed in another authority's area since 3 June 2025; has an EHC plan of 22 January 2024; on a roll seen here."
    )
    assert (told["urn"], told["calendar_days"]) == (ASH, 136)
    without = of_kind(OUT, **in_care("juno", out=True))["juno"]["says"]
    assert without.endswith("no EHC plan is known here; on no roll seen here.")


def test_where_no_episode_tells_in_whose_area_it_cannot_be_judged():
    lost = found(ON_ROLL, **in_care("juno"))
    assert lost.cannot[OUT] == "Cannot be judged: no episode of care says in whose area the child is placed."
    assert NO_ROLL not in lost.cannot


@pytest.mark.parametrize("kind", [NO_ROLL, SELDOM, OUT])
def test_where_no_return_on_children_looked_after_ever_came_none_can_be_judged(kind):
    lost = found(sent=ALL - {"care_children", "care_episodes"})
    assert lost.cannot[kind] == "Cannot be judged: no return on children looked after has been sent."


# Who is asked


@pytest.mark.parametrize("who, goes_to, asked", [("juno", "virtual_school", True), ("amira", "officer", False)])
def test_every_row_of_a_child_in_care_goes_to_the_virtual_school_and_asks_of_an_advocate(who, goes_to, asked):
    told = of_kind("left_and_not_seen_here", ROLL.format("2025-09-09", "N"), **in_care(who))["juno"]
    assert (told["goes_to"], told["asks"].endswith(ADVOCATE)) == (goes_to, asked)


# All of it

A_BIT_OF_ALL = {("juno", ASH): "I " * 20, ("amira", ASH): "E " * 7}
ROLLS = (
    ON_ROLL
    + "\namira | 100001 | 2024-09-02 | | N | 2025-10-02\nbede | 100001 | 2024-09-02 | 2025-09-09 | N | 2025-10-02"
)


def everything():
    return held(ROLLS, A_BIT_OF_ALL, plans=PLAN, **in_care("juno", out=True))


def test_a_child_has_a_row_for_each_kind_and_the_table_is_as_declared():
    rows = lost_between_services(everything()).rows
    assert rows.schema == LOST_BETWEEN_SERVICES.schema
    assert rows.filter(pupil_id="juno")["kind"].to_list() == ["fifteen_days_illness_no_provision", OUT, SELDOM]
    assert rows["as_of"].unique().to_list() == [AS_OF]


def test_the_order_of_rows_changes_nothing():
    one = everything()
    other = held(
        ROLLS, dict(reversed(A_BIT_OF_ALL.items())), plans=PLAN.reverse(),
        **{name: frame.reverse() for name, frame in in_care("juno", out=True).items()},
    )  # fmt: skip
    assert lost_between_services(one).rows.equals(lost_between_services(other).rows)


def test_a_plan_is_called_what_this_home_calls_it_and_by_no_other_name():
    own = PlanWords("Targeted support", "Individual plan")
    said = {
        name: " ".join(lost_between_services(replace(everything(), words=words)).rows["says"])
        for name, words in (("own", own), ("usual", PlanWords()))
    }
    assert "an Individual plan" in said["own"] and "EHC" not in said["own"]
    assert said["own"].replace("Individual plan", "EHC plan") == said["usual"]
    lines = {words.plan: " ".join(kind.line(words) for kind in KINDS) for words in (own, PlanWords())}
    assert "with an Individual plan" in lines["Individual plan"] and "EHC" not in lines["Individual plan"]
    assert lines["EHC plan"].count("with an EHC plan") == 2 and "{" not in lines["EHC plan"]


def test_every_kind_is_found_by_something_and_every_finder_is_a_kind():
    assert list(FOUND_BY) == [kind.name for kind in KINDS]


def test_no_kind_is_told_of_pupils_nothing_is_known_of():
    nothing = "pupil_id | urn | entry_date\n-\njuno | 100001 | 2024-09-02"
    assert found(nothing).rows.is_empty()
    assert found(nothing, open_at=()).rows.is_empty()


def test_no_sentence_uses_a_word_never_used_of_a_child_or_tells_of_what_must_not_be_told():
    said = [text for kind in KINDS for text in (kind.words, kind.line(PlanWords()), kind.asks)]
    said += lost_between_services(everything()).rows["says"].to_list()
    assert [text for text in said if NEVER_IN_A_SENTENCE.search(text)] == []
    for never in ("missing", "police", "custody", "detention", "religio", "travell"):
        assert [text for text in said if never in text.lower()] == []
