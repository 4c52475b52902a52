"""Writes a made-up authority: schools, censuses, registers and the rest, this year's and last year's."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from pipeline.vocabulary.school_year import TERMS, SchoolYear

from . import extracts as tables
from .absence import register_of
from .calendar import Calendar, calendar_of, census_day
from .census import Census, write_census
from .children import NOWHERE, Children, absence_rates, made_up_children
from .enrolments import enrolments
from .register import Register, Roll
from .schools import School, planned_schools
from .writing import Extracts, Keys

ABOUT = """\
Everything in this folder is made up. No child, school or family in it is real; any likeness is chance.

It was drawn so that absence has the shape of England's, from figures the Department for Education publishes under the
Open Government Licence v3.0. Made-up data proves mechanics, not accuracy: nothing found in it says anything about
children.

The CSV files here are this school year's extracts, up to {last_day}. Those in history/ are last year's, to be taken in
first, as history.
"""


EARLIEST_YEAR = 2025


@dataclass(frozen=True)
class Synthesised:
    """What was written. `last_day` is the Friday of the last school week; `faults` lists the faults planted, if any."""

    folder: Path
    files: tuple[Path, ...]
    history: tuple[Path, ...]
    last_day: date
    school_year: SchoolYear
    urns: tuple[int, ...]
    pupils: int
    faults: Path | None = None


@dataclass(frozen=True)
class _Year:
    """One school year of the authority: its spells and each child's year group and rate."""

    calendar: Calendar
    spells: pl.DataFrame
    group: np.ndarray
    rates: np.ndarray
    seed: tuple[int, ...]

    @property
    def year(self) -> SchoolYear:
        return self.calendar.year

    def spells_at(self, school: School) -> pl.DataFrame:
        return self.spells.filter(pl.col("school") == school.number)


def synthesise(
    to: Path,
    *,
    pupils: int,
    schools: int,
    seed: int,
    weeks: int = 20,
    year: int = 2025,
    with_faults: bool = False,
    censuses_only: bool = False,
) -> Synthesised:
    """Write extracts for `pupils` pupils in `schools` schools to the folder `to`, and last year's to `to`/history.

    `year` is the calendar year in which the current school year begins, of which `weeks` school weeks are written.
    `pupils` counts those on roll on its first day. The same arguments give the same bytes. `censuses_only` writes
    neither marks nor plain tables of pupils. `with_faults` plants one or more of every fault the gate knows and lists
    them in a file beside `to`. What an earlier call wrote to `to` is replaced. Raises ValueError where so few pupils
    cannot fill so many schools, or the year before lies before today's register codes; FileExistsError where `to` holds
    anything else.
    """  # fmt: skip
    if year < EARLIEST_YEAR:
        raise ValueError(
            f"The year before must begin after 19 August 2024, when register codes changed: {EARLIEST_YEAR}."
        )
    _clear(to)
    rng = np.random.default_rng([seed, year])
    places = planned_schools(pupils, schools, rng)
    children = made_up_children(places, SchoolYear(year), rng)
    before, now = _years(children, places, SchoolYear(year), seed, rng)
    last_day = now.calendar.last_day_of_week(weeks)
    (to / "ABOUT.txt").write_text(ABOUT.format(last_day=last_day.isoformat()), encoding="utf-8")
    with Extracts(to) as current, Extracts(to / "history") as history:
        for one in (current, history):
            one.add("schools", tables.schools_table(places))
        writer = _Writer(current, history, children, before, now, last_day, censuses_only, Keys())
        for school in places:
            writer.write(school)
    planted = None
    if with_faults:
        from .faults import plant_faults

        planted = plant_faults(to, to.parent / f"{to.name}-faults.csv", SchoolYear(year), last_day)
    return Synthesised(
        folder=to, files=tuple(current.files), history=tuple(history.files), last_day=last_day,
        school_year=SchoolYear(year), urns=tuple(school.urn for school in places), pupils=pupils, faults=planted,
    )  # fmt: skip


def _clear(to: Path) -> None:
    """An empty folder, or one that only held a made-up authority. Nobody's own files are ever deleted."""
    to.mkdir(parents=True, exist_ok=True)
    is_ours = (to / "ABOUT.txt").exists() and (to / "ABOUT.txt").read_text(encoding="utf-8").startswith(ABOUT[:40])
    if any(to.iterdir()) and not is_ours:
        raise FileExistsError(f"{to} holds other files: name an empty folder, or one this wrote before.")
    for path in [*to.glob("*.csv"), *(to / "history").glob("*.csv")]:
        path.unlink()


