"""The sheet a SENCo works from: per pupil worth a look a row of what the records say, and below it one to answer in.

Whoever has just come, or is worse or better, is told in full; whoever was on the list before and is as before is one row,
with room to answer all the same. What stands in which column is in `workbook_columns`.
"""

from datetime import date

from xlsxwriter.format import Format

from pipeline.vocabulary.feedback import DECISIONS, FACTS, SNOOZE_REASONS

from .seals import Seals
from .workbook_book import Leaf
from .workbook_columns import (
    ANSWERED_BY,
    ANSWERS,
    ANSWERS_AT,
    HIDDEN,
    PLACE_AT,
    PUPIL_AT,
    RECORDS,
    SHOWN,
    WIDTHS,
    pixels_of,
)
from .workbook_contents import ListedPupil, ReviewList, day_in_words
from .workbook_marks import LIST, put_mark
from .workbook_paper import as_bold, protect, put, put_across, put_made_up, put_title, row_points, set_up_page
from .workbook_rows import KINDS_OFF, Page, hide_columns, put_full, put_off, put_section, put_unchanged

NAME = "Review list"

PURPOSE = (
    "For offering support; not for penalty notices, prosecution, exclusion, admissions, funding or judging staff. "
    "It is not a diagnosis. A person decides."
)

_TO_FILL = (  # on paper there is no drop-down
    f"For you to fill in.  Decision: {', '.join(DECISIONS)}.  Snooze, why: {', '.join(SNOOZE_REASONS)}.  "
    f"A fact here is wrong: {', '.join(FACTS)}."
)
_SIXTH_FORM = "Sixth form: each judged on their own past only"

_MOST_TOP_POINTS = 45.0  # what is said above the rows stays in sight, so it must stay short
_ALL = sum(WIDTHS)
_SAID_ROW, _BAND_ROW, _HEADING_ROW = 3, 4, 5
FIRST_ROW = _HEADING_ROW + 1


def write_list_sheet(
    sheet: Leaf, listed: ReviewList, weeks_at: dict[str, str], forms: dict[str, Format], seals: Seals
) -> None:
    """Fill `sheet`. `weeks_at` is where each pupil's twelve weeks are kept, by key: the sparklines read them there."""
    page = Page(sheet, listed, weeks_at, forms, seals)
    set_up_page(sheet, listed)
    protect(sheet)
    _set_columns(sheet)
    _put_top(page)
    _put_headings(sheet, forms)
    row = _put_groups(page, FIRST_ROW)
    row = _put_off_list(page, row)
    row = _put_unchanged(page, row)
    if not listed.rows:
        row = put_section(page, row, "No pupil is on this list. See “Counted, not listed”.")
    sheet.print_area(0, SHOWN[0], row - 1, SHOWN[1])


def _set_columns(sheet: Leaf) -> None:
    hide_columns(sheet)
    for place, pixels in enumerate(WIDTHS, start=PLACE_AT):
        sheet.set_column_pixels(place, place, pixels)
    sheet.freeze_panes(FIRST_ROW, PUPIL_AT + 1)
    sheet.repeat_rows(_SAID_ROW, _HEADING_ROW)
    sheet.set_selection(FIRST_ROW + 1, ANSWERS_AT, FIRST_ROW + 1, ANSWERS_AT)


# ---- above the rows


def _put_top(page: Page) -> None:
    sheet, listed, forms = page.sheet, page.listed, page.forms
    put_mark(sheet, LIST, listed, page.seals, forms)
    title_ends = SHOWN[1] - 2 if listed.demo else SHOWN[1]
    title = f"Pupils worth a look: {listed.school}"
    put_title(sheet, 0, (SHOWN[0], title_ends), pixels_of(SHOWN[0], title_ends), title, forms)
    if listed.demo:
        put_made_up(sheet, 0, (title_ends + 1, SHOWN[1]), forms)
    for row, text, form in ((1, PURPOSE, "purpose"), (2, facts_in_brief(listed), "plain")):
        put_across(sheet, row, SHOWN, text, forms[form])
        sheet.set_row(row, row_points([(text, as_bold(_ALL))]))


