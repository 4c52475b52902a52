"""What is on file for each pupil, and whether that makes them already known.

An EHC plan is known for 12 months from its last review (or its start); any other support until its own next review, or for
13 school weeks after its last. Where a school sends no support at all for a pupil, SEN provision K or E is taken as known.
Quiet that staff ask for with support that lasts counts for 366 days from the day it was first known, as a snooze does.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.signals.sentences import day
from pipeline.tables.derived import PUPIL_SUPPORT
from pipeline.vocabulary.feedback import LONGEST_SNOOZE_DAYS
from pipeline.vocabulary.plans import UNDER_WAY
from pipeline.vocabulary.sen import SUPPORT_KINDS, PlanWords

_NAMED = ("ehc_plan", UNDER_WAY, "sen_support", "attendance_plan")
"""Kinds a list may name. The others tell of health, home or caring: they print as `known to staff`."""

_LABELS = SUPPORT_KINDS | {UNDER_WAY: "EHC needs assessment"}
_FIRST_SAID = {kind: rank for rank, kind in enumerate(dict.fromkeys((*_NAMED, *_LABELS)))}
_PROVISION = ("K", "E")


def pupil_support(
    features: pl.DataFrame,
    enrolled: pl.DataFrame,
    support: pl.DataFrame,
    *,
    as_of: date,
    words: PlanWords = PlanWords(),
) -> pl.DataFrame:
    """`derived.pupil_support`: one row per pupil of `features`.

    `enrolled` is `facts.enrolments`, `support` the staged rows of support and reviews; both as known on the day. `words` is
    what sentences call support and plans.
    """
    roll = features.select("as_of", "pupil_id", "urn", "thirteen_school_weeks_ago")
    stated = _last_stated(support.join(roll, on="pupil_id", how="semi"), as_of=as_of)
    running = _running(_each_once(stated), roll, as_of=as_of)
    parts = (
        _provision(enrolled, as_of=as_of),
        _quiet(stated, as_of=as_of),
        _dealt_with(stated, as_of=as_of),
        _on_file(running),
        _known(running, words),
    )
    for part in parts:
        roll = roll.join(part, on="pupil_id", how="left")
    by_provision = pl.col("sen_provision").is_in(list(_PROVISION)).fill_null(False)
    census_only = by_provision & pl.col("has_stated_support").is_null()
    return PUPIL_SUPPORT.conform(
        roll.with_columns(
            on_file=pl.col("has_running_support").fill_null(False) | by_provision,
            known_because=pl.coalesce("known_because", pl.when(census_only).then(_provision_sentence(words))),
            known_by=pl.coalesce("known_by", pl.when(census_only).then(pl.lit("roll"))),
        )
    )


_SUPPORT = ("pupil_id", "kind", "start_date")
"""Two supports of one kind are told apart by the day each began: one may have ended and another run."""


def _last_stated(support: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The rows of each support that were known last, latest review first, and the day their quiet was first asked for
    (`quiet_known_on`). A day yet to come is no review that has happened: what came with it counts, and the review is the last
    one that did happen."""
    happened = support.with_columns(last_review=pl.when(pl.col("last_review") <= as_of).then("last_review"))
    latest_first = ("known_on", "last_review", "next_review", "ended", "quiet_until", "urn")
    ordered = happened.sort(latest_first, descending=True, nulls_last=True)
    reviewed = pl.col("last_review").fill_null(strategy="backward").over(_SUPPORT)  # by what was said before it
    last_known = pl.col("known_on") == pl.col("known_on").max().over(_SUPPORT)
    asked = pl.col("known_on").min().over(*_SUPPORT, "quiet_until")  # a file sent again asks for nothing more
    return ordered.with_columns(last_review=reviewed, quiet_known_on=asked).filter(last_known)


def _each_once(stated: pl.DataFrame) -> pl.DataFrame:
    return stated.unique(_SUPPORT, keep="first", maintain_order=True)


