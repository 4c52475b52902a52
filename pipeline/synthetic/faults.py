"""One or more of every fault the gate knows, added below the clean rows of a made-up authority, and a list of them.

Each added row breaks exactly the rule it is listed under. Rows whose rule is only noted stay in use; they are few, and
dated in a holiday, so that they disturb nothing else. `mark_in_future` is one only where the files are taken in as known
on the last day.
"""

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from pipeline.vocabulary.identifiers import check_letter
from pipeline.vocabulary.school_year import SchoolYear

from .calendar import calendar_of, census_day
from .identifiers import upns
from .schools import AUTHORITY, FIRST_URN

LABELS = ("file", "row_number", "rule")

NO_AUTHORITY = 999
NO_SCHOOL = "999999"
SEED_ESTABLISHMENT = 3998
"""Children added for their faults have UPNs of a school that no clean child comes from."""

@dataclass
class Sheet:
    """One CSV file that rows are added to. `rows` counts those in it, the header included."""

    path: Path
    header: list[str]
    rows: int
    added: list[list[str]] = field(default_factory=list)

    def add(self, row: dict[str, str]) -> int:
        """Add a row, its cells by header; its number as a spreadsheet shows it."""
        self.added.append([row.get(name, "") for name in self.header])
        return self.rows + len(self.added)


@dataclass
class Planter:
    """Adds faulty rows to the files of `folder`, and keeps what was added where under which rule."""

    folder: Path
    sheets: dict[str, Sheet] = field(default_factory=dict)
    labels: list[tuple[str, int, str]] = field(default_factory=list)
    spare: list[str] = field(default_factory=list)

    def sheet(self, name: str) -> Sheet:
        if name not in self.sheets:
            path = self.folder / name
            with path.open(encoding="utf-8", newline="") as file:
                header = next(csv.reader(file))
                self.sheets[name] = Sheet(path, header, 1 + sum(1 for _ in file))
        return self.sheets[name]

    def plant(self, name: str, rule: str | None, row: dict[str, str], **changed: str) -> int:
        """Add `row` with cells `changed`, under `rule`; None for a row that faulty ones hang from."""
        number = self.sheet(name).add(row | changed)
        if rule:
            self.labels.append((name, number, rule))
        return number

    def new_upn(self) -> str:
        return self.spare.pop()

    def write(self, labels: Path) -> None:
        for sheet in self.sheets.values():
            with sheet.path.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(sheet.added)
        with labels.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([LABELS, *sorted(self.labels)])


def plant_faults(folder: Path, labels: Path, year: SchoolYear, last_day: date) -> Path:
    """Add faults to this year's extracts in `folder`, and list them in `labels` as file, row_number and rule.

    Census tables take theirs in the latest census there is; SEN needs are only in a spring one.
    """
    planter = Planter(folder, spare=_spare_upns(year))
    pupil, youngest, stranger = _pupils(planter)
    plain = {"urn": pupil["urn"], "upn": pupil["upn"]}
    _plant_schools(planter)
    _plant_register_totals(planter, year)
    _plant_suspensions(planter, plain, stranger, year)
    _plant_support(planter, plain, stranger)
    _plant_marks(planter, plain, youngest, stranger, year, last_day)
    for term in ("spring", "autumn"):
        if census_day(year, term) <= last_day:
            _plant_census(planter, year, term, pupil)
            break
    planter.write(labels)
    return labels


def _spare_upns(year: SchoolYear) -> list[str]:
    count = 60
    where = np.full(count, AUTHORITY), np.full(count, SEED_ESTABLISHMENT), np.full(count, year.starts % 100)
    return upns(*where, np.zeros(count, bool)).tolist()


def _wrong_check_letter(upn: str) -> str:
    return ("A" if upn[0] != "A" else "B") + upn[1:]


def _of_no_authority() -> str:
    rest = f"{NO_AUTHORITY}{SEED_ESTABLISHMENT}18001"
    return check_letter(rest) + rest


# Plain tables


def _plant_schools(planter: Planter) -> None:
    school = _first_row(planter, "schools.csv")
    planter.plant("schools.csv", "value_not_understood", school, URN="not a number")
    planter.plant("schools.csv", "school_number_missing", school, URN="")
    twice = [school, school | {"EstablishmentNumber": "3997"}]
    _write_apart(planter, "schools_twice.csv", "school_repeated", twice)


