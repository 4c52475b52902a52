"""Registers written as strings: a first day, and two marks for each day from then on.

A common transfer file has one for each pupil, school year and stay: one character a mark up to CTF 23, marks of one or two
characters parted by commas from CTF 24 on. It has no last day, and does not say whether weekends are written too.
"""

import polars as pl

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, CountsAs

from .cells import as_date, as_integer

MARKS_AT_MOST = 100_000
"""In one string. A mark's row number is that of its string times this, and its place in the string, from 1."""

READ_HERE = frozenset(
    {"authority", "establishment", "source_authority", "source_establishment", "year_key", "version", "first_day",
     "marks", "told_possible", "told_authorised", "told_unauthorised"}
)  # fmt: skip
"""What is read here and goes no further."""

_FIRST_LISTS = 24
_NOBODY_IN = ("#", "-", "")  # planned closure, no mark recorded, nothing written


def register_marks(strings: pl.DataFrame) -> pl.DataFrame:
    """One row per mark: the text of laestab, date, half_day and code, and what else its string said.

    Where nothing is written for a half day there is no row; nor is there for weekends that are written out, by whose `#` they are
    known. Of a string whose first day cannot be read there is one row, with that. `transfer_days_unclear` is true of marks whose
    day cannot be told, and of all in a string that may be parted by something else than commas; `transfer_totals_differ` of the first mark of a school year whose totals are not its marks'.
    """
    listed = strings.with_columns(
        laestab=_laestab(), starts=as_date(pl.col("first_day").str.strip_chars()), code=_codes(), is_odd=_is_odd()
    )
    told = pl.concat([_dated(_placed(listed.filter(pl.col("starts").is_not_null()))), _undated(listed)], how="diagonal")
    return _with_totals_held(told).drop(*READ_HERE, "starts", "is_odd").sort("row_number")


def _laestab() -> pl.Expr:
    """Of the school the marks are of, or else of the one that sent the file. What is no number stays, to be named."""
    whole = []
    for whose in ("", "source_"):
        authority, establishment = (
            pl.col(f"{whose}{part}").str.strip_chars() for part in ("authority", "establishment")
        )
        whole.append(pl.when(authority != "", establishment != "").then(authority + establishment.str.zfill(4)))
    return pl.coalesce(whole)


def _codes() -> pl.Expr:
    """The marks of each string, in order. Spaces within it are half days with no mark; those of a printed page are not."""
    codes = pl.when(_is_list()).then(_text().str.split(",")).otherwise(_text().str.split(""))
    return codes.list.eval(pl.element().str.strip_chars())


def _text() -> pl.Expr:
    return pl.col("marks").str.replace_all(r"\s*[\r\n]\s*", "")


def _is_list() -> pl.Expr:
    is_lone = (_text().str.strip_chars().str.len_chars() <= 2) & (_version() >= _FIRST_LISTS)
    return _text().str.contains(",", literal=True) | is_lone.fill_null(False)


def _is_odd() -> pl.Expr:
    """Of a string without commas: a figure in it is half of a code of two characters, and a stroke, point or, from CTF 24
    on, a space may stand between marks. Read a character a mark, all that follow would be of the wrong half day."""
    parted = _text().str.contains(r"[0-9;|:.\t]")
    spaced = _text().str.strip_chars().str.contains(" ", literal=True) & (_version() >= _FIRST_LISTS)
    return ~_is_list() & (parted | spaced.fill_null(False))


def _version() -> pl.Expr:
    return pl.col("version").str.extract(r"(\d+)").cast(pl.Int32, strict=False)


def _undated(listed: pl.DataFrame) -> pl.DataFrame:
    written = listed.with_columns(pl.col("code").list.eval(pl.element().filter(pl.element() != "")).list.first())
    lost = written.filter(pl.col("starts").is_null() & pl.col("code").is_not_null())
    nothing = pl.lit(None, pl.String)
    return lost.with_columns(
        row_number=pl.col("row_number") * MARKS_AT_MOST + 1,
        date=pl.col("first_day"),
        half_day=pl.lit("am"),
        transfer_days_unclear=nothing,
    )


