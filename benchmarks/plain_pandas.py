"""The plain script: weekly facts and pupils' figures from mark files, as a good analyst would write it with pandas.

    python -m benchmarks.plain_pandas all TO_FOLDER MARKS.csv...        reads every file, counts everything
    python -m benchmarks.plain_pandas keep STATE_FOLDER MARKS.csv...    the same, and keeps what the next call needs
    python -m benchmarks.plain_pandas night STATE_FOLDER MARKS.csv...   only the new files, into what was kept

Of two marks for one pupil, school and half day that of the file named later counts. It trusts every row: no check, no pseudonym, no
record of what a mark was before, no dates of validity, no feed but one. It knows one layout. Repeated words are categories, days are
small integers, and a school is counted as soon as it is read, so that memory stays low.
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.types import union_categoricals
from pyarrow import csv

from .plain_codes import ABOUT_NEED, CODES, COUNTS, ELSEWHERE, NO_MARK, NOT_POSSIBLE, OF_THE_YEAR, POSSIBLE, RATED

RECENT_WEEKS = 8
"""School weeks that surely hold a school's last twenty days."""

LATELY = 20
KINDS = np.array([[code in codes for codes in COUNTS.values()] for code in CODES], dtype=np.uint8)
IS_POSSIBLE = np.array([code in POSSIBLE for code in CODES])

NEITHER, ATTENDED, MISSED = 0, 1, 2
_ABSENT = np.array([code in COUNTS["absence_sessions"] for code in CODES])
_ATTENDED = np.where(IS_POSSIBLE & ~_ABSENT, ATTENDED, NEITHER).astype(np.uint8)
SPELLS = {
    "absence_spells": np.where([code in ABOUT_NEED and code != "C2" for code in CODES], MISSED, _ATTENDED),
    "illness_spells": np.where([code == "I" for code in CODES], MISSED, _ATTENDED),
}
"""Per kind of spell, what each code is in it: only an attended session ends one."""

assert CODES[-len(NO_MARK + ELSEWHERE + NOT_POSSIBLE) :] == NOT_POSSIBLE + ELSEWHERE + NO_MARK


# Marks -------------------------------------------------------------------------------------------------------------------


def read(file: str) -> pd.DataFrame:
    """One row per mark of a file: urn, upn, day since 1970, whether in the afternoon, place of the code in CODES."""
    word = pa.dictionary(pa.int32(), pa.string())
    columns = {"urn": pa.int32(), "upn": word, "date": pa.date32(), "session": word, "code": word}
    how = csv.ConvertOptions(include_columns=list(columns), column_types=columns)
    rows = csv.read_csv(file, convert_options=how).unify_dictionaries().combine_chunks().to_pandas(date_as_object=False)
    codes = np.array([CODES.index(code) for code in rows["code"].cat.categories], dtype=np.int8)
    return pd.DataFrame(
        {
            "urn": rows["urn"],
            "upn": rows["upn"],
            "day": rows["date"].to_numpy().astype("datetime64[D]").astype("int16"),
            "is_pm": (rows["session"].cat.categories == "PM")[rows["session"].cat.codes],
            "code": codes[rows["code"].cat.codes],
        }
    )


