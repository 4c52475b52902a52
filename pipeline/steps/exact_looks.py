"""What has come of a school year's looks, counted exactly. Nothing here may leave the machine before it is suppressed, but for the
words of the catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from pipeline.signals.catalogue import SIGNALS
from pipeline.signals.signal import Signal
from pipeline.steps.ever import Records, ever
from pipeline.steps.flow import flow, places
from pipeline.steps.group_rates import pooled
from pipeline.steps.inclusion import Tonight
from pipeline.steps.looked_at import NOTHING_BEFORE, Before
from pipeline.steps.looks import answers, pupil_looks, with_weekdays
from pipeline.steps.plans_in_time import plans_in_time
from pipeline.steps.signal_outcomes import signal_outcomes
from pipeline.steps.specialists import Days, kinds, specialists


@dataclass(frozen=True, kw_only=True)
class SoFar:
    """What a run knows of days before, beside `Tonight`; all of it as known on the day and under the pupil_ids of the day.

    `found_before` has pupil_id and first_on, the first day of this school year on which a stored look found a pupil worth one;
    `listed_for` pupil_id and signal, raised on the day of a list of this school year that the pupil was on, today's among them;
    `school_days` urn and date; `earlier_groups` the exact groups of earlier school years, newest first (`groups_then.groups_of`).
    """

    found_before: pl.DataFrame
    listed_for: pl.DataFrame
    school_days: pl.DataFrame
    records: Records
    smallest_base: int
    before: Before = NOTHING_BEFORE
    catalogue: tuple[Signal, ...] = SIGNALS
    days: Days = field(default_factory=Days)
    earlier_groups: Sequence[pl.DataFrame] = ()


def exact_looks(tonight: Tonight, so_far: SoFar, groups: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Published tables by name, with the exact counts they rest on and nothing hidden; rates but medians are left to the pages.

    `groups` is the `group_audit` of `inclusion.exact_counts`, and comes back with what small groups are pooled with.
    """
    as_of, at = tonight.as_of, places(tonight.schools, tonight.triage)
    answered = answers(so_far.before, as_of=as_of)
    days = with_weekdays(so_far.school_days, at["urn"], as_of=as_of)
    looks = pupil_looks(tonight.triage, tonight.support, so_far.found_before, answered, days, as_of=as_of)
    return {
        "flow": flow(looks, at),
        "signal_outcome": signal_outcomes(so_far.listed_for, tonight.triage, answered, so_far.catalogue),
        "specialist": specialists(looks, kinds(tonight.signals, so_far.catalogue), at, so_far.days),
        "plans_in_time": plans_in_time(so_far.records.plans, tonight.triage, at, as_of=as_of),
        "ever": ever(tonight.features, so_far.records, as_of=as_of),
        "group_audit": pooled(groups, so_far.earlier_groups, smallest_base=so_far.smallest_base),
    }
