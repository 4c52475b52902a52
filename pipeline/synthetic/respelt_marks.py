"""The plain tables of marks as schools' own systems export them: pupils, schools and codes by ids, and the tables of those.

Some marks are as awkward as real ones: words where a code might be, sub-codes, small letters, comments, and flags that say
of a mark what is not so.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from pipeline.vocabulary.attendance_codes import ATTENDANCE_CODES, BY_CODE

_UK_DATE = "%d/%m/%Y"


def renamed(folder: Path) -> None:
    """The plain table as people make it themselves: headers in other words, days as they are written in England."""
    for urn, rows in _each_school(folder):
        told = rows.select(
            pl.col("urn").alias("School URN"), pl.col("upn").alias("UPN"), _uk("date").alias("Attendance Date"),
            pl.col("session").alias("AM/PM"), pl.col("code").alias("Attendance Code"),
        )  # fmt: skip
        _write(folder, f"register_{urn}", told.with_columns(rows["minutes_late"].alias("Minutes Late")))


def arbor(folder: Path) -> None:
    """Arbor's BI connector: no table has a URN, so a table of schools' ids goes with them."""
    students, schools = [], []
    for urn, rows in _each_school(folder):
        named = rows.with_columns(application_id=pl.lit(f"made_up_{urn}"), number=_numbers(rows["upn"], urn))
        who = {"student_unique_id": pl.format("{}_{}", "application_id", "number"), "student_id": "number"}
        told = named.select(
            attendance_roll_call_record_unique_id=pl.format("{}_r{}", "application_id", pl.row_index()), **who,
            application_id="application_id", raw_mark="code", mark_code=pl.col("code").replace(_WORDS),
            minutes_late="minutes_late", period=_in_words("session"), date="date", is_present=_is("present"),
            is_authorized_absent=_is("authorised absence", "not a possible session"),
            is_unauthorized_absent=_is("unauthorised absence"), is_possible_attendance=pl.lit("TRUE"),
            record_changed_in_warehouse_datetime=pl.lit(None, pl.String),
        )  # fmt: skip
        _write(folder, f"arbor_roll_call_attendance_{urn}", told.rename(str.upper))
        students.append(named.select(**who, application_id="application_id", upn="upn").unique(maintain_order=True))
        schools.append({"system_school_id": f"made_up_{urn}", "urn": urn})
    _write(folder, "arbor_students", pl.concat(students).rename(str.upper))
    _write(folder, "school_ids", pl.DataFrame(schools))


def bromcom(folder: Path) -> None:
    """Bromcom: two-character codes in ExportMark, and a sub-code of the school's own alone where that is empty."""
    pupils, codes = [], []
    for urn, rows in _each_school(folder):
        sub_coded = pl.col("code").is_in(list(_SUBCODES))
        told = rows.select(
            StudentID=_numbers(rows["upn"], urn), URN="urn", Date=_uk("date"), Session="session",
            Mark=pl.when(sub_coded).then(pl.col("code").replace(_SUBCODES)).otherwise(pl.col("code").str.slice(0, 1)),
            ExportMark=pl.when(~sub_coded).then("code"), MinutesLate="minutes_late",
        )  # fmt: skip
        _write(folder, f"bromcom_attendances_{urn}", told)
        pupils.append(_pupils_by_number(rows, urn))
        codes += [{"Subcode": subcode, "Mark": code, "URN": urn} for code, subcode in _SUBCODES.items()]
    _write(folder, "pupil_ids", pl.concat(pupils))
    _write(folder, "bromcom_subcodes", pl.DataFrame(codes))


