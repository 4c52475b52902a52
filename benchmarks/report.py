"""What was measured, as JSON for programs, and as Markdown for people: in `results/`, and between marks in README.md."""

import json
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .made_up import README, RESULTS, WORK
from .measured import Took
from .tables import FULL_SIZE

PACKAGES = ("duckdb", "polars", "great-expectations", "pandas", "pyarrow")


@dataclass
class Found:
    """One round: what each thing took, the seconds of each hop of those that say so, bytes on disk afterwards."""

    took: dict[str, Took] = field(default_factory=dict)
    hops: dict[str, dict[str, float]] = field(default_factory=dict)
    bytes_on_disk: dict[str, int] = field(default_factory=dict)

    @property
    def in_words(self) -> str:
        return ", ".join(f"{what} {took.seconds:.1f} s" for what, took in self.took.items())


def hops_of(said: str) -> dict[str, float]:
    """Seconds by hop, of the JSON a command printed."""
    return json.loads(said)["seconds"]


def stored(name: str, rounds: list[Found], facts: dict, over: dict[str, tuple[str, str]]) -> dict:
    """Medians over the rounds, with every round's own figures; `over` names the ratios to tell, each of two things."""
    medians = {what: _median([one.took[what] for one in rounds]) for what in rounds[0].took}
    hops = {
        what: {hop: round(median(one.hops[what].get(hop, 0) for one in rounds), 3) for hop in rounds[0].hops[what]}
        for what in rounds[0].hops
    }
    return {
        "name": name,
        "run": facts | {"rounds": len(rounds)},
        "machine": machine(),
        "medians": medians,
        "ratios": {words: ratios(medians[one], medians[other]) for words, (one, other) in over.items()},
        "hops": hops,
        "bytes_on_disk": rounds[-1].bytes_on_disk,
        "rounds": [{what: vars(took) for what, took in one.took.items()} for one in rounds],
    }


def ratios(one: dict, other: dict) -> dict[str, float]:
    """How many times the other: of seconds on the wall, of seconds of processor, of peak memory."""
    return {what: round(one[what] / other[what], 2) for what in ("seconds", "cpu_seconds", "peak_bytes")}


def _median(some: list[Took]) -> dict[str, float]:
    return {name: round(median(vars(took)[name] for took in some), 3) for name in vars(some[0])}


def machine() -> dict:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": versions,
    }


# What is written ---------------------------------------------------------------------------------------------------------


def written(told: dict, in_words: Callable[[dict, dict], str], names: dict[str, str], *, write_readme: bool) -> str:
    """Write NAME.json and .md among the results kept, or of a smaller run among its own, and where asked the README's part; returns the
    Markdown."""
    table, folder = in_words(told, names), folder_of(told["run"])
    write_json(told["name"], told, folder)
    (folder / f"{told['name']}.md").write_text(table + "\n", encoding="utf-8")
    if write_readme:
        between_marks(README, told["name"], table)
    return table


SMALLER = WORK / "results"
"""Where the figures of runs go that are smaller than those the project keeps."""


def folder_of(run: dict) -> Path:
    pupils = run.get("pupils")
    return SMALLER if isinstance(pupils, int) and pupils < FULL_SIZE else RESULTS


def write_json(name: str, told: dict, folder: Path = RESULTS) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def read_json(name: str, folder: Path = RESULTS) -> dict:
    """What was kept under a name, or nothing."""
    file = folder / f"{name}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def between_marks(readme: Path, name: str, text: str) -> None:
    """Put `text` between the two marks of `name`. Raises ValueError where they are not there, once each and in order."""
    begin, end = (f"<!-- {word} of figures of benchmarks.{name} -->" for word in ("begin", "end"))
    page = readme.read_text(encoding="utf-8")
    before, found, rest = page.partition(begin)
    _, closed, after = rest.partition(end)
    if not (found and closed) or begin in rest or end in after:
        raise ValueError(f"{readme.name} lacks the marks of {name} between which the figures go, or has them twice.")
    readme.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
