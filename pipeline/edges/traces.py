"""A child's traces, looked for: in every byte of a home's files, unpacked, and in every cell of its databases, decrypted.

A trace is a UPN, a pupil_id, or a name with its birth date beside it: a name alone may be another child's.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from .child import Child
from .settings import Home
from .unpacked import Unpacked, records_of, unpacked

_NOT_OURS = re.compile(r"\.(key|lock)$")
_BESIDE = 400
"""Letters to either side within which a name and a birth date are beside each other, where a line is longer."""


@dataclass(frozen=True)
class Sought:
    """`words` are found wherever they stand; `people` are names, each with the ways its birth date may be written."""

    words: tuple[str, ...]
    people: tuple[tuple[str, str, tuple[str, ...]], ...]

    def in_text(self, text: str, *, names_alone: bool = False) -> bool:
        """Whether a trace is in a text; with `names_alone` a whole name is one too."""
        folded = text.casefold()
        if any(word in folded for word in self.words):
            return True
        return any(self._is_beside(folded, *person, names_alone) for person in self.people)

    def _is_beside(self, text: str, surname: str, forename: str, births: tuple[str, ...], names_alone: bool) -> bool:
        at = text.find(surname)
        while at >= 0:
            near = _record_at(text, at)
            if forename in near and (names_alone or any(day in near for day in births)):
                return True
            at = text.find(surname, at + 1)
        return False

    def in_bytes(self, held: bytes) -> bool:
        """Words alone, as any program may have written them."""
        lowered = held.lower()
        return any(
            one in lowered
            for word in self.words
            for one in (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be"))
        )


def _record_at(text: str, at: int) -> str:
    begin, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
    end = len(text) if end < 0 else end
    if end - begin <= 2 * _BESIDE:
        return text[begin:end]
    return text[max(begin, at - _BESIDE) : min(end, at + _BESIDE)]


def sought(child: Child) -> Sought:
    words = tuple(sorted({one.casefold() for one in (*child.upns, *child.pupil_ids)}))
    whole = [one for one in child.names if all(one)]
    people = {
        (surname.casefold().strip(), forename.casefold().strip(), spelt(born)) for surname, forename, born in whole
    }
    return Sought(words, tuple(sorted(one for one in people if one[0] and one[1])))


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
    """Whether a trace is in a file, whatever it is packed in; its own name counts too."""
    if one.in_text(path.name):
        return True
    return any(_in(part, one, names_alone) for part in unpacked(path))


def _in(part: Unpacked, one: Sought, names_alone: bool) -> bool:
    if one.in_bytes(part.content):
        return True
    return any(one.in_text(record, names_alone=names_alone) for record in records_of(part))


def files_with(home: Home, one: Sought, *, but_not: Iterable[Path] = ()) -> Iterator[Path]:
    """The home's files in which a trace is. Its encrypted databases are looked through by cell."""
    left = {home.warehouse, home.identity, *but_not}
    for path in sorted(home.folder.rglob("*")):
        is_ours = path.is_file() and not path.is_symlink() and path not in left and not _NOT_OURS.search(path.name)
        if is_ours and in_file(path, one):
            yield path


def files_looked_at(home: Home) -> int:
    return sum(1 for path in home.folder.rglob("*") if path.is_file() and not path.is_symlink())


def tables_with(con: duckdb.DuckDBPyConnection, database: str, one: Sought) -> Iterator[tuple[str, int]]:
    """Tables with a trace, and in how many rows: every cell is read as text."""
    for table, columns in _every_column(con, database).items():
        cells = ", ".join(f'"{column}"::VARCHAR' for column in columns)
        found = con.execute(_IN_CELLS.format(table=table, cells=cells, holds=_holds(one)), _values(one)).fetchone()[0]
        if found:
            yield table, found


def _every_column(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    told = con.execute(
        "SELECT database_name || '.' || schema_name || '.' || table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "SEMI JOIN duckdb_tables() USING (database_name, schema_name, table_name) WHERE database_name = ? GROUP BY 1 ORDER BY 1",
        [database],
    )
    return dict(told.fetchall())


_IN_CELLS = "SELECT count(*) FROM (SELECT lower(concat_ws(chr(9), {cells})) AS text FROM {table}) WHERE {holds}"


def _holds(one: Sought) -> str:
    said = ["list_bool_or(list_transform($words, lambda word: contains(text, word)))"]
    for at, _ in enumerate(one.people):
        days = f"list_bool_or(list_transform($births{at}, lambda day: contains(text, day)))"
        said.append(f"(contains(text, $surname{at}) AND contains(text, $forename{at}) AND {days})")
    return " OR ".join(said)


def _values(one: Sought) -> dict[str, object]:
    values: dict[str, object] = {"words": [*one.words] or [""][:0]}
    for at, (surname, forename, births) in enumerate(one.people):
        values |= {f"surname{at}": surname, f"forename{at}": forename, f"births{at}": [*births]}
    return values
