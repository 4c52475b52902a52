"""The anchor: the same files read into an ordinary DuckDB file and nothing done to them.

    python -m benchmarks.bare_scan TO.duckdb FILE.csv...

No type asked for, no check, no pseudonym, no encryption: what reading costs before any work begins.
"""

import sys
from collections import defaultdict
from pathlib import Path

import duckdb


def main(to: str, files: list[str]) -> None:
    """Files with one header row become one table."""
    alike = defaultdict(list)
    for file in files:
        with Path(file).open(encoding="utf-8-sig") as text:
            alike[text.readline()].append(file)
    with duckdb.connect(to) as con:
        for number, group in enumerate(alike.values()):
            con.execute(f"CREATE TABLE t{number} AS SELECT * FROM read_csv(?)", [group])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
