"""A school in which no child changes: real England's weeks and weekdays laid over pupils each as likely to be away all year.

Whatever a change signal raises here it raises by the season, by the weekday or by chance. Each pupil has a propensity, as
unlike one another's as England's are; on a day it is multiplied by how the week, and the weekday, stood to the year's mean.
An absence lasts into the next school day with a chance of seven in ten, so that half of all spells last a day or two, as FFT
Education Datalab found. Reasons, holidays, appointments and lateness come as often as in England's registers.

Weeks: Department for Education, pupil attendance in schools, autumns of 2022 (an exceptional winter of illness) and 2023,
per cent of sessions missed, by ISO week (Open Government Licence v3). Weekdays: the same, Septembers 2023 to 2025, from
`pipeline.synthetic.england`. Weeks that are not published stand at the mean.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipeline.steps.weeks import counted
from pipeline.synthetic import england
from pipeline.synthetic.calendar import Calendar, calendar_of
from pipeline.synthetic.england import PRIMARY, SECONDARY
from pipeline.synthetic.register import NUMBER
from pipeline.tables.facts import ENROLMENTS, MARKED_WEEKS
from pipeline.vocabulary.school_year import SchoolYear

URN = 100001
THIS_YEAR = SchoolYear(2025)

_WEEKS = {
    2022: """
        36  4.0 6.0 | 37 4.40 6.39 | 38 4.94 7.96 | 39 4.87 8.34 | 40 5.01 7.67 | 41 5.23 7.45 | 42 6.27 8.63 | 43 6.0 8.4
        44 5.08 7.61 | 45 5.29 7.76 | 46 5.99 8.60 | 47 7.44 10.29 | 48 7.61 11.06 | 49 9.53 12.85 | 50 12.36 16.48
        51 12.36 16.48 | 1 5.98 8.44 | 2 4.66 7.84
    """,
    2023: """
        36 3.6 5.5 | 37 3.85 6.14 | 38 4.64 7.42 | 39 5.14 8.73 | 40 4.72 8.67 | 41 4.64 8.08 | 42 5.61 8.74 | 43 5.6 8.7
        44 5.06 7.96 | 45 4.86 7.78 | 46 5.18 8.12 | 47 5.64 8.44 | 48 6.01 9.16 | 49 6.28 9.79 | 50 6.69 10.43
        51 6.69 10.43
    """,
}
"""ISO week, primary, secondary. Of weeks 36, 43 and 51, not published, we took the next week's or a little less."""

MEAN = {PRIMARY: 0.053, SECONDARY: 0.085}
SPREAD = {PRIMARY: 0.62, SECONDARY: 0.90}
"""Of the logarithm of a pupil's propensity: one in seven primary pupils and one in four secondary miss a tenth."""

LASTS = 0.70
SENT_HOME = 0.25
"""Of spells, those that begin at midday."""


def shape(calendar: Calendar, phase: int, like: int) -> np.ndarray:
    """For each school day, absence expected on it over the year's mean, the autumn being that of the year `like`."""
    cells = (cell.split() for line in _WEEKS[like].split("\n") for cell in line.split("|") if cell.strip())
    percent = {int(week): float((primary, secondary)[phase]) for week, primary, secondary in cells}
    of_weeks = [percent.get(day.isocalendar().week, 100 * MEAN[phase]) for day in calendar.days]
    of_days = [england.weekday_shape(phase)[day.weekday()] for day in calendar.days]
    return np.array(of_weeks) / (100 * MEAN[phase]) * np.array(of_days)


