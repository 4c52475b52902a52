"""What a list shows beside the reasons: twelve school weeks as a line, and the last four in words."""

from datetime import date

import polars as pl

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES

from .weeks import slots

WEEKS_DRAWN = 12
WEEKS_IN_WORDS = 4


def weekly_attendance(weeks: pl.DataFrame, listed: pl.DataFrame) -> dict[str, tuple[float | None, ...]]:
    """Per listed pupil, the share of possible sessions attended in each of the school's last twelve weeks, oldest first.

    `weeks` is cut at the as-of day; `listed` has pupil_id and urn. A week in which nothing was possible is None.
    """
    days = _last_weeks(weeks, listed, WEEKS_DRAWN)
    own = (
        weeks.join(listed.select("pupil_id"), on="pupil_id", how="semi")
        .group_by("pupil_id", "week_start")
        .agg(pl.col("possible_sessions", "absence_sessions").sum())
    )
    drawn = listed.select("pupil_id", "urn").join(days, on="urn").join(own, on=("pupil_id", "week_start"), how="left")
    drawn = drawn.with_columns(
        attended=pl.when(pl.col("possible_sessions") > 0).then(
            1 - pl.col("absence_sessions") / pl.col("possible_sessions")
        )
    ).sort("pupil_id", "week_start")
    return {key[0]: tuple(rows["attended"]) for key, rows in drawn.group_by("pupil_id", maintain_order=True)}


def last_four_weeks(weeks: pl.DataFrame, listed: pl.DataFrame) -> dict[str, str]:
    """Per listed pupil, one sentence: sessions missed of those possible in the school's last four weeks, by kind."""
    days = _last_weeks(weeks, listed, WEEKS_IN_WORDS)
    own = listed.select("pupil_id", "urn").join(days, on="urn").select("pupil_id", "week_start")
    recent = weeks.join(own, on=("pupil_id", "week_start"), how="semi")
    counts = {
        key[0]: (rows["possible_sessions"].sum(), rows["absence_sessions"].sum())
        for key, rows in recent.group_by("pupil_id")
    }
    kinds = _missed_by_kind(recent)
    return {pupil: _in_words(*counts.get(pupil, (0, 0)), kinds.get(pupil, [])) for pupil in listed["pupil_id"]}


def _last_weeks(weeks: pl.DataFrame, listed: pl.DataFrame, how_many: int) -> pl.DataFrame:
    """The latest weeks in which each school had a possible session: urn, week_start."""
    open_weeks = weeks.join(listed.select("urn").unique(), on="urn", how="semi").filter(pl.col("possible_sessions") > 0)
    distinct = open_weeks.select("urn", "week_start").unique()
    return distinct.filter(pl.col("week_start").rank("dense", descending=True).over("urn") <= how_many)


def _missed_by_kind(weeks: pl.DataFrame) -> dict[str, list[tuple[str, int]]]:
    """Per pupil, what was missed and how often, by the words a list may print, most first."""
    printed = pl.DataFrame(
        [(code.number, code.printed) for code in ATTENDANCE_CODES if code.counts_as.is_absence],
        schema={"code_number": pl.UInt8, "kind": pl.String},
        orient="row",
    )
    missed = slots(weeks, ("pupil_id",)).join(printed, on="code_number")
    counted = missed.group_by("pupil_id", "kind").len().sort("pupil_id", -pl.col("len").cast(pl.Int64), "kind")
    return {
        key[0]: list(rows.select("kind", "len").rows())
        for key, rows in counted.group_by("pupil_id", maintain_order=True)
    }


def _in_words(possible: int, missed: int, kinds: list[tuple[str, int]]) -> str:
    if not possible:
        return "No possible sessions in the last four school weeks."
    sessions = "1 possible session" if possible == 1 else f"{possible} possible sessions"
    if not missed:
        return f"No absence in {sessions}."
    return f"Absent for {missed} of {sessions}: " + ", ".join(f"{kind} {count}" for kind, count in kinds) + "."


def registers_to(weeks: pl.DataFrame) -> dict[int, date]:
    """Per school, the latest day with any mark."""
    last = weeks.group_by("urn").agg(pl.col("week_start").max())
    final = weeks.join(last, on=("urn", "week_start"), how="semi")
    days = slots(final, ("urn",)).group_by("urn").agg(pl.col("date").max())
    return dict(days.rows())
