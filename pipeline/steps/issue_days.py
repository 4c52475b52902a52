"""On which days lists go out: a set day each fortnight, and what was due and could not, on the first night it can.

A late list is given its time: the set day that follows within half a fortnight is passed over.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.steps.looked_at import Before
from pipeline.steps.pictures import registers_to
from pipeline.vocabulary.school_year import in_a_usual_holiday

_NO_REGISTERS = timedelta(days=10)
"""So long without a mark is a holiday at any time of the year: registers that come once a week are never so old."""

_NOTHING_NEW = timedelta(days=5)
"""So long without a mark, and without any delivery of one, is a holiday where schools have theirs about then. In its first days
nobody can tell: the last registers are as old as after any week-end, or as where they come a few days late."""


@dataclass(frozen=True)
class SetDays:
    """The set days up to a day and after it: `last` is None before the first."""

    last: date | None
    next: date
    every_days: int

    def due(self, before: Before, urns: pl.Series) -> frozenset[int]:
        """Those of the schools that have had no list since the last set day, nor one so shortly before it that nobody had the time
        for it."""
        if self.last is None:
            return frozenset()
        had = _last_lists(before)
        return frozenset(urn for urn in urns if urn not in had or self._is_far_enough(self.last, had[urn]))

    def next_of(self, before: Before, urns: pl.Series) -> dict[int, date]:
        """The set day after this one on which each school is due a list."""
        had = _last_lists(before)
        after = self.next + timedelta(days=self.every_days)
        return {urn: self.next if urn not in had or self._is_far_enough(self.next, had[urn]) else after for urn in urns}

    def _is_far_enough(self, set_day: date, had: date) -> bool:
        """Half the days between two lists, after one that was late, and it is time for the next."""
        return (set_day - had).days * 2 >= self.every_days


def _last_lists(before: Before) -> dict[int, date]:
    return dict(before.lists.group_by("urn").agg(pl.col("as_of").max()).rows())


def set_days(first: date, *, every_days: int, as_of: date) -> SetDays:
    """The set days around `as_of`, counted from `first`."""
    if as_of < first:
        return SetDays(None, first, every_days)
    last = as_of - timedelta(days=(as_of - first).days % every_days)
    return SetDays(last, last + timedelta(days=every_days), every_days)


def first_set_day(said: str, before: Before, *, as_of: date) -> date:
    """The day the others are counted from: what settings say, else the day of the first list that ever went out, else `as_of`,
    on which the first goes out."""
    return date.fromisoformat(said) if said else before.lists["as_of"].min() or as_of


def shut(before: Before, weeks: pl.DataFrame, *, as_of: date) -> frozenset[int]:
    """Schools that had a list before and have a holiday by the calendar of their own registers: a list sent into it is read by
    nobody, and the fortnight after it would be held against days without school. It goes out when registers run again.

    `weeks` are those that tell of schools, cut at the day.
    """
    had = frozenset(before.lists["urn"])
    learned = dict(weeks.group_by("urn").agg(pl.col("last_known_on").max()).rows())
    may_be_holiday = in_a_usual_holiday(as_of)

    def is_shut(urn: int, last: date) -> bool:
        nothing_new = max(last, learned[urn]) <= as_of - _NOTHING_NEW
        return last < as_of - _NO_REGISTERS or (may_be_holiday and nothing_new)

    return frozenset(urn for urn, last in registers_to(weeks).items() if urn in had and is_shut(urn, last))
