"""A command given in a process with a working folder and a folder for temporary files of its own, and all that it leaves behind.

The process may be made to fail at a chosen moment: by an exception whose words quote a child's record, as an engine's do, or by a
signal. Processes are forked from one that has done the slow imports, as in `killed.py`; what they print is kept as it was printed.
"""

import faulthandler
import functools
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import types
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import duckdb
import polars as pl

from .marked import FORENAME, SURNAME

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "tests.journeys.killed_imports",
        "tests.journeys.watched",
        "tests.journeys.leaks",
        "tests.journeys.watched_imports",
    ]
)

UPN = "A890200018001"
RECORD = f'conversion from `str` to `date` failed for 1 out of 1 values: ["{SURNAME}-Adams", "{FORENAME}-Amy", "{UPN}"]'
"""What an exception laid in wait says, much as engines do of a cell they cannot take."""

FAULTS = {
    "polars": lambda: pl.exceptions.ComputeError(RECORD),
    "engine": lambda: duckdb.ConversionException(RECORD),
    "value": lambda: ValueError(RECORD),
    "key": lambda: KeyError(UPN, f"{SURNAME}-Adams"),
    "text": lambda: UnicodeDecodeError("utf-8", f"{SURNAME}-Adams".encode(), 0, 1, RECORD),
}
SIGNALS = ("SIGKILL", "SIGTERM", "SIGINT", "SIGABRT")


CHANGES = {
    f"{of.__name__}.{name}": (of, name)
    for of, names in (
        (os, ("fsync", "open", "ftruncate", "link")),
        (Path, ("write_text", "write_bytes", "touch", "mkdir", "chmod", "unlink", "replace", "rename", "symlink_to")),
        (shutil, ("copyfile", "rmtree")),
        (pl.DataFrame, ("write_csv", "write_parquet")),
    )
    for name in names
}
"""The ways in which Python changes what is on the disk: a process may be killed as it comes to one, or half-way through writing."""


@dataclass(frozen=True)
class Laid:
    """What comes over a process as it calls a function for the nth time: one of FAULTS, or a signal."""

    moment: str
    does: str
    nth: int = 1


@dataclass(frozen=True)
class Watched:
    status: int
    folder: Path

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text(errors="replace")

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text(errors="replace")

    @property
    def moments(self) -> dict[str, int]:
        """Every function of ours that was called, in the order of the first call, and how often; where that was asked for."""
        return json.loads((self.folder / "moments").read_text())

    @property
    def changes(self) -> dict[str, int]:
        """How often it came to change something on the disk in each of the ways of CHANGES; where that was asked for."""
        return json.loads((self.folder / "changes").read_text())

    @property
    def came(self) -> bool:
        """Whether what was laid in wait came over it."""
        return (self.folder / "came").exists()


def watched(
    folder: Path, *words: object, laid: Laid | None = None, room: int | None = None, told: bool = False, typed: str = "",
    environment: dict[str, str] | None = None, killed_after: float | None = None,
) -> Watched:  # fmt: skip
    """Give a command; `room` is how many bytes a file may grow to, `typed` what is on its standard input, `killed_after` after how many
    seconds it is killed outright."""
    for name in ("cwd", "tmp"):
        (folder / name).mkdir(parents=True)
    (folder / "in").write_text(typed)
    how = (folder, [str(word) for word in words], laid, room, told, environment or {})
    process = _FORKS.Process(target=_run, args=how)
    process.start()
    process.join(timeout=600 if killed_after is None else killed_after)
    if process.exitcode is None:
        process.kill()
        process.join()
    return Watched(process.exitcode, folder)


