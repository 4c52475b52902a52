"""What was known of each pupil's attendance on a day: the only table that signals read."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.signals.sentences import day
from pipeline.steps.census_terms import CENSUS_READ, census_year
from pipeline.steps.elsewhere import ELSEWHERE, part_time_periods, weeks_elsewhere
from pipeline.steps.half_days import ABSENCE, NEED, POSSIBLE, HalfDays, half_days
from pipeline.steps.judged import RATED, judged, need_possible, rate
from pipeline.steps.no_reasons import reasons_not_given
from pipeline.steps.patterns import BY_PATTERN, patterns
from pipeline.steps.rolls import moves, on_roll, year_group_in
from pipeline.steps.sessions_by_day import SchoolRegisters
from pipeline.steps.spells import ABOUT_NEED, ILLNESS, begun
from pipeline.steps.suspended import suspended
from pipeline.steps.waves import wave_illness
from pipeline.steps.weeks import COUNTS, code_flags, cut, registers
from pipeline.steps.windows import between, once_each, school_calendar, totals
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
_possible = pl.col(RATED[0])


def pupil_features(
    weeks: pl.DataFrame,
    enrolled: pl.DataFrame,
    schools: pl.DataFrame,
    suspensions: pl.DataFrame,
    census: pl.DataFrame,
    *,
    as_of: date,
    told: SchoolRegisters | None = None,
) -> pl.DataFrame:
    """`derived.pupil_features`: one row per pupil on a roll on the day.

    `weeks` are `facts.marked_weeks` of this school year and last, `enrolled` is `facts.enrolments`, the others are staged
    rows: all as known on the day. Marks dated later are cut off here. `told` are the schools' registers of these weeks, where
    they are had already.
    """
    listed = on_roll(enrolled, schools, as_of=as_of).sort("urn", "pupil_id")
    numbers = listed.select("pupil_id", number=pl.int_range(pl.len(), dtype=pl.UInt32))
    roll = listed.with_columns(pupil_id=numbers["number"])
    known = _Known(
        roll=roll,
        days=(told or SchoolRegisters(registers(cut(weeks, last_day=as_of)))).days,
        weeks=_Weeks.of(_by_number(weeks, numbers), roll, as_of=as_of),
        enrolled=_by_number(enrolled, numbers).drop_nulls("pupil_id"),
        suspensions=_by_number(suspensions, numbers).drop_nulls("pupil_id"),
        census=_by_number(census.select(CENSUS_READ), numbers).drop_nulls("pupil_id"),
    )
    features = _put_together(known, as_of=as_of)
    told = features.pipe(_without_gaps, feeds_from=suspensions["urn"].unique(), as_of=as_of)
    return PUPIL_FEATURES.conform(judged(told.with_columns(listed["pupil_id"])))


def _by_number(rows: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the number of a pupil on a roll for `pupil_id`, null for any other: grouped and joined by a text of twelve letters, a
    year of weeks costs several times as much."""
    placed = rows.select("pupil_id").join(numbers, on="pupil_id", how="left", maintain_order="left")
    return rows.with_columns(pupil_id=placed["number"])


