"""What children lost between services are looked for in: all that a home holds, as known on the day."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from pipeline.steps.care import in_care
from pipeline.steps.half_days import numbered
from pipeline.steps.rolls import is_on_roll
from pipeline.steps.sessions_by_day import SchoolRegisters, days_with
from pipeline.steps.weeks import TO_ITS_SUNDAY, cut
from pipeline.steps.windows import LATELY
from pipeline.vocabulary.lost import DAYS_TO_ARRIVE, SCHOOL_DAYS_TO_ARRIVE
from pipeline.vocabulary.school_year import SchoolYear, in_a_long_holiday, school_year_of
from pipeline.vocabulary.sen import PlanWords


@dataclass(frozen=True, kw_only=True)
class Held:
    """Frames as in `tables.facts`, `tables.derived` and the staged tables, rows known on the day and no other.

    `weeks` may have those of transfer files, which `registers` have not; `reviews` are staged rows of support and reviews; `sent` the feeds of which
    anything was ever sent, an empty file too; `words` what this home calls SEN support and a plan.
    """

    as_of: date
    weeks: pl.DataFrame
    registers: SchoolRegisters
    enrolled: pl.DataFrame
    schools: pl.DataFrame
    features: pl.DataFrame
    signals: pl.DataFrame
    reviews: pl.DataFrame
    suspensions: pl.DataFrame
    census: pl.DataFrame
    leavers: pl.DataFrame
    ap_placements: pl.DataFrame
    offers: pl.DataFrame
    plans: pl.DataFrame
    care_children: pl.DataFrame
    care_episodes: pl.DataFrame
    sent: frozenset[str]
    words: PlanWords

    @cached_property
    def year(self) -> SchoolYear:
        return school_year_of(self.as_of)

    @cached_property
    def listed_at(self) -> pl.DataFrame:
        """One row per pupil on a roll: the school that lists them, and their year group."""
        return self.features.select("pupil_id", "urn", "nc_year")

    @cached_property
    def begun(self) -> pl.DataFrame:
        return self.enrolled.filter(pl.col("entry_date") <= self.as_of)

    @cached_property
    def on_rolls(self) -> pl.DataFrame:
        """Every spell under way."""
        return self.begun.filter(is_on_roll(as_of=self.as_of))

    @cached_property
    def days(self) -> pl.DataFrame:
        """One row per school and school day of this school year and the last, up to the day."""
        return self.registers.school_days(self.year.before.first_day, self.as_of)

    @cached_property
    def with_registers(self) -> pl.DataFrame:
        """The urn of each school with a register of this school year."""
        return self.days.filter(pl.col("date") >= self.year.first_day).select("urn").unique()

    @cached_property
    def lately(self) -> pl.DataFrame:
        """One row per school with registers: `from_20d`, the first of its last 20 school days, or of as many as are held."""
        last = self.days.sort("date", descending=True).group_by("urn", maintain_order=True).head(LATELY)
        return last.group_by("urn").agg(from_20d=pl.col("date").min())

    @cached_property
    def in_care(self) -> pl.DataFrame:
        return in_care(self.care_children, self.care_episodes, as_of=self.as_of)

    @cached_property
    def last_spells(self) -> pl.DataFrame:
        """One row per pupil ever on a roll: the spell under way, else the last left; and `age`, years on 31 August."""
        last = pl.col("leaving_date").fill_null(date.max)
        spells = self.begun.sort(last, "entry_date", "urn").unique("pupil_id", keep="last", maintain_order=True)
        left_in = pl.min_horizontal("leaving_date", pl.lit(self.as_of)).fill_null(self.as_of)
        began = left_in.dt.year() - (left_in.dt.month() < 8).cast(pl.Int32)
        return spells.with_columns(age=pl.col("age_at_31_august") + self.year.starts - began)

    @cached_property
    def with_plan(self) -> pl.DataFrame:
        """One row per pupil with a plan in force, whoever tells of it: and the day it began, where that is told.

        Where the authority tells of a plan that has ended, and of none in its place, no roll is believed.
        """
        is_over = pl.col("ceased_on") <= self.as_of
        told = self.plans.with_columns(
            in_force=(pl.col("stage") == "plan_in_force").fill_null(False) & ~is_over.fill_null(False),
            is_ended=(pl.col("stage") == "plan_ceased").fill_null(False) | is_over.fill_null(False),
        )
        authoritys = told.filter("in_force").group_by("pupil_id").agg(pl.col("plan_start").max())
        ended = told.filter("is_ended").join(authoritys, on="pupil_id", how="anti")
        by_school = pl.concat([self._plans_on_rolls(), self._plans_under_review()]).unique()
        others = by_school.join(authoritys, on="pupil_id", how="anti").join(ended, on="pupil_id", how="anti")
        return pl.concat([authoritys, others], how="diagonal_relaxed").sort("pupil_id")

    def _plans_on_rolls(self) -> pl.DataFrame:
        said = self.begun.filter(pl.col("sen_provision").is_not_null())
        latest = said.sort("sen_provision_on", "entry_date", "urn").unique("pupil_id", keep="last", maintain_order=True)
        return latest.filter(pl.col("sen_provision") == "E").select("pupil_id")

    def _plans_under_review(self) -> pl.DataFrame:
        of_plans = self.reviews.filter(
            pl.col("kind") == "ehc_plan", pl.col("start_date").fill_null(date.min) <= self.as_of
        )
        said_last = of_plans.filter(pl.col("known_on") == pl.col("known_on").max().over("pupil_id"))
        lasts = pl.col("ended").is_null() | (pl.col("ended") > self.as_of)
        return said_last.filter(lasts).select("pupil_id").unique()


def of_this_year(weeks: pl.DataFrame, pupils: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Of `weeks` those of `pupils`, with the marks of this school year up to the day."""
    reach = pl.col("week_start").is_between(held.year.first_day - TO_ITS_SUNDAY, held.as_of)
    theirs = weeks.lazy().filter(reach).join(pupils.lazy().select("pupil_id").unique(), on="pupil_id", how="semi")
    return cut(theirs.collect(), first_day=held.year.first_day, last_day=held.as_of)


