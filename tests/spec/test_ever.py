"""What pupils have ever had, by all that is on record of any year."""

from datetime import date

import polars as pl
import pytest

from pipeline.steps.ever import NOT_KNOWN, Records, ever
from pipeline.steps.plans import plans
from pipeline.tables.staged_care import CARE_CHILDREN, CARE_EPISODES
from tests.drawn import drawn

from .test_plans import told

AS_OF = date(2026, 3, 13)

ROLL = {"pupil_id": pl.String, "stated_on": pl.Date, "sen_provision": pl.String, "looked_after": pl.Boolean}
SUPPORT = {"pupil_id": pl.String, "kind": pl.String, "start_date": pl.Date, "ended": pl.Date, "known_on": pl.Date}
HERE = pl.DataFrame({"pupil_id": ["amira", "bede", "cato"], "nc_year": ["7", "7", None]})

PLAN, CARE = (1, 1, 0), (0, 0, 1)


def counts(nc_year: str = "7", **known) -> tuple:
    return row(nc_year, **known)[2:]


def row(
    nc_year: str = "7",
    *,
    as_of: date = AS_OF,
    here: pl.DataFrame = HERE,
    rolls: str = "",
    support: str = "",
    sen2=None,
    care=(),
):
    records = Records(
        rolls=drawn(rolls, ROLL) if rolls else pl.DataFrame(schema=ROLL),
        support=drawn(support, SUPPORT) if support else pl.DataFrame(schema=SUPPORT),
        plans=plans(sen2 or {}, as_of=as_of),
        care_children=_children(care),
        care_episodes=_episodes(care),
    )
    columns = ("known_since", "pupils", "ever_additional_support", "ever_plan", "ever_social_worker")
    return ever(here, records, as_of=as_of).filter(nc_year=nc_year).select(columns).row(0)


def _children(care) -> pl.DataFrame:
    rows = [{"child_key": f"key of {pupil}", "pupil_id": pupil, "known_on": date(2025, 6, 1)} for pupil, *_ in care]
    return pl.DataFrame(rows, schema=CARE_CHILDREN.schema)


def _episodes(care) -> pl.DataFrame:
    rows = [
        {
            "child_key": f"key of {pupil}",
            "start_date": began,
            "end_date": ended,
            "legal_status": status,
            "known_on": date(2025, 6, 1),
        }
        for pupil, began, ended, status in care
    ]
    return pl.DataFrame(rows, schema=CARE_EPISODES.schema)


def on_a_roll(provision: str, stated_on: str = "2019-01-17", looked_after: str = "") -> str:
    return f"pupil_id | stated_on | sen_provision | looked_after\n-\namira | {stated_on} | {provision} | {looked_after}\namira | 2026-01-15 | N |"


@pytest.mark.parametrize("provision, told", [("K", (1, 0, 0)), ("E", PLAN), ("N", (0, 0, 0)), ("", (0, 0, 0))])
def test_provision_on_any_roll_of_any_year_counts_though_it_has_ended(provision, told):
    assert counts(rolls=on_a_roll(provision)) == told


@pytest.mark.parametrize("stated_on, told", [("2026-03-13", (1, 0, 0)), ("2026-03-14", (0, 0, 0))])
def test_a_roll_of_a_day_to_come_tells_nothing_yet(stated_on, told):
    assert counts(rolls=on_a_roll("K", stated_on)) == told


@pytest.mark.parametrize("kind, began, told", [
    ("early_help", "2020-01-01", (1, 0, 0)), ("young_carer", "", (1, 0, 0)), ("ehc_plan", "2026-03-13", PLAN),
    ("ehc_plan", "2026-03-14", (0, 0, 0)),
])  # fmt: skip
def test_any_support_that_has_begun_counts_though_it_has_ended(kind, began, told):
    drawn_support = (
        f"pupil_id | kind | start_date | ended | known_on\n-\namira | {kind} | {began} | 2021-01-01 | 2025-09-10"
    )
    assert counts(support=drawn_support) == told


@pytest.mark.parametrize("rows, told_of_it", [
    ({"requests": {}, "assessments": {}, "spells": {}}, PLAN),
    ({"requests": {}, "assessments": {}, "spells": {"ceased_on": date(2025, 12, 1)}}, PLAN),
    ({"requests": {}, "assessments": {}}, (0, 0, 0)),
    ({"requests": {"request_outcome": "N"}}, (0, 0, 0)),
    ({"requests": {}, "assessments": {}, "spells": {"start_date": date(2026, 3, 14)}}, (0, 0, 0)),
])  # fmt: skip
def test_a_plan_of_the_authority_counts_in_force_or_ceased_and_a_request_does_not(rows, told_of_it):
    assert counts(sen2=told(**rows)) == told_of_it


@pytest.mark.parametrize("began, ended, status, is_it", [
    (date(2015, 1, 1), date(2016, 1, 1), "C2", True), (AS_OF, None, "C1", True), (date(2026, 3, 14), None, "C1", False),
    (date(2015, 1, 1), None, "V3", False), (date(2015, 1, 1), None, None, True),
])  # fmt: skip
def test_care_counts_once_begun_though_it_has_ended_and_short_breaks_do_not(began, ended, status, is_it):
    assert counts(care=[("amira", began, ended, status)]) == (CARE if is_it else (0, 0, 0))


def test_a_roll_may_say_it_too():
    assert counts(rolls=on_a_roll("N", looked_after="yes")) == CARE
    assert counts(rolls=on_a_roll("N", looked_after="no")) == (0, 0, 0)


def test_a_pupil_counts_once_whatever_tells_of_them_and_only_while_on_a_roll():
    many = "pupil_id | kind | start_date | ended | known_on\n-\n" + "\n".join(
        f"{who} | {kind} | 2020-01-01 | | 2025-09-10"
        for who in ("amira", "gone")
        for kind in ("ehc_plan", "early_help", "sen_support")
    )
    assert counts(support=many, rolls=on_a_roll("E"), sen2=told(requests={}, assessments={}, spells={})) == PLAN


def test_each_year_group_has_its_row_and_one_that_nobody_said_has_too():
    assert row("7")[1] == 2
    assert row(NOT_KNOWN)[1] == 1


def test_the_earliest_day_told_of_is_the_same_on_each_row_and_nobody_s_own():
    known = {"rolls": on_a_roll("K"), "care": [("bede", date(2015, 1, 1), None, "C2")]}
    assert row("7", **known)[0] == row(NOT_KNOWN, **known)[0] == date(2019, 1, 17)
    assert row("7", care=known["care"])[0] == date(2025, 6, 1)
    assert row("7")[0] is None