def _pupils(planter: Planter) -> tuple[dict, dict, dict]:
    """A pupil and a Reception child on the first school's roll all year, and a pupil of no known authority, added."""
    name = f"pupils_{FIRST_URN}.csv"
    rows = _rows(planter.folder / name)
    long_here = [row for row in rows if not row["leaving_date"] and row["enrol_status"] == "C"]
    pupil = next(row for row in long_here if row["nc_year"] in "3456")
    youngest = next(row for row in long_here if row["nc_year"] == "R")
    stranger = pupil | {"upn": _of_no_authority()}

    def plant(rule: str, **changed: str) -> None:
        planter.plant(name, rule, pupil | {"upn": planter.new_upn()}, **changed)

    _plant_upns(planter, name, pupil, stranger)
    plant("value_not_understood", date_of_birth="sometime")
    plant("unknown_school", urn=NO_SCHOOL)
    plant("entry_date_missing", entry_date="")
    plant("enrolment_ends_before_it_begins", leaving_date="2000-01-04")
    plant("birth_date_missing", date_of_birth="")
    plant("birth_date_out_of_range", date_of_birth="1950-05-05", nc_year="X")
    plant("entry_before_birth", entry_date="2001-09-03")
    plant("year_group_unknown", nc_year="99")
    plant("enrolment_status_unknown", enrol_status="Z")
    for code in "SAP":
        plant("sen_code_discontinued", sen_provision=code)
    plant("sen_code_unknown", sen_provision="W")
    plant("year_group_off_for_age", nc_year=str(int(pupil["nc_year"]) + 1))
    return pupil, youngest, stranger


def _plant_upns(planter: Planter, name: str, row: dict, stranger: dict) -> None:
    """The four faults of a UPN. A pupil of no known authority is on the roll, and otherwise in order."""
    upn = planter.new_upn()
    planter.plant(name, "upn_missing", row, upn="")
    planter.plant(name, "upn_malformed", row, upn=upn[:6])
    planter.plant(name, "upn_wrong_check_letter", row, upn=_wrong_check_letter(upn))
    planter.plant(name, "upn_authority_unknown", row, upn=stranger["upn"])


def _plant_elsewhere(planter: Planter, name: str, row: dict) -> None:
    planter.plant(name, "unknown_school", row, urn=NO_SCHOOL)
    planter.plant(name, "pupil_on_no_roll", row, upn=planter.new_upn())


def _plant_register_totals(planter: Planter, year: SchoolYear) -> None:
    name, day = "register_totals.csv", date(year.starts, 9, 8)
    row = {
        "urn": str(FIRST_URN), "from_date": day.isoformat(), "to_date": day.isoformat(), "possible_sessions": "10",
        "absence_sessions": "1",
    }  # fmt: skip
    planter.plant(name, "value_not_understood", row, possible_sessions="plenty")
    planter.plant(name, "unknown_school", row, urn=NO_SCHOOL)
    planter.plant(name, "totals_incomplete", row, absence_sessions="")
    planter.plant(name, "totals_impossible", row, absence_sessions="11")
    planter.plant(name, "totals_impossible", row, absence_sessions="-1")
    planter.plant(name, "totals_impossible", row, to_date=(day - timedelta(days=1)).isoformat())


def _plant_suspensions(planter: Planter, plain: dict, stranger: dict, year: SchoolYear) -> None:
    name = "suspensions.csv"
    day = date(year.starts, 9, 10).isoformat()
    row = plain | {"start_date": day, "sessions": "2", "category": "SUSP", "reason1": "DB"}
    _plant_upns(planter, name, row, stranger)
    _plant_elsewhere(planter, name, row)
    planter.plant(name, "value_not_understood", row, sessions="a few")
    planter.plant(name, "suspension_date_missing", row, start_date="")
    planter.plant(name, "suspension_category_unknown", row, category="HOME")
    planter.plant(name, "suspension_category_discontinued", row, category="FIXD")
    planter.plant(name, "suspension_reason_unknown", row, reason1="QQ")
    planter.plant(name, "suspension_long", row, sessions="91")


