"""The rows of the review list: a pupil told in full and the cells to answer below, one folded to a row, one in a line."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs

from .seals import Seals
from .workbook_book import Leaf, rule_of
from .workbook_columns import (
    ANSWERS,
    ANSWERS_AT,
    GIVEN_BY_LOT,
    HIDDEN,
    NOTHING_TO_ANSWER,
    PLACE_AT,
    PUPIL_AT,
    PUPIL_PIXELS,
    RECORDS,
    SHOWN,
    WEEKS_AT,
    ToFill,
    allowed,
    pixels_of,
    waiting,
    who,
    who_unchanged,
)
from .workbook_contents import ListedPupil, OffList, ReviewList, full_name, year_in_words
from .workbook_marks import LIST
from .workbook_paper import TEAL, as_bold, clean, put, put_across, row_points

LEAST_TO_WRITE, _LEAST_FOLDED, _LEAST_DRAWN = 76.0, 64.0, 66.0
"""Points: room to write by hand, and to draw weeks in, however little is said."""

KINDS_OFF = {
    "decided": "Decided",
    "resolved": "No longer asks for a look",
    "known": "Known to staff",
    "not_judged": "Cannot be judged now",
    "moved": "Moved",
    "no_room": "No room",
}
"""What became of whom is off the list, in the order it is told."""


@dataclass(frozen=True)
class Page:
    """The sheet being written, and what every row of it needs."""

    sheet: Leaf
    listed: ReviewList
    weeks_at: dict[str, str]
    forms: dict[str, Format]
    seals: Seals


def hide_columns(sheet: Leaf) -> None:
    """The first columns, of keys and seals."""
    sheet.set_column(0, len(HIDDEN) - 1, 14, None, {"hidden": True})


def put_as_said(page: Page, row: int) -> None:
    """Say in the place of a key that nothing is answered in this row."""
    put(page.sheet, row, 0, NOTHING_TO_ANSWER, page.forms["fact"])


def put_section(page: Page, row: int, text: str) -> int:
    """A heading over the rows below; the row after it."""
    put_as_said(page, row)
    put_across(page.sheet, row, SHOWN, text, page.forms["section"])
    page.sheet.set_row(row, 20)
    return row + 1


# ---- in full


def put_full(page: Page, row: int, pupil: ListedPupil) -> int:
    """What the records say, what was said before where it may be printed, and the cells to answer; the row after them."""
    row = _put_records(page, row, pupil)
    row = _put_said_before(page, row, pupil)
    return _put_answers(page, row, pupil, who(pupil.name, pupil.nc_year), least=LEAST_TO_WRITE)


def _put_records(page: Page, row: int, pupil: ListedPupil) -> int:
    put_as_said(page, row)
    page.sheet.write_number(row, PLACE_AT, pupil.place, page.forms["place_first"])
    room = [(_put_name(page, row, pupil), as_bold(PUPIL_PIXELS))]
    for record in RECORDS:
        if record.says:
            text = record.says(pupil)
            put_across(page.sheet, row, (record.first, record.last), text, page.forms["fact_first"])
            room.append((text, pixels_of(record.first, record.last)))
    _put_weeks(page, row, pupil)
    page.sheet.set_row(row, row_points(room, least=_LEAST_DRAWN))
    return row + 1


def _put_name(page: Page, row: int, pupil: ListedPupil) -> str:
    """The name stands out, strengths come first of all that is said, and what changed stands apart; the text in all.

    Rich text is text too: nothing in it is ever read as a formula.
    """
    forms = page.forms
    strengths = f"Good at, and what helps: {pupil.strengths}" if pupil.strengths else ""
    lot = GIVEN_BY_LOT if pupil.is_drawn else ""
    name = clean(pupil.name) or full_name(None, None)
    known = clean(_lines(strengths, year_in_words(pupil.nc_year)))
    apart = clean(_lines(pupil.changed, waiting(pupil, as_of=page.listed.as_of), lot))
    parts = [forms["strong"], name, forms["ink"], f"\n{known}"]
    if apart:
        parts += [forms["soft"], f"\n{apart}"]
    page.sheet.write_rich_string(row, PUPIL_AT, *parts, forms["fact_first"])
    return _lines(name, known, apart)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _put_weeks(page: Page, row: int, pupil: ListedPupil) -> None:
    if all(share is None for share in pupil.weekly):
        put(page.sheet, row, WEEKS_AT, "No registers for these weeks", page.forms["spark_first"])
        return
    page.sheet.write_blank(row, WEEKS_AT, None, page.forms["spark_first"])
    # Columns, for LibreOffice prints no lines; a little headroom, so that one pupil's full week does not touch the row above.
    look = {"type": "column", "series_color": TEAL, "min": 0, "max": 1.1, "empty_cells": "gaps", "show_hidden": True}
    page.sheet.add_sparkline(row, WEEKS_AT, {"range": page.weeks_at[pupil.pupil_id], **look})


def _put_said_before(page: Page, row: int, pupil: ListedPupil) -> int:
    """The pupil's and parents' earlier words, where any came back and may be printed: nobody should have to say it twice."""
    told = {"The pupil": pupil.pupil_words, "Parents or carers": pupil.parent_words}
    text = "\n".join(f"{whose} said before: “{words}”" for whose, words in told.items() if words)
    if not text:
        return row
    put_as_said(page, row)
    put(page.sheet, row, PLACE_AT, "", page.forms["fact"])
    put_across(page.sheet, row, (PUPIL_AT, SHOWN[1]), text, page.forms["heard"])
    page.sheet.set_row(row, row_points([(text, pixels_of(PUPIL_AT, SHOWN[1]))]))
    return row + 1


# ---- the cells to answer


def _put_answers(page: Page, row: int, pupil: ListedPupil, shown: str, *, least: float) -> int:
    put(page.sheet, row, PLACE_AT, "", page.forms["fact"])
    put_whose(page, LIST, row, pupil.pupil_id, shown, at=PUPIL_AT)
    for place, column in enumerate(ANSWERS, start=ANSWERS_AT):
        put_to_fill(page, row, place, column)
    page.sheet.set_row(row, row_points([(shown, PUPIL_PIXELS)], least=least))
    return row + 1


def put_whose(page: Page, part: str, row: int, pupil_id: str, shown: str, *, at: int) -> None:
    """Key and seal, hidden, and whom the row shows: what is sealed is what is seen."""
    seal = page.seals.of_row(part, page.listed.urn, page.listed.as_of, pupil_id, clean(shown))
    put(page.sheet, row, 0, pupil_id, page.forms["fact"])
    put(page.sheet, row, 1, seal, page.forms["fact"])
    name, *more = clean(shown).split("\n")
    parts = (page.forms["strong"], name, page.forms["ink"], "\n" + "\n".join(more)) if name and any(more) else ()
    if parts:
        page.sheet.write_rich_string(row, at, *parts, page.forms["whose"])
    else:
        put(page.sheet, row, at, shown, page.forms["whose"])


def put_to_fill(page: Page, row: int, place: int, column: ToFill, since=None) -> None:
    """A cell to fill, with its help and what it may hold; days are counted from `since`, or from the list's."""
    page.sheet.write_blank(row, place, None, page.forms[column.form])
    page.sheet.hold_to(row, place, _rule(column, since or page.listed.as_of))


