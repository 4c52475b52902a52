"""Times one night at two times of the school year: a day's marks of every school, corrections among them, to lists and figures.

    python -m benchmarks.night [--pupils N --schools N --seed S --rounds R --weeks 4 39 --extracts DIR --reuse --date DATE --write-readme]

A home that holds last year, and this year up to the evening before, and has had a night, is made once for each week and copied for each
round. It is a night on which lists go out. Beside it the plain pandas script, which either reads every file again or keeps what it needs from night to night.
"""

import argparse
import json
import shutil
from pathlib import Path

from . import tables
from .backfill import compare
from .made_up import (
    NIGHTS_BEFORE,
    PYTHON,
    WHOLE_YEAR,
    Evening,
    a2n_told,
    asked_size,
    code_of,
    copied,
    deliver,
    evening,
    extracts,
    facts_of,
    is_now,
    is_stale,
    room,
    size_of,
)  # fmt: skip
from .measured import CommandFailed, measured
from .report import Found, hops_of, read_json, stored, write_json, written

NAME = "night"
NAMES = {
    "scan": "Bare DuckDB `read_csv` into a table, the night's files",
    "nightly": "`a2n nightly`: take-in, gate, flag, workbooks, figures",
    "take_in": "`a2n take-in` alone",
    "flag": "`a2n flag` alone",
    "pandas_all": "Plain pandas script that reads every file of the year again",
    "pandas_kept": "Plain pandas script that keeps marks by week and reads the new files",
}
OVER = {
    "plain pandas, all files again, over a2n nightly": ("pandas_all", "nightly"),
    "plain pandas, kept, over a2n nightly": ("pandas_kept", "nightly"),
}
EARLY = 4


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.night", description=__doc__.partition("\n")[0])
    asked_size(words)
    words.add_argument("--weeks", type=int, nargs="+", default=[EARLY, WHOLE_YEAR], help="school weeks to stand in")
    words.add_argument(
        "--nights-before",
        type=int,
        default=NIGHTS_BEFORE,
        help="nights each home has had; 0 is the first night of all, on which every figure's hidden cells are chosen anew",
    )
    asked = words.parse_args()
    size = size_of(asked)
    how = {"given": asked.extracts, "reuse": asked.reuse, "nights": asked.nights_before}
    evenings = [evening(size, week, **how) for week in sorted(asked.weeks)]
    rounds: dict[int, list[Found]] = {week: [] for week in asked.weeks}
    for number in range(1, asked.rounds + 1):
        for one in evenings:
            rounds[one.week].append(one_round(one))
            print(f"round {number} of {asked.rounds}, week {one.week}: {rounds[one.week][-1].in_words}", flush=True)
    words_again = [
        *size.words,
        "--weeks",
        *(str(week) for week in asked.weeks),
        "--nights-before",
        str(asked.nights_before),
    ]
    name = NAME if asked.nights_before == NIGHTS_BEFORE else f"{NAME}_after_{asked.nights_before}"
    run = tables.run_facts(NAME, asked, words_again) | vars(size) | {"nights_before": asked.nights_before}
    told = {"run": run, "weeks": {}}
    for one in evenings:
        facts = {"day": one.day.isoformat()} | facts_of(one.delivery)
        told["weeks"][str(one.week)] = stored(NAME, rounds[one.week], run | facts, OVER)
    latest = told["weeks"][str(max(asked.weeks))]
    year = sorted(extracts(size, given=asked.extracts, reuse=True).glob("*.csv"))
    kept = name.replace(NAME, "one_home")
    write_json(kept, one_home(latest, read_json(kept), inbox=facts_of(year)["bytes"]))
    print(written(told | {"name": name}, tables.of_night, NAMES, write_readme=asked.write_readme and name == NAME))


