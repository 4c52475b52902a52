"""Faults of registers that name pupils, schools and codes by ids of a school's own system, and of the tables of those ids.

They are in files of their own, each with a row in order before the faulty ones; marks are dated in August, when there are
no others.
"""

from datetime import timedelta

from pipeline.vocabulary.school_year import SchoolYear, monday_of

from .planting import NO_SCHOOL, Planter, plant_upns, write_rows

SCHOOL, NOWHERE = "made_up_school", "made_up_nowhere"
NUMBER, WONDE, CODE = "5001", "A5001", "A77"
"""The ids of one pupil in two systems, and of a code."""


def plant_systems(planter: Planter, pupil: dict, stranger: dict, year: SchoolYear) -> None:
    """Add the files. `pupil` is on the first school's roll; `stranger` has a UPN of no known authority."""
    _plant_school_ids(planter, pupil["urn"])
    _plant_pupil_ids(planter, pupil, stranger)
    _plant_mark_codes(planter, pupil["urn"])
    days = iter((monday_of(year.first_day) + timedelta(weeks=3, days=ahead)).isoformat() for ahead in range(5))
    _plant_arbor(planter, days)
    _plant_wonde(planter, days)


def _plant_school_ids(planter: Planter, urn: str) -> None:
    name, row = "school_ids.csv", {"system_school_id": SCHOOL, "urn": urn}
    write_rows(planter, name, [row])
    planter.plant(name, "value_not_understood", row, urn="this one")
    planter.plant(name, "unknown_school", row, system_school_id=NOWHERE, urn=NO_SCHOOL)
    planter.plant(name, "school_id_missing", row, system_school_id="")
    for one in (urn, str(int(urn) + 1)):
        planter.plant(name, "school_id_of_two_schools", row, system_school_id="made_up_twins", urn=one)


def _plant_pupil_ids(planter: Planter, pupil: dict, stranger: dict) -> None:
    name = "pupil_ids.csv"
    row = {
        "system_pupil_id": NUMBER,
        "unique_pupil_id": WONDE,
        "upn": pupil["upn"],
        "urn": pupil["urn"],
        "school_id": "",
    }
    write_rows(planter, name, [row])
    other = row | {"system_pupil_id": "5002", "unique_pupil_id": ""}
    plant_upns(planter, name, other, stranger)
    planter.plant(name, "value_not_understood", row, urn="this one")
    planter.plant(name, "unknown_school", row, urn=NO_SCHOOL)
    planter.plant(name, "school_id_not_mapped", row, urn="", school_id=NOWHERE)
    planter.plant(name, "system_id_missing", other, system_pupil_id="")
    for upn in (pupil["upn"], planter.new_upn()):
        planter.plant(name, "system_id_of_two_pupils", other, system_pupil_id="5003", upn=upn)


def _plant_mark_codes(planter: Planter, urn: str) -> None:
    name, row = "mark_codes.csv", {"system_code_id": CODE, "code": "Y1", "urn": urn, "school_id": ""}
    write_rows(planter, name, [row])
    planter.plant(name, "value_not_understood", row, urn="this one")
    planter.plant(name, "unknown_school", row, urn=NO_SCHOOL)
    planter.plant(name, "school_id_not_mapped", row, urn="", school_id=NOWHERE)
    planter.plant(name, "code_id_missing", row, system_code_id="")
    planter.plant(name, "code_missing", row, code="")
    planter.plant(name, "code_unknown", row, system_code_id="A80", code="?")
    for code in "IO":
        planter.plant(name, "code_id_of_two_codes", row, system_code_id="A78", code=code)


def _plant_arbor(planter: Planter, days) -> None:
    name = "arbor_marks_by_ids.csv"
    row = {"APPLICATION_ID": SCHOOL, "STUDENT_ID": NUMBER, "RAW_MARK": "Y1", "PERIOD": "MORNING", "DATE": next(days)}
    write_rows(planter, name, [row])
    row["DATE"] = next(days)
    planter.plant(name, "school_id_not_mapped", row, APPLICATION_ID=NOWHERE)
    planter.plant(name, "school_not_named", row, APPLICATION_ID="")
    planter.plant(name, "system_id_not_mapped", row, STUDENT_ID="5009")


def _plant_wonde(planter: Planter, days) -> None:
    name = "wonde_marks_by_ids.csv"
    row = {"student_id": WONDE, "date": next(days), "session": "AM", "attendance_code_id": CODE}
    write_rows(planter, name, [row])
    row["date"] = next(days)
    planter.plant(name, "system_id_not_mapped", row, student_id="A5009")
    planter.plant(name, "code_id_not_mapped", row, attendance_code_id="A79")
