"""What people decided of listed pupils, and whether it still holds: the way back, read.

A decision holds until it is a year old, until the snooze in it ends, or until things are worse than when it was made; and then
the list says which. Once its pupil is back on a list that went out, it holds no more: that row waits for a decision of its own.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.signals.sentences import day, percent, written
from pipeline.steps.answers import decision_of_each, outcome_of_each, standing_decisions, standing_outcomes
from pipeline.steps.judged import rate
from pipeline.steps.windows import between, once_each
from pipeline.tables.derived import ISSUED_PLACES
from pipeline.tables.feedback import CORRECTIONS, DECISIONS, OUTCOMES, RETURNS
from pipeline.vocabulary.feedback import COULD_NOT_REACH, LOOK_INTO_IT, ONLY_ON_ITS_DAY, SNOOZE, TRY_AGAIN_DAYS

HOLDS_FOR = "12mo"
"""Ours: a year on, whoever decided may have left, and the pupil is another."""

STATE = (
    "need_absence_sessions",
    "need_possible_sessions",
    "is_severe",
    "part_time_past_six_weeks",
    "last_suspension_on",
)
"""Of the list a pupil is compared with: what `derived.issued_places` keeps of that day."""


@dataclass(frozen=True)
class Before:
    """What went out and came back before a day, under today's pupil_ids: rows of `derived.issued_places` of earlier lists, of
    `derived.issued_lists`, and of `feedback.decisions`, `outcomes`, `corrections` and `returns` known on the day. `objected` are pupils
    who are not to be listed, by an objection that stood on it."""

    places: pl.DataFrame
    lists: pl.DataFrame
    decisions: pl.DataFrame
    outcomes: pl.DataFrame
    corrections: pl.DataFrame
    returns: pl.DataFrame
    objected: frozenset[str] = frozenset()


def looked_at(before: Before, *, as_of: date) -> pl.DataFrame:
    """One row per pupil somebody decided on: decision, decided_on, until, snooze_reason, outcome, outcome_on, list_as_of,
    relisted_on (the day of the list on which the pupil came back since; null where on none), and the state of that list, its columns
    ending in `_then`.

    Which of several decisions counts is said in `answers`.
    """
    last = decision_of_each(_so_far(before.decisions, "decided_on", as_of=as_of))
    try_again = pl.col("decided_on") + timedelta(days=TRY_AGAIN_DAYS)
    until = pl.when(pl.col("decision") == COULD_NOT_REACH).then(try_again).otherwise("snooze_until")
    state = before.places.sort(*ISSUED_PLACES.key, "urn").unique(ISSUED_PLACES.key, keep="first", maintain_order=True)
    then = state.select("pupil_id", list_as_of="as_of", **{f"{name}_then": name for name in STATE})
    return (
        last.select("pupil_id", "list_as_of", "decision", "decided_on", "snooze_reason", decided_urn="urn", until=until)
        .join(_outcomes(before.outcomes, as_of=as_of), on="pupil_id", how="left")
        .join(then, on=("pupil_id", "list_as_of"), how="left")
        .join(_relisted(before.places, last), on="pupil_id", how="left")
        .with_columns(need_rate_then=rate(pl.col("need_absence_sessions_then"), pl.col("need_possible_sessions_then")))
    )


def _relisted(places: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil whom a list that knew of the decision named again, from that list on: the day of the latest such. A row that
    was still waiting when it was decided on is none of these, whenever the answer came."""
    stands = places.filter(~pl.col("is_superseded").fill_null(False))
    began = stands.select("pupil_id", relisted_on=pl.coalesce("waiting_since", "as_of"))
    since = began.join(last.select("pupil_id", "decided_on", "known_on"), on="pupil_id")
    back = since.filter((pl.col("relisted_on") > pl.col("decided_on")) & (pl.col("relisted_on") >= pl.col("known_on")))
    return back.group_by("pupil_id").agg(pl.col("relisted_on").max())


