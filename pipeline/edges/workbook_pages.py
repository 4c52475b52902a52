"""The other sheets: pupils new or moved, who was counted and why, and what comes back with the list."""

from xlsxwriter.format import Format

from .seals import Seals
from .workbook_book import Leaf
from .workbook_contents import FORMAT_VERSION, WEEKS_SHOWN, ReviewList, day_in_words, year_in_words
from .workbook_marks import FOR_RETURN as FOR_RETURN_PART
from .workbook_marks import LIVE, mark_in_words
from .workbook_paper import MADE_UP, as_bold, put, row_points
from .workbook_rows import weeks_range
from .workbook_tables import put_heading_row, put_none, say, start

NEW_OR_MOVED, COUNTED, FOR_RETURN = "New or moved", "Counted, not listed", "For return"

_SLIVER = 0.04
"""How tall a week with nothing attended is drawn, so that it does not look like a week with nothing possible."""

# ---- new or moved


def write_new_or_moved(sheet: Leaf, listed: ReviewList, forms: dict[str, Format]) -> None:
    """One row per pupil with too few sessions to be judged."""
    widths = (230, 110, 150, 130, 150, 330)
    start(sheet, listed, "New or moved: history needed", widths, forms)
    say(sheet, 2, widths, "Too few sessions here to be judged, and no last year to go by. Ask the last school.", forms)
    headings = (
        "Pupil",
        "Year group",
        "First day here",
        "Possible sessions so far",
        "Last school asked on",
        "What it said",
    )
    put_heading_row(sheet, 3, headings, widths, forms, to_fill=2)
    for row, pupil in enumerate(listed.history_needed, start=4):
        texts = (pupil.name, year_in_words(pupil.nc_year), day_in_words(pupil.entry_date))
        for column, text in enumerate(texts):
            put(sheet, row, column, text, forms["term" if column == 0 else "line"])
        sheet.write_number(row, 3, pupil.possible_sessions, forms["number"])
        sheet.write_blank(row, 4, None, forms["fill_day"])
        sheet.write_blank(row, 5, None, forms["fill"])
        room = [(text, as_bold(width)) for text, width in zip(texts, widths, strict=False)]
        sheet.set_row(row, row_points(room, least=30))
    if not listed.history_needed:
        put_none(sheet, 4, widths, "No pupil is too new to be judged.", forms)


# ---- counted, not listed


def write_counted(sheet: Leaf, listed: ReviewList, forms: dict[str, Format]) -> None:
    """One row per reason for which pupils were counted and not listed."""
    widths = (930, 120)
    start(sheet, listed, "Counted, not listed", widths, forms)
    words = "Numbers only, no names. The list holds no more pupils than the school has places for."
    say(sheet, 2, widths, words, forms)
    put_heading_row(sheet, 3, ("Why they are not on the list", "Pupils"), widths, forms)
    for row, (sentence, count) in enumerate(listed.counted, start=4):
        put(sheet, row, 0, sentence, forms["line"])
        sheet.write_number(row, 1, count, forms["number"])
        sheet.set_row(row, row_points([(sentence, widths[0])], least=20))
    if not listed.counted:
        put_none(sheet, 4, widths, "No pupil was counted and left off.", forms)
    row = 4 + max(1, len(listed.counted))
    for line in _severe(listed):
        put(sheet, row, 0, line[0], forms["line"])
        sheet.write_number(row, 1, line[1], forms["number"])
        sheet.set_row(row, row_points([(line[0], widths[0])], least=20))
        row += 1


def _severe(listed: ReviewList) -> list[tuple[str, int]]:
    """Nobody who misses half or more, with nothing on file, goes without a reason why the list does not name them."""
    begins = "Of all these, pupils absent for half or more, with nothing on file"
    return [(f"{begins}: {why}.", count) for why, count in listed.severe] or [(f"{begins}.", 0)]


# ---- what comes back with it


def write_for_return(sheet: Leaf, listed: ReviewList, forms: dict[str, Format], seals: Seals) -> dict[str, str]:
    """Which list this is, and the twelve weeks the sparklines draw; where each pupil's are kept, by key.

    Hidden so deep that only a program unhides it, and so never printed: it is for the workbook's way home.
    """
    sheet.very_hidden()
    sheet.protect()
    facts = {
        "format": FORMAT_VERSION,
        "urn": str(listed.urn),
        "as_of": listed.as_of.isoformat(),
        "data": MADE_UP if listed.demo else LIVE,
        "mark": mark_in_words(FOR_RETURN_PART, listed, seals),
    }
    for row, (name, value) in enumerate(facts.items()):
        put(sheet, row, 0, name, forms["plain"])
        put(sheet, row, 1, value, forms["plain"])
    put(sheet, len(facts), 0, f"weeks as drawn: share attended, {_SLIVER} where none was", forms["plain"])
    first = len(facts) + 1
    return {pupil.pupil_id: _put_weeks(sheet, row, pupil, forms) for row, pupil in enumerate(listed.rows, start=first)}


def _put_weeks(sheet: Leaf, row: int, pupil, forms: dict[str, Format]) -> str:
    put(sheet, row, 0, pupil.pupil_id, forms["plain"])
    latest = pupil.weekly[-WEEKS_SHOWN:]
    first = 1 + WEEKS_SHOWN - len(latest)  # the last week is always the last column, however few are known
    for column, share in enumerate(latest, start=first):
        if share is not None:
            sheet.write_number(row, column, max(round(share, 4), _SLIVER))
    return weeks_range(sheet.get_name(), row, 1, WEEKS_SHOWN)
