"""The printables: a page for each pupil of a list that changed, made when the lists are out and hold nothing up.

What they say is gathered while the warehouse is open; they are laid out after it is closed, several at a time.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.edges import progress, trail
from pipeline.edges.errors import Refused, of_the_machine
from pipeline.edges.printable_contents import Begun, Drawing, DrawnKind, DrawnTerm, Page, WeekColumn
from pipeline.edges.printables import typst, write_printable
from pipeline.edges.settings import Home, Settings
from pipeline.edges.settings_told import ALL, ON_DEMAND
from pipeline.edges.workbook_contents import ListedPupil, ReviewList
from pipeline.edges.workbook_paper import forgetting_texts
from pipeline.steps.plans import plans
from pipeline.steps.plans_on_file import with_plans
from pipeline.steps.printable import (
    KINDS,
    Week,
    gaps_before,
    terms_of,
    totals_by_kind,
    year_in_numbers,
    year_told,
    years_drawn,
)
from pipeline.steps.support import support_begun
from pipeline.vocabulary.sen import PlanWords

from .looking import Look

UNCHANGED = "unchanged"

MOST_BEGUN = 4
"""Starts of support marked in one year; of more, the latest."""


@dataclass(frozen=True)
class Printable:
    """One school's pages, in the order of its list."""

    listed: ReviewList
    pages: tuple[Page, ...]


def clear_printables(home: Home, *, as_of: date) -> None:
    """Take away those of lists that are now written anew, with what a killed run left half written."""
    for stale in home.printables_of(as_of).glob("*"):
        stale.unlink()


def printables(look: Look, lists: Iterable[ReviewList], *, everyone: bool) -> list[Printable]:
    """What there is to print of `lists`: of every pupil, or of those whose row is not what it was on the list before."""
    chosen = [(listed, _to_print(listed, everyone=everyone)) for listed in lists]
    chosen = [(listed, pupils) for listed, pupils in chosen if pupils]
    drawn = _Drawn(look, chosen)
    return [Printable(listed, tuple(map(drawn.page_of, pupils))) for listed, pupils in chosen]


def _to_print(listed: ReviewList, *, everyone: bool) -> list[ListedPupil]:
    return [pupil for pupil in listed.rows if everyone or pupil.change != UNCHANGED]


def of_the_night(look: Look, lists: Iterable[ReviewList], settings: Settings) -> list[Printable]:
    """What is printed without being asked for: nothing, where settings leave it to be asked for."""
    if settings.printables == ON_DEMAND:
        return []
    return printables(look, lists, everyone=settings.printables == ALL)


# ---- laid out


@forgetting_texts()
def print_out(home: Home, made: list[Printable], *, as_of: date) -> tuple[dict[str, int], list[str]]:
    """Write each school's pages to outbox/<as_of>/printables. Returns how many pages each school has, by URN, and why any could not
    be printed: the others are."""
    if not made:
        return {}, []
    try:
        typst()
        trail.record_all(home, trail.PRINTABLE, [_scope(one, as_of=as_of) for one in made])
        why_not = dict(_laid_out(made, _folder(home, as_of=as_of)))
    except Refused as why:
        return {}, [str(why)]
    except OSError as fault:
        return {}, [of_the_machine(fault)]
    printed = {str(one.listed.urn): len(one.pages) for one in made if one.listed.urn not in why_not}
    return printed, sorted(set(why_not.values()))


def _scope(one: Printable, *, as_of: date) -> trail.Scope:
    return {"day": as_of.isoformat(), "school": one.listed.urn, "pages": len(one.pages)}