def one_round(before: Evening) -> Found:
    """Each thing once, each from the evening before; the plain script's answer is held against the pipeline's."""
    day, found = before.day.isoformat(), Found()
    new, old = ([str(file) for file in files] for files in (before.delivery, before.before))
    with room(before.folder / f"round-{NAME}") as here:
        found.took["scan"] = measured([PYTHON, "-m", "benchmarks.bare_scan", str(here / "night.duckdb"), *new])
        home = at_night(before, here / "parts")
        for name, command in (("take_in", ("take-in", "--known-on")), ("flag", ("flag", "--as-of"))):
            found.took[name], said = a2n_told(command[0], "--home", str(home), command[1], day)
            found.hops[name] = hops_of(said)
        shutil.rmtree(home)
        home = whole_night(before, here, found)
        found.took["pandas_all"] = measured([PYTHON, "-m", "benchmarks.plain_pandas", "all", str(here), *old, *new])
        compare(home, here, here)
        found.took["pandas_kept"] = measured(
            [PYTHON, "-m", "benchmarks.plain_pandas", "night", str(kept(before, here)), *new]
        )
        compare(home, here / "kept", here)
    return found


def night_alone(before: Evening) -> Found:
    """One night, and nothing beside it."""
    found = Found()
    with room(before.folder / f"round-{NAME}") as here:
        whole_night(before, here, found)
    return found


def whole_night(before: Evening, here: Path, found: Found) -> Path:
    """One night by command, in a copy of the home, which is returned."""
    home = at_night(before, here / "home")
    found.took["nightly"], said = a2n_told("nightly", "--home", str(home), "--as-of", before.day.isoformat())
    found.hops["nightly"] = hops_of(said)
    lists_of(said, schools=len(before.delivery))
    found.bytes_on_disk = on_disk(home, before.day.isoformat())
    return home


def at_night(before: Evening, to: Path) -> Path:
    """A copy of the home with the night's delivery in its inbox."""
    copied(before.home, to)
    deliver(before.delivery, to / "inbox" / "tonight")
    return to


def kept(before: Evening, to: Path) -> Path:
    """What the plain script had kept the evening before, made once and copied."""
    made, code = before.folder / "kept", code_of("benchmarks/plain_pandas.py", "benchmarks/plain_codes.py")
    if is_stale(made, code, reuse=False):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        measured([PYTHON, "-m", "benchmarks.plain_pandas", "keep", str(made), *map(str, before.before)])
        is_now(made, code)
    shutil.copytree(made, to / "kept")
    return to / "kept"


def lists_of(said: str, schools: int) -> None:
    """Raises CommandFailed where not every school got its list: the night would have been a lighter one."""
    summary = json.loads(said)
    if summary["lists"] != schools:
        why = next(iter(summary["schools_without_list"].values()), "no reason was given")
        raise CommandFailed(f"{summary['lists']} lists came of {schools} schools: {why}")


def on_disk(home: Path, day: str) -> dict[str, int]:
    """Bytes of each part of a home after the night of a day: of its outbox that day alone, of what is published the newest snapshot."""
    parts = {
        "warehouse": home / "warehouse.duckdb", "identity": home / "identity.duckdb", "outbox": home / "outbox" / day,
        "snapshot": (home / "published" / "current.duckdb").resolve(),
    }  # fmt: skip
    return {name: sum(file.stat().st_size for file in _files(path)) for name, path in parts.items()}


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file() and not one.is_symlink()]


def one_home(night: dict, kept: dict, *, inbox: int) -> dict:
    """What a night of one home costs, as `benchmarks.nation` reads it, beside what is kept of other sizes and in place of the same size.

    `inbox` is the bytes of a school year's extracts. Sizes measured on a machine with other processors are let go: no line goes through both.
    """
    run, machine = night["run"], night["machine"]
    one = {
        "pupils": run["pupils"], "command": run["command"], "date": run["date"], "night": night["medians"]["nightly"],
        "bytes": night["bytes_on_disk"] | {"inbox": inbox}, "seconds_by_hop": night["hops"]["nightly"],
    }  # fmt: skip
    alike = all(kept.get("machine", {}).get(name) == machine[name] for name in ("cores", "system"))
    sizes = {home["pupils"]: home for home in (kept.get("homes", ()) if alike else ())} | {run["pupils"]: one}
    return {"machine": machine, "homes": [sizes[pupils] for pupils in sorted(sizes)]}


if __name__ == "__main__":
    main()
