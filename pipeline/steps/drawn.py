"""Places given by lot, so that what lists miss can be known: off unless a home names who approved it.

A list that only ever shows pupils it chose can never learn whom it leaves out. A few places go, by a keyed draw of the day, to
pupils worth a look for whom no place was left and to pupils missing 5 to 10 %; the list says so on their rows.
"""

import polars as pl

from pipeline.signals.sentences import written
from pipeline.steps.places import Policy, numbers, of_schools

DRAWN = "drawn"
"""The kind of place, where the others are quotas."""

_WORTH_A_LOOK = (
    "Worth a look, and given a place by lot among those for whom none was left, so that what lists miss can be known."
)
_UNDER_A_TENTH = (
    "Absent for {judged_need_absence_sessions} of {judged_need_possible_sessions:session} ({judged_need_absence_rate:%}) "
    "{judged_period}, other leave left out. Under a tenth, and given a place by lot, so that what lists miss can be known."
)
"""With the numbers the draw goes by: DfE's rate may be a tenth and more where other leave is in it."""


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
    schools = of_schools(placed.with_columns(quota=pl.when(pl.col("place").is_not_null()).then("quota")), policy)
    drawn = in_turn.join(schools, on="urn").filter(pl.col("turn") < pl.col("to_draw"))
    is_eligible = pl.col("quota").is_not_null()
    words = pl.when(is_eligible).then(pl.lit(_WORTH_A_LOOK)).otherwise(written(_UNDER_A_TENTH))
    given = (
        _numbered(drawn, placed, schools)
        .with_columns(drawn_because=words)
        .select("pupil_id", "drawn_place", "drawn_because")
    )
    joined = placed.join(given, on="pupil_id", how="left")
    is_drawn = pl.col("drawn_place").is_not_null()
    return joined.with_columns(
        place=pl.coalesce("drawn_place", "place"),
        quota=pl.when(is_drawn).then(pl.lit(DRAWN)).otherwise("quota"),
        is_drawn=is_drawn | pl.when(pl.col("place").is_not_null()).then(pl.lit(False)),
    ).drop("drawn_place")


def _numbered(drawn: pl.DataFrame, placed: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """`drawn` with `drawn_place`: the one of the list before where nobody else has it now, else the lowest free."""
    used = placed.drop_nulls("place").select("urn", "place")
    free = numbers(schools).join(used, on=("urn", "place"), how="anti")
    stays = drawn.filter("was_drawn").join(free, left_on=("urn", "kept_place"), right_on=("urn", "place"), how="semi")
    own = stays.select("pupil_id", "urn", place="kept_place").unique(
        ("urn", "place"), keep="first", maintain_order=True
    )
    others = drawn.join(own, on="pupil_id", how="anti", maintain_order="left").select("pupil_id", "urn")
    left = free.join(own, on=("urn", "place"), how="anti", maintain_order="left")
    in_turn = (frame.with_columns(nth=pl.int_range(pl.len()).over("urn")) for frame in (others, left))
    given = pl.concat(
        [
            own.select("pupil_id", "place"),
            next(in_turn).join(next(in_turn), on=("urn", "nth")).select("pupil_id", "place"),
        ]
    )
    return drawn.join(given.rename({"place": "drawn_place"}), on="pupil_id")


def _could_be_drawn() -> pl.Expr:
    """Without a place, and either worth a look or missing 5 to 10 %: in the main section, by what this year says, and never
    whom staff asked to leave in quiet, whose support is in date, or on whom somebody decided."""
    rate_from_5_to_10 = (pl.col("judged_need_absence_sessions") * 20 >= pl.col("judged_need_possible_sessions")) & (
        pl.col("judged_need_absence_sessions") * 10 < pl.col("judged_need_possible_sessions")
    )
    is_judged = (pl.col("judged_on") == "this_year") & (pl.col("section") == "main") & ~pl.col("is_special_school")
    is_quiet = (pl.col("quiet_until") > pl.col("as_of")).fill_null(False)
    is_left_alone = is_quiet | pl.col("known_because").is_not_null() | pl.col("decided_because").is_not_null()
    near = (pl.col("outcome") == "not_eligible") & is_judged & rate_from_5_to_10 & ~is_left_alone
    return (
        pl.col("place").is_null()
        & (pl.col("section") == "main")
        & (pl.col("quota").is_not_null() | near).fill_null(False)
    )
