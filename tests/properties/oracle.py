"""What a home should hold, worked out in plain Python from rows and the nights they came on: slow, and by the words of the
rules. It knows of no files, no order within a night, and nothing of how the pipeline goes about it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pipeline.vocabulary.attendance_codes import BY_CODE, CountsAs

FIRST_DAY, LAST_DAY = date(2024, 8, 1), date(2026, 7, 31)
"""A mark may be of this school year or the last."""


@dataclass(frozen=True)
class Mark:
    """One row of a register as sent. None in its pupil, day or half day is something that cannot be read."""

    urn: int
    pupil: str | None
    day: date | None
    half_day: str | None
    code: str
    recorded_at: datetime | None = None

    @property
    def slot(self) -> tuple:
        return self.pupil, self.urn, self.day, self.half_day

    @property
    def is_sound(self) -> bool:
        there = None not in self.slot and self.code in BY_CODE
        return there and FIRST_DAY <= self.day <= LAST_DAY


@dataclass(frozen=True)
class Stay:
    """One row of a roll as sent."""

    urn: int
    pupil: str
    entry: date
    left: date | None
    status: str | None
    sen: str | None
    year_group: str = "8"

    @property
    def is_sound(self) -> bool:
        return self.year_group == "8"


@dataclass(frozen=True)
class Night:
    """All that came on one night: schools named, rolls and marks."""

    day: date
    schools: frozenset[int]
    stays: tuple[Stay, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Known:
    """A row, the day it came and the day we learned it: later, where it waited for a school or a roll."""

    row: Mark | Stay
    came_on: date
    known_on: date


@dataclass(frozen=True)
class Facts:
    """Codes by slot, the day each week was last learned of, and spells by pupil, school and first day."""

    codes: dict[tuple, str]
    learned: dict[tuple, date]
    spells: dict[tuple, tuple]


def facts(nights: list[Night], *, in_full: bool, as_of: date) -> Facts:
    """What is known on `as_of`, of any day."""
    by_then = [night for night in nights if night.day <= as_of]
    schools = _first_days((urn, night.day) for night in by_then for urn in night.schools)
    stays = list(_waited_for(by_then, lambda night: night.stays, lambda stay: schools.get(stay.urn)))
    rolls = _first_days(((one.row.pupil, one.row.urn), one.known_on) for one in stays)
    marks = list(_waited_for(by_then, lambda night: night.marks, lambda mark: rolls.get((mark.pupil, mark.urn))))
    gone = _withdrawn(by_then, marks, schools) if in_full else []
    return Facts(*_standing(marks, gone), _spells(stays))


def _first_days(told: Iterator[tuple]) -> dict:
    first: dict = {}
    for what, day in told:
        first[what] = min(day, first.get(what, day))
    return first


def _waited_for(nights: list[Night], rows, ready_on) -> Iterator[Known]:
    """Sound rows, known on the night they came or that on which what they hang from was there, if it is by now."""
    for night in nights:
        for row in rows(night):
            ready = ready_on(row) if row.is_sound else None
            if ready:
                yield Known(row, night.day, max(ready, night.day))


# Withdrawn


def _withdrawn(nights: list[Night], marks: list[Known], schools: dict[int, date]) -> list[tuple]:
    """Slots and the night each was found missing."""
    gone: list[tuple] = []
    for night in nights:
        fresh = [one.row for one in marks if one.known_on == one.came_on == night.day]
        full_days = {(mark.urn, mark.day) for mark in fresh}
        present = {mark.slot for mark in fresh}
        doubts = list(_doubts(night, fresh, schools))
        stood = {one.row.slot for one in marks if one.known_on <= night.day and _stood(one, gone)}
        gone += [
            (slot, night.day)
            for slot in stood - present
            if slot[1:3] in full_days and not any(_agree(slot, doubt) for doubt in doubts)
        ]
    return gone


def _doubts(night: Night, fresh: list[Mark], schools: dict[int, date]) -> Iterator[tuple]:
    """What can be read of each row of the night that was set aside."""
    for mark in night.marks:
        if mark not in fresh:
            urn = mark.urn if schools.get(mark.urn, date.max) <= night.day else None
            in_years = mark.day is not None and FIRST_DAY <= mark.day <= LAST_DAY
            if mark.pupil or urn:
                yield mark.pupil, urn, mark.day if in_years else None, mark.half_day


def _agree(slot: tuple, doubt: tuple) -> bool:
    return all(told in (None, part) for part, told in zip(slot, doubt, strict=True))


def _stood(one: Known, gone: list[tuple]) -> bool:
    nights = [night for slot, night in gone if slot == one.row.slot]
    return not nights or one.known_on > max(nights)


# Standing


def _standing(marks: list[Known], gone: list[tuple]) -> tuple[dict, dict]:
    told = defaultdict(list)
    for one in marks:
        when = one.row.recorded_at or datetime.min
        code = one.row.code
        told[one.row.slot].append((one.known_on, one.came_on, True, when, _precedence(code), code))
    for slot, night in gone:
        told[slot].append((night, night, False, datetime.min, (0, 0), None))
    codes, learned = {}, {}
    for slot, versions in told.items():
        pupil, urn, day, _ = slot
        week = pupil, urn, date.fromordinal(day.toordinal() - day.weekday())
        known_on, *_, code = max(versions)
        learned[week] = max(known_on, learned.get(week, date.min))
        if code:
            codes[slot] = code
    weeks = {(pupil, urn, date.fromordinal(day.toordinal() - day.weekday())) for pupil, urn, day, _ in codes}
    return codes, {week: day for week, day in learned.items() if week in weeks}


def _precedence(code: str) -> tuple[int, int]:
    """Higher for present than for an approved activity, and so on; within a kind, for the lower number."""
    return -list(CountsAs).index(BY_CODE[code].counts_as), -BY_CODE[code].number


# Spells


def _spells(stays: list[Known]) -> dict[tuple, tuple]:
    """By pupil, school and first day: last day, status, SEN provision and the day said of, the day described and known."""
    by_spell = defaultdict(list)
    for one in stays:
        by_spell[one.row.pupil, one.row.urn, one.row.entry].append(one)
    told = {spell: _as_last_told(rows) for spell, rows in by_spell.items()}
    return {
        spell: said
        for spell, said in told.items()
        if not any(_overruled(spell, said, *other) for other in told.items())
    }


def _as_last_told(rows: list[Known]) -> tuple:
    latest_first = sorted(rows, key=_how_late, reverse=True)
    said = [(one.row.sen, one.came_on) for one in latest_first if one.row.sen]
    first = latest_first[0]
    return first.row.left, first.row.status, *(said[0] if said else (None, None)), first.came_on, first.known_on


def _how_late(one: Known) -> tuple:
    """A plain roll describes the day it came. Of rows that came and were learned alike, their content decides."""
    content = (one.row.left or date.min, one.row.status or "", one.row.sen or "")
    return one.came_on, one.known_on, content


def _overruled(spell: tuple, said: tuple, other: tuple, other_said: tuple) -> bool:
    """Whether another spell of the pupil at the school overlaps this one and was stated later; of equals, begins later."""
    if spell == other or spell[:2] != other[:2]:
        return False
    (_, its), (later, _) = sorted([(spell, said), (other, other_said)], key=lambda one: one[0][2])
    overlap = its[0] is None or its[0] >= later[2]
    return overlap and (other_said[-2:], other[2]) > (said[-2:], spell[2])
