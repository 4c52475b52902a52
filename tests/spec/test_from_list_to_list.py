"""What a decision does to the next list, and what a row that nobody decided on keeps."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.looked_at import NOTHING_BEFORE, Before, being_looked_into, looked_at
from pipeline.steps.places import Policy
from pipeline.steps.weeks import cut, marked_weeks
from tests.cast import (
    AMIRA,
    CLASSMATES,
    FARAH,
    SECOND,
    YEAR_BEGAN,
    Away,
    Pupil,
    Spell,
    marks_of,
    suspended_on,
    with_away,
)
from tests.slices import a_few

from .lists import answered, found, list_of

FIRST, NEXT, THIRD = date(2026, 2, 6), date(2026, 2, 27), date(2026, 3, 13)
DECIDED = date(2026, 2, 10)

ILL = Pupil("ill", away=(Away("I", "2025-11-10", "2025-12-05"),))
"""20 school days ill before Christmas, of 178 sessions up to the first list (22%), and none missed since."""


def after_deciding(decision: str, pupil: Pupil = ILL, *, as_of: date = NEXT, **more):
    first = list_of([pupil], as_of=FIRST)
    assert first.of(pupil)["outcome"] == "listed"
    return list_of([pupil], answered(first.before, pupil, decision, DECIDED, of=FIRST, **more), as_of=as_of)


# Nobody has decided -----------------------------------------------------------------------------------------------------


def test_a_row_nobody_decided_on_keeps_its_place_and_says_since_when_it_waits():
    crowd = [AMIRA, ILL, *CLASSMATES[:3]]
    first = list_of(crowd, as_of=FIRST)
    again = list_of(crowd, first.before, as_of=NEXT)
    assert len(first.places) == 4 and first.places.items() <= again.places.items()
    assert again.of(ILL)["waiting_since"] == FIRST
    assert again.of(ILL)["change"] == "better"
    third = list_of(crowd, again.before, as_of=THIRD)
    assert third.of(ILL)["waiting_since"] == FIRST


def test_new_pupils_fill_free_places_and_nobody_is_pushed_out_by_one_with_more_points():
    policy = Policy(places=3, pupils_a_place=1, fewest_places=3)
    few = [ILL, *CLASSMATES[:2]]
    first = list_of(few, as_of=FIRST, policy=policy)
    severe = Pupil("severe", away=(Away("I", "2025-09-03", "2026-03-20"),))
    again = list_of([*few, severe], first.before, as_of=NEXT, policy=policy)
    assert set(again.places) == set(first.places)
    assert again.of(severe)["outcome"] == "eligible_not_listed"
    freed = answered(first.before, ILL, "already met", DECIDED, of=FIRST)
    later = list_of([*few, severe], freed, as_of=NEXT, policy=policy)
    assert later.of(severe)["place"] == first.of(ILL)["place"]
    assert later.of(severe)["changed"] == "New since the list of 6 February 2026."


def test_fewer_places_than_before_keep_the_first_and_say_so_of_the_others():
    crowd = [ILL, *CLASSMATES]
    first = list_of(crowd, as_of=FIRST, policy=Policy(places=8, pupils_a_place=1))
    again = list_of(crowd, first.before, as_of=NEXT, policy=Policy(places=5, pupils_a_place=1))
    assert sorted(again.places.values()) == [1, 2, 3, 4, 5]
    assert set(again.places) <= set(first.places)
    assert again.off["kind"].to_list() == ["no_room"] * 3


@pytest.mark.parametrize("sessions, change", [(7, "worse"), (6, "unchanged"), (3, "unchanged"), (2, "better")])
def test_ten_points_above_or_below_the_rate_of_the_list_before_is_worse_or_better(sessions, change):
    """20.4% then: of the 20 sessions since, 7 missed are 14.6 points more and 6 only 9.6; 3 are 5.4 points less and 2 are 10.4."""
    pupil = away_after(sessions, days=("2026-02-09", "2026-02-10", "2026-02-11", "2026-02-12"))
    first = list_of([pupil], as_of=FIRST)
    again = list_of([pupil], first.before, as_of=NEXT).of(pupil)
    assert again["change"] == change
    since = {
        "worse": "Worse: absent for 7 of 20 sessions (35.0%) since the list of 6 February 2026, against 20.4% before.",
        "better": "Better: absent for 2 of 20 sessions (10.0%) since the list of 6 February 2026, against 20.4% before.",
        "unchanged": "Unchanged since the list of 6 February 2026.",
    }
    assert again["changed"] == since[change]
    assert again["waiting_since"] == FIRST


def test_whoever_no_longer_asks_for_a_look_is_off_the_list_with_the_sentence_that_says_why():
    faint = Pupil("faint", (Spell(entry_date=YEAR_BEGAN),), away=(Away("O", "2025-11-10", "2025-11-20"),))
    first = list_of([faint], as_of=date(2025, 12, 5))
    assert first.of(faint)["outcome"] == "listed"
    again = list_of([faint], first.before, as_of=NEXT)
    assert again.gone(faint) == (
        "resolved",
        "Absent for 18 of 216 sessions (8.3%) since 3 September 2025, under a tenth.",
    )


def test_whoever_left_is_moved_and_the_list_says_when():
    left = replace(ILL, rolls=(replace(ILL.rolls[0], leaving_date=date(2026, 2, 13)),))
    first = list_of([ILL], as_of=FIRST)
    assert list_of([left, AMIRA], first.before, as_of=NEXT).gone(ILL) == (
        "moved",
        "Left this roll on 13 February 2026.",
    )
    moved = replace(left, rolls=(*left.rolls, Spell(urn=SECOND, entry_date=date(2026, 2, 23))))
    assert list_of([moved], first.before, as_of=NEXT).gone(ILL) == (
        "moved", "Left this roll on 13 February 2026, and is on another roll seen here.",
    )  # fmt: skip


# Somebody has ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "decision", a_few(["already met", "other cause", "not needed", "look into it"], lambda number, _: number in (0, 3))
)
def test_a_decided_row_does_not_come_back(decision):
    for as_of in (NEXT, THIRD):
        again = after_deciding(decision, as_of=as_of).of(ILL)
        assert (again["outcome"], again["place"], again["is_decided"]) == ("already_known", None, True)
    words = (
        "Being looked into since 10 February 2026."
        if decision == "look into it"
        else f"Looked at on 10 February 2026: {decision}."
    )
    assert again["because"] == words


def test_a_decision_is_off_the_list_as_decided():
    assert after_deciding("not needed").gone(ILL) == ("decided", "Looked at on 10 February 2026: not needed.")


def test_what_came_of_looking_is_said():
    first = list_of([ILL], as_of=FIRST)
    before = answered(first.before, ILL, "look into it", DECIDED, of=FIRST)
    again = list_of([ILL], found(before, ILL, "need found", date(2026, 2, 20), of=FIRST), as_of=NEXT).of(ILL)
    assert again["because"] == "Looked into: a need was found on 20 February 2026."


def looks(pupil: Pupil, before: Before, *, as_of: date) -> list[tuple[int, int | None]]:
    """School and school weeks of each row under *Being looked into* on the list of a day."""
    triage = list_of([pupil], before, as_of=as_of).triage
    weeks = cut(marked_weeks(marks_of([pupil])), last_day=as_of)
    rows = being_looked_into(looked_at(before, as_of=as_of), triage, weeks)
    assert rows["pupil_id"].to_list() == [pupil.pupil_id] * rows.height
    return rows.select("urn", "school_weeks").rows()


def test_who_is_looked_into_says_how_many_school_weeks_have_begun_since():
    """Half term is none of them: those of 23 February, and of 2, 9 and 16 March."""
    first = list_of([ILL], as_of=FIRST)
    before = answered(first.before, ILL, "look into it", DECIDED, of=FIRST)
    assert looks(ILL, before, as_of=date(2026, 2, 13)) == [(100001, 0)]
    assert looks(ILL, before, as_of=date(2026, 3, 20)) == [(100001, 4)]
    assert looks(ILL, found(before, ILL, "none", date(2026, 3, 2), of=FIRST), as_of=date(2026, 3, 20)) == []


@pytest.mark.parametrize("sessions, rows", [(7, 1), (8, 0)])
def test_who_is_looked_into_and_worse_is_on_the_list_and_not_in_two_places(sessions, rows):
    pupil = away_after(sessions)
    first = list_of([pupil], as_of=FIRST)
    before = answered(first.before, pupil, "look into it", DECIDED, of=FIRST)
    assert len(looks(pupil, before, as_of=date(2026, 3, 3))) == rows


AFTER = ("2026-02-11", "2026-02-12", "2026-02-13", "2026-02-23", "2026-02-24", "2026-02-25")


def away_after(sessions: int, days: tuple[str, ...] = AFTER) -> Pupil:
    """Ill for so many of the first sessions after the decision."""
    whole, half = divmod(sessions, 2)
    more = [Away("I", day, day) for day in days[:whole]]
    return with_away(ILL, *more, *([Away("I", days[whole], days[whole], ("am",))] if half else []))


@pytest.mark.parametrize("sessions, outcome", [(8, "listed"), (7, "already_known")])
def test_eight_sessions_missed_since_and_ten_points_worse_bring_a_decided_pupil_back(sessions, outcome):
    pupil = away_after(sessions)
    first = list_of([pupil], as_of=FIRST)
    before = answered(first.before, pupil, "already met", DECIDED, of=FIRST)
    again = list_of([pupil], before, as_of=date(2026, 3, 3)).of(pupil)
    assert again["outcome"] == outcome
    if outcome == "listed":
        assert (again["change"], again["waiting_since"]) == ("new", date(2026, 3, 3))
        assert again["changed"] == (
            "Back on the list: absent for 8 of 20 sessions (40.0%) since it was last looked at on 10 February 2026, against 20.4% "
            "before."
        )


AS_LAST_YEAR = Away("I", "2024-11-04", "2024-12-06")
BACK_ON, LATER = date(2026, 3, 3), date(2026, 3, 10)


def back_again(**more):
    """Decided on 10 February, and on 3 March back on the list: absent for 8 of 20 sessions. By 10 March it is 8 of 30, not ten points
    more than the 20.4% before. As absent last year, so that nothing else is worse."""
    pupil = with_away(away_after(8), AS_LAST_YEAR)
    first = list_of([pupil], as_of=FIRST)
    before = answered(first.before, pupil, "already met", DECIDED, of=FIRST)
    return pupil, list_of([pupil], before, as_of=BACK_ON, **more)


@pytest.mark.parametrize("due", [None, frozenset()])
def test_a_pupil_who_came_back_keeps_the_place_until_somebody_decides_though_a_few_days_went_well(due):
    pupil, back = back_again()
    later = list_of([pupil], back.before, as_of=LATER, due=due)
    row = later.of(pupil)
    assert (row["outcome"], row["place"], row["is_decided"]) == ("listed", back.of(pupil)["place"], False)
    assert (row["waiting_since"], row["change"]) == (BACK_ON, "better")
    assert later.gone(pupil) is None
    decided = answered(back.before, pupil, "not needed", date(2026, 3, 5), of=BACK_ON)
    assert list_of([pupil], decided, as_of=LATER, due=due).gone(pupil) == (
        "decided", "Looked at on 5 March 2026: not needed.",
    )  # fmt: skip


def test_a_pupil_who_was_worse_between_two_lists_and_is_not_when_one_goes_out_came_back_on_none():
    pupil, between = back_again(due=frozenset())
    assert between.of(pupil)["outcome"] == "eligible_not_listed"
    assert list_of([pupil], between.before, as_of=LATER).of(pupil)["outcome"] == "already_known"


def test_whoever_came_back_leaves_for_the_reasons_for_which_anybody_undecided_does():
    pupil, back = back_again()
    supported = replace(pupil, support=({"kind": "sen_support", "start_date": date(2026, 3, 5)},))
    assert list_of([supported], back.before, as_of=LATER).gone(pupil) == (
        "known",
        "SEN support, begun on 5 March 2026.",
    )
    well = replace(pupil, away=(Away("I", "2025-11-10", "2025-11-12"),))
    assert list_of([well], back.before, as_of=LATER).gone(pupil)[0] == "resolved"


def test_whoever_came_back_and_left_undecided_says_so_when_back_again():
    pupil, back = back_again()
    without = pl.DataFrame([(LATER, 100001)], schema=back.before.lists.schema, orient="row")
    before = replace(back.before, lists=pl.concat([back.before.lists, without]))
    row = list_of([pupil], before, as_of=THIRD).of(pupil)
    assert (row["outcome"], row["waiting_since"]) == ("listed", THIRD)
    assert row["changed"] == "Back on the list: was listed again on 3 March 2026, and nobody has decided since."


@pytest.mark.parametrize("known_on, outcome", [(date(2026, 2, 27), "listed"), (date(2026, 2, 28), "already_known")])
def test_a_list_that_went_out_before_the_answer_was_known_brought_nobody_back(known_on, outcome):
    """The pupil was off the list and on it again before the answer to the first list came."""
    first, again = list_of([ILL], as_of=FIRST), list_of([ILL], as_of=NEXT)
    both = replace(first.before, places=pl.concat([first.before.places, again.before.places]),
                   lists=pl.concat([first.before.lists, again.before.lists]))  # fmt: skip
    before = answered(both, ILL, "already met", DECIDED, of=FIRST, known_on=known_on)
    assert list_of([ILL], before, as_of=THIRD).of(ILL)["outcome"] == outcome


def test_under_twenty_sessions_since_nobody_comes_back_for_the_rate():
    pupil = away_after(10)
    first = list_of([pupil], as_of=FIRST)
    before = answered(first.before, pupil, "already met", DECIDED, of=FIRST)
    assert list_of([pupil], before, as_of=date(2026, 2, 26)).of(pupil)["outcome"] == "already_known"
    assert list_of([pupil], before, as_of=date(2026, 3, 3)).of(pupil)["outcome"] == "listed"


def test_half_missed_since_it_was_decided_brings_back_and_half_missed_before_does_not():
    severe = Pupil("severe", (Spell(entry_date=YEAR_BEGAN),), away=(Away("I", "2025-10-20", "2026-03-20"),))
    first = list_of([severe], as_of=FIRST)
    assert first.before.places["is_severe"].to_list() == [True]
    before = answered(first.before, severe, "already met", DECIDED, of=FIRST)
    again = list_of([severe], before, as_of=date(2026, 2, 20)).of(severe)
    assert again["outcome"] == "already_known"
    near = replace(severe, away=(Away("I", "2025-11-24", "2026-03-20"),))
    first = list_of([near], as_of=FIRST)
    assert first.before.places["is_severe"].to_list() == [False]
    before = answered(first.before, near, "already met", DECIDED, of=FIRST)
    back = list_of([near], before, as_of=THIRD).of(near)
    assert back["outcome"] == "listed"
    assert back["changed"].startswith("Back on the list: absence is half or more now, against ")


def test_a_suspension_after_the_decision_brings_back_and_one_before_does_not():
    first = list_of([ILL], as_of=FIRST)
    before = answered(first.before, ILL, "already met", DECIDED, of=FIRST)
    for day, outcome in ((date(2026, 2, 11), "listed"), (date(2026, 2, 10), "already_known")):
        again = list_of([ILL], before, as_of=NEXT, suspensions=suspended_on(ILL, day)).of(ILL)
        assert again["outcome"] == outcome, day


def test_a_part_time_timetable_that_grew_long_since_brings_back():
    short = replace(FARAH, sen_provision="N", away=(Away("C2", "2026-01-05", "2026-03-20", ("pm",)),))
    first = list_of([short], as_of=FIRST)
    before = answered(first.before, short, "already met", DECIDED, of=FIRST)
    assert list_of([short], before, as_of=date(2026, 2, 20)).of(short)["outcome"] == "already_known"
    back = list_of([short], before, as_of=THIRD).of(short)
    assert back["changed"] == (
        "Back on the list: a part-time timetable has gone past six school weeks since it was last looked at on 10 February 2026."
    )


@pytest.mark.parametrize("until, outcome", [(NEXT, "listed"), (NEXT + timedelta(days=1), "snoozed")])
def test_a_snooze_ends_on_its_day(until, outcome):
    again = after_deciding("snooze until", snooze_until=until, snooze_reason="a review is booked").of(ILL)
    assert again["outcome"] == outcome
    words = {
        "listed": "Back on the list: the wait until 27 February 2026 is over.",
        "snoozed": "On 10 February 2026 staff asked that this pupil not be listed before 28 February 2026 (a review is booked).",
    }
    assert again["changed" if outcome == "listed" else "because"] == words[outcome]


@pytest.mark.parametrize("reason, outcome", [
    ("a review is booked", "listed"), ("support has just begun", "listed"), ("treatment under way", "snoozed"), ("known to staff", "snoozed"),
])  # fmt: skip
def test_worse_ends_a_snooze_but_one_whose_reason_staff_know_ends_only_on_its_day(reason, outcome):
    """A child in treatment, and one who is bereaved, are left in quiet until the day staff chose."""
    pupil = away_after(12)
    first = list_of([pupil], as_of=FIRST)
    before = answered(
        first.before, pupil, "snooze until", DECIDED, of=FIRST, snooze_until=date(2026, 6, 1), snooze_reason=reason
    )
    assert list_of([pupil], before, as_of=date(2026, 3, 3)).of(pupil)["outcome"] == outcome


@pytest.mark.parametrize("days, outcome", [(27, "snoozed"), (28, "listed")])
def test_one_who_could_not_be_reached_is_asked_about_again_after_four_weeks(days, outcome):
    again = after_deciding("could not reach", as_of=DECIDED + timedelta(days=days)).of(ILL)
    assert again["outcome"] == outcome


SUPPORTED = {"kind": "sen_support", "start_date": date(2026, 2, 23), "next_review": date(2026, 5, 22)}


@pytest.mark.parametrize("decision, more, as_of", [
    ("snooze until", {"snooze_until": NEXT, "snooze_reason": "support has just begun"}, NEXT),
    ("could not reach", {}, DECIDED + timedelta(days=28)),
])  # fmt: skip
def test_the_end_of_a_wait_undoes_no_support_that_is_in_date(decision, more, as_of):
    first = list_of([ILL], as_of=FIRST)
    before = answered(first.before, ILL, decision, DECIDED, of=FIRST, **more)
    supported = replace(with_away(ILL, AS_LAST_YEAR), support=(SUPPORTED,))
    known = list_of([supported], before, as_of=as_of).of(ILL)
    assert known["outcome"] == "already_known"
    assert known["because"] == "SEN support, begun on 23 February 2026, next review due on 22 May 2026."
    out_of_date = replace(
        supported, support=(SUPPORTED | {"start_date": date(2025, 9, 8), "next_review": as_of - timedelta(days=1)},)
    )
    listed = list_of([out_of_date], before, as_of=as_of).of(ILL)
    assert (listed["outcome"], listed["because"]) == ("listed", "Support is on file, and its review is not in date.")


@pytest.mark.parametrize("begun, outcome", [(DECIDED, "listed"), (DECIDED + timedelta(days=1), "already_known")])
def test_worse_than_when_it_was_decided_brings_back_unless_support_came_after_that(begun, outcome):
    pupil = with_away(away_after(8), AS_LAST_YEAR)
    supported = replace(pupil, support=(SUPPORTED | {"start_date": begun},))
    first = list_of([pupil], as_of=FIRST)
    before = answered(first.before, pupil, "already met", DECIDED, of=FIRST)
    row = list_of([supported], before, as_of=date(2026, 3, 3)).of(pupil)
    assert row["outcome"] == outcome
    if outcome == "listed":
        assert row["because"] == (
            "Support is on file, and there has been more absence since it was last looked at, on 10 February 2026."
        )


def test_of_several_decisions_the_one_made_last_counts_whatever_list_it_came_on():
    first = list_of([ILL], as_of=FIRST)
    snoozed = {"snooze_until": date(2026, 6, 1), "snooze_reason": "a review is booked", "known_on": date(2026, 2, 25)}
    late = answered(first.before, ILL, "already met", DECIDED + timedelta(days=1), of=DECIDED)
    before = answered(late, ILL, "snooze until", DECIDED, of=FIRST, **snoozed)
    assert list_of([ILL], before, as_of=NEXT).of(ILL)["because"] == "Looked at on 11 February 2026: already met."


@pytest.mark.parametrize("known_on, words", [
    (date(2026, 2, 16), "Being looked into since 9 February 2026."),
    (date(2026, 2, 14), "Looked at on 12 February 2026: not needed."),
])  # fmt: skip
def test_of_two_answers_to_one_row_the_one_learned_later_takes_the_other_back(known_on, words):
    """The first, dated 12 February, was learned on the 15th."""
    first = list_of([ILL], as_of=FIRST)
    before = answered(first.before, ILL, "not needed", date(2026, 2, 12), of=FIRST, known_on=date(2026, 2, 15))
    both = answered(before, ILL, "look into it", date(2026, 2, 9), of=FIRST, known_on=known_on)
    assert list_of([ILL], both, as_of=NEXT).of(ILL)["because"] == words


def test_an_answer_not_known_yet_changes_nothing():
    first = list_of([ILL], as_of=FIRST)
    before = answered(first.before, ILL, "already met", DECIDED, of=FIRST, known_on=NEXT + timedelta(days=1))
    assert list_of([ILL], before, as_of=NEXT).of(ILL)["outcome"] == "listed"


def test_a_decision_says_nothing_of_a_pupil_who_is_not_eligible():
    well = replace(ILL, away=(Away("I", "2025-11-10", "2025-11-12"),))
    first = list_of([ILL], as_of=FIRST)
    before = answered(first.before, ILL, "already met", DECIDED, of=FIRST)
    assert list_of([well], before, as_of=NEXT).of(ILL)["outcome"] == "not_eligible"


# Between two lists ---------------------------------------------------------------------------------------------------------


def test_between_two_lists_those_waiting_keep_their_places_and_nobody_joins():
    first = list_of([ILL], as_of=FIRST)
    between = list_of([ILL, AMIRA], first.before, as_of=NEXT, due=frozenset())
    assert between.places == first.places
    assert between.of(AMIRA)["because"] == (
        "Worth a look, and no list of this school goes out today: the next is made on 3 April 2026."
    )


# A suspension asks until somebody has looked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "again_on, outcome", [(None, "already_known"), (date(2026, 2, 10), "already_known"), (date(2026, 2, 11), "listed")]
)
def test_a_suspension_somebody_decided_on_asks_no_more_until_there_is_another(again_on, outcome):
    pupil = Pupil("senthome", (Spell(entry_date=YEAR_BEGAN),))
    first = list_of([pupil], as_of=FIRST, suspensions=suspended_on(pupil, date(2026, 1, 12)))
    assert first.of(pupil)["outcome"] == "listed"
    days = [date(2026, 1, 12), *([again_on] if again_on else [])]
    looked = replace(pupil, looked_at_on=DECIDED)
    before = answered(first.before, pupil, "not needed", DECIDED, of=FIRST)
    again = list_of([looked], before, as_of=NEXT, suspensions=suspended_on(pupil, *days))
    assert again.of(pupil)["outcome"] == outcome
    assert ("any_suspension" in again.seen.reasons(pupil)) is (outcome == "listed")
    if outcome == "already_known":
        assert again.gone(pupil) == ("decided", "Looked at on 10 February 2026: not needed.")


# Places by lot ---------------------------------------------------------------------------------------------------------------


def lots(pupils, first: Pupil) -> pl.DataFrame:
    ids = [first.pupil_id, *(pupil.pupil_id for pupil in pupils if pupil is not first)]
    return pl.DataFrame({"pupil_id": ids, "lot": range(len(ids))}, schema={"pupil_id": pl.String, "lot": pl.Int64})


NEAR = Pupil("near", (Spell(entry_date=YEAR_BEGAN),), away=(Away("I", "2025-11-10", "2025-11-17"),))
WELL = Pupil("well", (Spell(entry_date=YEAR_BEGAN),), away=(Away("I", "2025-11-10", "2025-11-10"),))
DRAWS = Policy(places=5, pupils_a_place=1, fewest_places=3, drawn=2)


def test_nobody_is_drawn_unless_a_home_asks_for_it():
    it = list_of([*CLASSMATES, NEAR], as_of=FIRST, policy=replace(DRAWS, drawn=0), lots=lots([*CLASSMATES, NEAR], NEAR))
    assert it.of(NEAR)["outcome"] == "not_eligible"
    assert it.triage["is_drawn"].drop_nulls().any() is False


def test_a_place_in_five_at_most_is_drawn_out_of_the_places_and_says_so():
    pupils = [*CLASSMATES, NEAR, WELL]
    it = list_of(pupils, as_of=FIRST, policy=DRAWS, lots=lots(pupils, NEAR))
    assert len(it.places) == 5
    assert it.of(NEAR)["place"] == 5 and it.of(NEAR)["is_drawn"]
    assert it.of(NEAR)["because"] == (
        "Absent for 12 of 196 sessions (6.1%) since 3 September 2025, other leave left out. Under a tenth, and given a place by "
        "lot, so that what lists miss can be known."
    )
    assert it.triage.filter("is_drawn").height == 1


def test_of_whom_was_away_on_other_leave_a_place_by_lot_says_the_rate_it_was_drawn_for():
    away = with_away(NEAR, Away("T", "2025-09-15", "2025-09-26"))
    pupils = [*CLASSMATES, away]
    it = list_of(pupils, as_of=FIRST, policy=DRAWS, lots=lots(pupils, away))
    assert it.seen.feature(away, "judged_absence_rate") > 0.16  # DfE's, of 32 sessions
    assert it.of(away)["is_drawn"]
    assert it.of(away)["because"].startswith(
        "Absent for 12 of 176 sessions (6.8%) since 3 September 2025, other leave left out. Under a tenth, "
    )


def test_one_missing_under_a_twentieth_is_never_drawn():
    pupils = [*CLASSMATES, WELL]
    it = list_of(pupils, as_of=FIRST, policy=DRAWS, lots=lots(pupils, WELL))
    assert it.of(WELL)["outcome"] == "not_eligible"
    drawn = it.triage.filter("is_drawn").row(0, named=True)
    assert drawn["because"].startswith("Worth a look, and given a place by lot")


def test_a_drawn_pupil_keeps_the_place_until_somebody_decides():
    pupils = [*CLASSMATES, NEAR]
    first = list_of(pupils, as_of=FIRST, policy=DRAWS, lots=lots(pupils, NEAR))
    again = list_of(pupils, first.before, as_of=date(2026, 2, 20), policy=DRAWS, lots=lots(pupils, CLASSMATES[0]))
    assert again.of(NEAR)["place"] == 5
    decided = answered(first.before, NEAR, "not needed", DECIDED, of=FIRST)
    other = list_of(pupils, decided, as_of=date(2026, 2, 20), policy=DRAWS, lots=lots(pupils, CLASSMATES[0]))
    assert other.of(NEAR)["outcome"] == "not_eligible"


@pytest.mark.parametrize("days, is_drawn", [("2026-02-13", False), ("2026-02-10", True)])
def test_whom_lot_gave_a_place_keeps_its_number_when_a_place_is_won_too(days, is_drawn):
    """A lower number is free, and goes to nobody who has one."""
    policy = replace(DRAWS, drawn=1)
    pupils = [ILL, *CLASSMATES[:2], WELL, NEAR]
    first = list_of(pupils, as_of=FIRST, policy=policy, lots=lots(pupils, NEAR))
    assert (first.of(NEAR)["place"], first.of(NEAR)["is_drawn"]) == (4, True)
    freed = answered(first.before, CLASSMATES[0], "not needed", DECIDED, of=FIRST)
    later = [*pupils[:-1], with_away(NEAR, Away("I", "2026-02-09", days))]
    again = list_of(later, freed, as_of=date(2026, 2, 20), policy=policy, lots=lots(later, NEAR)).of(NEAR)
    assert (again["place"], again["is_drawn"], again["waiting_since"]) == (4, is_drawn, FIRST)


# After a year --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("decided, outcome", [(date(2025, 3, 20), "already_known"), (date(2025, 3, 19), "listed")])
def test_a_decision_lapses_after_twelve_months_and_the_list_says_so(decided, outcome):
    before = answered(NOTHING_BEFORE, ILL, "already met", decided, of=date(2025, 3, 14))
    it = list_of([ILL], before, as_of=date(2026, 3, 20)).of(ILL)
    assert it["outcome"] == outcome
    if outcome == "listed":
        assert it["changed"] == "Last looked at on 19 March 2025, more than a year ago."


def test_a_lapsed_decision_does_not_undo_support_that_is_in_date():
    as_last_year = Away("I", "2024-11-11", "2024-12-06")
    known = replace(
        ILL, away=(*ILL.away, as_last_year), support=({"kind": "sen_support", "last_review": date(2026, 3, 2)},)
    )
    before = answered(NOTHING_BEFORE, known, "already met", date(2025, 3, 19), of=date(2025, 3, 14))
    assert list_of([known], before, as_of=date(2026, 3, 20)).of(known)["outcome"] == "already_known"


def test_whoever_staff_left_in_quiet_support_in_date_or_decided_on_is_never_drawn():
    quiet = {"kind": "other_contact", "start_date": date(2026, 1, 19), "quiet_until": date(2026, 6, 1)}
    reviewed = {"kind": "ehc_plan", "last_review": date(2026, 1, 14)}
    for support in (quiet, reviewed):
        left_alone = replace(NEAR, support=(support,))
        pupils = [*CLASSMATES, left_alone]
        it = list_of(pupils, as_of=FIRST, policy=DRAWS, lots=lots(pupils, left_alone))
        assert it.of(left_alone)["outcome"] == "not_eligible"
    pupils = [*CLASSMATES, NEAR]
    first = list_of(pupils, as_of=FIRST, policy=DRAWS, lots=lots(pupils, NEAR))
    assert first.of(NEAR)["is_drawn"]
    decided = answered(first.before, NEAR, "not needed", DECIDED, of=FIRST)
    again = list_of(pupils, decided, as_of=date(2026, 2, 20), policy=DRAWS, lots=lots(pupils, NEAR))
    assert again.of(NEAR)["outcome"] == "not_eligible"


def test_to_begin_with_lots_takes_no_place_that_somebody_keeps():
    crowd = [ILL, *CLASSMATES]
    policy = Policy(places=5, pupils_a_place=1, fewest_places=3)
    first = list_of(crowd, as_of=FIRST, policy=policy)
    again = list_of([*crowd, NEAR], first.before, as_of=NEXT, policy=DRAWS, lots=lots([*crowd, NEAR], NEAR))
    assert again.places == first.places
    assert again.of(NEAR)["outcome"] == "not_eligible"
    freed = answered(first.before, ILL, "not needed", DECIDED, of=FIRST)
    later = list_of([*crowd, NEAR], freed, as_of=NEXT, policy=DRAWS, lots=lots([*crowd, NEAR], NEAR))
    assert later.of(NEAR)["place"] == first.of(ILL)["place"]
    left_out = later.triage.filter(outcome="eligible_not_listed")["because"][0]
    assert left_out.startswith("Worth a look, but the 5 places of this list")


# Another school ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("urn, outcome", [(100001, "snoozed"), (SECOND, "listed")])
def test_a_day_that_staff_of_another_school_chose_does_not_bind_this_one(urn, outcome):
    pupil = away_after(12)
    first = list_of([pupil], as_of=FIRST)
    more = {"snooze_until": date(2026, 6, 1), "snooze_reason": "known to staff", "urn": urn}
    before = answered(first.before, pupil, "snooze until", DECIDED, of=FIRST, **more)
    assert list_of([pupil], before, as_of=date(2026, 3, 3)).of(pupil)["outcome"] == outcome


def test_a_list_issued_anew_without_a_pupil_leaves_no_place_and_still_says_what_was_true_that_day():
    severe = Pupil("severe", (Spell(entry_date=YEAR_BEGAN),), away=(Away("I", "2025-11-24", "2026-03-20"),))
    first = list_of([severe], as_of=FIRST)
    gone = replace(first.before, places=first.before.places.with_columns(is_superseded=pl.lit(True)))
    assert list_of([severe], gone, as_of=NEXT).of(severe)["change"] == "new"
    before = answered(gone, severe, "already met", DECIDED, of=FIRST)
    assert (
        list_of([severe], before, as_of=THIRD)
        .of(severe)["changed"]
        .startswith("Back on the list: absence is half or more now, against ")
    )
