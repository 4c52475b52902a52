"""Places in alternative provision that schools arranged, and how long a child waited for one."""

import polars as pl

from pipeline.signals.sentences import day
from pipeline.steps.lost_held import Held, since_days, with_any
from pipeline.steps.weeks import slots
from pipeline.steps.windows import once_each
from pipeline.vocabulary.attendance_codes import BY_CODE
from pipeline.vocabulary.lost import NEED_SESSIONS

_ORDER_OF_TERMS = {"spring": 1, "summer": 2, "autumn": 3}
_NEED_CODES = ("C2", "E", "I")
_NEED = [BY_CODE[code].number for code in _NEED_CODES]
_PERMANENT = "PERM"


def placed(held: Held) -> pl.DataFrame:
    """One row per pupil ever placed by the day: the placement begun last, as the latest census that has it says it.

    It `is_under_way` while it lasts and the pupil is on the roll of the school that arranged it.
    """
    begun = held.ap_placements.filter(pl.col("entry_date") <= held.as_of)
    term = pl.col("census_term").replace_strict(_ORDER_OF_TERMS, default=0, return_dtype=pl.Int32)
    content = ("leaving_date", "setting_urn", "setting_ukprn", "setting_type", "urn")
    ordered = begun.sort("entry_date", "census_year", term, "known_on", *content, nulls_last=False)
    last = ordered.unique("pupil_id", keep="last", maintain_order=True)
    here = held.on_rolls.select("pupil_id", "urn").unique().with_columns(is_here=True)
    lasts = pl.col("leaving_date").is_null() | (pl.col("leaving_date") >= held.as_of)
    known = last.join(here, on=("pupil_id", "urn"), how="left")
    return known.select(
        "pupil_id",
        "urn",
        "setting_urn",
        "entry_date",
        "leaving_date",
        is_under_way=lasts & pl.col("is_here").fill_null(False),
    )


def days_to_places(held: Held) -> pl.DataFrame:
    """One row per pupil whose last placement began within twelve months, with a mark of need before it: days_from_need."""
    lately = placed(held).filter(pl.col("entry_date") > pl.lit(held.as_of).dt.offset_by("-12mo"))
    return with_days_from_need(lately, held).drop_nulls("days_from_need").select("pupil_id", "days_from_need")


def with_days_from_need(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    """`rows` (pupil_id, entry_date) with the calendar days from the first mark of need to the place, and which mark it was.

    That is a permanent exclusion, or the day on which part-time timetable, suspension and illness (C2, E, I) came to 30
    sessions within one school year, in this year or the last: whichever came first.
    """
    marks = [_excluded(rows, held), _thirty_sessions(rows, held)]
    first = pl.concat(marks).sort("pupil_id", "need_on", "need").unique("pupil_id", keep="first", maintain_order=True)
    known = rows.join(first, on="pupil_id", how="left")
    return known.with_columns(days_from_need=since_days("need_on", pl.col("entry_date")))


def _excluded(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    permanent = held.suspensions.filter(
        (pl.col("category") == _PERMANENT) & (pl.col("start_date") >= held.year.before.first_day)
    )
    before = permanent.join(rows.select("pupil_id", "entry_date"), on="pupil_id").filter(
        pl.col("start_date") <= pl.col("entry_date")
    )
    first = before.group_by("pupil_id").agg(need_on=pl.col("start_date").min())
    return first.with_columns(need="a permanent exclusion on " + day(pl.col("need_on")))


def _thirty_sessions(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    own = once_each(held.weeks.join(rows, on="pupil_id", how="semi").lazy()).collect()
    marks = slots(with_any(own, *_NEED_CODES), ("pupil_id",)).join(rows.select("pupil_id", "entry_date"), on="pupil_id")
    of_need = marks.filter(pl.col("code_number").is_in(_NEED) & (pl.col("date") <= pl.col("entry_date")))
    this_year = pl.col("date") >= held.year.first_day
    ordered = of_need.with_columns(this_year=this_year).sort("pupil_id", "date", "half_day")
    counted = ordered.with_columns(nth=pl.int_range(1, pl.len() + 1).over("pupil_id", "this_year"))
    reached = counted.filter(pl.col("nth") == NEED_SESSIONS).group_by("pupil_id").agg(need_on=pl.col("date").min())
    return reached.with_columns(need="30 sessions of C2, E and I in one school year on " + day(pl.col("need_on")))
