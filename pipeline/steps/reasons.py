"""Why a pupil has the outcome they have, in one sentence, and the question to ask first of one who is listed."""

import polars as pl

from pipeline.signals import SIGNALS
from pipeline.signals.lines import FEWEST_MISSED
from pipeline.signals.sentences import day, written
from pipeline.steps.judged import BY_OWN_PAST

_NEXT_STEPS = {signal.name: signal.next_step for signal in SIGNALS}

SUPPORT_SAID_ON = pl.coalesce("last_review", "sen_provision_on")
"""The day support on file was last reviewed or begun; where no such day is held, the day a census or roll said there is any."""

EARLY_REVIEW = "Support is in place: is an early review of it due, with the pupil and their parents?"

_RATE = "Absent for {judged_absence_sessions} of {judged_possible_sessions:session} ({judged_absence_rate:%}) {judged_period}"
_ASKING = "{judged_need_absence_sessions} of {judged_need_possible_sessions:session}"

_UNSEEN = (
    "On two rolls, and the other school's register is not known here for {unseen_dual_sessions_ytd:session} this year."
)
_NOTHING = "Neither registers nor a school census of this pupil is held."
_TOO_FEW = "Fewer than 40 sessions possible this year ({possible_sessions_ytd}), and last year's are not known here."
_NO_PAST = "Judged against their own last year alone, and there is too little of it, or of this year, to compare."
_OWN_PAST = "Judged against their own past alone, and absence is not clearly worse than it."
_UNDER_A_TENTH = f"{_RATE}, under a tenth."
_FEW_MISSED = (
    f"{_RATE}. That is a tenth or more, but fewer than {FEWEST_MISSED} sessions"
    "[ when {judged_other_absence_sessions} of holidays or other leave are set aside]."
)
_OTHER_LEAVE = (
    f"Absence was a tenth or more. It was under a tenth ({_ASKING}) with holidays and other leave set aside. Those do not ask "
    "about need."
)
_ASIDE = (
    "({missed_beyond_waves} of {possible_beyond_waves:session}) once some of it was set aside. That is illness in weeks in which "
    "much of the school was ill[, and {judged_other_absence_sessions:session} of holidays or other leave]."
)
_IN_WAVES = f"Absence was a tenth or more. It was under a tenth {_ASIDE}"
_FEW_BEYOND_WAVES = f"Absence was a tenth or more. It was fewer than {FEWEST_MISSED} sessions {_ASIDE}"
_OBJECTED = "Not judged, and never listed: an objection to that stands."
_NOT_DUE = "Worth a look, and no list of this school goes out today: the next is made on {next_on:date}."
_NOT_LISTED = "Worth a look, but the {places:place} of this list went to pupils before this one in its order."


def in_words(sorted_out: pl.DataFrame) -> pl.DataFrame:
    """`sorted_out` with `because`, `next_step` and, for those the list was made from, `outcome`."""
    is_listed = pl.col("place").is_not_null()
    from_list = pl.when(is_listed).then(pl.lit("listed")).otherwise(pl.lit("eligible_not_listed"))
    is_drawn = pl.col("is_drawn").fill_null(False)
    outcome = pl.when(is_drawn).then(pl.lit("listed")).otherwise(pl.coalesce("outcome", from_list))
    return sorted_out.with_columns(outcome=outcome).with_columns(
        because=_because(), next_step=pl.when(is_listed).then(_next_step())
    )


def _because() -> pl.Expr:
    by_outcome = {
        "listed": pl.coalesce("drawn_because", _why_listed()),
        "eligible_not_listed": pl.when("is_due").then(written(_NOT_LISTED)).otherwise(written(_NOT_DUE)),
        "already_known": pl.when("is_decided").then("decided_because").otherwise("known_because"),
        "snoozed": pl.when("is_decided")
        .then("decided_because")
        .otherwise("Staff asked that this pupil not be listed before " + day(pl.col("quiet_until")) + "."),
        "history_needed": pl.when(pl.col("judged_on").is_null()).then(written(_TOO_FEW)).otherwise(pl.lit(_NO_PAST)),
        "cannot_be_judged": pl.when("is_objected")
        .then(pl.lit(_OBJECTED))
        .when(pl.col("source") == "none")
        .then(pl.lit(_NOTHING))
        .otherwise(written(_UNSEEN)),
        "not_eligible": _why_not_eligible(),
    }
    return pl.coalesce(pl.when(pl.col("outcome") == outcome).then(words) for outcome, words in by_outcome.items())