def flat_school(
    phase: int, years_like: tuple[int, int], *, pupils: int, seed: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`facts.marked_weeks` of last school year and this, and `facts.enrolments`, of one school."""
    rng = np.random.default_rng(seed)
    in_spells = (MEAN[phase] - sum(england.code_shares(phase)[code] for code in "MUG")) / (
        1 - SENT_HOME * (1 - LASTS) / 2
    )
    propensity = np.minimum(in_spells * np.exp(rng.normal(-(SPREAD[phase] ** 2) / 2, SPREAD[phase], pupils)), 0.9)
    lateness = rng.gamma(0.35, 1 / 0.35, pupils)
    weeks = []
    for year, like in zip((THIS_YEAR.before, THIS_YEAR), years_like, strict=True):
        calendar = calendar_of(year)
        codes = _marks(propensity, lateness, shape(calendar, phase, like), phase, rng)
        weeks.append(_packed(codes, calendar))
    return pl.concat(weeks), _enrolled(phase, pupils)


def _marks(propensity, lateness, shape_of_days, phase: int, rng) -> np.ndarray:
    """Code numbers by pupil, day and half day."""
    pupils, days = len(propensity), len(shape_of_days)
    codes = np.empty((pupils, days, 2), np.uint8)
    codes[:] = (NUMBER["/"], NUMBER["\\"])
    shares = england.code_shares(phase)
    late = np.minimum(2 * np.array([[shares["L"]], [shares["U"]]]) * lateness, 0.6)
    chance = rng.random((pupils, days))
    codes[:, :, 0][chance < late[0][:, None]] = NUMBER["L"]
    codes[:, :, 0][chance > 1 - late[1][:, None]] = NUMBER["U"]
    appointed = rng.random((pupils, days, 2)) < shares["M"]
    codes[appointed] = NUMBER["M"]
    _lay_spells(codes, propensity, shape_of_days, phase, rng)
    for pupil in np.flatnonzero(rng.random(pupils) < shares["G"] * days / 5):
        first = int(rng.integers(0, days - 5))
        codes[pupil, first : first + 5] = NUMBER["G"]
    return codes


def _lay_spells(codes, propensity, shape_of_days, phase: int, rng) -> None:
    pupils = len(propensity)
    other = _chance_of_other(propensity, phase)
    level, reason = rng.random(pupils), rng.random(pupils)
    for day, raised in enumerate(shape_of_days):
        anew = rng.random(pupils) > LASTS
        level, reason = np.where(anew, rng.random(pupils), level), np.where(anew, rng.random(pupils), reason)
        away = level < propensity * raised
        code = np.where(reason < other, NUMBER["O"], NUMBER["I"])
        at_midday = anew & (rng.random(pupils) < SENT_HOME)
        for missed, half in ((away & ~at_midday, 0), (away, 1)):
            codes[missed, day, half] = code[missed]


def _chance_of_other(propensity: np.ndarray, phase: int) -> np.ndarray:
    """The likelier the more is missed, and in all England's share of what is not illness."""
    shares = england.code_shares(phase)
    return np.minimum(shares["O"] / (shares["O"] + shares["I"]) * (propensity / MEAN[phase]) ** 0.5, 0.9)


def _packed(codes: np.ndarray, calendar: Calendar) -> pl.DataFrame:
    packed = np.zeros((2, len(codes), len(calendar.mondays)), np.int64)
    for day, (when, week) in enumerate(zip(calendar.days, calendar.weeks, strict=True)):
        for half in (0, 1):
            packed[half, :, week] |= codes[:, day, half].astype(np.int64) << (8 * when.weekday())
    weeks = pl.DataFrame(
        {
            "pupil_id": np.repeat(_names(len(codes)), len(calendar.mondays)),
            "week_start": pl.Series(calendar.mondays * len(codes), dtype=pl.Date),
            "am_codes": packed[0].reshape(-1),
            "pm_codes": packed[1].reshape(-1),
        }
    )
    empty = {name: pl.lit(0, dtype) for name, dtype in MARKED_WEEKS.schema.items() if dtype == pl.Int32}
    known = {"urn": pl.lit(URN, pl.Int32), "last_known_on": pl.col("week_start"), "is_transferred": pl.lit(False)}
    return counted(weeks.with_columns(**empty | known))


def _names(pupils: int) -> list[str]:
    return [f"pupil{number:07d}" for number in range(pupils)]


def _enrolled(phase: int, pupils: int) -> pl.DataFrame:
    groups = ("1", "2", "3", "4", "5", "6") if phase == PRIMARY else ("7", "8", "9", "10", "11")
    number = pl.int_range(pupils, eager=True)
    rows = pl.DataFrame({"pupil_id": _names(pupils)}).with_columns(
        urn=pl.lit(URN, pl.Int32),
        entry_date=pl.lit(date(2024, 9, 2)),
        enrol_status=pl.lit("C"),
        nc_year=pl.Series(groups).gather(number % len(groups)),
        age_at_31_august=pl.lit(10),
        sen_provision=pl.lit("N"),
        sen_provision_on=pl.lit(date(2025, 1, 16)),
        stated_on=pl.lit(date(2025, 10, 2)),
        known_on=pl.lit(date(2024, 9, 2)),
    )
    return ENROLMENTS.conform(pl.concat([ENROLMENTS.empty, rows], how="diagonal_relaxed"))


def fridays() -> list[date]:
    """The end of every school week of this year."""
    return [monday + timedelta(days=4) for monday in calendar_of(THIS_YEAR).mondays]