def _years(children: Children, places: list[School], year: SchoolYear, seed: int, rng) -> tuple[_Year, _Year]:
    """Last year and this one."""
    phases = np.array([school.phase for school in places])
    last, this = calendar_of(year.before), calendar_of(year)
    spells_before = enrolments(children, places, last, None, rng)
    spells = enrolments(children, places, this, spells_before, rng)
    main = np.where(children.here == NOWHERE, children.before, children.here)
    main_before = np.where(children.before == NOWHERE, children.here, children.before)
    rates_before = absence_rates(children, phases[main_before], before=True)
    rates = absence_rates(children, phases[main], before=False)
    return (
        _Year(last, spells_before, children.group - 1, rates_before, (seed, year.before.starts)),
        _Year(this, spells, children.group, rates, (seed, year.starts)),
    )


@dataclass(frozen=True)
class _Writer:
    """Writes one school at a time, so that no more than one school's marks are ever in memory."""

    current: Extracts
    history: Extracts
    children: Children
    before: _Year
    now: _Year
    last_day: date
    censuses_only: bool
    keys: Keys

    def write(self, school: School) -> None:
        past = self._register(school, self.before)
        full = self._register(school, self.now)
        known = full.until(self.now.calendar.index(self.last_day + _A_DAY) - 1)
        end = self.before.year.last_day
        suspensions = [tables.suspensions_of(one, self.children) for one in (past, known)]
        if not self.censuses_only:
            self._write_plain(self.history, school, self.before, past, suspensions[0], end)
            self._write_plain(self.current, school, self.now, known, suspensions[1], self.last_day)
        self._write_support(school)
        self._write_censuses(school, past, full, pl.concat(suspensions))

    def _register(self, school: School, year: _Year) -> Register:
        rng = np.random.default_rng([*year.seed, school.number, 7])
        roll = roll_of(school, year.spells_at(school), self.children, year.group, year.rates)
        return register_of(roll, year.calendar, rng)

    def _write_plain(
        self, to: Extracts, school: School, year: _Year, register: Register, suspensions, as_of: date
    ) -> None:
        marks = f"attendance_marks_{school.urn}"
        to.add(marks, tables.marks_table(school, register, self.children))
        to.close(marks)
        pupils = f"pupils_{school.urn}"
        spells = year.spells_at(school)
        to.add(pupils, tables.pupils_table(school, spells, self.children, year.group, year.calendar, as_of))
        to.close(pupils)
        to.add("suspensions", tables.suspensions_table(school, suspensions))
        to.add("register_totals", tables.totals_table(school, register))

    def _write_support(self, school: School) -> None:
        rng = np.random.default_rng([*self.now.seed, school.number, 11])
        spells = self.now.spells_at(school)
        rows = tables.support_table(school, spells, self.children, self.now.rates, self.last_day, rng)
        self.current.add("support_and_reviews", rows)

    def _write_censuses(self, school: School, past: Register, full: Register, suspensions: pl.DataFrame) -> None:
        """Last year's spring and summer censuses, and those of this year taken by the last day."""
        for year, to, terms in ((self.before, self.history, TERMS[1:]), (self.now, self.current, TERMS)):
            for term in terms:
                if census_day(year.year, term) <= self.last_day:
                    carried, source = (
                        (past, self.before) if year is self.before or term == "autumn" else (full, self.now)
                    )
                    census = Census(
                        school=school, year=year.year, term=term, calendar=year.calendar, spells=year.spells_at(school),
                        spells_carried=source.spells_at(school), carried=carried, suspensions=suspensions,
                        children=self.children, group=year.group,
                    )  # fmt: skip
                    write_census(census, to, self.keys)


def roll_of(school: School, spells: pl.DataFrame, children: Children, group: np.ndarray, rates: np.ndarray) -> Roll:
    """One school's spells of a year, with what of each child its marks depend on."""
    child = spells["child"].to_numpy()
    of_spell = {name: spells[name].to_numpy() for name in _OF_SPELL}
    of_child = {name: getattr(children, name)[child] for name in ("sen", "fsm", "is_boy", "ethnicity")}
    return Roll(phase=school.phase, child=child, group=group[child], rate=rates[child], **of_child, **of_spell)


_OF_SPELL = ("first_day", "last_day", "status", "dual_from", "dual_pattern", "excluded")
_A_DAY = np.timedelta64(1, "D").astype(object)
