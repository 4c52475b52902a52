"""A school's list as it went out and came back: over a home with two lists on record and no night behind it."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl

from pipeline.edges import warehouse as shelf
from pipeline.edges.seals import Seals
from pipeline.edges.settings import Home
from pipeline.edges.workbook_columns import ANSWERED_BY, ANSWERS, LOOKED_INTO
from pipeline.edges.workbook_contents import UnderReview
from pipeline.edges.workbooks import parts_of, write_parts
from pipeline.hops.returning import read_returned
from pipeline.hops.summary import Summary
from pipeline.tables.derived import ISSUED_PLACES
from pipeline.tables.feedback import DECISIONS, FEEDBACK
from tests.journeys.at_home import new_home

from .test_workbooks import made_up_list, made_up_pupil

URN, OTHER_URN = 100001, 100002
BEFORE, AS_OF, KNOWN_ON = date(2026, 2, 20), date(2026, 3, 6), date(2026, 3, 16)
NAMES = ("Adeyemi, Tobi", "Nowak, Zofia", "Khan, Idris", "Li, Jo")
KEYS = ("aaaabbbbcccc", "ddddeeeeffff", "gggghhhhiiii", "jjjjkkkkllll")
"""Of the list of AS_OF, in the order of their places; the last is unchanged, and folded."""

LOOKED_INTO_KEY = "mmmmnnnnoooo"
"""Of a pupil of the list of BEFORE, whom somebody decided to look into."""

FIELDS = {column.heading: column.field or column.heading for column in (*ANSWERS, *LOOKED_INTO)}


def pupils(names=NAMES, keys=KEYS) -> list:
    changes = ("new", "new", "worse", "unchanged")
    return [
        made_up_pupil(
            place,
            pupil_id=key,
            surname=name.split(", ")[0],
            forename=name.split(", ")[1],
            change=change,
            waiting_since=AS_OF if change == "new" else BEFORE,
        )
        for place, (name, key, change) in enumerate(zip(names, keys, changes, strict=True), start=1)
    ]


@dataclass
class AtHome:
    """A home, its key's seals, and the list that went out."""

    home: Home
    seals: Seals

    def list_of(self, **facts) -> Path:
        """A fresh copy of the list of AS_OF, as the home writes it; `facts` make it another."""
        looked_into = UnderReview(LOOKED_INTO_KEY, "Okafor, Ada", "9", date(2026, 2, 24), BEFORE)
        usual = {"as_of": AS_OF, "before": BEFORE, "under_review": (looked_into,), "urn": URN}
        path = self.home.folder / "fresh.xlsx"
        listed = made_up_list(*facts.pop("rows", pupils()), **{**usual, **facts})
        write_parts(parts_of(listed, self.seals), path)
        return path

    def sent(self, name: str = "list.xlsx", folder: str = "returned") -> Path:
        to = self.home.inbox / folder
        to.mkdir(parents=True, exist_ok=True)
        return to / name

    def returned(self, change: Callable[[openpyxl.Workbook], None], name: str = "list.xlsx", **facts) -> Path:
        """Put a list in the inbox as it came back, `change` being what its reader did to it."""
        book = openpyxl.load_workbook(self.list_of(**facts))
        change(book)
        path = self.sent(name)
        book.save(path)
        return path

    def read(self, *, known_on: date = KNOWN_ON) -> Summary:
        summary = Summary(run="outcomes", as_of=known_on)
        with shelf.warehouse(self.home) as con:
            read_returned(con, self.home, summary, known_on=known_on)
        return summary

    def tables(self) -> dict[str, pl.DataFrame]:
        with shelf.warehouse(self.home) as con:
            return {
                table.name.split(".")[1]: shelf.read(con, f"SELECT * FROM warehouse.{table.name} ORDER BY ALL")
                for table in FEEDBACK
            }

    def decided(self) -> dict[str, str]:
        """The decision of each pupil, by the pupil's own first key letters' name."""
        return dict(self.tables()["decisions"].select("pupil_id", "decision").iter_rows())

    def rules(self) -> set[str]:
        return set(self.tables()["refused_rows"]["rule"])


def at_home(folder: Path, *, demo: bool = True, words_come_back: bool = False) -> AtHome:
    """A home that issued a list of BEFORE and one of AS_OF, and to which a decision came back between the two."""
    home = new_home(folder / "home", demo=demo)
    home = replace(home, settings=replace(home.settings, words_come_back=words_come_back))
    if not _PREPARED:
        _prepare(home)
        _PREPARED.append(home.warehouse.read_bytes())
    home.warehouse.write_bytes(_PREPARED[0])
    return AtHome(home, Seals(home.key("pseudonym")))


_PREPARED: list[bytes] = []
"""The warehouse of such a home, made once: every home made in tests has the same keys."""


def _prepare(home: Home) -> None:
    with shelf.warehouse(home) as con:
        issued = [(BEFORE, LOOKED_INTO_KEY, URN, 1), *((AS_OF, key, URN, at) for at, key in enumerate(KEYS, start=1))]
        issued.append((AS_OF, "zzzzyyyyxxxx", OTHER_URN, 1))
        rows = pl.DataFrame(issued, schema=["as_of", "pupil_id", "urn", "place"], orient="row")
        shelf.append(
            con,
            ISSUED_PLACES,
            pl.concat([ISSUED_PLACES.empty, rows.cast({"urn": pl.Int32, "place": pl.Int32})], how="diagonal"),
        )
        decision = pl.DataFrame([{
            "return_key": "before", "sheet": "Review list", "row_number": 9, "known_on": date(2026, 2, 26), "pupil_id": LOOKED_INTO_KEY,
            "urn": URN, "list_as_of": BEFORE, "decision": "look into it", "decided_on": date(2026, 2, 24), "snooze_until": None,
            "snooze_reason": None,
        }])  # fmt: skip
        shelf.append(con, DECISIONS, decision)


# ---- what a reader does to a list


def columns(sheet) -> dict[str, int]:
    """The column of each field, by the headings of the cells to fill."""
    row = next(row for row in sheet.iter_rows() if row[0].value == "Key")
    named = {ANSWERED_BY: "who", "Key": "key", "Seal": "seal", **FIELDS}
    return {named[cell.value]: cell.column for cell in row if cell.value in named}


def row_of(sheet, key: str) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == key)


def fill(book: openpyxl.Workbook, key: str, sheet: str = "Review list", **answers) -> int:
    """Fill in the row of a pupil; the number of the row."""
    page = book[sheet]
    row, at = row_of(page, key), columns(page)
    for field, value in answers.items():
        page.cell(row, at[field]).value = value
    return row


def decide(book: openpyxl.Workbook, key: str, decision: str = "not needed", on=date(2026, 3, 9), **more) -> int:
    return fill(book, key, decision=decision, decided_on=on, **more)


def found(book: openpyxl.Workbook, outcome: str | None = "need found", on=date(2026, 3, 10)) -> int:
    return fill(book, LOOKED_INTO_KEY, "Being looked into", outcome=outcome, outcome_on=on)


def repacked(path: Path, change: Callable[[str, bytes], bytes | None], more: dict[str, bytes] | None = None) -> None:
    """Write a workbook's parts anew; a part of which nothing is left is left out."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**parts, **(more or {})}.items():
            if (kept := change(name, content)) is not None:
                package.writestr(name, kept)
