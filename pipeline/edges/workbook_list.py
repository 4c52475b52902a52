"""The sheet a SENCo works from: one row per pupil worth a look, and room to answer.

`COLUMNS` is the sheet: its order, headings and widths, what each cell says, and what the page about the list says of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from pipeline.vocabulary.feedback import DECISIONS

from .workbook_contents import ListedPupil, ReviewList, day_in_words, year_in_words
from .workbook_paper import (
    TEAL,
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

NAME = "Review list"

PURPOSE = (
    "For offering support; not for penalty notices, prosecution, exclusion, admissions, funding or judging staff. "
    "It is not a diagnosis. A person decides."
)

_TO_FILL = f"For you to fill in. Decisions: {', '.join(DECISIONS)}."  # on paper there is no drop-down

_LEAST_POINTS = 84.0  # room to write by hand, however little is said
_MOST_TOP_POINTS = 45.0  # what is said above the rows stays in sight, so it must stay short
_LONGEST_SNOOZE = timedelta(days=366)


@dataclass(frozen=True)
class ListColumn:
    """One column. One with no `says` is for the reader to fill; `prompt` is the help shown on its cells."""

    heading: str
    pixels: int
    meaning: str
    form: str
    says: Callable[[ListedPupil], str] | None = None
    prompt: str = ""


def _who(pupil: ListedPupil) -> str:
    return "\n".join(part for part in (pupil.name, year_in_words(pupil.nc_year), pupil.changed) if part)


def _why(pupil: ListedPupil) -> str:
    return "\n".join(f"• {reason}" for reason in pupil.reasons)


COLUMNS = (
    ListColumn("Key", 0, "Hidden. It says which pupil a decision is about; it is no name and no UPN.", "fact",
               lambda pupil: pupil.pupil_id),
    ListColumn("Place", 42, "The order to look in. It is not a mark or a score.", "place", lambda pupil: str(pupil.place)),
    ListColumn("Pupil", 112, "Surname, forename, year group, and what changed since the last list.", "fact", _who),
    ListColumn("Why worth a look", 312, "Each reason, with the numbers behind it.", "fact", _why),
    ListColumn("Last twelve school weeks", 78,
               "One bar a week, the latest on the right: the taller, the more sessions attended. A sliver: none attended. A gap: none possible.", "spark"),
    ListColumn("Last four weeks", 100, "Sessions missed and why, as the registers say.", "fact",
               lambda pupil: pupil.last_four_weeks),
    ListColumn("Support on file", 94, "What we know is in place. There may be more that we were not told.", "fact",
               lambda pupil: pupil.support),
    ListColumn("Next step: a question", 112, "One thing to ask. You may know a better one.", "fact",
               lambda pupil: pupil.next_step),
    ListColumn("Decision", 82, "Pick one from the list.", "fill", prompt="Pick one from the list."),
    ListColumn("Decided on", 62, "The day you decided.", "fill_day", prompt="The day you decided, such as 26/11/2026."),
    ListColumn("Snooze until", 62, "Only for “snooze until”: the pupil stays off the list until this day, unless things get "
               "worse.", "fill_day", prompt="Only if you chose “snooze until”: the day to look again."),
    ListColumn("Pupil’s words\n(empty: not\nyet asked)", 94, "What the pupil says, in their own words. Stays in your copy.",
               "fill_words", prompt="In the pupil’s own words. Empty means no one has asked yet."),
    ListColumn("Parents’ words\n(empty: not\nyet asked)", 94, "What parents or carers say, in their own words. Stays in your "
               "copy.", "fill_words", prompt="In the parents’ or carers’ own words. Empty means no one has asked yet."),
    ListColumn("Notes and target", 84, "What you will try, what should change, and by when. Stays in your copy.", "fill",
               prompt="What you will try, what should change, and by when."),
)  # fmt: skip

_AT = {column.heading: place for place, column in enumerate(COLUMNS)}
_PLACE, _PUPIL, _WEEKS = _AT["Place"], _AT["Pupil"], _AT["Last twelve school weeks"]
_DECISION, _DECIDED_ON, _SNOOZE = _AT["Decision"], _AT["Decided on"], _AT["Snooze until"]
_SHOWN = (1, len(COLUMNS) - 1)
_SHEET_PIXELS = sum(column.pixels for column in COLUMNS)
_BAND_ROW, _HEADING_ROW = 3, 4
FIRST_ROW = _HEADING_ROW + 1


def write_list_sheet(sheet: Worksheet, listed: ReviewList, weeks_at: dict[str, str], forms: dict[str, Format]) -> None:
    """Fill `sheet`. `weeks_at` is where each pupil's twelve weeks are kept, by key: the sparklines read them there."""
    set_up_page(sheet, listed)
    protect(sheet)
    _set_columns(sheet)
    _put_top(sheet, listed, forms)
    _put_headings(sheet, forms)
    row = _put_section(sheet, FIRST_ROW, _of(listed, "main"), weeks_at, listed, forms)
    sixth_form = _of(listed, "sixth_form")
    if sixth_form:
        _put_section_heading(sheet, row, "Sixth form: each judged on their own past only", forms)
        row = _put_section(sheet, row + 1, sixth_form, weeks_at, listed, forms)
    if not listed.rows:
        _put_section_heading(sheet, row, "No pupil is on this list. See “Counted, not listed”.", forms)
        row += 1
    sheet.print_area(0, 0, row - 1, _SHOWN[1])


