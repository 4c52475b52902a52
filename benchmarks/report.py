"""What was measured, as JSON for programs and as a Markdown table for people."""

import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .measured import Took

NAMES = {
    "scan_of_marks": "Bare DuckDB `read_csv` into a table, marks alone",
    "scan_of_all": "Bare DuckDB `read_csv` into tables, all files",
    "pandas": "Plain pandas script, marks alone: weekly facts, year to date",
    "take_in": "`a2n take-in`, all files, gate included",
    "flag": "`a2n flag`: features, signals, triage, lists, figures",
}

PACKAGES = ("duckdb", "polars", "great-expectations", "pandas", "pyarrow")

FEWEST_PUPILS, FEWEST_WEEKS = 20_000, 39
"""What the aims are set for; a smaller run is mostly start-up, and says nothing of them."""

MOST_TIMES_THE_SCAN = 3
MOST_SECONDS_TO_FLAG = 10
MOST_BYTES = 2_000_000_000

BEGIN = "<!-- figures of benchmarks.nightly: written by python -m benchmarks.nightly --write-readme -->"
END = "<!-- end of figures -->"


def write_results(rounds: list[dict[str, Took]], facts: dict, folder: Path) -> str:
    """Write nightly.json and nightly.md to `folder`; returns the Markdown."""
    told = results(rounds, facts)
    table = in_markdown(told)
    folder.mkdir(exist_ok=True)
    (folder / "nightly.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    (folder / "nightly.md").write_text(table + "\n", encoding="utf-8")
    return table


def results(rounds: list[dict[str, Took]], facts: dict) -> dict:
    """Medians over the rounds, every round's own figures, and how the aims were met."""
    medians = {name: _median([one[name] for one in rounds]) for name in NAMES}
    over = {
        "all_files": _times(medians, "scan_of_all", "seconds"),
        "all_files_cpu": _times(medians, "scan_of_all", "cpu_seconds"),
        "marks": _times(medians, "scan_of_marks", "seconds"),
    }
    is_full = facts["pupils"] >= FEWEST_PUPILS and facts["weeks"] >= FEWEST_WEEKS
    return {
        "run": facts | {"rounds": len(rounds)},
        "machine": _machine(),
        "medians": medians,
        "take_in_over_scan": over,
        "aims_met": _aims_met(medians, over) if is_full else {},
        "rounds": [{name: vars(took) for name, took in one.items()} for one in rounds],
    }


def _times(medians: dict, scan: str, what: str) -> float:
    return round(medians["take_in"][what] / medians[scan][what], 2)


def _aims_met(medians: dict, over: dict) -> dict[str, bool]:
    return {
        f"take-in within {MOST_TIMES_THE_SCAN} times the bare read of the same files": over["all_files"]
        <= MOST_TIMES_THE_SCAN,
        f"flag within {MOST_SECONDS_TO_FLAG} s": medians["flag"]["seconds"] <= MOST_SECONDS_TO_FLAG,
        f"peak memory under {MOST_BYTES // 10**9} GB": _peak(medians) < MOST_BYTES,
    }


def _peak(medians: dict) -> float:
    return max(medians[name]["peak_bytes"] for name in ("take_in", "flag"))


def _median(some: list[Took]) -> dict[str, float]:
    return {name: round(median(vars(took)[name] for took in some), 3) for name in vars(some[0])}


def _machine() -> dict:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": versions,
    }


def in_markdown(told: dict) -> str:
    return "\n".join([_what(told), "", *_table(told), "", *_aims(told), "", _where(told)])


def _what(told: dict) -> str:
    run = told["run"]
    return (
        f"{run['pupils']:,} made-up pupils in {run['schools']} schools, {run['weeks']} weeks of this school year: {run['files']} files, "
        f"{run['bytes'] / 1e6:,.0f} MB, {run['marks']:,} marks. Medians of {run['rounds']} round{'s' * (run['rounds'] > 1)}, each thing a process of its "
        "own, start-up included."
    )


def _table(told: dict) -> list[str]:
    rows = [
        f"| {title} | {took['seconds']:.1f} | {took['cpu_seconds']:.1f} | {took['peak_bytes'] / 1e6:,.0f} |"
        for title, took in ((NAMES[name], told["medians"][name]) for name in NAMES)
    ]
    return ["| what | seconds | processor seconds | peak memory, MB |", "|---|---:|---:|---:|", *rows]


def _aims(told: dict) -> list[str]:
    over, medians = told["take_in_over_scan"], told["medians"]
    if not told["aims_met"]:
        return [f"Take-in took {over['all_files']:.1f} times the bare read of the same files."]
    measured = (
        f"{over['all_files']:.1f} times; {over['all_files_cpu']:.1f} in processor seconds; {over['marks']:.1f} times the read of the marks alone",
        f"{medians['flag']['seconds']:.1f} s",
        f"{_peak(medians) / 1e9:.2f} GB",
    )
    return [
        f"- Aim: {aim}. {'Met' if met else 'Not met'}: {figures}."
        for (aim, met), figures in zip(told["aims_met"].items(), measured, strict=True)
    ]


def _where(told: dict) -> str:
    run, machine = told["run"], told["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    cores = f"{machine['cores']} cores, {machine['memory_gib']} GiB"
    said = [f"`{run['command']}`", run["date"], machine["system"], cores]
    return f"{', '.join(one for one in said if one)}; {versions}."


def write_readme(readme: Path, table: str) -> None:
    """Put `table` between the two marks. Raises ValueError where they are not there, once each and in order."""
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise ValueError(f"{readme.name} lacks the marks between which the figures go, or has them twice.")
    readme.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", encoding="utf-8")
