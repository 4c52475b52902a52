"""A small authority in which every child has a name of their own, so that a name alone can be looked for; and one child of it."""

import string
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipeline.edges import identity
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home
from pipeline.vocabulary.identifiers import UPN_LETTERS, UpnCheck, upn_check


def named_apart(files) -> None:
    """Give every child in these extracts a surname that is nobody else's, in place: letters for the figures of the UPN."""
    for path in (one for one in files if one.suffix == ".csv"):
        rows = pl.read_csv(path, infer_schema=False)
        upn = next((name for name in rows.columns if name.lower() == "upn"), None)
        surname = next((name for name in rows.columns if name.lower() == "surname"), None)
        if upn and surname:
            own = pl.col(upn).map_elements(surname_of, return_dtype=pl.String)
            rows.with_columns(pl.when(pl.col(upn).is_not_null()).then(own).otherwise(surname).alias(surname)).write_csv(
                path
            )


def surname_of(upn: str) -> str:
    letters = "".join(string.ascii_lowercase[int(one)] if one.isdigit() else one.lower() for one in upn[1:])
    return f"Zq{letters}x"


BORN = "2014-03-01"
FAMILY = {
    "the child": ("Li", "An"),
    "twin": ("Li", "Mei An"),
    "other twin": ("Li", "Annabel"),
    "name within": ("Collins", "Joanna"),
    "namesake": ("LI", "An"),
}
"""Children born on one day, as names go: twins, a name with another's letters within it, and another child of the very same name."""


def upns_of_family() -> dict[str, str]:
    return {who: _upn(f"8909999250{number:02}") for number, who in enumerate(FAMILY, start=11)}


def _upn(digits: str) -> str:
    return next(upn for letter in UPN_LETTERS if upn_check(upn := f"{letter}{digits}") is UpnCheck.PERMANENT)


def family(row: pl.DataFrame) -> pl.DataFrame:
    """The rows of a roll of a whole family, by that of any pupil."""
    named = {name.lower(): name for name in row.columns}
    born = next(name for name in named if "birth" in name or name == "dob")
    rows = [
        row.with_columns(
            pl.lit(upn).alias(named["upn"]), pl.lit(FAMILY[who][0]).alias(named["surname"]),
            pl.lit(FAMILY[who][1]).alias(named["forename"]), pl.lit(BORN).alias(named[born]),
        )
        for who, upn in upns_of_family().items()
    ]  # fmt: skip
    return pl.concat(rows)


@dataclass(frozen=True)
class One:
    pupil_id: str
    upn: str
    surname: str
    forename: str
    born: date

    @property
    def words(self) -> list[str]:
        return [self.pupil_id, self.upn, self.surname]


def people(home: Home) -> dict[str, One]:
    with identity.identity(home) as con:
        rows = con.execute(
            "SELECT DISTINCT ON (pupil_id) pupil_id, upn, surname, forename, date_of_birth FROM identity.people ORDER BY pupil_id, known_on DESC"
        ).fetchall()  # fmt: skip
    return {row[0]: One(*row) for row in rows}


def listed(home: Home) -> list[One]:
    """Everybody on the newest lists, school by school."""
    with shelf.warehouse(home) as con:
        rows = con.execute(
            "SELECT pupil_id FROM warehouse.derived.issued_places WHERE as_of = (SELECT max(as_of) FROM warehouse.derived.issued_places) "
            "ORDER BY urn, place"
        ).fetchall()  # fmt: skip
    there = people(home)
    return [there[pupil_id] for (pupil_id,) in rows]


def list_rows(path: Path) -> dict[str, str]:
    """What a list shows of each pupil, by the hidden key beside it: every text of the row, and of the one above where that has no key."""
    from openpyxl import load_workbook

    shown: dict[str, str] = {}
    for sheet in load_workbook(path).worksheets:
        rows = [[str(cell) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
        for above, row in zip([[], *rows], rows, strict=False):
            key = _key(row)
            if key:
                told = above if len(row) <= _KEY_AND_WHO and not _key(above) else []
                shown[key] = shown.get(key, "") + " | ".join([*told, *row, ""])
    return shown


_KEY_AND_WHO = 4
"""Cells of a row that has the key, its seal and whom it answers for: what is said of the pupil is in the one above."""


def _key(row: list[str]) -> str | None:
    return next((cell for cell in row if len(cell) == 12 and cell.isalnum() and cell.islower()), None)