def _placed(listed: pl.DataFrame) -> pl.DataFrame:
    """One row per place in a string: the day it is of (from 0), the half day, and the dates of that day if weekends are
    written out (`by_week`) or left out (`by_weekday`)."""
    places = listed.with_columns(place=pl.int_ranges(pl.col("code").list.len())).explode("code", "place")
    starts, day = pl.col("starts"), pl.col("place") // 2
    weekday = starts.dt.weekday() - 1
    monday = starts - pl.duration(days=weekday) + pl.duration(days=pl.when(weekday > 4).then(7).otherwise(0))
    since_monday = pl.when(weekday > 4).then(0).otherwise(weekday) + day
    return places.filter(pl.col("code").is_not_null()).with_columns(
        day=day,
        half_day=pl.when(pl.col("place") % 2 == 0).then(pl.lit("am")).otherwise(pl.lit("pm")),
        by_week=starts + pl.duration(days=day),
        by_weekday=monday + pl.duration(days=since_monday // 5 * 7 + since_monday % 5),
    )


def _dated(places: pl.DataFrame) -> pl.DataFrame:
    """Each mark with its date, and whether that could be told."""
    read = places.join(_reading(places), on="row_number", how="left", maintain_order="left")
    is_padding = (pl.col("reading") == "by week") & (pl.col("by_week").dt.weekday() > 5)
    marks = read.filter((pl.col("code") != "") & ~is_padding)
    date = pl.when(pl.col("reading") == "by week").then("by_week").otherwise("by_weekday")
    return marks.with_columns(
        row_number=pl.col("row_number") * MARKS_AT_MOST + pl.col("place") + 1,
        date=date.dt.strftime("%Y-%m-%d"),
        transfer_days_unclear=pl.when((pl.col("reading") == "unclear") | pl.col("is_odd")).then(pl.lit("1")),
    ).drop("place", "day", "by_week", "by_weekday", "reading")


def _days(places: pl.DataFrame) -> pl.DataFrame:
    """One row per string and day of it: is there a mark of anybody's, and the end of the school year the string begins in."""
    starts, by_week = pl.col("starts").first(), pl.col("by_week").first()
    return (
        places.group_by("row_number", "day")
        .agg(
            by_week,
            pl.col("by_weekday").first(),
            weekday=by_week.dt.weekday(),
            is_marked=~pl.col("code").is_in(_NOBODY_IN).all(),
            year_end=pl.date(starts.dt.year() + (starts.dt.month() > 7), 7, 31),
            starts_on_weekday=starts.dt.weekday() < 6,
        )
        .sort("row_number", "day")
    )


def _reading(places: pl.DataFrame) -> pl.DataFrame:
    """How the days of each string are to be counted: by week, by weekday, or unclear.

    By week, if Saturdays and Sundays then hold nobody's mark, and a weekend is seen between marked days or days could not
    be counted otherwise; also if it makes no difference. By weekday, if they would hold marks. Neither, if marks would then
    lie beyond the school year the string begins in.
    """
    marked, weekday = pl.col("is_marked"), pl.col("weekday")
    is_bridged = (weekday == 7) & ~marked & marked.shift(-1) & marked.shift(2)
    seen = (
        _days(places)
        .group_by("row_number")
        .agg(
            is_same=(~marked | (pl.col("by_week") == pl.col("by_weekday"))).all(),
            bridged=is_bridged.sum(),
            sundays_free=~(marked & (weekday == 7)).any(),
            weekends_free=~(marked & (weekday > 5)).any(),
            week_fits=(~marked | (pl.col("by_week") <= pl.col("year_end"))).all(),
            weekday_fits=(~marked | (pl.col("by_weekday") <= pl.col("year_end"))).all()
            & pl.col("starts_on_weekday").first(),
        )
    )
    by_week = pl.col("weekends_free") & pl.col("week_fits")
    no_other = ~pl.col("weekday_fits") | (pl.col("sundays_free") & (pl.col("bridged") > 1))
    return seen.select(
        "row_number",
        reading=pl.when("is_same").then(pl.lit("by week"))
        .when(by_week & (no_other | (pl.col("bridged") > 0))).then(pl.lit("by week"))
        .when(~pl.col("weekends_free") & ~no_other).then(pl.lit("by weekday"))
        .otherwise(pl.lit("unclear")),
    )  # fmt: skip


_TOLD = {
    "told_possible": [entry.code for entry in ATTENDANCE_CODES if entry.counts_as.is_possible],
    "told_authorised": [entry.code for entry in ATTENDANCE_CODES if entry.counts_as is CountsAs.AUTHORISED],
    "told_unauthorised": [entry.code for entry in ATTENDANCE_CODES if entry.counts_as is CountsAs.UNAUTHORISED],
}
"""Each total a file may give of a school year, and the codes it counts."""


def _with_totals_held(marks: pl.DataFrame) -> pl.DataFrame:
    differs = [
        pl.col("code").str.to_uppercase().is_in(codes).sum().over("year_key")
        != as_integer(pl.col(told).str.strip_chars())
        for told, codes in _TOLD.items()
    ]
    is_first = pl.col("row_number") == pl.col("row_number").min().over("year_key")
    return marks.with_columns(
        transfer_totals_differ=pl.when(is_first & pl.any_horizontal(differs).fill_null(False)).then(pl.lit("1"))
    )
