"""Many homes over workers, one of them killed: `python -m tests.soaks.nation --homes 8 --pupils 20000 --write tests/soaks/results/nation.json`.

Starts the deployment of deploy/start, with a PostgreSQL and a Redis of its own, and gives the DAG *nation* a night of so many homes, the last of
them with a wrong key. While two nights are at work, one worker is killed outright with all it started. When the run has ended, each good
home must be as the same home after a night by command alone, table by table, and published once; the last home's failure must name it;
and the roll-up must be had from the snapshots alone. Then the key is put right and the night given again: the last home has its night, and
nothing else is touched. Where PostgreSQL and Redis are not there and cannot be installed, it says so and ends.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipeline import nation
from pipeline.edges import clock
from pipeline.edges import warehouse as shelf
from pipeline.edges.settings import Home, make_home, open_home
from pipeline.synthetic import Synthesised, synthesise
from tests.journeys.at_home import command, lists, tables
from tests.soaks.deployed import CannotBeHad, Deployment, until

LONGEST = 3600
"""Seconds a run of the DAG may take."""

WRONG_KEY = "a key that is no home's, of letters enough\n"


@dataclass(frozen=True)
class Size:
    homes: int
    pupils: int
    schools: int
    weeks: int
    workers: int


@dataclass(frozen=True)
class Nation:
    """The homes, the last of which is broken; copies of the good ones after a night by command alone; and how long those took."""

    homes: list[Home]
    alone: list[Home]
    seconds_alone: list[float]
    day: str

    @property
    def broken(self) -> Home:
        return self.homes[-1]


def made_up(size: Size, folder: Path) -> Nation:
    """Two authorities' extracts, shared out over homes that have each its own keys and settings."""
    sets = [synthesise(folder / f"made-{seed}", pupils=size.pupils, schools=size.schools, seed=seed, weeks=size.weeks) for seed in (1, 2)]  # fmt: skip
    homes = [_home(folder / "homes" / f"home-{n}", sets[n % 2], n) for n in range(1, size.homes + 1)]
    alone, seconds = [], []
    for home in homes[:-1]:
        copy = Path(shutil.copytree(home.folder, folder / "alone" / home.folder.name, copy_function=_linked))
        seconds.append(_night_by_command(copy, sets[0].last_day.isoformat()))
        alone.append(open_home(copy))
    with shelf.warehouse(homes[-1]):
        pass  # made with its own key; then the key is another
    (homes[-1].folder / "warehouse.key").rename(homes[-1].folder / "warehouse.key.kept")
    (homes[-1].folder / "warehouse.key").write_text(WRONG_KEY)
    return Nation(homes, alone, seconds, sets[0].last_day.isoformat())


def _home(folder: Path, made: Synthesised, n: int) -> Home:
    home = make_home(folder, demo=True)
    settings = folder / "settings.toml"
    told = settings.read_text().replace("places = 10 ", f"places = {10 - n % 3} ")
    settings.write_text(told.replace("A made-up authority", f"Made-up authority {n}"))
    for path in made.files:
        _linked(path, home.inbox / path.name)
    return open_home(folder)


def _linked(path, to) -> None:
    """A file of extracts is one however many homes are given it; what may be written to is copied."""
    if Path(path).suffix in (".csv", ".parquet", ".xml"):
        Path(to).hardlink_to(path)
    else:
        shutil.copy2(path, to)


