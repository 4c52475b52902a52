"""Everything a printable says, as plain data: worked out before, only told to the template here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from pipeline.vocabulary.feedback import DECISIONS

from .workbook_contents import ListedPupil, ReviewList, day_in_words, year_in_words
from .workbook_list import PURPOSE
from .workbook_paper import CONFIDENTIAL, MADE_UP, lines_of, shown

MOST_REASONS = 6
"""Reasons on a page; the rest are counted, and are on the list."""

ON_THE_LIST = "… (the rest is on the list)"

_LONGEST = {"name": 90, "school": 120, "line": 210, "reason": 300, "said": 200}
"""Characters of each text, so that with every one at its longest a page still has room to write."""

WORDS = {
    "confidential": CONFIDENTIAL,
    "made_up": f"{MADE_UP}: no real child is here",
    "purpose": PURPOSE,
    "worth_a_look": "Worth a look",
    "strengths": "Strengths:",
    "why": "Why worth a look",
    "support": "Support on file",
    "ask": "A question to ask",
    "year": "This school year",
    "sessions": "sessions",
    "last_four_weeks": "Last four weeks:",
    "pupil_words": "The pupil’s words",
    "pupil_asked": "What is hardest, what helps, what would they change?",
    "parent_words": "The parents’ or carers’ words",
    "parent_asked": "What do they see at home, and what would help?",
    "cycle": [
        ["Assess", "What lies behind it, as far as the pupil, parents and staff can tell?"],
        ["Plan", "What shall we try, and what should be different?"],
        ["Do", "Who does what, where and how often?"],
        ["Review", "Did it help? What do the pupil and parents say? What next?"],
    ],
    "target": "Target",
    "target_asked": "Specific, measurable, achievable, relevant, time-bound.",
    "who": "Who",
    "who_asked": "One named person.",
    "by_when": "By when",
    "by_when_asked": "The day of the review.",
    "decision": "Decision",
    "decisions": list(DECISIONS),
    "signed": ["Decided by", "on", "Snooze until", "because"],
}
"""What every page says alike. Decisions are those the workbook offers: they are sent back in it, and not on paper."""

_HOW_TO_READ = "One column a school week, one square a session, stacked by kind and not by day. No square: not required, or closed."
_LAST_YEAR = " The line below it: share attended in the same weeks of last year."


@dataclass(frozen=True)
class WeekColumn:
    """One school week as drawn: sessions by kind, from the bottom."""

    sessions: tuple[int, ...]
    last_year: float | None  # share of possible sessions attended in the same week of last year, 0 to 1
    month: str  # where it is the first week of one
    gap_before: bool  # whether a holiday lies before it


@dataclass(frozen=True)
class DrawnKind:
    """One kind of session as drawn, and how many of them the year has."""

    name: str
    letter: str
    label: str
    total: int


@dataclass(frozen=True)
class DrawnTerm:
    """One term, and the places of the first and last week drawn of it."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class Begun:
    """Support that began in a week drawn, in the words a list may use."""

    week: int
    words: str
    on: date


@dataclass(frozen=True)
class Drawing:
    """One pupil's school year as drawn."""

    kinds: tuple[DrawnKind, ...]
    weeks: tuple[WeekColumn, ...]
    terms: tuple[DrawnTerm, ...]
    begun: tuple[Begun, ...]
    told: str  # the whole of it, for those who do not see it


@dataclass(frozen=True)
class Page:
    """One pupil's page."""

    pupil: ListedPupil
    numbers: tuple[str, ...]
    drawing: Drawing | None  # None where no register of this year is held


def told(listed: ReviewList, pages: tuple[Page, ...]) -> dict:
    """What the template is told, as JSON can carry it: of `listed` the school and the day, of each of `pages` a pupil."""
    school = bounded(listed.school, "school")
    day = day_in_words(listed.as_of)
    return {
        "title": f"Pupils worth a look: {school}, {day}",
        "issued_by": bounded(listed.issued_by, "school"),
        "day": [listed.as_of.year, listed.as_of.month, listed.as_of.day],
        "demo": listed.demo,
        "list_of": f"List of {day}",
        "footer": f"{school} · A page of the list of {day}, for the meeting: keep it where the list is kept.",
        "words": WORDS,
        "not_short": NOT_SHORT,
        "pupils": [pupil | {"is_short": _is_short(pupil)} for pupil in (_pupil(listed, page) for page in pages)],
    }


NOT_SHORT = "a page told to be short is not"
"""What the template says where a page it did not measure has no room to write."""

_SHORT = 18
"""Lines that leave room to write at the largest letters, as `_is_short` counts them."""


