"""An authority made up with a mark in every name, in whatever layout it is written; and what of it is to be found nowhere."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from unittest import mock

from pipeline.synthetic import Synthesised, agencies, children, synthesise

from .marked import FORENAME, SURNAME, Marks

_UPN = re.compile(r"(?<![A-Z0-9])[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z](?![A-Z0-9])")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d\d/\d\d/\d{4}\b|\b\d{4}-[A-Z][a-z]{2}-\d\d\b")
_BIRTH_IN_XML = re.compile(r"<(DOB|PersonBirthDate)>([^<]*)</\1>")
_BIRTHS = {"date_of_birth", "dob", "mc_dob", "personbirthdate"}


@contextlib.contextmanager
def every_name_marked() -> Iterator[None]:
    """Of whatever is made up meanwhile; nothing is drawn otherwise than without."""
    lists = (("SURNAMES", SURNAME), ("BOYS", FORENAME), ("GIRLS", FORENAME))
    with contextlib.ExitStack() as held:
        for module in (children, agencies):
            for name, mark in lists:
                marked = [f"{mark}-{one}" for one in getattr(module, name)]
                held.enter_context(mock.patch.object(module, name, marked))
        yield


def marked_authority(to: Path, **how) -> tuple[Synthesised, Marks]:
    with every_name_marked():
        made = synthesise(to, **how)
    return made, marks_of([*made.files, *made.history])


def marks_of(files: Iterable[Path]) -> Marks:
    """The UPNs in these files, and those birth dates that are no other date there, nor the day after one."""
    upns, births, others = set(), set(), set()
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        upns.update(_UPN.findall(text))
        of_birth, rest = _in_xml(text) if path.suffix == ".xml" else _in_table(text)
        births |= _days(of_birth)
        others |= _days(rest)
    others |= {day + timedelta(days=1) for day in others}  # history is known the day after it happened
    return Marks(frozenset(upns), frozenset(births - others))


def _in_xml(text: str) -> tuple[str, str]:
    return " ".join(told for _, told in _BIRTH_IN_XML.findall(text)), _BIRTH_IN_XML.sub("", text)


def _in_table(text: str) -> tuple[str, str]:
    """The cells under a birth date's header, and all the others."""
    lines = [line.split(",") for line in text.splitlines()]
    at = {place for place, name in enumerate(lines[0]) if name.lower() in _BIRTHS} if lines else set()
    if not at:
        return "", text
    cells = [(place in at, cell) for line in lines[1:] for place, cell in enumerate(line)]
    return " ".join(cell for is_one, cell in cells if is_one), " ".join(cell for is_one, cell in cells if not is_one)


def _days(text: str) -> set[date]:
    found = set()
    for told in set(_DATE.findall(text)):
        for spelling in ("%Y-%m-%d", "%d/%m/%Y", "%Y-%b-%d"):
            with contextlib.suppress(ValueError):
                found.add(datetime.strptime(told, spelling).date())  # noqa: DTZ007
    return found
