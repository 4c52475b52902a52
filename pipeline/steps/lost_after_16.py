"""Young people of Year 11 worth a look, and with no offer of a place after it."""

from datetime import date

import polars as pl

from pipeline.steps.lost_held import Held
from pipeline.vocabulary.lost import OFFER_BY

_SIGNALS = ("persistent_absence", "any_suspension")
_ELIGIBLE = ("listed", "eligible_not_listed")


def without_offer(held: Held) -> pl.DataFrame:
    """One row per pupil of Year 11 on or after 1 February with no offer since the summer before, who is persistently absent,
    suspended or excluded within twelve months, or worth a look with nothing on file. The sentence has each one's own."""
    by = date(held.year.starts + 1, *OFFER_BY)
    if held.as_of < by:
        return held.listed_at.clear().select(
            "pupil_id", "urn", since=pl.lit(None, pl.Date), says=pl.lit(None, pl.String)
        )
    offered = held.offers.filter(pl.col("offer_date").is_between(held.year.first_day, held.as_of))
    year_11 = held.listed_at.filter(pl.col("nc_year") == "11").join(offered, on="pupil_id", how="anti")
    reasons = year_11.join(_raised(held), on="pupil_id", how="left").join(
        _never_looked_at(held), on="pupil_id", how="left"
    )
    worth_it = reasons.filter(pl.any_horizontal(pl.col("reasons", "never").is_not_null()))
    said = pl.concat_str([pl.lit(_NO_OFFER), pl.col("reasons"), pl.col("never")], separator=" ", ignore_nulls=True)
    days = (held.as_of - by).days
    return worth_it.select("pupil_id", "urn", since=pl.lit(by), calendar_days=pl.lit(days, pl.Int32), says=said)


_NO_OFFER = "In Year 11, and no offer of a place after it is held."


def _raised(held: Held) -> pl.DataFrame:
    order = pl.col("signal").replace_strict(
        {name: at for at, name in enumerate(_SIGNALS)}, default=None, return_dtype=pl.Int32
    )
    raised = held.signals.filter(pl.col("raised").fill_null(False), pl.col("signal").is_in(_SIGNALS))
    ordered = raised.sort("pupil_id", order)
    return ordered.group_by("pupil_id", maintain_order=True).agg(reasons=pl.col("reason").str.join(" "))


def _never_looked_at(held: Held) -> pl.DataFrame:
    eligible = held.triage.filter(pl.col("outcome").is_in(_ELIGIBLE)).select("pupil_id")
    nothing = held.support.filter(~pl.col("on_file").fill_null(False)).select("pupil_id")
    return eligible.join(nothing, on="pupil_id").with_columns(never=pl.lit("Worth a look, and nothing is on file."))