def _of(listed: ReviewList, section: str) -> list[ListedPupil]:
    return [pupil for pupil in listed.rows if pupil.section == section]


def _set_columns(sheet: Worksheet) -> None:
    for place, column in enumerate(COLUMNS):
        if column.pixels:
            sheet.set_column_pixels(place, place, column.pixels)
        else:
            sheet.set_column(place, place, 14, None, {"hidden": True})
    sheet.freeze_panes(FIRST_ROW, _PUPIL + 1)
    sheet.repeat_rows(_BAND_ROW, _HEADING_ROW)
    sheet.set_selection(FIRST_ROW, _DECISION, FIRST_ROW, _DECISION)


# ---- above the rows


def _put_top(sheet: Worksheet, listed: ReviewList, forms: dict[str, Format]) -> None:
    title_ends = _SHOWN[1] - 4 if listed.demo else _SHOWN[1]
    pixels = sum(column.pixels for column in COLUMNS[: title_ends + 1])
    put_title(sheet, 0, (_SHOWN[0], title_ends), pixels, f"Pupils worth a look: {listed.school}", forms)
    if listed.demo:
        put_made_up(sheet, 0, (title_ends + 1, _SHOWN[1]), forms)
    said = facts_in_brief(listed)
    for row, text, form in ((1, PURPOSE, "purpose"), (2, said, "plain")):
        put_across(sheet, row, _SHOWN, text, forms[form])
        sheet.set_row(row, row_points([(text, as_bold(_SHEET_PIXELS))]))


def facts_in_brief(listed: ReviewList) -> str:
    """What the list rests on, and how many are not on it and why."""
    school = (
        f"List of {day_in_words(listed.as_of)}. {registers_in_words(listed.registers_to)} "
        f"{listed.roll:,} on roll; {listed.places} places; {len(listed.rows)} listed; "
        f"{len(listed.history_needed)} new or moved, with too little history."
    )
    why = "; ".join(f"{sentence.rstrip('.')}: {count:,}" for sentence, count in listed.counted if count)
    counted = f"Counted, not listed: {listed.counted_not_listed:,}" + (f" ({why})." if why else ".")
    full = f"{school}\n{counted}"
    if row_points([(full, _SHEET_PIXELS)]) > _MOST_TOP_POINTS:
        full = f"{school}\nCounted, not listed: {listed.counted_not_listed:,} (why: see “Counted, not listed”)."
    return full


def registers_in_words(registers_to: date | None) -> str:
    if registers_to is None:
        return "No registers are held: this list rests on the school census."
    return f"Registers run to {day_in_words(registers_to)}."


def _put_headings(sheet: Worksheet, forms: dict[str, Format]) -> None:
    put_across(sheet, _BAND_ROW, (1, _DECISION - 1), "What the records say", forms["said"])
    put_across(sheet, _BAND_ROW, (_DECISION, _SHOWN[1]), _TO_FILL, forms["asked"])
    sheet.set_row(_BAND_ROW, row_points([(_TO_FILL, as_bold(sum(column.pixels for column in COLUMNS[_DECISION:])))]))
    for place, column in enumerate(COLUMNS):
        put(sheet, _HEADING_ROW, place, column.heading, forms["said" if place < _DECISION else "asked"])
    headings = [(column.heading, as_bold(column.pixels)) for column in COLUMNS]
    sheet.set_row(_HEADING_ROW, row_points(headings))


