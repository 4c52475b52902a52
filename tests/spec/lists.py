"""One list after another of the same pupils, and what people answered in between."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from pipeline.steps.last_list import issued_places, off_list
from pipeline.steps.looked_at import NOTHING_BEFORE, Before
from pipeline.steps.triage import Earlier, Policy, triage
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.tables.feedback import DECISIONS, OUTCOMES
from tests.cast import ROOMY, Pupil, Seen, enrolments_of, marks_of, seen


@dataclass(frozen=True)
class Listed:
    """What a list of a day said, and what is then before the next."""

    seen: Seen
    triage: pl.DataFrame
    before: Before
    off: pl.DataFrame

    def of(self, pupil: Pupil) -> dict:
        return self.triage.row(by_predicate=pl.col("pupil_id") == pupil.pupil_id, named=True)

    def gone(self, pupil: Pupil) -> tuple[str, str] | None:
        rows = self.off.filter(pupil_id=pupil.pupil_id).select("kind", "because").rows()
        return rows[0] if rows else None

    @property
    def places(self) -> dict[str, int]:
        return dict(self.triage.drop_nulls("place").select("pupil_id", "place").sort("place").rows())


def list_of(
    pupils: Iterable[Pupil], before: Before = NOTHING_BEFORE, *, as_of: date, policy: Policy = ROOMY, lots=None,
    due: frozenset[int] | None = None, **known,
) -> Listed:  # fmt: skip
    """The list of a day after what went before; it goes out, and is part of what the next has before it."""
    pupils = tuple(pupils)
    it = seen(pupils, as_of=as_of, policy=policy, **known)
    weeks = cut(marked_weeks(marks_of(pupils)), last_day=as_of)
    drawing = {} if lots is None else {"lots": lots}
    next_on = dict.fromkeys(it.features["urn"], date(2026, 4, 3))
    earlier = Earlier(before, weeks, due, next_on, **drawing)
    outcome = triage(it.features, it.signals, it.support, policy, as_of=as_of, earlier=earlier)
    off = off_list(outcome, before, enrolments_of(pupils), as_of=as_of)
    went_out = it.features["urn"].unique() if due is None else pl.Series(sorted(due), dtype=pl.Int32)
    lists = pl.DataFrame({"urn": went_out}).select(as_of=pl.lit(as_of), urn=pl.col("urn").cast(pl.Int32))
    places = issued_places(outcome.filter(pl.col("urn").is_in(went_out.implode())), it.features, it.signals)
    after = replace(before, places=pl.concat([before.places, places]), lists=pl.concat([before.lists, lists]))
    return Listed(it, outcome, after, off)


def answered(before: Before, pupil: Pupil, decision: str, on: date, *, of: date, **more) -> Before:
    """What went before, and somebody's decision on one pupil of the list `of` a day."""
    row = {
        "return_key": f"key {before.decisions.height}", "sheet": "Review list", "row_number": 6, "known_on": on,
        "pupil_id": pupil.pupil_id, "urn": 100001, "list_as_of": of, "decision": decision, "decided_on": on,
    } | more  # fmt: skip
    return replace(before, decisions=pl.concat([before.decisions, pl.DataFrame([row], schema=DECISIONS.schema)]))


def found(before: Before, pupil: Pupil, outcome: str, on: date, *, of: date) -> Before:
    """What went before, and what came of looking into one pupil."""
    row = {
        "return_key": f"out {before.outcomes.height}", "sheet": "Being looked into", "row_number": 6, "known_on": on,
        "pupil_id": pupil.pupil_id, "urn": 100001, "list_as_of": of, "outcome": outcome, "outcome_on": on,
    }  # fmt: skip
    return replace(before, outcomes=pl.concat([before.outcomes, pl.DataFrame([row], schema=OUTCOMES.schema)]))
