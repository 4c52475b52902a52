"""Weeks of phases and of the home: what was missed, what was missed last year, what England missed. Nothing of this year is hidden."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from pipeline.steps.inclusion import exact_counts
from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.published_weeks import england
from pipeline.steps.weeks import marked_weeks
from pipeline.tables.published import ENGLAND, WEEK, WEEK_RATES
from pipeline.vocabulary.england import WEEKLY_PERCENT
from tests.properties.authority import an_authority
from tests.spec.test_inclusion import A_MARK, ASH, BIRCH, FIRST_DAY, marks, row, tonight

A_YEAR_BEFORE = date(2024, 9, 9)  # the Monday of week 37 of 2024, as FIRST_DAY is of 2025


def week_of(pupils: int, missing: int, *, monday: date, urn: int = ASH) -> pl.DataFrame:
    """A Monday of so many pupils, of whom so many were ill all day."""
    rows = [
        (f"pupil{number}of{urn}", urn, monday, half_day, "I" if number < missing else "/", monday, None)
        for number in range(pupils)
        for half_day in ("am", "pm")
    ]
    return marked_weeks(pl.DataFrame(rows, schema=A_MARK, orient="row"))


def weeks(*known: pl.DataFrame, **told) -> pl.DataFrame:
    return exact_counts(tonight(weeks=pl.concat(known), **told))["week"]


def test_a_week_of_a_phase_and_of_the_home_counts_sessions_of_each_kind_and_the_pupils_they_are_of():
    known = weeks(marks(amira="I I / O /", bede="C2 / M / /"), week_of(3, 1, monday=FIRST_DAY, urn=BIRCH))
    phase, home = row(known, phase="Secondary"), row(known, scope="home")
    assert (phase["possible_sessions"], phase["possible_pupils"]) == (20, 2)
    assert (phase["authorised_sessions"], phase["unauthorised_pupils"], phase["part_time_sessions"]) == (8, 1, 2)
    assert (phase["other_authorised_sessions"], phase["other_authorised_pupils"]) == (2, 1)
    assert (home["possible_sessions"], home["possible_pupils"]) == (26, 5)
    assert (home["absence_sessions"], home["absence_pupils"]) == (12, 3)
    assert home["phase"] is None


def test_a_week_with_nothing_possible_is_no_row():
    assert weeks(marks(amira="# # # # # / / / / /"))["week_start"].unique().to_list() == [FIRST_DAY + timedelta(days=7)]


@pytest.mark.parametrize(
    "monday, term",
    [
        (date(2025, 12, 15), "autumn"), (date(2025, 12, 29), "spring"), (date(2026, 3, 30), "spring"), (date(2026, 4, 6), "summer"),
    ],
)  # fmt: skip
def test_a_week_is_of_the_term_its_last_days_are_in(monday, term):
    known = weeks(week_of(2, 1, monday=monday), as_of=date(2026, 7, 1))
    assert known["term"].unique().to_list() == [term]


# Last year


def test_last_years_rate_is_of_the_week_with_the_same_number():
    known = weeks(
        week_of(25, 5, monday=A_YEAR_BEFORE),
        week_of(25, 10, monday=A_YEAR_BEFORE + timedelta(days=7)),
        week_of(4, 0, monday=FIRST_DAY),
        week_of(4, 0, monday=FIRST_DAY + timedelta(days=14)),
    )
    assert known.filter(scope="home")["absence_rate_last_year"].to_list() == [0.2, None]
    assert known.filter(scope="phase")["absence_rate_last_year"].to_list() == [0.2, None]
    assert known["week_start"].min() == FIRST_DAY  # last year's weeks are no rows


@pytest.mark.parametrize("pupils, missing, rate", [(20, 5, 0.25), (19, 5, None), (20, 4, None), (20, 0, 0.0)])
def test_last_years_rate_is_told_of_enough_pupils_and_of_no_few(pupils, missing, rate):
    known = weeks(week_of(pupils, missing, monday=A_YEAR_BEFORE), week_of(2, 0, monday=FIRST_DAY))
    assert known["absence_rate_last_year"].to_list() == [rate, rate]


def test_a_home_may_draw_the_line_of_last_year_lower():
    known = weeks(
        week_of(10, 3, monday=A_YEAR_BEFORE),
        week_of(2, 0, monday=FIRST_DAY),
        policy=Policy(fewest_shown=3, smallest_base=10),
    )
    assert known["absence_rate_last_year"].to_list() == [0.3, 0.3]


@pytest.mark.parametrize("of_birch, home_is_told", [((0, 0), True), ((6, 2), False), ((30, 2), False), ((30, 6), True)])
def test_the_homes_last_year_is_not_told_where_it_would_give_back_a_phases(of_birch, home_is_told):
    pupils, missing = of_birch
    known = weeks(
        week_of(30, 10, monday=A_YEAR_BEFORE),
        week_of(pupils, missing, monday=A_YEAR_BEFORE, urn=BIRCH),
        week_of(2, 0, monday=FIRST_DAY),
    )
    assert (row(known, scope="home")["absence_rate_last_year"] is not None) == home_is_told
    assert row(known, phase="Secondary")["absence_rate_last_year"] == round(10 / 30, 3)


@pytest.mark.parametrize(
    "of_ash, of_birch, home_is_told",
    [
        (94, (6, 5), True),  # to the nearest tenth of 200 sessions: ten on either side
        (93, (6, 5), False),
        (94, (9, 4), True),
        (88, (14, 4), True),  # of four pupils, and it could be one's
    ],
)
def test_a_home_so_large_that_its_rounded_rate_tells_no_more_of_a_few_than_a_pupils_week_is_told(
    of_ash, of_birch, home_is_told
):
    pupils, missing = of_birch
    known = weeks(
        week_of(of_ash, 10, monday=A_YEAR_BEFORE),
        week_of(pupils, missing, monday=A_YEAR_BEFORE, urn=BIRCH),
        week_of(2, 0, monday=FIRST_DAY),
        policy=Policy(rate_decimals=1),
    )
    assert (row(known, scope="home")["absence_rate_last_year"] is not None) == home_is_told


def test_of_four_pupils_who_missed_more_than_one_can_a_home_is_told_only_where_that_stays_open():
    every_day = [marks(**{f"p{n}": "I I I I I"}) for n in range(4)]
    birch = pl.concat(every_day).with_columns(urn=pl.lit(BIRCH, pl.Int32), week_start=pl.lit(A_YEAR_BEFORE))
    for of_ash, home_is_told in ((270, False), (280, True)):  # of forty sessions, 29 or 30 on either side
        ash = week_of(of_ash, 10, monday=A_YEAR_BEFORE)
        known = weeks(ash, birch, week_of(2, 0, monday=FIRST_DAY), policy=Policy(rate_decimals=1))
        assert (row(known, scope="home")["absence_rate_last_year"] is not None) == home_is_told


# England


def test_englands_rate_is_of_this_very_week_and_phase():
    known = weeks(
        week_of(2, 0, monday=FIRST_DAY),
        week_of(2, 0, monday=FIRST_DAY, urn=BIRCH),
        week_of(2, 0, monday=date(2025, 10, 27)),
        as_of=date(2025, 10, 31),
    )
    first = known.filter(week_start=FIRST_DAY)
    assert row(first, scope="home")["absence_rate_england"] == 0.0475
    assert row(first, phase="Primary")["absence_rate_england"] == 0.0378
    assert row(first, phase="Secondary")["absence_rate_england"] == 0.0561
    half_term = known.filter(week_start=date(2025, 10, 27))
    assert (2025, 44) not in WEEKLY_PERCENT and half_term["absence_rate_england"].to_list() == [None, None]


def test_of_a_phase_that_england_is_not_told_of_there_is_none():
    schools = tonight().schools.with_columns(phase=pl.lit("Nursery"))
    known = weeks(week_of(2, 0, monday=FIRST_DAY), schools=schools)
    assert row(known, phase="Nursery")["absence_rate_england"] is None


def test_every_figure_of_england_is_a_share_and_says_its_time_and_source():
    figures = england()
    assert figures.schema == ENGLAND.schema
    assert figures["value"].is_between(0, 1, closed="none").all()
    assert figures.filter(pl.col("phase").is_null())["figure"].n_unique() == figures["figure"].n_unique() == 7
    assert figures["of"].str.len_chars().min() > 10 and figures["source"].str.len_chars().min() > 20


def test_englands_absence_is_that_of_its_phases_in_every_week():
    """All schools lie between the phase that misses least and the one that misses most, and nearest to the largest two."""
    for primary, secondary, special, every in WEEKLY_PERCENT.values():
        assert primary < every < secondary < special


# Sums


@pytest.mark.parametrize("seed", range(8))
def test_schools_sum_to_phases_and_phases_to_the_home(seed):
    counts = exact_counts(an_authority(pupils=60, schools=5, seed=seed))
    schools = counts["school"].select("urn", "phase")
    kinds = [f"{kind}_sessions" for kind in ("possible", *WEEK_RATES, "other_authorised")]
    by_phase = counts["week"].filter(scope="phase").sort("phase", "week_start")
    summed = counts["school_week"].join(schools, on="urn").group_by("phase", "week_start").agg(pl.col(kinds).sum())
    assert summed.sort("phase", "week_start").equals(by_phase.select("phase", "week_start", *kinds))
    home = counts["week"].filter(scope="home").sort("week_start").select("week_start", *kinds)
    assert by_phase.group_by("week_start").agg(pl.col(kinds).sum()).sort("week_start").equals(home)
    year = ["possible_sessions_ytd", "absence_sessions_ytd", "pupils_on_roll", "eligible", "listed", "not_eligible"]
    year += ["persistent_absence_count", "severe_absence_count"]
    assert counts["phase"].select(pl.col(year).sum()).row(0) == counts["run"].select(year).row(0)
    rolls = (
        counts["school"].group_by("phase").agg(pl.col("pupils_on_roll", "possible_sessions_ytd").sum()).sort("phase")
    )
    assert rolls.equals(counts["phase"].select(rolls.columns))
    assert counts["phase"]["schools"].sum() == counts["run"]["schools_expected"].item() == 5


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_nothing(seed):
    known = an_authority(pupils=60, schools=5, seed=seed)
    turned = {name: frame.reverse() for name, frame in vars(known).items() if isinstance(frame, pl.DataFrame)}
    one, other = exact_counts(known), exact_counts(replace(known, **turned))
    for name in ("run", "phase", "school", "week", "school_week", "group_audit"):
        assert one[name].equals(other[name]), name


def test_what_is_declared_of_weeks_is_counted_but_for_rates_of_what_may_be_hidden():
    computed_when_hidden = {f"{kind}_rate" for kind in WEEK_RATES}
    assert set(WEEK.names) - computed_when_hidden <= set(weeks(marks(amira="/")).columns)
