"""What a home says of itself, for its papers: its settings, the feeds it takes in and why, and how much there is, in round numbers."""

from dataclasses import dataclass
from datetime import date

import duckdb

from pipeline import __version__
from pipeline.edges import warehouse as shelf
from pipeline.edges.basis_told import SAYS, Basis, basis_of
from pipeline.edges.settings import Home, Settings
from pipeline.edges.settings_written import NAMES
from pipeline.hops.based import lacks
from pipeline.tables.candidates import staged_table
from pipeline.tables.columns import ORIGIN
from pipeline.tables.layouts import LAYOUTS
from pipeline.tables.schema import Column
from pipeline.vocabulary.feeds import FEEDS, Feed

from .blocks import alike_together, blank, said

FAMILY_TITLES = {
    "schools": "Schools and their census returns",
    "rolls": "Pupils on roll",
    "plans": "Education, health and care plans (SEN2)",
    "census_details": "Details of the school census",
    "destinations": "Leavers, and offers after Year 11",
    "care": "Children looked after",
    "support": "Support, wider needs and other agencies",
    "registers": "Attendance registers",
}

NAMING = {
    "upn": "UPN", "former_upn": "former UPN", "surname": "surname", "forename": "forename", "date_of_birth": "date of birth",
    "postcode": "postcode", "child": "the authority's number of the child",
}  # fmt: skip
"""What names a child, as extracts have it: it goes to the database of names, or no further than the inbox."""


_DAYS, _MONTHS = "{:,} days after ", "{:,} months after the end of the school year"
OWN_RECORDS = {
    "score_days": ("Points, signals and reasons of a listed pupil", f"{_DAYS}the decision; of everybody else, until the next lists are out"),
    "answers_months": ("Who was on which list, decisions, and what came of them", _MONTHS),
    "words_months": ("Strengths, and pupils' and parents' words, where they come back", _MONTHS),
    "names_days": ("Names, UPNs and birth dates", f"{_DAYS}they were last learned, once nothing else is held of the child"),
    "delivered_days": ("Files as delivered, with names", f"{_DAYS}they were taken in"),
    "outbox_days": ("Lists, pages to print and worklists", f"{_DAYS}newer ones took their place"),
    "set_aside_days": ("What is said of files and rows that were not taken", "{:,} days"),
    "snapshots_days": ("Figures published before, with small counts hidden", "{:,} days"),
    "models_months": ("What was learned to order lists by, with no row of a child in it", "{:,} months after it was learned"),
    "checks_months": ("What registers were held to, school by school", _MONTHS),
    "audit_months": ("Which rows were set aside or noted, by file and number", _MONTHS),
    "trail_years": ("Who saw what, without names", "{:,} calendar years"),
}  # fmt: skip
"""By line of [retention] in settings: what it is of, and how long that is kept."""

REASONS = (18, 36, 30, 16)
"""How wide the columns of a table of `Told.reasons` are."""


@dataclass(frozen=True)
class FeedTold:
    """One feed: why it is held by settings, which lines are missing, and its rows in the warehouse; none known where there is none."""

    feed: Feed
    basis: Basis
    lacks: tuple[str, ...]
    rows: int

    @property
    def is_used(self) -> bool:
        return self.rows > 0 or self.basis != Basis()

    @property
    def kept(self) -> list[Column]:
        """What is kept of a row, but for where it came from."""
        return [column for column in staged_table(self.feed.name).columns if column not in ORIGIN]

    @property
    def naming(self) -> list[str]:
        """What of an extract names a child."""
        read = {name for layout in LAYOUTS if layout.feed == self.feed.name for name in layout.columns.values()}
        return [name for name in NAMING if name in read]

    @property
    def comes_as(self) -> list[str]:
        return list(dict.fromkeys(layout.title for layout in LAYOUTS if layout.feed == self.feed.name))


