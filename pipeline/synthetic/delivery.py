"""Writes a made-up authority's extracts: schools, censuses, registers and the rest, this year's and last year's."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.vocabulary.school_year import TERMS, SchoolYear

from . import extracts as tables
from .agencies import agencies_table
from .authority import Authority, Year, made_up_authority
from .calendar import census_day
from .care import RETURN_DATE, care_tables
from .census import Census, write_census
from .destinations import leavers_table, offers_table
from .faults import plant_faults
from .needs import BeyondRoutes, beyond_routes, profiles_table, wider_needs_table
from .plan_tables import write_plans
from .plans import stories
from .register import Register
from .respelling import check_spellings, respell
from .schools import School
from .writing import Extracts, Keys

EARLIEST_YEAR = 2025
"""Register codes changed on 19 August 2024, and the year before is written in today's."""

ABOUT = """\
Everything in this folder is made up. No child, school or family in it is real; any likeness is chance.

It was drawn so that absence has the shape of England's, from figures the Department for Education publishes under the
Open Government Licence v3.0. Made-up data proves mechanics, not accuracy: nothing found in it says anything about
children.

The CSV files here are this school year's extracts, up to {last_day}. Those in history/ are last year's, to be taken in
first, as history.
"""


@dataclass(frozen=True)
class Synthesised:
    """What was written: this year's extracts in `files`, last year's in `history`.

    `last_day` is the Friday of the last school week; `faults` lists the faults planted, if any.
    """

    folder: Path
    files: tuple[Path, ...]
    history: tuple[Path, ...]
    last_day: date
    school_year: SchoolYear
    urns: tuple[int, ...]
    pupils: int
    faults: Path | None = None


def synthesise(
    to: Path, *, pupils: int, schools: int, seed: int, weeks: int = 20, year: int = 2025, with_faults: bool = False,
    censuses_only: bool = False, marks_as: str = "plain", census_as: str = "collect",
    agencies: bool = False, tell: Callable[[], None] = lambda: None,
) -> Synthesised:  # fmt: skip
    """Write extracts for `pupils` pupils in `schools` schools to the folder `to`, and last year's to `to`/history.

    `year` is the calendar year in which the current school year begins, of which `weeks` school weeks are written.
    `pupils` counts those on roll on its first day. The same arguments give the same bytes, and more weeks change no
    mark of earlier ones but a reason not yet known. `censuses_only` writes neither marks nor plain tables of pupils.
    `with_faults` plants one or more of every fault the gate knows (all of them from 20 weeks on), and lists them beside
    `to`. What an earlier call wrote to `to` is replaced.

    `marks_as` and `census_as` name the spelling of marks and of censuses, see `respelling`; faults are planted in the plain one.

    `agencies` writes another agency's extract too, as faults need one: a home that names no gateway refuses it. `tell` is called
    after each school.

    Raises ValueError where so few pupils cannot fill so many schools, or `year` is before EARLIEST_YEAR;
    FileExistsError where `to` holds anything else.
    """
    check_spellings(marks_as=marks_as, census_as=census_as)
    if year < EARLIEST_YEAR or (with_faults and (censuses_only or (marks_as, census_as) != ("plain", "collect"))):
        raise ValueError(
            f"A made-up authority begins in {EARLIEST_YEAR} or later; faults are planted in registers too, and in plain ones."
        )
    to = to.resolve() if to.name in ("", "..") else to  # of . and .. the name is another
    _refuse_others(to)
    authority = made_up_authority(pupils, schools, seed=seed, year=SchoolYear(year))
    last_day = authority.now.calendar.last_day_of_week(weeks)
    with _unfinished(to, ABOUT.format(last_day=last_day.isoformat())) as folder:
        _write(authority, folder, last_day, censuses_only, agencies=agencies or with_faults, tell=tell)
        respell(folder, marks_as=marks_as, census_as=census_as)
        if with_faults:
            plant_faults(folder, folder.parent / f"{to.name}{FAULTS}", SchoolYear(year), last_day)
        _put_in_place(folder, to)
    return Synthesised(
        faults=to.parent / f"{to.name}{FAULTS}" if with_faults else None,
        folder=to, files=_extracts_in(to), history=_extracts_in(to / "history"),
        last_day=last_day, school_year=SchoolYear(year), urns=tuple(one.urn for one in authority.schools),
        pupils=pupils,
    )  # fmt: skip


FAULTS = "-faults.csv"
_MARKED = ".made-up.txt"
_MARKED_IN_PART = f"{_MARKED}.part"


def _refuse_others(to: Path) -> None:
    """An empty folder, or one that only held a made-up authority. Nobody's own files are ever deleted."""
    to.mkdir(parents=True, exist_ok=True)
    about = to / _MARKED
    is_ours = about.exists() and about.read_text(encoding="utf-8").startswith(ABOUT[:40])
    if not is_ours and any(path.name != _MARKED_IN_PART for path in to.iterdir()):
        raise FileExistsError(f"{to} holds other files: name an empty folder, or one this wrote before.")


@contextmanager
def _unfinished(to: Path, about: str) -> Iterator[Path]:
    """A folder of the same name, hidden in `to`, that goes at the end: killed, it leaves nothing half written where a reader looks."""
    part = to / _MARKED_IN_PART
    part.write_text(about, encoding="utf-8")
    part.replace(to / _MARKED)
    hidden = to / ".unfinished"
    shutil.rmtree(hidden, ignore_errors=True)
    folder = hidden / to.name
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(hidden)


