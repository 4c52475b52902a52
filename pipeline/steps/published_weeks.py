"""The sessions behind every published rate: of the year so far, and week by week, of schools, phases and the whole home.

Each count of sessions comes with the pupils they are of, for a rate that rests on few is not to be published.
"""

from datetime import date, timedelta

import polars as pl

from pipeline.steps.policy_of_publishing import Policy
from pipeline.steps.weeks import cut
from pipeline.tables.published import ENGLAND, WEEK_RATES
from pipeline.vocabulary.england import FIGURES, WEEKLY_PERCENT, WEEKLY_PHASES
from pipeline.vocabulary.school_year import school_year_of, term_of

NO_PHASE = "Not known"
_KINDS = ("possible", *WEEK_RATES, "other_authorised")
_YEAR_KINDS = ("possible", "absence")

A_PUPILS_WEEK = 10  # sessions


# The year so far


def sessions_this_year(pupils: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per school and pupil: possible and absence sessions this school year.

    A school's year is what its registers say where it has any, whoever has left since; else what the censuses of the pupils on
    its roll say. Marks a pupil has from another school are none of its own.
    """
    sessions = [f"{kind}_sessions" for kind in _YEAR_KINDS]
    by_register = weeks.group_by("urn", "pupil_id").agg(pl.col(sessions).sum())
    told = pupils.filter(pl.col("source") == "census").join(weeks.select("urn").unique(), on="urn", how="anti")
    by_census = told.select("urn", "pupil_id", *(pl.col(f"{name}_ytd").alias(name) for name in sessions))
    return pl.concat([by_register, by_census], how="vertical_relaxed").cast(dict.fromkeys(sessions, pl.Int64))


def year_of(sessions: pl.DataFrame, *place: str) -> pl.DataFrame:
    """One row per place, the whole home where none is named: possible and absence sessions of the year so far, and the pupils
    they are of."""
    counts = [expression.name.suffix("_ytd") for kind in _YEAR_KINDS for expression in _counted(kind)]
    return sessions.group_by(place).agg(counts) if place else sessions.select(counts)


def absence_rate_ytd() -> pl.Expr:
    """Null where nothing was possible."""
    possible = pl.col("possible_sessions_ytd")
    return pl.when(possible > 0).then(pl.col("absence_sessions_ytd") / possible).alias("absence_rate_ytd")


def _counted(kind: str) -> tuple[pl.Expr, pl.Expr]:
    """How many sessions of a kind, and how many pupils they are of, one at two schools being one."""
    sessions = pl.col(f"{kind}_sessions")
    pupils = pl.col("pupil_id").filter(sessions > 0).n_unique().cast(pl.Int64).alias(f"{kind}_pupils")
    return sessions.sum().cast(pl.Int64), pupils


# Weeks


def school_weeks(weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per school and week with a possible session: sessions of each kind, and the pupils they are of."""
    return _weeks_of(weeks, "urn").sort("urn", "week_start")


def phase_weeks(
    weeks: pl.DataFrame, known: pl.DataFrame, phases: pl.DataFrame, policy: Policy, *, as_of: date
) -> pl.DataFrame:
    """One row per phase, or whole home, and week of this school year with a possible session, as `school_weeks` counts.

    `weeks` are this school year's, `known` all that are; `phases` has urn and phase. `absence_rate_last_year` is told where
    it may be, of the schools that are of the phase now; `absence_rate_england` where this very week's is published.
    """
    this_year = _of_places(_with_phase(weeks, phases), _KINDS)
    before = school_year_of(as_of).before
    last = cut(known, first_day=before.first_day, last_day=before.last_day)
    told = this_year.with_columns(
        term=pl.col("week_start").map_elements(_term_of_week, return_dtype=pl.String),
        iso_year=pl.col("week_start").dt.iso_year().cast(pl.Int32),
        iso_week=pl.col("week_start").dt.week().cast(pl.Int32),
    )
    for frame, key in (
        (_last_year(_with_phase(last, phases), policy), ["iso_week"]),
        (_england_weeks(), ["iso_year", "iso_week"]),
    ):
        told = told.join(frame, on=["scope", "phase", *key], how="left", nulls_equal=True)
    return told.drop("iso_year", "iso_week").sort("scope", "phase", "week_start", nulls_last=True)


def _weeks_of(weeks: pl.DataFrame, *place: str, kinds: tuple[str, ...] = _KINDS, week: str = "week_start"):
    other = pl.col("authorised_sessions") - pl.col("illness_sessions") - pl.col("part_time_sessions")
    return (
        weeks.with_columns(other_authorised_sessions=other)
        .group_by(*place, week)
        .agg(expression for kind in kinds for expression in _counted(kind))
        .filter(pl.col("possible_sessions") > 0)
    )


def _with_phase(weeks: pl.DataFrame, phases: pl.DataFrame) -> pl.DataFrame:
    return weeks.join(phases, on="urn", how="left").with_columns(pl.col("phase").fill_null(NO_PHASE))


def _of_places(weeks: pl.DataFrame, kinds: tuple[str, ...], week: str = "week_start") -> pl.DataFrame:
    """The rows of each phase, and of the whole home."""
    by_phase = _weeks_of(weeks, "phase", kinds=kinds, week=week).with_columns(scope=pl.lit("phase"))
    home = _weeks_of(weeks, kinds=kinds, week=week)
    return pl.concat(
        [by_phase, home.with_columns(scope=pl.lit("home"), phase=pl.lit(None, pl.String)).select(by_phase.columns)]
    )


def _term_of_week(monday: date) -> str:
    """That of its Friday: where a week has days of two terms, or of two years, school is held on the later ones."""
    return term_of(monday + timedelta(days=4))


# Last year


def _last_year(weeks: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per scope, phase and ISO week of last school year: possible and absence sessions, the pupils they are of, and the
    rate where that may be told."""
    numbered = weeks.with_columns(iso_week=pl.col("week_start").dt.week().cast(pl.Int32))
    counts = _of_places(numbered, _YEAR_KINDS, week="iso_week")
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
