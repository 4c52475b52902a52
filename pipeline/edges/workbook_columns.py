"""What stands in which column of the sheets that come back, what each cell to fill is for, and what it may hold.

The sheet is written from this, and what comes back is read by it: a column that moves, moves in both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.vocabulary.feedback import DECISIONS, FACTS, LONGEST_SNOOZE_DAYS, OUTCOMES, SNOOZE_REASONS

from .workbook_contents import ListedPupil, day_in_words, year_in_words

KEY, SEAL = "Key", "Seal"
HIDDEN = (
    (KEY, "Hidden. It says which pupil a row is about; it is no name and no UPN."),
    (SEAL, "Hidden. It says that key and name belong together, so that no answer goes to another pupil."),
)
"""The first two columns, and what the page about the list says of them."""


NOTHING_TO_ANSWER = "-"
"""Stands for the key of a row that only says something: one with no key at all has lost it, or was added."""


@dataclass(frozen=True)
class ToFill:
    """One cell to fill: `field` is what is read back as, null where nothing is; `help` is shown on the cell."""

    heading: str
    field: str | None
    pixels: int
    meaning: str
    form: str
    help: str
    choices: tuple[str, ...] = ()
    first_day_after: int | None = (
        None  # of a day: the first that fits, in days after the list's, or after the decision's
    )


WORDS = ("strengths", "pupil_words", "parent_words")
"""Fields read back only where settings say that words come back, and then kept beside the names."""

ANSWERS = (
    ToFill("Decision", "decision", 86, "Pick one from the list.", "fill", "Pick one from the list.", DECISIONS),
    ToFill("Decided on", "decided_on", 66, "The day you decided.", "fill_day", "The day you decided, such as 26/11/2026.",
           first_day_after=0),
    ToFill("Snooze until", "snooze_until", 66, "Only for “snooze until”: the day to look again, a year off at most.",
           "fill_day", "Only if you chose “snooze until”: the day to look again.", first_day_after=1),
    ToFill("Snooze: why", "snooze_reason", 88, "Only for “snooze until”, which needs a reason. Pick one from the list.", "fill",
           "Only if you chose “snooze until”. Pick one from the list.", SNOOZE_REASONS),
    ToFill("A fact here\nis wrong", "fact", 88, "Pick what is wrong. It is put right where it is kept, not here.", "fill",
           "Pick what is wrong; leave empty if nothing is.", FACTS),
    ToFill("What is this pupil good at,\nwhat helps?", "strengths", 140, "Begin here: what goes well, and what helps.", "fill",
           "What goes well, and what helps."),
    ToFill("Pupil’s words\n(empty: not yet asked)", "pupil_words", 150, "What the pupil says, in their own words.", "fill_words",
           "In the pupil’s own words. Empty means no one has asked yet."),
    ToFill("Parents’ words\n(empty: not yet asked)", "parent_words", 150, "What parents or carers say, in their own words.",
           "fill_words", "In the parents’ or carers’ own words. Empty means no one has asked yet."),
    ToFill("Target: specific, measurable, achievable, relevant, time-bound", None, 162,
           "What should be different, by how much, and by when. Stays in your copy.", "fill",
           "What should be different, by how much, and by when? Can it be done, and does it matter to the pupil?"),
    ToFill("Notes", None, 110, "Who will do what. Stays in your copy.", "fill", "Who will do what."),
)  # fmt: skip

LOOKED_INTO = (
    ToFill("What came of it", "outcome", 150, "Pick one from the list.", "fill", "Pick one from the list.", OUTCOMES),
    ToFill("Found on", "outcome_on", 110, "The day it was found.", "fill_day", "The day it was found, such as 26/11/2026.",
           first_day_after=0),
    ToFill("Notes (stay in your copy)", None, 330, "Stays in your copy.", "fill", "What you found, and what was agreed."),
)  # fmt: skip

ANSWERED_BY = "Pupil: for you to fill in"
"""Heads the column that says whose row of cells to fill it is: what the seal is of."""


@dataclass(frozen=True)
class Said:
    """One thing the records say, over one or more of the columns of the cells to fill below it."""

    heading: str
    first: int
    last: int
    meaning: str
    says: Callable[[ListedPupil], str] | None


MOST_IN_FULL = 5
"""Reasons a row gives with their numbers; more would hide the first. The others are named, so that none is lost; a sixth
by itself takes no more room than its name."""


def _why(pupil: ListedPupil) -> str:
    told, others = list(pupil.reasons), pupil.named[MOST_IN_FULL:]
    if len(others) > 1:
        told[MOST_IN_FULL : len(pupil.named)] = [f"And {len(others)} more: {', '.join(others)}."]
    return "\n".join(f"• {reason}" for reason in told)


PLACE_AT, PUPIL_AT, ANSWERS_AT = 2, 3, 4
PLACE_PIXELS, PUPIL_PIXELS = 56, 170
WIDTHS = (PLACE_PIXELS, PUPIL_PIXELS, *(column.pixels for column in ANSWERS))
SHOWN = (PLACE_AT, PLACE_AT + len(WIDTHS) - 1)

RECORDS = (
    Said("Why worth a look", 4, 8, "Each reason, with the numbers behind it. Past five, the others are named.", _why),
    Said("Last twelve school weeks", 9, 9,
         "One bar a week, the latest on the right: the taller, the more sessions attended. A sliver: none attended. A gap: none possible.",
         None),
    Said("Last four weeks", 10, 10, "Sessions absent and why, as the registers say.", lambda pupil: pupil.last_four_weeks),
    Said("Support on file", 11, 11, "What we know is in place. There may be more that we were not told.",
         lambda pupil: pupil.support),
    Said("Next step: a question", 12, 13, "One thing to ask. You may know a better one.", lambda pupil: pupil.next_step),
)  # fmt: skip
WEEKS_AT = RECORDS[1].first


def pixels_of(first: int, last: int) -> int:
    """How wide some neighbouring columns are together."""
    return sum(WIDTHS[first - PLACE_AT : last - PLACE_AT + 1])


def who(name: str, nc_year: str) -> str:
    """Whom a row of cells to fill shows: what its seal is of."""
    return "\n".join(part for part in (name, year_in_words(nc_year)) if part)


def waiting(pupil: ListedPupil, *, as_of: date) -> str:
    """How long an undecided row has kept its place; nothing of one that has just come."""
    since = pupil.waiting_since
    if since is None or since >= as_of:
        return ""
    days = (as_of - since).days
    return f"Waiting {days} {'day' if days == 1 else 'days'}, since the list of {day_in_words(since)}."


def who_unchanged(pupil: ListedPupil, *, as_of: date) -> str:
    """Whom a folded row shows, how long it has waited, and its first reason: what its seal is of."""
    lot = GIVEN_BY_LOT if pupil.is_drawn else ""
    told = (
        who(pupil.name, pupil.nc_year),
        waiting(pupil, as_of=as_of),
        lot,
        *(f"• {one}" for one in pupil.reasons[:1]),
    )
    return "\n".join(part for part in told if part)


GIVEN_BY_LOT = "Given a place by lot."


def allowed(column: ToFill, since: date) -> dict:
    """What a cell to fill may hold, days being counted from `since`. Pasting gets round it, so what comes back is looked
    at again."""
    if column.choices:
        words = f"Please pick one of: {', '.join(column.choices)}."
        told = {"error_title": "Not one of the choices", "error_message": words}
        return {"validate": "list", "source": list(column.choices), **told}
    if column.first_day_after is None:
        return {"validate": "any"}
    first = since + timedelta(days=column.first_day_after)
    words = f"Please give a day from {day_in_words(first)} on, such as 26/11/2026."
    told = {"error_title": "Not a day that fits", "error_message": words}
    last = since + timedelta(days=LONGEST_SNOOZE_DAYS)
    return {"validate": "date", "criteria": "between", "minimum": first, "maximum": last, **told}
