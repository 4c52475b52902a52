"""Whether the pipeline and a plain script counted the same: a fast wrong answer is worth nothing.

    python -m benchmarks.agreement weeks WEEKS.parquet PLAIN_WEEKS.parquet HOME
    python -m benchmarks.agreement pupils PUPIL_FEATURES.parquet PLAIN_PUPILS.parquet HOME

One knows pupils by pupil_id and the other by UPN: the home's own key makes the one of the other. Every week of every pupil is compared in
every count, and every pupil judged by registers in every column both have. Ends with status 1, and says how many differ, if any do.
"""

import sys
from pathlib import Path

import polars as pl

from pipeline.edges.identity import Pseudonyms
from pipeline.edges.settings import open_home

from .plain_codes import COUNTS, FEATURES

WEEK = ("pupil_id", "urn", "week_start")
OF_THE_SCHOOL = tuple(name for name in FEATURES if name.endswith("_20d"))
"""Columns that hang on the last twenty days of the pupil's school. The plain script reads no roll, and takes the school whose marks are the
newest: of a pupil whom the roll has at another, these are not compared."""


def pseudonymised(file: Path, home: Path) -> pl.DataFrame:
    rows = pl.read_parquet(file).with_columns(pl.col("upn").cast(pl.String))
    ids = Pseudonyms(open_home(home).key("pseudonym")).of(rows["upn"])
    return rows.join(ids.select("upn", "pupil_id"), on="upn").drop("upn")


def weeks_differing(ours: pl.DataFrame, plain: pl.DataFrame) -> tuple[int, str]:
    """How many rows are in one alone or differ in a count; and what was compared, in words."""
    counts = [pl.col(name).cast(pl.Int64) for name in COUNTS]
    since = plain["week_start"].cast(pl.Date).min()
    a = ours.filter(pl.col("week_start") >= since).select(*WEEK, *counts)
    b = plain.with_columns(pl.col("week_start").cast(pl.Date), pl.col("urn").cast(a.schema["urn"])).select(
        *WEEK, *counts
    )
    return _differing(
        a, b, WEEK, tuple(COUNTS)
    ).height, f"{a.height:,} weeks of pupils agree in {len(COUNTS)} counts each"


def pupils_differing(ours: pl.DataFrame, plain: pl.DataFrame) -> tuple[int, str]:
    """The same of pupils on a roll whose year is had from registers."""
    a = ours.filter(source="registers").select("pupil_id", "urn", *FEATURES)
    b = plain.select("pupil_id", pl.col("urn").cast(a.schema["urn"]), *FEATURES).join(a, on="pupil_id", how="semi")
    elsewhere = a.join(b, on=["pupil_id", "urn"], how="anti").height
    same = b.join(a, on=["pupil_id", "urn"], how="semi").select("pupil_id")
    whole_year = tuple(name for name in FEATURES if name not in OF_THE_SCHOOL)
    differ = _differing(a, b, ("pupil_id",), whole_year)["pupil_id"].to_list()
    at_their_school = [rows.join(same, on="pupil_id", how="semi") for rows in (a, b)]
    differ += _differing(*at_their_school, ("pupil_id",), OF_THE_SCHOOL)["pupil_id"].to_list()
    words = f"{a.height:,} pupils agree in {len(FEATURES)} columns each"
    words += f", {elsewhere:,} of them in {len(whole_year)} only" if elsewhere else ""
    return len(set(differ)), words


def _differing(a: pl.DataFrame, b: pl.DataFrame, key: tuple[str, ...], columns: tuple[str, ...]) -> pl.DataFrame:
    both = a.with_columns(here=True).join(
        b.with_columns(there=True), on=key, how="full", suffix="_plain", coalesce=True
    )
    unlike = [_is_unlike(pl.col(name), pl.col(f"{name}_plain")) for name in columns]
    return both.filter(pl.any_horizontal(pl.col("here", "there").is_null(), *unlike))


def _is_unlike(one: pl.Expr, other: pl.Expr) -> pl.Expr:
    one, other = (side.cast(pl.Float64).fill_nan(None) for side in (one, other))
    return one.is_null().ne(other.is_null()) | ((one - other).abs() > 1e-9).fill_null(False)


def of_the_last_day(ours: pl.DataFrame) -> pl.DataFrame:
    """What a home that has had nights before concluded on the last of them."""
    return ours.filter(pl.col("as_of") == pl.col("as_of").max()) if "as_of" in ours.columns else ours


def main(what: str, ours: str, plain: str, home: str) -> None:
    differing = {"weeks": weeks_differing, "pupils": pupils_differing}[what]
    rows, words = differing(of_the_last_day(pl.read_parquet(ours)), pseudonymised(Path(plain), Path(home)))
    if rows:
        sys.exit(f"{rows:,} rows of {what} differ between the pipeline and the plain script")
    print(words)


if __name__ == "__main__":
    main(*sys.argv[1:])