@dataclass(frozen=True)
class Group:
    """Feeds of one family that are held for the same reasons."""

    family: str
    feeds: tuple[FeedTold, ...]

    @property
    def title(self) -> str:
        return FAMILY_TITLES[self.family]

    @property
    def basis(self) -> Basis:
        return self.feeds[0].basis

    def line(self, name: str) -> str:
        """What settings say in a line of the section, or a blank."""
        return said(getattr(self.basis, name), SAYS[name]).removesuffix(".")

    @property
    def assessed(self) -> str:
        day = self.basis.assessed_on
        return f"{day.day} {day:%B %Y}" if day else self.line("dpia_date")

    @property
    def retention(self) -> str:
        months = self.basis.retention_months
        return f"{months:,} months after the end of the school year" if months else self.line("retention_months")


@dataclass(frozen=True)
class Told:
    """All that papers are written from."""

    settings: Settings
    on: date
    feeds: tuple[FeedTold, ...]
    pupils: int | None  # ever on a roll; null where nothing was taken in
    schools: int | None

    @property
    def groups(self) -> list[Group]:
        """The feeds in use; of a home that names none and has taken in none, all there are."""
        used = [one for one in self.feeds if one.is_used] or list(self.feeds)
        found: dict[tuple[str, Basis], list[FeedTold]] = {}
        for one in used:
            found.setdefault((one.feed.family, one.basis), []).append(one)
        return [Group(family, tuple(feeds)) for (family, _), feeds in found.items()]

    @property
    def reasons(self) -> tuple[tuple[str, ...], ...]:
        """By what is held: function and lawful basis, conditions, and agreement."""
        rows = [
            (
                one.title,
                f"{one.line('function')}. {one.line('lawful_basis')}",
                f"{one.line('article_9_condition')}. {one.line('schedule_1_condition')}",
                one.line("agreement"),
            )
            for one in self.groups
        ]
        return alike_together(rows)

    @property
    def retentions(self) -> tuple[tuple[str, ...], ...]:
        """How long everything is kept: by feed as its section says, and what the home itself makes, as [retention] says."""
        keep = self.settings.retention
        own = [(title, unit.format(getattr(keep, name))) for name, (title, unit) in OWN_RECORDS.items()]
        return (*alike_together([(one.title, one.retention) for one in self.groups]), *own)

    @property
    def schools_in_words(self) -> str:
        if self.schools is None:
            return blank("how many schools")
        return f"{self.schools:,} school{'s' * (self.schools != 1)}"

    @property
    def unused(self) -> list[FeedTold]:
        return [one for one in self.feeds if not one.is_used] if any(one.is_used for one in self.feeds) else []

    @property
    def name(self) -> str:
        """As it stands at the head of a paper."""
        return self.settings.name.strip() or NAMES[False]

    @property
    def controller(self) -> str:
        return blank("name of the data controller") if self.name == NAMES[False] else self.name

    @property
    def written(self) -> str:
        return f"Written on {self.on.day} {self.on:%B %Y} by Attendance to need {__version__}, from the settings of this home."


def told_of(home: Home, *, on: date) -> Told:
    """What there is to say of a home on a day. Raises Refused where its warehouse is there and cannot be opened."""
    rows, pupils, schools = {}, None, None
    if home.warehouse.exists():
        with shelf.warehouse(home) as con:
            rows = {feed.name: _count(con, f"FROM warehouse.staged.{feed.name}") for feed in FEEDS}
            pupils = _count(con, "FROM (SELECT DISTINCT pupil_id FROM warehouse.facts.enrolments)")
            schools = _count(con, "FROM (SELECT DISTINCT urn FROM warehouse.facts.enrolments)")
    basis = home.settings.basis
    feeds = (
        FeedTold(one, basis_of(basis, one.name), tuple(lacks(home, one.name)), rows.get(one.name, 0)) for one in FEEDS
    )
    return Told(home.settings, on, tuple(feeds), pupils, schools)


def _count(con: duckdb.DuckDBPyConnection, what: str) -> int:
    return con.execute(f"SELECT count(*) {what}").fetchone()[0]


def about(count: int | None, what: str) -> str:
    """A count in round numbers: a paper that may be published tells of nobody."""
    if count is None:
        return blank(f"how many {what}")
    if count < 10:
        return f"fewer than 10 {what}" if count else f"no {what}"
    step = 10 ** max(len(str(count)) - 2, 1)
    return f"about {(count + step // 2) // step * step:,} {what}"
