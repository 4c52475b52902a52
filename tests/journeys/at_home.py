"""A home as its user has it: files put in its inbox, commands given, and everything it then holds read back."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest import mock

import polars as pl

from pipeline.__main__ import main
from pipeline.edges import warehouse as shelf
from pipeline.edges.keys import KEYS
from pipeline.edges.settings import Home, make_home, open_home
from pipeline.synthetic import Synthesised
from tests.based import say_why

KEY = {name: (name + "-key-of-every-test-home-").ljust(40, "0") for name in KEYS}
"""The same in every home made here, so that two homes give a child the same pupil_id."""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> dict:
        """The one JSON object on standard output."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Lived:
    """A made-up authority, and its home after a night."""

    made: Synthesised
    home: Home


def a2n(*words: object, typed: str = "") -> Ran:
    """Give a command in this process, which has paid for its imports already; `typed` is what is on its standard input."""
    out, err = io.StringIO(), io.StringIO()
    argv = mock.patch.object(sys, "argv", ["a2n", *map(str, words)])
    stdin = mock.patch.object(sys, "stdin", io.StringIO(typed)) if typed else contextlib.nullcontext()
    with argv, stdin, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
            status = 0
        except SystemExit as left:
            status = left.code or 0
    return Ran(status, out.getvalue(), err.getvalue())


def a2n_process(*words: object, **environment: str) -> Ran:
    """Give a command in a process of its own, with as many threads as the machine gives."""
    usual = {name: value for name, value in os.environ.items() if name != "POLARS_MAX_THREADS"}
    done = subprocess.run(
        command(*words), capture_output=True, text=True, env=usual | environment, timeout=120, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "pipeline", *map(str, words)]


def new_home(folder: Path, *, demo: bool = True, every_days: int = 1) -> Home:
    """A home whose keys are those of every home made here, and whose lists go out every night unless a test says otherwise; a
    live one says why it holds every feed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, key in KEY.items():
        (folder / f"{name}.key").write_text(key + "\n")
    settings = make_home(folder, demo=demo).folder / "settings.toml"
    settings.write_text(settings.read_text().replace("every_days = 14", f"every_days = {every_days}"))
    if not demo:
        say_why(folder)
    return open_home(folder)


def copied(home: Home, to: Path) -> Home:
    """Another home with the same keys, settings, warehouse and record of who saw what, and an empty inbox."""
    copy = new_home(to, demo=home.settings.demo)
    for path in (home.warehouse, home.identity):
        if path.exists():
            (to / path.name).write_bytes(path.read_bytes())
    if (home.folder / "audit").is_dir():  # else it would be gone, by the heads that the names keep of it
        shutil.copytree(home.folder / "audit", to / "audit", dirs_exist_ok=True)
    return open_home(copy.folder)


def deliver(home: Home, files: Iterable[Path], folder: str = ".") -> None:
    """Put files in the inbox."""
    to = home.inbox / folder
    to.mkdir(parents=True, exist_ok=True)
    for path in files:
        (to / path.name).write_bytes(path.read_bytes())


def deliver_rows(home: Home, tables: dict[str, pl.DataFrame], folder: str = ".") -> None:
    """Put frames of text in the inbox as CSV files; a name may end in `.parquet` to be that."""
    to = home.inbox / folder
    to.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        if name.endswith(".parquet"):
            rows.write_parquet(to / name)
        else:
            rows.write_csv(to / name)


def read_rows(files: Iterable[Path]) -> dict[str, pl.DataFrame]:
    """The CSV files by name, every cell as text."""
    return {path.name: pl.read_csv(path, infer_schema=False) for path in files}


def tables(home: Home, *schemas: str) -> dict[str, pl.DataFrame]:
    """Every table of the warehouse (or of these schemas of it), each sorted by all its columns."""
    with shelf.warehouse(home) as con:
        found = con.execute(
            "SELECT table_schema || '.' || table_name, table_schema FROM information_schema.tables "
            "WHERE table_catalog = 'warehouse' ORDER BY ALL"
        ).fetchall()
        return {
            name: shelf.read(con, f"SELECT * FROM warehouse.{name} ORDER BY ALL")
            for name, schema in found
            if not schemas or schema in schemas
        }


def exported(home: Home, table: str, to: Path) -> bytes:
    """A table as `a2n export` writes it."""
    ran = a2n("export", table, "--home", home.folder, "--to", to)
    assert ran.status == 0, ran.err
    return to.read_bytes()


def lists(home: Home, as_of: date) -> dict[str, bytes]:
    """The workbooks of a day, byte for byte, by file name."""
    return {path.name: path.read_bytes() for path in sorted(home.lists_of(as_of).iterdir())}


def total(ran: dict, count: str) -> int:
    return sum(one[count] for one in ran["extracts"])
