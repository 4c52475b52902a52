"""The worklist of other agencies: their children beside the pupils they may be, by name, for a person to say."""

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipeline.edges import agencies
from pipeline.edges.settings import Home
from pipeline.edges.workbook_contents import day_in_words
from pipeline.edges.worklist import Sheet, write_worklist
from pipeline.steps.agency_links import AGENCY_LINKS
from pipeline.vocabulary.agencies import SERVICES

from .agencies import TITLE
from .who_is_who import Links
from .worklist import Words, named

COLUMNS = (
    ("Code", 100), ("How likely", 84), ("An agency's child", 150), ("Postcode", 74), ("Service", 130),
    ("The pupil: UPN", 112), ("Name and birth date", 150), ("Postcodes held", 80), ("On the roll of", 200),
)  # fmt: skip

WAITS = (
    "Is the agency's child this pupil? Look at both records, or ask the service, then: a2n links --confirm CODE, or --reject "
    "CODE. Until then nothing is said of the pupil. A child may stand here beside several pupils: it is one of them at most."
)
STANDS = (
    "The service of the agency's child is taken to be involved with this pupil, and nothing else follows. Where that is wrong: "
    "a2n links --undo CODE."
)


def write(con: duckdb.DuckDBPyConnection, home: Home, now: Links, *, as_of: date) -> Path:
    """Write outbox/worklists/agencies.xlsx, anew each time, so that what has been decided is gone from it."""
    words = _Words(con, home, now, as_of)
    sheets = (
        Sheet("Waits", WAITS, COLUMNS, words.rows(now.waiting)),
        Sheet("Stands", STANDS, COLUMNS, words.rows(now.standing)),
    )
    return write_worklist(home, AGENCY_LINKS, TITLE, sheets, as_of=as_of)


class _Words:
    """What is told of each child and pupil, looked up once for all."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Home, now: Links, day: date):
        pairs = pl.concat([now.waiting.select("one", "other"), now.standing.select("one", "other")])
        self._pupils = Words(con, home, pairs.select(one="other", other="other"), day)
        likely = now.found.sort("known_on").unique("link", keep="last", maintain_order=True)
        self._likely = dict(likely.select("link", "probability").rows())
        with agencies.with_names(home) as names:
            told = agencies.details(names, sorted(set(pairs["one"])))
            self._services = _services(agencies.statements(names))
            self._places = agencies.places(names, sorted(set(pairs["other"])))
        self._people = {row["person"]: row for row in told.iter_rows(named=True)}

    def rows(self, pairs: pl.DataFrame) -> tuple[tuple[str, ...], ...]:
        """In order of the agency's child, so that the pupils one may be stand together."""
        return tuple(
            (
                row["link"],
                _in_hundred(self._likely.get(row["link"])),
                *self._child(row["one"]),
                *self._pupil(row["other"]),
            )
            for row in pairs.sort("one", "link").iter_rows(named=True)
        )

    def _child(self, person: str) -> tuple[str, str, str]:
        told = self._people.get(person, {})
        return named(told), told.get("postcode") or "Not given", self._services.get(person, "")

    def _pupil(self, pupil_id: str) -> tuple[str, str, str, str]:
        upn, name, rolls = self._pupils.record(pupil_id)
        return upn, name, "\n".join(self._places.get(pupil_id, ())) or "None held", rolls


def _services(statements: pl.DataFrame) -> dict[str, str]:
    """Per child, each service with its days as stated last."""
    latest = statements.sort("known_on").unique(("person", "service", "start_date"), keep="last", maintain_order=True)
    told: dict[str, list[str]] = {}
    for row in latest.sort("person", "service", "start_date").iter_rows(named=True):
        since = f" since {day_in_words(row['start_date'])}" if row["start_date"] else ""
        until = f" to {day_in_words(row['end_date'])}" if row["end_date"] else ""
        told.setdefault(row["person"], []).append(SERVICES[row["service"]] + since + until)
    return {person: "\n".join(services) for person, services in told.items()}


def _in_hundred(probability: float | None) -> str:
    """Of a hundred such pairs, how many are one child's by the model: which is no measure of this one."""
    return "" if probability is None else f"{min(probability, 0.999) * 100:.1f} in 100"
