"""A made-up authority is no easier, and no harder, to read than England."""

import numpy as np
import polars as pl
import pytest

from pipeline.synthetic import england
from pipeline.synthetic.england import PRIMARY, SECONDARY, SPECIAL

from .measured import auc

PERSISTENT = {PRIMARY: (0.13, 0.16), SECONDARY: (0.23, 0.27), SPECIAL: (0.34, 0.42)}
SEVERE = {PRIMARY: (0.003, 0.010), SECONDARY: (0.025, 0.042), SPECIAL: (0.035, 0.080)}
OVERALL = {PRIMARY: 0.0528, SECONDARY: 0.0849, SPECIAL: 0.1317}

COMPARED = ("I", "O", "U", "G", "C", "C2", "E", "M", "L", "B", "V")


def together(authorities, table: str) -> pl.DataFrame:
    return pl.concat(getattr(one, table) for one in authorities)


def judged(authorities, phase: int) -> pl.DataFrame:
    """As DfE counts: Years 1 to 11, and at least 20 sessions."""
    rows = together(authorities, "pupils").filter(pl.col("phase") == phase, pl.col("possible") >= 20)
    return rows.filter(pl.col("group").is_between(0 if phase == SPECIAL else 1, 11))


def test_absence_so_far_tells_any_sen_from_none_as_poorly_as_in_england(authorities):
    for one in authorities:
        seen = one.pupils.filter(pl.col("possible_ytd") > 0)
        assert 0.57 <= auc((seen["sen"] > 0).to_numpy(), seen["rate_ytd"].to_numpy()) <= 0.61


@pytest.mark.parametrize("phase", PERSISTENT)
def test_as_many_are_persistently_and_severely_absent_as_in_england(authorities, phase):
    rate = judged(authorities, phase)["rate"]
    assert PERSISTENT[phase][0] <= (rate >= 0.10).mean() <= PERSISTENT[phase][1]
    assert SEVERE[phase][0] <= (rate >= 0.50).mean() <= SEVERE[phase][1]


@pytest.mark.parametrize("phase", OVERALL)
def test_sessions_are_coded_as_in_england(authorities, phase):
    codes = together(authorities, "codes").filter(pl.col("phase") == phase)
    possible = codes.filter("is_possible")["sessions"].sum()
    share = {code: codes.filter(pl.col("code") == code)["sessions"].sum() / possible for code in COMPARED}
    assert codes.filter("is_absence")["sessions"].sum() / possible == pytest.approx(OVERALL[phase], rel=0.12)
    assert share == pytest.approx({code: england.code_shares(phase)[code] for code in COMPARED}, rel=0.25)


@pytest.mark.parametrize("phase", (PRIMARY, SECONDARY))
def test_fridays_are_missed_most_and_as_much_as_in_england(authorities, phase):
    codes = together(authorities, "codes").filter(pl.col("phase") == phase).group_by("weekday").agg(
        missed=pl.col("sessions").filter("is_absence").sum(), possible=pl.col("sessions").filter("is_possible").sum()
    )  # fmt: skip
    rate = codes.sort("weekday").select(pl.col("missed") / pl.col("possible")).to_series().to_numpy()
    assert rate.argmax() == 4
    assert rate / rate.mean() == pytest.approx(england.weekday_shape(phase), abs=0.05)


@pytest.mark.parametrize("phase", (PRIMARY, SECONDARY))
def test_more_is_missed_towards_christmas_than_in_september(authorities, phase):
    codes = together(authorities, "codes").filter(pl.col("phase") == phase, pl.col("half_term") < 2)
    rate = codes.group_by("half_term").agg(
        pl.col("sessions").filter("is_absence").sum() / pl.col("sessions").filter("is_possible").sum()
    )
    first, second = rate.sort("half_term")["sessions"]
    assert 1.05 < second / first < 1.30


def test_year_6_and_year_7_go_together_as_the_same_child_does(authorities):
    """Families of schools in England: r = 0.63."""
    pairs = [
        (one.rates_before[child], rate)
        for one in authorities
        for child, rate in one.pupils.filter(pl.col("group") == 7, pl.col("possible") > 200)
        .select("child", "rate")
        .rows()
        if child in one.rates_before
    ]
    assert 0.53 < np.corrcoef(np.array(pairs).T)[0, 1] < 0.73


def test_about_half_of_all_spells_last_a_day_or_two_and_a_few_last_weeks(authorities):
    days = np.concatenate([one.spells for one in authorities])
    assert 0.45 < (days <= 2).mean() < 0.68
    assert 0.02 < (days >= 10).mean() < 0.15


def test_part_time_timetables_fall_on_pupils_with_plans_first_then_on_sen_support(authorities):
    secondary = together(authorities, "pupils").filter(pl.col("phase") == SECONDARY)
    share = secondary.group_by("sen").agg(pl.col("part_time").sum() / pl.col("possible").sum()).sort("sen")["part_time"]
    assert share[2] > 1.5 * share[1] > 1.5 * 2 * share[0] > 0


def test_part_time_timetables_are_for_compulsory_ages_and_not_required_for_others(authorities):
    pupils = together(authorities, "pupils")
    assert pupils.filter(pl.col("part_time") > 0)["group"].is_between(1, 11).all()
    assert set(pupils.filter(pl.col("not_required") > 0)["group"]) == {0}


def test_every_phase_has_englands_share_of_sen(authorities):
    pupils = together(authorities, "pupils")
    for phase in (PRIMARY, SECONDARY, SPECIAL):
        ours = (pupils.filter(pl.col("phase") == phase)["sen"] > 0).mean()
        assert ours == pytest.approx(england.ANY_SEN[phase], abs=0.02)