def together(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Frames one beneath another; UPNs stay categories."""
    if len(frames) == 1:
        return frames[0]
    upn = union_categoricals([frame["upn"] for frame in frames])
    rest = pd.concat([frame.drop(columns="upn") for frame in frames], ignore_index=True)
    return rest.assign(upn=upn)


def latest(marks: pd.DataFrame) -> pd.DataFrame:
    """In order of pupil, school, day and half day; of several marks for one the last."""
    urns = np.unique(marks["urn"])
    who = marks["upn"].cat.codes.to_numpy("int64") * len(urns) + np.searchsorted(urns, marks["urn"])
    return _in_order(marks, who, keep="last")


def once_each(marks: pd.DataFrame) -> pd.DataFrame:
    """In order of pupil, day and half day; of two schools' marks for one the code that comes first in CODES."""
    first_code_first = marks.sort_values("code", kind="stable").assign(urn=np.int32(0))
    return _in_order(first_code_first, first_code_first["upn"].cat.codes.to_numpy("int64"), keep="first")


def _in_order(marks: pd.DataFrame, who: np.ndarray, keep: str) -> pd.DataFrame:
    key = (who * 2**16 + marks["day"].to_numpy()) * 2 + marks["is_pm"].to_numpy()
    if not (key[1:] >= key[:-1]).all():
        order = np.argsort(key, kind="stable")
        marks, key = marks.iloc[order].reset_index(drop=True), key[order]
    differs = key[1:] != key[:-1]
    kept = np.append(differs, True) if keep == "last" else np.insert(differs, 0, True)
    return marks if kept.all() else marks[kept]


# Weeks -------------------------------------------------------------------------------------------------------------------


def weeks_of(marks: pd.DataFrame) -> pd.DataFrame:
    """One row per pupil, school and week of marks in order: sessions of each kind, and what is needed to join spells."""
    day = marks["day"].to_numpy("int32")
    week = day - (day + 3) % 7  # 1 January 1970 was a Thursday
    columns = (marks["upn"].cat.codes.to_numpy(), marks["urn"].to_numpy(), week)
    begins = np.insert(np.any([one[1:] != one[:-1] for one in columns], axis=0), 0, True)
    first = np.flatnonzero(begins)
    counts = np.add.reduceat(KINDS[marks["code"]], first, axis=0, dtype=np.uint8)  # a week has fourteen half days
    weeks = marks[["upn", "urn"]].iloc[first].reset_index(drop=True)
    weeks["week"] = week[first].astype("int16")
    weeks[list(COUNTS)] = counts
    place = np.cumsum(begins) - 1
    for name, kinds in SPELLS.items():
        begun, opening, closing = _spells(kinds[marks["code"]], place, len(first))
        weeks[f"{name}_begun"], weeks[f"{name}_first"], weeks[f"{name}_last"] = begun, opening, closing
    return weeks


def _spells(kinds: np.ndarray, place: np.ndarray, weeks: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per week: spells begun in it if it stood alone, and what its first and last sessions that count were."""
    counting = np.flatnonzero(kinds)
    kinds, place = kinds[counting], place[counting]
    is_first = np.insert(place[1:] != place[:-1], 0, True)[: len(place)]
    goes_on = np.insert(kinds[:-1] == MISSED, 0, False)[: len(place)] & ~is_first
    begun = np.bincount(place[(kinds == MISSED) & ~goes_on], minlength=weeks).astype("uint8")
    opening, closing = np.zeros(weeks, "uint8"), np.zeros(weeks, "uint8")
    closing[place] = kinds  # the last one written stays
    opening[place[is_first]] = kinds[is_first]
    return begun, opening, closing


def at_two_schools(weeks: pd.DataFrame) -> pd.Index:
    """UPNs of pupils with marks of two schools in one week."""
    rows = weeks[["upn", "week"]]
    return pd.Index(rows.loc[rows.duplicated(), "upn"].astype(str).unique())


def weeks_of_several(weeks: pd.DataFrame, marks: list[pd.DataFrame]) -> pd.DataFrame:
    """Of pupils at two schools in one week one row a week, whatever the schools: each half day once."""
    twice = at_two_schools(weeks)
    theirs = [frame[frame["upn"].isin(twice)] for frame in marks]
    theirs = [frame for frame in theirs if len(frame)]
    return weeks_of(once_each(together(theirs))) if theirs else weeks.iloc[:0]


def own_weeks(weeks: pd.DataFrame, several: pd.DataFrame) -> pd.DataFrame:
    """One row per pupil and week."""
    if several.empty:
        return weeks
    return together([weeks[~weeks["upn"].isin(several["upn"].unique().astype(str))], several])


# Pupils ------------------------------------------------------------------------------------------------------------------


def pupils_of(own: pd.DataFrame, weeks: pd.DataFrame, recent: pd.DataFrame) -> pd.DataFrame:
    """One row per pupil: the columns of plain_codes.FEATURES, and the school whose marks are the newest."""
    of_pupil = own.groupby("upn", observed=True, sort=False)
    pupils = of_pupil[list(OF_THE_YEAR)].sum().add_suffix("_ytd")
    pupils["absence_rate_ytd"] = (pupils["absence_sessions_ytd"] / pupils["possible_sessions_ytd"]).where(
        pupils["possible_sessions_ytd"] > 0
    )
    part_time = own[own["part_time_sessions"] > 0].groupby("upn", observed=True).size()
    pupils["part_time_weeks_ytd"] = part_time.reindex(pupils.index, fill_value=0)
    for name in SPELLS:
        pupils[f"{name}_ytd"] = _joined_spells(own, name).reindex(pupils.index, fill_value=0)
    newest = weeks[["upn", "urn", "week"]].sort_values("week", kind="stable").drop_duplicates("upn", keep="last")
    pupils["urn"] = newest.set_index("upn")["urn"]
    return pupils.join(_lately(recent, pupils["urn"])).reset_index()


def _joined_spells(own: pd.DataFrame, name: str) -> pd.Series:
    """Per pupil, spells begun: one that goes on from the week before is not begun again."""
    first, last, begun = f"{name}_first", f"{name}_last", f"{name}_begun"
    counting = own.loc[own[first] != NEITHER, ["upn", "week", first, last, begun]]
    in_order = counting.sort_values(["upn", "week"])
    codes = in_order["upn"].cat.codes
    goes_on = (in_order[first] == MISSED) & (in_order[last].shift() == MISSED) & (codes == codes.shift())
    return (in_order[begun] - goes_on).groupby(in_order["upn"], observed=True).sum()


def _lately(recent: pd.DataFrame, urns: pd.Series) -> pd.DataFrame:
    """Per pupil, sessions of the last twenty days on which their school had any possible mark; none where it had fewer."""
    open_days = recent.loc[IS_POSSIBLE[recent["code"]], ["urn", "day"]].drop_duplicates()
    place = open_days.sort_values("day", ascending=False).groupby("urn").cumcount()
    since = open_days[place.reindex(open_days.index) == LATELY - 1].set_index("urn")["day"]
    from_day = urns.map(since).dropna()
    if from_day.empty:
        recent = recent.iloc[:0]
    else:
        recent = recent[(recent["day"] >= from_day.min()) & recent["upn"].isin(from_day.index)]
    schools = recent[["upn", "urn"]].drop_duplicates()
    at_several = recent["upn"].isin(schools.loc[schools["upn"].duplicated(), "upn"])
    marks = together([recent[~at_several], once_each(recent[at_several])])
    inside = marks[marks["day"].to_numpy() >= marks["upn"].map(from_day).to_numpy("float64")]
    kinds = pd.DataFrame(KINDS[inside["code"]], columns=list(COUNTS), index=inside.index)[list(RATED)]
    counted = kinds.groupby(inside["upn"], observed=True).sum().reindex(from_day.index, fill_value=0)
    lately = counted.add_suffix("_20d")
    possible = lately["possible_sessions_20d"]
    lately["absence_rate_20d"] = (lately["absence_sessions_20d"] / possible).where(possible > 0)
    return lately


# What is asked -----------------------------------------------------------------------------------------------------------


def everything(to: Path, files: list[str], keep: bool = False) -> None:
    """Weeks and pupils of all files, a school at a time; with `keep`, also what a night needs."""
    schools: dict[str, list[str]] = {}
    for file in files:
        schools.setdefault(Path(file).name, []).append(file)
    marks, counted = [], []
    for some in schools.values():
        marks.append(latest(together([read(file) for file in some])))
        counted.append(weeks_of(marks[-1]))
    weeks = together(counted)
    del counted
    several = weeks_of_several(weeks, marks)
    since = np.sort(weeks["week"].unique())[-RECENT_WEEKS:][0]
    recent = together([frame[frame["day"] >= since] for frame in marks])
    if not keep:
        marks.clear()
    write(to, weeks, own_weeks(weeks, several), recent)
    if keep:
        (to / "marks").mkdir()
        weeks.to_parquet(to / "all_weeks.parquet")
        several.to_parquet(to / "several.parquet")
        for week in weeks["week"].unique():
            of_week = [frame[(frame["day"] >= week) & (frame["day"] < week + 7)] for frame in marks]
            together([frame for frame in of_week if len(frame)]).to_parquet(_of_week(to, week))


def night(state: Path, files: list[str]) -> None:
    """Only the weeks that the new files touch are counted again."""
    new = together([read(file) for file in files])
    touched = np.unique(new["day"] - (new["day"] + 3) % 7)
    old = [pd.read_parquet(_of_week(state, week)) for week in touched if _of_week(state, week).exists()]
    marks = latest(together([*old, new]))
    again = weeks_of(marks)
    several_again = weeks_of_several(again, [marks])
    before = pd.read_parquet(state / "all_weeks.parquet", filters=[("week", "not in", touched.tolist())])
    several = pd.read_parquet(state / "several.parquet", filters=[("week", "not in", touched.tolist())])
    own = together([own_weeks(before, several), own_weeks(again, several_again)])
    weeks, several = together([before, again]), together([several, several_again])
    del before
    for week in touched:
        marks[(marks["day"] >= week) & (marks["day"] < week + 7)].to_parquet(_of_week(state, week))
    weeks.to_parquet(state / "all_weeks.parquet")
    several.to_parquet(state / "several.parquet")
    last = np.sort(weeks["week"].unique())[-RECENT_WEEKS:]
    untouched = [pd.read_parquet(_of_week(state, week)) for week in last if week not in touched]
    write(state, weeks, own, together([*untouched, marks]))


def _of_week(state: Path, week: int) -> Path:
    return state / "marks" / f"{date(1970, 1, 1) + timedelta(days=int(week))}.parquet"


def write(to: Path, weeks: pd.DataFrame, own: pd.DataFrame, recent: pd.DataFrame) -> None:
    write_weeks(to, weeks)
    pupils_of(own, weeks, recent).to_parquet(to / "pupils.parquet")


def write_weeks(to: Path, weeks: pd.DataFrame) -> None:
    told = weeks.loc[weeks["possible_sessions"] > 0, ["upn", "urn", "week", *COUNTS]]
    starts = told["week"].to_numpy("int64").astype("datetime64[D]")
    told.drop(columns="week").assign(week_start=starts.astype("datetime64[s]")).to_parquet(
        to / "weeks.parquet", index=False
    )


if __name__ == "__main__":
    asked, folder, marks_files = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    if asked == "night":
        night(folder, marks_files)
    else:
        everything(folder, marks_files, keep=asked == "keep")
