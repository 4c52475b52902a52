"""What a list shows beside the reasons: twelve school weeks as a line, and the last four in words."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES

from .weeks import slots

WEEKS_DRAWN = 12
WEEKS_IN_WORDS = 4


@dataclass(frozen=True)
class Recent:
    """The latest weeks of listed pupils' schools, found once for all that is told of them.

    `of_school` has one row per school and week in which it had a possible session: urn, week_start and `back`, 1 for the latest.
    `of_pupils` are the rows of `weeks` of the listed pupils.
    """

    listed: pl.DataFrame
    of_school: pl.DataFrame
    of_pupils: pl.DataFrame

    def to_tell(self, how_many: int) -> pl.DataFrame:
        """One row per listed pupil and each of the school's latest weeks: pupil_id, week_start."""
        days = self.of_school.filter(pl.col("back") <= how_many)
        return self.listed.join(days, on="urn").select("pupil_id", "week_start")


def recent(weeks: pl.DataFrame, listed: pl.DataFrame) -> Recent:
    """`weeks` is cut at the as-of day; `listed` has pupil_id and urn."""
    schools = listed["urn"].unique().implode()
    is_open = pl.col("urn").is_in(schools) & (pl.col("possible_sessions") > 0)
    open_weeks = weeks.lazy().filter(is_open).select("urn", "week_start").unique().collect()
    back = pl.col("week_start").rank("dense", descending=True).over("urn")
    latest = open_weeks.with_columns(back=back).filter(pl.col("back") <= WEEKS_DRAWN)
    own = weeks.lazy().select("pupil_id", "week_start", "possible_sessions", "absence_sessions", "am_codes", "pm_codes")
    if latest.height:
        own = own.filter(pl.col("week_start") >= latest["week_start"].min())
    theirs = own.filter(pl.col("pupil_id").is_in(listed["pupil_id"].implode())).collect()
    return Recent(listed.select("pupil_id", "urn"), latest, theirs)


def weekly_attendance(told: Recent) -> dict[str, tuple[float | None, ...]]:
    """Per listed pupil, the share of possible sessions attended in each of the school's last twelve weeks, oldest first.

    A week in which nothing was possible is None.
    """
    own = told.of_pupils.group_by("pupil_id", "week_start").agg(pl.col("possible_sessions", "absence_sessions").sum())
    share = 1 - pl.col("absence_sessions") / pl.col("possible_sessions")
    drawn = (
        told.to_tell(WEEKS_DRAWN)
        .join(own, on=("pupil_id", "week_start"), how="left")
        .with_columns(attended=pl.when(pl.col("possible_sessions") > 0).then(share))
        .sort("pupil_id", "week_start")
    )
    by_pupil = drawn.group_by("pupil_id", maintain_order=True).agg("attended")
    return {pupil_id: tuple(attended) for pupil_id, attended in by_pupil.iter_rows()}


def last_four_weeks(told: Recent) -> dict[str, str]:
    """Per listed pupil, one sentence: sessions missed of those possible in the school's last four weeks, by kind."""
    days = told.to_tell(WEEKS_IN_WORDS)
    latest = told.of_pupils.join(days, on=("pupil_id", "week_start"), how="semi")
    sums = latest.group_by("pupil_id").agg(pl.col("possible_sessions", "absence_sessions").sum())
    counts = {pupil_id: (possible, missed) for pupil_id, possible, missed in sums.iter_rows()}
    kinds = _missed_by_kind(latest)
    return {pupil: _in_words(*counts.get(pupil, (0, 0)), kinds.get(pupil, [])) for pupil in told.listed["pupil_id"]}


def _missed_by_kind(weeks: pl.DataFrame) -> dict[str, list[tuple[str, int]]]:
    """Per pupil, what was missed and how often, by the words a list may print, most first."""
    printed = pl.DataFrame(
        [(code.number, code.printed) for code in ATTENDANCE_CODES if code.counts_as.is_absence],
        schema={"code_number": pl.UInt8, "kind": pl.String},
        orient="row",
    )
    missed = slots(weeks, ("pupil_id",)).join(printed, on="code_number")
    counted = missed.group_by("pupil_id", "kind").len().sort("pupil_id", -pl.col("len").cast(pl.Int64), "kind")
    found: dict[str, list[tuple[str, int]]] = {}
    for pupil_id, kind, times in counted.iter_rows():
        found.setdefault(pupil_id, []).append((kind, times))
    return found


def _in_words(possible: int, missed: int, kinds: list[tuple[str, int]]) -> str:
    if not possible:
        return "No possible sessions in the last four school weeks."
    sessions = "1 possible session" if possible == 1 else f"{possible} possible sessions"
    if not missed:
        return f"No absence in {sessions}."
    return f"Absent for {missed} of {sessions}: " + ", ".join(f"{kind} {count}" for kind, count in kinds) + "."


def registers_to(weeks: pl.DataFrame) -> dict[int, date]:
    """Per school, the latest day with any mark."""
    by_school = weeks.lazy().select("urn", "week_start", "am_codes", "pm_codes")
    last = by_school.group_by("urn").agg(pl.col("week_start").max())
    last = last.collect()
    late = by_school.filter(pl.col("week_start") >= last["week_start"].min()) if last.height else by_school
    final = late.join(last.lazy(), on=("urn", "week_start"), how="semi").collect()
    days = slots(final, ("urn",)).group_by("urn").agg(pl.col("date").max())
    return dict(days.rows())
