"""What `settings.toml` says of why each feed may be held: [feeds.NAME], where NAME is a feed, or a family of feeds."""

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from pipeline.vocabulary.feeds import FAMILIES, FEEDS

from .errors import Refused

FAMILY_OF = {feed.name: feed.family for feed in FEEDS}


@dataclass(frozen=True)
class Basis:
    """Why a feed is held, in a person's words, and for how long. Empty, or nought months, where it is not said."""

    function: str = ""  # what it is for, and the function in law
    lawful_basis: str = ""  # Article 6 of the UK GDPR
    article_9_condition: str = ""  # or why none is needed
    schedule_1_condition: str = ""  # of the Data Protection Act 2018, or why none is needed
    agreement: str = ""  # under which it is shared
    dpia_date: str = ""  # day on which the data protection impact assessment was signed
    retention_months: int = 0  # after the school year it is of

    @property
    def lacks(self) -> list[str]:
        """The lines that are not filled in."""
        return [one.name for one in fields(self) if not (told := getattr(self, one.name)) or not str(told).strip()]


_KINDS = {one.name: one.type for one in fields(Basis)}


def basis_told(told: dict, path: Path) -> dict[str, Basis]:
    """By feed or family, what is said of it. Raises Refused for what is none, or not of its kind."""
    return {name: _one(name, lines, path) for name, lines in told.items()}


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
    if basis.dpia_date.strip() and not _is_day(basis.dpia_date):
        raise Refused(f'{path}: [feeds.{name}] dpia_date takes a day like "2026-09-14".')
    if not 0 <= basis.retention_months <= 1200:
        raise Refused(f"{path}: [feeds.{name}] retention_months must be from 1 to 1200.")
    return basis


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def basis_of(told: dict[str, Basis], feed: str) -> Basis:
    """Of a feed: what is said of the feed itself, and where a line is not, what is said of its family."""
    of_feed, of_family = told.get(feed, Basis()), told.get(FAMILY_OF[feed], Basis())
    return Basis(**{name: getattr(of_feed, name) or getattr(of_family, name) for name in _KINDS})
