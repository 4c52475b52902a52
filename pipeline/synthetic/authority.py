"""A made-up authority as it is drawn: its schools, its children, where they are in two years, and every register."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipeline.vocabulary.school_year import SchoolYear

from .absence import register_of
from .calendar import Calendar, calendar_of
from .children import NOWHERE, Children, absence_rates, made_up_children
from .enrolments import enrolments
from .register import Register, Roll
from .schools import School, planned_schools


@dataclass(frozen=True)
class Year:
    """One school year of the authority: its spells, and each child's year group and the share of it they will miss."""

    calendar: Calendar
    spells: pl.DataFrame
    group: np.ndarray
    rates: np.ndarray

    @property
    def year(self) -> SchoolYear:
        return self.calendar.year

    def spells_at(self, school: School) -> pl.DataFrame:
        return self.spells.filter(pl.col("school") == school.number)


@dataclass(frozen=True)
class Authority:
    """`before` and `now` are last school year and this one."""

    schools: list[School]
    children: Children
    before: Year
    now: Year
    seed: int

    def register(self, school: School, year: Year) -> Register:
        """Every mark of one school in the whole of `year`: the same one whenever it is asked for."""
        rng = self.chance(school, year, 7)
        return register_of(_roll(school, year, self.children), year.calendar, rng)

    def chance(self, school: School, year: Year, purpose: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, year.year.starts, school.number, purpose])


def made_up_authority(pupils: int, schools: int, *, seed: int, year: SchoolYear) -> Authority:
    """An authority with `pupils` on roll on the first day of `year`. The same arguments give the same one.

    Raises ValueError where so few pupils cannot fill so many schools.
    """
    rng = np.random.default_rng([seed, year.starts])
    places = planned_schools(pupils, schools, rng)
    children = made_up_children(places, year, rng)
    phases = np.array([school.phase for school in places])
    last, this = calendar_of(year.before), calendar_of(year)
    spells_before = enrolments(children, places, last, None, rng)
    spells = enrolments(children, places, this, spells_before, rng)
    main = np.where(children.here == NOWHERE, children.before, children.here)
    main_before = np.where(children.before == NOWHERE, children.here, children.before)
    rates_before = absence_rates(children, phases[main_before], before=True)
    rates = absence_rates(children, phases[main], before=False)
    return Authority(
        schools=places,
        children=children,
        before=Year(last, spells_before, children.group - 1, rates_before),
        now=Year(this, spells, children.group, rates),
        seed=seed,
    )


_OF_SPELL = ("first_day", "last_day", "status", "dual_from", "dual_pattern", "excluded")
_OF_CHILD = ("sen", "fsm", "is_boy", "ethnicity")


def _roll(school: School, year: Year, children: Children) -> Roll:
    """One school's spells of a year, with what of each child its marks depend on."""
    spells = year.spells_at(school)
    child = spells["child"].to_numpy()
    of_spell = {name: spells[name].to_numpy() for name in _OF_SPELL}
    of_child = {name: getattr(children, name)[child] for name in _OF_CHILD}
    return Roll(school.phase, child=child, group=year.group[child], rate=year.rates[child], **of_child, **of_spell)
