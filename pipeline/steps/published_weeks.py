"""The sessions behind every published rate: of the year so far, and week by week, of schools, phases and the whole home.

Each count of sessions comes with the pupils they are of, for a rate that rests on few is not to be published.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from pipeline.steps.policy_of_publishing import Policy
from pipeline.tables.published import ENGLAND, WEEK_RATES
from pipeline.vocabulary.england import FIGURES, WEEKLY_PERCENT, WEEKLY_PHASES
from pipeline.vocabulary.school_year import term_of

NO_PHASE = "Not known"
_KINDS = ("possible", *WEEK_RATES, "other_authorised")
_YEAR_KINDS = ("possible", "absence")

A_PUPILS_WEEK = 10  # sessions


# The year so far


def sessions_this_year(pupils: pl.DataFrame, weeks: pl.LazyFrame) -> pl.DataFrame:
    """One row per school and pupil: possible and absence sessions this school year.

    A school's year is what its registers say where it has any, whoever has left since; else what the censuses of the pupils on
    its roll say. Marks a pupil has from another school are none of its own.
    """
    sessions = [f"{kind}_sessions" for kind in _YEAR_KINDS]
    by_register = weeks.group_by("urn", "pupil_id").agg(pl.col(sessions).sum()).collect(engine="streaming")
    told = pupils.filter(pl.col("source") == "census").join(by_register.select("urn").unique(), on="urn", how="anti")
    by_census = told.select("urn", "pupil_id", *(pl.col(f"{name}_ytd").alias(name) for name in sessions))
    return pl.concat([by_register, by_census], how="vertical_relaxed").cast(dict.fromkeys(sessions, pl.Int64))


def year_of(sessions: pl.DataFrame, *place: str) -> pl.DataFrame:
    """One row per place, the whole home where none is named: possible and absence sessions of the year so far, and the pupils
    they are of."""
    counts = {f"{kind}_sessions_ytd": pl.col(f"{kind}_sessions").sum().cast(pl.Int64) for kind in _YEAR_KINDS}
    counts |= {f"{kind}_pupils_ytd": _pupils(kind) for kind in _YEAR_KINDS}
    return sessions.group_by(place).agg(**counts) if place else sessions.select(**counts)


def absence_rate_ytd() -> pl.Expr:
    """Null where nothing was possible."""
    possible = pl.col("possible_sessions_ytd")
    return pl.when(possible > 0).then(pl.col("absence_sessions_ytd") / possible).alias("absence_rate_ytd")


def _pupils(kind: str) -> pl.Expr:
    """How many pupils have sessions of a kind, one at two schools being one."""
    return pl.col("pupil_id").filter(pl.col(f"{kind}_sessions") > 0).n_unique().cast(pl.Int64)


# Weeks


@dataclass(frozen=True)
class Weeks:
    """Weeks of a school year, each counted once for all the tables they stand in.

    `by_school` has one row per school and week: sessions of each kind, and the pupils they are of. `again` has the rows of pupils
    who may be among those of a phase, or of the whole home, more than once: few, and looked at pupil by pupil.
    """

    by_school: pl.DataFrame
    again: pl.DataFrame


def counted_weeks(weeks: pl.LazyFrame, *, at_several: pl.Series | None = None) -> Weeks:
    """`at_several` are the pupils with weeks at more than one school, where that is known."""
    if at_several is None:
        schools = weeks.group_by("pupil_id").agg(least=pl.col("urn").min(), most=pl.col("urn").max())
        at_several = schools.filter(pl.col("least") != pl.col("most")).collect(engine="streaming")["pupil_id"]
    rows = weeks.select("pupil_id", "urn", "week_start", *_sessions())
    counts = [count for kind in _KINDS for count in (pl.col(f"{kind}_sessions").sum().cast(pl.Int64), _rows(kind))]
    by_school = rows.group_by("urn", "week_start").agg(counts).collect(engine="streaming")
    mondays = by_school.select(pl.col("week_start").unique())
    twice = mondays.filter(_ISO_WEEK.is_duplicated())["week_start"]  # a year may begin and end in weeks of one number
    is_again = pl.col("pupil_id").is_in(at_several.implode()) | pl.col("week_start").is_in(twice.implode())
    return Weeks(by_school, rows.filter(is_again).collect(engine="streaming"))


def _sessions() -> list[pl.Expr]:
    other = pl.col("authorised_sessions") - pl.col("illness_sessions") - pl.col("part_time_sessions")
    told = [pl.col(f"{kind}_sessions") for kind in _KINDS if kind != "other_authorised"]
    return [*told, other.alias("other_authorised_sessions")]


def _rows(kind: str) -> pl.Expr:
    return (pl.col(f"{kind}_sessions") > 0).sum().cast(pl.Int64).alias(f"{kind}_pupils")


_ISO_WEEK = pl.col("week_start").dt.week().cast(pl.Int32)


def school_weeks(weeks: Weeks) -> pl.DataFrame:
    """One row per school and week with a possible session: sessions of each kind, and the pupils they are of."""
    return weeks.by_school.filter(pl.col("possible_sessions") > 0).sort("urn", "week_start")


def phase_weeks(weeks: Weeks, last: Weeks, phases: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per phase, or whole home, and week of this school year with a possible session, as `school_weeks` counts.

    `weeks` are this school year's, `last` last year's; `phases` has urn and phase. `absence_rate_last_year` is told where
    it may be, of the schools that are of the phase now; `absence_rate_england` where this very week's is published.
    """
    told = _of_places(_with_phase(weeks, phases), "week_start").with_columns(
        term=pl.col("week_start").map_elements(_term_of_week, return_dtype=pl.String),
        iso_year=pl.col("week_start").dt.iso_year().cast(pl.Int32),
        iso_week=_ISO_WEEK,
    )
    for frame, key in (
        (_last_year(_with_phase(last, phases), policy), ["iso_week"]),
        (_england_weeks(), ["iso_year", "iso_week"]),
    ):
        told = told.join(frame, on=["scope", "phase", *key], how="left", nulls_equal=True)
    return told.drop("iso_year", "iso_week").sort("scope", "phase", "week_start", nulls_last=True)