def _running(stated: pl.DataFrame, roll: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """The support begun and not ended, with the day it was last looked at and whether it still counts as known."""
    begun = pl.col("start_date").is_null() | (pl.col("start_date") <= as_of)
    a_year_ago = pl.lit(as_of).dt.offset_by("-12mo")
    looked_at = pl.max_horizontal("last_review", "start_date")
    good_since = pl.when(pl.col("kind") == "ehc_plan").then(a_year_ago).otherwise("thirteen_school_weeks_ago")
    by_its_own_date = (pl.col("kind") != "ehc_plan") & (pl.col("next_review") >= as_of)
    return (
        stated.filter(begun & _lasts(as_of=as_of))
        .join(roll.select("pupil_id", "thirteen_school_weeks_ago"), on="pupil_id")
        .with_columns(looked_at=looked_at, is_known=((looked_at >= good_since) | by_its_own_date).fill_null(False))
    )


def _lasts(*, as_of: date) -> pl.Expr:
    return pl.col("ended").is_null() | (pl.col("ended") > as_of)


def _on_file(running: pl.DataFrame) -> pl.DataFrame:
    return running.group_by("pupil_id").agg(last_review=pl.col("looked_at").max(), has_running_support=pl.lit(True))


def _known(running: pl.DataFrame, words: PlanWords) -> pl.DataFrame:
    """One row per pupil already known, with the sentence of the first kind in the order lists name them, and what it rests on."""
    rank = pl.col("kind").replace_strict(_FIRST_SAID, return_dtype=pl.Int32)
    printed = pl.col("kind").replace_strict(_printed(words), return_dtype=pl.String)
    reviewed = pl.col("last_review").is_not_null()
    last = pl.when(reviewed).then(", reviewed on " + day(pl.col("last_review")))
    asked_for = pl.col("kind") == UNDER_WAY
    begun = pl.when(asked_for).then(pl.lit(" requested on ")).otherwise(pl.lit(", begun on ")) + day(
        pl.col("start_date")
    )
    due = pl.when(~asked_for).then(", next review due on " + day(pl.col("next_review")))
    sentence = printed + pl.coalesce(last, begun, pl.lit("")) + due.fill_null("") + "."
    return (
        running.filter("is_known")
        .sort(rank, "kind", "looked_at", "next_review", descending=[False, False, True, True], nulls_last=True)
        .group_by("pupil_id", maintain_order=True)
        .agg(
            known_because=sentence.first(),
            known_by=pl.when(asked_for.first()).then(pl.lit("asked_for")).otherwise(pl.lit("in_date")),
        )
    )


def support_begun(support: pl.DataFrame, *, since: date, as_of: date, words: PlanWords = PlanWords()) -> pl.DataFrame:
    """One row per pupil, day and kind as printed of support begun from `since` to `as_of`, oldest first: pupil_id,
    start_date, words. `support` are rows as for `pupil_support`; kinds that a list may not name share their words."""
    begun = _each_once(_last_stated(support, as_of=as_of)).filter(pl.col("start_date").is_between(since, as_of))
    asked_for = pl.col("kind") == UNDER_WAY
    happened = pl.when(asked_for).then(pl.lit(" requested")).otherwise(pl.lit(" begun"))
    within = {kind: name if kind in _NAMED else "support known to staff" for kind, name in _printed(words).items()}
    said = pl.col("kind").replace_strict(within, return_dtype=pl.String) + happened
    return begun.select("pupil_id", "start_date", words=said).unique().sort("pupil_id", "start_date", "words")


def _quiet(stated: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil of whom a school said anything: the last day of quiet that any of it asks for and that counts."""
    longest = pl.col("quiet_known_on") + timedelta(days=LONGEST_SNOOZE_DAYS)
    asked = pl.col("quiet_until").is_not_null() & _lasts(as_of=as_of)
    counts = pl.when(asked).then(pl.min_horizontal("quiet_until", longest))
    return stated.group_by("pupil_id").agg(quiet_until=counts.max(), has_stated_support=pl.lit(True))


def _dealt_with(stated: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil of whom a school said anything: the last day on which any support was reviewed, begun or ended."""
    days = (pl.col(name) for name in ("last_review", "start_date", "ended"))
    happened = pl.max_horizontal(pl.when(day <= as_of).then(day) for day in days)
    return stated.group_by("pupil_id").agg(last_dealt_with_on=happened.max())


def _provision(enrolled: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil of whom SEN provision was ever said: what was said last."""
    said = enrolled.filter(pl.col("sen_provision").is_not_null() & (pl.col("sen_provision_on") <= as_of))
    return (
        said.sort("sen_provision_on", "entry_date", "sen_provision")
        .group_by("pupil_id", maintain_order=True)
        .agg(pl.col("sen_provision", "sen_provision_on").last())
    )


def _printed(words: PlanWords) -> dict[str, str]:
    """What a list calls each kind of support."""
    labels = _LABELS | {"sen_support": words.sen_support, "ehc_plan": words.plan}
    return {kind: label if kind in _NAMED else "Support known to staff" for kind, label in labels.items()}


def _provision_sentence(words: PlanWords) -> pl.Expr:
    of_provision = {"K": f"On {words.sen_support}", "E": f"Has {words.a_plan}"}
    said = pl.col("sen_provision").replace_strict(of_provision, default=None, return_dtype=pl.String)
    return said + " as of " + day(pl.col("sen_provision_on")) + "; no review date is held."
