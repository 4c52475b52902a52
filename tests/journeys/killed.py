"""A command given in a process of its own that is killed outright (SIGKILL) at a chosen moment of its work.

Processes are forked from one that has done the slow imports and nothing else, so that each costs no more than its work.
"""

import multiprocessing
import os
import signal
import sys
import time
from importlib import import_module

from .at_home import Ran, a2n

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.journeys.killed_imports"])


def a2n_killed(moment: str, nth: int, *words: object, typed: str = "") -> int:
    """Give a command; kill it as it comes to call `moment` (`module:function`) for the nth time. Returns its status."""
    return _status(_started(moment, nth, words, typed))


def a2n_killed_after(seconds: float, *words: object) -> int:
    """Give a command and kill it some time after it began, wherever it is."""
    process = _started(None, 0, words)
    process.join(timeout=seconds)
    process.kill()
    return _status(process)


def a2n_timed(*words: object) -> tuple[int, float]:
    """Give a command and leave it to end. Returns its status and how many seconds it took."""
    began = time.monotonic()
    status = _status(_started(None, 0, words))
    return status, time.monotonic() - began


KILLED = -signal.SIGKILL


def _started(moment: str | None, nth: int, words: tuple, typed: str = ""):
    process = _FORKS.Process(target=_run, args=(moment, nth, [str(word) for word in words], typed))
    process.start()
    return process


def _status(process) -> int:
    process.join(timeout=120)
    return process.exitcode


def _run(moment: str | None, nth: int, words: list[str], typed: str) -> None:
    if moment:
        _lay_in_wait(moment, nth)
    ran: Ran = a2n(*words, typed=typed)
    if moment:
        sys.stderr.write(ran.err)
    sys.exit(ran.status)


def _lay_in_wait(moment: str, nth: int) -> None:
    module_name, _, name = moment.partition(":")
    module = import_module(module_name)
    real, calls = getattr(module, name), iter(range(1, nth + 1))

    def last_call(*args, **kwargs):
        if next(calls) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)

    setattr(module, name, last_call)
