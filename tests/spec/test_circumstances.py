"""What records and staff say: never more than they did, and nothing of the need itself."""

from dataclasses import replace
from datetime import date

import pytest

from tests.cast import AMIRA, AS_OF, CLASSMATES, SECOND, Away, Pupil, in_year, seen

ROBIN = Pupil("robin", in_year("8"))


def told(pupil: Pupil, name: str, *others: Pupil):
    rows = seen([pupil, *others]).circumstances
    return dict(zip(rows["pupil_id"], rows[name], strict=True))[pupil.pupil_id]


SUPPORT = {"kind": "sen_support", "start_date": date(2025, 10, 6)}

# On file ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("provision, nothing", [("N", True), ("K", False), ("E", False), (None, None)])
def test_nothing_is_on_file_where_somebody_said_so_and_not_where_nobody_said_anything(provision, nothing):
    assert told(replace(ROBIN, sen_provision=provision), "nothing_on_file") is nothing


def test_a_school_that_sends_support_of_others_would_have_sent_this_pupils():
    unsaid = replace(ROBIN, sen_provision=None)
    assert told(unsaid, "nothing_on_file", *CLASSMATES) is None
    assert told(unsaid, "nothing_on_file", replace(AMIRA, support=(SUPPORT,))) is True


@pytest.mark.parametrize("ended, nothing", [(None, False), (date(2026, 4, 1), False), (date(2026, 3, 2), True)])
def test_support_is_on_file_while_it_runs_and_its_end_is_a_look(ended, nothing):
    supported = replace(ROBIN, support=(SUPPORT | {"ended": ended},))
    assert told(supported, "nothing_on_file") is nothing
    assert told(supported, "looked_at_on") == (date(2026, 3, 2) if nothing else date(2025, 10, 6))


def test_the_last_look_is_the_latest_of_a_decision_a_review_and_support_begun_or_ended():
    reviewed = replace(ROBIN, support=(SUPPORT | {"last_review": date(2026, 1, 14)},))
    assert told(reviewed, "looked_at_on") == date(2026, 1, 14)
    assert told(replace(reviewed, looked_at_on=date(2026, 2, 2)), "looked_at_on") == date(2026, 2, 2)
    assert told(replace(reviewed, looked_at_on=date(2025, 12, 2)), "looked_at_on") == date(2026, 1, 14)
    assert told(ROBIN, "looked_at_on") is None


def test_what_is_yet_to_come_is_no_look():
    ahead = replace(ROBIN, support=(SUPPORT | {"last_review": date(2026, 4, 20)},), looked_at_on=date(2026, 4, 1))
    assert told(ahead, "looked_at_on") == date(2025, 10, 6)


# SEN ended ----------------------------------------------------------------------------------------------------------------

AUTUMN, SUMMER = date(2025, 10, 2), date(2025, 5, 15)


@pytest.mark.parametrize(
    "before, now, ended",
    [
        (((SUMMER, "K"),), "N", date(2026, 1, 15)),
        (((SUMMER, "K"), (AUTUMN, "N")), "N", AUTUMN),
        (((SUMMER, "E"), (AUTUMN, "N")), "K", None),
        (((SUMMER, "N"),), "N", None),
        ((), "N", None),
        (((SUMMER, "K"), (AUTUMN, "N")), None, AUTUMN),
    ],
)
def test_sen_provision_ended_on_the_first_day_it_is_said_to_be_none(before, now, ended):
    assert told(replace(ROBIN, said_before=before, sen_provision=now), "sen_ended_on") == ended


@pytest.mark.parametrize(
    "before, now, ended",
    [
        (((SUMMER, "K", SECOND), (AUTUMN, "N")), "N", None),
        (((SUMMER, "K", SECOND), (AUTUMN, "N", SECOND)), "N", AUTUMN),
        (((SUMMER, "K", SECOND), (AUTUMN, "N", SECOND)), "K", None),
        (((SUMMER, "K", SECOND), (AUTUMN, "K")), "N", date(2026, 1, 15)),
        (((SUMMER, "K", SECOND), (SUMMER, "N"), (AUTUMN, "N")), "N", None),
    ],
    ids=["moved", "ended before the move", "begun again", "ended where it was given", "two schools on one day"],
)
def test_the_bare_n_of_a_school_a_child_came_to_ends_nothing(before, now, ended):
    moved = replace(ROBIN, said_before=before, sen_provision=now)
    assert told(moved, "sen_ended_on") == ended
    assert told(moved, "looked_at_on") == ended


def test_a_child_who_moved_and_whose_new_school_says_none_has_not_been_looked_at():
    moved = replace(AMIRA, said_before=((SUMMER, "K", SECOND), (AUTUMN, "N")))
    reasons = seen([moved]).reasons(moved)
    assert "absent_and_never_looked_at" in reasons and "sen_removed_then_rises" not in reasons


