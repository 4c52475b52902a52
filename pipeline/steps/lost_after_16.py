"""Young people of Year 11 with no offer of a place after it, and much absent, ill, part-time or suspended."""

from datetime import date

import polars as pl

from pipeline.steps.lost_held import Held
from pipeline.vocabulary.lost import OFFER_BY

_SIGNALS = (
    "persistent_absence",
    "severe_absence",
    "absent_and_never_looked_at",
    "long_or_repeated_illness",
    "part_time_timetable",
    "part_time_past_six_weeks",
    "any_suspension",
)
_SAYS_MORE = {"part_time_timetable": "part_time_past_six_weeks", "persistent_absence": "severe_absence"}
"""Of two sentences with the same numbers the fuller is said."""


def without_offer(held: Held) -> pl.DataFrame:
    """One row per pupil of Year 11 on or after 1 February with no offer since the summer before, of whom any of `_SIGNALS` is
    raised, whatever is on file and whatever became of them on a list. The sentence has each one's own."""
    by = date(held.year.starts + 1, *OFFER_BY)
    if held.as_of < by:
        return held.listed_at.clear().select(
            "pupil_id", "urn", since=pl.lit(None, pl.Date), says=pl.lit(None, pl.String)
        )
    offered = held.offers.filter(pl.col("offer_date").is_between(held.year.first_day, held.as_of))
    year_11 = held.listed_at.filter(pl.col("nc_year") == "11").join(offered, on="pupil_id", how="anti")
    days = pl.lit((held.as_of - by).days, pl.Int32)
    said = pl.lit("In Year 11, and no offer of a place after it is held. ") + pl.col("reasons")
    reasons = year_11.join(_raised(held), on="pupil_id")
    return reasons.select("pupil_id", "urn", since=pl.lit(by), calendar_days=days, says=said)


def _raised(held: Held) -> pl.DataFrame:
    """One row per pupil of whom any of `_SIGNALS` is raised: their sentences, in that order."""
    raised = held.signals.filter(pl.col("raised").fill_null(False), pl.col("signal").is_in(_SIGNALS))
    fuller = pl.col("signal").replace_strict(_SAYS_MORE, default=None, return_dtype=pl.String)
    said = raised.with_columns(fuller=fuller).join(
        raised.select("pupil_id", fuller="signal"), on=("pupil_id", "fuller"), how="anti"
    )
    order = pl.col("signal").replace_strict({name: at for at, name in enumerate(_SIGNALS)}, return_dtype=pl.Int32)
    ordered = said.sort("pupil_id", order)
    return ordered.group_by("pupil_id", maintain_order=True).agg(reasons=pl.col("reason").str.join(" "))
