"""Marks as common transfer files: one a school, with the register of each of its pupils as a string a school year.

To whom such a file comes it tells of pupils, and nothing of the school: so it is no spelling of a school's registers.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

from pipeline.vocabulary.attendance_codes import BY_CODE, CountsAs
from pipeline.vocabulary.school_year import school_year_of

Marks = dict[date, dict[str, str]]
"""Of one pupil, by day and AM or PM."""

_CLOSED = "#"
_FIRST_LISTS = 24


def ctf(folder: Path) -> None:
    """As systems write since summer 2024: marks parted by commas, weekends left out."""
    _rewrite(folder, 25, weekends=False)


def ctf_of_one_character(folder: Path) -> None:
    """As systems wrote until then: one character a mark, of C2 the C, and weekends written out."""
    _rewrite(folder, 23, weekends=True)


def _rewrite(folder: Path, version: int, *, weekends: bool) -> None:
    laestabs = {row["URN"]: (row["LA (code)"], row["EstablishmentNumber"]) for row in _rows(folder / "schools.csv")}
    for path in sorted(folder.glob("attendance_marks_*.csv")):
        urn = path.stem.rpartition("_")[2]
        text = transfer_file(laestabs[urn], _by_pupil(_rows(path)), version, weekends=weekends)
        (folder / f"ctf_{urn}.xml").write_bytes(text)
        path.unlink()


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _by_pupil(rows: Iterator[dict[str, str]]) -> dict[str, Marks]:
    pupils: dict[str, Marks] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        pupils[row["upn"]][date.fromisoformat(row["date"])][row["session"]] = row["code"]
    return pupils


def transfer_file(laestab: tuple[str, str], pupils: dict[str, Marks], version: int, *, weekends: bool) -> bytes:
    """A file of the school `laestab` (authority and establishment) with marks by UPN, half a day without one as #."""
    root = ElementTree.Element("CTfile")
    header = _with(root, "Header")
    last_day = max((day for marks in pupils.values() for day in marks), default=date(2000, 1, 1))
    _say(header, DocumentName="Common Transfer File", CTFversion=f"{version}.0", DateTime=f"{last_day}T18:00:00")
    _say(_with(header, "SourceSchool"), LEA=laestab[0], Estab=laestab[1])
    everybody = _with(root, "CTFpupilData")
    for upn, marks in sorted(pupils.items()):
        pupil = _with(everybody, "Pupil")
        _say(pupil, UPN=upn)
        attendance = _with(pupil, "Attendance")
        for year, of_year in _by_year(marks, short=version < _FIRST_LISTS).items():
            told = _with(attendance, "YearData")
            _say(told, Year=str(year + 1), LEA=laestab[0], Estab=laestab[1], **_totals(of_year))
            string = ("" if version < _FIRST_LISTS else ",").join(_string(of_year, weekends=weekends))
            _say(_with(told, "AttendSessions"), AttendanceStartDate=min(of_year).isoformat(), AttendanceMarks=string)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _with(element: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(element, name)


def _say(element: ElementTree.Element, **said: str) -> None:
    for name, text in said.items():
        _with(element, name).text = text


def _by_year(marks: Marks, *, short: bool) -> dict[int, Marks]:
    """By the year in which a school year begins; `short` codes are of one character."""
    years: dict[int, Marks] = defaultdict(dict)
    for day, codes in sorted(marks.items()):
        years[school_year_of(day).starts][day] = {one: code[:1] if short else code for one, code in codes.items()}
    return years


def _totals(marks: Marks) -> dict[str, str]:
    counts = [BY_CODE[code].counts_as for codes in marks.values() for code in codes.values()]
    return {
        "SessionsPossible": str(sum(one.is_possible for one in counts)),
        "SessionsAuthorised": str(counts.count(CountsAs.AUTHORISED)),
        "SessionsUnauthorised": str(counts.count(CountsAs.UNAUTHORISED)),
    }


def _string(marks: Marks, *, weekends: bool) -> list[str]:
    days = [min(marks) + timedelta(days=ahead) for ahead in range((max(marks) - min(marks)).days + 1)]
    return [
        marks.get(day, {}).get(session, _CLOSED)
        for day in days
        if weekends or day.weekday() < 5
        for session in ("AM", "PM")
    ]
