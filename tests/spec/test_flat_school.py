"""A week of flu in December, and an ordinary Friday, flag no school: in one where nobody changes, no change is found."""

from datetime import date
from functools import cache

import polars as pl
import pytest

from pipeline.signals import SIGNALS, pupil_signals
from pipeline.signals.comparing import at_least
from pipeline.signals.lines import Lines
from pipeline.signals.rates import tenth_on_need
from pipeline.steps.features import pupil_features
from pipeline.synthetic.england import PRIMARY, SECONDARY
from pipeline.tables import staged
from tests.cast import SCHOOLS

from .flat_school import MEAN, flat_school, fridays

CHANGES = (
    "rising_lately", "worse_than_last_year", "nearly_persistent_and_rising", "unauthorised_rising", "weekday_pattern",
    "climb_in_year_seven", "improvement",
)  # fmt: skip

SEEDS = (1, 2, 3)
PUPILS = 1500

INTO_FLU, OUT_OF_FLU = (2023, 2022), (2022, 2023)
"""Which autumns last school year and this were like."""

WEEKS = tuple(sorted({*fridays()[1::4], fridays()[13], fridays()[14], fridays()[34]}))
"""Of those tried in every school: every fourth of the year, the two before Christmas, and the one of June in which chance was seen to raise most."""

every_school = pytest.mark.parametrize(
    "phase, years_like",
    [
        pytest.param(PRIMARY, INTO_FLU, id="primary into flu"),
        pytest.param(PRIMARY, OUT_OF_FLU, id="primary out of flu", marks=pytest.mark.long),
        pytest.param(SECONDARY, INTO_FLU, id="secondary into flu", marks=pytest.mark.long),
        pytest.param(SECONDARY, OUT_OF_FLU, id="secondary out of flu"),
    ],
)


@cache
def year(phase: int, years_like: tuple[int, int]) -> pl.DataFrame:
    """`derived.pupil_features` of three such schools, on each of `WEEKS`."""
    return of_days(phase, years_like, SEEDS, WEEKS)


def of_days(phase: int, years_like: tuple[int, int], seeds: tuple[int, ...], days: tuple[date, ...]) -> pl.DataFrame:
    made = [flat_school(phase, years_like, pupils=PUPILS, seed=seed) for seed in seeds]
    renamed = [[_of_school(frame, number) for frame in both] for number, both in enumerate(made)]
    weeks, enrolled = (pl.concat(frames) for frames in zip(*renamed, strict=True))
    empty = (staged.SUSPENSIONS.empty, staged.CENSUS_SESSIONS.empty)
    return pl.concat(pupil_features(weeks, enrolled, SCHOOLS, *empty, as_of=as_of) for as_of in days)


