"""Children who left a roll: not seen here since, or home educated after persistent absence."""

import polars as pl

from pipeline.signals.sentences import written
from pipeline.steps.lost_held import Held, since_days, time_since
from pipeline.steps.weeks import cut
from pipeline.steps.windows import once_each, totals
from pipeline.vocabulary.enrolment import AGE_AT_31_AUGUST_BEFORE, NURSERY_YEARS
from pipeline.vocabulary.lost import FEWEST_SESSIONS_JUDGED, LEAVERS_WHERE_LAST, USUAL_LEAVERS
from pipeline.vocabulary.school_year import SchoolYear

_SEEN_ELSEWHERE = ("school", "eotas", "abroad", "home_education")
_FOUR = 4  # below compulsory age, and below Reception
_OF_YEAR_11 = AGE_AT_31_AUGUST_BEFORE["11"]


def left_and_not_seen(held: Held) -> pl.DataFrame:
    """One row per pupil who left a roll outside a standard transition and is not seen here: pupil_id, urn, since, days, says."""
    of_age = _gone(held).filter(_is_of_age(held) | _left_lately(held))
    outside = of_age.join(_highest(held), on="urn", how="left").filter(~_is_usual())
    told = outside.join(_destinations(outside, held), on="pupil_id", how="left")
    unknown = told.filter(~pl.col("destination").is_in(_SEEN_ELSEWHERE).fill_null(False))
    waited = time_since(unknown, "leaving_date", held).filter("is_enough")
    return waited.select(
        "pupil_id",
        "urn",
        "school_days",
        "calendar_days",
        since="leaving_date",
        says=written(_LEFT) + _return_says(),
    )


_LEFT = "Left the roll[ in {year_group}] on {leaving_date:date}[, {school_days:school day} ago][, {calendar_days:day} ago], and is on no roll seen here; "  # fmt: skip


def _return_says() -> pl.Expr:
    return (
        pl.when(pl.col("returned").is_null())
        .then(pl.lit("no deletion return is held."))
        .when(pl.col("destination") == "unknown")
        .then(pl.lit("the deletion return says that the destination is unknown."))
        .otherwise(pl.lit("the deletion return names no destination."))
    )


def home_educated(held: Held) -> pl.DataFrame:
    """One row per pupil who left for home education within twelve months, a tenth or more missed before: the rate is in the sentence."""
    gone = _gone(held).filter(_left_lately(held))
    told = gone.join(_destinations(gone, held), on="pupil_id").filter(pl.col("destination") == "home_education")
    missed = told.join(_missed_before(told, held), on="pupil_id")
    persistent = missed.filter(pl.col("absence_sessions") * 10 >= pl.col("possible_sessions"))
    return persistent.select(
        "pupil_id",
        "urn",
        since="leaving_date",
        calendar_days=since_days("leaving_date", held.as_of),
        says=written(_HOME_EDUCATED),
    )


_HOME_EDUCATED = (
    "Left the roll[ in {year_group}] on {leaving_date:date} for home education, by the deletion return. Absent for "
    "{absence_sessions} of {possible_sessions:session} ({absence_rate:%}) in {of_year}."
)


# Who left ---------------------------------------------------------------------------------------------------------------


def _gone(held: Held) -> pl.DataFrame:
    """One row per pupil of Reception or above who left a roll and is on none seen here: of several, the last.

    A spell that ended only with the year its roll is of ended for this school where it has told of a later one.
    """
    left = held.begun.join(held.on_rolls, on="pupil_id", how="anti").filter(pl.col("leaving_date") <= held.as_of)
    last = left.sort("leaving_date", "urn").unique("pupil_id", keep="last", maintain_order=True)
    age = pl.col("nc_year").replace_strict(AGE_AT_31_AUGUST_BEFORE, default=None, return_dtype=pl.Int32)
    too_young = pl.col("nc_year").is_in(NURSERY_YEARS).fill_null(False) | (
        age.is_null() & (pl.col("age_at_31_august") < _FOUR)
    )
    left_school = last.filter(~too_young.fill_null(False)).join(_told_until(held), on="urn", how="left")
    return left_school.filter(_is_told()).with_columns(year_group=_year_group())


def _told_until(held: Held) -> pl.DataFrame:
    """One row per school: the last day that a roll or a register of it tells of."""
    told = pl.concat([held.enrolled.select("urn", told_until="stated_on"), held.days.select("urn", told_until="date")])
    return told.group_by("urn").agg(pl.col("told_until").max())


def _is_told() -> pl.Expr:
    ends_a_year = (pl.col("leaving_date").dt.month() == 7) & (pl.col("leaving_date").dt.day() == 31)
    by_default = ends_a_year & (pl.col("stated_on") <= pl.col("leaving_date"))
    return ~by_default.fill_null(False) | (pl.col("told_until") > pl.col("leaving_date"))