def _plant_support(planter: Planter, plain: dict, stranger: dict) -> None:
    name = "support_and_reviews.csv"
    row = plain | {"kind": "other_contact", "start_date": "2024-09-05", "ended": "2024-09-06"}
    _plant_upns(planter, name, row, stranger)
    _plant_elsewhere(planter, name, row)
    planter.plant(name, "value_not_understood", row, last_review="sometime")
    planter.plant(name, "support_kind_unknown", row, kind="a kind word")
    planter.plant(name, "support_ends_before_it_begins", row, ended="2024-09-04")


def _plant_marks(planter: Planter, plain: dict, youngest: dict, stranger: dict, year, last_day: date) -> None:
    name = f"attendance_marks_{FIRST_URN}.csv"
    empty = iter(_holiday_half_days(year))

    def row(**changed: str) -> dict:
        day, session = next(empty)
        return plain | {"date": day, "session": session, "code": "Y1"} | changed

    _plant_upns(planter, name, row(), stranger)
    _plant_elsewhere(planter, name, row())
    planter.plant(name, "value_not_understood", row(date="sometime"))
    planter.plant(name, "date_missing", row(date=""))
    planter.plant(name, "date_outside_year", row(date="1999-09-07", code="I"))
    planter.plant(name, "half_day_unknown", row(session="EVE"))
    planter.plant(name, "code_missing", row(code=""))
    planter.plant(name, "code_unknown", row(code="?"))
    planter.plant(name, "code_out_of_date", row(code="H"))
    planter.plant(name, "code_out_of_date", row(code="J"))
    planter.plant(name, "part_time_outside_compulsory_age", row(upn=youngest["upn"], code="C2"))
    planter.plant(name, "not_required_inside_compulsory_age", row(code="X"))
    planter.plant(name, "mark_on_weekend", row(date=_week_off(year.before, 1)[5].isoformat()))
    planter.plant(name, "mark_in_future", row(date=(last_day + timedelta(days=3)).isoformat()))
    _contest(planter, name, plain)
    muddled = [plain | {"date": "am", "session": last_day.isoformat(), "code": "/"}] * 24
    _write_apart(planter, "attendance_marks_muddled.csv", "mostly_unreadable", muddled)


def _holiday_half_days(year: SchoolYear) -> list[tuple[str, str]]:
    """Half days on which no clean row has a mark: those of last year's weeks off in October and February."""
    days = _week_off(year.before, 1)[:5] + _week_off(year.before, 3)[:5]
    return [(day.isoformat(), session) for day in days for session in ("AM", "PM")]


def _week_off(year: SchoolYear, half_term: int) -> list[date]:
    """Monday to Sunday of the week off before a half term, counted from 0."""
    calendar = calendar_of(year)
    back = calendar.days[int(np.flatnonzero(calendar.half_terms == half_term)[0])]
    return [back - timedelta(days=back.weekday()) + timedelta(days=ahead) for ahead in range(-7, 0)]


def _contest(planter: Planter, name: str, plain: dict) -> None:
    """A second, different mark for a half day that has one; both are noted."""
    for number, mark in enumerate(_rows(planter.folder / name), start=2):
        if mark["upn"] == plain["upn"] and mark["code"] == "/":
            planter.labels.append((name, number, "two_marks_for_one_half_day"))
            planter.plant(name, "two_marks_for_one_half_day", mark, code="I")
            return


# Census tables


def _plant_census(planter: Planter, year: SchoolYear, term: str, pupil: dict) -> None:
    prefix = f"{census_day(year, term).year}_{term}_"
    header = _first_row(planter, f"{prefix}schoolcensus.csv")
    planter.plant(f"{prefix}schoolcensus.csv", "value_not_understood", header, schoolcensustableid="f0000001", referencedate="sometime")
    planter.plant(f"{prefix}schoolcensus.csv", "census_return_incomplete", header, schoolcensustableid="f0000002", term="")
    planter.plant(f"{prefix}school.csv", "census_header_missing", _first_row(planter, f"{prefix}school.csv"), schoolcensustableid="f0000003")
    on_roll = next(row for row in _rows(planter.folder / f"{prefix}pupilonroll.csv") if row["upn"] == pupil["upn"])
    homeless, unfit = "f0000004-001", "f0000005-001"
    planter.plant(
        f"{prefix}pupilonroll.csv", "census_header_missing", on_roll, upn=planter.new_upn(), pupilonrolltableid=homeless,
        schoolcensustableid="f0000003",
    )  # fmt: skip
    planter.plant(
        f"{prefix}pupilonroll.csv", "upn_wrong_check_letter", on_roll, upn=_wrong_check_letter(pupil["upn"]),
        pupilonrolltableid=unfit,
    )  # fmt: skip
    tables = {"termlysessiondetailsonroll", "termlyexclusionsonroll", "fsmperiod", "fsmperiodsonroll", "senneeds"}
    for table in sorted(tables):
        name = f"{prefix}{table}.csv"
        if (planter.folder / name).exists():
            row = {"NativeId": on_roll["NativeId"], **_CHILD_ROWS[table]}
            planter.plant(name, "census_header_missing", row, pupilonrolltableid=homeless)
            planter.plant(name, "census_pupil_not_accepted", row, pupilonrolltableid=unfit)
            _plant_children(planter, name, row | {"pupilonrolltableid": on_roll["pupilonrolltableid"]}, table)


