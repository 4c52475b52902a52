"""What a printable draws of a pupil: the school year week by week, when support began, and the year in numbers.

Sessions are told apart by what a list may print of them, never by code: a festival, a journey for work, an interview and
study leave are one kind, and of a session that was not possible nothing is drawn. Within a week they are counted and not
placed on days, for a day can tell what a week does not.
"""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from pipeline.signals.sentences import day_in_words, percent
from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, AttendanceCode
from pipeline.vocabulary.school_year import TERMS, SchoolYear, monday_of, school_year_of, term_of

from .weeks import registers, slots
from .windows import between, once_each

A_YEAR = timedelta(weeks=52)


@dataclass(frozen=True)
class Kind:
    """One kind of session a picture tells apart: the letter in its square, its name, and the printed words it gathers."""

    name: str
    letter: str
    label: str
    words: frozenset[str] = frozenset()
    is_missed: bool = True  # whether its sessions, an absence in every rate, may be called missed


KINDS = (
    Kind("attended", "", "Attended", is_missed=False),
    Kind(
        "arrived_late",
        "U",
        "Arrived after registers closed",
        frozenset({"arrived after registers closed"}),
        is_missed=False,
    ),
    Kind("illness", "I", "Illness", frozenset({"illness"})),
    Kind("medical", "M", "Medical appointment", frozenset({"medical appointments"})),
    Kind("part_time", "½", "Part-time timetable", frozenset({"part-time timetable"})),
    Kind("granted", "C", "Leave granted", frozenset({"leave granted"})),
    Kind("suspended", "E", "Suspended or excluded", frozenset({"suspended"})),
    Kind("leave", "+", "Other leave", frozenset({"other leave"})),
    Kind("no_leave", "●", "Without leave, or no reason yet", frozenset({"other unauthorised", "reason not yet known"})),
)
"""In the order they are stacked, from the bottom. A square without a letter was attended; no square, not possible.

A letter is the register's own code where a kind is of one code alone, and a sign where it is of several. Other leave holds
what lists call so and nothing else: it is told by no sentence of a list, so that with another kind in it the sentence that is
not there would tell.
"""


def _kind_of(code: AttendanceCode) -> int | None:
    """Where in `KINDS` a mark belongs; None where no session was possible."""
    if not code.counts_as.is_possible:
        return None
    if not code.counts_as.is_absence:
        return 0
    return next(place for place, kind in enumerate(KINDS) if code.printed in kind.words)


_KIND = pl.DataFrame(
    [(code.number, kind) for code in ATTENDANCE_CODES if (kind := _kind_of(code)) is not None],
    schema={"code_number": pl.UInt8, "kind": pl.Int64},
    orient="row",
)


@dataclass(frozen=True)
class Week:
    """One school week of one pupil: sessions by `KINDS`, all nought where none was possible."""

    starts: date
    sessions: tuple[int, ...]
    last_year: float | None = None  # share of possible sessions attended 52 weeks before, 0 to 1

    @property
    def possible(self) -> int:
        return sum(self.sessions)

    @property
    def missed(self) -> int:
        return sum(count for kind, count in zip(KINDS, self.sessions, strict=True) if kind.is_missed)

    @property
    def arrived_late(self) -> int:
        """Sessions begun after registers had closed: an absence in every rate, and never said to be missed."""
        return self.possible - self.sessions[0] - self.missed


def years_drawn(weeks: pl.DataFrame, listed: pl.DataFrame, *, as_of: date) -> dict[str, tuple[Week, ...]]:
    """Per listed pupil with any register of this school year, its weeks up to `as_of`, oldest first.

    `weeks` are `facts.marked_weeks` of this school year and last; `listed` has pupil_id and urn. Weeks are those in which
    the school had a possible session, and any in which the pupil had one elsewhere. Of two marks for one half day the better
    counts, as in every rate a list prints.
    """
    year = school_year_of(as_of)
    own = weeks.join(listed.select("pupil_id"), on="pupil_id", how="semi")
    counts = _by_kind(once_each(between(own, year.first_day, as_of)).collect())
    if counts.is_empty():
        return {}
    before = _attended(once_each(between(own, year.before.first_day, year.before.last_day)).collect())
    axis = _school_weeks(weeks, listed.join(counts, on="pupil_id", how="semi"), counts, year, as_of=as_of)
    rows = axis.join(counts, on=("pupil_id", "week_start"), how="left").join(
        before, on=("pupil_id", "week_start"), how="left"
    )
    by_kind = [pl.col(str(place)).fill_null(0).cast(pl.Int64) for place in range(len(KINDS))]
    ordered = rows.sort("pupil_id", "week_start").select("pupil_id", "week_start", "last_year", *by_kind)
    found: dict[str, list[Week]] = {}
    for pupil_id, starts, last_year, *sessions in ordered.iter_rows():
        found.setdefault(pupil_id, []).append(Week(starts, tuple(sessions), last_year))
    return {pupil_id: tuple(drawn) for pupil_id, drawn in found.items()}