def facts_in_brief(listed: ReviewList) -> str:
    """What the list rests on, what changed since the one before, and how many are not on it and why."""
    school = (
        f"List of {day_in_words(listed.as_of)}. {registers_in_words(listed.registers_to)} "
        f"{listed.roll:,} on roll; {listed.places} places; {len(listed.rows)} listed; "
        f"{len(listed.history_needed)} new or moved, with too little history. {_changes(listed)}"
    ).rstrip()
    why = "; ".join(f"{sentence.rstrip('.')}: {count:,}" for sentence, count in listed.counted if count)
    counted = f"Counted, not listed: {listed.counted_not_listed:,}" + (f" ({why})." if why else ".")
    full = f"{school}\n{counted}"
    if row_points([(full, as_bold(_ALL))]) > _MOST_TOP_POINTS:
        full = f"{school}\nCounted, not listed: {listed.counted_not_listed:,} (why: see “Counted, not listed”)."
    return full


def _changes(listed: ReviewList) -> str:
    if listed.before is None:
        return ""
    counts = ", ".join(f"{len(_changed(listed, change))} {change}" for change in (*GROUPS, "unchanged"))
    return f"Since the list of {day_in_words(listed.before)}: {counts}, {len(listed.off_list)} off the list."


def registers_in_words(registers_to: date | None) -> str:
    if registers_to is None:
        return "No registers are held: this list rests on the school census."
    return f"Registers run to {day_in_words(registers_to)}."


def _put_headings(sheet: Leaf, forms: dict[str, Format]) -> None:
    said = [("Place", PLACE_AT, PLACE_AT), ("Pupil", PUPIL_AT, PUPIL_AT)]
    said += [(record.heading, record.first, record.last) for record in RECORDS]
    for heading, first, last in said:
        put_across(sheet, _SAID_ROW, (first, last), heading, forms["said"])
    sheet.set_row(_SAID_ROW, row_points((heading, as_bold(pixels_of(*across))) for heading, *across in said))
    put_across(sheet, _BAND_ROW, SHOWN, _TO_FILL, forms["asked"])
    sheet.set_row(_BAND_ROW, row_points([(_TO_FILL, as_bold(_ALL))]))
    asked = [heading for heading, _ in HIDDEN] + ["", ANSWERED_BY, *(column.heading for column in ANSWERS)]
    for place, heading in enumerate(asked):
        put(sheet, _HEADING_ROW, place, heading, forms["asked"])
    shown = zip(asked[PLACE_AT:], WIDTHS, strict=True)
    sheet.set_row(_HEADING_ROW, row_points((heading, as_bold(pixels)) for heading, pixels in shown))


# ---- the rows told in full


GROUPS = {"new": "New", "worse": "Worse", "better": "Better"}


def _changed(listed: ReviewList, change: str) -> list[ListedPupil]:
    """Those whom this change befell; of a school's first list all are new, and nothing has to say so."""
    return [pupil for pupil in listed.rows if pupil.change == change]


def _put_groups(page: Page, row: int) -> int:
    """New, worse and better, each under a heading that says how many; the row after them."""
    for change, title in GROUPS.items():
        pupils = _changed(page.listed, change)
        if pupils and page.listed.before:
            row = put_section(page, row, f"{title} since the list of {day_in_words(page.listed.before)}: {len(pupils)}")
        row = _put_both_sections(page, row, pupils, put_full)
    return row


def _put_both_sections(page: Page, row: int, pupils: list[ListedPupil], put_one) -> int:
    sixth_form = [pupil for pupil in pupils if pupil.section == "sixth_form"]
    for pupil in (pupil for pupil in pupils if pupil.section == "main"):
        row = put_one(page, row, pupil)
    if sixth_form:
        row = put_section(page, row, _SIXTH_FORM)
    for pupil in sixth_form:
        row = put_one(page, row, pupil)
    return row


# ---- the rows told in few words


_BECAME = "Off the list since {}: {}. Nothing to fill in."


def _put_off_list(page: Page, row: int) -> int:
    """One line per pupil who was on the list before and is not on this one."""
    listed = page.listed
    if listed.off_list and listed.before:
        row = put_section(page, row, _BECAME.format(day_in_words(listed.before), len(listed.off_list)))
    for one in sorted(listed.off_list, key=lambda one: (list(KINDS_OFF).index(one.kind), one.name, one.nc_year)):
        row = put_off(page, row, one)
    return row


def _put_unchanged(page: Page, row: int) -> int:
    """One row per pupil who has kept a place and is as before: those with the figures told again are above."""
    pupils = _changed(page.listed, "unchanged")
    if pupils:
        row = put_section(page, row, f"Unchanged, and waiting for a decision: {len(pupils)}")
    return _put_both_sections(page, row, pupils, put_unchanged)