def _left_lately(held: Held) -> pl.Expr:
    return pl.col("leaving_date") > pl.lit(held.as_of).dt.offset_by("-12mo")


def _is_of_age(held: Held) -> pl.Expr:
    """Of the year group at leaving and the school years gone by since: not past Year 11. Of no year group it is not known."""
    day = pl.col("leaving_date")
    left_in = day.dt.year() - (day.dt.month() < 8).cast(pl.Int32)
    return (_age(pl.col("nc_year")) + held.year.starts - left_in <= _OF_YEAR_11).fill_null(False)


def _year_group() -> pl.Expr:
    numbered = pl.col("nc_year").str.contains(r"^\d+$")
    return pl.when(numbered).then("Year " + pl.col("nc_year")).when(pl.col("nc_year") == "R").then(pl.lit("Reception"))


def _is_usual() -> pl.Expr:
    """Leaving in July or August at the end of a last year; of Years 11 to 14 from the school leaving date, the last Friday in
    June (Education (School Leaving Date) Order 1997)."""
    day, group = pl.col("leaving_date"), pl.col("nc_year")
    in_summer = day.dt.month().is_in((7, 8))
    june = pl.date(day.dt.year(), 6, 30)
    last_friday = june - pl.duration(days=(june.dt.weekday() - 5) % 7)
    from_leaving_date = group.is_in(USUAL_LEAVERS[1:]) & (day >= last_friday) & (day.dt.month() <= 8)
    is_last = group.is_in(LEAVERS_WHERE_LAST) & (pl.col("highest_age") == _age(group))
    return (from_leaving_date | (in_summer & (group.is_in(USUAL_LEAVERS) | is_last))).fill_null(False)


def _age(group: pl.Expr) -> pl.Expr:
    return group.replace_strict(AGE_AT_31_AUGUST_BEFORE, default=None, return_dtype=pl.Int32)


def _highest(held: Held) -> pl.DataFrame:
    """One row per school: the age that goes with the highest year group on its own roll, this year or last; of a school with no
    roll of those, ever."""
    lately = pl.col("leaving_date").is_null() | (pl.col("leaving_date") >= held.year.before.first_day)
    age = _age(pl.col("nc_year"))
    return held.begun.group_by("urn").agg(highest_age=pl.coalesce(age.filter(lately).max(), age.max()))


def _destinations(gone: pl.DataFrame, held: Held) -> pl.DataFrame:
    """One row per pupil of whose last leaving a deletion return tells: destination, and that it was `returned`.

    It is the latest known of those of that school since the pupil came there, and of any other school's that give a day
    no earlier than the last: who leaves two rolls at once may be told of by either.
    """
    spells = gone.select("pupil_id", "entry_date", last_urn="urn", last_day="leaving_date")
    of_them = held.leavers.join(spells, on="pupil_id")
    of_spell = (pl.col("urn") == pl.col("last_urn")) & (pl.col("leaving_date") >= pl.col("entry_date"))
    told = of_them.filter(of_spell | (pl.col("leaving_date") >= pl.col("last_day")))
    latest = told.sort("known_on", "leaving_date", "destination", nulls_last=False)
    return latest.unique("pupil_id", keep="last", maintain_order=True).select("pupil_id", "destination", returned=True)


# What was missed before -------------------------------------------------------------------------------------------------


def _missed_before(left: pl.DataFrame, held: Held) -> pl.DataFrame:
    """One row per pupil judged: sessions possible and missed in the school year in which they left, up to then; with fewer
    than 40 of them, in the year before, where that is held."""
    own = held.weeks.join(left.select("pupil_id", "leaving_date"), on="pupil_id")
    this, before = (_missed_in(own, year) for year in (held.year, held.year.before))
    earlier = before.join(this, on="pupil_id", how="anti")
    return pl.concat([this, earlier]).with_columns(
        absence_rate=pl.col("absence_sessions") / pl.col("possible_sessions")
    )


def _missed_in(weeks: pl.DataFrame, year: SchoolYear) -> pl.DataFrame:
    """Of those with 40 possible sessions in `year` before they left."""
    until = pl.min_horizontal("leaving_date", pl.lit(year.last_day))
    theirs = cut(weeks, first_day=year.first_day, last_day=until)
    counts = totals(once_each(theirs.lazy()), ("possible_sessions", "absence_sessions")).drop("part_time_weeks")
    judged = counts.filter(pl.col("possible_sessions") >= FEWEST_SESSIONS_JUDGED)
    return judged.with_columns(of_year=pl.lit(str(year)))