def _why_listed() -> pl.Expr:
    by_quota = {
        "never_looked_at": pl.lit("Absent for a tenth or more, under half, and nothing on file."),
        "severe_or_part_time": pl.when("is_severe")
        .then(pl.lit("Absent for half or more, and nothing on file."))
        .otherwise(pl.lit("A part-time timetable past six school weeks, and nothing on file.")),
        "support_and_worse": _why_though_supported(),
        "other": pl.col("leading_reason"),
    }
    return pl.coalesce(pl.when(pl.col("quota") == quota).then(words) for quota, words in by_quota.items())


def _why_though_supported() -> pl.Expr:
    """What brings back a pupil already known, and only what did happen: where no review and no beginning is held, none is named."""
    reviewed = pl.when(pl.col("last_review").is_not_null()).then(pl.lit(", after it was last reviewed or begun"))
    reviewed = reviewed.otherwise(pl.lit(""))
    return (
        pl.when("is_severe")
        .then(pl.lit("Support is on file, and absence is half or more."))
        .when(pl.col("part_time_past_six_weeks").fill_null(False))
        .then(pl.lit("Support is on file, and a part-time timetable has gone past six school weeks."))
        .when(pl.col("worse_than_last_year").fill_null(False))
        .then(pl.lit("Support is on file, and absence is clearly worse than last year."))
        .when(pl.col("known_because").is_null())
        .then(pl.lit("Support is on file, and its review is not in date."))
        .when(pl.col("last_suspension_on") > SUPPORT_SAID_ON)
        .then(
            "Support is on file, and a suspension or exclusion came on "
            + day(pl.col("last_suspension_on"))
            + reviewed
            + "."
        )
        .otherwise(
            "Support is on file, and there has been more absence since it was last looked at, on "
            + day(pl.col("decided_on"))
            + "."
        )
    )


def _why_not_eligible() -> pl.Expr:
    in_waves = pl.col("is_tenth") & (pl.col("judged_need_absence_sessions") >= FEWEST_MISSED)
    is_few = pl.col("missed_beyond_waves") * 10 >= pl.col("possible_beyond_waves")
    under = pl.col("judged_absence_sessions") * 10 < pl.col("judged_possible_sessions")
    return (
        pl.when(BY_OWN_PAST)
        .then(pl.lit(_OWN_PAST))
        .when(under)
        .then(written(_UNDER_A_TENTH))
        .when(in_waves)
        .then(pl.when(is_few).then(written(_FEW_BEYOND_WAVES)).otherwise(written(_IN_WAVES)))
        .when(pl.col("is_tenth"))
        .then(written(_FEW_MISSED))
        .otherwise(written(_OTHER_LEAVE))
    )


def _next_step() -> pl.Expr:
    """A long part-time timetable is asked about first, then support in place, then the strongest of the other signals."""
    leading = pl.col("leading").replace_strict(_NEXT_STEPS, default=None, return_dtype=pl.String)
    unseen = pl.col("absent_and_never_looked_at").fill_null(False)
    never_looked_at = pl.when(unseen).then(pl.lit(_NEXT_STEPS["absent_and_never_looked_at"]))
    return (
        pl.when(pl.col("part_time_past_six_weeks").fill_null(False))
        .then(pl.lit(_NEXT_STEPS["part_time_past_six_weeks"]))
        .when((pl.col("quota") == "support_and_worse") | (pl.col("is_severe") & pl.col("on_file").fill_null(False)))
        .then(pl.lit(EARLY_REVIEW))
        .when("is_severe")
        .then(pl.lit(_NEXT_STEPS["severe_absence"]))
        .otherwise(pl.coalesce(leading, never_looked_at, pl.lit(_NEXT_STEPS["persistent_absence"])))
    )
