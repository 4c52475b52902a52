"""What the authority's own plans add to what is on file: when they make a pupil already known, and in what words.

Amira is persistently absent, as she was last year. Schools' rows are learned on the day they are reviewed, the authority's
plans on the day their return describes, unless said. The list is of 20 March 2026.
"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipeline.signals import SIGNALS, catalogue, sentences
from pipeline.signals.signal import pupil_signals
from pipeline.steps import features as features_step
from pipeline.steps import judged, windows
from pipeline.steps.features import pupil_features
from pipeline.steps.plans_on_file import with_plans
from pipeline.steps.support import pupil_support
from pipeline.steps.triage import triage
from pipeline.steps.weeks import marked_weeks
from pipeline.tables import staged
from pipeline.tables.derived import PUPIL_FEATURES
from pipeline.tables.staged_plans import PLANS
from tests.cast import AMIRA, AS_OF, ROOMY, SCHOOLS, Away, enrolments_of, marks_of, support_of, with_away

NAMELESS = replace(with_away(AMIRA, Away("I", "2024-09-09", "2024-10-04")), support=(), sen_provision=None)
A_YEAR_AGO, TOO_LONG_AGO = date(2025, 3, 20), date(2025, 3, 19)


@pytest.fixture(scope="module")
def features() -> pl.DataFrame:
    weeks = marked_weeks(marks_of([NAMELESS]))
    none = staged.SUSPENSIONS.empty, staged.CENSUS_SESSIONS.empty
    return pupil_features(weeks, enrolments_of([NAMELESS]), SCHOOLS, *none, as_of=AS_OF)


def plan(**said) -> dict:
    """A plan in force, begun long ago, as a dump of last week has it."""
    return {
        "stage": "plan_in_force", "received_on": date(2022, 9, 5), "plan_start": date(2023, 1, 23),
        "stated_on": date(2026, 3, 13), "is_latest": True, "known_on": date(2026, 3, 13),
    } | said  # fmt: skip


def request(received_on: date, stage: str = "requested", **said) -> dict:
    return plan(stage=stage, received_on=received_on, plan_start=None) | said


def reviewed(day: date, **said) -> dict:
    """A plan last reviewed on `day`."""
    due = pl.select(pl.lit(day).dt.offset_by("12mo")).item()
    return plan(last_review=day, next_review_due=due) | said


def facts(*rows: dict) -> pl.DataFrame:
    cells = [{name: ({"pupil_id": NAMELESS.pupil_id} | row).get(name) for name in PLANS.names} for row in rows]
    return PLANS.conform(pl.DataFrame(cells, schema=PLANS.schema))


@pytest.fixture
def seen(features):
    """What is on file for Amira and what follows, from what the authority and the school say of her."""

    def of(*authoritys: dict, school: tuple[dict, ...] = (), provision: str | None = None) -> dict:
        pupil = replace(NAMELESS, support=school, sen_provision=provision)
        enrolled = enrolments_of([pupil])
        on_file = with_plans(support_of([pupil]), facts(*authoritys), enrolled, as_of=AS_OF)
        support = pupil_support(features, enrolled, on_file, as_of=AS_OF)
        outcome = triage(features, pupil_signals(features, SIGNALS), support, ROOMY, as_of=AS_OF)
        return support.row(0, named=True) | {name: outcome[name][0] for name in ("outcome", "quota", "because")}

    return of


def added(*authoritys: dict, school: tuple[dict, ...]) -> pl.DataFrame:
    """The rows on file, the school's first."""
    pupil = replace(NAMELESS, support=school)
    return with_plans(support_of([pupil]), facts(*authoritys), enrolments_of([pupil]), as_of=AS_OF)


# A plan -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "outcome"), [(A_YEAR_AGO, "already_known"), (TOO_LONG_AGO, "listed")])
def test_the_authoritys_plan_is_known_for_twelve_months_from_its_review(seen, day, outcome):
    assert seen(reviewed(day))["outcome"] == outcome


def test_a_plan_is_told_in_the_words_of_one_that_a_school_sends(seen):
    it = seen(reviewed(date(2025, 12, 1)))
    assert it["because"] == "EHC plan, reviewed on 1 December 2025, next review due on 1 December 2026."


