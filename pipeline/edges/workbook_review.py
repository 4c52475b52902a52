"""The sheets of what was begun: who is being looked into, with room for what came of it, and facts that are to be put right."""

from xlsxwriter.format import Format

from pipeline.vocabulary.feedback import LONG_LOOKED_INTO_WEEKS

from .seals import Seals
from .workbook_book import Leaf
from .workbook_columns import ANSWERED_BY, HIDDEN, LOOKED_INTO, NOTHING_TO_ANSWER, who
from .workbook_contents import ReviewList, UnderReview, day_in_words, year_in_words
from .workbook_marks import LOOKED_INTO as LOOKED_INTO_PART
from .workbook_marks import put_mark
from .workbook_paper import as_bold, put, row_points
from .workbook_rows import Page, hide_columns, put_to_fill, put_whose
from .workbook_tables import put_heading_row, put_none, say, start

BEING_LOOKED_INTO, TO_PUT_RIGHT = "Being looked into", "To put right"

_LEAST_TO_WRITE = 44.0
_FIRST_ROW = 4


def write_looked_into(sheet: Leaf, listed: ReviewList, forms: dict[str, Format], seals: Seals) -> None:
    """One row per pupil somebody is looking into, with cells for what came of it."""
    widths = (250, 150, 190, *(column.pixels for column in LOOKED_INTO))
    hidden = len(HIDDEN)
    start(sheet, listed, "Being looked into", widths, forms, hidden=hidden)
    put_mark(sheet, LOOKED_INTO_PART, listed, seals, forms)
    hide_columns(sheet)
    say(sheet, 2, widths, _looked_into_words(listed), forms, hidden=hidden)
    headings = (ANSWERED_BY, "Decided on", "On the list of", *(column.heading for column in LOOKED_INTO))
    put_heading_row(sheet, 3, headings, widths, forms, to_fill=len(LOOKED_INTO), hidden=hidden)
    for place, (heading, _) in enumerate(HIDDEN):
        put(sheet, 3, place, heading, forms["said"])
    page = Page(sheet, listed, {}, forms, seals)
    for row, one in enumerate(listed.under_review, start=_FIRST_ROW):
        _put_looked_into(page, row, one, widths)
    if not listed.under_review:
        put(sheet, _FIRST_ROW, 0, NOTHING_TO_ANSWER, forms["line"])
        put_none(sheet, _FIRST_ROW, widths, "No pupil is being looked into.", forms, hidden=hidden)
    last_row = _FIRST_ROW + max(len(listed.under_review), 1) - 1
    sheet.print_area(0, hidden, last_row, hidden + len(widths) - 1)


def _looked_into_words(listed: ReviewList) -> str:
    words = (
        "Somebody decided to look into it, and no outcome has come back yet. They keep off the list until one does, or things get "
        "worse."
    )
    long = sum(one.is_long for one in listed.under_review)
    if not long:
        return words
    return f"{long} of these {'waits' if long == 1 else 'wait'} for {LONG_LOOKED_INTO_WEEKS} school weeks or more: what came of it? {words}"


def _decided_on(one: UnderReview) -> str:
    on = day_in_words(one.decided_on)
    return f"{on}, {one.school_weeks} school weeks ago" if one.is_long else on


def _put_looked_into(page: Page, row: int, one: UnderReview, widths: tuple[int, ...]) -> None:
    at, shown = len(HIDDEN), who(one.name, one.nc_year)
    put_whose(page, LOOKED_INTO_PART, row, one.pupil_id, shown, at=at)
    put(page.sheet, row, at + 1, _decided_on(one), page.forms["line"])
    put(page.sheet, row, at + 2, day_in_words(one.list_as_of), page.forms["line"])
    for place, column in enumerate(LOOKED_INTO, start=at + 3):
        put_to_fill(page, row, place, column, one.decided_on)
    room = [(shown, as_bold(widths[0])), (_decided_on(one), widths[1])]
    page.sheet.set_row(row, row_points(room, least=_LEAST_TO_WRITE))


def write_to_put_right(sheet: Leaf, listed: ReviewList, forms: dict[str, Format]) -> None:
    """One row per fact that a person said is wrong."""
    widths = (280, 120, 220, 160, 190, 280)
    start(sheet, listed, "To put right", widths, forms)
    words = "Facts you said are wrong. Put them right where they are kept, such as the register. Each goes once the records say something else."
    say(sheet, 2, widths, words, forms)
    headings = (
        "Pupil",
        "Year group",
        "What is wrong",
        "Said on",
        "On the list of",
        "What was done (stays in your copy)",
    )
    put_heading_row(sheet, 3, headings, widths, forms, to_fill=1)
    for row, one in enumerate(listed.to_put_right, start=_FIRST_ROW):
        said, on = day_in_words(one.said_on), day_in_words(one.list_as_of)
        texts = (one.name, year_in_words(one.nc_year), one.fact, said, on)
        for column, text in enumerate(texts):
            put(sheet, row, column, text, forms["term" if column == 0 else "line"])
        sheet.write_blank(row, len(texts), None, forms["fill"])
        room = [(text, as_bold(width)) for text, width in zip(texts, widths, strict=False)]
        sheet.set_row(row, row_points(room, least=30))
    if not listed.to_put_right:
        put_none(sheet, _FIRST_ROW, widths, "No fact is waiting to be put right.", forms)
