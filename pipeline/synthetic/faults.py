"""One or more of every fault the gate knows, added below the clean rows of a made-up authority, and a list of them.

Each added row breaks exactly the rule it is listed under. Rows whose rule is only noted stay in use; they are few,
and dated in a holiday, so that they disturb nothing else. `mark_in_future` is one only where the files are taken in as
known on the last day.
"""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from pipeline.vocabulary.identifiers import check_letter
from pipeline.vocabulary.school_year import SchoolYear

from .calendar import calendar_of
from .census_faults import plant_census
from .faults_of_agencies import plant_agencies
from .faults_of_care import plant_care
from .faults_of_destinations import plant_destinations
from .faults_of_needs import plant_needs
from .faults_of_plans import plant_plans
from .faults_of_systems import plant_systems
from .faults_of_transfers import plant_transfers
from .faults_of_who import change_upns, plant_who_is_who
from .identifiers import upns
from .planting import NO_SCHOOL, Planter, first_row, plant_elsewhere, plant_upns, rows_of, write_apart
from .schools import AUTHORITY, FIRST_URN

NO_AUTHORITY = 999
SEED_ESTABLISHMENT = 3998
"""Children added for their faults have UPNs of a school that no clean child comes from."""


def plant_faults(folder: Path, labels: Path, year: SchoolYear, last_day: date) -> Path:
    """Add faults to this year's extracts in `folder`, and list them in `labels` as file, row_number and rule.

    Census tables take theirs in the latest census there is; SEN needs are only in a spring one.
    """
    change_upns(folder, labels.with_name(f"{folder.name}-links.csv"), year.starts)
    planter = Planter(folder, spare=_spare_upns(year))
    pupil, youngest, stranger = _pupils(planter, year)
    plain = {"urn": pupil["urn"], "upn": pupil["upn"]}
    _plant_schools(planter)
    _plant_register_totals(planter, year)
    _plant_suspensions(planter, plain, stranger, year)
    _plant_support(planter, plain, stranger)
    _plant_marks(planter, plain, youngest, stranger, year, last_day)
    plant_who_is_who(planter, pupil)
    plant_destinations(planter, plain, stranger, last_day)
    plant_agencies(planter)
    plant_care(planter, pupil, stranger, last_day)
    plant_plans(planter, stranger, last_day)
    plant_systems(planter, pupil, stranger, year)
    plant_transfers(planter, pupil, year, _week_off(year.before, 1)[0])
    plant_census(planter, year, pupil, last_day)
    plant_needs(planter, pupil, stranger, year.starts, last_day)  # last, so that each fault before keeps its UPN
    planter.write(labels)
    return labels


def _spare_upns(year: SchoolYear) -> list[str]:
    count = 200
    where = np.full(count, AUTHORITY), np.full(count, SEED_ESTABLISHMENT), np.full(count, year.starts % 100)
    return upns(*where, np.zeros(count, bool)).tolist()


def _of_no_authority() -> str:
    rest = f"{NO_AUTHORITY}{SEED_ESTABLISHMENT}18001"
    return check_letter(rest) + rest


# Plain tables


def _plant_schools(planter: Planter) -> None:
    school = first_row(planter, "schools.csv")
    planter.plant("schools.csv", "value_not_understood", school, URN="not a number")
    planter.plant("schools.csv", "school_number_missing", school, URN="")
    twice = [school, school | {"EstablishmentNumber": "3997"}]
    write_apart(planter, "schools_twice.csv", "school_repeated", twice)


def _pupils(planter: Planter, year: SchoolYear) -> tuple[dict, dict, dict]:
    """A pupil long on the first school's roll, a Reception child, and a pupil of no known authority, who is added."""
    name = f"pupils_{FIRST_URN}.csv"
    rows = rows_of(planter.folder / name)
    long_here = [row for row in rows if not row["leaving_date"] and row["enrol_status"] == "C"]
    pupil = next(row for row in long_here if row["nc_year"] in "23456" and row["entry_date"] < f"{year.starts}-08")
    youngest = next(row for row in long_here if row["nc_year"] == "R")
    stranger = pupil | {"upn": _of_no_authority()}

    def plant(rule: str, **changed: str) -> None:
        planter.plant(name, rule, pupil | {"upn": planter.new_upn()}, **changed)

    plant_upns(planter, name, pupil, stranger)
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
    plant_upns(planter, name, row, stranger)
    plant_elsewhere(planter, name, row)
    planter.plant(name, "value_not_understood", row, sessions="a few")
    planter.plant(name, "suspension_date_missing", row, start_date="")
    planter.plant(name, "suspension_category_unknown", row, category="HOME")
    planter.plant(name, "suspension_category_discontinued", row, category="FIXD")
    planter.plant(name, "suspension_reason_unknown", row, reason1="QQ")
    planter.plant(name, "suspension_long", row, sessions="91")


def _plant_support(planter: Planter, plain: dict, stranger: dict) -> None:
    name = "support_and_reviews.csv"
    row = plain | {"kind": "other_contact", "start_date": "2024-09-05", "ended": "2024-09-06"}
    plant_upns(planter, name, row, stranger)
    plant_elsewhere(planter, name, row)
    planter.plant(name, "value_not_understood", row, last_review="sometime")
    planter.plant(name, "support_kind_unknown", row, kind="a kind word")
    planter.plant(name, "support_ends_before_it_begins", row, ended="2024-09-04")
    planter.plant(name, "support_quiet_too_long", row, quiet_until="2024-09-07")
    planter.plant(name, "support_quiet_too_long", row, quiet_until="2099-12-31")


def _plant_marks(planter: Planter, plain: dict, youngest: dict, stranger: dict, year, last_day: date) -> None:
    name = f"attendance_marks_{FIRST_URN}.csv"
    empty = iter(_holiday_half_days(year))

    def row(**changed: str) -> dict:
        day, session = next(empty)
        return plain | {"date": day, "session": session, "code": "Y1"} | changed

    plant_upns(planter, name, row(), stranger)
    plant_elsewhere(planter, name, row())
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
    write_apart(planter, "attendance_marks_muddled.csv", "mostly_unreadable", muddled)


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
    for number, mark in enumerate(rows_of(planter.folder / name), start=2):
        if mark["upn"] == plain["upn"] and mark["code"] == "/":
            planter.labels.append((name, number, "two_marks_for_one_half_day"))
            planter.plant(name, "two_marks_for_one_half_day", mark, code="I")
            return