@lru_cache(maxsize=1_000)
def _rule(column: ToFill, since: date) -> tuple[str, str]:
    help_ = {"input_title": _title(column), "input_message": column.help}
    return rule_of({**allowed(column, since), **help_})


def _title(column: ToFill) -> str:
    """The heading in the 32 letters that Excel shows of one."""
    title = column.heading.replace("\n", " ").split(" (")[0].split(":")[0]
    return title if len(title) <= 32 else title.split(",")[0][:32]


# ---- in few words


def put_unchanged(page: Page, row: int, pupil: ListedPupil) -> int:
    """One row: name, place, how long it has waited, the first reason, and the cells to answer; the row after it."""
    shown = who_unchanged(pupil, as_of=page.listed.as_of)
    after = _put_answers(page, row, pupil, shown, least=_LEAST_FOLDED)
    page.sheet.write_number(row, PLACE_AT, pupil.place, page.forms["place"])
    return after


def put_off(page: Page, row: int, one: OffList) -> int:
    """One line of a pupil who is off the list: what became of it; the row after it."""
    name = ", ".join(part for part in (one.name, year_in_words(one.nc_year)) if part)
    told = (
        ((PLACE_AT, PUPIL_AT), name, "term"),
        ((ANSWERS_AT, ANSWERS_AT + 1), KINDS_OFF[one.kind], "line"),
        ((ANSWERS_AT + 2, SHOWN[1]), one.because, "line"),
    )
    put_as_said(page, row)
    for across, text, form in told:
        put_across(page.sheet, row, across, text, page.forms[form])
    page.sheet.set_row(row, row_points([(text, as_bold(pixels_of(*across))) for across, text, _ in told], least=20))
    return row + 1


def weeks_range(sheet_name: str, row: int, first: int, last: int) -> str:
    return f"='{sheet_name}'!{xl_range_abs(row, first, row, last)}"
