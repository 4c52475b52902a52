"""Children whom registers show to be between services: placed and not seen, on two rolls, suspended, or long ill."""

import polars as pl

from pipeline.signals.sentences import written
from pipeline.steps.lost_held import A_DAY, Held, of_this_year, with_any
from pipeline.steps.lost_places import placed, with_days_from_need
from pipeline.steps.sessions_by_day import days_with
from pipeline.steps.weeks import KEY, TO_ITS_SUNDAY, code_flags, slots
from pipeline.steps.windows import once_each
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, BY_CODE, CountsAs
from pipeline.vocabulary.enrolment import GUEST
from pipeline.vocabulary.lost import DAYS_SEEN_BY_NEITHER, ILLNESS_SESSIONS, SCHOOL_DAYS_TO_ARRIVE, SUSPENDED_DAYS

_ILL, _SUSPENDED, _ELSEWHERE = (BY_CODE[code].number for code in ("I", "E", "D"))
_PROVIDED = [BY_CODE[code].number for code in ("B", "K")]
_UNSEEN = [_ELSEWHERE, *(code.number for code in ATTENDANCE_CODES if code.counts_as is CountsAs.NO_MARK)]
_ATTENDED = [
    code.number for code in ATTENDANCE_CODES if code.counts_as in (CountsAs.PRESENT, CountsAs.APPROVED_ACTIVITY)
]
"""Marks by which somebody says that they have seen a pupil."""

_number = pl.col("code_number")
_OF_SCHOOL = ("pupil_id", "urn")
_ENDS = pl.col("week_start") + TO_ITS_SUNDAY


def _marks(held: Held, pupils: pl.DataFrame) -> pl.DataFrame:
    """One row per half day of this school year with a mark of `pupils`, every school's."""
    return slots(of_this_year(held.weeks, pupils, held))


# Alternative provision --------------------------------------------------------------------------------------------------


def placed_without_marks(held: Held) -> pl.DataFrame:
    """One row per pupil in alternative provision under way and seen neither there nor at the school for ten school days.

    D says that another place has seen them, and is believed where that place's own register is not held.
    """
    under_way = _with_registers(placed(held).filter("is_under_way"), held).with_columns(
        seen_by=pl.when(_setting_is_held(held)).then(pl.lit("B or K")).otherwise(pl.lit("B, D or K"))
    )
    marks = _marks(held, under_way).join(under_way.select("pupil_id", "seen_by"), on="pupil_id")
    is_seen = _number.is_in(_ATTENDED) | ((_number == _ELSEWHERE) & pl.col("seen_by").str.contains("D"))
    seen = marks.filter(is_seen).group_by("pupil_id").agg(seen_on=pl.col("date").max())
    told = under_way.join(seen, on="pupil_id", how="left").with_columns(
        after=pl.max_horizontal(pl.col("entry_date") - A_DAY, "seen_on", pl.lit(held.year.first_day) - A_DAY)
    )
    counted = told.join(held.days, on="urn").filter(pl.col("date") > pl.col("after")).group_by("pupil_id")
    unseen = counted.agg(school_days=pl.len().cast(pl.Int32), since=pl.col("date").min())
    long_unseen = told.join(unseen.filter(pl.col("school_days") >= SCHOOL_DAYS_TO_ARRIVE), on="pupil_id")
    said = with_days_from_need(long_unseen, held)
    listed = said.drop("urn").join(held.listed_at, on="pupil_id")
    return listed.select("pupil_id", "urn", "since", "school_days", "days_from_need", says=written(_PLACED))


_PLACED = (
    "In alternative provision that the school arranged since {entry_date:date}; no mark of attendance, {seen_by}, there or at "
    "the school, for {school_days:school day}, from {since:date} on.[ The place began {days_from_need:day} after the first mark "
    "of need ({need}).]"
)


def _setting_is_held(held: Held) -> pl.Expr:
    return pl.col("setting_urn").is_in(held.with_registers["urn"].implode()).fill_null(False)


def _with_registers(rows: pl.DataFrame, held: Held) -> pl.DataFrame:
    return rows.join(held.with_registers, on="urn", how="semi")


# Two rolls --------------------------------------------------------------------------------------------------------------


def seen_by_neither(held: Held) -> pl.DataFrame:
    """One row per pupil on two rolls or more, each with its register, with D or no mark at all of them for five of their
    common school days running, the last among them."""
    rolls = _two_rolls(held)
    common = _common_days(rolls, held)
    told = _marks(held, rolls).filter(~_number.is_in(_UNSEEN)).select("pupil_id", "date").unique()
    days = common.join(told.with_columns(is_seen=True), on=("pupil_id", "date"), how="left").sort("pupil_id", "date")
    runs = days.with_columns(pl.col("is_seen").fill_null(False)).with_columns(
        run=pl.struct("pupil_id", "is_seen").rle_id()
    )
    last = runs.filter((pl.col("run") == pl.col("run").max().over("pupil_id")) & ~pl.col("is_seen"))
    counted = last.group_by("pupil_id").agg(
        since=pl.col("date").min(), last=pl.col("date").max(), school_days=pl.len().cast(pl.Int32)
    )
    long = counted.filter(pl.col("school_days") >= DAYS_SEEN_BY_NEITHER)
    named = long.join(_named(rolls, held), on="pupil_id").join(held.listed_at, on="pupil_id")
    return named.select("pupil_id", "urn", "since", "school_days", says=written(_NEITHER))


