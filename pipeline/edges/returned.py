"""A returned review list, read: which list it is of, and what was filled in, row by row, as text. Nothing is judged here.

A list is known by the marks that the pipeline wrote in it, never by its name, and its columns by their headings, wherever
they stand now.
"""

from dataclasses import dataclass

import polars as pl

from pipeline.tables.returned import ANSWERS
from pipeline.vocabulary.feedback import DECISIONS, FACTS, OUTCOMES, SNOOZE_REASONS

from .containers import opened
from .errors import Refused
from .extract import Extract
from .kinds import BYTES_LOOKED_AT, Kind, foreign, kind_of
from .seals import Seals, as_shown, fits
from .workbook_cells import EMPTY, Book, Cell, Sheet, book_of, day_of
from .workbook_columns import ANSWERED_BY, KEY, LOOKED_INTO, NOTHING_TO_ANSWER, SEAL, WORDS
from .workbook_columns import ANSWERS as TO_ANSWER
from .workbook_contents import FORMAT_VERSION
from .workbook_list import NAME
from .workbook_marks import LIST, Mark, mark_of
from .workbook_marks import LOOKED_INTO as LOOKED_INTO_PART
from .workbook_review import BEING_LOOKED_INTO
from .workbook_told import MOST_LIST_BYTES

_KEY_FIELDS = {KEY: "pupil_id", SEAL: "seal", ANSWERED_BY: "who"}
_PARTS = {LIST: TO_ANSWER, LOOKED_INTO_PART: LOOKED_INTO}
_DAYS = ("decided_on", "snooze_until", "outcome_on")
_CHOICES = {"decision": DECISIONS, "snooze_reason": SNOOZE_REASONS, "fact": FACTS, "outcome": OUTCOMES}


@dataclass(frozen=True)
class Returned:
    """One returned list: whose it is, and one row of `tables.returned.ANSWERS` per row in which anything was filled in."""

    mark: Mark
    answers: pl.DataFrame


def content_of(extract: Extract) -> bytes:
    """The bytes of a file that came back. Raises Refused where it is no Excel workbook, or larger than any list."""
    if extract.fault:
        raise extract.fault
    extract.check_unchanged()
    with opened(extract) as stream:
        content = stream.read(MOST_LIST_BYTES + 1)
    extract.check_unchanged()
    start = content[:BYTES_LOOKED_AT]
    if len(content) > MOST_LIST_BYTES:
        raise Refused(
            f"{extract.name} is over {MOST_LIST_BYTES // 10**6} MB, as no returned list is: send the list itself."
        )
    if kind_of(start) is not Kind.ZIP:
        what = foreign(start) or f"no Excel workbook, but {kind_of(start).value}: save the list itself as .xlsx"
        raise Refused(f"{extract.name} is {what}.")
    return content


def returned_list(content: bytes, name: str, seals: Seals, *, with_words: bool) -> Returned:
    """The list that came back as `content`, called `name`. Words are read only where `with_words` says so.

    Raises Refused where it is no list of this home, was altered, or lacks a column or headings of a sheet that is read.
    """
    book = book_of(content, name)
    mark = _mark(book, name)
    if book.has_macros:
        raise Refused(f"{name} has macros, as no list does: save it as .xlsx, without them.")
    made_by = _sealed_by(mark, name, seals)
    tables = _tables(book, name)
    told = [row for table in tables for row in _answers(table, mark, book, made_by, with_words=with_words)]
    answers = ANSWERS.conform(pl.DataFrame(told, schema=ANSWERS.schema, orient="row"))
    return Returned(mark, answers if made_by is seals else _under_todays_key(answers, seals, made_by))


def _under_todays_key(answers: pl.DataFrame, seals: Seals, made_by: Seals) -> pl.DataFrame:
    """Answers on a list that went out before the home's pseudonym key was changed, of the pupil_ids of now."""
    now = {one: seals.today(one, made_by) for one in answers["pupil_id"].drop_nulls().unique()}
    return answers.with_columns(pl.col("pupil_id").replace(now))


# ---- which list it is