def test_a_plan_with_its_review_overdue_is_on_file_and_may_be_listed_as_such(seen):
    it = seen(reviewed(TOO_LONG_AGO))
    assert (it["on_file"], it["known_because"], it["quota"]) == (True, None, "support_and_worse")


def test_with_nothing_on_file_nothing_is_added(seen):
    assert not seen()["on_file"]
    assert not seen(request(date(2026, 2, 2), stage="refused"))["on_file"]


# School and authority -----------------------------------------------------------------------------------------------------

OF_SCHOOL = {"kind": "ehc_plan", "start_date": date(2023, 1, 23)}


@pytest.mark.parametrize("start_date", [date(2023, 1, 23), date(2023, 9, 4), None])
@pytest.mark.parametrize("known_on", [date(2026, 3, 2), date(2026, 3, 16)])
def test_where_school_and_authority_tell_of_a_plan_the_later_review_counts(seen, start_date, known_on):
    """Whoever was heard last, and whether or not they agree on the day it began."""
    of_school = {"kind": "ehc_plan", "start_date": start_date, "known_on": known_on}
    late, early = date(2026, 1, 12), date(2025, 1, 13)
    for authoritys, schools in ((late, early), (early, late)):
        it = seen(reviewed(authoritys), school=(of_school | {"last_review": schools},))
        assert it["last_review"] == late
        assert it["known_because"].startswith("EHC plan, reviewed on 12 January 2026")


def test_a_schools_review_that_it_took_back_is_not_brought_back_by_the_authoritys_plan(seen):
    wrong = OF_SCHOOL | {"last_review": date(2026, 2, 2), "known_on": date(2026, 2, 3)}
    right = OF_SCHOOL | {"last_review": date(2025, 2, 3), "known_on": date(2026, 2, 10)}
    assert seen(reviewed(date(2025, 1, 13)), school=(wrong, right))["known_because"] is None


def test_a_review_yet_to_come_hides_none_that_has_happened(seen):
    it = seen(reviewed(date(2026, 6, 1)), school=(OF_SCHOOL | {"last_review": date(2025, 12, 1)},))
    assert it["last_review"] == date(2025, 12, 1)


def test_what_a_school_says_of_other_support_is_left_alone():
    other = {"kind": "sen_support", "start_date": date(2025, 9, 8), "last_review": date(2026, 2, 2)}
    for authoritys in (
        reviewed(date(2026, 3, 2)),
        request(date(2026, 2, 2), stage="refused"),
        ceased(date(2026, 2, 27)),
    ):
        rows = added(authoritys, school=(other,)).filter(pl.col("kind") == "sen_support")
        assert rows.select("last_review", "ended").rows() == [(date(2026, 2, 2), None)]


# Ceased -------------------------------------------------------------------------------------------------------------------


def ceased(day: date) -> dict:
    return plan(stage="plan_ceased", ceased_on=day, last_review=date(2025, 6, 2))


def test_a_plan_the_authority_has_ended_is_not_in_force_though_the_schools_row_still_runs(seen):
    still_running = OF_SCHOOL | {"last_review": date(2025, 6, 2)}
    assert seen(school=(still_running,))["outcome"] == "already_known"
    it = seen(ceased(date(2026, 2, 27)), school=(still_running,))
    assert (it["on_file"], it["outcome"], it["quota"]) == (False, "listed", "never_looked_at")


def test_what_a_school_did_after_the_plan_ended_stands(seen):
    since = OF_SCHOOL | {"last_review": date(2026, 3, 9)}
    assert seen(ceased(date(2026, 2, 27)), school=(since,))["outcome"] == "already_known"


def test_a_plan_in_the_place_of_one_that_ended_is_in_force_and_the_schools_row_runs_on(seen):
    new = reviewed(date(2026, 3, 2), received_on=date(2025, 9, 8))
    running = OF_SCHOOL | {"last_review": date(2025, 6, 2)}
    assert seen(ceased(date(2025, 7, 22)), new, school=(running,))["last_review"] == date(2026, 3, 2)
    rows = added(ceased(date(2025, 7, 22)), new, school=(running,))
    assert rows["ended"].to_list() == [None, None]


