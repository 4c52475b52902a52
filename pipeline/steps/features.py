"""What was known of each pupil's attendance on a day: the only table that signals read."""

from datetime import date, timedelta

import polars as pl

from pipeline.signals.sentences import day
from pipeline.steps.census_terms import census_year
from pipeline.steps.elsewhere import part_time_periods, weeks_elsewhere
from pipeline.steps.judged import RATED, judged, need_possible, rate
from pipeline.steps.no_reasons import reasons_not_given
from pipeline.steps.patterns import BY_PATTERN, patterns
from pipeline.steps.rolls import moves, on_roll, year_group_in
from pipeline.steps.spells import ABOUT_NEED, ILLNESS, spells
from pipeline.steps.suspended import suspended
from pipeline.steps.waves import wave_illness
from pipeline.steps.weeks import COUNTS, registers
from pipeline.steps.windows import between, first_days, lately, once_each, school_calendar, school_days, totals
from pipeline.tables.derived import PUPIL_FEATURES
from pipeline.vocabulary.school_year import SchoolYear, school_year_of, term_dates, term_of

_FIFTY_TWO_WEEKS = timedelta(weeks=52)
_NEED_REGISTERS = (
    *(f"{name}_20d" for name in RATED),
    "school_rise_20d",
    "absence_spells_term",
    "absence_spells_ytd",
    "absence_spells_20d",
    "illness_spells_ytd",
    "no_reason_sessions_older_5d",
    "no_reason_since",
    *BY_PATTERN,
)
_NONE_IS_NOUGHT = ("part_time_periods_two_years", "elsewhere_weeks_ytd", "wave_illness_sessions_ytd")
_possible, _absence, _need = (pl.col(name) for name in RATED)


def pupil_features(
    weeks: pl.DataFrame,
    enrolled: pl.DataFrame,
    schools: pl.DataFrame,
    suspensions: pl.DataFrame,
    census: pl.DataFrame,
    *,
    as_of: date,
) -> pl.DataFrame:
    """`derived.pupil_features`: one row per pupil on a roll on the day.

    `weeks` are `facts.marked_weeks` of this school year and last, `enrolled` is `facts.enrolments`, the others are staged
    rows: all as known on the day. Marks dated later are cut off here.
    """
    year = school_year_of(as_of)
    roll = on_roll(enrolled, schools, as_of=as_of)
    own = registers(weeks)
    calendar = school_calendar(between(own, year.before.first_day, as_of), year_from=year.first_day)
    as_sent = _of(roll, between(weeks, year.first_day, as_of))
    this_year, days = once_each(as_sent), school_days(between(own, year.first_day, as_of))
    two_years = once_each(_of(roll, between(weeks, year.before.first_day, as_of)))
    packed = this_year.select("pupil_id", "week_start", "am_codes", "pm_codes").collect(engine="streaming")

    parts = [
        _year_to_date(this_year, census, year),
        _last_year(roll, weeks, census, year),
        _same_part_of_last_year(roll, weeks, year, as_of=as_of),
        year_group_in(enrolled, year.before),
        _lately(roll, this_year, calendar),
        _spells(packed, roll.join(calendar, on="urn", how="left"), as_of=as_of),
        patterns(roll, packed, days),
        reasons_not_given(roll, this_year, as_sent, days),
        part_time_periods(two_years, year_from=year.first_day),
        weeks_elsewhere(this_year),
        wave_illness(this_year, between(own, year.first_day, as_of)),
        suspended(suspensions, two_years, as_of=as_of),
        moves(roll, enrolled, calendar.select("urn", "first_day"), as_of=as_of),
    ]
    features = roll.join(calendar, on="urn", how="left").join(
        _school_rises(between(own, year.first_day, as_of), calendar), on="urn", how="left"
    )
    for part in parts:
        features = features.join(part, on="pupil_id", how="left")
    features = features.pipe(_without_gaps, feeds_from=suspensions["urn"].unique(), as_of=as_of)
    return PUPIL_FEATURES.conform(judged(features))


def _of(roll: pl.DataFrame, weeks: pl.LazyFrame) -> pl.LazyFrame:
    return weeks.join(roll.lazy().select("pupil_id"), on="pupil_id", how="semi")


# This school year -------------------------------------------------------------------------------------------------------