def _mark(book: Book, name: str) -> Mark:
    """What all marks of the workbook agree on. They may stand anywhere: rows and columns are put in, and sheets are copied."""
    texts = (cell.text for sheet in book.sheets for cell in sheet.cells.values() if not cell.is_number)
    marks = {mark for text in texts if (mark := mark_of(text))}
    if not marks:
        raise Refused(
            f"{name} does not say which list it is of: it is no review list of this pipeline, or its hidden parts were taken out. "
            "Fill in a fresh copy of the list."
        )
    if len({(mark.format, mark.urn, mark.as_of, mark.data, mark.home) for mark in marks}) > 1:
        raise Refused(f"{name} has sheets of several lists in it: send each list by itself.")
    return min(marks, key=lambda mark: (mark.part, mark.seal))


def _sealed_by(mark: Mark, name: str, seals: Seals) -> Seals:
    """The key of the home under which the list went out. Raises Refused for a list that is none of this home's."""
    if mark.format != FORMAT_VERSION:
        raise Refused(
            f"{name} was made by another version of the pipeline (format {_digits(mark.format)}; this one reads {FORMAT_VERSION}): "
            "fill in a copy of a newer list."
        )
    made_by = next((one for one in seals.all() if fits(one.home, mark.home) and one.were_made_on(mark.as_of)), None)
    if not made_by:
        raise Refused(
            f"{name} is a list of another home, or of this one under another pseudonym.key: nothing of it is read."
        )
    if not fits(made_by.of_list(mark.part, mark.urn, mark.as_of, mark.data), mark.seal):
        raise Refused(
            f"{name} says another school or day than the list it was made as: fill in a fresh copy of the list."
        )
    return made_by


def _digits(told: str) -> str:
    return told if told.isdecimal() and len(told) <= 4 else "not known"


# ---- where its columns are


@dataclass(frozen=True)
class _Table:
    """The part of a sheet that is read: its rows beside that of the headings, and the column of each field."""

    part: str
    sheet: Sheet
    heading_row: int
    columns: dict[str, int]


def _tables(book: Book, name: str) -> list[_Table]:
    """One per sheet that is read. Raises Refused where there is none to decide in, or where one of ours has lost its headings."""
    by_sheet = [(sheet, _table(sheet, name)) for sheet in book.sheets]
    tables = [table for _, table in by_sheet if table]
    if not any(table.part == LIST for table in tables):
        raise Refused(
            f"{name} has no sheet with the columns {KEY}, {SEAL} and Decision: they are hidden, and were taken out. Fill in a "
            "fresh copy of the list."
        )
    for sheet, table in by_sheet:
        if not table and (part := _part_of(sheet)):
            raise Refused(
                f"{name}, sheet “{_called(sheet)}”, has no row with the headings “{KEY}”, “{SEAL}” and “{_PARTS[part][0].heading}”, so "
                "that no answer in it can be read: fill in a fresh copy of the list."
            )
    return tables


def _part_of(sheet: Sheet) -> str | None:
    """Which part of the list a sheet is, by its name or by a mark in it, whatever became of its headings; null of none."""
    marks = [mark for cell in sheet.cells.values() if not cell.is_number and (mark := mark_of(cell.text))]
    parts = {mark.part for mark in marks} & _PARTS.keys()
    return min(parts) if parts else {NAME: LIST, BEING_LOOKED_INTO: LOOKED_INTO_PART}.get(sheet.name)


def _table(sheet: Sheet, name: str) -> _Table | None:
    """Null of a sheet without the headings of either part."""
    for row, cells in sheet.rows().items():
        headings = {column: _spelt(cell.text) for column, cell in cells.items()}
        for part, to_fill in _PARTS.items():
            if {_spelt(KEY), _spelt(SEAL), _spelt(to_fill[0].heading)} <= set(headings.values()):
                return _Table(part, sheet, row, _columns(part, headings, sheet, name))
    return None


