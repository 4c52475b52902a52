"""Whether other tools counted what the plain pandas script counted.

    python -m benchmarks.beside_agreement PLAIN.duckdb KEPT_FOLDER         dbt's weeks and pupils, row by row
    python -m benchmarks.beside_agreement WEEKS.csv MARKS.csv...           dplyr's weeks, in sum, against the files themselves

Ends with status 1, and says how many differ, if any do.
"""

import sys
from pathlib import Path

import duckdb

from .plain_codes import COUNTS, FEATURES


def of_dbt(database: str, kept: Path) -> int:
    """Rows in one alone, or unlike."""
    columns = {"weeks": ("upn", "urn", "week_start", *COUNTS), "pupils": ("upn", "urn", *FEATURES)}
    with duckdb.connect(database, read_only=True) as con:
        return sum(_differing(con, name, kept / f"{name}.parquet", wanted) for name, wanted in columns.items())


def _differing(con, name: str, file: Path, columns: tuple[str, ...]) -> int:
    told = ", ".join(_plain(column) for column in columns)
    one, other = f"(SELECT {told} FROM {name})", f"(SELECT {told} FROM '{file}')"
    asked = f"SELECT (SELECT count(*) FROM (FROM {one} EXCEPT ALL FROM {other})) + (SELECT count(*) FROM (FROM {other} EXCEPT ALL FROM {one}))"
    return con.execute(asked).fetchone()[0]


def _plain(column: str) -> str:
    """As text or as a number that both write alike: whole numbers are floats where pandas has a gap."""
    if column == "upn":
        return "upn::VARCHAR"
    if column == "week_start":
        return "week_start::DATE"
    number = f"CASE WHEN isnan({column}::DOUBLE) THEN NULL ELSE {column}::DOUBLE END"
    return f"round({number}, 9)"


def of_dplyr(weeks: str, files: list[str]) -> int:
    """Counts whose sums differ."""
    possible = COUNTS["possible_sessions"]
    sums = ", ".join(f"sum({name})" for name in COUNTS)
    asked = ", ".join("count(*) FILTER (list_contains(?, code))" for _ in COUNTS)
    with duckdb.connect() as con:
        con.execute("CREATE TABLE marks AS SELECT *, date_trunc('week', date) AS week FROM read_csv(?)", [files])
        con.execute(
            "CREATE TABLE possible AS SELECT DISTINCT upn, urn, week FROM marks WHERE list_contains(?, code)",
            [possible],
        )
        theirs = con.execute(f"SELECT {sums} FROM read_csv(?)", [weeks]).fetchone()
        ours = con.execute(
            f"SELECT {asked} FROM marks SEMI JOIN possible USING (upn, urn, week)", [*COUNTS.values()]
        ).fetchone()
    return sum(int(a) != int(b) for a, b in zip(theirs, ours, strict=True))


def main(theirs: str, *others: str) -> None:
    differing = of_dbt(theirs, Path(others[0])) if theirs.endswith(".duckdb") else of_dplyr(theirs, list(others))
    if differing:
        sys.exit(f"{differing:,} rows or counts differ from the plain script's")


if __name__ == "__main__":
    main(*sys.argv[1:])