def wonde(folder: Path) -> None:
    """Wonde: marks name no school and no code, only ids; and have comments, which nobody reads."""
    pupils, codes = [], []
    for urn, rows in _each_school(folder):
        code_id = pl.col("code").replace_strict({one.code: f"A{urn}{one.number:02}" for one in ATTENDANCE_CODES})
        told = rows.select(
            student_id="A" + _numbers(rows["upn"], urn), employee_id=pl.lit(f"A{urn}00"), date="date",
            session="session", attendance_code_id=code_id, comment=_COMMENT, minutes_late="minutes_late",
            updated_at=pl.lit(None, pl.String),
        )  # fmt: skip
        _write(folder, f"wonde_session_attendance_{urn}", told)
        numbered = _pupils_by_number(rows, urn)
        unique, upi = "A" + numbered["system_pupil_id"], _numbers(numbered["upn"], "upi")
        pupils.append(numbered.select(id=unique, upi=upi, mis_id="system_pupil_id", upn="upn", urn="urn"))
        codes += [{"id": f"A{urn}{one.number:02}", "code": one.code, "urn": urn} for one in ATTENDANCE_CODES]
    _write(folder, "wonde_students", pl.concat(pupils))
    _write(folder, "wonde_attendance_codes", pl.DataFrame(codes))


def sims(folder: Path) -> None:
    """SIMS: small letters, days as they are written in England, and illness by the sub-codes of 2020."""
    pupils = []
    for urn, rows in _each_school(folder):
        number = pl.row_index()
        illness = pl.when(number % 2 == 0).then(pl.lit("I01")).otherwise(pl.lit("i02"))
        told = rows.select(
            Date=_uk("date"), ID=number, Mark=pl.when(pl.col("code") == "I").then(illness).otherwise(_small("code")),
            session_name="session", student_id=_numbers(rows["upn"], urn), URN="urn", mins_late="minutes_late",
        )  # fmt: skip
        _write(folder, f"sims_session_attendance_{urn}", told.rename(lambda name: name.replace("_", " ").title()))
        pupils.append(_pupils_by_number(rows, urn))
    _write(folder, "pupil_ids", pl.concat(pupils))


_WORDS = {one.code: "_".join(one.label.upper().replace(",", "").split()) for one in ATTENDANCE_CODES}
_SUBCODES = {"M": "MD", "L": "LB", "V": "VT"}
_COMMENT = pl.when(pl.col("minutes_late") != "").then(pl.lit("bus was late, spoke to family"))


def _each_school(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """The URN and the plain marks of each school; once dealt with, their file is gone."""
    for path in sorted(folder.glob("attendance_marks_*.csv")):
        yield path.stem.rpartition("_")[2], pl.read_csv(path, infer_schema=False)
        path.unlink()


def _write(folder: Path, name: str, rows: pl.DataFrame) -> None:
    rows.write_csv(folder / f"{name}.csv")


def _numbers(upns: pl.Series, urn: str) -> pl.Series:
    """The number of each pupil in one school's system: the same whenever it is written again, and nothing of the UPN."""
    numbers = {
        upn: str(int.from_bytes(hashlib.blake2b(f"{urn} {upn}".encode(), digest_size=6).digest()))
        for upn in upns.unique()
    }
    return upns.replace_strict(numbers, return_dtype=pl.String)


def _pupils_by_number(rows: pl.DataFrame, urn: str) -> pl.DataFrame:
    """The plain table of pupils' ids."""
    upns = rows["upn"].unique(maintain_order=True)
    return pl.DataFrame({"system_pupil_id": _numbers(upns, urn), "upn": upns}).with_columns(urn=pl.lit(urn))


def _uk(day: str) -> pl.Expr:
    return pl.col(day).str.to_date().dt.strftime(_UK_DATE)


def _in_words(session: str) -> pl.Expr:
    return pl.col(session).replace_strict({"AM": "MORNING", "PM": "AFTERNOON"})


def _small(code: str) -> pl.Expr:
    return pl.col(code).str.to_lowercase()


def _is(*classes: str) -> pl.Expr:
    codes = [code for code, entry in BY_CODE.items() if entry.counts_as in classes]
    return pl.when(pl.col("code").is_in(codes)).then(pl.lit("TRUE")).otherwise(pl.lit("FALSE"))
