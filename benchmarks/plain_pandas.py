"""The plain script: what an analyst would write to have weekly facts and year-to-date rates from the same mark files.

    python -m benchmarks.plain_pandas TO_FOLDER MARKS.csv...

It trusts every row: no check, no pseudonym, no correction of earlier marks, no dates of validity. It knows one layout.
"""

import sys
from pathlib import Path

import pandas as pd

PRESENT = ["/", "\\", "L"]
APPROVED = ["B", "K", "P", "V", "W"]
AUTHORISED = ["C", "C1", "C2", "E", "I", "J1", "M", "R", "S", "T"]
UNAUTHORISED = ["G", "N", "O", "U"]

COUNTS = {
    "possible_sessions": PRESENT + APPROVED + AUTHORISED + UNAUTHORISED,
    "absence_sessions": AUTHORISED + UNAUTHORISED,
    "authorised_sessions": AUTHORISED,
    "unauthorised_sessions": UNAUTHORISED,
    "late_sessions": ["L"],
    "approved_activity_sessions": APPROVED,
    "illness_sessions": ["I"],
    "medical_sessions": ["M"],
    "part_time_sessions": ["C2"],
    "suspended_sessions": ["E"],
    "no_reason_sessions": ["N"],
    "dual_sessions": ["D"],
}


def marks_of(files: list[str]) -> pd.DataFrame:
    """One row per mark. Repeated words are kept once, as categories."""
    columns = {"urn": "int32", "upn": "str", "date": "str", "session": "category", "code": "str"}
    read = [pd.read_csv(file, usecols=list(columns), dtype=columns, engine="pyarrow") for file in files]
    marks = pd.concat(read, ignore_index=True)
    return marks.astype({"upn": "category", "date": "category", "code": "category"})


def weeks_of(marks: pd.DataFrame) -> pd.DataFrame:
    """One row per pupil, school and week: how many sessions of each kind."""
    days = pd.to_datetime(marks["date"].cat.categories)
    mondays = (days - pd.to_timedelta(days.weekday, unit="D")).to_numpy()
    marks = marks.assign(week_start=mondays[marks["date"].cat.codes])
    kinds = pd.DataFrame({name: marks["code"].cat.categories.isin(codes) for name, codes in COUNTS.items()}).to_numpy(
        "uint8"
    )
    counted = pd.DataFrame(kinds[marks["code"].cat.codes], columns=list(COUNTS), index=marks.index)
    keyed = pd.concat([marks[["upn", "urn", "week_start"]], counted], axis=1)
    weeks = keyed.groupby(["upn", "urn", "week_start"], observed=True, sort=False)[list(COUNTS)].sum().reset_index()
    return weeks[weeks["possible_sessions"] > 0]


def year_of(weeks: pd.DataFrame) -> pd.DataFrame:
    """One row per pupil: the year to date, the rate, and who is persistently or severely absent."""
    year = weeks.groupby("upn", observed=True)[list(COUNTS)].sum()
    year["absence_rate"] = year["absence_sessions"] / year["possible_sessions"]
    year["persistent_absence"] = year["absence_sessions"] * 10 >= year["possible_sessions"]
    year["severe_absence"] = year["absence_sessions"] * 2 >= year["possible_sessions"]
    year["part_time_weeks"] = weeks[weeks["part_time_sessions"] > 0].groupby("upn", observed=True).size()
    return year.fillna({"part_time_weeks": 0})


def main(to: str, files: list[str]) -> None:
    weeks = weeks_of(marks_of(files))
    weeks.to_parquet(Path(to) / "weeks.parquet")
    year_of(weeks).to_parquet(Path(to) / "year.parquet")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
