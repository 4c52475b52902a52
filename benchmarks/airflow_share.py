"""What Airflow adds to a night: the same night by `airflow dags test` of both DAGs, and by command.

    python -m benchmarks.airflow_share --pupils 20000 100000 [--rounds R --extracts DIR --reuse --date DATE --write-readme]

Each size is kept in results/airflow_share.json, so that each may have a sitting of its own. The night is that of benchmarks.night in the last
school week. The lists of both ways are compared byte for byte. Then *intake* is run once more, with nothing new, and a task of a family with
nothing new is run in a process of its own.
"""

import argparse
import json
import os
import sqlite3
from pathlib import Path
from statistics import median

from . import tables
from .growth import PUPILS_A_SCHOOL
from .made_up import PYTHON, README, RESULTS, WHOLE_YEAR, Evening, Size, a2n_told, evening, room
from .measured import CommandFailed, Took, measured, told
from .night import at_night
from .report import between_marks, machine, read_json, write_json

NAME = "airflow_share"
AT_MOST = 15
DAGS = Path(__file__).resolve().parents[1] / "dags"
FAMILY = "plans"
"""One with nothing new on a night of marks alone."""


def main() -> None:
    words = argparse.ArgumentParser(prog="python -m benchmarks.airflow_share", description=__doc__.partition("\n")[0])
    words.add_argument("--pupils", type=int, nargs="+", default=[3_000, 20_000])
    words.add_argument("--seed", type=int, default=1)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--extracts", type=Path, help="extracts of this very size and seed, made before; for one size")
    words.add_argument("--reuse", action="store_true", help="take what was made before, whatever code changed since")
    words.add_argument("--date", help="the day to print beside the figures")
    words.add_argument("--write-readme", action="store_true", help="put it into README.md, between its marks")
    asked = words.parse_args()
    for pupils in asked.pupils:
        size = Size(pupils, max(1, pupils // PUPILS_A_SCHOOL), asked.seed)
        before = evening(size, WHOLE_YEAR, given=asked.extracts, reuse=asked.reuse)
        _keep(size, [_round(before) for _ in range(asked.rounds)], asked)
    page = in_words(read_json(NAME))
    (RESULTS / f"{NAME}.md").write_text(page + "\n", encoding="utf-8")
    if asked.write_readme:
        between_marks(README, NAME, page)
    print(page)


# One round ---------------------------------------------------------------------------------------------------------------


def _round(before: Evening) -> dict:
    """Seconds of the night by command and by DAGs, and of an intake with nothing new; and what a task skipped by itself does."""
    with room(before.folder / f"round-{NAME}") as here:
        by_command, by_dags = (at_night(before, here / name) for name in ("by_command", "by_dags"))
        day = before.day.isoformat()
        command, _ = a2n_told("nightly", "--home", str(by_command), "--as-of", day)
        env = _airflow(here / "airflow")
        intake, flag = (_dag(env, name, by_dags, day) for name in ("intake", "flag"))
        tasks = _tasks(here / "airflow" / "airflow.db")
        _same_lists(by_command, by_dags, day)
        nothing_new = _dag(env, "intake", by_dags, day)
        _, skipped = told([PYTHON, "-W", "ignore", "-m", "benchmarks.skipped_task", FAMILY], env)
    found = {
        "command_seconds": command.seconds, "intake_seconds": intake.seconds, "flag_seconds": flag.seconds,
        "overhead_seconds": intake.seconds + flag.seconds - command.seconds, "nothing_new_seconds": nothing_new.seconds,
        "overhead_cpu_seconds": intake.cpu_seconds + flag.cpu_seconds - command.cpu_seconds,
        "command_peak_bytes": command.peak_bytes, "dags_peak_bytes": max(intake.peak_bytes, flag.peak_bytes),
        "tasks": tasks, "skipped_by_itself": json.loads(skipped.strip().splitlines()[-1]),
    }  # fmt: skip
    print(", ".join(f"{name} {value:.1f}" for name, value in found.items() if name.endswith("seconds")), flush=True)
    return found


def _airflow(folder: Path) -> dict[str, str]:
    """An environment with Airflow's tables and the pool in a folder of its own: made once in a deployment, and not counted."""
    folder.mkdir(mode=0o700)
    env = os.environ | {
        "AIRFLOW_HOME": str(folder), "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS), "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore",
    }  # fmt: skip
    measured([PYTHON, "-m", "airflow", "db", "migrate"], env)
    measured([PYTHON, "-m", "airflow", "pools", "set", "duckdb_writer", "1", "one process at a time"], env)
    return env


def _dag(env: dict[str, str], dag: str, home: Path, day: str) -> Took:
    conf = json.dumps({"home": str(home), "day": day})
    return measured([PYTHON, "-m", "airflow", "dags", "test", dag, "-c", conf], env)


def _tasks(db: Path) -> list[dict]:
    """One entry per task that Airflow has on record: how it ended, and seconds from its start to its end."""
    asked = (
        "SELECT dag_id, task_id, state, (julianday(end_date) - julianday(start_date)) * 86400 FROM task_instance "
        "WHERE start_date IS NOT NULL ORDER BY start_date"
    )
    with sqlite3.connect(db) as con:
        rows = con.execute(asked).fetchall()
    con.close()
    return [dict(zip(("dag", "task", "state", "seconds"), (*row[:3], round(row[3], 3)), strict=True)) for row in rows]


def _same_lists(one: Path, other: Path, day: str) -> None:
    """Raises CommandFailed where both ways did not write the same lists."""
    first, second = ({file.name: file.read_bytes() for file in (home / "outbox" / day / "lists").iterdir()} for home in (one, other))  # fmt: skip
    if not first or first != second:
        raise CommandFailed("the night by DAGs and the night by command did not write the same lists")


# What is told ------------------------------------------------------------------------------------------------------------


def _keep(size: Size, rounds: list[dict], asked: argparse.Namespace) -> None:
    given = ["--extracts", "DIR"] if asked.extracts else []
    words = ["--pupils", str(size.pupils), "--rounds", str(asked.rounds), *given]
    one = vars(size) | {
        "command": " ".join(["python -m benchmarks.airflow_share", *words]), "date": asked.date, "machine": machine(),
        "medians": {name: round(median(one[name] for one in rounds), 3) for name in rounds[0] if _is_figure(rounds, name)},
        "rounds": rounds,
    }  # fmt: skip
    kept = read_json(NAME).get("sizes", {}) | {str(size.pupils): one}
    write_json(NAME, {"name": NAME, "sizes": dict(sorted(kept.items(), key=lambda size: int(size[0])))})


def _is_figure(rounds: list[dict], name: str) -> bool:
    return all(isinstance(one[name], int | float) for one in rounds)


def in_words(kept: dict) -> str:
    sizes = list(kept["sizes"].values())
    rows = [
        f"| {one['pupils']:,} | {took['command_seconds']:.1f} | {took['intake_seconds']:.1f} | {took['flag_seconds']:.1f} | "
        f"{took['overhead_seconds']:.1f} | {took['overhead_cpu_seconds']:.1f} | {took['nothing_new_seconds']:.1f} |"
        for one, took in ((one, one["medians"]) for one in sizes)
    ]
    overheads = [one["medians"]["overhead_seconds"] for one in sizes]
    alone, inside = sizes[-1]["rounds"][-1]["skipped_by_itself"], [_inside(one) for one in sizes]
    large = ", ".join(alone["large"]) or "none of the large libraries"
    commands = ", ".join(f"`{one['command']}`" for one in sizes)
    return "\n".join(
        [
            "| pupils | `a2n nightly`, s | DAG *intake*, s | DAG *flag*, s | Airflow adds, s | in processor seconds | *intake*, nothing new, s |",
            "|---:|---:|---:|---:|---:|---:|---:|", *rows, "",
            tables.aim(f"under {AT_MOST} s", max(overheads) < AT_MOST, f"{max(overheads):.1f} s at most; "
                       f"{max(overheads) - min(overheads):.1f} s between the least and the most"),
            f"- In tasks, of both DAGs: {', '.join(f'{some:.1f} s' for some, _ in inside)}; outside any, where Airflow starts, reads DAGs and keeps "
            f"its records: {', '.join(f'{some:.1f} s' for _, some in inside)}.",
            f"- A task of a family with nothing new, in a process of its own: {alone['task_seconds'] * 1000:.2f} ms once Airflow is imported and "
            f"the DAG read ({alone['read_seconds']:.1f} s), with {large} imported.", "",
            f"{commands}. {tables.where({'run': sizes[-1], 'machine': sizes[-1]['machine']})}",
        ]
    )  # fmt: skip


def _inside(size: dict) -> tuple[float, float]:
    """Seconds of both DAGs within tasks, and outside any, of the last round."""
    last = size["rounds"][-1]
    within = sum(task["seconds"] for task in last["tasks"])
    return within, last["intake_seconds"] + last["flag_seconds"] - within


if __name__ == "__main__":
    main()