def test_sen_taken_off_and_absence_up_is_a_reason_and_taking_it_off_was_a_look():
    worse = replace(AMIRA, said_before=((SUMMER, "K"), (AUTUMN, "N")))
    reasons = seen([worse]).reasons(worse)
    assert reasons["sen_removed_then_rises"] == (
        "SEN provision was down as ended on 2 October 2025. Absence is up from 0 of 248 sessions (0.0%) in the same part of "
        "last year to 30 of 246 sessions (12.2%) since 3 September 2025."
    )
    assert "absent_and_never_looked_at" not in reasons
    long_ago = replace(AMIRA, said_before=((date(2024, 10, 3), "K"), (date(2025, 1, 16), "N")))
    assert "sen_removed_then_rises" not in seen([long_ago]).reasons(long_ago)
    steady = replace(ROBIN, said_before=((SUMMER, "K"),))
    assert "sen_removed_then_rises" not in seen([steady]).reasons(steady)


# Wider needs --------------------------------------------------------------------------------------------------------------

HOUSING = {"need": "housing", "added_by": "pastoral", "added_on": date(2026, 2, 2)}


@pytest.mark.parametrize(
    "said, by",
    [
        (HOUSING, "pastoral staff"),
        (HOUSING | {"added_on": date(2026, 3, 21)}, None),
        (HOUSING | {"ended": AS_OF}, None),
        (HOUSING | {"ended": date(2026, 3, 21)}, "pastoral staff"),
    ],
    ids=["running", "yet to be added", "ended today", "to end tomorrow"],
)
def test_a_wider_need_counts_from_the_day_it_was_added_until_it_ended(said, by):
    assert told(replace(ROBIN, wider_needs=(said,)), "wider_need_by") == by


def test_a_need_added_by_staff_is_a_look_and_a_tick_in_a_census_is_none():
    noted, census = replace(AMIRA, wider_needs=(HOUSING,)), replace(AMIRA, young_carer="S")
    assert told(noted, "looked_at_on") == date(2026, 2, 2)
    assert "absent_and_never_looked_at" not in seen([noted]).reasons(noted)
    assert told(census, "looked_at_on") is None
    assert "absent_and_never_looked_at" in seen([census]).reasons(census)
    ended = replace(AMIRA, wider_needs=(HOUSING | {"ended": date(2026, 3, 2)},))
    assert told(ended, "looked_at_on") == date(2026, 2, 2)
    ahead = replace(AMIRA, wider_needs=(HOUSING | {"added_on": date(2026, 3, 21)},))
    assert told(ahead, "looked_at_on") is None


def test_four_colds_in_a_term_wake_no_need_known_all_year():
    colds = tuple(Away("I", day, day, ("am",)) for day in ("2026-01-13", "2026-01-27", "2026-02-10", "2026-03-03"))
    cold = replace(ROBIN, away=colds, wider_needs=(HOUSING,), good_level=False)
    it = seen([cold])
    assert it.answer(cold, "many_spells") is True
    assert it.answer(cold, "wider_need") is it.answer(cold, "early_years_profile") is False
    long = replace(cold, away=(Away("I", "2026-02-24", "2026-03-16"),))
    assert seen([long]).answer(long, "wider_need") is seen([long]).answer(long, "early_years_profile") is True


def test_what_was_said_last_of_a_need_holds_and_the_latest_added_is_told():
    ended = HOUSING | {"ended": date(2026, 3, 2), "known_on": date(2026, 3, 3)}
    family = HOUSING | {"need": "family", "added_by": "class_teacher", "added_on": date(2025, 11, 10)}
    assert told(replace(ROBIN, wider_needs=(ended, HOUSING)), "wider_need_by") is None
    assert told(replace(ROBIN, wider_needs=(HOUSING, family)), "wider_need_by") == "pastoral staff"
    assert told(replace(ROBIN, wider_needs=(ended, HOUSING, family)), "wider_need_on") == date(2025, 11, 10)


@pytest.mark.parametrize("said, by", [("P", "the school"), ("S", "the school"), ("N", None), (None, None)])
def test_a_young_carer_of_the_census_is_a_wider_need_added_by_the_school(said, by):
    assert told(replace(ROBIN, young_carer=said), "wider_need_by") == by


def test_a_wider_need_by_itself_is_no_reason_and_with_absence_is_one():
    alone, absent = (replace(one, wider_needs=(HOUSING,)) for one in (ROBIN, AMIRA))
    assert "wider_need" not in seen([alone]).reasons(alone)
    assert seen([absent]).reasons(absent)["wider_need"] == (
        "A wider need known to staff, added by pastoral staff on 2 February 2026."
    )


# Early years --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("good_level, is_said", [(False, True), (True, False), (None, None)])
def test_no_good_level_at_five_adds_to_absence_now(good_level, is_said):
    absent = replace(AMIRA, good_level=good_level)
    assert seen([absent]).answer(absent, "early_years_profile") is is_said
    present = replace(ROBIN, good_level=False)
    assert seen([present]).answer(present, "early_years_profile") is False


def test_circumstances_move_no_feature():
    """What a model may read is the same whatever records and staff say."""
    plain = seen([AMIRA, ROBIN]).features
    known = [
        replace(one, said_before=((SUMMER, "K"),), young_carer="S", wider_needs=(HOUSING,), good_level=False,
                looked_at_on=AUTUMN, support=(SUPPORT,))
        for one in (AMIRA, ROBIN)
    ]  # fmt: skip
    assert seen(known).features.equals(plain)