# ---- the rows


def _put_section(
    sheet: Worksheet, row: int, pupils: list[ListedPupil], weeks_at: dict[str, str], listed: ReviewList, forms: dict
) -> int:
    """Write the pupils of one section from `row` on; the row after them."""
    for pupil in pupils:
        _put_pupil(sheet, row, pupil, forms)
        _put_weeks(sheet, row, pupil, weeks_at, forms)
        _put_answers(sheet, row, listed.as_of, forms)
        row += 1
    return row


def _put_section_heading(sheet: Worksheet, row: int, text: str, forms: dict[str, Format]) -> None:
    put_across(sheet, row, _SHOWN, text, forms["section"])
    sheet.set_row(row, 20)


def _put_pupil(sheet: Worksheet, row: int, pupil: ListedPupil, forms: dict[str, Format]) -> None:
    said = [(column.says(pupil), place, column) for place, column in enumerate(COLUMNS) if column.says]
    for text, place, column in said:
        if place not in (_PLACE, _PUPIL):
            put(sheet, row, place, text, forms[column.form])
    sheet.write_number(row, _PLACE, pupil.place, forms["place"])
    _put_name(sheet, row, pupil, forms)
    room = [(text, as_bold(column.pixels) if place == _PUPIL else column.pixels) for text, place, column in said]
    sheet.set_row(row, row_points(room, least=_LEAST_POINTS))


def _put_name(sheet: Worksheet, row: int, pupil: ListedPupil, forms: dict[str, Format]) -> None:
    """The name stands out, what changed stands apart. Rich text is text too: nothing in it is ever read as a formula."""
    name, year, changed = (clean(part) for part in (pupil.name, year_in_words(pupil.nc_year), pupil.changed))
    parts = [forms["strong"], name, forms["ink"], f"\n{year}"]
    if changed:
        parts += [forms["soft"], f"\n{changed}"]
    sheet.write_rich_string(row, _PUPIL, *parts, forms["fact"])


def _put_weeks(sheet: Worksheet, row: int, pupil: ListedPupil, weeks_at: dict[str, str], forms: dict) -> None:
    if all(share is None for share in pupil.weekly):
        put(sheet, row, _WEEKS, "No registers for these weeks", forms["spark"])
        return
    sheet.write_blank(row, _WEEKS, None, forms["spark"])
    # Columns, for LibreOffice prints no lines; a little headroom, so that one pupil's full week does not touch the next row.
    look = {"type": "column", "series_color": TEAL, "min": 0, "max": 1.1, "empty_cells": "gaps", "show_hidden": True}
    sheet.add_sparkline(row, _WEEKS, {"range": weeks_at[pupil.pupil_id], **look})


def _put_answers(sheet: Worksheet, row: int, as_of: date, forms: dict[str, Format]) -> None:
    for place in range(_DECISION, len(COLUMNS)):
        column = COLUMNS[place]
        sheet.write_blank(row, place, None, forms[column.form])
        help_ = {"input_title": column.heading.split("\n")[0], "input_message": column.prompt}
        sheet.data_validation(row, place, row, place, {**_allowed(place, as_of), **help_})


def _allowed(place: int, as_of: date) -> dict:
    """What a cell to fill may hold. Pasting gets round it, so what comes back is looked at again."""
    latest = as_of + _LONGEST_SNOOZE
    if place == _DECISION:
        words = f"Please pick one of: {', '.join(DECISIONS)}."
        return {
            "validate": "list",
            "source": list(DECISIONS),
            "error_title": "Not one of the choices",
            "error_message": words,
        }
    if place == _DECIDED_ON:
        return _a_day(as_of, latest, f"Please give a day from {day_in_words(as_of)} on, such as 26/11/2026.")
    if place == _SNOOZE:
        return _a_day(
            as_of + timedelta(days=1), latest, f"Please give a day after {day_in_words(as_of)}, a year off at most."
        )
    return {"validate": "any"}


def _a_day(first: date, last: date, words: str) -> dict:
    between = {"validate": "date", "criteria": "between", "minimum": first, "maximum": last}
    return {**between, "error_title": "Not a day that fits", "error_message": words}


def weeks_range(sheet_name: str, row: int, first: int, last: int) -> str:
    return f"='{sheet_name}'!{xl_range_abs(row, first, row, last)}"
