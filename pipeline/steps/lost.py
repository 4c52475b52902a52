"""Children lost between services: who they are, since when, what is known, and what to ask. Facts and questions alone.

For the authority, not for a school's list: no signal, point, place or model's input rests on any of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import polars as pl

from pipeline.steps import lost_after_16, lost_care, lost_plans, lost_registers, lost_rolls
from pipeline.steps.lost_held import Held
from pipeline.steps.lost_places import days_to_places
from pipeline.steps.lost_since_return import SinceReturn, due_since_return
from pipeline.tables.derived import LOST_BETWEEN_SERVICES
from pipeline.vocabulary.lost import ADVOCATE, KIND, KINDS, OFFICER, VIRTUAL_SCHOOL, Kind, Where, cannot_be_judged
from pipeline.vocabulary.sen import PlanWords

_NO_AREA = "Cannot be judged: no episode of care says in whose area the child is placed."
_NO_REGISTER = "Cannot be judged: no register of this school year is held."


@dataclass(frozen=True)
class Lost:
    """`rows` are `tables.derived.LOST_BETWEEN_SERVICES`; `cannot` says by kind why it cannot be judged here, of those that
    cannot; `days_to_places` has pupil_id and days_from_need of each placement of the last twelve months; `words` are what this
    home calls SEN support and a plan. `since_return` has the kinds that are judged, and of which something fell due after the
    latest return."""

    rows: pl.DataFrame
    cannot: dict[str, str]
    days_to_places: pl.DataFrame
    words: PlanWords
    since_return: Mapping[str, SinceReturn] = field(default_factory=dict)

    def line(self, kind: Kind) -> str:
        """What a kind's count says, exactly: its line, and what it does not tell of."""
        since = self.since_return.get(kind.name)
        return f"{kind.line(self.words)} {since.caution}" if since else kind.line(self.words)


FOUND_BY: dict[str, Callable[[Held], pl.DataFrame]] = {
    "left_and_not_seen_here": lost_rolls.left_and_not_seen,
    "home_educated_after_persistent_absence": lost_rolls.home_educated,
    "alternative_provision_without_marks": lost_registers.placed_without_marks,
    "dual_registered_seen_by_neither": lost_registers.seen_by_neither,
    "suspended_over_five_days_no_provision": lost_registers.long_suspended,
    "fifteen_days_illness_no_provision": lost_registers.long_ill,
    "in_care_with_plan_on_no_roll": lost_care.on_no_roll,
    "in_care_with_plan_under_half_present": lost_care.under_half_present,
    "in_care_out_of_area": lost_care.out_of_area,
    "decision_past_6_weeks": lost_plans.undecided,
    "plan_past_20_weeks": partial(lost_plans.past_twenty_weeks, with_exception=False),
    "plan_past_20_weeks_with_exception": partial(lost_plans.past_twenty_weeks, with_exception=True),
    "plan_review_past_12_months": lost_plans.unreviewed,
    "phase_transfer_past_due": lost_plans.not_transferred,
    "year_11_without_offer": lost_after_16.without_offer,
    "plan_at_17_without_pathway": lost_plans.without_pathway,
}
"""What finds the children of each kind: one row per pupil."""


def lost_between_services(held: Held) -> Lost:
    """Every child lost between services on the day. Of a kind that cannot be judged there is no row, and `cannot` says why."""
    cannot = _cannot(held)
    found = [
        FOUND_BY[kind.name](held).with_columns(kind=pl.lit(kind.name)) for kind in KINDS if kind.name not in cannot
    ]
    rows = pl.concat([_nothing(), *found], how="diagonal_relaxed")
    due = {kind: since for kind, since in due_since_return(held, rows).items() if kind not in cannot}
    unknown = {kind: since.because for kind, since in due.items() if not since.anything_judged}
    return Lost(
        LOST_BETWEEN_SERVICES.conform(_asked(rows, held)),
        cannot | unknown,
        days_to_places(held),
        held.words,
        {kind: since for kind, since in due.items() if since.anything_judged},
    )


def _nothing() -> pl.DataFrame:
    """Made when asked for: worked out as this module is imported, it would start polars' threads, which no fork survives."""
    return LOST_BETWEEN_SERVICES.empty.drop("as_of", "asks", "goes_to")


def _cannot(held: Held) -> dict[str, str]:
    """By kind, why it cannot be judged: what it needs was never sent, or was sent and does not tell."""
    told = {kind.name: cannot_be_judged(kind, held.sent) for kind in KINDS}
    if held.with_registers.is_empty():
        told |= {kind.name: told[kind.name] or _NO_REGISTER for kind in KINDS if kind.by_register}
    if not lost_care.area_is_told(held):
        told["in_care_out_of_area"] = told["in_care_out_of_area"] or _NO_AREA
    return {name: why for name, why in told.items() if why}


def _asked(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Of a child in care, whatever the kind, it is the virtual school head who is asked, and whether an advocate was offered."""
    in_care = pl.col("pupil_id").is_in(held.in_care["pupil_id"].implode())
    asks = pl.col("kind").replace_strict({name: kind.asks for name, kind in KIND.items()}, return_dtype=pl.String)
    return rows.with_columns(
        as_of=pl.lit(held.as_of),
        asks=pl.when(in_care).then(asks + f" {ADVOCATE}").otherwise(asks),
        goes_to=pl.when(in_care).then(pl.lit(VIRTUAL_SCHOOL)).otherwise(pl.lit(OFFICER)),
    )


def at_school(kind: str) -> bool:
    """Whether a kind is counted by school."""
    return KIND[kind].where is not Where.HOME
