"""What a list says of a pupil, and whom it names besides those listed."""

from dataclasses import replace
from datetime import date

import pytest

from pipeline.hops.listing import COUNTED, support_in_words, with_known_apart, with_newcomers
from pipeline.vocabulary.plans import UNDER_WAY
from tests.cast import AMIRA, AS_OF, CAST, GWEN, SPECIAL, YEAR_BEGAN, Away, Pupil, Spell, seen, with_away

from .lists import Listed, answered, list_of


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
    counted = with_known_apart(with_newcomers(it.triage, it.features, as_of=AS_OF), it.support)
    outcomes = set(counted["outcome"])
    assert outcomes - {"listed"} <= set(COUNTED)
    assert len(set(COUNTED.values())) == len(COUNTED)


AS_LAST_YEAR = with_away(AMIRA, Away("I", "2024-09-09", "2024-10-04"))
"""Persistently absent, as she was last year: worth a look, and no worse."""


def counted_as(support: dict | None = None, *, provision: str = "N") -> str:
    """The words under which she is counted, with this on file."""
    pupil = replace(AS_LAST_YEAR, sen_provision=provision, support=(support,) if support else ())
    it = seen([pupil])
    assert it.outcome(pupil)["outcome"] in ("listed", "already_known")
    return COUNTED.get(with_known_apart(it.triage, it.support)["outcome"].item(), "listed")


@pytest.mark.parametrize(
    "support",
    [
        {"kind": "sen_support", "last_review": date(2026, 3, 2)},
        {"kind": "sen_support", "start_date": date(2026, 2, 24)},
        {"kind": "early_help", "start_date": date(2025, 9, 8), "next_review": date(2026, 4, 13)},
        {"kind": "ehc_plan", "start_date": date(2023, 5, 1), "last_review": date(2025, 6, 2)},
    ],
)
def test_support_in_date_is_counted_as_in_date(support):
    assert "in date" in counted_as(support)
    late = support | {"last_review": None, "start_date": date(2024, 9, 9), "next_review": date(2025, 1, 13)}
    assert counted_as(late) == "listed"


@pytest.mark.parametrize("provision", ["K", "E"])
def test_provision_by_the_roll_alone_is_not_counted_as_reviewed(provision):
    words = counted_as(provision=provision)
    assert "no review date is held" in words and "in date" not in words
    assert counted_as(provision="N") == "listed"


def test_an_assessment_requested_is_counted_as_that_and_not_as_support_in_place():
    words = counted_as({"kind": UNDER_WAY, "start_date": date(2026, 3, 3), "next_review": date(2026, 7, 20)})
    assert "assessment was requested" in words and "support" not in words


def decided_to(decision: str, **more) -> Listed:
    first = list_of([AS_LAST_YEAR], as_of=date(2026, 3, 6))
    before = answered(first.before, AS_LAST_YEAR, decision, date(2026, 3, 9), of=date(2026, 3, 6), **more)
    return list_of([AS_LAST_YEAR], before, as_of=AS_OF)


@pytest.mark.parametrize("decision", ["not needed", "other cause", "look into it", "already met"])
def test_whoever_was_decided_on_is_counted_as_decided_and_nothing_is_said_of_support(decision):
    it = decided_to(decision)
    words = COUNTED[with_known_apart(it.triage, it.seen.support)["outcome"].item()]
    assert "decided on an earlier list" in words and "support" not in words


@pytest.mark.parametrize(
    "decision, more",
    [("could not reach", {}), ("snooze until", {"snooze_until": date(2026, 4, 13), "snooze_reason": "other"})],
)
def test_whoever_could_not_be_reached_is_not_counted_as_one_staff_asked_to_wait_for_alone(decision, more):
    it = decided_to(decision, **more)
    words = COUNTED[with_known_apart(it.triage, it.seen.support)["outcome"].item()]
    assert "staff asked for that" in words and "could not reach the pupil" in words
