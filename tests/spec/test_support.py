"""What makes a pupil already known, and what brings them back."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from tests.cast import AMIRA, AS_OF, CAST, CLASSMATES, Away, Pupil, in_year, seen, suspended_on, with_away


def reviewed(kind: str, **dates: date) -> Pupil:
    """Amira, persistently absent, with this support on file; as absent last year, so that nothing is clearly worse."""
    as_last_year = with_away(AMIRA, Away("I", "2024-09-09", "2024-10-04"))
    return replace(as_last_year, support=({"kind": kind} | dates,))


def outcome(pupil: Pupil, **known) -> str:
    return seen([pupil], **known).outcome(pupil)["outcome"]


@pytest.mark.parametrize("day, expected", [(date(2025, 3, 20), "already_known"), (date(2025, 3, 19), "listed")])
def test_a_plan_is_known_for_twelve_months_from_its_review(day, expected):
    assert outcome(reviewed("ehc_plan", last_review=day)) == expected


def test_a_plan_begun_within_twelve_months_is_known_before_its_first_review():
    pupil = reviewed("ehc_plan", start_date=date(2025, 6, 2))
    assert seen([pupil]).outcome(pupil)["because"] == "EHC plan, begun on 2 June 2025."


def test_a_plans_own_next_review_does_not_keep_it_in_date():
    assert outcome(reviewed("ehc_plan", last_review=date(2024, 9, 9), next_review=date(2026, 9, 9))) == "listed"


@pytest.mark.parametrize("day, expected", [(date(2025, 12, 1), "already_known"), (date(2025, 11, 30), "listed")])
def test_other_support_is_known_for_thirteen_school_weeks(day, expected):
    """Three weeks of holiday lie between; 13 plain weeks would begin on 19 December."""
    assert outcome(reviewed("sen_support", last_review=day)) == expected


@pytest.mark.parametrize("day, expected", [(AS_OF, "already_known"), (date(2026, 3, 19), "listed")])
def test_other_support_is_known_until_its_own_next_review(day, expected):
    assert outcome(reviewed("sen_support", last_review=date(2025, 9, 9), next_review=day)) == expected


def test_known_support_says_when_it_was_looked_at():
    pupil = reviewed("sen_support", last_review=date(2026, 2, 2), next_review=date(2026, 5, 4))
    assert seen([pupil]).outcome(pupil)["because"] == (
        "SEN support, reviewed on 2 February 2026, next review due on 4 May 2026."
    )


@pytest.mark.parametrize("kind", ["healthcare_plan", "early_help", "young_carer", "other_contact"])
def test_wider_needs_are_known_to_staff_and_not_named(kind):
    pupil = reviewed(kind, last_review=date(2026, 2, 2))
    assert seen([pupil]).outcome(pupil)["because"] == "Support known to staff, reviewed on 2 February 2026."


def test_support_that_has_ended_is_not_on_file():
    pupil = reviewed("sen_support", last_review=date(2026, 2, 2), ended=date(2026, 2, 27))
    assert seen([pupil]).outcome(pupil)["quota"] == "never_looked_at"


def test_a_review_yet_to_come_has_not_happened():
    assert outcome(reviewed("sen_support", last_review=date(2026, 4, 20))) == "listed"


def test_the_latest_word_on_a_kind_of_support_is_what_counts():
    first = {"kind": "sen_support", "last_review": date(2026, 2, 2), "known_on": date(2026, 2, 3)}
    then = first | {"ended": date(2026, 2, 27), "known_on": date(2026, 3, 2)}
    for support in ((first, then), (then, first)):
        pupil = replace(AMIRA, support=support)
        assert outcome(pupil) == "listed"


def filed(*rows: dict) -> dict:
    """What is on file for Amira, who has these rows of support, in any order of delivery."""
    forwards, backwards = (
        seen([replace(AMIRA, support=order)]).support.row(0, named=True) for order in (rows, rows[::-1])
    )
    assert forwards == backwards
    return forwards


_ENDED = {
    "kind": "sen_support",
    "start_date": date(2024, 9, 9),
    "last_review": date(2025, 5, 12),
    "ended": date(2025, 7, 22),
}


def test_support_begun_again_runs_though_an_earlier_one_of_its_kind_has_ended():
    begun = {"kind": "sen_support", "start_date": date(2025, 12, 17)}
    it = filed(_ENDED, begun)
    assert it["on_file"] and it["last_review"] == date(2025, 12, 17)
    assert it["known_because"] == "SEN support, begun on 17 December 2025."
    assert not filed(_ENDED)["on_file"]


def test_the_latest_word_on_one_support_says_nothing_of_another_of_its_kind():
    one = {"kind": "sen_support", "start_date": date(2025, 9, 8), "known_on": date(2025, 9, 9)}
    other = _ENDED | {"known_on": date(2026, 1, 12)}
    ended = one | {"ended": date(2026, 1, 9), "known_on": date(2026, 1, 12)}
    assert filed(one, other)["on_file"]
    assert not filed(one, other, ended)["on_file"]


def test_of_two_running_supports_of_a_kind_the_one_looked_at_last_is_named():
    older = {"kind": "sen_support", "start_date": date(2024, 9, 9), "last_review": date(2026, 1, 12)}
    newer = {"kind": "sen_support", "start_date": date(2025, 9, 8), "last_review": date(2026, 2, 2)}
    assert filed(older, newer)["known_because"] == "SEN support, reviewed on 2 February 2026."
    begun = {"kind": "sen_support", "start_date": date(2026, 2, 3)}
    assert filed(newer, begun)["known_because"] == "SEN support, begun on 3 February 2026."


@pytest.mark.parametrize("known", [date(2025, 12, 16), date(2026, 2, 2)])
def test_a_review_with_a_day_to_come_hides_no_review_that_has_happened(known):
    """Nor does one learned later: the true day stays."""
    true = {
        "kind": "sen_support",
        "start_date": date(2025, 9, 8),
        "last_review": date(2025, 12, 15),
        "known_on": date(2025, 12, 16),
    }
    mistyped = true | {"last_review": date(2027, 1, 1), "known_on": known}
    assert filed(true, mistyped)["last_review"] == date(2025, 12, 15)
    assert filed(true, true | {"last_review": AS_OF, "known_on": known})["last_review"] == AS_OF


def test_a_contact_that_asks_for_no_quiet_takes_none_away():
    quiet = {"kind": "other_contact", "start_date": date(2026, 1, 12), "quiet_until": date(2026, 6, 1)}
    undated = {"kind": "other_contact", "last_review": date(2026, 1, 12), "quiet_until": date(2026, 6, 1)}
    for first in (quiet, undated):
        no_quiet = {"kind": "other_contact", "last_review": date(2026, 3, 2), "known_on": date(2026, 1, 19)}
        assert filed(first, no_quiet)["quiet_until"] == date(2026, 6, 1)
    sooner = {"kind": "other_contact", "start_date": date(2026, 3, 2), "quiet_until": date(2026, 4, 1)}
    assert filed(quiet, sooner)["quiet_until"] == date(2026, 6, 1)


def test_quiet_is_taken_back_by_a_later_word_on_the_same_contact():
    quiet = {
        "kind": "other_contact",
        "start_date": date(2026, 1, 12),
        "quiet_until": date(2026, 6, 1),
        "known_on": date(2026, 1, 13),
    }
    assert filed(quiet, quiet | {"quiet_until": None, "known_on": date(2026, 3, 2)})["quiet_until"] is None


LONG = {"kind": "other_contact", "start_date": date(2025, 3, 3), "quiet_until": date(2031, 1, 1)}


@pytest.mark.parametrize("known, until, expected", [
    (date(2025, 3, 20), date(2026, 3, 21), "snoozed"), (date(2025, 3, 19), AS_OF, "listed"),
])  # fmt: skip
def test_quiet_counts_for_366_days_from_the_day_it_was_known_whatever_day_it_names(known, until, expected):
    told = LONG | {"known_on": known}
    assert filed(told)["quiet_until"] == until
    assert filed(told | {"quiet_until": until})["quiet_until"] == until
    assert outcome(replace(AMIRA, support=(told,))) == expected


def test_the_same_file_sent_again_asks_for_no_more_quiet_and_a_new_day_does():
    told = LONG | {"known_on": date(2025, 3, 19)}
    assert filed(told, told | {"known_on": date(2026, 3, 2)})["quiet_until"] == AS_OF
    anew = told | {"quiet_until": date(2026, 6, 1), "known_on": date(2026, 3, 2)}
    assert filed(told, anew)["quiet_until"] == date(2026, 6, 1)


@pytest.mark.parametrize("ended, until", [(AS_OF, None), (date(2026, 3, 21), date(2026, 6, 1))])
def test_support_that_has_ended_asks_for_no_quiet_and_is_still_said_to_have_been(ended, until):
    told = {"kind": "other_contact", "start_date": date(2026, 1, 12), "ended": ended, "quiet_until": date(2026, 6, 1)}
    assert (filed(told)["quiet_until"], filed(told)["on_file"]) == (until, until is not None)
    assert filed(told)["last_dealt_with_on"] == (AS_OF if until is None else date(2026, 1, 12))


def test_sen_provision_counts_as_known_where_no_support_is_sent():
    pupil = replace(with_away(AMIRA, Away("I", "2024-09-09", "2024-10-04")), sen_provision="K")
    it = seen([pupil]).outcome(pupil)
    assert it["outcome"] == "already_known"
    assert it["because"] == "On SEN support as of 15 January 2026; no review date is held."


def test_sen_provision_does_not_make_up_for_a_review_out_of_date():
    pupil = replace(reviewed("sen_support", last_review=date(2025, 9, 9)), sen_provision="K")
    it = seen([pupil]).outcome(pupil)
    assert (it["outcome"], it["quota"]) == ("listed", "support_and_worse")
    assert it["because"] == "Support is on file, and its review is not in date."


def test_clearly_worse_than_last_year_brings_back_a_known_pupil():
    known = replace(AMIRA, support=({"kind": "sen_support", "last_review": date(2026, 3, 2)},))
    it = seen([known]).outcome(known)
    assert (it["outcome"], it["quota"]) == ("listed", "support_and_worse")
    assert it["because"] == "Support is on file, and absence is clearly worse than last year."


@pytest.mark.parametrize("day, expected", [(date(2026, 2, 3), "listed"), (date(2026, 2, 2), "already_known")])
def test_a_suspension_after_the_last_review_brings_back_a_known_pupil(day, expected):
    pupil = reviewed("sen_support", last_review=date(2026, 2, 2))
    assert outcome(pupil, suspensions=suspended_on(pupil, day)) == expected


@pytest.mark.parametrize("until, expected", [(date(2026, 3, 21), "snoozed"), (AS_OF, "listed")])
def test_a_pupil_is_left_in_quiet_until_the_day_staff_chose(until, expected):
    pupil = replace(AMIRA, support=({"kind": "other_contact", "quiet_until": until},))
    assert outcome(pupil) == expected


def test_quiet_says_only_until_when():
    pupil = replace(AMIRA, support=({"kind": "other_contact", "quiet_until": date(2026, 5, 1)},))
    assert seen([pupil]).outcome(pupil)["because"] == ("Staff asked that this pupil not be listed before 1 May 2026.")


def test_no_worsening_breaks_a_quiet():
    severe = Pupil(
        "severe", in_year("10"), away=(Away("O", "2025-09-03", "2026-03-20"),),
        support=({"kind": "other_contact", "quiet_until": date(2026, 5, 1)},),
    )  # fmt: skip
    assert outcome(severe) == "snoozed"


def test_quiet_is_said_before_known():
    pupil = reviewed("sen_support", last_review=date(2026, 3, 2), quiet_until=date(2026, 5, 1))
    assert outcome(pupil) == "snoozed"


def test_known_and_quiet_are_only_said_of_pupils_otherwise_eligible():
    content = Pupil("content", sen_provision="K", support=({"kind": "other_contact", "quiet_until": date(2026, 5, 1)},))
    assert outcome(content) == "not_eligible"


def test_support_moves_no_feature_and_no_signal_but_the_one_that_asks_what_is_on_file():
    pupils = [*CAST, *CLASSMATES]
    bare = [replace(pupil, support=(), sen_provision=None) for pupil in pupils]
    assert seen(pupils).features.equals(seen(bare).features)
    with_it, without = (seen(those).signals for those in (pupils, bare))
    asks = pl.col("signal") == "absent_and_never_looked_at"
    assert with_it.filter(~asks).equals(without.filter(~asks))
    assert not with_it.filter(asks).equals(without.filter(asks))


def test_a_suspension_is_said_to_follow_a_review_only_where_one_is_held():
    plain = with_away(AMIRA, Away("I", "2024-09-09", "2024-10-04"))
    by_census, dated = replace(plain, sen_provision="K"), reviewed("sen_support", last_review=date(2026, 2, 2))
    came = "Support is on file, and a suspension or exclusion came on 2 March 2026"
    for pupil, because in ((by_census, f"{came}."), (dated, f"{came}, after it was last reviewed or begun.")):
        it = seen([pupil], suspensions=suspended_on(pupil, date(2026, 3, 2))).outcome(pupil)
        assert (it["outcome"], it["because"]) == ("listed", because)
        assert outcome(pupil, suspensions=suspended_on(pupil, date(2026, 1, 2))) == "already_known"
