"""The register marks schools record, and what each one counts as.

Source: Working together to improve school attendance (statutory guidance, in force 19 August 2024) and the School
Attendance (Pupil Registration) (England) Regulations 2024, regulation 10. The classes were checked against DfE's own
2025/26 national counts: possible = attended + absent, exactly.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CountsAs(StrEnum):
    """What one mark counts as, in the order in which two marks for one half day are settled (first wins)."""

    PRESENT = "present"
    APPROVED_ACTIVITY = "approved educational activity"
    AUTHORISED = "authorised absence"
    UNAUTHORISED = "unauthorised absence"
    NOT_POSSIBLE = "not a possible session"
    NO_MARK = "no mark recorded"

    @property
    def is_possible(self) -> bool:
        return self not in (CountsAs.NOT_POSSIBLE, CountsAs.NO_MARK)

    @property
    def is_absence(self) -> bool:
        return self in (CountsAs.AUTHORISED, CountsAs.UNAUTHORISED)


@dataclass(frozen=True)
class AttendanceCode:
    """One register code.

    `number` is how a mark is packed into a week: it is stored, so it is never changed and never used again.
    `asks_about_need` is false for absences that say nothing of a child's needs (a religious festival, an exam, a
    performance, a family holiday, a travelling family): they stay in DfE's rate but make nobody eligible for a look.
    `printed` is what a list calls it; codes that would tell of faith, ethnic origin or custody share a word.
    """

    number: int
    code: str
    counts_as: CountsAs
    label: str
    asks_about_need: bool = False
    valid_from: date = date.min
    valid_until: date = date.max
    printed: str = ""


_SINCE_2024 = date(2024, 8, 19)
_LAST_OLD_DAY = date(2024, 8, 18)
_OTHER_LEAVE = "other leave"
_NOT_REQUIRED = "not required"

ATTENDANCE_CODES = (
    AttendanceCode(1, "/", CountsAs.PRESENT, "Present in the morning"),
    AttendanceCode(2, "\\", CountsAs.PRESENT, "Present in the afternoon"),
    AttendanceCode(3, "L", CountsAs.PRESENT, "Late, before the register closed", printed="late"),
    AttendanceCode(
        4, "K", CountsAs.APPROVED_ACTIVITY, "Education arranged by the local authority", valid_from=_SINCE_2024
    ),
    AttendanceCode(5, "V", CountsAs.APPROVED_ACTIVITY, "Educational visit or trip"),
    AttendanceCode(6, "P", CountsAs.APPROVED_ACTIVITY, "Approved sporting activity"),
    AttendanceCode(7, "W", CountsAs.APPROVED_ACTIVITY, "Work experience"),
    AttendanceCode(8, "B", CountsAs.APPROVED_ACTIVITY, "Other approved education off site"),
    AttendanceCode(
        9, "C", CountsAs.AUTHORISED, "Leave in exceptional circumstances", asks_about_need=True, printed="leave granted"
    ),
    AttendanceCode(
        10,
        "C1",
        CountsAs.AUTHORISED,
        "Regulated performance or employment abroad",
        valid_from=_SINCE_2024,
        printed=_OTHER_LEAVE,
    ),
    AttendanceCode(
        11,
        "C2",
        CountsAs.AUTHORISED,
        "Part-time timetable",
        asks_about_need=True,
        valid_from=_SINCE_2024,
        printed="part-time timetable",
    ),
    AttendanceCode(
        12,
        "E",
        CountsAs.AUTHORISED,
        "Suspended or excluded, no other provision made",
        asks_about_need=True,
        printed="suspended",
    ),
    AttendanceCode(13, "I", CountsAs.AUTHORISED, "Illness", asks_about_need=True, printed="illness"),
    AttendanceCode(
        14,
        "J1",
        CountsAs.AUTHORISED,
        "Interview for work or another school",
        valid_from=_SINCE_2024,
        printed=_OTHER_LEAVE,
    ),
    AttendanceCode(
        15,
        "M",
        CountsAs.AUTHORISED,
        "Medical or dental appointment",
        asks_about_need=True,
        printed="medical appointments",
    ),
    AttendanceCode(16, "R", CountsAs.AUTHORISED, "Religious observance", printed=_OTHER_LEAVE),
    AttendanceCode(17, "S", CountsAs.AUTHORISED, "Study leave", printed=_OTHER_LEAVE),
    AttendanceCode(18, "T", CountsAs.AUTHORISED, "Parent travelling for work", printed=_OTHER_LEAVE),
    AttendanceCode(19, "G", CountsAs.UNAUTHORISED, "Holiday not granted", printed="other unauthorised"),
    AttendanceCode(
        20, "N", CountsAs.UNAUTHORISED, "Reason not yet known", asks_about_need=True, printed="reason not yet known"
    ),
    AttendanceCode(
        21, "O", CountsAs.UNAUTHORISED, "Other unauthorised absence", asks_about_need=True, printed="other unauthorised"
    ),
    AttendanceCode(
        22,
        "U",
        CountsAs.UNAUTHORISED,
        "Arrived after registers closed",
        asks_about_need=True,
        printed="arrived after registers closed",
    ),
    AttendanceCode(23, "D", CountsAs.NOT_POSSIBLE, "Dual registered, at the other school"),
    AttendanceCode(
        24, "Q", CountsAs.NOT_POSSIBLE, "Transport owed by the authority is lacking", valid_from=_SINCE_2024
    ),
    AttendanceCode(25, "X", CountsAs.NOT_POSSIBLE, "Not of compulsory school age, not required"),
    AttendanceCode(
        26, "Y1", CountsAs.NOT_POSSIBLE, "Transport not available", valid_from=_SINCE_2024, printed=_NOT_REQUIRED
    ),
    AttendanceCode(
        27, "Y2", CountsAs.NOT_POSSIBLE, "Widespread travel disruption", valid_from=_SINCE_2024, printed=_NOT_REQUIRED
    ),
    AttendanceCode(
        28,
        "Y3",
        CountsAs.NOT_POSSIBLE,
        "Part of the premises out of use",
        valid_from=_SINCE_2024,
        printed=_NOT_REQUIRED,
    ),
    AttendanceCode(
        29, "Y4", CountsAs.NOT_POSSIBLE, "Whole site unexpectedly closed", valid_from=_SINCE_2024, printed=_NOT_REQUIRED
    ),
    AttendanceCode(
        30,
        "Y5",
        CountsAs.NOT_POSSIBLE,
        "Criminal justice detention (kept as Y7)",
        valid_from=_SINCE_2024,
        printed=_NOT_REQUIRED,
    ),
    AttendanceCode(
        31, "Y6", CountsAs.NOT_POSSIBLE, "Public health guidance or law", valid_from=_SINCE_2024, printed=_NOT_REQUIRED
    ),
    AttendanceCode(
        32, "Y7", CountsAs.NOT_POSSIBLE, "Other unavoidable cause", valid_from=_SINCE_2024, printed=_NOT_REQUIRED
    ),
    AttendanceCode(33, "Z", CountsAs.NOT_POSSIBLE, "Not yet on the admission register"),
    AttendanceCode(34, "#", CountsAs.NOT_POSSIBLE, "Planned whole-school closure"),
    AttendanceCode(
        35, "H", CountsAs.AUTHORISED, "Holiday agreed (withdrawn 2024)", valid_until=_LAST_OLD_DAY, printed=_OTHER_LEAVE
    ),
    AttendanceCode(
        36,
        "F",
        CountsAs.AUTHORISED,
        "Extended holiday agreed (withdrawn)",
        valid_until=_LAST_OLD_DAY,
        printed=_OTHER_LEAVE,
    ),
    AttendanceCode(
        37,
        "J",
        CountsAs.APPROVED_ACTIVITY,
        "Interview (withdrawn 2024, then counted as attending)",
        valid_until=_LAST_OLD_DAY,
    ),
    AttendanceCode(
        38,
        "Y",
        CountsAs.NOT_POSSIBLE,
        "Unable to attend (withdrawn 2024)",
        valid_until=_LAST_OLD_DAY,
        printed=_NOT_REQUIRED,
    ),
    AttendanceCode(39, "-", CountsAs.NO_MARK, "No mark recorded"),
)

BY_CODE = {entry.code: entry for entry in ATTENDANCE_CODES}
BY_NUMBER = {entry.number: entry for entry in ATTENDANCE_CODES}

KEPT_AS = {"Y5": "Y7"}
"""Codes stored as another. That a child is in custody is nobody's business here; both are equally *not possible*."""

SUBCODE = r"^([IX])[0-9]{2}$"
"""Sub-codes that schools' systems had for the reasons of the years 2020 to 2022: I01 and on are I, X01 and on are X.

Source: the Department's guidance on recording attendance in relation to coronavirus, as SIMS put it into its code table. Any
other sub-code is a school's own, and means what a table of its register codes (the feed `mark_codes`) says.
"""
