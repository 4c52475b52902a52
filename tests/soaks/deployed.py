"""The deployment of deploy/start in a folder of its own, asked about and struck at as a soak needs."""

import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from pipeline.edges import clock

PROJECT = Path(__file__).parents[2]
CANNOT_BE_HAD = 3
"""What deploy/start ends with where what it needs is not there and cannot be installed."""


class CannotBeHad(Exception):
    """PostgreSQL or Redis is not there, and cannot be installed: why."""


class TookTooLong(Exception):
    """Something that should have come about did not, in as many seconds."""


def until(longest: float, so: Callable):
    """What `so` gives, once it gives anything. Raises TookTooLong."""
    end, pause = clock.seconds() + longest, threading.Event()
    while clock.seconds() < end:
        if found := so():
            return found
        pause.wait(0.5)
    raise TookTooLong(f"after {longest:,.0f} s")


class Deployment:
    def __init__(self, folder: Path, *, workers: int):
        self.folder = folder / "deployment"
        ports = dict(
            zip(("A2N_API_PORT", "A2N_DATABASE_PORT", "A2N_REDIS_PORT"), map(str, _free_ports(3)), strict=True)
        )
        self._env = os.environ | ports | {
            "A2N_DEPLOYMENT": str(self.folder), "A2N_WORKERS": str(workers), "A2N_HOMES": str(folder / "homes.txt"),
            "A2N_NATION": str(folder / "nation"), "A2N_NATION_CRON": "",
        }  # fmt: skip
        self._database_port = ports["A2N_DATABASE_PORT"]

    def start(self) -> None:
        done = self._run("deploy/start", longest=900)
        if done.returncode == CANNOT_BE_HAD:
            raise CannotBeHad(done.stderr.strip())
        if done.returncode:
            raise ValueError(f"deploy/start ended with {done.returncode}: {done.stderr[-2000:]}")
        self._airflow("dags", "unpause", "nation")

    def stop(self) -> list[int]:
        """Ends it; returns the processes that are left all the same."""
        sessions = self._sessions()
        self._run("deploy/stop", longest=120)
        return [pid for one in sessions.values() for pid in _processes_of(one)]

    def trigger(self, day: str) -> str:
        """Start the DAG; returns the run's name."""
        before = {run for (run,) in self._rows("SELECT run_id FROM dag_run WHERE dag_id = 'nation'")}
        self._airflow("dags", "trigger", "nation", "-c", json.dumps({"day": day}))
        [run] = {run for (run,) in self._rows("SELECT run_id FROM dag_run WHERE dag_id = 'nation'")} - before
        return run

    def at_work(self, run: str, *, for_seconds: float) -> list[tuple[int, str, int]]:
        """Nights that have been at work so long: the place of the home in the list, the worker, and the process that does the work."""
        rows = self._rows(
            f"SELECT map_index, pid FROM task_instance WHERE {_of(run)} AND task_id = 'night' AND state = 'running' "
            f"AND pid IS NOT NULL AND now() - start_date > interval '{for_seconds} seconds'"
        )
        workers = {session: name for name, session in self._sessions().items() if name.startswith("worker")}
        found = [(int(at), workers.get(_session_of(int(pid))), int(pid)) for at, pid in rows]
        return [one for one in found if one[1]]

    def kill(self, worker: str, *, but_not: int | None) -> None:
        """Kill a worker and whatever it started, at once."""
        for pid in _processes_of(self._sessions()[worker]):
            if pid != but_not:
                os.kill(pid, signal.SIGKILL)

    def ended(self, run: str) -> str | None:
        [(state,)] = self._rows(f"SELECT state FROM dag_run WHERE {_of(run)}")
        return state if state in ("success", "failed") else None

    def tries(self, run: str) -> dict[str, list[dict]]:
        """Of each night, by its home, every try: state, and seconds from the run's beginning to its start and end."""
        columns = "rendered_map_index, map_index, try_number, state, start_date, end_date"
        rows = self._rows(
            f"SELECT coalesce(t.rendered_map_index, 'home-' || (t.map_index + 1)), t.state, "
            f"round(extract(epoch FROM t.start_date - r.start_date), 1), round(extract(epoch FROM t.end_date - r.start_date), 1) FROM ("
            f"SELECT {columns} FROM task_instance WHERE {_of(run)} AND task_id = 'night' UNION "
            f"SELECT {columns} FROM task_instance_history WHERE {_of(run)} AND task_id = 'night') t, dag_run r "
            f"WHERE r.run_id = '{run}' ORDER BY t.map_index, t.try_number"
        )
        tries: dict[str, list[dict]] = {}
        for home, state, began, ended in rows:
            tries.setdefault(home, []).append({"state": state, "from": float(began or 0), "to": float(ended or 0)})
        return tries

    def said(self, run: str, task: str) -> str:
        """What a task that failed said, by its log."""
        logs = (self.folder / "airflow" / "logs").glob(f"dag_id=nation/run_id={run}/task_id={task}/*.log")
        lines = [
            json.loads(line) for path in sorted(logs) for line in path.read_text().splitlines() if line.startswith("{")
        ]
        return " ".join(error["exc_value"] for line in lines for error in line.get("error_detail") or [])

    def _rows(self, sql: str) -> list[list[str]]:
        secrets = dict(line.split("=", 1) for line in (self.folder / "secrets.env").read_text().splitlines())
        asked = [
            "psql",
            "-h",
            "127.0.0.1",
            "-p",
            self._database_port,
            "-U",
            "airflow",
            "-d",
            "airflow",
            "-qtA",
            "-F",
            "\t",
            "-c",
            sql,
        ]
        done = subprocess.run(
            asked, env=os.environ | {"PGPASSWORD": secrets["DATABASE_PASSWORD"]}, capture_output=True, text=True, timeout=60, check=True
        )  # fmt: skip
        return [line.split("\t") for line in done.stdout.splitlines()]

    def _airflow(self, *words: str) -> None:
        done = self._run("deploy/airflow", *words, longest=120)
        if done.returncode:
            raise ValueError(f"airflow {' '.join(words[:2])} ended with {done.returncode}: {done.stderr[-2000:]}")

    def _run(self, *words: str, longest: float) -> subprocess.CompletedProcess:
        """A script of deploy/, its words kept in files: what it started holds them open for as long as it is up."""
        said = {name: (self.folder.parent / f"script.{name}").open("w+") for name in ("stdout", "stderr")}
        done = subprocess.run(
            [PROJECT / words[0], *words[1:]],
            env=self._env,
            stdin=subprocess.DEVNULL,
            timeout=longest,
            check=False,
            **said,
        )
        texts = {}
        for name, file in said.items():
            file.seek(0)
            texts[name] = file.read()
            file.close()
        return subprocess.CompletedProcess(words, done.returncode, **texts)

    def _sessions(self) -> dict[str, int]:
        """The session each service leads, by its name."""
        return {path.stem: int(path.read_text().split()[0]) for path in (self.folder / "run").glob("*.pid")}


def _of(run: str) -> str:
    return f"dag_id = 'nation' AND run_id = '{run}'"


def _session_of(pid: int) -> int | None:
    """None where there is no such process, or it is no more than its parent's not having asked after it."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if told[0] == "Z" else int(told[3])


def _processes_of(session: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if _session_of(pid) == session]


def _free_ports(how_many: int) -> list[int]:
    held = [socket.socket() for _ in range(how_many)]
    try:
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()
