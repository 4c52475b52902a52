"""The made-up authority's requests for plans have England's shape, and its SEN2 tables agree with each other and with schools."""

import shutil
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline import flow
from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import make_home
from pipeline.hops.taking_in import Day
from pipeline.synthetic import synthesise
from pipeline.synthetic.authority import made_up_authority
from pipeline.synthetic.plans import stories
from pipeline.tables.layouts.plans import PLAN_LAYOUTS
from pipeline.vocabulary.school_year import SchoolYear

from .measured import Measured

LAST_DAY = date(2026, 2, 6)
TABLES = [layout.name for layout in PLAN_LAYOUTS]


@pytest.fixture(scope="module")
def asked(authorities: list[Measured]):
    """Every request of three large authorities."""
    return [one for measured in authorities for one in stories(measured.authority, LAST_DAY, {})]


def share(of: list[bool]) -> float:
    return sum(of) / len(of)


def this_year(day: date | None) -> bool:
    return day is not None and LAST_DAY - timedelta(days=365) < day <= LAST_DAY


def test_decisions_and_plans_come_in_time_as_often_as_in_england(asked):
    decided = [one for one in asked if this_year(one.decided) and one.outcome in "YN"]
    issued = [one for one in asked if this_year(one.issued) and not one.has_exception]
    assert share([one.outcome == "Y" for one in decided]) == pytest.approx(0.654, abs=0.04)
    assert share([(one.decided - one.received).days <= 42 for one in decided]) == pytest.approx(0.848, abs=0.02)
    assert share([(one.issued - one.received).days <= 140 for one in issued]) == pytest.approx(0.464, abs=0.02)


def test_every_child_with_a_plan_has_one_request_at_least_and_each_runs_in_order(authorities, asked):
    first = authorities[0].authority
    with_plan = {one.child for one in stories(first, LAST_DAY, {}) if one.issued and not one.ceased}
    assert {child for child, sen in enumerate(first.children.sen.tolist()) if sen == 2} <= with_plan
    for one in asked:
        days = [day for day in (one.received, one.decided, one.issued or one.no_plan, one.ceased) if day]
        assert days == sorted(days)


def tables(files) -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_csv(path, infer_schema=False) for path in files if path.stem.startswith("sen2_")}


def test_the_nine_tables_are_written_this_year_and_last(made):
    for files in (made.files, made.history):
        assert sorted(tables(files)) == sorted(TABLES)
        assert all(rows.height for rows in tables(files).values())


def test_every_row_hangs_from_one_that_is_there(made):
    above = {"person": "sen2", "requests": "person", "assessment": "requests", "namedplan": "assessment",
             "plandetail": "namedplan", "activeplans": "requests", "placementdetail": "activeplans", "senneed": "activeplans"}  # fmt: skip
    for files in (made.files, made.history):
        told = tables(files)
        for table, parent in above.items():
            ids = told[f"sen2_{parent}"][f"{parent}tableid"]
            assert ids.n_unique() == ids.len()
            assert told[f"sen2_{table}"][f"{parent}tableid"].is_in(ids.implode()).all(), table


def test_the_return_of_last_january_describes_the_census_day_and_the_dump_the_last(made):
    [then] = tables(made.history)["sen2_sen2"]["referencedate"]
    [now] = tables(made.files)["sen2_sen2"]["referencedate"]
    assert (then[:11], now[:11]) == ("2025-Jan-16", f"{made.last_day:%Y-%b-%d}")


def test_the_authority_agrees_with_a_school_on_when_a_plan_began(made):
    schools = pl.concat(
        pl.read_csv(path, infer_schema=False) for path in made.files if path.stem == "support_and_reviews"
    )
    told = tables(made.files)
    began = told["sen2_namedplan"].filter(pl.col("ceasedate").is_null()).select("assessmenttableid", "startdate")
    for table, parent in (("assessment", "requests"), ("requests", "person")):
        ids = told[f"sen2_{table}"].select(f"{table}tableid", f"{parent}tableid")
        began = began.join(ids, on=f"{table}tableid")
    day = pl.col("startdate").str.slice(0, 11).str.to_date("%Y-%b-%d").cast(pl.String)
    began = began.join(told["sen2_person"], on="persontableid").select("upn", began=day)
    both = schools.filter(pl.col("kind") == "ehc_plan").join(began, on="upn")
    assert both.height > 20
    assert (both["start_date"] == both["began"]).all()


