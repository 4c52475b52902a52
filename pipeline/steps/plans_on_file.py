"""What the authority's own plans add to what schools say is on file for a pupil."""

from datetime import date, timedelta

import polars as pl

from pipeline.vocabulary.plans import DAYS_TO_PLAN, UNDER_WAY, WAITING

_IS_PLAN = pl.col("kind") == "ehc_plan"


def with_plans(support: pl.DataFrame, told: pl.DataFrame, enrolled: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`support` (staged rows of support and reviews) with what `told` (`facts.plans`) says beside it.

    Where school and authority both tell of a plan, the later review counts. A plan that the authority has ended, and put
    no other in the place of, is not in force though a school's row still runs. Of a plan whose review fell due after the
    authority last spoke nobody knows whether it was reviewed: where the roll (`enrolled`) says there is a plan, that is
    left to say it. Of a plan that has ended nothing is said but to a roll that knows no better.
    """
    if told.is_empty():
        return support
    authoritys = support_of_plans(told, as_of=as_of)
    by_roll = pl.col("pupil_id").is_in(enrolled.filter(pl.col("sen_provision") == "E")["pupil_id"].unique().implode())
    fell_due_since = (pl.col("next_review") > pl.col("stated_on")) & (pl.col("next_review") < as_of)
    left_to_the_roll = (_IS_PLAN & fell_due_since & by_roll).fill_null(False)
    says_it = pl.when(_lasts(as_of=as_of)).then(~left_to_the_roll).otherwise(by_roll)
    schools = _ended(support, authoritys, as_of=as_of).with_columns(is_last_word=_is_last_word())
    both = pl.concat([schools, authoritys.filter(says_it).with_columns(is_last_word=True)], how="diagonal_relaxed")
    return _reviewed(both, authoritys["pupil_id"].unique(), as_of=as_of).select(support.columns)


def support_of_plans(told: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """What `told` has on file, as a school would send it, and `stated_on`: one row per plan, in force or ended, and per
    request that waits.

    A request counts for the twenty weeks it may take, and after that only where it was still waiting when last stated. What
    the latest return no longer mentions is not waiting as far as anyone knows.
    """
    no_day = pl.lit(None, pl.Date)
    of_plans = told.filter(pl.col("stage").is_in(["plan_in_force", "plan_ceased"])).select(
        "pupil_id", "known_on", "stated_on", "last_review", kind=pl.lit("ehc_plan"), start_date="plan_start",
        next_review="next_review_due", ended="ceased_on",
    )  # fmt: skip
    due = pl.col("received_on") + timedelta(days=DAYS_TO_PLAN)
    still_waits = (due >= as_of) | (pl.col("stated_on") >= due)
    of_requests = told.filter(pl.col("stage").is_in(WAITING), "is_latest", still_waits).select(
        "pupil_id", "known_on", "stated_on", last_review=no_day, kind=pl.lit(UNDER_WAY), start_date="received_on",
        next_review=due, ended=no_day,
    )  # fmt: skip
    return pl.concat([of_plans, of_requests])


def _ended(support: pl.DataFrame, authoritys: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """Schools' rows of a plan, ended with the authority's plans where the last of those has ended since."""
    of_pupil = authoritys.filter(_IS_PLAN).group_by("pupil_id").agg(
        all_ended=~_lasts(as_of=as_of).any(), ended_on=pl.col("ended").max()
    )  # fmt: skip
    joined = support.join(of_pupil, on="pupil_id", how="left", maintain_order="left")
    looked_at = pl.max_horizontal("start_date", "last_review")
    said_before = looked_at.is_null() | (looked_at <= pl.col("ended_on"))
    gone = (_IS_PLAN & pl.col("all_ended") & said_before).fill_null(False)
    ended = pl.when(gone).then(pl.min_horizontal("ended", "ended_on")).otherwise("ended")
    return joined.with_columns(ended=ended).drop("all_ended", "ended_on")


def _lasts(*, as_of: date) -> pl.Expr:
    return pl.col("ended").is_null() | (pl.col("ended") > as_of)


def _is_last_word() -> pl.Expr:
    """A school that corrects a review has taken back what it said before."""
    return pl.col("known_on") == pl.col("known_on").max().over("pupil_id", "kind", "start_date")


def _reviewed(both: pl.DataFrame, of_pupils: pl.Series, *, as_of: date) -> pl.DataFrame:
    """Rows of a plan of `of_pupils` that lasts, each with the latest review that has happened, whoever tells of it."""
    is_one = _IS_PLAN & _lasts(as_of=as_of) & pl.col("pupil_id").is_in(of_pupils.implode())
    asked = both.with_columns(
        is_one=is_one
    )  # before it is looked at by pupil: the list would be searched for each of them anew
    happened = pl.when(pl.col("is_one") & pl.col("is_last_word") & (pl.col("last_review") <= as_of)).then("last_review")
    latest = pl.coalesce(pl.col("happened").max().over("pupil_id"), "last_review")
    return asked.with_columns(happened=happened).with_columns(
        last_review=pl.when("is_one").then(latest).otherwise("last_review")
    )