def _night_by_command(home: Path, day: str) -> float:
    began = clock.seconds()
    done = subprocess.run(
        command("nightly", "--home", home, "--as-of", day), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ValueError(f"by command alone the night ended with {done.returncode}: {done.stderr[-2000:]}")
    return clock.seconds() - began


# The night, and a worker killed in it


def killed_at_work(deployment: Deployment, run: str, after: float, *, spare_task: bool) -> dict:
    """Kill one worker with all it started, once a night of its has been at work for so many seconds. Where `spare_task`, the process that does
    the night's work is left to itself, as where a worker alone is killed for its memory."""
    at_work = until(LONGEST, lambda: deployment.at_work(run, for_seconds=after))
    map_index, worker, pid = at_work[0]
    deployment.kill(worker, but_not=pid if spare_task else None)
    return {"worker": worker, "home": f"home-{map_index + 1}", "after_seconds_of_work": round(after, 1), "its_work_was_spared": spare_task}  # fmt: skip


def drill(size: Size, folder: Path, *, spare_task: bool) -> dict:
    """All of it; returns what was seen, the faults among it."""
    seen, began = {"size": vars(size)}, clock.seconds()
    homes = made_up(size, folder)
    seen["seconds to make up and to run alone"] = round(clock.seconds() - began, 1)
    seen["seconds of each night alone"] = [round(one, 1) for one in homes.seconds_alone]
    (folder / "homes.txt").write_text("".join(f"{home.folder}\n" for home in homes.homes))
    deployment = Deployment(folder, workers=size.workers)
    with _timed(seen, "seconds to start"):
        deployment.start()
    try:
        first = _first_night(deployment, homes, seen, spare_task=spare_task)
        seen["faults"] = [*first, *_again(deployment, homes, folder, seen)]
    finally:
        with _timed(seen, "seconds to stop"):
            left = deployment.stop()
    seen["processes left after stop"] = len(left)
    seen["faults"] += [f"{len(left)} processes are left after stop"] if left else []
    return seen


def _first_night(deployment: Deployment, homes: Nation, seen: dict, *, spare_task: bool) -> list[str]:
    with _timed(seen, "seconds of the night by the DAG, a worker killed in it"):
        run = deployment.trigger(homes.day)
        seen["killed"] = killed = killed_at_work(deployment, run, min(homes.seconds_alone) * 0.3, spare_task=spare_task)
        state = until(LONGEST, lambda: deployment.ended(run))
    seen["tries"] = tries = deployment.tries(run)
    seen["recovery"] = _recovery(tries[killed["home"]], killed["after_seconds_of_work"])
    said = deployment.said(run, "tell_of_homes")
    seen["the last task says"] = said
    faults = [f"the run ended with {state}"] if state != "failed" else []
    broken = homes.broken.folder.name
    if f"1 of {len(homes.homes)} homes failed. {broken}: warehouse.key does not open warehouse.duckdb" not in said:
        faults.append("the last task does not name the home that failed, and it alone, with the reason")
    ended = {home: (one[-1]["state"], len(one)) for home, one in tries.items()}
    expected = {home.folder.name: ("success", 2 if home.folder.name == killed["home"] else 1) for home in homes.homes}
    expected[broken] = ("failed", 1)
    faults += [f"{home}: {ended.get(home)}, not {one}" for home, one in expected.items() if ended.get(home) != one and home != killed["home"]]  # fmt: skip
    if ended.get(killed["home"], ("", 0))[0] != "success" or ended[killed["home"]][1] < 2:
        faults.append(f"{killed['home']}, whose worker was killed: {ended.get(killed['home'])}")
    return faults + [f"{ours.folder.name}: {fault}" for ours, alone in zip(homes.homes, homes.alone, strict=False) for fault in unlike(ours, alone, homes.day)]  # fmt: skip


def _recovery(tries: list[dict], after: float) -> dict:
    """Seconds from the kill until the loss was noticed, and until the home was at work again."""
    killed_at = tries[0]["from"] + after
    again = tries[1]["from"] if len(tries) > 1 else None
    return {"seconds until noticed": round(tries[0]["to"] - killed_at, 1), "seconds until at work again": again and round(again - killed_at, 1)}  # fmt: skip


def _again(deployment: Deployment, homes: Nation, folder: Path, seen: dict) -> list[str]:
    """The key put right, and the same night given again."""
    faults = _roll_up_is_of_snapshots_alone(homes, folder, left_out=1)
    (homes.broken.folder / "warehouse.key.kept").replace(homes.broken.folder / "warehouse.key")
    before = {home.folder.name: _snapshots(home) for home in homes.homes[:-1]}
    with _timed(seen, "seconds of the night given again, the key put right"):
        run = deployment.trigger(homes.day)
        state = until(LONGEST, lambda: deployment.ended(run))
    faults += [f"given again, the run ended with {state}"] if state != "success" else []
    faults += [f"{home.folder.name}: published again" for home in homes.homes[:-1] if _snapshots(home) != before[home.folder.name]]  # fmt: skip
    faults += [] if len(_snapshots(homes.broken)) == 1 else ["the home put right has not published once"]
    return faults + _roll_up_is_of_snapshots_alone(homes, folder, left_out=0)


# What must be so


def unlike(ours: Home, alone: Home, day: str) -> list[str]:
    """What of a home is not as it is after a night by command alone."""
    one, other = tables(ours), tables(alone)
    faults = [f"{name} is not as by command" for name in one if not one[name].equals(other[name]) and not _is_a_take_in_more(name, one, other)]  # fmt: skip
    as_of = pl.Series([day]).str.to_date()[0]
    faults += [] if lists(ours, as_of) == lists(alone, as_of) else ["its lists are not as by command"]
    published = [name for name, rows in _published(ours).items() if not rows.equals(_published(alone)[name])]
    faults += [f"published.{name} is not as by command" for name in published]
    return faults + ([] if len(_snapshots(ours)) == 1 else [f"{len(_snapshots(ours))} snapshots of one day"])


def _is_a_take_in_more(name: str, ours: dict, alone: dict) -> bool:
    """Given again after a take-in that was done, there is one on record that found nothing; everything else must be alike."""
    if name != "audit.runs":
        return False
    more, fewer = (one[name].join(other[name], on="run", how="anti") for one, other in ((ours, alone), (alone, ours)))
    return fewer.is_empty() and set(more["kind"]) == {"take-in"}


def _published(home: Home) -> dict[str, pl.DataFrame]:
    return _tables_of(home.published / "current.duckdb", "published")


def _tables_of(snapshot: Path, schema: str) -> dict[str, pl.DataFrame]:
    with duckdb.connect(snapshot.resolve(), read_only=True) as con:
        names = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {name: con.execute(f"FROM {schema}.{name} ORDER BY ALL").pl() for name in names}


def _snapshots(home: Home) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in home.published.glob("snapshot-*")}


