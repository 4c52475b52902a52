"""Children looked after: what a delivered row may tell, and who is in care on a day, as known then.

For the audit of groups, and for children lost between services. No signal, point or model input rests on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.tables.staged_care import IN_CARE
from pipeline.vocabulary.care import NO_UPN, SHORT_BREAKS

CARE_FEEDS = ("care_children", "care_episodes")


@dataclass(frozen=True)
class OwnArea:
    """What tells the home's own area: its codes as PL_LA may write them, and its postcode districts."""

    authority: tuple[str, ...] = ()
    postcode_districts: tuple[str, ...] = ()


def of_care(rows: pl.DataFrame, area: OwnArea) -> pl.DataFrame:
    """Staged rows of a care feed with what follows from cells that go no further: codes for no UPN, postcodes."""
    return _with_area(rows, area) if "placement_district" in rows.columns else _with_no_upn(rows)


def _with_no_upn(children: pl.DataFrame) -> pl.DataFrame:
    """Adds `no_upn`: the return's code for a child without a UPN, which is no UPN mistyped."""
    return children.with_columns(no_upn=pl.when(pl.col("upn").is_in(list(NO_UPN))).then("upn"))


def without_upn_check(children: pl.DataFrame) -> pl.DataFrame:
    """Of a child whom the return itself says to have no UPN, the UPN has no fault of its own."""
    return children.with_columns(upn_check=pl.when(pl.col("no_upn").is_null()).then("upn_check"))


def _with_area(episodes: pl.DataFrame, area: OwnArea) -> pl.DataFrame:
    told = (pl.col("placement_is_outside"), _outside_authority(area.authority), _outside_districts(area))
    differs = _postcode_area("home_district") != _postcode_area("placement_district")
    return episodes.with_columns(
        placed_out_of_area=pl.coalesce(told), in_another_postcode_area=differs
    ).drop("placement_is_outside", "placement_authority", "home_district", "placement_district")  # fmt: skip


def _outside_authority(own: Iterable[str]) -> pl.Expr:
    """By PL_LA. A code is held to the home's own of the same kind: three digits to three digits, ONS to ONS."""
    placed = pl.col("placement_authority")
    digits = [code for code in own if code.isdecimal()]
    ons = [code for code in own if not code.isdecimal()]
    is_digits, is_english = placed.str.contains(r"^\d"), placed.str.contains(r"^E\d")
    return (
        pl.when(~is_digits & ~is_english).then(True)  # another country
        .when(is_digits & bool(digits)).then(~placed.is_in(digits))
        .when(is_english & bool(ons)).then(~placed.is_in(ons))
    )  # fmt: skip


def _outside_districts(area: OwnArea) -> pl.Expr:
    """By the home's own postcode districts; `SW1` among them stands for SW1A to SW1Y too."""
    own, placed = list(area.postcode_districts), pl.col("placement_district")
    is_own = placed.is_in(own) | placed.str.replace(r"[A-Z]$", "").is_in(own)
    return pl.when(pl.lit(bool(own))).then(~is_own)


def _postcode_area(district: str) -> pl.Expr:
    return pl.col(district).str.extract(r"^([A-Z]+)", 1)


def with_child_found(episodes: pl.DataFrame, children: pl.DataFrame) -> pl.DataFrame:
    """Episodes with whether their child's header row was accepted; null where the episode names no child."""
    known = children["child_key"].unique().implode()
    found = pl.when(pl.col("child_key").is_not_null()).then(pl.col("child_key").is_in(known))
    return episodes.with_columns(child_found=found)


def in_care(children: pl.DataFrame, episodes: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """`IN_CARE` on `as_of`, from `staged.care_children` and `staged.care_episodes` rows known by then.

    A child has one episode at a time, so the latest begun tells; it is over from the day it ends. A child with short
    breaks is not counted. Where a return is sent again, its later row for an episode counts.
    """
    begun = episodes.filter(pl.col("start_date") <= as_of).sort("child_key", *_LATEST_LAST, nulls_last=True)
    current = begun.unique("child_key", keep="last", maintain_order=True).filter(
        (pl.col("end_date").is_null() | (pl.col("end_date") > as_of))
        & ~pl.col("legal_status").is_in(SHORT_BREAKS).fill_null(False)
    )
    named = current.join(_pupil_of_each(children), on="child_key", how="inner")
    return IN_CARE.conform(named.sort("start_date", "child_key").unique("pupil_id", keep="last", maintain_order=True))


_LATEST_LAST = (
    "start_date", "known_on", "end_date", "legal_status", "placement", "placed_out_of_area", "in_another_postcode_area",
    "miles_from_home",
)  # fmt: skip
"""Where two rows of one episode came on one day, their content decides, never the order of files."""


def _pupil_of_each(children: pl.DataFrame) -> pl.DataFrame:
    """Which pupil each child is, as last known. Where two were said on one day, neither: nothing is guessed."""
    latest = children.filter(pl.col("known_on") == pl.col("known_on").max().over("child_key"))
    return (
        latest.group_by("child_key")
        .agg(pl.col("pupil_id").unique())
        .filter(pl.col("pupil_id").list.len() == 1)
        .explode("pupil_id")
    )


def with_looked_after(
    characteristics: pl.DataFrame, children: pl.DataFrame, episodes: pl.DataFrame, *, as_of: date
) -> pl.DataFrame:
    """`characteristics` with `looked_after` as the care return tells it of whom it tells of, else as a roll says.

    A pupil in no return known is not thereby out of care: another council may look after them.
    """
    told = _pupil_of_each(children)["pupil_id"].unique().implode()
    now = in_care(children, episodes, as_of=as_of)["pupil_id"].implode()
    in_return = pl.when(pl.col("pupil_id").is_in(told)).then(pl.col("pupil_id").is_in(now))
    return characteristics.with_columns(looked_after=pl.coalesce(in_return, "looked_after"))


def ever_in_care(children: pl.DataFrame, episodes: pl.DataFrame, *, as_of: date) -> pl.DataFrame:
    """One row per pupil with an episode of care begun by `as_of`, ended or not: pupil_id. Short breaks are none, as `in_care` has it."""
    is_short_break = pl.col("legal_status").is_in(SHORT_BREAKS).fill_null(False)
    begun = episodes.filter((pl.col("start_date") <= as_of) & ~is_short_break).select("child_key").unique()
    return begun.join(_pupil_of_each(children), on="child_key").select("pupil_id").unique().sort("pupil_id")