def _of_school(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    name = pl.format("{}{}", pl.lit("abc"[number]), pl.col("pupil_id").str.slice(1))
    return frame.with_columns(pupil_id=name, urn=pl.lit(100001 + number, pl.Int32))


def raised_by_week(features: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Share of pupils for whom each signal is raised, by day."""
    chosen = [signal for signal in SIGNALS if signal.name in names]
    answers = pl.concat(pupil_signals(of_day, chosen) for (_,), of_day in features.group_by("as_of"))
    return answers.group_by("signal", "as_of").agg(share=pl.col("raised").fill_null(False).mean())


@every_school
def test_in_no_week_is_a_change_found_in_one_in_fifty_of_pupils_who_do_not_change(phase, years_like):
    shares = raised_by_week(year(phase, years_like), CHANGES)
    assert set(shares["signal"]) == set(CHANGES)
    assert shares.filter(pl.col("share") >= 0.02).rows() == []


@pytest.mark.long
def test_nor_in_any_other_week_of_the_year():
    """Of one school, for time: that the weeks tried above hide none between them."""
    others = tuple(day for day in fridays() if day not in WEEKS)
    shares = raised_by_week(of_days(PRIMARY, INTO_FLU, SEEDS[:1], others), CHANGES)
    assert shares["as_of"].n_unique() == len(others) > 20
    assert shares.filter(pl.col("share") >= 0.02).rows() == []


@pytest.mark.parametrize("years_like", [INTO_FLU, OUT_OF_FLU], ids=["into flu", "out of flu"])
def test_of_year_seven_itself_no_more_have_climbed(years_like):
    seventh = year(SECONDARY, years_like).filter(nc_year="7")
    assert raised_by_week(seventh, ("climb_in_year_seven",)).filter(pl.col("share") >= 0.02).rows() == []


@every_school
def test_many_spells_at_a_rate_nearly_persistent_come_to_one_in_fifty_and_more_who_do_not_change(phase, years_like):
    """Why they do not stand for a rise there; and that they do not."""
    features = year(phase, years_like).filter(pl.col("as_of") == fridays()[13])
    rate = ("judged_need_absence_sessions", "judged_need_possible_sessions")
    nearly = features.filter(at_least(*rate, 5) & ~at_least(*rate, 10) & (pl.col("absence_spells_term") >= 4))
    assert nearly.height / features.height >= 0.02
    [told] = [signal for signal in SIGNALS if signal.name == "nearly_persistent_and_rising"]
    assert pupil_signals(nearly, [told])["raised"].fill_null(False).mean() < 0.5


@every_school
def test_the_last_nine_weeks_bring_few_who_are_not_persistently_absent(phase, years_like):
    """`recent_window` is a level and no change: what it adds to the year's own rate is what season and chance add."""
    under = ~at_least("need_absence_sessions_ytd", "need_possible_sessions_ytd", 10)
    features = year(phase, years_like)
    beyond = features.with_columns(possible_sessions_45d=pl.when(under).then("possible_sessions_45d"))
    assert raised_by_week(beyond, ("recent_window",)).filter(pl.col("share") >= 0.03).rows() == []


@every_school
def test_the_school_is_as_unlike_itself_as_england_is(phase, years_like):
    """Otherwise the tests above would prove nothing: as many are persistently absent, and winter is as bad."""
    features = year(phase, years_like)
    at_the_end = features.filter(pl.col("as_of") == WEEKS[-1])
    in_winter = features.filter(pl.col("as_of") == fridays()[14])
    persistent = (at_the_end["absence_rate_ytd"] >= 0.1).mean()
    assert at_the_end["absence_rate_ytd"].mean() == pytest.approx(MEAN[phase], rel=0.15)
    assert (0.10 if phase == PRIMARY else 0.22) <= persistent <= (0.20 if phase == PRIMARY else 0.32)
    rise = in_winter["school_rise_20d"].mean()
    assert (rise > 0.03) is (years_like == INTO_FLU)


@pytest.mark.parametrize("phase", [PRIMARY, SECONDARY], ids=["primary", "secondary"])
def test_an_exceptional_winter_makes_hardly_more_eligible_on_the_rate_than_november_did(phase):
    """Nothing set aside, there would be a quarter more and above."""
    shares = _shares(phase, INTO_FLU)
    november, december = shares[date(2025, 11, 7)], shares[date(2025, 12, 19)]
    assert december["nothing_set_aside"] > 1.25 * november["nothing_set_aside"]
    assert december["eligible"] < 1.2 * november["eligible"]


@pytest.mark.parametrize("phase", [PRIMARY, SECONDARY], ids=["primary", "secondary"])
def test_in_an_ordinary_winter_there_is_no_wave(phase):
    assert {share["ill_in_waves"] for share in _shares(phase, OUT_OF_FLU).values()} == {0}


def _shares(phase: int, years_like: tuple[int, int]) -> dict[date, dict[str, float]]:
    """On 7 November and 19 December: the shares eligible on the rate, those that would be were nothing set aside, and those
    ill in waves."""
    weeks, enrolled = flat_school(phase, years_like, pupils=PUPILS, seed=1)
    empty = (staged.SUSPENSIONS.empty, staged.CENSUS_SESSIONS.empty)
    told = {}
    for as_of in (date(2025, 11, 7), date(2025, 12, 19)):
        features = pupil_features(weeks, enrolled, SCHOOLS, *empty, as_of=as_of)
        of_rate = features.select(eligible=tenth_on_need(Lines()).mean())
        no_waves = features.with_columns(judged_wave_illness_sessions=0)
        shares = no_waves.select(
            nothing_set_aside=tenth_on_need(Lines()).mean(),
            ill_in_waves=(pl.col("wave_illness_sessions_ytd") > 0).mean(),
        )
        told[as_of] = pl.concat([of_rate, shares], how="horizontal").row(0, named=True)
    return told


def test_a_pupil_who_does_change_is_found():
    """Otherwise a guard that lets nothing through would pass: the same pupils, and absence grown from 4% to some 20%."""
    features = year(SECONDARY, OUT_OF_FLU).filter(pl.col("as_of") == WEEKS[-1])
    few = features.filter(pl.col("past_need_absence_rate").is_between(0.03, 0.06))
    grown = few.with_columns(need_absence_sessions_ytd=(pl.col("past_need_absence_sessions") * 5).cast(pl.Int32))
    [worse] = [signal for signal in SIGNALS if signal.name == "worse_than_last_year"]
    assert pupil_signals(grown, [worse])["raised"].mean() > 0.75
