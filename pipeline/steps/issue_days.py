"""On which days lists go out: a set day each fortnight, and what was due and could not, on the first night it can."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.steps.looked_at import Before


@dataclass(frozen=True)
class SetDays:
    """The set days up to a day and after it: `last` is None before the first."""

    last: date | None
    next: date

    def due(self, before: Before, urns: pl.Series) -> frozenset[int]:
        """Those of the schools that have had no list since the last set day."""
        if self.last is None:
            return frozenset()
        had = before.lists.filter(pl.col("as_of") >= self.last)["urn"]
        return frozenset(urns) - frozenset(had)


def set_days(first: date, *, every_days: int, as_of: date) -> SetDays:
    """The set days around `as_of`, counted from `first`."""
    if as_of < first:
        return SetDays(None, first)
    last = as_of - timedelta(days=(as_of - first).days % every_days)
    return SetDays(last, last + timedelta(days=every_days))


def first_set_day(said: str, before: Before, *, as_of: date) -> date:
    """The day the others are counted from: what settings say, else the day of the first list that ever went out, else `as_of`,
    on which the first goes out."""
    return date.fromisoformat(said) if said else before.lists["as_of"].min() or as_of
