"""Whether everybody is there, at every session: rolls held to the census, and registers to the roll."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from pipeline.vocabulary.enrolment import GUEST, NURSERY_YEARS, SIXTH_FORM_YEARS
from pipeline.vocabulary.school_year import school_year_of

from .held_to_totals import FEWEST_PUPILS
from .rolls import is_on_roll
from .sessions_by_day import SchoolRegisters, bits_by_day, days_as_bits, days_with, days_within
from .weeks import TO_ITS_SUNDAY, code_flags
from .windows import LATELY

MAY_BE_SHUT = 4
"""Half days in twenty days at which most of a school may have no mark: a Friday afternoon each week, the end of a term, or
two days on which a year group came back before the others."""

A_DAY_OPEN = 10
"""A school was open on a day when one pupil in so many has a mark: the rest of a day on which one came says nothing."""

_LAST_DAYS = 5
_LATELY = timedelta(days=60)
_HAS_MARK = (np.arange(256) > 0) & ~code_flags["no_mark"]


def rolls_as_the_census_says(
    pupils: pl.DataFrame, enrolled: pl.DataFrame, *, tolerance: float, as_of: date
) -> list[dict]:
    """A line per school and census of this school year: pupils the roll now has on the census's day, and those the census counts.

    `pupils` are staged rows, `enrolled` is `facts.enrolments`. Where the census is all there is of a roll, they agree.
    """
    on_that_roll = pupils.filter(
        pl.col("census_term").is_not_null()
        & pl.col("leaving_date").is_null()
        & pl.col("stated_on").is_between(school_year_of(as_of).first_day, as_of)
    )
    counts = (
        on_that_roll.filter(pl.col("known_on") == pl.col("known_on").max().over("urn", "stated_on"))
        .group_by("urn", "stated_on", "census_term")
        .agg(said=pl.col("pupil_id").n_unique())
        .sort("stated_on", "urn")
    )
    lines = []
    for day, term in counts.select("stated_on", "census_term").unique(maintain_order=True).rows():
        counted = dict(enrolled.filter(is_on_roll(as_of=day)).group_by("urn").agg(pl.col("pupil_id").n_unique()).rows())
        for urn, said in counts.filter(stated_on=day, census_term=term).select("urn", "said").rows():
            what = f"pupils on roll on {day:%d/%m/%Y}"
            reason = (
                f"The rolls received have {counted.get(urn, 0):,} {what}; the {term} school census says {said:,}, more "
                f"than {tolerance:.1%} apart. Deliver that school's pupils again."
            )
            lines.append(_line(urn, "roll_as_census", what, counted.get(urn, 0), said, tolerance, reason))
    return lines


@dataclass(frozen=True)
class RollInRegisters:
    """The roll of whom registers are asked as of a day, and their marks lately, joined once for all who ask."""

    registers: SchoolRegisters
    enrolled: pl.DataFrame
    as_of: date

    @cached_property
    def roll(self) -> pl.DataFrame:
        """The spells of those of whom registers are asked, with `who`: one number for each pupil and school, quicker to join
        and count by than their ids."""
        roll = self.enrolled.filter(_has_registers(pl.lit(self.as_of)))
        return roll.join(roll.select("pupil_id", "urn").unique().with_row_index("who"), on=("pupil_id", "urn"))

    @cached_property
    def last_days(self) -> pl.DataFrame:
        """One row per school with a roll: `first`, of its last 20 school days, or of this year where there were fewer."""
        last_days = (
            self.registers.school_days(school_year_of(self.as_of).first_day, self.as_of).group_by("urn").tail(LATELY)
        )
        return last_days.join(self.roll, on="urn", how="semi").group_by("urn").agg(first=pl.col("date").min())

    def marks_lately(self) -> pl.DataFrame:
        """`_marks` of every school since 60 days ago."""
        lately = self.registers.days.select("urn", first=pl.lit(self.as_of - _LATELY)).unique()
        return _marks(self._weeks, lately, as_of=self.as_of)

    def marks_of_last_days(self) -> pl.DataFrame:
        return _marks(self._weeks, self.last_days, as_of=self.as_of)

    @cached_property
    def _weeks(self) -> pl.DataFrame:
        """One row per pupil on the roll of a school and week of which either asks: who, urn, week_start, the days with a mark,
        `am` and `pm`, a dash being none, and those on which the pupil `came`."""
        first = min(self.last_days["first"].min() or self.as_of, self.as_of - _LATELY)
        lately = self.registers.weeks.lazy().filter(pl.col("week_start").is_between(first - TO_ITS_SUNDAY, self.as_of))
        pupils = self.roll.lazy().select("pupil_id", "urn", "who").unique()
        columns = ("pupil_id", "urn", "week_start", "am_codes", "pm_codes")
        theirs = lately.select(columns).join(pupils, on=("pupil_id", "urn")).drop("pupil_id").collect()
        am, pm = theirs["am_codes"], theirs["pm_codes"]
        return theirs.select(
            "who", "urn", "week_start", am=days_with(am, _HAS_MARK), pm=days_with(pm, _HAS_MARK),
            came=days_with(am, code_flags["possible"]) | days_with(pm, code_flags["possible"]),
        )  # fmt: skip


def registers_of_the_roll(asked: RollInRegisters, *, tolerance: float) -> list[dict]:
    """A line per school open on five days lately: pupils on its roll for the whole of the last five, and those of them with
    a mark on most. Of guests and of `_without_registers` nothing is asked."""
    marks = asked.marks_lately()
    five = _open_days(marks).group_by("urn").tail(_LAST_DAYS).filter(pl.len().over("urn") == _LAST_DAYS)
    spans = five.group_by("urn").agg(first=pl.col("date").min(), last=pl.col("date").max())
    there = (
        (pl.col("entry_date") <= pl.col("first")) & is_on_roll(as_of=pl.col("last")) & _has_registers(pl.col("last"))
    )
    expected = asked.roll.join(spans, on="urn").filter(there).select("urn", "who").unique()
    marked_on = ((pl.col("am") | pl.col("pm")) & pl.col("days")).bitwise_count_ones()
    days = marks.join(days_as_bits(five), on=("urn", "week_start")).group_by("who").agg(days=marked_on.sum())
    found = expected.join(days.filter(pl.col("days") * 2 > _LAST_DAYS), on="who", how="semi")
    asked, seen = (pupils.group_by("urn").len(name) for pupils, name in ((expected, "asked"), (found, "seen")))
    counts = spans.join(asked, on="urn", how="left").join(seen, on="urn", how="left").fill_null(0)
    lines = []
    for urn, first, last, on_roll, found in counts.sort("urn").rows():
        days_said = f"from {first:%d/%m/%Y} to {last:%d/%m/%Y}"
        reason = (
            f"The registers received have marks on most days for {found:,} of the {on_roll:,} pupils on roll "
            f"{days_said}, more than {tolerance:.1%} apart. Deliver the missing pupils' marks, or the roll as it now stands."
        )
        lines.append(_line(urn, "registers_of_roll", days_said, found, on_roll, tolerance, reason))
    return lines


def registers_taken(asked: RollInRegisters, *, tolerance: float) -> list[dict]:
    """A line per school with registers: the sessions of its last 20 school days, or of this year where there were fewer, of
    every pupil on its roll with a mark on any of them, and those with a mark. Pupils with none at all are told of by
    `registers_of_the_roll`."""
    counts = asked.last_days.join(_sessions(asked), on="urn", how="left").fill_null(0)
    lines = []
    for urn, first, marked, expected in counts.sort("urn").rows():
        period = f"since {first:%d/%m/%Y}"
        reason = (
            f"Of {expected:,} sessions {period} {expected - marked:,} have no mark, for their registers were not taken or "
            f"not sent, and {tolerance:.1%} are allowed. Have them completed and deliver those marks again."
        )
        line = _line(urn, "registers_taken", period, marked, expected, tolerance, reason)
        lines.append(line | {"holds": expected - marked <= tolerance * expected})
    return lines


def _marks(weeks: pl.DataFrame, since: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Those of `weeks` with a mark from the school's `first` day in `since` up to the as-of day, and no day before or after."""
    inside = days_within(pl.col("first"), pl.lit(as_of))
    told = weeks.lazy().join(since.lazy(), on="urn").with_columns(pl.col("am", "pm", "came") & inside)
    return told.filter((pl.col("am") | pl.col("pm")) != 0).collect(engine="streaming")