@dataclass(frozen=True)
class _Weeks:
    """Weeks of this school year and last by pupils' numbers, none later than the day stood on."""

    of_schools: pl.DataFrame  # as their registers have them; a pupil on no roll has no number
    settled: pl.DataFrame  # a transfer file's too; only who is at no school but the one that lists them has a number
    movers: pl.DataFrame  # of the others on a roll
    # One row per pupil and week, whatever the schools. These are put together before they are cut to the days asked for: what a
    # row says beside its counts (urn, last_known_on, is_transferred) may be of a school whose marks all lie outside those days.
    movers_once: pl.DataFrame

    @classmethod
    def of(cls, weeks: pl.DataFrame, roll: pl.DataFrame, *, as_of: date) -> "_Weeks":
        two_years = between(weeks, school_year_of(as_of).before.first_day, as_of).collect()
        nobody = roll.height
        numbers = two_years["pupil_id"].fill_null(nobody).to_numpy()
        listed_by = np.append(roll["urn"].to_numpy(), -1)
        moved = np.zeros(nobody + 1, dtype=bool)
        moved[numbers[listed_by[numbers] != two_years["urn"].to_numpy()]] = True
        is_mover = pl.Series(moved[numbers] & (numbers != nobody))
        settled = two_years.with_columns(pupil_id=pl.when(~is_mover).then("pupil_id"))
        movers = two_years.filter(is_mover)
        return cls(registers(two_years), settled, movers, once_each(movers.lazy()).collect())

    def as_sent(self, first_day: date, last_day: date) -> pl.LazyFrame:
        """One row per pupil, school and week of these days."""
        return self._both(self.movers, first_day, last_day)

    def once(self, first_day: date, last_day: date) -> pl.LazyFrame:
        """One row per pupil and week of these days, whatever the schools."""
        return self._both(self.movers_once, first_day, last_day)

    def _both(self, movers: pl.DataFrame, first_day: date, last_day: date) -> pl.LazyFrame:
        settled = between(self.settled, first_day, last_day).filter(pl.col("pupil_id").is_not_null())
        return pl.concat([settled, between(movers, first_day, last_day)])

    def ever(self, *counts: str, of: int) -> np.ndarray:
        """Of each of so many pupils whether any of `counts` is ever more than none."""
        told = np.zeros(of, dtype=bool)
        for rows in (self.settled, self.movers):
            told[rows.filter(pl.any_horizontal(pl.col(*counts) > 0))["pupil_id"].drop_nulls().to_numpy()] = True
        return told

    def of_pupils(self, asked: np.ndarray) -> "_Weeks":
        """Of those pupils alone of whom `asked` is true; the schools' as they are."""
        is_asked = pl.lit(pl.Series(asked)).gather("pupil_id").fill_null(value=False)
        settled, *movers = (rows.filter(is_asked) for rows in (self.settled, self.movers, self.movers_once))
        return _Weeks(self.of_schools, settled, *movers)


@dataclass(frozen=True)
class _Known:
    """What is known on the day of the pupils of `roll`, each by number: their place on it. `roll` is in order of school; `days` are
    `sessions_by_day` of the schools."""

    roll: pl.DataFrame
    days: pl.DataFrame
    weeks: _Weeks
    enrolled: pl.DataFrame
    suspensions: pl.DataFrame
    census: pl.DataFrame


def _put_together(known: _Known, *, as_of: date) -> pl.DataFrame:
    year, roll, weeks = school_year_of(as_of), known.roll, known.weeks
    days = known.days.filter(pl.col("date") >= year.before.first_day)
    open_days = days.filter(pl.col("possible_sessions") > 0).select("urn", "date")
    opened = school_calendar(open_days, year_from=year.first_day)
    since = roll.select("urn").join(opened, on="urn", how="left", maintain_order="left")
    this_year = weeks.once(year.first_day, as_of)
    packed = this_year.select("pupil_id", "week_start", "am_codes", "pm_codes").collect(engine="streaming")
    marks = half_days(packed, roll.height, first_day=year.first_day, last_day=as_of)
    of_few = weeks.of_pupils(
        marks.ever(ELSEWHERE) | weeks.ever("part_time_sessions", "suspended_sessions", of=roll.height)
    )
    days_this_year = open_days.filter(pl.col("date") >= year.first_day)
    by_number = [
        _year_to_date(marks, known.census, year),
        _last_year(weeks, known.census, year),
        _same_part_of_last_year(weeks, as_of=as_of),
        year_group_in(known.enrolled, year.before),
        reasons_not_given(roll, this_year, weeks.as_sent(year.first_day, as_of), days_this_year),
        part_time_periods(of_few.once(year.before.first_day, as_of), year_from=year.first_day),
        weeks_elsewhere(of_few.once(year.first_day, as_of)),
        wave_illness(this_year, between(weeks.of_schools, year.first_day, as_of)),
        suspended(known.suspensions, of_few.once(year.before.first_day, as_of), as_of=as_of),
        moves(roll, known.enrolled, opened.select("urn", "first_day"), as_of=as_of),
    ]
    aligned = (
        roll.select("pupil_id").join(part, on="pupil_id", how="left", maintain_order="left").drop("pupil_id")
        for part in by_number
    )
    in_order = [
        _lately(marks, since["from_20d"]),
        _spells(marks, since["from_20d"], as_of=as_of),
        patterns(roll, marks, days_this_year),
    ]
    rises = _school_rises(days.filter(pl.col("date") >= year.first_day), opened)
    rises = since.select("urn").join(rises, on="urn", how="left", maintain_order="left")
    parts = [roll, since.drop("urn"), rises.drop("urn"), *aligned, *in_order]
    return pl.concat(parts, how="horizontal")


# This school year -------------------------------------------------------------------------------------------------------


