"""What a pupil is judged on: which year, compared with which past, at what rates."""

import polars as pl

from pipeline.signals.sentences import number_of

ENOUGH = 40
"""Possible sessions (20 school days) below which a rate says too little."""

UNSEEN_FIFTH = 5
"""A pupil is not judged where one session in this many, or more, is at another school whose register is not known here."""

RATED = ("possible_sessions", "absence_sessions", "need_absence_sessions")

BY_OWN_PAST = pl.col("is_sixth_form") | pl.col("is_special_school")
"""Who is judged against their own past alone, and has places apart."""


def judged(features: pl.DataFrame) -> pl.DataFrame:
    """`features` with the past and the period a pupil is judged on, every rate, and the school's rise on the same past."""
    return (
        features.pipe(_with_past).pipe(_with_period).pipe(_with_rates).pipe(_with_rates_of_patterns).pipe(_with_school)
    )


def _with_past(features: pl.DataFrame) -> pl.DataFrame:
    """What this year is compared with: the same part of last year where it has enough sessions, else the whole."""
    same = pl.col("possible_sessions_same_period_last_year") >= ENOUGH
    whole = pl.col("possible_sessions_last_year") >= ENOUGH

    def past(name: str) -> pl.Expr:
        return pl.when(same).then(f"{name}_same_period_last_year").when(whole).then(f"{name}_last_year")

    words = pl.when(same).then(pl.lit("in the same part of last year")).when(whole).then("last_year_in_words")
    compared = features.with_columns(past_period=words, **{f"{name}_past": past(name) for name in RATED})
    return compared.with_columns(
        past_need_absence_sessions=pl.col("need_absence_sessions_past"),
        past_need_possible_sessions=need_possible("past"),
    )


def _with_period(features: pl.DataFrame) -> pl.DataFrame:
    on = (
        pl.when(half_unseen())
        .then(pl.lit(None, pl.String))
        .when(pl.col("possible_sessions_ytd") >= ENOUGH)
        .then(pl.lit("this_year"))
        .when(pl.col("possible_sessions_last_year") >= ENOUGH)
        .then(pl.lit("last_year"))
    )
    known = features.with_columns(judged_on=on)
    this, last = pl.col("judged_on") == "this_year", pl.col("judged_on") == "last_year"
    of_year = {
        f"judged_{name}": pl.when(this).then(f"{name}_ytd").when(last).then(f"{name}_last_year") for name in RATED
    }
    return known.with_columns(
        judged_period=pl.when(this).then("period").when(last).then(_last_years_words()),
        judged_wave_illness_sessions=_waves(this, last),
        **of_year,
    )


def _waves(this: pl.Expr, last: pl.Expr) -> pl.Expr:
    """Of a whole year gone by nothing is set aside: its waves were few of its weeks. No census knows of any."""
    return pl.when(this).then(pl.col("wave_illness_sessions_ytd").fill_null(0)).when(last).then(0)


def half_unseen() -> pl.Expr:
    """Is the pupil so often at another school whose register is not known here that nothing can be judged?"""
    unseen = pl.col("unseen_dual_sessions_ytd")
    return (unseen > 0) & (unseen * UNSEEN_FIFTH >= pl.col("possible_sessions_ytd") + unseen)


def need_absence_reaches(one_in: int) -> pl.Expr:
    """Whether absence whose code asks about need comes to one session in so many. Where it does DfE's rate does too, for what is
    set aside is wholly absence."""
    possible = pl.col("judged_need_possible_sessions")
    return ((possible > 0) & (pl.col("judged_need_absence_sessions") * one_in >= possible)).fill_null(False)


def _last_years_words() -> pl.Expr:
    """`in 2024/25, when in Year 6; this year has only 24 possible sessions so far`"""
    then = pl.when(pl.col("nc_year_then").str.contains(r"^\d+$")).then(", when in Year " + pl.col("nc_year_then"))
    so_far = number_of(pl.col("possible_sessions_ytd"), "possible session")
    this_year = pl.when(pl.col("possible_sessions_ytd") == 0).then(pl.lit("none")).otherwise("only " + so_far)
    return pl.col("last_year_in_words") + then.fill_null("") + "; this year has " + this_year + " so far"