def _open_days(marks: pl.DataFrame) -> pl.DataFrame:
    """The days, in order, on which enough of a school's pupils came for the others to be missed: urn and date."""
    pupils = marks.group_by("urn").agg(pupils=pl.col("who").n_unique())
    came = bits_by_day(marks, "came").join(pupils, on="urn", maintain_order="left")
    return came.filter((pl.col("came") > 0) & (pl.col("came") * A_DAY_OPEN >= pl.col("pupils"))).select("urn", "date")


def _sessions(asked: RollInRegisters) -> pl.DataFrame:
    """By school, of two sessions for each day it was open and pupil on its roll that day: how many are `marked`, and how many
    `expected`."""
    marks = asked.marks_of_last_days()
    ever_there = asked.roll.join(marks, on="who", how="semi").filter(is_on_roll(as_of=pl.col("entry_date")))
    days = pl.col("days") & days_within(pl.col("entry_date"), pl.col("leaving_date"))
    spells = ever_there.join(days_as_bits(_open_days(marks)), on="urn").select("who", "urn", "week_start", there=days)
    both = pl.concat([spells, marks.select("who", "urn", "week_start", "am", "pm")], how="diagonal").lazy()
    bits = pl.col("there", "am", "pm").bitwise_or().fill_null(0)
    told = both.group_by("who", "week_start").agg(pl.col("urn").first(), bits).collect(engine="streaming")
    by_day = bits_by_day(told.with_columns(pl.col("am", "pm") & pl.col("there")), "there", "am", "pm")
    halves = [
        by_day.select("urn", "date", half_day=pl.lit(at), expected="there", marked=half)
        for at, half in enumerate(("am", "pm"))
    ]
    sessions = pl.concat(halves)
    taken = sessions.join(_shut(sessions), on=("urn", "date", "half_day"), how="anti")
    return taken.group_by("urn").agg(pl.col("marked", "expected").sum())


