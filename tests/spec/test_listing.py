"""What a list says of a pupil, and whom it names besides those listed."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.hops.listing import COUNTED, support_in_words, with_newcomers
from tests.cast import AMIRA, AS_OF, CAST, GWEN, SPECIAL, YEAR_BEGAN, Pupil, Spell, seen


def said(*support: dict, provision: str | None = "N") -> str:
    pupil = replace(AMIRA, sen_provision=provision, support=support)
    return support_in_words(seen([pupil]).support.row(0, named=True))


@pytest.mark.parametrize("kind", ["healthcare_plan", "early_help", "young_carer", "other_contact"])
@pytest.mark.parametrize("reviewed", [date(2025, 9, 8), date(2026, 3, 2)])
def test_support_for_wider_needs_is_known_to_staff_and_not_named(kind, reviewed):
    words = said({"kind": kind, "last_review": reviewed})
    assert words.startswith("Support known to staff, ") and "SEN" not in words
    assert f"{reviewed.day} {reviewed:%B %Y}" in words


@pytest.mark.parametrize("reviewed", [date(2025, 9, 8), date(2026, 3, 2)])
def test_the_review_of_another_kind_of_support_is_not_given_to_sen_provision(reviewed):
    words = said({"kind": "young_carer", "last_review": reviewed}, provision="K")
    assert "SEN support, reviewed" not in words and "SEN support; last" not in words
    assert "upport known to staff, " in words


def test_support_still_known_is_named_as_triage_names_it():
    assert said({"kind": "sen_support", "last_review": date(2026, 3, 2)}) == "SEN support, reviewed on 2 March 2026"


def test_support_not_looked_at_in_time_is_said_with_its_day():
    assert said({"kind": "sen_support", "last_review": date(2025, 9, 8)}) == (
        "Support known to staff, last reviewed or begun 8 September 2025"
    )
    assert said({"kind": "sen_support", "last_review": date(2025, 9, 8)}, provision="K") == (
        "SEN support, as known on 15 January 2026; support known to staff, last reviewed or begun 8 September 2025"
    )


def test_provision_alone_is_said_with_the_day_it_was_said_of():
    assert said(provision="E") == "Has an EHC plan as of 15 January 2026; no review date is held"


def test_support_with_no_day_says_so():
    assert (
        said({"kind": "early_help", "quiet_until": date(2026, 3, 2)}) == "Support known to staff; no review date held"
    )


def test_nothing_on_file_is_said_plainly():
    assert said() == support_in_words(None) == "Nothing on file"


def test_only_pupils_too_new_to_judge_are_named_and_the_rest_are_counted():
    special = Pupil("nopast", (Spell(urn=SPECIAL, entry_date=YEAR_BEGAN),))
    it = seen([*CAST, special])
    outcomes = dict(with_newcomers(it.triage, it.features, as_of=AS_OF).select("pupil_id", "outcome").iter_rows())
    assert (outcomes[GWEN.pupil_id], outcomes[special.pupil_id]) == ("new_or_moved", "history_needed")
    others = dict(it.triage.select("pupil_id", "outcome").iter_rows())
    assert {pupil_id for pupil_id in outcomes if outcomes[pupil_id] != others[pupil_id]} == {GWEN.pupil_id}


def test_everyone_not_listed_is_counted_under_words_of_their_own():
    it = seen(CAST)
    outcomes = set(with_newcomers(it.triage, it.features, as_of=AS_OF)["outcome"])
    assert outcomes - {"listed"} <= set(COUNTED)
    assert len(set(COUNTED.values())) == len(COUNTED)
