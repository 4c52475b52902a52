"""What `settings.toml` says of why each feed may be held: [feeds.NAME], where NAME is a feed, or a family of feeds."""

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from pipeline.vocabulary.feeds import FAMILIES, FEEDS

from .errors import Refused

SAYS = {
    "function": "what it is for, and the function in law",
    "lawful_basis": "Article 6 of the UK GDPR, and the Act it rests on",
    "article_9_condition": "Article 9 of the UK GDPR, or why none is needed",
    "schedule_1_condition": "of the Data Protection Act 2018, or why none is needed",
    "agreement": "under which it is shared with this home",
    "dpia_date": "day on which the data protection impact assessment was signed",
    "retention_months": "kept so long after the school year it is of",
}
"""By line of [feeds.NAME]: what a person says there."""

REVIEWED_WITHIN = 3
"""Years after which an assessment is old, and that is said."""

FAMILY_OF = {feed.name: feed.family for feed in FEEDS}


@dataclass(frozen=True)
class Basis:
    """Why a feed is held, in a person's words, and for how long. Empty, or nought months, where it is not said."""

    function: str = ""
    lawful_basis: str = ""
    article_9_condition: str = ""
    schedule_1_condition: str = ""
    agreement: str = ""
    dpia_date: str = ""
    retention_months: int = 0

    @property
    def lacks(self) -> list[str]:
        """The lines that are not filled in: a dash or a dot says nothing."""
        return [one.name for one in fields(self) if not _says_anything(getattr(self, one.name))]

    @property
    def assessed_on(self) -> date | None:
        """The day of the assessment; None where none is told."""
        return date.fromisoformat(self.dpia_date.strip()) if self.dpia_date.strip() else None


def _says_anything(told: str | int) -> bool:
    return bool(told) and any(letter.isalnum() for letter in str(told))


_KINDS = {one.name: one.type for one in fields(Basis)}


def basis_told(told: dict, path: Path) -> dict[str, Basis]:
    """By feed or family, what is said of it, where anything is. Raises Refused for what is none, or not of its kind."""
    said = {name: _one(name, lines, path) for name, lines in told.items()}
    return {name: basis for name, basis in said.items() if basis != Basis()}


def _one(name: str, lines: object, path: Path) -> Basis:
    if name not in FAMILIES and name not in FAMILY_OF:
        known = ", ".join(sorted({*FAMILIES, *FAMILY_OF}))
        raise Refused(f"{path}: [feeds.{name}] is no feed and no family of feeds; known are {known}.")
    if not isinstance(lines, dict):
        raise Refused(f"{path}: [feeds] takes tables like [feeds.registers].")
    for line, value in lines.items():
        if type(value) is not _KINDS.get(line):
            raise Refused(f"{path}: [feeds.{name}] {line} is unknown, or not of its kind.")
    basis = Basis(**lines)
    if basis.dpia_date.strip() and not is_day(basis.dpia_date.strip()):
        raise Refused(f'{path}: [feeds.{name}] dpia_date takes a day like "2026-09-14".')
    if not 0 <= basis.retention_months <= 1200:
        raise Refused(f"{path}: [feeds.{name}] retention_months must be from 1 to 1200, or 0 while nobody has said.")
    return basis


def is_day(text: str) -> bool:
    """Whether settings say a day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def basis_of(told: dict[str, Basis], feed: str) -> Basis:
    """Of a feed: what is said of the feed itself, and where a line is not, what is said of its family."""
    of_feed, of_family = told.get(feed, Basis()), told.get(FAMILY_OF[feed], Basis())
    return Basis(**{name: getattr(of_feed, name) or getattr(of_family, name) for name in _KINDS})


def lacking(told: dict[str, Basis], feed: str, *, on: date) -> list[str]:
    """The lines for want of which a feed may not be held: those not filled in, and an assessment that is still to come."""
    basis = basis_of(told, feed)
    lacks = basis.lacks
    if "dpia_date" not in lacks and basis.assessed_on > on:
        lacks.append(f"dpia_date (at {basis.assessed_on:%d/%m/%Y} it is still to come)")
    return lacks


def is_old(basis: Basis, *, on: date) -> bool:
    """Whether the assessment was signed more than `REVIEWED_WITHIN` years before a day."""
    signed = basis.assessed_on
    return signed is not None and (signed.year + REVIEWED_WITHIN, signed.month, signed.day) < (
        on.year,
        on.month,
        on.day,
    )
