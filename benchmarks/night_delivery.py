"""Cuts a year's mark files at a day: what a home had the evening before, and what comes that night.

    python -m benchmarks.night_delivery EXTRACTS TO DAY SEED NIGHTS

TO/delivery has one file a school, with the marks of DAY and corrections to one in a hundred of the school's marks of its last ten days
before: another code, recorded on the evening of DAY. TO/nights has a folder for each of the NIGHTS school days before, with that day's marks
alone, and TO/marks the marks before all those, a file a school. TO/register_totals.csv says what these come to.
"""

import sys
from datetime import date
from pathlib import Path

import polars as pl

from .plain_codes import AUTHORISED, POSSIBLE, UNAUTHORISED

LAST_DAYS = 10
ONE_IN = 100

CORRECTED = {"/": "I", "\\": "I", "N": "I", "O": "I", "I": "M", "L": "U", "U": "L", "M": "I"}
"""What a school found out later. Other codes stay as they are."""


def main(extracts: Path, to: Path, day: date, seed: int, nights: int) -> None:
    files = sorted(extracts.glob("attendance_marks_*.csv"))
    earlier = nights_before(files, day, nights)
    first_night = (earlier or [day.isoformat()])[0]
    for name in ("marks", "delivery", *(f"nights/{night}" for night in earlier)):
        (to / name).mkdir(parents=True)
    totals = []
    for file in files:
        marks = pl.read_csv(file, infer_schema=False)
        before = marks.filter(pl.col("date") < day.isoformat())
        delivery(marks, before, day, seed).write_csv(to / "delivery" / file.name)
        for night in earlier:
            before.filter(pl.col("date") == night).write_csv(to / "nights" / night / file.name)
        taken = before.filter(pl.col("date") < first_night)
        taken.write_csv(to / "marks" / file.name)
        totals.append(total(taken))
    pl.concat(totals).write_csv(to / "register_totals.csv")


def nights_before(files: list[Path], day: date, nights: int) -> list[str]:
    """The last so many days before `day` on which any school has a mark, the earliest first."""
    if not nights:
        return []
    dates = pl.scan_csv(files, infer_schema=False).select("date").filter(pl.col("date") < day.isoformat())
    return dates.unique().sort("date").tail(nights).collect(engine="streaming")["date"].to_list()


def delivery(marks: pl.DataFrame, before: pl.DataFrame, day: date, seed: int) -> pl.DataFrame:
    """One row per mark that comes that night: the day's own, then the corrections."""
    evening = pl.lit(f"{day.isoformat()}T17:00:00").alias("recorded_at")
    new = marks.filter(pl.col("date") == day.isoformat()).with_columns(evening)
    return pl.concat([new, corrections(before, seed).with_columns(evening)])


def corrections(before: pl.DataFrame, seed: int) -> pl.DataFrame:
    """One in a hundred of the marks of the last ten days, with another code. Which ones hangs on the seed and their place alone."""
    last = before["date"].unique().sort().tail(LAST_DAYS)
    recent = before.filter(pl.col("date").is_in(last.implode()) & pl.col("code").is_in(list(CORRECTED)))
    place = pl.int_range(pl.len(), dtype=pl.UInt64) * 2_654_435_761 + seed * 2_246_822_519
    found = recent.filter((place % 2**32) * ONE_IN < 2**32)
    return found.with_columns(
        pl.col("code").replace_strict(CORRECTED), pl.lit(None, pl.String).alias("minutes_late")
    ).select(before.columns)


def total(before: pl.DataFrame) -> pl.DataFrame:
    """One row: what the school's own system would count over these marks."""
    return before.select(
        pl.col("urn").first(),
        from_date=pl.col("date").min(),
        to_date=pl.col("date").max(),
        possible_sessions=pl.col("code").is_in(POSSIBLE).sum(),
        absence_sessions=pl.col("code").is_in(AUTHORISED + UNAUTHORISED).sum(),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), date.fromisoformat(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
