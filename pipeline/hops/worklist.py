"""The worklist of who is who: pairs of records that wait for a person, and links that stand, side by side and by name."""

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from pipeline.edges import identity, links, runs, who_is_who
from pipeline.edges import known as clocks
from pipeline.edges.settings import Home
from pipeline.edges.workbook_contents import day_in_words
from pipeline.edges.worklist import Sheet, write_worklist
from pipeline.steps.same_child import BECAUSE, SAME_CHILD_LINKS

from .who_is_who import TITLE, Links

COLUMNS = (
    ("Code", 74), ("Why", 170),
    ("The one: UPN", 112), ("Name and birth date", 130), ("On the roll of", 190),
    ("The other: UPN", 112), ("Name and birth date", 130), ("On the roll of", 190),
)  # fmt: skip

WAITS = (
    "Are these two records one child's? Ask the school or schools, then: a2n links --confirm CODE, or --reject CODE. Until then "
    "they count as two children."
)
STANDS = "These records count as one child's, known by the other's UPN or one after it. Where that is wrong: a2n links --undo CODE."


def write(con: duckdb.DuckDBPyConnection, home: Home, now: Links, *, as_of: date) -> Path:
    """Write outbox/worklists/same_child.xlsx, anew each time, so that what has been decided is gone from it."""
    pairs = pl.concat([rows.select("one", "other") for rows in (now.waiting, now.standing)])
    words = Words(con, home, pairs, as_of)
    sheets = (
        Sheet("Waits", WAITS, COLUMNS, words.rows(now.waiting)),
        Sheet("Stands", STANDS, COLUMNS, words.rows(now.standing)),
    )
    return write_worklist(home, SAME_CHILD_LINKS, TITLE, sheets, as_of=as_of)


class Words:
    """What is told of each record, looked up once for all."""

    def __init__(self, con: duckdb.DuckDBPyConnection, home: Home, pairs: pl.DataFrame, day: date):
        pupil_ids = sorted({*pairs["one"], *pairs["other"]})
        with identity.identity(home) as names:
            told = who_is_who.records(names, pupil_ids)
        self._people = {row["pupil_id"]: row for row in told.iter_rows(named=True)}
        latest = max(
            day, runs.latest(con) or day
        )  # a worklist is of all that is known, whatever day it is asked for on
        self._schools = dict(clocks.schools(con, latest).select("urn", "name").rows())
        self._rolls = {
            pupil_id: "\n".join(map(self._spell, rows.iter_rows(named=True)))
            for (pupil_id,), rows in _spells(links.rolls_of(con, pupil_ids)).group_by("pupil_id", maintain_order=True)
        }

    def rows(self, pairs: pl.DataFrame) -> tuple[tuple[str, ...], ...]:
        return tuple(
            (row["link"], f"{BECAUSE[row['because']]} Since {day_in_words(row['known_on'])}.",
             *self.record(row["one"]), *self.record(row["other"]))
            for row in pairs.sort("known_on", "link").iter_rows(named=True)
        )  # fmt: skip

    def record(self, pupil_id: str) -> tuple[str, str, str]:
        """UPN, name and birth date, and rolls."""
        told = self._people.get(pupil_id, {})
        return told.get("upn") or "UPN not held", named(told), self._rolls.get(pupil_id, "No roll held")

    def _spell(self, row: dict) -> str:
        until = f" to {day_in_words(row['leaving_date'])}" if row["leaving_date"] else ", still there"
        school = self._schools.get(row["urn"], f"School {row['urn']}")
        year = f", year group {row['nc_year']}" if row["nc_year"] else ""
        return f"{school} ({row['urn']}){year}: from {day_in_words(row['entry_date'])}{until}"


def named(told: dict) -> str:
    """Name and birth date, as far as they are held."""
    name = ", ".join(part for part in (told.get("surname"), told.get("forename")) if part) or "Name not held"
    born = told.get("date_of_birth")
    return f"{name}\nborn {day_in_words(born)}" if born else name


def _spells(rolls: pl.DataFrame) -> pl.DataFrame:
    """The latest said of each spell."""
    spell = ["pupil_id", "urn", "entry_date"]
    latest = rolls.sort("stated_on", "known_on", "leaving_date", "nc_year", nulls_last=False)
    return latest.unique(spell, keep="last", maintain_order=True).sort(spell)