def _is_short(pupil: Mapping) -> bool:
    """Whether a page need not be measured: its lines, as they would wrap in Arial, are few enough for the largest letters.

    Near enough, and a matter of speed alone: the template holds the page to it.
    """
    drawn = pupil["drawn"] or {}
    begun = drawn and drawn["starts_told"]
    last_year = 3 if drawn and drawn["has_last_year"] else 0
    said_before = max(_wrapped(pupil["pupil_words"], 480), _wrapped(pupil["parent_words"], 480))
    lines = (
        sum(_wrapped(reason, 770) for reason in pupil["reasons"])
        + (pupil["more"] > 0)
        + max(_wrapped(pupil["support"], 360), _wrapped(pupil["next_step"], 360))
        + sum(_wrapped(line, 785) for line in pupil["numbers"])
        + _wrapped(pupil["changed"], 770)
        + _wrapped(pupil["last_four_weeks"], 630)
        + (1 + _wrapped(pupil["strengths"], 700) if pupil["strengths"] else 0)
        + (1 + _wrapped(begun, 960) if begun else 0)
        + (1 + said_before if said_before else 0)
    )
    return lines + last_year <= _SHORT


def _wrapped(text: str, room: int) -> int:
    """Lines of a text in a room as wide as so many pixels of 10-point Arial."""
    return lines_of(text, room) if text else 0


def _pupil(listed: ReviewList, page: Page) -> dict:
    pupil = page.pupil
    over = max(0, len(pupil.reasons) - MOST_REASONS)
    return {
        "name": bounded(pupil.name, "name"),
        "who": " · ".join(part for part in (year_in_words(pupil.nc_year), bounded(listed.school, "school")) if part),
        "place": f"Place {pupil.place} of {len(listed.rows)}",
        "changed": " ".join(bounded(part, "line") for part in _changed(listed, pupil) if part),
        "strengths": bounded(pupil.strengths, "said"),
        "reasons": [bounded(reason, "reason") for reason in pupil.reasons[:MOST_REASONS]],
        "more": over,
        "more_told": [f"And {more} more on the list." for more in range(1, len(pupil.reasons) + 1)],
        "support": bounded(pupil.support[:1].upper() + pupil.support[1:], "line"),
        "next_step": bounded(pupil.next_step, "line"),
        "numbers": [bounded(line, "line") for line in page.numbers],
        "last_four_weeks": bounded(pupil.last_four_weeks, "line"),
        "pupil_words": _said_before(pupil.pupil_words),
        "parent_words": _said_before(pupil.parent_words),
        "drawn": _drawn(page.drawing) if page.drawing else None,
        "not_printed": "",
        "not_drawn": "No register of this school year is held, so there are no weeks to draw.",
    }


def _changed(listed: ReviewList, pupil: ListedPupil) -> tuple[str, ...]:
    """What changed, and how the pupil came by the place: nothing about a place is left to be guessed."""
    waited = pupil.waiting_since and pupil.waiting_since < listed.as_of
    return (
        pupil.changed,
        f"No decision yet since the list of {day_in_words(pupil.waiting_since)}." if waited else "",
        "This place was given by lot." if pupil.is_drawn else "",
        "Sixth form: judged on their own past only." if pupil.section == "sixth_form" else "",
    )


def _said_before(words: str) -> str:
    return f"Said before: {bounded(words, 'said')}" if words.strip() else ""


def _drawn(drawing: Drawing) -> Mapping:
    has_last_year = any(week.last_year is not None for week in drawing.weeks)
    starts = [{"week": one.week, "number": str(number)} for number, one in enumerate(drawing.begun, 1)]
    begun = [f"{number} {one.words} {day_in_words(one.on)}" for number, one in enumerate(drawing.begun, 1)]
    return asdict(drawing) | {
        "begun": None,
        "has_last_year": has_last_year,
        "how_to_read": _HOW_TO_READ + (_LAST_YEAR if has_last_year else ""),
        "starts": starts,
        "starts_told": f"Marked above it: {'; '.join(begun)}." if begun else "",
    }


def bounded(text: str, which: str) -> str:
    """`text` on one line, without what no one can see; where it is longer than a page has room for, cut and said to be."""
    one_line = " ".join(shown(text).split())
    longest = _LONGEST[which]
    if len(one_line) <= longest:
        return one_line
    end = "…" if which == "school" else ON_THE_LIST  # nobody looks for the rest of a school's name
    kept = one_line[: longest - len(end)]
    return (kept.rpartition(" ")[0] or kept) + end