def _year_to_date(weeks: pl.LazyFrame, census: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """One row per pupil with registers or, where those hold nothing, a census of this year."""
    registers = (
        totals(weeks).join(first_days(weeks), on="pupil_id", how="left").with_columns(source=pl.lit("registers"))
    )
    since = registers.with_columns(period="since " + day(pl.col("first_session_on"))).drop("first_session_on")
    told = census_year(census, year).with_columns(
        source=pl.lit("census"),
        late_sessions=pl.lit(None, pl.Int32),  # no census asks for it
        part_time_weeks=pl.lit(None, pl.Int32),
    )
    both = _first_that_says_something(since, told.rename({"terms_in_words": "period"}))
    return both.rename({name: f"{name}_ytd" for name in (*COUNTS, "part_time_weeks")})


def _first_that_says_something(registers: pl.DataFrame, census: pl.DataFrame) -> pl.DataFrame:
    """`registers`, but a pupil's census where registers hold no session possible or away at another school."""
    says_something = (_possible > 0) | (pl.col("dual_sessions") > 0)
    instead = census.join(registers.filter(says_something), on="pupil_id", how="anti")
    kept = registers.join(instead, on="pupil_id", how="anti")
    return pl.concat([kept, instead.select(kept.columns).cast(kept.schema)])


def _spells(packed: pl.DataFrame, since: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil with registers: spells begun this year, this term and from each pupil's day `from_20d` of `since`."""
    term_began, _ = term_dates(school_year_of(as_of), term_of(as_of))
    about_need = (
        spells(packed, ABOUT_NEED)
        .join(since.select("pupil_id", "from_20d"), on="pupil_id")
        .group_by("pupil_id")
        .agg(
            absence_spells_ytd=pl.len(),
            absence_spells_term=(pl.col("began") >= term_began).sum(),
            absence_spells_20d=(pl.col("began") >= pl.col("from_20d")).sum(),
        )
    )
    illness = spells(packed, ILLNESS).group_by("pupil_id").agg(illness_spells_ytd=pl.len())
    everyone = packed.select("pupil_id").unique()
    counted = everyone.join(about_need, on="pupil_id", how="left").join(illness, on="pupil_id", how="left")
    return counted.with_columns(pl.exclude("pupil_id").fill_null(0))


def _lately(roll: pl.DataFrame, weeks: pl.LazyFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    since = roll.join(calendar.drop_nulls("from_20d"), on="urn")
    counts = lately(weeks, since, "pupil_id")
    seen = since.select("pupil_id").join(counts, on="pupil_id", how="left").with_columns(pl.col(*RATED).fill_null(0))
    return seen.rename({name: f"{name}_20d" for name in RATED})


def _school_rises(weeks: pl.LazyFrame, calendar: pl.DataFrame) -> pl.DataFrame:
    """One row per school: its need absence rate in its last 20 school days less its rate before them."""
    lately_there = lately(weeks, calendar.drop_nulls("from_20d"), "urn")
    whole = weeks.group_by("urn").agg(pl.col(*RATED).sum()).collect(engine="streaming")
    both = whole.join(lately_there, on="urn", suffix="_20d")
    before = both.select("urn", *(pl.col(name) - pl.col(f"{name}_20d") for name in RATED))
    rates = before.select("urn", before=rate(_need, need_possible())).join(
        lately_there.select("urn", lately=rate(_need, need_possible())), on="urn"
    )
    return rates.select("urn", school_rise_20d=pl.col("lately") - pl.col("before"))


# Last school year -------------------------------------------------------------------------------------------------------


def _last_year(roll: pl.DataFrame, weeks: pl.DataFrame, census: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """One row per pupil of whom anything is known of last year, all schools together."""
    own = once_each(_of(roll, between(weeks, year.before.first_day, year.before.last_day)))
    registers = totals(own, (*RATED, "dual_sessions")).with_columns(last_year_in_words=pl.lit(f"in {year.before}"))
    told = census_year(census, year.before).rename({"terms_in_words": "last_year_in_words"})
    both = _first_that_says_something(registers.drop("part_time_weeks"), told).filter(_possible > 0)
    return both.drop("dual_sessions").rename({name: f"{name}_last_year" for name in RATED})


def _same_part_of_last_year(roll: pl.DataFrame, weeks: pl.DataFrame, year: SchoolYear, *, as_of: date) -> pl.DataFrame:
    own = once_each(_of(roll, between(weeks, year.before.first_day, as_of - _FIFTY_TWO_WEEKS)))
    counts = totals(own, RATED).drop("part_time_weeks").filter(_possible > 0)
    return counts.rename({name: f"{name}_same_period_last_year" for name in RATED})


# Put together -----------------------------------------------------------------------------------------------------------


def _without_gaps(features: pl.DataFrame, *, feeds_from: pl.Series, as_of: date) -> pl.DataFrame:
    """Nothing known of a pupil's year is no session; what was never asked stays null.

    That nobody suspended a pupil is known from their own registers, or where their school (`feeds_from` has its URN)
    sends suspensions and named none of theirs.
    """
    by_marks = pl.col("source") == "registers"
    marked_e = pl.when(pl.col("suspended_sessions_ytd") > 0).then(1)
    nobody_suspended = pl.when(by_marks | pl.col("urn").is_in(feeds_from.to_list())).then(0)
    counted = [f"{name}_ytd" for name in COUNTS if name != "late_sessions"]
    return features.with_columns(pl.col("source").fill_null("none")).with_columns(
        pl.lit(as_of).alias("as_of"),
        pl.col(*counted).fill_null(0),
        pl.when(pl.col("source") == "none").then(0).otherwise("late_sessions_ytd").alias("late_sessions_ytd"),
        pl.col("thirteen_school_weeks_ago").fill_null(as_of - timedelta(days=91)),
        pl.max_horizontal("suspensions_12m", marked_e, nobody_suspended).alias("suspensions_12m"),
        *(pl.when(by_marks).then(name).alias(name) for name in _NEED_REGISTERS),
        *(pl.when(by_marks).then(pl.col(name).fill_null(0)).alias(name) for name in _NONE_IS_NOUGHT),
        unseen_dual_sessions_ytd=pl.when(by_marks).then("dual_sessions_ytd").otherwise(0),
    )
