"""A school's own waves of illness: weeks in which much of it was ill, beside what is usual there this year.

A wave is nobody's own. What a pupil missed through illness in one is set aside where a rate makes eligible, and nowhere
else: DfE's rate, long illness and a pupil's own past count every session.
"""

import polars as pl

from pipeline.signals.lines import WAVE_FEWEST_ILL, WAVE_FEWEST_PUPILS, WAVE_FEWEST_WEEKS, WAVE_POINTS, WAVE_TIMES

_WEEK = ("pupil_id", "week_start")
_SCHOOL_WEEK = ("urn", "week_start")
_ROUNDING = 1e-9


def wave_illness(weeks: pl.LazyFrame, registers: pl.LazyFrame) -> pl.DataFrame:
    """One row per pupil ill in a wave: `wave_illness_sessions_ytd`.

    `weeks` are this school year's, one row per pupil and week; `registers` the same weeks as schools sent them, one row per
    pupil, school and week.
    """
    hit = weeks.join(_pupil_weeks_in_waves(registers), on=_WEEK, how="semi")
    return (
        hit.group_by("pupil_id")
        .agg(wave_illness_sessions_ytd=pl.col("illness_sessions").sum())
        .collect(engine="streaming")
    )


def _pupil_weeks_in_waves(registers: pl.LazyFrame) -> pl.LazyFrame:
    """Weeks in which a pupil was ill and so were many others of the school. Others alone are counted: in a small school one
    child's illness would else be its own wave."""
    ill = registers.filter(pl.col("illness_sessions") > 0).join(_usual(registers).lazy(), on=_SCHOOL_WEEK)
    others_ill = pl.col("school_ill") - pl.col("illness_sessions")
    others_possible = pl.col("school_possible") - pl.col("possible_sessions")
    line = pl.max_horizontal(pl.col("median") * WAVE_TIMES, pl.col("median") + WAVE_POINTS / 100)
    is_wave = (others_ill / others_possible >= line - _ROUNDING) & (pl.col("pupils_ill") > WAVE_FEWEST_ILL)
    return ill.filter(is_wave).select(_WEEK).unique()


def _usual(registers: pl.LazyFrame) -> pl.DataFrame:
    """One row per school and week of enough pupils, where there are enough such weeks: what was missed through illness, and
    the share (0 to 1) missed so in the school's median week."""
    by_week = (
        registers.filter(pl.col("possible_sessions") > 0)
        .group_by(_SCHOOL_WEEK)
        .agg(
            school_ill=pl.col("illness_sessions").sum(),
            school_possible=pl.col("possible_sessions").sum(),
            pupils=pl.len(),
            pupils_ill=(pl.col("illness_sessions") > 0).sum(),
        )
        .filter(pl.col("pupils") >= WAVE_FEWEST_PUPILS)
        .collect(engine="streaming")
    )
    share = pl.col("school_ill") / pl.col("school_possible")
    enough = by_week.filter(pl.len().over("urn") >= WAVE_FEWEST_WEEKS)
    return enough.with_columns(median=share.median().over("urn"))
