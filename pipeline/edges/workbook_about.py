"""The page about the list: what it is and is not, what to do with it, what comes back, and what each word on it means."""

from functools import lru_cache

from xlsxwriter.format import Format

from pipeline.vocabulary.feedback import DECISIONS, OUTCOMES, TRY_AGAIN_DAYS

from .workbook_book import Leaf
from .workbook_columns import ANSWERED_BY, ANSWERS, HIDDEN, RECORDS, WORDS
from .workbook_contents import ReviewList, day_in_words
from .workbook_list import PURPOSE, registers_in_words
from .workbook_paper import MADE_UP, as_bold, put, put_across, row_points
from .workbook_tables import start

ABOUT = "About this list"

_MEANS = {
    "look into it": "Someone will find out more, or already is. The pupil moves to “Being looked into” until you say there what "
    "came of it.",
    "already met": "The need is known, and help for it is in place.",
    "other cause": "You know why, and support in school is not the answer to it.",
    "not needed": "You looked, and nothing more is needed now.",
    "could not reach": f"You tried, and could not speak with the pupil or the family. You are asked again after {TRY_AGAIN_DAYS // 7} "
    "weeks.",
    "snooze until": "Not now. It needs a reason of the list, and the day to look again, a year off at most; on that day it ends.",
}
_CAME_OF_IT = {
    "need found": "A need that nobody had seen. What is done about it is yours to plan.",
    "known": "A need that was known already.",
    "none": "No need was found.",
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
_CYCLE = (
    ("Assess", "What do you, the class teacher and the family know already? What goes well? What does the pupil say is hardest? Could "
               "hearing, sight, sleep or health play a part?"),
    ("Plan", "What one thing would you try first, and who will do it? What would you see if it helped: how much, by when, and does it "
             "matter to the pupil?"),
    ("Do", "Is it happening, week by week? Who would notice if it were not?"),
    ("Review", "On what day, some six weeks on, will you look again with the pupil and the family? What changed? Keep it, change it, or "
               "stop?"),
)  # fmt: skip
"""The graduated approach of the SEND Code of Practice (2015), 6.44 to 6.56, in questions. A row asks one of its own."""


def write_about(sheet: Leaf, listed: ReviewList, forms: dict[str, Format]) -> None:
    """What the list is, what it is not, what to do with it, and what each column means."""
    widths = (210, 980)
    start(sheet, listed, "About this list", widths, forms)
    row = 2
    for heading, entries in _about(listed):
        put_across(sheet, row, (0, 1), heading, forms["subtitle"])
        sheet.set_row(row, 26)
        row = _put_entries(sheet, row + 1, entries, widths, forms)


def _about(listed: ReviewList) -> list[tuple[str, list[tuple[str, str]]]]:
    sections = [
        ("This list", _this_list(listed)),
        ("What it is", [("", _as_ordered(text, listed)) for text in _IS]),
        ("What it is not", [("", _as_ordered(text, listed)) for text in _IS_NOT]),
        ("What to do with it", [("", text) for text in (*_how_to_return(listed), *_CARE)]),
        ("Assess, plan, do, review: questions to ask", list(_CYCLE)),
        ("What each decision means", [(decision, _MEANS[decision]) for decision in DECISIONS]),
        ("What came of looking into it", [(outcome, _CAME_OF_IT[outcome]) for outcome in OUTCOMES]),
        ("What each column means", _columns(listed)),
    ]
    notes = [("", line) for line in listed.lines]
    return [sections[0], ("Settings and notes", notes), *sections[1:]] if notes else sections


_WHERE_A_MODEL_ORDERS = {
    _IS[
        1
    ]: "Fixed rules decide who is worth a look, from registers, the census and what you told us. Each reason shows its numbers. Who of "
    "those comes first goes by who is likeliest to go on missing school, judged by attendance alone; what moved a pupil up is said last.",
    _IS_NOT[
        1
    ]: "It does not say that a pupil has additional needs, or what they are. Being first is no forecast for any one pupil.",
}


def _as_ordered(text: str, listed: ReviewList) -> str:
    """What is said of a list, true of one whose order a model was approved for too."""
    return _WHERE_A_MODEL_ORDERS.get(text, text) if listed.is_ordered_by_model else text


def _columns(listed: ReviewList) -> list[tuple[str, str]]:
    """Every heading of the review list, in the order of the sheet."""
    support, plan = listed.plan_words
    said = {record.heading: record.meaning for record in RECORDS}
    said["Support on file"] += f" “{support}” and “{plan}” are the two levels of support by law."
    return [
        ("Place", "The order to look in. It is not a mark or a score."),
        ("Pupil", "Surname, forename, what staff said the pupil is good at, year group, what changed since the last list, and how "
                  "long it has waited. “Given a place by lot”: not by these reasons, so that what the list misses can be known."),
        *said.items(),
        *HIDDEN,
        (ANSWERED_BY, "Whom the cells beside it are about."),
        *((column.heading.replace("\n", " "), f"{column.meaning}{_goes(column.field, listed)}") for column in ANSWERS),
    ]  # fmt: skip


def _goes(field: str | None, listed: ReviewList) -> str:
    if field not in WORDS:
        return ""
    return " Kept beside the names, and printed on the next list." if listed.words_come_back else " Stays in your copy."


def _this_list(listed: ReviewList) -> list[tuple[str, str]]:
    made_up = (
        [(MADE_UP, "Every pupil here is made up. That shows that lists come out, and not that they are right.")]
        if listed.demo
        else []
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
    words = "strengths, the pupil’s and the parents’ words" if listed.words_come_back else ""
    read = f"its dates and reason, a fact that is wrong, what came of looking into it{f', {words}' if words else ''}"
    kept = "targets and notes" if listed.words_come_back else "what is in words, targets and notes among it,"
    return (
        "Fill in the cells under “For you to fill in”, also on “Being looked into”, and save the workbook as .xlsx under any name: it is "
        "your record.",
        f"Give it back to {listed.issued_by}, in the way agreed with you, as often as you like: the answers are read back.",
        f"Read back are the hidden key, the decision, {read}. Nothing else is: {kept} stay in your copy.",
        "A row whose answer cannot be read comes back to you with the reason. The others are taken.",
        "Leave a row empty if you have not looked yet: it keeps its place, and says how long it has waited.",
        "A pupil you decided on does not come back for a year, but for three reasons: things get worse, and the list gives the numbers; a "
        f"snooze ends; or you could not reach anyone {TRY_AGAIN_DAYS // 7} weeks ago.",
        "Was a decision wrong? Decide again in the same row, with the day you did, and give it back. To empty the row undoes nothing.",
    )


def _put_entries(sheet: Leaf, row: int, entries: list, widths: tuple[int, int], forms: dict[str, Format]) -> int:
    for term, text in entries:
        if term:
            put(sheet, row, 0, term, forms["term"])
            put(sheet, row, 1, text, forms["line"])
        else:
            put_across(sheet, row, (0, 1), text, forms["line"])
        sheet.set_row(row, _points(term, text, widths))
        row += 1
    return row


@lru_cache(maxsize=1_000)
def _points(term: str, text: str, widths: tuple[int, int]) -> float:
    """How tall the row of one entry is: most are alike in every workbook."""
    if not term:
        return row_points([(text, sum(widths))])
    return row_points([(text, widths[1]), (term, as_bold(widths[0]))])
