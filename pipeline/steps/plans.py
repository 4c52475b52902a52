"""From SEN2's tables to what became of each request for a plan: one row per pupil and request, as last stated.

A return describes one day; of several that state a request, the one that describes the latest day counts (of equals, the
one learned later). A table of a return that has not come yet tells nothing: until it does, the return before it is
believed. Once a request was decided in an earlier year, returns say only so (H): what was decided, and when, is then taken
from the last return that told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.tables.candidates import staged_table
from pipeline.tables.staged_plans import PLANS, PLANS_FROM
from pipeline.vocabulary.plans import (
    AGREED,
    DAYS_TO_DECIDE,
    DAYS_TO_PLAN,
    HISTORICAL,
    MONTHS_TO_REVIEW,
    REFUSED,
    UNDECIDED,
    WAITING,
    WITHDRAWN,
)

TABLES = {feed: staged_table(feed) for feed in PLANS_FROM}
_RETURN = ("authority_id", "stated_on", "returned_on", "return_key")
_REQUEST = ("pupil_id", "received_on")
_STATED = (*_REQUEST, "authority_id", "order")


def plans(told: Mapping[str, pl.DataFrame], *, as_of: date | None) -> pl.DataFrame:
    """`tables.staged_plans.PLANS` from the staged rows of SEN2's feeds, by feed, known on `as_of` (None: all of them)."""
    rows = {feed: told.get(feed, table.empty) for feed, table in TABLES.items()}
    if as_of:
        rows = {feed: frame.filter(pl.col("known_on") <= as_of) for feed, frame in rows.items()}
    if rows["plan_requests"].is_empty():
        return PLANS.empty
    ordered = _in_order(rows)
    requests = _last_of_each(ordered["plan_requests"], ("pupil_id", "authority_id", "order", "plan_key"))
    stated = _statements(requests)
    below = _Below(ordered, requests.select("pupil_id", "authority_id", "order", "received_on", request_key="plan_key"))
    now = below.told_of(_latest(stated), _PARTS)
    decided = _latest(stated.filter(pl.col("request_outcome").ne_missing(HISTORICAL)))
    told_once = now.pipe(_as_told_before, decided, "decided_before", _DECISION).pipe(
        _as_told_before, _assessed_before(now, stated, below), "assessed_before", _ASSESSMENT
    )
    return PLANS.conform(told_once.pipe(_with_stage).pipe(_with_clocks).pipe(_with_review))


_DECISION = ("request_outcome", "decided_on")
_ASSESSMENT = ("assessment_outcome", "assessed_on", "has_exception", "issued_on")


# What each return says of each request ---------------------------------------------------------------------------------