_NEITHER = (
    "On the rolls of {schools}; D or no mark at each for {school_days:school day} running, {since:date} to {last:date}."
)


def _two_rolls(held: Held) -> pl.DataFrame:
    """One row per pupil and roll, of pupils on two or more whose registers have all come; guests are on none."""
    is_guest = (pl.col("enrol_status") == GUEST).fill_null(False)
    here = held.on_rolls.filter(~is_guest)
    several = here.filter(pl.col("pupil_id").is_duplicated())
    spells = several.group_by(_OF_SCHOOL).agg(pl.col("entry_date").max())
    has_register = pl.col("urn").is_in(held.with_registers["urn"].implode())
    return spells.filter((pl.len().over("pupil_id") > 1) & has_register.all().over("pupil_id"))


def _common_days(rolls: pl.DataFrame, held: Held) -> pl.DataFrame:
    """One row per pupil and day of this year that was a school day at each of their schools, once they were on all."""
    on_all = rolls.with_columns(pl.col("entry_date").max().over("pupil_id"), schools=pl.len().over("pupil_id"))
    days = on_all.join(held.days.filter(pl.col("date") >= held.year.first_day), on="urn")
    open_ = days.filter(pl.col("date") >= pl.col("entry_date")).group_by("pupil_id", "date")
    return open_.agg(n=pl.len(), schools=pl.col("schools").first()).filter(pl.col("n") == pl.col("schools")).select("pupil_id", "date")  # fmt: skip


def _named(rolls: pl.DataFrame, held: Held) -> pl.DataFrame:
    names = held.schools.select("urn", "name").unique("urn", keep="first", maintain_order=True)
    known = rolls.join(names, on="urn", how="left").sort("pupil_id", "urn")
    name = pl.coalesce("name", "School " + pl.col("urn").cast(pl.String))
    return known.group_by("pupil_id", maintain_order=True).agg(schools=name.str.join(" and "))


# Suspended --------------------------------------------------------------------------------------------------------------


def long_suspended(held: Held) -> pl.DataFrame:
    """One row per pupil with a run of E on more than five school days and no other mark between in any register seen here, the
    last of them within the last 20 days of the school that marked it: of several, the last.

    Closures and other half days on which nobody was expected do not end a run; B, K or any other mark of a session does, whichever
    school made it, and so does D where no school says E.
    """
    this_year = of_this_year(held.registers.weeks, _long_suspended_lately(held), held)
    runs = _suspended_or_not(slots(this_year)).with_columns(run=pl.struct("pupil_id", "is_suspended").rle_id())
    counted = runs.filter("is_suspended").group_by("pupil_id", "run").agg(
        since=pl.col("date").min(), last=pl.col("date").max(), school_days=pl.col("date").n_unique().cast(pl.Int32),
        urn=pl.col("urn").sort_by("date", "half_day").last(),
    )  # fmt: skip
    recent = counted.join(held.lately, on="urn").filter(pl.col("last") >= pl.col("from_20d"))
    long = recent.filter(pl.col("school_days") > SUSPENDED_DAYS).sort("pupil_id", "last")
    latest = long.unique("pupil_id", keep="last", maintain_order=True)
    return latest.select("pupil_id", "urn", "since", "school_days", says=written(_E))


def _long_suspended_lately(held: Held) -> pl.DataFrame:
    """pupil_id of those who may be named: with E on more days of this year than `SUSPENDED_DAYS`, some of it in a week that reaches
    into the school's last 20 days. Nobody else's half days need be laid out."""
    weeks = held.registers.weeks.lazy().filter(
        pl.col("suspended_sessions") > 0, pl.col("week_start") >= held.year.first_day - TO_ITS_SUNDAY
    )
    suspended = weeks.select(*KEY, "am_codes", "pm_codes").collect()
    has_e = code_flags["suspended"]
    days = days_with(suspended["am_codes"], has_e) | days_with(suspended["pm_codes"], has_e)
    counted = suspended.with_columns(days=days.bitwise_count_ones())
    often = counted.group_by("pupil_id").agg(pl.col("days").sum()).filter(pl.col("days") > SUSPENDED_DAYS)
    return often.join(_lately(suspended, held), on="pupil_id", how="semi").select("pupil_id")


def _lately(weeks: pl.DataFrame, held: Held) -> pl.DataFrame:
    """pupil_id of those of whom any of `weeks` reaches into the last 20 days of its school."""
    return weeks.join(held.lately, on="urn").filter(_ENDS >= pl.col("from_20d")).select("pupil_id").unique()


