"""Children who can be told anywhere: every name carries a mark, and UPNs and birth dates are kept to look for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

SURNAME, FORENAME = "Surn4me8", "Foren4me8"
"""No word, no number and, for the 8, no pupil_id has these in it."""

_NAMES = dict.fromkeys(("surname", "preferredsurname", "formersurname"), SURNAME) | dict.fromkeys(
    ("forename", "middlenames", "preferredforename"), FORENAME
)
_BIRTHS = ("date_of_birth", "dob", "personbirthdate")
_UPN_ANYWHERE = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]")
_UPN = re.compile(rf"(?<![A-Z0-9]){_UPN_ANYWHERE.pattern}(?![A-Z0-9])")


@dataclass(frozen=True)
class Marks:
    """What must be nowhere: the marks in names, every UPN, and birth dates that are no other date of the extracts."""

    upns: frozenset[str]
    births: frozenset[date]

    def found_in_text(self, text: str) -> set[str]:
        words = {mark for mark in (SURNAME, FORENAME) if mark.lower() in text.lower()}
        upns = set(_UPN.findall(text.upper()))
        return words | upns | {str(day) for day in self.births if _spelt(day) & _days_in(text)}

    def found_in_bytes(self, held: bytes) -> set[str]:
        """Dates are not looked for: packed ones are nothing but small numbers."""
        text = held.decode("latin-1")
        words = {mark for mark in (SURNAME, FORENAME) if mark in text or mark.encode("utf-16-le") in held}
        return words | {upn for upn in _UPN_ANYWHERE.findall(text) if upn in self.upns}

    def found_in_table(self, rows: pl.DataFrame) -> set[str]:
        texts = "\n".join("\n".join(rows[name].drop_nulls().unique()) for name in rows.columns if rows[name].dtype == pl.String)  # fmt: skip
        days = {day for name in rows.columns if rows[name].dtype == pl.Date for day in rows[name].unique()}
        return self.found_in_text(texts) | {str(day) for day in days & self.births}


def _spelt(day: date) -> set[str]:
    return {f"{day:%Y-%m-%d}", f"{day:%d/%m/%Y}", f"{day:%Y-%b-%d}"}


def _days_in(text: str) -> set[str]:
    return set(re.findall(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}|\d{4}-[A-Z][a-z]{2}-\d\d", text))


def mark(files: Iterable[Path]) -> Marks:
    """Mark every name in the tables among these extracts, in place; no row moves."""
    upns, births, other_days = set(), set(), set()
    for path in (one for one in files if one.suffix == ".csv"):
        rows = pl.read_csv(path, infer_schema=False)
        named = [name for name in rows.columns if name.lower() in _NAMES]
        if named:
            marked = {name: pl.when(pl.col(name) != "").then(pl.lit(_NAMES[name.lower()] + "-") + pl.col(name)) for name in named}  # fmt: skip
            rows.with_columns(**marked).write_csv(path)
        for name in rows.columns:
            is_birth = name.lower() in _BIRTHS
            (births if is_birth else other_days).update(_as_days(rows[name]))
            upns.update(rows[name].drop_nulls() if "upn" in name.lower() else ())
    learned = {day + timedelta(days=1) for day in other_days}  # as history, a day after it happened
    return Marks(frozenset(upn for upn in upns if len(upn) == 13), frozenset(births - other_days - learned))


def _as_days(texts: pl.Series) -> list[date]:
    texts = texts.str.slice(0, 11).str.strip_chars()
    return [
        day for spelling in ("%Y-%m-%d", "%Y-%b-%d") for day in texts.str.to_date(spelling, strict=False).drop_nulls()
    ]
