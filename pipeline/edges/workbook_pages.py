"""The other sheets: pupils new or moved, who was counted and why, the page about the list, and what comes back with it."""

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.vocabulary.feedback import DECISIONS

from .workbook_contents import FORMAT_VERSION, WEEKS_SHOWN, ReviewList, day_in_words, year_in_words
from .workbook_list import COLUMNS, PURPOSE, registers_in_words, weeks_range
from .workbook_paper import (
    MADE_UP,
    as_bold,
    clean,
    protect,
    put,
    put_across,
    put_made_up,
    put_title,
    row_points,
    set_up_page,
)

NEW_OR_MOVED, COUNTED, ABOUT, FOR_RETURN = "New or moved", "Counted, not listed", "About this list", "For return"

_SLIVER = 0.04
"""How tall a week with nothing attended is drawn, so that it does not look like a week with nothing possible."""

_WHAT_DECISIONS_MEAN = {
    "look into it": "Someone will find out more, or already is.",
    "already met": "The need is known, and help for it is in place.",
    "other cause": "You know why, and support in school is not the answer to it.",
    "not needed": "You looked, and nothing more is needed now.",
    "could not reach": "You tried, and could not speak with the pupil or the family.",
    "snooze until": "Not now. Give the day to look again in “Snooze until”.",
}

_IS = (
    "A short list of pupils whose absence may be worth a look, and who may need something they do not have yet.",
    "It is made by fixed rules from registers, the census and what you told us. Each reason shows its numbers.",
    "A pupil needs no diagnosis, no plan and no SEN record to be on it.",
)
_IS_NOT = (
    PURPOSE,
    "It does not say that a pupil has additional needs, or what they are. It does not foretell anything.",
    "It can be wrong: registers are put right for weeks. You may know what the records do not.",
    "A pupil who is not on it may still need you.",
)
_CARE = (
    "Keep it where only those who need it can open it. Do not e-mail it. Destroy prints when you are done.",
    "Print it on A4, landscape: the sheets are set up for that.",
)


# ---- new or moved


def write_new_or_moved(sheet: Worksheet, listed: ReviewList, forms: dict[str, Format]) -> None:
    """One row per pupil with too few sessions to be judged."""
    widths = (230, 110, 150, 130, 150, 330)
    _start(sheet, listed, "New or moved: history needed", widths, forms)
    _say(sheet, 2, widths, "Too few sessions here to be judged, and no last year to go by. Ask the last school.", forms)
    headings = (
        "Pupil",
        "Year group",
        "First day here",
        "Possible sessions so far",
        "Last school asked on",
        "What it said",
    )
    _put_heading_row(sheet, 3, headings, widths, forms, to_fill=2)
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
        _put_none(sheet, 4, widths, "No pupil is too new to be judged.", forms)


# ---- counted, not listed


def write_counted(sheet: Worksheet, listed: ReviewList, forms: dict[str, Format]) -> None:
    """One row per reason for which pupils were counted and not listed."""
    widths = (930, 120)
    _start(sheet, listed, "Counted, not listed", widths, forms)
    words = "Numbers only, no names. The list holds no more pupils than the school has places for."
    _say(sheet, 2, widths, words, forms)
    _put_heading_row(sheet, 3, ("Why they are not on the list", "Pupils"), widths, forms)
    for row, (sentence, count) in enumerate(listed.counted, start=4):
        put(sheet, row, 0, sentence, forms["line"])
        sheet.write_number(row, 1, count, forms["number"])
        sheet.set_row(row, row_points([(sentence, widths[0])], least=20))
    if not listed.counted:
        _put_none(sheet, 4, widths, "No pupil was counted and left off.", forms)


# ---- about this list


def write_about(sheet: Worksheet, listed: ReviewList, forms: dict[str, Format]) -> None:
    """What the list is, what it is not, what to do with it, and what each column means."""
    widths = (210, 980)
    _start(sheet, listed, "About this list", widths, forms)
    row = 2
    for heading, entries in _about(listed):
        put_across(sheet, row, (0, 1), heading, forms["subtitle"])
        sheet.set_row(row, 26)
        row = _put_entries(sheet, row + 1, entries, widths, forms)


def _about(listed: ReviewList) -> list[tuple[str, list[tuple[str, str]]]]:
    sections = [
        ("This list", _this_list(listed)),
        ("What it is", [("", text) for text in _IS]),
        ("What it is not", [("", text) for text in _IS_NOT]),
        ("What to do with it", [("", text) for text in (*_how_to_return(listed), *_CARE)]),
        ("What each decision means", [(decision, _WHAT_DECISIONS_MEAN[decision]) for decision in DECISIONS]),
        ("What each column means", [(column.heading.replace("\n", " "), column.meaning) for column in COLUMNS]),
    ]
    notes = [("", line) for line in listed.lines]
    return [sections[0], ("Settings and notes", notes), *sections[1:]] if notes else sections