def _with_rates(features: pl.DataFrame) -> pl.DataFrame:
    before = {f"{name}_before_20d": pl.col(f"{name}_ytd") - pl.col(f"{name}_20d") for name in RATED}
    windows = ("ytd", "20d", "before_20d")
    return (
        features.with_columns(**before)
        .with_columns(
            judged_other_absence_sessions=pl.col("judged_absence_sessions") - pl.col("judged_need_absence_sessions"),
            **{f"need_possible_sessions_{window}": need_possible(window) for window in windows},
            **{
                f"absence_rate_{window}": _rate_of("absence_sessions", "possible_sessions", window)
                for window in (*windows, "last_year", "same_period_last_year")
            },
            judged_absence_rate=rate(pl.col("judged_absence_sessions"), pl.col("judged_possible_sessions")),
            past_need_absence_rate=rate(pl.col("past_need_absence_sessions"), pl.col("past_need_possible_sessions")),
        )
        .with_columns(
            judged_need_possible_sessions=pl.col("judged_possible_sessions") - pl.col("judged_other_absence_sessions"),
            **{
                f"need_absence_rate_{window}": _rate_of("need_absence_sessions", "need_possible_sessions", window)
                for window in windows
            },
        )
        .with_columns(
            judged_need_absence_rate=rate(
                pl.col("judged_need_absence_sessions"), pl.col("judged_need_possible_sessions")
            )
        )
    )


def _with_rates_of_patterns(features: pl.DataFrame) -> pl.DataFrame:
    windows = ("30d", "before_30d", "first_half_term", "since_first_half_term")
    half_terms = ("half_term", "half_term_before", "two_half_terms_before")
    named = features.with_columns(
        need_possible_sessions_45d=need_possible("45d"),
        last_year_need_possible_sessions=need_possible("last_year"),
        nc_year_last_year=pl.col("nc_year_then"),
    )
    return named.with_columns(
        **{
            f"need_absence_rate_{window}": _rate_of("need_absence_sessions", "need_possible_sessions", window)
            for window in ("45d", *windows)
        },
        **{
            f"unexplained_rate_{window}": _rate_of("unexplained_sessions", "possible_sessions", window)
            for window in half_terms
        },
        last_year_need_absence_rate=rate(
            pl.col("need_absence_sessions_last_year"), pl.col("last_year_need_possible_sessions")
        ),
        pattern_share=rate(pl.col("pattern_absences_ytd"), pl.col("pattern_all_absences_ytd")),
    )


FEWEST_OTHERS = 10
"""Pupils besides the one asked about, below which a school's own change says too little."""


def _with_school(features: pl.DataFrame) -> pl.DataFrame:
    """`school_rise_on_past`: of the other pupils of the school whose past is the same stretch of time."""
    compared = pl.col("past_need_possible_sessions").is_not_null() & (pl.col("source") == "registers")

    def of_others(name: str) -> pl.Expr:
        own = pl.when(compared).then(pl.col(name).cast(pl.Int64)).otherwise(0)
        return own.sum().over("urn", "past_period") - own

    enough = compared & (compared.sum().over("urn", "past_period") > FEWEST_OTHERS)
    now = rate(of_others("need_absence_sessions_ytd"), of_others("need_possible_sessions_ytd"))
    then = rate(of_others("past_need_absence_sessions"), of_others("past_need_possible_sessions"))
    return features.with_columns(school_rise_on_past=pl.when(enough).then(now - then))


def _rate_of(missed: str, possible: str, window: str) -> pl.Expr:
    return rate(pl.col(f"{missed}_{window}"), pl.col(f"{possible}_{window}"))


def rate(missed: pl.Expr, possible: pl.Expr) -> pl.Expr:
    """Null where nothing was possible: nobody has been present for nothing."""
    return pl.when(possible > 0).then(missed / possible)


def need_possible(window: str = "") -> pl.Expr:
    """Possible sessions less those missed with a code that does not ask about need."""
    possible, absence, need = (pl.col(f"{name}_{window}" if window else name) for name in RATED)
    return possible - absence + need