def _suspended_or_not(marks: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil and half day of which any school tells, in order: whether it was E and nothing else, and at which school.

    D at the other of two schools says only that this one expects the pupil, and takes no E back.
    """
    is_e, is_possible = (
        _number == _SUSPENDED,
        _number.is_in([n for n, is_so in enumerate(code_flags["possible"]) if is_so]),
    )
    told = marks.filter(is_possible | (_number == _ELSEWHERE))
    by_half_day = told.group_by("pupil_id", "date", "half_day").agg(
        is_suspended=is_e.any() & ~(is_possible & ~is_e).any(), urn=pl.col("urn").filter(is_e).min()
    )
    return by_half_day.sort("pupil_id", "date", "half_day")


_E = (
    "Suspended or excluded (E) for {school_days:school day} together, {since:date} to {last:date}. No B, K or session attended lies "
    "between, in any register seen here; nor D, on a half day that no school marks E."
)


# Ill --------------------------------------------------------------------------------------------------------------------


def long_ill(held: Held) -> pl.DataFrame:
    """One row per pupil ill for 30 sessions or more this year, the latest within the last 20 days of the school that marked it,
    with no B or K since the first of the last thirty and no alternative provision. Where only a census tells, it has no days,
    and no B or K in it at all."""
    ill = held.features.filter(pl.col("illness_sessions_ytd") >= ILLNESS_SESSIONS)
    ill = ill.select("pupil_id", "urn", "source", "period", "illness_sessions_ytd")
    return pl.concat([_ill_by_registers(ill, held), _ill_by_census(ill, held)], how="diagonal_relaxed")


def _ill_by_registers(ill: pl.DataFrame, held: Held) -> pl.DataFrame:
    told = ill.filter(pl.col("source") == "registers")
    this_year = of_this_year(held.weeks, _ill_of_late(told, held), held)
    marks = slots(with_any(once_each(this_year.lazy()).collect(), "I", "B", "K"), ("pupil_id",))
    ever = marks.filter(_number == _ILL)
    days = ever.join(_ill_lately(ever, this_year, held), on="pupil_id", how="semi")
    of_thirty = days.group_by("pupil_id").agg(
        since=pl.col("date").min(), from_day=pl.col("date").top_k(ILLNESS_SESSIONS).min()
    )
    provided = marks.filter(_number.is_in(_PROVIDED)).join(of_thirty, on="pupil_id")
    has_some = provided.filter(pl.col("date") >= pl.col("from_day")).select("pupil_id")
    in_places = placed(held).join(of_thirty, on="pupil_id")
    lasts = pl.col("leaving_date").is_null() | (pl.col("leaving_date") >= pl.col("from_day"))
    without = told.join(of_thirty, on="pupil_id").join(has_some, on="pupil_id", how="anti")
    alone = without.join(in_places.filter(lasts), on="pupil_id", how="anti")
    return alone.select("pupil_id", "urn", "since", _half(), says=written(_ILL_BY_REGISTERS))


def _ill_of_late(ill: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Those of `ill` who may be named: with illness in a week that reaches into the last 20 days of the school that marked it."""
    since = held.lately["from_20d"].min() or held.as_of
    weeks = held.weeks.lazy().filter(pl.col("illness_sessions") > 0, pl.col("week_start") >= since - TO_ITS_SUNDAY)
    return ill.join(_lately(weeks.select(KEY).collect(), held), on="pupil_id", how="semi")


def _ill_lately(days: pl.DataFrame, weeks: pl.DataFrame, held: Held) -> pl.DataFrame:
    """Of `days` of illness, those in the last 20 of the school that marked it."""
    ill = weeks.join(held.lately, on="urn").filter(pl.col("illness_sessions") > 0, _ENDS >= pl.col("from_20d"))
    by_school = slots(ill, (*_OF_SCHOOL, "from_20d")).filter(_number == _ILL)
    lately = by_school.filter(pl.col("date") >= pl.col("from_20d"))
    return days.join(lately, on=("pupil_id", "date", "half_day"), how="semi")


_ILL_BY_REGISTERS = (
    "Ill (I) for {illness_sessions_ytd:session} this school year, first on {since:date}; no B or K since {from_day:date}, the "
    "first of the last thirty, and no alternative provision."
)


def _half() -> pl.Expr:
    return (pl.col("illness_sessions_ytd") // 2).cast(pl.Int32).alias("school_days")


def _ill_by_census(ill: pl.DataFrame, held: Held) -> pl.DataFrame:
    told = ill.filter(pl.col("source") == "census")
    provided = held.census.filter(
        (pl.col("school_year") == held.year.starts) & pl.col("code").is_in(["B", "K"]) & (pl.col("sessions") > 0)
    )
    placed_now = placed(held).filter("is_under_way")
    without = told.join(provided, on="pupil_id", how="anti").join(placed_now, on="pupil_id", how="anti")
    return without.select("pupil_id", "urn", _half(), says=written(_ILL_BY_CENSUS))


_ILL_BY_CENSUS = "Ill (I) for {illness_sessions_ytd:session}[ {period}] by the school census, which has no B or K; no alternative provision."
