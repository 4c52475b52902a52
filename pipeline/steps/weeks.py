"""From register marks to school weeks.

A week's marks are packed into two integers, mornings and afternoons: eight bits a day, Monday lowest, each the number of
a register code (0 for no mark). Every count is had from those two, by one function, so a definition stands in one place
and a week can be cut at any day without returning to the marks.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.tables.facts import MARKED_WEEKS
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, AttendanceCode, CountsAs

DAYS = range(7)
TO_ITS_SUNDAY = timedelta(days=6)
"""From the first day of a week to its last."""

BITS_PER_DAY = 8
KEY = ("pupil_id", "urn", "week_start")

COUNTS = {
    "possible_sessions": lambda code: code.counts_as.is_possible,
    "absence_sessions": lambda code: code.counts_as.is_absence,
    "authorised_sessions": lambda code: code.counts_as is CountsAs.AUTHORISED,
    "unauthorised_sessions": lambda code: code.counts_as is CountsAs.UNAUTHORISED,
    "late_sessions": lambda code: code.code == "L",
    "approved_activity_sessions": lambda code: code.counts_as is CountsAs.APPROVED_ACTIVITY,
    "need_absence_sessions": lambda code: code.asks_about_need,
    "illness_sessions": lambda code: code.code == "I",
    "medical_sessions": lambda code: code.code == "M",
    "part_time_sessions": lambda code: code.code == "C2",
    "suspended_sessions": lambda code: code.code == "E",
    "no_reason_sessions": lambda code: code.code == "N",
    "dual_sessions": lambda code: code.code == "D",
    "no_mark_sessions": lambda code: code.counts_as is CountsAs.NO_MARK,
}
"""What each count of a week counts: a question asked of a register code."""


def _by_number(answer) -> np.ndarray:
    table = np.zeros(256, dtype=bool)
    for code in ATTENDANCE_CODES:
        table[code.number] = answer(code)
    return table


code_flags: dict[str, np.ndarray] = {count.removesuffix("_sessions"): _by_number(of) for count, of in COUNTS.items()}
"""Per question, the answer for each code number: `code_flags["absence"][13]` is whether an I is an absence."""


def told_of(answers: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """`answers` (one byte or truth for each code number) of each of `codes`, any block of bytes: as `answers[codes]`, several
    times faster."""
    return np.frombuffer(codes.tobytes().translate(answers.astype(np.uint8).tobytes()), dtype=np.uint8).reshape(
        codes.shape
    )


_COUNTER_BITS = 4  # a week has fourteen half days: no count passes 15
_COUNTERS = sum(flag.astype(np.uint64) << np.uint64(_COUNTER_BITS * at) for at, flag in enumerate(code_flags.values()))

_CODES = pl.Enum([code.code for code in ATTENDANCE_CODES])
_NUMBER_OF = pl.lit(pl.Series([code.number for code in ATTENDANCE_CODES], dtype=pl.Int64))
_SETTLED_FIRST = {counts_as: rank for rank, counts_as in enumerate(CountsAs)}


def settled_rank(code: AttendanceCode) -> int:
    """Where two marks for one half day differ and neither is later, the lower rank is kept."""
    return _SETTLED_FIRST[code.counts_as] * 256 + code.number


_RANKS = {code.code: settled_rank(code) for code in ATTENDANCE_CODES}


def marked_weeks(marks: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil, school and week with any mark: `tables.facts.MARKED_WEEKS`.

    `marks` has pupil_id, urn, date, half_day (am or pm), code (null: the mark was withdrawn), known_on and recorded_at, and
    may have by_transfer (null: no) and delivered_on (null: the day it was known); codes have passed the gate. Of several
    marks for one half day the school's own register wins over a transfer file, then the later known, then, of those that
    waited, the later delivered, then the later recorded, then the code table's precedence. A mark told on the day on which
    another delivery lacked it was there.
    """
    if marks.is_empty():
        return MARKED_WEEKS.empty
    # grouped by numbers: by twelve letters takes longer
    placed = _placed(marks.with_columns(pupil_id=pl.col("pupil_id").cast(pl.Categorical(pl.Categories.random()))))
    weeks = _packed(placed)
    doubled = doubly_marked(weeks)
    if not doubled.is_empty():
        weeks = _settled_again(weeks, doubled, placed.join(doubled, on=KEY, how="semi"))
    return _told(weeks)


