"""From one list to the next: who keeps a place, what changed, and what became of those no longer on it."""

from datetime import date

import polars as pl

from pipeline.signals.sentences import day, percent
from pipeline.steps.judged import need_absence_reaches, rate
from pipeline.steps.looked_at import STATE, TO_TELL, Before, apart, since_then, since_words, worse
from pipeline.tables.derived import ISSUED_PLACES, OFF_LIST


def with_last_list(sorted_out: pl.DataFrame, before: Before) -> pl.DataFrame:
    """`sorted_out` (one row per pupil on a roll) with `had_list`, the day of their school's list before; and of those who were on
    it, in the same section, and on whom nobody has decided since they first were: kept_place, last_as_of, waiting_since, was_drawn
    and the state of that list, its columns ending in `_last`.
    """
    had = before.lists.group_by("urn").agg(had_list=pl.col("as_of").max())
    last = _last_places(before).select(
        "pupil_id",
        "urn",
        "waiting_since",
        last_as_of="as_of",
        kept_place="place",
        was_drawn=pl.col("is_drawn").fill_null(False),
        last_section="section",
        **{f"{name}_last": name for name in STATE},
    )
    joined = sorted_out.join(had, on="urn", how="left").join(last, on=("pupil_id", "urn"), how="left")
    is_undecided = pl.col("decided_on").is_null() | (pl.col("decided_on") < pl.col("waiting_since"))
    keeps = is_undecided & (pl.col("last_section").fill_null("main") == pl.col("section"))
    of_kept = ("kept_place", "last_as_of", "waiting_since", "was_drawn", *(f"{name}_last" for name in STATE))
    return joined.with_columns(pl.when(keeps.fill_null(False)).then(name).alias(name) for name in of_kept)


def _last_places(before: Before) -> pl.DataFrame:
    """The rows of each school's last list."""
    last = before.lists.group_by("urn").agg(pl.col("as_of").max())
    stands = before.places.filter(~pl.col("is_superseded").fill_null(False))
    rows = stands.join(last, on=("urn", "as_of"), how="semi").with_columns(pl.coalesce("waiting_since", "as_of"))
    return rows.sort("pupil_id", "urn", "place").unique(("pupil_id", "urn"), keep="first", maintain_order=True)