def _shut(sessions: pl.DataFrame) -> pl.DataFrame:
    """The few half days a school may have been shut, or open to some: of those most have no mark at, the emptiest."""
    most_without = sessions.filter(pl.col("marked") * 2 < pl.col("expected"))
    emptiest = most_without.sort(pl.col("expected") - pl.col("marked"), "date", "half_day", descending=True)
    return emptiest.group_by("urn", maintain_order=True).head(MAY_BE_SHUT)


def _has_registers(day: pl.Expr) -> pl.Expr:
    is_guest = pl.col("enrol_status").fill_null("C") == GUEST
    group = pl.col("nc_year").fill_null("")
    return ~is_guest & ~_without_registers(group, day.dt.month())


def _without_registers(group: pl.Expr, month: pl.Expr) -> pl.Expr:
    """Year groups of whom many schools take no register, or one a day: nurseries and sixth forms, from June on those
    sitting GCSEs, and in their first weeks those who begin school by and by."""
    leaving, beginning = month.is_between(6, 8), month.is_between(9, 10)
    return group.is_in([*SIXTH_FORM_YEARS, *NURSERY_YEARS]) | (leaving & (group == "11")) | (beginning & (group == "R"))


def _line(urn: int, check: str, period: str, counted: int, said: int, tolerance: float, reason: str) -> dict:
    holds = abs(counted - said) <= tolerance * max(said, 1) or max(counted, said) < FEWEST_PUPILS
    return {
        "urn": urn, "held_to": check, "period": period, "counted": counted, "said": said, "allowed": tolerance,
        "holds": holds, "reason": reason,
    }  # fmt: skip