def _in_order(rows: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Rows with the `order` of their return: by the day it describes, then by the day we learned of it."""
    every = pl.concat([frame.select(_RETURN).unique() for frame in rows.values()]).unique()
    returns = every.sort("stated_on", "returned_on", "authority_id", "return_key").with_row_index("order")
    return {feed: frame.join(returns, on=_RETURN) for feed, frame in rows.items()}


def _statements(requests: pl.DataFrame) -> pl.DataFrame:
    """One row per request and return that states it."""
    newest = pl.col("order") == pl.col("order").max().over("authority_id")
    return _last_of_each(requests, _STATED).with_columns(is_latest=newest, known=pl.col("known_on"))


def _last_of_each(rows: pl.DataFrame, key: tuple[str, ...], order: tuple[str, ...] = ("known_on",)) -> pl.DataFrame:
    """Of rows that share `key` the one that is last by `order`, then by content, never by the order of files. Few share one,
    and only those are put in order."""
    share = pl.struct(key).is_duplicated()
    content = [name for name in rows.columns if name not in ("extract_id", "row_number", *order)]
    in_order = rows.filter(share).sort(*order, *content, descending=True, nulls_last=True)
    return pl.concat([rows.filter(~share), in_order.unique(key, keep="first", maintain_order=True)])


def _latest(stated: pl.DataFrame) -> pl.DataFrame:
    return stated.filter(pl.col("order") == pl.col("order").max().over(_REQUEST))


def _assessed_before(now: pl.DataFrame, stated: pl.DataFrame, below: "_Below") -> pl.DataFrame:
    """Of the requests `now` whose assessment was decided in an earlier year, the last statement that told how."""
    long_ago = now.filter(pl.col("assessment_outcome") == HISTORICAL).select(_REQUEST)
    earlier = below.told_of(stated.join(long_ago, on=_REQUEST, how="semi", nulls_equal=True), _PARTS[:2])
    return _latest(earlier.filter(pl.col("assessment_outcome").ne_missing(HISTORICAL)))


@dataclass(frozen=True)
class _Below:
    """The tables below requests, by feed; and by what ids their returns refer to which request."""

    tables: dict[str, pl.DataFrame]
    named: pl.DataFrame

    def told_of(self, statements: pl.DataFrame, parts: tuple["_Part", ...]) -> pl.DataFrame:
        """`statements` with what `parts` of their returns say: each of the latest return of which that table has come."""
        for part in parts:
            statements = self._with_part(statements, part)
        return statements

    def _with_part(self, statements: pl.DataFrame, part: "_Part") -> pl.DataFrame:
        rows = part.shape(self.tables[part.feed])
        come = rows.select("authority_id", "order").unique().sort("order").with_columns(part_order="order")
        found = statements.sort("order").join_asof(come, on="order", by="authority_id", check_sortedness=False)
        wanted = found.select("authority_id", order="part_order").drop_nulls().unique()
        of_these = rows.join(wanted, on=("authority_id", "order"), how="semi")
        told = of_these.join(self.named, on=("pupil_id", "authority_id", "order", "request_key"))
        told = _last_of_each(told, _STATED, part.order).rename({"order": "part_order", "known_on": "part_known"})
        keys = (*_REQUEST, "authority_id", "part_order")
        joined = found.join(told.select(*keys, "part_known", *part.tells), on=keys, how="left", nulls_equal=True)
        return joined.with_columns(known=pl.max_horizontal("known", "part_known")).drop("part_order", "part_known")


@dataclass(frozen=True)
class _Part:
    """One of a return's tables: what it tells of a request, and which of its rows counts where several could."""

    feed: str
    shape: Callable[[pl.DataFrame], pl.DataFrame]
    order: tuple[str, ...]
    tells: tuple[str, ...]


def _assessments(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(is_assessed=pl.lit(True))


def _spells(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(plan_start="start_date", issued_on="start_date")


def _reviews(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(last_review=pl.max_horizontal("review_meeting", "review_decision"), is_active=pl.lit(True))


def _placements(place: str) -> _Part:
    """The main setting of two, the one not left, the one come to last. One left before the day the return describes is none."""
    urn, setting = f"{place}_urn", f"{place}_setting"

    def shape(rows: pl.DataFrame) -> pl.DataFrame:
        there = rows.filter(pl.col("place") == place).rename({"urn": urn, "sen_setting": setting})
        is_left = (pl.col("leaving_date") < pl.col("stated_on")).fill_null(False)
        kept = (pl.when(~is_left).then(name).alias(name) for name in (urn, setting))
        main = pl.when(~is_left).then(-pl.col("rank"))
        return there.with_columns(*kept, main=main, lasts=pl.col("leaving_date").is_null())

    return _Part("plan_placements", shape, ("main", "known_on", "lasts", "entry_date"), (urn, setting))


_PARTS = (
    _Part(
        "plan_assessments", _assessments, ("known_on",),
        ("assessment_outcome", "assessed_on", "has_exception", "is_assessed"),
    ),
    _Part("plan_spells", _spells, ("known_on", "start_date"), ("plan_start", "issued_on", "ceased_on", "cease_reason")),
    _Part(
        "plan_reviews", _reviews, ("known_on", "last_review"),
        ("last_review", "is_active", "phase_transfer_due", "phase_transferred_on"),
    ),
    _placements("named"),
    _placements("attended"),
)  # fmt: skip


def _as_told_before(now: pl.DataFrame, before: pl.DataFrame, mark: str, names: tuple[str, ...]) -> pl.DataFrame:
    """`now` with `names` as `before` has them, where it has the request: the same row, unless what is said now is only
    that it was decided in an earlier year."""
    then = before.select(*_REQUEST, pl.lit(True).alias(mark), *(pl.col(name).alias(f"{name}_before") for name in names))
    joined = now.join(then, on=_REQUEST, how="left", nulls_equal=True)
    told = pl.col(mark).is_not_null()
    kept = {name: pl.when(told).then(f"{name}_before").otherwise(name) for name in names}
    return joined.with_columns(**kept).drop(mark, *(f"{name}_before" for name in names))


# What it comes to --------------------------------------------------------------------------------------------------------


def _with_stage(told: pl.DataFrame) -> pl.DataFrame:
    request, assessment = pl.col("request_outcome"), pl.col("assessment_outcome")
    is_assessed = pl.col("is_assessed").fill_null(False)
    said_by_the_first_that_holds = (
        ("plan_ceased", pl.col("ceased_on") <= pl.col("stated_on")),
        ("plan_in_force", pl.col("plan_start").is_not_null() | pl.col("is_active")),
        ("moved_away", pl.col("moved_away")),
        ("withdrawn", (request == WITHDRAWN) | (assessment == WITHDRAWN)),
        ("refused", (request == REFUSED) & ~is_assessed),
        ("not_issued", assessment == REFUSED),
        ("plan_to_come", assessment == AGREED),
        ("being_assessed", (assessment == UNDECIDED) | ((request == AGREED) & ~is_assessed)),
        ("requested", request == UNDECIDED),
    )
    stage = pl.lit(None, pl.String)
    for name, holds in reversed(said_by_the_first_that_holds):
        stage = pl.when(holds.fill_null(False)).then(pl.lit(name)).otherwise(stage)
    return told.with_columns(stage=stage)


def _with_clocks(told: pl.DataFrame) -> pl.DataFrame:
    """Six weeks to decide, twenty to a plan, and how long one has waited: each null where it cannot be judged.

    A refusal that was overturned runs by other limits, and a request of an earlier year by another return's.
    """
    request = pl.col("request_outcome")
    received = pl.col("received_on")
    is_timed = request.is_null() | request.is_in([AGREED, UNDECIDED])
    waited = pl.when(pl.col("stage").is_in(WAITING) & is_timed).then(_days(received, "stated_on"))
    to_decision = pl.when(request.is_in([AGREED, REFUSED])).then(_days(received, "decided_on"))
    to_plan = pl.when(is_timed).then(_days(received, "issued_on"))
    timed = told.with_columns(
        weeks_to_decision=to_decision / 7,
        weeks_to_plan=to_plan / 7,
        weeks_waiting=waited / 7,
        decided_in_6_weeks=_in_time(to_decision, waited, DAYS_TO_DECIDE, while_at="requested"),
        within_20_weeks=_in_time(to_plan, waited, DAYS_TO_PLAN, while_at="plan_to_come"),
    )
    less = pl.when(~pl.col("has_exception")).then("within_20_weeks")
    return timed.with_columns(within_20_weeks_less_exceptions=less)


def _days(first: pl.Expr, last: str) -> pl.Expr:
    days = (pl.col(last) - first).dt.total_days()
    return pl.when(days >= 0).then(days)


def _in_time(taken: pl.Expr, waited: pl.Expr, limit: int, *, while_at: str) -> pl.Expr:
    """Whether it was done within `limit` days. Not yet done, it is late once they have passed, and until then unknown."""
    is_late = (waited > limit) & (pl.col("stage") == while_at)
    return pl.when(taken.is_not_null()).then(taken <= limit).when(is_late).then(pl.lit(False))


def _with_review(told: pl.DataFrame) -> pl.DataFrame:
    since = pl.coalesce("last_review", "plan_start")
    due = pl.when(pl.col("stage") == "plan_in_force").then(since.dt.offset_by(f"{MONTHS_TO_REVIEW}mo"))
    return told.with_columns(next_review_due=due, known_on="known")