def _year_to_date(marks: HalfDays, census: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """One row per pupil with registers or, where those hold nothing, a census of this year."""
    counts = {f"{name}_sessions": values for name, values in marks.totals(code_flags).items()}
    everyone = pl.DataFrame(counts).with_columns(
        pupil_id=pl.int_range(pl.len(), dtype=pl.UInt32),
        part_time_weeks=pl.Series(marks.weeks_with(code_flags["part_time"]), dtype=pl.Int32),
        source=pl.lit("registers"),
        period="since " + day(pl.lit(pl.Series(marks.first_days(POSSIBLE)))),
    )
    registers = everyone.filter(pl.Series(marks.codes.any(axis=(0, 1))))
    told = census_year(_unsaid(census, registers), year).with_columns(
        source=pl.lit("census"),
        late_sessions=pl.lit(None, pl.Int32),  # no census asks for it
        part_time_weeks=pl.lit(None, pl.Int32),
    )
    both = _instead(registers, told.rename({"terms_in_words": "period"}))
    return both.rename({name: f"{name}_ytd" for name in (*COUNTS, "part_time_weeks")})


def _unsaid(census: pl.DataFrame, registers: pl.DataFrame) -> pl.DataFrame:
    """Of `census` the pupils whose registers hold no session possible or away at another school."""
    says_something = (_possible > 0) | (pl.col("dual_sessions") > 0)
    return census.join(registers.filter(says_something), on="pupil_id", how="anti")


def _instead(registers: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    kept = registers.join(told, on="pupil_id", how="anti")
    return pl.concat([kept, told.select(kept.columns).cast(kept.schema)])


def _spells(marks: HalfDays, since: pl.Series, *, as_of: date) -> pl.DataFrame:
    """In order of the roll: spells begun this year, this term and from each pupil's own day `since` on."""
    term_began, _ = term_dates(school_year_of(as_of), term_of(as_of))
    about_need, illness = begun(marks, ABOUT_NEED), begun(marks, ILLNESS)
    own = pl.lit(since).gather("pupil")
    of_pupil = {
        "absence_spells_ytd": about_need,
        "absence_spells_term": about_need.filter(pl.col("began") >= term_began),
        "absence_spells_20d": about_need.filter(pl.col("began") >= own),
        "illness_spells_ytd": illness,
    }
    return pl.DataFrame({name: np.bincount(found["pupil"], minlength=len(since)) for name, found in of_pupil.items()})


def _lately(marks: HalfDays, since: pl.Series) -> pl.DataFrame:
    """In order of the roll: counts from each pupil's own day `since` on; null where their school has had too few days."""
    counts = marks.since(since.to_numpy(), (POSSIBLE, ABSENCE, NEED))
    columns = {f"{name}_20d": values for name, values in zip(RATED, counts, strict=True)}
    return pl.DataFrame(columns, schema_overrides=dict.fromkeys(columns, pl.Int32)).with_columns(
        pl.when(pl.lit(since.is_not_null())).then(pl.all())
    )


def _school_rises(days: pl.DataFrame, opened: pl.DataFrame) -> pl.DataFrame:
    """One row per school: its need absence rate in its last 20 school days less its rate before them, from `days` of this school
    year."""
    by_day = days.join(opened.select("urn", "from_20d").drop_nulls(), on="urn")
    is_lately = pl.col("date") >= pl.col("from_20d")
    sums = by_day.group_by("urn").agg(
        *(pl.col(name).filter(~is_lately).sum() for name in RATED),
        *(pl.col(name).filter(is_lately).sum().alias(f"{name}_20d") for name in RATED),
    )
    before, now = (
        rate(pl.col(name), need_possible(window)) for name, window in ((RATED[2], ""), (f"{RATED[2]}_20d", "20d"))
    )
    return sums.select("urn", school_rise_20d=now - before)


# Last school year -------------------------------------------------------------------------------------------------------


def _last_year(weeks: _Weeks, census: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """One row per pupil of whom anything is known of last year, all schools together."""
    own = weeks.once(year.before.first_day, year.before.last_day)
    registers = totals(own, (*RATED, "dual_sessions")).drop("part_time_weeks")
    told = census_year(_unsaid(census, registers), year.before).rename({"terms_in_words": "last_year_in_words"})
    both = _instead(registers.with_columns(last_year_in_words=pl.lit(f"in {year.before}")), told).filter(_possible > 0)
    return both.drop("dual_sessions").rename({name: f"{name}_last_year" for name in RATED})


def _same_part_of_last_year(weeks: _Weeks, *, as_of: date) -> pl.DataFrame:
    own = weeks.once(school_year_of(as_of).before.first_day, as_of - _FIFTY_TWO_WEEKS)
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