def _outcomes(outcomes: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    last = outcome_of_each(_so_far(outcomes, "outcome_on", as_of=as_of))
    return last.select("pupil_id", "outcome", "outcome_on")


def _so_far(answers: pl.DataFrame, made_on: str, *, as_of: date) -> pl.DataFrame:
    return answers.filter((pl.col(made_on) <= as_of) & (pl.col("known_on") <= as_of))


def since_then(weeks: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil of `days` (pupil_id, after: Date): sessions possible and missed after that day with codes that ask
    about need, all schools together. `weeks` is cut at the as-of day."""
    theirs = _of(weeks, days) if days.height else weeks
    counts = [
        once_each(between(_of(theirs, those), after + timedelta(days=1), date.max))
        .group_by("pupil_id")
        .agg(pl.col("possible_sessions", "absence_sessions", "need_absence_sessions").sum())
        .collect()
        for (after,), those in sorted(days.partition_by("after", as_dict=True).items())
    ]
    possible, absence, need = (pl.col(f"{name}_sessions") for name in ("possible", "absence", "need_absence"))
    found = pl.concat(counts) if counts else pl.DataFrame(schema=_SINCE)
    return found.select("pupil_id", need_possible_since=possible - absence + need, need_absence_since=need)


def _of(weeks: pl.DataFrame, pupils: pl.DataFrame) -> pl.DataFrame:
    return weeks.join(pupils.select("pupil_id"), on="pupil_id", how="semi")


_SINCE = {"pupil_id": pl.String} | dict.fromkeys(
    ("possible_sessions", "absence_sessions", "need_absence_sessions"), pl.Int64
)


def last_looked_at(before: Before, *, as_of: date) -> pl.DataFrame:
    """One row per pupil somebody has looked at, if only to say that no look is needed: pupil_id and looked_at_on. Whoever could
    not be reached has not been looked at."""
    decided = standing_decisions(_so_far(before.decisions, "decided_on", as_of=as_of))
    reached = decided.filter(pl.col("decision") != COULD_NOT_REACH)
    found = standing_outcomes(_so_far(before.outcomes, "outcome_on", as_of=as_of))
    days = pl.concat(
        [reached.select("pupil_id", looked_at_on="decided_on"), found.select("pupil_id", looked_at_on="outcome_on")]
    )
    return days.group_by("pupil_id").agg(pl.col("looked_at_on").max())


def being_looked_into(decided: pl.DataFrame, triage: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """Those of `looked_at` somebody is looking into, with no outcome yet: under the school that lists them now, with school_weeks,
    how many of its weeks have begun since (null where it has no registers). Who is back on the list is asked about there."""
    no_outcome = pl.col("outcome_on").is_null() | (pl.col("outcome_on") < pl.col("decided_on"))
    here = triage.filter(pl.col("outcome") != "listed").select("pupil_id", "urn")
    looked_into = decided.filter((pl.col("decision") == LOOK_INTO_IT) & no_outcome).join(here, on="pupil_id")
    is_open = pl.col("urn").is_in(looked_into["urn"].unique().implode()) & (pl.col("possible_sessions") > 0)
    open_weeks = weeks.lazy().filter(is_open).select("urn", "week_start").unique().collect()
    since = pl.col("week_start") > pl.col("decided_on")
    counted = looked_into.select("pupil_id", "urn", "decided_on").join(open_weeks, on="urn").group_by("pupil_id")
    return looked_into.join(counted.agg(school_weeks=since.sum()), on="pupil_id", how="left")


# Whether it still holds -------------------------------------------------------------------------------------------------


def with_decisions(known: pl.DataFrame, decided: pl.DataFrame, weeks: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`known` (one row per pupil on a roll, with what signals say) with `decided_because` where a decision holds,
    `decided_outcome` (already_known or snoozed), and `back_because` where one holds no more; is_worse_since where things are
    worse than when it was made.

    `decided` is `looked_at`; where its pupil's list was of an earlier school year, only what happened since speaks. Whoever came back
    on a list that went out is undecided from then on: a few better days do not answer what nobody looked at.
    """
    after = decided.select("pupil_id", after="decided_on")
    told = decided.join(since_then(weeks, after), on="pupil_id", how="left")
    joined = known.join(told, on="pupil_id", how="left").with_columns(
        need_absence_rate_since=rate(pl.col("need_absence_since"), pl.col("need_possible_since"))
    )
    is_old = (pl.col("decided_on") < pl.lit(as_of).dt.offset_by(f"-{HOLDS_FOR}")).fill_null(False)
    is_waiting = pl.col("until").is_not_null()
    is_over = (pl.col("until") <= as_of).fill_null(False)
    same_school = pl.col("decided_urn") == pl.col("urn")  # staff of another chose no day for this one
    only_on_its_day = (pl.col("snooze_reason").is_in(ONLY_ON_ITS_DAY) & same_school).fill_null(False) & is_waiting
    is_worse = pl.when(~only_on_its_day).then(worse(since="it was last looked at on " + day(pl.col("decided_on"))))
    back = (
        pl.when(pl.col("decided_on").is_null())
        .then(None)
        .when(is_over)
        .then(_is_over())
        .when(is_worse.is_not_null())
        .then("Back on the list: " + is_worse)
        .when(pl.col("relisted_on").is_not_null())
        .then("Back on the list: was listed again on " + day(pl.col("relisted_on")) + ", and nobody has decided since.")
        .when(is_old)
        .then("Last looked at on " + day(pl.col("decided_on")) + ", more than a year ago.")
    )
    holds = pl.col("decided_on").is_not_null() & pl.col("back_because").is_null()
    is_worse_since = pl.col("decided_on").is_not_null() & is_worse.is_not_null()
    return joined.with_columns(back_because=back, is_worse_since=is_worse_since).with_columns(
        decided_because=pl.when(holds).then(_decided()),
        decided_outcome=pl.when(holds & is_waiting).then(pl.lit("snoozed")).when(holds).then(pl.lit("already_known")),
    )


def _is_over() -> pl.Expr:
    tried = "Back on the list: could not be reached on " + day(pl.col("decided_on")) + ", and it is time to try again."
    waited = "Back on the list: the wait until " + day(pl.col("until")) + " is over."
    return pl.when(pl.col("decision") == COULD_NOT_REACH).then(tried).otherwise(waited)


def _decided() -> pl.Expr:
    """Why a pupil is not listed again. The words of a drop-down, and no word of a pupil."""
    on = day(pl.col("decided_on"))
    found = "Looked into: " + pl.col("outcome").replace(_FOUND) + " on " + day(pl.col("outcome_on")) + "."
    why = (
        pl.when(pl.col("snooze_reason").is_not_null()).then(" (" + pl.col("snooze_reason") + ")").otherwise(pl.lit(""))
    )
    return (
        pl.when(pl.col("decision") == SNOOZE)
        .then("On " + on + " staff asked that this pupil not be listed before " + day(pl.col("until")) + why + ".")
        .when(pl.col("decision") == COULD_NOT_REACH)
        .then("Could not be reached on " + on + ": to be tried again from " + day(pl.col("until")) + ".")
        .when(pl.col("outcome").is_not_null() & (pl.col("outcome_on") >= pl.col("decided_on")))
        .then(found)
        .when(pl.col("decision") == LOOK_INTO_IT)
        .then("Being looked into since " + on + ".")
        .otherwise("Looked at on " + on + ": " + pl.col("decision") + ".")
    )


_FOUND = {"need found": "a need was found", "known": "the need was known", "none": "no need was found"}

# Worse and better ---------------------------------------------------------------------------------------------------------

POINTS_APART = 10
"""Percentage points between the rate since and the rate then, from which a row is worse or better."""

TO_RETURN, TO_TELL = (20, 8), (10, 4)
"""Sessions that must have been possible since, and missed: for a pupil decided on to come back, and for a row still on the list to
be called worse."""


def worse(*, since: pl.Expr, line: tuple[int, int] = TO_RETURN) -> pl.Expr:
    """The sentence that says how things are worse than then; null where they are not. Of several the gravest.

    Reads the state of then (columns ending in `_then`, need_rate_then), `decided_on`, and sessions since.
    """
    enough, missed = line
    then = percent(pl.col("need_rate_then"))
    severe = (pl.col("is_severe") & ~pl.col("is_severe_then").fill_null(False)).fill_null(False)
    long_then = pl.col("part_time_past_six_weeks_then").fill_null(False)
    long = (pl.col("part_time_past_six_weeks") & ~long_then).fill_null(False)
    suspended = pl.col("last_suspension_on") > pl.max_horizontal("last_suspension_on_then", "decided_on")
    rising = apart(+1) & (pl.col("need_possible_since") >= enough) & (pl.col("need_absence_since") >= missed)
    return (
        pl.when(severe)
        .then(
            pl.coalesce(
                "absence is half or more now, against " + then + " before.",
                pl.lit("absence is half or more now."),
            )
        )
        .when(long)
        .then("a part-time timetable has gone past six school weeks since " + since + ".")
        .when(suspended.fill_null(False))
        .then("suspended or excluded on " + day(pl.col("last_suspension_on")) + ", after " + since + ".")
        .when(rising.fill_null(False))
        .then(since_words() + " since " + since + ", against " + then + " before.")
    )


def since_words() -> pl.Expr:
    """`absent for 9 of 20 sessions (45.0%)`"""
    return written("absent for {need_absence_since} of {need_possible_since:session} ({need_absence_rate_since:%})")


def apart(sign: int) -> pl.Expr:
    """Is the rate since so far above (+1) or below (-1) the rate then? Whole numbers throughout: at exactly the line a division would decide by its last binary place."""
    then, possible_then = pl.col("need_absence_sessions_then"), pl.col("need_possible_sessions_then")
    now, possible = pl.col("need_absence_since"), pl.col("need_possible_since")
    apart = (now * possible_then - then * possible) * sign * 100
    return (apart >= possible * possible_then * POINTS_APART) & (possible > 0) & (possible_then > 0)


NOTHING_BEFORE = Before(
    ISSUED_PLACES.empty,
    pl.DataFrame(schema={"as_of": pl.Date, "urn": pl.Int32}),
    DECISIONS.empty,
    OUTCOMES.empty,
    CORRECTIONS.empty,
    RETURNS.empty,
)