def _run(folder: Path, words: list[str], laid: Laid | None, room: int | None, told: bool, environment: dict) -> None:
    handles = [os.open(folder / "in", os.O_RDONLY)]
    handles += [os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for name in ("out", "err")]
    for number, handle in enumerate(handles):
        os.dup2(handle, number)
    sys.stdin = os.fdopen(0, closefd=False)
    os.environ |= {"TMPDIR": str(folder / "tmp"), "HOME": str(folder / "cwd")} | environment
    tempfile.tempdir = None
    os.chdir(folder / "cwd")
    faulthandler.enable()
    hardest = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hardest, hardest))  # a core is left, if whatever breaks down lets it be
    for name, usual in (("SIGINT", signal.default_int_handler), ("SIGTERM", signal.SIG_DFL)):
        signal.signal(getattr(signal, name), usual)
    if room is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    from pipeline.__main__ import main

    counts: dict[str, int] = {}
    changes: dict[str, int] = {}
    if told:
        for moment, (of, name) in CHANGES.items():
            setattr(of, name, _counted(changes, moment, getattr(of, name)))
        for moment, functions in _functions().items():
            _replace(functions, functools.partial(_counted, counts, moment))
    if laid and laid.moment in CHANGES:
        of, name = CHANGES[laid.moment]
        setattr(of, name, _cut_short(laid, folder, getattr(of, name)))
    elif laid:
        import_module(laid.moment.partition(":")[0])  # whatever the process was forked from has loaded
        _replace(_functions()[laid.moment], functools.partial(_caught, laid, folder))
    sys.argv = ["a2n", *words]
    try:
        main()
    finally:
        if told:
            told_of = json.dumps(counts), json.dumps(changes)
            (folder / "moments").write_text(told_of[0])
            (folder / "changes").write_text(told_of[1])


def _functions() -> dict[str, list[tuple[types.ModuleType, str, types.FunctionType]]]:
    """By `module:name`, every function of ours that is loaded, with each place from which it is called by name."""
    ours = [module for name, module in sorted(sys.modules.items()) if name.partition(".")[0] in ("pipeline", "models")]
    found: dict[str, list] = {}
    for module in ours:
        for name, one in vars(module).items():
            if isinstance(one, types.FunctionType) and one.__module__.partition(".")[0] in ("pipeline", "models"):
                found.setdefault(f"{one.__module__}:{one.__name__}", []).append((module, name, one))
    return found


def _replace(functions: list, wrapped) -> None:
    for module, name, real in functions:
        setattr(module, name, wrapped(real))


def _counted(counts: dict[str, int], moment: str, real):
    @functools.wraps(real)
    def counted(*args, **kwargs):
        counts[moment] = counts.get(moment, 0) + 1
        return real(*args, **kwargs)

    return counted


def _cut_short(laid: Laid, folder: Path, real):
    """Killed before the change; of a text or bytes that are written at once, when half of them are."""
    calls = iter(range(1, laid.nth + 1))
    touch = Path(folder / "came")

    @functools.wraps(real)
    def cut_short(*args, **kwargs):
        if next(calls, None) == laid.nth:
            with touch.open("w"):
                pass
            if laid.moment in ("Path.write_text", "Path.write_bytes"):
                real(args[0], args[1][: len(args[1]) // 2], *args[2:], **kwargs)
            os.kill(os.getpid(), getattr(signal, laid.does))
        return real(*args, **kwargs)

    return cut_short


def _caught(laid: Laid, folder: Path, real):
    """It holds a frame of a child's record, and says nothing of it: what prints what frames hold would."""
    calls = iter(range(1, laid.nth + 1))

    @functools.wraps(real)
    def caught(*args, **kwargs):
        rows = pl.DataFrame({"upn": [UPN], "surname": [f"{SURNAME}-Adams"], "forename": [f"{FORENAME}-Amy"]})
        if next(calls, None) == laid.nth:
            (folder / "came").touch()
            if laid.does in SIGNALS:
                os.kill(os.getpid(), getattr(signal, laid.does))
            else:
                raise FAULTS[laid.does]()
        del rows
        return real(*args, **kwargs)

    return caught