_PERIOD = {"fsmstartdate": "2024-Sep-02 00:00:00", "ukcountry": "ENG"}

_CHILD_ROWS = {
    "termlysessiondetailsonroll": {"sessions": "1", "attendancereason": "Y1"},
    "termlyexclusionsonroll": {"startdate": "2025-Jun-03 00:00:00", "sessions": "2", "category": "SUSP", "reason1": "DB"},
    "fsmperiod": _PERIOD,
    "fsmperiodsonroll": _PERIOD,
    "senneeds": {"sentyperank": "1", "sentype": "SLCN"},
}
"""A row of each table that hangs from a pupil row, in order but for what it hangs from."""

_CHILD_FAULTS: dict[str, tuple[tuple[str, dict[str, str]], ...]] = {
    "termlysessiondetailsonroll": (
        ("value_not_understood", {"sessions": "many"}),
        ("code_missing", {"attendancereason": ""}),
        ("code_unknown", {"attendancereason": "ZZ"}),
        ("code_out_of_date", {"attendancereason": "H", "sessions": "0"}),
        ("sessions_missing", {"sessions": ""}),
        ("sessions_out_of_range", {"sessions": "-1"}),
        ("sessions_out_of_range", {"sessions": "401"}),
    ),
    "termlyexclusionsonroll": (("suspension_category_discontinued", {"category": "FIXD"}),),
    "fsmperiod": (
        ("value_not_understood", {"fsmstartdate": "sometime"}),
        ("fsm_start_missing", {"fsmstartdate": ""}),
        ("period_ends_before_it_begins", {"fsmenddate": "2024-Sep-01 00:00:00"}),
    ),
    "senneeds": (
        ("value_not_understood", {"sentyperank": "first"}),
        ("sen_type_unknown", {"sentype": "XYZ"}),
        ("sen_type_unknown", {"sentype": ""}),
    ),
}
_CHILD_FAULTS["fsmperiodsonroll"] = _CHILD_FAULTS["fsmperiod"]


def _plant_children(planter: Planter, name: str, row: dict[str, str], table: str) -> None:
    for rule, changed in _CHILD_FAULTS[table]:
        planter.plant(name, rule, row, **changed)
    if table == "termlysessiondetailsonroll":
        _overfill(planter, name, row["pupilonrolltableid"])


def _overfill(planter: Planter, name: str, other_than: str) -> None:
    """A pupil with more sessions coded than possible: every row of theirs is at fault."""
    rows = _rows(planter.folder / name)
    last = next(row for row in reversed(rows) if row["pupilonrolltableid"] != other_than and row["attendancereason"] == "/")
    parent = last["pupilonrolltableid"]
    for number, row in enumerate(rows, start=2):
        if row["pupilonrolltableid"] == parent:
            planter.labels.append((name, number, "coded_sessions_above_possible"))
    planter.plant(name, "coded_sessions_above_possible", last, attendancereason="I", sessions="399")


# Reading and writing


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _first_row(planter: Planter, name: str) -> dict[str, str]:
    with (planter.folder / name).open(encoding="utf-8", newline="") as file:
        return next(csv.DictReader(file))


def _write_apart(planter: Planter, name: str, rule: str, rows: list[dict[str, str]]) -> None:
    """A file that is refused whole: its fault is listed under its header."""
    with (planter.folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    planter.labels.append((name, 1, rule))
