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
_FIRST = (
    -pl.col("likelihood").fill_null(-1),
    -pl.col("points"),
    -pl.col("judged_need_absence_rate").fill_null(-1),
    "pupil_id",
)


@dataclass(frozen=True)
class Policy:
    """The choices a home makes, kept apart from the arithmetic."""

    places: int = 10  # how many pupils a school can look at in a fortnight
    places_by_school: Mapping[int, int] = field(default_factory=dict)  # by URN, where a school has said
    pupils_a_place: int = 50  # at most one place for so many on roll
    fewest_places: int = 3
    sixth_form_share: int = 5  # at most one place in so many
    drawn: int = 0  # of a school's places, how many are given by lot; at most one in five


def of_school(policy: Policy, urn: int, *, on_roll: int) -> int:
    """The places of one school: as many as it said, at most one in fifty on roll, and that never under three."""
    said = policy.places_by_school.get(urn, policy.places)
    return min(said, max(on_roll // policy.pupils_a_place, policy.fewest_places))


def with_places(candidates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """`candidates` (one row per pupil on roll; `quota` null unless eligible) with `places` of their list and, for those
    listed, `place`: the main section's first, then the sixth form's, each by points, then rate, then pupil_id; where an approved
    model gave a `likelihood`, by that first.

    Whoever is eligible and has a `kept_place`, of the list before, stays; where the school is due a list (`is_due`) others
    fill the places left, and take their numbers from the lowest free one on. The rate is that of absence whose code asks
    about need.
    """
    candidates = _with_what_was(candidates)
    lists = _lists(candidates, policy)
    eligible = candidates.filter(pl.col("quota").is_not_null()).sort(*_FIRST)
    kept = _kept(eligible, lists)
    waiting = eligible.filter("is_due").join(kept, on="pupil_id", how="anti", maintain_order="left")
    in_turn = waiting.with_columns(turn=pl.int_range(1, pl.len() + 1).over(*_LIST, "quota"))
    filled = in_turn.join(_filled(waiting, kept, lists), on=[*_LIST, "quota"])
    joining = filled.filter(pl.col("turn") <= pl.col("filled")).sort("section", *_FIRST)  # main comes before sixth_form
    numbered = _numbered(joining, kept, candidates, policy)
    places = _said(lists, of_schools(candidates, policy))
    return candidates.join(places, on=_LIST, how="left").join(numbered, on="pupil_id", how="left")


def _said(lists: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """The places of each list as a reader counts them: the main section's with those given by lot."""
    by_lot = pl.when(pl.col("section") == "main").then("to_draw").otherwise(0)
    return lists.join(schools, on="urn").select(*_LIST, places=pl.col("places") + by_lot)


def _with_what_was(candidates: pl.DataFrame) -> pl.DataFrame:
    """Of a first list nobody has a place, and every school is due it."""
    unsaid = {
        "kept_place": pl.lit(None, pl.Int32),
        "was_drawn": pl.lit(None, pl.Boolean),
        "is_due": pl.lit(True),
        "likelihood": pl.lit(None, pl.Float64),
    }
    return candidates.with_columns(**{name: value for name, value in unsaid.items() if name not in candidates.columns})


def _kept(eligible: pl.DataFrame, lists: pl.DataFrame) -> pl.DataFrame:
    """Of those with a place of the list before, as many as their list still has places, the lowest numbers first. A place
    that lot gave is not kept here."""
    had = eligible.filter(_is_kept()).join(lists, on=_LIST).sort("kept_place", "pupil_id")
    return had.filter(pl.int_range(pl.len()).over(_LIST) < pl.col("places"))


def _numbered(joining: pl.DataFrame, kept: pl.DataFrame, candidates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per listed pupil: pupil_id and `place`. A kept number beyond the places there are now counts as none, and numbers of
    those whom lot gave theirs are taken last. Whom lot gave one, and who has since won a place, stays on the same line."""
    schools = of_schools(candidates, policy)
    had = pl.concat([kept.select("pupil_id", "urn", "kept_place"), joining.select("pupil_id", "urn", "kept_place")])
    fits = had.join(schools, on="urn", maintain_order="left").filter(pl.col("kept_place") <= pl.col("of_school"))
    staying = fits.select("pupil_id", "urn", place="kept_place").unique(
        ("urn", "place"), keep="first", maintain_order=True
    )
    moving = pl.concat(
        [
            there.join(staying, on="pupil_id", how="anti", maintain_order="left").select("pupil_id", "urn")
            for there in (kept, joining)
        ]
    )
    by_lot = candidates.filter(pl.col("was_drawn").fill_null(False)).select(
        "urn", place="kept_place", by_lot=pl.lit(True)
    )
    free = (
        numbers(schools)
        .join(staying, on=("urn", "place"), how="anti")
        .join(by_lot.drop_nulls("place").unique(("urn", "place")), on=("urn", "place"), how="left")
        .sort("urn", pl.col("by_lot").fill_null(False), "place")
    )
    given = moving.with_columns(turn=pl.int_range(pl.len()).over("urn")).join(
        free.with_columns(turn=pl.int_range(pl.len()).over("urn")), on=("urn", "turn")
    )
    return pl.concat([staying.select("pupil_id", "place"), given.select("pupil_id", "place")])


def numbers(schools: pl.DataFrame) -> pl.DataFrame:
    """One row per place of each school of `of_schools`: urn and place, from 1."""
    ranges = schools.select("urn", place=pl.int_ranges(1, pl.col("of_school") + 1, dtype=pl.Int32))
    return ranges.explode("place").drop_nulls().sort("urn", "place")


def _lists(candidates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per school and section: its `places`, and each quota's own of them. The sixth form's come out of the school's."""
    is_sixth_former = (pl.col("section") == "sixth_form") & pl.col("quota").is_not_null()
    is_kept_in_main = (pl.col("section") == "main") & pl.col("quota").is_not_null() & _is_kept()
    of_school, to_sixth_form = pl.col("of_school"), pl.col("to_sixth_form")
    left_by_main = (of_school - pl.col("kept_in_main")).clip(lower_bound=0)
    counts = candidates.group_by("urn").agg(
        sixth_formers=is_sixth_former.sum().cast(pl.Int64), kept_in_main=is_kept_in_main.sum().cast(pl.Int64)
    )
    schools = (
        of_schools(candidates, policy)
        .join(counts, on="urn")
        .with_columns(pl.col("of_school") - pl.col("to_draw"))
        .with_columns(
            to_sixth_form=pl.min_horizontal("sixth_formers", of_school // policy.sixth_form_share, left_by_main)
        )
    )
    own = own_places(of_school, to_sixth_form)
    none = dict.fromkeys(QUOTAS, pl.lit(0, pl.Int64))
    main = schools.select("urn", section=pl.lit("main"), places=of_school - to_sixth_form, **own)
    sixth_form = schools.select("urn", section=pl.lit("sixth_form"), places=to_sixth_form, **none)
    return pl.concat([main, sixth_form])


def of_schools(candidates: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per school: `of_school`, all its places, and `to_draw`, how many of them are given by lot: none that somebody keeps."""
    said = pl.col("urn").replace_strict(dict(policy.places_by_school), default=policy.places, return_dtype=pl.Int64)
    by_roll = pl.max_horizontal(pl.col("on_roll").cast(pl.Int64) // policy.pupils_a_place, policy.fewest_places)
    there = _with_what_was(candidates)
    left = (pl.col("of_school") - pl.col("kept")).clip(lower_bound=0)
    return (
        there.group_by("urn")
        .agg(on_roll=pl.len(), kept=(_is_kept() & pl.col("quota").is_not_null()).sum().cast(pl.Int64))
        .select("urn", "kept", of_school=pl.min_horizontal(said, by_roll))
        .select("urn", "of_school", to_draw=pl.min_horizontal(policy.drawn, pl.col("of_school") // _ONE_IN, left))
    )


def _is_kept() -> pl.Expr:
    """Has the pupil a place of the list before that lot did not give?"""
    return pl.col("kept_place").is_not_null() & ~pl.col("was_drawn").fill_null(False)


_ONE_IN = 5
"""Of a school's places at most one in so many is given by lot."""


def own_places(of_school: pl.Expr, to_sixth_form: pl.Expr) -> dict[str, pl.Expr]:
    """Each quota's own places: 5, 3 and 2 of ten, in proportion otherwise, and from three places on one for severe
    absence at least: of one or two it would be half or more.

    Those the sixth form takes come first out of severe absence's, which keeps the other two promises whole.
    """
    severe = pl.max_horizontal(of_school * 3 // 10 - to_sixth_form, (of_school >= 3).cast(pl.Int64))
    support = of_school // 5
    own = (of_school - to_sixth_form - severe - support, severe, support, pl.lit(0, pl.Int64))
    return dict(zip(QUOTAS, own, strict=True))


def _filled(waiting: pl.DataFrame, kept: pl.DataFrame, lists: pl.DataFrame) -> pl.DataFrame:
    """One row per list and quota: how many of those waiting join it. Who stays counts towards the kind they are now."""
    filling = lists.sort(_LIST)
    for there, name in ((waiting, "waiting"), (kept, "kept")):
        counts = {f"{name}_{quota}": (pl.col("quota") == quota).sum().cast(pl.Int64) for quota in QUOTAS}
        filling = filling.join(there.group_by(_LIST).agg(**counts), on=_LIST, how="left")
    filling = filling.fill_null(0).with_columns(
        free=pl.col("places") - pl.sum_horizontal(f"kept_{quota}" for quota in QUOTAS),
        **{quota: (pl.col(quota) - pl.col(f"kept_{quota}")).clip(lower_bound=0) for quota in QUOTAS},
        **{f"joining_{quota}": pl.lit(0, pl.Int64) for quota in QUOTAS},
    )
    for quota in QUOTAS:
        filling = _joining(filling, quota, at_most=pl.col(quota))
    for quota in QUOTAS:  # a place left free goes to the first kind with anybody waiting
        filling = _joining(filling, quota, at_most=pl.col("free"))
    counts = filling.select(*_LIST, **{quota: f"joining_{quota}" for quota in QUOTAS})
    return counts.unpivot(QUOTAS, index=list(_LIST), variable_name="quota", value_name="filled")


def _joining(filling: pl.DataFrame, quota: str, *, at_most: pl.Expr) -> pl.DataFrame:
    more = pl.min_horizontal(pl.col(f"waiting_{quota}") - pl.col(f"joining_{quota}"), "free", at_most)
    return filling.with_columns(more=more.clip(lower_bound=0)).with_columns(
        (pl.col(f"joining_{quota}") + pl.col("more")).alias(f"joining_{quota}"), free=pl.col("free") - pl.col("more")
    )