# There and back ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def back(tmp_path_factory):
    """A small authority's requests, and what a home makes of the tables they were written to: (requests, facts by child)."""
    folder = tmp_path_factory.mktemp("plans")
    made = synthesise(folder / "made", pupils=400, schools=6, seed=5, weeks=20)
    home = make_home(folder / "home", demo=True)
    for path in (path for path in made.history if path.stem.startswith(("schools", "pupils", "sen2"))):
        shutil.copy(path, home.inbox / f"last_year_{path.name}")
    flow.take_in(home, Day(date(2025, 9, 1), history=True))
    for path in (path for path in made.files if path.stem.startswith(("schools", "pupils", "sen2"))):
        shutil.copy(path, home.inbox)
    flow.take_in(home, Day(made.last_day))
    with shelf.warehouse(home) as con:
        facts = shelf.read(con, "SELECT * FROM warehouse.facts.plans")
    authority = made_up_authority(400, 6, seed=5, year=SchoolYear(2025))
    schools = pl.read_csv(made.folder / "support_and_reviews.csv", try_parse_dates=True).filter(
        pl.col("kind") == "ehc_plan"
    )
    told = stories(
        authority,
        made.last_day,
        {upn: days for upn, *days in schools.select("upn", "start_date", "last_review").rows()},
    )
    pupil_ids = identity.Pseudonyms(home.key("pseudonym")).of(pl.Series(authority.children.upn.astype(str)))
    children = {upn: child for child, upn in enumerate(authority.children.upn.tolist())}
    names = {pupil: children[upn] for upn, pupil in pupil_ids.select("upn", "pupil_id").rows()}
    by_request = {(names[row["pupil_id"]], row["received_on"]): row for row in facts.rows(named=True)}
    return [one for one in told if (one.child, one.received) in by_request], by_request, made.last_day


def test_every_request_is_known_by_the_day_it_was_received(back):
    told, facts, _ = back
    assert len(told) == len(facts) > 30
    assert {row["stage"] for row in facts.values()} >= {
        "plan_in_force",
        "refused",
        "being_assessed",
        "plan_ceased",
        "not_issued",
    }


def test_decisions_and_plans_come_back_as_they_were_and_are_timed_as_counted_by_hand(back):
    told, facts, last_day = back
    timed = 0
    for one in told:
        fact = facts[one.child, one.received]
        if fact["decided_on"]:
            assert fact["decided_on"] == one.decided
            assert fact["decided_in_6_weeks"] is ((one.decided - one.received).days <= 42)
        elif fact["request_outcome"] == "A":
            assert one.decided > fact["stated_on"]
        if fact["within_20_weeks"] is not None and fact["issued_on"]:
            timed += 1
            assert fact["issued_on"] == one.issued
            assert fact["within_20_weeks"] is ((one.issued - one.received).days <= 140)
            assert fact["has_exception"] is one.has_exception
        if fact["stage"] == "plan_in_force" and fact["stated_on"] == last_day:
            assert fact["plan_start"] == one.issued <= last_day
            assert one.reviewed is None or (fact["last_review"] or one.issued) >= min(one.reviewed, last_day)
        if fact["stage"] == "plan_ceased":
            assert (fact["ceased_on"], fact["cease_reason"]) == (one.ceased, one.cease_reason)
    assert timed > 5


def test_what_was_decided_before_the_dumps_period_is_known_from_last_januarys_return(back):
    """The dump says only H of a request decided before 2025; the return of January 2025 had its day."""
    told, facts, last_day = back
    before = [one for one in told if date(2024, 1, 1) <= one.decided < date(2025, 1, 1) and one.outcome == "Y"]
    known = [facts[one.child, one.received] for one in before]
    carried = [row for row in known if row["stated_on"] == last_day and row["decided_on"]]
    assert len(carried) >= 3
