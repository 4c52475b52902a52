"""Who reads what: a snapshot, the filters of the address, and the addresses a page links to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from pipeline.tables.published.shared import FRESH_DAYS

from . import queries, words
from .snapshot import Row, Snapshot

ROWS_A_PAGE = 50


class NotThere(Exception):
    """There is no such page, school or choice: a sentence."""


@dataclass(frozen=True)
class Person:
    """Somebody who reads, by the name their sign-in gives them, and the schools they may see; None is all."""

    name: str
    schools: tuple[int, ...] | None

    @property
    def sees_all(self) -> bool:
        return self.schools is None

    def sees(self, urn: int) -> bool:
        return self.schools is None or urn in self.schools


@dataclass(frozen=True)
class Filter:
    """A choice a page offers: from `options`, or any words where there are none."""

    name: str
    label: str
    value: str | None
    options: Sequence[tuple[str, str]] | None = None
    hint: str = ""
    all_of_them: str = "All"


Links = Callable[..., str]
"""The address of a page, given its name and filters."""


@dataclass(frozen=True)
class Reading:
    """One page being read: by whom, from which snapshot, of which choice of rows."""

    snapshot: Snapshot
    person: Person
    links: Links
    told: Mapping[str, str] = field(default_factory=dict)
    """The filters as the address gives them, checked before any is used."""

    today: date | None = None
    """The day it is read on; null for pages as files, which are read on any."""

    @cached_property
    def run(self) -> Row:
        return self.snapshot.rows(queries.RUN)[0]

    @property
    def days_old(self) -> int | None:
        return (self.today - self.run["as_of"]).days if self.today else None

    @property
    def out_of_date(self) -> str:
        """A sentence where no night has run for days; empty else. Made-up figures are of a made-up day, and are never old."""
        if self.run["demo"] or self.days_old is None or self.days_old <= FRESH_DAYS:
            return ""
        return f"No run since {words.day(self.run['as_of'])}: these figures are {words.count(self.days_old)} days old."

    def rows(self, sql: str, **asked: object) -> list[Row]:
        """The rows of a query, with the filters of the address, and of the schools whoever reads may see."""
        schools = None if self.person.schools is None else list(self.person.schools)
        return self.snapshot.rows(sql, {"from_row": 0, "most": ROWS_A_PAGE, **self.told, **asked, "urns": schools})

    def row(self, sql: str, **asked: object) -> Row | None:
        found = self.rows(sql, **asked)
        return found[0] if found else None

    def paged(self, sql: str, page_name: str, **asked: object) -> tuple[list[Row], dict[str, str]]:
        """One page of a query's rows, and the addresses of the pages before and after it, by the names of `parts.Sheet`."""
        page = self.page
        found = self.rows(sql, **asked, most=ROWS_A_PAGE + 1, from_row=(page - 1) * ROWS_A_PAGE)
        others = {name: value for name, value in self.told.items() if name != "page"}
        around = {
            "older": self.links(page_name, **others, page=page - 1 if page > 2 else None) if page > 1 else "",
            "newer": self.links(page_name, **others, page=page + 1) if len(found) > ROWS_A_PAGE else "",
        }
        return found[:ROWS_A_PAGE], around

    @property
    def page(self) -> int:
        page = self.told.get("page") or "1"
        if not (page.isascii() and page.isdigit() and len(page) <= 5 and 1 <= int(page) <= 10_000):
            raise NotThere("There is no such page of this table.")
        return int(page)

    def offered(self, name: str) -> Filter:
        """The filter `name`, with what may be chosen. Raises NotThere where the address chose something else."""
        offer = _FILTERS[name]
        chosen = self.told.get(offer.name)
        options = offer.options(self) if offer.options else None
        if chosen and options is not None and chosen not in {value for value, _ in options}:
            raise NotThere(f"There is no such {offer.label.lower()} here: choose another.")
        return Filter(offer.name, offer.label, chosen, options, offer.hint, offer.all_of_them)


def _values(reading: Reading, sql: str) -> list:
    return [next(iter(row.values())) for row in reading.rows(sql)]


def _named(reading: Reading, sql: str) -> list[tuple[str, str]]:
    return [(value, words.title(value)) for value in _values(reading, sql)]


def _as_they_are(reading: Reading, sql: str) -> list[tuple[str, str]]:
    return [(value, value) for value in _values(reading, sql)]


def _weeks(reading: Reading) -> list[tuple[str, str]]:
    mondays: list[date] = _values(reading, queries.WEEKS)
    return [(monday.isoformat(), f"Week of {words.day(monday)}") for monday in mondays]


ORDERS = {"looking": "Least looked at", "absence": "Most absence", "waiting": "Most waiting", "name": "Name"}


@dataclass(frozen=True)
class _Offer:
    name: str  # in the address
    label: str
    all_of_them: str = ""
    options: Callable[[Reading], list[tuple[str, str]]] | None = None
    hint: str = ""


_FILTERS = {
    "phase": _Offer("phase", "Phase", "All phases", lambda reading: _as_they_are(reading, queries.PHASES)),
    "area": _Offer("area", "Area", "All areas", lambda reading: _as_they_are(reading, queries.AREAS)),
    "term": _Offer("term", "Term", "All terms", lambda reading: _named(reading, queries.TERMS)),
    "week": _Offer("week", "Week", "Latest week", _weeks),
    "school": _Offer("school", "School", hint="Part of its name, or its number (URN)"),
    "order": _Offer("order", "Order", options=lambda _: list(ORDERS.items())),
    "feed": _Offer("feed", "Feed", "All feeds", lambda reading: _feeds(reading)),
    "lost": _Offer("kind", "What happened", "Everything", lambda reading: _named(reading, queries.KINDS_LOST)),
    "group": _Offer("kind", "Kind of group", "All kinds", lambda reading: _named(reading, queries.KINDS_OF_GROUPS)),
    "table": _Offer("table", "Table", "All tables", lambda reading: _as_they_are(reading, queries.TABLES)),
}


def _feeds(reading: Reading) -> list[tuple[str, str]]:
    return [(row["feed"], row["title"]) for row in reading.rows(queries.FEEDS)]