def _put_in_place(folder: Path, to: Path) -> None:
    """Each file whole, those of `folder`/history too; what an earlier call wrote goes first."""
    for path in [*_extracts_in(to), *_extracts_in(to / "history")]:
        path.unlink()
    for name in (".", "history"):
        (to / name).mkdir(exist_ok=True)
        for path in _extracts_in(folder / name):
            path.replace(to / name / path.name)
    for path in _extracts_in(folder.parent):  # beside `to`, which may be on another disk
        part = to.parent / f".{path.name}.part"
        shutil.copyfile(path, part)
        part.replace(to.parent / path.name)


def _extracts_in(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(path for path in folder.glob("*") if path.is_file() and not path.name.startswith(".")))


def _write(authority: Authority, to: Path, last_day: date, censuses_only: bool, *, agencies: bool, tell) -> None:
    with Extracts(to) as current, Extracts(to / "history") as history:
        for one in (current, history):
            one.add("schools", tables.schools_table(authority.schools))
        writer = _Writer(authority, current, history, last_day, censuses_only, Keys(), beyond_routes(authority))
        for school in authority.schools:
            writer.write(school)
            tell()
        if not censuses_only:
            _write_care(authority, current, last_day)
            writer.write_plans()
        if agencies:
            current.add("other_agencies", agencies_table(authority, last_day))


def _write_care(authority: Authority, to: Extracts, last_day: date) -> None:
    header, episodes = care_tables(authority, last_day)
    to.add("ssda903_header", header, dates=RETURN_DATE)
    to.add("ssda903_episodes", episodes, dates=RETURN_DATE)


@dataclass(frozen=True)
class _Writer:
    """Writes one school at a time, so that no more than one school's marks are ever in memory."""

    authority: Authority
    current: Extracts
    history: Extracts
    last_day: date
    censuses_only: bool
    keys: Keys
    beyond: BeyondRoutes
    plans_of_schools: dict[str, tuple[date, date | None]] = field(default_factory=dict)

    def write(self, school: School) -> None:
        before, now = self.authority.before, self.authority.now
        past, whole = self.authority.register(school, before), self.authority.register(school, now)
        so_far = whole.until(now.calendar.last_index(self.last_day))
        if not self.censuses_only:
            self._write_plain(self.history, school, before, past, before.year.last_day)
            so_far = so_far.unsettled(self.authority.chance(school, now, 13))
            self._write_plain(self.current, school, now, so_far, self.last_day)
            self._write_destinations(school)
            self._write_beyond_routes(school)
        self._write_support(school)
        self._write_censuses(school, past, whole)

    def _write_plain(self, to: Extracts, school: School, year: Year, register: Register, as_of: date) -> None:
        children = self.authority.children
        marks, pupils = f"attendance_marks_{school.urn}", f"pupils_{school.urn}"
        to.add(marks, tables.marks_table(school, register, children))
        to.close(marks)
        to.add(pupils, tables.pupils_table(school, year.spells_at(school), children, year.group, year.calendar, as_of))
        to.close(pupils)
        to.add("suspensions", tables.suspensions_table(school, tables.suspensions_of(register, children)))
        to.add("register_totals", tables.totals_table(school, register))

    def _write_destinations(self, school: School) -> None:
        children, now = self.authority.children, self.authority.now
        for to, year, as_of in (
            (self.history, self.authority.before, self.authority.before.year.last_day),
            (self.current, now, self.last_day),
        ):
            rng = self.authority.chance(school, year, 17)
            to.add_any("leavers", leavers_table(school, year, children, as_of, rng))
        rng = self.authority.chance(school, now, 19)
        self.current.add_any("post16_offers", offers_table(school, now, children, self.last_day, rng))

    def _write_beyond_routes(self, school: School) -> None:
        """Last year's list of profiles tells of the year alone, this year's of the day too."""
        children, before, now = self.authority.children, self.authority.before, self.authority.now
        for to, year, as_of in ((self.history, before, before.year.last_day), (self.current, now, self.last_day)):
            to.add_any("wider_needs", wider_needs_table(school, year, children, self.beyond.needs, as_of))
            profiles = profiles_table(school, year, children, self.beyond.good_level, as_of)
            to.add_any("early_years_profiles", profiles.drop("assessed_on") if year is before else profiles)

    def _write_support(self, school: School) -> None:
        authority, now = self.authority, self.authority.now
        rng = authority.chance(school, now, 11)
        spells = now.spells_at(school)
        rows = tables.support_table(school, spells, authority.children, now.rates, self.last_day, rng)
        self.current.add("support_and_reviews", rows)
        plans = rows.filter(pl.col("kind") == "ehc_plan").select("upn", "start_date", "last_review")
        self.plans_of_schools.update({upn: tuple(days) for upn, *days in plans.rows()})

    def write_plans(self) -> None:
        """Last January's SEN2 return, and a dump of the authority's own system on the last day."""
        authority, day = self.authority, census_day(self.authority.before.year, "spring")
        told = stories(authority, self.last_day, self.plans_of_schools)
        write_plans(authority, told, authority.before, day, self.history, self.keys)
        write_plans(authority, told, authority.now, self.last_day, self.current, self.keys)

    def _write_censuses(self, school: School, past: Register, whole: Register) -> None:
        """Last year's spring and summer censuses, and those of this year taken by the last day."""
        children, before, now = self.authority.children, self.authority.before, self.authority.now
        suspensions = pl.concat([tables.suspensions_of(one, children) for one in (past, whole)])
        for year, to, terms in ((before, self.history, TERMS[1:]), (now, self.current, TERMS)):
            for term in terms:
                if census_day(year.year, term) <= self.last_day:
                    is_past = year is before or term == "autumn"
                    census = Census(
                        school=school, year=year.year, term=term, calendar=year.calendar,
                        spells=year.spells_at(school), spells_carried=(before if is_past else now).spells_at(school),
                        carried=past if is_past else whole, suspensions=suspensions, children=children,
                        group=year.group,
                    )  # fmt: skip
                    write_census(census, to, self.keys)
