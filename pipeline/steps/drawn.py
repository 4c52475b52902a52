"""Places given by lot, so that what lists miss can be known: off unless a home names who approved it.

A list that only ever shows pupils it chose can never learn whom it leaves out. A few places go, by a keyed draw of the day, to
pupils worth a look for whom no place was left and to pupils missing 5 to 10 %; the list says so on their rows.
"""

import polars as pl

from pipeline.signals.sentences import written
from pipeline.steps.places import Policy, of_schools

DRAWN = "drawn"
"""The kind of place, where the others are quotas."""

_WORTH_A_LOOK = (
    "Worth a look, and given a place by lot among those for whom none was left, so that what lists miss can be known."
)
_UNDER_A_TENTH = (
    "Missed {judged_absence_sessions} of {judged_possible_sessions:session} ({judged_absence_rate:%}) {judged_period}, under a "
    "tenth: given a place by lot, so that what lists miss can be known."
)


def with_drawn(placed: pl.DataFrame, lots: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """`placed` (one row per pupil on a roll, places given out) with the places kept for the draw filled: outcome, place,
    quota, because and is_drawn of those drawn.

    `lots` has pupil_id and lot, the same for the same key and day. Whoever was drawn before and waits still stays.
    """
    could_be = placed.filter(_could_be_drawn()).join(lots, on="pupil_id")
    stays = pl.col("was_drawn").fill_null(False) & pl.col("kept_place").is_not_null()
    in_turn = (
        could_be.filter(stays | pl.col("is_due"))
        .sort(stays, "lot", "pupil_id", descending=[True, False, False])
        .with_columns(turn=pl.int_range(pl.len()).over("urn"))
    )
    drawn = in_turn.join(of_schools(placed, policy), on="urn").filter(pl.col("turn") < pl.col("to_draw"))
    first_number = pl.col("of_school") - pl.col("to_draw") + 1
    is_eligible = pl.col("quota").is_not_null()
    words = pl.when(is_eligible).then(pl.lit(_WORTH_A_LOOK)).otherwise(written(_UNDER_A_TENTH))
    given = drawn.select("pupil_id", drawn_place=(first_number + pl.col("turn")).cast(pl.Int32), drawn_because=words)
    joined = placed.join(given, on="pupil_id", how="left")
    is_drawn = pl.col("drawn_place").is_not_null()
    return joined.with_columns(
        place=pl.coalesce("drawn_place", "place"),
        quota=pl.when(is_drawn).then(pl.lit(DRAWN)).otherwise("quota"),
        is_drawn=is_drawn | pl.when(pl.col("place").is_not_null()).then(pl.lit(False)),
    ).drop("drawn_place")


def _could_be_drawn() -> pl.Expr:
    """Without a place, and either worth a look or missing 5 to 10 %: in the main section, by what this year says."""
    rate_from_5_to_10 = (pl.col("judged_need_absence_sessions") * 20 >= pl.col("judged_need_possible_sessions")) & (
        pl.col("judged_need_absence_sessions") * 10 < pl.col("judged_need_possible_sessions")
    )
    is_judged = (pl.col("judged_on") == "this_year") & (pl.col("section") == "main") & ~pl.col("is_special_school")
    near = (pl.col("outcome") == "not_eligible") & is_judged & rate_from_5_to_10
    return (
        pl.col("place").is_null()
        & (pl.col("section") == "main")
        & (pl.col("quota").is_not_null() | near).fill_null(False)
    )
