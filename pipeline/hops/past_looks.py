"""A home's own past, stood on again: what was known on each cut day, and what came in the twelve school weeks after."""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import polars as pl

from models.home import CutDay, PastLook, cut_days
from pipeline.edges import feedback, objections
from pipeline.edges import known as clocks
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.steps.answers import outcome_of_each
from pipeline.steps.inclusion import GROUPS
from pipeline.steps.same_child import as_learned
from pipeline.steps.weeks import cut, marked_weeks
from pipeline.steps.windows import between, once_each, totals
from pipeline.vocabulary.feedback import NEED_FOUND

from . import issued
from .looking import looked
from .summary import Summary

_COUNTS = ("possible_sessions", "absence_sessions")


def past_looks(con: duckdb.DuckDBPyConnection, home: Home, summary: Summary, *, as_of: date) -> list[PastLook]:
    """One look per cut day there is enough before and after of, as of `as_of`; nothing is learned of whom an objection stands then."""
    known = clocks.known_as_of(con, as_of)
    refolded = as_learned(marked_weeks(known.marks_to_fold), known.children)
    weeks = cut(pl.concat([known.weeks, refolded]), last_day=as_of)
    objected = objections.standing(con, as_of=as_of)
    theirs = pl.col("pupil_id").is_in(sorted(objected))
    reviews, weeks = feedback.outcomes(con, as_of).filter(~theirs), weeks.filter(~theirs)
    with summary.timed("past looks"):
        return [
            _look(con, home, weeks, reviews, one, but_not=theirs) for one in cut_days(school_weeks(weeks, as_of=as_of))
        ]


def school_weeks(weeks: pl.DataFrame, *, as_of: date) -> list[date]:
    """Mondays of weeks that are over, in which at least half as many pupils had a session possible as in the middle week."""
    over = pl.col("week_start") + timedelta(days=6) <= as_of
    counts = (
        weeks.lazy()
        .filter(over & (pl.col("possible_sessions") > 0))
        .group_by("week_start")
        .agg(pl.col("pupil_id").n_unique())
        .collect(engine="streaming")
    )
    enough = pl.col("pupil_id") * 2 >= pl.col("pupil_id").median()
    return counts.filter(enough)["week_start"].sort().to_list()


def _look(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    weeks: pl.DataFrame,
    reviews: pl.DataFrame,
    cut_day: CutDay,
    *,
    but_not: pl.Expr,
) -> PastLook:
    day = cut_day.day
    look = looked(
        clocks.known_as_of(con, day),
        issued.before(con, as_of=day),
        home,
        Summary(run=None, as_of=day),
        as_of=day,
        ordered=False,
    )
    features, triage = look.features.filter(~but_not), look.triage.filter(~but_not)
    told = features.select("pupil_id", "urn").join(clocks.characteristics(con, day), on="pupil_id", how="left")
    told = told.join(look.known.schools.select("urn", "phase"), on="urn", how="left")
    groups = told.select("pupil_id", **{f"g_{kind}": group for kind, group in GROUPS.items()})
    return PastLook(
        cut_day,
        features,
        triage,
        _sessions(look.weeks.filter(~but_not), cut_day.before),
        _sessions(weeks, cut_day.after),
        groups,
        _found(reviews, cut_day.after),
    )


def _found(reviews: pl.DataFrame, stretch: tuple[date, date]) -> pl.DataFrame:
    """Of each pupil whom a review of those days said something of, whether it was a need found."""
    of_each = outcome_of_each(reviews.filter(pl.col("outcome_on").is_between(*stretch)))
    return of_each.select("pupil_id", need_found=pl.col("outcome") == NEED_FOUND)


def _sessions(weeks: pl.DataFrame, stretch: tuple[date, date]) -> pl.DataFrame:
    """pupil_id and sessions of a stretch of days, all schools together, each half day once."""
    return totals(once_each(between(weeks, *stretch)), _COUNTS).select("pupil_id", *_COUNTS)


def assumed(con: duckdb.DuckDBPyConnection, looks: Sequence[PastLook]) -> list[str]:
    """What an appraisal says of terms that rest on history taken in late, each mark taken to have been known a day after it."""
    late = shelf.read(con, "SELECT max(as_of) AS day FROM warehouse.audit.runs WHERE assumed_known_on")["day"][0]
    if late is None:
        return []
    days = ", ".join(f"{one.cut.day:%d/%m/%Y}" for one in looks if one.cut.day <= late)
    return (
        [f"These cut days rest on history taken in late, when each mark was known is assumed: {days}."] if days else []
    )