def _columns(part: str, headings: dict[int, str], sheet: Sheet, name: str) -> dict[str, int]:
    """The column of each field that is there; all but words must be. Raises Refused for one that is not, or there twice."""
    fields = _KEY_FIELDS | {column.heading: column.field for column in _PARTS[part] if column.field}
    found = {}
    for heading, field in fields.items():
        at = [column for column, told in headings.items() if told == _spelt(heading)]
        if len(at) > 1 or (not at and field not in WORDS):
            lacks = "has more than once" if at else "has no longer"
            shown = heading.replace("\n", " ")
            raise Refused(
                f"{name}, sheet “{_called(sheet)}”, {lacks} the column “{shown}”: fill in a fresh copy of the list."
            )
        if at:
            found[field] = at[0]
    return found


def _spelt(heading: str) -> str:
    return as_shown(heading).casefold().replace("’", "'")


def _called(sheet: Sheet) -> str:
    """A sheet's name, where it is one of ours; by its place where a person renamed it, for that name may be a child's."""
    return sheet.name if sheet.name in (NAME, BEING_LOOKED_INTO) else f"Sheet {sheet.number}, renamed"


# ---- what was filled in


def _answers(table: _Table, mark: Mark, book: Book, seals: Seals, *, with_words: bool) -> list[tuple]:
    """One row per row of the sheet that is answered, in the order of the columns of ANSWERS.

    Rows are read above the headings too: a reader who sorts a sheet leaves them where they fall.
    """
    fields = {field: column for field, column in table.columns.items() if with_words or field not in WORDS}
    found = []
    for row, cells in table.sheet.rows().items():
        told = {field: cells.get(column, EMPTY) for field, column in fields.items()}
        says_only = row < table.heading_row and _is_of_nobody(told)
        if row != table.heading_row and _is_answered(told, _merged(table.sheet, row, fields), says_only=says_only):
            found.append(_answer(table, row, told, fields, mark, seals, from_1904=book.from_1904))
    return found


def _is_of_nobody(told: dict[str, Cell]) -> bool:
    """Whether a row has neither key nor seal, as the title and what is said above the headings; the mark is no key."""
    key = told["pupil_id"].text
    return told["seal"].is_empty and (not key.strip() or mark_of(key) is not None)


def _is_answered(told: dict[str, Cell], merged: bool, *, says_only: bool) -> bool:
    """Whether anything to be read is filled in: of a row that only says something, an answer written over what it says."""
    if says_only or as_shown(told["pupil_id"].text) == NOTHING_TO_ANSWER:
        picked = any(as_shown(told.get(field, EMPTY).text).casefold() in ours for field, ours in _CHOICES.items())
        return picked or any(told.get(field, EMPTY).is_number for field in _DAYS)
    return merged or any(not cell.is_empty for field, cell in told.items() if field not in _KEY_FIELDS.values())


def _merged(sheet: Sheet, row: int, fields: dict[str, int]) -> bool:
    """Whether a cell that is read is one with another, of this row or of the next: nobody can tell whose answer it is then."""
    return any(
        one.first_row <= row <= one.last_row
        and any(one.first_column <= at <= one.last_column for at in fields.values())
        for one in sheet.merged
    )


def _answer(
    table: _Table, row: int, told: dict[str, Cell], fields: dict, mark: Mark, seals: Seals, *, from_1904: bool
) -> tuple:
    key, who = as_shown(told["pupil_id"].text), told["who"].text
    seal = seals.of_row(table.part, mark.urn, mark.as_of, key, who)
    text = {field: _text(field, told[field], from_1904=from_1904) for field in told}
    values = text | {
        "sheet": _called(table.sheet),
        "row_number": row,
        "part": table.part,
        "pupil_id": None if key in ("", NOTHING_TO_ANSWER) else key,
        "is_sealed": fits(seal, told["seal"].text),
        "has_formula": any(cell.has_formula for cell in told.values()),
        "is_merged": _merged(table.sheet, row, fields),
    }
    return tuple(values.get(name) for name in ANSWERS.names)


def _text(field: str, cell: Cell, *, from_1904: bool) -> str | None:
    """What a cell says, on one line; of a day that is a spreadsheet's number, the day. Words keep their lines."""
    if cell.is_empty:
        return None
    if field in _DAYS and cell.is_number:
        day = day_of(cell.text, from_1904=from_1904)
        return day.isoformat() if day else cell.text
    return cell.text.strip() if field in (*WORDS, "who") else as_shown(cell.text)