def _with_phase(weeks: Weeks, phases: pl.DataFrame) -> Weeks:
    of_phase = (
        rows.join(phases, on="urn", how="left").with_columns(pl.col("phase").fill_null(NO_PHASE), iso_week=_ISO_WEEK)
        for rows in (weeks.by_school, weeks.again)
    )
    return Weeks(*of_phase)


def _of_places(weeks: Weeks, week: str) -> pl.DataFrame:
    """The rows of each phase, and of the whole home, with a possible session."""
    by_phase = _weeks_of(weeks, "phase", week).with_columns(scope=pl.lit("phase"))
    home = _weeks_of(weeks, week).with_columns(scope=pl.lit("home"), phase=pl.lit(None, pl.String))
    return pl.concat([by_phase, home.select(by_phase.columns)])


def _weeks_of(weeks: Weeks, *place: str) -> pl.DataFrame:
    """Schools summed, less what pupils were counted more than once."""
    names = [f"{kind}_{what}" for kind in _KINDS for what in ("sessions", "pupils")]
    summed = weeks.by_school.group_by(place).agg(pl.col(names).sum())
    again = weeks.again.group_by(place).agg((_rows(kind) - _pupils(kind)).alias(f"{kind}_again") for kind in _KINDS)
    less = (pl.col(f"{kind}_pupils") - pl.col(f"{kind}_again").fill_null(0) for kind in _KINDS)
    counted = summed.join(again, on=place, how="left").with_columns(less).select(*place, *names)
    return counted.filter(pl.col("possible_sessions") > 0)


def _term_of_week(monday: date) -> str:
    """That of its Friday: where a week has days of two terms, or of two years, school is held on the later ones."""
    return term_of(monday + timedelta(days=4))


# Last year


def _last_year(weeks: Weeks, policy: Policy) -> pl.DataFrame:
    """One row per scope, phase and ISO week of last school year: possible and absence sessions, the pupils they are of, and the
    rate where that may be told."""
    counts = _of_places(weeks, "iso_week")
    rate = (pl.col("absence_sessions") / pl.col("possible_sessions")).round(policy.rate_decimals)
    may_be_told = _on_enough(policy, pl.col("possible_pupils"), pl.col("absence_pupils"))
    told = counts.with_columns(is_told=may_be_told).join(_untold(counts, may_be_told), on="iso_week", how="left")
    told = told.with_columns(pl.col(_UNTOLD).fill_null(0))
    rest_may = (pl.col("untold_possible_pupils") == 0) | _on_enough(
        policy, pl.col("untold_possible_pupils"), pl.col("untold_absence_pupils")
    )
    is_told = pl.col("is_told") & ((pl.col("scope") == "phase") | rest_may | _is_rough_enough(policy))
    names = [f"{kind}_{what}" for kind in _YEAR_KINDS for what in ("sessions", "pupils")]
    return told.select(
        "scope",
        "phase",
        "iso_week",
        *(pl.col(name).alias(f"{name}_last_year") for name in names),
        absence_rate_last_year=pl.when(is_told).then(rate),
    )


def _untold(counts: pl.DataFrame, may_be_told: pl.Expr) -> pl.DataFrame:
    """Of each week the pupils of phases that are not told of: the whole home's rate would give theirs back if they were few."""
    untold = counts.filter((pl.col("scope") == "phase") & ~may_be_told)
    return untold.group_by("iso_week").agg(pl.col(name.removeprefix("untold_")).sum().alias(name) for name in _UNTOLD)


_UNTOLD = ("untold_possible_pupils", "untold_absence_pupils", "untold_absence_sessions")


def _is_rough_enough(policy: Policy) -> pl.Expr:
    """Whether the whole home's rate, rounded, tells of the rest no more nearly than to a pupil's week on either side, and, where that is
    of few pupils, leaves it open that it is one pupil's."""
    give_or_take = 0.5 * 10**-policy.rate_decimals * pl.col("possible_sessions")
    could_be_ones = pl.col("untold_absence_sessions") - give_or_take <= A_PUPILS_WEEK
    of_few = pl.col("untold_absence_pupils").is_between(1, policy.fewest_shown - 1)
    return (give_or_take >= A_PUPILS_WEEK) & (~of_few | could_be_ones)


def _on_enough(policy: Policy, possible: pl.Expr, absent: pl.Expr) -> pl.Expr:
    return (possible >= policy.smallest_base) & ~absent.is_between(1, policy.fewest_shown - 1)


# England


def _england_weeks() -> pl.DataFrame:
    """One row per scope, phase, ISO year and week: England's absence rate."""
    rows = [
        ("home" if phase is None else "phase", phase, year, week, round(percent / 100, 6))
        for (year, week), percents in WEEKLY_PERCENT.items()
        for phase, percent in zip(WEEKLY_PHASES, percents, strict=True)
    ]
    return pl.DataFrame(rows, schema=_ENGLAND_WEEK, orient="row")


_ENGLAND_WEEK = {
    "scope": pl.String, "phase": pl.String, "iso_year": pl.Int32, "iso_week": pl.Int32, "absence_rate_england": pl.Float64,
}  # fmt: skip


def england() -> pl.DataFrame:
    """`tables.published.ENGLAND`: each figure of England that stands beside ours, its time and its source."""
    return ENGLAND.conform(pl.DataFrame([vars(figure) for figure in FIGURES], schema=ENGLAND.schema))
