"""Whether the pipeline and the plain script counted the same sessions: a fast wrong answer is worth nothing.

    python -m benchmarks.agreement PIPELINE_WEEKS.parquet PLAIN_WEEKS.parquet FIRST_DAY

One knows pupils by pupil_id and the other by UPN, so sums per school and week are compared, from FIRST_DAY on. Ends with
status 1, and says where, if they differ.
"""

import sys
from datetime import date

import polars as pl

COUNTS = (
    "possible_sessions", "absence_sessions", "authorised_sessions", "unauthorised_sessions", "late_sessions",
    "approved_activity_sessions", "illness_sessions", "medical_sessions", "part_time_sessions", "suspended_sessions",
    "no_reason_sessions", "dual_sessions",
)  # fmt: skip
_WEEK = ("urn", "week_start")


def school_weeks(file: str, since: date) -> pl.DataFrame:
    """One row per school and week: pupils with a possible session, and their sessions of each kind."""
    weeks = pl.scan_parquet(file).with_columns(pl.col("week_start").cast(pl.Date)).filter(pl.col("week_start") >= since)
    sums = weeks.group_by(_WEEK).agg(
        pupils=pl.len().cast(pl.Int64), **{name: pl.col(name).cast(pl.Int64).sum() for name in COUNTS}
    )
    return sums.sort(_WEEK).collect()


def main(ours: str, theirs: str, since: str) -> None:
    a, b = (school_weeks(file, date.fromisoformat(since)) for file in (ours, theirs))
    differs = a.join(b, on=_WEEK, how="full", suffix="_plain", coalesce=True).filter(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_plain")) for name in ("pupils", *COUNTS))
    )
    if differs.height:
        sys.exit(
            f"{differs.height} of {max(a.height, b.height)} school weeks differ, such as {differs.row(0, named=True)}"
        )
    print(f"{a.height} school weeks agree in {len(COUNTS) + 1} counts each")


if __name__ == "__main__":
    main(*sys.argv[1:])
