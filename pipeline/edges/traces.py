"""A child's traces, looked for: in every byte of a home's files, unpacked, and in every cell of its databases, decrypted.

A trace is a UPN, a pupil_id, or a name with its birth date beside it: a name alone may be another child's. A name and a birth date may be
another child's too, where that child's UPN is beside them, or where another of that very name and birth date is held.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from pathlib import Path

import duckdb
import polars as pl

from pipeline.vocabulary.identifiers import upns_in

from .child import Child, Name
from .settings import Home
from .unpacked import records_of, unpacked
from .upns import upn_checks
from .whole_names import is_named, letters, plain

_NOT_OURS = re.compile(r"\.(key|lock)$")
_BESIDE = 400
"""Letters to either side within which a name and a birth date are beside each other, where a line is longer."""


class Is(IntEnum):
    """Of whom a record is: nobody looked for, perhaps another child of the same name and birth date, or the child."""

    NOBODYS = 0
    PERHAPS = 1
    THEIRS = 2


@dataclass(frozen=True)
class Person:
    """A name as `whole_names.letters` has it, and the ways its birth date may be written; `is_shared` where another child has both."""

    surname: str
    forename: str
    births: tuple[str, ...]
    is_shared: bool = False


@dataclass(frozen=True)
class Sought:
    """`words` are found wherever they stand; `people` are names with a birth date; `upns` all those that are the child's, in capitals, among
    them former ones that are not looked for."""

    words: tuple[str, ...]
    people: tuple[Person, ...]
    upns: frozenset[str] = frozenset()

    def in_text(self, text: str, *, names_alone: bool = False) -> bool:
        """Whether a trace is in a text that is the child's; with `names_alone` a whole name is one too."""
        return self.of_text(text, names_alone=names_alone) is Is.THEIRS

    def of_text(self, text: str, *, names_alone: bool = False) -> Is:
        """Of whom a text is, by whichever of its records says most."""
        folded = plain(text)
        if self.has_word(folded):
            return Is.THEIRS
        return max((self._of_person(folded, one, names_alone) for one in self.people), default=Is.NOBODYS)

    def has_word(self, folded: str) -> bool:
        return any(word in folded for word in self.words)

    def others_in(self, record: str) -> list[str]:
        """Usable UPNs in a record that are not the child's."""
        told = [one for one in upns_in(record) if one not in self.upns]
        return upn_checks(pl.Series("upn", told)).filter("is_usable")["upn"].to_list() if told else []

    def names_them(self, record: str) -> bool:
        """Whether a record has one of the names whole, with its birth date."""
        return any(self._of_person(plain(record), one, False) for one in self.people)

    def _of_person(self, text: str, one: Person, names_alone: bool) -> Is:
        """A name alone is looked for where what is found is had again, so there a namesake's counts like the child's."""
        found, looked_until = Is.NOBODYS, -1
        for place in _places(text, one, names_alone):
            if place < looked_until:
                continue
            begin, until, looked_until = _record_at(text, place)
            record = text[begin:until]
            if not is_named(record, one.surname, one.forename):
                continue
            if names_alone or not (one.is_shared or self.others_in(_nearest(record, place - begin))):
                return Is.THEIRS
            found = Is.PERHAPS
        return found

    def in_bytes(self, held: bytes) -> bool:
        """Words alone, as any program may have written them."""
        lowered = held.lower()
        return any(
            one in lowered
            for word in self.words
            for one in (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"))
        )


def _places(text: str, one: Person, names_alone: bool) -> Iterator[int]:
    """Where to look whether the child is named: at a birth date or, of names alone, at a surname, whatever stands between its letters."""
    days = "|".join(re.escape(day) for day in one.births)
    sign = r"[\W_]{0,3}".join(one.surname) if names_alone else rf"(?<!\d)(?:{days})(?!\d)"
    return (found.start() for found in re.finditer(sign, text))


def _record_at(text: str, at: int) -> tuple[int, int, int]:
    """Where the record at a place begins and ends: its line, or of a long one what is beside the place. And up to where it is the same one."""
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    end = len(text) if end < 0 else end
    if end - begin <= 2 * _BESIDE:
        return begin, end, end
    return max(begin, at - _BESIDE), min(end, at + _BESIDE), at


def _nearest(record: str, at: int) -> str:
    """Of a record the UPN that says whose it is: in a long line, where several children may be beside each other, the nearest alone."""
    if len(record) < 2 * _BESIDE - _BESIDE // 2:
        return record
    folded = record.upper()
    return min(upns_in(record), key=lambda one: abs(folded.find(one) - at), default="")


def sought(child: Child) -> Sought:
    words = tuple(sorted({one.casefold() for one in (*child.upns, *child.pupil_ids)}))
    shared = {_compared(one) for one in child.namesakes}
    people = {
        Person(*_compared(one)[:2], spelt(one[2]), _compared(one) in shared)
        for one in child.names
        if all(one) and all(_compared(one))
    }
    by_name = sorted(people, key=lambda one: (one.surname, one.forename, one.births))
    return Sought(words, tuple(by_name), frozenset(one.upper() for one in (*child.upns, *child.former_upns)))


def _compared(one: Name) -> tuple[str, str, date | None]:
    surname, forename, born = one
    return letters(surname or ""), letters(forename or ""), born


def spelt(day: date) -> tuple[str, ...]:
    """A day as extracts, lists and spreadsheets write it."""
    serial = (day - date(1899, 12, 30)).days
    number, month = str(day.day), f"{day:%B}"
    forms = {
        f"{day:%Y-%m-%d}", f"{day:%d/%m/%Y}", f"{day:%d-%m-%Y}", f"{day:%d.%m.%Y}", f"{day:%Y%m%d}", f"{day:%Y/%m/%d}",
        f"{day:%Y-%b-%d}", f"{day:%d-%b-%Y}", f"{day:%d %b %Y}", f"{day:%d %B %Y}", f"{number} {month} {day.year}",
        f"{number} {month[:3]} {day.year}", f"\t{serial}\t",
    }  # fmt: skip
    return tuple(sorted(form.casefold() for form in forms))


def in_file(path: Path, one: Sought, *, names_alone: bool = False) -> bool:
    """Whether a trace of the child's is in a file, whatever it is packed in; its own name counts too."""
    return of_file(path, one, names_alone=names_alone) is Is.THEIRS


def of_file(path: Path, one: Sought, *, names_alone: bool = False) -> Is:
    """Of whom a file has something, by whichever of its records says most."""
    found = one.of_text(path.name)
    for part in unpacked(path):
        if found is Is.THEIRS or one.in_bytes(part.content):
            return Is.THEIRS
        found = max([found, *(one.of_text(record, names_alone=names_alone) for record in records_of(part))])
    return found


def looked_through(home: Home) -> Iterator[Path]:
    """The home's files that are searched. Its encrypted databases are looked through by cell, and its keys and locks are no records."""
    left = {home.warehouse, home.identity}
    for path in sorted(home.folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path not in left and not _NOT_OURS.search(path.name):
            yield path


def files_with(home: Home, one: Sought) -> Iterator[Path]:
    """The home's files in which a trace of the child's is."""
    return (path for path in looked_through(home) if in_file(path, one))


def tables_with(con: duckdb.DuckDBPyConnection, database: str, one: Sought) -> Iterator[tuple[str, Is, int]]:
    """Tables with a trace, of whom it is, and in how many rows: every cell is read as text. What is kept under another child's pupil_id
    is that child's, whatever the name."""
    for table, columns in _every_column(con, database).items():
        cells = ", ".join(f'"{column}"::VARCHAR' for column in columns)
        owner = "coalesce(pupil_id IN (SELECT unnest($words::VARCHAR[])), true)" if "pupil_id" in columns else "true"
        rows = con.execute(_LIKELY.format(table=table, cells=cells, owner=owner), _values(one)).fetchall()
        told = [(one.of_text(text), one.has_word(plain(text)), is_theirs) for text, is_theirs in rows]
        kept = [verdict for verdict, has_word, is_theirs in told if has_word or is_theirs]
        for verdict in (Is.THEIRS, Is.PERHAPS):
            if verdict in kept:
                yield table, verdict, kept.count(verdict)


def _every_column(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    told = con.execute(
        "SELECT database_name || '.' || schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "SEMI JOIN duckdb_tables() USING (database_name, schema_name, table_name) WHERE database_name = ? GROUP BY 1 ORDER BY 1",
        [database],
    )
    return dict(told.fetchall())


_LIKELY = """
    SELECT text, is_theirs FROM (
        SELECT chr(9) || replace(lower(concat_ws(chr(9), {cells})), chr(10), ' ') || chr(9) AS text, {owner} AS is_theirs FROM {table})
    WHERE list_bool_or(list_transform($words::VARCHAR[] || $births::VARCHAR[], lambda one: contains(text, one)))
"""


def _values(one: Sought) -> dict[str, object]:
    births = sorted({day for person in one.people for day in person.births})
    return {"words": [*one.words], "births": births}
