"""School censuses as schools submit them: one XML file a school and census, in the place of COLLECT's tables.

Every table that the census feeds read goes into it; what a table holds besides stays behind.
"""

import csv
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

from .writing import COLLECT_DATE

Row = dict[str, str]

_HEADER = {
    "CollectionDetails": ("Collection", "Term", "Year", "ReferenceDate"),
    "Source": ("SourceLevel", "LEA", "Estab", "URN", "SoftwareCode", "Release", "SerialNo", "DateTime"),
}
_SCHOOL = ("SchoolName", "Phase", "Type", "HighestNCyearGroup", "LowestNCyearGroup", "Intake", "Governance")
_PUPIL = {
    "PupilIdentifiers": (
        "UPN", "FormerUPN", "UniqueLearnerNumber", "Surname", "Forename", "MiddleNames", "PreferredSurname",
        "FormerSurname", "DOB", "Sex",
    ),
    "PupilCharacteristics": ("Ethnicity", "Language", "YSSA", "ServiceChild", "PLAA", "YoungCarer", "TopUpFunding"),
    "PupilStatus": (
        "EnrolStatus", "EntryDate", "LeavingDate", "Boarder", "NCyearActual", "NCyearLeaving", "PartTime", "ClassType",
    ),
    "SpecialEducationalNeeds": ("SENprovision", "SENunitIndicator", "ResourcedProvisionIndicator"),
}  # fmt: skip
"""By block, the elements of a pupil whose names are those of columns."""

_CHILDREN = {
    "senneeds": ("SpecialEducationalNeeds/SENneeds/SENneed", ("SENtypeRank", "SENtype")),
    "fsmperiod": ("PupilCharacteristics/FSMperiods/FSMperiod", ("FSMstartDate", "FSMendDate", "UKcountry")),
    "termlyexclusions": (
        "Exclusions/TermlyExclusion",
        ("Category", "StartDate", "Sessions", "Reason1", "Reason2", "Reason3", "SENprovision"),
    ),
    "termlysessiondetails": (
        "Attendance/TermlyAttendance/SessionDetails/SessionDetail", ("AttendanceReason", "Sessions"),
    ),
    "summerhalfterm2sessiondetails": (
        "Attendance/SummerHalfTerm2Attendance/SessionDetails/SessionDetail", ("AttendanceReason", "Sessions"),
    ),
    "addresses": ("Addresses/Address", ("PostCode",)),
    "schoolarrangedapdetail": (
        "SchoolArrangedAPDetails/SchoolArrangedAPDetail",
        (
            "URN", "UKPRN", "APSettingType", "PlacementReason", "EntryDate", "LeavingDate", "APAttendancePattern",
            "APSessionsPerWeek", "SENprovisionEntry", "SENprovisionLeaving",
        ),
    ),
}  # fmt: skip
"""By table, less what its name says of the roll: where its rows stand in a pupil's, and what is in them."""

_POSSIBLE = {
    "termlysessionspossible": "Attendance/TermlyAttendance",
    "summerhalfterm2sessionspossible": "Attendance/SummerHalfTerm2Attendance",
}
_ROLLS = {
    "pupilonroll": ("PupilsOnRoll", "PupilOnRoll"),
    "pupilnolongeronroll": ("PupilsNoLongerOnRoll", "PupilNoLongerOnRoll"),
}


def census_xml(folder: Path) -> None:
    """Write the censuses in `folder` as XML, and remove the tables they came in."""
    for path in sorted(folder.glob("*_schoolcensus.csv")):
        prefix = path.name.removesuffix("schoolcensus.csv")
        files = sorted(folder.glob(f"{prefix}*.csv"))
        tables = {file.stem.removeprefix(prefix): _rows(file) for file in files}
        pupils = {table: _grouped(tables.get(table, []), "schoolcensustableid") for table in _ROLLS}
        children = dict(_children(tables))
        schools = {row["schoolcensustableid"]: row for row in tables["school"]}
        for header in tables["schoolcensus"]:
            message = _message(header, schools[header["schoolcensustableid"]], pupils, children)
            ElementTree.indent(message)
            to = folder / f"{prefix}school_census_{header['urn']}.xml"
            ElementTree.ElementTree(message).write(to, encoding="utf-8", xml_declaration=True)
        for file in files:
            file.unlink()


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _grouped(rows: list[Row], key: str) -> dict[str, list[Row]]:
    groups = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return groups


def _children(tables: dict[str, list[Row]]) -> Iterator[tuple[str, dict[str, list[Row]]]]:
    """By kind of row, those of each pupil row."""
    for kind in _CHILDREN:
        rows = [row for table, told in tables.items() if _kind(table) == kind for row in told]
        key = {id(row): row.get("pupilonrolltableid") or row["pupilnolongeronrolltableid"] for row in rows}
        yield kind, _grouped([row | {"pupil": key[id(row)]} for row in rows], "pupil")


def _kind(table: str) -> str:
    """`termlyexclusionsoffroll` is a table of termlyexclusions; autumn calls fsmperiod `fsmperiodsonroll`."""
    return table.removesuffix("onroll").removesuffix("offroll").replace("fsmperiods", "fsmperiod")


def _message(header: Row, school: Row, pupils: dict[str, dict[str, list[Row]]], children) -> ElementTree.Element:
    message = ElementTree.Element("Message")
    for block, names in _HEADER.items():
        _say(_at(message, f"Header/{block}"), names, header)
    _say(_at(message, "School"), _SCHOOL, school)
    for table, (block, name) in _ROLLS.items():
        roll = _at(message, f"Pupils/{block}")
        for row in pupils[table].get(header["schoolcensustableid"], []):
            _add_pupil(ElementTree.SubElement(roll, name), row, children, row[f"{table}tableid"])
    return message


def _add_pupil(pupil: ElementTree.Element, row: Row, children: dict[str, dict[str, list[Row]]], key: str) -> None:
    for block, names in _PUPIL.items():
        _say(_at(pupil, block), names, row)
    for column, block in _POSSIBLE.items():
        if row.get(column):
            ElementTree.SubElement(_at(pupil, block), "SessionsPossible").text = row[column]
    for kind, (path, names) in _CHILDREN.items():
        block, _, name = path.rpartition("/")
        for child in children[kind].get(key, []):
            _say(ElementTree.SubElement(_at(pupil, block), name), names, child)


def _at(element: ElementTree.Element, path: str) -> ElementTree.Element:
    """The element at `path` in another; made where it is not there."""
    for name in path.split("/"):
        inner = element.find(name)
        element = ElementTree.SubElement(element, name) if inner is None else inner
    return element


def _say(element: ElementTree.Element, names: tuple[str, ...], row: Row) -> None:
    for name in names:
        if row.get(name.lower()):
            ElementTree.SubElement(element, name).text = _iso(row[name.lower()])


def _iso(text: str) -> str:
    """A day as XML writes it; anything else as it is."""
    try:
        return date(*time.strptime(text, COLLECT_DATE)[:3]).isoformat()
    except ValueError:
        return text
