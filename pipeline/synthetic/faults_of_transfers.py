"""Faults of a common transfer file: marks of nobody here, of days that cannot be told, and totals that are none."""

from datetime import date, timedelta

from pipeline.vocabulary.school_year import SchoolYear

from .planting import Planter, rows_of

_FILE = "ctf_joiners.xml"
_MARKS_AT_MOST = 100_000  # in a string: as marks in one are numbered
_MARKED, _CLOSED = "Y1,Y1", "#,#"

_STRING = """
    <Pupil><UPN>{upn}</UPN><Attendance><YearData><LEA>{lea}</LEA><Estab>{estab}</Estab>
      <SessionsPossible>{possible}</SessionsPossible>
      <AttendSessions><AttendanceStartDate>{start}</AttendanceStartDate><AttendanceMarks>{marks}</AttendanceMarks></AttendSessions>
    </YearData></Attendance></Pupil>"""
_WHOLE = "<CTfile><Header><CTFversion>25.0</CTFversion></Header><CTFpupilData>{strings}\n</CTFpupilData></CTfile>\n"


def plant_transfers(planter: Planter, pupil: dict, year: SchoolYear, monday: date) -> None:
    """A file from a school that `pupil` was never at. All its marks are of sessions nobody was expected at, in holidays:
    that which begins on `monday`, and the end of last summer's."""
    august = date(year.starts, 8, 4) + timedelta(days=(7 - date(year.starts, 8, 4).weekday()) % 7)
    strings = [
        (None, pupil["upn"], 0, monday, [_MARKED]),
        ("transferred_pupil_unknown", planter.new_upn(), 0, monday, [_MARKED]),
        ("transfer_days_unclear", pupil["upn"], 0, august, [_CLOSED] * 10 + [_MARKED] * 2),
        ("transfer_totals_differ", pupil["upn"], 1, monday + timedelta(days=1), [_MARKED]),
    ]
    written = []
    for number, (rule, upn, possible, start, days) in enumerate(strings, start=1):
        at = _elsewhere(planter, pupil) | {"upn": upn, "possible": possible, "start": start, "marks": ",".join(days)}
        written.append(_STRING.format(**at))
        broken = 1 if rule == "transfer_totals_differ" else 2 * len(days)
        planter.labels += [(_FILE, number * _MARKS_AT_MOST + place, rule) for place in range(1, broken + 1) if rule]
    (planter.folder / _FILE).write_text(_WHOLE.format(strings="".join(written)), encoding="utf-8")


def _elsewhere(planter: Planter, pupil: dict) -> dict[str, str]:
    schools = rows_of(planter.folder / "schools.csv")
    other = next(school for school in reversed(schools) if school["URN"] != pupil["urn"])
    return {"lea": other["LA (code)"], "estab": other["EstablishmentNumber"]}