def _folder(home: Home, *, as_of: date) -> Path:
    folder = home.printables_of(as_of)
    folder.parent.mkdir(exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    for half_written in folder.glob(".*.part"):
        half_written.unlink()
    return folder


def _laid_out(made: list[Printable], folder: Path) -> Iterator[tuple[int, str]]:
    """URN and reason of each that could not be. Threads are enough: typst holds no lock of Python's while it works."""
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        under_way = {
            pool.submit(write_printable, one.listed, one.pages, folder / f"{one.listed.urn}.pdf"): one for one in made
        }
        for done, future in enumerate(as_completed(under_way), 1):
            progress.show(f"printables: {done} of {len(made)} schools")
            why_not = _why_not(future)
            if why_not:
                yield under_way[future].listed.urn, why_not
    finally:
        pool.shutdown(cancel_futures=True)  # interrupted, it does not first print what is left


def _why_not(future: Future) -> str:
    try:
        future.result()
    except Refused as why:
        return str(why)
    except OSError as fault:
        return of_the_machine(fault)
    return ""


# ---- what a page says beside the list


class _Drawn:
    """The year of each pupil to be printed, looked up once for all schools."""

    def __init__(self, look: Look, chosen: list[tuple[ReviewList, list[ListedPupil]]]):
        who = [(pupil.pupil_id, listed.urn) for listed, pupils in chosen for pupil in pupils]
        words = [PlanWords(*listed.plan_words) for listed, _ in chosen]  # one home's, so alike on every list
        listed = pl.DataFrame(who, schema={"pupil_id": pl.String, "urn": pl.Int32}, orient="row")
        self.years = years_drawn(look.weeks, listed, as_of=look.as_of)
        told = look.features.join(listed.select("pupil_id"), on="pupil_id", how="semi")
        self.numbers = year_in_numbers(told, as_of=look.as_of)
        since = min((year[0].starts for year in self.years.values()), default=look.as_of)
        self.begun = _begun(look, listed, words[0], since=since) if words else {}

    def page_of(self, pupil: ListedPupil) -> Page:
        weeks = self.years.get(pupil.pupil_id, ())
        numbers = self.numbers[pupil.pupil_id]
        begun = self.begun.get(pupil.pupil_id, [])
        return Page(pupil, numbers, _drawing(weeks, begun) if weeks else None)


def _begun(look: Look, listed: pl.DataFrame, words: PlanWords, *, since: date) -> dict[str, list[tuple[date, str]]]:
    told = plans(look.known.plans, as_of=look.as_of)
    on_file = with_plans(look.known.support, told, look.enrolled, as_of=look.as_of)
    theirs = on_file.join(listed.select("pupil_id"), on="pupil_id", how="semi")
    rows = support_begun(theirs, since=since, as_of=look.as_of, words=words)
    found: dict[str, list[tuple[date, str]]] = {}
    for pupil_id, start_date, said in rows.select("pupil_id", "start_date", "words").iter_rows():
        found.setdefault(pupil_id, []).append((start_date, said))
    return found


def _drawing(weeks: tuple[Week, ...], begun: list[tuple[date, str]]) -> Drawing:
    return Drawing(
        kinds=tuple(
            DrawnKind(kind.name, kind.letter, kind.label, total)
            for kind, total in zip(KINDS, totals_by_kind(weeks), strict=True)
        ),
        weeks=tuple(
            WeekColumn(week.sessions, week.last_year, month, gap)
            for week, month, gap in zip(weeks, _months(weeks), gaps_before(weeks), strict=True)
        ),
        terms=tuple(DrawnTerm(f"{term.capitalize()} term", first, last) for term, first, last in terms_of(weeks)),
        begun=tuple(_marked(weeks, begun))[-MOST_BEGUN:],
        told=year_told(weeks),
    )


def _months(weeks: tuple[Week, ...]) -> list[str]:
    """The month of each week, where it is not that of the week before."""
    names = [f"{week.starts:%b}" for week in weeks]
    return [name if name != before else "" for before, name in zip(["", *names], names, strict=False)]


def _marked(weeks: tuple[Week, ...], begun: list[tuple[date, str]]) -> Iterator[Begun]:
    """Support begun on or after the first week drawn, each in the last week that had begun by then."""
    for day, words in begun:
        before = [place for place, week in enumerate(weeks) if week.starts <= day]
        if before:
            yield Begun(before[-1], words, day)