def _by_kind(weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil and week with a possible session: `0`, `1` and on, sessions of each of `KINDS`."""
    of_kind = slots(weeks, ("pupil_id", "week_start")).join(_KIND, on="code_number")
    return of_kind.group_by("pupil_id", "week_start").agg(
        (pl.col("kind") == place).sum().alias(str(place)) for place in range(len(KINDS))
    )


def _attended(weeks: pl.DataFrame) -> pl.DataFrame:
    """One row per pupil and week of last year with a possible session: the share attended, under this year's week."""
    possible = weeks.filter(pl.col("possible_sessions") > 0)
    share = 1 - pl.col("absence_sessions") / pl.col("possible_sessions")
    return possible.select("pupil_id", week_start=pl.col("week_start") + A_YEAR, last_year=share)


def _school_weeks(
    weeks: pl.DataFrame, listed: pl.DataFrame, counts: pl.DataFrame, year: SchoolYear, *, as_of: date
) -> pl.DataFrame:
    """One row per listed pupil and week to draw: pupil_id, week_start."""
    since = monday_of(year.first_day)
    theirs = registers(weeks).lazy().filter(pl.col("urn").is_in(listed["urn"].unique().implode()))
    open_weeks = theirs.filter(pl.col("possible_sessions") > 0, pl.col("week_start").is_between(since, as_of))
    schools = open_weeks.select("urn", "week_start").unique().collect()
    of_school = listed.select("pupil_id", "urn").join(schools, on="urn").select("pupil_id", "week_start")
    return pl.concat([of_school, counts.select("pupil_id", "week_start")]).unique()


# ---- the year in words and numbers


def totals_by_kind(weeks: tuple[Week, ...]) -> tuple[int, ...]:
    """Sessions of each of `KINDS` in all of `weeks`."""
    return tuple(map(sum, zip(*(week.sessions for week in weeks), strict=True)))


def year_told(weeks: tuple[Week, ...]) -> str:
    """The drawing for those who do not see it: the whole year by kind, then each week in which anything was missed, then each
    with an arrival after registers had closed."""
    by_kind = _kinds_told(totals_by_kind(weeks)).capitalize()
    said = [f"{len(weeks)} school weeks, one column each, from the week of {day_in_words(weeks[0].starts)}. {by_kind}."]
    away = [f"week of {day_in_words(week.starts)}: {_kinds_told(_without_late(week))}" for week in weeks if week.missed]
    said.append(f"Weeks with sessions missed: {'; '.join(away)}." if away else "No week has a session missed.")
    late = [f"week of {day_in_words(week.starts)}: {week.arrived_late}" for week in weeks if week.arrived_late]
    return " ".join([*said, f"Arrived after registers closed: {'; '.join(late)}."] if late else said)


def _without_late(week: Week) -> tuple[int, ...]:
    return tuple(
        count if kind is KINDS[0] or kind.is_missed else 0 for kind, count in zip(KINDS, week.sessions, strict=True)
    )


def _kinds_told(sessions: tuple[int, ...]) -> str:
    first, *missed = (f"{kind.label.lower()} {count}" for kind, count in zip(KINDS, sessions, strict=True) if count or kind is KINDS[0])  # fmt: skip
    return ", ".join([first, *missed])


def terms_of(weeks: tuple[Week, ...]) -> tuple[tuple[str, int, int], ...]:
    """The terms the weeks lie in: name, and the places of the first and the last week. A week lies in the term of its Friday."""
    names = [_term_of(week.starts + timedelta(days=4)) for week in weeks]
    return tuple((term, names.index(term), len(names) - 1 - names[::-1].index(term)) for term in TERMS if term in names)


_term_of = lru_cache(maxsize=1_000)(term_of)
"""All pupils have the same weeks."""


def gaps_before(weeks: tuple[Week, ...]) -> tuple[bool, ...]:
    """Per week, whether a holiday lies between it and the one before."""
    apart = [later.starts - earlier.starts > timedelta(weeks=1) for earlier, later in itertools.pairwise(weeks)]  # fmt: skip
    return (False, *apart) if weeks else ()


def year_in_numbers(features: pl.DataFrame, *, as_of: date) -> dict[str, tuple[str, ...]]:
    """Per pupil this year and last, each with its arithmetic, from `derived.pupil_features`: what is not known is left out."""
    last_year, a_year_ago = school_year_of(as_of).before, day_in_words(as_of - A_YEAR)
    stretches = ("ytd", "last_year", "same_period_last_year")
    rows = features.select(
        "pupil_id", "period", *(_missed(stretch).alias(stretch) for stretch in stretches)
    ).iter_rows()
    found = {}
    for pupil_id, period, this, last, so_far in rows:
        told = [f"This year: absent for {this} {period}."] if this else []
        if last:
            by_then = f"; by {a_year_ago}, {so_far}" if so_far not in ("", last) else ""
            told.append(f"Last year ({last_year}, as held here): absent for {last}{by_then}.")
        found[pupil_id] = tuple(told)
    return found


def _missed(stretch: str) -> pl.Expr:
    """`30 of 246 possible sessions (12.2%)`, or nothing where none was possible, or it is not known."""
    absence, possible = pl.col(f"absence_sessions_{stretch}"), pl.col(f"possible_sessions_{stretch}")
    rate = percent(absence / possible)
    sessions = pl.when(possible == 1).then(pl.lit("session")).otherwise(pl.lit("sessions"))
    return (
        pl.when(possible > 0)
        .then(pl.format("{} of {} possible {} ({})", absence, possible, sessions, rate))
        .fill_null("")
    )