def _this_list(listed: ReviewList) -> list[tuple[str, str]]:
    made_up = (
        [(MADE_UP, "Every pupil here is invented. Made-up data proves mechanics, not accuracy.")] if listed.demo else []
    )
    return [
        *made_up,
        ("School", f"{listed.school} (URN {listed.urn}), {listed.roll:,} on roll"),
        ("Issued by", listed.issued_by),
        ("As of", f"{day_in_words(listed.as_of)}: nothing learned later is used"),
        ("Registers", registers_in_words(listed.registers_to)),
        ("Places", f"{listed.places} at most; {len(listed.rows)} filled"),
        ("Not listed", f"{listed.counted_not_listed:,} counted; {len(listed.history_needed)} new or moved"),
    ]


def _how_to_return(listed: ReviewList) -> tuple[str, ...]:
    return (
        "Fill in the cells under “For you to fill in” and save the workbook as it is, under its own name: it is your record.",
        "Nothing is read back from it yet. The hidden key, the decision and its dates are what will be; words and notes "
        "stay in your copy.",
        f"Until then, tell {listed.issued_by}, in the way agreed with you, of support, reviews, and days not to list before.",
        "Leave a row empty if you have not looked yet. That keeps no place: the next list is made afresh.",
    )


def _put_entries(sheet: Worksheet, row: int, entries: list, widths: tuple[int, int], forms: dict[str, Format]) -> int:
    for term, text in entries:
        if term:
            put(sheet, row, 0, term, forms["term"])
            put(sheet, row, 1, text, forms["line"])
            points = max(row_points([(text, widths[1])]), row_points([(term, as_bold(widths[0]))]))
        else:
            put_across(sheet, row, (0, 1), text, forms["line"])
            points = row_points([(text, sum(widths))])
        sheet.set_row(row, points)
        row += 1
    return row


# ---- what comes back with it


def write_for_return(sheet: Worksheet, listed: ReviewList, forms: dict[str, Format]) -> dict[str, str]:
    """Which list this is, and the twelve weeks the sparklines draw; where each pupil's are kept, by key.

    Hidden so deep that only a program unhides it, and so never printed: it is for the workbook's way home.
    """
    sheet.very_hidden()
    sheet.protect()
    facts = {
        "format": FORMAT_VERSION,
        "urn": str(listed.urn),
        "as_of": listed.as_of.isoformat(),
        "data": MADE_UP if listed.demo else "live",
    }
    for row, (name, value) in enumerate(facts.items()):
        put(sheet, row, 0, name, forms["plain"])
        put(sheet, row, 1, value, forms["plain"])
    put(sheet, len(facts), 0, f"weeks as drawn: share attended, {_SLIVER} where none was", forms["plain"])
    first = len(facts) + 1
    return {pupil.pupil_id: _put_weeks(sheet, row, pupil, forms) for row, pupil in enumerate(listed.rows, start=first)}


def _put_weeks(sheet: Worksheet, row: int, pupil, forms: dict[str, Format]) -> str:
    put(sheet, row, 0, pupil.pupil_id, forms["plain"])
    latest = pupil.weekly[-WEEKS_SHOWN:]
    first = 1 + WEEKS_SHOWN - len(latest)  # the last week is always the last column, however few are known
    for column, share in enumerate(latest, start=first):
        if share is not None:
            sheet.write_number(row, column, max(round(share, 4), _SLIVER))
    return weeks_range(sheet.get_name(), row, 1, WEEKS_SHOWN)


# ---- shared


def _start(sheet: Worksheet, listed: ReviewList, title: str, widths: tuple[int, ...], forms: dict[str, Format]) -> None:
    set_up_page(sheet, listed)
    protect(sheet)
    for column, pixels in enumerate(widths):
        sheet.set_column_pixels(column, column, pixels)
    across = (0, len(widths) - 1)
    put_title(sheet, 0, across, sum(widths), title, forms)
    if listed.demo:
        put_made_up(sheet, 1, across, forms)
        sheet.set_row(1, 24)


def _say(sheet: Worksheet, row: int, widths: tuple[int, ...], text: str, forms: dict[str, Format]) -> None:
    put_across(sheet, row, (0, len(widths) - 1), text, forms["plain"])
    sheet.set_row(row, row_points([(text, sum(widths))]))


def _put_heading_row(
    sheet: Worksheet, row: int, headings: tuple[str, ...], widths: tuple[int, ...], forms: dict, *, to_fill: int = 0
) -> None:
    """Headings of a table, frozen and repeated on every page; the last `to_fill` are for the reader."""
    for column, heading in enumerate(headings):
        put(sheet, row, column, heading, forms["asked" if column >= len(headings) - to_fill else "said"])
    sheet.set_row(row, row_points([(heading, as_bold(width)) for heading, width in zip(headings, widths, strict=True)]))
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)


def _put_none(sheet: Worksheet, row: int, widths: tuple[int, ...], text: str, forms: dict[str, Format]) -> None:
    put_across(sheet, row, (0, len(widths) - 1), clean(text), forms["line"])
    sheet.set_row(row, 24)
