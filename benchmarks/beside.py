"""The same weekly facts and pupils' figures by other tools an analyst may know: a dbt project over DuckDB, and dplyr.

    python -m benchmarks.beside [--pupils N --schools N --seed S --rounds R --extracts DIR --reuse --date DATE --write-readme]

dbt is installed into benchmarks/work, never among the project's own packages; R and its packages come from the system, or are said to be
missing. The backfill is every mark file of the year up to the evening before its last day; the night is what comes then. What dbt counts must
agree with the plain pandas script, which agrees with the pipeline.
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import tables
from .made_up import HERE, PYTHON, WHOLE_YEAR, WORK, Evening, asked_size, evening, facts_of, room, size_of
from .measured import CommandFailed, measured
from .night import kept
from .plain_codes import CODES, COUNTS
from .report import Found, stored, written

NAME = "beside"
NAMES = {
    "pandas": "Plain pandas, every file: weekly facts and pupils' figures",
    "dbt": "dbt-duckdb, every file but those of the night before, from nothing: the same",
    "dbt_night": "dbt-duckdb, the night's files into its marks, then the same",
    "pandas_night": "Plain pandas, the night's files into what it kept",
    "dplyr": "dplyr, every file: weekly facts and year to date, no spells, no last weeks",
}
NOT_DONE = (
    "None of them checks a row, knows another feed or layout, makes a pseudonym, encrypts, keeps a mark that was corrected, compares with last "
    "year, judges a signal or writes a list. dplyr takes no corrections in either, and counts no spells and no last twenty days."
)

DBT = ("dbt-core<1.12", "dbt-duckdb<1.12", "duckdb==1.5.5")
"""dbt-core 2 fetches a part of itself from elsewhere while it is installed; 1.11 does not."""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.beside", description=__doc__.partition("\n")[0])
    asked_size(words)
    asked = words.parse_args()
    size = size_of(asked)
    before = evening(size, WHOLE_YEAR, given=asked.extracts, reuse=asked.reuse)
    dbt, rscript = installed_dbt(), installed_r()
    rounds = []
    for number in range(1, asked.rounds + 1):
        rounds.append(one_round(before, dbt, rscript))
        print(f"round {number} of {asked.rounds}: {rounds[-1].in_words}", flush=True)
    facts = vars(size) | facts_of(before.before) | tables.run_facts(NAME, asked, size.words)
    found = stored(NAME, rounds, facts | {"dbt": dbt.words, "r": rscript.words}, {})
    print(written(found, in_words, NAMES, write_readme=asked.write_readme))


def in_words(found: dict, names: dict[str, str]) -> str:
    run = found["run"]
    return "\n".join(
        [
            f"Other tools, {run['pupils']:,} made-up pupils, {run['marks']:,} marks, the marks alone.", "",
            *tables.table(found["medians"], names), "", f"- dbt: {run['dbt']}", f"- R: {run['r']}", "", NOT_DONE, "", tables.where(found),
        ]
    )  # fmt: skip


class Tool:
    """Where a tool is, or none; and what was found, in words."""

    def __init__(self, path: str | None, words: str):
        self.path, self.words = path, words


def installed_dbt() -> Tool:
    folder = WORK / "dbt"
    dbt = folder / "bin" / "dbt"
    try:
        if not dbt.exists():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
            install = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", *DBT]
            subprocess.run(install, check=True, capture_output=True, timeout=900)
        said = subprocess.run([str(dbt), "--version"], check=True, capture_output=True, text=True).stdout
    except (subprocess.SubprocessError, OSError) as fault:
        return Tool(None, f"not measured: it could not be installed ({type(fault).__name__}).")
    versions = re.findall(r"- (installed|duckdb): +([\d.]+)", said)
    return Tool(
        str(dbt), ", ".join(f"dbt-{what.replace('installed', 'core')} {number}" for what, number in versions) + "."
    )


def installed_r() -> Tool:
    rscript = shutil.which("Rscript")
    if not rscript:
        return Tool(
            None,
            "not measured: R is not installed (on Debian, apt-get install r-base-core r-cran-dplyr r-cran-data.table).",
        )
    asked = (
        'cat(R.version$major, R.version$minor, sapply(c("dplyr", "data.table"), \\(p) as.character(packageVersion(p))))'
    )
    done = subprocess.run([rscript, "-e", asked], capture_output=True, text=True)
    if done.returncode:
        return Tool(None, "not measured: R is installed, and dplyr or data.table is not.")
    major, minor, dplyr, table = done.stdout.split()
    words = (
        f"R {major}.{minor}, dplyr {dplyr}, data.table {table} for reading. DuckDB's R package is not among Debian's."
    )
    return Tool(rscript, words)


def one_round(before: Evening, dbt: Tool, rscript: Tool) -> Found:
    found = Found()
    old, new = ([str(file) for file in files] for files in (before.before, before.delivery))
    with room(before.folder / f"round-{NAME}") as here:
        found.took["pandas"] = measured([PYTHON, "-m", "benchmarks.plain_pandas", "all", str(here), *old])
        state = kept(before, here)
        if dbt.path:
            found.took |= _by_dbt(dbt.path, before, here)
        found.took["pandas_night"] = measured([PYTHON, "-m", "benchmarks.plain_pandas", "night", str(state), *new])
        if dbt.path:
            measured([PYTHON, "-m", "benchmarks.beside_agreement", str(here / "plain.duckdb"), str(state)])
        if rscript.path:
            codes = written_codes(here / "codes.csv")
            found.took["dplyr"] = measured([rscript.path, str(HERE / "plain.R"), str(here), str(codes), *old])
            measured([PYTHON, "-m", "benchmarks.beside_agreement", str(here / "weeks.csv"), *old])
    return found


def _by_dbt(dbt: str, before: Evening, here: Path) -> dict:
    """From nothing, then the night. A night before it comes in by a run of its own that is not counted: of one that reads the files of
    both, dbt keeps both marks of a half day."""
    took = {}
    folders = {"dbt": before.before[0].parent, **{night.name: night for night in before.nights}}
    for name, folder in (folders | {"dbt_night": before.delivery[0].parent}).items():
        took[name] = measured([dbt, "--quiet", "run", *_dbt_words(folder)], _dbt_env(here))
    return {name: took[name] for name in ("dbt", "dbt_night")}


def _dbt_words(folder: Path) -> list[str]:
    with next(iter(sorted(folder.glob("*.csv")))).open(encoding="utf-8") as first:
        columns = first.readline().rstrip("\n").split(",")
    told = {"files": f"{folder}/*.csv", "columns": columns, "codes": CODES, "counts": COUNTS}
    project = str(HERE / "dbt")
    return ["--project-dir", project, "--profiles-dir", project, "--vars", json.dumps(told)]


def _dbt_env(here: Path) -> dict[str, str]:
    return os.environ | {
        "PLAIN_DATABASE": str(here / "plain.duckdb"), "DBT_TARGET_PATH": str(here / "target"), "DBT_LOG_PATH": str(here / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1",
    }  # fmt: skip


def written_codes(to: Path) -> Path:
    with to.open("w", encoding="utf-8", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["code", *COUNTS])
        rows.writerows([code, *(int(code in codes) for codes in COUNTS.values())] for code in CODES)
    return to


if __name__ == "__main__":
    try:
        main()
    except CommandFailed as fault:
        sys.exit(str(fault))
