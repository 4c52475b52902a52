"""Who is who, made hard: a UPN that changes mid-year, a temporary one given up, one UPN on two children, one child on two rolls.

The first two are no faults: they are links that are to be found, and are listed apart, each with its two UPNs.
"""

import csv
from pathlib import Path

import numpy as np

from .identifiers import upns, wrong_check_letter
from .planting import Planter, rows_of
from .schools import AUTHORITY, FIRST_URN

LINKS = ("because", "upn", "same_as")
NEW_ESTABLISHMENT = 3996
"""UPNs given to children who already have one are of a school that no child comes from."""

_ROLL, _MARKS = f"pupils_{FIRST_URN}.csv", f"attendance_marks_{FIRST_URN}.csv"


def change_upns(folder: Path, listed: Path, year: int) -> None:
    """Two children of the first school under two UPNs each, and the pairs `listed` as because, upn and same_as.

    From the middle of this year's marks on, one has another UPN, and the roll gives the former one. The other had a
    temporary UPN in all of last year's extracts. No row is added or moved. To be done before any fault is planted.
    """
    changing, arriving = _long_here(rows_of(folder / _ROLL), year)[-2:]
    new, temporary = upns(*(np.full(2, number) for number in (AUTHORITY, NEW_ESTABLISHMENT, year % 100)), np.array([False, True]))  # fmt: skip
    _change(folder, changing["upn"], str(new))
    for path in sorted((folder / "history").glob("*.csv")):
        _replace(path, arriving["upn"], str(temporary))
    with listed.open("w", encoding="utf-8", newline="") as file:
        pairs = [("former_upn", changing["upn"], new), ("temporary_upn", temporary, arriving["upn"])]
        csv.writer(file, lineterminator="\n").writerows([LINKS, *pairs])


def _long_here(roll: list[dict], year: int) -> list[dict]:
    """Pupils who were here last year and still are, on this roll alone."""
    return [
        row
        for row in roll
        if row["entry_date"] < f"{year}-08"
        and not row["leaving_date"]
        and row["enrol_status"] == "C"
        and row["nc_year"] != "R"
    ]


def _change(folder: Path, old: str, new: str) -> None:
    """Censuses keep the old UPN, and so do marks of the first half of the year."""
    for path in sorted(folder.glob("*.csv")):
        if path.name == _ROLL:
            _give_former(path, old, new)
        elif path.name == _MARKS:
            _change_later_marks(path, old, new)
        elif not path.name[:4].isdigit():
            _replace(path, old, new)


def _give_former(path: Path, old: str, new: str) -> None:
    header, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    at = header.strip().split(",").index("former_upn")
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(header)
        for line in lines:
            if old in line:
                cells = line.replace(old, new).split(",")
                cells[at] = old
                line = ",".join(cells)
            file.write(line)


def _change_later_marks(path: Path, old: str, new: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    theirs = [number for number, line in enumerate(lines) if old in line]
    for number in theirs[len(theirs) // 2 :]:
        lines[number] = lines[number].replace(old, new)
    path.write_text("".join(lines), encoding="utf-8")


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old in text:
        path.write_text(text.replace(old, new), encoding="utf-8")


def plant_who_is_who(planter: Planter, pupil: dict[str, str]) -> None:
    """The faults of who is who in the first school's roll; `pupil` is known from last year.

    A child on two rolls needs a second school.
    """
    another = {"forename": "Another", "date_of_birth": _another_day(pupil["date_of_birth"])}
    twice, alone = planter.new_upn(), planter.new_upn()
    planter.plant(_ROLL, "upn_on_two_children", pupil, upn=twice)
    planter.plant(_ROLL, "upn_on_two_children", pupil | another, upn=twice)
    planter.plant(_ROLL, "upn_on_two_children", pupil | another)
    planter.plant(_ROLL, "former_upn_unusable", pupil, upn=planter.new_upn(), former_upn=wrong_check_letter(alone))
    others = [row["URN"] for row in rows_of(planter.folder / "schools.csv") if row["URN"] != pupil["urn"]]
    for urn in [pupil["urn"], *others][:2] if others else []:
        planter.plant(_ROLL, "on_two_rolls", pupil, upn=alone, urn=urn)


def _another_day(day: str) -> str:
    """Another day of the same month, so that age and year group are as they were."""
    return f"{day[:8]}{'11' if day.endswith('10') else '10'}"