def _roll_up_is_of_snapshots_alone(homes: Nation, folder: Path, *, left_out: int) -> list[str]:
    """Where there is nothing but what homes have published, the roll-up is the same."""
    bare = folder / "bare"
    shutil.rmtree(bare, ignore_errors=True)
    for home in homes.homes:
        shutil.copytree(home.published, bare / home.folder.name / "published", symlinks=True)
    as_of = pl.Series([homes.day]).str.to_date()[0]
    nation.roll_up([bare / home.folder.name for home in homes.homes], bare / "rolled", as_of=as_of)
    ours, theirs = (_tables_of(at / "current.duckdb", "nation") for at in (folder / "nation", bare / "rolled"))
    faults = [f"nation.{name} is not of snapshots alone" for name in ours if not ours[name].equals(theirs[name])]
    counted = ours["roll_up"].select("homes_listed", "homes_told", "homes_left_out").row(0)
    expected = (len(homes.homes), len(homes.homes) - left_out, left_out)
    return faults + ([] if counted == expected else [f"the roll-up counts {counted}, not {expected}"])


@contextmanager
def _timed(seen: dict, what: str):
    began = clock.seconds()
    yield
    seen[what] = round(clock.seconds() - began, 1)
    print(f"{what}: {seen[what]}", flush=True)


def main() -> int:
    told = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    told.add_argument("--homes", type=int, default=8)
    told.add_argument("--pupils", type=int, default=20_000, help="of each home")
    told.add_argument("--schools", type=int, help="of each home; one for every 400 pupils if left out")
    told.add_argument("--weeks", type=int, default=39)
    told.add_argument("--workers", type=int, default=2)
    told.add_argument(
        "--spare-task", action="store_true", help="kill the worker and not the process that does the work"
    )
    told.add_argument("--write", type=Path, help="write the result here, as JSON")
    given = told.parse_args()
    size = Size(given.homes, given.pupils, given.schools or max(3, given.pupils // 400), given.weeks, given.workers)
    if given.write:
        given.write.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="a2n-nation-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)  # the database's own user goes through it
        try:
            seen = drill(size, Path(folder), spare_task=given.spare_task)
        except CannotBeHad as why:
            print(f"skipped: {why}")
            return 0
    print(json.dumps(seen, indent=2))
    if given.write:
        given.write.write_text(json.dumps(seen, indent=2) + "\n")
    return 1 if seen["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
