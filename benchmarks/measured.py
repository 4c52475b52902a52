"""One command as a process of its own: how long it took, how much of the processors, and how much memory at its most."""

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Took:
    """What one process took: seconds on the wall, seconds of processor (user and system, all threads), peak bytes."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def after_one_another(one: Took, other: Took) -> Took:
    """What two processes took, the second after the first."""
    peak = max(one.peak_bytes, other.peak_bytes)
    return Took(one.seconds + other.seconds, one.cpu_seconds + other.cpu_seconds, peak)


class CommandFailed(RuntimeError):
    """A measured command ended with a status other than 0, so its figures mean nothing."""


def measured(command: Sequence[str], env: dict[str, str] | None = None) -> Took:
    """Run `command` to its end and say what it took. Raises CommandFailed, with its last words, where it failed.

    This process must stay small: Linux starts a child's peak memory at what its parent held when it began.
    """
    return told(command, env)[0]


def told(command: Sequence[str], env: dict[str, str] | None = None) -> tuple[Took, str]:
    """What `command` took, as `measured` says it, and what it printed on standard output."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=said, cwd=_PROJECT, env=env)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said.seek(0)
        printed, complained = (one.read().decode(errors="replace") for one in (out, said))
    if child.returncode:
        raise CommandFailed(f"{' '.join(command[:4])} ...: {printed[-1000:]}{complained[-1000:]}")
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _BYTES_OF_RSS), printed


_PROJECT = Path(__file__).resolve().parents[1]
_BYTES_OF_RSS = 1 if os.uname().sysname == "Darwin" else 1024
