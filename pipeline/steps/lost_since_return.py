"""What fell due after the day that the latest return of plans describes: whether it was done nobody here knows.

So it is no reason to name a child, and no nought may be told of it: where nothing else of a kind was to be judged, the kind is not
judged, and where something was, the count holds for the day of the return, and says so.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.steps.lost_held import Held
from pipeline.vocabulary.plans import DAYS_TO_DECIDE, DAYS_TO_PLAN, MONTHS_TO_REVIEW, WAITING


@dataclass(frozen=True)
class SinceReturn:
    """Of one kind, of which something fell due since the latest return: the schools (None: no school here) of which nothing else
    was to be judged, and whether anything was at all."""

    returns: str
    not_judged_at: frozenset[int | None]
    anything_judged: bool

    @property
    def because(self) -> str:
        """Why it is not judged, where nothing is."""
        return f"Cannot be judged: it fell due after {self.returns}, and a newer one will tell."

    @property
    def caution(self) -> str:
        """What a count does not tell of, where something is."""
        return f"Something fell due after {self.returns}. It cannot be judged until a newer one comes."


@dataclass(frozen=True)
class _Due:
    """When the law's day of a kind is, and whether what was to be done by it was still to do, as a return states both."""

    day: pl.Expr
    is_to_do: pl.Expr


def due_since_return(held: Held, found: pl.DataFrame) -> dict[str, SinceReturn]:
    """By kind, of those of which anything fell due since. `found` has kind and urn of every row that is told."""
    told = {kind: _since(due, found.filter(pl.col("kind") == kind), held) for kind, due in _dues(held).items()}
    return {kind: since for kind, since in told.items() if since}


def _since(due: _Due, found: pl.DataFrame, held: Held) -> SinceReturn | None:
    """What was due this school year before the day of the return is judged, whatever came of it."""
    stated, now = pl.col("stated_on"), held.plans.filter(pl.col("is_latest"))
    timed = now.with_columns(day=due.day, to_do=due.is_to_do.fill_null(False)).join(
        held.listed_at.select("pupil_id", "urn"), on="pupil_id", how="left"
    )
    open_ = timed.filter("to_do", pl.col("day") >= stated, pl.col("day") < held.as_of)
    if open_.is_empty():
        return None
    done = timed.filter(pl.col("day") >= held.year.first_day, pl.col("day") < stated)
    judged = {*found["urn"], *done["urn"]}
    days = sorted(set(open_["stated_on"]))
    return SinceReturn(_returns(days), frozenset({*open_["urn"]} - judged), bool(judged))


def _returns(days: list[date]) -> str:
    told = " and ".join(f"{day.day} {day:%B %Y}" for day in days)
    return f"{told}, the {'day of the latest return' if len(days) == 1 else 'days of the latest returns'}"


def _dues(held: Held) -> dict[str, _Due]:
    waits, is_requested = pl.col("stage").is_in(WAITING), pl.col("stage") == "requested"
    in_force, has_exception = pl.col("stage") == "plan_in_force", pl.col("has_exception").fill_null(False)
    is_timed = pl.col("weeks_waiting").is_not_null()
    transferred = (pl.col("phase_transferred_on") <= pl.col("stated_on")).fill_null(False)
    plan_due = _after_request(DAYS_TO_PLAN)
    return {
        "decision_past_6_weeks": _Due(_after_request(DAYS_TO_DECIDE), is_requested & is_timed),
        "plan_past_20_weeks": _Due(pl.when(~has_exception).then(plan_due), waits & is_timed),
        "plan_past_20_weeks_with_exception": _Due(pl.when(has_exception).then(plan_due), waits & is_timed),
        "plan_review_past_12_months": _Due(pl.col("next_review_due"), in_force & ~reviewed_at_school(held)),
        "phase_transfer_past_due": _Due(pl.col("phase_transfer_due"), in_force & ~transferred),
    }


def _after_request(days: int) -> pl.Expr:
    return pl.col("received_on").dt.offset_by(f"{days}d")


def reviewed_at_school(held: Held) -> pl.Expr:
    """Whether a school tells of a review of the pupil's plan within the last twelve months."""
    by_schools = held.reviews.filter(pl.col("kind") == "ehc_plan", pl.col("last_review") <= held.as_of)
    in_date = pl.col("last_review").dt.offset_by(f"{MONTHS_TO_REVIEW}mo") >= held.as_of
    return pl.col("pupil_id").is_in(by_schools.filter(in_date)["pupil_id"].unique().sort().implode())
