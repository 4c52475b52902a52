"""Published tables as files: the same rows, suppressed as they are, and the extract for inspectors."""

import csv
import io
from collections.abc import Sequence

from pipeline.tables.published import PUBLISHED
from pipeline.tables.schema import Table
from pipeline.vocabulary.formulas import kept_a_text
from pipeline.vocabulary.made_up import MADE_UP

from . import queries, words
from .pages.postcode import WAITS
from .parts import Column
from .reading import NotThere, Reading

TABLES = {table.name.removeprefix("published."): table for table in PUBLISHED}
FILTERS = ("scope", "phase", "area", "urn", "kind", "term", "feed", "signal")
OPEN_TO_ALL = ("table_notes", "figure_notes", "signal_names", "england")
"""Of no school: whoever may read anything may read these."""


class OthersSchools(Exception):
    """The table has more schools in it than whoever asks may see, and cannot be parted by school."""


def table_of(reading: Reading, name: str):
    """The rows of a published table as a frame, of the schools whoever reads may see; made-up ones say so in a last column, `demo`.

    Raises NotThere where there is no such table, or no such school for whoever reads; OthersSchools where it is of all schools.
    """
    if name not in TABLES:
        raise NotThere("There is no such table to download.")
    table = TABLES[name]
    if not reading.person.sees_all and "urn" not in table.names and name not in OPEN_TO_ALL:
        raise OthersSchools
    if "urn" in table.names and reading.told.get("urn") and not reading.row(queries.URN_SEEN):
        raise NotThere("There is no school of that number here that you may see.")
    conditions, asked = _conditions(table, reading)
    order = ", ".join(table.key)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    made_up = ", true AS demo" if reading.run["demo"] and "demo" not in table.names else ""
    return reading.snapshot.table(f"SELECT *{made_up} FROM {table.name}{where} ORDER BY {order}", asked)


def _conditions(table: Table, reading: Reading) -> tuple[list[str], dict[str, object]]:
    """Column names are of the declared table, and never of the address."""
    asked: dict[str, object] = {
        name: reading.told[name] for name in FILTERS if reading.told.get(name) and name in table.names
    }
    conditions = [f"{name}::VARCHAR = ${name}" for name in asked]
    if reading.told.get("term") and "term" not in table.names and "week_start" in table.names:
        conditions.append("week_start IN (SELECT week_start FROM published.week WHERE term = $term)")
        asked["term"] = reading.told["term"]
    if not reading.person.sees_all and "urn" in table.names:
        conditions.append("list_contains($urns::INTEGER[], urn)")
        asked["urns"] = list(reading.person.schools)
    return conditions, asked


def as_csv(frame) -> bytes:
    """Rates 0 to 1, days as 2025-09-08, an empty cell where a figure is hidden or not told."""
    return _csv(frame.columns, frame.rows())


def as_parquet(frame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


_EXTRACT = (Column("urn", "URN"), Column("name", "School"), Column("phase", "Phase"), Column("area", "Area"), *WAITS)
_ENGLAND = "England: plans within 20 weeks"


def extract(reading: Reading) -> bytes:
    """How long a look and a plan take, school by school, in words a person reads, with England's figure on every row."""
    england = reading.row(queries.ENGLAND, figure="plans_in_time", phase=None)
    beside = (f"{words.rate(england['value'])} ({england['of']})",) if england else (words.NOT_TOLD,)
    rows = reading.rows(queries.POSTCODE_EXTRACT)
    head = [*(column.heading for column in _EXTRACT), _ENGLAND]
    if reading.run["demo"]:
        head, beside = [*head, "Data"], (*beside, MADE_UP)
    return _csv(head, [(*(column.written(row) for column in _EXTRACT), *beside) for row in rows])


def _csv(head: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + file.getvalue().encode()  # a spreadsheet program takes it for UTF-8 then


def _cell(value: object) -> object:
    """A text that a spreadsheet program would take for a formula is kept a text."""
    if isinstance(value, bool):
        return str(value).lower()
    return kept_a_text(value) if isinstance(value, str) else value