def with_any(weeks: pl.DataFrame, *codes: str) -> pl.DataFrame:
    """Those of `weeks` with a mark of any of these codes: the only ones to be laid out to find them."""
    has = numbered(*codes)
    return weeks.filter((days_with(weeks["am_codes"], has) | days_with(weeks["pm_codes"], has)) != 0)


def time_since(rows: pl.DataFrame, day: str, held: Held) -> pl.DataFrame:
    """`rows` (pupil_id and urn, one row a pupil) with the school days of that school since `day`, or, where its register does
    not reach from that day to the as-of day, the calendar days; and `is_enough`: ten school days, or a fortnight of term.

    A register reaches so far while its last school day is no fortnight of term ago: one that has stopped counts no further.
    """
    counted = rows.select("pupil_id", "urn", day).join(held.days, on="urn").filter(pl.col("date") > pl.col(day))
    days = counted.group_by("pupil_id").agg(school_days=pl.len().cast(pl.Int32))
    known = rows.join(days, on="pupil_id", how="left").join(_registers_reach(held), on="urn", how="left")
    term = _term_days_since(known.select(pl.min_horizontal(day, "to_day").min()).item() or held.as_of, as_of=held.as_of)
    timed = known.with_columns(days_of_term=_looked_up(day, term), since_register=_looked_up("to_day", term))
    told = pl.col(day).is_between("from_day", "to_day") & (pl.col("since_register") <= DAYS_TO_ARRIVE)
    by_register = told.fill_null(False)
    enough = pl.when(by_register).then(pl.col("school_days") >= SCHOOL_DAYS_TO_ARRIVE)
    return timed.with_columns(
        school_days=pl.when(by_register).then(pl.col("school_days").fill_null(0)),
        calendar_days=pl.when(~by_register).then(since_days(day, held.as_of)),
        is_enough=enough.otherwise(pl.col("days_of_term") >= DAYS_TO_ARRIVE).fill_null(False),
    ).drop("from_day", "to_day", "days_of_term", "since_register")


def _registers_reach(held: Held) -> pl.DataFrame:
    """One row per school with a register of this year: the first and last school day held of this year and the last."""
    here = held.days.join(held.with_registers, on="urn", how="semi")
    return here.group_by("urn").agg(from_day=pl.col("date").min(), to_day=pl.col("date").max())


def _looked_up(day: str, term: dict[date, int]) -> pl.Expr:
    return pl.col(day).replace_strict(term, default=None, return_dtype=pl.Int32)


def _term_days_since(first: date, *, as_of: date) -> dict[date, int]:
    """By day from `first` to `as_of`, the days after it that lie in no long holiday."""
    left, after = {}, 0
    for back in range((as_of - first).days + 1):
        day = as_of - timedelta(days=back)
        left[day] = after
        after += not in_a_long_holiday(day)
    return left


def since_days(day: str, last: pl.Expr | date) -> pl.Expr:
    """Calendar days from `day` to `last`."""
    until = pl.lit(last) if isinstance(last, date) else last
    return (until - pl.col(day)).dt.total_days().cast(pl.Int32)


def latest_known(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """Of rows that share `key` the one known last, then the last by content: never by the order of files."""
    content = sorted(set(rows.columns) - {"extract_id", "row_number", "known_on", *key})
    ordered = rows.sort("known_on", *content, nulls_last=False)
    return ordered.unique(key, keep="last", maintain_order=True)


A_DAY = timedelta(days=1)