def with_change(placed: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """`placed` with change, changed and waiting_since of those listed, held against the state of the list before."""
    listed = placed.filter(pl.col("place").is_not_null())
    kept = listed.filter(pl.col("last_as_of").is_not_null())
    told = (
        listed.drop("need_possible_since", "need_absence_since", "need_absence_rate_since", strict=False)
        .join(since_then(weeks, kept.select("pupil_id", after="last_as_of")), on="pupil_id", how="left")
        .with_columns(
            **{f"{name}_then": f"{name}_last" for name in STATE},
            decided_on=pl.col("last_as_of"),
            need_absence_rate_since=rate(pl.col("need_absence_since"), pl.col("need_possible_since")),
        )
        .with_columns(need_rate_then=rate(pl.col("need_absence_sessions_then"), pl.col("need_possible_sessions_then")))
    )
    says = told.select("pupil_id", **_said())
    unsaid = placed.drop("change", "changed", strict=False).join(says, on="pupil_id", how="left")
    is_kept = pl.col("last_as_of").is_not_null()
    return unsaid.with_columns(
        waiting_since=pl.when(pl.col("place").is_not_null()).then(
            pl.when(is_kept).then("waiting_since").otherwise("as_of")
        )
    )


def _said() -> dict[str, pl.Expr]:
    of_list = "the list of " + day(pl.col("last_as_of"))
    is_worse = worse(since=of_list, line=TO_TELL)
    is_better = pl.when((apart(-1) & (pl.col("need_possible_since") >= TO_TELL[0])).fill_null(False)).then(
        since_words() + " since " + of_list + ", against " + percent(pl.col("need_rate_then")) + " before."
    )
    new = pl.coalesce(
        "back_because",
        "New since the list of " + day(pl.col("had_list")) + ".",
        pl.lit("The first list for this school."),
    )
    by_change = {
        "new": (pl.col("last_as_of").is_null(), new),
        "worse": (is_worse.is_not_null(), "Worse: " + is_worse),
        "better": (is_better.is_not_null(), "Better: " + is_better),
        "unchanged": (pl.lit(True), "Unchanged since " + of_list + "."),
    }
    change, changed = pl.lit(None, pl.String), pl.lit(None, pl.String)
    for name, (holds, words) in reversed(by_change.items()):
        change = pl.when(holds).then(pl.lit(name)).otherwise(change)
        changed = pl.when(holds).then(words).otherwise(changed)
    return {"change": change, "changed": changed}


# Who is no longer on it -------------------------------------------------------------------------------------------------


def off_list(triage: pl.DataFrame, before: Before, enrolled: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`derived.off_list`: one row per pupil on a school's list before and not on its list of the day, and what became of it."""
    was = _last_places(before).select("pupil_id", "urn")
    now = triage.select("pupil_id", "outcome", "because", "is_decided", now_urn="urn")
    gone = was.join(now, on="pupil_id", how="left").join(
        _left(enrolled, as_of=as_of), on=("pupil_id", "urn"), how="left"
    )
    is_here = (pl.col("now_urn") == pl.col("urn")).fill_null(False)
    said_by_the_first_that_holds = {
        "moved": ~is_here,
        "decided": pl.col("is_decided"),
        "no_room": pl.col("outcome") == "eligible_not_listed",
        "known": pl.col("outcome").is_in(["already_known", "snoozed"]),
        "not_judged": pl.col("outcome").is_in(["cannot_be_judged", "history_needed"]),
    }
    kind = pl.lit("resolved")
    for name, holds in reversed(said_by_the_first_that_holds.items()):
        kind = pl.when(holds).then(pl.lit(name)).otherwise(kind)
    elsewhere = (
        pl.when(pl.col("now_urn").is_not_null())
        .then(pl.lit(", and is on another roll seen here"))
        .otherwise(pl.lit(""))
    )
    moved = (
        pl.coalesce("Left this roll on " + day(pl.col("leaving_date")), pl.lit("Is no longer listed by this school"))
        + elsewhere
        + "."
    )
    return OFF_LIST.conform(
        gone.filter(~(is_here & (pl.col("outcome") == "listed")).fill_null(False)).with_columns(
            as_of=pl.lit(as_of), kind=kind, because=pl.when(is_here).then("because").otherwise(moved)
        )
    )


def _left(enrolled: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    left = enrolled.filter(pl.col("leaving_date") <= as_of)
    return left.group_by("pupil_id", "urn").agg(pl.col("leaving_date").max())


# What the next list will be held against --------------------------------------------------------------------------------


def issued_places(triage: pl.DataFrame, features: pl.DataFrame, signals: pl.DataFrame) -> pl.DataFrame:
    """`derived.issued_places`: of everybody listed, the place and the state of the day."""
    raised = signals.filter(signal="part_time_past_six_weeks").select("pupil_id", part_time_past_six_weeks="raised")
    state = features.select(
        "pupil_id", "last_suspension_on", "judged_need_absence_sessions", "judged_need_possible_sessions"
    )
    listed = (
        triage.filter(outcome="listed").join(state, on="pupil_id", how="left").join(raised, on="pupil_id", how="left")
    )
    return ISSUED_PLACES.conform(
        listed.with_columns(
            pl.col("part_time_past_six_weeks").fill_null(False),
            is_severe=need_absence_reaches(2),
            is_superseded=pl.lit(False),
            need_absence_sessions="judged_need_absence_sessions",
            need_possible_sessions="judged_need_possible_sessions",
        )
    )