def test_an_ended_plan_says_nothing_of_sen_support_that_the_roll_tells_of(seen):
    assert seen(ceased(date(2026, 2, 27)), provision="K")["known_because"].startswith("On SEN support")


def test_a_roll_that_still_says_there_is_a_plan_does_not_know_better_than_the_authority(seen):
    assert seen(provision="E")["known_because"] is not None
    assert seen(ceased(date(2026, 2, 27)), provision="E")["known_because"] is None


# What nobody has said since -----------------------------------------------------------------------------------------------


def test_of_a_review_that_fell_due_after_the_authority_last_spoke_the_roll_is_left_to_tell(seen):
    """January's return tells of a review in February 2025. That there was none in February 2026 it cannot know."""
    january = reviewed(date(2025, 2, 10), stated_on=date(2026, 1, 15))
    assert seen(january, provision="E")["known_because"].startswith("Has an EHC plan as of 15 January 2026")
    assert seen(january)["on_file"]
    in_date = reviewed(date(2025, 12, 1), stated_on=date(2026, 1, 15))
    assert seen(in_date, provision="E")["known_because"].startswith("EHC plan, reviewed on 1 December 2025")
    since = reviewed(date(2025, 2, 10), stated_on=date(2026, 3, 13))
    assert seen(since, provision="E")["known_because"] is None


# An assessment under way ---------------------------------------------------------------------------------------------------

ON_LAST_DAY = AS_OF - timedelta(days=140)


def test_an_assessment_asked_for_is_told_in_words_of_its_own(seen):
    it = seen(request(date(2026, 3, 3)))
    assert (it["outcome"], it["because"]) == ("already_known", "EHC needs assessment requested on 3 March 2026.")


@pytest.mark.parametrize("stage", ["requested", "being_assessed", "plan_to_come"])
def test_it_is_known_while_the_authoritys_twenty_weeks_run(seen, stage):
    assert seen(request(ON_LAST_DAY, stage=stage))["outcome"] == "already_known"


def test_after_twenty_weeks_it_is_on_file_and_no_longer_a_reason_not_to_look(seen):
    it = seen(request(ON_LAST_DAY - timedelta(days=30)))
    assert (it["on_file"], it["outcome"], it["quota"]) == (True, "listed", "support_and_worse")


def test_once_its_weeks_have_run_out_since_the_authority_last_spoke_nobody_knows_of_it(seen):
    received = ON_LAST_DAY - timedelta(days=30)
    assert not seen(request(received, stated_on=date(2026, 1, 15)))["on_file"]


def test_a_request_the_latest_return_no_longer_has_is_not_known_to_be_under_way(seen):
    assert not seen(request(date(2026, 3, 3), is_latest=False))["on_file"]


def test_a_plan_is_named_before_an_assessment_and_that_before_other_support(seen):
    assessed = request(date(2026, 3, 3))
    sen_support = {"kind": "sen_support", "start_date": date(2025, 9, 8), "last_review": date(2026, 3, 9)}
    assert seen(assessed, school=(sen_support,))["known_because"].startswith("EHC needs assessment")
    both = (reviewed(date(2026, 1, 12)), assessed)
    assert seen(*both, school=(sen_support,))["known_because"].startswith("EHC plan")


def test_where_the_authority_sends_nothing_the_schools_rows_are_as_they_came():
    rows = support_of([replace(NAMELESS, support=(OF_SCHOOL,))])
    assert with_plans(rows, PLANS.empty, enrolments_of([NAMELESS]), as_of=AS_OF) is rows


@pytest.mark.parametrize("module", [features_step, judged, windows, catalogue, sentences])
def test_nothing_that_judges_a_pupil_knows_of_the_authoritys_plans(module):
    """Plans say what is on file. They raise no signal, and no model is given them."""
    assert "plans" not in Path(module.__file__).read_text(encoding="utf-8")
    assert not [name for name in PUPIL_FEATURES.names if "plan" in name or "request" in name]