def settled_weeks(packed: pl.DataFrame, marks: pl.DataFrame) -> pl.DataFrame:
    """`MARKED_WEEKS` from weeks packed already: KEY, am_codes, pm_codes, last_known_on, is_transferred, and of the marks they were
    packed of how many there are (`marks`) and a bit for the half day of each, added up (`half_days`).

    `marks` are all of those, as `marked_weeks` has them, of the weeks that are `doubly_marked`.
    """
    if not marks.is_empty():
        packed = _settled_again(packed, doubly_marked(packed), _placed(marks))
    return _told(packed)


def doubly_marked(packed: pl.DataFrame) -> pl.DataFrame:
    """KEY of the weeks in which two marks share a half day: the sum of their bits has fewer than there are marks, for one
    carries."""
    return packed.filter(pl.col("marks") != pl.col("half_days").bitwise_count_ones()).select(KEY)


def _settled_again(packed: pl.DataFrame, doubled: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([packed.join(doubled, on=KEY, how="anti"), _packed(_settled(placed)).select(packed.columns)])


def _told(packed: pl.DataFrame) -> pl.DataFrame:
    weeks = counted(packed.filter((pl.col("am_codes") != 0) | (pl.col("pm_codes") != 0)))
    return weeks.cast(MARKED_WEEKS.schema)


def _placed(marks: pl.DataFrame) -> pl.DataFrame:
    """Each mark with its week, its half day in it (0 is Monday morning, 13 Sunday afternoon) and its packed code."""
    days = pl.col("date").cast(pl.Int32)  # 1 January 1970 was a Thursday, day 3 of its week
    weekday = (days + 3) % 7
    number = _NUMBER_OF.gather(pl.col("code").cast(_CODES).to_physical()).fill_null(0)
    is_pm = pl.col("half_day") == "pm"
    by_transfer = pl.col("by_transfer").fill_null(False) if "by_transfer" in marks.columns else pl.lit(False)
    waited = [name for name in ("delivered_on",) if name in marks.columns]
    return marks.select(
        "pupil_id",
        "urn",
        "known_on",
        "recorded_at",
        "code",
        delivered_on=pl.coalesce(*waited, "known_on"),
        week_start=(days - weekday).cast(pl.Date),
        half_day=weekday * 2 + is_pm.cast(pl.Int32),
        by_transfer=by_transfer,
        am=pl.when(~is_pm).then(number * _power(256, weekday)).otherwise(0),
        pm=pl.when(is_pm).then(number * _power(256, weekday)).otherwise(0),
    )


def _power(base: int, exponent: pl.Expr) -> pl.Expr:
    return pl.lit(pl.Series([base**day for day in DAYS], dtype=pl.Int64)).gather(exponent)


def _packed(placed: pl.DataFrame) -> pl.DataFrame:
    """One row per week, as `settled_weeks` has them."""
    a_half_day = pl.lit(pl.Series([1 << at for at in range(14)], dtype=pl.Int64)).gather(pl.col("half_day"))
    of_no_register = placed.select(pl.col("by_transfer") | pl.col("code").is_null()).to_series()
    return (
        placed.with_columns(a_half_day=a_half_day, of_no_register=of_no_register)
        .group_by(KEY)
        .agg(
            am_codes=pl.col("am").sum(),
            pm_codes=pl.col("pm").sum(),
            last_known_on=pl.col("known_on").max(),
            is_transferred=pl.col("of_no_register").all() if of_no_register.any() else pl.lit(False),
            marks=pl.len().cast(pl.Int64),
            half_days=pl.col("a_half_day").sum(),
        )
    )


def _settled(placed: pl.DataFrame) -> pl.DataFrame:
    """One mark per half day: of those learned last, so that a week still says when it was last learned of."""
    rank = pl.col("code").replace_strict(_RANKS, return_dtype=pl.Int64)
    own = ~pl.col("by_transfer")
    latest_first = placed.sort(own, "known_on", "delivered_on", "recorded_at", -rank, descending=True, nulls_last=True)
    return latest_first.unique([*KEY, "half_day"], keep="first", maintain_order=True)


def counted(weeks: pl.DataFrame) -> pl.DataFrame:
    """`weeks` with every count had anew from `am_codes` and `pm_codes`, the columns in their order."""
    codes = [weeks["am_codes"].to_numpy(), weeks["pm_codes"].to_numpy()]
    totals = np.zeros(weeks.height, dtype=np.uint64)
    for half in codes:
        for day in DAYS:
            totals += _COUNTERS[(half >> (BITS_PER_DAY * day)) & 255]
    counts = {
        name: ((totals >> np.uint64(_COUNTER_BITS * at)) & np.uint64(15)).astype(np.int8)
        for at, name in enumerate(COUNTS)
    }
    return weeks.with_columns(**{name: pl.Series(values) for name, values in counts.items()}).select(MARKED_WEEKS.names)


def registers(weeks):
    """Those of `weeks` that tell of a school too. What one pupil brought in a transfer file says nothing of the school it
    came from: its registers were not received, and a figure made of such a week would be about a child."""
    if isinstance(weeks, pl.DataFrame) and not weeks["is_transferred"].any():
        return weeks  # as most often; a filter would copy it
    return weeks.filter(~pl.col("is_transferred"))


def cut(weeks: pl.DataFrame, *, first_day: pl.Expr | date | None = None, last_day: pl.Expr | date | None = None):
    """`weeks` with the marks outside `first_day` to `last_day` (inclusive; null or None is open) taken out.

    The days may be one date or an expression with a date for each row. Weeks left with no mark are dropped.
    """
    is_whole = is_whole_within(first_day, last_day)
    keep_from = _days_into_week(first_day, otherwise=0)
    keep_to = _days_into_week(last_day, otherwise=6)
    at_an_edge = weeks.filter(~is_whole).with_columns(_from=keep_from.clip(0, 7), _to=keep_to.clip(-1, 6))
    mask = _mask(at_an_edge["_from"].to_numpy(), at_an_edge["_to"].to_numpy())
    masked = at_an_edge.with_columns(am_codes=pl.col("am_codes") & mask, pm_codes=pl.col("pm_codes") & mask)
    if masked.select("am_codes", "pm_codes").equals(at_an_edge.select("am_codes", "pm_codes")):
        return weeks.select(MARKED_WEEKS.names)  # as most often: nothing is dated later than the day stood on
    left = counted(masked.filter((pl.col("am_codes") != 0) | (pl.col("pm_codes") != 0)))
    return pl.concat([weeks.filter(is_whole).select(MARKED_WEEKS.names), left])


def is_whole_within(first_day: pl.Expr | date | None, last_day: pl.Expr | date | None) -> pl.Expr:
    """Whether a week lies between the days, both inclusive, from its Monday to its Sunday."""
    start, is_whole = pl.col("week_start"), pl.lit(value=True)
    if first_day is not None:
        is_whole &= (start >= first_day).fill_null(value=True)
    if isinstance(last_day, date):
        is_whole &= start <= last_day - TO_ITS_SUNDAY
    elif last_day is not None:
        is_whole &= (start + TO_ITS_SUNDAY <= last_day).fill_null(value=True)
    return is_whole


def _days_into_week(day: pl.Expr | date | None, *, otherwise: int) -> pl.Expr:
    if day is None:
        return pl.lit(otherwise, pl.Int64)
    day = pl.lit(day) if isinstance(day, date) else day
    return (day - pl.col("week_start")).dt.total_days().fill_null(otherwise)


def _mask(first: np.ndarray, last: np.ndarray) -> pl.Series:
    """All bits of the days `first` to `last` of a week, both inclusive; none where the last is before the first."""
    up_to = np.array([(1 << (BITS_PER_DAY * days)) - 1 for days in range(8)], dtype=np.int64)
    return pl.Series(up_to[last + 1] & ~up_to[first], dtype=pl.Int64)


def slots(weeks: pl.DataFrame, columns: tuple[str, ...] = ("pupil_id", "urn")) -> pl.DataFrame:
    """One row per half day with a mark: `columns`, date, half_day (0 morning, 1 afternoon) and code_number."""
    parts = [
        weeks.select(
            *columns,
            (pl.col("week_start") + pl.duration(days=day)).alias("date"),
            pl.lit(half_day, pl.Int8).alias("half_day"),
            pl.Series("code_number", (weeks[codes].to_numpy() >> (BITS_PER_DAY * day)) & 255, dtype=pl.UInt8),
        )
        for half_day, codes in enumerate(("am_codes", "pm_codes"))
        for day in DAYS
    ]
    return pl.concat(parts).filter(pl.col("code_number") != 0)
