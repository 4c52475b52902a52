"""A school's places, and who fills them.

Of ten places at least five are for pupils persistently absent, under half missed, with nothing on file; at most three for
severe absence or a long part-time timetable with nothing on file; at most two for support in place and worse. Places that
one kind leaves free pass on, in that order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

QUOTAS = ("never_looked_at", "severe_or_part_time", "support_and_worse", "other")
"""In the order in which places left free pass on. `other` has none of its own."""

_LIST = ("urn", "section")
_FIRST = (-pl.col("points"), -pl.col("judged_need_absence_rate").fill_null(-1), "pupil_id")


@dataclass(frozen=True)
class Policy:
    """The choices a home makes, kept apart from the arithmetic."""

    places: int = 10  # how many pupils a school can look at in a fortnight
    places_by_school: Mapping[int, int] = field(default_factory=dict)  # by URN, where a school has said
    pupils_a_place: int = 50  # at most one place for so many on roll
    fewest_places: int = 3
    sixth_form_share: int = 5  # at most one place in so many


def of_school(policy: Policy, urn: int, *, on_roll: int) -> int:
    """The places of one school: as many as it said, at most one in fifty on roll, and that never under three."""
    said = policy.places_by_school.get(urn, policy.places)
    return min(said, max(on_roll // policy.pupils_a_place, policy.fewest_places))


def with_places(candidates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """`candidates` (one row per pupil on roll; `quota` null unless eligible) with `places` of their list and, for those
    listed, `place`: first the main section, then the sixth form's, each by points, then rate, then pupil_id.

    The rate is that of absence whose code asks about need.
    """
    lists = _lists(candidates, policy)
    eligible = candidates.filter(pl.col("quota").is_not_null()).sort(*_FIRST)
    in_turn = eligible.with_columns(turn=pl.int_range(1, pl.len() + 1).over(*_LIST, "quota"))
    filled = in_turn.join(_filled(eligible, lists), on=[*_LIST, "quota"])
    listed = filled.filter(pl.col("turn") <= pl.col("filled")).sort("section", *_FIRST)  # main comes before sixth_form
    numbered = listed.select("pupil_id", place=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("urn"))
    places = lists.select(*_LIST, "places")
    return candidates.join(places, on=_LIST, how="left").join(numbered, on="pupil_id", how="left")


def _lists(candidates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per school and section: its `places`, and each quota's own of them. The sixth form's come out of the school's."""
    said = pl.col("urn").replace_strict(dict(policy.places_by_school), default=policy.places, return_dtype=pl.Int64)
    by_roll = pl.max_horizontal(pl.col("on_roll").cast(pl.Int64) // policy.pupils_a_place, policy.fewest_places)
    is_sixth_former = (pl.col("section") == "sixth_form") & pl.col("quota").is_not_null()
    of_school, to_sixth_form = pl.col("of_school"), pl.col("to_sixth_form")
    schools = (
        candidates.group_by("urn")
        .agg(on_roll=pl.len(), sixth_formers=is_sixth_former.sum().cast(pl.Int64))
        .with_columns(of_school=pl.min_horizontal(said, by_roll))
        .with_columns(to_sixth_form=pl.min_horizontal("sixth_formers", of_school // policy.sixth_form_share))
    )
    own = own_places(of_school, to_sixth_form)
    none = dict.fromkeys(QUOTAS, pl.lit(0, pl.Int64))
    main = schools.select("urn", section=pl.lit("main"), places=of_school - to_sixth_form, **own)
    sixth_form = schools.select("urn", section=pl.lit("sixth_form"), places=to_sixth_form, **none)
    return pl.concat([main, sixth_form])


def own_places(of_school: pl.Expr, to_sixth_form: pl.Expr) -> dict[str, pl.Expr]:
    """Each quota's own places: 5, 3 and 2 of ten, in proportion otherwise, and from three places on one for severe
    absence at least: of one or two it would be half or more.

    Those the sixth form takes come first out of severe absence's, which keeps the other two promises whole.
    """
    severe = pl.max_horizontal(of_school * 3 // 10 - to_sixth_form, (of_school >= 3).cast(pl.Int64))
    support = of_school // 5
    own = (of_school - to_sixth_form - severe - support, severe, support, pl.lit(0, pl.Int64))
    return dict(zip(QUOTAS, own, strict=True))


def _filled(eligible: pl.DataFrame, lists: pl.DataFrame) -> pl.DataFrame:
    """One row per list and quota: how many of its pupils are listed."""
    waiting = {f"waiting_{quota}": (pl.col("quota") == quota).sum().cast(pl.Int64) for quota in QUOTAS}
    filling = eligible.group_by(_LIST).agg(**waiting).join(lists, on=_LIST)
    filling = filling.with_columns(pl.min_horizontal(f"waiting_{quota}", quota).alias(quota) for quota in QUOTAS)
    for quota in QUOTAS:  # a place left free goes to the first quota with anybody waiting
        free = pl.col("places") - pl.sum_horizontal(QUOTAS)
        filling = filling.with_columns(
            pl.col(quota) + pl.min_horizontal(pl.col(f"waiting_{quota}") - pl.col(quota), free)
        )
    return filling.unpivot(QUOTAS, index=list(_LIST), variable_name="quota", value_name="filled")
